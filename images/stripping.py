"""Removal of metadata from an image file without touching its pixels.

Every container is parsed and written anew from an allow-list, so that what is not known is not kept. Pixels,
colour profile, animation and orientation stay; position, names, comments, thumbnails and appended data go.
The bytes are hostile: each length is checked, and the work grows linearly with the size of the file.
"""

import re
import struct
import zlib
from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Final

from images import jpeg

_ORIENTATION_TAG: Final = 0x0112
_EXIF_PREFIX: Final = b"Exif\0\0"
_XMP_PREFIX: Final = b"http://ns.adobe.com/xap/1.0/\0"
_ICC_PREFIX: Final = b"ICC_PROFILE\0"
_MOST_PROFILE_BYTES: Final = 16 << 20
_XMP_ORIENTATION: Final = re.compile(rb'tiff:Orientation(?:="|>)([1-8])\b')


def strip(data: bytes, format_name: str) -> bytes:
    """The same picture without metadata; ValueError if the file is broken or of a format that can't be."""
    try:
        stripper = _STRIPPERS[format_name]
    except KeyError:
        raise ValueError(f"{format_name} can't be stripped without encoding it again.") from None
    try:
        return stripper(data)
    except (struct.error, IndexError) as error:
        raise ValueError(f"The {format_name} file ends in the middle of its structure.") from error


def orientation(exif: bytes, xmp: bytes = b"") -> int:
    """The EXIF orientation, 1 to 8, from a TIFF structure, else from XMP; 1 when neither says one."""
    value = _exif_orientation(exif.removeprefix(_EXIF_PREFIX))
    if value is None:
        match = _XMP_ORIENTATION.search(xmp)
        value = int(match[1]) if match else 1
    return value if 1 <= value <= 8 else 1


def _exif_orientation(tiff: bytes) -> int | None:
    """TIFF 6.0, section 2: header, then the first directory of 12-byte entries."""
    order = {b"II": "<", b"MM": ">"}.get(tiff[:2])
    if order is None or len(tiff) < 8:
        return None
    (directory,) = struct.unpack_from(f"{order}I", tiff, 4)
    if directory + 2 > len(tiff):
        return None
    (count,) = struct.unpack_from(f"{order}H", tiff, directory)
    for at in range(directory + 2, min(directory + 2 + 12 * count, len(tiff) - 11), 12):
        tag, type_ = struct.unpack_from(f"{order}HH", tiff, at)
        if tag == _ORIENTATION_TAG:
            value: int = struct.unpack_from(f"{order}I" if type_ == 4 else f"{order}H", tiff, at + 8)[0]
            return value
    return None


def _minimal_exif(value: int) -> bytes:
    """A TIFF structure with one directory and in it the orientation alone."""
    return struct.pack(">2sHIHHHIHHI", b"MM", 42, 8, 1, _ORIENTATION_TAG, 3, 1, value, 0, 0)


def _profile(data: bytes) -> bytes:
    """The ICC profile up to its own end, or b"" if this is none (ICC.1:2022, section 7.2)."""
    size = int.from_bytes(data[:4], "big")
    return data[:size] if data[36:40] == b"acsp" and 128 <= size <= len(data) else b""


# JPEG: ITU-T T.81, annex B; see `jpeg`.

_APP0, _APP1, _APP2, _APP14 = 0xE0, 0xE1, 0xE2, 0xEE
_STRUCTURE: Final = jpeg.FRAMES | {0xC4, 0xCC, jpeg.SOS, 0xDB, 0xDC, 0xDD, 0xDE, 0xDF}


def _strip_jpeg(data: bytes) -> bytes:
    structure = jpeg.read(data)
    if structure.end is None:
        raise ValueError("The JPEG file has no end of image.")
    kept: list[bytes] = []
    jfif = exif = xmp = b""
    icc: dict[int, bytes] = {}
    for marker, payload, entropy in structure.segments:
        if marker == _APP0:
            if payload.startswith(b"JFIF\0") and len(payload) >= 14 and not jfif:
                jfif = jpeg.segment_bytes(_APP0, payload[:12] + b"\0\0")
        elif marker == _APP1:
            if payload.startswith(_EXIF_PREFIX) and not exif:
                exif = payload
            elif payload.startswith(_XMP_PREFIX) and not xmp:
                xmp = payload
        elif marker == _APP14:
            if payload.startswith(b"Adobe") and len(payload) >= 12:
                kept.append(jpeg.segment_bytes(marker, payload[:12]))
        elif marker == _APP2:
            if payload.startswith(_ICC_PREFIX) and len(payload) > 14:
                icc.setdefault(payload[12], payload[14:])
        elif marker in _STRUCTURE:
            kept += (jpeg.segment_bytes(marker, payload), entropy)
    value = orientation(exif, xmp)
    turned = jpeg.segment_bytes(_APP1, _EXIF_PREFIX + _minimal_exif(value)) if value != 1 else b""
    profile = _profile(b"".join(icc[number] for number in sorted(icc)))
    return b"".join((jpeg.SOI, jfif, turned, *_icc_segments(profile), *kept, jpeg.EOI))


