"""Photos in time: by the clock of the camera that took them, else by that of the site when they came."""

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import groupby
from typing import Any, Generic, NamedTuple, Protocol, TypeVar

from django.db.models import Count, QuerySet, TextField
from django.db.models.functions import Cast, Substr
from django.utils import timezone

_CLOCKS_APART = timedelta(days=1)


class Shown(Protocol):
    @property
    def shown_at(self) -> datetime: ...


S = TypeVar("S", bound=Shown)


class Day(NamedTuple, Generic[S]):
    date: date
    photos: list[S]


class Month(NamedTuple):
    """`first` is its first day."""

    first: date
    photo_count: int

    @property
    def end(self) -> date:
        """The first day of the month after it."""
        return (self.first + timedelta(days=31)).replace(day=1)


def clock(moment: datetime | None = None) -> datetime:
    """What the clock of the site shows at `moment`, or now, as if it were in UTC."""
    return timezone.localtime(moment).replace(tzinfo=UTC)


def shown_at(taken_at: str, created_at: datetime) -> datetime:
    """What the clock of the camera showed, as if it were in UTC; that of the site where no camera says it.

    A camera that is ahead of its upload by more than clocks can be apart has lost its time.
    """
    uploaded = clock(created_at)
    if not taken_at:
        return uploaded
    taken = datetime.fromisoformat(taken_at).replace(tzinfo=UTC)
    return taken if taken <= uploaded + _CLOCKS_APART else uploaded


def days(photos: Iterable[S]) -> Sequence[Day[S]]:
    """Photos that are in the order of time, day by day."""
    return [Day(day, list(of_day)) for day, of_day in groupby(photos, key=lambda photo: photo.shown_at.date())]


def months(photos: "QuerySet[Any]") -> list[Month]:
    """The months from which there are photos, latest first. Reads an entry for every photo.

    As text, because SQLite cuts text faster than Python, which it calls for dates, by an order of magnitude.
    """
    month = Substr(Cast("shown_at", TextField()), 1, 7)
    counted = photos.order_by().values(month=month).annotate(count=Count("pk")).order_by("-month")
    return [Month(date.fromisoformat(f"{row['month']}-01"), row["count"]) for row in counted]
