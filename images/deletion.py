"""The life of a deletion: mark, COMMIT, delete files, then row and quota in one transaction.

Every step may be repeated, so it can be killed anywhere, run again, and run twice at once.
"""

import logging
import os
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from accounts import quotas
from images import failpoints, storage
from images.models import Image, ImageQuerySet

logger = logging.getLogger(__name__)

BATCH = 200
REQUEST_SECONDS = 20
"""How long a request that deletes any number of photos goes on."""


@dataclass(slots=True)
class Removed:
    """What has gone for good."""

    images: int = 0
    files: int = 0
    size_bytes: int = 0


def delete(images: ImageQuerySet, *, seconds: float | None = None) -> int:
    """Deletes photos for good, now; their URLs are dead before the first file goes. Returns how many.

    What `seconds` don't suffice for stays marked, and the next purge removes it.
    """
    keys = list(images.values_list("pk", flat=True))
    batches = [Image.objects.filter(pk__in=keys[start : start + BATCH]) for start in range(0, len(keys), BATCH)]
    for batch in batches:
        batch.filter(deleted_at__isnull=True).update(deleted_at=timezone.now())
    failpoints.reach("delete.marked")
    removed = Removed()
    end = None if seconds is None else time.monotonic() + seconds
    for number, batch in enumerate(batches):
        if end is not None and time.monotonic() > end:
            return removed.images + len(keys) - number * BATCH
        remove(batch.filter(deleted_at__isnull=False), BATCH, removed)
    return removed.images


def mark(images: ImageQuerySet, most: int) -> int:
    """Marks up to `most` photos for removal; returns how many."""
    keys = list(images.order_by("pk").values_list("pk", flat=True)[:most])
    # Asked again in the same statement: a photo may have been finished, prolonged or brought back meanwhile.
    marked = images.filter(pk__in=keys).update(deleted_at=timezone.now()) if keys else 0
    failpoints.reach("delete.marked")
    return marked


def remove(marked: ImageQuerySet, most: int, removed: Removed) -> int:
    """Deletes the files, then the rows, of marked photos; those that another purge holds are left to it."""
    with transaction.atomic():
        rows = marked.order_by("pk")
        if connection.features.has_select_for_update_skip_locked:
            rows = rows.select_for_update(skip_locked=True, of=("self",))
        images = list(rows[:most])
        for image in images:
            with suppress(FileNotFoundError):
                os.unlink(settings.STAGING_DIR / f"{image.file_key}.part")
        removed.files += storage.media().delete_many(name for image in images for name in image.file_names())
        failpoints.reach("delete.emptied")
        _count, by_model = Image.objects.filter(pk__in=[image.pk for image in images]).delete()
        count = by_model.get("images.Image", 0)
        counts, sizes = Counter[int](), Counter[int]()
        for image in images:
            counts[image.owner_id] += 1
            sizes[image.owner_id] += image.size_bytes
        for owner_id in sorted(counts):
            quotas.release(owner_id, size_bytes=sizes[owner_id], images=counts[owner_id])
    removed.images += count
    removed.size_bytes += sum(sizes.values())
    for image in images:
        event = "expire" if image.expires_at and image.deleted_at and image.expires_at <= image.deleted_at else "delete"
        logger.info("%s image=%s owner=%s bytes=%s", event, image.key, image.owner_id, image.size_bytes)
    return count
