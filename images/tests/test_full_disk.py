"""A media disk that is really full: a small tmpfs, filled up in the middle of an upload."""

import os
import subprocess
from collections.abc import Callable, Iterator
from io import FileIO
from itertools import count
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.test import Client

from accounts.models import User
from conftest import Commit
from images.models import Image, Status
from images.tests.pictures import jpeg
from images.tests.tus import Tus

DISK_BYTES = 4 << 20
INODES = 40

Stored = Callable[[], list[str]]


class Disk:
    def __init__(self, root: Path) -> None:
        self.root = root
        self._ballast = root / "ballast"

    def fill(self, *, but_bytes: int = 0) -> None:
        """Takes all room, except that for one file of `but_bytes`."""
        with self._ballast.open("wb", buffering=0) as file:
            with pytest.raises(OSError, match="No space left"):
                self._write_for_ever(file)
            file.truncate(file.tell() - but_bytes // 4096 * 4096)

    def fill_folders(self) -> None:
        """Takes all room for names, not for bytes."""
        with pytest.raises(OSError, match="No space left"):
            self._make_files_for_ever()

    def _write_for_ever(self, file: FileIO) -> None:
        while file.write(bytes(4096)):
            pass

    def _make_files_for_ever(self) -> None:
        for number in count():
            (self.root / f"ballast{number}").touch()

    def free(self) -> None:
        for path in self.root.glob("ballast*"):
            path.unlink()


@pytest.fixture
def disk(media: Path) -> Iterator[Disk]:
    if os.geteuid() != 0:
        refuse = pytest.fail if os.environ.get("CI") == "true" else pytest.skip
        refuse("only root may mount a small disk")
    media.mkdir()
    size = f"size={DISK_BYTES},nr_inodes={INODES}"
    subprocess.run(["mount", "-t", "tmpfs", "-o", size, "tmpfs", str(media)], check=True)
    try:
        yield Disk(media)
    finally:
        subprocess.run(["umount", "--lazy", str(media)], check=True)


@pytest.fixture
def tus(as_owner: Client, commit: Commit) -> Tus:
    return Tus(as_owner, commit)


def test_an_upload_in_pieces_is_507_and_goes_on_when_there_is_room(disk: Disk, tus: Tus, stored: Stored) -> None:
    data = jpeg((1600, 1200)) + bytes(1 << 20)
    url = tus.create(len(data), filename="a.jpg").headers["Location"]
    assert tus.patch(url, 0, data[:1000]).status_code == 204
    disk.fill(but_bytes=8192)
    answer = tus.patch(url, 1000, data[1000:])
    assert (answer.status_code, answer.json()["code"]) == (507, "disk_full")  # type: ignore[attr-defined]
    offset = int(tus.head(url).headers["Upload-Offset"])
    assert 1000 <= offset < len(data)
    assert tus.patch(url, offset, data[offset:]).status_code == 507
    disk.free()
    offset = int(tus.head(url).headers["Upload-Offset"])
    assert tus.patch(url, offset, data[offset:]).status_code == 204
    image = Image.objects.get()
    assert image.is_ready
    assert (disk.root / image.storage_name).read_bytes() == data
    assert len(stored()) == 3


def test_a_file_in_a_form_is_507_and_nothing_is_left(disk: Disk, as_owner: Client, owner: User, stored: Stored) -> None:
    disk.fill(but_bytes=8192)
    file = SimpleUploadedFile("a.jpg", jpeg((1600, 1200)) + bytes(1 << 20))
    answer = as_owner.post("/upload", {"file": file})
    assert (answer.status_code, answer.json()["code"]) == (507, "disk_full")
    disk.free()
    owner.refresh_from_db()
    assert (stored(), Image.objects.count(), owner.used_bytes) == ([], 0, 0)


def test_an_original_that_cannot_get_its_name_is_507_and_is_finished_later(disk: Disk, tus: Tus) -> None:
    """Its folder needs room, too."""
    data = jpeg()
    url = tus.create(len(data), filename="a.jpg").headers["Location"]
    tus.patch(url, 0, data[:100])
    disk.fill_folders()
    assert tus.patch(url, 100, data[100:]).status_code == 507
    disk.free()
    offset = int(tus.head(url).headers["Upload-Offset"])
    assert tus.patch(url, offset, data[offset:]).status_code == 204
    assert Image.objects.get().is_ready


def test_a_photo_whose_thumbnails_have_no_room_is_rendered_later(disk: Disk, tus: Tus, stored: Stored) -> None:
    data = jpeg((1600, 1200))
    url = tus.create(len(data), filename="a.jpg").headers["Location"]
    tus.patch(url, 0, data[:-1])
    disk.fill()
    assert tus.patch(url, len(data) - 1, data[-1:]).status_code == 204
    image = Image.objects.get()
    assert image.status == Status.PROCESSING
    assert (disk.root / image.storage_name).read_bytes() == data
    disk.free()
    call_command("render", "--waiting")
    assert Image.objects.get().is_ready
    assert len(stored()) == 3
