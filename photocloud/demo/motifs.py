"""The list of the pictures: what is painted in which colours, and what a camera would have written about it.

Pure: it knows neither the database nor the settings, so other processes can paint.
"""

import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import accumulate, cycle, takewhile, zip_longest
from random import Random
from typing import Final, TypeAlias

from PIL import Image
from PIL.ExifTags import IFD, Base

from photocloud.demo import closeups, landscapes, nights
from photocloud.demo.painting import Scene, finished, palette

LONG_EDGE_PX: Final = 2400
PAINTED_SHARE: Final = 2 / 3
"""Of the size in which a scene is painted; the grain is laid over it at full size."""
QUALITY: Final = 88
FIRST_DAY: Final = datetime(2023, 6, 3)
DAYS: Final = 3 * 365
OUTINGS: Final = (1, 5, 3, 7, 2, 4)
"""How many pictures a day brings home, by turns."""

SHAPES: Final = (3 / 2, 3 / 2, 4 / 5, 3 / 2, 16 / 9, 1.0, 3 / 2, 2 / 3, 4 / 3, 12 / 5)
CAMERAS: Final = (
    ("FUJIFILM", "X-T5", "XF16-55mmF2.8 R LM WR", (16.0, 23.0, 55.0)),
    ("SONY", "ILCE-7M4", "FE 24-105mm F4 G OSS", (24.0, 50.0, 105.0)),
    ("NIKON CORPORATION", "NIKON Z 6_2", "NIKKOR Z 20mm f/1.8 S", (20.0,)),
    ("Canon", "Canon EOS R6", "RF85mm F2 MACRO IS STM", (85.0,)),
)


@dataclass(frozen=True, slots=True)
class Kind:
    """Pictures of one scene. `hour` is when they are taken, `is_dark` asks for long exposures."""

    name: str
    scene: Scene
    hour: int
    titles: tuple[str, ...]
    palettes: tuple[str, ...]
    is_dark: bool = False


@dataclass(frozen=True, slots=True)
class Motif:
    """One picture. Its number is its seed."""

    number: int
    kind: str
    title: str


Job: TypeAlias = tuple[Motif, datetime, int]
"""A picture, when it was taken, and its long edge in pixels: what `paint` takes."""

