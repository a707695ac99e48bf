"""People without an account add photos through a share link."""

import io
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import Settings

from accounts.models import User
from conftest import Commit, Upload
from galleries import guests, sharing
from galleries.models import Additions, Gallery, GalleryItem, GuestUpload, ShareLink
from images import deletion
from images.models import Image, Status
from images.refusals import UploadRefused
from images.tests.pictures import jpeg
from images.tests.tus import Tus, pairs

TELLING = ("X-Image-Id", "X-Image-Url", "X-Image-Duplicate", "X-Page-Url")
Guest = Callable[[], Tus]
Link = Callable[..., ShareLink]


@pytest.fixture
def gallery(owner: User) -> Gallery:
    return Gallery.objects.create(owner=owner, title="Wedding", visibility="private")


@pytest.fixture
def link(owner: User, gallery: Gallery) -> Link:
    def make(additions: Additions = Additions.ADD, *, password: str = "", **chosen: Any) -> ShareLink:
        made = sharing.make(owner, gallery=gallery, expires_at=None, additions=additions, **chosen)
        sharing.set_password(made, password)
        made.save()
        return made

    return make


@pytest.fixture
def guest(db: None, commit: Commit) -> Iterator[Guest]:
    """Makes browsers of people without an account; what they leave unfinished is removed at the end."""
    yield lambda: Tus(Client(), commit)
    deletion.delete(Image.objects.filter(status=Status.RECEIVING))


def door(link: ShareLink) -> str:
    return f"/s/{link.token}/uploads"


def send(tus: Tus, link: ShareLink, data: bytes | None = None, **metadata: str) -> Any:
    """A photo in one request."""
    data = jpeg() if data is None else data
    return tus.create(len(data), door=door(link), body=data, **({"filename": "a.jpg"} | metadata))


def key_of(answer: Any) -> str:
    return str(answer.headers["Location"].rpartition("/")[2])


def undo(tus: Tus, link: ShareLink, key: str) -> Any:
    with tus.commit():
        return tus.client.post(f"/s/{link.token}/undo/{key}")


def add(tus: Tus, link: ShareLink, *pictures: bytes, **fields: str) -> Any:
    """The plain form."""
    files = [SimpleUploadedFile(f"{number}.jpg", data) for number, data in enumerate(pictures)]
    with tus.commit():
        return tus.client.post(f"/s/{link.token}/add", {"files": files, **fields})


def own(tus: Tus, link: ShareLink) -> list[GuestUpload]:
    return [upload for upload, _url in tus.client.get(f"/s/{link.token}").context["drop"]["own"]]


def count(link: ShareLink) -> int:
    link.refresh_from_db()
    assert link.guest_image_count == link.guest_uploads.count()
    return link.guest_image_count


def assert_empty(owner: User) -> None:
    owner.refresh_from_db()
    assert (owner.used_bytes, owner.image_count, Image.objects.count()) == (0, 0, 0)


def test_a_guest_s_photo_is_the_owner_s_in_the_gallery_with_the_name_of_who_added_it(
    guest: Guest, link: Link, owner: User, gallery: Gallery
) -> None:
    made, data, tus = link(), jpeg(), guest()
    address = tus.created(len(data), door=door(made), filename="a.jpg", name_of_guest="  Ada\n\u202eL  ")
    assert re.fullmatch(rf"/s/{made.token}/uploads/\w{{22}}", address)
    assert tus.patch(address, 0, data[:300]).headers["Upload-Offset"] == "300"
    assert tus.offset(address) == 300
    assert own(tus, made) == []
    assert tus.patch(address, 300, data[300:]).status_code == 204
    assert tus.offset(address) == len(data)
    item = gallery.items.select_related("image").get()
    assert (item.image.owner, item.image.status, item.image.original_name) == (owner, Status.READY, "a.jpg")
    assert item.added_by.replace(" ", "") == "AdaL"
    assert not item.waits
    assert [upload.image for upload in own(tus, made)] == [item.image]
    owner.refresh_from_db()
    assert (owner.used_bytes, owner.image_count, count(made)) == (len(data), 1, 1)


