"""Guests of a wedding: a drop link on a phone, and what its owner makes of it."""

import random
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import expect

from e2e.instance import Instance, Person
from e2e.photos import Photos
from e2e.windows import Windows, choose, drawn, sign_in, start_upload, upload_rows

pytestmark = pytest.mark.browser

PHOTOS = 30
PHONE = {"width": 390, "height": 844}
UPLOAD_MS = 120_000

_MAKE_LINK = """
from accounts.models import User
from galleries import sharing
from galleries.models import Gallery
owner = User.objects.get(username={username!r})
gallery = Gallery.objects.create(owner=owner, title="Wedding", visibility="private")
link = sharing.make(owner, gallery=gallery, expires_at=None, additions="drop", needs_approval=True)
print(link.get_absolute_url(), gallery.get_absolute_url())
"""


def test_a_guest_drops_photos_from_a_phone_takes_one_back_and_the_owner_approves(
    windows: Windows, instance: Instance, person: Person, tmp_path: Path
) -> None:
    link, gallery = instance.shell(_MAKE_LINK.format(username=person.username)).split()
    phone = windows.open(viewport=PHONE, has_touch=True, is_mobile=True)
    phone.goto(link)
    expect(phone.locator("form.is-live")).to_be_visible()
    assert phone.evaluate("document.documentElement.scrollWidth <= innerWidth"), "the page is wider than the phone"
    phone.get_by_label("Your name").fill("Ada")
    choose(phone, *_photos(tmp_path))
    start_upload(phone)
    expect(phone.locator("#upload-count")).to_have_text(f"{PHOTOS} of {PHOTOS} photos uploaded", timeout=UPLOAD_MS)
    expect(upload_rows(phone, "done")).to_have_count(PHOTOS)
    dropped = phone.locator("#own li")
    expect(dropped).to_have_count(PHOTOS)
    expect(dropped.first).to_contain_text("Waits for approval")
    assert len(drawn(dropped.locator("img"))) == PHOTOS
    phone.get_by_role("button", name="Undo photo 7", exact=True).click()
    expect(dropped).to_have_count(PHOTOS - 1)
    phone.reload()
    expect(dropped).to_have_count(PHOTOS - 1)
    expect(phone.get_by_label("Your name")).to_have_value("Ada")

    other = windows.open()
    other.goto(link)
    expect(other.get_by_role("heading", name="Wedding")).to_be_visible()
    expect(other.locator("main img")).to_have_count(0)

    page = windows.open()
    sign_in(page, person)
    page.goto("/links/")
    page.get_by_role("link", name=f"{PHOTOS - 1} photos wait for your approval").click()
    page.wait_for_url(f"**{gallery}#waiting")
    waiting = page.locator("#waiting .photo")
    expect(waiting).to_have_count(PHOTOS - 1)
    expect(waiting.first).to_contain_text("Ada")
    waiting.first.get_by_role("checkbox").uncheck()
    page.get_by_role("button", name="Approve").click()
    expect(page.get_by_role("heading", name="1 photo waits for your approval")).to_be_visible()
    page.locator("#waiting").get_by_role("button", name="Delete").click()
    expect(page.get_by_text("1 photo is in the trash.")).to_be_visible()
    expect(page.locator("#waiting")).to_have_count(0)
    expect(page.locator(".photo-grid .photo")).to_have_count(PHOTOS - 2)
    expect(page.locator(".photo-grid .photo").first).to_contain_text("Ada")


def test_a_guest_hears_of_what_is_refused_and_may_sign_in_meanwhile(
    windows: Windows, instance: Instance, person: Person, photos: Photos
) -> None:
    windows.refuses(401, "/s/*/uploads")
    link, _gallery = instance.shell(_MAKE_LINK.format(username=person.username)).split()
    phone = windows.open(viewport=PHONE, has_touch=True, is_mobile=True)
    phone.goto(link)
    expect(phone.locator("form.is-live")).to_be_visible()
    choose(phone, photos.refused)
    toast = phone.locator(".toast")
    expect(toast).to_have_text(f"{photos.refused.name}: This type of file isn't accepted.")
    expect(toast).to_be_in_viewport()
    sign_in(phone.context.new_page(), person)
    choose(phone, photos.nature[0], photos.refused)
    expect(toast).to_have_count(1)
    start_upload(phone)
    expect(phone.locator("#own li")).to_have_count(1)


def _photos(folder: Path) -> list[Path]:
    chance, paths = random.Random(5), []  # noqa: S311
    for number in range(PHOTOS):
        paths.append(folder / f"phone-{number}.jpg")
        colour = (chance.randrange(256), chance.randrange(256), number)
        Image.new("RGB", (320, 240), colour).save(paths[-1], quality=85)
    return paths
