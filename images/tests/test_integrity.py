"""`manage.py check_files`: every kind of damage, made on purpose, is named and repaired."""

import os
import time
from collections.abc import Callable
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from pytest_django import Settings

from accounts.models import User
from conftest import Commit, Upload
from images import integrity, storage, uploads, variants, visibility
from images.models import Image, Status, Upload as UploadRow
from images.tests.pictures import jpeg

Stored = Callable[[], list[str]]
NOW = "--grace=0"
OPTIONS = uploads.Options()


def check(*options: str) -> list[str]:
    """The lines of a run that finds problems and leaves some."""
    out = StringIO()
    with pytest.raises(CommandError):
        call_command("check_files", *options, stdout=out)
    return out.getvalue().splitlines()[:-1]


def clean(*options: str) -> list[str]:
    """The lines of a run that leaves no problem."""
    out = StringIO()
    call_command("check_files", *options, stdout=out)
    return out.getvalue().splitlines()[:-1]


@pytest.fixture
def image(upload: Upload) -> Image:
    """One photo among others that are well."""
    upload()
    found = upload(jpeg((200, 100)))
    upload()
    return found


def age(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Lets an hour pass for what is there."""
    assert path.exists()
    real = time.time
    monkeypatch.setattr(time, "time", lambda: real() + integrity.GRACE_SECONDS + 1)


@pytest.mark.usefixtures("image")
def test_nothing_is_wrong_with_what_was_just_uploaded() -> None:
    out = StringIO()
    call_command("check_files", NOW, stdout=out)
    assert out.getvalue() == "Checked 3 photos: 0 problems, 0 repaired.\n"


def test_a_lost_original_is_named_and_its_photo_fails_with_a_reason(image: Image, media: Path) -> None:
    data = (media / image.storage_name).read_bytes()
    (media / image.storage_name).unlink()
    for options in ((), ("--quick",)):
        (line,) = check(*options)
        assert line == f"original-missing: photo {image.key}: {image.storage_name} isn't there"
    assert Image.objects.filter(status=Status.READY).count() == 3
    assert "marked as failed" in clean("--repair")[0]
    image.refresh_from_db()
    assert (image.status, image.failure) == (Status.FAILED, "The original is lost.")
    assert clean(NOW) == []  # its owner knows
    (media / image.storage_name).write_bytes(data)
    assert "original-back" in check()[0]
    clean("--repair")
    image.refresh_from_db()
    assert (image.status, image.failure) == (Status.READY, "")


def test_a_short_original_is_named_by_its_size(image: Image, media: Path) -> None:
    (media / image.storage_name).write_bytes(b"short")
    (line,) = check("--quick")
    assert line.endswith(f"has 5 bytes instead of {image.size_bytes}")
    clean("--repair")
    image.refresh_from_db()
    assert image.failure == "The original is damaged."
    assert (media / image.storage_name).read_bytes() == b"short"


def test_a_flipped_bit_is_named_by_its_digest_unless_the_run_is_quick(image: Image, media: Path) -> None:
    path = media / image.storage_name
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    assert clean("--quick") == []
    (line,) = check()
    assert f"instead of {image.sha256}" in line
    clean("--repair")
    assert clean(NOW) == []


@pytest.mark.parametrize("how", ["gone", "empty"])
def test_a_missing_derivative_is_named_and_rendered(image: Image, media: Path, how: str) -> None:
    thumb = media / image.variant_name(variants.THUMB)
    whole = thumb.read_bytes()
    if how == "gone":
        thumb.unlink()
    else:
        thumb.write_bytes(b"")
    assert check() == [f"derivative-missing: photo {image.key}: {image.storage_name} has no thumb.webp"]
    assert clean("--repair")[0].endswith("(rendered)")
    assert thumb.read_bytes() == whole
    assert clean(NOW) == []


def test_a_missing_avif_is_named_and_made_again(image: Image, media: Path) -> None:
    Image.objects.filter(pk=image.pk).update(has_avif=True)
    assert check() == [f"derivative-missing: photo {image.key}: {image.storage_name} has no preview.avif"]
    assert clean("--repair")[0].endswith("(rendered)")
    image.refresh_from_db()
    assert image.has_avif is (media / image.variant_name(variants.AVIF_PREVIEW)).is_file()
    assert clean(NOW) == []


def test_a_photo_without_any_file_is_named_once(image: Image, media: Path) -> None:
    storage.media().delete_many(image.file_names())
    assert len(check()) == 1


def test_files_without_a_photo_are_named_after_an_hour_and_deleted(
    image: Image, media: Path, stored: Stored, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = stored()
    lonely = ["derived/ab/abandoned/thumb.webp", "originals/ab/abandoned.jpg", image.storage_name[:-3] + "png"]
    for name in lonely:
        storage.write(name, b"alone")
    assert clean() == []
    with monkeypatch.context() as later:
        age(media / lonely[0], later)
        assert sorted(line.split(" ")[2].rstrip(":") for line in check()) == sorted(lonely)
        assert clean("--repair")
    assert stored() == before


def test_a_second_name_of_an_old_file_is_young(image: Image, media: Path, stored: Stored) -> None:
    """A change of visibility gives files new names before its COMMIT; time of content says nothing about those."""
    os.utime(media / image.storage_name, (0, 0))
    storage.media().duplicate_many([(image.storage_name, "originals/ab/abandoned.jpg")])
    assert clean("--repair") == []
    assert "originals/ab/abandoned.jpg" in stored()


def test_many_originals_without_a_photo_are_kept_as_the_database_may_be_the_wrong_one(
    image: Image, stored: Stored
) -> None:
    for number in range(11):
        storage.write(f"originals/ab/abandoned{number}.jpg", b"alone")
    before = stored()
    lines = check("--repair", NOW)
    assert lines[-1].startswith("many-orphans: ")
    assert stored() == before
    clean("--repair", "--force", NOW)
    assert len(stored()) == len(before) - 11
    assert image.storage_name in stored()


def test_what_waits_for_the_purge_is_no_problem(image: Image, media: Path) -> None:
    Image.objects.filter(pk=image.pk).update(deleted_at=image.created_at)
    assert clean(NOW) == []
    (media / image.storage_name).unlink()
    assert clean(NOW) == []


def test_wrong_sums_are_named_and_corrected(image: Image, owner: User, stranger: User) -> None:
    owner.refresh_from_db()
    right = owner.used_bytes
    User.objects.filter(pk=owner.pk).update(used_bytes=1, image_count=7)
    User.objects.filter(pk=stranger.pk).update(used_bytes=5)
    first, second = check()
    assert first == (f"quota: person owner: 7 photos with 1 bytes are counted, there are 3 with {right}")
    assert second.startswith("quota: person stranger: 0 photos with 5 bytes")
    clean("--repair")
    owner.refresh_from_db()
    assert (owner.used_bytes, owner.image_count) == (right, 3)
    assert clean(NOW) == []


def started(owner: User, *, offset: int, part: bytes | None) -> UploadRow:
    row = uploads.start(owner=owner, length=100, name="b.jpg", options=OPTIONS)
    UploadRow.objects.filter(pk=row.pk).update(offset=offset)
    storage.staging()
    if part is not None:
        Path(row.part_path).write_bytes(part)
    return row


def test_an_upload_under_way_is_no_problem(owner: User) -> None:
    rows = [started(owner, offset=0, part=None), started(owner, offset=5, part=b"12345678")]
    assert clean(NOW, "--repair") == []
    for row in rows:
        Path(row.part_path).unlink(missing_ok=True)


@pytest.mark.parametrize("part", [None, b"12"])
def test_an_upload_that_lost_bytes_goes_on_where_the_file_ends(
    owner: User, part: bytes | None, settings: Settings
) -> None:
    row = started(owner, offset=5, part=part)
    assert clean() == []
    (line,) = check(NOW)
    assert line == f"part-short: upload {row.key}: the part file has {len(part or b'')} bytes, 5 were told"
    clean(NOW, "--repair")
    row.refresh_from_db()
    assert row.offset == len(part or b"")
    assert clean(NOW) == []
    Path(row.part_path).unlink(missing_ok=True)


def test_a_photo_that_is_received_without_an_upload_is_removed(owner: User) -> None:
    row = started(owner, offset=0, part=None)
    key = row.image.key
    row.delete()
    assert check() == [f"upload-missing: photo {key}: is being received, but there is no upload"]
    clean("--repair")
    assert not Image.objects.exists()
    owner.refresh_from_db()
    assert (owner.used_bytes, owner.image_count) == (0, 0)


def test_a_part_file_without_an_upload_is_removed(owner: User, stored: Stored) -> None:
    part = storage.staging() / "gone.part"
    part.write_bytes(b"x")
    assert clean() == []
    assert check(NOW) == ["part-alone: file staging/gone.part: no upload has it"]
    clean(NOW, "--repair")
    assert stored() == []


def test_files_are_renamed_while_the_check_runs(image: Image, commit: Commit, monkeypatch: pytest.MonkeyPatch) -> None:
    """The list of files is older than the rows, so everything about the photo looks wrong at first."""
    listing = storage.LocalStorage.listing
    left = [image]

    def then_rename(self: storage.LocalStorage, prefix: str) -> object:
        yield from listing(self, prefix)
        if prefix == "derived/" and left:
            with commit():
                visibility.change(left.pop(), "private")

    monkeypatch.setattr(storage.LocalStorage, "listing", then_rename)
    assert clean(NOW, "--repair") == []
    assert not left
    assert clean(NOW) == []


def test_the_number_of_queries_does_not_grow_with_the_photos(image: Image, upload: Upload) -> None:
    def queries() -> int:
        connection.force_debug_cursor = True
        before = len(connection.queries_log)
        clean(NOW)
        connection.force_debug_cursor = False
        return len(connection.queries_log) - before

    few = queries()
    assert few
    for _ in range(3):
        upload()
    assert queries() == few
