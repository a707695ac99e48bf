"""Lists of galleries, in a number of queries that doesn't grow with the rows."""

from django.contrib.auth.models import AnonymousUser
from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from accounts.models import User, Visibility
from galleries.models import Gallery, GalleryItem, GalleryQuerySet, shows
from images.models import Image, Status


def with_covers(galleries: GalleryQuerySet, viewer: User | AnonymousUser) -> list[Gallery]:
    """Galleries as `covered` gives them, with what this viewer may see of them."""
    shown = Image.objects.visible_to(viewer).received()
    open_inside = Q(owner=None if isinstance(viewer, AnonymousUser) else viewer)
    open_inside |= Q(visibility=Visibility.PUBLIC) | Q(visibility=OuterRef("visibility"))
    inside = Gallery.objects.visible_to(viewer).filter(open_inside)
    return covered(galleries, items=GalleryItem.objects.filter(shows(shown), waits=False), inside=inside)


def covered(galleries: GalleryQuerySet, *, items: "QuerySet[GalleryItem]", inside: GalleryQuerySet) -> list[Gallery]:
    """Galleries, newest first, with `image_count`, `gallery_count` and `cover_image`; in two queries.

    `items` and `inside` are the entries and galleries that count. The cover is the chosen one, else the newest photo
    of the gallery, else that of a gallery in it.
    """
    ready = items.filter(image__status=Status.READY)
    own = ready.filter(gallery=OuterRef("pk"))
    nested = ready.filter(gallery__parent=OuterRef("pk"))
    found = list(
        galleries.annotate(
            image_count=_count(items.filter(gallery=OuterRef("pk")), "gallery"),
            gallery_count=_count(inside.filter(parent=OuterRef("pk")), "parent"),
            cover_pk=Coalesce(
                Subquery(own.filter(image=OuterRef("cover")).values("image")[:1]),
                Subquery(own.order_by("-pk").values("image")[:1]),
                Subquery(nested.order_by("-pk").values("image")[:1]),
            ),
        ).order_by("-pk")
    )
    covers = Image.objects.in_bulk([gallery.cover_pk for gallery in found])  # type: ignore[attr-defined]
    for gallery in found:
        gallery.cover_image = covers.get(gallery.cover_pk)  # type: ignore[attr-defined]
    return found


def as_tree(galleries: GalleryQuerySet) -> list[tuple[Gallery, int]]:
    """The galleries by title, each followed by those in it, with its level; in one query.

    One whose parent isn't among them is on top, level 0.
    """
    found = list(galleries.order_by("title", "pk"))
    pks = {gallery.pk for gallery in found}
    inside: dict[int | None, list[Gallery]] = {}
    for gallery in found:
        inside.setdefault(gallery.parent_id if gallery.parent_id in pks else None, []).append(gallery)

    def walk(parent: int | None, level: int) -> list[tuple[Gallery, int]]:
        return [
            entry for gallery in inside.get(parent, ()) for entry in [(gallery, level), *walk(gallery.pk, level + 1)]
        ]

    return walk(None, 0)


def _count(rows: "QuerySet[GalleryItem] | QuerySet[Gallery]", column: str) -> Coalesce:
    counted = rows.order_by().values(column).annotate(number=Count("pk")).values("number")
    return Coalesce(Subquery(counted), 0)