def test_the_name_is_cut_and_remembered_for_the_session(guest: Guest, link: Link, gallery: Gallery) -> None:
    made, tus = link(), guest()
    send(tus, made, name_of_guest="x" * 200)
    assert gallery.items.get().added_by == "x" * guests.NAME_LENGTH
    assert tus.client.get(f"/s/{made.token}").context["drop"]["name"] == "x" * guests.NAME_LENGTH
    assert guest().client.get(f"/s/{made.token}").context["drop"]["name"] == ""


@pytest.mark.parametrize(
    ("of_gallery", "of_owner", "got"),
    [
        ("", "private", "private"),
        ("", "public", "unlisted"),
        ("public", "private", "unlisted"),
        ("private", "public", "private"),
    ],
)
def test_the_owner_s_choices_count_and_no_photo_becomes_public_by_itself(
    guest: Guest, link: Link, owner: User, gallery: Gallery, of_gallery: str, of_owner: str, got: str
) -> None:
    User.objects.update(default_visibility=of_owner)
    Gallery.objects.update(photo_visibility=of_gallery, photo_lifetime="P1D")
    send(guest(), link(), visibility="public", expires="never", title="Mine", description="Buy")
    image = Image.objects.get()
    assert (image.visibility, image.title, image.description) == (got, "", "")
    assert image.expires_at is not None
    assert 86_000 < (image.expires_at - timezone.now()).total_seconds() <= 86_400


def test_the_owner_s_own_lifetime_is_that_of_guests_photos_too(guest: Guest, link: Link) -> None:
    User.objects.update(default_lifetime="PT1H")
    send(guest(), link())
    assert Image.objects.get().expires_at is not None


@pytest.mark.parametrize("kind", ["tus", "form"])
def test_the_size_limit_is_the_link_s_and_named(guest: Guest, link: Link, owner: User, kind: str) -> None:
    made, data, tus = link(guest_max_bytes=1024), jpeg((300, 200)), guest()
    assert len(data) > 1024
    if kind == "tus":
        answer = tus.create(len(data), door=door(made))
        assert answer.headers["Content-Type"] == "application/problem+json"
    else:
        answer = add(tus, made, data)
    assert answer.status_code == 413
    assert "1.0\xa0KB" in answer.content.decode().replace("\\u00a0", "\xa0").replace("&nbsp;", "\xa0")
    assert_empty(owner)
    assert count(made) == 0


def test_above_the_server_s_own_limit_a_guest_reads_that_of_the_link(
    guest: Guest, link: Link, settings: Settings
) -> None:
    settings.UPLOAD_MAX_BYTES = 2048
    assert guest().create(4096, door=door(link(guest_max_bytes=1024))).json()["limit"] == 1024  # type: ignore[attr-defined]
    assert guest().create(4096, door=door(link(guest_max_bytes=9999))).json()["limit"] == 2048  # type: ignore[attr-defined]


def test_the_last_place_goes_to_one(guest: Guest, link: Link, owner: User) -> None:
    made, tus = link(guest_max_images=2), guest()
    assert send(tus, made, jpeg()).status_code == 201
    tus.created(500, door=door(made))
    refused = send(guest(), made, jpeg((9, 9)))
    assert (refused.status_code, refused.json()["code"], refused.json()["limit"]) == (413, "too_many_guest_photos", 2)
    assert add(guest(), made, jpeg((9, 9))).status_code == 413
    owner.refresh_from_db()
    assert (count(made), owner.image_count, GalleryItem.objects.count()) == (2, 2, 2)


def test_two_that_saw_the_last_place_free_do_not_both_get_it(link: Link, owner: User) -> None:
    """Both have read the link before either has taken the place."""
    made = link(guest_max_images=1)
    copies = [ShareLink.objects.select_related("gallery", "owner").get() for _ in range(2)]
    images = [Image.new(owner=owner, original_name="a.jpg", size_bytes=1) for _ in range(2)]
    takes = [guests.place(copy, guest="1" * 22, added_by="") for copy in copies]
    for image in images:
        image.status = Status.READY
        image.save()
    takes[0](images[0])
    with pytest.raises(UploadRefused):
        takes[1](images[1])
    assert count(made) == 1


