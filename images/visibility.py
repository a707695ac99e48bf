"""Who may see a photo, and until when. Where a door closes, the files get new names, so URLs that are out die too."""

import logging
from datetime import datetime
from functools import partial
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.models import Visibility, random_key
from images import failpoints, storage, tasks, variants
from images.delivery import url_end
from images.models import Image, Status

logger = logging.getLogger(__name__)


def change(image: Image, visibility: str) -> None:
    """Sets the visibility; turning a photo private makes every URL of its files that is out worthless."""
    closes = visibility == Visibility.PRIVATE and image.visibility != Visibility.PRIVATE
    image.visibility = visibility
    _save(image, ["visibility"], rekey=closes)


def set_end(image: Image, expires_at: datetime | None) -> None:
    """Sets when the photo ends; if URLs that are out would outlive that, they become worthless now."""
    now = timezone.now()
    outlived = expires_at is not None and expires_at < url_end(now, image.expires_at)
    image.expires_at = expires_at
    _save(image, ["expires_at"], rekey=outlived)


def quarantine(image: Image) -> None:
    """Closes every door to a photo at once, its owner's included, and keeps it for a decision."""
    if image.quarantined_at is None:
        image.quarantined_at = timezone.now()
        _save(image, ["quarantined_at"], rekey=True)
        logger.info("quarantine image=%s", image.key)


def release(image: Image) -> None:
    """Ends a quarantine."""
    if image.quarantined_at is not None:
        image.quarantined_at = None
        _save(image, ["quarantined_at"], rekey=False)
        logger.info("release image=%s", image.key)


def _save(image: Image, fields: list[str], *, rekey: bool) -> None:
    """Saves `fields`; with `rekey` files get their new name first, and lose the old one after the COMMIT.

    Raises Image.DoesNotExist when the photo has been deleted meanwhile.
    """
    if not rekey or image.status == Status.RECEIVING:
        image.save(update_fields=fields)
        return
    while not _rekey(image, {field: getattr(image, field) for field in fields}):
        image.refresh_from_db(fields=["file_key", "status", "has_avif"])


def _rekey(image: Image, values: dict[str, Any]) -> bool:
    """One try, which fails when the files have been renamed since `image` was read: they may be gone already."""
    media = storage.media()
    old_key, old_names = image.file_key, image.file_names()
    new_key = random_key(22)
    new_names = [name.replace(f"/{old_key[:2]}/{old_key}", f"/{new_key[:2]}/{new_key}") for name in old_names]
    avif = image.variant_name(variants.AVIF_PREVIEW)
    for old_name, new_name in zip(old_names, new_names, strict=True):
        if old_name != avif or image.has_avif:
            media.duplicate(old_name, new_name)
    failpoints.reach("rekey.copied")
    with transaction.atomic():
        moved = Image.objects.filter(pk=image.pk, file_key=old_key).update(
            **values, file_key=new_key, has_avif=image.has_avif
        )
        if moved:
            transaction.on_commit(partial(failpoints.reach, "rekey.committed"))
            transaction.on_commit(partial(media.delete_many, old_names))
        if moved and image.wants_avif:
            transaction.on_commit(partial(tasks.render_avif.enqueue, image.pk))
        if moved and image.status == Status.PROCESSING:
            # A render under way finds its name gone and gives up; one that has just ended did so under the old name.
            Image.objects.filter(pk=image.pk, status=Status.READY).update(status=Status.PROCESSING, render_attempts=0)
            transaction.on_commit(partial(tasks.render.enqueue, image.pk))
    if not moved:
        media.delete_many(new_names)
        return False
    image.file_key = new_key
    logger.info("rekey image=%s old=%s…", image.key, old_key[:4])
    return True
