"""Every page: nothing for axe to find, light and dark, wide and at 320 px, where nothing scrolls sideways."""

from typing import Any, Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, ViewportSize, expect

from e2e.instance import Instance, Person
from e2e.photos import Photos
from e2e.windows import WIDE, Windows, choose, open_upload, sign_in, start_upload

pytestmark = pytest.mark.browser

SIZES: tuple[ViewportSize, ...] = ({"width": WIDE["width"], "height": WIDE["height"]}, {"width": 320, "height": 640})


# The scheme changes colours and nothing else.
SCHEMES: tuple[tuple[Literal["light", "dark"], dict[str, Any]], ...] = (
    ("light", {"resultTypes": ["violations"]}),
    ("dark", {"resultTypes": ["violations"], "runOnly": ["color-contrast"]}),
)

# Uppy gives the label of the angle a role that labels can't have.
_NOT_OURS = {"exclude": [".uppy-ImageCropper-rangeWrapper"]}
_RUN = "([context, options]) => axe.run(context, options).then(results => results.violations)"


def _faults(page: Page, name: str, *, sizes: tuple[ViewportSize, ...] = SIZES) -> list[str]:
    """What is wrong with the page as it stands, in each size and colour scheme."""
    found: list[str] = []
    page.evaluate(Axe().axe_script)
    for size in sizes:
        page.set_viewport_size(size)
        for scheme, options in SCHEMES:
            page.emulate_media(color_scheme=scheme)
            for violation in page.evaluate(_RUN, [_NOT_OURS, options]):
                places = [" ".join(map(str, node["target"])) for node in violation["nodes"][:3]]
                found.append(f"{name} at {size['width']} px, {scheme}: {violation['id']}: {', '.join(places)}")
    if page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
        found.append(f"{name} scrolls sideways at 320 px")
    page.set_viewport_size(SIZES[0])
    return found


_SHARE = """
from galleries import sharing
from galleries.models import Gallery
gallery = Gallery.objects.select_related("owner").get(key={key!r})
inner = Gallery.objects.create(owner=gallery.owner, title="Day 1", parent=gallery)
photo = gallery.images.first()
inner.add(photo)
link = sharing.make(gallery.owner, gallery=gallery, expires_at=sharing.default_end(), downloads="originals")
drop = sharing.make(gallery.owner, gallery=gallery, expires_at=None, additions="drop")
locked = sharing.make(gallery.owner, images=[photo], expires_at=None)
sharing.set_password(locked, "open sesame")
locked.save()
for made in (link, locked, drop):
    print(made.token)
print(inner.key)
print(photo.key)
"""


def _shared(instance: Instance, gallery: str) -> dict[str, str]:
    """Pages behind two links to what is in a gallery."""
    token, locked, drop, inner, photo = instance.shell(_SHARE.format(key=gallery)).split()
    return {
        "shared gallery": f"/s/{token}",
        "shared nested gallery": f"/s/{token}/g/{inner}",
        "shared photo": f"/s/{token}/p/{photo}",
        "locked link": f"/s/{locked}",
        "link that takes photos in": f"/s/{drop}",
    }


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
        **_shared(instance, photo["gallery"]),
    }
    found = []
    for name, address in pages.items():
        page.goto(address)
        found += _faults(page, name)
    page.goto("/accounts/login/")
    page.get_by_label("Email or username").fill(person.email)
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
    _shared(instance, gallery)
    pages = {
        "links": "/links/",
        "revoke all links": "/links/revoke",
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
        "trash": "/trash/",
    }
    found = []
    for name, address in pages.items():
        page.goto(address)
        found += _faults(page, name)
    page.get_by_role("button", name="Account").click()
    found += _faults(page, "account menu")
    page.goto(f"/g/{gallery}")
    page.get_by_role("button", name="More").click()
    found += _faults(page, "menu of a gallery")
    assert not found, "\n".join(found)