KINDS: Final = (
    Kind(
        "mountains",
        landscapes.mountains,
        6,
        (
            "First light over the ridges",
            "Layers of the morning",
            "Above the fog",
            "Blue hour in the hills",
            "The long way down",
            "Firs at dusk",
            "Before the rain",
            "Seven ridges",
            "Rose over the pass",
        ),
        (
            "1f3b5c 5a86a8 f0c9a0 ffe3b8 16222e",
            "2a2350 8a5a8c f0a08c ffd2a8 1a1530",
            "23466b 7fa9c4 d8e4e6 fff4dc 14303a",
            "3a2a4a c46a6a f8b98c ffe0b0 2a1a2a",
            "0f2a3c 3f6f80 a8c8c0 f4ecd0 0c1c22",
        ),
    ),
    Kind(
        "sea",
        landscapes.sea,
        20,
        (
            "The sun goes home",
            "A path of light",
            "Calm before the night",
            "Ebb",
            "Golden water",
            "Moon over the bay",
            "The last ferry has left",
            "West coast",
            "Salt and silver",
        ),
        (
            "2a2f5b b0617a f5a873 ffd9a0 1d2c4d",
            "1c3a5e 6a90a8 f0d0a8 fff0cc 173447",
            "0a1430 1a2e58 3c5a88 e6eeff 0a1630",
            "40233f c4505a ff9a5c ffd08a 2b1c34",
            "2e5a7c 9cc4d4 f4e6d0 fffae8 1f4e60",
        ),
    ),
    Kind(
        "aurora",
        nights.aurora,
        23,
        ("Green fire", "The sky dances", "Solar wind", "Night watch", "Curtains", "Seventy degrees north"),
        (
            "050a1c 0a1c38 12364a 4cf0a0 b04cd8 04070d",
            "070818 14143a 1c2a50 5cf0c0 f060a8 05060c",
            "04101c 0a2a38 10424a 8cf07c 3ca0e8 03080a",
        ),
        True,
    ),
    Kind(
        "dunes",
        landscapes.dunes,
        7,
        ("Singing sand", "The crest", "Nobody's footsteps", "Shade and light", "Towards the oasis", "Wind at work"),
        (
            "3a5d86 c9b3a8 f3cfa4 f0a55a 5a2b22",
            "2c2a55 b0688a f6b49a e88a64 4a1f33",
            "4f86ad b5d0dc f4e6cc efc48a 7a4a32",
        ),
    ),
    Kind(
        "city",
        nights.city,
        21,
        (
            "Rush hour is over",
            "A thousand windows",
            "Harbour lights",
            "Downtown at dusk",
            "The other bank",
            "Late shift",
        ),
        (
            "1b2250 5a4a86 f29a6b ffd48a 12152b",
            "0d1b3a 24507a 7fb4c4 ffdf9c 0b1424",
            "2a1440 8a3c78 ff8f7a ffcf8f 180d28",
        ),
        True,
    ),
    Kind(
        "flower",
        closeups.flower,
        13,
        ("Dahlia", "In the botanical garden", "August", "For Grandma"),
        (
            "0c1a14 23402e 8c1a4c d83a6c ff8c8c ffd0a0",
            "10141f 2a3550 d0602c f59a3c ffd070 fff0b8",
            "101c18 2c4a40 6a3ca0 a070d8 d8b0f0 fff0e0",
            "14181a 36443c c8c4d4 ece4ee fff4f0 ffe0a0",
        ),
    ),
    Kind(
        "lake",
        landscapes.lake,
        8,
        ("Still", "Twice the mountain", "Cold morning", "The hut is behind the trees", "Mirror", "Early frost"),
        (
            "2b5d8f 8fb8d6 d9e4ea fff0d8 1c2d35",
            "3a3a6c b58aa8 f6ccb8 ffe4c4 1f2238",
            "1f4a6a 6fa4b4 c8dcd4 f8f0d8 142a2c",
        ),
    ),
    Kind(
        "folds",
        closeups.folds,
        15,
        ("Paper, folded", "Sunday colours", "Slopes", "Study in coral"),
        (
            "1b1040 5a2a8c d84c8c ff9a5c ffe0a0",
            "06283c 0c5a6c 2a9c94 a8dcb0 f8f4cc",
            "14183a 2c4a9c 6a8ce0 c8c4f0 ffe8e4",
            "2c1420 8c2c3c e06a4c f8b878 fff0d4",
        ),
    ),
    Kind(
        "forest",
        closeups.forest,
        9,
        ("In the fog", "Silence", "Where the path ends", "November"),
        ("5a7a80 b8ccc8 fff0cc 1c2622", "4a5a78 a8b8cc fff4e8 1a2030", "6a6040 d4c08c fff0b8 2a2214"),
    ),
    Kind(
        "galaxy",
        nights.galaxy,
        1,
        ("Our street", "Two hundred billion", "No moon tonight"),
        ("050816 0d1430 1a2247 5b6aa8 f2d7b0 05060a", "080614 1a1034 2a1c4a 8a5ab0 ffc8a8 06040a"),
        True,
    ),
    Kind(
        "hills",
        landscapes.hills,
        17,
        ("Green waves", "The farm beyond", "Spring, finally", "Cypresses"),
        (
            "5b93c4 cfe1ec f2ead0 ffe7a8 4d7a35",
            "c47a5a f0c090 fae0b0 ffd890 6a7a34",
            "4a7ab0 b8d4e4 f0f0e0 fff4b8 3a7a50",
        ),
    ),
    Kind(
        "bokeh",
        closeups.bokeh,
        22,
        ("Out of focus", "Fairground", "Rain on the windscreen"),
        (
            "0a0c1e 2a1430 ffb04c ff5c7a 7ad0ff ffe3a0",
            "06141c 0c2a34 4cf0c8 7ad0ff ffe3a0 b07aff",
            "1c0a0a 341a10 ffb04c ff7a3c ffe3a0 ff4c5c",
        ),
        True,
    ),
    Kind(
        "leaf",
        closeups.leaf,
        12,
        ("Veins", "Held against the light"),
        ("0c2a14 2a6b2a a8d84c e8f5b0", "3a1a0a 9c4a14 f0a03c ffe0a0"),
    ),
)
BY_NAME: Final = {kind.name: kind for kind in KINDS}


