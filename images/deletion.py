"""The life of a deletion: mark, COMMIT, delete files, then row and quota in one transaction.

Every step may be repeated, so a purge can be killed anywhere, run again, and run twice at once.
"""

import logging
import os
import time
from collections import Counter
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from accounts import quotas
from images import failpoints, storage
from images.models import Image, ImageQuerySet, Status, Upload

logger = logging.getLogger(__name__)

BATCH = 200


@dataclass(slots=True)
class PurgeReport:
    """What a purge did, or with `dry_run` would do."""

    expired: int = 0
    abandoned: int = 0
    images: int = 0
    files: int = 0
    size_bytes: int = 0
    leftovers: int = 0


def delete(images: ImageQuerySet) -> int:
    """Deletes photos for good, now; their URLs are dead before the first file goes. Returns how many."""
    keys = list(images.values_list("pk", flat=True))
    report = PurgeReport()
    for start in range(0, len(keys), BATCH):
        batch = Image.objects.filter(pk__in=keys[start : start + BATCH])
        batch.filter(deleted_at__isnull=True).update(deleted_at=timezone.now())
        failpoints.reach("delete.marked")
        _remove(batch.filter(deleted_at__isnull=False), BATCH, report)
    return report.images


def purge(
    *, limit: int | None = None, dry_run: bool = False, progress: Callable[[int], object] = lambda _count: None
) -> PurgeReport:
    """Removes what has expired, what was marked and not finished, abandoned uploads and leftover part files.

    At most `limit` photos; in batches, so memory is bounded. `progress` hears how many each batch removed.
    """
    now = timezone.now()
    report = PurgeReport()
    expired = Image.objects.expired(now)
    given_up = Upload.objects.ended(now).unfinished().filter(image=OuterRef("pk"))
    abandoned = Image.objects.filter(Exists(given_up), status=Status.RECEIVING, deleted_at__isnull=True)
    marked = Image.objects.filter(deleted_at__isnull=False)
    if dry_run:
        report.expired, report.abandoned = expired.count(), abandoned.count()
        report.images = report.expired + abandoned.exclude(expires_at__lte=now).count() + marked.count()
        report.leftovers = sum(1 for _path in _leftovers())
        if limit is not None:
            report.images = min(report.images, limit)
        return report
    left = limit
    while left is None or left > 0:
        size = BATCH if left is None else min(BATCH, left)
        report.expired += _mark(expired, size)
        report.abandoned += _mark(abandoned, size)
        removed = _remove(marked, size, report)
        if not removed:
            break
        progress(removed)
        left = None if left is None else left - removed
    Upload.objects.ended(now).exclude(finished_at=None).delete()
    for path in _leftovers():
        with suppress(FileNotFoundError):
            os.unlink(path)
            report.leftovers += 1
    if report.images or report.leftovers:
        logger.info(
            "purge expired=%s abandoned=%s images=%s files=%s bytes=%s leftovers=%s",
            report.expired,
            report.abandoned,
            report.images,
            report.files,
            report.size_bytes,
            report.leftovers,
        )
    return report


def _mark(images: ImageQuerySet, most: int) -> int:
    keys = list(images.order_by("pk").values_list("pk", flat=True)[:most])
    # Asked again in the same statement, because a photo may have been finished or prolonged meanwhile.
    marked = images.filter(pk__in=keys).update(deleted_at=timezone.now()) if keys else 0
    failpoints.reach("delete.marked")
    return marked


def _remove(marked: ImageQuerySet, most: int, report: PurgeReport) -> int:
    """Deletes the files, then the rows, of marked photos; those that another purge holds are left to it."""
    with transaction.atomic():
        rows = marked.order_by("pk")
        if connection.features.has_select_for_update_skip_locked:
            rows = rows.select_for_update(skip_locked=True, of=("self",))
        images = list(rows[:most])
        for image in images:
            with suppress(FileNotFoundError):
                os.unlink(settings.STAGING_DIR / f"{image.file_key}.part")
        report.files += storage.media().delete_many(name for image in images for name in image.file_names())
        failpoints.reach("delete.emptied")
        _count, by_model = Image.objects.filter(pk__in=[image.pk for image in images]).delete()
        removed = by_model.get("images.Image", 0)
        counts, sizes = Counter[int](), Counter[int]()
        for image in images:
            counts[image.owner_id] += 1
            sizes[image.owner_id] += image.size_bytes
        for owner_id in sorted(counts):
            quotas.release(owner_id, size_bytes=sizes[owner_id], images=counts[owner_id])
    report.images += removed
    report.size_bytes += sum(sizes.values())
    for image in images:
        event = "expire" if image.expires_at and image.deleted_at and image.expires_at <= image.deleted_at else "delete"
        logger.info("%s image=%s owner=%s bytes=%s", event, image.key, image.owner_id, image.size_bytes)
    return removed


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
