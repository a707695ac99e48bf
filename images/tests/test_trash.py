"""The trash: closed to all at once, back by one click, gone for good when its time is over."""

import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, Settings

from accounts.models import User
from conftest import Commit, Upload
from images import delivery, purging, storage, trash, uploads, variants, visibility
from images.models import Image, Status
from images.tests.pictures import jpeg
from images.tests.test_pages import rows
from images.uploads import Options

Stored = Callable[[], list[str]]


def undo(client: Client, page: str) -> str:
    """Presses the button of the message on the page; returns where that leads."""
    moment = re.search(r'name="moment" value="(\d+)"', client.get(page).content.decode())
    assert moment is not None
    return client.post("/trash/restore", {"moment": moment[1]}).headers["Location"]


def test_deleting_closes_every_door_at_once_and_undo_opens_them_again(
    upload: Upload, as_owner: Client, visitor: Client, commit: Commit, owner: User
) -> None:
    image = upload(visibility="public")
    assert visitor.get(image.direct_url).getvalue()
    out = [delivery.variant_url(image, variant) for variant in variants.EAGER]
    with commit():
        assert as_owner.post(f"/p/{image.key}/delete").headers["Location"] == "/library/"
    for url in (*out, image.direct_url, image.get_absolute_url(), f"/p/{image.key}/download"):
        assert visitor.get(url).status_code == 404, url
    assert visitor.get("/explore/").context["photos"] == []
    owner.refresh_from_db()
    assert (owner.image_count, owner.used_bytes) == (1, image.size_bytes)

    assert undo(as_owner, "/library/") == image.get_absolute_url()
    assert visitor.get(image.get_absolute_url()).status_code == 200
    assert visitor.get(image.direct_url).getvalue()
    assert visitor.get(out[0]).status_code == 404


def deleted_from_its_page(client: Client, image: Image) -> str:
    """Presses the button of the photo's page; returns where that leads."""
    page = client.get(image.get_absolute_url()).content.decode()
    field = re.search(r'name="next" value="([^"]+)"', page[page.index(f"/p/{image.key}/delete") :])
    assert field is not None
    return client.post(f"/p/{image.key}/delete", {"next": field[1]}).headers["Location"]


def test_who_deletes_from_page_to_page_goes_on_to_the_next_photo_and_last_to_the_list(
    as_owner: Client, owner: User
) -> None:
    newest, middle, oldest = rows(owner, 3)
    assert deleted_from_its_page(as_owner, middle) == oldest.get_absolute_url()
    toast = (
        as_owner.get(oldest.get_absolute_url()).content.decode().partition('name="moment"')[2].partition("</form>")[0]
    )
    assert "next" not in toast
    assert deleted_from_its_page(as_owner, oldest) == newest.get_absolute_url()
    assert deleted_from_its_page(as_owner, newest) == "/library/"


def test_after_the_question_one_goes_on_from_there_too(as_owner: Client, owner: User, settings: Settings) -> None:
    settings.TRASH_DAYS = 0
    newer, older = rows(owner, 2)
    url, following = f"/p/{newer.key}/delete", older.get_absolute_url()
    question = as_owner.post(url, {"next": following}).content.decode()
    assert f'name="next" value="{following}"' in question
    assert as_owner.post(url, {"next": following, "confirm": "yes"}).headers["Location"] == following
    assert (
        as_owner.post(f"/p/{older.key}/delete", {"next": "https://other.example/", "confirm": "yes"}).headers[
            "Location"
        ]
        == "/library/"
    )


def test_undo_brings_back_what_was_deleted_together_and_nothing_else(upload: Upload, as_owner: Client) -> None:
    before, *together = [upload().key for _ in range(4)]
    as_owner.post("/library/delete", {"keys": before})
    as_owner.get("/library/")
    as_owner.post("/library/delete", {"keys": together})
    Image.objects.filter(key=together[0]).update(deleted_at=timezone.now())
    assert undo(as_owner, "/explore/") == "/library/"
    assert {photo.key for photo in as_owner.get("/library/").context["photos"]} == set(together[1:])


