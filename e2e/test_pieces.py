"""Pieces of every page: the choice of light or dark, menus, toasts, what is said when the network fails."""

import pytest
from playwright.sync_api import Page, expect

from e2e.instance import Instance, Person
from e2e.photos import Photos
from e2e.windows import WIDE, Windows, sign_in, tab_to, wait_until

pytestmark = pytest.mark.browser

_BACKGROUND = "getComputedStyle(document.body).backgroundColor"
_THEME_COLOURS = """
[...document.querySelectorAll("meta[name=theme-color]")].filter(meta => matchMedia(meta.media).matches)
.map(meta => meta.content)
"""
LIGHT, DARK = "rgb(255, 255, 255)", "rgb(15, 15, 17)"
FEW_WIDTHS = (360, WIDE["width"])


def test_a_visitor_chooses_dark_and_the_next_page_is_dark_from_its_first_frame(windows: Windows) -> None:
    page = windows.open(color_scheme="light")
    page.goto("/")
    page.get_by_role("button", name="Appearance").click()
    with page.expect_response("**/theme"):
        page.get_by_role("button", name="Dark").click()
    assert page.evaluate(_BACKGROUND) == DARK
    assert page.evaluate(_THEME_COLOURS) == ["#0f0f11"]
    page.goto("/accounts/login/")
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    assert page.evaluate(_THEME_COLOURS) == ["#0f0f11"]
    page.get_by_role("button", name="Appearance").click()
    with page.expect_response("**/theme"):
        page.get_by_role("button", name="System").click()
    assert page.evaluate(_BACKGROUND) == LIGHT
    page.emulate_media(color_scheme="dark")
    assert page.evaluate(_BACKGROUND) == DARK


def test_without_scripts_menus_open_the_theme_is_kept_and_messages_stay(windows: Windows, person: Person) -> None:
    page = windows.open(color_scheme="light", java_script_enabled=False)
    sign_in(page, person)
    page.goto("/accounts/profile/")
    page.get_by_role("button", name="Account").click()
    page.get_by_role("button", name="Dark").click()
    page.wait_for_url("**/accounts/profile/")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Your profile is saved.")).to_be_visible()
    expect(page.locator(".toast__close")).to_be_hidden()


def test_the_keyboard_opens_a_menu_and_leaves_it(windows: Windows, person: Person) -> None:
    page = windows.open()
    sign_in(page, person)
    button, panel = page.get_by_role("button", name="Account"), page.locator("#account-menu")
    tab_to(page, button)
    page.keyboard.press("Enter")
    expect(panel).to_be_visible()
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Your page")).to_be_focused()
    page.keyboard.press("Escape")
    expect(panel).to_be_hidden()
    expect(button).to_be_focused()
    page.keyboard.press("Enter")
    tab_to(page, page.get_by_role("button", name="Sign out"))
    page.keyboard.press("Tab")
    expect(panel).to_be_hidden()
    button.click()
    page.mouse.click(200, 400)
    expect(panel).to_be_hidden()


def test_a_toast_goes_by_itself_but_not_while_somebody_is_at_it(windows: Windows, person: Person) -> None:
    page = windows.open()
    page.clock.install()
    sign_in(page, person)
    page.goto("/accounts/profile/")
    page.get_by_role("button", name="Save").click()
    toast = page.locator("#live .toast")
    expect(toast).to_contain_text("Your profile is saved.")
    toast.hover()
    page.clock.fast_forward(20_000)
    expect(toast).to_be_visible()
    page.mouse.move(1, 1)
    page.clock.fast_forward(20_000)
    expect(toast).to_have_count(0)

    page.get_by_role("button", name="Save").click()
    toast.get_by_role("button", name="Close").click()
    expect(toast).to_have_count(0)
    expect(page.get_by_role("main")).to_be_focused()


