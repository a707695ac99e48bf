"""The order of the photos in a gallery, and moving them to another one."""

import io
from importlib import import_module

import pytest
from django.apps import apps
from django.test import Client

from accounts.models import User
from conftest import Commit, Upload
from galleries.models import Gallery, GalleryItem, Order
from images import paging, uploads
from images.models import Image, Status
from images.tests.pictures import jpeg_with_position


@pytest.fixture
def gallery(owner: User) -> Gallery:
    return Gallery.objects.create(owner=owner, title="Norway", order="manual")


@pytest.fixture
def photos(owner: User, gallery: Gallery) -> list[Image]:
    found = []
    for name in "abcde":
        image = Image.new(owner=owner, original_name=f"{name}.jpg", size_bytes=1)
        image.status, image.format, image.width, image.height = Status.READY, "JPEG", 3, 2
        image.save()
        found.append(image)
    gallery.add(*found)
    return found


def order(client: Client, gallery: Gallery) -> str:
    """The first letters of the photos as the page shows them."""
    return "".join(photo.original_name[0] for photo in client.get(gallery.get_absolute_url()).context["photos"])


@pytest.mark.parametrize(
    ("moved", "to", "expected"),
    [
        ("d", "first", "dabce"),
        ("a", "last", "bcdea"),
        ("c", "earlier", "acbde"),
        ("c", "later", "abdce"),
        ("a", "earlier", "abcde"),
        ("e", "later", "abcde"),
        ("bd", "first", "bdace"),
        ("bd", "later", "acbde"),
        ("ab", "later", "cabde"),
        ("e", "b", "aebcd"),
        ("a", "e", "bcdae"),
        ("a", "after:c", "bcade"),
        ("ce", "after:a", "acebd"),
        ("a", "after:e", "bcdea"),
        ("a", "nonsense", "bcdea"),
    ],
)
def test_photos_are_put_in_order_by_hand(
    as_owner: Client, gallery: Gallery, photos: list[Image], moved: str, to: str, expected: str
) -> None:
    keys = {photo.original_name[0]: photo.key for photo in photos}
    as_owner.post(
        f"/g/{gallery.key}/place", {"keys": [keys[name] for name in moved], "to": to[:-1] + keys.get(to[-1], to[-1])}
    )
    assert order(as_owner, gallery) == expected


def test_arranging_by_hand_begins_with_the_order_that_was_shown(
    as_owner: Client, gallery: Gallery, photos: list[Image]
) -> None:
    Gallery.objects.update(order="added")
    assert order(as_owner, gallery) == "edcba"
    as_owner.post(f"/g/{gallery.key}/place", {"keys": photos[0].key, "to": "first"})
    gallery.refresh_from_db()
    assert gallery.order == "manual"
    assert order(as_owner, gallery) == "aedcb"


def test_what_is_added_later_comes_last(as_owner: Client, gallery: Gallery, photos: list[Image]) -> None:
    as_owner.post(f"/g/{gallery.key}/place", {"keys": photos[4].key, "to": "first"})
    gallery.remove([photos[1]])
    gallery.add(photos[1])
    assert order(as_owner, gallery) == "eacdb"


def test_a_script_that_drags_is_answered_without_a_page(
    as_owner: Client, gallery: Gallery, photos: list[Image]
) -> None:
    fields = {"keys": photos[2].key, "to": "first"}
    answer = as_owner.post(f"/g/{gallery.key}/place", fields, headers={"X-Requested-With": "fetch"})
    assert answer.status_code == 204


def test_photos_are_sorted_by_the_time_they_were_taken_unknown_ones_last(
    as_owner: Client, gallery: Gallery, photos: list[Image]
) -> None:
    Gallery.objects.update(order="taken")
    for photo, taken in zip(photos, ["2024-05-06T07:08:09", "", "2001-01-01T00:00:00", "", "2024-05-06"], strict=True):
        photo.taken_at = taken
        photo.save(update_fields=["taken_at"])
    assert order(as_owner, gallery) == "ceabd"


def test_photos_are_sorted_by_name_whatever_its_case(as_owner: Client, gallery: Gallery, photos: list[Image]) -> None:
    Gallery.objects.update(order="name")
    for photo, title in ((photos[0], "Zebra"), (photos[4], "ANT")):
        photo.save(update_fields=photo.describe(title=title, description=""))
    assert order(as_owner, gallery) == "ebcda"


