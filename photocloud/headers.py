"""Headers that every answer carries unless its view chose otherwise."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase
from django.middleware.gzip import GZipMiddleware
from django.utils.cache import add_never_cache_headers


class HeadersMiddleware:
    """Cross-Origin-Resource-Policy, and `no-store` on what is made for one person or depends on who asks."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        response.headers.setdefault("Permissions-Policy", "geolocation=(), microphone=(), payment=(), usb=()")
        if response.headers.get("Content-Type", "").startswith("image/"):
            _forget_language(response)
        if "Cache-Control" not in response.headers and not _is_static(response):
            add_never_cache_headers(response)
        return response


class PageCompressionMiddleware(GZipMiddleware):
    """Compresses pages, and nothing that is compressed already.

    Against BREACH the length of an answer is blurred by random bytes, and its CSRF token is masked anew each time.
    """

    max_random_bytes = 100

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        if response.streaming or not response.headers.get("Content-Type", "").startswith("text/html"):
            return response
        return super().process_response(request, response)


def _forget_language(response: HttpResponseBase) -> None:
    """LocaleMiddleware says of every answer that it depends on the language; pictures don't, and caches hold them."""
    others = [name for name in response.headers.get("Vary", "").split(", ") if name not in {"", "Accept-Language"}]
    del response.headers["Vary"]
    if others:
        response.headers["Vary"] = ", ".join(others)


def _is_static(response: HttpResponseBase) -> bool:
    return "Last-Modified" in response.headers
