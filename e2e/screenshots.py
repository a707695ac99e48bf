"""Pictures of a fresh instance that `manage.py demo` has filled."""

import argparse
import io
import sys
import tempfile
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any, Final, Literal, TypeAlias

from PIL import Image
from playwright.sync_api import Page, sync_playwright

from e2e.instance import PROJECT, Instance, Person, running
from e2e.windows import Windows, drop, find_browser, launched, open_upload, sign_in, slow_down, start_upload, wait_until
from photocloud.demo import motifs

Scheme: TypeAlias = Literal["light", "dark"]

LIMIT_BYTES: Final = 400_000
WIDE: Final[dict[str, Any]] = {"viewport": {"width": 1440, "height": 900}}
PHONE: Final[dict[str, Any]] = {
    "viewport": {"width": 390, "height": 844},
    "device_scale_factor": 2,
    "is_mobile": True,
    "has_touch": True,
}
SIZES: Final = {"wide": WIDE, "phone": PHONE}
SCHEMES: Final[tuple[Scheme, ...]] = ("light", "dark")
README: Final[dict[str, tuple[str, str, Scheme]]] = {
    "library": ("library", "wide", "light"),
    "gallery": ("gallery", "wide", "dark"),
    "photo": ("photo", "wide", "light"),
    "phone": ("library", "phone", "dark"),
    "upload": ("upload", "wide", "light"),
}
"""File name: page, size, scheme. Uploads come last, because they change the library."""
_PAGES: Final = {
    "sign-up": "/accounts/signup/",
    "sign-in": "/accounts/login/",
    "explore": "/explore/",
    "library": "/library/",
    "gallery": "",
    "photo": "",
    "upload": "/upload",
}
_OF_VISITORS: Final = ("sign-up", "sign-in", "explore")
UPLOADED: Final = 8
UPLOAD_BYTES_PER_SECOND: Final = 400_000
PASSWORD: Final = "the-demo-of-the-screenshots"

_ADDRESSES: Final = """
from galleries.models import Gallery
gallery = Gallery.objects.get(title="Mountains and water")
print(gallery.get_absolute_url(), gallery.images.filter(visibility="public").order_by("pk")[0].get_absolute_url())
"""


@dataclass(frozen=True, slots=True)
class Scene:
    """The filled instance, and the addresses of what the pictures show."""

    instance: Instance
    windows: Windows
    person: Person
    gallery: str
    photo: str
    uploads: list[Path]


def main() -> None:
    options = _arguments()
    browser = find_browser()
    if browser is None:
        sys.exit("Screenshots need Chromium: apt-get install chromium")
    with (
        tempfile.TemporaryDirectory(prefix="photocloud-screenshots-") as scratch,
        running(Path(scratch)) as instance,
        sync_playwright() as playwright,
        launched(playwright, browser) as chromium,
    ):
        windows = Windows(chromium, instance.url)
        scene = fill(instance, windows, Path(scratch), count=options.count, photos=options.photos)
        folder: Path = options.all or options.output
        folder.mkdir(parents=True, exist_ok=True)
        if options.all:
            for page, size, scheme in product(_PAGES, SIZES, SCHEMES):
                (folder / f"{page}-{size}-{scheme}.png").write_bytes(shot(scene, page, size, scheme))
        else:
            for name, (page, size, scheme) in README.items():
                _save_small(shot(scene, page, size, scheme), folder / f"{name}.webp")
        if scene.windows.faults:
            sys.exit("\n".join(scene.windows.faults))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="script/screenshots", description="Starts a fresh instance with the demo and takes the README's pictures."
    )
    parser.add_argument("--photos", type=Path, metavar="DIR", help="photos of this folder instead of the demo's")
    parser.add_argument("--count", type=int, default=60, help="photos of the demo (default: 60)")
    parser.add_argument(
        "--output", type=Path, default=PROJECT / "docs" / "screenshots", metavar="DIR", help="default: docs/screenshots"
    )
    parser.add_argument(
        "--all", type=Path, metavar="DIR", help="instead, every main page: wide and phone, light and dark, into DIR"
    )
    options = parser.parse_args()
    if options.photos is not None and not options.photos.is_dir():
        parser.error(f"{options.photos} is no folder. Name one with photos.")
    return options


def fill(instance: Instance, windows: Windows, scratch: Path, *, count: int, photos: Path | None = None) -> Scene:
    """Fills the instance with the demo, and keeps photos that it doesn't have in `scratch`, to be uploaded."""
    chosen = ["--photos", str(photos.resolve())] if photos else []
    instance.manage("demo", "--password", PASSWORD, "--count", str(count), *chosen)
    gallery, photo = instance.shell(_ADDRESSES).split()
    folder = scratch / "uploads"
    folder.mkdir()
    uploads = []
    for job in list(motifs.jobs(count + UPLOADED))[-UPLOADED:]:  # not in the demo, so no duplicates
        path = folder / f"DSC_{job[0].number}.jpg"
        path.write_bytes(motifs.painted(job))
        uploads.append(path)
    return Scene(instance, windows, Person("demo", "demo@example.com", PASSWORD, ""), gallery, photo, uploads)


def shot(scene: Scene, name: str, size: str, scheme: Scheme) -> bytes:
    """The first screen of a page, when every picture in it is there."""
    page = scene.windows.open(**SIZES[size], color_scheme=scheme)
    if name not in _OF_VISITORS:
        sign_in(page, scene.person)
    if name == "upload":
        _upload(page, scene)
    else:
        page.goto({"gallery": scene.gallery, "photo": scene.photo}.get(name) or _PAGES[name])
        page.wait_for_load_state("networkidle")
        wait_until(
            page, "[...document.images].every(img => img.complete || img.getBoundingClientRect().top > innerHeight)"
        )
    data = page.screenshot()
    page.context.close()
    return data


def _upload(page: Page, scene: Scene) -> None:
    """The upload page when all is here but the last photos, which a slow connection holds back."""
    open_upload(page)
    slow_down(page, upload_bytes_per_second=UPLOAD_BYTES_PER_SECOND)
    drop(page, scene.uploads)
    start_upload(page)
    page.locator("#upload-rows > li[data-state=done]").nth(UPLOADED // 2 - 1).wait_for()


def _save_small(data: bytes, path: Path) -> None:
    """Writes WebP in the best quality that stays under the limit."""
    picture = Image.open(io.BytesIO(data)).convert("RGB")
    for quality in range(90, 30, -6):
        out = io.BytesIO()
        picture.save(out, "WEBP", quality=quality, method=6)
        if out.tell() < LIMIT_BYTES:
            break
    path.write_bytes(out.getvalue())
    print(f"{path.name}: {picture.width} x {picture.height}, {out.tell() // 1000} kB, quality {quality}", flush=True)


if __name__ == "__main__":
    main()
