"""From nothing to a library full of photos."""

import json
import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, expect

from e2e.instance import Instance, Person
from e2e.photos import Photos, noise
from e2e.windows import (
    PHONE,
    Windows,
    choose,
    drawn,
    drop,
    give_password,
    hovering,
    open_upload,
    sign_in,
    start_upload,
    tab_to,
    upload_rows,
)

pytestmark = pytest.mark.browser

UPLOAD_MS = 120_000


def test_a_newcomer_signs_up_and_drops_all_photos_as_a_set(
    windows: Windows, instance: Instance, photos: Photos
) -> None:
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
    expect(page.locator("form.is-live")).to_be_visible()

    drop(page, photos.every)
    expect(page.get_by_text(f"{len(photos.accepted)} photos chosen")).to_be_visible()
    expect(upload_rows(page, "refused").filter(has_text=photos.refused.name)).to_contain_text("isn't accepted")
    start_upload(page)
    expect(page.get_by_role("link", name="Go to the library")).to_be_visible(timeout=UPLOAD_MS)
    expect(upload_rows(page, "done")).to_have_count(len(photos.accepted))
    expect(page.locator("#upload-count")).to_have_text(
        f"{len(photos.accepted)} of {len(photos.accepted)} photos uploaded"
    )
    expect(page.locator(".usage")).not_to_contain_text("0 bytes of")
    page.get_by_role("link", name="Go to the library").click()
    grid = page.locator(".photo-grid .photo")
    expect(grid).to_have_count(len(photos.accepted))
    expect(grid.get_by_text("Processing")).to_have_count(0)
    expect(grid.get_by_text("Failed")).to_have_count(0)
    assert len(drawn(grid.locator("img"))) == len(photos.accepted)


def test_a_bad_photo_and_a_full_server_stop_no_other_and_say_why(
    windows: Windows, person: Person, photos: Photos, tmp_path: Path
) -> None:
    windows.refuses(422, "/api/v1/uploads/*")
    windows.refuses(507, "/library/uploads")
    page = windows.open()
    sign_in(page, person)
    open_upload(page)
    bad = tmp_path / "cut.jpg"
    bad.write_bytes(photos.nature[0].read_bytes()[:20_000])
    disguised = tmp_path / "film.jpg"
    disguised.write_bytes(b"\0\0\0\x18ftypisom" + bytes(4000))
    full, *others = photos.nature
    refusals: list[Route] = []

    def refuse_once(route: Route) -> None:
        if refusals:
            route.continue_()
            return
        refusals.append(route)
        body = json.dumps({"message": "The disk is full.", "code": "disk_full"})
        route.fulfill(status=507, body=body, content_type="application/json", headers={"Tus-Resumable": "1.0.0"})

    page.route("**/library/uploads", refuse_once)
    choose(page, full, bad, disguised, *others)
    expect(upload_rows(page, "refused").filter(has_text="film.jpg")).to_contain_text("isn't a photo")
    start_upload(page)
    expect(page.locator("#upload-count")).to_contain_text("2 failed")
    expect(upload_rows(page, "done")).to_have_count(len(others))
    expect(upload_rows(page, "failed").filter(has_text="cut.jpg")).to_contain_text("corrupt")
    failed = upload_rows(page, "failed").filter(has_text="The disk is full.")
    name = failed.locator('[data-part="name"]').inner_text()
    failed.get_by_role("button", name=f"Retry: {name}").click()
    expect(upload_rows(page, "done").filter(has_text=name)).to_be_visible()
    page.get_by_role("link", name="Go to the library").click()
    expect(page.locator(".photo-grid .photo")).to_have_count(len(photos.nature))


def test_photos_go_straight_into_a_new_gallery(windows: Windows, person: Person, photos: Photos) -> None:
    page = windows.open()
    sign_in(page, person)
    open_upload(page)
    page.get_by_label("Gallery", exact=True).select_option("new")
    page.get_by_label("Visibility").select_option("private")
    choose(page, *photos.nature)
    start_upload(page)
    assert page.get_by_label("Name of the new gallery").evaluate("field => field.validationMessage")
    page.get_by_label("Name of the new gallery").fill("A walk")
    start_upload(page)
    page.get_by_role("link", name="Go to the gallery").click()
    expect(page.get_by_role("heading", name="A walk")).to_be_visible()
    expect(page.locator(".photo-grid").get_by_text("Private")).to_have_count(len(photos.nature))
    page.goto("/galleries/")
    expect(page.get_by_role("link", name="A walk")).to_have_count(1)


