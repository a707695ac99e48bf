import json
from io import BytesIO
from typing import Any

import piexif
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
            Base.FocalLength: IFDRational(415, 100),
            Base.FocalLengthIn35mmFilm: 29,
        },
    )

    assert metadata.exif_shown(exif) == {
        "camera": "Canon EOS 5D",
        "lens": "EF24-105mm f/4L IS USM",
        "exposure_seconds": 0.005,
        "f_number": 2.8,
        "iso": 400,
        "focal_length_mm": 4.2,
        "focal_length_35mm": 29,
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
    ("raw", "shown"),
    [("Summilux\u00ae".encode(), "Summilux®"), (b"Summilux\xae", "Summilux®"), ("小米".encode(), "小米")],
)
def test_texts_are_read_as_utf8_where_they_are(raw: bytes, shown: str) -> None:
    tags = Image.Exif()
    tags.load(piexif.dump({"Exif": {piexif.ExifIFD.LensModel: raw}}))
    assert metadata.exif_shown(tags) == {"lens": shown}


@pytest.mark.parametrize(
    ("details", "iso"),
    [
        ({Base.ISOSpeedRatings: (200, 100)}, 200),
        ({Base.ISOSpeedRatings: 65_535, Base.RecommendedExposureIndex: 102_400}, 102_400),
        ({Base.ISOSpeedRatings: 65_535}, None),
    ],
)
def test_a_sensitivity_that_exceeds_its_tag_is_read_from_the_second(details: dict[int, Any], iso: int | None) -> None:
    assert metadata.exif_shown(read_back({}, details)).get("iso") == iso


@pytest.mark.parametrize(
    "value", [IFDRational(0, 0), IFDRational(1, 0), IFDRational(0, 1), IFDRational(4_000_000_000, 1)]
)
@pytest.mark.parametrize(
    "tag", [Base.ExposureTime, Base.FNumber, Base.FocalLength, Base.ISOSpeedRatings, Base.FocalLengthIn35mmFilm]
)
def test_numbers_that_mean_nothing_are_left_out(tag: int, value: IFDRational) -> None:
    assert metadata.exif_shown(read_back({}, {tag: value})) == {}


HOSTILE: tuple[Any, ...] = (
    *(float("nan"), float("inf"), float("-inf"), -1.0, 10**400, "nan", "1e999", "9" * 10_000),
    *(IFDRational(0, 0), IFDRational(1, 0), IFDRational(-1, 0), IFDRational(-1, 2)),
    *("many", None, (), (None,), ("x", "y", "z"), ((1, 2), (3, 4)), b"\xff", b"\0" * 10_000, {}, []),
    *("x" * 10_000, "\r\n\0\x1b[31m", "<script>alert(1)</script>", "{{ 7 }}{% debug %}", "\u202egnp.exe", "\ud800"),
)


@pytest.mark.parametrize("value", HOSTILE, ids=lambda value: repr(value)[:30])
def test_whatever_a_tag_holds_the_answer_is_short_clean_and_json(value: Any) -> None:
    tags = Image.Exif()
    details, place = tags.get_ifd(IFD.Exif), tags.get_ifd(IFD.GPSInfo)
    tags.update(dict.fromkeys((Base.Make, Base.Model, Base.DateTime), value))
    details.update(dict.fromkeys((Base.LensModel, Base.ExposureTime, Base.FNumber, Base.FocalLength), value))
    details.update(dict.fromkeys((Base.ISOSpeedRatings, Base.FocalLengthIn35mmFilm), value))
    details.update(dict.fromkeys((Base.DateTimeOriginal, Base.OffsetTimeOriginal, Base.OffsetTime), value))
    place.update(dict.fromkeys((GPS.GPSLatitude, GPS.GPSLongitude), value))
    place.update({GPS.GPSLatitudeRef: "N", GPS.GPSLongitudeRef: "E"})

    shown = metadata.exif_shown(tags)

    assert set(shown) <= {"camera", "lens"}
    assert all(isinstance(text, str) and len(text) <= 100 and text.isprintable() for text in shown.values())
    assert json.loads(json.dumps(shown, allow_nan=False)) == shown
    assert metadata.taken_at(tags) is None
    assert metadata.position(tags) is None


