"""Pages that belong to no app, and what every template knows."""

from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe

from images import storage
from photocloud import theme

ROBOTS = ("User-agent: *", *(f"Disallow: {path}" for path in ("/admin/", "/library/", "/trash/", "/upload")))


def site(request: HttpRequest) -> dict[str, Any]:
    """Context of every template."""
    return {
        "site_name": settings.SITE_NAME,
        "signup_open": settings.SIGNUP_OPEN,
        "mail_configured": settings.MAIL_CONFIGURED,
        "theme": theme.chosen(request),
        "pwa_enabled": settings.PWA_ENABLED,
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


@login_not_required
@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    """Where crawlers have nothing to find. Pages that they may read but not list say so themselves."""
    response = HttpResponse("".join(f"{line}\n" for line in ROBOTS), content_type="text/plain; charset=utf-8")
    response.headers["Cache-Control"] = "public, max-age=86400"
    return response