@pytest.mark.parametrize("moment", ["x", "-1", "9" * 17, "9" * 40, "١"])
def test_a_malformed_moment_brings_back_nothing(as_owner: Client, owner: User, moment: str) -> None:
    rows(owner, 1, trashed_at=timezone.now())
    assert as_owner.post("/trash/restore", {"moment": moment}).status_code == 302
    assert not Image.objects.live().exists()


def test_the_trash_shows_what_is_in_it_and_when_it_goes(as_owner: Client, owner: User) -> None:
    (live,) = rows(owner, 1)
    (old,) = rows(owner, 1, trashed_at=timezone.now() - timedelta(days=20))
    (short,) = rows(owner, 1, trashed_at=timezone.now(), expires_at=timezone.now() + timedelta(minutes=90, seconds=30))
    rows(owner, 1, trashed_at=timezone.now(), expires_at=timezone.now())
    answer = as_owner.get("/trash/")
    assert answer.context["photos"] == [short, old]
    page = answer.content.decode()
    assert '10<span class="badge__words"> days left</span>' in page
    assert '90<span class="badge__words"> minutes left</span>' in page
    assert "count towards your storage" in page
    assert old.get_absolute_url() not in page
    assert as_owner.get("/library/").context["photos"] == [live]
    assert 'href="/trash/"' in as_owner.get("/library/").content.decode()


