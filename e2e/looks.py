"""What is wrong with how a page looks: by axe, for fingers, for the keyboard, and in width."""

from pathlib import Path
from typing import Any, Final, Literal

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, ViewportSize

from e2e.windows import WIDE

SIZES: Final[tuple[ViewportSize, ...]] = (
    {"width": WIDE["width"], "height": WIDE["height"]},
    {"width": 320, "height": 640},
)
NARROW: Final = SIZES[1:]
MOST_STOPS: Final = 150
_LOOKS: Final = (Path(__file__).parent / "looks.js").read_text()

# The scheme changes colours and nothing else.
_SCHEMES: Final[tuple[tuple[Literal["light", "dark"], dict[str, Any]], ...]] = (
    ("light", {"resultTypes": ["violations"]}),
    ("dark", {"resultTypes": ["violations"], "runOnly": ["color-contrast"]}),
)
# Uppy gives the label of the angle a role that labels can't have; Django's label of the search is a picture.
_NOT_OURS: Final = {"exclude": [".uppy-ImageCropper-rangeWrapper", "#changelist-search #searchbar"]}
_RUN: Final = "([context, options]) => axe.run(context, options).then(results => results.violations)"
_IS_TOO_WIDE: Final = "document.documentElement.scrollWidth > document.documentElement.clientWidth"


def faults(
    page: Page, name: str, *, sizes: tuple[ViewportSize, ...] = SIZES, are_controls_ours: bool = True
) -> list[str]:
    """What is wrong with the page as it stands, in each size and colour scheme."""
    found: list[str] = []
    page.evaluate(Axe().axe_script)
    page.evaluate(_LOOKS)
    for size in sizes:
        page.set_viewport_size(size)
        where = f"{name} at {size['width']} px"
        for scheme, options in _SCHEMES:
            page.emulate_media(color_scheme=scheme)
            for violation in page.evaluate(_RUN, [_NOT_OURS, options]):
                places = [" ".join(map(str, node["target"])) for node in violation["nodes"][:3]]
                found.append(f"{where}, {scheme}: {violation['id']}: {', '.join(places)}")
        if are_controls_ours:
            found += [f"{where}: {fault}" for fault in page.evaluate("looks.smallTargets()")]
        if page.evaluate(_IS_TOO_WIDE):
            found.append(f"{where} scrolls sideways")
    page.set_viewport_size(SIZES[0])
    return found


def spills(page: Page, name: str) -> list[str]:
    """What doesn't stay in its box or in the window, sideways, as the page stands."""
    page.evaluate(_LOOKS)
    found = [f"{name}: {fault}" for fault in page.evaluate("looks.spills()")]
    return [*found, f"{name} scrolls sideways"] if page.evaluate(_IS_TOO_WIDE) else found


def focus_faults(page: Page, name: str) -> tuple[int, list[str]]:
    """How often Tab stops on the page, and where one then doesn't see it."""
    page.evaluate(_LOOKS)
    found: list[str] = []
    for stops in range(MOST_STOPS):
        page.keyboard.press("Tab")
        faults = page.evaluate("looks.focusFaults()")
        if faults is None:
            return stops, found
        found += [f"{name}: {fault}" for fault in faults]
    raise AssertionError(f"{name}: {MOST_STOPS} times Tab, and no end")
