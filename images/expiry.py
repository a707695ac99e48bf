"""Lifetimes: one parser for every door. Pure."""

import re
from datetime import UTC, datetime, timedelta

_SUFFIX_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 7 * 86400}
_ISO_DURATION = re.compile(
    r"P(?:(?P<w>\d+)W)?(?:(?P<d>\d+)D)?(?:T(?=\d)(?:(?P<h>\d+)H)?(?:(?P<m>\d+)M)?(?:(?P<s>\d+)S)?)?\Z", re.ASCII
)
LONGEST = timedelta(days=100 * 366)


class BadLifetime(ValueError):
    """The lifetime can't be read, lies in the past or is too long. The message is for people."""


def parse(text: str, *, now: datetime) -> datetime | None:
    """The moment at which something with lifetime `text` ends; None for `never` or an empty text.

    Takes seconds (`3600`), `30m`, `1d`, `2w`, ISO 8601 durations of weeks, days and time (`P3D`, `PT5M`),
    `date=<RFC 3339>`, RFC 3339 (a time without an offset is UTC) and `never`. `now` is aware. Raises BadLifetime.
    """
    text = text.strip()
    if text.lower() in {"", "never"}:
        return None
    lifetime = _duration(text)
    moment = now + lifetime if lifetime is not None else _moment(text.removeprefix("date="))
    if moment <= now:
        raise BadLifetime("The lifetime ends in the past.")
    if moment - now > LONGEST:
        raise BadLifetime("The lifetime is longer than 100 years. Use never instead.")
    return moment


def _duration(text: str) -> timedelta | None:
    if match := re.fullmatch(r"(\d{1,12})([smhdw]?)", text, re.ASCII | re.IGNORECASE):
        return _bounded(int(match[1]) * _SUFFIX_SECONDS[match[2].lower() or "s"])
    match = _ISO_DURATION.match(text.upper())
    if match is None or not any(match.groupdict().values()):
        return None
    return _bounded(sum(int(count[:12]) * _SUFFIX_SECONDS[unit] for unit, count in match.groupdict("0").items()))


def _bounded(seconds: int) -> timedelta:
    return min(timedelta(seconds=min(seconds, 10**11)), LONGEST + timedelta(days=1))


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        raise BadLifetime(
            "The lifetime can't be read. Use for example 3600, 30m, 1d, 2w, P3D, an RFC 3339 time, or never."
        ) from None
