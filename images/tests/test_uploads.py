"""Uploads through the door: what comes in, what is refused, and that a refusal leaves nothing."""

import hashlib
from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from accounts.models import User
from conftest import Commit, Upload
from images import purging, uploads
from images.models import Image, Status
from images.refusals import UploadRefused
from images.tests.pictures import encoded, gif, jpeg, jpeg_with_position, picture, png
from images.uploads import Options

SAMPLES = Path(__file__).resolve().parents[3] / "shared/samples"
Stored = Callable[[], list[str]]


def test_a_photo_is_stored_whole_rendered_and_ready(upload: Upload, owner: User, media: Path) -> None:
    data = jpeg_with_position()
    image = upload(data, name="holiday.jpg")
    assert image.status == Status.READY
    assert (image.format, image.width, image.height) == ("JPEG", 64, 48)
    assert image.exif["camera"] == "Nikon D60"
    assert image.taken_at == "2024-05-06T07:08:09"
    assert image.sha256 == hashlib.sha256(data).hexdigest()
    assert (media / image.storage_name).read_bytes() == data
    assert image.placeholder
    assert image.colour.startswith("#")
    owner.refresh_from_db()
    assert (owner.used_bytes, owner.image_count) == (len(data), 1)


@pytest.mark.parametrize(
    ("data", "format_name", "extension"),
    [
        (lambda: png(), "PNG", "png"),
        (lambda: gif(), "GIF", "gif"),
        (lambda: encoded(picture(), "WEBP"), "WebP", "webp"),
        (lambda: encoded(picture(), "AVIF"), "AVIF", "jpg"),
        (lambda: encoded(picture(), "TIFF"), "TIFF", "jpg"),
        (lambda: encoded(picture(mode="CMYK"), "JPEG"), "JPEG", "jpg"),
    ],
)
def test_the_bytes_decide_the_type(
    upload: Upload, visitor: Client, data: Callable[[], bytes], format_name: str, extension: str
) -> None:
    image = upload(data(), name="misleading.pdf")
    assert image.format == format_name
    assert image.direct_url.endswith(f".{extension}")
    answer = visitor.get(image.direct_url)
    assert answer.status_code == 200
    assert answer.getvalue()


def test_heic_is_accepted(upload: Upload) -> None:
    image = upload(encoded(picture((256, 128)), "HEIF"), name="phone.heic")
    assert (image.format, image.status) == ("HEIC", Status.READY)


REFUSED: list[tuple[str, bytes, int, str]] = [
    ("text.jpg", b"hello, world", 400, "not supported"),
    ("empty.jpg", b"", 400, "empty"),
    ("cut.jpg", jpeg((400, 300))[:2000], 400, "Invalid or corrupted"),
    ("cut.png", png((400, 300))[:500], 400, "Invalid or corrupted"),
    ("photo.jxl", b"\xff\x0a" + bytes(200), 400, "JPEG XL"),
    ("vector.svg", b'<svg xmlns="http://www.w3.org/2000/svg"/>', 400, "SVG"),
    ("paper.jpg", b"%PDF-1.7\n" + bytes(100), 400, "PDF"),
    ("magic.jpg", b"\xff\xd8\xff\xe0" + bytes(500), 400, "Invalid or corrupted"),
    ("page.png", b"<!doctype html><script>alert(1)</script>", 400, "HTML"),
]


@pytest.mark.parametrize(("name", "data", "status", "sentence"), REFUSED, ids=[row[0] for row in REFUSED])
def test_what_is_no_photo_is_refused_and_leaves_nothing(
    as_owner: Client, owner: User, stored: Stored, name: str, data: bytes, status: int, sentence: str
) -> None:
    answer = as_owner.post("/upload", {"file": SimpleUploadedFile(name, data)})
    assert answer.status_code == status
    assert sentence in answer.json()["message"]
    assert not Image.objects.exists()
    assert stored() == []
    owner.refresh_from_db()
    assert (owner.used_bytes, owner.image_count) == (0, 0)


def test_a_file_over_the_limit_is_refused_by_name_of_the_limit(
    as_owner: Client, settings: Settings, stored: Stored
) -> None:
    settings.UPLOAD_MAX_BYTES = 1000
    answer = as_owner.post("/upload", {"file": SimpleUploadedFile("big.jpg", jpeg((400, 300)))})
    assert answer.status_code == 413
    assert answer.json() == {
        "status": "error",
        "message": "File is too large. The limit is 1000\xa0bytes.",
        "code": "file_too_large",
        "limit": 1000,
    }
    assert stored() == []


def test_a_raw_body_over_the_limit_is_refused_unread(as_owner: Client, settings: Settings, token: str) -> None:
    settings.UPLOAD_MAX_BYTES = 1000
    answer = as_owner.post(
        "/upload", jpeg((400, 300)), content_type="image/jpeg", headers={"Authorization": f"Bearer {token}"}
    )
    assert (answer.status_code, answer.json()["limit"]) == (413, 1000)


def test_too_many_pixels_are_refused_before_they_are_decoded(as_owner: Client, settings: Settings) -> None:
    settings.IMAGE_MAX_PIXELS = 2_000_000
    data = encoded(picture((2000, 1500), "L"), "PNG")
    answer = as_owner.post("/upload", {"file": SimpleUploadedFile("big.png", data)})
    assert answer.status_code == 413
    assert "The limit is 2 megapixels" in answer.json()["message"]


