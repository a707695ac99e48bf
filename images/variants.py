"""The derivatives of an image as computed values: their sizes, formats and file names; no row stores them."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, Literal, NamedTuple

from images.formats import BY_NAME as FORMATS, JPEG, PNG, Format


class Variant(NamedTuple):
    """One derivative; it fits a square of `edge_px`, or keeps the full size when that is None."""

    name: str
    edge_px: int | None
    format: Literal["WEBP", "JPEG"]
    extension: str
    quality: int
    eager: bool


THUMB: Final = Variant("thumb", 480, "WEBP", "webp", 75, True)
PREVIEW: Final = Variant("preview", 1600, "JPEG", "jpg", 82, True)
FULL: Final = Variant("full", None, "JPEG", "jpg", 90, False)
"""Made when first asked for; format and extension depend on the image, see `link_format`."""

EAGER: Final[tuple[Variant, ...]] = (THUMB, PREVIEW)
BY_NAME: Final[Mapping[str, Variant]] = MappingProxyType({variant.name: variant for variant in (*EAGER, FULL)})

LINKED: Final[tuple[Variant, ...]] = (FULL, PREVIEW, THUMB)
"""The sizes in which a picture can be pasted elsewhere."""

_KEPT_BY_LINKS: Final = frozenset(("JPEG", "PNG", "GIF", "WebP"))


def fitted(width: int, height: int, edge_px: int | None) -> tuple[int, int]:
    """The size in pixels that fits a square of `edge_px`: never enlarged, no side under 1."""
    longest = max(width, height)
    if edge_px is None or longest <= edge_px:
        return width, height
    return max(1, round(width * edge_px / longest)), max(1, round(height * edge_px / longest))


def original_name(file_key: str, extension: str) -> str:
    """The storage name of the original, byte for byte as uploaded."""
    return f"originals/{file_key[:2]}/{file_key}.{extension}"


def derived_name(file_key: str, variant_name: str, extension: str) -> str:
    """The storage name of one derivative."""
    return f"derived/{file_key[:2]}/{file_key}/{variant_name}.{extension}"


def link_format(format_name: str, has_alpha: bool) -> Format:
    """The format of `full`: what every browser shows stays, the rest becomes JPEG, or PNG with alpha."""
    if format_name in _KEPT_BY_LINKS:
        return FORMATS[format_name]
    return PNG if has_alpha else JPEG
