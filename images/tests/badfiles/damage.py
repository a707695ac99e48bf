"""Good pictures that were cut, flipped, mislabelled, or had their lengths and checksums changed."""

import struct
from collections.abc import Iterator
from functools import partial
from random import Random

from images.tests.badfiles.containers import (
    PNG_SIGNATURE,
    after_soi,
    box,
    chunk,
    exif_segment,
    find_box,
    gif,
    gif_frame,
    png,
    png_chunks,
    riff_chunk,
    segment,
    tiff,
    tiff_picture,
    vp8x,
    webp,
)
from images.tests.badfiles.pictures import MAKERS, good
from images.tests.badfiles.recipe import Recipe

FLIPS = 150
HEADER_BYTES = 160
_LENGTHS_32 = (0, 1, 7, 8, 0x7FFFFFFF, 0x80000000, 0xFFFFFFF0, 0xFFFFFFFF)


def truncated() -> Iterator[Recipe]:
    for name in MAKERS:
        for percent in range(100):
            yield f"{percent:02}-{name}", partial(_cut, name, percent)


def _cut(name: str, percent: int) -> bytes:
    data = good(name)
    return data[: max(1, len(data) * percent // 100)]


def flipped() -> Iterator[Recipe]:
    """Two of three with one to four bits of their first bytes changed, the third anywhere."""
    for number in range(FLIPS):
        for name in MAKERS:
            yield f"{number:03}-{name}", partial(_flip, name, number)


def _flip(name: str, number: int) -> bytes:
    chance = Random(f"{name} {number}")
    data = bytearray(good(name))
    reach = len(data) if number % 3 == 2 else min(HEADER_BYTES, len(data))
    for _ in range(chance.randint(1, 4) if reach < len(data) else chance.randint(1, 24)):
        # The first four bytes say what the file is; most of the time they stay.
        at = chance.randrange(0 if number % 10 == 0 else 4, reach)
        data[at] = chance.choice((data[at] ^ 1 << chance.randrange(8), 0, 0xFF, chance.randrange(256)))
    return bytes(data)


def repeated() -> Iterator[Recipe]:
    """A piece of the file twice, gone, or zeroed."""
    for name in MAKERS:
        for number in range(12):
            yield f"{number:02}-{name}", partial(_splice, name, number)


def _splice(name: str, number: int) -> bytes:
    chance = Random(f"splice {name} {number}")
    data = good(name)
    start = chance.randrange(4, len(data))
    end = min(len(data), start + chance.randint(1, 200))
    piece = (data[start:end] * 2, b"", bytes(end - start))[number % 3]
    return data[:start] + piece + data[end:]


def mislabelled() -> Iterator[Recipe]:
    """Each picture under the name of another format: accepted, because the bytes decide."""
    for name in MAKERS:
        for extension in ("jpg", "png", "gif", "webp", "avif", "heic", "tiff", "html", "svg", "php", "exe"):
            yield f"{name}.{extension}", partial(good, name)


def wrong_magic() -> Iterator[Recipe]:
    """Each picture behind the first bytes of another format."""
    heads = ("jpeg", "png", "gif", "webp", "avif", "heic", "tiff", "big.tiff")
    for name in MAKERS:
        for head in heads:
            if head.rpartition(".")[2] != name.rpartition(".")[2]:
                yield f"{head}-before-{name}", partial(_behead, name, head)


def _behead(name: str, head: str) -> bytes:
    length = 12 if head in ("webp", "avif", "heic") else 8
    return good(head)[:length] + good(name)[length:]


def zero_size() -> Iterator[Recipe]:
    """Pictures of no width, no height or neither."""
    for width, height in ((0, 1), (1, 0), (0, 0)):
        size = f"{width}x{height}"
        yield f"{size}.png", partial(png, width, height)
        yield f"{size}.gif", partial(gif, width, height)
        yield f"{size}-frame.gif", partial(_small_frame, width, height)
        yield f"{size}.tiff", partial(tiff_picture, width, height, b"\0")
        yield f"{size}.jpg", partial(jpeg_of_size, width, height)
        for name in ("avif", "heic"):
            yield f"{size}.{name}", partial(with_size, name, width, height)
        yield f"{size}-lossy.webp", partial(lossy_webp, width, height)


def _small_frame(width: int, height: int) -> bytes:
    return gif(width, height, gif_frame(width, height))


def jpeg_of_size(width: int, height: int, name: str = "jpeg") -> bytes:
    """A JPEG whose frame header says this size."""
    data = good(name)
    at = next(
        at for marker in (b"\xff\xc0\0\x11", b"\xff\xc2\0\x11", b"\xff\xc0\0\x14") if (at := data.find(marker)) > 0
    )
    return data[: at + 5] + struct.pack(">HH", height, width) + data[at + 9 :]


def with_size(name: str, width: int, height: int) -> bytes:
    """An AVIF or HEIC whose `ispe` says this size."""
    data = good(name)
    at = data.index(b"ispe") + 8
    return data[:at] + struct.pack(">II", width, height) + data[at + 8 :]


def lossy_webp(width: int, height: int) -> bytes:
    """A simple WebP whose VP8 key frame says this size (RFC 6386, section 9.1)."""
    data = good("lossy.webp")
    at = data.index(b"\x9d\x01\x2a") + 3
    bitstream = data.index(b"VP8 ")
    changed = data[:at] + struct.pack("<HH", width & 0x3FFF, height & 0x3FFF) + data[at + 4 :]
    (size,) = struct.unpack_from("<I", data, bitstream + 4)
    return webp(changed[bitstream : bitstream + 8 + size + size % 2])


def lengths() -> Iterator[Recipe]:
    """Zero, negative and huge lengths of every part of every container."""
    chunks = png_chunks(good("animated.png"))
    for number, (type_, _payload) in enumerate(chunks):
        for length in _LENGTHS_32:
            yield f"{type_.decode()}{number}-{length:x}.png", partial(_png_length, number, length)
    for length in (0, 1, 2, 3, 65_535):
        for marker in (0xE0, 0xE1, 0xE2, 0xED, 0xEE, 0xFE, 0xDB, 0xC4, 0xC0, 0xDA, 0xDD):
            yield f"{marker:x}-{length}.jpg", partial(_jpeg_length, marker, length)
    for name in ("webp", "lossless.webp", "animated.webp"):
        for length in _LENGTHS_32:
            yield f"riff-{length:x}-{name}", partial(_patched, name, 4, struct.pack("<I", length))
            yield f"chunk-{length:x}-{name}", partial(_patched, name, 16, struct.pack("<I", length))
    for length in _LENGTHS_32:
        yield f"frame-{length:x}.webp", partial(_webp_frame_length, length)
        for name in ("avif", "heic", "animated.avif"):
            for type_ in _boxes(name):
                yield f"{type_.decode()}-{length:x}-{name}", partial(_box_length, name, type_, length)
    for size in range(0, 256, 15):
        yield f"blocks-{size}.gif", partial(_gif_block_length, size)
    for name in ("tiff", "lzw.tiff", "deflate.tiff", "jpeg.tiff"):
        for count in (0, 1, 0xFF, 0xFFFF):
            yield f"entries-{count}-{name}", partial(_tiff_entries, name, count)
        for number in range(12):
            for value in (0, 0x7FFFFFFF, 0xFFFFFFFF):
                yield f"count{number}-{value:x}-{name}", partial(_tiff_field, name, number, 4, value)
                yield f"value{number}-{value:x}-{name}", partial(_tiff_field, name, number, 8, value)
    for count in (0, 1, 1 << 32, 1 << 63, (1 << 64) - 1):
        yield f"entries-{count:x}-big.tiff", partial(_patched, "big.tiff", 16, struct.pack("<Q", count))


def _patched(name: str, at: int, data: bytes) -> bytes:
    whole = good(name)
    return whole[:at] + data + whole[at + len(data) :]


def _png_length(number: int, length: int) -> bytes:
    parts = [
        chunk(type_, payload, length=length if at == number else None)
        for at, (type_, payload) in enumerate(png_chunks(good("animated.png")))
    ]
    return PNG_SIGNATURE + b"".join(parts)


def _jpeg_length(marker: int, length: int) -> bytes:
    """The length of the segment that is there, or a new one of that kind."""
    data = good("jpeg")
    at = data.find(bytes((0xFF, marker)), 2)
    if at < 0:
        return after_soi(data, segment(marker, b"JFIF\0Exif\0\0Adobe", length=length))
    return data[: at + 2] + struct.pack(">H", length) + data[at + 4 :]


def _webp_frame_length(length: int) -> bytes:
    data = good("animated.webp")
    return _patched("animated.webp", data.index(b"ANMF") + 4, struct.pack("<I", length))


def _boxes(name: str) -> list[bytes]:
    wanted = (
        b"ftyp meta hdlr pitm iinf infe iloc iprp ipco ispe pixi ipma av1C hvcC colr iref mdat moov trak stbl stsz stts"
    )
    return [type_ for type_ in wanted.split() if type_ in good(name)]


def _box_length(name: str, type_: bytes, length: int) -> bytes:
    start, _end = find_box(good(name), type_)
    return _patched(name, start, struct.pack(">I", length))


def _gif_block_length(size: int) -> bytes:
    data = good("gif")
    at = data.index(b"\x2c", data.index(b"\x21\xf9"))
    flags = data[at + 9]
    first = at + 11 + (3 << (flags & 7) + 1 if flags & 0x80 else 0)
    return data[:first] + bytes((size,)) + data[first + 1 :]


def _tiff_entries(name: str, count: int) -> bytes:
    (at,) = struct.unpack_from("<I", good(name), 4)
    return _patched(name, at, struct.pack("<H", count))


def _tiff_field(name: str, number: int, offset: int, value: int) -> bytes:
    (at,) = struct.unpack_from("<I", good(name), 4)
    return _patched(name, at + 2 + 12 * number + offset, struct.pack("<I", value))


def unfinished() -> Iterator[Recipe]:
    """Wrong checksums, and files that lack what should end them."""
    for name in ("png", "palette.png", "animated.png"):
        for number, (type_, _payload) in enumerate(png_chunks(good(name))):
            yield f"crc-{type_.decode()}{number}-{name}", partial(_wrong_crc, name, number)
            yield f"no-{type_.decode()}{number}-{name}", partial(_without_chunk, name, number)
    yield "adler.png", partial(_wrong_adler)
    for name in ("jpeg", "progressive.jpeg", "cmyk.jpeg", "gif"):
        for missing in (1, 2, 9):
            yield f"end-{missing}-{name}", partial(_without_end, name, missing)
    yield "only-magic.jpg", lambda: b"\xff\xd8\xff"
    yield "only-ends.jpg", lambda: b"\xff\xd8\xff\xd9"
    yield "only-fill.jpg", lambda: b"\xff\xd8" + b"\xff" * 100_000
    yield "only-magic.png", lambda: PNG_SIGNATURE
    yield "no-picture.png", lambda: PNG_SIGNATURE + chunk(b"IHDR", bytes(13)) + chunk(b"IEND", b"")
    yield "only-screen.gif", lambda: gif(1, 1)
    yield "no-picture.webp", lambda: webp(vp8x(1, 1))
    yield "empty-picture.webp", lambda: webp(riff_chunk(b"VP8 ", b""))
    yield "empty-lossless.webp", lambda: webp(riff_chunk(b"VP8L", b""))
    yield "only-header.tiff", lambda: tiff()
    yield "nothing-behind.tiff", lambda: tiff(first=0)
    yield "far-away.tiff", lambda: tiff(first=0xFFFFFFFF)
    for brand in (b"avif", b"heic", b"mif1", b"avis", b"msf1"):
        yield f"only-{brand.decode()}.heic", partial(box, b"ftyp", brand, b"\0\0\0\0", brand)
    yield "only-exif.jpg", lambda: b"\xff\xd8" + exif_segment(good("tiff")) + b"\xff\xd9"


def _wrong_crc(name: str, number: int) -> bytes:
    parts = [
        chunk(type_, payload, crc=0x12345678 if at == number else None)
        for at, (type_, payload) in enumerate(png_chunks(good(name)))
    ]
    return PNG_SIGNATURE + b"".join(parts)


def _without_chunk(name: str, number: int) -> bytes:
    parts = [chunk(*part) for at, part in enumerate(png_chunks(good(name))) if at != number]
    return PNG_SIGNATURE + b"".join(parts)


def _wrong_adler() -> bytes:
    parts = [
        chunk(type_, payload[:-4] + b"\0\0\0\0" if type_ == b"IDAT" else payload)
        for type_, payload in png_chunks(good("png"))
    ]
    return PNG_SIGNATURE + b"".join(parts)


def _without_end(name: str, missing: int) -> bytes:
    return good(name)[:-missing]