@pytest.mark.parametrize("end", ["refused", "given up", "purged", "deleted by the owner"])
def test_what_is_gone_or_never_came_makes_room(
    guest: Guest, link: Link, owner: User, settings: Settings, end: str
) -> None:
    made, tus = link(guest_max_images=1), guest()
    if end == "refused":
        assert send(tus, made, b"no picture at all").status_code == 415
    elif end == "given up":
        assert tus.delete(tus.created(500, door=door(made))).status_code == 204
    elif end == "purged":
        settings.UPLOAD_IDLE_SECONDS = 0
        tus.created(500, door=door(made))
        call_command("purge", stdout=io.StringIO())
    else:
        send(tus, made)
        deletion.delete(Image.objects.all())
    assert_empty(owner)
    assert count(made) == 0
    assert send(tus, made).status_code == 201


@pytest.mark.parametrize("limit", [{"storage_limit_bytes": 700}, {"image_limit": 0}])
def test_a_full_account_is_told_without_its_numbers(
    guest: Guest, link: Link, owner: User, limit: dict[str, int]
) -> None:
    User.objects.update(**limit)
    made = link()
    refused = send(guest(), made)
    assert refused.status_code == 413
    assert refused.json()["message"] == "The owner's storage is full."
    assert "limit" not in refused.json()
    page = add(guest(), made, jpeg())
    assert page.status_code == 413
    assert "The owner&#x27;s storage is full." in page.content.decode()
    assert not re.search(r"\b700\b", page.content.decode())
    assert count(made) == 0


def test_a_flood_is_stopped_with_a_clear_word(guest: Guest, link: Link, settings: Settings) -> None:
    settings.ACCOUNT_RATE_LIMITS = {"share_link_upload": "2/h/key"}
    made, tus = link(), guest()
    for number in range(2):
        assert send(tus, made, jpeg((20 + number, 20))).status_code == 201
    refused = send(guest(), made, jpeg((30, 20)))
    assert refused.status_code == 429
    assert "Wait an hour" in refused.json()["message"]
    page = add(tus, made, jpeg((40, 20)))
    assert (page.status_code, "Wait an hour" in page.content.decode()) == (429, True)
    assert send(tus, link(), jpeg((50, 20))).status_code == 201
    assert Image.objects.count() == 3


def test_what_waits_for_approval_is_seen_by_its_guest_and_the_owner_alone(
    guest: Guest, link: Link, as_owner: Client, gallery: Gallery
) -> None:
    Gallery.objects.update(visibility="public")
    made, tus = link(needs_approval=True), guest()
    send(tus, made, name_of_guest="Ada")
    photo = gallery.images.get()
    page = tus.client.get(f"/s/{made.token}")
    assert page.context["photos"] == []
    assert [upload.image for upload in own(tus, made)] == [photo]
    assert "Waits for approval" in page.content.decode()
    assert guest().client.get(f"/s/{made.token}/p/{photo.key}").status_code == 404
    assert guest().client.get(gallery.get_absolute_url()).context["photos"] == []
    owners = as_owner.get(gallery.get_absolute_url())
    assert (owners.context["waiting"], owners.context["photos"]) == ([photo], [])
    assert "1 photo waits for your approval" in owners.content.decode()
    assert ">Ada<" in owners.content.decode()
    assert "1 photo waits for your approval" in as_owner.get("/links/").content.decode()

    as_owner.post(f"/g/{gallery.key}/approve", {"keys": photo.key})
    assert [shown.what for shown in guest().client.get(f"/s/{made.token}").context["photos"]] == [photo]
    assert "approval" not in as_owner.get("/links/").content.decode()
    owners = as_owner.get(gallery.get_absolute_url())
    assert (owners.context["waiting"], owners.context["photos"]) == ([], [photo])
    assert ">Ada<" in owners.content.decode()
    assert not re.search(r"\bAda\b", guest().client.get(gallery.get_absolute_url()).content.decode())


