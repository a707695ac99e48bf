"""Pictures in unusual colours and codes: palettes, LZW, deep and floating samples, many pages."""

import math
import struct
import zlib
from collections.abc import Iterator
from functools import partial

from PIL import Image

from images.tests.badfiles.containers import (
    Entry,
    big_tiff,
    chunk,
    directory,
    gif,
    gif_frame,
    picture_tags,
    png,
    tiff,
    tiff_picture,
)
from images.tests.badfiles.pictures import photo, srgb
from images.tests.badfiles.recipe import Recipe
from images.tests.pictures import encoded


def palettes() -> Iterator[Recipe]:
    """Indices outside of the palette, and palettes that are missing, short or too long."""
    rows = b"".join(b"\0" + bytes(range(16 * row, 16 * row + 16)) for row in range(16))
    for size in (0, 1, 2, 3, 300, 768, 771):
        table = chunk(b"PLTE", bytes(size))
        for number in (0, 1, 256, 300):
            alpha = chunk(b"tRNS", bytes(number))
            yield f"plte-{size}-{number}.png", partial(png, 16, 16, table, alpha, colour=3, data=rows)
    yield "no-plte.png", partial(png, 16, 16, colour=3, data=rows)
    yield (
        "trns-before-plte.png",
        lambda: png(16, 16, chunk(b"tRNS", b"\0"), chunk(b"PLTE", bytes(768)), colour=3, data=rows),
    )
    for depth in (1, 2, 4):
        yield (
            f"depth-{depth}.png",
            partial(
                png,
                16,
                16,
                chunk(b"PLTE", b"abc"),
                depth=depth,
                colour=3,
                data=b"\0\xff\xff\xff\xff\xff\xff\xff\xff" * 16,
            ),
        )
    yield "no-table.gif", lambda: gif(2, 2, gif_frame(2, 2), flags=0, table=b"")
    yield "table-cut.gif", lambda: gif(2, 2, gif_frame(2, 2), flags=0x87, table=b"abc")
    yield "index-outside.gif", lambda: gif(1, 1, gif_frame(code_size=8, data=b"\x00\xff\x81\x01\x02"))


def codes() -> Iterator[Recipe]:
    """LZW streams that clear at each step, run on, name codes that don't exist or yet mean much."""
    for size in range(13):
        for label, data in (
            ("zeros", bytes(300)),
            ("ones", b"\xff" * 300),
            ("clears", b"\x44\x44\x44" * 100),
            ("steps", bytes(range(255)) * 4),
            ("empty", b""),
        ):
            yield f"{label}-{size}.gif", partial(_lzw_gif, size, data)
    for label, data in (("zeros", bytes(3000)), ("ones", b"\xff" * 3000), ("clears", b"\x80\x00" * 3000)):
        yield f"{label}.tiff", partial(tiff_picture, 1000, 1000, data, compression=5)
        yield f"{label}-deflate.tiff", partial(tiff_picture, 1000, 1000, data, compression=8)
        yield f"{label}-fax.tiff", partial(tiff_picture, 1000, 1000, data, compression=4, depth=1)
        yield f"{label}-packed.tiff", partial(tiff_picture, 1000, 1000, data, compression=32_773)
        yield f"{label}-jpeg.tiff", partial(tiff_picture, 1000, 1000, data, compression=7)
        for compression in (2, 3, 6, 34_676, 34_712, 34_925, 50_000, 50_001, 65_000):
            yield f"{label}-{compression}.tiff", partial(tiff_picture, 1000, 1000, data, compression=compression)
    for label, data in (("short", b""), ("long", b"\0" * 10_000_000), ("filter", b"\x09\x00" * 16)):
        yield f"{label}.png", partial(png, 1, 16, data=data)
    yield "preset-dictionary.png", partial(_deflated, b"\x78\xbb\0\0\0\0")
    yield "stored.png", partial(_deflated, b"\x78\x01\x01\xff\xff\0\0")
    yield "many-empty-blocks.png", partial(_deflated, b"\x78\x01" + b"\0\0\0\xff\xff" * 500_000)


def _lzw_gif(size: int, data: bytes) -> bytes:
    return gif(200, 200, gif_frame(200, 200, code_size=size, data=data))


def _deflated(stream: bytes) -> bytes:
    whole = png(1, 1)
    packed = zlib.compress(b"\0\0", 9)
    return whole.replace(chunk(b"IDAT", packed), chunk(b"IDAT", stream))