@pytest.mark.parametrize("by", ["manual", "taken", "name", "added"])
def test_pages_follow_each_other_without_a_gap_in_every_order(
    as_owner: Client, gallery: Gallery, photos: list[Image], by: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    Gallery.objects.update(order=by)
    GalleryItem.objects.update(position=1, name_key="the same ~ name", taken_key="2024-05-06T07:08:09")
    monkeypatch.setattr(paging.ascending, "__kwdefaults__", {"size": 2})
    monkeypatch.setattr(paging.newest, "__kwdefaults__", {"size": 2})
    url, seen = gallery.get_absolute_url(), ""
    while url:
        page = as_owner.get(url)
        seen += "".join(photo.original_name[0] for photo in page.context["photos"])
        url = page.context["next_url"]
    assert seen == ("edcba" if by == "added" else "abcde")


@pytest.mark.parametrize("cursor", ["~", "x~1", "~9999999999999999999999", "1", "1~x", "\x00~1"])
def test_a_malformed_cursor_is_no_error(as_owner: Client, gallery: Gallery, photos: list[Image], cursor: str) -> None:
    for by in ("manual", "name", "taken"):
        Gallery.objects.update(order=by)
        assert as_owner.get(gallery.get_absolute_url(), {"after": cursor}).status_code == 200


def test_photos_move_to_another_gallery(as_owner: Client, owner: User, gallery: Gallery, photos: list[Image]) -> None:
    other = Gallery.objects.create(owner=owner, title="Best")
    keys = [photos[0].key, photos[3].key]
    as_owner.post(f"/g/{gallery.key}/move", {"keys": keys, "gallery": other.key})
    assert (order(as_owner, gallery), order(as_owner, other)) == ("bce", "da")
    as_owner.post(f"/g/{gallery.key}/move", {"keys": photos[1].key, "gallery": "new", "new_gallery": "Fjords"})
    assert order(as_owner, Gallery.objects.get(title="Fjords")) == "b"


def test_nobody_orders_or_moves_in_another_s_gallery(
    as_stranger: Client, stranger: User, as_owner: Client, gallery: Gallery, photos: list[Image], upload: Upload
) -> None:
    own = Gallery.objects.create(owner=stranger, title="Mine")
    fields = {"keys": photos[4].key, "to": "first", "gallery": own.key}
    assert as_stranger.post(f"/g/{gallery.key}/place", fields).status_code == 404
    assert as_stranger.post(f"/g/{gallery.key}/move", fields).status_code == 404
    as_stranger.post(f"/g/{own.key}/move", fields)
    assert order(as_owner, gallery) == "abcde"
    assert not own.items.exists()


def test_a_gallery_that_is_made_by_its_name_shows_the_newest_first(as_owner: Client) -> None:
    """As the upload page makes one."""
    as_owner.post("/galleries/new", {"title": "A walk", "visibility": "private"})
    assert Gallery.objects.get().order == Order.ADDED


def test_a_photo_whose_bytes_come_after_its_place_is_sorted_by_the_time_in_them(
    as_owner: Client, owner: User, gallery: Gallery, commit: Commit
) -> None:
    """A resumable upload takes its place in the gallery when it begins."""
    data = jpeg_with_position()
    begun = uploads.start(owner=owner, length=len(data), name="late.jpg", options=uploads.Options(), place=gallery.add)
    assert gallery.items.get().taken_key == "~"
    with uploads.held(begun) as own, commit():
        uploads.append(own, stream=io.BytesIO(data))
        received = uploads.finish(own)
    assert received.image.taken_at
    assert gallery.items.get().taken_key == received.image.taken_at


def test_places_from_before_an_update_get_their_keys(gallery: Gallery, photos: list[Image]) -> None:
    Image.objects.filter(pk=photos[1].pk).update(title="ÄRA", taken_at="2024-05-06T07:08:09")
    GalleryItem.objects.update(name_key="", taken_key="~")
    import_module("galleries.migrations.0005_sort_keys").fill(apps, None)
    keys = list(gallery.items.order_by("pk").values_list("name_key", "taken_key"))
    assert keys[:2] == [("a.jpg", "~"), ("ära", "2024-05-06T07:08:09")]
