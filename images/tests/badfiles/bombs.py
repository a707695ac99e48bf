"""Small files that ask for much: pixels, frames, text."""

import gzip
import struct
import zlib
from collections.abc import Iterator
from functools import partial
from random import Random

from PIL import Image

from images.tests.badfiles import heif
from images.tests.badfiles.containers import (
    PNG_SIGNATURE,
    after_soi,
    chunk,
    exif_segment,
    gif,
    gif_blocks,
    gif_comment,
    gif_frame,
    png,
    riff_chunk,
    segment,
    tiff,
    tiff_picture,
    vp8x,
    webp,
    with_chunks,
    with_webp_chunks,
    xmp_segment,
)
from images.tests.badfiles.damage import jpeg_of_size, lossy_webp, with_size
from images.tests.badfiles.pictures import XMP, animation, comment, good
from images.tests.badfiles.recipe import Recipe
from images.tests.pictures import encoded

MEGABYTE = 1 << 20
SIDES = (64_250, 65_535)


def pixels() -> Iterator[Recipe]:
    """Headers that claim more than 120 megapixels, and hardly a pixel behind them."""
    for side in SIDES:
        for name in ("jpeg", "progressive.jpeg", "cmyk.jpeg"):
            yield f"{side}-{name}", partial(jpeg_of_size, side, side, name)
        for name in ("avif", "heic"):
            yield f"{side}.{name}", partial(with_size, name, side, side)
    for width, height in ((64_250, 64_250), (1 << 20, 1 << 20), (0x7FFFFFFF, 1), (1, 0x7FFFFFFF), (0x7FFFFFFF,) * 2):
        for depth, colour in ((1, 0), (8, 2), (16, 6)):
            yield f"{width}x{height}-{depth}-{colour}.png", partial(png, width, height, depth=depth, colour=colour)
        yield f"{width}x{height}-interlaced.png", partial(png, width, height, interlace=1)
    yield "screen.gif", lambda: gif(65_535, 65_535, gif_frame())
    yield "frame.gif", lambda: gif(1, 1, gif_frame(65_535, 65_535))
    yield "second-frame.gif", lambda: gif(1, 1, gif_frame(), gif_frame(65_535, 65_535))
    yield "frame-far-away.gif", lambda: gif(1, 1, gif_frame(1, 1, left=65_000, top=65_000))
    yield "lossy.webp", partial(lossy_webp, 16_383, 16_383)
    yield "lossless.webp", lambda: webp(riff_chunk(b"VP8L", b"\x2f" + b"\xff" * 60))
    for side in (16_383, 65_535, 1 << 24):
        yield f"canvas-{side}.webp", partial(_canvas, side)
    for width, height in ((64_250, 64_250), (0xFFFFFFFF, 1), (1, 0xFFFFFFFF), (0xFFFFFFFF, 0xFFFFFFFF)):
        for compression in (1, 5, 7, 8):
            claimed = partial(tiff_picture, width, height, b"\0" * 64, compression=compression)
            yield f"{width}x{height}-{compression}.tiff", claimed
    for side in (16_400, 32_000, 65_535, 0x7FFFFFFF):
        for name in ("avif", "heic"):
            yield f"grid-{side}.{name}", partial(heif.grid, name, rows=255, columns=255, size=(side, side))
            yield f"poor-grid-{side}.{name}", partial(heif.grid, name, rows=1, columns=1, size=(side, side))


def _canvas(side: int) -> bytes:
    return with_webp_chunks(good("lossy.webp"), side, side, 0)


