"""A library of thousands of photos: scrolled, left and found again, with days, months and two densities."""

import json
import re
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Locator, Page, Route, expect

from e2e.instance import Instance, Person
from e2e.photos import Photos
from e2e.windows import PHONE, Windows, drawn, drop, sign_in, wait_until

pytestmark = pytest.mark.browser

PHOTOS = 3_000
KEPT = 400
IN_ITS_PAGE = ("1470", "1442")
"""Of the pages of 60 photos one begins with 1440: deep in it, and so near its start that one sees the page before."""

# They failed, so they have no files; days of 1 to 40 photos, and one of 500, over some years.
_FILL = """
from datetime import timedelta
from accounts.models import User
from images import timeline
from images.models import Image, Status
owner = User.objects.get(username={username!r})
rows, day = [], timeline.clock().replace(hour=12)
while len(rows) < {count}:
    day -= timedelta(days=1 + len(rows) % 3)
    for number in range(500 if len(rows) == 305 else 1 + len(rows) * 7 % 40):
        row = Image.new(owner=owner, original_name=f"{{len(rows)}}.jpg", size_bytes=1)
        row.status, (row.width, row.height) = Status.FAILED, ((400, 300), (300, 400), (900, 300))[len(rows) % 3]
        row.colour, row.shown_at = "#808080", day - timedelta(seconds=number)
        rows.append(row)
Image.objects.bulk_create(rows[:{count}])
"""

_SHOWN = "document.querySelectorAll('.photo').length"
_DAYS = "[...document.querySelectorAll('[data-day]')].map(section => section.dataset.day)"
# The day at the upper edge, and how far its name is below the top bar, once the day has begun above that.
_DAY_AT_THE_TOP = """() => {
  const bar = document.querySelector(".topbar").getBoundingClientRect().bottom;
  const days = [...document.querySelectorAll("[data-day]")];
  const day = days.find((section) => section.getBoundingClientRect().bottom > bar + 100);
  const name = day.querySelector("h2").getBoundingClientRect();
  const isOnTop = document.elementFromPoint(name.x + 5, name.y + name.height / 2).closest("h2") !== null;
  return [day.dataset.day, day.getBoundingClientRect().top < bar - 40, Math.round(name.top - bar), isOnTop];
}"""
# Puts something into each photo in turn, and has it drawn.
_CHANGE_EACH = """() => {
  const photos = [...document.querySelectorAll(".photo")];
  for (const photo of photos) {
    photo.querySelector(".photo__link").append(document.createElement("canvas"));
    photo.getBoundingClientRect();
  }
  return photos.length;
}"""
_WATCH_SHIFTS = """() => {
  window.shifts = [];
  new PerformanceObserver((list) => shifts.push(...list.getEntries().map(({ value }) => value)))
    .observe({ type: "layout-shift" });
}"""
_SUBMITTED = "new FormData(document.querySelector('form:has([data-selectable])')).getAll('keys')"


@pytest.fixture
def library(windows: Windows, instance: Instance, person: Person) -> Page:
    instance.shell(_FILL.format(username=person.username, count=PHOTOS))
    page = windows.open()
    sign_in(page, person)
    return page


def _photo(page: Page, name: str) -> Locator:
    return page.locator(".photo__link").filter(has=page.get_by_text(name, exact=True))


def _scroll(page: Page, *, to: str, by_px: int = 1200) -> list[int]:
    """Scrolls until the photo of this file name is in the page; the number of photos in the page after each step."""
    counts = []
    for _ in range(600):
        page.mouse.wheel(0, by_px)
        page.wait_for_timeout(30)
        counts.append(page.evaluate(_SHOWN))
        if _photo(page, to).count():
            return counts
    raise AssertionError(f"{to} didn't come: {counts}")


def _rest(page: Page) -> None:
    page.wait_for_timeout(400)


def test_thousands_of_photos_are_scrolled_left_and_found_again(library: Page) -> None:
    library.mouse.move(640, 400)
    library.locator("input[name=keys]").nth(2).check(force=True)
    chosen = library.evaluate(_SUBMITTED)
    counts = _scroll(library, to="1500")
    assert max(counts) < KEPT
    assert library.evaluate(_SUBMITTED) == chosen
    days = library.evaluate(_DAYS)
    assert days == sorted(set(days), reverse=True), "a day has two headings"
    library.locator("[data-select-none]").click()
    assert library.evaluate(_SUBMITTED) == []

    for name in IN_ITS_PAGE:
        _leave_and_come_back(library, name)

    library.mouse.move(640, 400)
    counts = _scroll(library, to="0", by_px=-1200)
    assert max(counts) < KEPT
    days = library.evaluate(_DAYS)
    assert days == sorted(set(days), reverse=True)
    expect(library.locator("[data-more=prev]")).to_have_count(0)


