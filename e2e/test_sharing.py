"""Photos in a gallery, a link for a friend, and what the friend can fetch."""

import hashlib
import io
import json
import shutil
import subprocess
from pathlib import Path

import pytest
import requests
from PIL import Image, ImageChops, ImageStat
from playwright.sync_api import expect

from e2e.instance import Instance, Person
from e2e.photos import Photos
from e2e.windows import CLIPBOARD, Windows, drawn, give_password, sign_in, sign_in_again

pytestmark = pytest.mark.browser

ORIENTATION = 0x0112


def test_a_friend_with_the_copied_link_sees_the_gallery_and_no_private_photo(
    windows: Windows, instance: Instance, person: Person, photos: Photos
) -> None:
    instance.upload(person, *photos.nature[1:])
    private = instance.upload(person, photos.nature[0], visibility="private")[0]
    page = windows.open(permissions=CLIPBOARD)
    sign_in(page, person)
    boxes = page.locator("input[name=keys]")
    for box in boxes.all():
        box.check()
    expect(page.locator("[data-selected]")).to_have_text(f"{len(photos.nature)} photos selected")
    page.locator("summary", has_text="Add to gallery").click()
    page.get_by_label("Gallery", exact=True).select_option("new")
    page.get_by_label("Name of the new gallery").fill("Spring")
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.get_by_role("heading", name="Library")).to_be_visible()
    page.get_by_role("link", name="Spring").click()
    expect(page.get_by_role("heading", name="Spring")).to_be_visible()
    expect(page.locator(".photo-grid .photo")).to_have_count(len(photos.nature))

    page.get_by_role("button", name="Copy Link").click()
    expect(page.locator("#live")).to_contain_text("Copied")
    link = page.evaluate("navigator.clipboard.readText()")
    assert link == page.url == page.get_by_label("Link", exact=True).input_value()

    friend = windows.open()
    friend.goto(link)
    expect(friend.get_by_role("heading", name="Spring")).to_be_visible()
    assert len(drawn(friend.locator(".photo-grid img"))) == len(photos.nature) - 1
    assert private["key"] not in friend.content()
    for path in (private["page_url"], private["url"]):
        assert requests.get(path, timeout=10).status_code == 404
    friend.goto(f"{instance.url}{friend.locator('.photo__link').first.get_attribute('href')}")
    drawn(friend.locator(".stage img"))


def test_a_portrait_that_the_camera_turned_stands_upright(
    windows: Windows, instance: Instance, person: Person, photos: Photos
) -> None:
    answer = instance.upload(person, photos.turned)[0]
    page = windows.open()
    sign_in(page, person)
    page.goto(answer["page_url"])
    picture = page.locator(".stage img")
    preview = drawn(picture)[0]
    wanted = Image.open(photos.upright).convert("RGB")
    assert picture.evaluate("img => [img.naturalWidth, img.naturalHeight]") == list(wanted.size)

    seen = {
        "preview": page.request.get(preview).body(),
        "thumb": requests.get(answer["thumbnail_url"], timeout=10).content,
        "link": requests.get(answer["url"], timeout=10).content,
    }
    page.goto(answer["url"])
    assert page.locator("img").evaluate("img => [img.naturalWidth, img.naturalHeight]") == list(wanted.size)
    for name in ("preview", "thumb"):
        with Image.open(io.BytesIO(seen[name])) as found:
            assert found.getexif().get(ORIENTATION, 1) == 1
            assert _difference(found, wanted) < 12, name
            assert _difference(found.rotate(180), wanted) > 24, name


def test_nothing_that_a_stranger_can_fetch_tells_where_a_photo_was_taken(
    windows: Windows, instance: Instance, person: Person, photos: Photos, tmp_path: Path
) -> None:
    answers = instance.upload(person, *photos.located, photos.turned)
    stranger = windows.open()
    for number, answer in enumerate(answers):
        stranger.goto(answer["page_url"])
        preview = drawn(stranger.locator(".stage img"))[0]
        stem, _, extension = answer["url"].rpartition(".")
        meta = stranger.locator("meta[property='og:image']").get_attribute("content")
        download = stranger.get_by_role("link", name="Download").get_attribute("href")
        doors = [answer["url"], f"{stem}/full.{extension}", f"{stem}/thumb.webp", f"{stem}/preview.jpg"]
        for place, url in enumerate([*doors, preview, str(meta), f"{instance.url}{download}"]):
            found = requests.get(url, timeout=20)
            assert found.status_code == 200, url
            _assert_silent(found.content, tmp_path / f"{number}-{place}")


