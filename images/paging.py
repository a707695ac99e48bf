"""Pages by cursor: the next page begins where the last ended, at any size of the table."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, Generic, Literal, TypeVar
from urllib.parse import urlencode

from django.db.models import Model, QuerySet
from django.http import HttpRequest, QueryDict

M = TypeVar("M", bound=Model)

PAGE_SIZE = 60
CURSORS: Final = frozenset(("before", "after"))
"""The parameters of a query: rows that are less than its cursor, and rows that are greater."""

_INVERSE: Final = {"lt": "gt", "gt": "lt"}


@dataclass(frozen=True, slots=True)
class Page(Generic[M]):
    """`items`, and the queries of the pages behind and in front of them, or None."""

    items: list[M]
    following: dict[str, str] | None = None
    previous: dict[str, str] | None = None

    def urls(self, request: HttpRequest) -> dict[str, str]:
        """`next_url` and `previous_url`, with the other parameters of this request kept; "" where there is none."""
        return {"next_url": self._url(request, self.following), "previous_url": self._url(request, self.previous)}

    def _url(self, request: HttpRequest, cursor: dict[str, str] | None) -> str:
        if cursor is None:
            return ""
        query = {name: value for name, value in request.GET.items() if name not in CURSORS}
        return f"{request.path}?{urlencode({**query, **cursor}, safe=':')}"


def is_start(query: QueryDict) -> bool:
    """Whether the first page is asked for, and no cursor in the list."""
    return not CURSORS & query.keys()


def newest(rows: "QuerySet[M]", query: QueryDict, *, size: int = PAGE_SIZE) -> Page[M]:
    """The page of `rows`, newest first, that `query` asks for by the id of a row; a malformed cursor is the first."""
    return _page(rows, "-pk", query, size)


def latest(rows: "QuerySet[M]", query: QueryDict, *, size: int = PAGE_SIZE) -> Page[M]:
    """The page of `rows` by `shown_at`, latest first. A cursor is time and id, or a date alone."""
    return _page(rows, "-shown_at", query, size)


def ascending(rows: "QuerySet[M]", field: str, query: QueryDict, *, size: int = PAGE_SIZE) -> Page[M]:
    """The page of `rows` by `field`, a column or annotation, and id.

    A cursor is the value and the id of a row, with a tilde between them.
    """
    return _page(rows, field, query, size)


def beside(rows: "QuerySet[M]", row: M, field: str) -> tuple[M | None, M | None]:
    """The rows before and after `row` by `field`, a column or annotation, and id; "-pk" is the newest first."""
    name, cursor = field.lstrip("-"), _cursor(row, field.lstrip("-"))
    less = _ordered(_beyond(rows, name, cursor, "lt"), f"-{name}").first()
    more = _ordered(_beyond(rows, name, cursor, "gt"), name).first()
    return (more, less) if field.startswith("-") else (less, more)


def _page(rows: "QuerySet[M]", field: str, query: QueryDict, size: int) -> Page[M]:
    """A page without rows is the first one: what its cursor meant has gone."""
    descending, name = field.startswith("-"), field.lstrip("-")
    ahead, back = ("before", "after") if descending else ("after", "before")
    marked = next((parameter for parameter in (ahead, back) if query.get(parameter)), None)
    found = rows
    if marked is not None:
        try:
            found = _beyond(rows, name, str(query[marked]), "lt" if marked == "before" else "gt")
        except (ValueError, OverflowError):
            return _page(rows, field, QueryDict(), size)
    backwards = marked == back
    items = list(_ordered(found, name if descending == backwards else f"-{name}")[: size + 1])
    more, items = len(items) > size, items[:size]
    if marked is not None and not items:
        return _page(rows, field, QueryDict(), size)
    has_next, has_previous = (True, more) if backwards else (more, False)
    if backwards:
        items.reverse()
    elif marked is not None:
        has_previous = _beyond(rows, name, _cursor(items[0], name), "gt" if descending else "lt").exists()
    return Page(
        items,
        {ahead: _cursor(items[-1], name)} if has_next else None,
        {back: _cursor(items[0], name)} if has_previous else None,
    )


def _ordered(rows: "QuerySet[M]", field: str) -> "QuerySet[M]":
    return rows.order_by(*dict.fromkeys((field, "-pk" if field.startswith("-") else "pk")))


def _cursor(row: Model, field: str) -> str:
    if field == "pk":
        return str(row.pk)
    value = getattr(row, field)
    return f"{value.replace(tzinfo=None).isoformat() if isinstance(value, datetime) else value}~{row.pk}"


def _beyond(rows: "QuerySet[M]", field: str, cursor: str, side: Literal["lt", "gt"]) -> "QuerySet[M]":
    """The rows that are less or greater than the cursor; raises ValueError if it is malformed.

    The condition on `field` stands for itself, so that an index finds the place.
    """
    if field == "pk":
        return rows.filter(**{f"pk__{side}": _number(cursor)})
    text, tilde, pk = cursor.rpartition("~")
    value: Any = text
    if "\x00" in text:
        raise ValueError(text)
    if field == "shown_at":
        value = datetime.fromisoformat(text or pk).replace(tzinfo=UTC)
        if not tilde:
            return rows.filter(**{f"{field}__{side}": value})
    same = {field: value, f"pk__{_INVERSE[side]}e": _number(pk)}
    return rows.filter(**{f"{field}__{side}e": value}).exclude(**same)


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise ValueError(text)
    return int(text)
