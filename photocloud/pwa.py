"""PhotoCloud as an installed app: its manifest, its service worker, its page for when there is no network."""

import hashlib
import json
from typing import Any, Final

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import get_language, get_language_bidi, gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from images import forms

BACKGROUND: Final = "#ffffff"


@login_not_required
@require_safe
@cache_control(no_cache=True)
def manifest(request: HttpRequest) -> JsonResponse:
    """https://www.w3.org/TR/appmanifest/, with a share target, so that a phone's gallery can send photos here."""
    library = reverse("images:library")
    shortcuts = (
        (_("Upload"), reverse("upload"), "upload"),
        (_("Library"), library, "library"),
        (_("Galleries"), reverse("galleries:list"), "galleries"),
    )
    description = {
        "id": "/",
        "name": settings.SITE_NAME,
        "short_name": settings.SITE_NAME,
        "description": _("Your photos, on your own server."),
        "lang": get_language(),
        "dir": "rtl" if get_language_bidi() else "ltr",
        "start_url": library,
        "scope": "/",
        "display": "standalone",
        "theme_color": BACKGROUND,
        "background_color": BACKGROUND,
        "categories": ["photo"],
        "icons": [
            *(_icon(f"app-{size}", size=size, purpose="any") for size in (192, 512)),
            *(_icon(f"maskable-{size}", size=size, purpose="maskable") for size in (192, 512)),
            _icon("monochrome-512", size=512, purpose="monochrome"),
        ],
        "shortcuts": [
            {"name": name, "url": url, "icons": [_icon(f"shortcut-{icon}", size=192, purpose="any")]}
            for name, url, icon in shortcuts
        ],
        "share_target": {
            "action": reverse("share_target"),
            "method": "POST",
            "enctype": "multipart/form-data",
            "params": {"files": [{"name": "files", "accept": ["image/*", *forms.ACCEPT.split(",")]}]},
        },
    }
    return JsonResponse(description, content_type="application/manifest+json")


@login_not_required
@require_safe
@cache_control(no_cache=True)
def worker(request: HttpRequest) -> HttpResponse:
    """The service worker; without PWA_ENABLED one that ends those of before.

    Its first line differs whenever the offline page or a file of it does, which is how browsers notice an update.
    """
    lines = [f"importScripts({json.dumps(static('js/sw-off.js'))});"]
    if settings.PWA_ENABLED:
        config = {
            "version": hashlib.sha256(_offline_page().encode()).hexdigest()[:16],
            "offline": reverse("offline"),
            "library": reverse("images:library"),
            "home": reverse("home"),
            "upload": reverse("upload"),
            "share": reverse("share_target"),
            "signIn": reverse("account_login"),
            "signOut": reverse("account_logout"),
            "statics": settings.STATIC_URL,
            "pictures": reverse("images:file", args=["derived/"]),
        }
        lines = [f"self.config = {json.dumps(config)};", f"importScripts({json.dumps(static('js/sw.js'))});"]
    return HttpResponse("\n".join([*lines, ""]), content_type="text/javascript")


@login_not_required
@require_safe
@cache_control(no_cache=True)
def offline(request: HttpRequest) -> HttpResponse:
    """Kept by the worker and shown when a page can't be loaded; the same for everyone."""
    return HttpResponse(_offline_page())


@csrf_exempt  # nothing is read: a system's share sheet has no token
@require_http_methods(["GET", "HEAD", "POST"])
def share_target(request: HttpRequest) -> HttpResponse:
    """Where photos are shared to. The worker takes them before that; without it the page says that none came."""
    response = redirect(f"{reverse('upload')}?shared=1")
    response.status_code = 303
    return response


def _offline_page() -> str:
    context = {"site_name": settings.SITE_NAME, "pwa_enabled": settings.PWA_ENABLED}
    return render_to_string("offline.html", context)


def _icon(name: str, *, size: int, purpose: str) -> dict[str, Any]:
    address = static(f"img/icons/{name}.png")
    return {"src": address, "sizes": f"{size}x{size}", "type": "image/png", "purpose": purpose}
