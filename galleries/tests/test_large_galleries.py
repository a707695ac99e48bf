"""The page of a gallery costs what it shows, not what the gallery or the site holds."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from galleries import sharing
from galleries.models import Gallery, Order
from images.models import Image, Status
from images.paging import PAGE_SIZE


def fill(gallery: Gallery, count: int, *, waits: bool = False) -> None:
    images = [Image.new(owner=gallery.owner, original_name=f"{number}.jpg", size_bytes=1) for number in range(count)]
    for image in images:
        image.status, image.format, image.width, image.height = Status.READY, "JPEG", 3, 2
    gallery.add(*Image.objects.bulk_create(images), waits=waits)


def gallery_of(owner: User, count: int, order: str) -> Gallery:
    """A public gallery with `count` photos, as many in two galleries in it, and as many that wait."""
    gallery = Gallery.objects.create(owner=owner, title="All", visibility="public", order=order)
    fill(gallery, count)
    fill(gallery, count, waits=True)
    for _ in range(2):
        fill(Gallery.objects.create(owner=owner, title="Inside", visibility="public", parent=gallery), count)
    return gallery


@pytest.mark.parametrize("order", Order.values)
def test_the_queries_of_a_page_do_not_grow_with_the_gallery(
    as_owner: Client, visitor: Client, owner: User, order: str
) -> None:
    counts: list[list[int]] = []
    for size in (2, PAGE_SIZE + 1):
        gallery = gallery_of(owner, size, order)
        link = sharing.make(owner, gallery=gallery, expires_at=None)
        addresses = gallery.get_absolute_url(), link.get_absolute_url()
        visits = [(as_owner, addresses[0]), (visitor, addresses[0]), (visitor, addresses[1])]
        counts.append([])
        for client, address in visits:
            with CaptureQueriesContext(connection) as queries:
                answer = client.get(address)
            assert len(answer.context["photos"]) == min(size, PAGE_SIZE)
            counts[-1].append(len(queries))
            lists = [query["sql"] for query in queries if '"image_id" IN (SELECT' in query["sql"]]
            assert not lists, "every photo of the site is listed before the first one is shown"
    assert counts[0] == counts[1]
