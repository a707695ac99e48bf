"""The page of one photo, by the keyboard, by a finger, and as somebody left it."""

import re

import pytest
from playwright.sync_api import Page, expect

from e2e.instance import Instance, Person
from e2e.photos import Photos
from e2e.windows import PHONE, Windows, drawn, sign_in, tab_to, wait_until

pytestmark = pytest.mark.browser


def _open_page(page: Page) -> None:
    """From the first photo of a grid to its own page, by the lightbox."""
    page.locator(".photo__link").first.click()
    expect(page.get_by_role("dialog")).to_be_focused()
    page.keyboard.press("i")
    expect(page.locator(".photo-page")).to_be_visible()
    page.wait_for_load_state()  # its scripts listen to keys


def test_the_keyboard_reaches_all_that_a_photo_s_page_offers(
    windows: Windows, instance: Instance, person: Person, photos: Photos
) -> None:
    older, newer = instance.upload(person, *photos.nature[:2])
    page = windows.open()
    sign_in(page, person)
    _open_page(page)
    expect(page).to_have_url(newer["page_url"])

    page.keyboard.press("?")
    shortcuts = page.get_by_role("dialog", name="Keyboard shortcuts")
    for text in ("Next photo", "Edit", "Share", "Move to the trash", "Zoom", "Details", "Library", "Upload"):
        expect(shortcuts.get_by_text(text, exact=True)).to_be_visible()
    page.keyboard.press("Escape")
    expect(shortcuts).to_be_hidden()

    page.keyboard.press("ArrowRight")
    page.wait_for_url(older["page_url"])
    page.keyboard.press("ArrowLeft")
    page.wait_for_url(newer["page_url"])
    page.keyboard.press("s")
    expect(page.locator("#share-url")).to_be_visible()
    page.keyboard.press("e")
    page.keyboard.press("Escape")
    expect(page.locator("#share")).to_be_hidden()
    page.keyboard.press("Control+e")
    page.keyboard.press("e")
    page.wait_for_url("**/edit")
    page.get_by_label("Title").fill("")
    page.keyboard.type("eagle? #1")
    page.get_by_label("Alternative text").fill("A falcon on a post")
    page.get_by_role("button", name="Save").click()
    page.wait_for_url(newer["page_url"])
    expect(page.get_by_role("heading", name="eagle? #1")).to_have_count(1)
    expect(page.get_by_role("img", name="A falcon on a post")).to_be_visible()

    page.keyboard.press("Escape")
    page.wait_for_url("**/library/")
    page.keyboard.press("g")
    page.keyboard.press("g")
    page.wait_for_url("**/galleries/")
    page.keyboard.press("g")
    page.keyboard.press("e")
    page.wait_for_url("**/explore/")
    page.keyboard.press("/")
    expect(page.get_by_role("searchbox")).to_be_focused()
    page.keyboard.type("gluu")
    expect(page.get_by_role("searchbox")).to_have_value("gluu")

    page.goto(newer["page_url"])
    page.keyboard.press("#")
    page.wait_for_url(older["page_url"])
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("1 photo is back.")).to_be_visible()
    expect(page).to_have_url(newer["page_url"])


def test_the_photos_beside_it_are_there_before_one_asks_for_them(
    windows: Windows, instance: Instance, person: Person, photos: Photos
) -> None:
    _older, middle, _newer = instance.upload(person, *photos.nature[:3])
    page = windows.open()
    sign_in(page, person)
    page.goto(middle["page_url"])
    beside = page.locator("[data-ahead]")
    expect(beside).to_have_count(2)
    for number in range(2):
        urls = beside.nth(number).evaluate("({ dataset }) => [dataset.ahead, dataset.aheadAvif].filter(Boolean)")
        wait_until(page, _IS_FETCHED, arg=urls)


_IS_FETCHED = """(urls) => urls.some((url) => performance.getEntriesByName(new URL(url, location).href).length)"""


