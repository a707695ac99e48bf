"""Ends: defaults of site, person and gallery, all of a gallery at once, more time by one click, and the purge."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.test import Client
from django.utils import timezone
from django.utils.html import strip_tags
from pytest_django import DjangoAssertNumQueries, Settings

from accounts.models import User
from conftest import Commit, Upload
from galleries import sharing
from galleries.forms import GalleryChoiceForm
from galleries.listing import with_covers
from galleries.models import Gallery, GalleryItem, GuestUpload, ShareLink
from images import delivery, variants
from images.models import Image
from images.tests.pictures import jpeg
from images.tests.test_pages import rows
from images.tests.tus import Tus

DAY = timedelta(days=1)


@pytest.fixture
def gallery(owner: User) -> Gallery:
    return Gallery.objects.create(owner=owner, title="Norway")


def purge() -> str:
    out = StringIO()
    call_command("purge", stdout=out)
    return out.getvalue()


def days_left(image: Image) -> int | None:
    image.refresh_from_db()
    return None if image.expires_at is None else round((image.expires_at - timezone.now()) / DAY)


def test_the_lifetime_comes_from_the_choice_then_the_gallery_then_the_person_then_the_site(
    upload: Upload, owner: User, gallery: Gallery, settings: Settings
) -> None:
    assert days_left(upload()) is None
    settings.DEFAULT_LIFETIME = "P90D"
    assert days_left(upload()) == 90
    owner.default_lifetime = "P30D"
    owner.save(update_fields=["default_lifetime"])
    assert days_left(upload()) == 30
    assert days_left(upload(gallery=gallery.key)) == 30
    gallery.photo_lifetime, gallery.photo_visibility = "P7D", "public"
    gallery.save(update_fields=["photo_lifetime", "photo_visibility"])
    by_gallery = upload(gallery=gallery.key)
    assert (days_left(by_gallery), by_gallery.visibility) == (7, "public")
    chosen = upload(gallery=gallery.key, expires="never", visibility="private")
    assert (days_left(chosen), chosen.visibility) == (None, "private")
    assert days_left(upload(gallery=gallery.key, lifetime="P1D")) == 1


def test_the_form_without_javascript_takes_the_gallery_s_defaults(
    as_owner: Client, gallery: Gallery, commit: Commit
) -> None:
    gallery.photo_lifetime = "P7D"
    gallery.save(update_fields=["photo_lifetime"])
    page = as_owner.get("/upload", headers={"Accept": "text/html"}).content.decode()
    assert "Default (Never expires)" in page
    assert "Default (Unlisted: anyone with the link)" in page
    for fields, days in (({"lifetime": ""}, 7), ({"lifetime": "never"}, None), ({"lifetime": "P1D"}, 1)):
        file = SimpleUploadedFile("a.jpg", jpeg())
        data = {"files": file, "gallery": gallery.key, "visibility": "", **fields}
        with commit():
            as_owner.post("/upload", data, headers={"Accept": "text/html"})
        assert days_left(Image.objects.latest("pk")) == days


def test_a_resumable_upload_takes_the_gallery_s_defaults(as_owner: Client, gallery: Gallery, commit: Commit) -> None:
    gallery.photo_lifetime, gallery.photo_visibility = "P7D", "private"
    gallery.save(update_fields=["photo_lifetime", "photo_visibility"])
    tus, door = Tus(as_owner, commit), f"/g/{gallery.key}/uploads"
    tus.create(10, door=door, filename="a.jpg")
    tus.create(10, door=door, filename="b.jpg", expires="never", visibility="public")
    tus.create(10, filename="c.jpg")
    by_gallery, chosen, elsewhere = Image.objects.order_by("pk")
    assert (days_left(by_gallery), by_gallery.visibility) == (7, "private")
    assert (days_left(chosen), chosen.visibility) == (None, "public")
    assert (days_left(elsewhere), elsewhere.visibility) == (None, "unlisted")


def test_the_gallery_s_defaults_are_set_on_its_page(as_owner: Client, gallery: Gallery) -> None:
    data = {"title": "Norway", "visibility": "unlisted", "photo_visibility": "public", "photo_lifetime": "P7D"}
    as_owner.post(f"/g/{gallery.key}/edit", data)
    gallery.refresh_from_db()
    assert gallery.photo_defaults == {"visibility": "public", "lifetime": "P7D"}


def test_extending_adds_30_days_and_leaves_what_never_ends(as_owner: Client, owner: User) -> None:
    (soon,) = rows(owner, 1, expires_at=timezone.now() + DAY)
    (later,) = rows(owner, 1, expires_at=timezone.now() + 10 * DAY)
    (never,) = rows(owner, 1)
    assert "Extend by 30 days" in as_owner.get(soon.get_absolute_url()).content.decode()
    assert as_owner.post(f"/p/{soon.key}/extend").headers["Location"] == soon.get_absolute_url()
    assert days_left(soon) == 31
    as_owner.post("/library/extend", {"keys": [soon.key, later.key, never.key]})
    assert [days_left(image) for image in (soon, later, never)] == [61, 40, None]
    assert "Extend by 30 days" not in as_owner.get(never.get_absolute_url()).content.decode()


def test_all_of_a_gallery_expires_at_once_after_a_question(
    as_owner: Client, visitor: Client, gallery: Gallery, owner: User, stranger: User
) -> None:
    nested = Gallery.objects.create(owner=owner, title="Fjords", parent=gallery)
    (never,) = rows(owner, 1)
    (short,) = rows(owner, 1, expires_at=timezone.now() + DAY)
    (deep,) = rows(owner, 1, expires_at=timezone.now() + 300 * DAY)
    (foreign,) = rows(stranger, 1)
    (elsewhere,) = rows(owner, 1)
    gallery.add(never, short, foreign)
    nested.add(deep)
    page = f"/g/{gallery.key}/lifetime"
    assert "never expires" in as_owner.get(page).content.decode().lower()
    asked = as_owner.post(page, {"lifetime": "P7D"}).content.decode()
    assert "Let all of “Norway” expire on" in asked
    assert "2 photos then go for good" in asked
    assert days_left(never) is None
    as_owner.post(page, {"lifetime": "P7D", "confirm": "yes"})
    assert [days_left(image) for image in (never, short, deep, foreign, elsewhere)] == [7, 1, 7, None, None]
    for each in (gallery, nested):
        each.refresh_from_db()
        assert each.expires_at == never.expires_at == deep.expires_at
    assert "7 days left" in visitor.get(gallery.get_absolute_url()).content.decode()
    assert "7 days left" in as_owner.get("/galleries/").content.decode()


def test_what_was_to_end_with_the_gallery_moves_with_its_end(as_owner: Client, gallery: Gallery, owner: User) -> None:
    together, other = rows(owner, 2)
    gallery.add(together, other)
    page = f"/g/{gallery.key}/lifetime"
    as_owner.post(page, {"lifetime": "P7D", "confirm": "yes"})
    Image.objects.filter(pk=other.pk).update(expires_at=timezone.now() + DAY)
    as_owner.post(page, {"lifetime": "P30D", "confirm": "yes"})
    assert [days_left(together), days_left(other)] == [30, 1]
    as_owner.post(page, {"lifetime": "never", "confirm": "yes"})
    assert [days_left(together), days_left(other)] == [None, 1]
    gallery.refresh_from_db()
    assert gallery.expires_at is None


def test_a_near_end_of_a_gallery_kills_urls_that_would_outlive_it(
    as_owner: Client, visitor: Client, gallery: Gallery, upload: Upload, commit: Commit
) -> None:
    image = upload(gallery=gallery.key)
    out = delivery.variant_url(image, variants.THUMB)
    soon = (timezone.now() + timedelta(minutes=2)).strftime("%Y-%m-%dT%H:%M")
    with commit():
        as_owner.post(f"/g/{gallery.key}/lifetime", {"lifetime": "date", "expires_on": soon, "confirm": "yes"})
    assert visitor.get(out).status_code == 404
    assert visitor.get(visitor.get(image.get_absolute_url()).context["preview_url"]).getvalue()


@pytest.mark.parametrize("count", [2, 40])
def test_ending_a_gallery_takes_as_many_queries_for_few_photos_as_for_many(
    as_owner: Client, gallery: Gallery, owner: User, count: int, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    gallery.add(*rows(owner, count))
    with django_assert_max_num_queries(16):
        as_owner.post(f"/g/{gallery.key}/lifetime", {"lifetime": "P30D", "confirm": "yes"})
    assert not gallery.images.filter(expires_at=None).exists()


def test_an_ended_gallery_is_closed_to_all_and_goes_with_the_purge_while_longer_photos_stay(
    as_owner: Client, visitor: Client, gallery: Gallery, owner: User
) -> None:
    longer, ended = rows(owner, 2)
    inner = Gallery.objects.create(owner=owner, title="Inner", parent=gallery)
    gallery.add(longer, ended)
    past = timezone.now() - timedelta(seconds=1)
    Gallery.objects.filter(pk=gallery.pk).update(expires_at=past)
    Image.objects.filter(pk=ended.pk).update(expires_at=past)
    for client in (visitor, as_owner):
        assert client.get(gallery.get_absolute_url()).status_code == 404
    for path in ("edit", "delete", "lifetime"):
        assert as_owner.get(f"/g/{gallery.key}/{path}").status_code == 404
    for path in ("remove", "cover"):
        assert as_owner.post(f"/g/{gallery.key}/{path}", {"keys": longer.key}).status_code == 404
    assert gallery not in as_owner.get("/galleries/").context["galleries"]
    assert "1 galleries" in purge()
    assert list(Gallery.objects.all()) == [inner]
    inner.refresh_from_db()
    assert inner.parent is None
    assert list(Image.objects.all()) == [longer]


def test_old_links_go_and_photos_that_wait_for_approval_stay(gallery: Gallery, owner: User) -> None:
    now = timezone.now()
    (waiting,) = rows(owner, 1)
    gallery.add(waiting, added_by="Eve", waits=True)
    kept = [
        sharing.make(owner, gallery=gallery, expires_at=None),
        sharing.make(owner, gallery=gallery, expires_at=now - 89 * DAY),
        sharing.make(owner, gallery=gallery, expires_at=now + DAY, revoked_at=now - 89 * DAY),
    ]
    ended = sharing.make(owner, gallery=gallery, expires_at=now - 91 * DAY)
    sharing.make(owner, gallery=gallery, expires_at=None, revoked_at=now - 91 * DAY)
    GuestUpload.objects.create(link=ended, guest="g", upload_key="a", image=waiting)
    GuestUpload.objects.create(link=kept[0], guest="g", upload_key="b", image=waiting)
    assert "2 share links" in purge()
    assert list(ShareLink.objects.order_by("pk")) == kept
    assert set(GuestUpload.objects.values_list("upload_key", flat=True)) == {"b"}
    assert GalleryItem.objects.get(image=waiting).waits


def test_an_edit_leaves_alone_what_was_set_meanwhile(gallery: Gallery) -> None:
    end = timezone.now() + DAY
    Gallery.objects.update(expires_at=end, told_end=end)
    gallery.title = "Norge"
    gallery.put_into(None, fields=["title"])
    gallery.refresh_from_db()
    assert (gallery.title, gallery.expires_at, gallery.told_end) == ("Norge", end, end)


def test_what_was_in_a_gallery_that_has_ended_is_on_top(
    as_owner: Client, visitor: Client, gallery: Gallery, owner: User
) -> None:
    """At once, not only after the purge; and nobody is told of the gallery that has ended."""
    day = Gallery.objects.create(owner=owner, title="Day 1", parent=gallery)
    assert list(as_owner.get("/galleries/").context["galleries"]) == [gallery]
    Gallery.objects.filter(pk=gallery.pk).update(expires_at=timezone.now())
    assert list(as_owner.get("/galleries/").context["galleries"]) == [day]
    assert (day.key, day.title) in GalleryChoiceForm(user=owner).fields["gallery"].widget.choices
    for client in (as_owner, visitor):
        assert "Norway" not in client.get(day.get_absolute_url()).content.decode()
    assert "parent" in as_owner.post(f"/g/{day.key}/edit", {"parent": gallery.key}).context["form"].errors
    for path in ("move", "place", "edit"):
        assert as_owner.post(f"/g/{gallery.key}/{path}").status_code == 404


def test_a_trashed_photo_keeps_its_place_in_galleries_and_is_shown_in_none(
    as_owner: Client, visitor: Client, gallery: Gallery, upload: Upload, owner: User
) -> None:
    other, image = upload(gallery=gallery.key), upload(gallery=gallery.key)
    gallery.cover = image
    gallery.save(update_fields=["cover"])
    link = sharing.make(owner, gallery=gallery, expires_at=None)
    chosen = sharing.make(owner, images=[image], expires_at=None)
    place = GalleryItem.objects.get(image=image)

    as_owner.post("/library/delete", {"keys": image.key})
    assert visitor.get(gallery.get_absolute_url()).context["photos"] == [other]
    assert as_owner.get(gallery.get_absolute_url()).context["photos"] == [other]
    (shown,) = with_covers(Gallery.objects.all(), owner)
    assert (shown.cover_image, shown.image_count) == (other, 1)  # type: ignore[attr-defined]
    assert list(sharing.images(link)) == [other]
    assert list(sharing.images(chosen)) == []
    assert [item.image for item in sharing.items(link, gallery)] == [other]

    as_owner.post("/trash/restore", {"keys": image.key})
    assert GalleryItem.objects.get(image=image) == place
    assert visitor.get(gallery.get_absolute_url()).context["photos"] == [image, other]
    (shown,) = with_covers(Gallery.objects.all(), owner)
    assert shown.cover_image == image
    assert list(sharing.images(chosen)) == [image]
    assert visitor.get(image.direct_url).getvalue()


def test_a_gallery_is_deleted_with_its_photos_into_the_trash(
    as_owner: Client, gallery: Gallery, upload: Upload
) -> None:
    image = upload(gallery=gallery.key)
    as_owner.post(f"/g/{gallery.key}/delete", {"with_photos": "1"})
    assert not Gallery.objects.exists()
    assert list(Image.objects.trashed()) == [image]
    page = as_owner.get("/galleries/").content.decode()
    assert "1 photo is in the trash." in page
    assert ">Undo</button>" in page


def test_photos_are_deleted_from_the_page_of_a_gallery(as_owner: Client, gallery: Gallery, upload: Upload) -> None:
    upload(gallery=gallery.key)
    assert 'formaction="/library/delete"' in as_owner.get(gallery.get_absolute_url()).content.decode()


def test_a_gallery_and_what_ends_with_it_live_longer_by_one_click(
    as_owner: Client, owner: User, gallery: Gallery
) -> None:
    end = timezone.now() + 3 * DAY
    inner, other = (Gallery.objects.create(owner=owner, title=title, parent=gallery) for title in ("Day 1", "Day 2"))
    Gallery.objects.exclude(pk=other.pk).update(expires_at=end)
    (with_it,) = rows(owner, 1, expires_at=end)
    (sooner,) = rows(owner, 1, expires_at=end - DAY)
    (later,) = rows(owner, 1, expires_at=end + 99 * DAY)
    (never,) = rows(owner, 1)
    inner.add(with_it, sooner, later, never)
    page = as_owner.get("/galleries/").content.decode()
    assert "3 days left" in page
    assert f'action="/g/{gallery.key}/extend"' in page
    as_owner.post(f"/g/{gallery.key}/extend", {"next": "/galleries/"})
    assert [days_left(image) for image in (with_it, sooner, later, never)] == [33, 2, 102, None]
    ends = dict(Gallery.objects.values_list("title", "expires_at"))
    assert ends == {"Norway": end + 30 * DAY, "Day 1": end + 30 * DAY, "Day 2": None}
    assert "“Norway” and 1 photo in it live 30 days longer." in as_owner.get("/galleries/").content.decode()


def test_a_gallery_without_an_end_has_nothing_to_extend(as_owner: Client, gallery: Gallery) -> None:
    assert "/extend" not in as_owner.get("/galleries/").content.decode()
    assert as_owner.post(f"/g/{gallery.key}/extend").headers["Location"] == gallery.get_absolute_url()
    gallery.refresh_from_db()
    assert gallery.expires_at is None


def test_time_left_is_on_every_grid_and_its_owner_may_extend_it_there(
    as_owner: Client, visitor: Client, owner: User, gallery: Gallery
) -> None:
    end = timezone.now() + 5 * DAY
    (photo,) = rows(owner, 1, visibility="public", expires_at=end)
    gallery.add(photo)
    Gallery.objects.update(expires_at=end)
    link = sharing.make(owner, gallery=gallery, expires_at=end)
    extend = f'formaction="/p/{photo.key}/extend"'
    for path in ("/library/", gallery.get_absolute_url(), "/u/owner"):
        page = as_owner.get(path).content.decode()
        assert "5 days left" in strip_tags(page), path
        assert extend in page, path
    for path in (f"/s/{link.token}", f"/s/{link.token}/p/{photo.key}", gallery.get_absolute_url(), "/explore/"):
        page = visitor.get(path).content.decode()
        assert "5 days left" in strip_tags(page), path
        assert "/extend" not in page, path
    for path in ("/galleries/", "/links/", photo.get_absolute_url(), f"/links/{link.pk}"):
        page = as_owner.get(path).content.decode()
        assert "5 days left" in strip_tags(page), path
        assert "/extend" in page, path
    as_owner.post("/library/delete", {"keys": photo.key})
    page = as_owner.get("/trash/").content.decode()
    assert "5 days left" in strip_tags(page)
    assert extend not in page