def claims() -> Iterator[Recipe]:
    """Sizes within the limits, and more in the rest of the header than the file holds."""
    for size in (0, 1, 0x7FFFFFFF, 0xFFFFFFFF):
        for compression in (1, 5, 7, 8, 32_773):
            for side in (1, 1000):
                recipe = partial(tiff_picture, side, side, b"\0" * 64, compression=compression, size=size)
                yield f"strip-{size:x}-{compression}-{side}.tiff", recipe
    for rows in (0, 1, 0xFFFFFFFF):
        yield f"rows-{rows:x}.tiff", partial(tiff_picture, 1000, 1000, bytes(99), more=[(278, 4, 1, rows)])
    for samples in (0, 5, 255, 65_535):
        yield f"samples-{samples}.tiff", partial(tiff_picture, 10, 10, bytes(999), samples=samples)
    for depth in (0, 2, 3, 12, 24, 64, 65_535):
        yield f"depth-{depth}.tiff", partial(tiff_picture, 10, 10, bytes(999), depth=depth)
    for count in (1000, 0x7FFFFFFF, 0xFFFFFFFF):
        more = [(273, 4, count, 8), (279, 4, count, 8)]
        yield f"strips-{count:x}.tiff", partial(tiff_picture, 1000, 1000, bytes(999), more=more)
    for width in (16, 64_256, 0xFFFFFFF0):
        more = [(322, 4, 1, width), (323, 4, 1, width), (324, 4, 1, 8), (325, 4, 1, 64)]
        yield f"tiles-{width:x}.tiff", partial(tiff_picture, 100, 100, bytes(999), more=more)
    for name in ("avif", "heic"):
        yield f"poor-grid.{name}", partial(heif.grid, name, rows=16, columns=16, size=(1024, 1024), tiles=3)
        yield f"small-grid.{name}", partial(heif.grid, name, rows=8, columns=8, size=(8192, 8192))
        yield f"empty-grid.{name}", partial(heif.grid, name, rows=1, columns=1, size=(0, 0))
        yield f"size-10000.{name}", partial(with_size, name, 10_000, 10_000)
    yield "size-10000.jpg", partial(jpeg_of_size, 10_000, 10_000)
    yield "size-10000-progressive.jpg", partial(jpeg_of_size, 10_000, 10_000, "progressive.jpeg")
    yield "size-10000.png", partial(png, 10_000, 10_000, depth=16, colour=6)
    yield "size-10000.gif", lambda: gif(10_000, 10_000, gif_frame(10_000, 10_000))
    yield "size-10000.webp", partial(lossy_webp, 10_000, 10_000)
    yield "frames.png", partial(_png_of_frames, 0xFFFFFFFF, 2)


def full_size() -> Iterator[Recipe]:
    """True pictures of one colour at the limit: they may be accepted, if memory lasts."""
    yield "too-long.png", partial(_plain, "1", "PNG", (65_501, 1))
    yield "wide.png", partial(_plain, "RGB", "PNG", (65_500, 1))
    yield "tall.jpg", partial(_plain, "RGB", "JPEG", (1, 65_500))
    for mode in ("1", "L", "P", "RGB", "RGBA", "LA", "I;16"):
        yield f"{mode.replace(';', '')}.png", partial(_plain, mode, "PNG", 10_900)
    for mode in ("L", "RGB", "CMYK"):
        yield f"{mode}.jpg", partial(_plain, mode, "JPEG", 10_900)
    yield "RGB-progressive.jpg", partial(_plain, "RGB", "JPEG", 10_900, progressive=True)
    yield "P.gif", partial(_plain, "P", "GIF", 10_900)
    yield "RGB.webp", partial(_plain, "RGB", "WEBP", (16_383, 7_300), method=0)
    yield "RGBA-lossless.webp", partial(_plain, "RGBA", "WEBP", (16_383, 7_300), lossless=True, method=0)
    for mode in ("1", "F", "I", "CMYK", "RGBA"):
        options = {"compression": "tiff_adobe_deflate"}
        yield f"{mode}.tiff", partial(_plain, mode, "TIFF", 10_900, **options)
    yield "400-megapixels.png", partial(_plain, "1", "PNG", 20_000)