def test_who_turns_single_characters_off_keeps_arrows_and_finds_the_switch(
    windows: Windows, instance: Instance, person: Person, photos: Photos
) -> None:
    older, newer = instance.upload(person, *photos.nature[:2])
    page = windows.open()
    sign_in(page, person)
    page.goto(newer["page_url"])
    shortcuts = page.get_by_role("dialog", name="Keyboard shortcuts")
    page.keyboard.press("?")
    switch = shortcuts.get_by_role("checkbox")
    tab_to(page, switch)
    page.keyboard.press("Space")
    expect(shortcuts.get_by_text("Edit", exact=True)).to_have_count(0)
    expect(shortcuts.get_by_text("Next photo")).to_be_visible()
    page.keyboard.press("Escape")

    for key in ("?", "e", "#", "g", "l"):
        page.keyboard.press(key)
    page.keyboard.press("ArrowRight")
    page.wait_for_url(older["page_url"])
    page.keyboard.press("e")
    page.locator("#panel").get_by_role("button", name="Keyboard shortcuts").click()
    expect(switch).not_to_be_checked()
    switch.check()
    page.keyboard.press("Escape")
    page.keyboard.press("e")
    page.wait_for_url("**/edit")


def test_the_panel_stays_as_it_was_left_and_a_photo_is_looked_at_closely(
    windows: Windows, instance: Instance, person: Person, photos: Photos
) -> None:
    large = max((photos.folder / "camera").iterdir(), key=lambda path: path.stat().st_size)
    photo = instance.upload(person, large, visibility="private")[0]
    older = instance.upload(person, photos.nature[0])[0]
    page = windows.open()
    sign_in(page, person)
    page.goto(photo["page_url"])
    facts = page.locator(".facts")
    expect(facts).to_be_visible()
    page.keyboard.press("i")
    expect(facts).to_be_hidden()
    page.keyboard.press("ArrowRight")
    page.wait_for_url(older["page_url"])
    expect(facts).to_be_hidden()
    page.keyboard.press("ArrowLeft")
    page.wait_for_url(photo["page_url"])

    drawn(page.locator(".stage img"))
    page.locator(".stage__photo").click()
    viewer = page.get_by_role("dialog")
    expect(viewer).to_be_focused()
    expect(page.locator("img.pswp__img:not(.pswp__img--placeholder)")).to_have_attribute("src", re.compile(r"/full$"))
    page.go_back()
    expect(viewer).to_have_count(0)
    expect(page).to_have_url(photo["page_url"])
    page.keyboard.press("z")
    expect(viewer).to_be_focused()
    page.keyboard.press("Escape")
    expect(viewer).to_have_count(0)
    expect(page).to_have_url(photo["page_url"])
    page.keyboard.press("i")
    expect(facts).to_be_visible()
    page.reload()
    expect(facts).to_be_visible()


def test_details_of_a_photo_over_its_grid_are_what_one_gets(
    windows: Windows, instance: Instance, person: Person, photos: Photos
) -> None:
    instance.upload(person, photos.nature[0])
    page = windows.open(**PHONE)
    sign_in(page, person)
    page.locator(".photo__link").tap()
    page.get_by_role("dialog").get_by_role("link", name="Details").tap()
    expect(page.locator(".facts")).to_be_in_viewport()


@pytest.mark.parametrize("scripts", [True, False])
def test_on_a_phone_the_details_are_a_sheet_that_is_closed_at_first(
    windows: Windows, instance: Instance, person: Person, photos: Photos, scripts: bool
) -> None:
    photo = instance.upload(person, photos.nature[0], visibility="public")[0]
    page = windows.open(**PHONE, java_script_enabled=scripts)
    page.goto(photo["page_url"])
    picture, facts = page.locator(".stage img"), page.locator(".facts")
    expect(picture).to_be_in_viewport()
    expect(facts).to_be_hidden()
    page.get_by_role("button", name="Details").tap()
    expect(facts).to_be_in_viewport()
    page.get_by_role("button", name="Close").tap()
    expect(facts).to_be_hidden()
    if not scripts:
        page.locator(".stage__photo").tap()
        expect(page).to_have_url(re.compile(r"/i/\w+\.jpg$"))
