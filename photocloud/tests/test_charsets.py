"""A Content-Type that no one can read is a malformed request, and not a fault of the server."""

import json
from wsgiref.util import setup_testing_defaults

import pytest
from django.utils.module_loading import import_string

pytestmark = pytest.mark.django_db

UNREADABLE = [
    "text/plain; charset=hex",
    "text/plain; charset=undefined",
    "text/plain; charset=idna",
    "text/plain; charset=\x00",
    "text/plain; name*=nope''%41",
]


def ask(path: str, content_type: str, **environ: object) -> tuple[int, str, bytes]:
    """What the door for gunicorn answers: status, content type and body. Django's client makes requests by itself."""
    started: list[tuple[int, str]] = []

    def start_response(status: str, headers: list[tuple[str, str]], exc_info: object = None) -> object:
        started.append((int(status[:3]), dict(headers)["Content-Type"]))
        return None

    application = import_string("photocloud.wsgi.application")  # not before the settings are those of a test
    path_info, _, query = path.partition("?")
    environ |= {"PATH_INFO": path_info, "QUERY_STRING": query, "CONTENT_TYPE": content_type, "CONTENT_LENGTH": "0"}
    setup_testing_defaults(environ)
    body = b"".join(application(environ, start_response))
    return *started[0], body


@pytest.mark.parametrize("content_type", UNREADABLE)
def test_a_charset_that_is_none_is_answered_as_a_malformed_request(content_type: str) -> None:
    status, kind, body = ask("/explore/?q=a%41", content_type, HTTP_ACCEPT="text/html")
    assert (status, kind) == (400, "text/html; charset=utf-8")
    assert b"This request can't be answered" in body
    status, kind, body = ask("/upload", content_type)
    assert (status, kind, json.loads(body)["status"]) == (400, "application/json", "error")


@pytest.mark.parametrize("content_type", ["text/plain; charset=latin-1", "image/png; charset=binary", ""])
def test_other_charsets_are_taken_as_they_come(content_type: str) -> None:
    status, _kind, _body = ask("/robots.txt?q=a%41", content_type)
    assert status == 200


def test_too_many_parameters_are_refused_with_any_charset() -> None:
    status, _kind, _body = ask(f"/explore/?{'a&' * 10_001}", "text/plain; charset=utf-8")
    assert status == 400
