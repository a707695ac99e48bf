"""Requests whose Content-Type can't be read. Django fails in their constructor, before it has one to answer."""

import codecs
from collections.abc import Callable
from typing import Any

from django.core.exceptions import BadRequest
from django.core.handlers.wsgi import WSGIHandler, WSGIRequest
from django.http import HttpRequest, HttpResponseBase
from django.utils.http import parse_header_parameters


class Request(WSGIRequest):
    has_bad_type = False

    def _set_content_type_params(self, meta: dict[str, Any]) -> None:
        try:
            self.content_type, self.content_params = parse_header_parameters(meta.get("CONTENT_TYPE", ""))
            self._encoding = _encoding(self.content_params.get("charset", ""))
        except (LookupError, ValueError):
            self.content_type, self.content_params, self.has_bad_type = "", {}, True


class Handler(WSGIHandler):
    request_class = Request


class CharsetMiddleware:
    """400 for a Content-Type that can't be read."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if getattr(request, "has_bad_type", False):
            raise BadRequest("The Content-Type is malformed, or its charset is no encoding of text")
        return self.get_response(request)


def _encoding(charset: str) -> str | None:
    """The charset, or None for one that nobody knows, as `binary`. Raises where it encodes no text, as `hex`."""
    try:
        codecs.lookup(charset)
    except LookupError:
        return None
    b"?".decode(charset, "replace")
    return charset
