"""Share links: what a visitor sees with one, and with none."""

import logging
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, Settings

from accounts.models import User
from conftest import Upload, signed_in
from galleries import sharing
from galleries.models import Additions, Downloads, Gallery, GalleryItem, Order, ShareLink
from images.models import Image, Status
from images.tests.pictures import jpeg, jpeg_with_position

Link = Callable[..., ShareLink]


@pytest.fixture
def gallery(owner: User) -> Gallery:
    return Gallery.objects.create(owner=owner, title="Norway", description="By boat", visibility="private")


@pytest.fixture
def link(owner: User) -> Link:
    def make(*images: Image, password: str = "", expires_at: datetime | None = None, **chosen: Any) -> ShareLink:
        made = sharing.make(owner, images=images, expires_at=expires_at, **chosen)
        sharing.set_password(made, password)
        made.save()
        return made

    return make


def shown(client: Client, url: str) -> list[Image]:
    answer = client.get(url)
    assert answer.status_code == 200
    return [photo.what for photo in answer.context["photos"]]


def unlock(client: Client, link: ShareLink, password: str, **more: str) -> Any:
    return client.post(f"/s/{link.token}/unlock", {"password": password, **more})


def ends_of(page: str) -> list[datetime]:
    """When the signed URLs in a page end."""
    found = re.findall(r'"(/files/[^"]+)"', page)
    return [
        datetime.fromtimestamp(int(parse_qs(urlsplit(url.replace("&amp;", "&")).query)["e"][0]), tz=UTC)
        for url in found
    ]


def test_a_gallery_s_link_shows_its_private_photos_and_the_bytes(
    visitor: Client, upload: Upload, gallery: Gallery, link: Link
) -> None:
    photos = [upload(visibility="private") for _ in range(3)]
    gallery.add(*photos)
    made = link(gallery=gallery)
    page = visitor.get(f"/s/{made.token}")
    assert [photo.what for photo in page.context["photos"]] == photos[::-1]
    assert "By boat" in page.content.decode()
    for photo in page.context["photos"]:
        assert visitor.get(photo.thumb_url).getvalue()
        single = visitor.get(photo.url)
        assert visitor.get(single.context["preview_url"]).getvalue()
    assert visitor.get(photos[0].get_absolute_url()).status_code == 404
    assert visitor.get(gallery.get_absolute_url()).status_code == 404


def test_a_selection_keeps_the_order_in_which_it_was_picked(visitor: Client, upload: Upload, link: Link) -> None:
    first, second, third, other = (upload(visibility="private") for _ in range(4))
    made = link(third, first, second)
    assert shown(visitor, f"/s/{made.token}") == [third, first, second]
    page = visitor.get(f"/s/{made.token}/p/{first.key}")
    assert page.context["previous_url"] == f"/s/{made.token}/p/{third.key}"
    assert page.context["next_url"] == f"/s/{made.token}/p/{second.key}"
    assert visitor.get(f"/s/{made.token}/p/{third.key}").context["previous_url"] == ""
    assert visitor.get(f"/s/{made.token}/p/{other.key}").status_code == 404


def test_a_nested_gallery_is_reached_from_above_and_not_from_beside(
    visitor: Client, owner: User, upload: Upload, gallery: Gallery, link: Link
) -> None:
    above = Gallery.objects.create(owner=owner, title="Travels")
    beside = Gallery.objects.create(owner=owner, title="Sweden", parent=above)
    gallery.put_into(above)
    day = Gallery.objects.create(owner=owner, title="Day 1", parent=gallery, visibility="private")
    night = Gallery.objects.create(owner=owner, title="Night", parent=day)
    photo, hidden = upload(visibility="private"), upload()
    night.add(photo)
    beside.add(hidden)
    made = link(gallery=gallery)
    page = visitor.get(f"/s/{made.token}")
    assert [(card.what, card.url) for card in page.context["cards"]] == [(day, f"/s/{made.token}/g/{day.key}")]
    assert visitor.get(f"/s/{made.token}/g/{day.key}").context["cards"][0].thumb_url
    inner = visitor.get(f"/s/{made.token}/g/{night.key}")
    assert inner.context["path"] == [("Norway", f"/s/{made.token}"), ("Day 1", f"/s/{made.token}/g/{day.key}")]
    assert shown(visitor, f"/s/{made.token}/g/{night.key}") == [photo]
    assert visitor.get(inner.context["photos"][0].url).context["path"][-1] == (
        "Night",
        f"/s/{made.token}/g/{night.key}",
    )
    for other in (above, beside):
        assert visitor.get(f"/s/{made.token}/g/{other.key}").status_code == 404
    assert visitor.get(f"/s/{made.token}/p/{hidden.key}").status_code == 404
    assert "Travels" not in inner.content.decode()