def test_the_owner_removes_what_guests_sent_and_keeps_what_was_there_before(
    guest: Guest, link: Link, as_owner: Client, upload: Upload, gallery: Gallery
) -> None:
    made, data = link(needs_approval=True), jpeg((77, 77))
    before = upload(data)
    send(guest(), made, data)
    send(guest(), made, jpeg((88, 88)))
    keys = list(gallery.images.values_list("key", flat=True))
    assert len(keys) == 2
    answer = as_owner.post(f"/g/{gallery.key}/refuse", {"keys": keys}, follow=True)
    assert list(Image.objects.live()) == [before]
    assert "1 photo is in the trash." in answer.content.decode()
    assert answer.context["waiting"] == []
    assert not gallery.items.filter(image=before).exists()

    undo = re.search(r'name="moment" value="(\d+)"', answer.content.decode())
    assert undo is not None
    as_owner.post("/trash/restore", {"moment": undo[1]})
    assert [image.width for image in as_owner.get(gallery.get_absolute_url()).context["waiting"]] == [88]


def test_without_a_trash_the_owner_is_asked_before_what_guests_sent_is_gone(
    guest: Guest, link: Link, as_owner: Client, gallery: Gallery, settings: Settings, stored: Callable[[], list[str]]
) -> None:
    settings.TRASH_DAYS = 0
    send(guest(), link(needs_approval=True))
    photo = gallery.images.get()
    path, data = f"/g/{gallery.key}/refuse", {"keys": photo.key}
    asked = as_owner.post(path, data)
    assert "Delete this photo for good?" in asked.content.decode()
    assert gallery.items.get().waits
    as_owner.post(path, {**data, "confirm": "yes"})
    assert not Image.objects.exists()
    assert stored() == []


def test_nobody_else_decides_about_waiting_photos(
    guest: Guest, link: Link, as_stranger: Client, gallery: Gallery
) -> None:
    send(guest(), link(needs_approval=True))
    keys = {"keys": gallery.images.get().key}
    for action in ("approve", "refuse"):
        assert as_stranger.post(f"/g/{gallery.key}/{action}", keys).status_code == 404
        assert Client().post(f"/g/{gallery.key}/{action}", keys).status_code == 302
    assert gallery.items.get().waits


@pytest.mark.parametrize("kind", ["tus", "form"])
def test_undo_deletes_for_good_and_gives_the_place_back(
    guest: Guest, link: Link, owner: User, stored: Callable[[], list[str]], kind: str
) -> None:
    made, tus = link(guest_max_images=1), guest()
    if kind == "tus":
        key = key_of(send(tus, made))
    else:
        assert add(tus, made, jpeg()).status_code == 302
        key = own(tus, made)[0].upload_key
    assert undo(tus, made, key).headers["Location"] == f"/s/{made.token}"
    assert_empty(owner)
    assert stored() == []
    assert count(made) == 0
    assert undo(tus, made, key).status_code == 404
    assert send(tus, made).status_code == 201


def test_another_browser_neither_sees_nor_touches_an_upload(guest: Guest, link: Link, as_owner: Client) -> None:
    made, tus, other = link(Additions.DROP), guest(), guest()
    other_link, data = link(Additions.DROP), jpeg()
    address, done = tus.created(len(data), door=door(made)), key_of(send(tus, made, jpeg((9, 9))))
    for client in (other, Tus(as_owner, other.commit)):
        client.client.get(f"/s/{made.token}")
        assert client.head(address).status_code == 404
        assert client.patch(address, 0, data).status_code == 404
        assert client.delete(address).status_code == 404
        assert undo(client, made, done).status_code == 404
        assert own(client, made) == []
    elsewhere = address.replace(made.token, other_link.token)
    assert tus.head(elsewhere).status_code == 404
    assert undo(tus, other_link, done).status_code == 404
    assert other.head(f"/api/v1/uploads/{address.rpartition('/')[2]}").status_code == 401
    assert tus.patch(address, 0, data).status_code == 204
    assert len(own(tus, made)) == 2