def test_a_toast_that_can_be_taken_back_stays_longer_than_one_of_words(
    windows: Windows, instance: Instance, person: Person, photos: Photos
) -> None:
    instance.upload(person, *photos.nature[:2])
    page = windows.open()
    page.clock.install()
    sign_in(page, person)
    page.locator("input[name=keys]").first.check()
    page.locator(".selection-bar").get_by_role("button", name="Delete").click()
    undo = page.get_by_role("button", name="Undo")
    expect(undo).to_be_visible()
    page.mouse.move(1, 1)
    page.clock.fast_forward(10_000)
    expect(undo).to_be_visible()
    page.clock.fast_forward(10_000)
    expect(undo).to_have_count(0)


def test_who_is_offline_is_told_and_loads_the_rest_once_back(
    windows: Windows, instance: Instance, person: Person, photos: Photos
) -> None:
    windows.cuts()
    first = instance.upload(person, *photos.nature[:2], gallery="new", new_gallery="Long")[0]
    instance.shell(_MANY.format(key=first["key"], gallery=first["gallery"]))
    page = windows.open()
    sign_in(page, person)
    page.goto(f"/g/{first['gallery']}")
    before = page.locator(".photo-grid .photo").count()
    page.context.set_offline(True)
    expect(page.get_by_text("You are offline.")).to_be_visible()
    page.evaluate("scrollTo(0, document.body.scrollHeight)")
    again = page.get_by_role("link", name="Retry")
    expect(again).to_be_visible()
    page.context.set_offline(False)
    expect(page.get_by_text("You are online again.")).to_be_visible()
    expect(page.get_by_text("More photos couldn't be loaded.")).to_be_visible()
    again.evaluate("link => htmx.trigger(link, 'revealed')")
    expect(page.get_by_text("More photos couldn't be loaded.")).to_have_count(0)
    expect(page.locator(".photo-grid .photo").nth(before)).to_be_attached()
    expect(again).to_have_count(0)


def test_photos_that_were_lost_offline_come_back_with_the_network(
    windows: Windows, instance: Instance, person: Person, photos: Photos
) -> None:
    windows.cuts()
    instance.upload(person, *photos.nature[:2])
    page = windows.open(service_workers="block")
    page.route("**/files/derived/**", lambda route: route.abort())
    sign_in(page, person)
    wait_until(page, _ARE_THERE, arg=[False, False])
    page.unroute_all()
    page.context.set_offline(True)
    expect(page.get_by_text("You are offline.")).to_be_visible()
    page.context.set_offline(False)
    wait_until(page, _ARE_THERE, arg=[True, True])


# Null is what is still loading.
_ARE_THERE = """expected => {
  const pictures = [...document.querySelectorAll(".photo__link > img")];
  const areThere = pictures.map(({ complete, naturalWidth }) => (complete ? naturalWidth > 0 : null));
  return JSON.stringify(areThere) === JSON.stringify(expected);
}"""
_MANY = """
from galleries.models import Gallery
from images.models import Image
gallery, image = Gallery.objects.get(key={gallery!r}), Image.objects.get(key={key!r})
for number in range(150):
    copy = Image.new(owner=image.owner, original_name=f"{{number}}.jpg", size_bytes=1)
    copy.status, copy.width, copy.height = "failed", 3000, 2000
    copy.save()
    gallery.add(copy)
"""


def test_the_main_pages_fit_when_they_are_written_from_right_to_left(
    windows: Windows, instance: Instance, person: Person, photos: Photos
) -> None:
    photo = instance.upload(person, *photos.nature[:3], gallery="new", new_gallery="Spring")[0]
    page = windows.open()
    sign_in(page, person)
    addresses = ("/library/", "/galleries/", f"/g/{photo['gallery']}", photo["page_url"], "/links/", "/upload")
    for address in (*addresses, "/accounts/profile/"):
        page.goto(address)
        page.evaluate("document.documentElement.dir = 'rtl'")
        for width in FEW_WIDTHS:
            page.set_viewport_size({"width": width, "height": 800})
            assert _fits(page), f"{address} is wider than {width} px"


def _fits(page: Page) -> bool:
    fits: bool = page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    return fits