@pytest.mark.parametrize("count", [2, 50])
def test_queries_of_the_trash_do_not_grow_with_rows(
    as_owner: Client, owner: User, count: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    rows(owner, count, trashed_at=timezone.now())
    with django_assert_num_queries(4):
        as_owner.get("/trash/")


def test_selected_photos_come_back_from_the_trash(as_owner: Client, owner: User) -> None:
    first, second, third = rows(owner, 3, trashed_at=timezone.now())
    answer = as_owner.post("/trash/restore", {"keys": [first.key, second.key]})
    assert answer.headers["Location"] == "/trash/"
    assert set(Image.objects.live()) == {first, second}
    assert as_owner.get("/trash/").context["photos"] == [third]


def test_the_trash_is_emptied_in_part_or_whole_after_a_question(
    upload: Upload, as_owner: Client, stored: Stored, owner: User, commit: Commit
) -> None:
    images = [upload() for _ in range(4)]
    with commit():
        as_owner.post("/library/delete", {"keys": [image.key for image in images[1:]]})
    assert b"for good?" in as_owner.post("/trash/delete", {"keys": images[1].key}).content
    as_owner.post("/trash/delete", {"keys": [images[0].key, images[1].key], "confirm": "yes"})
    assert set(Image.objects.all()) == {images[0], images[2], images[3]}
    assert b"Delete 2 photos for good?" in as_owner.post("/trash/empty").content
    assert as_owner.post("/trash/empty", {"confirm": "yes"}).status_code == 302
    assert Image.objects.get() == images[0]
    assert {name.rpartition("/")[2].partition(".")[0] for name in stored() if "originals" in name} == {
        images[0].file_key
    }
    owner.refresh_from_db()
    assert (owner.image_count, owner.used_bytes) == (1, images[0].size_bytes)


def test_the_confirm_page_offers_the_trash_and_the_end(upload: Upload, as_owner: Client, settings: Settings) -> None:
    image = upload()
    page = as_owner.get(f"/p/{image.key}/delete").content.decode()
    assert "stays in the trash for 30 days" in page
    assert "Move to the trash" in page
    settings.TRASH_DAYS = 0
    page = as_owner.get(f"/p/{image.key}/delete").content.decode()
    assert "can't be undone" in page.replace("&#x27;", "'")
    assert "Move to the trash" not in page


def test_the_same_bytes_bring_the_photo_back(upload: Upload, as_owner: Client, token: str, visitor: Client) -> None:
    data = jpeg()
    image = upload(data, title="Fjord")
    as_owner.post(f"/p/{image.key}/delete")
    answer = visitor.post(
        "/upload", data, content_type="image/jpeg", headers={"Authorization": f"Bearer {token}"}
    ).json()
    assert (answer["status"], answer["duplicate"], answer["key"]) == ("success", True, image.key)
    assert Image.objects.live().get() == image
    assert visitor.get(image.direct_url).getvalue()


def test_a_photo_that_expired_in_the_trash_stays_away_when_its_bytes_come_again(
    upload: Upload, as_owner: Client
) -> None:
    data = jpeg()
    image = upload(data)
    as_owner.post(f"/p/{image.key}/delete")
    Image.objects.update(expires_at=timezone.now())
    assert upload(data) != image


def test_a_photo_that_was_being_rendered_is_ready_when_it_comes_back(
    upload: Upload, as_owner: Client, commit: Commit, stored: Stored
) -> None:
    image = upload()
    Image.objects.update(status=Status.PROCESSING, render_attempts=0)
    storage.media().delete_many(image.variant_name(variant) for variant in variants.EAGER)
    with commit():
        as_owner.post(f"/p/{image.key}/delete")
    image.refresh_from_db()
    assert image.status == Status.READY
    as_owner.post("/trash/restore", {"keys": image.key})
    assert visitor_sees(as_owner, image)


def visitor_sees(client: Client, image: Image) -> bool:
    return bool(client.get(client.get(image.get_absolute_url()).context["preview_url"]).getvalue())


def test_an_upload_under_way_is_forgotten_and_not_kept_in_the_trash(
    owner: User, as_owner: Client, stored: Stored
) -> None:
    upload = uploads.start(owner=owner, length=100, name="a.jpg", options=Options())
    assert as_owner.post(f"/p/{upload.image.key}/delete").status_code == 302
    assert not Image.objects.exists()
    owner.refresh_from_db()
    assert owner.used_bytes == 0


def test_delete_by_api_is_for_good(upload: Upload, visitor: Client, token: str, stored: Stored) -> None:
    image = upload()
    headers = {"Authorization": f"Bearer {token}"}
    assert visitor.delete(f"/delete/{image.pk}", headers=headers).json()["status"] == "success"
    assert not Image.objects.exists()
    assert stored() == []


def test_a_purge_removes_what_was_in_the_trash_long_enough(owner: User, settings: Settings) -> None:
    settings.TRASH_DAYS = 7
    now = timezone.now()
    rows(owner, 1, trashed_at=now - timedelta(days=7, seconds=1))
    (kept,) = rows(owner, 1, trashed_at=now - timedelta(days=6, hours=23))
    rows(owner, 1, trashed_at=now, expires_at=now)
    report = purging.run()
    assert (report.counts["trashed"], report.counts["expired"], report.counts["images"]) == (1, 1, 2)
    assert Image.objects.get() == kept
    settings.TRASH_DAYS = 0
    assert purging.run().counts["trashed"] == 1


def test_files_of_many_photos_are_renamed_in_batches(
    owner: User, media: Path, commit: Commit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(visibility, "REQUEST_SECONDS", 600)
    images = rows(owner, 2 * visibility.BATCH + 1)
    names = [name for image in images for name in (image.storage_name, image.variant_name(variants.THUMB))]
    for name in names:
        (media / name).parent.mkdir(parents=True, exist_ok=True)
        (media / name).write_bytes(b"x")
    with commit():
        count, moment = trash.put(Image.objects.owned_by(owner).live())
    assert count == len(images)
    assert not [name for name in names if (media / name).exists()]
    for image in Image.objects.filter(trashed_at=moment):
        assert (media / image.storage_name).exists()
        assert (media / image.variant_name(variants.THUMB)).exists()


def test_what_there_is_no_time_to_rename_is_in_the_trash_all_the_same(
    upload: Upload, monkeypatch: pytest.MonkeyPatch, commit: Commit
) -> None:
    image = upload()
    monkeypatch.setattr(visibility, "REQUEST_SECONDS", -1)
    with commit():
        trash.put(Image.objects.all())
    assert not Image.objects.live().exists()
    assert Image.objects.get().file_key == image.file_key


def test_a_photo_that_is_deleted_while_its_files_are_renamed_leaves_no_file(
    upload: Upload, stored: Stored, commit: Commit
) -> None:
    image = upload()
    stale = Image.objects.get()
    with commit():
        visibility.rekey([image])
    with commit():
        visibility.rekey([stale])
    image.refresh_from_db()
    assert {name for name in stored() if image.file_key not in name} == set()
    Image.objects.update(deleted_at=timezone.now())
    purging.run()
    with commit():
        visibility.rekey([image])
    assert stored() == []
