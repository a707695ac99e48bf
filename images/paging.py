"""Pages by cursor: the next page begins where the last ended, at any size of the table."""

from dataclasses import dataclass
from typing import Generic, TypeVar
from urllib.parse import urlencode

from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest

M = TypeVar("M", bound=Model)

PAGE_SIZE = 60


@dataclass(frozen=True, slots=True)
class Page(Generic[M]):
    """`items`, and the cursor of the page after them, or None; `parameter` is what queries call the cursor."""

    items: list[M]
    cursor: str | None
    parameter: str = "before"

    def next_url(self, request: HttpRequest) -> str:
        """The address of the next page, with the other parameters of this request kept; "" at the end."""
        if self.cursor is None:
            return ""
        query = {name: value for name, value in request.GET.items() if name != self.parameter}
        return f"{request.path}?{urlencode({**query, self.parameter: self.cursor})}"


def newest(rows: "QuerySet[M]", before: str | None, *, size: int = PAGE_SIZE) -> Page[M]:
    """The `size` newest rows older than the row whose id is `before`; a malformed cursor is the first page."""
    if before and _is_number(before):
        rows = rows.filter(pk__lt=int(before))
    items = list(rows.order_by("-pk")[: size + 1])
    return Page(items[:size], str(items[size - 1].pk) if len(items) > size else None)


def ascending(rows: "QuerySet[M]", field: str, after: str | None, *, size: int = PAGE_SIZE) -> Page[M]:
    """The next `size` rows by `field`, a column or annotation, and id; a malformed cursor is the first page.

    The cursor is the value and the id of the last row, with a tilde between them.
    """
    value, _tilde, pk = (after or "").rpartition("~")
    if _is_number(pk) and "\x00" not in value:
        try:
            rows = rows.filter(Q(**{f"{field}__gt": value}) | Q(pk__gt=int(pk)), **{f"{field}__gte": value})
        except ValueError:  # no value of that column
            return ascending(rows, field, None, size=size)
    items = list(rows.order_by(field, "pk")[: size + 1])
    last = items[size - 1] if len(items) > size else None
    return Page(items[:size], f"{getattr(last, field)}~{last.pk}" if last else None, "after")


def beside(rows: "QuerySet[M]", row: M, field: str) -> tuple[M | None, M | None]:
    """The rows before and after `row` by `field`, a column or annotation, and id; "-pk" is the newest first."""
    if field == "-pk":
        return rows.filter(pk__gt=row.pk).order_by("pk").first(), rows.filter(pk__lt=row.pk).order_by("-pk").first()
    value = getattr(row, field)
    # The comparison that stands alone is one that an index answers.
    before = rows.filter(Q(**{f"{field}__lt": value}) | Q(pk__lt=row.pk), **{f"{field}__lte": value})
    after = rows.filter(Q(**{f"{field}__gt": value}) | Q(pk__gt=row.pk), **{f"{field}__gte": value})
    return before.order_by(f"-{field}", "-pk").first(), after.order_by(field, "pk").first()


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 19
