"""Every page: nothing for axe to find, light and dark, wide and at 320 px, where nothing scrolls sideways and fingers
find what they press; where one is with Tab is seen, and what is loaded for it is little."""

from itertools import product
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.urls import URLPattern, URLResolver, get_resolver, resolve
from playwright.sync_api import Browser, Page, expect

from e2e import pages
from e2e.instance import Instance, Person
from e2e.looks import NARROW, SIZES, faults, focus_faults, spills
from e2e.photos import Photos
from e2e.windows import PHONE, WIDE, Windows, choose, drop, hovering, open_upload, sign_in, start_upload
from photocloud.tests import stack
from photocloud.tests.test_access import POSTED

pytestmark = pytest.mark.browser

MOST_SCRIPT_BYTES = 40_000
FEWEST_STOPS = 6

_SCRIPT_BYTES = """Object.fromEntries(
  performance.getEntriesByType("resource").filter(({ name }) => /\\.js$/.test(name))
  .map(({ name, encodedBodySize }) => [new URL(name).pathname, encodedBodySize]))"""


def _page_routes() -> set[str]:
    """What the router knows that answers with a page to whoever asks for its address."""

    def walk(entries: list[URLPattern | URLResolver], prefix: str) -> set[str]:
        found = set()
        for entry in entries:
            if isinstance(entry, URLPattern):
                found.add(f"{prefix}{entry.name}")
            elif entry.app_name != "admin":
                found |= walk(entry.url_patterns, f"{prefix}{entry.namespace}:" if entry.namespace else prefix)
        return found

    return walk(get_resolver().url_patterns, "") - pages.NO_PAGES - pages.FORMS - POSTED.keys()


def test_the_walk_leads_past_every_page_that_the_router_knows() -> None:
    names = dict.fromkeys(("link", "locked", "drop"), "1" * 22) | {"number": "1", "person": "ada", "reset": "1-1-1"}
    names |= dict.fromkeys(("photo", "private", "gallery", "inner", "confirmation"), "1" * 16)
    walked = {*pages.filled(pages.VISITORS, names).values(), *pages.filled(pages.PEOPLE, names).values()}
    walked.remove(pages.NOWHERE)
    assert {_view(address) for address in walked} == _page_routes()


def _visit(page: Page, address: str) -> None:
    """Goes to a page, and isn't led to another one."""
    page.goto(address)
    if address != pages.NOWHERE:
        assert _view(page.url) == _view(address), f"{address} leads to {page.url}"


def _view(address: str) -> str:
    return resolve(urlsplit(address).path).view_name


def test_the_pages_of_a_visitor_are_for_everyone(
    windows: Windows, instance: Instance, person: Person, photos: Photos
) -> None:
    photo = instance.upload(person, *photos.nature, visibility="public", gallery="new", new_gallery="Spring")[0]
    names = pages.make(instance, gallery=photo["gallery"])
    page = windows.open()
    windows.refuses(404, pages.NOWHERE)
    found = []
    for name, address in pages.filled(pages.VISITORS, names).items():
        _visit(page, address)
        found += faults(page, name)
    windows.refuses(422, "/accounts/login/")
    page.goto("/accounts/login/")
    page.get_by_label("Email or username").fill(person.email)
    page.get_by_label("Password").fill("not the password")
    page.get_by_role("main").get_by_role("button", name="Sign in").click()
    expect(page.locator(".errorlist").first).to_be_visible()
    found += faults(page, "sign-in with errors")
    windows.refuses(422, f"/s/{names['locked']}/unlock")
    page.goto(f"/s/{names['locked']}")
    page.get_by_label("Password").fill("open barley")
    page.get_by_role("button", name="Open").click()
    expect(page.get_by_text("This is not the password of this link.")).to_be_visible()
    found += faults(page, "locked link with an error")
    assert not found, "\n".join(found)


def test_the_pages_of_a_person_are_for_everyone(
    windows: Windows, instance: Instance, person: Person, photos: Photos
) -> None:
    photo = instance.upload(person, *photos.nature, gallery="new", new_gallery="Spring")[0]
    private, gone = instance.upload(person, photos.animated, photos.upright, visibility="private", lifetime="P1D")
    names = pages.make(instance, gallery=photo["gallery"])
    names["private"] = private["filename"].partition(".")[0]
    page = windows.open()
    sign_in(page, person)
    page.goto(gone["page_url"])
    page.get_by_role("button", name="Move to the trash").click()
    expect(page.get_by_role("button", name="Undo")).to_be_visible()
    found = faults(page, "a photo is in the trash")
    for name, address in pages.filled(pages.PEOPLE, names).items():
        _visit(page, address)
        found += faults(page, name)
    page.get_by_role("button", name="Account").click()
    found += faults(page, "account menu")
    page.goto(f"/g/{photo['gallery']}")
    page.get_by_role("button", name="More").click()
    found += faults(page, "menu of a gallery")
    assert not found, "\n".join(found)