def _leave_and_come_back(page: Page, name: str) -> None:
    link = _photo(page, name)
    link.evaluate("link => link.scrollIntoView({ block: 'center', behavior: 'instant' })")
    _rest(page)
    expect(page).to_have_url(re.compile("before=|after="))
    href, top = link.evaluate("link => [link.getAttribute('href'), link.getBoundingClientRect().top]")
    link.click()
    page.wait_for_url(f"**{href}")
    page.go_back()
    page.wait_for_url("**/library/?before=*")
    link = page.locator(f'.photo__link[href="{href}"]')
    expect(link).to_be_in_viewport()
    wait_until(page, _IS_BACK, arg=[href, top])


_IS_BACK = """([href, top]) =>
  Math.abs(document.querySelector(`.photo__link[href="${href}"]`).getBoundingClientRect().top - top) < 20"""


def test_who_deletes_far_down_stays_there_and_by_undo_too(library: Page) -> None:
    library.mouse.move(640, 400)
    _scroll(library, to="1500")
    _photo(library, "1500").evaluate("link => link.scrollIntoView({ block: 'center', behavior: 'instant' })")
    _rest(library)
    first, second = library.evaluate(_IN_SIGHT)[:2]
    for href in (first[0], _photo(library, "1500").get_attribute("href")):
        library.locator(f'.photo:has([href="{href}"]) input[name=keys]').evaluate("box => box.click()")
    library.locator(".selection-bar").get_by_role("button", name="Delete").click()
    expect(library.get_by_text("2 photos are in the trash.")).to_be_visible()
    wait_until(library, _IS_BACK, arg=second)
    expect(_photo(library, "1500")).to_have_count(0)
    _rest(library)
    second = library.evaluate(_IN_SIGHT)[0]
    library.get_by_role("button", name="Undo").click()
    expect(library.get_by_text("2 photos are back.")).to_be_visible()
    wait_until(library, _IS_BACK, arg=second)
    expect(_photo(library, "1500")).to_be_in_viewport()
    library.get_by_role("link", name="Library").first.click()
    expect(_photo(library, "0")).to_be_in_viewport()


# The link and the place of each photo from the first in sight on.
_IN_SIGHT = """() => {
  const bar = document.querySelector(".topbar").offsetHeight;
  return [...document.querySelectorAll("[data-photos] .photo")]
    .map((photo) => [photo.querySelector(".photo__link").getAttribute("href"), photo.getBoundingClientRect()])
    .filter(([, { bottom }]) => bottom > bar)
    .map(([href, { top }]) => [href, top]);
}"""


def test_far_down_nothing_opens_or_comes_twice_and_the_end_of_a_session_is_told(
    library: Page, instance: Instance, person: Person, photos: Photos
) -> None:
    instance.upload(person, photos.nature[0])
    library.reload()
    library.mouse.move(640, 400)
    library.locator("input[name=keys]").first.check(force=True)
    library.locator(".selection-bar").get_by_role("button", name="Share").click()
    expect(library.locator("#share[open]")).to_be_visible()
    library.keyboard.press("Escape")
    _scroll(library, to="900")
    expect(library.locator("#share[open]")).to_have_count(0)

    _rest(library)
    link = _photo(library, "900")
    top = link.evaluate("link => link.getBoundingClientRect().top")
    drop(library, photos.nature[1:2])
    expect(library.get_by_role("region", name="Uploads")).to_contain_text("1 photo added")
    _rest(library)
    keys = library.evaluate(
        "[...document.querySelectorAll('form:has([data-selectable]) [name=keys]')].map(box => box.value)"
    )
    assert len(keys) == len(set(keys))
    assert abs(link.evaluate("link => link.getBoundingClientRect().top") - top) < 2

    library.context.clear_cookies()
    library.mouse.wheel(0, 1_000_000)
    expect(library).to_have_url(re.compile(r"/accounts/login/\?next="))


def test_the_name_of_the_day_stays_at_the_top_and_the_rail_marks_its_month(library: Page) -> None:
    expect(library.locator(".rail [aria-current]")).to_have_count(1)
    library.mouse.move(640, 400)
    _scroll(library, to="900")
    for _ in range(40):
        library.mouse.wheel(0, 100)
        library.wait_for_timeout(30)
        day, has_begun, below_px, is_on_top = library.evaluate(_DAY_AT_THE_TOP)
        if has_begun:
            break
    assert has_begun
    assert (below_px, is_on_top) == (0, True)
    current = library.locator(".rail [aria-current]")
    expect(current).to_have_attribute("data-month", day[:7])
    expect(current).to_be_in_viewport()


def test_the_rail_leads_to_a_month_by_mouse_and_by_keyboard(library: Page) -> None:
    months = library.locator(".rail [data-month]")
    expect(months.first).to_have_attribute("aria-current", "true")
    third, fourth = (months.nth(number).get_attribute("data-month") or "" for number in (3, 4))
    months.nth(3).click()
    library.wait_for_url("**/library/?before=*")
    expect(library.locator("[data-day]").first).to_have_attribute("data-day", re.compile(f"^{third}"))
    current = library.locator(".rail [aria-current]")
    expect(current).to_have_attribute("data-month", third)
    current.focus()
    library.keyboard.press("ArrowDown")
    library.keyboard.press("Enter")
    expect(library.locator("[data-day]").first).to_have_attribute("data-day", re.compile(f"^{fourth}"))
    library.get_by_role("link", name="Previous photos").click()
    expect(library.locator(f'[data-day^="{third}"]').last).to_be_attached()


