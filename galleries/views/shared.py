"""What a visitor with a share link sees. Each page asks `sharing.resolve` first."""

from collections.abc import Callable, Iterable
from functools import wraps
from typing import NamedTuple

from django.contrib.auth.decorators import login_not_required
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST, require_safe

from galleries import listing, ordering, sharing
from galleries.forms import UnlockForm
from galleries.models import Downloads, Gallery, GalleryItem, SharedImage, ShareLink
from images import delivery, paging, variants
from images.models import Image
from images.rendering import Unreadable


class Shown(NamedTuple):
    """A photo, or a gallery with its cover, as a link shows it."""

    what: Image | Gallery
    url: str
    thumb_url: str


def by_link(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Gives the view the link instead of the token; where none is open, answers 404, or asks for the password."""

    @wraps(view)
    def door(request: HttpRequest, token: str, **parts: str) -> HttpResponse:
        try:
            return _discreet(view(request, sharing.resolve(token, request), **parts), referrer="no-referrer")
        except sharing.NoSuchLink as error:
            raise Http404 from error
        except sharing.Locked as locked:
            return _ask(request, locked.link, UnlockForm(initial={"next": request.get_full_path()}))

    return login_not_required(require_safe(door))


@by_link
def page(request: HttpRequest, link: ShareLink, key: str = "") -> HttpResponse:
    """The link's gallery, one in it, or the photos picked by hand."""
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
        found = paging.ascending(sharing.selected(link), "position", request.GET.get("after"))
    if found.parameter not in request.GET:
        sharing.note_view(link, request.user)
    context = {
        "link": link,
        "gallery": path[-1] if path else None,
        "path": [(gallery.title, _gallery_url(link, gallery)) for gallery in path[:-1]],
        "cards": cards,
        "photos": [_photo(link, item.image, path) for item in found.items],
        "next_url": found.next_url(request),
        "ends_at": min((end for end in [link.ends_at, *(g.expires_at for g in path)] if end), default=None),
    }
    return render(request, "galleries/shared.html", context)


@by_link
def photo(request: HttpRequest, link: ShareLink, key: str) -> HttpResponse:
    image, path = _find(request, link, key)
    previous, following = _beside(link, image, path)
    end = sharing.end(link, image, path)
    sharing.note_view(link, request.user)
    context = {
        "link": link,
        "image": image,
        "path": [(gallery.title, _gallery_url(link, gallery)) for gallery in path],
        "preview_url": delivery.variant_url(image, variants.PREVIEW, until=end),
        "previous_url": _photo_url(link, previous.image, path) if previous else "",
        "next_url": _photo_url(link, following.image, path) if following else "",
        "may_download": sharing.may_download(link),
        "may_download_original": link.downloads == Downloads.ORIGINALS,
        "ends_at": end,
    }
    return render(request, "galleries/shared_photo.html", context)


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
            return redirect(_own_page(link, form.cleaned_data["next"]))
    except sharing.TooOften:
        minutes = sharing.PASSWORD_WAIT_SECONDS // 60
        form.add_error("password", _("Too many tries. Wait %d minutes, then try again.") % minutes)
        response = _ask(request, link, form, status=429)
        response.headers["Retry-After"] = str(sharing.PASSWORD_WAIT_SECONDS)
        return response
    form.add_error("password", _("This is not the password of this link."))
    return _ask(request, link, form, status=422)


def _ask(request: HttpRequest, link: ShareLink, form: UnlockForm, *, status: int = 200) -> HttpResponse:
    """The page that asks for the password and tells nothing of what is behind it."""
    context = {"form": form, "unlock_url": reverse("galleries:unlock", args=[link.token])}
    response = render(request, "galleries/shared_locked.html", context, status=status)
    # With no-referrer a browser sends its form as of the origin "null", and the protection against CSRF refuses that.
    return _discreet(response, referrer="same-origin")


def _discreet(response: HttpResponse, *, referrer: str) -> HttpResponse:
    response.headers["Referrer-Policy"] = referrer
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response


def _own_page(link: ShareLink, address: str) -> str:
    """The address if it is one of the link's own pages, else its first page."""
    first: str = link.get_absolute_url()
    return address if address.startswith(f"{first}/") else first


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
    return Shown(image, _photo_url(link, image, path), _thumb_url(link, image, path))


def _card(link: ShareLink, gallery: Gallery, path: list[Gallery]) -> Shown:
    cover = gallery.cover_image
    return Shown(gallery, _gallery_url(link, gallery), _thumb_url(link, cover, [*path, gallery]) if cover else "")


def _thumb_url(link: ShareLink, image: Image, path: Iterable[Gallery]) -> str:
    return delivery.variant_url(image, variants.THUMB, until=sharing.end(link, image, path))


def _photo_url(link: ShareLink, image: Image, path: list[Gallery]) -> str:
    url = reverse("galleries:shared_photo", args=[link.token, image.key])
    return f"{url}?in={path[-1].key}" if len(path) > 1 else url


def _gallery_url(link: ShareLink, gallery: Gallery) -> str:
    if gallery == link.gallery:
        return link.get_absolute_url()
    return reverse("galleries:shared_gallery", args=[link.token, gallery.key])