def test_what_people_read_when_something_went_wrong_is_for_everyone(
    windows: Windows, instance: Instance, person: Person, photos: Photos
) -> None:
    photo = instance.upload(person, photos.nature[0])[0]
    path = photo["page_url"].removeprefix(instance.url)
    page = windows.open(service_workers="block")
    sign_in(page, person)
    page.goto(path)
    page.get_by_role("button", name="Move to the trash").click()
    expect(page.get_by_role("button", name="Undo")).to_be_visible()
    windows.refuses(404, path)
    page.goto(path)
    expect(page.get_by_role("heading", name="This photo is in the trash")).to_be_visible()
    found = faults(page, "404 with a reason")

    shown = {status: instance.shell(_BROKEN.format(status=status)) for status in ("400", "500")}
    page.route("**/broken/*", lambda route: route.fulfill(body=shown[route.request.url[-3:]], content_type="text/html"))
    for status in shown:
        page.goto(f"/broken/{status}")
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        found += faults(page, status)

    password = "/accounts/password/change/"
    windows.refuses(429, password)
    page.goto(password)
    for name, value in (("oldpassword", "wrong"), ("password1", "three herons"), ("password2", "three herons")):
        page.locator(f"input[name={name}]").fill(value)
    page.evaluate(_SEND_OFTEN)
    page.get_by_role("main").get_by_role("button", name="Change").click()
    expect(page.get_by_text("Wait 1 minute, then try again.")).to_be_visible()
    found += faults(page, "429")

    windows.refuses(403, "/accounts/login/")
    page.context.clear_cookies()
    page.goto("/accounts/login/")
    page.get_by_label("Email or username").fill(person.email)
    page.get_by_label("Password").fill(person.password)
    page.context.clear_cookies()
    page.get_by_role("main").get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="Please send that again")).to_be_visible()
    found += faults(page, "403 for a form")
    assert not found, "\n".join(found)


def test_what_nginx_says_by_itself_is_for_everyone(browser: Browser, tmp_path: Path) -> None:
    port = stack.free_port()
    with (
        stack.nginx(tmp_path, listen=port, upstream=stack.free_port(), media_root=tmp_path),
        browser.new_context(base_url=f"http://127.0.0.1:{port}") as context,
    ):
        page = context.new_page()
        page.goto("/library/")
        found = faults(page, "away")
        stops, unseen = focus_faults(page, "away")
        with page.expect_navigation():
            page.get_by_role("link", name="Retry").click()
        expect(page.get_by_role("heading", name="Back soon")).to_be_visible()

        page = context.new_page()  # the first one's policy allows no form
        page.set_content(f'<form method="post" action="http://127.0.0.1:{port}/upload"><textarea name="text">')
        page.evaluate(_SEND_LONG, stack.NGINX_REQUEST_MAX_BYTES)
        expect(page.get_by_role("heading", name="That is too much at once")).to_be_visible()
        found += faults(page, "too large")
    assert stops == 1
    assert not found + unseen, "\n".join(found + unseen)


def test_words_without_an_end_stay_in_their_boxes(
    windows: Windows, instance: Instance, person: Person, photos: Photos
) -> None:
    photo = instance.upload(person, *photos.nature, visibility="public", gallery="new", new_gallery="Spring")[0]
    names = pages.make(instance, gallery=photo["gallery"])
    instance.shell(_LENGTHEN.format(username=person.username))
    visitor, page = windows.open(), windows.open()
    sign_in(page, person)
    found = []
    for window, addresses, walked in ((visitor, pages.VISITORS, _VISITED), (page, pages.PEOPLE, _OPENED)):
        visits = pages.filled({name: addresses[name] for name in walked}, names).items()
        for (name, address), size in product(visits, (WIDE, PHONE["viewport"])):
            window.set_viewport_size(size)
            window.goto(address)
            found += spills(window, f"{name} at {size['width']} px")
    page.goto(f"/g/{names['inner']}")
    page.locator("input[name=keys]").first.check()
    page.locator(".selection-bar summary", has_text="Add").click()
    page.get_by_label("Gallery", exact=True).select_option(photo["gallery"])
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.locator(".toast")).to_be_visible()
    found += spills(page, "toast")
    assert not found, "\n".join(found)


