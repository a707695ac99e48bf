"""People: their profile, their picture, their sessions, and their keyboard."""

import pytest
from playwright.sync_api import expect

from e2e.instance import Instance, Person
from e2e.photos import Photos
from e2e.windows import CLIPBOARD, Windows, choose, drawn, open_upload, sign_in, start_upload, tab_to

pytestmark = pytest.mark.browser


def test_a_person_chooses_a_name_a_lifetime_and_a_picture(
    windows: Windows, instance: Instance, person: Person, photos: Photos
) -> None:
    page = windows.open()
    sign_in(page, person)
    page.get_by_role("button", name="Account").click()
    page.get_by_role("link", name="Settings").click()
    page.get_by_label("Display name").fill("Ada of the Hills")
    page.get_by_label("Lifetime of new photos").select_option(label="1 week")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Your profile is saved.")).to_be_visible()

    page.get_by_role("link", name="Change picture").click()
    page.get_by_label("Picture", exact=True).set_input_files(photos.turned)
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Your picture is saved.")).to_be_visible()
    drawn(page.get_by_role("main").locator("img.avatar"))
    drawn(page.get_by_role("banner").locator("img.avatar"))

    open_upload(page)
    expect(page.get_by_label("Lifetime").locator("option:checked")).to_have_text("Default (1 week)")
    page.get_by_label("Visibility").select_option("public")
    choose(page, photos.nature[0])
    start_upload(page)
    page.get_by_role("link", name="Go to the library").click()
    expect(page.locator(".photo", has_text="7 days left")).to_have_count(1)

    visitor = windows.open()
    visitor.goto(f"/u/{person.username}")
    expect(visitor.get_by_role("heading", name="Ada of the Hills")).to_be_visible()
    drawn(visitor.get_by_role("main").locator("img.avatar"))


def test_a_session_on_another_device_is_ended_from_here(windows: Windows, person: Person) -> None:
    here, there = windows.open(), windows.open(user_agent="A forgotten tablet")
    sign_in(there, person)
    sign_in(here, person)
    here.goto("/accounts/sessions/")
    expect(here.get_by_role("main").locator(".lines > li")).to_have_count(2)
    here.get_by_role("button", name="End this one: A forgotten tablet").click()
    expect(here.get_by_text("The session has ended.")).to_be_visible()
    expect(here.get_by_role("main").locator(".lines > li")).to_have_count(1)
    there.goto("/library/")
    there.wait_for_url("**/accounts/login/**")
    here.goto("/library/")
    expect(here.get_by_role("heading", name="Library")).to_be_visible()


def test_the_keyboard_alone_signs_in_opens_a_photo_turns_the_pages_and_copies(
    windows: Windows, instance: Instance, person: Person, photos: Photos
) -> None:
    older, newer = instance.upload(person, *photos.nature[:2])
    page = windows.open(permissions=CLIPBOARD)
    page.goto("/accounts/login/")
    tab_to(page, page.get_by_label("Email or username"))
    page.keyboard.type(person.username)
    tab_to(page, page.get_by_label("Password"))
    page.keyboard.type(person.password)
    page.keyboard.press("Enter")
    page.wait_for_url("**/library/")

    first = page.locator(".photo__link").first
    tab_to(page, first)
    assert first.evaluate("link => getComputedStyle(link).outlineStyle") != "none"
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_be_focused()
    expect(page).to_have_url(newer["page_url"])
    page.keyboard.press("ArrowRight")
    page.wait_for_url(older["page_url"])
    page.keyboard.press("ArrowLeft")
    page.wait_for_url(newer["page_url"])
    page.reload()  # from the lightbox to the photo's own page
    tab_to(page, page.locator("summary", has_text="Links and codes"))
    page.keyboard.press("Enter")
    tab_to(page, page.get_by_role("button", name="Copy Direct link"))
    page.keyboard.press("Enter")
    expect(page.locator("#live")).to_contain_text("Copied")
    assert page.evaluate("navigator.clipboard.readText()") == newer["url"]
