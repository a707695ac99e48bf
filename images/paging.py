"""Pages by cursor: the next page begins where the last ended, at any size of the table."""

from dataclasses import dataclass
from typing import Generic, TypeVar
from urllib.parse import urlencode

from django.db.models import Model, QuerySet
from django.http import HttpRequest

M = TypeVar("M", bound=Model)

PAGE_SIZE = 60


@dataclass(frozen=True, slots=True)
class Page(Generic[M]):
    """`items`, newest first, and the cursor of the page after them, or None."""

    items: list[M]
    before: int | None

    def next_url(self, request: HttpRequest) -> str:
        """The address of the next page, with the other parameters of this request kept; "" at the end."""
        if self.before is None:
            return ""
        query = {name: value for name, value in request.GET.items() if name != "before"}
        return f"{request.path}?{urlencode({**query, 'before': self.before})}"


def newest(rows: "QuerySet[M]", before: str | None, *, size: int = PAGE_SIZE) -> Page[M]:
    """The `size` newest rows older than the row whose id is `before`; a malformed cursor is the first page."""
    if before and before.isascii() and before.isdigit() and len(before) < 19:
        rows = rows.filter(pk__lt=int(before))
    items = list(rows.order_by("-pk")[: size + 1])
    return Page(items[:size], items[size - 1].pk if len(items) > size else None)
