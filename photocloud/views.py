"""Pages that belong to no app, and what every template knows."""

from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponseBase, JsonResponse
from django.views import defaults
from django.views.decorators.http import require_safe

from images import storage

API_PATHS = ("/upload", "/images-list", "/delete/", "/api/")


def site(request: HttpRequest) -> dict[str, Any]:
    """Context of every template."""
    return {
        "site_name": settings.SITE_NAME,
        "signup_open": settings.SIGNUP_OPEN,
        "mail_configured": settings.MAIL_CONFIGURED,
    }


@login_not_required
@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    """200 when the database answers and the media root is writable, 503 otherwise."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        storage.probe()
    except (DatabaseError, OSError):
        return JsonResponse({"status": "unavailable"}, status=503)
    return JsonResponse({"status": "ok"})


def not_found(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    if wants_json(request):
        return JsonResponse({"status": "error", "message": "Not found"}, status=404)
    return defaults.page_not_found(request, exception)


def server_error(request: HttpRequest) -> HttpResponseBase:
    if wants_json(request):
        return JsonResponse({"status": "error", "message": "Internal error. It has been logged."}, status=500)
    return defaults.server_error(request)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    if wants_json(request):
        return JsonResponse({"status": "error", "message": "Bad request"}, status=400)
    return defaults.bad_request(request, exception)


def wants_json(request: HttpRequest) -> bool:
    """Whether the request came to a programmatic door and not from a browser's page."""
    programmatic = request.path.startswith(API_PATHS) or request.path.endswith("/uploads")
    return programmatic and "text/html" not in request.headers.get("Accept", "")
