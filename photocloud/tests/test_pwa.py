"""The app that can be installed: manifest, service worker, offline page, share target."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.contrib.staticfiles import finders
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image as Picture
from pytest_django import Settings

from conftest import Upload
from images import forms
from images.models import Image
from images.tests.pictures import jpeg


def _icons(manifest: dict[str, Any]) -> Iterator[dict[str, str]]:
    for part in (manifest, *manifest["shortcuts"]):
        yield from part["icons"]


def _file(address: str) -> Path:
    found = finders.find(address.removeprefix("/static/"))
    assert isinstance(found, str), address
    return Path(found)


def test_the_manifest_says_what_an_installed_app_needs(visitor: Client, settings: Settings) -> None:
    settings.SITE_NAME = "Our Photos"
    answer = visitor.get("/manifest.webmanifest")
    assert answer.headers["Content-Type"] == "application/manifest+json"
    assert answer.headers["Cache-Control"] == "no-cache"
    manifest = json.loads(answer.content)
    assert (manifest["name"], manifest["short_name"]) == ("Our Photos", "Our Photos")
    assert manifest["description"] == "Your photos, on your own server."
    assert (manifest["lang"], manifest["dir"]) == ("en", "ltr")
    assert (manifest["id"], manifest["start_url"], manifest["scope"]) == ("/", "/library/", "/")
    assert (manifest["display"], manifest["theme_color"], manifest["background_color"]) == (
        "standalone",
        "#ffffff",
        "#ffffff",
    )
    shortcuts = {shortcut["name"]: shortcut["url"] for shortcut in manifest["shortcuts"]}
    assert shortcuts == {"Upload": "/upload", "Library": "/library/", "Galleries": "/galleries/"}
    wanted = {(size, purpose) for size in ("192x192", "512x512") for purpose in ("any", "maskable")}
    assert wanted <= {(icon["sizes"], icon["purpose"]) for icon in manifest["icons"]}


def test_other_apps_share_every_kind_of_photo_that_is_accepted(visitor: Client) -> None:
    target = visitor.get("/manifest.webmanifest").json()["share_target"]
    assert (target["action"], target["method"]) == ("/share-target/", "POST")
    assert target["enctype"] == "multipart/form-data"
    (field,) = target["params"]["files"]
    assert field["name"] == "files"
    assert {"image/*", *forms.ACCEPT.split(",")} == set(field["accept"])


def test_the_manifest_is_in_the_language_of_the_browser(visitor: Client) -> None:
    manifest = visitor.get("/manifest.webmanifest", headers={"Accept-Language": "de"}).json()
    assert (manifest["lang"], manifest["shortcuts"][0]["name"]) == ("de", "Hochladen")


def test_every_icon_is_as_large_as_the_manifest_says(visitor: Client) -> None:
    for icon in _icons(visitor.get("/manifest.webmanifest").json()):
        with Picture.open(_file(icon["src"])) as picture:
            assert (picture.format, "{}x{}".format(*picture.size)) == ("PNG", icon["sizes"])
            if icon["purpose"] == "maskable":
                assert picture.mode == "RGB", "a mask would show what is behind it"


def test_a_page_leads_to_the_manifest_and_to_an_icon_for_ios(visitor: Client) -> None:
    page = visitor.get("/explore/").content.decode()
    assert re.search(r'<link rel="manifest" [^>]*href="/manifest.webmanifest" data-worker="/sw.js"', page)
    icon = re.search(r'rel="apple-touch-icon" href="([^"]+)"', page)
    assert icon
    with Picture.open(_file(icon[1])) as picture:
        assert (picture.size, picture.mode) == ((180, 180), "RGB")


def test_the_worker_is_a_script_for_all_pages_that_is_asked_for_each_time(visitor: Client) -> None:
    answer = visitor.get("/sw.js")
    assert answer.headers["Content-Type"].startswith("text/javascript")
    assert answer.headers["Cache-Control"] == "no-cache"
    assert "worker-src 'self'" in answer.headers["Content-Security-Policy"]
    assert "/static/js/sw.js" in answer.content.decode()
    assert not answer.cookies


def test_the_worker_changes_with_the_page_that_it_keeps(visitor: Client, settings: Settings) -> None:
    before = visitor.get("/sw.js").content
    assert visitor.get("/sw.js").content == before
    settings.SITE_NAME = "Another name"
    assert visitor.get("/sw.js").content != before


def test_without_the_app_the_worker_ends_itself_and_no_page_starts_one(visitor: Client, settings: Settings) -> None:
    settings.PWA_ENABLED = False
    worker = visitor.get("/sw.js").content.decode()
    assert "/static/js/sw-off.js" in worker
    assert "/static/js/sw.js" not in worker
    assert "manifest" not in visitor.get("/explore/").content.decode()


def test_the_offline_page_is_the_same_for_everyone(visitor: Client, as_owner: Client) -> None:
    pages = {client.get("/offline/").content for client in (visitor, as_owner)}
    assert len(pages) == 1
    assert b'data-person=""' in pages.pop()


def test_a_page_says_who_is_signed_in(visitor: Client, as_owner: Client, upload: Upload) -> None:
    owner = upload().owner
    assert f'data-person="{owner.pk}"' in as_owner.get("/library/").content.decode()
    assert 'data-person=""' in visitor.get("/explore/").content.decode()


def test_what_is_shared_past_the_worker_stores_nothing_and_the_page_says_so(as_owner: Client) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = as_owner.cookies
    answer = strict.post("/share-target/", {"files": SimpleUploadedFile("a.jpg", jpeg())})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/upload?shared=1")
    assert Image.objects.count() == 0
    assert "did not arrive" in strict.get("/upload?shared=1", headers={"Accept": "text/html"}).content.decode()
    assert "did not arrive" not in strict.get("/upload", headers={"Accept": "text/html"}).content.decode()


@pytest.mark.parametrize("path", ["/share-target/", "/upload?shared=1"])
def test_who_shares_without_being_signed_in_comes_back_after_it(visitor: Client, path: str) -> None:
    location = visitor.get(path).headers["Location"]
    assert location.startswith("/accounts/login/?next=/")
    assert path.split("?")[0] in location
    assert ("shared" in location) == ("shared" in path)
