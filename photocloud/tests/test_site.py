"""Headers of every page, health, errors and the log."""

import logging
import re
from logging.config import DictConfigurator
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, connection
from django.test import Client
from pytest_django import Settings

from accounts.models import User
from conftest import Upload
from galleries.models import Gallery, ShareLink
from images.tests.pictures import jpeg
from photocloud.logging import RequestIdFilter

PAGES = [
    "/",
    "/explore/",
    "/accounts/login/",
    "/accounts/signup/",
    "/accounts/password/reset/",
    "/library/",
    "/upload",
    "/galleries/",
    "/galleries/new",
    "/links/",
    "/links/revoke",
    "/accounts/profile/",
    "/accounts/avatar/",
    "/accounts/sessions/",
    "/accounts/password/change/",
    "/accounts/email/",
    "/u/owner",
    "/nothing-here",
    "/p/1111111111111111",
]


@pytest.mark.parametrize("path", PAGES)
def test_every_page_carries_the_headers(as_owner: Client, path: str) -> None:
    headers = as_owner.get(path).headers
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert headers["Referrer-Policy"] == "same-origin"
    assert "no-store" in headers["Cache-Control"]
    assert re.fullmatch(r"[0-9a-f]{16}", headers["X-Request-ID"])


@pytest.mark.parametrize("path", PAGES)
def test_no_page_has_inline_script_or_style(as_owner: Client, path: str) -> None:
    page = as_owner.get(path).content.decode()
    assert not re.search(r"<script(?![^>]*\bsrc=)", page)
    assert not re.search(r"<style|\sstyle=|\son[a-z]+=", page)


def test_health_is_ok_when_database_and_media_answer(visitor: Client) -> None:
    answer = visitor.get("/healthz")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


def test_health_is_503_when_media_can_t_be_written(visitor: Client, media: Path, settings: Settings) -> None:
    media.parent.mkdir(parents=True, exist_ok=True)
    media.write_text("a file where the folder should be")
    assert visitor.get("/healthz").status_code == 503
    media.unlink()


