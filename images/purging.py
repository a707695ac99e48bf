"""The purge: what has had its time goes for good, in batches, so memory is bounded; what was done is a row.

It may be killed anywhere and run twice at once. A brake keeps a clock that jumped from emptying the site.
"""

import logging
import os
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

from django.conf import settings
from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.translation import gettext as _

from images import deletion
from images.deletion import BATCH, Removed
from images.models import Image, ImageQuerySet, PurgeRun, Status, Upload

logger = logging.getLogger(__name__)

HARMLESS = 50
"""So few photos may go at once whatever their share is."""
ROWS_KEPT = timedelta(days=366)

Step = Callable[[datetime, bool], dict[str, int]]
"""Removes what has ended by a moment, or with True only looks; returns counts by kind."""


@dataclass(slots=True)
class Report:
    """What a purge did, or with `dry_run` would do, and in `refusal` why it did nothing."""

    counts: Counter[str] = field(default_factory=Counter)
    size_bytes: int = 0
    failures: list[str] = field(default_factory=list)
    refusal: str = ""


def run(
    *,
    steps: Sequence[Step] = (),
    limit: int | None = None,
    dry_run: bool = False,
    confirmed: bool = False,
    progress: Callable[[int], object] = lambda _count: None,
) -> Report:
    """Removes what has expired, overdue trash, unfinished deletions and abandoned uploads, then does the other steps.

    At most `limit` photos; `progress` hears how many each batch removed. A step that fails stops no other. Unless
    `confirmed`, nothing is removed when more than PURGE_MOST_SHARE of all photos would go.
    """
    now = timezone.now()
    report = Report()
    if not confirmed:
        report.refusal = _refusal(now, limit)
    if dry_run:
        report.counts.update(_due_counts(now, limit), leftovers=sum(1 for _path in _leftovers()))
        for step in steps:
            report.counts.update(step(now, True))
        return report
    row = PurgeRun.objects.create(started_at=now)
    if not report.refusal:
        for work in (
            partial(_remove_images, now, limit, report, progress),
            partial(_remove_leftovers, now, report),
            *(partial(_take, step, now, report) for step in steps),
        ):
            try:
                work()
            except Exception as error:
                logger.exception("purge: a step failed")
                report.failures.append(f"{type(error).__name__}: {error}")
    _note(row, report)
    return report


def _due(now: datetime) -> dict[str, ImageQuerySet]:
    """What is to be marked, by reason; no photo has two."""
    kept = Image.objects.kept(now)
    given_up = Upload.objects.ended(now).unfinished().filter(image=OuterRef("pk"))
    return {
        "expired": Image.objects.expired(now),
        "trashed": kept.overdue(now),
        "abandoned": kept.filter(Exists(given_up), status=Status.RECEIVING),
    }


def _due_counts(now: datetime, limit: int | None) -> dict[str, int]:
    counts = {reason: images.count() for reason, images in _due(now).items()}
    going = sum(counts.values()) + Image.objects.filter(deleted_at__isnull=False).count()
    return counts | {"images": going if limit is None else min(going, limit)}


def _refusal(now: datetime, limit: int | None) -> str:
    going = sum(images.count() for images in _due(now).values())
    if limit is not None:
        going = min(going, limit)
    if going < HARMLESS:
        return ""
    total = Image.objects.filter(deleted_at__isnull=True).count()
    if going <= settings.PURGE_MOST_SHARE * total:
        return ""
    return _(
        "%(going)d of %(total)d photos would go at once, a larger share than PURGE_MOST_SHARE=%(share)s allows. "
        "Nothing was removed. If the clock and the settings are right, confirm: manage.py purge --confirm"
    ) % {"going": going, "total": total, "share": settings.PURGE_MOST_SHARE}


def _remove_images(now: datetime, limit: int | None, report: Report, progress: Callable[[int], object]) -> None:
    marked = Image.objects.filter(deleted_at__isnull=False)
    total = Removed()
    left = limit
    try:
        while left is None or left > 0:
            size = BATCH if left is None else min(BATCH, left)
            for reason, images in _due(now).items():
                report.counts[reason] += deletion.mark(images, size)
            removed = deletion.remove(marked, size, total)
            if not removed:
                break
            progress(removed)
            left = None if left is None else left - removed
    finally:
        report.counts.update(images=total.images, files=total.files)
        report.size_bytes = total.size_bytes


def _remove_leftovers(now: datetime, report: Report) -> None:
    Upload.objects.ended(now).exclude(finished_at=None).delete()
    PurgeRun.objects.filter(started_at__lt=now - ROWS_KEPT).delete()
    for path in _leftovers():
        with suppress(FileNotFoundError):
            os.unlink(path)
            report.counts["leftovers"] += 1


def _take(step: Step, now: datetime, report: Report) -> None:
    report.counts.update(step(now, False))


def _note(row: PurgeRun, report: Report) -> None:
    row.ended_at = timezone.now()
    row.counts = {kind: count for kind, count in report.counts.items() if count}
    row.size_bytes = report.size_bytes
    row.was_refused = bool(report.refusal)
    row.failures = "\n".join([report.refusal, *report.failures]).strip()
    row.save()
    if row.counts or row.failures:
        counts = " ".join(f"{kind}={count}" for kind, count in row.counts.items())
        logger.info("purge %s bytes=%s failures=%s refused=%s", counts, row.size_bytes, row.failures, row.was_refused)


def _leftovers() -> Iterable[Path]:
    """Files in the staging folder that nothing has touched for as long as an idle upload may live."""
    staging = Path(settings.STAGING_DIR)
    oldest = time.time() - settings.UPLOAD_IDLE_SECONDS
    if not staging.is_dir():
        return
    kept = {f"{key}.part" for key in Upload.objects.unfinished().values_list("image__file_key", flat=True)}
    for entry in os.scandir(staging):
        with suppress(FileNotFoundError):
            if entry.is_file(follow_symlinks=False) and entry.name not in kept and entry.stat().st_mtime < oldest:
                yield Path(entry.path)
