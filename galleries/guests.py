"""Photos that people without an account bring through a share link: limits, approval, taking back."""

from functools import partial
from typing import Final

from allauth.core import ratelimit
from django.conf import settings
from django.db import transaction
from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _, ngettext

from accounts.models import Visibility, random_key
from galleries.models import Additions, Gallery, GalleryItem, GuestUpload, ShareLink, ShareLinkQuerySet, shows
from images import deletion, expiry, refusals
from images.metadata import clean_text
from images.models import Image, ImageQuerySet, Status
from images.refusals import UploadRefused
from images.uploads import Options, Place

NAME_LENGTH: Final = 80

_GUEST = "guest"
_NAME = "guest_name"


def may_add(link: ShareLink) -> bool:
    return link.additions != Additions.NONE and link.gallery is not None


def secret(request: HttpRequest) -> str:
    """By which this browser's own uploads are known while its session lives."""
    known: str = request.session.setdefault(_GUEST, random_key(22))
    return known


def store_id(link: ShareLink, guest: str) -> str:
    """Names what the browser keeps of unfinished uploads: of this link and this guest, and telling of neither."""
    return salted_hmac("galleries.guests", f"{link.token}:{guest}").hexdigest()[:16]


def name(request: HttpRequest) -> str:
    """What the guest calls themselves."""
    known: str = request.session.get(_NAME, "")
    return known


def remember_name(request: HttpRequest, told: str) -> str:
    """The name, clean, kept for the session."""
    clean = clean_text(told)[:NAME_LENGTH].rstrip()
    if clean != name(request):
        request.session[_NAME] = clean
    return clean


def count_request(link: ShareLink, request: HttpRequest) -> None:
    """Raises UploadRefused when too many photos came in the last hour, from one address or through the link."""
    if not ratelimit.consume(request, action="share_link_upload", key=link.token):
        message = _("Too many photos in a short time. Wait an hour, then go on.")
        raise UploadRefused("too_often", message, status=429)


def max_bytes(link: ShareLink) -> int:
    """The largest photo that a guest may add."""
    return min(settings.UPLOAD_MAX_BYTES, link.guest_max_bytes or settings.UPLOAD_MAX_BYTES)


def options(link: ShareLink) -> Options:
    """What the owner has chosen for photos in this gallery. A stranger's photo is never made public by itself."""
    owner = link.owner
    chosen = {"visibility": owner.default_visibility, "lifetime": owner.effective_lifetime}
    chosen |= _gallery(link).photo_defaults
    if chosen["visibility"] == Visibility.PUBLIC:
        chosen["visibility"] = Visibility.UNLISTED
    return Options(visibility=chosen["visibility"], expires_at=expiry.parse(chosen["lifetime"], now=timezone.now()))


def place(link: ShareLink, *, guest: str, added_by: str) -> Place:
    """Takes a photo into the link's gallery, in the transaction in which it is called. Raises UploadRefused."""
    return partial(_take_in, link, guest, added_by)


def refused(link: ShareLink, refusal: UploadRefused) -> UploadRefused:
    """The refusal as a guest may read it: the limit of the link, and nothing of the owner's account."""
    if refusal.code in {"storage_full", "too_many_images"}:
        return UploadRefused("storage_full", _("The owner's storage is full."), status=413)
    if refusal.code == "file_too_large":
        return refusals.too_large(max_bytes(link))
    return refusal


def mark_new(link: ShareLink, guest: str, image: Image) -> None:
    """Says that a photo which arrived whole wasn't there before; until then taking it back deletes nothing."""
    GuestUpload.objects.filter(link=link, guest=guest, image=image).update(is_new=True)


def own(link: ShareLink, guest: str) -> "QuerySet[GuestUpload]":
    """What this browser has sent through the link, newest first, with its photos and entries."""
    images = Image.objects.live().received().filter(quarantined_at__isnull=True)
    uploads = GuestUpload.objects.filter(shows(images), link=link, guest=guest)
    return uploads.select_related("image", "item").order_by("-pk")


def take_back(upload: GuestUpload) -> None:
    """Deletes the photo for good, or if it isn't there because of this upload alone only its entry."""
    if upload.is_new:
        deletion.delete(Image.objects.filter(pk=upload.image_id))
        return
    with transaction.atomic():
        if upload.item is not None:
            upload.item.delete()
        upload.delete()


def waiting(gallery: Gallery) -> "QuerySet[GalleryItem]":
    """What guests have added and the owner hasn't approved yet, newest first."""
    images = Image.objects.owned_by(gallery.owner).live().received()
    return gallery.items.filter(shows(images), waits=True).select_related("image").order_by("-pk")


def with_waiting(links: ShareLinkQuerySet) -> ShareLinkQuerySet:
    """Links with `waiting_count`: the photos that wait for approval in their gallery."""
    images = Image.objects.live().received()
    items = GalleryItem.objects.filter(shows(images), gallery=OuterRef("gallery"), waits=True).order_by()
    counted = items.values("gallery").annotate(number=Count("pk")).values("number")
    return links.annotate(waiting_count=Coalesce(Subquery(counted), 0))


def approve(items: "QuerySet[GalleryItem]") -> int:
    """Shows the photos to all who may see the gallery. Returns how many waited."""
    return items.filter(waits=True).update(waits=False)


def refused_images(items: "QuerySet[GalleryItem]") -> ImageQuerySet:
    """The photos among those that wait which are there because of guests alone."""
    new = GuestUpload.objects.filter(item__in=items.filter(waits=True), is_new=True)
    return Image.objects.filter(pk__in=new.values("image"))


def leave(items: "QuerySet[GalleryItem]") -> int:
    """Takes those that the owner has on their own account out of the gallery where they wait. Returns how many."""
    new = GuestUpload.objects.filter(item=OuterRef("pk"), is_new=True)
    return items.filter(~Exists(new), waits=True).delete()[0]


def _take_in(link: ShareLink, guest: str, added_by: str, image: Image) -> None:
    gallery = _gallery(link)
    if image.size_bytes > max_bytes(link):
        raise refusals.too_large(max_bytes(link))
    if not _reserve(link):
        raise _no_more(link.guest_max_images or 0)
    is_under_way = image.status == Status.RECEIVING
    upload_key = image.uploads.values_list("key", flat=True).get() if is_under_way else random_key(22)
    was_in = gallery.items.filter(image=image).exists()
    gallery.add(image, added_by=added_by, waits=link.needs_approval)
    GuestUpload.objects.create(
        link=link,
        guest=guest,
        upload_key=upload_key,
        image=image,
        item=None if was_in else gallery.items.get(image=image),
        is_new=is_under_way,
    )


def _reserve(link: ShareLink) -> bool:
    """Takes one of the photos that guests may add, by one conditional UPDATE; False when none is left."""
    room = ShareLink.objects.filter(
        Q(guest_max_images__isnull=True) | Q(guest_image_count__lt=F("guest_max_images")), pk=link.pk
    )
    return bool(room.update(guest_image_count=F("guest_image_count") + 1, last_used_at=timezone.now()))


def _no_more(limit: int) -> UploadRefused:
    message = ngettext(
        "This link takes %(limit)d photo, and it is here.",
        "This link takes %(limit)d photos, and they are here.",
        limit,
    )
    return UploadRefused("too_many_guest_photos", message % {"limit": limit}, status=413, limit=limit)


def _gallery(link: ShareLink) -> Gallery:
    assert link.gallery is not None, "Guests add to galleries only"
    return link.gallery
