"""The order of the photos in a gallery: by date added, date taken, name, or by hand."""

from collections.abc import Collection
from typing import Final

from django.db import transaction
from django.db.models import QuerySet
from django.http import QueryDict

from galleries.models import Gallery, GalleryItem, Order
from images import paging
from images.models import Image
from images.paging import Page

SORT_KEYS: Final[dict[str, str]] = {Order.TAKEN: "taken_key", Order.NAME: "name_key", Order.MANUAL: "position"}
"""The column of an order that an index holds."""


def page_of(gallery: Gallery, items: "QuerySet[GalleryItem]", query: QueryDict) -> Page[GalleryItem]:
    """The page of the gallery's entries that `query` asks for, in the gallery's order."""
    if gallery.order == Order.ADDED:
        return paging.newest(items, query)
    return paging.ascending(items, SORT_KEYS[gallery.order], query)


def beside(
    gallery: Gallery, items: "QuerySet[GalleryItem]", image: Image
) -> tuple[GalleryItem | None, GalleryItem | None]:
    """The entries in front of and behind that of `image` in the gallery's order."""
    if gallery.order == Order.ADDED:
        return paging.beside(items, items.get(image=image), "-pk")
    return paging.beside(items, items.get(image=image), SORT_KEYS[gallery.order])


def arrange(gallery: Gallery, keys: Collection[str], to: str) -> None:
    """Moves photos in an order by hand, which begins as the one that was shown.

    `to` is "first", "last", "earlier", "later" or the key of the photo in front of which they go, with "after:" of the
    one behind which; an unknown one is the end. They keep their order among themselves.
    """
    with transaction.atomic():
        rows = gallery.items.select_for_update(of=("self",)).select_related("image").only("position", "image__key")
        if gallery.order == Order.ADDED:
            items = list(rows.order_by("-pk"))
        else:
            items = list(rows.order_by(SORT_KEYS[gallery.order], "pk"))
        moved = [item for item in items if item.image.key in keys]
        others = [item for item in items if item.image.key not in keys]
        at = _place(items, moved, others, to)
        changed = []
        for number, item in enumerate([*others[:at], *moved, *others[at:]], 1):
            if item.position != number:
                item.position = number
                changed.append(item)
        GalleryItem.objects.bulk_update(changed, ["position"], batch_size=500)
        if gallery.order != Order.MANUAL:
            gallery.order = Order.MANUAL
            gallery.save(update_fields=["order"])


def _place(items: list[GalleryItem], moved: list[GalleryItem], others: list[GalleryItem], to: str) -> int:
    """In front of which of the others the moved ones go."""
    first = items.index(moved[0]) if moved else 0  # as many others are in front of it
    if to == "first":
        return 0
    if to == "earlier":
        return max(0, first - 1)
    if to == "later":
        return min(len(others), first + 1)
    beside = to.removeprefix("after:")
    place = next((number for number, item in enumerate(others) if item.image.key == beside), len(others))
    return place if to == beside else min(len(others), place + 1)
