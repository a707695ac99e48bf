"""PhotoCloud as an app: installed, offline, shared to, and uploading while people go from page to page."""

import base64
import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, Request, expect

from e2e.instance import Instance, Person
from e2e.photos import Photos, noise
from e2e.windows import Windows, drawn, drop, sign_in, slow_down, start_upload, upload_rows, wait_until

pytestmark = pytest.mark.browser

CHUNK_BYTES = 8 * 1024**2

_ACTIVE = "navigator.serviceWorker.ready.then(() => Boolean(navigator.serviceWorker.controller))"
_KEPT_WITH_A_TOAST = """async () => {
  const kept = await caches.match("/library/", { ignoreVary: true });
  return (await kept.text()).includes("has an end");
}"""
_PRIVATE = """async () => {
  const names = (await caches.keys()).filter((name) => name.startsWith("private-"));
  const urlsIn = async (name) => (await (await caches.open(name)).keys()).map(({ url }) => url);
  const kept = await Promise.all(names.map(urlsIn));
  return Object.fromEntries(names.map((name, number) => [name, kept[number]]));
}"""


def _keeps(page: Page, *, photos: int) -> list[str]:
    """Waits until the browser keeps the library with so many photos, and returns all that it keeps of people."""
    wait_until(
        page,
        f"""async () => {{
          const kept = Object.values(await ({_PRIVATE})()).flat();
          return kept.filter((url) => url.includes("/files/")).length === {photos}
            && kept.some((url) => url.endsWith("/library/"));
        }}""",
    )
    kept: dict[str, list[str]] = page.evaluate(_PRIVATE)
    assert len(kept) == 1
    return next(iter(kept.values()))


def test_a_browser_finds_all_that_an_installed_app_needs(windows: Windows, person: Person) -> None:
    page = windows.open()
    sign_in(page, person)
    wait_until(page, _ACTIVE)
    session = page.context.new_cdp_session(page)
    assert session.send("Page.getAppManifest")["errors"] == []
    problems = session.send("Page.getInstallabilityErrors")["installabilityErrors"]
    # Windows of stories have no profile, into which nothing can be installed.
    assert {problem["errorId"] for problem in problems} <= {"in-incognito"}


def test_the_library_is_there_without_network_for_its_person_alone(
    windows: Windows, instance: Instance, person: Person, photos: Photos
) -> None:
    windows.cuts()
    instance.upload(person, *photos.nature)
    page = windows.open()
    sign_in(page, person)
    expect(page.locator(".photo-grid .photo")).to_have_count(len(photos.nature))
    kept = _keeps(page, photos=len(photos.nature))
    assert not [url for url in kept if "/originals/" in url]
    with page.expect_response("**/files/**") as picture:
        page.reload()
    assert not picture.value.from_service_worker
    expect(page.get_by_text("this is what you saw last")).to_be_hidden()
    page.locator('.photo-grid input[name="keys"]').first.check(force=True)
    page.get_by_text("More", exact=True).click()
    page.get_by_role("button", name="Extend by 30 days").click()
    expect(page.locator(".toast")).to_contain_text("has an end")
    wait_until(page, _KEPT_WITH_A_TOAST)

    page.context.set_offline(True)
    page.goto("/library/")
    expect(page.get_by_text("this is what you saw last")).to_be_visible()
    expect(page.locator(".toast")).to_have_text([re.compile("You are offline")])
    drawn(page.locator(".photo-grid img"))
    page.goto("/galleries/")
    expect(page.get_by_role("heading", name="You are offline")).to_be_visible()
    page.get_by_role("link", name="Library, as you saw it last").click()
    expect(page.locator(".photo-grid .photo")).to_have_count(len(photos.nature))

    page.context.set_offline(False)
    page.get_by_role("link", name="Retry").click()
    expect(page.get_by_text("this is what you saw last")).to_be_hidden()
    page.get_by_role("button", name="Account").click()
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/explore/")
    wait_until(page, f"async () => Object.keys(await ({_PRIVATE})()).length === 0")
    page.context.set_offline(True)
    page.goto("/library/")
    expect(page.get_by_role("heading", name="You are offline")).to_be_visible()
    expect(page.get_by_role("link", name="Library, as you saw it last")).to_be_hidden()


def test_who_signs_in_next_sees_nothing_of_the_one_before(
    windows: Windows, instance: Instance, person: Person, photos: Photos
) -> None:
    other = instance.make_people(f"{person.username}-other")[0]
    instance.upload(person, *photos.nature)
    page = windows.open()
    sign_in(page, person)
    _keeps(page, photos=len(photos.nature))
    page.context.clear_cookies()
    sign_in(page, other)
    kept = _keeps(page, photos=0)
    assert kept
    assert "No photos yet" in page.evaluate(
        "async () => (await caches.match('/library/', { ignoreVary: true })).text()"
    )


