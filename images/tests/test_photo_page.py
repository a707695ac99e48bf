"""The page of one photo: what can be done on it, how it was left, and what it fetches ahead."""

import re
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from accounts.models import User
from conftest import Upload
from images import delivery, variants
from images.models import Image, Status
from images.tests.pictures import jpeg
from images.tests.test_pages import rows


def page_of(client: Client, image: Image) -> str:
    return client.get(image.get_absolute_url()).content.decode()


def offered(page: str) -> set[str]:
    """The keys that the page listens to, beside those of the bar above it."""
    return set(re.findall(r'data-key="([^"]+)"', page[page.index("<article") : page.index("</article>")]))


def test_the_owner_has_every_action_and_others_what_they_may(as_owner: Client, visitor: Client, upload: Upload) -> None:
    image = upload(visibility="public")
    assert offered(page_of(as_owner, image)) == {"Escape", "s", "d", "e", "#, Delete", "z, f", "i", "?"}
    assert offered(page_of(visitor, image)) == {"Escape", "s", "d", "z, f", "i", "?"}


@pytest.mark.parametrize(
    ("fields", "keys"),
    [
        ({"status": Status.PROCESSING}, {"Escape", "e", "#, Delete", "i", "?"}),
        ({"status": Status.FAILED}, {"Escape", "d", "e", "#, Delete", "i", "?"}),
        ({"quarantined_at": timezone.now()}, {"Escape", "e", "#, Delete", "i", "?"}),
    ],
)
def test_a_photo_that_is_not_shown_offers_what_its_state_allows(
    as_owner: Client, owner: User, fields: dict[str, Any], keys: set[str]
) -> None:
    (image,) = rows(owner, 1, **fields)
    assert offered(page_of(as_owner, image)) == keys


def test_without_a_trash_the_button_says_delete(as_owner: Client, owner: User, settings: Settings) -> None:
    (image,) = rows(owner, 1)
    assert "Move to the trash" in page_of(as_owner, image)
    settings.TRASH_DAYS = 0
    assert "Move to the trash" not in page_of(as_owner, image)


def test_the_panel_is_as_it_was_left(visitor: Client, upload: Upload) -> None:
    image = upload(visibility="public")
    assert "<details open>\n" in page_of(visitor, image)
    visitor.cookies["panel"] = "closed"
    assert "<details open>" not in page_of(visitor, image)
    visitor.cookies["panel"] = "open"
    assert "<details open>\n" in page_of(visitor, image)


def test_the_room_of_the_photo_is_known_before_it_is_there(visitor: Client, upload: Upload) -> None:
    image = upload(jpeg((1800, 900)), visibility="public")
    assert 'width="1800" height="900"' in page_of(visitor, image)
    assert page_of(visitor, image).count('fetchpriority="high"') == 1


def test_the_photos_beside_it_are_named_to_be_fetched_ahead_if_they_may_be_seen(
    as_owner: Client, visitor: Client, upload: Upload, owner: User
) -> None:
    older, image = upload(), upload()
    (waiting,) = rows(owner, 1, status=Status.PROCESSING)
    page = page_of(as_owner, image).replace("&amp;", "&")
    ahead = re.findall(r'href="(/p/\w+)"[^>]* data-ahead="([^"]*)"', page)
    assert ahead == [
        (waiting.get_absolute_url(), ""),
        (older.get_absolute_url(), delivery.variant_url(older, variants.PREVIEW)),
    ]
    assert "data-ahead" not in page_of(visitor, image)


@pytest.mark.parametrize(("language", "older", "newer"), [("en", "Right", "Left"), ("ar", "Left", "Right")])
def test_arrow_keys_lead_to_the_side_the_photo_is_on(
    as_owner: Client, upload: Upload, settings: Settings, language: str, older: str, newer: str
) -> None:
    settings.LANGUAGES = [*settings.LANGUAGES, ("ar", "Arabic")]
    first, image, last = upload(), upload(), upload()
    page = as_owner.get(image.get_absolute_url(), headers={"accept-language": language}).content.decode()
    sides = re.findall(r'data-key="Arrow(\w+)" href="([^"]+)"', page)
    assert sides == [(newer, last.get_absolute_url()), (older, first.get_absolute_url())]


@pytest.mark.parametrize("path", ["/library/", "/explore/", "/galleries/", "/upload"])
def test_every_page_has_the_shortcuts_to_the_others(as_owner: Client, path: str) -> None:
    page = as_owner.get(path).content.decode()
    assert {"g l", "g g", "g e", "u", "?"} <= set(re.findall(r'data-key="([^"]+)"', page))
    assert '<dialog class="dialog keys" id="keys"' in page
