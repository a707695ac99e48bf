from io import BytesIO
from typing import Any

import pytest
from PIL import Image
from PIL.ExifTags import GPS, IFD, Base
from PIL.TiffImagePlugin import IFDRational

from images import metadata


def read_back(main: dict[int, Any], details: dict[int, Any]) -> Image.Exif:
    """The tags as they come out of a real file."""
    tags = Image.Exif()
    tags.update(main)
    tags.get_ifd(IFD.Exif).update(details)
    out = BytesIO()
    Image.new("RGB", (8, 8)).save(out, "JPEG", exif=tags)
    with Image.open(BytesIO(out.getvalue())) as image:
        return image.getexif()


@pytest.mark.parametrize(
    ("name", "cleaned"),
    [
        ("holiday.jpg", "holiday.jpg"),
        ("/etc/passwd", "passwd"),
        ("C:\\Users\\me\\photo.jpg", "photo.jpg"),
        ("../../a.png", "a.png"),
        ("a\r\nSet-Cookie: x.jpg", "a Set-Cookie: x.jpg"),
        ("\u202egpj.exe", "gpj.exe"),
        ("zero\u200bwidth\ufeff.jpg", "zerowidth.jpg"),
        ("nul\0byte.jpg", "nulbyte.jpg"),
        ("e\u0301te\u0301.jpg", "\u00e9t\u00e9.jpg"),
        ("  many \t\u00a0 spaces .jpg ", "many spaces .jpg"),
        ("bad\ud800surrogate.jpg", "badsurrogate.jpg"),
        ("<b>&quot;.jpg", "<b>&quot;.jpg"),
        ("\u5199\u771f.heic", "\u5199\u771f.heic"),
        ("", "photo"),
        ("..", "photo"),
        ("folder/", "photo"),
        ("\u200b\u202e", "photo"),
    ],
)
def test_file_names_are_cleaned_for_people(name: str, cleaned: str) -> None:
    assert metadata.clean_name(name) == cleaned


def test_a_long_name_is_cut_before_its_extension() -> None:
    cleaned = metadata.clean_name("x" * 500 + ".jpeg")

    assert len(cleaned) == 200
    assert cleaned.endswith("x.jpeg")
    assert len(metadata.clean_name("." + "x" * 500)) == 200


def test_a_clean_name_stays_as_it_is() -> None:
    for name in ("a\u0301\u200b\u0301" * 200 + ".jpg", "x " * 300, "a.b/c" * 90):
        once = metadata.clean_name(name)
        assert metadata.clean_name(once) == once
        assert len(once) <= 200


def test_exif_is_shown_as_people_write_it() -> None:
    exif = read_back(
        {Base.Make: "Canon", Base.Model: "Canon EOS 5D", Base.Software: "secret 1.0", Base.Artist: "secret"},
        {
            Base.LensModel: "EF24-105mm f/4L IS USM",
            Base.ExposureTime: IFDRational(1, 200),
            Base.FNumber: 2.8,
            Base.ISOSpeedRatings: 400,
            Base.FocalLength: 35.0,
        },
    )

    assert metadata.exif_shown(exif) == {
        "camera": "Canon EOS 5D",
        "lens": "EF24-105mm f/4L IS USM",
        "exposure": "1/200 s",
        "aperture": "f/2.8",
        "iso": 400,
        "focal_length": "35 mm",
    }


@pytest.mark.parametrize(
    ("make", "model", "camera"),
    [
        ("NIKON CORPORATION", "NIKON D60", "NIKON D60"),
        ("Apple", "iPhone 7", "Apple iPhone 7"),
        ("samsung", "SM-S906U", "samsung SM-S906U"),
        ("Apple", "", "Apple"),
        ("", "iPhone", "iPhone"),
    ],
)
def test_the_make_is_said_once(make: str, model: str, camera: str) -> None:
    assert metadata.exif_shown(read_back({Base.Make: make, Base.Model: model}, {})) == {"camera": camera}


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [(IFDRational(1, 8000), "1/8000 s"), (IFDRational(1, 4), "1/4 s"), (0.5, "0.5 s"), (30.0, "30 s")],
)
def test_exposures_read_as_fractions_when_short(seconds: Any, shown: str) -> None:
    assert metadata.exif_shown(read_back({}, {Base.ExposureTime: seconds})) == {"exposure": shown}


