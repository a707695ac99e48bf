"""The parts that image files are made of, written by hand so that each may lie."""

import struct
import zlib
from collections.abc import Sequence

PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
GIF_END = b"\x3b"
EOI = b"\xff\xd9"

Entry = tuple[int, int, int, int]
"""Of a TIFF directory: tag, type, count, value or offset."""


def segment(marker: int, payload: bytes, *, length: int | None = None) -> bytes:
    """Of a JPEG."""
    return struct.pack(">BBH", 0xFF, marker, len(payload) + 2 if length is None else length) + payload


def after_soi(jpeg: bytes, *segments: bytes) -> bytes:
    """The JPEG with more segments at its start."""
    return jpeg[:2] + b"".join(segments) + jpeg[2:]


def exif_segment(tiff: bytes) -> bytes:
    return segment(0xE1, b"Exif\0\0" + tiff)


def xmp_segment(xmp: bytes) -> bytes:
    return segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + xmp)


def icc_segments(profile: bytes) -> list[bytes]:
    parts = [profile[at : at + 65_000] for at in range(0, len(profile), 65_000)] or [b""]
    return [
        segment(0xE2, b"ICC_PROFILE\0" + bytes((number, len(parts) % 256)) + part)
        for number, part in enumerate(parts, 1)
    ]


def chunk(type_: bytes, payload: bytes, *, length: int | None = None, crc: int | None = None) -> bytes:
    """Of a PNG."""
    checksum = zlib.crc32(type_ + payload) if crc is None else crc
    return struct.pack(">I", len(payload) if length is None else length) + type_ + payload + struct.pack(">I", checksum)


def png_chunks(png: bytes) -> list[tuple[bytes, bytes]]:
    """Type and payload of each chunk."""
    chunks, at = [], len(PNG_SIGNATURE)
    while at < len(png):
        length, type_ = struct.unpack_from(">I4s", png, at)
        chunks.append((type_, png[at + 8 : at + 8 + length]))
        at += 12 + length
    return chunks


def png(
    width: int,
    height: int,
    *chunks: bytes,
    depth: int = 8,
    colour: int = 0,
    data: bytes | None = None,
    interlace: int = 0,
) -> bytes:
    """A PNG with this header; `data` is what its IDAT inflates to, by default one black grey pixel."""
    header = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, interlace)
    picture = chunk(b"IDAT", zlib.compress(b"\0\0" if data is None else data, 9))
    return b"".join((PNG_SIGNATURE, chunk(b"IHDR", header), *chunks, picture, chunk(b"IEND", b"")))


def with_chunks(png: bytes, *chunks: bytes) -> bytes:
    """The PNG with more chunks right behind its header."""
    return png[:33] + b"".join(chunks) + png[33:]


def riff_chunk(code: bytes, payload: bytes, *, length: int | None = None) -> bytes:
    size = len(payload) if length is None else length
    return code + struct.pack("<I", size) + payload + b"\0" * (len(payload) % 2)


def webp(*chunks: bytes, length: int | None = None) -> bytes:
    body = b"WEBP" + b"".join(chunks)
    return b"RIFF" + struct.pack("<I", len(body) if length is None else length) + body


def vp8x(width: int, height: int, flags: int = 0) -> bytes:
    size = (width - 1 & 0xFFFFFF).to_bytes(3, "little") + (height - 1 & 0xFFFFFF).to_bytes(3, "little")
    return riff_chunk(b"VP8X", bytes((flags, 0, 0, 0)) + size)


def with_webp_chunks(webp_file: bytes, width: int, height: int, flags: int, *chunks: bytes) -> bytes:
    """A simple WebP in the extended layout, with more chunks behind the picture."""
    return webp(vp8x(width, height, flags), webp_file[12:], *chunks)


def gif(width: int, height: int, *blocks: bytes, flags: int = 0x80, table: bytes = b"\0\0\0\xff\xff\xff") -> bytes:
    return b"GIF89a" + struct.pack("<HHBBB", width, height, flags, 0, 0) + table + b"".join(blocks) + GIF_END