def _icc_segments(profile: bytes) -> list[bytes]:
    parts = [profile[at : at + 65_519] for at in range(0, len(profile), 65_519)]
    return [
        jpeg.segment_bytes(_APP2, _ICC_PREFIX + bytes((number, len(parts))) + part)
        for number, part in enumerate(parts, start=1)
    ]


# PNG: W3C Portable Network Graphics, third edition, section 5.

_PNG_SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"
_PNG_KEPT: Final = frozenset(b"PLTE IDAT tRNS gAMA cHRM sRGB sBIT bKGD pHYs acTL fcTL fdAT cICP mDCV cLLI".split())


def _png_chunks(data: bytes) -> Iterator[tuple[bytes, memoryview, memoryview]]:
    """(type, payload, whole chunk) up to IEND, which must be there."""
    if not data.startswith(_PNG_SIGNATURE):
        raise ValueError("The PNG file has no signature.")
    view, at = memoryview(data), len(_PNG_SIGNATURE)
    while True:
        length, type_ = struct.unpack_from(">I4s", data, at)
        end = at + 12 + length
        if end > len(data):
            raise ValueError("A chunk of the PNG file is longer than the file.")
        yield type_, view[at + 8 : end - 4], view[at:end]
        if type_ == b"IEND":
            return
        at = end


def _strip_png(data: bytes) -> bytes:
    header = b""
    kept: list[bytes | memoryview] = []
    exif = xmp = b""
    has_picture = False
    for type_, payload, chunk in _png_chunks(data):
        if not header:
            if type_ != b"IHDR" or len(payload) != 13:
                raise ValueError("The PNG file does not start with its header.")
            header = bytes(chunk)
        elif type_ == b"iCCP":
            if profile := _profile(_inflated(bytes(payload).partition(b"\0")[2][1:])):
                kept.append(_chunk(type_, b"ICC profile\0\0" + zlib.compress(profile)))
        elif type_ == b"eXIf" and not exif:
            exif = bytes(payload)
        elif type_ == b"iTXt" and bytes(payload[:18]) == b"XML:com.adobe.xmp\0" and not xmp:
            xmp = bytes(payload)
        elif type_ in _PNG_KEPT:
            kept.append(chunk)
            has_picture |= type_ == b"IDAT"
    if not has_picture:
        raise ValueError("The PNG file has no picture.")
    value = orientation(exif, xmp)
    turned = _chunk(b"eXIf", _minimal_exif(value)) if value != 1 else b""
    return b"".join((_PNG_SIGNATURE, header, turned, *kept, _chunk(b"IEND", b"")))


def _inflated(data: bytes) -> bytes:
    try:
        return zlib.decompressobj().decompress(data, _MOST_PROFILE_BYTES)
    except zlib.error:
        return b""


def _chunk(type_: bytes, payload: bytes) -> bytes:
    return struct.pack(">I", len(payload)) + type_ + payload + struct.pack(">I", zlib.crc32(type_ + payload))


# WebP: RFC 9649, section 2.

_WEBP_BITSTREAMS: Final = frozenset((b"VP8 ", b"VP8L"))
_WEBP_FRAME_PARTS: Final = _WEBP_BITSTREAMS | {b"ALPH"}
_WEBP_KEPT: Final = _WEBP_FRAME_PARTS | {b"ANIM"}
_WEBP_HAS_ICC, _WEBP_HAS_EXIF, _WEBP_HAS_XMP = 0x20, 0x08, 0x04


def _riff_chunks(data: memoryview) -> Iterator[tuple[bytes, memoryview]]:
    """(four-character code, payload); the padding byte may be missing at the very end."""
    at = 0
    while at < len(data):
        code, size = struct.unpack_from("<4sI", data, at)
        at += 8
        if at + size > len(data):
            raise ValueError("A chunk of the WebP file is longer than the file.")
        yield code, data[at : at + size]
        at += size + (size & 1)