def test_drawn_along_the_rail_passes_months_and_leads_to_the_one_where_it_is_let_go(library: Page) -> None:
    first, fifth = (library.locator(".rail [data-month]").nth(number) for number in (0, 4))
    month = fifth.get_attribute("data-month") or ""
    start, end = first.bounding_box(), fifth.bounding_box()
    assert start
    assert end
    library.mouse.move(start["x"] + 5, start["y"] + start["height"] / 2)
    library.mouse.down()
    # A hand goes astray.
    library.mouse.move(end["x"] - 200, end["y"] + end["height"] / 2, steps=5)
    expect(fifth.locator("> span")).to_have_css("opacity", "1")
    expect(first.locator("> span")).to_have_css("opacity", "0")
    library.mouse.up()
    library.wait_for_url("**/library/?before=*")
    expect(library.locator("[data-day]").first).to_have_attribute("data-day", re.compile(f"^{month}"))


def test_a_change_in_a_photo_restyles_it_and_not_all_others(library: Page) -> None:
    assert library.context.browser
    library.context.browser.start_tracing(page=library, categories=["devtools.timeline"])
    photos = library.evaluate(_CHANGE_EACH)
    events = json.loads(library.context.browser.stop_tracing())["traceEvents"]
    restyled = [event["args"]["elementCount"] for event in events if "elementCount" in event.get("args", {})]
    assert len(restyled) >= photos
    assert sum(restyled) < 30 * photos


def test_photos_that_come_late_move_nothing_that_is_in_sight(library: Page) -> None:
    library.mouse.move(640, 400)
    _scroll(library, to="400")  # in the day of 500
    held: list[Route] = []
    library.route(lambda url: "/library/?" in url, lambda route: held.append(route))
    for _ in range(20):
        library.evaluate("scrollTo(0, document.documentElement.scrollHeight)")
        _rest(library)
        if held:
            break
    library.evaluate(_WATCH_SHIFTS)
    more = library.locator("[data-more=next] a")
    address = more.get_attribute("href") or ""
    held.pop().continue_()
    expect(more).not_to_have_attribute("href", address)
    _rest(library)
    # Photos of the last row grow by a few pixels once it is full.
    assert sum(library.evaluate("shifts")) < 0.01
    # What fills the last row counts as a shift while one scrolls on, if it has a height.
    assert library.evaluate("getComputedStyle(document.querySelector('.photo-grid'), '::after').height") == "0px"


def test_density_is_remembered_and_there_from_the_start(library: Page, windows: Windows, person: Person) -> None:
    high = library.locator(".photo").first.evaluate("photo => photo.offsetHeight")
    library.get_by_role("button", name="Smaller photos").click()
    expect(library.locator(".photos")).to_have_class(re.compile("is-compact"))
    assert library.locator(".photo").first.evaluate("photo => photo.offsetHeight") < high
    assert 'class="photos is-compact"' in library.request.get("/library/").text()

    phone = windows.open(**PHONE, java_script_enabled=False)
    sign_in(phone, person)
    expect(phone.get_by_role("button", name="Smaller photos")).to_be_hidden()
    phone.get_by_role("link", name="Months").click()
    phone.locator(".months a").nth(2).click()
    first = phone.locator("[data-day]").first.get_attribute("data-day")
    phone.get_by_role("link", name="More photos").click()
    assert (phone.locator("[data-day]").first.get_attribute("data-day") or "") <= (first or "")
    phone.get_by_role("link", name="Previous photos").click()
    expect(phone.locator("[data-day]").first).to_have_attribute("data-day", first or "")
    assert phone.evaluate("document.documentElement.scrollWidth") <= 360


def test_a_photo_on_its_way_is_a_blur_of_its_colours(
    windows: Windows, instance: Instance, person: Person, tmp_path: Path
) -> None:
    halves = Image.new("RGB", (600, 400), (220, 30, 30))
    halves.paste((30, 40, 220), (300, 0, 600, 400))
    halves.save(tmp_path / "halves.png")
    page = windows.open(service_workers="block")
    sign_in(page, person)
    instance.upload(person, tmp_path / "halves.png")
    held: list[Route] = []
    page.route("**/files/derived/**", lambda route: held.append(route))
    page.goto("/library/", wait_until="domcontentloaded")
    blur = page.locator(".photo__link > canvas")
    expect(blur).to_be_visible()
    (left, right) = (blur.evaluate(_COLOUR, part) for part in (0.2, 0.8))
    assert left[0] > 150 > 100 > left[2]
    assert right[2] > 150 > 100 > right[0]
    for route in held:
        route.continue_()
    expect(blur).to_have_count(0)
    drawn(page.locator(".photo__link > img"))


_COLOUR = """(canvas, part) => [...canvas.getContext("2d")
  .getImageData(Math.floor(canvas.width * part), canvas.height / 2, 1, 1).data]"""