def test_a_duplicate_looks_like_any_other_upload(
    guest: Guest, link: Link, upload: Upload, owner: User, gallery: Gallery
) -> None:
    data, made, tus = jpeg((60, 50)), link(Additions.DROP), guest()
    before = upload(data, title="My secret", visibility="private")
    address = tus.created(len(data), door=door(made), filename="a.jpg")
    fresh = tus.created(len(data), door=door(made), filename="a.jpg")
    seen = []
    for url, body in ((address, data), (fresh, jpeg((40, 30)).ljust(len(data), b"\0"))):
        answers = [tus.head(url), tus.patch(url, 0, body[:9]), tus.patch(url, 9, body[9:]), tus.head(url)]
        assert not [name for answer in answers for name in TELLING if name in answer.headers]
        seen.append([(answer.status_code, sorted(answer.headers)) for answer in answers])
    assert seen[0] == seen[1]
    uploads = own(tus, made)
    page = tus.client.get(f"/s/{made.token}").content.decode()
    assert len(uploads) == 2
    assert page.count("<img") == 2
    assert "My secret" not in page
    assert before.key not in page
    whole = send(guest(), made, data)
    assert not [name for name in TELLING if name in whole.headers]

    for url in (address, fresh):
        assert undo(tus, made, url.rpartition("/")[2]).status_code == 302
    assert own(tus, made) == []
    assert list(Image.objects.all()) == [before]
    assert not gallery.images.exists()


def test_undo_leaves_a_photo_that_was_in_the_gallery_before(
    guest: Guest, link: Link, upload: Upload, gallery: Gallery
) -> None:
    data, tus, made = jpeg(), guest(), link()
    gallery.add(upload(data))
    by_tus = key_of(send(tus, made, data))
    add(tus, made, data)
    assert {upload.is_new for upload in own(tus, made)} == {False}
    for upload_key in (by_tus, *(upload.upload_key for upload in own(tus, made) if upload.upload_key != by_tus)):
        assert undo(tus, made, upload_key).status_code == 302
    assert gallery.images.count() == 1
    assert count(made) == 0


def test_undo_deletes_no_photo_that_its_owner_has_sent_since(
    guest: Guest, link: Link, upload: Upload, gallery: Gallery
) -> None:
    data, tus, made = jpeg(), guest(), link()
    key = key_of(send(tus, made, data))
    again = upload(data)
    assert undo(tus, made, key).status_code == 302
    assert list(Image.objects.all()) == [again]
    assert not gallery.images.exists()


@pytest.mark.parametrize("closed", ["revoked", "look only", "owner disabled", "ended", "password"])
def test_every_door_closes_with_the_link(guest: Guest, link: Link, gallery: Gallery, closed: str) -> None:
    made, data, tus = link(), jpeg(), guest()
    address, done = tus.created(len(data), door=door(made)), key_of(send(tus, made, jpeg((9, 9))))
    rows = ShareLink.objects.filter(pk=made.pk)
    if closed == "revoked":
        sharing.revoke(rows)
    elif closed == "look only":
        rows.update(additions=Additions.NONE)
    elif closed == "owner disabled":
        User.objects.update(is_active=False)
    elif closed == "ended":
        rows.update(expires_at=timezone.now())
    else:
        sharing.set_password(made, "sesame")
        made.save()
    status = 403 if closed == "password" else 404
    assert tus.patch(address, 0, data).status_code == status
    assert tus.head(address).status_code == status
    assert tus.delete(address).status_code == status
    refused = send(tus, made, jpeg((8, 8)))
    assert (refused.status_code, refused.headers["Content-Type"]) == (status, "application/problem+json")
    assert add(tus, made, jpeg((8, 8))).status_code == (200 if closed == "password" else 404)
    assert Image.objects.received().count() == 1
    if closed not in {"look only"}:
        undo(tus, made, done)
        assert Image.objects.received().count() == 1


