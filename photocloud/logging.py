"""An id for every request, in each log line and in the answer's X-Request-ID."""

import logging
import secrets
from collections.abc import Callable
from contextvars import ContextVar

from django.http import HttpRequest, HttpResponseBase

_request_id: ContextVar[str] = ContextVar("request_id", default="-")


class RequestIdFilter(logging.Filter):
    """Adds `request_id` to a record, "-" outside of a request."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.request_id = _request_id.get()
        return True


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
