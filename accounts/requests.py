"""What views ask of a request: who has sent it, and from which page."""

from urllib.parse import urlsplit

from django.contrib import messages
from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from accounts.models import User


class AuthenticatedHttpRequest(HttpRequest):
    """The type of a request that SignInMiddleware let through."""

    user: User


def came_from(request: HttpRequest, *, default: str) -> str:
    """The page on which the form stood, as its field `next` says; `default` where that is no path of this site."""
    page = request.POST.get("next", "")
    return page if _is_path(page) else default


def referrer(request: HttpRequest) -> str:
    """The page of this site that the request came from, or "". Pages behind a share link send none."""
    page = request.headers.get("Referer", "")
    hosts = {request.get_host()}
    return page if url_has_allowed_host_and_scheme(page, hosts, require_https=request.is_secure()) else ""


def form_page(request: HttpRequest) -> str:
    """The path of the page that the form stood on, or ""."""
    page = urlsplit(referrer(request))._replace(scheme="", netloc="").geturl()
    return page if _is_path(page) else came_from(request, default="")


def tell_unsaved(request: HttpRequest) -> None:
    """The way back from the sign-in page is without what a form held; has that page say so."""
    messages.warning(request, _("You were signed out, so what you sent wasn't saved. Sign in, then send it again."))


def _is_path(page: str) -> bool:
    """Whether it leads to this site, whatever browsers make of it."""
    return page.startswith("/") and url_has_allowed_host_and_scheme(page, allowed_hosts=None)