def test_a_nested_gallery_that_has_ended_hides_what_is_in_it(
    visitor: Client, owner: User, upload: Upload, gallery: Gallery, link: Link
) -> None:
    day = Gallery.objects.create(owner=owner, title="Day 1", parent=gallery, expires_at=timezone.now())
    night = Gallery.objects.create(owner=owner, title="Night", parent=day)
    photo = upload()
    night.add(photo)
    made = link(gallery=gallery)
    assert visitor.get(f"/s/{made.token}").context["cards"] == []
    for path in (f"g/{day.key}", f"g/{night.key}", f"p/{photo.key}"):
        assert visitor.get(f"/s/{made.token}/{path}").status_code == 404


@pytest.mark.parametrize("order", Order.values)
def test_photos_follow_each_other_as_in_the_gallery(
    visitor: Client, upload: Upload, gallery: Gallery, link: Link, order: str
) -> None:
    for number, name in enumerate("cab"):
        photo = upload(name=f"{name}.jpg")
        photo.taken_at = f"2024-01-0{3 - number}T10:00:00"
        photo.save(update_fields=["taken_at"])
        gallery.add(photo)
    GalleryItem.objects.filter(image=photo).update(position=0)
    Gallery.objects.update(order=order)
    made = link(gallery=gallery)
    page = visitor.get(f"/s/{made.token}")
    urls = [photo.url for photo in page.context["photos"]]
    walked, url = [], urls[0]
    while url:
        walked.append(url)
        url = visitor.get(url).context["next_url"]
    assert walked == urls
    assert [photo.what.original_name[0] for photo in page.context["photos"]] == {
        "added": ["b", "a", "c"],
        "taken": ["b", "a", "c"],
        "name": ["a", "b", "c"],
        "manual": ["b", "c", "a"],
    }[order]
    assert visitor.get(urls[1]).context["previous_url"] == urls[0]


def test_the_step_stays_in_the_gallery_that_the_photo_was_opened_from(
    visitor: Client, owner: User, upload: Upload, gallery: Gallery, link: Link
) -> None:
    both, above, below = (upload() for _ in range(3))
    inner = Gallery.objects.create(owner=owner, title="Inner", parent=gallery)
    gallery.add(above, both)
    inner.add(below, both)
    made = link(gallery=gallery)
    assert visitor.get(f"/s/{made.token}/p/{both.key}").context["next_url"] == f"/s/{made.token}/p/{above.key}"
    url = f"/s/{made.token}/p/{both.key}?in={inner.key}"
    assert visitor.get(url).context["next_url"] == f"/s/{made.token}/p/{below.key}?in={inner.key}"


def test_nothing_is_shown_that_waits_failed_is_quarantined_or_is_gone(
    visitor: Client, upload: Upload, gallery: Gallery, link: Link
) -> None:
    good, waits, failed, closed, gone, past = (upload() for _ in range(6))
    gallery.add(good, failed, closed, gone, past)
    gallery.add(waits, waits=True)
    Image.objects.filter(pk=failed.pk).update(status=Status.FAILED)
    Image.objects.filter(pk=closed.pk).update(quarantined_at=timezone.now())
    Image.objects.filter(pk=gone.pk).update(deleted_at=timezone.now())
    Image.objects.filter(pk=past.pk).update(expires_at=timezone.now())
    by_gallery, by_hand = link(gallery=gallery), link(good, failed, closed, gone, past)
    for made in (by_gallery, by_hand):
        assert shown(visitor, f"/s/{made.token}") == [good]
        for photo in (failed, closed, gone, past):
            assert visitor.get(f"/s/{made.token}/p/{photo.key}").status_code == 404
            assert visitor.get(f"/s/{made.token}/p/{photo.key}/download").status_code == 404
    assert visitor.get(f"/s/{by_gallery.token}/p/{waits.key}").status_code == 404