def test_the_owner_downloads_the_original_byte_for_byte(
    windows: Windows, instance: Instance, person: Person, photos: Photos
) -> None:
    chosen = [photos.located[-1], photos.turned, photos.animated]
    page = windows.open()
    sign_in(page, person)
    for path, answer in zip(chosen, instance.upload(person, *chosen), strict=True):
        page.goto(answer["page_url"])
        with page.expect_download() as started:
            page.get_by_role("link", name="Download").click()
        download = started.value
        assert download.suggested_filename == path.name
        assert _digest(Path(download.path())) == _digest(path)


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _difference(one: Image.Image, other: Image.Image) -> float:
    """The mean difference of two pictures at a small size, 0 to 255."""
    small = [picture.convert("RGB").resize((32, 32), Image.Resampling.BOX) for picture in (one, other)]
    return sum(ImageStat.Stat(ImageChops.difference(*small)).mean) / 3


def _assert_silent(data: bytes, path: Path) -> None:
    """Nothing but the orientation is left of what a camera wrote."""
    with Image.open(io.BytesIO(data)) as picture:
        assert set(picture.getexif()) <= {ORIENTATION}
        assert not {"xmp", "photoshop", "comment", "XML:com.adobe.xmp"} & set(picture.info)
    if exiftool := shutil.which("exiftool"):
        path.write_bytes(data)
        told = subprocess.run([exiftool, "-json", "-G1", "-a", "-u", path], capture_output=True, check=True)
        groups = {name.partition(":")[0] for name in json.loads(told.stdout)[0] if name != "IFD0:Orientation"}
        leaks = {group for group in groups if group.startswith(("GPS", "ExifIFD", "IFD", "XMP", "IPTC", "Photoshop"))}
        assert not leaks, f"{path.name}: {leaks}"


def test_a_page_from_before_another_sign_in_can_still_share(
    windows: Windows, instance: Instance, person: Person, photos: Photos
) -> None:
    windows.refuses(403, "/library/share")
    windows.refuses(403, "/p/*/delete")
    address = instance.upload(person, photos.nature[0])[0]["page_url"]
    page = windows.open()
    sign_in(page, person)
    page.goto(address)
    second = page.context.new_page()
    sign_in_again(second, person)
    with page.expect_response(address):
        page.get_by_role("button", name="Share").click()
    expect(page.locator(".toast")).to_contain_text("Try again in a moment")
    page.get_by_role("button", name="Share").click()
    expect(page.get_by_role("dialog", name="Link")).to_be_visible()

    second.goto(address)
    sign_in_again(page, person)
    second.get_by_role("button", name="Move to the trash").click()
    second.get_by_role("link", name="Back to the form").click()
    second.get_by_role("button", name="Move to the trash").click()
    expect(second.get_by_text("No photos yet")).to_be_visible()


def test_who_shares_what_has_gone_meanwhile_is_told_so(
    windows: Windows, instance: Instance, person: Person, photos: Photos
) -> None:
    address = instance.upload(person, photos.nature[0])[0]["page_url"]
    instance.upload(person, photos.nature[1])
    page = windows.open()
    sign_in(page, person)
    page.locator("input[name=keys]").last.check()
    second = page.context.new_page()
    second.goto(address)
    second.get_by_role("button", name="Move to the trash").click()
    expect(second.get_by_text("1 photo is in the trash.")).to_be_visible()
    page.locator(".selection-bar").get_by_role("button", name="Share").click()
    expect(page.locator("#live")).to_contain_text("The selected photos are no longer there.")
    expect(page.locator(".photo-grid .photo")).to_have_count(1)


def test_who_shares_after_the_session_has_ended_signs_in_and_comes_back(
    windows: Windows, instance: Instance, person: Person, photos: Photos
) -> None:
    instance.upload(person, photos.nature[0])
    page = windows.open()
    sign_in(page, person)
    page.locator("input[name=keys]").check()
    page.context.clear_cookies(name="sessionid")
    page.locator(".selection-bar").get_by_role("button", name="Share").click()
    expect(page.get_by_text("what you sent wasn't saved")).to_be_visible()
    give_password(page, person)
    page.wait_for_url("**/library/")
    expect(page.locator(".photo-grid .photo")).to_have_count(1)
