"""Renders what is missing: after a crash, a restored backup, or a change of what is rendered."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from images import derivatives, tasks
from images.models import Image, Status


class Command(BaseCommand):
    help = (
        "Makes missing thumbnails and previews: of photos that still wait, and of those whose files are gone. "
        "Then makes the smaller AVIF previews that are missing; a server that stops leaves some undone."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        which = parser.add_mutually_exclusive_group()
        which.add_argument("--failed", action="store_true", help="also try failed photos again")
        which.add_argument(
            "--waiting",
            action="store_true",
            help="only photos that wait because their process was killed; a database queue gets them. For cron",
        )

    def handle(self, *args: Any, failed: bool, waiting: bool, **options: Any) -> None:
        if waiting:
            self.stdout.write(f"Resumed {tasks.resume()} photos.")
            return
        statuses = [Status.PROCESSING, Status.READY, *([Status.FAILED] if failed else [])]
        images = Image.objects.live().filter(status__in=statuses).order_by("pk")
        counts = {"rendered": 0, "failed": 0, "avif": 0}
        for image in tqdm(images.iterator(chunk_size=500), total=images.count(), unit=" photos", disable=None):
            if image.status != Status.READY or derivatives.missing(image):
                counts["rendered" if self._render(image, statuses) else "failed"] += 1
            derivatives.forget_lost_avif(image)
            counts["avif"] += derivatives.render_avif(image.pk)
        self.stdout.write(
            f"Rendered {counts['rendered']} photos, {counts['failed']} failed. Made {counts['avif']} AVIF previews."
        )
        if counts["failed"]:
            raise CommandError("Some photos can't be rendered; their pages say why.")

    def _render(self, image: Image, statuses: list[Status]) -> bool:
        """Whether the photo is not failed in the end."""
        Image.objects.filter(pk=image.pk, status__in=statuses).update(status=Status.PROCESSING, render_attempts=0)
        while derivatives.render(image.pk) is derivatives.Outcome.RETRY:
            pass
        return Image.objects.filter(pk=image.pk).exclude(status=Status.FAILED).exists()
