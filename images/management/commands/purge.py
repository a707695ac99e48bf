"""Removes what has expired or was deleted, files and all. For cron."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.template.defaultfilters import filesizeformat
from tqdm import tqdm

from images import deletion


class Command(BaseCommand):
    help = "Removes expired photos, unfinished deletions, abandoned uploads and their files for good."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="only say what would be removed")
        parser.add_argument("--limit", type=int, metavar="N", help="remove at most N photos")

    def handle(self, *args: Any, dry_run: bool, limit: int | None, **options: Any) -> None:
        if limit is not None and limit < 1:
            raise CommandError("--limit takes a number from 1 up.")
        with tqdm(unit=" photos", disable=None, leave=False) as bar:
            report = deletion.purge(limit=limit, dry_run=dry_run, progress=bar.update)
        verb = "Would remove" if dry_run else "Removed"
        self.stdout.write(
            f"{verb} {report.images} photos ({report.expired} newly expired, {report.abandoned} abandoned uploads), "
            f"{report.files} files, {filesizeformat(report.size_bytes)} of originals, "
            f"{report.leftovers} leftover part files."
        )