@pytest.mark.parametrize(
    "value", [IFDRational(0, 0), IFDRational(1, 0), IFDRational(0, 1), IFDRational(4_000_000_000, 1)]
)
@pytest.mark.parametrize("tag", [Base.ExposureTime, Base.FNumber, Base.FocalLength])
def test_numbers_that_mean_nothing_are_left_out(tag: int, value: IFDRational) -> None:
    assert metadata.exif_shown(read_back({}, {tag: value})) == {}


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -1.0, "many", None, (), b"\xff", 10**400])
def test_values_of_the_wrong_kind_are_left_out(value: Any) -> None:
    tags = Image.Exif()
    tags.get_ifd(IFD.Exif).update({Base.FNumber: value, Base.ISOSpeedRatings: value, Base.LensModel: value})

    assert set(metadata.exif_shown(tags)) <= {"lens"}


def test_shown_texts_are_clean_and_short() -> None:
    shown = metadata.exif_shown(
        read_back({Base.Make: "Evil\r\nMake\x07", Base.Model: "m" * 500}, {Base.LensModel: "a\u202eb\0hidden"})
    )

    assert str(shown["camera"]).startswith("Evil Make mmm")
    assert len(str(shown["camera"])) <= 100
    assert "hidden" not in str(shown["lens"])
    assert all(character.isprintable() for value in shown.values() for character in str(value))


def test_a_position_is_never_shown() -> None:
    tags = Image.Exif()
    tags.get_ifd(IFD.GPSInfo).update({GPS.GPSLatitudeRef: "N", GPS.GPSLatitude: (48.0, 51.0, 29.0)})

    assert metadata.exif_shown(tags) == {}


@pytest.mark.parametrize(
    ("details", "expected"),
    [
        ({Base.DateTimeOriginal: "2024:05:01 10:20:30"}, "2024-05-01T10:20:30"),
        (
            {Base.DateTimeOriginal: "2024:05:01 10:20:30", Base.OffsetTimeOriginal: "+02:00"},
            "2024-05-01T10:20:30+02:00",
        ),
        ({Base.DateTimeOriginal: "2024:05:01 10:20:30", Base.OffsetTimeOriginal: "+99:00"}, "2024-05-01T10:20:30"),
        ({Base.DateTimeOriginal: "2024:05:01 10:20:30", Base.OffsetTimeOriginal: "Paris"}, "2024-05-01T10:20:30"),
        ({Base.DateTimeOriginal: "0000:00:00 00:00:00"}, "2020-02-03T04:05:06"),
        ({Base.DateTimeOriginal: "2024:02:30 10:20:30"}, "2020-02-03T04:05:06"),
        ({Base.DateTimeOriginal: "    :  :     :  :  "}, "2020-02-03T04:05:06"),
        ({Base.OffsetTime: "-05:30"}, "2020-02-03T04:05:06-05:30"),
        ({}, "2020-02-03T04:05:06"),
    ],
)
def test_the_time_is_that_of_the_camera(details: dict[int, Any], expected: str) -> None:
    assert metadata.taken_at(read_back({Base.DateTime: "2020:02:03 04:05:06"}, details)) == expected


@pytest.mark.parametrize(
    "moment", ["", "0000:00:00 00:00:00", "yesterday", "2024:13:01 00:00:00", "0001:01:01 00:00:00"]
)
def test_an_impossible_time_is_no_time(moment: str) -> None:
    assert metadata.taken_at(read_back({Base.DateTime: moment}, {})) is None
