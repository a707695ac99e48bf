"""Bytes: signed file URLs, which ask no database, and direct links, which ask it every time."""

import time

from django.contrib.auth.decorators import login_not_required
from django.core.files.storage import FileSystemStorage
from django.http import Http404, HttpRequest, HttpResponseBase
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from images import delivery, derivatives, storage, variants
from images.models import Image
from images.rendering import Unreadable
from images.variants import Variant


@login_not_required
@require_safe
def signed_file(request: HttpRequest, name: str) -> HttpResponseBase:
    """A file of local media. The signature is the right to see it; it ends with the photo at the latest."""
    until, download_as = request.GET.get("e", ""), request.GET.get("d", "")
    if not isinstance(storage.media(), FileSystemStorage) or not storage.is_signed(
        name, until=until, signature=request.GET.get("s", ""), download_as=download_as
    ):
        raise Http404
    left = int(until) - int(time.time())
    if left <= 0:
        raise Http404
    try:
        return delivery.file_response(name, download_as=download_as, max_age_seconds=left)
    except (FileNotFoundError, OSError) as error:
        raise Http404 from error


@login_not_required
@require_safe
def direct(request: HttpRequest, key: str, extension: str) -> HttpResponseBase:
    """The full-size picture without metadata, for pasting elsewhere."""
    return _direct(request, key, variants.FULL, extension)


@login_not_required
@require_safe
def direct_variant(request: HttpRequest, key: str, variant: str, extension: str) -> HttpResponseBase:
    if variant not in variants.BY_NAME:
        raise Http404
    return _direct(request, key, variants.BY_NAME[variant], extension)


def _direct(request: HttpRequest, key: str, variant: Variant, extension: str) -> HttpResponseBase:
    image = Image.objects.shared().named(key)
    if image is None or extension != image.variant_extension(variant):
        raise Http404
    try:
        name = derivatives.ensure(image, variant)
    except (Unreadable, FileNotFoundError) as error:
        raise Http404 from error
    response = delivery.direct_response(request, image, name)
    if request.GET.get("download"):
        stem = image.original_name.rpartition(".")[0] or image.original_name
        response.headers["Content-Disposition"] = (
            content_disposition_header(True, f"{stem}.{extension}") or "attachment"
        )
    return response