def test_a_link_that_only_takes_photos_in_shows_none(
    visitor: Client, owner: User, upload: Upload, gallery: Gallery, link: Link
) -> None:
    inner = Gallery.objects.create(owner=owner, title="Inner", parent=gallery)
    photo = upload()
    for place in (gallery, inner):
        place.add(photo)
    made = link(gallery=gallery, additions=Additions.DROP, downloads=Downloads.ORIGINALS)
    page = visitor.get(f"/s/{made.token}")
    assert (page.context["photos"], page.context["cards"]) == ([], [])
    assert not ends_of(page.content.decode())
    for path in (f"p/{photo.key}", f"p/{photo.key}/download", f"g/{inner.key}"):
        assert visitor.get(f"/s/{made.token}/{path}").status_code == 404
    assert not sharing.images(made).exists()


@pytest.mark.parametrize(
    ("downloads", "full", "original"), [("none", 404, 404), ("full", 302, 404), ("originals", 302, 302)]
)
def test_downloads_are_those_that_the_link_allows(
    visitor: Client, upload: Upload, link: Link, downloads: str, full: int, original: int
) -> None:
    data = jpeg_with_position()
    photo = upload(data, name="fjord.jpg", visibility="private")
    made = link(photo, downloads=downloads)
    page = visitor.get(f"/s/{made.token}/p/{photo.key}").content.decode()
    assert ("/download" in page, "original=1" in page) == (full == 302, original == 302)
    base = f"/s/{made.token}/p/{photo.key}/download"
    answers = visitor.get(base), visitor.get(f"{base}?original=1")
    assert [answer.status_code for answer in answers] == [full, original]
    if full == 302:
        file = visitor.get(answers[0].headers["Location"])
        assert file.headers["Content-Disposition"] == 'attachment; filename="fjord.jpg"'
        assert b"Exif" not in file.getvalue()
    if original == 302:
        assert visitor.get(answers[1].headers["Location"]).getvalue() == data


def test_every_url_of_bytes_ends_with_the_first_of_link_gallery_and_photo(
    visitor: Client, owner: User, upload: Upload, gallery: Gallery, link: Link, settings: Settings
) -> None:
    settings.FILE_URL_WINDOW_SECONDS = 10**6
    now = timezone.now().replace(microsecond=0)
    minutes = [timedelta(minutes=number) for number in range(60)]
    inner = Gallery.objects.create(owner=owner, title="Inner", parent=gallery, expires_at=now + minutes[30])
    photo, brief = upload(), upload()
    Image.objects.filter(pk=brief.pk).update(expires_at=now + minutes[20])
    gallery.add(photo, brief)
    inner.add(photo)
    made = link(gallery=gallery, expires_at=now + minutes[50], downloads=Downloads.ORIGINALS)
    base = f"/s/{made.token}"

    def ends(url: str) -> set[timedelta]:
        answer = visitor.get(url)
        page = f'"{answer.headers["Location"]}"' if answer.status_code == 302 else answer.content.decode()
        return {moment - now for moment in ends_of(page)}

    assert ends(base) == {minutes[50], minutes[20], minutes[30]}  # two photos and a card
    assert ends(f"{base}/p/{photo.key}") == {minutes[50], minutes[20]}  # the photo, and its neighbour ahead of time
    assert ends(f"{base}/p/{brief.key}/download") == {minutes[20]}
    assert ends(f"{base}/g/{inner.key}") == ends(f"{base}/p/{photo.key}?in={inner.key}") == {minutes[30]}
    assert ends(f"{base}/p/{photo.key}/download?original=1") == {minutes[50]}
    Gallery.objects.filter(pk=gallery.pk).update(expires_at=now + minutes[10])
    assert ends(base) == {minutes[10]}


