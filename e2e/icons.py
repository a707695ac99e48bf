"""Draws the icons of the installed app. Called by script/icons."""

import io
import re

from PIL import Image
from playwright.sync_api import Page, sync_playwright

from e2e.instance import PROJECT
from e2e.windows import find_browser, launched

ICONS = PROJECT / "static" / "img" / "icons"
BLUE, WHITE, NOTHING = "#4067e8", "#ffffff", "transparent"

# name, pixels, share of the width that the drawing takes, its colour, the ground and how round that is (%).
# A launcher may cut a maskable icon to the circle in its middle that is 80 % wide.
LOGOS = (
    ("app-192", 192, 0.74, WHITE, BLUE, 22),
    ("app-512", 512, 0.74, WHITE, BLUE, 22),
    ("maskable-192", 192, 0.6, WHITE, BLUE, 0),
    ("maskable-512", 512, 0.6, WHITE, BLUE, 0),
    ("apple-touch-icon", 180, 0.7, WHITE, BLUE, 0),
    ("monochrome-512", 512, 0.74, WHITE, NOTHING, 0),
)
LINES = 'fill="none" stroke="currentColor" stroke-width="1.75" stroke-linecap="round" stroke-linejoin="round"'
SHORTCUTS = ("upload", "library", "galleries")


def main() -> None:
    browser_path = find_browser()
    if browser_path is None:
        raise SystemExit("script/icons needs Chromium: apt-get install chromium")
    logo = re.search(r'<path[^>]* d="[^"]+"', (PROJECT / "static/img/logo.svg").read_text())
    symbols = (PROJECT / "templates/_icons.html").read_text()
    if logo is None:
        raise SystemExit("static/img/logo.svg has no path")
    path = re.sub(r'fill="#\w+"', 'fill="currentColor"', logo[0]) + "/>"
    # The cloud is 30 x 22 units in the middle of a box of 32.
    cloud = f'<svg viewBox="0.5 3 31 26" fill-rule="evenodd">{path}</svg>'
    ICONS.mkdir(exist_ok=True)
    with sync_playwright() as playwright, launched(playwright, browser_path) as browser:
        page = browser.new_page()
        for name, pixels, share, colour, ground, round_percent in LOGOS:
            _draw(page, cloud, name, pixels, share, colour, ground, round_percent)
        for name in SHORTCUTS:
            symbol = re.search(rf'<symbol id="i-{name}" viewBox="0 0 24 24">(.+?)</symbol>', symbols)
            if symbol is None:
                raise SystemExit(f"templates/_icons.html has no i-{name}")
            drawing = f'<svg viewBox="0 0 24 24" {LINES}>{symbol[1]}</svg>'
            _draw(page, drawing, f"shortcut-{name}", 192, 0.56, WHITE, BLUE, 50)


def _draw(
    page: Page, drawing: str, name: str, pixels: int, share: float, colour: str, ground: str, round_percent: int
) -> None:
    page.set_viewport_size({"width": pixels, "height": pixels})
    page.set_content(
        f"<style>body {{ margin: 0 }} main {{ block-size: 100vb; display: grid; place-items: center; color: {colour};"
        f" background: {ground}; border-radius: {round_percent}% }}"
        f" svg {{ inline-size: {share * 100}% }}</style><main>{drawing}</main>"
    )
    picture: Image.Image = Image.open(io.BytesIO(page.screenshot(omit_background=True)))
    if ground != NOTHING and round_percent == 0:
        picture = picture.convert("RGB")
    picture.save(ICONS / f"{name}.png", optimize=True)


if __name__ == "__main__":
    main()
