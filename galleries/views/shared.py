"""What a visitor with a share link sees. Each page asks `sharing.resolve` first."""

import json
from collections.abc import Callable, Iterable
from functools import wraps
from typing import Any, NamedTuple

from django.contrib.auth.decorators import login_not_required
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST, require_safe

from galleries import guests, listing, ordering, sharing, words
from galleries.forms import UnlockForm
from galleries.models import Downloads, Gallery, GalleryItem, SharedImage, ShareLink
from images import delivery, paging, variants
from images.forms import limits
from images.models import Image
from images.refusals import UploadRefused
from images.rendering import Unreadable
from images.variants import fitted

OWN_SHOWN = 200


class Shown(NamedTuple):
    """A photo, or a gallery with its cover, as a link shows it."""

    what: Image | Gallery
    url: str
    thumb_url: str
    preview_url: str = ""


def by_link(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Gives the view the link instead of the token; where none is open, answers 404, or asks for the password."""

    @wraps(view)
    def door(request: HttpRequest, token: str, **parts: str) -> HttpResponseBase:
        try:
            link = sharing.resolve(token, request)
            # With no-referrer a browser sends a page's forms as of the origin "null", which Django refuses.
            referrer = "same-origin" if guests.may_add(link) else "no-referrer"
            return _discreet(view(request, link, **parts), referrer=referrer)
        except sharing.NoSuchLink as error:
            raise Http404 from error
        except sharing.Locked as locked:
            address = request.get_full_path() if request.method != "POST" else ""
            return _ask(request, locked.link, UnlockForm(initial={"next": address}))

    return login_not_required(door)


@require_safe
@by_link
def page(request: HttpRequest, link: ShareLink, key: str = "") -> HttpResponse:
    """The link's gallery, one in it, or the photos picked by hand."""
    return render_page(request, link, key)


def render_page(
    request: HttpRequest,
    link: ShareLink,
    key: str = "",
    *,
    refused: Iterable[tuple[str, UploadRefused]] = (),
    problem: str = "",
    status: int = 200,
) -> HttpResponse:
    """The page of a link. `refused`, names with reasons, and `problem` are about what a guest has just sent."""
    path: list[Gallery] = []
    cards: list[Shown] = []
    found: paging.Page[GalleryItem] | paging.Page[SharedImage]
    if link.gallery is not None:
        inside = sharing.galleries(link)
        path = _path(link, inside.filter(key=key).first() if key else link.gallery)
        entries = sharing.entries(link, inside)
        nested = listing.covered(inside.filter(parent=path[-1]), items=entries, inside=inside)
        cards = [_card(link, gallery, path) for gallery in nested]
        found = ordering.page_of(path[-1], sharing.items(link, path[-1]), request.GET)
    elif key:
        raise Http404
    else:
        found = paging.ascending(sharing.selected(link), "position", request.GET)
    if paging.is_start(request.GET) and request.method != "POST" and not request.htmx:  # type: ignore[attr-defined]
        sharing.note_view(link, request.user)
    photos = [_photo(link, item.image, path) for item in found.items]
    context = {
        "link": link,
        "gallery": path[-1] if path else None,
        "path": [(gallery.title, _gallery_url(link, gallery)) for gallery in path[:-1]],
        "cards": cards,
        "photos": photos,
        **found.urls(request),
        "ends_at": min((end for end in [link.ends_at, *(g.expires_at for g in path)] if end), default=None),
        "may_download": sharing.may_download(link),
        "meta": None if link.password else _meta(request, link, path, photos),
    }
    if guests.may_add(link) and path[-1] == link.gallery:
        context["drop"] = _drop(request, link, refused=refused, problem=problem)
    return render(request, "galleries/shared.html", context, status=status)


@require_safe
@by_link
def photo(request: HttpRequest, link: ShareLink, key: str) -> HttpResponse:
    image, path = _find(request, link, key)
    previous, following = _beside(link, image, path)
    end = sharing.end(link, image, path)
    if not request.htmx:  # type: ignore[attr-defined]  # a page that waits for its photo asks again and again
        sharing.note_view(link, request.user)
    context = {
        "link": link,
        "image": image,
        "path": [(gallery.title, _gallery_url(link, gallery)) for gallery in path],
        "preview_url": delivery.variant_url(image, variants.PREVIEW, until=end),
        "previous_url": _photo_url(link, previous.image, path) if previous else "",
        "previous_preview_url": _preview_url(link, previous.image, path) if previous else "",
        "next_url": _photo_url(link, following.image, path) if following else "",
        "next_preview_url": _preview_url(link, following.image, path) if following else "",
        "back_url": _gallery_url(link, path[-1]) if path else link.get_absolute_url(),
        "may_download": sharing.may_download(link),
        "may_download_original": link.downloads == Downloads.ORIGINALS,
        "ends_at": end,
    }
    return render(request, "galleries/shared_photo.html", context)


@require_safe
@by_link
def download(request: HttpRequest, link: ShareLink, key: str) -> HttpResponse:
    """The full-size picture without metadata, or with `?original=1` the file as it was uploaded."""
    image, path = _find(request, link, key)
    original = "original" in request.GET
    if not image.is_ready or not sharing.may_download(link) or (original and link.downloads != Downloads.ORIGINALS):
        raise Http404
    end = sharing.end(link, image, path)
    try:
        url = delivery.original_url(image, until=end) if original else delivery.full_url(image, until=end)
    except (Unreadable, FileNotFoundError) as error:
        raise Http404 from error
    sharing.note_download(link, request.user)
    return redirect(url)


@login_not_required
@require_POST
@sensitive_post_parameters("password")
def unlock(request: HttpRequest, token: str) -> HttpResponse:
    try:
        return redirect(sharing.resolve(token, request))
    except sharing.NoSuchLink as error:
        raise Http404 from error
    except sharing.Locked as locked:
        link = locked.link
    form = UnlockForm(request.POST)
    if not form.is_valid():
        return _ask(request, link, form, status=422)
    try:
        if sharing.unlock(link, request, form.cleaned_data["password"]):
            return redirect(own_page(link, form.cleaned_data["next"]))
    except sharing.TooOften:
        minutes = sharing.PASSWORD_WAIT_SECONDS // 60
        form.add_error("password", _("Too many tries. Wait %d minutes, then try again.") % minutes)
        response = _ask(request, link, form, status=429)
        response.headers["Retry-After"] = str(sharing.PASSWORD_WAIT_SECONDS)
        return response
    form.add_error("password", _("This is not the password of this link."))
    return _ask(request, link, form, status=422)


def own_page(link: ShareLink, address: str) -> str:
    """The address if it is one of the link's own pages, else its first page."""
    first: str = link.get_absolute_url()
    return address if address.startswith(f"{first}/") else first


def _ask(request: HttpRequest, link: ShareLink, form: UnlockForm, *, status: int = 200) -> HttpResponse:
    """The page that asks for the password and tells nothing of what is behind it."""
    context = {"form": form, "unlock_url": reverse("galleries:unlock", args=[link.token])}
    response = render(request, "galleries/shared_locked.html", context, status=status)
    _discreet(response, referrer="same-origin")
    return response


def _discreet(response: HttpResponseBase, *, referrer: str) -> HttpResponseBase:
    response.headers["Referrer-Policy"] = referrer
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response


def _find(request: HttpRequest, link: ShareLink, key: str) -> tuple[Image, list[Gallery]]:
    """A photo of the link, and the path to the gallery in which it is shown: that of `?in=`, else any."""
    image = sharing.images(link).filter(key=key).first()
    if image is None:
        raise Http404
    if link.gallery is None:
        return image, []
    inside = sharing.galleries(link)
    homes = list(inside.filter(pk__in=sharing.entries(link, inside).filter(image=image).values("gallery")))
    wanted = request.GET.get("in", link.gallery.key)
    return image, _path(link, next((gallery for gallery in homes if gallery.key == wanted), homes[0]))


def _path(link: ShareLink, gallery: Gallery | None) -> list[Gallery]:
    """The galleries from the link's own down to this one."""
    if gallery is None or link.gallery is None:
        raise Http404
    path = [*gallery.ancestors(), gallery]
    return path[path.index(link.gallery) :]


def _beside(
    link: ShareLink, image: Image, path: list[Gallery]
) -> tuple[GalleryItem | SharedImage | None, GalleryItem | SharedImage | None]:
    if path:
        return ordering.beside(path[-1], sharing.items(link, path[-1]), image)
    photos: QuerySet[SharedImage] = sharing.selected(link)
    return paging.beside(photos, photos.get(image=image), "position")


def _photo(link: ShareLink, image: Image, path: list[Gallery]) -> Shown:
    return Shown(image, _photo_url(link, image, path), _thumb_url(link, image, path), _preview_url(link, image, path))


def _drop(
    request: HttpRequest, link: ShareLink, *, refused: Iterable[tuple[str, UploadRefused]], problem: str
) -> dict[str, Any]:
    """The drop zone, and what this browser has dropped."""
    guest = guests.secret(request)
    most = guests.max_bytes(link)
    return {
        "limits": {**limits(), "max_bytes": most},
        "store": guests.store_id(link, guest),
        "name": guests.name(request),
        "name_length": guests.NAME_LENGTH,
        "uppy_words": json.dumps(words.uppy()),
        "problem": problem,
        "refused": [(name, refusal.message) for name, refusal in refused],
        "own": [(upload, _thumb_url(link, upload.image, ())) for upload in guests.own(link, guest)[:OWN_SHOWN]],
    }


def _meta(request: HttpRequest, link: ShareLink, path: list[Gallery], photos: list[Shown]) -> dict[str, Any]:
    """What link previews in chats read. The picture's address ends like all that the page shows."""
    first = next((photo for photo in photos if photo.thumb_url), None)
    width, height = fitted(first.what.width, first.what.height, variants.THUMB.edge_px) if first else (0, 0)  # type: ignore[union-attr]
    address = request.build_absolute_uri(request.path)
    return {
        "title": path[-1].title if path else link.name or _("Selected photos"),
        "description": path[-1].description[:200] if path and link.shows else "",
        "image_url": request.build_absolute_uri(first.thumb_url) if first else "",
        "width": width,
        "height": height,
        "url": address,
        "oembed_url": delivery.oembed_url(request, link.get_absolute_url()),
    }


def _card(link: ShareLink, gallery: Gallery, path: list[Gallery]) -> Shown:
    cover = gallery.cover_image
    return Shown(gallery, _gallery_url(link, gallery), _thumb_url(link, cover, [*path, gallery]) if cover else "")


def _thumb_url(link: ShareLink, image: Image, path: Iterable[Gallery]) -> str:
    return delivery.variant_url(image, variants.THUMB, until=sharing.end(link, image, path))


def _preview_url(link: ShareLink, image: Image, path: Iterable[Gallery]) -> str:
    return delivery.variant_url(image, variants.PREVIEW, until=sharing.end(link, image, path))


def _photo_url(link: ShareLink, image: Image, path: list[Gallery]) -> str:
    url = reverse("galleries:shared_photo", args=[link.token, image.key])
    return f"{url}?in={path[-1].key}" if len(path) > 1 else url


def _gallery_url(link: ShareLink, gallery: Gallery) -> str:
    if gallery == link.gallery:
        return link.get_absolute_url()
    return reverse("galleries:shared_gallery", args=[link.token, gallery.key])
