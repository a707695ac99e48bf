"""Who may see a photo, and until when. Where a door closes, the files get new names, so URLs that are out die too."""

import logging
import time
from collections.abc import Sequence
from datetime import datetime
from functools import partial

from django.db import transaction
from django.utils import timezone

from accounts.models import Visibility, random_key
from images import storage, tasks
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


def close(keys: Sequence[int]) -> None:
    """Makes URLs that are out worthless for the photos with these ids.

    Files that REQUEST_SECONDS don't suffice for keep their names; their URLs end with their window.
    """
    end = time.monotonic() + REQUEST_SECONDS
    for start in range(0, len(keys), BATCH):
        if time.monotonic() > end:
            logger.warning("rekey: no time for %s of %s photos", len(keys) - start, len(keys))
            return
        rekey(list(Image.objects.received().filter(pk__in=keys[start : start + BATCH])))


def rekey(images: Sequence[Image], *, fields: Sequence[str] = ()) -> None:
    """Gives the files of photos new names, so that URLs that are out become worthless, and saves `fields` with them.

    Files get the new name first and lose the old one after the COMMIT. A photo that somebody else renames or deletes
    meanwhile keeps the name that it has then.
    """
    old_keys = {image.pk: image.file_key for image in images}
    old_names = {image.pk: image.file_names() for image in images}
    for image in images:
        image.file_key = random_key(22)
    media = storage.media()
    media.duplicate_many(pair for image in images for pair in zip(old_names[image.pk], image.file_names(), strict=True))
    with transaction.atomic():
        needless: list[str] = []
        for image in images:
            values = {field: getattr(image, field) for field in fields}
            row = Image.objects.filter(pk=image.pk)
            if row.filter(file_key=old_keys[image.pk]).update(file_key=image.file_key, **values):
                needless += old_names[image.pk]
                if image.status == Status.PROCESSING:  # a render under way finds its name gone and gives up
                    transaction.on_commit(partial(tasks.render.enqueue, image.pk))
            else:
                if values:
                    row.update(**values)
                needless += image.file_names()
        transaction.on_commit(partial(media.delete_many, needless))
    logger.info("rekey images=%s", ",".join(image.key for image in images))


def _save(image: Image, fields: list[str], *, rekeyed: bool) -> None:
    if rekeyed and image.status != Status.RECEIVING:
        rekey([image], fields=fields)
    else:
        image.save(update_fields=fields)