_SHARE = """async ([action, name, content]) => {
  const bytes = Uint8Array.from(atob(content), (letter) => letter.charCodeAt(0));
  const files = new DataTransfer();
  files.items.add(new File([bytes], name, { type: "image/jpeg" }));
  const form = document.createElement("form");
  Object.assign(form, { action, method: "post", enctype: "multipart/form-data" });
  const field = Object.assign(document.createElement("input"), { type: "file", name: "files", files: files.files });
  form.append(field);
  document.body.append(form);
  form.submit();
}"""


def test_a_photo_that_another_app_shares_waits_for_a_word_and_goes_into_the_library(
    windows: Windows, person: Person, photos: Photos
) -> None:
    page = windows.open()
    sign_in(page, person)
    wait_until(page, _ACTIVE)
    target = page.evaluate("fetch('/manifest.webmanifest').then((answer) => answer.json())")["share_target"]
    assert target["params"]["files"][0]["name"] == "files"
    page.goto("/explore/")
    content = base64.b64encode(photos.nature[0].read_bytes()).decode()
    page.evaluate(_SHARE, [target["action"], "høst.jpg", content])
    page.wait_for_url("**/upload")
    expect(page.get_by_text("1 photo chosen")).to_be_visible()
    expect(page.get_by_text("did not arrive")).to_be_hidden()
    page.get_by_label("Visibility").select_option("private")
    start_upload(page)
    expect(upload_rows(page, "done")).to_contain_text("høst.jpg")
    page.goto("/upload?shared=1")
    expect(page.get_by_text("did not arrive")).to_be_visible()
    page.goto("/library/")
    expect(page.locator(".photo-grid").get_by_text("Private")).to_have_count(1)


def test_an_upload_goes_on_over_pages_and_its_photo_slides_into_the_library(
    windows: Windows, instance: Instance, person: Person, photos: Photos, tmp_path: Path
) -> None:
    instance.upload(person, *photos.nature)
    large = noise(tmp_path / "large.png", bytes_at_least=2 * CHUNK_BYTES + 1000)
    asked: list[str] = []
    offsets: list[int] = []
    page = windows.open()
    sign_in(page, person)
    page.goto("/galleries/")
    page.on("request", lambda request: asked.append(request.url))

    def note(request: Request) -> None:
        if request.method == "PATCH":
            offsets.append(int(request.headers["upload-offset"]))

    page.on("request", note)
    page.on("dialog", lambda dialog: pytest.fail(f"A page asks before it goes: {dialog.type}"))
    slow_down(page)
    with page.expect_response(lambda response: response.request.method == "PATCH"):
        drop(page, [large])
    tray = page.get_by_role("region", name="Uploads")
    expect(tray).to_contain_text("0 of 1 photos uploaded")
    page.get_by_role("link", name="Library").first.click()
    page.wait_for_url("**/library/")
    page.locator(".photo-grid .photo").first.hover()
    page.locator('.photo-grid input[name="keys"]').first.check()
    page.evaluate("window.isSamePage = true")
    expect(page.locator(".photo-grid .photo")).to_have_count(len(photos.nature) + 1)
    expect(tray).to_contain_text("1 photo added")
    assert page.evaluate("window.isSamePage")
    expect(page.locator('.photo-grid input[name="keys"]:checked')).to_have_count(1)
    assert offsets.count(0) == 1, "what had arrived was sent again"
    asked.clear()
    page.goto("/galleries/")
    page.wait_for_load_state("networkidle")
    expect(tray).to_be_hidden()
    assert not [url for url in asked if "uppy" in url]


def test_the_first_photos_fill_an_empty_library_and_can_be_selected(
    windows: Windows, person: Person, photos: Photos
) -> None:
    page = windows.open()
    sign_in(page, person)
    drop(page, photos.nature)
    expect(page.locator(".photo-grid .photo")).to_have_count(len(photos.nature))
    box = page.locator('.photo-grid input[name="keys"]').first
    expect(page.get_by_role("region", name="Uploads")).to_be_hidden()
    box.check()
    expect(page.locator("[data-selected]")).to_contain_text("1 photo selected")


def test_a_window_leaves_the_uploads_of_another_alone(windows: Windows, person: Person, tmp_path: Path) -> None:
    large = noise(tmp_path / "large.png", bytes_at_least=2 * CHUNK_BYTES + 1000)
    first = windows.open()
    sign_in(first, person)
    slow_down(first)
    with first.expect_response(lambda response: response.request.method == "PATCH"):
        drop(first, [large])
    second = first.context.new_page()
    asked: list[str] = []
    second.on("request", lambda request: asked.append(request.url))
    second.goto("/galleries/")
    expect(first.locator(".photo-grid .photo")).to_have_count(1)
    expect(second.get_by_role("region", name="Uploads")).to_be_hidden()
    assert not [url for url in asked if "uppy" in url]
