"""`manage.py render`, failed photos, and avatars."""

from io import StringIO
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.test import Client

from accounts.models import User
from conftest import Upload
from images import avatars, storage, variants
from images.models import Image, Status
from images.tests.pictures import jpeg_with_position


def render(*options: str) -> str:
    out = StringIO()
    call_command("render", *options, stdout=out, stderr=StringIO())
    return out.getvalue()


def test_what_is_missing_is_rendered_again(upload: Upload) -> None:
    image, whole = upload(), upload()
    storage.media().delete_many([image.variant_name(variants.THUMB)])
    assert "Rendered 1 photos, 0 failed." in render()
    assert storage.media().exists(image.variant_name(variants.THUMB))
    assert Image.objects.filter(status=Status.READY).count() == 2
    assert whole.is_ready


def test_a_photo_that_was_left_waiting_is_rendered(upload: Upload) -> None:
    image = upload()
    Image.objects.update(status=Status.PROCESSING)
    storage.media().delete_many(image.variant_name(variant) for variant in variants.EAGER)
    render()
    assert Image.objects.get().is_ready


def test_a_photo_whose_original_is_broken_ends_as_failed_with_a_reason(
    upload: Upload, media: Path, as_owner: Client
) -> None:
    image = upload()
    (media / image.storage_name).write_bytes(b"\xff\xd8\xff broken")
    storage.media().delete_many(image.variant_name(variant) for variant in variants.EAGER)
    with pytest.raises(CommandError):
        render()
    image.refresh_from_db()
    assert (image.status, image.render_attempts) == (Status.FAILED, 3)
    assert image.failure
    assert image.failure.replace("'", "&#x27;") in as_owner.get(image.get_absolute_url()).content.decode()
    assert "Rendered 0 photos" in render()


def test_a_failed_photo_is_tried_again_when_asked(upload: Upload) -> None:
    upload()
    Image.objects.update(status=Status.FAILED)
    assert "Rendered 1 photos" in render("--failed")
    assert Image.objects.get().is_ready


def test_an_avatar_is_small_upright_and_replaces_the_old_one(as_owner: Client, owner: User, media: Path) -> None:
    for _ in range(2):
        file = SimpleUploadedFile("me.jpg", jpeg_with_position(orientation=6))
        assert as_owner.post("/accounts/avatar/", {"picture": file}).status_code == 302
    owner.refresh_from_db()
    (kept,) = [path for path in (media / "avatars").rglob("*") if path.is_file()]
    assert owner.avatar_key in kept.name
    assert as_owner.get(avatars.url(owner)).getvalue().startswith(b"RIFF")
    as_owner.post("/accounts/avatar/", {"remove": ""})
    owner.refresh_from_db()
    assert avatars.url(owner) == ""
    assert not kept.exists()


@pytest.mark.parametrize("data", [b"no picture", b"\xff\xd8\xff\xe0" + bytes(100), None])
def test_what_is_no_picture_is_explained(as_owner: Client, owner: User, data: bytes | None) -> None:
    fields = {} if data is None else {"picture": SimpleUploadedFile("me.jpg", data)}
    answer = as_owner.post("/accounts/avatar/", fields)
    assert answer.status_code == 422
    assert answer.context["form"].errors["picture"]
