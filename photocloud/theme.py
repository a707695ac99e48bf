"""Light, dark, or as the system has it: what a browser's owner chose, kept in a cookie."""

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponseRedirect
from django.shortcuts import redirect
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from accounts.requests import came_from, referrer

COOKIE = "theme"
COOKIE_SECONDS = 365 * 24 * 3600
THEMES = ("light", "dark")


def chosen(request: HttpRequest) -> str:
    """`light`, `dark`, or empty where the system decides."""
    theme = request.COOKIES.get(COOKIE, "")
    return theme if theme in THEMES else ""


@csrf_exempt
@login_not_required
@require_POST
def choose(request: HttpRequest) -> HttpResponseRedirect:
    """Keeps the choice and goes back. A forged request would change colours only, and visitors need no CSRF cookie."""
    theme = request.POST.get("theme", "")
    response = redirect(came_from(request, default=referrer(request) or "/"))
    if theme in THEMES:
        response.set_cookie(COOKIE, theme, max_age=COOKIE_SECONDS, secure=settings.HTTPS, httponly=True, samesite="Lax")
    else:
        response.delete_cookie(COOKIE, samesite="Lax")
    return response