def _plain(mode: str, format_name: str, size: int | tuple[int, int], **options: object) -> bytes:
    width, height = size if isinstance(size, tuple) else (size, size)
    return encoded(Image.new(mode, (width, height)), format_name, **options)


def frames() -> Iterator[Recipe]:
    """More frames than 300, or frames of more than 120 megapixels together."""
    for number in (301, 5000, 50_000):
        yield f"{number}.gif", partial(gif_of_frames, number)
        yield f"{number}.png", partial(_png_of_frames, number, number)
        yield f"{number}.webp", partial(_webp_of_frames, number)
    for number in (0x7FFFFFFF, 0x80000000):
        yield f"claimed-{number:x}.png", partial(_png_of_frames, number, 2)
    yield "301.avif", partial(animation, "AVIF", 301, speed=10, max_threads=1)
    yield "pixels.gif", lambda: gif(4000, 4000, *(gif_frame() for _ in range(20)))
    yield "pixels.webp", partial(_webp_of_frames, 20, 4000)


def gif_of_frames(number: int) -> bytes:
    return gif(1, 1, gif_frame() * number)


def _png_of_frames(claimed: int, number: int) -> bytes:
    """W3C PNG, third edition, section 11.3.6."""
    pixel = zlib.compress(b"\0\0")
    parts = [chunk(b"acTL", struct.pack(">II", claimed, 0))]
    sequence = 0
    for frame in range(number):
        parts.append(chunk(b"fcTL", struct.pack(">IIIIIHHBB", sequence, 1, 1, 0, 0, 1, 10, 0, 0)))
        sequence += 1
        if frame == 0:
            parts.append(chunk(b"IDAT", pixel))
        else:
            parts.append(chunk(b"fdAT", struct.pack(">I", sequence) + pixel))
            sequence += 1
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0))
    return PNG_SIGNATURE + header + b"".join(parts) + chunk(b"IEND", b"")


def _webp_of_frames(number: int, canvas: int = 64) -> bytes:
    """Every frame is the same small picture, which has to lie on the canvas."""
    picture = good("lossless.webp")[12:]
    place = bytes(6) + (63).to_bytes(3, "little") + (47).to_bytes(3, "little") + (10).to_bytes(3, "little") + b"\0"
    return webp(
        vp8x(canvas, canvas, 0x12), riff_chunk(b"ANIM", bytes(6)), riff_chunk(b"ANMF", place + picture) * number
    )


def slow() -> Iterator[Recipe]:
    """Progressive JPEGs whose last scan is repeated: each costs a walk over all blocks and a few bytes."""
    for number in (1000, 80, 20_000):
        yield f"{number}-scans.jpg", partial(jpeg_of_scans, number)


def jpeg_of_scans(number: int) -> bytes:
    """With 80 it takes a decoder some seconds, and is no larger than a thumbnail."""
    data = _plain("L", "JPEG", (8000, 4000), progressive=True)
    scan = data[data.rindex(b"\xff\xda") : -2]
    return data[:-2] + scan * number + data[-2:]


def text() -> Iterator[Recipe]:
    """Metadata that inflates, repeats or fills most of what an upload may hold."""
    for megabytes in (1, 10, 200):
        yield from _packed_texts(megabytes)
    for size in (MEGABYTE, 58 * MEGABYTE):
        yield from _large_texts(size)
    yield "gzip.png", lambda: _png_with(chunk(b"zTXt", b"a\0\0" + gzip.compress(b"x" * 99, mtime=0)))
    yield "many-ztxt.png", lambda: _png_with(chunk(b"zTXt", b"a\0\0" + _packed(1)) * 200)
    yield "many-text.png", lambda: _png_with(chunk(b"tEXt", b"key\0value") * 100_000)
    yield "many-keys.png", lambda: _png_with(*(chunk(b"tEXt", b"%d\0value" % number) for number in range(100_000)))
    yield "large-iccp.png", lambda: _png_with(chunk(b"iCCP", b"a\0\0" + zlib.compress(_noise(MEGABYTE - 200), 0)))
    yield "many-exif.jpg", lambda: after_soi(good("jpeg"), exif_segment(_entries(5000)) * 300)
    yield "many-comments.jpg", lambda: after_soi(good("jpeg"), comment(b"a" * 65_000) * 300)
    yield "many-xmp.jpg", lambda: after_soi(good("jpeg"), xmp_segment(XMP) * 10_000)
    yield "many-empty.jpg", lambda: after_soi(good("jpeg"), segment(0xEF, b"") * 500_000)
    yield "many-tables.jpg", lambda: after_soi(good("jpeg"), segment(0xDB, b"\0" + b"\1" * 64) * 50_000)
    yield "trailing.jpg", lambda: good("jpeg") + bytes(8 * MEGABYTE) + _noise(8 * MEGABYTE)
    yield "trailing-ends.jpg", lambda: good("jpeg") + b"\xff\xd9\xff\xd8" * 2_000_000


