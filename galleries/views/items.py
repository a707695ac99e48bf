"""Putting photos into a gallery and taking them out."""

from django.contrib import messages
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _, ngettext
from django.views.decorators.http import require_POST

from accounts.requests import AuthenticatedHttpRequest
from galleries import guests, ordering
from galleries.forms import GalleryChoiceForm
from galleries.models import Gallery
from images.models import Image


@require_POST
def add(request: AuthenticatedHttpRequest) -> HttpResponse:
    """Adds the selected photos to the chosen gallery, or to a new one."""
    form = GalleryChoiceForm(request.POST, user=request.user)
    images = _selected(request)
    if not form.is_valid() or not images:
        problems = [str(error) for errors in form.errors.values() for error in errors]
        messages.error(request, " ".join(problems) or _("Select some photos first."))
        return redirect("images:library")
    gallery = form.chosen()
    if gallery is None:
        messages.error(request, _("Choose a gallery."))
        return redirect("images:library")
    gallery.add(*images)
    count = len(images)
    text = ngettext("%(count)d photo is in “%(title)s”.", "%(count)d photos are in “%(title)s”.", count)
    messages.success(request, text % {"count": count, "title": gallery.title})
    return redirect(gallery)


@require_POST
def move(request: AuthenticatedHttpRequest, key: str) -> HttpResponse:
    """Adds the selected photos to the chosen gallery, or a new one, and takes them out of this one."""
    gallery = get_object_or_404(Gallery.objects.owned_by(request.user).live(), key=key)
    form = GalleryChoiceForm(request.POST, user=request.user)
    images = _selected(request).filter(galleries=gallery)
    target = form.chosen() if form.is_valid() and images else None
    if target is None or target == gallery:
        problems = [str(error) for errors in form.errors.values() for error in errors]
        messages.error(request, " ".join(problems) or _("Select some photos and another gallery first."))
        return redirect(gallery)
    moved = list(images)
    with transaction.atomic():
        target.add(*moved)
        gallery.remove(moved)
    text = ngettext("%(count)d photo is in “%(title)s” now.", "%(count)d photos are in “%(title)s” now.", len(moved))
    messages.success(request, text % {"count": len(moved), "title": target.title})
    return redirect(target)


@require_POST
def place(request: AuthenticatedHttpRequest, key: str) -> HttpResponse:
    """Moves the selected photos in the gallery's own order: `to` first, last, earlier, later, or in front of a key."""
    gallery = get_object_or_404(Gallery.objects.owned_by(request.user).live(), key=key)
    selected = set(_selected(request).filter(galleries=gallery).values_list("key", flat=True))
    to = request.POST.get("to", "")
    if selected:
        ordering.arrange(gallery, selected, to)
    if request.headers.get("X-Requested-With") == "fetch":
        return HttpResponse(status=204)
    return redirect(f"{gallery.get_absolute_url()}?{request.GET.urlencode()}" if request.GET else gallery)


@require_POST
def remove(request: AuthenticatedHttpRequest, key: str) -> HttpResponse:
    gallery = get_object_or_404(Gallery.objects.owned_by(request.user).live(), key=key)
    count = gallery.remove(_selected(request))
    text = ngettext("%(count)d photo taken out.", "%(count)d photos taken out.", count)
    messages.success(request, text % {"count": count})
    return redirect(gallery)


@require_POST
def cover(request: AuthenticatedHttpRequest, key: str) -> HttpResponse:
    gallery = get_object_or_404(Gallery.objects.owned_by(request.user).live(), key=key)
    gallery.cover = get_object_or_404(
        Image.objects.owned_by(request.user).live().filter(galleries=gallery), key=request.POST.get("keys", "")
    )
    gallery.save(update_fields=["cover"])
    messages.success(request, _("The cover is changed."))
    return redirect(gallery)


@require_POST
def approve(request: AuthenticatedHttpRequest, key: str) -> HttpResponse:
    """Shows the selected photos of guests to all who may see the gallery."""
    gallery = get_object_or_404(Gallery.objects.owned_by(request.user).live(), key=key)
    count = guests.approve(gallery.items.filter(image__in=_selected(request)))
    text = ngettext("%(count)d photo approved.", "%(count)d photos approved.", count)
    messages.success(request, text % {"count": count})
    return redirect(gallery)


@require_POST
def refuse(request: AuthenticatedHttpRequest, key: str) -> HttpResponse:
    """Deletes the selected photos of guests that wait for approval."""
    gallery = get_object_or_404(Gallery.objects.owned_by(request.user).live(), key=key)
    count = guests.refuse(gallery.items.filter(image__in=_selected(request)))
    text = ngettext("%(count)d photo removed.", "%(count)d photos removed.", count)
    messages.success(request, text % {"count": count})
    return redirect(gallery)


def _selected(request: AuthenticatedHttpRequest) -> QuerySet[Image]:
    return Image.objects.owned_by(request.user).live().filter(key__in=request.POST.getlist("keys")).order_by("pk")
