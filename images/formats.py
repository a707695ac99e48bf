"""The image formats that are accepted, and what a file is by its first bytes; its name proves nothing."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final


@dataclass(frozen=True, slots=True)
class Format:
    """One accepted format; `pillow` is the allow-list given to `Image.open(formats=...)`."""

    name: str
    extension: str
    mime: str
    pillow: tuple[str, ...]


JPEG: Final = Format("JPEG", "jpg", "image/jpeg", ("JPEG", "MPO"))
PNG: Final = Format("PNG", "png", "image/png", ("PNG",))
GIF: Final = Format("GIF", "gif", "image/gif", ("GIF",))
WEBP: Final = Format("WebP", "webp", "image/webp", ("WEBP",))
AVIF: Final = Format("AVIF", "avif", "image/avif", ("AVIF",))
HEIC: Final = Format("HEIC", "heic", "image/heic", ("HEIF",))
TIFF: Final = Format("TIFF", "tiff", "image/tiff", ("TIFF",))

ACCEPTED: Final[tuple[Format, ...]] = (JPEG, PNG, GIF, WEBP, AVIF, HEIC, TIFF)
BY_NAME: Final[Mapping[str, Format]] = MappingProxyType({format_.name: format_ for format_ in ACCEPTED})

_HEIC_BRANDS: Final = frozenset((b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"hevm", b"hevs"))
_AVIF_BRANDS: Final = frozenset((b"avif", b"avis"))
_STRUCTURAL_BRANDS: Final = frozenset((b"mif1", b"msf1"))

_MAGIC: Final[tuple[tuple[bytes, Format], ...]] = (
    (b"\xff\xd8\xff", JPEG),
    (b"\x89PNG\r\n\x1a\n", PNG),
    (b"GIF87a", GIF),
    (b"GIF89a", GIF),
    (b"II*\0", TIFF),
    (b"MM\0*", TIFF),
    (b"II+\0", TIFF),
    (b"MM\0+", TIFF),
)

_REFUSED: Final[tuple[tuple[bytes, str], ...]] = (
    (b"\xff\x0a", "JPEG XL"),
    (b"\0\0\0\x0cJXL \r\n\x87\n", "JPEG XL"),
    (b"\0\0\0\x0cjP  \r\n\x87\n", "JPEG 2000"),
    (b"\xff\x4f\xff\x51", "JPEG 2000"),
    (b"II\xbc", "JPEG XR"),
    (b"%PDF", "PDF"),
    (b"%!PS", "PostScript"),
    (b"8BPS", "Photoshop"),
    (b"gimp xcf", "GIMP"),
    (b"FUJIFILMCCD-RAW", "Fujifilm raw"),
    (b"IIRO", "Olympus raw"),
    (b"IIRS", "Olympus raw"),
    (b"IIU\0", "Panasonic raw"),
    (b"BM", "BMP"),
    (b"\0\0\1\0", "ICO"),
    (b"\0\0\2\0", "CUR"),
    (b"PK\x03\x04", "ZIP"),
    (b"PK\x05\x06", "ZIP"),
    (b"Rar!", "RAR"),
    (b"7z\xbc\xaf\x27\x1c", "7-Zip"),
    (b"\x1f\x8b", "gzip"),
    (b"\x1a\x45\xdf\xa3", "Matroska video"),
    (b"OggS", "Ogg"),
    (b"ID3", "MP3"),
    (b"MZ", "Windows program"),
    (b"\x7fELF", "Linux program"),
    (b"#!", "script"),
)
_REFUSED_RIFF: Final[Mapping[bytes, str]] = MappingProxyType({b"AVI ": "AVI video", b"WAVE": "WAV"})
_REFUSED_BRANDS: Final[Mapping[bytes, str]] = MappingProxyType({b"qt  ": "QuickTime video", b"crx ": "Canon raw"})
_REFUSED_MARKUP: Final[tuple[tuple[bytes, str], ...]] = (
    (b"<svg", "SVG"),
    (b"<!doctype svg", "SVG"),
    (b"<!doctype html", "HTML"),
    (b"<html", "HTML"),
    (b"<head", "HTML"),
    (b"<body", "HTML"),
    (b"<script", "HTML"),
)


def sniff(head: bytes) -> Format | None:
    """The accepted format that starts with these bytes; the first 64 are enough."""
    if _is_canon_raw(head):
        return None
    for magic, format_ in _MAGIC:
        if head.startswith(magic):
            return format_
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return WEBP
    if head[4:8] == b"ftyp":
        return _sniff_brands(head)
    return None


def describe(head: bytes) -> str:
    """A short name for content that is refused, to complete "Image format X is not supported."."""
    if _is_canon_raw(head):
        return "Canon raw"
    if head[:4] == b"RIFF":
        return _REFUSED_RIFF.get(head[8:12], "unknown")
    if head[4:8] == b"ftyp":
        return _REFUSED_BRANDS.get(head[8:12], "MP4 video")
    for magic, name in _REFUSED:
        if head.startswith(magic):
            return name
    return _describe_markup(head)


def _is_canon_raw(head: bytes) -> bool:
    return head[:4] in (b"II*\0", b"MM\0*") and head[8:10] == b"CR"


def _sniff_brands(head: bytes) -> Format | None:
    """ISO/IEC 14496-12 file type box: size, "ftyp", major brand, minor version, compatible brands."""
    major = head[8:12]
    if major in _HEIC_BRANDS:
        return HEIC
    if major in _AVIF_BRANDS:
        return AVIF
    if major not in _STRUCTURAL_BRANDS:
        return None
    box = head[: int.from_bytes(head[:4], "big")]
    compatible = {box[at : at + 4] for at in range(16, len(box) - 3, 4)}
    return AVIF if compatible & _AVIF_BRANDS else HEIC


def _describe_markup(head: bytes) -> str:
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    for tag, name in _REFUSED_MARKUP:
        if text.startswith(tag):
            return name
    if text.startswith((b"<?xml", b"<!--")):
        return next((name for tag, name in _REFUSED_MARKUP if tag in text), "XML")
    return "unknown"
