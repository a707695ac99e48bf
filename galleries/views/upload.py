"""The upload page. It lives on this floor because a photo may go straight into a gallery."""

import json
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from accounts import quotas, tokens
from accounts.models import Scope
from accounts.requests import AuthenticatedHttpRequest
from galleries import words
from galleries.forms import GalleryUploadForm
from galleries.models import Gallery
from images import api
from images.api import Outcome
from images.forms import limits
from images.refusals import UploadRefused
from images.views import tus


def page(request: AuthenticatedHttpRequest) -> HttpResponse:
    """The form, with the gallery of the query chosen."""
    form = GalleryUploadForm(user=request.user, initial={"gallery": request.GET.get("gallery", "")})
    return _render(request, form)


def submit(request: AuthenticatedHttpRequest) -> HttpResponse:
    """The form sent without JavaScript: the page again, with what became of each file.

    The door in the roof has looked at body and CSRF token.
    """
    form = GalleryUploadForm(request.POST, user=request.user)
    if not form.is_valid():
        return _render(request, form, status=422)
    try:
        outcomes = api.receive_all(request, owner=request.user, options=form.options(), place=form.place)
    except UploadRefused as refusal:
        message = _("Choose at least one photo.") if refusal.code == "no_file" else refusal.message
        form.add_error("files", message)
        return _render(request, form, status=refusal.status)
    refused = [outcome.refusal for outcome in outcomes if outcome.refusal is not None]
    status = refused[0].status if len(refused) == len(outcomes) else 200
    again = GalleryUploadForm(user=request.user, initial={**form.cleaned_data, "gallery": _gallery_key(form)})
    return _render(request, again, results=[_result(outcome) for outcome in outcomes], status=status)


@tus.endpoint("POST")
def resumable(request: HttpRequest, key: str) -> HttpResponse:
    """The door of a gallery for resumable uploads."""
    owner = tokens.caller(request, scope=Scope.UPLOAD).user
    gallery = Gallery.objects.owned_by(owner).live().filter(key=key).first()
    if gallery is None:
        raise UploadRefused("not_found", _("You have no such gallery."), status=404)
    return tus.created(request, owner=owner, place=gallery.add, defaults=gallery.photo_defaults)


def refuse(request: AuthenticatedHttpRequest, refusal: UploadRefused) -> HttpResponse:
    """The page with an error about the request as a whole."""
    form = GalleryUploadForm({}, user=request.user)
    form.add_error("files", refusal.message)
    return _render(request, form, status=refusal.status)


def _gallery_key(form: GalleryUploadForm) -> str:
    gallery = form.chosen() if form.cleaned_data["gallery"] != "new" else None
    return gallery.key if gallery else ""


def _result(outcome: Outcome) -> dict[str, Any]:
    image = outcome.image
    return {
        "name": outcome.name,
        "ok": image is not None,
        "url": image.get_absolute_url() if image else "",
        "thumb": image,
        "duplicate": outcome.duplicate,
        "error": outcome.refusal.message if outcome.refusal else "",
    }


def _render(
    request: AuthenticatedHttpRequest,
    form: GalleryUploadForm,
    *,
    results: list[dict[str, Any]] | None = None,
    status: int = 200,
) -> HttpResponse:
    context = {
        "form": form,
        "limits": limits(),
        "usage": quotas.usage(request.user),
        "results": results or [],
        "uppy_words": json.dumps(words.uppy()),
        "tray_words": json.dumps(words.tray()),
    }
    return render(request, "galleries/upload.html", context, status=status)