def test_photos_dropped_on_a_gallery_go_into_it(
    windows: Windows, instance: Instance, person: Person, photos: Photos
) -> None:
    first, *others = photos.nature
    gallery = instance.upload(person, first, gallery="new", new_gallery="Herbs")[0]["gallery"]
    asked: list[str] = []
    page = windows.open()
    sign_in(page, person)
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"/g/{gallery}")
    page.wait_for_load_state("networkidle")
    assert not [url for url in asked if "uppy" in url], "a page that only shows photos loads the queue"
    overlay = page.get_by_text("Drop photos to add them to “Herbs”")
    with hovering(page, others):
        expect(overlay).to_be_in_viewport()
    expect(overlay).to_be_hidden()
    drop(page, others)
    expect(overlay).to_be_hidden()
    tray = page.get_by_role("region", name="Uploads")
    expect(tray).to_contain_text(f"{len(others)} photos added")
    expect(page.locator(".photo-grid .photo")).to_have_count(len(photos.nature))
    tray.get_by_role("button", name=re.compile("added")).click()
    dialog = page.get_by_role("dialog", name="Upload photos")
    expect(upload_rows(page, "done")).to_have_count(len(others))
    dialog.get_by_role("button", name="Close").click()
    expect(dialog).to_be_hidden()


def test_photos_that_are_here_already_are_marked_and_not_sent(
    windows: Windows, instance: Instance, person: Person, photos: Photos
) -> None:
    instance.upload(person, *photos.nature)
    sent: list[str] = []
    page = windows.open()
    sign_in(page, person)
    page.on("request", lambda request: sent.append(request.method))
    open_upload(page)
    page.get_by_label("Gallery", exact=True).select_option("new")
    page.get_by_label("Name of the new gallery").fill("Again")
    choose(page, *photos.nature)
    expect(upload_rows(page, "seen")).to_have_count(len(photos.nature))
    expect(upload_rows(page, "seen").first).to_contain_text("Already in your library")
    start_upload(page)
    page.get_by_role("link", name="Go to the gallery").click()
    expect(page.locator(".photo-grid .photo")).to_have_count(len(photos.nature))
    assert "PATCH" not in sent


def test_what_is_refused_is_told_where_it_is_seen(
    windows: Windows, person: Person, photos: Photos, tmp_path: Path
) -> None:
    page = windows.open(**PHONE)
    sign_in(page, person)
    open_upload(page)
    choose(page, photos.refused)
    toast = page.locator(".toast-warning")
    expect(toast).to_have_text(f"{photos.refused.name}: This type of file isn't accepted.")
    expect(toast).to_be_in_viewport()
    (tmp_path / "raw.cr2").write_bytes(b"raw")
    (tmp_path / "notes.txt").write_text("notes")
    choose(page, tmp_path / "raw.cr2", tmp_path / "notes.txt")
    expect(toast).to_have_text("raw.cr2: This type of file isn't accepted. (+1)")
    expect(upload_rows(page, "refused")).to_have_count(3)

    library = windows.open()
    sign_in(library, person)
    drop(library, [tmp_path / "raw.cr2", tmp_path / "notes.txt"])
    expect(library.locator("#upload-tray").get_by_role("status")).to_have_text("2 photos failed")


def test_a_keyboard_is_enough(windows: Windows, person: Person, photos: Photos) -> None:
    page = windows.open()
    sign_in(page, person)
    open_upload(page)
    page.wait_for_load_state("networkidle")
    tab_to(page, page.get_by_role("button", name="choose photos"))
    with page.expect_file_chooser() as chooser:
        page.keyboard.press("Enter")
    chooser.value.set_files(photos.nature[:2])
    tab_to(page, page.get_by_role("button", name="Upload 2 photos"))
    page.keyboard.press("Enter")
    expect(upload_rows(page, "done")).to_have_count(2)
    tab_to(page, page.get_by_role("link", name="Go to the library"))
    page.keyboard.press("Enter")
    expect(page.locator(".photo-grid .photo")).to_have_count(2)


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
    page.get_by_role("button", name="Move to the trash").click()
    expect(page.get_by_text("1 photo is in the trash.")).to_be_visible()
    page.get_by_role("link", name="Library").first.click()
    expect(page.locator(".photo-grid .photo")).to_have_count(1)
    _select_all_and_delete(page)
    expect(page.get_by_role("heading", name="No photos yet")).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(".photo-grid .photo")).to_have_count(1)


def test_without_javascript_an_ended_session_is_told_before_one_sends_again(
    windows: Windows, person: Person, tmp_path: Path
) -> None:
    page = windows.open(java_script_enabled=False)
    sign_in(page, person)
    page.goto("/upload")
    page.locator("input[type=file]").set_input_files(noise(tmp_path / "large.png", bytes_at_least=20_000_000))
    page.context.clear_cookies(name="sessionid")
    page.get_by_role("main").get_by_role("button", name="Upload").click()
    expect(page.get_by_text("what you sent wasn't saved")).to_be_visible()
    give_password(page, person)
    page.wait_for_url("**/upload")


def _select_all_and_delete(page: Page) -> None:
    for box in page.locator("input[name=keys]").all():
        box.check()
    page.locator(".selection-bar").get_by_role("button", name="Delete").click()
