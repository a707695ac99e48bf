"""Photos are selected and shared by a link, which a friend without an account opens until it is revoked."""

import re

import pytest
from playwright.sync_api import Page, Route, expect

from e2e.instance import Instance, Person
from e2e.photos import Photos
from e2e.windows import CLIPBOARD, Windows, drawn, sign_in, tab_to

pytestmark = pytest.mark.browser


def clipboard(page: Page) -> str:
    text: str = page.evaluate("navigator.clipboard.readText()")
    return text


def test_two_photos_are_shared_locked_and_closed_again(
    windows: Windows, instance: Instance, person: Person, photos: Photos
) -> None:
    instance.upload(person, *photos.nature, visibility="private")
    page = windows.open(permissions=CLIPBOARD)
    sign_in(page, person)
    boxes = page.locator("input[name=keys]")
    boxes.nth(0).check()
    boxes.nth(2).check()
    page.get_by_role("button", name="Share", exact=True).click()
    window = page.get_by_role("dialog")
    expect(window.get_by_text("The link is on your clipboard")).to_be_visible()
    link = clipboard(page)
    path = link.removeprefix(instance.url)
    assert path.startswith("/s/")
    assert link == window.get_by_label("Link", exact=True).input_value()
    expect(window.get_by_role("img", name=f"QR code of {link}")).to_be_visible()

    friend = windows.open()
    friend.goto(link)
    assert len(drawn(friend.locator(".photo-grid img"))) == 2
    friend.locator(".photo__link").first.click()
    expect(friend.get_by_role("dialog")).to_be_visible()
    friend.reload()  # the address is that of the photo's own page
    drawn(friend.locator(".stage img"))
    friend.keyboard.press("ArrowRight")
    expect(friend.get_by_role("link", name="Previous photo")).to_be_visible()
    with friend.expect_download() as started:
        friend.get_by_role("link", name="Download").click()
    assert started.value.path().stat().st_size > 1000

    window.get_by_label("Password").fill("open sesame")
    window.get_by_role("button", name="Save").click()
    expect(window.get_by_text("Saved.")).to_be_in_viewport()
    expect(window.locator(".dialog__close")).to_be_in_viewport()
    expect(window.get_by_role("button", name="Show the characters")).to_be_visible()
    expect(window.get_by_text("2 selected photos · 3 views · 1 download")).to_be_visible()
    page.keyboard.press("Escape")
    expect(window).to_be_hidden()
    expect(page.locator("[data-selected]")).to_have_text("2 photos selected")

    windows.refuses(422, f"{path}/unlock")
    friend.goto(link)
    expect(friend.locator("img")).to_have_count(0)
    for password in ("open barley", "open sesame"):
        friend.get_by_label("Password").fill(password)
        friend.get_by_role("button", name="Open").click()
        if password == "open barley":
            expect(friend.get_by_text("This is not the password of this link.")).to_be_visible()
    assert len(drawn(friend.locator(".photo-grid img"))) == 2
    assert friend.url == link

    page.get_by_role("navigation").get_by_role("link", name="Shared", exact=True).click()
    page.get_by_role("button", name="Revoke Selected photos").click()
    expect(page.get_by_text("Revoked", exact=True)).to_be_visible()
    windows.refuses(404, path)
    friend.goto(link)
    expect(friend.get_by_role("heading", name="There is nothing here")).to_be_visible()


def test_a_gallery_is_shared_by_keyboard_where_the_clipboard_api_is_missing(
    windows: Windows, instance: Instance, person: Person, photos: Photos
) -> None:
    answer = instance.upload(person, photos.nature[0], gallery="new", new_gallery="Spring")[0]
    page = windows.open(permissions=CLIPBOARD)
    sign_in(page, person)
    page.add_init_script("delete Navigator.prototype.clipboard")  # as on http
    page.goto(f"/g/{answer['gallery']}")
    share = page.locator(".page-head").get_by_role("button", name="Share")
    tab_to(page, share)
    page.keyboard.press("Enter")
    window = page.get_by_role("dialog")
    field = window.get_by_label("Link", exact=True)
    expect(field).to_be_focused()
    expect(window.get_by_text("The link is on your clipboard")).to_be_visible()
    link = field.input_value()
    other = page.context.new_page()
    other.goto("/library/")
    assert clipboard(other) == link
    other.close()

    page.bring_to_front()
    tab_to(page, window.get_by_label("Lifetime"))
    page.keyboard.press("End")
    page.keyboard.press("Home")
    expect(window.get_by_label("Expires on")).to_be_hidden()
    tab_to(page, window.get_by_role("button", name="Save"))
    page.keyboard.press("Enter")
    expect(window.get_by_text(re.compile(r"^(5\d|60) minutes left$"))).to_be_visible()
    page.keyboard.press("Escape")
    expect(share).to_be_focused()


def test_a_share_window_closed_before_its_answer_opens_again_only_for_an_error(
    windows: Windows, instance: Instance, person: Person, photos: Photos
) -> None:
    key = instance.upload(person, photos.nature[0])[0]["key"]
    page = windows.open()
    sign_in(page, person)
    page.goto(f"/p/{key}")
    share = page.get_by_role("button", name="Share", exact=True)
    share.click()
    window = page.get_by_role("dialog")
    name = window.get_by_label("Name", exact=True)
    expect(window).to_be_visible()
    page.evaluate("document.addEventListener('htmx:afterSettle', () => console.info('settled'))")
    held: list[Route] = []
    page.route("**/links/*", lambda route: held.append(route))

    def save_and_close(text: str) -> None:
        name.fill(text)
        with page.expect_request("**/links/*"):
            window.get_by_role("button", name="Save").click()
        page.keyboard.press("Escape")
        expect(share).to_be_focused()
        with page.expect_console_message(lambda message: message.text == "settled"):
            held.pop().continue_()

    save_and_close("For you")
    expect(window).to_be_hidden()
    expect(share).to_be_focused()

    share.click()
    name.evaluate("field => field.removeAttribute('maxlength')")
    windows.refuses(422, "/links/*")
    save_and_close("long" * 100)
    expect(window.get_by_text("at most 120 characters")).to_be_visible()


def test_without_javascript_links_are_made_changed_opened_and_revoked(
    windows: Windows, instance: Instance, person: Person, photos: Photos
) -> None:
    instance.upload(person, *photos.nature[:2])
    page = windows.open(java_script_enabled=False)
    sign_in(page, person)
    page.locator("input[name=keys]").first.check()
    page.get_by_role("button", name="Share", exact=True).click()
    link = page.get_by_label("Link", exact=True).input_value()
    page.get_by_label("Name", exact=True).fill("For you")
    page.get_by_label("Password").fill("open sesame")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", name="For you")).to_be_visible()

    friend = windows.open(java_script_enabled=False)
    friend.goto(link)
    friend.get_by_label("Password").fill("open sesame")
    friend.get_by_role("button", name="Open").click()
    expect(friend.get_by_role("heading", name="For you")).to_be_visible()
    expect(friend.locator(".photo-grid img")).to_have_count(1)

    page.goto("/links/")
    page.get_by_role("link", name="Revoke all").click()
    page.get_by_role("button", name="Revoke all").click()
    expect(page.get_by_text("1 link revoked.")).to_be_visible()
    windows.refuses(404, link.removeprefix(instance.url))
    friend.reload()
    expect(friend.get_by_role("heading", name="There is nothing here")).to_be_visible()