def _strip_webp(data: bytes) -> bytes:
    magic, size, form = struct.unpack_from("<4sI4s", data)
    if magic != b"RIFF" or form != b"WEBP":
        raise ValueError("The WebP file has no signature.")
    if size + 8 > len(data):
        raise ValueError("The WebP file is shorter than it says.")
    features: bytes | None = None
    kept: list[bytes] = []
    exif = xmp = b""
    has_picture = False
    for code, payload in _riff_chunks(memoryview(data)[12 : size + 8]):
        if code == b"VP8X" and features is None and not kept:
            if len(payload) < 10:
                raise ValueError("The WebP file has a broken header.")
            features = bytes(payload[:10])
        elif code == b"EXIF" and not exif:
            exif = bytes(payload)
        elif code == b"XMP " and not xmp:
            xmp = bytes(payload)
        elif code == b"ICCP":
            if profile := _profile(bytes(payload)):
                kept.append(_riff_chunk(code, profile))
        elif code == b"ANMF":
            kept.append(_riff_chunk(code, _webp_frame(payload)))
            has_picture = True
        elif code in _WEBP_KEPT:
            kept.append(_riff_chunk(code, bytes(payload)))
            has_picture |= code in _WEBP_BITSTREAMS
    if not has_picture:
        raise ValueError("The WebP file has no picture.")
    if features is not None:
        kept = _with_webp_features(features, kept, orientation(exif, xmp))
    body = b"WEBP" + b"".join(kept)
    return b"RIFF" + struct.pack("<I", len(body)) + body


def _with_webp_features(features: bytes, kept: list[bytes], value: int) -> list[bytes]:
    flags = features[0] & ~(_WEBP_HAS_ICC | _WEBP_HAS_EXIF | _WEBP_HAS_XMP)
    if any(chunk.startswith(b"ICCP") for chunk in kept):
        flags |= _WEBP_HAS_ICC
    turned = []
    if value != 1:
        flags |= _WEBP_HAS_EXIF
        turned = [_riff_chunk(b"EXIF", _minimal_exif(value))]
    return [_riff_chunk(b"VP8X", bytes((flags, 0, 0, 0)) + features[4:]), *kept, *turned]


def _webp_frame(payload: memoryview) -> bytes:
    """An animation frame: 16 bytes of place and duration, then its own chunks."""
    if len(payload) < 16:
        raise ValueError("A frame of the WebP file is too short.")
    parts = ((code, bytes(part)) for code, part in _riff_chunks(payload[16:]) if code in _WEBP_FRAME_PARTS)
    return b"".join((payload[:16], *(_riff_chunk(code, part) for code, part in parts)))


def _riff_chunk(code: bytes, payload: bytes) -> bytes:
    return code + struct.pack("<I", len(payload)) + payload + b"\0" * (len(payload) & 1)


# GIF: CompuServe Graphics Interchange Format, version 89a.

_GIF_EXTENSION, _GIF_IMAGE, _GIF_TRAILER = 0x21, 0x2C, 0x3B
_GIF_PLAIN_TEXT, _GIF_CONTROL, _GIF_APPLICATION = 0x01, 0xF9, 0xFF
_GIF_LOOPING: Final = frozenset((b"NETSCAPE2.0", b"ANIMEXTS1.0"))


def _gif_table_bytes(flags: int) -> int:
    return 3 * 2 ** ((flags & 7) + 1) if flags & 0x80 else 0


def _gif_blocks_end(data: bytes, at: int) -> int:
    """Where the chain of data sub-blocks that starts at `at` ends, its terminator included."""
    while size := data[at]:
        at += size + 1
    return at + 1


def _strip_gif(data: bytes) -> bytes:
    if data[:6] not in (b"GIF87a", b"GIF89a"):
        raise ValueError("The GIF file has no signature.")
    at = 13 + _gif_table_bytes(data[10])
    kept = [data[:at]]
    control = b""
    has_picture = False
    while at < len(data) and data[at] != _GIF_TRAILER:
        start = at
        if data[at] == _GIF_EXTENSION:
            label, at = data[at + 1], _gif_blocks_end(data, at + 2)
            if label == _GIF_CONTROL:
                control = data[start:at] if at - start == 8 else b""
            elif label == _GIF_PLAIN_TEXT:
                control = b""
            elif label == _GIF_APPLICATION:
                kept.append(_gif_looping(data[start:at]))
        elif data[at] == _GIF_IMAGE:
            at = _gif_blocks_end(data, at + 11 + _gif_table_bytes(data[at + 9]))
            kept += (control, data[start:at])
            control, has_picture = b"", True
        elif data[at] == 0:
            at += 1
        else:
            raise ValueError("The GIF file has a block of unknown kind.")
    if not has_picture or at > len(data):
        raise ValueError("The GIF file has no picture, or only a part of it.")
    return b"".join((*kept, bytes((_GIF_TRAILER,))))


def _gif_looping(extension: bytes) -> bytes:
    """The extension if it says how often to loop, without anything else that was put in it."""
    is_looping = extension[2] == 11 and extension[3:14] in _GIF_LOOPING and extension[14:16] == b"\x03\x01"
    return extension[:18] + b"\0" if is_looping else b""


_STRIPPERS: Final[Mapping[str, Callable[[bytes], bytes]]] = MappingProxyType(
    {"JPEG": _strip_jpeg, "PNG": _strip_png, "WebP": _strip_webp, "GIF": _strip_gif}
)
