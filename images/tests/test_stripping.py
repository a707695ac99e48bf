import random
import struct
import time
from io import BytesIO
from typing import Any

import pytest
from PIL import Image
from PIL.ExifTags import Base

from images import stripping
from images.tests.laden import (
    MAKERS,
    MARKER,
    SAMPLES,
    XMP,
    decoded,
    frames,
    gif,
    icc,
    jpeg,
    picture,
    saved,
    segment,
    webp,
)

pytestmark = pytest.mark.filterwarnings("ignore:Image appears to be a malformed MPO")


@pytest.mark.parametrize("format_name", MAKERS)
def test_pixels_stay_and_nothing_personal_does(format_name: str) -> None:
    data = MAKERS[format_name]()
    assert MARKER in data

    stripped = stripping.strip(data, format_name)

    assert decoded(stripped) == decoded(data)
    assert MARKER not in stripped
    assert b"Exif" not in stripped
    assert b"xmp" not in stripped.lower()
    assert stripping.strip(stripped, format_name) == stripped


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("format_name", ["JPEG", "PNG", "WebP"])
def test_orientation_survives(format_name: str, orientation: int) -> None:
    stripped = stripping.strip(MAKERS[format_name](orientation), format_name)

    with Image.open(BytesIO(stripped)) as image:
        assert image.getexif().get(Base.Orientation, 1) == orientation
        assert set(image.getexif()) <= {Base.Orientation}


@pytest.mark.parametrize("format_name", ["JPEG", "PNG", "WebP"])
def test_the_colour_profile_survives(format_name: str) -> None:
    with Image.open(BytesIO(stripping.strip(MAKERS[format_name](), format_name))) as image:
        assert image.info["icc_profile"] == icc()


@pytest.mark.parametrize(("format_name", "pillow_name"), [("JPEG", "JPEG"), ("PNG", "PNG"), ("WebP", "WEBP")])
def test_what_is_no_colour_profile_or_stands_behind_one_is_removed(format_name: str, pillow_name: str) -> None:
    for hidden in (MARKER * 1000, icc() + MARKER, icc()[:-1], b""):
        stripped = stripping.strip(saved(picture(), pillow_name, icc_profile=hidden), format_name)

        with Image.open(BytesIO(stripped)) as image:
            assert image.info.get("icc_profile") == (icc() if hidden.startswith(icc()) else None)
        assert MARKER not in stripped


def test_a_colour_profile_of_several_segments_survives() -> None:
    profile = bytearray(icc() + random.Random(5).randbytes(200_000))
    struct.pack_into(">I", profile, 0, len(profile))

    with Image.open(BytesIO(stripping.strip(saved(picture(), "JPEG", icc_profile=bytes(profile)), "JPEG"))) as image:
        assert image.info["icc_profile"] == profile


def test_orientation_is_taken_from_xmp_when_exif_has_none() -> None:
    xmp = XMP.replace(b"dc:source", b'tiff:Orientation="6" dc:source')
    data = saved(picture(), "JPEG", xmp=xmp)

    with Image.open(BytesIO(stripping.strip(data, "JPEG"))) as image:
        assert image.getexif()[Base.Orientation] == 6


@pytest.mark.parametrize(
    "options", [{"progressive": True}, {"restart_marker_rows": 1}, {"restart_marker_blocks": 1, "progressive": True}]
)
def test_jpegs_of_several_scans_or_with_restart_markers_keep_their_pixels(options: dict[str, Any]) -> None:
    data = jpeg(**options)

    stripped = stripping.strip(data, "JPEG")

    assert decoded(stripped) == decoded(data)
    assert MARKER not in stripped


def test_a_jpeg_segment_between_scans_is_removed_too() -> None:
    data = saved(picture(), "JPEG", progressive=True)
    second_scan = data.rindex(b"\xff\xda")
    tables = data.rindex(b"\xff\xc4", 0, second_scan)
    hidden = data[:tables] + segment(0xFE, MARKER) + data[tables:]

    assert stripping.strip(hidden, "JPEG") == stripping.strip(data, "JPEG")


