"""The language of pages and mails: as the browser asks, as the visitor chose, as the person's profile says."""

import re
from collections.abc import Iterator

import pytest
from django.test import Client
from django.utils import translation

from accounts.models import User
from conftest import Upload


@pytest.fixture(autouse=True)
def _own_language() -> Iterator[None]:
    """The test client leaves the language of its last request behind."""
    with translation.override("en"):
        yield


def language_of(client: Client, **headers: str) -> str:
    page = client.get("/explore/", headers=headers).content.decode()
    found = re.search(r'<html lang="([^"]+)"', page)
    assert found
    return found[1]


@pytest.mark.parametrize(
    ("asked", "given"),
    [("de-AT,de;q=0.8", "de"), ("zh-CN,zh;q=0.9", "zh-hans"), ("ru", "ru"), ("tlh,fr;q=0.5", "fr"), ("tlh", "en")],
)
def test_a_visitor_reads_the_language_that_the_browser_asks_for(visitor: Client, asked: str, given: str) -> None:
    assert language_of(visitor, accept_language=asked) == given


@pytest.mark.django_db
def test_a_visitor_chooses_a_language_on_any_page() -> None:
    visitor = Client(enforce_csrf_checks=True)
    assert 'name="language" value="es" lang="es">Español</button>' in visitor.get("/explore/").content.decode()
    answer = visitor.post("/language", {"language": "es", "next": "/explore/"})
    assert answer.headers["Location"] == "/explore/"
    assert language_of(visitor, accept_language="de") == "es"


def test_choosing_a_language_leads_to_no_other_site(visitor: Client) -> None:
    answer = visitor.post("/language", {"language": "es", "next": "https://evil.example.com/"})
    assert answer.headers["Location"] == "/"


def test_a_language_that_is_not_there_changes_nothing(visitor: Client) -> None:
    visitor.post("/language", {"language": "tlh", "next": "/explore/"})
    assert language_of(visitor) == "en"


def test_the_profile_keeps_the_language(owner: User, as_owner: Client) -> None:
    data = {"display_name": "", "default_visibility": "private", "default_lifetime": "", "language": "de"}
    page = as_owner.post("/accounts/profile/", data, follow=True).content.decode()
    assert "Dein Profil ist gespeichert." in page
    owner.refresh_from_db()
    assert owner.language == "de"
    assert language_of(as_owner) == "de"
    assert as_owner.cookies["language"]["max-age"] >= 180 * 24 * 3600
    as_owner.post("/accounts/profile/", {**data, "language": ""})
    assert language_of(as_owner) == "en"


def test_a_language_that_is_not_there_is_refused_by_the_profile(owner: User, as_owner: Client) -> None:
    data = {"display_name": "", "default_visibility": "private", "default_lifetime": "", "language": "tlh"}
    answer = as_owner.post("/accounts/profile/", data)
    assert answer.context["form"].errors["language"]
    owner.refresh_from_db()
    assert owner.language == ""


def test_signing_in_brings_the_language_to_another_browser(owner: User, visitor: Client) -> None:
    owner.language = "ru"
    owner.save(update_fields=["language"])
    visitor.post("/accounts/login/", {"login": "owner", "password": "correct horse"})
    assert language_of(visitor, accept_language="de") == "ru"


def test_files_are_the_same_in_all_languages(visitor: Client, upload: Upload) -> None:
    photo = upload(visibility="unlisted")
    answer = visitor.get(photo.direct_url, headers={"accept-language": "de"})
    assert answer.status_code == 200
    assert "Accept-Language" not in answer.headers.get("Vary", "")
    answer.close()
