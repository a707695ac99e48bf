"""An upload that breaks in the middle goes on where it was."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, Request, expect

from e2e.instance import Person
from e2e.photos import Photos, noise
from e2e.windows import (
    Windows,
    choose,
    open_upload,
    sign_in,
    sign_in_again,
    sign_out,
    slow_down,
    start_upload,
    upload_rows,
    wait_until,
)

pytestmark = pytest.mark.browser

CHUNK_BYTES = 8 * 1024**2

# All that this browser keeps in a store for after a crash.
_STORE = """(name) => new Promise((resolve) => {
  const request = indexedDB.open("uppy-blobs");
  request.onsuccess = () => {
    const names = [...request.result.objectStoreNames];
    if (!names.includes(name)) { request.result.close(); resolve([]); return; }
    const all = request.result.transaction([name]).objectStore(name).getAll();
    all.onsuccess = () => { request.result.close(); resolve(all.result); };
  };
})"""
_KEPT = f"async () => (await ({_STORE})('files')).map(({{ data }}) => data.name)"
_LISTED = f"""async () => (await ({_STORE})("metadata"))
  .flatMap(({{ metadata }}) => Object.keys(JSON.parse(metadata).files))"""


@pytest.fixture
def large(tmp_path: Path) -> Path:
    """A photo of three chunks."""
    return noise(tmp_path / "large.png", bytes_at_least=2 * CHUNK_BYTES + 1000)


class Wire:
    """Where each PATCH of a page began, and how many uploads it created."""

    def __init__(self, page: Page) -> None:
        self.offsets: list[int] = []
        self.created = 0
        page.on("request", self._on_request)
        slow_down(page)

    def _on_request(self, request: Request) -> None:
        if request.method == "PATCH":
            self.offsets.append(int(request.headers["upload-offset"]))
        self.created += request.method == "POST" and request.url.endswith("/library/uploads")


def _upload_to_the_second_chunk(page: Page, large: Path) -> None:
    open_upload(page)
    choose(page, large)
    with page.expect_response(lambda response: response.request.method == "PATCH"):
        start_upload(page)


def test_a_cut_connection_costs_no_byte_that_arrived(windows: Windows, person: Person, large: Path) -> None:
    windows.cuts()
    page = windows.open()
    sign_in(page, person)
    wire = Wire(page)
    _upload_to_the_second_chunk(page, large)
    page.context.set_offline(True)
    expect(page.locator("#upload-rate")).to_contain_text("You are offline")
    page.context.set_offline(False)
    expect(upload_rows(page, "done")).to_have_count(1)
    assert wire.created == 1
    assert wire.offsets.count(0) == 1


def test_after_a_reload_in_the_middle_the_upload_goes_on(windows: Windows, person: Person, large: Path) -> None:
    page = windows.open()
    sign_in(page, person)
    wire = Wire(page)
    _upload_to_the_second_chunk(page, large)
    page.reload()
    expect(upload_rows(page, "done")).to_have_count(1)
    assert wire.created == 1
    assert wire.offsets.count(0) == 1
    expect(page.get_by_text("Last time's upload didn't end")).to_have_count(0)


def test_what_was_chosen_and_not_begun_waits_for_its_person(windows: Windows, person: Person, photos: Photos) -> None:
    page = windows.open()
    sign_in(page, person)
    open_upload(page)
    choose(page, photos.nature[0])
    for kept in (_KEPT, _LISTED):
        wait_until(page, f"async () => (await ({kept})()).length === 1")
    page.goto("/galleries/")
    tray = page.get_by_role("region", name="Uploads")
    expect(tray).to_contain_text("1 photo waits for you")
    open_upload(page)
    expect(page.get_by_text("Last time's upload didn't end")).to_be_visible()
    start_upload(page)
    expect(upload_rows(page, "done")).to_have_count(1)


def test_who_signs_out_leaves_no_photo_in_the_browser(windows: Windows, person: Person, photos: Photos) -> None:
    page = windows.open()
    sign_in(page, person)
    open_upload(page)
    with page.expect_response("**/uploads/known"):
        choose(page, photos.nature[0])
    wait_until(page, f"async () => (await ({_KEPT})()).length === 1")
    page.get_by_role("button", name="Account").click()
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/explore/")
    assert page.evaluate(_KEPT) == []
    sign_in(page, person)
    open_upload(page)
    expect(page.get_by_role("button", name="choose photos")).to_be_visible()


def test_who_signs_in_again_goes_on_with_the_photos_and_nobody_else_does(
    windows: Windows, everybody: Iterator[Person], photos: Photos
) -> None:
    windows.refuses(401, "/library/uploads")
    person, other = next(everybody), next(everybody)
    page = windows.open()
    sign_in(page, person)
    open_upload(page)
    with page.expect_response("**/uploads/known"):
        choose(page, *photos.nature[:2])
    second = page.context.new_page()
    sign_out(second)

    start_upload(page)
    failed = upload_rows(page, "failed")
    signed_out = "You are signed out. Sign in again, then retry."
    expect(failed).to_contain_text([signed_out, signed_out])
    sign_in(second, other)
    failed.first.get_by_role("button", name="Retry").click()
    expect(failed).to_contain_text([signed_out, signed_out])
    sign_in_again(second, person)
    failed.first.get_by_role("button", name="Retry").click()
    expect(upload_rows(page, "done")).to_have_count(1)
    failed.first.get_by_role("button", name="Retry").click()
    expect(upload_rows(page, "done")).to_have_count(2)
    second.goto("/library/")
    expect(second.locator(".photo-grid .photo")).to_have_count(2)


def test_a_new_session_of_the_same_person_is_no_fault(windows: Windows, person: Person, photos: Photos) -> None:
    windows.refuses(401, "/api/v1/uploads/known")
    page = windows.open()
    sign_in(page, person)
    open_upload(page)
    second = page.context.new_page()
    sign_in_again(second, person)
    page.get_by_label("Gallery", exact=True).select_option("new")
    page.get_by_label("Name of the new gallery").fill("Later")
    choose(page, photos.nature[0])
    start_upload(page)
    expect(upload_rows(page, "done")).to_have_count(1)
