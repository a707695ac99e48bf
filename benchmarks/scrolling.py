#!/usr/bin/env python
"""Frames and size of the library while a browser scrolls it, with few and with many photos, in one run.

Starts the product twice as people run it, gives one person photos of the demo over and over (rows of their own, files
as hard links), and scrolls their library at a steady pace, from its start and from its middle. Prints how late frames
came, how far things shifted, how many photos and elements the page held at most, and the scripts' memory at the end.
"""

import argparse
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, Final

PROJECT: Final = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(PROJECT))

from playwright.sync_api import Page, sync_playwright  # noqa: E402  needs the path

from e2e.instance import Person, running  # noqa: E402
from e2e.windows import Windows, find_browser, launched, sign_in  # noqa: E402

PASSWORD: Final = "the-demo-that-is-scrolled"  # noqa: S105  of an instance that is gone at the end
PAINTED: Final = 12
STEP_MS: Final = 20
LATE_MS: Final = 50

_MULTIPLY: Final = """
import os
from datetime import timedelta
from pathlib import Path
from django.conf import settings
from accounts.models import User
from images import timeline, variants
from images.models import Image
media, now = Path(settings.MEDIA_ROOT), timeline.clock()
owner = User.objects.get(username="demo")
made = list(Image.objects.owned_by(owner))
rows = []
for number in range(len(made), {count}):
    model = made[number % len(made)]
    row = Image.new(owner=owner, original_name=f"{{number}}.jpg", size_bytes=model.size_bytes)
    for field in ("status", "format", "width", "height", "placeholder", "colour"):
        setattr(row, field, getattr(model, field))
    row.has_avif, row.shown_at = False, now - timedelta(minutes=20 * number)
    for variant in variants.EAGER:
        path = media / row.variant_name(variant)
        path.parent.mkdir(parents=True, exist_ok=True)
        os.link(media / model.variant_name(variant), path)
    rows.append(row)
Image.objects.bulk_create(rows, batch_size=2000)
"""
_WATCH: Final = """
window.seen = {frames: [], shift: 0, photos: 0, elements: 0};
new PerformanceObserver(list => {
  for (const entry of list.getEntries()) window.seen.shift = Math.max(window.seen.shift, entry.value);
}).observe({type: 'layout-shift', buffered: true});
let last = performance.now();
(function frame(now) {
  window.seen.frames.push(now - last); last = now;
  if (window.seen.frames.length % 30 === 0) {
    window.seen.photos = Math.max(window.seen.photos, document.querySelectorAll('.photo').length);
    window.seen.elements = Math.max(window.seen.elements, document.querySelectorAll('*').length);
  }
  requestAnimationFrame(frame);
})(last);
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--few", type=int, default=10_000, help="photos of the first library, more than are scrolled")
    parser.add_argument("--many", type=int, default=100_000, help="photos of the second library")
    parser.add_argument("--seconds", type=int, default=30, help="how long each place is scrolled")
    parser.add_argument("--speed", type=int, default=2_000, help="in px a second; a screen here has 800")
    options = parser.parse_args()
    browser = find_browser()
    if browser is None:
        sys.exit("Scrolling needs Chromium: apt-get install chromium")
    for count in (options.few, options.many):
        with (
            tempfile.TemporaryDirectory(prefix="photocloud-scrolling-") as folder,
            running(Path(folder)) as instance,
            sync_playwright() as playwright,
            launched(playwright, browser) as chromium,
        ):
            instance.manage("demo", "--password", PASSWORD, "--count", str(PAINTED))
            instance.shell(_MULTIPLY.format(count=count))
            page = Windows(chromium, instance.url).open(viewport={"width": 1280, "height": 800})
            sign_in(page, Person("demo", "demo@example.com", PASSWORD, ""))
            show(f"{count} photos, from the newest", scrolled(page, options.seconds, options.speed))
            months = page.locator(".rail [data-month]")
            months.nth(months.count() // 2).click()
            page.wait_for_url("**/library/?before=*")
            show(f"{count} photos, from their middle", scrolled(page, options.seconds, options.speed))


def scrolled(page: Page, seconds: int, px_per_second: int) -> dict[str, Any]:
    page.mouse.move(640, 400)
    page.evaluate(_WATCH)
    started = before = time.monotonic()
    while before - started < seconds:
        page.wait_for_timeout(STEP_MS)
        now = time.monotonic()
        page.mouse.wheel(0, px_per_second * (now - before))
        before = now
    return seen(page)


def seen(page: Page) -> dict[str, Any]:
    found: dict[str, Any] = page.evaluate("window.seen")
    session = page.context.new_cdp_session(page)
    session.send("HeapProfiler.collectGarbage")
    heap = session.send("Runtime.getHeapUsage")
    return {**found, "heap": heap["usedSize"] / 1e6}


def show(name: str, found: dict[str, Any]) -> None:
    frames = found["frames"]
    late = sum(1 for frame in frames if frame > LATE_MS)
    print(
        f"{name}: {len(frames)} frames, median {statistics.median(frames):.1f} ms, "
        f"95 % within {statistics.quantiles(frames, n=20)[-1]:.1f} ms, {late} later than {LATE_MS} ms, "
        f"longest {max(frames):.0f} ms; shift {found['shift']:.3f}; at most {found['photos']} photos and "
        f"{found['elements']} elements; {found['heap']:.1f} MB of scripts' memory",
        flush=True,
    )


if __name__ == "__main__":
    main()
