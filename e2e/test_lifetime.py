"""Photos that end: by date, by a moderator's hand, and for good."""

import time
from datetime import UTC, datetime, timedelta

import pytest
import requests
from playwright.sync_api import Page, expect

from e2e.instance import Instance, Person
from e2e.photos import Photos
from e2e.windows import Windows, drawn, sign_in

pytestmark = pytest.mark.browser

# Long enough to fetch the page once more, short enough to see the end.
REST_SECONDS = 5


def _status(url: str) -> int:
    return requests.get(url, timeout=10).status_code


def _wait_until_closed(url: str) -> None:
    end = time.monotonic() + 4 * REST_SECONDS
    while _status(url) != 404:
        assert time.monotonic() < end, f"{url} is still open"
        time.sleep(0.1)


def test_a_photo_set_to_expire_is_gone_from_every_door_and_then_from_the_disk(
    windows: Windows, instance: Instance, person: Person, photos: Photos
) -> None:
    photo, other = instance.upload(person, photos.nature[0], photos.nature[1])
    page = windows.open()
    sign_in(page, person)
    page.goto(photo["page_url"])
    page.get_by_role("link", name="Edit", exact=True).click()
    page.get_by_label("Lifetime").select_option("date")
    page.get_by_label("Expires on").fill(f"{datetime.now(UTC) + timedelta(days=10, minutes=1):%Y-%m-%dT%H:%M}")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("10 days left")).to_be_visible()

    row = f"Image.objects.filter(key={photo['key']!r})"
    file_key = instance.shell(
        "from datetime import timedelta; from django.utils import timezone; from images.models import Image;"
        f"{row}.update(expires_at=timezone.now() + timedelta(seconds={REST_SECONDS}));"
        f"print({row}.get().file_key)"
    )
    page.reload()
    preview = drawn(page.locator(".stage img"))[0]
    page.goto("/library/")
    expect(page.locator(".photo-grid .photo")).to_have_count(2)
    thumb = drawn(page.locator(".photo", has_text="left").locator("img"))[0]
    stem = photo["url"].rpartition(".")[0]
    doors = [photo["page_url"], photo["url"], f"{stem}/thumb.webp", f"{stem}/preview.jpg", thumb, preview]
    assert file_key in thumb
    assert file_key in preview

    assert {url: _status(url) for url in doors} == dict.fromkeys(doors, 200)
    _wait_until_closed(photo["url"])
    assert {url: _status(url) for url in doors} == dict.fromkeys(doors, 404)
    windows.refuses(404, photo["page_url"].removeprefix(instance.url))
    answer = page.goto(photo["page_url"])
    assert answer is not None
    assert answer.status == 404
    page.goto("/library/")
    expect(page.locator(".photo-grid .photo")).to_have_count(1)

    assert _files(instance, file_key)
    assert "Removed 1 photos (1 newly expired" in instance.manage("purge")
    assert not _files(instance, file_key)
    assert instance.shell(f"from images.models import Image; print({row}.exists())") == "False"
    assert _status(other["url"]) == 200


def test_a_moderator_closes_every_door_to_a_photo_and_opens_them_again(
    windows: Windows, instance: Instance, person: Person, photos: Photos
) -> None:
    moderator = instance.make_people("moderator", superuser=True)[0]
    photo = instance.upload(person, photos.nature[0], visibility="public")[0]
    friend = windows.open()
    friend.goto(photo["page_url"])
    signed = drawn(friend.locator(".stage img"))[0]
    page = windows.open()
    sign_in(page, moderator)
    page.goto("/admin/images/image/")
    drawn(page.locator("#result_list img"))

    _act(page, photo["key"], "quarantine")
    doors = [signed, photo["url"], photo["thumbnail_url"], photo["page_url"]]
    assert {url: _status(url) for url in doors} == dict.fromkeys(doors, 404)
    owner = windows.open()
    sign_in(owner, person)
    owner.goto(photo["page_url"])
    expect(owner.get_by_text("have hidden this photo")).to_be_visible()
    expect(owner.locator(".stage img")).to_have_count(0)
    friend.goto("/explore/")
    assert photo["key"] not in friend.content()

    _act(page, photo["key"], "release")
    assert _status(photo["url"]) == _status(photo["thumbnail_url"]) == 200
    assert _status(signed) == 404
    friend.goto(photo["page_url"])
    drawn(friend.locator(".stage img"))
    page.goto("/admin/")
    expect(page.locator("#recent-actions-module li")).to_have_count(2)


def _act(page: Page, key: str, action: str) -> None:
    page.goto(f"/admin/images/image/?q={key}")
    page.locator("#action-toggle").check()
    page.get_by_label("Action:").select_option(action)
    page.get_by_role("button", name="Go").or_(page.get_by_role("button", name="Run")).click()
    expect(page.locator(".messagelist .success")).to_be_visible()


def _files(instance: Instance, file_key: str) -> list[str]:
    return [str(path) for path in instance.media.rglob(f"*{file_key}*")]
