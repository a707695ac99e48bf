"""Fills a fresh instance, so that everything can be seen alive."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from images.models import Image
from photocloud.demo import filling

COUNT = 60


class Command(BaseCommand):
    help = (
        "Fills a fresh instance with a person, nested galleries, generated pictures, a share link and one through "
        "which guests add photos."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--count", type=int, metavar="N", help=f"so many photos (default: {COUNT}, or the folder)")
        parser.add_argument(
            "--photos", type=Path, metavar="DIR", help="photos of this folder instead of generated ones"
        )
        parser.add_argument("--password", default="", help="of the person (default: a random one, which is printed)")
        parser.add_argument("--force", action="store_true", help="also where there are photos already")

    def handle(
        self, *args: Any, count: int | None, photos: Path | None, password: str, force: bool, **options: Any
    ) -> None:
        if count is not None and count < 1:
            raise CommandError("--count takes a number from 1 up.")
        if not force and Image.objects.exists():
            raise CommandError("There are photos here already. Use a fresh instance, or --force to add to this one.")
        sources, total = _sources(photos, count)
        with tqdm(total=total, unit=" photos", disable=None, leave=False) as bar:
            filled = filling.fill(sources, password=password, progress=bar.update)
        for line in filled.skipped:
            self.stderr.write(f"Skipped {line}")
        self.stdout.write(
            f"{filled.image_count} photos.\n\n"
            f"  Open         {settings.SITE_URL}/\n"
            f"  Sign in as   {filled.person.username}\n"
            f"  Password     {filled.password}\n"
            f"  Share link   {filled.share_url}\n"
            f"  Guests add   {filled.drop_url}"
        )


def _sources(folder: Path | None, count: int | None) -> tuple[Any, int]:
    if folder is None:
        total = count or COUNT
        return filling.painted(total), total
    if not folder.is_dir():
        raise CommandError(f"{folder} is no folder.")
    paths = sorted(path for path in folder.rglob("*") if path.is_file() and not path.name.startswith("."))[:count]
    if not paths:
        raise CommandError(f"There are no files in {folder}.")
    return filling.found(paths), len(paths)
