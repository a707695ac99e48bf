"""Bytes for those who may have them: direct links, signed file URLs, downloads, and their headers."""

import hashlib
import io
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client
from django.utils import timezone
from PIL import Image as PillowImage
from pytest_django import DjangoAssertNumQueries, Settings

from conftest import Upload
from images import delivery, storage, variants
from images.models import Image
from images.tests.pictures import encoded, gif, jpeg_with_position, picture, png


def body(answer: object) -> bytes:
    return answer.getvalue()  # type: ignore[attr-defined, no-any-return]


def test_a_direct_link_serves_the_full_size_without_metadata(upload: Upload, visitor: Client) -> None:
    data = jpeg_with_position(orientation=6)
    image = upload(data)
    served = body(visitor.get(image.direct_url))
    assert served != data
    with PillowImage.open(io.BytesIO(served)) as stripped, PillowImage.open(io.BytesIO(data)) as original:
        assert dict(stripped.getexif()) == {0x0112: 6}
        assert stripped.tobytes() == original.tobytes()


@pytest.mark.parametrize("variant", ["thumb.webp", "preview.jpg"])
def test_derivatives_are_upright_and_without_metadata(upload: Upload, visitor: Client, variant: str) -> None:
    image = upload(jpeg_with_position(orientation=6))
    with PillowImage.open(io.BytesIO(body(visitor.get(f"/i/{image.key}/{variant}")))) as served:
        assert served.size == (48, 64) == (image.width, image.height)
        assert not served.getexif()
        assert not {"exif", "xmp", "icc_profile", "comment"} & served.info.keys()


def test_an_animation_stays_one_by_its_direct_link(upload: Upload, visitor: Client) -> None:
    image = upload(gif(3))
    assert image.frames == 3
    with PillowImage.open(io.BytesIO(body(visitor.get(image.direct_url)))) as served:
        assert served.n_frames == 3  # type: ignore[attr-defined]


def test_alpha_stays_when_a_format_is_converted(upload: Upload, visitor: Client) -> None:
    translucent = picture(mode="RGBA")
    translucent.putalpha(128)
    image = upload(encoded(translucent, "TIFF"))
    assert image.direct_url.endswith(".png")
    with PillowImage.open(io.BytesIO(body(visitor.get(image.direct_url)))) as served:
        assert served.mode == "RGBA"


