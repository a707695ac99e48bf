"""Photos are selected with the keyboard alone, with fingers, and while more of them are still coming."""

import re
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import CDPSession, Locator, Page, expect

from e2e.instance import Instance, Person
from e2e.photos import Photos
from e2e.windows import CLIPBOARD, PHONE, Windows, drawn, sign_in, tab_to, wait_until

pytestmark = pytest.mark.browser

REST_MS = 700

# Failed photos need no files.
_FILL = """
from accounts.models import User
from galleries.models import Gallery
from images.models import Image, Status
from images.paging import PAGE_SIZE
owner = User.objects.get(username={username!r})
rows = [Image.new(owner=owner, original_name="a.jpg", size_bytes=1) for _ in range({count})]
for row in rows:
    row.status = Status.FAILED
Image.objects.bulk_create(rows)
gallery = Gallery.objects.create(owner=owner, title="Spring")
gallery.add(*rows)
print(gallery.key, PAGE_SIZE)
"""


def _gallery(instance: Instance, person: Person, photos: Photos) -> str:
    """The path of a gallery of several rows: four photos, and twelve that failed."""
    key = instance.shell(_FILL.format(username=person.username, count=12)).split()[0]
    instance.upload(person, *photos.nature[:4], gallery=key)
    return f"/g/{key}"


def _expect_selected(page: Page, *numbers: int) -> None:
    wait_until(page, _IS_SELECTED, arg=list(numbers))


_IS_SELECTED = """(numbers) => {
  const boxes = [...document.querySelectorAll(".photo-grid input[name=keys]")];
  return String(boxes.flatMap((box, number) => (box.checked ? [number] : []))) === String(numbers);
}"""


def _middle(target: Locator) -> dict[str, float]:
    target.scroll_into_view_if_needed()
    box = target.bounding_box()
    assert box
    return {"x": box["x"] + box["width"] / 2, "y": box["y"] + box["height"] / 2}


@contextmanager
def _finger(page: Page) -> Iterator[CDPSession]:
    session = page.context.new_cdp_session(page)
    yield session
    session.detach()


def _press(page: Page, target: Locator, *along: Locator) -> None:
    """A finger stays on `target` until it is selected, goes along others, and leaves."""
    with _finger(page) as finger:
        finger.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [_middle(target)]})
        expect(target.locator("input[name=keys]")).to_be_checked()
        for other in along:
            finger.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": [_middle(other)]})
        finger.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})


def _swipe_up(page: Page, target: Locator) -> None:
    middle = _middle(target)
    with _finger(page) as finger:
        finger.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [middle]})
        for step in range(1, 13):
            point = {**middle, "y": middle["y"] - 20 * step}
            finger.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": [point]})
        page.wait_for_timeout(REST_MS)  # at rest, or the page would roll on and the next tap only stop it
        finger.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": [point]})
        finger.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})


def test_a_gallery_is_selected_and_shared_with_the_keyboard_alone(
    windows: Windows, instance: Instance, person: Person, photos: Photos
) -> None:
    page = windows.open(permissions=CLIPBOARD)
    path = _gallery(instance, person, photos)
    sign_in(page, person)
    page.goto(path)
    links, label = page.locator(".photo__link"), page.locator("[data-selected]")
    boxes = page.locator(".photo-grid input[name=keys]")
    tab_to(page, links.first)
    page.keyboard.press("x")
    expect(label).to_have_text("1 photo selected")
    for key in ("Shift+ArrowRight", "Shift+ArrowRight", "Shift+ArrowLeft"):
        page.keyboard.press(key)
    expect(links.nth(1)).to_be_focused()
    _expect_selected(page, 0, 1)
    expect(page.locator("form > [role=status]")).to_have_text("2 photos selected")

    page.keyboard.press("ArrowDown")
    below = page.evaluate("document.activeElement.closest('.photo').getBoundingClientRect().top")
    assert below > links.first.bounding_box()["y"]  # type: ignore[index]
    page.keyboard.press("Space")
    expect(boxes.and_(page.locator(":checked"))).to_have_count(3)
    page.keyboard.press("ArrowUp")
    expect(links.nth(1)).to_be_focused()
    page.keyboard.press("Space")
    expect(boxes.nth(1)).not_to_be_checked()
    page.keyboard.press("Control+a")
    expect(label).to_have_text("16 photos selected")
    page.keyboard.press("Escape")
    expect(page.locator(".selection-bar")).to_be_hidden()
    expect(page.locator("form > [role=status]")).to_have_text("Nothing selected")
    _expect_selected(page)

    page.keyboard.press("End")
    expect(links.last).to_be_focused()
    page.keyboard.press("Home")
    page.keyboard.press("Shift+ArrowRight")
    _expect_selected(page, 0, 1)
    tab_to(page, page.locator(".selection-bar").get_by_role("button", name="Share"))
    page.keyboard.press("Enter")
    link = page.get_by_role("dialog").get_by_label("Link", exact=True)
    expect(link).to_be_focused()
    friend = windows.open()
    friend.goto(link.input_value())
    assert len(drawn(friend.locator(".photo-grid img"))) == 2
    page.keyboard.press("Escape")

    tab_to(page, page.locator(".selection-bar summary", has_text="More"))
    page.keyboard.press("Enter")
    tab_to(page, page.get_by_role("button", name="Take out of this gallery"))
    page.keyboard.press("Enter")
    expect(page.get_by_text("2 photos taken out.")).to_be_visible()
    expect(links).to_have_count(14)
    expect(page).to_have_url(re.compile(f"{path}$"))


