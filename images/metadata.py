"""What people are shown of a file: its name and a short allow-list of EXIF, cleaned; its position only on request."""

import math
import re
import unicodedata
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from typing import Any, Final, NamedTuple

from PIL import Image
from PIL.ExifTags import GPS, IFD, Base

NAME_LENGTH: Final = 200
TEXT_LENGTH: Final = 100
_EXTENSION_LENGTH: Final = 12
_REMOVED: Final = frozenset(("Cc", "Cf", "Cs", "Co", "Cn"))
"""Unicode categories: control, format (bidi overrides, zero-width), surrogate, private use, unassigned."""

_DATE: Final = re.compile(r"(\d{4})[:-](\d\d)[:-](\d\d)[ T](\d\d):(\d\d):(\d\d)", re.ASCII)
_OFFSET: Final = re.compile(r"[+-](?:0\d|1[0-4]):[0-5]\d", re.ASCII)
_EARLIEST_YEAR: Final = 1800
_ISO_ELSEWHERE: Final = 65_535
_HEMISPHERES: Final = {"N": 1, "S": -1, "E": 1, "W": -1}


class Position(NamedTuple):
    """Degrees on WGS 84, north and east positive, to five decimals: about a metre."""

    latitude: float
    longitude: float


def clean_name(name: str) -> str:
    """The file name as a person may see it: no folders, nothing invisible, at most 200 characters."""
    cleaned = _clean(re.split(r"[/\\]", name)[-1])
    if not cleaned.strip(". "):
        return "photo"
    if len(cleaned) <= NAME_LENGTH:
        return cleaned
    stem, dot, extension = cleaned.rpartition(".")
    if not stem or len(extension) > _EXTENSION_LENGTH:
        return cleaned[:NAME_LENGTH].rstrip()
    return stem[: NAME_LENGTH - len(dot + extension)].rstrip() + dot + extension


def exif_shown(exif: Image.Exif) -> dict[str, str | float | int]:
    """Camera, lens and exposure settings; what is absent or not plausible has no key."""
    details = exif.get_ifd(IFD.Exif)
    shown: dict[str, str | float | int | None] = {
        "camera": _camera(_text(exif.get(Base.Make)), _text(exif.get(Base.Model))),
        "lens": _text(details.get(Base.LensModel)),
        "exposure_seconds": _significant(_number(details.get(Base.ExposureTime), 86_400)),
        "f_number": _tenths(_number(details.get(Base.FNumber), 1_000)),
        "iso": _iso(details),
        "focal_length_mm": _tenths(_number(details.get(Base.FocalLength), 100_000)),
        "focal_length_35mm": _whole(_number(details.get(Base.FocalLengthIn35mmFilm), 65_535)),
    }
    return {name: value for name, value in shown.items() if value}


def taken_at(exif: Image.Exif) -> str | None:
    """ISO 8601 time on the clock of the camera, with its offset from UTC when the camera knew it."""
    details = exif.get_ifd(IFD.Exif)
    original = _local_time(details.get(Base.DateTimeOriginal))
    if original is not None:
        return original + _offset(details.get(Base.OffsetTimeOriginal))
    changed = _local_time(exif.get(Base.DateTime))
    return None if changed is None else changed + _offset(details.get(Base.OffsetTime))


def position(exif: Image.Exif) -> Position | None:
    """Where the EXIF says that the photo was taken; 0, 0 is what cameras write while they don't know."""
    place = exif.get_ifd(IFD.GPSInfo)
    latitude = _degrees(place.get(GPS.GPSLatitude), _text(place.get(GPS.GPSLatitudeRef)), "NS", 90)
    longitude = _degrees(place.get(GPS.GPSLongitude), _text(place.get(GPS.GPSLongitudeRef)), "EW", 180)
    if latitude is None or longitude is None or latitude == longitude == 0:
        return None
    return Position(latitude, longitude)


def _clean(text: str) -> str:
    spaced = re.sub(r"\s+", " ", text)
    visible = "".join(character for character in spaced if unicodedata.category(character) not in _REMOVED)
    return re.sub(r"\s+", " ", unicodedata.normalize("NFC", visible)).strip()


def clean_text(text: str) -> str:
    """One line of at most 100 characters, without anything invisible."""
    return _clean(text.partition("\0")[0][: 10 * TEXT_LENGTH])[:TEXT_LENGTH].rstrip()


def _text(value: Any) -> str:
    """A clean text; Pillow reads texts as Latin-1, but Exif 3.0, and many a camera before it, writes UTF-8."""
    if isinstance(value, bytes):
        value = value.decode("utf-8", "ignore")
    if not isinstance(value, str):
        return ""
    with suppress(UnicodeError):
        value = value.encode("latin-1").decode()
    return clean_text(value)


def _finite(value: Any) -> float | None:
    try:
        number = float(value)
    except (TypeError, ValueError, ZeroDivisionError, OverflowError):
        return None
    return number if math.isfinite(number) else None


def _number(value: Any, largest: float) -> float | None:
    """A finite number above 0 and up to `largest`; of several the first."""
    if isinstance(value, tuple):
        value = value[0] if value else None
    number = _finite(value)
    return number if number is not None and 0 < number <= largest else None


def _whole(number: float | None) -> int | None:
    return None if number is None else round(number)


def _tenths(number: float | None) -> float | None:
    return None if number is None else round(number, 1)


def _significant(number: float | None) -> float | None:
    """Six digits from the first that isn't 0."""
    return None if number is None else float(f"{number:.6g}")


def _iso(details: Mapping[int, Any]) -> int | None:
    """The sensitivity; where it doesn't fit its 16 bits, Exif 2.3 writes 65535 there and has a second tag."""
    iso = _whole(_number(details.get(Base.ISOSpeedRatings), 10_000_000))
    return iso if iso != _ISO_ELSEWHERE else _whole(_number(details.get(Base.RecommendedExposureIndex), 10_000_000))


def _degrees(value: Any, hemisphere: str, hemispheres: str, most: int) -> float | None:
    """Signed degrees from degrees, minutes and seconds, of which the last ones may be missing."""
    parts = value if isinstance(value, tuple) else (value,)
    if len(parts) not in {1, 2, 3} or hemisphere not in tuple(hemispheres):
        return None
    total = 0.0
    for unit, largest, part in zip((1, 60, 3600), (most, 60, 60), parts, strict=False):
        number = _finite(part)
        if number is None or not 0 <= number <= largest:
            return None
        total += number / unit
    return round(total * _HEMISPHERES[hemisphere], 5) if total <= most else None


def _camera(make: str, model: str) -> str:
    """Make and model, the make once: "Canon" and "Canon EOS 5D" give "Canon EOS 5D"."""
    first_word = model.partition(" ")[0].casefold()
    if first_word and first_word in make.casefold().split():
        return model
    return f"{make} {model}".strip()[:TEXT_LENGTH].rstrip()


def _local_time(value: Any) -> str | None:
    match = _DATE.match(_text(value))
    if match is None:
        return None
    try:
        moment = datetime.fromisoformat("{}-{}-{}T{}:{}:{}".format(*match.groups()))
    except ValueError:
        return None
    return moment.isoformat() if moment.year >= _EARLIEST_YEAR else None


def _offset(value: Any) -> str:
    text = _text(value)
    return text if _OFFSET.fullmatch(text) else ""
