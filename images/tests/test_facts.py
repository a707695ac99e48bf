"""What the photo page tells of a file, as people write it."""

from typing import Any

import piexif
import pytest
from django.test import Client
from django.utils import timezone, translation

from conftest import Upload
from images.metadata import Position
from images.templatetags import photos
from images.tests.pictures import jpeg

EXIF = {
    "0th": {piexif.ImageIFD.Make: b"Apple", piexif.ImageIFD.Model: b"iPhone 6"},
    "Exif": {
        piexif.ExifIFD.LensModel: b"iPhone 6 back camera 4.15mm f/2.2",
        piexif.ExifIFD.ExposureTime: (1, 250),
        piexif.ExifIFD.FNumber: (28, 10),
        piexif.ExifIFD.ISOSpeedRatings: 200,
        piexif.ExifIFD.FocalLength: (415, 100),
        piexif.ExifIFD.FocalLengthIn35mmFilm: 29,
        piexif.ExifIFD.DateTimeOriginal: b"2024:05:06 17:08:09",
        piexif.ExifIFD.OffsetTimeOriginal: b"-07:00",
        piexif.ExifIFD.SubSecTimeOriginal: b"417",
    },
}


def facts(client: Client, image: Any) -> str:
    page = client.get(image.get_absolute_url()).content.decode()
    return page[page.index('class="facts"') :]


def test_camera_lens_exposure_and_time_are_stored_and_shown(upload: Upload, visitor: Client) -> None:
    image = upload(jpeg(exif=piexif.dump(EXIF)), visibility="public")

    assert image.taken_at == "2024-05-06T17:08:09-07:00"
    assert image.exif == {
        "camera": "Apple iPhone 6",
        "lens": "iPhone 6 back camera 4.15mm f/2.2",
        "exposure_seconds": 0.004,
        "f_number": 2.8,
        "iso": 200,
        "focal_length_mm": 4.2,
        "focal_length_35mm": 29,
    }
    shown = facts(visitor, image)
    for fact in (
        "<dd>Apple iPhone 6</dd>",
        "<dd>iPhone 6 back camera 4.15mm f/2.2</dd>",
        "<dd>1/250 s</dd>",
        "<dd>f/2.8</dd>",
        "<dd>ISO 200</dd>",
        '<dd>4.2 mm <span class="muted">(29 mm on 35 mm film)</span></dd>',
        '<time datetime="2024-05-06T17:08:09-07:00">May 6, 2024, 5:08 p.m. (UTC-07:00)</time>',
    ):
        assert fact in shown


def test_what_a_camera_does_not_say_is_not_shown(upload: Upload, visitor: Client) -> None:
    image = upload(jpeg(), visibility="public")
    assert (image.exif, image.taken_at) == ({}, "")
    shown = facts(visitor, image)
    assert not [word for word in ("Taken", "Camera", "Lens", "Focal", "Aperture", "Exposure", "ISO") if word in shown]


def test_hostile_exif_of_a_file_does_not_break_its_page(upload: Upload, visitor: Client) -> None:
    long = b"<script>alert(1)</script>\r\n\x07" + "\u202e\u200b".encode() + b"{{ x }}" + b"m" * 10_000
    tags: dict[str, Any] = {
        "0th": {piexif.ImageIFD.Make: long, piexif.ImageIFD.Model: long, piexif.ImageIFD.DateTime: long},
        "Exif": {
            piexif.ExifIFD.LensModel: long,
            piexif.ExifIFD.ExposureTime: (0, 0),
            piexif.ExifIFD.FNumber: (1, 0),
            piexif.ExifIFD.ISOSpeedRatings: 0,
            piexif.ExifIFD.FocalLength: (2**32 - 1, 1),
            piexif.ExifIFD.DateTimeOriginal: b"2024:13:45 99:99:99",
            piexif.ExifIFD.OffsetTimeOriginal: long,
        },
        "GPS": {piexif.GPSIFD.GPSLatitudeRef: long, piexif.GPSIFD.GPSLatitude: ((1, 0), (0, 0), (0, 1))},
    }
    image = upload(jpeg(exif=piexif.dump(tags)), visibility="public")

    assert set(image.exif) == {"camera", "lens"}
    shown = facts(visitor, image)
    assert "<script>" not in shown
    assert "\u202e" not in shown
    assert "\x07" not in shown
    assert "&lt;script&gt;alert(1)&lt;/script&gt; {{ x }}mmm" in shown


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [(1 / 8000, "1/8000 s"), (1 / 3000, "1/3000 s"), (0.25, "1/4 s"), (1 / 3, "0.3 s"), (2.5, "2.5 s"), (30, "30 s")],
)
def test_exposures_read_as_fractions_when_short(seconds: float, shown: str) -> None:
    assert photos.exposure_time(float(f"{seconds:.6g}")) == shown


def test_numbers_and_times_follow_the_language_of_the_reader() -> None:
    with translation.override("de"):
        assert photos.exposure_time(2.5) == "2,5\u00a0s"
        assert photos.exposure_time(1 / 8000) == "1/8000\u00a0s"
        assert photos.camera_time("2024-05-06T17:08:09+02:00") == "6. Mai 2024 17:08 (UTC+02:00)"
        assert photos.coordinates(Position(52.51667, -13.4)) == "52,51667°\u00a0N, 13,40000°\u00a0W"
        assert "mlat=52.51667&mlon=-13.40000#map=15/52.51667/" in photos.map_url(Position(52.51667, -13.4))


@pytest.mark.parametrize("zone", ["Asia/Tokyo", "America/New_York"])
def test_the_clock_of_the_camera_is_not_turned_to_that_of_the_server(zone: str) -> None:
    with timezone.override(zone):
        assert photos.camera_time("2024-05-06T17:08:09") == "May 6, 2024, 5:08 p.m."
        assert photos.camera_time("2024-05-06T17:08:09-05:30") == "May 6, 2024, 5:08 p.m. (UTC-05:30)"
