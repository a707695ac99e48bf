"""Removes what has ended or was deleted, files and all. For cron."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.template.defaultfilters import filesizeformat
from tqdm import tqdm

from galleries import ending
from images import purging


class Command(BaseCommand):
    help = (
        "Removes for good: expired photos, overdue trash, unfinished deletions, abandoned uploads, ended galleries, "
        "share links that ended or were revoked long ago, and the files of all of them."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="only say what would be removed")
        parser.add_argument("--limit", type=int, metavar="N", help="remove at most N photos")
        parser.add_argument(
            "--confirm", action="store_true", help="also when more than PURGE_MOST_SHARE of all photos would go"
        )

    def handle(self, *args: Any, dry_run: bool, limit: int | None, confirm: bool, **options: Any) -> None:
        if limit is not None and limit < 1:
            raise CommandError("--limit takes a number from 1 up.")
        with tqdm(unit=" photos", disable=None, leave=False) as bar:
            report = purging.run(
                steps=[ending.purge], limit=limit, dry_run=dry_run, confirmed=confirm, progress=bar.update
            )
        if report.refusal and not dry_run:
            raise CommandError(report.refusal)
        counts = report.counts
        self.stdout.write(
            f"{'Would remove' if dry_run else 'Removed'} {counts['images']} photos ({counts['expired']} newly expired, "
            f"{counts['trashed']} out of the trash, {counts['abandoned']} abandoned uploads), "
            f"{counts['files']} files, {filesizeformat(report.size_bytes)} of originals, "
            f"{counts['leftovers']} leftover part files, {counts['galleries']} galleries, "
            f"{counts['links']} share links."
        )
        if report.refusal:
            self.stdout.write(report.refusal)
        if report.failures:
            raise CommandError("\n".join(report.failures))
