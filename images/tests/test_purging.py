"""The purge as a whole: its rows, its brake, and that one fault stops nothing else."""

from datetime import datetime, timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from accounts.models import User
from images import purging, storage
from images.models import Image, PurgeRun
from images.tests.test_pages import rows


def purge(*options: str) -> str:
    out = StringIO()
    call_command("purge", *options, stdout=out)
    return out.getvalue()


def test_every_run_is_a_row_that_the_admin_shows_and_nobody_changes(owner: User, as_moderator: Client) -> None:
    rows(owner, 2, expires_at=timezone.now(), size_bytes=1000)
    purge()
    run = PurgeRun.objects.get()
    assert run.counts == {"expired": 2, "images": 2}
    assert (run.size_bytes, run.failures, run.was_refused) == (2000, "", False)
    assert run.ended_at is not None
    purge()
    assert PurgeRun.objects.count() == 2
    page = as_moderator.get("/admin/images/purgerun/").content.decode()
    assert "expired 2, images 2" in page
    assert as_moderator.get(f"/admin/images/purgerun/{run.pk}/change/").status_code == 200
    assert as_moderator.post(f"/admin/images/purgerun/{run.pk}/change/", {}).status_code == 403
    assert as_moderator.get("/admin/images/purgerun/add/").status_code == 403


def test_old_rows_go(owner: User) -> None:
    PurgeRun.objects.create(started_at=timezone.now() - timedelta(days=367))
    purge()
    assert PurgeRun.objects.count() == 1


def test_a_dry_run_tells_of_everything_and_leaves_no_row(owner: User) -> None:
    now = timezone.now()
    rows(owner, 1, expires_at=now)
    rows(owner, 1, trashed_at=now - timedelta(days=31))
    rows(owner, 1, trashed_at=now - timedelta(days=31), expires_at=now)
    rows(owner, 1, deleted_at=now)
    said = purge("--dry-run")
    assert "Would remove 4 photos (2 newly expired, 1 out of the trash, 0 abandoned uploads)" in said
    assert Image.objects.count() == 4
    assert not PurgeRun.objects.exists()


@pytest.mark.parametrize("ended", ["expires_at", "trashed_at"])
def test_a_clock_that_jumped_empties_no_site(owner: User, ended: str) -> None:
    long_ago = timezone.now() - timedelta(days=100)
    rows(owner, 51, **{ended: long_ago})
    rows(owner, 50)
    with pytest.raises(CommandError, match=r"51 of 101 photos would go at once.*PURGE_MOST_SHARE.*--confirm"):
        purge()
    assert Image.objects.filter(deleted_at=None).count() == 101
    run = PurgeRun.objects.get()
    assert run.was_refused
    assert "51 of 101" in run.failures
    assert run.ended_at is not None
    said = purge("--dry-run")
    assert "Would remove 51 photos" in said
    assert "51 of 101" in said
    assert "Removed 51 photos" in purge("--confirm")
    assert Image.objects.count() == 50


def test_the_brake_knows_the_share_few_photos_and_the_limit(owner: User, settings: Settings) -> None:
    rows(owner, 60, expires_at=timezone.now())
    rows(owner, 60)
    settings.PURGE_MOST_SHARE = 0.4
    with pytest.raises(CommandError):
        purge()
    assert "Removed 11 photos" in purge("--limit", "11")
    assert "Removed 49 photos" in purge()
    rows(owner, 59, expires_at=timezone.now())
    settings.PURGE_MOST_SHARE = 0.5
    assert "Removed 59 photos" in purge()


def test_what_people_deleted_themselves_does_not_pull_the_brake(owner: User) -> None:
    rows(owner, 200, deleted_at=timezone.now())
    assert "Removed 200 photos" in purge()


def test_a_step_that_fails_stops_no_other_and_is_told(owner: User, monkeypatch: pytest.MonkeyPatch) -> None:
    rows(owner, 1, expires_at=timezone.now())

    def broken(*_args: object) -> int:
        raise OSError("the bucket is away")

    monkeypatch.setattr(storage.LocalStorage, "delete_many", broken)
    seen: list[datetime] = []

    def step(now: datetime, dry_run: bool) -> dict[str, int]:
        seen.append(now)
        return {"galleries": 3}

    report = purging.run(steps=[step])
    assert report.failures == ["OSError: the bucket is away"]
    assert len(seen) == 1
    run = PurgeRun.objects.get()
    assert run.counts["galleries"] == 3
    assert "the bucket is away" in run.failures
    with pytest.raises(CommandError, match="the bucket is away"):
        purge()
    monkeypatch.undo()
    assert "Removed 1 photos" in purge()
    assert not Image.objects.exists()