def test_fill_bytes_before_jpeg_markers_are_no_obstacle() -> None:
    data = jpeg()
    scan = data.rindex(b"\xff\xda")
    filled = data[:2] + b"\xff" * 9 + data[2:scan] + b"\xff\xff\xff" + data[scan:]

    assert stripping.strip(filled, "JPEG") == stripping.strip(data, "JPEG")


def test_a_jpeg_that_tells_its_height_after_the_scan_keeps_that_segment() -> None:
    data = saved(picture(), "JPEG")
    lines = segment(0xDC, b"\0\x30")

    assert stripping.strip(data[:-2] + lines + data[-2:], "JPEG").endswith(lines + b"\xff\xd9")


def test_cmyk_jpegs_keep_the_adobe_segment_that_says_how_to_read_them() -> None:
    data = saved(picture("CMYK"), "JPEG")

    assert b"Adobe" in data
    assert decoded(stripping.strip(data, "JPEG")) == decoded(data)


def test_of_a_multi_picture_jpeg_the_first_stays() -> None:
    first, *rest = frames()
    data = saved(first, "MPO", save_all=True, append_images=rest)

    stripped = stripping.strip(data, "JPEG")

    assert len(stripped) < len(data) / 2
    with Image.open(BytesIO(stripped)) as image:
        assert image.format == "JPEG"
        with Image.open(BytesIO(data)) as original:
            assert image.tobytes() == original.tobytes()


def test_the_jfif_thumbnail_is_removed() -> None:
    data = saved(picture(), "JPEG")
    thumbnail = b"\x02\x02" + bytes(12)
    jfif = segment(0xE0, data[6:18] + thumbnail)

    assert stripping.strip(data[:2] + jfif + data[20:], "JPEG") == data


@pytest.mark.parametrize(("format_name", "pillow_name"), [("PNG", "PNG"), ("WebP", "WEBP")])
def test_animations_keep_frames_and_timing(format_name: str, pillow_name: str) -> None:
    first, *rest = frames()
    options = {"save_all": True, "append_images": rest, "duration": 70, "loop": 2}
    data = MAKERS[format_name](image=first, **options)

    stripped = stripping.strip(data, format_name)

    assert MARKER not in stripped
    assert decoded(stripped) == decoded(data)
    with Image.open(BytesIO(stripped)) as image:
        assert (image.format, getattr(image, "n_frames", 1), image.info["loop"]) == (pillow_name, 4, 2)


def test_a_gif_keeps_how_often_it_loops() -> None:
    with Image.open(BytesIO(stripping.strip(gif(), "GIF"))) as image:
        assert (getattr(image, "n_frames", 1), image.info["loop"]) == (4, 3)


def test_data_hidden_in_the_looping_extension_of_a_gif_is_removed() -> None:
    data = gif()
    loop = data.index(b"NETSCAPE2.0\x03\x01") + 11
    hidden = data[: loop + 4] + bytes((len(MARKER),)) + MARKER + data[loop + 4 :]

    assert stripping.strip(hidden, "GIF") == stripping.strip(data, "GIF")


def test_data_hidden_in_a_frame_of_a_webp_is_removed() -> None:
    first, *rest = frames()
    data = saved(first, "WEBP", save_all=True, append_images=rest, lossless=True)
    at = data.index(b"ANMF")
    (size,) = struct.unpack_from("<I", data, at + 4)
    chunk = b"note" + struct.pack("<I", len(MARKER)) + MARKER
    end = at + 8 + size + size % 2
    frame = data[at + 8 : end] + chunk
    body = data[8:at] + b"ANMF" + struct.pack("<I", len(frame)) + frame + data[end:]

    stripped = stripping.strip(b"RIFF" + struct.pack("<I", len(body)) + body, "WebP")

    assert stripped == stripping.strip(data, "WebP")
    assert decoded(stripped) == decoded(data)