def gif_blocks(data: bytes) -> bytes:
    """A chain of data sub-blocks."""
    blocks = (data[at : at + 255] for at in range(0, len(data), 255))
    return b"".join(bytes((len(block),)) + block for block in blocks) + b"\0"


def gif_frame(
    width: int = 1, height: int = 1, *, left: int = 0, top: int = 0, code_size: int = 2, data: bytes = b"\x44\x01"
) -> bytes:
    return b"\x2c" + struct.pack("<HHHHBB", left, top, width, height, 0, code_size) + gif_blocks(data)


def gif_comment(text: bytes) -> bytes:
    return b"\x21\xfe" + gif_blocks(text)


def directory(entries: Sequence[Entry], *, following: int = 0, order: str = "<", count: int | None = None) -> bytes:
    """A TIFF directory; a short value stands at the left end of its field in either byte order."""
    parts = [struct.pack(f"{order}H", len(entries) if count is None else count)]
    for tag, type_, number, value in entries:
        field = struct.pack(f"{order}HH", value, 0) if type_ == 3 and number == 1 else struct.pack(f"{order}I", value)
        parts.append(struct.pack(f"{order}HHI", tag, type_, number & 0xFFFFFFFF) + field)
    return b"".join((*parts, struct.pack(f"{order}I", following)))


def tiff(*parts: bytes, first: int = 8, order: str = "<") -> bytes:
    magic = b"II*\0" if order == "<" else b"MM\0*"
    return b"".join((magic, struct.pack(f"{order}I", first), *parts))


def big_tiff(entries: Sequence[Entry], *parts: bytes, following: int = 0, count: int | None = None) -> bytes:
    head = b"II+\0" + struct.pack("<HHQQ", 8, 0, 16, len(entries) if count is None else count)
    rows = (struct.pack("<HHQQ", *entry) for entry in entries)
    return b"".join((head, *rows, struct.pack("<Q", following), *parts))


def picture_tags(
    width: int,
    height: int,
    *,
    depth: int = 8,
    compression: int = 1,
    photometric: int = 1,
    at: int,
    size: int,
    samples: int = 1,
    more: Sequence[Entry] = (),
) -> list[Entry]:
    """What a TIFF picture in one strip needs, in the order of the tags."""
    tags = [
        (256, 4, 1, width),
        (257, 4, 1, height),
        (258, 3, 1, depth),
        (259, 3, 1, compression),
        (262, 3, 1, photometric),
        (273, 4, 1, at),
        (277, 3, 1, samples),
        (278, 4, 1, height),
        (279, 4, 1, size),
    ]
    changed = {tag for tag, *_ in more}
    return sorted([tag for tag in tags if tag[0] not in changed] + list(more))


def tiff_picture(
    width: int,
    height: int,
    data: bytes,
    *,
    depth: int = 8,
    compression: int = 1,
    photometric: int = 1,
    samples: int = 1,
    size: int | None = None,
    more: Sequence[Entry] = (),
    following: int = 0,
    behind: bytes = b"",
) -> bytes:
    """A little-endian TIFF: header, directory, pixels, and what entries in `more` may point to."""
    numbers = {256, 257, 258, 259, 262, 273, 277, 278, 279} | {tag for tag, *_ in more}
    at = 8 + 2 + 12 * len(numbers) + 4
    tags = picture_tags(
        width,
        height,
        depth=depth,
        compression=compression,
        photometric=photometric,
        samples=samples,
        at=at,
        size=len(data) if size is None else size,
        more=more,
    )
    return tiff(directory(tags, following=following), data, behind)


def box(type_: bytes, *parts: bytes, size: int | None = None) -> bytes:
    """Of ISO/IEC 14496-12 (HEIC, AVIF)."""
    payload = b"".join(parts)
    return struct.pack(">I", len(payload) + 8 if size is None else size) + type_ + payload


def full_box(type_: bytes, *parts: bytes, version: int = 0, flags: int = 0) -> bytes:
    return box(type_, struct.pack(">I", version << 24 | flags), *parts)


def find_box(data: bytes, type_: bytes) -> tuple[int, int]:
    """Start and end of the first box of this type, wherever it is nested."""
    start = data.index(type_) - 4
    return start, start + int(struct.unpack_from(">I", data, start)[0])
