"""Photos that end: by date, by a moderator's hand, and for good."""

import re
import time
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from playwright.sync_api import Page, expect

from e2e.instance import Instance, Person
from e2e.photos import Photos
from e2e.windows import Windows, drawn, sign_in

pytestmark = pytest.mark.browser

LIFETIME = timedelta(minutes=45)
PATIENCE_SECONDS = 30

# Moves the end of the photo to now, near enough, and prints the URL that a page would show.
_END_IN_A_SECOND = """
from datetime import timedelta
from django.utils import timezone
from images import delivery, variants
from images.models import Image
image = Image.objects.get(key="{key}")
image.expires_at = timezone.now() + timedelta(seconds=1)
image.save(update_fields=["expires_at"])
print(delivery.variant_url(image, variants.THUMB), image.file_key)
"""


def _status(url: str) -> int:
    return requests.get(url, timeout=10).status_code


def _wait_until_closed(url: str) -> None:
    end = time.monotonic() + PATIENCE_SECONDS
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
    end = (datetime.now(UTC) + LIFETIME).replace(second=0, microsecond=0)
    page.get_by_label("Expires on").fill(f"{end:%Y-%m-%dT%H:%M}")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text(re.compile(r"^\d\d minutes left$"))).to_be_visible()
    preview = drawn(page.locator(".stage img"))[0]
    page.goto("/library/")
    thumb = drawn(page.locator(".photo", has_text="minutes left").locator("img"))[0]
    assert [_end_of(url) for url in (preview, thumb)] == [end, end]
    stem = photo["url"].rpartition(".")[0]
    doors = [photo["page_url"], photo["url"], f"{stem}/thumb.webp", f"{stem}/preview.jpg"]
    assert {url: _status(url) for url in [*doors, thumb]} == dict.fromkeys([*doors, thumb], 200)

    signed, file_key = instance.shell(_END_IN_A_SECOND.format(key=photo["key"])).split()
    assert file_key in thumb
    doors.append(f"{instance.url}{signed}")
    for url in doors:
        _wait_until_closed(url)
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
    exists = f"from images.models import Image; print(Image.objects.filter(key={photo['key']!r}).exists())"
    assert instance.shell(exists) == "False"
    assert _status(thumb) == 404
    assert _status(other["url"]) == 200


def test_a_photo_deleted_by_mistake_is_back_by_one_click_and_one_in_the_trash_goes_for_good(
    windows: Windows, instance: Instance, person: Person, photos: Photos
) -> None:
    photo = instance.upload(person, photos.nature[0], gallery="new", new_gallery="Spring")[0]
    page = windows.open()
    sign_in(page, person)
    page.goto(photo["page_url"])
    page.get_by_role("link", name="Spring").click()
    page.wait_for_url("**/g/*")
    gallery = page.url
    page.goto(photo["page_url"])
    thumb = photo["thumbnail_url"]
    preview = drawn(page.locator(".stage img"))[0]
    page.get_by_role("button", name="Move to the trash").click()
    expect(page.get_by_text("1 photo is in the trash.")).to_be_visible()
    expect(page).to_have_url(gallery)
    doors = [photo["page_url"], photo["url"], thumb, preview]
    assert {url: _status(url) for url in doors} == dict.fromkeys(doors, 404)

    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("1 photo is back.")).to_be_visible()
    expect(page.locator(".photo-grid .photo")).to_have_count(1)
    page.goto(photo["page_url"])
    drawn(page.locator(".stage img"))
    expect(page.get_by_role("complementary").get_by_role("link", name="Spring")).to_be_visible()
    assert [_status(url) for url in doors] == [200, 200, 200, 404]

    page.goto("/library/")
    page.locator("input[name=keys]").check()
    page.get_by_role("button", name="Delete").click()
    page.get_by_role("link", name="some of them in the trash").click()
    expect(page.get_by_text("30 days left")).to_be_visible()
    page.locator("input[name=keys]").check()
    page.get_by_role("button", name="Delete for good").click()
    page.get_by_role("button", name="Delete for good").click()
    expect(page.get_by_role("heading", name="The trash is empty")).to_be_visible()
    key = instance.shell(f"from images.models import Image; print(Image.objects.filter(key={photo['key']!r}).count())")
    assert key == "0"


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


def _end_of(signed_url: str) -> datetime:
    return datetime.fromtimestamp(int(parse_qs(urlsplit(signed_url).query)["e"][0]), tz=UTC)


def _files(instance: Instance, file_key: str) -> list[str]:
    return [str(path) for path in instance.media.rglob(f"*{file_key}*")]
