"""Photos looked at one after the other over the grid they are in: by keyboard, by touch, and by themselves."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from e2e.instance import Instance, Person
from e2e.photos import Photos
from e2e.windows import CLIPBOARD, PHONE, Windows, drawn, sign_in, tab_to, wait_until

pytestmark = pytest.mark.browser


# Failed photos fill the first page of a library: they are in its grid, and aren't shown large.
_FILL_A_PAGE = """
from accounts.models import User
from images.models import Image, Status
from images.paging import PAGE_SIZE
owner = User.objects.get(username={username!r})
before = owner.images.get().shown_at.replace(year=1990)
owner.images.update(shown_at=before)
rows = [Image.new(owner=owner, original_name="broken.jpg", size_bytes=1) for _ in range(PAGE_SIZE - 1)]
for row in rows:
    row.status, row.shown_at = Status.FAILED, before
Image.objects.bulk_create(rows)
"""


def _shown(page: Page) -> Locator:
    """The picture that the open lightbox shows."""
    return page.locator(".pswp__item[aria-hidden=false] img.pswp__img:not(.pswp__img--placeholder)")


def _ready(page: Page) -> Locator:
    """The lightbox, once its opening has ended and it listens to keys."""
    dialog = page.get_by_role("dialog")
    expect(dialog).to_be_focused()
    expect(_shown(page)).to_have_js_property("complete", True)
    return dialog


def _swipe(page: Page, *, to_left_px: int) -> None:
    wait_until(page, _IS_AT_REST)
    session = page.context.new_cdp_session(page)
    x, y = 180 + to_left_px / 2, 370
    session.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [{"x": x, "y": y}]})
    for step in range(1, 9):
        point = {"x": x - to_left_px * step / 8, "y": y}
        session.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": [point]})
    session.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    session.detach()


_IS_AT_REST = "Math.abs(document.querySelector('.pswp__item[aria-hidden=false]').getBoundingClientRect().x) < 1"


def test_a_gallery_is_leafed_through_with_the_keyboard_alone(
    windows: Windows, instance: Instance, person: Person, photos: Photos
) -> None:
    first, *others = photos.nature
    answers = instance.upload(person, first, gallery="new", new_gallery="Spring")
    gallery = answers[0]["gallery"]
    answers += instance.upload(person, *others, gallery=gallery)
    originals = dict(zip([answer["page_url"] for answer in answers], photos.nature, strict=True))
    page = windows.open()
    sign_in(page, person)
    page.goto(f"/g/{gallery}")
    links = page.locator(".photo__link")
    addresses = links.evaluate_all("all => all.map(link => link.href)")
    names = links.locator("img").evaluate_all("all => all.map(img => img.alt)")
    tab_to(page, links.first)
    page.keyboard.press("Enter")
    dialog = _ready(page)
    expect(page).to_have_url(addresses[0])
    expect(dialog).to_have_accessible_name(names[0])

    page.keyboard.press("ArrowRight")
    expect(page).to_have_url(addresses[1])
    expect(dialog.locator(".lightbox__title")).to_have_text(names[1])
    expect(page).to_have_title(names[1])
    assert "/preview." in drawn(_shown(page))[0]
    for _ in range(16):
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.matches('body, .pswp, .pswp *')"), "the page below can be reached"

    tab_to(page, dialog.get_by_role("link", name="Download"))
    with page.expect_download() as download:
        page.keyboard.press("Enter")
    assert Path(download.value.path()).read_bytes() == originals[addresses[1]].read_bytes()

    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(page).to_have_url(re.compile(f"/g/{gallery}$"))
    expect(links.nth(1)).to_be_focused()

    page.go_forward()
    _ready(page)
    expect(page).to_have_url(addresses[1])
    page.reload()
    expect(page.get_by_role("heading", level=1)).to_have_text(names[1])
    drawn(page.locator(".stage img"))
    page.go_back()
    expect(page.get_by_role("heading", name="Spring")).to_be_visible()
    expect(page.locator(".photo-grid .photo")).to_have_count(len(photos.nature))


def test_a_visitor_with_a_phone_swipes_and_shares(
    windows: Windows, instance: Instance, person: Person, photos: Photos
) -> None:
    instance.upload(person, *photos.nature, visibility="public", description="In the *spring* of that year")
    page = windows.open(**PHONE, permissions=CLIPBOARD, reduced_motion="no-preference")
    page.goto(f"/u/{person.username}")
    links = page.locator(".photo__link")
    addresses = links.evaluate_all("all => all.map(link => link.href)")
    links.first.tap()
    dialog = _ready(page)
    expect(dialog.locator(".lightbox__description")).to_have_text("In the *spring* of that year")
    page.evaluate("delete Navigator.prototype.share")  # as in browsers without a share sheet
    dialog.get_by_role("button", name="Share").tap()
    expect(page.locator("#live")).to_contain_text("Link copied")
    assert page.evaluate("navigator.clipboard.readText()") == addresses[0]

    _swipe(page, to_left_px=220)
    expect(page).to_have_url(addresses[1])
    _swipe(page, to_left_px=-220)
    expect(page).to_have_url(addresses[0])
    page.go_back()
    expect(dialog).to_have_count(0)
    expect(page).to_have_url(re.compile(f"/u/{person.username}$"))


def test_the_library_goes_on_past_its_first_page_by_itself(
    windows: Windows, instance: Instance, person: Person, photos: Photos
) -> None:
    large = max((photos.folder / "camera").iterdir(), key=lambda path: path.stat().st_size)
    oldest = instance.upload(person, photos.nature[0], visibility="private")[0]
    instance.shell(_FILL_A_PAGE.format(username=person.username))
    newest = instance.upload(person, large)[0]
    page = windows.open()
    sign_in(page, person)
    page.locator(".photo__link").first.click()
    dialog = _ready(page)
    expect(page).to_have_url(newest["page_url"])
    page.keyboard.press("z")
    expect(_shown(page)).to_have_attribute("src", re.compile(f"/i/{newest['key']}\\."))
    page.keyboard.press("z")

    play = dialog.get_by_role("button", name="Slideshow")
    play.click()
    expect(play).to_have_attribute("aria-pressed", "true")
    expect(page).to_have_url(oldest["page_url"])
    page.keyboard.press("ArrowLeft")
    expect(page).to_have_url(newest["page_url"])
    expect(play).to_have_attribute("aria-pressed", "false")
    page.keyboard.press("ArrowRight")
    expect(page).to_have_url(oldest["page_url"])
    expect(dialog.get_by_role("button", name="Share")).to_have_count(0)


def test_clicks_select_once_something_is_selected(
    windows: Windows, instance: Instance, person: Person, photos: Photos
) -> None:
    instance.upload(person, *photos.nature[:3])
    page = windows.open()
    sign_in(page, person)
    links, boxes = page.locator(".photo__link"), page.locator("input[name=keys]:checked")
    links.nth(0).click(modifiers=["Shift"])
    links.nth(1).click()
    expect(boxes).to_have_count(2)
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.keyboard.press("Escape")
    expect(boxes).to_have_count(0)
    links.nth(1).click()
    _ready(page)
    page.get_by_role("dialog").get_by_role("button", name="Close").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page).to_have_url(re.compile("/library/$"))


def test_the_owner_sorts_out_photos_without_leaving_the_lightbox(
    windows: Windows, instance: Instance, person: Person, photos: Photos
) -> None:
    instance.upload(person, *photos.nature[:4])
    windows.cuts()
    page = windows.open()
    sign_in(page, person)
    grid = page.locator(".photo-grid .photo")
    links = page.locator(".photo__link")
    first, second, third, fourth = links.evaluate_all("all => all.map(link => link.href)")
    links.nth(1).click()
    dialog = _ready(page)
    notices = page.locator("#live")

    page.context.set_offline(True)
    page.keyboard.press("#")
    expect(notices.locator(".toast-error")).to_contain_text("You are offline")
    expect(grid).to_have_count(4)
    page.context.set_offline(False)

    page.keyboard.press("#")
    expect(page).to_have_url(third)
    expect(notices).to_contain_text("1 photo is in the trash.")
    expect(grid).to_have_count(3)
    expect(page.locator(f'.photo__link[href="{second.removeprefix(instance.url)}"]')).to_have_count(0)
    assert "/preview." in drawn(_shown(page))[0]
    page.keyboard.press("ArrowLeft")
    expect(page).to_have_url(first)
    page.keyboard.press("ArrowRight")
    expect(page).to_have_url(third)

    # The last of them: the one before it is shown.
    page.keyboard.press("ArrowRight")
    expect(page).to_have_url(fourth)
    dialog.get_by_role("button", name="Delete").click()
    expect(page).to_have_url(third)
    expect(dialog.get_by_role("button", name="Next photo")).to_be_hidden()
    drawn(_shown(page))

    notices.get_by_role("button", name="Undo").last.click()
    expect(page.get_by_role("heading", name="Library")).to_be_visible()
    expect(grid).to_have_count(3)
    expect(page).to_have_url(re.compile("/library/$"))

    # Closed before the server has answered.
    links.first.click()
    _ready(page)
    page.keyboard.press("#")
    page.keyboard.press("Escape")
    expect(notices).to_contain_text("1 photo is in the trash.")
    expect(grid).to_have_count(2)
    expect(page.locator(".toast-error")).to_have_count(0)

    links.last.click()
    _ready(page)
    expect(page).to_have_url(fourth)
    page.keyboard.press("e")
    page.wait_for_url("**/edit")


def test_the_last_photo_of_a_library_leaves_it_empty(
    windows: Windows, instance: Instance, person: Person, photos: Photos
) -> None:
    instance.upload(person, photos.nature[0])
    page = windows.open(**PHONE)
    sign_in(page, person)
    page.locator(".photo__link").tap()
    _ready(page).get_by_role("button", name="Delete").tap()
    expect(page.get_by_role("heading", name="No photos yet")).to_be_visible()
    page.get_by_role("button", name="Undo").tap()
    expect(page.locator(".photo-grid .photo")).to_have_count(1)
