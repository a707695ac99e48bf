"""Putting photos into a gallery and taking them out."""

from django.contrib import messages
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _, ngettext
from django.views.decorators.http import require_POST

from accounts.requests import AuthenticatedHttpRequest, came_from
from galleries import guests, ordering
from galleries.forms import GalleryChoiceForm
from galleries.models import Gallery
from images.models import Image
from images.views import trash


@require_POST
def add(request: AuthenticatedHttpRequest) -> HttpResponse:
    """Adds the selected photos to the chosen gallery, or to a new one."""
    form = GalleryChoiceForm(request.POST, user=request.user)
    images = _selected(request)
    target = form.chosen() if form.is_valid() and images else None
    if target is None:
        messages.error(request, _problems(form) or _("Select some photos and a gallery first."))
        return redirect(came_from(request, default=reverse("images:library")))
    target.add(*images)
    count = len(images)
    text = ngettext("%(count)d photo is in “%(gallery)s”.", "%(count)d photos are in “%(gallery)s”.", count)
    messages.success(request, _linked(text, count, target))
    return redirect(came_from(request, default=target.get_absolute_url()))


@require_POST
def move(request: AuthenticatedHttpRequest, key: str) -> HttpResponse:
    """Adds the selected photos to the chosen gallery, or a new one, and takes them out of this one."""
    gallery = _own(request, key)
    form = GalleryChoiceForm(request.POST, user=request.user)
    images = _selected(request).filter(galleries=gallery)
    target = form.chosen() if form.is_valid() and images else None
    if target is None or target == gallery:
        messages.error(request, _problems(form) or _("Select some photos and another gallery first."))
        return _back(request, gallery)
    moved = list(images)
    with transaction.atomic():
        target.add(*moved)
        gallery.remove(moved)
    count = len(moved)
    text = ngettext("%(count)d photo is in “%(gallery)s” now.", "%(count)d photos are in “%(gallery)s” now.", count)
    messages.success(request, _linked(text, count, target))
    return redirect(came_from(request, default=target.get_absolute_url()))


@require_POST
def place(request: AuthenticatedHttpRequest, key: str) -> HttpResponse:
    """Moves the selected photos in the gallery's own order: `to` first, last, earlier, later, or beside a key."""
    gallery = _own(request, key)
    selected = set(_selected(request).filter(galleries=gallery).values_list("key", flat=True))
    to = request.POST.get("to", "")
    if selected:
        ordering.arrange(gallery, selected, to)
    if request.headers.get("X-Requested-With") == "fetch":
        return HttpResponse(status=204)
    return _back(request, gallery)


@require_POST
def remove(request: AuthenticatedHttpRequest, key: str) -> HttpResponse:
    gallery = _own(request, key)
    count = gallery.remove(_selected(request))
    text = ngettext("%(count)d photo taken out.", "%(count)d photos taken out.", count)
    messages.success(request, text % {"count": count})
    return _back(request, gallery)


@require_POST
def cover(request: AuthenticatedHttpRequest, key: str) -> HttpResponse:
    """Takes the first of the selected photos."""
    gallery = _own(request, key)
    keys = request.POST.getlist("keys")[:1]
    image = Image.objects.owned_by(request.user).live().filter(galleries=gallery, key__in=keys).first()
    if image is None:
        messages.info(request, _("Select a photo of this gallery first."))
        return _back(request, gallery)
    gallery.cover = image
    gallery.save(update_fields=["cover"])
    messages.success(request, _("The cover is changed."))
    return _back(request, gallery)


@require_POST
def approve(request: AuthenticatedHttpRequest, key: str) -> HttpResponse:
    """Shows the selected photos of guests to all who may see the gallery."""
    gallery = _own(request, key)
    count = guests.approve(gallery.items.filter(image__in=_selected(request)))
    text = ngettext("%(count)d photo approved.", "%(count)d photos approved.", count)
    messages.success(request, text % {"count": count})
    return _back(request, gallery)


@require_POST
def refuse(request: AuthenticatedHttpRequest, key: str) -> HttpResponse:
    """Deletes the selected photos of guests that wait; what the owner had before only leaves the gallery."""
    gallery = _own(request, key)
    items = gallery.items.filter(image__in=_selected(request))
    images = guests.refused_images(items)
    is_new = images.exists()
    if is_new and trash.is_for_good(request) and request.POST.get("confirm") != "yes":
        return trash.ask(request, images, for_good=True, back=came_from(request, default=gallery.get_absolute_url()))
    count = guests.leave(items)
    if count:
        text = ngettext("%(count)d photo taken out.", "%(count)d photos taken out.", count)
        messages.success(request, text % {"count": count})
    if is_new:
        trash.put(request, images)
    return _back(request, gallery)


def _own(request: AuthenticatedHttpRequest, key: str) -> Gallery:
    return get_object_or_404(Gallery.objects.owned_by(request.user).live(), key=key)


def _selected(request: AuthenticatedHttpRequest) -> QuerySet[Image]:
    return Image.objects.owned_by(request.user).live().filter(key__in=request.POST.getlist("keys")).order_by("pk")


def _back(request: AuthenticatedHttpRequest, gallery: Gallery) -> HttpResponse:
    return redirect(came_from(request, default=gallery.get_absolute_url()))


def _problems(form: GalleryChoiceForm) -> str:
    return " ".join(str(error) for errors in form.errors.values() for error in errors)


def _linked(text: str, count: int, gallery: Gallery) -> SafeString:
    """The message about so many photos, with a link to the gallery that it names."""
    link = format_html('<a href="{}">{}</a>', gallery.get_absolute_url(), gallery.title)
    return format_html(text % {"count": count, "gallery": "{}"}, link)