def test_a_direct_link_is_revalidated_by_etag(upload: Upload, visitor: Client) -> None:
    image = upload()
    first = visitor.get(image.direct_url)
    assert first.headers["Cache-Control"] == "public, max-age=300"
    assert first.headers["Content-Type"] == "image/jpeg"
    assert first.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in first.headers["Content-Security-Policy"]
    assert first.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert body(first)
    again = visitor.get(image.direct_url, headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["ETag"] == first.headers["ETag"]


def test_a_signed_file_asks_no_database_and_caches_keep_pictures_whatever_the_cookies(
    upload: Upload, as_owner: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    image = upload()
    with django_assert_num_queries(0):
        signed = as_owner.get(delivery.variant_url(image, variants.THUMB))
    direct = as_owner.get(image.direct_url)
    for answer in (signed, direct):
        assert answer.status_code == 200
        assert body(answer)
        assert "Vary" not in answer.headers


def test_caches_never_outlive_the_photo(upload: Upload, visitor: Client) -> None:
    image = upload()
    Image.objects.filter(pk=image.pk).update(expires_at=timezone.now() + timedelta(seconds=60))
    answer = visitor.get(image.direct_url)
    assert 0 < int(answer.headers["Cache-Control"].partition("max-age=")[2]) <= 60
    body(answer)


@pytest.mark.parametrize("extension", ["png", "jpeg", "exe", "html"])
def test_only_the_true_extension_is_served(upload: Upload, visitor: Client, extension: str) -> None:
    image = upload()
    assert visitor.get(f"/i/{image.key}.{extension}").status_code == 404
    assert visitor.get(f"/i/{image.key}/thumb.{extension}").status_code == 404


def test_a_signed_url_serves_until_its_end_and_not_a_second_longer(
    upload: Upload, visitor: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = delivery.variant_url(upload(), variants.THUMB)
    answer = visitor.get(url)
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"].endswith("immutable")
    assert answer.headers["Cache-Control"].startswith("private")
    body(answer)
    end = int(parse_qs(urlsplit(url).query)["e"][0])
    monkeypatch.setattr("time.time", lambda: end)
    assert visitor.get(url).status_code == 404


def test_a_signature_is_for_one_name_and_one_end(upload: Upload, visitor: Client) -> None:
    image = upload()
    url = delivery.variant_url(image, variants.THUMB)
    parts = urlsplit(url)
    query = parse_qs(parts.query)
    end, signature = int(query["e"][0]), query["s"][0]
    assert visitor.get(f"{parts.path}?e={end + 1}&s={signature}").status_code == 404
    assert visitor.get(f"{parts.path}?e={end}&s={signature}&d=evil.html").status_code == 404
    assert visitor.get(f"/files/{image.storage_name}?e={end}&s={signature}").status_code == 404
    assert visitor.get(parts.path).status_code == 404
    assert visitor.get(f"{parts.path}?e=x&s=%00").status_code == 404
    assert visitor.get("/files/../photocloud.sqlite3").status_code == 404


def test_a_signed_path_that_climbs_out_of_the_media_root_is_refused(visitor: Client) -> None:
    url = storage.media().signed_url("../../../etc/passwd", expires_at=timezone.now() + timedelta(hours=1))
    assert visitor.get(url).status_code == 400


def test_everyone_gets_the_same_url_within_a_window(settings: Settings) -> None:
    settings.FILE_URL_WINDOW_SECONDS = 3600
    start = datetime(2026, 1, 1, 12, 0, 1, tzinfo=UTC)
    assert delivery.url_end(start, None) == delivery.url_end(start + timedelta(minutes=59), None)
    assert delivery.url_end(start, None) - start >= timedelta(hours=1)
    assert delivery.url_end(start, start + timedelta(minutes=5)) == start + timedelta(minutes=5)


def test_the_owner_downloads_the_original_byte_for_byte_under_its_name(upload: Upload, as_owner: Client) -> None:
    data = jpeg_with_position()
    image = upload(data, name="Grüße aus Köln.jpg")
    answer = as_owner.get(f"/p/{image.key}/download", follow=True)
    assert hashlib.sha256(body(answer)).hexdigest() == hashlib.sha256(data).hexdigest()
    assert answer.headers["Content-Disposition"] == "attachment; filename*=utf-8''Gr%C3%BC%C3%9Fe%20aus%20K%C3%B6ln.jpg"


def test_others_download_the_stripped_picture(upload: Upload, visitor: Client) -> None:
    data = jpeg_with_position()
    answer = visitor.get(f"/p/{upload(data).key}/download", follow=True)
    assert b"GPS" not in body(answer)
    assert answer.headers["Content-Disposition"].startswith("attachment")


def test_nginx_is_asked_to_send_the_file_when_it_is_configured(
    upload: Upload, visitor: Client, settings: Settings
) -> None:
    settings.X_ACCEL_PREFIX = "/_media/"
    image = upload()
    answer = visitor.get(image.direct_url)
    assert answer.headers["X-Accel-Redirect"] == f"/_media/{image.variant_name(variants.FULL)}"
    assert answer.headers["Content-Type"] == "image/jpeg"
    assert answer.content == b""


def test_what_is_pasted_elsewhere_is_escaped(upload: Upload, as_owner: Client) -> None:
    image = upload(png(), title='<b>"x"</b>](y)')
    page = as_owner.get(f"/p/{image.key}").content.decode()
    assert "<b>" not in page
    links = as_owner.get(f"/p/{image.key}").context["links"]
    texts = {link.id: link.text for link in links}
    assert "&lt;b&gt;&quot;x&quot;&lt;/b&gt;" in texts["html"]
    assert texts["markdown"].startswith('![\\<b\\>"x"\\</b\\>\\]\\(y\\)](http')
    assert texts["bbcode"].startswith("[url=http")


def test_a_file_once_written_is_never_overwritten(db: None) -> None:
    storage.write("derived/ab/key/thumb.webp", b"first")
    storage.write("derived/ab/key/thumb.webp", b"second")
    with storage.media().open("derived/ab/key/thumb.webp") as file:
        assert file.read() == b"first"