def test_a_gallery_is_selected_and_shared_with_fingers_and_a_friend_takes_what_she_selects(
    windows: Windows, instance: Instance, person: Person, photos: Photos
) -> None:
    page = windows.open(**PHONE, permissions=CLIPBOARD)
    path = _gallery(instance, person, photos)
    sign_in(page, person)
    page.goto(path)
    items, bar = page.locator(".photo-grid .photo"), page.locator(".selection-bar")
    _press(page, items.nth(1))
    _expect_selected(page, 1)
    expect(page.get_by_role("navigation", name="Main")).to_be_hidden()
    items.nth(3).locator(".photo__link").tap()
    _expect_selected(page, 1, 3)
    expect(page.locator(".pswp")).to_have_count(0)
    assert bar.bounding_box()["height"] < 130  # type: ignore[index]
    items.nth(3).locator(".photo__link").tap()
    bar.get_by_role("button", name="Clear the selection").tap()
    _expect_selected(page)

    items.nth(0).evaluate("photo => photo.scrollIntoView({ block: 'center' })")
    before = page.evaluate("scrollY")
    _press(page, items.nth(0), items.nth(1), items.nth(3), items.nth(2))
    _expect_selected(page, 0, 1, 2)
    assert page.evaluate("scrollY") == before
    _swipe_up(page, items.nth(1))
    wait_until(page, f"scrollY > {before + 100}")
    _expect_selected(page, 0, 1, 2)

    bar.get_by_role("button", name="Share").tap()
    link = page.get_by_role("dialog").get_by_label("Link", exact=True).input_value()
    friend = windows.open(**PHONE)
    friend.goto(link)
    shared = friend.locator(".photo-grid .photo")
    drawn(shared.locator("img"))
    _press(friend, shared.nth(1), shared.nth(2))
    _expect_selected(friend, 1, 2)
    with friend.expect_download() as download:
        friend.get_by_role("button", name="Download").tap()
    with zipfile.ZipFile(download.value.path()) as archive:
        assert len(archive.namelist()) == 2


def test_all_that_is_loaded_is_selected_and_more_comes_while_it_is(
    windows: Windows, instance: Instance, person: Person
) -> None:
    size = int(instance.shell(_FILL.format(username=person.username, count=65)).split()[1])
    page = windows.open(viewport={"width": 600, "height": 500})
    sign_in(page, person)
    page.locator(".photo__link").first.focus()
    page.keyboard.press("Control+a")
    label = page.locator("[data-selected]")
    expect(label).to_have_text(f"{size} loaded photos selected")
    page.locator(".photo").last.scroll_into_view_if_needed()
    expect(page.locator(".photo-grid .photo")).to_have_count(65)
    expect(label).to_have_text(f"{size} photos selected")
    page.locator(".photo__link").last.click(modifiers=["Shift"])
    page.get_by_role("button", name="Select all").click()
    expect(label).to_have_text("65 photos selected")
    page.locator(".selection-bar").get_by_role("button", name="Delete").click()
    expect(page.get_by_text("65 photos are in the trash.")).to_be_visible()
    expect(page).to_have_url(re.compile("/library/$"))


def test_the_list_of_shortcuts_names_those_of_the_grid(
    windows: Windows, instance: Instance, person: Person, photos: Photos
) -> None:
    instance.upload(person, *photos.nature[:2])
    page = windows.open()
    sign_in(page, person)
    shortcuts = page.get_by_role("dialog", name="Keyboard shortcuts")
    select = shortcuts.get_by_text("Select the photo")
    page.keyboard.press("?")
    for text in ("Go from photo to photo", "← ↑ ↓ →", "Select all", "Ctrl+A"):
        expect(shortcuts.get_by_text(text, exact=True)).to_be_visible()
    expect(select).to_be_visible()
    page.keyboard.press("Escape")

    # The lightbox over the grid has keys of its own.
    link = page.locator(".photo__link").first
    link.click()
    expect(page.locator(".pswp")).to_be_focused()
    page.keyboard.press("?")
    expect(shortcuts.get_by_text("Slideshow")).to_be_visible()
    expect(select).to_have_count(0)
    shortcuts.get_by_role("checkbox").uncheck()
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    expect(page.locator(".pswp")).to_have_count(0)

    link.focus()
    page.keyboard.press("x")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Space")
    _expect_selected(page, 1)
