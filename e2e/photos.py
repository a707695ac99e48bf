"""The photos of the stories: the real ones when they are there, else a set of the same kinds made by Pillow."""

import random
from pathlib import Path

import pillow_heif
from PIL import Image, ImageDraw

from e2e.instance import PROJECT

SAMPLES = PROJECT.parent / "shared" / "samples"

_ORIENTATION = 0x0112
_MAKE, _MODEL, _GPS = 0x010F, 0x0110, 0x8825
_LATITUDE = {0: b"\2\3\0\0", 1: "N", 2: (52.0, 31.0, 12.0), 3: "E", 4: (13.0, 24.0, 18.0)}


class Photos:
    """A folder of sample photos, found by the names they have in `shared/samples`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.refused = folder / "formats" / "not-accepted.jxl"
        self.upright = folder / "people" / "portrait.jpg"
        self.turned = folder / "people" / "portrait-orientation-6.jpg"
        self.animated = folder / "formats" / "small.gif"
        self.nature = sorted((folder / "nature").iterdir())
        self.located = sorted((folder / "position").iterdir())
        self.every = sorted(path for path in folder.glob("*/*") if path.is_file())
        self.accepted = [path for path in self.every if path != self.refused]


def find(scratch: Path) -> Photos:
    """The real samples, or those made in `scratch`."""
    if not SAMPLES.is_dir():
        make(scratch)
        return Photos(scratch)
    return Photos(SAMPLES)


def make(folder: Path) -> None:
    """Fills `folder` with small photos that have the traits of the real ones."""
    for name in ("camera", "formats", "nature", "people", "position"):
        (folder / name).mkdir(parents=True)
    for number in range(8):
        size = (1600, 1200) if number % 3 else (1200, 1600)
        _picture(number, size).save(folder / "camera" / f"camera-{number}.jpg", exif=_camera(), quality=85)
    for number, name in enumerate(("anemone", "cyclamen", "falcon", "fir", "ridge"), start=20):
        _picture(number, (900, 600)).save(folder / "nature" / f"{name}.jpg", quality=85)
    _make_people(folder / "people")
    for number, name in enumerate(("datetime", "springs"), start=40):
        exif = _camera()
        exif[_GPS] = _LATITUDE
        _picture(number, (640, 480)).save(folder / "position" / f"{name}.jpg", exif=exif)
    _make_formats(folder / "formats")


def phone_photo(path: Path, *, size: tuple[int, int], orientation: int) -> Path:
    """A JPEG as phones write it: stored turned, the way up in its EXIF. Seen upright its upper right corner is red."""
    picture = _picture(70, size if orientation < 5 else (size[1], size[0]))
    width, height = picture.size
    ImageDraw.Draw(picture).rectangle((width * 0.8, 0, width, height * 0.15), fill=(250, 20, 20))
    exif = _camera()
    exif[_ORIENTATION] = orientation
    turned = {1: None, 6: Image.Transpose.ROTATE_90}[orientation]
    (picture.transpose(turned) if turned is not None else picture).save(path, exif=exif, quality=95)
    return path


def noise(path: Path, *, bytes_at_least: int) -> Path:
    """A PNG that no compression makes smaller."""
    side = int((bytes_at_least / 3) ** 0.5) + 50
    data = random.Random(1).randbytes(side * side * 3)  # noqa: S311
    Image.frombytes("RGB", (side, side), data).save(path, compress_level=1)
    return path


def _make_people(folder: Path) -> None:
    portrait = _picture(30, (840, 700))
    portrait.save(folder / "portrait.jpg", quality=90)
    exif = _camera()
    exif[_ORIENTATION] = 6
    portrait.transpose(Image.Transpose.ROTATE_90).save(folder / "portrait-orientation-6.jpg", exif=exif, quality=90)


def _make_formats(folder: Path) -> None:
    pillow_heif.register_heif_opener()
    for number, name in enumerate(("phone.heic", "eight.avif", "peak.webp", "plot.png"), start=50):
        _picture(number, (800, 600)).save(folder / name)
    frames = [_picture(number, (250, 180)) for number in range(60, 64)]
    frames[0].save(folder / "small.gif", save_all=True, append_images=frames[1:], duration=200, loop=0)
    (folder / "not-accepted.jxl").write_bytes(b"\xff\x0a" + bytes(range(256)) * 8)


def _camera() -> Image.Exif:
    exif = Image.Exif()
    exif[_MAKE], exif[_MODEL] = "Example", "Camera 1"
    return exif


def _picture(seed: int, size: tuple[int, int]) -> Image.Image:
    """Hills under a sky: different for each seed, and not the same in any two orientations."""
    chance = random.Random(seed)  # noqa: S311
    width, height = size
    picture = Image.new("RGB", size, (120 + chance.randrange(80), 150 + chance.randrange(60), 220))
    draw = ImageDraw.Draw(picture)
    draw.ellipse((width * 0.7, height * 0.05, width * 0.7 + height * 0.2, height * 0.25), fill=(250, 220, 90))
    for layer in range(4):
        top = height * (0.45 + 0.13 * layer)
        edge = [(width * step / 8, top + chance.uniform(-0.08, 0.08) * height) for step in range(9)]
        colour = (chance.randrange(30, 160), 110 - 20 * layer + chance.randrange(30), chance.randrange(20, 80))
        draw.polygon([*edge, (width, height), (0, height)], fill=colour)
    return picture
