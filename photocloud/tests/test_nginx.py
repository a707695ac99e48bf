"""From an upload to a view through a real nginx with deploy/nginx.conf, and a real gunicorn behind it."""

import base64
import hashlib
import http.client
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import requests
from django.conf import settings
from django.utils import translation

from images.tests.pictures import jpeg
from photocloud.tests import resumable, stack
from photocloud.tests.stack import NGINX_REQUEST_MAX_BYTES

# One process runs all of them, so that the servers start once.
pytestmark = [pytest.mark.program, pytest.mark.xdist_group("nginx")]


@dataclass(frozen=True)
class Site:
    app: stack.App
    url: str
    token: str
    access_log: Path

    def upload(self, picture: bytes) -> requests.Response:
        bearer = {"Authorization": f"Bearer {self.token}"}
        return requests.post(f"{self.url}/upload", files={"file": ("a.jpg", picture)}, headers=bearer, timeout=60)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, ready_made: Path) -> Iterator[Site]:
    stack.program("nginx", "apt-get install nginx-light")
    folder = tmp_path_factory.mktemp("site")
    port, app_port = stack.free_port(), stack.free_port()
    url = f"http://127.0.0.1:{port}"
    variables = {
        "PORT": str(app_port),
        "SITE_URL": url,
        "X_ACCEL_PREFIX": "/_media/",
        "TRUSTED_PROXY_COUNT": "1",
        "UPLOAD_MAX_BYTES": "200000",
        "UPLOAD_REQUEST_MAX_BYTES": str(NGINX_REQUEST_MAX_BYTES),
    }
    with (
        stack.app(folder, ready_made, **variables) as app,
        stack.nginx(folder, listen=port, upstream=app_port, media_root=app.media_root) as access_log,
    ):
        yield Site(app, url, app.token, access_log)


