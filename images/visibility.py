"""Who may see a photo, and until when. Where a door closes, the files get new names, so URLs that are out die too."""

import logging
from datetime import datetime
from functools import partial

from django.db import transaction
from django.utils import timezone

from accounts.models import Visibility, random_key
from images import storage, tasks, variants
from images.delivery import url_end
from images.formats import BY_NAME
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
    """Saves `fields`; with `rekey` files get their new name first, and lose the old one after the COMMIT."""
    if not rekey or image.status == Status.RECEIVING:
        image.save(update_fields=fields)
        return
    old_key, old_names = image.file_key, image.file_names()
    new_key = random_key(22)
    media = storage.media()
    media.duplicate(image.storage_name, variants.original_name(new_key, BY_NAME[image.format].extension))
    for variant in (*variants.BY_NAME.values(), *([variants.AVIF_PREVIEW] if image.has_avif else [])):
        media.duplicate(
            image.variant_name(variant),
            variants.derived_name(new_key, variant.name, image.variant_extension(variant)),
        )
    image.file_key = new_key
    with transaction.atomic():
        # With has_avif, because it may have become true since the names above were taken from it.
        image.save(update_fields=[*fields, "file_key", "has_avif"])
        transaction.on_commit(partial(media.delete_many, old_names))
        if image.wants_avif:
            transaction.on_commit(partial(tasks.render_avif.enqueue, image.pk))
        if image.status == Status.PROCESSING:  # a render under way finds its name gone and gives up
            transaction.on_commit(partial(tasks.render.enqueue, image.pk))
    logger.info("rekey image=%s old=%s…", image.key, old_key[:4])