def test_too_many_frames_are_refused(as_owner: Client, settings: Settings) -> None:
    settings.IMAGE_MAX_FRAMES = 2
    answer = as_owner.post("/upload", {"file": SimpleUploadedFile("film.gif", gif(3))})
    assert answer.status_code == 413
    assert "The limit is 2" in answer.json()["message"]


def test_one_bad_file_stops_no_other(as_owner: Client, commit: Commit) -> None:
    files = [
        SimpleUploadedFile("a.jpg", jpeg()),
        SimpleUploadedFile("b.jpg", b"no"),
        SimpleUploadedFile("c.png", png()),
    ]
    with commit():
        answer = as_owner.post("/upload", {"files": files})
    body = answer.json()
    assert answer.status_code == 200
    assert [file["original_name"] for file in body["files"]] == ["a.jpg", "c.png"]
    assert [error["name"] for error in body["errors"]] == ["b.jpg"]
    assert Image.objects.filter(status=Status.READY).count() == 2


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("../../etc/passwd.jpg", "passwd.jpg"),
        ("🌄 sunrise.jpg", "🌄 sunrise.jpg"),
        ("a" * 300 + ".jpg", "a" * 196 + ".jpg"),
        ("Grüße.jpg", "Grüße.jpg"),
    ],
)
def test_names_are_cleaned_at_the_door(upload: Upload, name: str, kept: str) -> None:
    assert upload(name=name).original_name == kept


def test_a_name_with_line_breaks_gets_no_header_out(as_owner: Client, token: str, commit: Commit) -> None:
    with commit():
        answer = as_owner.post(
            "/upload?filename=a%0D%0ASet-Cookie:%20x.jpg",
            jpeg(),
            content_type="image/jpeg",
            headers={"Authorization": f"Bearer {token}"},
        )
    image = Image.objects.get(pk=answer.json()["id"])
    assert "\r" not in image.original_name
    assert "\n" not in image.original_name
    answer = as_owner.get(f"/p/{image.key}/download", follow=True)
    assert answer.getvalue()
    assert "Set-Cookie" not in answer.headers


def test_the_same_bytes_again_are_the_same_photo(upload: Upload, owner: User) -> None:
    data = jpeg()
    first, second = upload(data), upload(data, name="copy.jpg")
    assert first == second
    owner.refresh_from_db()
    assert (owner.used_bytes, owner.image_count) == (len(data), 1)


def test_other_people_s_photos_are_no_duplicates(upload: Upload, as_stranger: Client) -> None:
    data = jpeg()
    assert upload(data) != upload(data, client=as_stranger)


def test_bytes_that_expired_can_come_again(upload: Upload, owner: User, stored: Stored) -> None:
    data = jpeg()
    first = upload(data)
    Image.objects.filter(pk=first.pk).update(expires_at=timezone.now())
    second = upload(data)
    assert second != first
    purging.run()
    assert list(Image.objects.all()) == [second]
    owner.refresh_from_db()
    assert owner.image_count == 1
    assert len(stored()) == 3


def test_a_full_account_is_refused_by_name_of_the_limit(as_owner: Client, owner: User, upload: Upload) -> None:
    first = upload()
    owner.storage_limit_bytes = first.size_bytes + 10
    owner.save(update_fields=["storage_limit_bytes"])
    answer = as_owner.post("/upload", {"file": SimpleUploadedFile("b.jpg", jpeg())})
    assert (answer.status_code, answer.json()["code"]) == (413, "storage_full")
    owner.image_limit = 1
    owner.storage_limit_bytes = None
    owner.save(update_fields=["image_limit", "storage_limit_bytes"])
    answer = as_owner.post("/upload", {"file": SimpleUploadedFile("b.jpg", jpeg())})
    assert (answer.status_code, answer.json()["code"]) == (413, "too_many_images")
    owner.refresh_from_db()
    assert (owner.used_bytes, owner.image_count) == (first.size_bytes, 1)


def test_a_full_disk_is_507_before_anything_is_written(as_owner: Client, settings: Settings, stored: Stored) -> None:
    settings.DISK_HEADROOM_BYTES = 10**18
    answer = as_owner.post("/upload", {"file": SimpleUploadedFile("a.jpg", jpeg())})
    assert (answer.status_code, answer.json()["code"]) == (507, "disk_full")
    assert stored() == []


def test_an_incomplete_upload_is_refused_and_forgotten(owner: User, stored: Stored) -> None:
    upload = uploads.start(owner=owner, length=100, name="a.jpg", options=Options())
    with pytest.raises(UploadRefused, match="incomplete"):
        uploads.finish(upload)
    assert not Image.objects.exists()
    assert stored() == []


def test_a_photo_keeps_its_person_s_default_visibility_and_lifetime(
    as_owner: Client, owner: User, upload: Upload
) -> None:
    owner.default_visibility, owner.default_lifetime = "private", "P1D"
    owner.save(update_fields=["default_visibility", "default_lifetime"])
    image = upload()
    assert image.visibility == "private"
    assert image.expires_at is not None


@pytest.mark.skipif(not SAMPLES.is_dir(), reason="the folder of real photos isn't here")
def test_a_jpeg_xl_is_refused_by_its_name(as_owner: Client) -> None:
    (refused,) = SAMPLES.rglob("*.jxl")
    answer = as_owner.post("/upload", {"file": SimpleUploadedFile("a.jxl", refused.read_bytes())})
    assert "JPEG XL is not supported" in answer.json()["message"]