def test_views_and_downloads_are_counted_but_not_the_owner_s(
    visitor: Client, as_owner: Client, upload: Upload, gallery: Gallery, link: Link
) -> None:
    photo = upload()
    gallery.add(photo)
    made = link(gallery=gallery)
    for client in (as_owner, visitor, visitor):
        client.get(f"/s/{made.token}")
        client.get(f"/s/{made.token}?before=99999")
        client.get(f"/s/{made.token}/p/{photo.key}/download")
        client.get(f"/s/{made.token}/p/1111111111111111")
    made.refresh_from_db()
    assert (made.view_count, made.download_count) == (2, 2)
    assert made.last_used_at is not None


def test_every_page_keeps_its_address_to_itself(visitor: Client, upload: Upload, gallery: Gallery, link: Link) -> None:
    photo = upload()
    gallery.add(photo)
    made = link(gallery=gallery)
    for path in ("", f"/p/{photo.key}", f"/p/{photo.key}/download"):
        headers = visitor.get(f"/s/{made.token}{path}").headers
        assert headers["Referrer-Policy"] == "no-referrer"
        assert headers["X-Robots-Tag"] == "noindex, nofollow"
        assert "no-store" in headers["Cache-Control"]


@pytest.mark.parametrize("rows", [3, 70])
def test_queries_do_not_grow_with_photos_and_galleries(
    visitor: Client,
    owner: User,
    gallery: Gallery,
    link: Link,
    rows: int,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    photos = []
    for number in range(rows):
        photo = Image.new(owner=owner, original_name=f"{number}.jpg", size_bytes=1)
        photo.status, photo.format, photo.width, photo.height = Status.READY, "JPEG", 3, 2
        photo.save()
        photos.append(photo)
        Gallery.objects.create(owner=owner, title=str(number), parent=gallery).add(photo)
    gallery.add(*photos)
    by_gallery, by_hand = link(gallery=gallery), link(*photos)
    with django_assert_num_queries(7):  # link, two levels and their end, cards, covers, photos, one view counted
        visitor.get(f"/s/{by_gallery.token}")
    with django_assert_num_queries(3):
        visitor.get(f"/s/{by_hand.token}")


def test_long_selections_are_paged(visitor: Client, owner: User, link: Link) -> None:
    photos = []
    for number in range(130):
        photo = Image.new(owner=owner, original_name=f"{number}.jpg", size_bytes=1)
        photo.status, photo.format = Status.READY, "JPEG"
        photo.save()
        photos.append(photo)
    made = link(*reversed(photos))
    seen, url = [], f"/s/{made.token}"
    while url:
        page = visitor.get(url)
        seen += [photo.what for photo in page.context["photos"]]
        url = page.context["next_url"]
    assert seen == photos[::-1]


def test_a_locked_link_tells_nothing_before_the_password(
    visitor: Client, upload: Upload, gallery: Gallery, link: Link
) -> None:
    photo = upload(name="fjord.jpg")
    gallery.add(photo)
    made = link(gallery=gallery, password="open sesame", name="For grandma")
    for path in ("", f"/p/{photo.key}", f"/p/{photo.key}/download", f"/g/{gallery.key}", "/p/1111111111111111"):
        page = visitor.get(f"/s/{made.token}{path}").content.decode()
        assert 'name="password"' in page
        for secret in ("Norway", "fjord", "grandma", "owner", "/files/", 'href="/s/'):
            assert secret not in page
    made.refresh_from_db()
    assert made.view_count == 0


def test_the_password_opens_the_page_that_was_asked_for(visitor: Client, upload: Upload, link: Link) -> None:
    photo = upload()
    made = link(photo, password="open sesame")
    asked = f"/s/{made.token}/p/{photo.key}?in=x"
    page = visitor.get(asked).content.decode()
    assert f'value="{asked}"' in page
    answer = unlock(visitor, made, "open sesame", next=asked)
    assert (answer.status_code, answer.headers["Location"]) == (302, asked)
    assert visitor.get(asked).context["image"] == photo
    for elsewhere in ("https://example.com/", "//example.com", f"/s/{made.token}evil", "/library/"):
        other = Client()
        assert unlock(other, made, "open sesame", next=elsewhere).headers["Location"] == f"/s/{made.token}"


def test_a_wrong_password_is_explained_beside_the_field(visitor: Client, upload: Upload, link: Link) -> None:
    made = link(upload(), password="open sesame")
    for wrong in ("Open sesame", "", "x" * 129, " open sesame"):
        answer = unlock(visitor, made, wrong)
        assert answer.status_code == 422
        assert answer.context["form"].errors["password"]
        assert 'aria-invalid="true"' in answer.content.decode()
    assert 'name="password"' in visitor.get(f"/s/{made.token}").content.decode()


def test_passwords_are_posted_and_never_read_from_an_address(visitor: Client, upload: Upload, link: Link) -> None:
    made = link(upload(), password="open sesame")
    assert visitor.get(f"/s/{made.token}/unlock?password=open+sesame").status_code == 405
    assert visitor.post(f"/s/{made.token}/unlock?password=open+sesame").status_code == 422
    assert 'name="password"' in visitor.get(f"/s/{made.token}?password=open+sesame").content.decode()


def test_no_password_reaches_the_log(
    visitor: Client, upload: Upload, link: Link, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    made = link(upload(), password="open sesame")
    for password in ("not the word", "open sesame"):
        unlock(visitor, made, password)
    assert "Unprocessable" in caplog.text
    assert "not the word" not in caplog.text
    assert "sesame" not in caplog.text


def test_unlocking_one_link_unlocks_no_other_with_the_same_password(
    visitor: Client, upload: Upload, link: Link
) -> None:
    photo = upload()
    one, other = link(photo, password="open sesame"), link(photo, password="open sesame")
    assert one.password != other.password
    unlock(visitor, one, "open sesame")
    assert shown(visitor, f"/s/{one.token}") == [photo]
    assert 'name="password"' in visitor.get(f"/s/{other.token}").content.decode()
    ShareLink.objects.filter(pk=other.pk).update(password=one.password)
    assert 'name="password"' in visitor.get(f"/s/{other.token}").content.decode()
    unlock(visitor, other, "open sesame")
    assert shown(visitor, f"/s/{one.token}") == shown(visitor, f"/s/{other.token}") == [photo]
    assert 'name="password"' in Client().get(f"/s/{one.token}").content.decode()


def test_a_changed_password_locks_again(visitor: Client, as_owner: Client, upload: Upload, link: Link) -> None:
    made = link(upload(), password="open sesame")
    unlock(visitor, made, "open sesame")
    for again in ("open barley", "open sesame"):
        fresh = ShareLink.objects.get()
        sharing.set_password(fresh, again)
        fresh.save()
        assert 'name="password"' in visitor.get(f"/s/{made.token}").content.decode()
    assert shown(as_owner, f"/s/{made.token}")
    sharing.set_password(fresh, "")
    fresh.save()
    assert shown(visitor, f"/s/{made.token}")


def test_too_many_passwords_have_to_wait(visitor: Client, upload: Upload, link: Link) -> None:
    made, other = (link(upload(), password="open sesame") for _ in range(2))
    for _ in range(10):
        assert unlock(visitor, made, "wrong").status_code == 422
    answer = unlock(visitor, made, "open sesame")
    assert answer.status_code == 429
    assert answer.headers["Retry-After"] == "300"
    assert "Wait 5 minutes" in answer.content.decode()
    assert unlock(visitor, other, "open sesame").status_code == 429  # the same machine, another link
    elsewhere = Client(REMOTE_ADDR="192.0.2.7")
    assert unlock(elsewhere, made, "open sesame").status_code == 302


def test_the_wait_is_that_of_the_settings(settings: Settings) -> None:
    rates = settings.ACCOUNT_RATE_LIMITS["share_link_password"].split(",")
    minutes = {int(rate.split("/")[1].removesuffix("m")) for rate in rates}
    assert minutes == {sharing.PASSWORD_WAIT_SECONDS // 60}


def test_wrong_revoked_ended_and_disabled_are_one_page(
    visitor: Client, owner: User, upload: Upload, gallery: Gallery, link: Link
) -> None:
    photo = upload()
    past = Gallery.objects.create(owner=owner, title="Past", expires_at=timezone.now())
    links = [
        link(photo, revoked_at=timezone.now()),
        link(photo, revoked_at=timezone.now(), password="open sesame"),
        link(photo, expires_at=timezone.now()),
        link(gallery=past),
    ]
    disabled = User.objects.create_user(email="gone@example.com", username="gone", password="x", is_active=False)
    links.append(sharing.make(disabled, images=[photo], expires_at=None))
    plain = visitor.get("/s/1111111111111111111111")
    assert plain.status_code == 404
    for made in links:
        for path in ("", f"/p/{photo.key}", f"/p/{photo.key}/download", f"/g/{gallery.key}"):
            answer = visitor.get(f"/s/{made.token}{path}")
            assert (answer.status_code, answer.content) == (404, plain.content)
            assert answer.headers.keys() == plain.headers.keys()
        assert unlock(visitor, made, "open sesame").status_code == 404
    assert visitor.get("/s/short").content == plain.content


def test_a_link_shows_only_its_owner_s_photos(
    visitor: Client, as_stranger: Client, stranger: User, upload: Upload, gallery: Gallery, link: Link
) -> None:
    foreign = upload(client=as_stranger)
    GalleryItem.objects.create(gallery=gallery, image=foreign)
    for made in (link(gallery=gallery), link(foreign)):
        assert shown(visitor, f"/s/{made.token}") == []
        assert visitor.get(f"/s/{made.token}/p/{foreign.key}").status_code == 404


def test_a_form_of_the_password_page_is_accepted_by_the_csrf_protection(upload: Upload, link: Link) -> None:
    """A browser sends `Origin: null` from a page with no-referrer, so that page mustn't say so."""
    made = link(upload(), password="open sesame")
    strict = Client(enforce_csrf_checks=True)
    page = strict.get(f"/s/{made.token}")
    assert page.headers["Referrer-Policy"] == "same-origin"
    found = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page.content.decode())
    assert found
    data = {"password": "open sesame", "csrfmiddlewaretoken": found[1]}
    assert strict.post(f"/s/{made.token}/unlock", data, headers={"Origin": "null"}).status_code == 403
    assert strict.post(f"/s/{made.token}/unlock", data, headers={"Origin": "http://testserver"}).status_code == 302


def test_pages_behind_a_link_have_no_form_that_their_referrer_policy_would_break(
    as_stranger: Client, upload: Upload, link: Link
) -> None:
    photo = upload()
    made = link(photo)
    for path, forms in (("", [f"/s/{made.token}/zip"]), (f"/p/{photo.key}", [])):
        page = as_stranger.get(f"/s/{made.token}{path}")
        assert page.headers["Referrer-Policy"] == "no-referrer"
        found = re.findall(r'<form [^>]*action="([^"]+)"', page.content.decode())
        assert found == ["/theme", "/language", *forms]  # those two ask for no CSRF token
        assert b"Library" in page.content
    strict = Client(enforce_csrf_checks=True)
    answer = strict.post(f"/s/{made.token}/zip", {"keys": photo.key}, headers={"Origin": "null"})
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "application/zip")


def test_the_same_visitor_signed_in_as_owner_needs_no_password(owner: User, upload: Upload, link: Link) -> None:
    photo = upload(jpeg())
    made = link(photo, password="open sesame")
    assert shown(signed_in(owner), f"/s/{made.token}") == [photo]


def test_photos_open_over_the_page_with_urls_that_end_and_download_only_where_allowed(
    visitor: Client, upload: Upload, gallery: Gallery, link: Link
) -> None:
    photo = upload(visibility="unlisted", description="At noon")
    gallery.add(photo)
    end = timezone.now() + timedelta(minutes=1)
    for downloads, allowed in ((Downloads.FULL, True), (Downloads.NONE, False)):
        page = visitor.get(f"/s/{link(gallery=gallery, downloads=downloads, expires_at=end).token}").content.decode()
        preview = re.search(r'data-preview="([^"]+)" data-shared data-description="At noon"', page)
        assert preview is not None
        assert visitor.get(preview[1].replace("&amp;", "&")).getvalue()
        assert all(found <= end for found in ends_of(page))
        assert ("data-downloads" in page) is allowed
        assert 'id="lightbox"' in page
        assert photo.direct_url not in page
