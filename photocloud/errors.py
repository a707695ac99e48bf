"""Answers to what went wrong: a page for people, JSON for scripts."""

from collections.abc import Callable
from typing import Any

from allauth.core.internal.ratelimit import get_rates
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseNotAllowed, JsonResponse
from django.shortcuts import render
from django.template import loader
from django.utils import timezone

from accounts.models import User
from accounts.requests import form_page
from galleries.models import Gallery
from images.models import Image
from photocloud import theme

API_PATHS = ("/upload", "/images-list", "/delete/", "/api/")

_PHOTO_PAGES = {"images:photo", "images:edit", "images:delete", "images:download"}
_GALLERY_PAGES = {"galleries:gallery", "galleries:edit", "galleries:lifetime", "galleries:delete"}
_LIMITED = {"account_email": "manage_email"}
"""Names of allauth's rates that differ from those of the pages."""


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    if wants_json(request):
        return JsonResponse({"status": "error", "message": "Bad request"}, status=400)
    return _bare(request, "400.html", status=400)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    if wants_json(request):
        return JsonResponse({"status": "error", "message": "Not found"}, status=404)
    return render(request, "404.html", _past(request), status=404)


def old_form(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form without the token of now, as after a sign-in in another tab: the way back to its page, which has one."""
    return render(request, "403_csrf.html", {"back": form_page(request)}, status=403)


def too_many(request: HttpRequest) -> HttpResponse:
    """429, with the longest that the limits of the page can make somebody wait."""
    match = request.resolver_match
    page = match.view_name if match else ""
    action = _LIMITED.get(page, page.removeprefix("account_"))
    seconds = int(max((rate.duration for rate in get_rates(app="allauth.account", action=action)), default=60))
    response = render(request, "429.html", {"minutes": -(-seconds // 60)}, status=429)
    response.headers["Retry-After"] = str(seconds)
    return response


class NotAllowedMiddleware:
    """A page for people who come by a link to what only takes forms, as after a sign-in that came between."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if not isinstance(response, HttpResponseNotAllowed) or request.method != "GET" or wants_json(request):
            return response
        page = render(request, "405.html", status=response.status_code)
        page.headers["Allow"] = response.headers["Allow"]
        return page


def server_error(request: HttpRequest) -> HttpResponse:
    if wants_json(request):
        return JsonResponse({"status": "error", "message": "Internal error. It has been logged."}, status=500)
    return _bare(request, "500.html", status=500)


def wants_json(request: HttpRequest) -> bool:
    """Whether the request came to a programmatic door and not from a browser's page."""
    programmatic = request.path.startswith(API_PATHS) or request.path.endswith("/uploads")
    return programmatic and "text/html" not in request.headers.get("Accept", "")


def _bare(request: HttpRequest, template: str, *, status: int) -> HttpResponse:
    """A page that asks neither database nor session: either may be what is broken."""
    return HttpResponse(loader.get_template(template).render({"theme": theme.chosen(request)}), status=status)


def _past(request: HttpRequest) -> dict[str, Any]:
    """What the owner, and nobody else, is told of a photo or gallery that was at this address."""
    match, user = request.resolver_match, getattr(request, "user", None)
    if match is None or not isinstance(user, User):
        return {}
    if match.view_name in _PHOTO_PAGES:
        image = Image.objects.owned_by(user).filter(deleted_at__isnull=True).named(match.kwargs["key"])
        if image is None:
            return {}
        has_ended = image.expires_at is not None and image.expires_at <= timezone.now()
        return {"photo_ended_at": image.expires_at} if has_ended else {"in_trash": image.trashed_at is not None}
    if match.view_name in _GALLERY_PAGES:
        gallery = Gallery.objects.owned_by(user).filter(key=match.kwargs["key"]).first()
        return {"gallery_ended_at": gallery.expires_at} if gallery is not None and gallery.has_ended else {}
    return {}