def test_shown_texts_are_clean_and_short() -> None:
    shown = metadata.exif_shown(
        read_back({Base.Make: "Evil\r\nMake\x07", Base.Model: "m" * 500}, {Base.LensModel: "a\u202eb\0hidden"})
    )

    assert str(shown["camera"]).startswith("Evil Make mmm")
    assert len(str(shown["camera"])) <= 100
    assert "hidden" not in str(shown["lens"])
    assert all(character.isprintable() for value in shown.values() for character in str(value))


def located(**tags: Any) -> Image.Exif:
    """The tags of a photo from Sydney, with changes, as they come out of a real file."""
    exif = Image.Exif()
    sydney = {
        "GPSLatitudeRef": "S",
        "GPSLatitude": (33.0, 51.0, 24.84),
        "GPSLongitudeRef": "E",
        "GPSLongitude": (151.0, 12.0, 54.36),
    }
    place = exif.get_ifd(IFD.GPSInfo)
    place.update({GPS[name]: value for name, value in {**sydney, **tags}.items() if value is not None})
    out = BytesIO()
    Image.new("RGB", (8, 8)).save(out, "JPEG", exif=exif)
    with Image.open(BytesIO(out.getvalue())) as image:
        return image.getexif()


def test_a_position_is_not_among_what_is_shown() -> None:
    assert metadata.exif_shown(located()) == {}


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        ({}, (-33.8569, 151.2151)),
        ({"GPSLatitudeRef": "N", "GPSLongitudeRef": "W"}, (33.8569, -151.2151)),
        ({"GPSLatitude": (33.0, 51.5, 0.0), "GPSLongitude": (151.25, 0.0, 0.0)}, (-33.85833, 151.25)),
        ({"GPSLatitude": (90.0, 0.0, 0.0), "GPSLongitude": (180.0, 0.0, 0.0)}, (-90, 180)),
        ({"GPSLatitude": (0.0, 0.0, 0.0)}, (0, 151.2151)),
        ({"GPSLatitude": (33.0, 59.0, 60.0)}, (-34, 151.2151)),
        ({"GPSLatitude": (33.5,)}, (-33.5, 151.2151)),
    ],
)
def test_a_position_is_read_as_signed_degrees(tags: dict[str, Any], expected: tuple[float, float]) -> None:
    assert metadata.position(located(**tags)) == expected


@pytest.mark.parametrize(
    "tags",
    [
        {"GPSLatitude": None},
        {"GPSLongitude": None},
        {"GPSLatitudeRef": None},
        {"GPSLatitudeRef": "\0"},
        {"GPSLatitudeRef": "E"},
        {"GPSLongitudeRef": "EW"},
        {"GPSLatitude": (IFDRational(0, 0), IFDRational(0, 0), IFDRational(0, 0))},
        {"GPSLatitude": (IFDRational(33, 0), 51.0, 24.84)},
        {"GPSLatitude": (33.0, 51.0, IFDRational(0, 0))},
        {"GPSLatitude": (90.0, 0.0, 0.01)},
        {"GPSLatitude": (91.0, 0.0, 0.0)},
        {"GPSLongitude": (180.0, 0.0, 1.0)},
        {"GPSLatitude": (33.0, 61.0, 0.0)},
        {"GPSLatitude": (33.0, 51.0, 24.0, 1.0)},
        {"GPSLatitude": (0.0, 0.0, 0.0), "GPSLongitude": (0.0, 0.0, 0.0)},
    ],
)
def test_a_position_that_cannot_be_is_none(tags: dict[str, Any]) -> None:
    assert metadata.position(located(**tags)) is None


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
        ({Base.DateTimeOriginal: "2024:05:01 10:20:30", Base.OffsetTime: "+02:00"}, "2024-05-01T10:20:30"),
        ({Base.DateTimeOriginal: "2024:05:01 10:20:30.75", Base.SubsecTimeOriginal: "75"}, "2024-05-01T10:20:30"),
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