_VISITED = ("explore", "person", "photo", "gallery", "shared gallery", "shared nested gallery", "shared photo")
_OPENED = ("library", "upload", "photo", "edit", "galleries", "gallery", "delete gallery", "links", "link", "profile")
_LENGTHEN = """
from accounts.models import User
from galleries.models import Gallery, ShareLink
from images.models import Image
owner = User.objects.get(username={username!r})
User.objects.filter(pk=owner.pk).update(display_name="N" * 60)
Gallery.objects.filter(owner=owner).update(title="W" * 120, description="https://example.com/" + "w" * 180)
Image.objects.filter(owner=owner).update(title="W" * 200, description="https://example.com/" + "w" * 180)
ShareLink.objects.filter(owner=owner).update(name="W" * 120)
"""
_SEND_LONG = "size => { document.querySelector('textarea').value = 'x'.repeat(size); document.forms[0].submit(); }"
_BROKEN = "from django.template import loader; print(loader.get_template('{status}.html').render({{'theme': ''}}))"
_SEND_OFTEN = """async () => {
  const form = document.querySelector("main form");
  for (let times = 0; times < 5; times++) await fetch(form.action, { method: "POST", body: new FormData(form) });
}"""


def test_every_piece_of_the_style_guide_is_for_everyone(windows: Windows, instance: Instance) -> None:
    page = windows.open()
    sign_in(page, instance.make_people("designer", superuser=True)[0])
    page.goto("/styleguide/")
    found = faults(page, "style guide")
    for piece in ("Menu", "Sheet", "Window"):
        page.get_by_role("button", name=piece, exact=True).first.click()
        found += faults(page, f"style guide, {piece}")
        page.keyboard.press("Escape")
    assert not found, "\n".join(found)


def test_the_pages_of_a_moderator_are_for_everyone(
    windows: Windows, instance: Instance, person: Person, photos: Photos
) -> None:
    photo = instance.upload(person, photos.nature[0], gallery="new", new_gallery="Spring")[0]
    pages.make(instance, gallery=photo["gallery"])
    page = windows.open()
    sign_in(page, instance.make_people("curator", superuser=True)[0])
    found = []
    for address in (
        "",
        "images/image/",
        "images/purgerun/",
        "galleries/gallery/",
        "galleries/sharelink/",
        "accounts/user/",
    ):
        page.goto(f"/admin/{address}")
        found += faults(page, f"admin, {address}", are_controls_ours=False)
    for model in ("images/image", "galleries/gallery", "accounts/user"):
        page.goto(f"/admin/{model}/")
        page.goto(str(page.locator("#result_list th a").first.get_attribute("href")))
        found += faults(page, f"admin, one of {model}", are_controls_ours=False)
    assert not found, "\n".join(found)


def test_what_became_of_files_without_scripts_is_told_to_everyone(
    windows: Windows, instance: Instance, person: Person, photos: Photos
) -> None:
    gallery = instance.upload(person, photos.nature[0], gallery="new", new_gallery="Spring")[0]["gallery"]
    names = pages.make(instance, gallery=gallery)
    windows.cuts()
    page, guest = (windows.open(service_workers="block") for _ in range(2))
    for window in (page, guest):
        window.route("**/*.js", lambda route: route.abort())  # axe is a script too
    sign_in(page, person)
    found = []
    for window, name, address in ((page, "upload", "/upload"), (guest, "guest", f"/s/{names['drop']}")):
        window.goto(address)
        window.locator("input[type=file]").set_input_files([photos.nature[1], photos.refused])
        window.get_by_role("main").get_by_role("button", name="Upload").click()
        expect(window.get_by_text("Image format JPEG XL is not supported.")).to_be_visible()
        found += faults(window, f"results of {name}")
    assert not found, "\n".join(found)


