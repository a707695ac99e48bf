"""Galleries: made, filled, shown to whom they may be shown, and deleted without their photos."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from accounts.models import User, Visibility
from conftest import Commit, Upload
from galleries.models import Gallery, GalleryItem
from images.models import Image, Status
from images.tests.pictures import jpeg


@pytest.fixture
def gallery(owner: User) -> Gallery:
    return Gallery.objects.create(owner=owner, title="Norway")


def shown(client: Client, gallery: Gallery) -> list[Image]:
    photos: list[Image] = client.get(gallery.get_absolute_url()).context["photos"]
    return photos


def test_a_gallery_is_made_renamed_and_described(as_owner: Client) -> None:
    as_owner.post("/galleries/new", {"title": "Norway", "description": "", "visibility": "unlisted", "order": "added"})
    gallery = Gallery.objects.get()
    fields = {"title": "Fjords", "description": "By boat", "visibility": "public", "order": "taken"}
    as_owner.post(f"/g/{gallery.key}/edit", fields)
    gallery.refresh_from_db()
    assert (gallery.title, gallery.description) == ("Fjords", "By boat")
    assert (gallery.visibility, gallery.order) == ("public", "taken")


def test_a_gallery_without_a_title_is_explained(as_owner: Client) -> None:
    answer = as_owner.post("/galleries/new", {"title": "", "visibility": "unlisted"})
    assert "title" in answer.context["form"].errors


def test_photos_go_in_and_out_several_at_once(as_owner: Client, gallery: Gallery, upload: Upload) -> None:
    photos = [upload() for _ in range(3)]
    keys = [photo.key for photo in photos]
    as_owner.post("/galleries/add", {"gallery": gallery.key, "keys": keys})
    as_owner.post("/galleries/add", {"gallery": gallery.key, "keys": keys[:1]})
    assert shown(as_owner, gallery) == photos[::-1]
    as_owner.post(f"/g/{gallery.key}/remove", {"keys": keys[:2]})
    assert shown(as_owner, gallery) == photos[2:]
    assert Image.objects.count() == 3


def test_photos_go_into_a_new_gallery_in_one_step(as_owner: Client, upload: Upload) -> None:
    photo = upload()
    as_owner.post("/galleries/add", {"gallery": "new", "new_gallery": "Fresh", "keys": [photo.key]})
    assert list(Gallery.objects.get(title="Fresh").images.all()) == [photo]


def test_a_photo_may_be_in_several_galleries(as_owner: Client, owner: User, gallery: Gallery, upload: Upload) -> None:
    photo = upload()
    other = Gallery.objects.create(owner=owner, title="Best of")
    for place in (gallery, other):
        place.add(photo)
    assert set(as_owner.get(photo.get_absolute_url()).context["galleries"]) == {gallery, other}


def test_nobody_adds_to_or_takes_from_another_s_gallery(
    as_stranger: Client, gallery: Gallery, upload: Upload, commit: Commit
) -> None:
    own, foreign = upload(client=as_stranger), upload()
    gallery.add(foreign)
    as_stranger.post("/galleries/add", {"gallery": gallery.key, "keys": [own.key]})
    assert as_stranger.post(f"/g/{gallery.key}/remove", {"keys": [foreign.key]}).status_code == 404
    assert as_stranger.post(f"/g/{gallery.key}/cover", {"keys": foreign.key}).status_code == 404
    answer = as_stranger.post("/upload", {"file": SimpleUploadedFile("a.jpg", jpeg()), "gallery": gallery.key})
    assert (answer.status_code, answer.json()["code"]) == (404, "no_such_gallery")
    assert list(gallery.images.all()) == [foreign]
    assert Image.objects.count() == 2


def test_nobody_adds_another_s_photo_to_his_own_gallery(as_stranger: Client, stranger: User, upload: Upload) -> None:
    mine = Gallery.objects.create(owner=stranger, title="Mine")
    as_stranger.post("/galleries/add", {"gallery": mine.key, "keys": [upload().key]})
    assert not GalleryItem.objects.exists()


def test_an_upload_goes_straight_into_a_gallery(
    upload: Upload, as_owner: Client, gallery: Gallery, commit: Commit
) -> None:
    by_key, by_title = upload(gallery=gallery.key), upload(gallery="norway")
    assert set(gallery.images.all()) == {by_key, by_title}
    with commit():
        file = SimpleUploadedFile("a.jpg", jpeg())
        answer = as_owner.post("/upload", {"file": file, "gallery": "new", "new_gallery": "Fresh"})
    fresh = Gallery.objects.get(title="Fresh")
    assert answer.json()["gallery"] == fresh.key
    assert fresh.images.count() == 1


def test_a_duplicate_goes_into_the_gallery_too(upload: Upload, gallery: Gallery) -> None:
    data = jpeg()
    photo = upload(data)
    upload(data, gallery=gallery.key)
    assert list(gallery.images.all()) == [photo]


def test_a_refused_upload_makes_no_gallery(as_owner: Client) -> None:
    answer = as_owner.post(
        "/upload", {"file": SimpleUploadedFile("a.jpg", b"no"), "gallery": "new", "new_gallery": "Ghost"}
    )
    assert answer.status_code == 400
    assert not Gallery.objects.exists()


@pytest.mark.parametrize(("visibility", "visitor_sees"), [("private", False), ("unlisted", True), ("public", True)])
def test_the_link_works_for_a_friend_unless_it_is_private(
    visitor: Client, as_stranger: Client, as_owner: Client, gallery: Gallery, visibility: str, visitor_sees: bool
) -> None:
    gallery.visibility = Visibility(visibility)
    gallery.save(update_fields=["visibility"])
    for client in (visitor, as_stranger):
        assert (client.get(gallery.get_absolute_url()).status_code == 200) is visitor_sees
    assert as_owner.get(gallery.get_absolute_url()).status_code == 200


def test_a_friend_sees_no_private_failed_or_expired_photo(
    visitor: Client, as_owner: Client, gallery: Gallery, upload: Upload
) -> None:
    open_, private, failed = upload(), upload(visibility="private"), upload()
    gallery.add(open_, private, failed)
    Image.objects.filter(pk=failed.pk).update(status=Status.FAILED)
    assert shown(visitor, gallery) == [open_]
    assert set(shown(as_owner, gallery)) == {open_, private, failed}


def test_a_chosen_cover_is_shown_else_the_newest(as_owner: Client, gallery: Gallery, upload: Upload) -> None:
    first, second = upload(), upload()
    gallery.add(first)
    gallery.add(second)

    def cover() -> Image | None:
        image: Image | None = as_owner.get("/galleries/").context["galleries"][0].cover_image
        return image

    assert cover() == second
    as_owner.post(f"/g/{gallery.key}/cover", {"keys": first.key})
    assert cover() == first
    gallery.remove([first])
    assert cover() == second


def test_deleting_a_gallery_keeps_its_photos_unless_the_box_is_ticked(
    as_owner: Client, owner: User, gallery: Gallery, upload: Upload
) -> None:
    photo = upload()
    gallery.add(photo)
    as_owner.post(f"/g/{gallery.key}/delete")
    assert not Gallery.objects.exists()
    assert Image.objects.exists()
    second = Gallery.objects.create(owner=owner, title="Second")
    second.add(photo)
    as_owner.post(f"/g/{second.key}/delete", {"with_photos": "on"})
    assert list(Image.objects.trashed()) == [photo]


def test_a_disabled_owner_s_gallery_is_closed(visitor: Client, gallery: Gallery) -> None:
    User.objects.update(is_active=False)
    assert visitor.get(gallery.get_absolute_url()).status_code == 404


@pytest.mark.parametrize("rows", [3, 40])
def test_queries_do_not_grow_with_rows(
    as_owner: Client, owner: User, gallery: Gallery, rows: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(rows):
        photo = Image.new(owner=owner, original_name="a.jpg", size_bytes=1)
        photo.status, photo.format, photo.width, photo.height = Status.READY, "JPEG", 3, 2
        photo.save()
        gallery.add(photo)
        Gallery.objects.create(owner=owner, title=str(number)).add(photo)
        Gallery.objects.create(owner=owner, title=str(number), parent=gallery).add(photo)
    with django_assert_num_queries(8):
        as_owner.get(gallery.get_absolute_url())
    with django_assert_num_queries(4):
        as_owner.get("/galleries/")
