"""What other sites ask: how to embed a page (oEmbed), and what is new in a gallery (Atom)."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.models import AnonymousUser
from django.contrib.syndication.views import Feed
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.urls import Resolver404, resolve
from django.utils.feedgenerator import Atom1Feed, Enclosure
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.models import Visibility
from galleries import sharing
from galleries.models import Gallery
from images import delivery
from images.models import Image, Status
from images.variants import FULL, PREVIEW, THUMB, fitted

FEED_ENTRIES = 50


@login_not_required
@require_safe
def oembed(request: HttpRequest) -> HttpResponse:
    """oEmbed 1.0 for the pages of photos and galleries that anyone who has the link may see."""
    if request.GET.get("format", "json") != "json":
        return HttpResponse("Only format=json is offered.", status=501, content_type="text/plain")
    url = urlsplit(request.GET.get("url", ""))
    if url.scheme not in {"http", "https"} or url.netloc != request.get_host():
        raise Http404
    try:
        page = resolve(url.path)
    except Resolver404 as error:
        raise Http404 from error
    answers: dict[str, Callable[..., dict[str, Any]]] = {
        "images:photo": _photo,
        "galleries:gallery": _gallery,
        "galleries:shared": _shared,
    }
    if page.view_name not in answers:
        raise Http404
    answer = answers[page.view_name](request, **page.kwargs)
    provider = {"provider_name": settings.SITE_NAME, "provider_url": request.build_absolute_uri("/")}
    response = JsonResponse({"version": "1.0", **provider, **answer})
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Cache-Control"] = "public, max-age=300"
    return response


@login_not_required
@require_safe
def feed(request: HttpRequest, key: str) -> HttpResponse:
    """The newest photos of a public gallery, as Atom."""
    return _GalleryFeed()(request, key=key)


def _photo(request: HttpRequest, key: str) -> dict[str, Any]:
    image = Image.objects.shared().select_related("owner").named(key)
    if image is None:
        raise Http404
    variant = PREVIEW
    longest = min((_limit(request, "maxwidth"), _limit(request, "maxheight")))
    if longest < PREVIEW.edge_px:  # type: ignore[operator]
        variant = THUMB
    width, height = fitted(image.width, image.height, min(longest, variant.edge_px or longest))
    return {
        "type": "photo",
        "title": image.name,
        "author_name": image.owner.name,
        "author_url": request.build_absolute_uri(image.owner.get_absolute_url()),
        "url": request.build_absolute_uri(delivery.variant_path(image, variant)),
        "width": width,
        "height": height,
        **_thumbnail(request, image, delivery.variant_path(image, THUMB)),
    }


def _gallery(request: HttpRequest, key: str) -> dict[str, Any]:
    gallery = get_object_or_404(Gallery.objects.visible_to(AnonymousUser()).select_related("owner"), key=key)
    cover = gallery.cover_among(gallery.items_visible_to(AnonymousUser()))
    return {
        "type": "link",
        "title": gallery.title,
        "author_name": gallery.owner.name,
        "author_url": request.build_absolute_uri(gallery.owner.get_absolute_url()),
        **(_thumbnail(request, cover, delivery.variant_path(cover, THUMB)) if cover else {}),
    }


def _shared(request: HttpRequest, token: str) -> dict[str, Any]:
    """A share link that asks for no password. The picture's address ends with the link."""
    try:
        link = sharing.resolve(token, request)
    except (sharing.NoSuchLink, sharing.Locked) as error:
        raise Http404 from error
    if link.password:
        raise Http404
    told = {
        "type": "link",
        "title": link.gallery.title if link.gallery else link.name or _("Selected photos"),
        "author_name": link.owner.name,
        "author_url": request.build_absolute_uri(link.owner.get_absolute_url()),
    }
    image = sharing.cover(link)
    if image is None:
        return told
    return told | _thumbnail(request, image, delivery.variant_url(image, THUMB, until=sharing.end(link, image)))


def _thumbnail(request: HttpRequest, image: Image, path: str) -> dict[str, Any]:
    width, height = image.variant_size(THUMB)
    return {
        "thumbnail_url": request.build_absolute_uri(path),
        "thumbnail_width": width,
        "thumbnail_height": height,
    }


def _limit(request: HttpRequest, name: str) -> int:
    text = request.GET.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and 0 < len(text) < 6 and int(text) else 65_535


class _GalleryFeed(Feed[Image, Gallery]):
    feed_type = Atom1Feed

    def get_object(self, request: HttpRequest, key: str) -> Gallery:
        self._request = request
        public = Gallery.objects.visible_to(AnonymousUser()).filter(visibility=Visibility.PUBLIC)
        return get_object_or_404(public.select_related("owner"), key=key)

    def title(self, gallery: Gallery) -> str:
        return gallery.title

    def subtitle(self, gallery: Gallery) -> str:
        return gallery.description

    def link(self, gallery: Gallery) -> str:
        return gallery.get_absolute_url()

    def author_name(self, gallery: Gallery) -> str:
        return gallery.owner.name

    def items(self, gallery: Gallery) -> list[Image]:
        listed = gallery.items_visible_to(AnonymousUser()).filter(
            image__visibility=Visibility.PUBLIC, image__status=Status.READY
        )
        return [item.image for item in listed.order_by("-pk")[:FEED_ENTRIES]]

    def item_title(self, image: Image) -> str:
        return image.name

    def item_description(self, image: Image) -> str:
        return image.description

    def item_pubdate(self, image: Image) -> Any:
        return image.created_at

    def item_updateddate(self, image: Image) -> Any:
        return image.created_at

    def item_enclosures(self, image: Image) -> list[Enclosure]:
        url = self._request.build_absolute_uri(delivery.variant_path(image, FULL))
        return [Enclosure(url=url, length=str(image.size_bytes), mime_type=image.link_format.mime)]
