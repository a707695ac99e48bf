"""Deleting photos from any page, the trash, and the way back."""

from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _, ngettext
from django.views.decorators.http import require_POST, require_safe

from accounts import quotas
from accounts.requests import AuthenticatedHttpRequest, came_from
from images import deletion, paging, trash
from images.models import Image, ImageQuerySet

SHOWN_BEFORE_DELETION = 24
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


@require_safe
def page(request: AuthenticatedHttpRequest) -> HttpResponse:
    photos = paging.newest(_trashed(request), request.GET)
    context = {
        "photos": photos.items,
        **photos.urls(request),
        "usage": quotas.usage(request.user),
        "days": settings.TRASH_DAYS,
    }
    return render(request, "images/trash.html", context)


@require_POST
def restore(request: AuthenticatedHttpRequest) -> HttpResponse:
    """Brings back the selected photos, or with `moment` all that were deleted together at that moment."""
    moment = request.POST.get("moment", "")
    images = _deleted_at(request, moment) if moment else _selected(request)
    key = images.values_list("key", flat=True).first()
    count = images.restore()
    text = ngettext("%(count)d photo is back.", "%(count)d photos are back.", count)
    messages.success(request, text % {"count": count})
    if not moment:
        return redirect("images:trash")
    default = reverse("images:photo", args=[key]) if count == 1 else reverse("images:library")
    return redirect(came_from(request, default=default))


@require_POST
def delete(request: AuthenticatedHttpRequest) -> HttpResponse:
    """Deletes selected photos of the trash for good; asks first."""
    return _delete_from_trash(request, _selected(request))


@require_POST
def empty(request: AuthenticatedHttpRequest) -> HttpResponse:
    """Deletes everything in the trash for good; asks first."""
    return _delete_from_trash(request, _trashed(request))


def is_for_good(request: AuthenticatedHttpRequest) -> bool:
    """Whether the request asks for more than a move to the trash, or there is no trash."""
    return not settings.TRASH_DAYS or "now" in request.POST


def put(request: AuthenticatedHttpRequest, images: ImageQuerySet) -> None:
    """Deletes photos as the request asks, into the trash or for good, and says so, with a way back if there is one."""
    if is_for_good(request):
        _delete_for_good(request, images)
        return
    count, moment = trash.put(images)
    text = ngettext("%(count)d photo is in the trash.", "%(count)d photos are in the trash.", count)
    undo = f"undo {(moment - _EPOCH) // _MICROSECOND}"
    messages.success(request, text % {"count": count}, extra_tags=undo)


def ask(request: AuthenticatedHttpRequest, images: ImageQuerySet, *, for_good: bool, back: str) -> HttpResponse:
    """The page before a deletion; its form goes to the address that it is shown at, with `confirm`."""
    context = {
        "count": images.count(),
        "shown": images.order_by("-pk")[:SHOWN_BEFORE_DELETION],
        "keys": request.POST.getlist("keys"),
        "for_good": for_good,
        "days": settings.TRASH_DAYS,
        "back": back,
    }
    return render(request, "images/confirm_delete.html", context)


def _delete_from_trash(request: AuthenticatedHttpRequest, images: ImageQuerySet) -> HttpResponse:
    if not images.exists():
        messages.info(request, _("Select some photos first."))
    elif request.POST.get("confirm") != "yes":
        return ask(request, images, for_good=True, back=reverse("images:trash"))
    else:
        _delete_for_good(request, images)
    return redirect("images:trash")


def _delete_for_good(request: AuthenticatedHttpRequest, images: ImageQuerySet) -> None:
    count = deletion.delete(images, seconds=deletion.REQUEST_SECONDS)
    text = ngettext("%(count)d photo is deleted for good.", "%(count)d photos are deleted for good.", count)
    messages.success(request, text % {"count": count})


def _trashed(request: AuthenticatedHttpRequest) -> ImageQuerySet:
    return Image.objects.owned_by(request.user).trashed()


def _selected(request: AuthenticatedHttpRequest) -> ImageQuerySet:
    return _trashed(request).filter(key__in=request.POST.getlist("keys"))


def _deleted_at(request: AuthenticatedHttpRequest, moment: str) -> ImageQuerySet:
    """What was deleted at a moment, in microseconds since 1970 as `put` has told it."""
    if not (moment.isascii() and moment.isdigit() and len(moment) < 18):
        return Image.objects.none()
    return _trashed(request).filter(trashed_at=_EPOCH + int(moment) * _MICROSECOND)
