"""From a photo to the URLs that show it, and the answers that carry its bytes."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

from django.conf import settings
from django.core.files.storage import FileSystemStorage
from django.http import (
    FileResponse,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseNotModified,
    QueryDict,
)
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.encoding import filepath_to_uri
from django.utils.html import escape
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _

from images import derivatives, storage
from images.models import Image
from images.variants import FULL, LINKED, Variant, fitted

DIRECT_LINK_SECONDS = 300
# Browsers show a picture in a page of their own with inline styles; nothing else is allowed in it.
FILE_POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox"


@dataclass(frozen=True, slots=True)
class Link:
    """A text to copy. `id` is stable, `label` is for people."""

    id: str
    label: str
    text: str


def url_end(now: datetime, expires_at: datetime | None) -> datetime:
    """Until when a signed URL made `now` holds: the end of the next window, never past the photo's own end.

    Everyone who asks within a window of FILE_URL_WINDOW_SECONDS gets the same URL, so browsers can cache.
    """
    window = settings.FILE_URL_WINDOW_SECONDS
    end = datetime.fromtimestamp((now.timestamp() // window + 2) * window, tz=UTC)
    return min(end, expires_at) if expires_at is not None else end


def variant_url(image: Image, variant: Variant, *, until: datetime | None = None) -> str:
    """A signed URL of a derivative that ends with the photo, and by `until`.

    Empty while there is none or a moderator has closed the photo.
    """
    if not image.is_ready or image.quarantined_at is not None:
        return ""
    return _signed_url(image, image.variant_name(variant), until)


def original_url(image: Image, *, until: datetime | None = None) -> str:
    """A signed URL that downloads the original, byte for byte, under its own name. For the owner, or by a link."""
    return _signed_url(image, image.storage_name, until, download_as=image.original_name)


def full_url(image: Image, *, until: datetime | None = None) -> str:
    """A signed URL that downloads the full-size picture without metadata, made now if need be.

    Raises Unreadable or FileNotFoundError.
    """
    stem = image.original_name.rpartition(".")[0] or image.original_name
    name = derivatives.ensure(image, FULL)
    return _signed_url(image, name, until, download_as=f"{stem}.{image.variant_extension(FULL)}")


def _signed_url(image: Image, name: str, until: datetime | None, *, download_as: str = "") -> str:
    ends = [moment for moment in (image.expires_at, until) if moment is not None]
    end = url_end(timezone.now(), min(ends, default=None))
    return storage.media().signed_url(name, expires_at=end, download_as=download_as)


def size_of(query: QueryDict) -> Variant:
    """The size of the links that a query asks for: full, preview or thumb; full if it doesn't say."""
    return next((variant for variant in LINKED if variant.name == query.get("size")), FULL)


def oembed_url(request: HttpRequest, path: str) -> str:
    """Where other sites ask how to embed the page at `path` (https://oembed.com)."""
    query = urlencode({"url": request.build_absolute_uri(path), "format": "json"})
    return request.build_absolute_uri(f"{reverse('galleries:oembed')}?{query}")


def variant_path(image: Image, variant: Variant) -> str:
    """The path of the direct link to a derivative."""
    if variant is FULL:
        return image.direct_url
    return reverse("images:direct_variant", args=[image.key, variant.name, image.variant_extension(variant)])


def links(request: HttpRequest, image: Image, variant: Variant = FULL) -> list[Link]:
    """The texts to paste elsewhere; where one shows the picture it does so in the size of `variant`."""
    direct = request.build_absolute_uri(variant_path(image, variant))
    page = request.build_absolute_uri(image.get_absolute_url())
    alt = image.alt
    markdown = "".join(f"\\{char}" if char in "\\[]()*_`<>!" else char for char in alt)
    width, height = fitted(image.width, image.height, variant.edge_px)
    picture = f'<img src="{direct}" alt="{escape(alt)}" width="{width}" height="{height}">'
    return [
        Link("direct", _("Direct link"), direct),
        Link("page", _("Page"), page),
        Link("markdown", "Markdown", f"![{markdown}]({direct})"),
        Link("markdown-linked", _("Markdown with link"), f"[![{markdown}]({direct})]({page})"),
        Link("html", "HTML", f'<a href="{page}">{picture}</a>'),
        Link("bbcode", "BBCode", f"[url={page}][img]{direct}[/img][/url]"),
    ]


def links_of_all(request: HttpRequest, images: Iterable[Image], variant: Variant = FULL) -> list[Link]:
    """As `links`, with a line for each of the photos."""
    found = [links(request, image, variant) for image in images]
    return [Link(kind[0].id, kind[0].label, "\n".join(link.text for link in kind)) for kind in zip(*found, strict=True)]


def file_response(name: str, *, download_as: str, max_age_seconds: int) -> HttpResponseBase:
    """The bytes of a stored file, from here or, with X_ACCEL_PREFIX, from nginx. Raises FileNotFoundError."""
    response: HttpResponseBase
    if settings.X_ACCEL_PREFIX and isinstance(storage.media(), FileSystemStorage):
        response = HttpResponse(headers={"X-Accel-Redirect": settings.X_ACCEL_PREFIX + filepath_to_uri(name)})
    else:
        response = FileResponse(storage.media().open(name))
    response.headers["Content-Type"] = storage.content_type(name)
    response.headers["Cache-Control"] = f"private, max-age={max_age_seconds}, immutable"
    response.headers["Content-Security-Policy"] = FILE_POLICY
    response.headers["Content-Disposition"] = content_disposition_header(bool(download_as), download_as) or "inline"
    return response


def direct_response(request: HttpRequest, image: Image, name: str) -> HttpResponseBase:
    """The answer of a direct link: bytes for every agent, revalidated by ETag, cached no longer than it lives."""
    seconds = DIRECT_LINK_SECONDS
    if image.expires_at is not None:
        seconds = max(0, min(seconds, int((image.expires_at - timezone.now()) / timedelta(seconds=1))))
    etag = f'"{hashlib.sha256(name.encode()).hexdigest()[:32]}"'
    response: HttpResponseBase
    if etag in request.headers.get("If-None-Match", ""):
        response = HttpResponseNotModified()
    elif isinstance(storage.media(), FileSystemStorage):
        filename = f"{image.key}.{name.rpartition('.')[2]}"
        response = file_response(name, download_as="", max_age_seconds=0)
        response.headers["Content-Disposition"] = content_disposition_header(False, filename) or "inline"
    else:
        end = min(
            timezone.now() + timedelta(seconds=max(seconds, 1)), image.expires_at or datetime.max.replace(tzinfo=UTC)
        )
        response = redirect(storage.media().signed_url(name, expires_at=end))
    response.headers["ETag"] = etag
    response.headers["Cache-Control"] = f"public, max-age={seconds}"
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    response.headers["Access-Control-Allow-Origin"] = "*"
    return response
