"""What people are shown of a file: its name and a short allow-list of EXIF, cleaned; never a position."""

import math
import re
import unicodedata
from datetime import datetime
from typing import Any, Final

from PIL import Image
from PIL.ExifTags import IFD, Base

NAME_LENGTH: Final = 200
TEXT_LENGTH: Final = 100
_EXTENSION_LENGTH: Final = 12
_REMOVED: Final = frozenset(("Cc", "Cf", "Cs", "Co", "Cn"))
"""Unicode categories: control, format (bidi overrides, zero-width), surrogate, private use, unassigned."""

_DATE: Final = re.compile(r"(\d{4})[:-](\d\d)[:-](\d\d)[ T](\d\d):(\d\d):(\d\d)", re.ASCII)
_OFFSET: Final = re.compile(r"[+-](?:0\d|1[0-4]):[0-5]\d", re.ASCII)
_EARLIEST_YEAR: Final = 1800


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
        "exposure": _exposure(_number(details.get(Base.ExposureTime), 86_400)),
        "aperture": _labelled("f/{:g}", _number(details.get(Base.FNumber), 1_000)),
        "iso": _whole(_number(details.get(Base.ISOSpeedRatings), 10_000_000)),
        "focal_length": _labelled("{:g} mm", _number(details.get(Base.FocalLength), 100_000)),
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


def _clean(text: str) -> str:
    spaced = re.sub(r"\s+", " ", text)
    visible = "".join(character for character in spaced if unicodedata.category(character) not in _REMOVED)
    return re.sub(r"\s+", " ", unicodedata.normalize("NFC", visible)).strip()


def clean_text(text: str) -> str:
    """One line of at most 100 characters, without anything invisible."""
    return _clean(text.partition("\0")[0][: 10 * TEXT_LENGTH])[:TEXT_LENGTH].rstrip()


def _text(value: Any) -> str:
    if isinstance(value, bytes):
        value = value.decode("utf-8", "ignore")
    if not isinstance(value, str):
        return ""
    return clean_text(value)


def _number(value: Any, largest: float) -> float | None:
    """A finite number above 0 and up to `largest`; of several the first."""
    if isinstance(value, tuple):
        value = value[0] if value else None
    try:
        number = float(value)
    except (TypeError, ValueError, ZeroDivisionError, OverflowError):
        return None
    return number if math.isfinite(number) and 0 < number <= largest else None


def _whole(number: float | None) -> int | None:
    return None if number is None else round(number)


def _labelled(label: str, number: float | None) -> str | None:
    rounded = round(number or 0, 1)
    return label.format(rounded) if rounded else None


def _exposure(seconds: float | None) -> str | None:
    if seconds is None:
        return None
    return f"1/{1 / seconds:.0f} s" if seconds < 0.3 else f"{round(seconds, 1):g} s"


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
