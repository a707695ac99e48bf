"""From a stored original to its derivatives."""

import base64
import errno
import logging
import os
from enum import Enum, auto

from django.db.models import F
from django.utils.translation import gettext as _

from images import failpoints, sandbox, storage, variants
from images.models import Image, Status
from images.rendering import Unreadable
from images.variants import Variant

logger = logging.getLogger(__name__)

MOST_ATTEMPTS = 3
MOST_STARTS = 10
"""A photo that was begun this often and came to no end takes its process down with it, and is given up."""


class Outcome(Enum):
    READY = auto()
    ENDED = auto()
    RETRY = auto()


def render(image_id: int) -> Outcome:
    """Makes the eager variants of a photo that waits for them and marks it ready.

    A row that has vanished or moved on is a normal end. After three tries the photo is `failed` with a reason.
    """
    waiting = Image.objects.filter(pk=image_id, status=Status.PROCESSING, deleted_at__isnull=True)
    if not waiting.update(render_attempts=F("render_attempts") + 1):
        return Outcome.ENDED
    image = waiting.first()
    if image is None:
        return Outcome.ENDED
    failpoints.reach("render.begun")
    if image.render_attempts > MOST_STARTS:
        return _failed(image, Unreadable("unreadable", "Rendering never ends."))
    try:
        with storage.media().local_path(image.storage_name) as path:
            rendering = sandbox.render(path, image.format, tuple(map(image.variant, variants.EAGER)))
    except (Unreadable, OSError) as error:
        return _failed(image, error)
    names = {image.variant_name(variants.BY_NAME[name]): data for name, data in rendering.files.items()}
    for name, data in names.items():
        storage.write(name, data)
        failpoints.reach("render.first")
    failpoints.reach("render.stored")
    done = waiting.filter(file_key=image.file_key).update(
        status=Status.READY,
        failure="",
        placeholder=base64.b64encode(rendering.placeholder).decode(),
        colour=rendering.colour,
    )
    failpoints.reach("render.ready")
    if done:
        return Outcome.READY
    if _is_current(image):  # another process has rendered it meanwhile
        return Outcome.ENDED
    storage.media().delete_many(names)
    return Outcome.RETRY  # deleted, or renamed by a change of visibility: look again


def ensure(image: Image, variant: Variant) -> str:
    """The storage name of a derivative, made now if it is missing. Raises Unreadable or FileNotFoundError."""
    name = image.variant_name(variant)
    if storage.media().exists(name):
        return name
    with storage.media().local_path(image.storage_name) as path:
        if variant is variants.FULL:
            data = sandbox.full(path, image.format, image.has_alpha)
        else:
            data = sandbox.render(path, image.format, (image.variant(variant),)).files[variant.name]
    storage.write(name, data)
    if not _is_current(image):
        storage.media().delete_many([name])
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), name)
    return name


def render_avif(image_id: int) -> bool:
    """Makes the AVIF of a ready photo's preview and keeps it if it is smaller; whether it did.

    A row that has vanished, was renamed meanwhile or has its answer is a normal end.
    """
    image = Image.objects.kept().filter(pk=image_id).first()
    if image is None or not image.wants_avif:
        return False
    media, name = storage.media(), image.variant_name(variants.AVIF_PREVIEW)
    try:
        with media.local_path(image.storage_name) as path:
            data = sandbox.render(path, image.format, (variants.AVIF_PREVIEW,), spare_time=True).files["preview"]
        has_avif = len(data) < media.size(image.variant_name(variants.PREVIEW))
    except (Unreadable, OSError) as error:
        logger.warning("render avif image=%s failed: %s", image.key, error)
        return False
    if has_avif:
        storage.write(name, data)
    same = Image.objects.filter(pk=image.pk, file_key=image.file_key, deleted_at__isnull=True)
    if same.update(has_avif=has_avif):
        return has_avif
    if has_avif:
        media.delete_many([name])
    return False


def missing(image: Image) -> bool:
    """Whether storage lacks an eager variant of this photo."""
    return not all(storage.media().exists(image.variant_name(variant)) for variant in variants.EAGER)


def forget_lost_avif(image: Image) -> None:
    """Lets an AVIF that storage has no longer be made again."""
    if image.has_avif and not storage.media().exists(image.variant_name(variants.AVIF_PREVIEW)):
        Image.objects.filter(pk=image.pk, file_key=image.file_key).update(has_avif=None)


def _is_current(image: Image) -> bool:
    """Whether the photo is still there under this file key. If not, a file just written is nobody's."""
    return Image.objects.filter(pk=image.pk, file_key=image.file_key, deleted_at__isnull=True).exists()


def _failed(image: Image, error: Unreadable | OSError) -> Outcome:
    logger.warning("render image=%s attempt=%s failed: %s", image.key, image.render_attempts, error)
    if image.render_attempts < MOST_ATTEMPTS:
        return Outcome.RETRY
    reason = _("The picture can't be read.") if isinstance(error, Unreadable) else _("The original can't be opened.")
    Image.objects.filter(pk=image.pk, status=Status.PROCESSING).update(status=Status.FAILED, failure=reason)
    return Outcome.ENDED