@pytest.fixture(scope="module")
def away(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of an nginx whose app isn't there."""
    folder, port = tmp_path_factory.mktemp("away"), stack.free_port()
    with stack.nginx(folder, listen=port, upstream=stack.free_port(), media_root=folder):
        yield f"http://127.0.0.1:{port}"


@pytest.fixture(scope="module")
def direct_link(site: Site) -> str:
    answer = site.upload(jpeg((640, 480)))
    assert answer.status_code == 200, answer.text
    url: str = answer.json()["url"]
    assert url.startswith(f"{site.url}/i/")
    return url


def test_a_direct_link_shows_the_picture_with_all_headers(direct_link: str) -> None:
    answer = requests.get(direct_link, timeout=30)
    assert answer.status_code == 200
    assert answer.content[:3] == b"\xff\xd8\xff"
    headers = answer.headers
    assert headers["Content-Type"] == "image/jpeg"
    assert headers["Content-Length"] == str(len(answer.content))
    assert headers["Cache-Control"] == "public, max-age=300"
    assert headers["Content-Disposition"] == f'inline; filename="{direct_link.rpartition("/")[2]}"'
    assert headers["Content-Security-Policy"] == "default-src 'none'; style-src 'unsafe-inline'; sandbox"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Access-Control-Allow-Origin"] == "*"
    assert headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert headers["X-Request-ID"]
    assert not [name for name in headers if name.lower().startswith("x-accel")]


def test_nginx_keeps_every_header_that_the_app_sends(site: Site, direct_link: str) -> None:
    behind = requests.get(direct_link.replace(site.url, site.app.url), timeout=30)
    assert behind.headers["X-Accel-Redirect"].startswith("/_media/")
    front = requests.get(direct_link, timeout=30)
    assert set(behind.headers) - {"X-Accel-Redirect"} <= set(front.headers)
    for name in set(behind.headers) - {
        "X-Accel-Redirect",
        "X-Request-ID",
        "Date",
        "Server",
        "Content-Length",
        "Connection",
    }:
        assert front.headers[name] == behind.headers[name]


def test_a_picture_is_revalidated_and_fetched_in_parts(direct_link: str) -> None:
    whole = requests.get(direct_link, timeout=30)
    again = requests.get(direct_link, headers={"If-None-Match": whole.headers["ETag"]}, timeout=30)
    assert (again.status_code, again.content) == (304, b"")
    part = requests.get(direct_link, headers={"Range": "bytes=10-19", "If-Range": whole.headers["ETag"]}, timeout=30)
    assert (part.status_code, part.content) == (206, whole.content[10:20])
    head = requests.head(direct_link, timeout=30)
    assert (head.status_code, head.headers["Content-Length"]) == (200, whole.headers["Content-Length"])


def test_the_page_of_a_photo_shows_it_and_gives_the_original_back(site: Site) -> None:
    picture = jpeg((800, 600))
    key = site.upload(picture).json()["filename"].partition(".")[0]
    session = stack.signed_in(site.url)
    page = session.get(f"{site.url}/p/{key}", timeout=30)
    signed = [source for source in stack.sources(page.text) if source.startswith("/files/derived/")]
    assert signed, page.text
    shown = requests.get(site.url + signed[0], timeout=30)
    assert (shown.status_code, shown.headers["Content-Type"]) == (200, "image/jpeg")
    assert shown.headers["Cache-Control"].startswith("private, max-age=")
    assert requests.get(site.url + signed[0].partition("?")[0], timeout=30).status_code == 404
    original = session.get(f"{site.url}/p/{key}/download", timeout=30)
    assert hashlib.sha256(original.content).digest() == hashlib.sha256(picture).digest()
    assert original.headers["Content-Disposition"] == 'attachment; filename="a.jpg"'


def test_files_have_no_other_door(site: Site, direct_link: str) -> None:
    original = next(site.app.media_root.glob("originals/*/*.jpg")).relative_to(site.app.media_root)
    for path in ("/_media/", "/%5Fmedia/", "//_media/", "/i/../_media/", "/_media/../_media/", "/files/"):
        connection = http.client.HTTPConnection(site.url.removeprefix("http://"), timeout=30)
        connection.request("GET", f"{path}{original}")  # as it stands, where requests would tidy up
        assert connection.getresponse().status == 404, path
        connection.close()


def test_what_is_too_large_for_nginx_is_refused_in_json_to_scripts_and_as_a_page_to_people(site: Site) -> None:
    body = b"\xff" * (NGINX_REQUEST_MAX_BYTES + 1)
    for path in ("/upload", "/upload?filename=a.jpg", "/api/v1/images"):
        script = requests.post(site.url + path, body, timeout=30)
        assert script.status_code == 413
        assert script.headers["Content-Type"] == "application/json"
        assert script.json() == {
            "status": "error",
            "message": "The request is too large.",
            "limit": NGINX_REQUEST_MAX_BYTES,
        }
    person = requests.post(f"{site.url}/upload", body, headers={"Accept": "text/html,*/*"}, timeout=30)
    assert (person.status_code, person.headers["Content-Type"]) == (413, "text/html")
    assert str(NGINX_REQUEST_MAX_BYTES) in person.text
    _assert_in_the_look(person)


def test_what_is_too_large_for_the_app_is_refused_by_the_app(site: Site) -> None:
    answer = site.upload(b"\xff" * 200_001)
    assert (answer.status_code, answer.json()["limit"]) == (413, 200_000)


def test_a_tus_upload_goes_through_in_pieces_and_its_refusals_are_the_app_s_own(site: Site) -> None:
    through = resumable.Site(site.app, site.url, site.token)
    data = jpeg((640, 480))
    path = through.created(len(data))
    assert path.startswith("/api/v1/uploads/")
    assert through.patch(path, 0, data[:5000]).headers["Upload-Offset"] == "5000"
    for answer, status, code in (
        (through.patch(path, 0, data[:5000]), 409, "wrong_offset"),
        (through.send("PATCH", path, b"x", Upload_Offset="5000", Upload_Checksum="sha1 YQ=="), 460, "wrong_checksum"),
        (through.send("PATCH", path, b"x", Upload_Offset="5000", Content_Type="image/jpeg"), 415, "wrong_type"),
        (through.create(200_001), 413, "file_too_large"),
        (through.send("PUT", path), 405, "method_not_allowed"),
    ):
        assert (answer.status_code, answer.json()["code"]) == (status, code)
        assert answer.headers["Content-Type"] == "application/problem+json"
        assert answer.headers["Tus-Resumable"] == "1.0.0"
    too_large = through.patch(path, 5000, bytes(NGINX_REQUEST_MAX_BYTES + 1))
    assert (too_large.status_code, too_large.json()["limit"]) == (413, NGINX_REQUEST_MAX_BYTES)
    assert through.patch(path, 5000, iter([data[5000:6000], data[6000:7000]])).status_code == 204  # nginx counts them
    head = through.head(path)
    assert (head.headers["Upload-Offset"], head.headers["Cache-Control"]) == ("7000", "no-store")
    last = through.patch(path, 7000, data[7000:])
    assert last.headers["X-Image-Url"].startswith(f"{site.url}/i/")
    original = through.original_sha256(stack.signed_in(site.url), last.headers["X-Image-Id"])
    assert original == hashlib.sha256(data).hexdigest()


def test_a_forged_address_is_not_believed(site: Site) -> None:
    session = requests.Session()
    session.headers["X-Forwarded-For"] = "203.0.113.7"
    session.cookies.update(stack.signed_in(site.url).cookies)
    page = session.get(f"{site.url}/accounts/sessions/", timeout=30)
    assert "127.0.0.1" in page.text
    assert "203.0.113.7" not in page.text


def test_credentials_in_an_address_reach_no_log(site: Site) -> None:
    requests.get(f"{site.url}/images-list?token=very-secret", timeout=30)
    requests.post(f"{site.url}/upload?token=very-secret", b"\xff" * (NGINX_REQUEST_MAX_BYTES + 1), timeout=30)
    requests.get(f"{site.url}/s/very{'1' * 18}/zip", timeout=30)
    requests.get(f"{site.url}/accounts/password/reset/key/1-very-secret/", timeout=30)
    lines = ('"GET /images-list"', '"GET /s/very.../zip"', '"GET /accounts/password/reset/key/..."')
    # nginx writes the line of a request after its answer has left.
    resumable.eventually(lambda: all(line in site.access_log.read_text() for line in lines))
    access = site.access_log.read_text()
    for line in lines:
        assert line in access
    assert "?" not in access
    for log in (
        site.access_log.parent / "log",
        site.app.data_dir / "logs" / "app.log",
        site.app.data_dir.parent / "app",
    ):
        assert "very-secret" not in log.read_text(), log
        assert "1" * 8 not in log.read_text(), log


def test_scripts_and_people_are_told_when_the_app_is_away(tmp_path: Path) -> None:
    port = stack.free_port()
    with stack.nginx(tmp_path, listen=port, upstream=stack.free_port(), media_root=tmp_path) as access_log:
        script = requests.get(f"http://127.0.0.1:{port}/images-list?token=very-secret", timeout=30)
        assert (script.status_code, script.json()["status"]) == (502, "error")
        assert script.headers["Retry-After"] == "10"
        person = requests.get(f"http://127.0.0.1:{port}/library/", headers={"Accept": "text/html"}, timeout=30)
        assert (person.status_code, person.headers["Content-Type"]) == (502, "text/html")
        assert '<html lang="en"><head>' in person.text
        assert '<a href="">Retry</a>' in person.text
        assert "<h1>Back soon</h1>" in person.text
        assert (person.headers["Retry-After"], person.headers["Cache-Control"]) == ("10", "no-store")
        _assert_in_the_look(person)
        dark = requests.get(f"http://127.0.0.1:{port}/library/", cookies={"theme": "dark"}, timeout=30)
        assert '<html lang="en" data-theme="dark">' in dark.text
        forged = requests.get(f"http://127.0.0.1:{port}/library/", cookies={"theme": '"><script>'}, timeout=30)
        assert "script" not in forged.text
    assert "very-secret" not in access_log.read_text() + (access_log.parent / "log").read_text()


@pytest.mark.parametrize(
    ("chosen", "asked", "shown"),
    [
        *(("", code, code) for code, _ in settings.LANGUAGES),
        ("de", "fr", "de"),
        ("zh-hans", "fr", "zh-hans"),
        ("", "nl,fr-CH;q=0.9,en;q=0.8", "fr"),
        ("", "PT, ZH-CN;q=0.9", "zh-hans"),
        ("", "den", "en"),
        ("", "", "en"),
        ('"><script>', "es", "es"),
    ],
)
def test_its_pages_are_in_the_language_of_their_reader(away: str, chosen: str, asked: str, shown: str) -> None:
    page = _in_language(f"{away}/library/", asked, chosen)
    assert f'<html lang="{shown.partition("-")[0]}">' in page.lower()
    with translation.override(shown):
        assert f'<a href="">{translation.gettext("Retry")}</a>' in page


def test_each_language_has_its_own_words(site: Site, away: str) -> None:
    body = b"\xff" * (NGINX_REQUEST_MAX_BYTES + 1)
    for url, data in ((f"{away}/library/", None), (f"{site.url}/upload", body)):
        pages = [_in_language(url, code, body=data) for code, _ in settings.LANGUAGES]
        for piece in ("title", "h1", "p"):
            words = {re.findall(f"<{piece}>([^<]+)</{piece}>", page)[0] for page in pages}
            assert len(words) == len(pages), (url, words)


def _in_language(url: str, asked: str, chosen: str = "", body: bytes | None = None) -> str:
    headers = {"Accept": "text/html", "Accept-Language": asked, "Cookie": f"language={chosen}"}
    page = requests.request("GET" if body is None else "POST", url, data=body, headers=headers, timeout=30)
    return page.content.decode()


def _assert_in_the_look(page: requests.Response) -> None:
    """Its style is in it, and the policy allows this style and nothing else."""
    style = re.search("<style>(.+?)</style>", page.text)
    assert style, page.text
    digest = base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode()
    policy = page.headers["Content-Security-Policy"]
    assert policy.startswith(f"default-src 'none'; style-src 'sha256-{digest}'; ")
    assert "unsafe" not in policy
    assert page.headers["X-Content-Type-Options"] == "nosniff"
