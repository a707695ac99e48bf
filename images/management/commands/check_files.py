"""Says whether every photo is whole and nothing else is stored. For cron, and after restoring a backup."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from images.integrity import GRACE_SECONDS, Check
from images.models import Image


class Command(BaseCommand):
    help = (
        "Compares rows, files, unfinished uploads and quota, and prints one line for each problem. Every received "
        "photo has its original with its size and SHA-256, every ready one its thumbnail and preview, every file its "
        "photo, every unfinished upload its bytes, every person the right sums. May run while the site runs. "
        "Exit code 0: all is well, or was repaired; 1: problems are left."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--repair",
            action="store_true",
            help="render what is missing, mark photos as failed whose original is lost or damaged, delete files "
            "without a photo and dead uploads, correct quotas; an original that a photo has is never deleted",
        )
        parser.add_argument("--quick", action="store_true", help="compare sizes only and read no original")
        parser.add_argument(
            "--grace",
            type=int,
            default=GRACE_SECONDS,
            metavar="SECONDS",
            help="leave files and uploads alone that changed less long ago, as they may be under way (%(default)s)",
        )
        parser.add_argument(
            "--force",
            action="store_true",
            help="with --repair: delete originals without a photo even when they are many, which may mean that this "
            "is the wrong database or an old one",
        )

    def handle(
        self, *args: Any, repair: bool, quick: bool, grace: int, force: bool, verbosity: int, **options: Any
    ) -> None:
        found = repaired = photos = 0
        with tqdm(total=Image.objects.count(), unit=" photos", disable=None, leave=False) as bar:

            def progress(count: int) -> None:
                nonlocal photos
                photos += count  # a bar that isn't shown doesn't count
                bar.update(count)

            check = Check(repair=repair, quick=quick, force=force, grace_seconds=grace, progress=progress)
            for problem in check.run():
                found += 1
                repaired += bool(problem.repaired)
                bar.clear()
                self.stdout.write(str(problem))
        if verbosity:
            self.stdout.write(f"Checked {photos} photos: {found} problems, {repaired} repaired.")
        if found > repaired:
            raise CommandError("Problems are left." if repair else "--repair mends what can be mended.")
