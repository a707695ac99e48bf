"""Pictures of a fresh instance that a person has filled with photos."""

import argparse
import io
import sys
import tempfile
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any, Literal, TypeAlias

from PIL import Image
from playwright.sync_api import Page, expect, sync_playwright

from e2e.instance import PROJECT, Instance, Person, running
from e2e.photos import SAMPLES
from e2e.windows import Windows, drop, find_browser, launched, open_upload, sign_in, start_upload

Scheme: TypeAlias = Literal["light", "dark"]

LIMIT_BYTES = 400_000
WIDE: dict[str, Any] = {"viewport": {"width": 1440, "height": 900}}
PHONE: dict[str, Any] = {
    "viewport": {"width": 390, "height": 844},
    "device_scale_factor": 2,
    "is_mobile": True,
    "has_touch": True,
}
SIZES: dict[str, dict[str, Any]] = {"wide": WIDE, "phone": PHONE}
SCHEMES: tuple[Scheme, ...] = ("light", "dark")
UPLOAD_BYTES_PER_SECOND = 2_000_000

_NAMES = """
from accounts.models import User
User.objects.filter(username="ada").update(display_name="Ada Lindqvist")
User.objects.filter(username="jonas").update(display_name="Jonas Weber")
"""


@dataclass(frozen=True, slots=True)
class Scene:
    """The filled instance, and the addresses of what the pictures show."""

    instance: Instance
    windows: Windows
    ada: Person
    photo: str
    gallery: str
    photos: list[Path]


def main() -> None:
    options = _arguments()
    photos = [path for folder in options.folders for path in sorted(folder.iterdir()) if path.is_file()]
    browser = find_browser()
    if browser is None:
        sys.exit("Screenshots need Chromium: apt-get install chromium")
    with (
        tempfile.TemporaryDirectory(prefix="photocloud-screenshots-") as scratch,
        running(Path(scratch)) as instance,
        sync_playwright() as playwright,
        launched(playwright, browser) as chromium,
    ):
        scene = _fill(instance, Windows(chromium, instance.url), photos, len(list(options.folders[0].iterdir())))
        if options.all:
            options.all.mkdir(parents=True, exist_ok=True)
            _take_all(scene, options.all)
        else:
            options.output.mkdir(parents=True, exist_ok=True)
            _take_few(scene, options.output)
        if scene.windows.faults:
            sys.exit("\n".join(scene.windows.faults))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="script/screenshots",
        description="Starts a fresh instance, fills it with photos, and takes the pictures of the README.",
    )
    parser.add_argument(
        "folders",
        nargs="*",
        type=Path,
        default=[SAMPLES / "nature", SAMPLES / "camera"],
        metavar="FOLDER",
        help="folders of photos; those of the first are shown most (default: the samples nature and camera)",
    )
    parser.add_argument(
        "--output", type=Path, default=PROJECT / "docs" / "screenshots", metavar="DIR", help="default: docs/screenshots"
    )
    parser.add_argument(
        "--all", type=Path, metavar="DIR", help="instead, every main page: wide and phone, light and dark, into DIR"
    )
    options = parser.parse_args()
    for folder in options.folders:
        if not folder.is_dir():
            parser.error(f"{folder} is no folder. Name one with photos.")
    return options


def _fill(instance: Instance, windows: Windows, photos: list[Path], first: int) -> Scene:
    """Two people's photos; of the last `first` uploads, which are the newest, a gallery is made."""
    ada, jonas = instance.make_people("ada", "jonas")
    instance.shell(_NAMES)
    favourites, others = photos[:first], photos[first:]
    for number, path in enumerate(reversed(others)):
        instance.upload(ada, path, title=_title(path), visibility="public" if number % 3 == 0 else "unlisted")
    instance.upload(jonas, *others[1::4], visibility="public")
    answers: dict[Path, dict[str, Any]] = {}
    gallery = {"gallery": "new", "new_gallery": "A week in the hills"}
    for path in sorted(favourites, key=lambda path: path.stat().st_size):
        shown = {"title": _title(path), "visibility": "public", "description": "Seen on the way up, early in the day."}
        answers[path] = instance.upload(ada, path, **shown, **gallery)[0]
        gallery = {"gallery": answers[path]["gallery"]}
    richest = answers[max(favourites, key=lambda path: path.stat().st_size)]
    page = windows.open()
    sign_in(page, ada)
    page.goto("/accounts/avatar/")
    page.get_by_label("Picture", exact=True).set_input_files(favourites[0])
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Your picture is saved.")).to_be_visible()
    return Scene(instance, windows, ada, richest["page_url"], f"/g/{richest['gallery']}", photos)


