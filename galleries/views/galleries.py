"""Galleries: the list, the page, and the life of one."""

from collections.abc import Iterable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import Visibility
from accounts.requests import AuthenticatedHttpRequest
from galleries import guests, listing, ordering
from galleries.forms import GalleryForm
from galleries.listing import with_covers
from galleries.models import Gallery, GalleryItem
from images import delivery
from images.forms import BulkForm
from images.models import Image
from images.views import trash

WAITING_SHOWN = 200


@require_safe
def gallery_list(request: AuthenticatedHttpRequest) -> HttpResponse:
    """The galleries that are in no other."""
    galleries = with_covers(Gallery.objects.owned_by(request.user).on_top(), request.user)
    return render(request, "galleries/list.html", {"galleries": galleries})


@login_not_required
@require_safe
def gallery(request: HttpRequest, key: str) -> HttpResponse:
    found = get_object_or_404(Gallery.objects.visible_to(request.user).select_related("owner", "cover"), key=key)
    is_owner = found.owner == request.user
    inside = Gallery.objects.visible_to(request.user).filter(parent=found)
    page = ordering.page_of(found, found.items_visible_to(request.user).filter(waits=False), request.GET)
    photos = _named(page.items) if is_owner else [item.image for item in page.items]
    waiting = _named(guests.waiting(found)[:WAITING_SHOWN]) if is_owner else []
    context = {
        "gallery": found,
        "is_owner": is_owner,
        "path": [(around.title, around.get_absolute_url()) for around in _path(found, is_owner=is_owner)],
        "galleries": listing.with_covers(inside if is_owner else inside.beside(found), request.user),
        "photos": photos,
        "waiting": waiting,
        "waiting_count": len(waiting) if len(waiting) < WAITING_SHOWN else guests.waiting(found).count(),
        **page.urls(request),
        "link": request.build_absolute_uri(found.get_absolute_url()),
        "meta": _meta(request, found, photos) if found.visibility != Visibility.PRIVATE else None,
        "bulk_form": BulkForm(),
        "other_galleries": Gallery.objects.owned_by(found.owner).live().exclude(pk=found.pk).order_by("title"),
    }
    return render(request, "galleries/gallery.html", context)


@require_http_methods(["GET", "POST"])
def create(request: AuthenticatedHttpRequest) -> HttpResponse:
    initial = {"visibility": request.user.default_visibility, "parent": request.GET.get("parent", "")}
    form = GalleryForm(request.POST or None, user=request.user, initial=initial)
    if request.method == "POST" and form.is_valid():
        form.instance.put_into(form.cleaned_data["parent"])
        return redirect(form.instance)
    return render(request, "galleries/form.html", {"form": form, "gallery": None}, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
def edit(request: AuthenticatedHttpRequest, key: str) -> HttpResponse:
    found = get_object_or_404(Gallery.objects.owned_by(request.user).live(), key=key)
    form = GalleryForm(request.POST or None, instance=found, user=request.user)
    if request.method == "POST" and form.is_valid():
        found.put_into(form.cleaned_data["parent"], fields=form.cleaned_data)
        messages.success(request, _("Saved."))
        return redirect(found)
    return render(request, "galleries/form.html", {"form": form, "gallery": found}, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
def delete(request: AuthenticatedHttpRequest, key: str) -> HttpResponse:
    """Deletes the gallery; galleries in it move up, and its photos stay unless the box is ticked."""
    found = get_object_or_404(Gallery.objects.owned_by(request.user).live(), key=key)
    photos = Image.objects.owned_by(request.user).live().filter(galleries=found)
    if request.method != "POST":
        context = {"gallery": found, "image_count": photos.count(), "gallery_count": found.children.count()}
        return render(request, "galleries/confirm_delete.html", context)
    if "with_photos" in request.POST and photos.exists():
        trash.put(request, photos)
    found.dissolve()
    messages.success(request, _("The gallery is deleted."))
    return redirect("galleries:list")


def _named(items: Iterable[GalleryItem]) -> list[Image]:
    """The photos of entries, with the names that guests gave."""
    for item in items:
        item.image.added_by = item.added_by
    return [item.image for item in items]


def _path(found: Gallery, *, is_owner: bool) -> list[Gallery]:
    """The galleries around this one, up to one that has ended, or to one that this viewer may not know of."""
    path: list[Gallery] = []
    for ancestor in reversed(found.ancestors()):
        if ancestor.has_ended or not (is_owner or ancestor.visibility == Visibility.PUBLIC):
            break
        path.insert(0, ancestor)
    return path


def _meta(request: HttpRequest, found: Gallery, photos: list[Image]) -> dict[str, Any]:
    """What link previews in chats and other sites read."""
    shared = [image for image in photos if image.visibility != Visibility.PRIVATE and image.is_ready]
    cover = next((image for image in shared if image.pk == found.cover_id), shared[0] if shared else None)
    return {
        "title": found.title,
        "description": found.description[:200],
        "image_url": request.build_absolute_uri(cover.direct_url) if cover else "",
        "width": cover.width if cover else 0,
        "height": cover.height if cover else 0,
        "url": request.build_absolute_uri(found.get_absolute_url()),
        "listed": found.visibility == Visibility.PUBLIC,
        "oembed_url": delivery.oembed_url(request, found.get_absolute_url()),
        "feed_url": reverse("galleries:feed", args=[found.key]) if found.visibility == Visibility.PUBLIC else "",
    }
