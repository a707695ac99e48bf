"""Who may see a photo, and until when. Where a door closes, the files get new names, so URLs that are out die too."""

import logging
import time
from collections.abc import Sequence
from datetime import datetime
from functools import partial

from django.db import transaction
from django.utils import timezone

from accounts.models import Visibility, random_key
from images import failpoints, storage, tasks, variants
from images.delivery import url_end
from images.models import Image, Status

logger = logging.getLogger(__name__)

REQUEST_SECONDS = 20
"""How long one request renames files."""
BATCH = 100


def change(image: Image, visibility: str) -> None:
    """Sets the visibility; turning a photo private makes every URL of its files that is out worthless."""
    closes = visibility == Visibility.PRIVATE and image.visibility != Visibility.PRIVATE
    image.visibility = visibility
    _save(image, ["visibility"], rekeyed=closes)


def set_end(image: Image, expires_at: datetime | None) -> None:
    """Sets when the photo ends; if URLs that are out would outlive that, they become worthless now."""
    now = timezone.now()
    outlived = expires_at is not None and expires_at < url_end(now, image.expires_at)
    image.expires_at = expires_at
    _save(image, ["expires_at"], rekeyed=outlived)


def quarantine(image: Image) -> None:
    """Closes every door to a photo at once, its owner's included, and keeps it for a decision."""
    if image.quarantined_at is None:
        image.quarantined_at = timezone.now()
        _save(image, ["quarantined_at"], rekeyed=True)
        logger.info("quarantine image=%s", image.key)


def release(image: Image) -> None:
    """Ends a quarantine."""
    if image.quarantined_at is not None:
        image.quarantined_at = None
        _save(image, ["quarantined_at"], rekeyed=False)
        logger.info("release image=%s", image.key)


def set_ends(keys: Sequence[int], expires_at: datetime | None) -> int:
    """Sets when the photos with these ids end, as `set_end` does for one. Returns how many."""
    now = timezone.now()
    with transaction.atomic():
        chunks = [Image.objects.filter(pk__in=keys[start : start + BATCH]) for start in range(0, len(keys), BATCH)]
        count = sum(chunk.update(expires_at=expires_at) for chunk in chunks)
    if expires_at is not None and expires_at < url_end(now, None):
        close(keys)
    return count


def change_all(keys: Sequence[int], visibility: str) -> int:
    """Sets the visibility of the photos with these ids, as `change` does for one. Returns how many."""
    closed: list[int] = []
    count = 0
    with transaction.atomic():
        for start in range(0, len(keys), BATCH):
            chunk = Image.objects.filter(pk__in=keys[start : start + BATCH])
            if visibility == Visibility.PRIVATE:
                closed += chunk.exclude(visibility=Visibility.PRIVATE).values_list("pk", flat=True)
            count += chunk.update(visibility=visibility)
    close(closed)
    return count


def close(keys: Sequence[int]) -> None:
    """Makes URLs that are out worthless for the photos with these ids.

    Files that REQUEST_SECONDS don't suffice for keep their names; their URLs end with their window.
    """
    end = time.monotonic() + REQUEST_SECONDS
    for start in range(0, len(keys), BATCH):
        if time.monotonic() > end:
            logger.warning("rekey: no time for %s of %s photos", len(keys) - start, len(keys))
            return
        rekey(list(Image.objects.received().filter(pk__in=keys[start : start + BATCH]).order_by("pk")))


def rekey(images: Sequence[Image]) -> None:
    """Gives the files of photos new names, so that URLs that are out become worthless. One that is gone is left out."""
    while images:
        images = list(Image.objects.filter(pk__in=[image.pk for image in _rekey(images)]))


def _save(image: Image, fields: list[str], *, rekeyed: bool) -> None:
    """Saves `fields`. Raises Image.DoesNotExist when the files were to be renamed and the photo has been deleted."""
    if not rekeyed or image.status == Status.RECEIVING:
        image.save(update_fields=fields)
        return
    while _rekey([image], fields=fields):
        image.refresh_from_db(fields=["file_key", "status", "has_avif"])


def _rekey(images: Sequence[Image], *, fields: Sequence[str] = ()) -> list[Image]:
    """One try: files get the new name first, and lose the old one after the COMMIT that saves it and `fields`.

    Returns those photos whose files have been renamed since they were read: the old ones may be gone already.
    """
    media = storage.media()
    old_keys = {image.pk: image.file_key for image in images}
    old_names = {image.pk: image.file_names() for image in images}
    left_out = {image.variant_name(variants.AVIF_PREVIEW) for image in images if not image.has_avif}
    for image in images:
        image.file_key = random_key(22)
    pairs = (pair for image in images for pair in zip(old_names[image.pk], image.file_names(), strict=True))
    media.duplicate_many(pair for pair in pairs if pair[0] not in left_out)
    failpoints.reach("rekey.copied")
    failed: list[Image] = []
    with transaction.atomic():
        needless: list[str] = []
        for image in images:
            values = {field: getattr(image, field) for field in fields}
            row = Image.objects.filter(pk=image.pk, file_key=old_keys[image.pk])
            if row.update(**values, file_key=image.file_key, has_avif=image.has_avif):
                needless += old_names[image.pk]
                _render_again(image)
            else:
                failed.append(image)
        transaction.on_commit(partial(failpoints.reach, "rekey.committed"))
        transaction.on_commit(partial(media.delete_many, needless))
    media.delete_many(name for image in failed for name in image.file_names())
    logger.info("rekey images=%s", ",".join(image.key for image in images if image not in failed))
    return failed


def _render_again(image: Image) -> None:
    """A render under way finds its name gone and gives up; one that has just ended did so under the old name."""
    if image.status == Status.PROCESSING:
        Image.objects.filter(pk=image.pk, status=Status.READY).update(status=Status.PROCESSING, render_attempts=0)
        transaction.on_commit(partial(tasks.render.enqueue, image.pk))
    if image.wants_avif:
        transaction.on_commit(partial(tasks.render_avif.enqueue, image.pk))