def _title(path: Path) -> str:
    return path.stem.replace("_", " ").replace("-", " ").capitalize()


def _take_few(scene: Scene, folder: Path) -> None:
    page = _window(scene, WIDE, "light")
    _save_small(_shot(page, "/library/"), folder / "library.webp")
    _save_small(_shot(page, scene.photo), folder / "photo.webp")
    phone = _window(scene, PHONE, "dark")
    _save_small(_shot(phone, "/library/"), folder / "phone.webp")


def _take_all(scene: Scene, folder: Path) -> None:
    uploaders = iter(scene.instance.make_people(*(f"uploader-{number}" for number in range(4))))
    for (size, options), scheme in product(SIZES.items(), SCHEMES):
        visitor = scene.windows.open(**options, color_scheme=scheme)
        owner = _window(scene, options, scheme)
        shots = {
            "sign-up": _shot(visitor, "/accounts/signup/"),
            "explore": _shot(visitor, "/"),
            "library": _shot(owner, "/library/"),
            "photo": _shot(owner, scene.photo),
            "gallery": _shot(owner, scene.gallery),
            "upload": _shot_of_upload(scene, next(uploaders), options, scheme),
        }
        for name, data in shots.items():
            (folder / f"{name}-{size}-{scheme}.png").write_bytes(data)


def _window(scene: Scene, options: dict[str, Any], scheme: Scheme) -> Page:
    page = scene.windows.open(**options, color_scheme=scheme)
    sign_in(page, scene.ada)
    return page


def _shot(page: Page, address: str) -> bytes:
    """The first screen of a page, when every picture in it is there."""
    page.goto(address)
    page.wait_for_load_state("networkidle")
    page.wait_for_function(
        "[...document.images].every(img => img.complete || img.getBoundingClientRect().top > innerHeight)"
    )
    return page.screenshot()


def _shot_of_upload(scene: Scene, person: Person, options: dict[str, Any], scheme: Scheme) -> bytes:
    """The upload page in the middle of its work, on a connection that is slow enough to see it."""
    page = scene.windows.open(**options, color_scheme=scheme)
    sign_in(page, person)
    open_upload(page)
    session = page.context.new_cdp_session(page)
    session.send(
        "Network.emulateNetworkConditions",
        {
            "offline": False,
            "latency": 5,
            "downloadThroughput": -1,
            "uploadThroughput": UPLOAD_BYTES_PER_SECOND,
        },
    )
    drop(page, scene.photos)
    start_upload(page)
    page.locator("#upload-rows > li[data-state=done]").nth(3).wait_for()
    page.locator(".uppy-Dashboard-Item-progressIcon--progress").first.wait_for()
    data = page.screenshot()
    page.context.close()
    return data


def _save_small(data: bytes, path: Path) -> None:
    """Writes WebP in the best quality that stays under the limit."""
    picture = Image.open(io.BytesIO(data)).convert("RGB")
    for quality in range(90, 30, -6):
        out = io.BytesIO()
        picture.save(out, "WEBP", quality=quality, method=6)
        if out.tell() < LIMIT_BYTES:
            break
    path.write_bytes(out.getvalue())
    print(f"{path.name}: {picture.width} x {picture.height}, {out.tell() // 1000} kB, quality {quality}")


if __name__ == "__main__":
    main()