@pytest.mark.parametrize(("orientation", "flag"), [(1, 0), (6, 8)])
def test_the_header_of_a_webp_announces_what_is_in_it(orientation: int, flag: int) -> None:
    stripped = stripping.strip(webp(orientation), "WebP")

    has_icc, has_alpha, has_exif, has_xmp = 0x20, 0x10, 0x08, 0x04
    assert stripped[12:16] == b"VP8X"
    assert stripped[20] & (has_icc | has_alpha | has_exif | has_xmp) == has_icc | has_alpha | flag
    assert struct.unpack_from("<I", stripped, 4)[0] == len(stripped) - 8


@pytest.mark.parametrize("format_name", ["HEIC", "AVIF", "TIFF", "BMP"])
def test_formats_that_cannot_be_stripped_are_refused(format_name: str) -> None:
    with pytest.raises(ValueError, match=format_name):
        stripping.strip(b"", format_name)


@pytest.mark.parametrize("format_name", MAKERS)
def test_a_file_cut_anywhere_before_its_end_is_refused(format_name: str) -> None:
    whole = stripping.strip(MAKERS[format_name](), format_name)

    # A GIF may lack its trailer: what was cut off then is no part of the picture.
    for length in range(0, len(whole) - 1, 7):
        try:
            stripped = stripping.strip(whole[:length], format_name)
        except ValueError:
            continue
        assert format_name == "GIF"
        assert whole.startswith(stripped[:-1])


@pytest.mark.parametrize("format_name", MAKERS)
def test_damaged_bytes_give_an_answer_or_a_value_error(format_name: str) -> None:
    chance = random.Random(7)
    whole = MAKERS[format_name]()
    for _ in range(400):
        data = bytearray(whole)
        for _ in range(chance.randint(1, 20)):
            data[chance.randrange(len(data))] = chance.choice((0, 0xFF, chance.randrange(256)))
        try:
            stripping.strip(bytes(data), format_name)
        except ValueError:
            continue


@pytest.mark.parametrize(
    ("format_name", "data"),
    [
        pytest.param("JPEG", b"\xff\xd8" + b"\xff" * 1_000_000, id="fill bytes"),
        pytest.param("JPEG", b"\xff\xd8" + segment(0xDA, b"") + b"\xff\x00" * 2_000_000, id="scan"),
        pytest.param(
            "JPEG", b"\xff\xd8" + segment(0xE1, b"Exif\0\0MM\0*\0\0\0\x08\xff\xff") * 100_000, id="Exif segments"
        ),
        pytest.param("PNG", b"\x89PNG\r\n\x1a\n" + b"\0\0\0\0IHDR\0\0\0\0" * 200_000, id="empty chunks"),
        pytest.param(
            "WebP", b"RIFF" + struct.pack("<I", 1_600_004) + b"WEBP" + b"junk\0\0\0\0" * 200_000, id="junk chunks"
        ),
        pytest.param("GIF", b"GIF89a" + bytes(7) + b"\x21\xfe\x01a\0" * 300_000, id="comments"),
        pytest.param("GIF", b"GIF89a" + bytes(1_000_000), id="zeros"),
    ],
)
def test_hostile_files_are_refused_in_linear_time(format_name: str, data: bytes) -> None:
    start = time.process_time()

    with pytest.raises(ValueError, match=format_name):
        stripping.strip(data, format_name)

    assert time.process_time() - start < 1


@pytest.mark.skipif(not SAMPLES.is_dir(), reason="the shared samples are not here")
def test_photos_of_real_cameras_keep_their_pixels_and_lose_their_position() -> None:
    for path in (*SAMPLES.glob("position/*.jpg"), SAMPLES / "camera/samsung-sm-g935l-galaxy-s7-edge.jpg"):
        data = path.read_bytes()
        stripped = stripping.strip(data, "JPEG")
        with Image.open(BytesIO(stripped)) as image, Image.open(path) as original:
            assert set(image.getexif()) <= {Base.Orientation}
            image.draft(None, (400, 400))
            original.draft(None, (400, 400))
            assert image.tobytes() == original.tobytes(), path