def listed(count: int) -> list[Motif]:
    """`count` pictures, the kinds mixed; after the last title they begin again with other seeds."""
    order = [
        (kind.name, title)
        for row in zip_longest(*(kind.titles for kind in KINDS))
        for kind, title in zip(KINDS, row, strict=True)
        if title is not None
    ]
    return [Motif(number, *order[number % len(order)]) for number in range(count)]


def taken_at(number: int, count: int) -> datetime:
    """Outings are spread over three years, later ones for later pictures; the hour is that of the scene."""
    chance = Random(number)  # noqa: S311
    days = DAYS * _outing(number) // _outing(count)
    return FIRST_DAY + timedelta(days=days, minutes=chance.randrange(60), seconds=7)


def _outing(number: int) -> int:
    """How many outings were over before this picture was taken."""
    return sum(1 for _ in takewhile(lambda done: done <= number, accumulate(cycle(OUTINGS))))


def paint(motif: Motif, taken: datetime, long_edge_px: int) -> bytes:
    """The picture as a JPEG with EXIF; the same bytes for the same motif."""
    kind = BY_NAME[motif.kind]
    chance = Random(1000 + motif.number)  # noqa: S311
    shape = SHAPES[motif.number * 7 % len(SHAPES)]
    edges = (long_edge_px, round(long_edge_px * min(shape, 1 / shape)))
    size = edges if shape >= 1 else (edges[1], edges[0])
    small = (round(size[0] * PAINTED_SHARE), round(size[1] * PAINTED_SHARE))
    colours = palette(kind.palettes[kind.titles.index(motif.title) % len(kind.palettes)])
    picture = kind.scene(small, chance, colours).resize(size, Image.Resampling.BICUBIC)
    out = io.BytesIO()
    exif = _exif(kind, motif.number, taken)
    finished(picture, chance).save(out, "JPEG", quality=QUALITY, exif=exif)
    return out.getvalue()


def painted(job: Job) -> bytes:
    """`paint` for a pool of processes."""
    return paint(*job)


def _exif(kind: Kind, number: int, taken: datetime) -> Image.Exif:
    chance = Random(number)  # noqa: S311
    make, model, lens, lengths = chance.choice(CAMERAS)
    exposure, f_number, iso = (
        (chance.choice([2.0, 8.0, 15.0]), 2.8, chance.choice([800, 1600, 3200]))
        if kind.is_dark
        else (
            1 / chance.choice([60, 125, 250, 500]),
            chance.choice([4.0, 5.6, 8.0, 11.0]),
            chance.choice([100, 160, 200]),
        )
    )
    when = taken.replace(hour=kind.hour).strftime("%Y:%m:%d %H:%M:%S")
    exif = Image.Exif()
    exif[Base.Make], exif[Base.Model], exif[Base.DateTime] = make, model, when
    details = exif.get_ifd(IFD.Exif)
    details[Base.DateTimeOriginal], details[Base.LensModel] = when, lens
    details[Base.ExposureTime], details[Base.FNumber], details[Base.ISOSpeedRatings] = exposure, f_number, iso
    details[Base.FocalLength] = chance.choice(lengths)
    return exif


def jobs(count: int) -> Iterator[Job]:
    """The pictures with the times at which they were taken, and their size."""
    for motif in listed(count):
        yield motif, taken_at(motif.number, count), LONG_EDGE_PX
