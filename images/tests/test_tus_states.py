"""What becomes of resumable uploads when something else happens: time, power cuts, deletion, duplicates."""

import hashlib
import os
import tracemalloc
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from conftest import Commit, Upload as UploadPhoto
from images import digests, purging, storage, uploads
from images.models import Image, Upload
from images.tests.pictures import jpeg
from images.tests.tus import Tus, speaking
from images.uploads import Options


@pytest.fixture
def tus(as_owner: Client, commit: Commit) -> Iterator[Tus]:
    with speaking(as_owner, commit) as client:
        yield client


@pytest.fixture
def data() -> bytes:
    return jpeg((320, 240))


@pytest.fixture
def url(tus: Tus, data: bytes) -> str:
    """An upload of `data` that has its first 1,000 bytes."""
    made = tus.created(len(data), filename="a.jpg")
    tus.patch(made, 0, data[:1000])
    return made


class Meanwhile:
    """A body during whose second block something happens."""

    def __init__(self, blocks: list[bytes], happens: Callable[[], object]) -> None:
        self._blocks = iter(blocks)
        self._happens = happens
        self._read = 0

    def read(self, size: int, /) -> bytes:
        self._read += 1
        if self._read == 2:
            self._happens()
        return next(self._blocks, b"")


def row() -> Upload:
    return Upload.objects.select_related("image__owner").get()


def used(user: User) -> tuple[int, int]:
    user.refresh_from_db()
    return user.used_bytes, user.image_count


def test_abandoned_uploads_are_purged_and_give_their_room_back(
    tus: Tus, url: str, data: bytes, owner: User, stored: Callable[[], list[str]]
) -> None:
    other = tus.created(500)
    assert used(owner) == (len(data) + 500, 2)
    purging.run()
    assert Upload.objects.count() == 2
    Upload.objects.filter(length=len(data)).update(expires_at=timezone.now())
    assert purging.run().counts["abandoned"] == 1
    assert (tus.head(url).status_code, tus.head(other).status_code) == (404, 200)
    assert (stored(), used(owner)) == ([], (500, 1))


def test_finished_rows_are_purged_and_their_photos_stay(tus: Tus, url: str, data: bytes, owner: User) -> None:
    tus.patch(url, 1000, data[1000:])
    Upload.objects.update(expires_at=timezone.now())
    assert tus.head(url).status_code == 410
    report = purging.run()
    assert (report.counts["images"], report.counts["abandoned"], Upload.objects.count()) == (0, 0, 0)
    assert (Image.objects.get().is_ready, used(owner)) == (True, (len(data), 1))
    assert tus.head(url).status_code == 404


def test_every_byte_gives_the_upload_another_day(tus: Tus, url: str, data: bytes) -> None:
    Upload.objects.update(expires_at=timezone.now() + timedelta(minutes=1))
    tus.patch(url, 1000, b"")
    assert row().expires_at < timezone.now() + timedelta(minutes=1)
    tus.patch(url, 1000, data[1000:1001])
    assert row().expires_at > timezone.now() + timedelta(hours=23)


def test_a_power_cut_that_took_the_end_of_the_file_takes_the_offset_back(tus: Tus, url: str, data: bytes) -> None:
    os.truncate(row().part_path, 600)
    assert tus.offset(url) == 600
    assert tus.patch(url, 1000, data[1000:]).status_code == 409
    assert tus.patch(url, 600, data[600:]).status_code == 204
    assert Image.objects.get().sha256 == hashlib.sha256(data).hexdigest()


def test_bytes_that_the_row_was_not_told_of_are_sent_again(tus: Tus, url: str, data: bytes) -> None:
    """A process was killed between the file and the row."""
    with open(row().part_path, "ab") as part:  # noqa: PTH123
        part.write(b"not the photo's own bytes")
    assert tus.offset(url) == 1000
    assert tus.patch(url, 1000, data[1000:]).status_code == 204
    assert Image.objects.get().sha256 == hashlib.sha256(data).hexdigest()


def test_an_upload_whose_file_vanished_begins_anew(tus: Tus, url: str, data: bytes) -> None:
    Path(row().part_path).unlink()
    assert tus.offset(url) == 0
    assert tus.patch(url, 1000, data[1000:]).status_code == 409
    assert tus.patch(url, 0, data).status_code == 204
    assert Image.objects.get().sha256 == hashlib.sha256(data).hexdigest()


def test_another_process_may_go_on_with_an_upload(tus: Tus, url: str, data: bytes) -> None:
    digests._running.clear()
    assert tus.patch(url, 1000, data[1000:]).status_code == 204
    assert Image.objects.get().sha256 == hashlib.sha256(data).hexdigest()


def test_the_digests_of_many_uploads_under_way_do_not_pile_up(tmp_path: Path) -> None:
    for number in range(digests.MOST + 10):
        digests.keep(f"upload {number}", 1, hashlib.sha256(b"a"))
    assert len(digests._running) == digests.MOST
    part = tmp_path / "part"
    part.write_bytes(b"abc")
    assert digests.resume("upload 0", str(part), 2).hexdigest() == hashlib.sha256(b"ab").hexdigest()
    assert digests.resume("upload 509", str(part), 3).hexdigest() == hashlib.sha256(b"abc").hexdigest()
    digests._running.clear()


