"""Share links: who comes in, what they may see, take away and bring. Every door of a link asks `resolve`."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from allauth.core import ratelimit
from django.conf import settings
from django.contrib.auth.hashers import check_password, make_password
from django.contrib.auth.models import AnonymousUser
from django.db import transaction
from django.db.models import F, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import salted_hmac

from accounts.models import User
from galleries.models import (
    Downloads,
    Gallery,
    GalleryItem,
    GalleryQuerySet,
    SharedImage,
    ShareLink,
    ShareLinkQuerySet,
    shows,
)
from images.models import EXTENSION, Image, ImageQuerySet, Status

PASSWORD_WAIT_SECONDS = 300  # the window of the rate `share_link_password` in the settings

_UNLOCKED = "unlocked_links"


class NoSuchLink(Exception):
    """Wrong, revoked or ended, or its owner is disabled: nobody is told which."""


class Locked(Exception):
    """The link has a password that this browser hasn't given."""

    def __init__(self, link: ShareLink) -> None:
        super().__init__(link.pk)
        self.link = link


class TooOften(Exception):
    """Too many passwords were tried."""


def default_end() -> datetime | None:
    """When a link that is made now ends, unless its owner says otherwise."""
    days = settings.SHARE_LINK_DAYS
    return timezone.now() + timedelta(days=days) if days else None


def make(
    owner: User,
    *,
    gallery: Gallery | None = None,
    images: Iterable[Image] = (),
    expires_at: datetime | None,
    **chosen: Any,
) -> ShareLink:
    """A new link to a gallery, or to the given photos in their order; `chosen` are further fields of the link."""
    with transaction.atomic():
        link = ShareLink.objects.create(owner=owner, gallery=gallery, expires_at=expires_at, **chosen)
        SharedImage.objects.bulk_create(
            [SharedImage(link=link, image=image, position=number) for number, image in enumerate(images)]
        )
    return link


def resolve(token: str, request: HttpRequest) -> ShareLink:
    """The link that this request may use. Raises NoSuchLink, or Locked until the password was given."""
    link = ShareLink.objects.live().select_related("owner", "gallery").filter(token=token).first()
    if link is None:
        raise NoSuchLink
    if link.password and link.owner != request.user and request.session.get(_UNLOCKED, {}).get(token) != _seal(link):
        raise Locked(link)
    return link


def unlock(link: ShareLink, request: HttpRequest, password: str) -> bool:
    """Opens this link, and no other, for this browser if the password is right. Raises TooOften."""
    if not ratelimit.consume(request, action="share_link_password", key=link.token):
        raise TooOften
    if not check_password(password, link.password):
        return False
    request.session[_UNLOCKED] = {**request.session.get(_UNLOCKED, {}), link.token: _seal(link)}
    return True


def set_password(link: ShareLink, password: str) -> None:
    """Sets the password, or with "" takes it away; browsers that gave the old one have to give the new one."""
    link.password = make_password(password) if password else ""


def images(link: ShareLink) -> ImageQuerySet:
    """Every photo that the link shows, its owner's private ones included: the link is the permission."""
    if link.gallery is None:
        return _open_images(link).filter(share_links=link)
    return _open_images(link).filter(pk__in=entries(link, galleries(link)).values("image"))


def entries(link: ShareLink, inside: GalleryQuerySet) -> "QuerySet[GalleryItem]":
    """What the link shows of some of its galleries."""
    return GalleryItem.objects.filter(shows(_open_images(link)), gallery__in=inside, waits=False)


def items(link: ShareLink, gallery: Gallery) -> "QuerySet[GalleryItem]":
    """What the link shows of one of its galleries."""
    return gallery.items.filter(shows(_open_images(link)), waits=False).select_related("image")


def selected(link: ShareLink) -> "QuerySet[SharedImage]":
    """What a link to photos picked by hand shows, in their order."""
    return link.items.filter(shows(_open_images(link))).select_related("image")


def galleries(link: ShareLink) -> GalleryQuerySet:
    """The link's gallery and all in it, in one query a level; one that has ended hides what is in it."""
    found: list[int] = []
    level = [link.gallery_id] if link.gallery_id else []
    for _depth in range(Gallery.MOST_LEVELS):
        found += level
        if not level or not link.shows:
            break
        level = list(Gallery.objects.live().filter(parent__in=level).values_list("pk", flat=True))
    return Gallery.objects.live().filter(pk__in=found)


def end(link: ShareLink, image: Image, path: Iterable[Gallery] = ()) -> datetime | None:
    """When a URL of this photo that is handed out through the link has to end at the latest.

    `path` are the galleries, inside of the link's, through which it is shown.
    """
    ends = [link.ends_at, image.expires_at, *(gallery.expires_at for gallery in path)]
    return min((moment for moment in ends if moment is not None), default=None)


def may_download(link: ShareLink) -> bool:
    return link.downloads != Downloads.NONE


def note_view(link: ShareLink, viewer: User | AnonymousUser) -> None:
    """Counts a page that was opened, unless by the link's owner."""
    if viewer != link.owner:
        ShareLink.objects.filter(pk=link.pk).update(view_count=F("view_count") + 1, last_used_at=timezone.now())


def note_download(link: ShareLink, viewer: User | AnonymousUser, photos: int = 1) -> None:
    """Counts photos that were taken away, unless by the link's owner."""
    if viewer != link.owner:
        ShareLink.objects.filter(pk=link.pk).update(
            download_count=F("download_count") + photos, last_used_at=timezone.now()
        )


def extend(link: ShareLink) -> None:
    """Puts the end off by EXTENSION, from now on if it has passed. What never ends, or is revoked, stays so."""
    if link.expires_at is not None and link.revoked_at is None:
        link.expires_at = max(link.expires_at, timezone.now()) + EXTENSION
        link.save(update_fields=["expires_at"])


def revoke(links: ShareLinkQuerySet) -> int:
    """Closes links for good. Returns how many were open."""
    return links.filter(revoked_at__isnull=True).update(revoked_at=timezone.now())


def cover(link: ShareLink) -> Image | None:
    """The photo that stands for the link elsewhere: the cover of its gallery, else the first that it shows."""
    if link.gallery is None:
        first = selected(link).filter(image__status=Status.READY).order_by("position").first()
        return first.image if first else None
    return link.gallery.cover_among(items(link, link.gallery))


def _open_images(link: ShareLink) -> ImageQuerySet:
    if not link.shows:
        return Image.objects.none()
    return (
        Image.objects.owned_by(link.owner)
        .live()
        .filter(status__in=[Status.PROCESSING, Status.READY], quarantined_at__isnull=True)
    )


def _seal(link: ShareLink) -> str:
    """What a browser keeps that gave the password; another password makes it worthless."""
    return salted_hmac("galleries.sharing", f"{link.token}:{link.password}").hexdigest()
