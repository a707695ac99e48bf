"""From nothing to a library full of photos."""

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from e2e.instance import Instance, Person
from e2e.photos import Photos
from e2e.windows import Windows, drawn, drop, sign_in

pytestmark = pytest.mark.browser

UPLOAD_MS = 120_000

# Notes every state that a row of the upload list goes through, as { name: [state, ...] }.
_NOTE_STATES = """() => {
  window.states = {};
  new MutationObserver(() => {
    for (const row of document.querySelectorAll("#queue-rows > li")) {
      const seen = (window.states[row.querySelector(".upload-row__name").textContent] ??= []);
      if (seen.at(-1) !== row.dataset.state) seen.push(row.dataset.state);
    }
  }).observe(document.body, { subtree: true, childList: true, attributes: true });
}"""


def test_a_newcomer_signs_up_and_drops_all_photos_as_a_set(
    windows: Windows, instance: Instance, photos: Photos
) -> None:
    windows.refuses(400, "/upload")
    page = windows.open()
    page.goto("/")
    page.get_by_role("banner").get_by_role("link", name="Sign up").click()
    page.get_by_label(re.compile("^e-?mail", re.IGNORECASE)).fill("newcomer@example.com")
    page.get_by_label("Username").fill("newcomer")
    page.get_by_label("Password").fill("three calm herons")
    page.get_by_role("main").get_by_role("button", name="Sign up").click()
    page.wait_for_url("**/library/")
    page.get_by_role("main").get_by_role("link", name="Upload photos").click()
    page.wait_for_url("**/upload")

    page.evaluate(_NOTE_STATES)
    drop(page, photos.every)
    rows = page.locator("#queue-rows > li")
    expect(rows).to_have_count(len(photos.every))
    expect(page.locator("#queue-library")).to_be_visible(timeout=UPLOAD_MS)

    states: dict[str, list[str]] = page.evaluate("window.states")
    for path in photos.accepted:
        assert states[path.name][-2:] == ["sending", "done"], path.name
    assert states[photos.refused.name][-2:] == ["sending", "failed"]
    expect(rows.filter(has_text=photos.refused.name)).to_contain_text("JPEG XL")
    expect(page.locator("#queue-count")).to_have_text(
        f"{len(photos.accepted)} of {len(photos.every)} photos uploaded, 1 failed"
    )
    drawn(rows.locator(".upload-row__thumb img"))

    page.get_by_role("link", name="Go to the library").click()
    grid = page.locator(".photo-grid .photo")
    expect(grid).to_have_count(len(photos.accepted))
    expect(grid.get_by_text("Processing")).to_have_count(0)
    expect(grid.get_by_text("Failed")).to_have_count(0)
    assert len(drawn(grid.locator("img"))) == len(photos.accepted)


def test_one_cancelled_upload_and_one_bad_file_stop_no_other(windows: Windows, person: Person, photos: Photos) -> None:
    windows.refuses(400, "/upload")
    page = windows.open()
    sign_in(page, person)
    page.goto("/upload")
    held: list[Any] = []
    page.route("**/upload", lambda route: held.append(route) if not held else route.continue_())
    first, *others = photos.nature
    drop(page, [first, photos.refused, *others])
    rows = page.locator("#queue-rows > li")
    expect(rows.and_(page.locator("[data-state=done]"))).to_have_count(len(others))
    rows.first.get_by_role("button", name=f"Cancel: {first.name}").click()
    expect(rows.first).to_contain_text("Cancelled")
    expect(page.locator("#queue-library")).to_be_visible()

    page.unroute("**/upload")
    rows.first.get_by_role("button", name=f"Retry: {first.name}").click()
    expect(rows.first).to_have_attribute("data-state", "done")
    page.get_by_role("link", name="Go to the library").click()
    expect(page.locator(".photo-grid .photo")).to_have_count(len(photos.nature))


def test_photos_go_straight_into_a_new_gallery(windows: Windows, person: Person, photos: Photos) -> None:
    page = windows.open()
    sign_in(page, person)
    page.goto("/upload")
    page.get_by_label("Gallery", exact=True).select_option("new")
    page.get_by_label("Name of the new gallery").fill("A walk")
    page.locator("input[type=file]").set_input_files(photos.nature)
    page.get_by_role("link", name="Go to the gallery").click()
    expect(page.get_by_role("heading", name="A walk")).to_be_visible()
    assert len(drawn(page.locator(".photo-grid img"))) == len(photos.nature)
    page.goto("/galleries/")
    expect(page.get_by_role("link", name="A walk")).to_have_count(1)


def test_without_javascript_the_form_uploads_several_files_and_answers_for_each(
    windows: Windows, person: Person, photos: Photos
) -> None:
    page = windows.open(java_script_enabled=False)
    sign_in(page, person)
    page.get_by_role("main").get_by_role("link", name="Upload photos").click()
    page.locator("input[type=file]").set_input_files([photos.nature[0], photos.refused, photos.nature[1]])
    page.get_by_role("main").get_by_role("button", name="Upload").click()

    results = page.get_by_role("region", name="Results").get_by_role("listitem")
    expect(results).to_have_count(3)
    for number, path in ((0, photos.nature[0]), (2, photos.nature[1])):
        expect(results.nth(number)).to_contain_text("Uploaded")
        expect(results.nth(number).get_by_role("link", name=path.name)).to_be_visible()
    expect(results.nth(1)).to_contain_text(photos.refused.name)
    expect(results.nth(1)).to_contain_text("JPEG XL")

    results.first.get_by_role("link").click()
    expect(page.locator(".stage img")).to_be_visible()
    page.get_by_role("button", name="Delete").click()
    expect(page.locator(".photo-grid .photo")).to_have_count(1)
    _select_all_and_delete(page)
    expect(page.get_by_role("heading", name="No photos yet")).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(".stage img")).to_be_visible()


def _select_all_and_delete(page: Page) -> None:
    for box in page.locator("input[name=keys]").all():
        box.check()
    page.locator(".selection-bar").get_by_role("button", name="Delete").click()