def test_a_photo_whose_end_failed_once_is_that_of_the_second_attempt(tus: Tus, url: str, data: bytes) -> None:
    """A process was killed after the original was stored; then the client came back with other bytes."""
    upload = row()
    with uploads.held(upload) as own:
        uploads.append(own, stream=Meanwhile([data[1000:-9] + b"something"], lambda: None))
    upload.image.format = "JPEG"
    stored_first = Path(storage.media().path(upload.image.storage_name))
    storage.media().put(upload.image.storage_name, upload.part_path)
    kept = stored_first.read_bytes()
    stored_first.unlink()
    stored_first.write_bytes(kept)  # as on storage that copies
    assert tus.offset(url) == len(data) - 1
    Upload.objects.update(offset=1000)
    assert tus.patch(url, 1000, data[1000:]).status_code == 204
    assert stored_first.read_bytes() == data
    assert Image.objects.get().sha256 == hashlib.sha256(data).hexdigest()


@pytest.mark.parametrize("complete", [False, True])
def test_an_upload_that_its_owner_deletes_while_bytes_travel_is_gone(
    tus: Tus, url: str, data: bytes, owner: User, stored: Callable[[], list[str]], complete: bool
) -> None:
    key = row().image.key
    blocks = [data[1000:2000], data[2000:] if complete else b"more"]
    body = Meanwhile(blocks, lambda: tus.client.post(f"/p/{key}/delete"))
    with uploads.held(row()) as own, pytest.raises(Upload.DoesNotExist):
        uploads.append(own, stream=body)
    assert tus.patch(url, 2000, b"more").status_code == 404
    assert (stored(), Image.objects.count(), used(owner)) == ([], 0, (0, 0))


def test_an_upload_that_its_owner_deletes_while_it_is_looked_at_is_gone(
    tus: Tus, url: str, data: bytes, owner: User, stored: Callable[[], list[str]]
) -> None:
    with uploads.held(row()) as own:
        uploads.append(own, stream=Meanwhile([data[1000:]], lambda: None))
        tus.client.post(f"/p/{own.image.key}/delete")
        with pytest.raises(Upload.DoesNotExist):
            uploads.finish(own)
    assert (stored(), Image.objects.count(), used(owner)) == ([], 0, (0, 0))


def test_a_finished_upload_goes_with_its_photo(tus: Tus, url: str, data: bytes) -> None:
    key = tus.patch(url, 1000, data[1000:]).headers["X-Image-Id"]
    tus.client.post(f"/p/{key}/delete", {"now": "1", "confirm": "yes"})
    assert tus.head(url).status_code == 404
    assert not Upload.objects.exists()


def test_a_photo_that_was_there_answers_to_the_key_that_was_told(
    tus: Tus, data: bytes, upload: UploadPhoto, owner: User, stored: Callable[[], list[str]]
) -> None:
    first = upload(data)
    before = stored()
    made = tus.create(len(data), filename="again.jpg")
    told = made.headers["X-Image-Id"]
    last = tus.patch(made.headers["Location"], 0, data)
    assert (last.headers["X-Image-Id"], last.headers["X-Image-Duplicate"]) == (first.key, "true")
    assert tus.head(made.headers["Location"]).headers["X-Image-Id"] == first.key
    assert tus.client.get(f"/p/{told}").status_code == 200
    assert tus.client.get(f"/i/{told}.jpg").getvalue() == tus.client.get(f"/i/{first.key}.jpg").getvalue()
    assert tus.client.get(f"/i/{told}/thumb.webp").getvalue()
    assert (Image.objects.count(), used(owner)) == (1, (len(data), 1))
    assert {name for name in stored() if "full" not in name} == set(before)
    tus.client.post(f"/p/{first.key}/delete")
    assert tus.client.get(f"/p/{told}").status_code == 404


def test_bytes_that_expired_become_a_photo_of_their_own(tus: Tus, data: bytes, upload: UploadPhoto) -> None:
    first = upload(data)
    Image.objects.update(expires_at=timezone.now())
    last = tus.create(len(data), body=data)
    assert "X-Image-Duplicate" not in last.headers
    assert last.headers["X-Image-Id"] != first.key
    purging.run()
    assert Image.objects.get().key == last.headers["X-Image-Id"]


def test_an_upload_takes_no_more_memory_than_a_block(owner: User) -> None:
    class Zeros:
        left = 48 << 20
        most = 0

        def read(self, size: int, /) -> bytes:
            self.most = max(self.most, size)
            block = bytes(min(size, self.left))
            self.left -= len(block)
            return block

    upload = uploads.start(owner=owner, length=64 << 20, name="a.jpg", options=Options())
    stream = Zeros()
    tracemalloc.start()
    with uploads.held(upload) as own:
        uploads.append(own, stream=stream)
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert (own.offset, stream.most) == (48 << 20, uploads.BLOCK_BYTES)
    assert peak < 2 << 20
    uploads.abort(own)