def test_health_is_503_when_the_database_is_gone(visitor: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> None:
        raise DatabaseError

    with monkeypatch.context() as patch:
        patch.setattr(connection, "cursor", fail)
        answer = visitor.get("/healthz")
    assert answer.status_code == 503


def test_an_unknown_address_is_a_page_for_people_and_json_for_scripts(visitor: Client) -> None:
    assert "text/html" in visitor.get("/nothing").headers["Content-Type"]
    answer = visitor.get("/api/nothing")
    assert (answer.status_code, answer.json()["status"]) == (404, "error")


@pytest.mark.parametrize(("path", "kind"), [("/upload", "application/json"), ("/explore/", "text/html")])
def test_a_fault_of_ours_is_answered_in_kind_and_logged(
    owner: User, path: str, kind: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, token: str
) -> None:
    def fail(*args: object, **kwargs: object) -> None:
        raise RuntimeError("broken on purpose")

    monkeypatch.setattr("images.uploads.start", fail)
    monkeypatch.setattr("images.paging.newest", fail)
    client = Client(raise_request_exception=False)
    if path == "/upload":
        headers = {"Authorization": f"Bearer {token}"}
        answer = client.post(path, {"file": SimpleUploadedFile("a.jpg", jpeg())}, headers=headers)
    else:
        answer = client.get(path)
    assert answer.status_code == 500
    assert answer.headers["Content-Type"].startswith(kind)
    assert "broken on purpose" not in answer.content.decode()
    assert "RuntimeError: broken on purpose" in caplog.text


def test_the_log_tells_what_happened_and_no_secret(
    upload: Upload, as_owner: Client, owner: User, token: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    image = upload()
    visitor = Client()
    visitor.post("/accounts/login/", {"login": "owner", "password": "not the password"})
    visitor.post("/accounts/login/", {"login": "owner", "password": "correct horse"})
    visitor.get(f"/nothing?token={token}")
    visitor.delete(f"/delete/{image.pk}", headers={"Authorization": f"Bearer {token}"})
    for event in (
        f"upload image={image.key}",
        "sign-in failed",
        f"sign-in user={owner.pk}",
        f"delete image={image.key}",
    ):
        assert event in caplog.text
    for secret in (token, "not the password", "correct horse"):
        assert secret not in caplog.text


@pytest.mark.parametrize(
    ("path", "secret"),
    [
        ("/s/{token}", "{token}"),
        ("/s/{token}/p/1111111111111111", "{token}"),
        ("/s/{token}/nothing", "{token}"),
        ("/s/{token}x", "{token}"),
        ("/accounts/password/reset/key/1_2-signature/", "1_2-signature"),
        ("/accounts/confirm-email/MQ:1a2b3c:signature/nothing", "MQ:1a2b3c:signature"),
    ],
)
def test_a_secret_in_an_address_is_in_no_line_of_the_log(
    owner: User, visitor: Client, settings: Settings, path: str, secret: str, caplog: pytest.LogCaptureFixture
) -> None:
    link = ShareLink.objects.create(owner=owner, gallery=Gallery.objects.create(owner=owner, title="Norway"))
    path, secret = (text.format(token=link.token) for text in (path, secret))
    assert visitor.delete(path).status_code in {404, 405}
    formatter = DictConfigurator(settings.LOGGING).configure_formatter({**settings.LOGGING["formatters"]["line"]})
    [line] = [formatter.format(record) for record in caplog.records if RequestIdFilter().filter(record)]
    assert f"{path.partition(secret)[0]}{secret[:4] if secret == link.token else ''}…" in line
    assert secret not in line


def test_a_log_line_has_the_request_s_id() -> None:
    record = logging.makeLogRecord({})
    assert RequestIdFilter().filter(record)
    assert vars(record)["request_id"] == "-"


def test_pages_are_compressed_and_no_two_answers_have_a_length_to_compare(visitor: Client) -> None:
    answers = [visitor.get("/explore/", headers={"Accept-Encoding": "gzip"}) for _ in range(8)]
    assert {answer.headers["Content-Encoding"] for answer in answers} == {"gzip"}
    assert "Accept-Encoding" in answers[0].headers["Vary"]
    assert len({len(answer.content) for answer in answers}) > 1
    assert "Content-Encoding" not in visitor.get("/explore/").headers


def test_pictures_are_not_compressed_again(visitor: Client, upload: Upload) -> None:
    answer = visitor.get(upload().direct_url, headers={"Accept-Encoding": "gzip"})
    assert "Content-Encoding" not in answer.headers
    assert int(answer.headers["Content-Length"]) == len(answer.getvalue())


def test_public_pages_tell_search_engines_what_they_are(visitor: Client, upload: Upload) -> None:
    image = upload(visibility="public")
    for path in ("/explore/", "/u/owner", image.get_absolute_url(), "/accounts/login/"):
        page = visitor.get(path).content.decode()
        assert page.count('<meta name="description"') == 1, path
        assert 'content="noindex' not in page, path
    assert (
        f'<link rel="canonical" href="http://testserver{image.get_absolute_url()}">'
        in visitor.get(f"{image.get_absolute_url()}?size=thumb").content.decode()
    )
    assert '<link rel="canonical" href="http://testserver/explore/">' in visitor.get("/").content.decode()
    assert '<link rel="canonical" href="http://testserver/u/owner">' in visitor.get("/u/OWNER").content.decode()
    for path in ("/explore/?q=tree", "/explore/?before=9", "/explore/?after=1", "/u/owner?after=1"):
        page = visitor.get(path).content.decode()
        assert "noindex" in page, path
        assert "canonical" not in page, path
    assert visitor.get("/robots.txt").content.decode().startswith("User-agent: *\nDisallow: /admin/\n")


def test_the_admin_has_the_name_and_the_look_of_the_site(as_moderator: Client, settings: Settings) -> None:
    page = as_moderator.get("/admin/").content.decode()
    assert f"| {settings.SITE_NAME}</title>" in page
    assert page.index("admin/css/dark_mode.css") < page.index("css/tokens.css") < page.index("css/admin.css")