def test_every_piece_of_the_style_guide_is_accessible(windows: Windows, instance: Instance) -> None:
    page = windows.open()
    sign_in(page, instance.make_people("designer", superuser=True)[0])
    page.goto("/styleguide/")
    found = _faults(page, "style guide")
    for piece in ("Menu", "Sheet", "Window"):
        page.get_by_role("button", name=piece, exact=True).first.click()
        found += _faults(page, f"style guide, {piece}")
        page.keyboard.press("Escape")
    assert not found, "\n".join(found)


def test_pages_in_the_middle_of_something_are_accessible(
    windows: Windows, instance: Instance, person: Person, photos: Photos
) -> None:
    page = windows.open()
    sign_in(page, person)
    found = _faults(page, "empty library")
    page.goto("/galleries/")
    found += _faults(page, "no galleries")

    open_upload(page)
    page.get_by_label("Lifetime").select_option("date")
    page.get_by_label("Expires on").fill("2099-12-31T23:59")
    choose(page, *photos.nature, photos.refused)
    expect(page.get_by_text("photos chosen")).to_be_visible()
    found += _faults(page, "chosen")
    page.get_by_role("button", name="Edit ").first.click()
    expect(page.get_by_role("button", name="Crop to a square")).to_be_visible()
    found += _faults(page, "editor")
    page.locator("#uppy-DashboardContent-panel--editor").get_by_role("button", name="Cancel").click()
    start_upload(page)
    expect(page.get_by_role("link", name="Go to the library")).to_be_visible()
    found += _faults(page, "uploaded")

    page.goto("/library/")
    page.locator(".photo__link").first.click()
    expect(page.get_by_role("dialog")).to_be_focused()
    found += _faults(page, "a photo over the library")
    page.keyboard.press("i")
    expect(page.locator(".photo-page")).to_be_visible()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_be_visible()
    found += _faults(page, "shortcuts")
    page.keyboard.press("Escape")
    page.keyboard.press("i")
    found += _faults(page, "a photo without its details")
    page.locator("summary", has_text="Add to gallery").click()
    found += _faults(page, "a photo and the galleries for it")
    page.keyboard.press("Escape")
    page.keyboard.press("z")
    expect(page.get_by_role("dialog")).to_be_focused()
    found += _faults(page, "a photo in full size")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.set_viewport_size(SIZES[1])
    page.locator(".actions").get_by_role("button", name="Details").click()
    page.locator("summary", has_text="Links and codes").click()
    found += _faults(page, "the details of a photo in a sheet", sizes=SIZES[1:])
    page.goto("/library/")
    page.locator("input[name=keys]").first.check()
    page.locator(".selection-bar summary", has_text="More").click()
    page.locator("summary", has_text="Change visibility or lifetime").click()
    found += _faults(page, "library with a selection and an open menu")
    page.keyboard.press("Escape")
    page.locator(".selection-bar").get_by_role("button", name="Share").click()
    expect(page.get_by_role("dialog")).to_be_visible()
    found += _faults(page, "share link in its window")
    page.keyboard.press("Escape")
    page.goto("/links/")
    page.get_by_role("link", name="Edit Selected photos").click()
    found += _faults(page, "share link")
    page.goto("/library/")
    page.locator("input[name=keys]").first.check()
    page.locator(".selection-bar").get_by_role("button", name="Delete").click()
    expect(page.get_by_role("button", name="Undo")).to_be_visible()
    found += _faults(page, "deleted")
    page.goto("/trash/")
    page.locator("input[name=keys]").first.check()
    found += _faults(page, "trash with a selection")
    page.get_by_role("button", name="Delete for good").click()
    expect(page.get_by_role("button", name="Delete for good")).to_be_visible()
    found += _faults(page, "delete for good")
    page.get_by_role("button", name="Delete for good").click()
    expect(page.get_by_role("heading", name="The trash is empty")).to_be_visible()
    found += _faults(page, "empty trash")
    assert not found, "\n".join(found)
