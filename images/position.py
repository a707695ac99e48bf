"""Where a photo was taken: its original alone knows, until the owner lets the page show it."""

from django.utils.translation import gettext as _

from images import sandbox, storage
from images.metadata import Position
from images.models import Image, Status
from images.rendering import Unreadable


class NoPosition(Exception):
    """Why there is none, in a sentence for the owner."""


def find(image: Image) -> Position:
    """What the stored original says now. Raises NoPosition."""
    if reason := why_not(image):
        raise NoPosition(reason)
    try:
        with storage.media().local_path(image.storage_name) as path:
            found = sandbox.position(path, image.format)
    except (Unreadable, OSError) as error:
        raise NoPosition(_("The original can't be read, so it isn't known where the photo was taken.")) from error
    if found is None:
        raise NoPosition(_absent())
    return found


def why_not(image: Image) -> str:
    """Why there is no position to show, without a look at the original; "" when there is one."""
    if image.status == Status.RECEIVING:
        return _("The photo is still being uploaded. Where it was taken can be shown later.")
    return "" if image.has_position else _absent()


def _absent() -> str:
    return _("The original doesn't say where the photo was taken.")
