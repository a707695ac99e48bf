"""The pages with many photos ask the database as often for 1,000 photos as for 10."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from conftest import signed_in
from galleries.models import Gallery, SharedImage, ShareLink
from images.models import Image
from images.tests.test_pages import rows

FEW, MANY = 10, 1000

Grow = Callable[[int], None]


def _in_galleries(owner: User, images: list[Image]) -> None:
    """All in the first gallery, some in others of it, as many as there are tens."""
    root, _made = Gallery.objects.get_or_create(owner=owner, title="Norway", key="1" * 16, visibility="public")
    root.add(*images)
    for start in range(0, len(images), 50):
        Gallery.objects.create(owner=owner, title=f"Day {start}", parent=root).add(*images[start : start + 5])
        Gallery.objects.create(owner=owner, title=f"On top {start}").add(*images[start : start + 5])


def _behind_links(owner: User, images: list[Image]) -> None:
    """A link to the gallery, one to all photos, and some to a few of them."""
    root = Gallery.objects.get(key="1" * 16)
    ShareLink.objects.get_or_create(owner=owner, gallery=root, token="1" * 22)
    picked, _made = ShareLink.objects.get_or_create(owner=owner, token="2" * 22)
    few = [ShareLink.objects.create(owner=owner) for _ in range(0, len(images), 50)]
    SharedImage.objects.bulk_create(
        [SharedImage(link=picked, image=image, position=image.pk) for image in images]
        + [SharedImage(link=link, image=images[0], position=1) for link in few]
    )


PAGES = {
    "library": ("owner", "/library/"),
    "gallery of one's own": ("owner", f"/g/{'1' * 16}"),
    "gallery": ("visitor", f"/g/{'1' * 16}"),
    "galleries": ("owner", "/galleries/"),
    "link to a gallery": ("visitor", f"/s/{'1' * 22}"),
    "link to photos": ("visitor", f"/s/{'2' * 22}"),
    "links": ("owner", "/links/"),
    "trash": ("owner", "/trash/"),
    "explore": ("visitor", "/explore/"),
    "search": ("visitor", "/explore/?q=fjord"),
    "one's own page": ("owner", "/u/owner"),
    "a person's page": ("visitor", "/u/owner"),
}
SHOWN = {"galleries": "On top 0", "links": f"/s/{'2' * 22}", "trash": 'name="keys"'}
"""What shows that a page isn't empty, where that is not the title of the photos."""


@pytest.fixture
def grow(owner: User) -> Grow:
    """Adds so many photos, shown on every page, and as many to the trash."""

    def do(count: int) -> None:
        end = timezone.now() + timedelta(days=9)
        images = rows(owner, count, visibility="public", title="Fjord", search_text="fjord", expires_at=end)
        rows(owner, count, trashed_at=timezone.now())
        _in_galleries(owner, images)
        _behind_links(owner, images)

    return do


def test_the_pages_ask_no_more_for_a_thousand_photos_than_for_ten(grow: Grow, owner: User) -> None:
    clients = {"owner": signed_in(owner), "visitor": Client()}

    def asked() -> dict[str, int]:
        counts = {}
        for name, (role, path) in PAGES.items():
            with CaptureQueriesContext(connection) as queries:
                answer = clients[role].get(path)
            assert answer.status_code == 200, name
            assert SHOWN.get(name, "Fjord") in answer.content.decode(), name
            counts[name] = len(queries)
        return counts

    grow(FEW)
    few = asked()
    grow(MANY - FEW)
    assert Image.objects.live().count() == MANY
    assert asked() == few
    assert max(few.values()) <= 12, few