def test_pages_in_the_middle_of_something_are_for_everyone(
    windows: Windows, instance: Instance, person: Person, photos: Photos
) -> None:
    page = windows.open()
    sign_in(page, person)
    found = faults(page, "empty library")
    page.goto("/galleries/")
    found += faults(page, "no galleries")

    open_upload(page)
    page.get_by_label("Lifetime").select_option("date")
    page.get_by_label("Expires on").fill("2099-12-31T23:59")
    choose(page, *photos.nature, photos.refused)
    expect(page.get_by_text("photos chosen")).to_be_visible()
    found += faults(page, "chosen")
    page.get_by_role("button", name="Edit ").first.click()
    expect(page.get_by_role("button", name="Crop to a square")).to_be_visible()
    found += faults(page, "editor")
    page.locator("#uppy-DashboardContent-panel--editor").get_by_role("button", name="Cancel").click()
    start_upload(page)
    expect(page.get_by_role("link", name="Go to the library")).to_be_visible()
    found += faults(page, "uploaded")

    page.goto("/library/")
    with hovering(page, photos.nature):
        expect(page.get_by_text("Drop photos to add them")).to_be_visible()
        found += faults(page, "files over the library")
    drop(page, photos.nature[:1])
    expect(page.get_by_role("region", name="Uploads")).to_contain_text("already")
    found += faults(page, "tray")
    page.locator(".photo__link").first.click()
    expect(page.get_by_role("dialog")).to_be_focused()
    found += faults(page, "a photo over the library")
    page.keyboard.press("i")
    expect(page.locator(".photo-page")).to_be_visible()
    page.wait_for_load_state()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_be_visible()
    found += faults(page, "shortcuts")
    page.keyboard.press("Escape")
    page.keyboard.press("i")
    found += faults(page, "a photo without its details")
    page.locator("summary", has_text="Add to gallery").click()
    found += faults(page, "a photo and the galleries for it")
    page.keyboard.press("Escape")
    page.keyboard.press("z")
    expect(page.get_by_role("dialog")).to_be_focused()
    found += faults(page, "a photo in full size")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.set_viewport_size(SIZES[1])
    page.locator(".actions").get_by_role("button", name="Details").click()
    page.locator("summary", has_text="Links and codes").click()
    found += faults(page, "the details of a photo in a sheet", sizes=NARROW)
    page.goto("/library/")
    page.locator("input[name=keys]").first.check()
    page.locator(".selection-bar summary", has_text="More").click()
    page.locator("summary", has_text="Change visibility or lifetime").click()
    found += faults(page, "library with a selection and an open menu")
    page.get_by_role("button", name="Links and codes").click()
    page.wait_for_url("**/library/links")
    found += faults(page, "links of a selection")
    page.goto("/library/")
    page.locator("input[name=keys]").first.check()
    page.locator(".selection-bar").get_by_role("button", name="Share").click()
    expect(page.get_by_role("dialog")).to_be_visible()
    found += faults(page, "share link in its window")
    page.goto("/library/")
    page.locator("input[name=keys]").first.check()
    page.locator(".selection-bar").get_by_role("button", name="Delete").click()
    expect(page.get_by_role("button", name="Undo")).to_be_visible()
    found += faults(page, "deleted")
    page.goto("/trash/")
    page.locator("input[name=keys]").first.check()
    found += faults(page, "trash with a selection")
    page.get_by_role("button", name="Delete for good").click()
    page.wait_for_url("**/trash/delete")
    expect(page.get_by_role("button", name="Delete for good")).to_be_visible()
    found += faults(page, "delete for good")
    page.get_by_role("button", name="Delete for good").click()
    expect(page.get_by_role("heading", name="The trash is empty")).to_be_visible()
    found += faults(page, "empty trash")
    assert not found, "\n".join(found)


def test_whoever_goes_through_a_page_with_tab_sees_where_they_are(
    windows: Windows, instance: Instance, person: Person, photos: Photos
) -> None:
    photo = instance.upload(person, *photos.nature, visibility="public", gallery="new", new_gallery="Spring")[0]
    names = pages.make(instance, gallery=photo["gallery"])
    visitor, page = windows.open(), windows.open()
    sign_in(page, person)
    of_visitor = pages.filled({name: pages.VISITORS[name] for name in ("explore", "sign-in", "shared gallery")}, names)
    mains = ("library", "months", "photo", "galleries", "gallery", "links", "link", "upload", "profile", "edit")
    of_person = pages.filled({name: pages.PEOPLE[name] for name in mains}, names)
    found = []
    for window, addresses in ((visitor, of_visitor), (page, of_person)):
        for (name, address), size in product(addresses.items(), SIZES):
            window.set_viewport_size(size)
            window.goto(address)
            stops, faults = focus_faults(window, f"{name} at {size['width']} px")
            assert stops >= FEWEST_STOPS, name
            found += faults
    assert not found, "\n".join(found)


def test_pages_to_browse_load_little_script(
    windows: Windows, instance: Instance, person: Person, photos: Photos
) -> None:
    photo = instance.upload(person, *photos.nature, visibility="public", gallery="new", new_gallery="Spring")[0]
    names = pages.make(instance, gallery=photo["gallery"])
    # What a service worker hands on has no size but that of the text.
    visitor, page = (windows.open(service_workers="block") for _ in range(2))
    sign_in(page, person)
    for window, addresses, mains in (
        (visitor, pages.VISITORS, ("explore", "person", "photo", "gallery", "shared gallery", "shared photo")),
        (page, pages.PEOPLE, ("library", "photo", "galleries", "gallery", "explore", "own page")),
    ):
        for name, address in pages.filled({name: addresses[name] for name in mains}, names).items():
            window.goto(address)
            window.wait_for_load_state("networkidle")
            sizes = window.evaluate(_SCRIPT_BYTES)
            assert any("/js/main." in path for path in sizes), name
            assert all(sizes.values()), sizes
            assert sum(sizes.values()) <= MOST_SCRIPT_BYTES, (name, sum(sizes.values()), sizes)
