"""Room for photos: reserved by one conditional UPDATE, so two uploads can't both take the last byte."""

from typing import TypedDict

from django.conf import settings
from django.db.models import F
from django.db.models.functions import Coalesce, Greatest

from accounts.models import User


class QuotaExceeded(Exception):
    """The person has no room. `limit` is in bytes for `storage_full`, a number for `too_many_images`."""

    def __init__(self, *, code: str, limit: int) -> None:
        super().__init__(code, limit)
        self.code = code
        self.limit = limit


class Usage(TypedDict):
    used_bytes: int
    limit_bytes: int
    image_count: int
    image_limit: int


def reserve(user: User, *, size_bytes: int) -> None:
    """Takes room for one image of `size_bytes`. Raises QuotaExceeded and takes nothing when there is none."""
    taken = (
        User.objects.filter(pk=user.pk)
        .annotate(
            room_bytes=Coalesce(F("storage_limit_bytes"), settings.STORAGE_LIMIT_BYTES) - F("used_bytes"),
            room_images=Coalesce(F("image_limit"), settings.IMAGE_LIMIT) - F("image_count"),
        )
        .filter(room_bytes__gte=size_bytes, room_images__gte=1)
        .update(used_bytes=F("used_bytes") + size_bytes, image_count=F("image_count") + 1)
    )
    if taken:
        return
    current = User.objects.only("image_count", "image_limit", "storage_limit_bytes").get(pk=user.pk)
    if current.image_count >= current.effective_image_limit:
        raise QuotaExceeded(code="too_many_images", limit=current.effective_image_limit)
    raise QuotaExceeded(code="storage_full", limit=current.effective_storage_limit_bytes)


def release(user_id: int, *, size_bytes: int, images: int = 1) -> None:
    """Gives room back; never below zero."""
    User.objects.filter(pk=user_id).update(
        used_bytes=Greatest(F("used_bytes") - size_bytes, 0),
        image_count=Greatest(F("image_count") - images, 0),
    )


def correct(user_id: int, *, size_bytes: int, images: int) -> None:
    """Sets what has been counted wrongly."""
    User.objects.filter(pk=user_id).update(used_bytes=size_bytes, image_count=images)


def usage(user: User) -> Usage:
    """What the person has stored and may store, read afresh."""
    user.refresh_from_db(fields=["used_bytes", "image_count", "storage_limit_bytes", "image_limit"])
    return {
        "used_bytes": user.used_bytes,
        "limit_bytes": user.effective_storage_limit_bytes,
        "image_count": user.image_count,
        "image_limit": user.effective_image_limit,
    }