def test_a_link_that_only_shows_takes_nothing(guest: Guest, link: Link) -> None:
    made = link(Additions.NONE)
    assert send(guest(), made).status_code == 404
    assert add(guest(), made, jpeg()).status_code == 404
    page = guest().client.get(f"/s/{made.token}")
    assert "drop" not in page.context
    assert not page.cookies


def test_other_sites_can_neither_add_nor_undo(commit: Commit, link: Link) -> None:
    made, client = link(), Client(enforce_csrf_checks=True)
    tus = Tus(client, commit)
    page = client.get(f"/s/{made.token}")
    csrf = client.cookies["csrftoken"].value
    assert page.headers["Referrer-Policy"] == "same-origin"
    data = jpeg()
    told: dict[str, str] = {"Upload_Length": str(len(data)), "Upload_Metadata": pairs(filename="a.jpg")}
    assert tus.send("POST", door(made), data, **told).status_code == 401
    answer = tus.send("POST", door(made), data, X_CSRFToken=csrf, **told)
    assert answer.status_code == 201
    assert tus.patch(answer.headers["Location"], len(data), b"").status_code == 401
    assert add(tus, made, jpeg((9, 9))).status_code == 403
    assert undo(tus, made, key_of(answer)).status_code == 403
    assert add(tus, made, jpeg((9, 9)), csrfmiddlewaretoken=csrf).status_code == 302
    assert Image.objects.count() == 2


def test_the_plain_form_tells_which_photos_were_refused(guest: Guest, link: Link, gallery: Gallery) -> None:
    made, tus = link(needs_approval=True), guest()
    answer = add(tus, made, jpeg(), b"no picture", name_of_guest="Ada")
    assert answer.status_code == 200
    assert [name for name, _reason in answer.context["drop"]["refused"]] == ["1.jpg"]
    item = gallery.items.get()
    assert (item.added_by, item.waits) == ("Ada", True)
    assert [(upload.image, upload.is_new) for upload in own(tus, made)] == [(item.image, True)]
    empty = tus.client.post(f"/s/{made.token}/add", {"name_of_guest": "Ada"}, format="multipart")
    assert (empty.status_code, "at least one photo" in empty.content.decode()) == (400, True)


def test_a_drop_link_shows_what_this_browser_dropped_and_nothing_else(
    guest: Guest, link: Link, upload: Upload, gallery: Gallery
) -> None:
    hidden = upload(name="fjord.jpg")
    gallery.add(hidden)
    made, first, second = link(Additions.DROP), guest(), guest()
    send(first, made, jpeg((30, 40)))
    send(second, made, jpeg((40, 30)))
    page = first.client.get(f"/s/{made.token}")
    text = page.content.decode()
    assert len(own(first, made)) == len(own(second, made)) == 1
    assert text.count("<img") == 1
    assert "fjord" not in text
    assert page.context["photos"] == []
    assert "Wedding" in text
    thumb = re.search(r'src="(/files/[^"]+)"', text)
    assert thumb is not None
    assert first.client.get(thumb[1].replace("&amp;", "&")).getvalue()


def test_pages_behind_many_uploads_ask_the_database_as_often(
    guest: Guest, link: Link, as_owner: Client, gallery: Gallery
) -> None:
    made, tus = link(needs_approval=True), guest()
    pages = [(tus.client, f"/s/{made.token}"), (as_owner, gallery.get_absolute_url()), (as_owner, "/links/")]
    asked = []
    for sizes in ([21], [22, 23, 24, 25]):
        for size in sizes:
            send(tus, made, jpeg((size, 20)))
        counts = []
        for client, url in pages:
            with CaptureQueriesContext(connection) as queries:
                assert client.get(url).status_code == 200
            counts.append(len(queries))
        asked.append(counts)
    assert asked[0] == asked[1]