def samples() -> Iterator[Recipe]:
    """Modes that few programs write: all are shown as what they are, or refused."""
    yield "LAB.tiff", lambda: encoded(Image.merge("LAB", [photo("L", (16, 16))] * 3), "TIFF")
    for mode in ("1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "YCbCr", "I;16", "I", "F"):
        ending = mode.replace(";", "")
        yield f"{ending}.tiff", partial(encoded, photo("L", (16, 16)).convert(_by_way_of(mode)).convert(mode), "TIFF")
    for mode in ("1", "L", "LA", "P", "RGB", "RGBA", "I;16"):
        yield f"{mode.replace(';', '')}.png", partial(encoded, photo("L", (16, 16)).convert(mode), "PNG")
    for depth, colour, size in ((1, 0, 1), (2, 0, 1), (4, 0, 1), (8, 0, 2), (16, 0, 2), (8, 2, 6), (16, 2, 6)):
        transparent = chunk(b"tRNS", bytes(size if size > 1 else 2))
        yield (
            f"transparent-{depth}-{colour}.png",
            partial(
                png,
                8,
                8,
                transparent,
                depth=depth,
                colour=colour,
                data=(b"\0" + bytes(depth * (3 if colour else 1))) * 8,
            ),
        )
    for depth in (0, 3, 8, 16, 32):
        for colour in range(8):
            yield (
                f"depth-{depth}-colour-{colour}.png",
                partial(png, 8, 8, depth=depth, colour=colour, data=bytes(8 * (1 + 4 * depth))),
            )
    special = (math.nan, math.inf, -math.inf, 1e38, -1e38, 1e-45, 0.0)
    for number in special:
        values = [number, *special, *(0.5,) * 8] if number else [math.nan] * 16
        yield f"float-{number}.tiff", partial(_floats, 32, values)
        yield f"double-{number}.tiff", partial(_floats, 64, values)
    for sample_format in (0, 1, 2, 3, 4, 5, 6, 99):
        for depth in (1, 8, 12, 16, 24, 32, 64):
            yield (
                f"format-{sample_format}-{depth}.tiff",
                partial(tiff_picture, 4, 4, bytes(range(128)), depth=depth, more=[(339, 3, 1, sample_format)]),
            )
    for photometric in (0, 1, 2, 3, 4, 5, 6, 8, 9, 10, 32_803, 32_844, 34_892, 65_535):
        for number in (1, 2, 3, 4, 5):
            yield (
                f"photometric-{photometric}-{number}.tiff",
                partial(tiff_picture, 4, 4, bytes(128), photometric=photometric, samples=number),
            )
    yield "planes.tiff", lambda: tiff_picture(4, 4, bytes(99), photometric=2, samples=3, more=[(284, 3, 1, 2)])
    yield (
        "predictor.tiff",
        lambda: tiff_picture(
            4, 4, zlib.compress(bytes(64)), compression=8, depth=32, more=[(317, 3, 1, 3), (339, 3, 1, 3)]
        ),
    )
    yield "cmyk-with-rgb-profile.jpg", lambda: encoded(photo("CMYK"), "JPEG", icc_profile=srgb())
    yield "cmyk-with-rgb-profile.tiff", lambda: encoded(photo("CMYK"), "TIFF", icc_profile=srgb())
    yield "big.tiff", lambda: big_tiff(picture_tags(4, 4, at=16 + 8 + 9 * 20 + 8, size=16), bytes(16))


def _by_way_of(mode: str) -> str:
    return "RGB" if mode in ("CMYK", "YCbCr", "P") else "L"


def _floats(depth: int, values: list[float]) -> bytes:
    data = struct.pack(f"<16{'f' if depth == 32 else 'd'}", *values[:16])
    return tiff_picture(4, 4, data, depth=depth, more=[(339, 3, 1, 3)])


def pages() -> Iterator[Recipe]:
    """TIFF files of many pages: the first is shown, the others cost nothing."""
    for number in (2, 1000, 100_000):
        yield f"{number}.tiff", partial(_tiff_of_pages, number)
    yield "endless.tiff", partial(tiff_picture, 4, 4, bytes(16), following=8)


def _tiff_of_pages(number: int) -> bytes:
    size = 2 + 12 * 9 + 4
    pixels = 8 + size * number
    tags: list[Entry] = picture_tags(4, 4, at=pixels, size=16)
    one = directory(tags)[:-4]
    parts = [one + struct.pack("<I", 8 + size * (page + 1) if page + 1 < number else 0) for page in range(number)]
    return tiff(*parts, bytes(16))