def _packed_texts(megabytes: int) -> Iterator[Recipe]:
    yield f"ztxt-{megabytes}.png", lambda: _png_with(chunk(b"zTXt", b"a\0\0" + _packed(megabytes)))
    yield f"itxt-{megabytes}.png", lambda: _png_with(chunk(b"iTXt", b"a\0\1\0\0\0" + _packed(megabytes)))
    yield f"iccp-{megabytes}.png", lambda: _png_with(chunk(b"iCCP", b"a\0\0" + _packed(megabytes)))


def _large_texts(size: int) -> Iterator[Recipe]:
    yield f"exif-{size}.png", lambda: _png_with(chunk(b"eXIf", _overlapping(size)))
    yield f"exif-{size}.webp", lambda: _webp_with(8, riff_chunk(b"EXIF", _overlapping(size)))
    yield f"xmp-{size}.webp", lambda: _webp_with(4, riff_chunk(b"XMP ", XMP.ljust(size)))
    yield f"xmp-{size}.png", lambda: _png_with(chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + XMP.ljust(size)))
    yield f"icc-{size}.webp", lambda: _webp_with(32, riff_chunk(b"ICCP", bytes(size)))
    yield f"comment-{size}.gif", lambda: gif(1, 1, gif_comment(bytes(size)), gif_frame(), gif_comment(bytes(99)))
    yield (
        f"application-{size}.gif",
        lambda: gif(1, 1, b"\x21\xff\x0bXMP DataXMP" + gif_blocks(bytes(size)), gif_frame()),
    )
    yield (
        f"tag-{size}.tiff",
        lambda: tiff_picture(1, 1, b"\0", more=[(700, 1, size, 8), (34_675, 7, size, 8)], behind=bytes(size)),
    )
    yield f"overlapping-{size}.tiff", lambda: _overlapping(size)


def _noise(size: int) -> bytes:
    """Bytes that don't shrink."""
    return Random(size).randbytes(size)


def _packed(megabytes: int) -> bytes:
    packer = zlib.compressobj(9)
    return b"".join(packer.compress(b"a" * MEGABYTE) for _ in range(megabytes)) + packer.flush()


def _png_with(*chunks: bytes) -> bytes:
    return with_chunks(good("palette.png"), *chunks)


def _webp_with(flag: int, part: bytes) -> bytes:
    return with_webp_chunks(good("lossy.webp"), 64, 48, flag, part)


def _entries(number: int) -> bytes:
    rows = b"".join(struct.pack("<HHII", 40_000 + at, 3, 1, at) for at in range(number))
    return tiff(struct.pack("<H", number), rows, bytes(4))


def _overlapping(size: int) -> bytes:
    """As many entries as a directory can have, each of which says that the whole file is its value."""
    rows = b"".join(struct.pack("<HHII", 1000 + at % 60_000, 7, size, 8) for at in range(65_535))
    return tiff(struct.pack("<H", 65_535), rows, bytes(4)).ljust(size + 16, b"\0")
