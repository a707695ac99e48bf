"""An id for every request, in each log line and in the answer's X-Request-ID; lines without secrets."""

import logging
import re
import secrets
from collections.abc import Callable
from contextvars import ContextVar

from django.http import HttpRequest, HttpResponseBase

_request_id: ContextVar[str] = ContextVar("request_id", default="-")
_SECRETS = re.compile(
    r"(/s/[1-9A-Za-z]{4})[1-9A-Za-z]{12,}"
    r"|(/accounts/(?:password/reset/key|confirm-email)/)[^\s/]+"
    r"|([?&](?:token|key|secret)=)[^\s&\"']+"
)
"""In addresses: tokens of share links, of which the start is left to tell them apart; of mails; of scripts."""


class RequestIdFilter(logging.Filter):
    """Adds `request_id` to a record, "-" outside of a request."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.request_id = _request_id.get()
        return True


class DiscreetFormatter(logging.Formatter):
    """Leaves secrets out that are part of an address: Django logs the path of whatever it answers with 4xx or 5xx."""

    def format(self, record: logging.LogRecord) -> str:
        return _SECRETS.sub(lambda found: f"{found[1] or found[2] or found[3]}…", super().format(record))


class RequestIdMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        identifier = secrets.token_hex(8)
        mark = _request_id.set(identifier)
        try:
            response = self.get_response(request)
        finally:
            _request_id.reset(mark)
        response.headers["X-Request-ID"] = identifier
        return response
