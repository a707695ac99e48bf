"""The main pages look as they did when their pictures were approved: on a desk and on a phone, light and dark.

What is compared is the mean colour of squares, so that another version of a font or a photo that is a little sharper
changes nothing, and a panel that is missing or a page that stays white does. After a change that is meant, look at
the pictures and approve them: REFERENCES=approve script/test e2e/test_screenshots.py
"""

import io
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest
from PIL import Image, ImageChops
from playwright.sync_api import Browser

from e2e.instance import running
from e2e.screenshots import SCHEMES, SIZES, Scene, Scheme, fill, shot
from e2e.windows import Windows

FOLDER = Path(__file__).parent / "references"
PAGES: Final = ("explore", "library", "gallery", "photo", "sign-in")
COUNT: Final = 16
SQUARE_PX: Final = 24
SAME_LEVELS: Final = 16
MOST_CHANGED: Final = 0.03
"""The share of squares that may differ by more than SAME_LEVELS in a channel."""


@pytest.fixture(scope="module")
def scene(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    folder = tmp_path_factory.mktemp("screenshots")
    with running(folder) as instance:
        windows = Windows(browser, instance.url)
        yield fill(instance, windows, folder, count=COUNT)
        assert not windows.faults


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("scheme", SCHEMES)
def test_a_page_looks_as_it_was_approved(scene: Scene, page: str, size: str, scheme: Scheme, tmp_path: Path) -> None:
    taken = shot(scene, page, size, scheme)
    with Image.open(io.BytesIO(taken)) as picture:
        scale = SIZES[size].get("device_scale_factor", 1)
        squares = picture.convert("RGB").reduce(SQUARE_PX * scale)
    reference = FOLDER / f"{page}-{size}-{scheme}.png"
    if os.environ.get("REFERENCES") == "approve":
        FOLDER.mkdir(exist_ok=True)
        squares.save(reference, optimize=True)
    (tmp_path / reference.name).write_bytes(taken)
    with Image.open(reference) as approved:
        assert squares.size == approved.size
        changed = _changed(squares, approved.convert("RGB"))
    assert changed <= MOST_CHANGED, f"{changed:.0%} of {reference.stem} has changed, see {tmp_path / reference.name}"


def test_a_page_without_its_panel_would_be_noticed() -> None:
    with Image.open(FOLDER / "photo-wide-light.png") as approved:
        without = approved.convert("RGB")
        ground = without.getpixel((without.width - 1, without.height - 1))
        assert isinstance(ground, tuple)
        without.paste(ground, (without.width * 3 // 4, 4, without.width, without.height))
        assert _changed(without, approved.convert("RGB")) > MOST_CHANGED


def _changed(one: Image.Image, other: Image.Image) -> float:
    """The share of pixels that differ visibly."""
    most = ImageChops.difference(one, other).split()
    worst = ImageChops.lighter(ImageChops.lighter(most[0], most[1]), most[2])
    return sum(worst.histogram()[SAME_LEVELS + 1 :]) / (one.width * one.height)
