"""Small good pictures of every format, always the same bytes; what is bad is made of them."""

import io
import struct
from collections.abc import Callable
from functools import cache
from typing import Any

from PIL import Image
from PIL.ExifTags import GPS, IFD, Base
from PIL.PngImagePlugin import PngInfo

from images.tests.badfiles.containers import segment
from images.tests.pictures import encoded, picture

MARKER = "inert-marker-7f3a"
"""A word that stands for what may not get out; it does nothing."""

SCRIPT = f"<script>/*{MARKER}*/</script>".encode()
XMP = (
    b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    b'<rdf:Description xmlns:dc="http://purl.org/dc/elements/1.1/" dc:source="' + MARKER.encode() + b'"/>'
    b"</rdf:RDF></x:xmpmeta>"
)


def exif(text: str = MARKER, orientation: int = 1) -> Image.Exif:
    """Camera, texts and a position."""
    tags = Image.Exif()
    tags[Base.Orientation] = orientation
    tags[Base.Make] = tags[Base.Model] = tags[Base.Artist] = tags[Base.ImageDescription] = text
    details = tags.get_ifd(IFD.Exif)
    details[Base.LensModel] = text
    details[Base.DateTimeOriginal] = "2024:05:06 07:08:09"
    details[Base.UserComment] = b"ASCII\0\0\0" + text.encode()
    place = tags.get_ifd(IFD.GPSInfo)
    place[GPS.GPSLatitudeRef], place[GPS.GPSLatitude] = "N", (48.0, 51.0, 29.5)
    place[GPS.GPSProcessingMethod] = text.encode()
    return tags


def photo(mode: str = "RGB", size: tuple[int, int] = (64, 48), seed: int = 1) -> Image.Image:
    return picture(size, mode, seed=seed)


def frames(mode: str = "RGB", number: int = 3) -> list[Image.Image]:
    return [photo(mode, (32, 24), seed).rotate(90 * seed) for seed in range(number)]


def animation(format_name: str, number: int = 3, **options: Any) -> bytes:
    first, *rest = frames(number=number)
    data = encoded(first, format_name, save_all=True, append_images=rest, duration=70, **options)
    return _without_times(data) if format_name == "AVIF" else data


def _without_times(avif: bytes) -> bytes:
    """The film boxes carry the time of their making: after type, version and flags, twice 8 bytes."""
    data = bytearray(avif)
    for type_ in (b"mvhd", b"tkhd", b"mdhd"):
        at = avif.index(type_) + 8
        data[at : at + 16] = bytes(16)
    return bytes(data)


def text_chunks() -> PngInfo:
    info = PngInfo()
    info.add_text("Title", MARKER)
    info.add_text("Comment", MARKER, zip=True)
    info.add_itxt("XML:com.adobe.xmp", XMP.decode())
    return info


@cache
def srgb() -> bytes:
    """A matrix profile of one second that never changes; Pillow's own carries the time of its making."""
    white, red, green, blue = (
        (0xF6D6, 0x10000, 0xD32D),
        (0x6FA2, 0x38F5, 0x390),
        (0x6299, 0xB785, 0x18DA),
        (
            0x24A0,
            0xF84,
            0xB6CF,
        ),
    )
    text = b"desc\0\0\0\0\0\0\0\x05test\0" + bytes(79)
    parts = [(b"desc", text), (b"cprt", b"text\0\0\0\0none\0\0\0\0")]
    parts += [
        (tag, b"XYZ \0\0\0\0" + struct.pack(">3I", *xyz))
        for tag, xyz in ((b"wtpt", white), (b"rXYZ", red), (b"gXYZ", green), (b"bXYZ", blue))
    ]
    curve = b"curv\0\0\0\0" + struct.pack(">IHH", 1, 0x0233, 0)
    parts += [(tag, curve) for tag in (b"rTRC", b"gTRC", b"bTRC")]
    return icc_profile(parts)


def icc_profile(parts: list[tuple[bytes, bytes]], space: bytes = b"RGB ", size: int | None = None) -> bytes:
    """ICC.1:2010, section 7: header, table of tags, their data."""
    at = 132 + 12 * len(parts)
    table, data = b"", b""
    for tag, value in parts:
        padded = value + bytes(-len(value) % 4)
        table += struct.pack(">4sII", tag, at + len(data), len(value))
        data += padded
    length = at + len(data) if size is None else size
    header = struct.pack(">I4sI4s4s4s", length, b"none", 0x02400000, b"mntr", space, b"XYZ ")
    header += (
        struct.pack(">6H", 2024, 1, 1, 0, 0, 0) + b"acsp" + bytes(28) + struct.pack(">3I", 0xF6D6, 0x10000, 0xD32D)
    )
    return header.ljust(128, b"\0") + struct.pack(">I", len(parts)) + table + data


def jpeg(**options: Any) -> bytes:
    return encoded(photo(), "JPEG", quality=90, exif=exif(), xmp=XMP, comment=MARKER, icc_profile=srgb(), **options)


def mpo() -> bytes:
    first, *rest = (photo(seed=seed) for seed in range(3))
    return encoded(first, "MPO", save_all=True, append_images=rest)


def big_tiff() -> bytes:
    out = io.BytesIO()
    photo().save(out, "TIFF", big_tiff=True)
    return out.getvalue()


MAKERS: dict[str, Callable[[], bytes]] = {
    "jpeg": jpeg,
    "progressive.jpeg": lambda: jpeg(progressive=True, restart_marker_rows=1),
    "mpo.jpeg": mpo,
    "cmyk.jpeg": lambda: encoded(photo("CMYK"), "JPEG"),
    "png": lambda: encoded(photo("RGBA"), "PNG", exif=exif(), pnginfo=text_chunks(), icc_profile=srgb()),
    "palette.png": lambda: encoded(photo().quantize(16), "PNG", transparency=b"\0\x80\xff"),
    "animated.png": lambda: animation("PNG"),
    "gif": lambda: animation("GIF", comment=MARKER.encode(), loop=0),
    "webp": lambda: encoded(photo(), "WEBP", exif=exif(), xmp=XMP, icc_profile=srgb()),
    "lossy.webp": lambda: encoded(photo(), "WEBP"),
    "lossless.webp": lambda: encoded(photo("RGBA"), "WEBP", lossless=True),
    "animated.webp": lambda: animation("WEBP"),
    "avif": lambda: encoded(photo(), "AVIF", speed=9, max_threads=1, exif=exif(), xmp=XMP),
    "animated.avif": lambda: animation("AVIF", speed=9, max_threads=1),
    "heic": lambda: encoded(photo(), "HEIF", exif=exif().tobytes(), xmp=XMP),
    "tiff": lambda: encoded(photo(), "TIFF", exif=exif(), icc_profile=srgb()),
    "lzw.tiff": lambda: encoded(photo("L"), "TIFF", compression="tiff_lzw"),
    "deflate.tiff": lambda: encoded(photo("RGBA"), "TIFF", compression="tiff_adobe_deflate"),
    "jpeg.tiff": lambda: encoded(photo(), "TIFF", compression="jpeg"),
    "big.tiff": big_tiff,
}


@cache
def good(name: str) -> bytes:
    """The file of one of MAKERS."""
    return MAKERS[name]()


def comment(text: bytes) -> bytes:
    """A comment segment of a JPEG."""
    return segment(0xFE, text)
