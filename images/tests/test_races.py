"""Two things at once to one photo: neither loses its files. One of them happens in the middle of the other."""

import errno
import os
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from accounts.models import User, Visibility
from conftest import Commit, Upload
from images import deletion, derivatives, purging, sandbox, storage, uploads, variants, visibility
from images.models import Image, ImageQuerySet, Status
from images.tests.pictures import jpeg

Stored = Callable[[], list[str]]


def before(monkeypatch: pytest.MonkeyPatch, owner: object, name: str, event: Callable[[], object]) -> None:
    """Lets `event` happen once, just before the next call of a function."""
    real, left = getattr(owner, name), [event]

    def call(*arguments: Any, **named: Any) -> Any:
        if left:
            left.pop()()
        return real(*arguments, **named)

    monkeypatch.setattr(owner, name, call)


def after(monkeypatch: pytest.MonkeyPatch, owner: object, name: str, event: Callable[[], object]) -> None:
    """Lets `event` happen once, just after the next call of a function."""
    real, left = getattr(owner, name), [event]

    def call(*arguments: Any, **named: Any) -> Any:
        result = real(*arguments, **named)
        if left:
            left.pop()()
        return result

    monkeypatch.setattr(owner, name, call)


def files_of(image: Image) -> list[str]:
    image.refresh_from_db()
    return sorted([image.storage_name, *(image.variant_name(variant) for variant in variants.EAGER)])


def waiting(image: Image) -> Image:
    """As a photo is before it is rendered."""
    storage.media().delete_many(image.variant_name(variant) for variant in variants.EAGER)
    Image.objects.filter(pk=image.pk).update(status=Status.PROCESSING, render_attempts=0)
    image.refresh_from_db()
    return image


def test_a_photo_that_is_rendered_twice_at_once_keeps_its_thumbnails(
    upload: Upload, stored: Stored, monkeypatch: pytest.MonkeyPatch
) -> None:
    image = waiting(upload())
    after(monkeypatch, sandbox, "render", lambda: derivatives.render(image.pk))
    assert derivatives.render(image.pk) is derivatives.Outcome.ENDED
    assert stored() == files_of(image)
    assert image.is_ready


def test_a_photo_that_turns_private_twice_at_once_keeps_its_original(
    upload: Upload, stored: Stored, monkeypatch: pytest.MonkeyPatch, commit: Commit
) -> None:
    image, same = upload(visibility="public"), Image.objects.get()

    def other() -> None:
        with commit():
            visibility.change(same, Visibility.PRIVATE)

    before(monkeypatch, storage.LocalStorage, "duplicate_many", other)
    with commit():
        visibility.change(image, Visibility.PRIVATE)
    assert stored() == files_of(image)
    assert image.visibility == Visibility.PRIVATE


def test_a_photo_that_turns_private_while_it_is_rendered_is_rendered_under_its_new_name(
    upload: Upload, stored: Stored, monkeypatch: pytest.MonkeyPatch, commit: Commit
) -> None:
    image = waiting(upload(visibility="public"))
    done: list[derivatives.Outcome] = []
    after(monkeypatch, storage.LocalStorage, "duplicate_many", lambda: done.append(derivatives.render(image.pk)))
    with commit():
        visibility.change(image, Visibility.PRIVATE)
    assert done == [derivatives.Outcome.READY]
    assert stored() == files_of(image)
    assert image.is_ready


def test_a_photo_that_is_deleted_while_it_turns_private_leaves_nothing(
    upload: Upload, stored: Stored, monkeypatch: pytest.MonkeyPatch, commit: Commit
) -> None:
    image = upload(visibility="public")
    before(
        monkeypatch,
        transaction,
        "atomic",
        lambda: deletion.delete(Image.objects.filter(pk=image.pk)),
    )
    with commit(), pytest.raises(Image.DoesNotExist):
        visibility.change(image, Visibility.PRIVATE)
    assert stored() == []


def test_a_link_that_asks_for_the_full_size_while_its_photo_is_deleted_leaves_nothing(
    upload: Upload, stored: Stored, monkeypatch: pytest.MonkeyPatch
) -> None:
    image = upload()
    after(monkeypatch, sandbox, "full", lambda: deletion.delete(Image.objects.filter(pk=image.pk)))
    with pytest.raises(FileNotFoundError):
        derivatives.ensure(image, variants.FULL)
    assert stored() == []


@pytest.mark.django_db
def test_a_purge_spares_what_was_finished_or_prolonged_since_it_looked(
    upload: Upload, owner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The list of what to mark is made first, then it is marked."""
    prolonged = upload()
    under_way = uploads.start(owner=owner, length=10, name="b.jpg", options=uploads.Options())
    past = timezone.now() - timedelta(seconds=1)
    Image.objects.filter(pk=prolonged.pk).update(expires_at=past)
    type(under_way).objects.filter(pk=under_way.pk).update(expires_at=past)

    def change() -> None:
        Image.objects.filter(pk=prolonged.pk).update(expires_at=None)
        Image.objects.filter(pk=under_way.image_id).update(status=Status.PROCESSING)

    for _ in range(2):
        before(monkeypatch, ImageQuerySet, "update", change)
        purging.run()
    assert Image.objects.filter(deleted_at__isnull=True).count() == 2


def test_a_copy_that_is_cut_off_where_links_cannot_be_made_is_no_file(
    media: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A torn file under the final name would be kept by the next try."""

    def refuse(*_arguments: object) -> None:
        raise OSError(errno.EPERM, "no links here")

    monkeypatch.setattr(os, "link", refuse)
    part, data = storage.staging() / "a.part", jpeg((400, 300))
    part.write_bytes(data)
    sync, left = os.fsync, [2]

    def cut_off(descriptor: int) -> None:
        left[0] -= 1
        if left[0] == 0:
            raise KeyboardInterrupt
        sync(descriptor)

    monkeypatch.setattr(os, "fsync", cut_off)
    (media / "originals" / "ab").mkdir(parents=True)
    name = "originals/ab/abc.jpg"
    with pytest.raises(KeyboardInterrupt):
        storage.media().put(name, str(part))
    assert not (media / name).exists()
    storage.media().put(name, str(part))
    assert (media / name).read_bytes() == data
    part.unlink()
    for left_over in storage.staging().iterdir():
        left_over.unlink()
