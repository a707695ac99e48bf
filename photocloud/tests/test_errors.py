"""What people read when something went wrong."""

import re
from datetime import UTC, datetime

import pytest
from django.core.cache import cache
from django.test import Client, RequestFactory
from pytest_django import Settings

from accounts.models import User
from conftest import Upload
from galleries.models import Gallery
from images.models import Image
from photocloud import errors

PAST = datetime(2001, 2, 3, tzinfo=UTC)


def test_the_owner_alone_is_told_that_a_photo_is_in_the_trash(
    upload: Upload, as_owner: Client, as_stranger: Client
) -> None:
    path = upload(visibility="public").get_absolute_url()
    Image.objects.update(trashed_at=PAST)
    answer = as_owner.get(path)
    assert answer.status_code == 404
    assert "This photo is in the trash" in answer.content.decode()
    assert 'href="/trash/">Open the trash' in answer.content.decode()
    assert "There is nothing here" in as_stranger.get(path).content.decode()


@pytest.mark.parametrize("page", ["/p/{}", "/p/{}/edit", "/p/{}/download"])
def test_the_owner_alone_is_told_when_a_photo_ended(
    upload: Upload, as_owner: Client, as_stranger: Client, visitor: Client, page: str
) -> None:
    path = page.format(upload(visibility="public").key)
    Image.objects.update(expires_at=PAST, trashed_at=PAST)
    answer = as_owner.get(path)
    assert answer.status_code == 404
    assert "This photo ended on Feb. 3, 2001" in answer.content.decode()
    assert not re.search(r"\b2001\b", as_stranger.get(path).content.decode())
    assert not re.search(r"\b2001\b", visitor.get(path).content.decode())


@pytest.mark.parametrize("page", ["/g/{}", "/g/{}/edit", "/g/{}/lifetime", "/g/{}/delete"])
def test_the_owner_alone_is_told_when_a_gallery_ended(
    owner: User, as_owner: Client, as_stranger: Client, page: str
) -> None:
    gallery = Gallery.objects.create(owner=owner, title="Norway", visibility="public", expires_at=PAST)
    path = page.format(gallery.key)
    assert "This gallery ended on Feb. 3, 2001" in as_owner.get(path).content.decode()
    assert not re.search(r"\b2001\b", as_stranger.get(path).content.decode())


def test_what_was_deleted_for_good_is_like_what_never_was(upload: Upload, as_owner: Client) -> None:
    path = upload().get_absolute_url()
    Image.objects.update(deleted_at=PAST, expires_at=PAST, trashed_at=PAST)
    assert "There is nothing here" in as_owner.get(path).content.decode()


@pytest.mark.parametrize(
    ("rate", "seconds", "words"), [("5/m/user", "60", "Wait 1 minute,"), ("5/150s/user", "150", "Wait 3 minutes,")]
)
def test_who_tries_too_often_is_told_how_long_to_wait(
    as_owner: Client, settings: Settings, rate: str, seconds: str, words: str
) -> None:
    settings.ACCOUNT_RATE_LIMITS = {"change_password": rate}
    fields = {"oldpassword": "wrong", "password1": "a", "password2": "b"}
    for _ in range(5):
        assert as_owner.post("/accounts/password/change/", fields).status_code == 200
    answer = as_owner.post("/accounts/password/change/", fields)
    cache.clear()
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, seconds)
    assert f"{words} then try again." in answer.content.decode()


@pytest.mark.parametrize("status", [400, 500])
def test_what_is_broken_is_said_without_the_database_in_the_chosen_theme(status: int) -> None:
    request = RequestFactory().get("/library/")
    request.COOKIES["theme"] = "dark"
    answer = errors.bad_request(request, ValueError()) if status == 400 else errors.server_error(request)
    assert answer.status_code == status
    page = answer.content.decode()
    assert 'data-theme="dark"' in page
    assert "<h1>" in page


def test_a_form_without_its_token_is_asked_for_again() -> None:
    answer = Client(enforce_csrf_checks=True).post("/accounts/login/", {"login": "owner"})
    assert answer.status_code == 403
    assert "Please send that again" in answer.content.decode()
    assert "Back to the form" not in answer.content.decode()


def test_a_form_without_its_token_leads_back_to_its_page_and_nowhere_else() -> None:
    client = Client(enforce_csrf_checks=True)

    def way_back(referrer: str, **fields: str) -> str:
        answer = client.post("/accounts/login/", fields, headers={"Referer": referrer})
        found = re.search(r'href="([^"]*)">Back to the form', answer.content.decode())
        return found[1] if found else ""

    assert way_back("http://testserver/p/abc?by=link") == "/p/abc?by=link"
    assert way_back("http://testserver//example.org/") == ""
    assert way_back("https://example.org/p/abc") == ""
    assert way_back("", next="/g/abc") == "/g/abc"
    assert way_back("", next="//example.org/") == ""


@pytest.mark.parametrize(
    ("path", "field", "autocomplete"),
    [
        ("/accounts/login/", "login", "username"),
        ("/accounts/login/", "password", "current-password"),
        ("/accounts/signup/", "email", "email"),
        ("/accounts/signup/", "username", "username"),
        ("/accounts/signup/", "password1", "new-password"),
    ],
)
def test_an_error_is_tied_to_its_field_and_browsers_know_what_to_fill_in(
    visitor: Client, path: str, field: str, autocomplete: str
) -> None:
    page = visitor.post(path, {}).content.decode()
    tag = re.search(rf'<input [^>]*name="{field}"[^>]*>', page)
    assert tag, page
    assert f'autocomplete="{autocomplete}"' in tag[0]
    assert 'aria-invalid="true"' in tag[0]
    described = re.search('aria-describedby="([^"]+)"', tag[0])
    assert described, tag[0]
    assert f"id_{field}_error" in described[1].split()
    assert f'id="id_{field}_error"' in page
    assert "placeholder" not in tag[0]


def test_who_signs_in_on_the_way_to_a_form_s_address_is_told_to_go_back(as_owner: Client, visitor: Client) -> None:
    sent = visitor.post("/library/delete", {"keys": "1111111111111111"})
    assert sent.headers["Location"] == "/accounts/login/?next=/library/delete"
    answer = as_owner.get("/library/delete")
    assert (answer.status_code, answer.headers["Allow"]) == (405, "POST")
    assert "There is no page here</h1>" in answer.content.decode()
    assert as_owner.put("/library/delete").content == b""
    assert as_owner.get("/library/uploads").headers["Content-Type"] == "application/problem+json"


def test_who_signs_in_after_a_form_comes_back_to_its_page(visitor: Client) -> None:
    came = {"Referer": "http://testserver/library/?before=x"}
    sent = visitor.post("/library/delete", headers=came)
    assert sent.headers["Location"] == "/accounts/login/?next=/library/%3Fbefore%3Dx"
    assert "wasn&#x27;t saved" in visitor.get(sent.headers["Location"]).content.decode()

    sent = visitor.post("/library/delete", headers={**came, "HX-Request": "true"})
    assert (sent.status_code, sent.headers["HX-Redirect"]) == (200, "/accounts/login/?next=/library/%3Fbefore%3Dx")
    assert "wasn&#x27;t saved" in visitor.get(sent.headers["HX-Redirect"]).content.decode()

    abroad = visitor.post("/library/delete", headers={"Referer": "http://elsewhere.test/library/"})
    assert abroad.headers["Location"] == "/accounts/login/?next=/library/delete"
