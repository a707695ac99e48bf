"""Every page: nothing for axe to find, light and dark, wide and at 320 px, where nothing scrolls sideways."""

from typing import Any, Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, ViewportSize, expect

from e2e.instance import Instance, Person
from e2e.photos import Photos
from e2e.windows import WIDE, Windows, sign_in

pytestmark = pytest.mark.browser

SIZES: tuple[ViewportSize, ...] = ({"width": WIDE["width"], "height": WIDE["height"]}, {"width": 320, "height": 640})


# The scheme changes colours and nothing else.
SCHEMES: tuple[tuple[Literal["light", "dark"], dict[str, Any]], ...] = (
    ("light", {"resultTypes": ["violations"]}),
    ("dark", {"resultTypes": ["violations"], "runOnly": ["color-contrast"]}),
)


def _faults(page: Page, name: str) -> list[str]:
    """What is wrong with the page as it stands, in each size and colour scheme."""
    found: list[str] = []
    page.evaluate(Axe().axe_script)
    for size in SIZES:
        page.set_viewport_size(size)
        for scheme, options in SCHEMES:
            page.emulate_media(color_scheme=scheme)
            for violation in page.evaluate("options => axe.run(options).then(results => results.violations)", options):
                places = [" ".join(map(str, node["target"])) for node in violation["nodes"][:3]]
                found.append(f"{name} at {size['width']} px, {scheme}: {violation['id']}: {', '.join(places)}")
    if page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
        found.append(f"{name} scrolls sideways at 320 px")
    page.set_viewport_size(SIZES[0])
    return found


def test_the_pages_of_a_visitor_are_accessible(
    windows: Windows, instance: Instance, person: Person, photos: Photos
) -> None:
    photo = instance.upload(person, *photos.nature, visibility="public", gallery="new", new_gallery="Spring")[0]
    page = windows.open()
    windows.refuses(404, "/nothing-here")
    pages = {
        "explore": "/",
        "search": "/explore/?q=nothing+like+this",
        "sign-up": "/accounts/signup/",
        "sign-in": "/accounts/login/",
        "forgotten password": "/accounts/password/reset/",
        "photo": photo["page_url"],
        "gallery": f"/g/{photo['gallery']}",
        "person": f"/u/{person.username}",
        "404": "/nothing-here",
    }
    found = []
    for name, address in pages.items():
        page.goto(address)
        found += _faults(page, name)
    page.goto("/accounts/login/")
    page.get_by_label("E-mail or username").fill(person.email)
    page.get_by_label("Password").fill("not the password")
    page.get_by_role("main").get_by_role("button", name="Sign in").click()
    expect(page.locator(".errorlist").first).to_be_visible()
    found += _faults(page, "sign-in with errors")
    assert not found, "\n".join(found)


def test_the_pages_of_a_person_are_accessible(
    windows: Windows, instance: Instance, person: Person, photos: Photos
) -> None:
    photo = instance.upload(person, *photos.nature, gallery="new", new_gallery="Spring")[0]
    private = instance.upload(person, photos.animated, visibility="private", lifetime="P1D")[0]
    page = windows.open()
    sign_in(page, person)
    key, gallery = photo["key"], photo["gallery"]
    pages = {
        "library": "/library/",
        "upload": "/upload",
        "photo": f"/p/{key}",
        "private photo": private["page_url"],
        "edit": f"/p/{key}/edit",
        "delete": f"/p/{key}/delete",
        "galleries": "/galleries/",
        "new gallery": "/galleries/new",
        "gallery": f"/g/{gallery}",
        "edit gallery": f"/g/{gallery}/edit",
        "gallery lifetime": f"/g/{gallery}/lifetime",
        "delete gallery": f"/g/{gallery}/delete",
        "explore": "/explore/",
        "own page": f"/u/{person.username}",
        "profile": "/accounts/profile/",
        "avatar": "/accounts/avatar/",
        "e-mail": "/accounts/email/",
        "password": "/accounts/password/change/",
        "sessions": "/accounts/sessions/",
        "sign out": "/accounts/logout/",
        "list of photos": "/images-list",
    }
    found = []
    for name, address in pages.items():
        page.goto(address)
        found += _faults(page, name)
    assert not found, "\n".join(found)


def test_pages_in_the_middle_of_something_are_accessible(
    windows: Windows, instance: Instance, person: Person, photos: Photos
) -> None:
    windows.refuses(400, "/upload")
    page = windows.open()
    sign_in(page, person)
    found = _faults(page, "empty library")
    page.goto("/galleries/")
    found += _faults(page, "no galleries")

    page.goto("/upload")
    page.get_by_label("Lifetime").select_option("date")
    page.get_by_label("Expires on").fill("2099-12-31T23:59")
    page.locator("input[type=file]").set_input_files([*photos.nature, photos.refused])
    expect(page.locator("#queue-library")).to_be_visible()
    found += _faults(page, "uploaded")

    page.goto("/library/")
    page.locator("input[name=keys]").first.check()
    page.locator("summary", has_text="Change").click()
    found += _faults(page, "library with a selection and an open menu")
    page.keyboard.press("Escape")
    page.locator(".selection-bar").get_by_role("button", name="Delete").click()
    expect(page.get_by_role("button", name="Undo")).to_be_visible()
    found += _faults(page, "deleted")
    page.goto("/trash/")
    page.locator("input[name=keys]").first.check()
    found += _faults(page, "trash with a selection")
    page.get_by_role("button", name="Delete now").click()
    expect(page.get_by_role("button", name="Delete for good")).to_be_visible()
    found += _faults(page, "delete for good")
    page.get_by_role("button", name="Delete for good").click()
    expect(page.get_by_role("heading", name="The trash is empty")).to_be_visible()
    found += _faults(page, "empty trash")
    assert not found, "\n".join(found)
