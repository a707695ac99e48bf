"""Deletion and purge: what is gone is really gone, and every step may be repeated."""

import logging
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from datetime import timedelta
from io import StringIO
from pathlib import Path
from urllib.parse import quote, urlsplit

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from accounts.models import User
from conftest import Upload
from images import deletion, derivatives, purging, sandbox, storage, uploads, variants
from images.models import Image, PurgeRun, Status
from images.uploads import Options

Stored = Callable[[], list[str]]


def purge(*options: str) -> str:
    out = StringIO()
    call_command("purge", *options, stdout=out)
    return out.getvalue()


def expire(image: Image) -> None:
    Image.objects.filter(pk=image.pk).update(expires_at=timezone.now() - timedelta(seconds=1))


def test_purge_removes_row_files_and_usage_of_what_expired(
    upload: Upload, owner: User, stored: Stored, visitor: Client, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    gone, kept = upload(), upload()
    assert visitor.get(gone.direct_url).getvalue()  # makes the lazy full-size variant
    expire(gone)
    assert "Removed 1 photos (1 newly expired" in purge()
    assert f"expire image={gone.key}" in caplog.text
    assert list(Image.objects.all()) == [kept]
    assert not [name for name in stored() if gone.file_key in name]
    assert len([name for name in stored() if kept.file_key in name]) == 3
    owner.refresh_from_db()
    assert (owner.used_bytes, owner.image_count) == (kept.size_bytes, 1)
    assert "Removed 0 photos" in purge()


def test_a_dry_run_counts_and_removes_nothing(upload: Upload, stored: Stored) -> None:
    expire(upload())
    before = stored()
    assert "Would remove 1 photos" in purge("--dry-run")
    assert stored() == before


def test_a_limit_is_kept(upload: Upload) -> None:
    for _ in range(3):
        expire(upload())
    assert "Removed 2 photos" in purge("--limit", "2")
    assert Image.objects.count() == 1
    with pytest.raises(CommandError, match="from 1 up"):
        purge("--limit", "0")


def test_a_purge_finishes_what_another_one_left(upload: Upload, stored: Stored, owner: User) -> None:
    image = upload()
    Image.objects.filter(pk=image.pk).update(deleted_at=timezone.now())
    storage.media().delete_many([image.storage_name])  # killed after the first file
    purge()
    assert stored() == []
    owner.refresh_from_db()
    assert (owner.used_bytes, owner.image_count) == (0, 0)


def test_an_abandoned_upload_goes_with_its_part_file_and_reservation(
    owner: User, stored: Stored, settings: Settings
) -> None:
    upload = uploads.start(owner=owner, length=100, name="a.jpg", options=Options())
    Path(upload.part_path).write_bytes(b"half")
    purge()
    assert Image.objects.filter(status=Status.RECEIVING).exists()
    upload.expires_at = timezone.now()
    upload.save(update_fields=["expires_at"])
    assert "1 abandoned uploads" in purge()
    assert stored() == []
    owner.refresh_from_db()
    assert (owner.used_bytes, owner.image_count) == (0, 0)


def test_a_file_that_a_killed_request_left_in_staging_goes_when_it_is_old(
    db: None, settings: Settings, stored: Stored
) -> None:
    settings.STAGING_DIR.mkdir(parents=True)
    for name, age in (("old.upload", 2), ("new.upload", 0)):
        path = settings.STAGING_DIR / name
        path.write_bytes(b"x")
        moment = timezone.now().timestamp() - age * settings.UPLOAD_IDLE_SECONDS
        os.utime(path, (moment, moment))
    assert "1 leftover" in purge()
    assert stored() == ["staging/new.upload"]
    (settings.STAGING_DIR / "new.upload").unlink()


@pytest.mark.parametrize("days", [0, 30])
def test_deleting_for_good_by_page_asks_first(
    upload: Upload, as_owner: Client, stored: Stored, settings: Settings, days: int
) -> None:
    settings.TRASH_DAYS = days
    image = upload()
    now = {} if days == 0 else {"now": "1"}
    assert as_owner.get(f"/p/{image.key}/delete").status_code == 200
    assert b"for good?" in as_owner.post(f"/p/{image.key}/delete", now).content
    assert Image.objects.live().exists()
    assert as_owner.post(f"/p/{image.key}/delete", {**now, "confirm": "yes"}).status_code == 302
    assert stored() == []
    assert as_owner.get(f"/p/{image.key}").status_code == 404


def test_deleting_several_for_good_asks_first(upload: Upload, as_owner: Client, settings: Settings) -> None:
    settings.TRASH_DAYS = 0
    keys = [upload().key, upload().key]
    answer = as_owner.post("/library/delete", {"keys": keys})
    assert b"for good?" in answer.content
    assert Image.objects.live().count() == 2
    as_owner.post("/library/delete", {"keys": keys, "confirm": "yes"})
    assert not Image.objects.exists()


def test_what_a_request_has_no_time_to_delete_the_next_purge_removes(upload: Upload, stored: Stored) -> None:
    upload(), upload()
    assert deletion.delete(Image.objects.all(), seconds=-1) == 2
    assert not Image.objects.kept().exists()
    assert stored()
    purge()
    assert not Image.objects.exists()
    assert stored() == []


def test_a_render_that_ends_after_a_deletion_leaves_no_file(
    upload: Upload, stored: Stored, monkeypatch: pytest.MonkeyPatch
) -> None:
    image = upload()
    Image.objects.filter(pk=image.pk).update(status=Status.PROCESSING, render_attempts=0)
    storage.media().delete_many(image.variant_name(variant) for variant in variants.EAGER)
    real = sandbox.render

    def render_then_lose(*args: object) -> object:
        rendering = real(*args)  # type: ignore[arg-type]
        deletion.delete(Image.objects.filter(pk=image.pk))
        return rendering

    monkeypatch.setattr(sandbox, "render", render_then_lose)
    derivatives.render(image.pk)
    assert stored() == []


@pytest.mark.django_db(transaction=True)
def test_two_purges_at_once_remove_each_photo_once(owner: User, stored: Stored) -> None:
    images = [Image.new(owner=owner, original_name="a.jpg", size_bytes=10) for _ in range(600)]
    for image in images:
        image.format, image.status = "JPEG", Status.READY
        image.expires_at = timezone.now() - timedelta(seconds=1)
    Image.objects.bulk_create(images)
    User.objects.filter(pk=owner.pk).update(used_bytes=6000, image_count=600)
    reports: list[purging.Report] = []

    def run() -> None:
        try:
            reports.append(purging.run(confirmed=True))
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    purging.run(confirmed=True)
    assert not Image.objects.exists()
    assert [report.failures for report in reports] == [[], []]
    assert sum(report.counts["images"] for report in reports) <= 600
    assert not PurgeRun.objects.filter(ended_at=None).exists()
    owner.refresh_from_db()
    assert (owner.used_bytes, owner.image_count) == (0, 0)


def database_url() -> str:
    """The test database, for another process."""
    database = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{quote(str(database['NAME']))}"
    server = urlsplit(os.environ["DATABASE_URL"])
    return server._replace(path=f"/{database['NAME']}").geturl()


@pytest.mark.django_db(transaction=True)
@pytest.mark.program
def test_a_purge_that_is_killed_is_finished_by_the_next(
    owner: User, media: Path, stored: Stored, tmp_path: Path
) -> None:
    count = 1500
    images = [Image.new(owner=owner, original_name="a.jpg", size_bytes=10) for _ in range(count)]
    for image in images:
        image.format, image.status = "JPEG", Status.READY
        image.expires_at = timezone.now() - timedelta(seconds=1)
        path = media / image.storage_name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x")
    Image.objects.bulk_create(images)
    User.objects.filter(pk=owner.pk).update(used_bytes=10 * count, image_count=count)
    environment = os.environ | {"DATABASE_URL": database_url(), "MEDIA_ROOT": str(media), "DATA_DIR": str(tmp_path)}
    command = [sys.executable, str(settings.BASE_DIR / "manage.py"), "purge", "--confirm"]
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while Image.objects.count() == count and process.poll() is None:
        time.sleep(0.01)
    process.kill()
    assert process.wait() == -signal.SIGKILL
    assert Image.objects.exists()
    assert PurgeRun.objects.get().ended_at is None
    purge("--confirm")
    assert not Image.objects.exists()
    assert stored() == []
    owner.refresh_from_db()
    assert (owner.used_bytes, owner.image_count) == (0, 0)
