"""JPEGs that are slightly damaged and that browsers show: taken in, marked, and told to their owner."""

import re
import struct
from collections.abc import Callable
from functools import partial
from io import BytesIO
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image, ImageChops, ImageStat

from conftest import Upload
from images import decoding, jpeg, rendering, variants
from images.rendering import Limits, Unreadable
from images.tests.pictures import encoded

LIMITS = Limits(max_pixels=120_000_000, max_frames=300)
SIZE = (640, 480)

Write = Callable[[bytes], str]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def write_file(data: bytes) -> str:
        path = tmp_path / "photo"
        path.write_bytes(data)
        return str(path)

    return write_file


def photo(size: tuple[int, int] = SIZE) -> Image.Image:
    """Light and dark noise in every row, so that each has its share of the bytes, in colours that change slowly."""
    red, blue = Image.linear_gradient("L").resize(size), Image.radial_gradient("L").resize(size)
    return Image.merge("YCbCr", (Image.effect_noise(size, 60), blue, red)).convert("RGB")


def likeness(first: Image.Image, second: Image.Image) -> float:
    return max(ImageStat.Stat(ImageChops.difference(first.convert("RGB"), second.convert("RGB"))).mean)


def opened(data: bytes) -> Image.Image:
    image = Image.open(BytesIO(data))
    image.load()
    return image


def assert_shown(path: str, whole: Image.Image, upper: float = 1.0, by: float = 20) -> None:
    """Preview and full size show the upper part of the picture that the whole file holds."""
    width, height = whole.size
    box = (0, 0, width, int(height * upper))
    preview = rendering.render(path, "JPEG", (variants.PREVIEW,), LIMITS).files["preview"]
    for data in (preview, rendering.full(path, "JPEG", False, LIMITS)):
        assert opened(data).size == whole.size
        assert likeness(opened(data).crop(box), whole.crop(box)) < by


def test_bytes_behind_the_end_are_marked_and_left_out(write: Write) -> None:
    data = encoded(photo(), "JPEG")
    assert rendering.inspect(write(data), "JPEG", LIMITS).warnings == ()
    assert rendering.inspect(write(data + bytes(100)), "JPEG", LIMITS).warnings == ()
    for junk in (b"motion picture" * 99, b"\0\xff\xd9", data):
        path = write(data + junk)
        assert rendering.inspect(path, "JPEG", LIMITS).warnings == ("trailing_data",)
        assert len(rendering.full(path, "JPEG", False, LIMITS)) <= len(data)
        assert_shown(path, opened(data))


@pytest.mark.parametrize("progressive", [False, True])
@pytest.mark.parametrize("size", [SIZE, (64, 48), (16, 16), (333, 8), (1, 1)])
def test_a_missing_end_is_marked_and_nothing_of_the_picture_is_lost(
    write: Write, progressive: bool, size: tuple[int, int]
) -> None:
    for subsampling in ("4:4:4", "4:2:0"):
        data = encoded(photo(size), "JPEG", progressive=progressive, subsampling=subsampling)
        path = write(data[:-2])

        assert rendering.inspect(path, "JPEG", LIMITS).warnings == ("truncated",)
        assert_shown(path, opened(data))


def test_stray_bytes_between_segments_are_marked(write: Write) -> None:
    data = encoded(photo(), "JPEG")
    tables = data.index(b"\xff\xdb")
    path = write(data[:tables] + b"lost" + data[tables:])

    assert rendering.inspect(path, "JPEG", LIMITS).warnings == ("stray_data",)
    assert_shown(path, opened(data))


def cut(data: bytes, share: float) -> bytes:
    """The file without the end of its last scan."""
    start = data.rindex(b"\xff\xda")
    return data[: start + int((len(data) - start) * share)]


@pytest.mark.parametrize(("lost", "is_taken"), [(0.02, True), (0.04, True), (0.09, False), (0.3, False), (0.9, False)])
@pytest.mark.parametrize("end", [b"", jpeg.EOI], ids=["no end", "an end too early"])
@pytest.mark.parametrize("mode", ["RGB", "L", "CMYK"])
def test_the_last_rows_may_be_missing_up_to_a_limit(
    write: Write, lost: float, is_taken: bool, end: bytes, mode: str
) -> None:
    data = encoded(photo((480, 1600)).convert(mode), "JPEG", quality=85)
    path = write(cut(data, 1 - lost) + end)

    if not is_taken:
        with pytest.raises(Unreadable, match="missing") as refused:
            rendering.inspect(path, "JPEG", LIMITS)
        assert refused.value.code == "unreadable"
        return
    assert rendering.inspect(path, "JPEG", LIMITS).warnings == ("truncated",)
    assert_shown(path, opened(data), 1 - lost - 0.02)


def test_what_a_progressive_jpeg_may_lack_is_the_end_of_its_last_refinement(write: Write) -> None:
    data = encoded(photo(), "JPEG", progressive=True, quality=85)

    path = write(cut(data, 0.2))
    assert rendering.inspect(path, "JPEG", LIMITS).warnings == ("truncated",)
    assert_shown(path, opened(data))
    for share in (0.2, 0.5, 0.8):
        with pytest.raises(Unreadable, match="missing"):
            rendering.inspect(write(data[: int(data.rindex(b"\xff\xda") * share)]), "JPEG", LIMITS)


@pytest.mark.parametrize("colour", ["black", "white", "orange"])
@pytest.mark.parametrize("size", [SIZE, (641, 479), (17, 9), (8, 8), (1, 1), (4000, 30)])
def test_an_even_lower_edge_is_no_damage(write: Write, colour: str, size: tuple[int, int]) -> None:
    image = photo(size)
    image.paste(colour, (0, size[1] // 2, *size))
    for options in ({}, {"subsampling": "4:4:4"}, {"restart_marker_rows": 1}, {"optimize": True}):
        for picture in (image, image.convert("L"), image.convert("CMYK")):
            path = write(encoded(picture, "JPEG", **options))
            assert rendering.inspect(path, "JPEG", LIMITS).warnings == (), (picture.mode, options)


def test_a_file_of_two_pictures_is_neither_cut_nor_followed_by_junk(write: Write) -> None:
    first, second = photo(), photo()
    data = encoded(first, "MPO", save_all=True, append_images=[second])

    assert rendering.inspect(write(data), "JPEG", LIMITS).warnings == ()
    assert rendering.inspect(write(data + b"\0" * 50), "JPEG", LIMITS).warnings == ()
    assert_shown(write(data + b"\0" * 50), first)


def test_a_header_that_lies_about_its_height_is_a_refusal(write: Write) -> None:
    data = encoded(photo(), "JPEG")
    frame = data.index(b"\xff\xc0")
    taller = data[: frame + 5] + struct.pack(">H", SIZE[1] * 2) + data[frame + 7 :]

    with pytest.raises(Unreadable, match="missing"):
        rendering.inspect(write(taller), "JPEG", LIMITS)


def test_no_data_at_all_is_a_refusal(write: Write) -> None:
    data = encoded(photo(), "JPEG")
    start = data.index(b"\xff\xda")

    for end in (b"", jpeg.EOI):
        with pytest.raises(Unreadable):
            rendering.inspect(write(data[: start + 14] + end), "JPEG", LIMITS)


def test_the_limit_is_the_one_that_is_documented() -> None:
    assert decoding.MOST_ROWS_LOST == 0.05


def test_the_owner_reads_what_is_wrong_and_nobody_else(upload: Upload, as_owner: Client, visitor: Client) -> None:
    image = upload(encoded(photo(), "JPEG")[:-2] + b"")
    assert image.notes == ["truncated"]
    sentence = "a small part at the lower edge may be missing"
    assert sentence in as_owner.get(image.get_absolute_url()).content.decode()
    assert sentence not in visitor.get(image.get_absolute_url()).content.decode()


def test_every_code_has_a_sentence(upload: Upload, as_owner: Client) -> None:
    image = upload()
    image.notes = ["trailing_data", "stray_data", "truncated", "unreadable_metadata"]
    image.save(update_fields=["notes"])
    facts = re.search(r"Remarks</dt><dd>(.*?)</dd>", as_owner.get(image.get_absolute_url()).content.decode(), re.DOTALL)
    assert facts is not None
    sentences = facts[1].split("<br>")
    assert len(set(sentences)) == len(image.notes)
    assert all(sentence.endswith(".") for sentence in sentences)


def test_an_upload_that_lost_too_much_is_refused(as_owner: Client) -> None:
    data = encoded(photo(), "JPEG")
    answer = as_owner.post("/upload", {"file": SimpleUploadedFile("photo.jpg", data[: len(data) // 2])})
    assert answer.status_code == 400
    assert "missing" in answer.json()["message"] or "corrupted" in answer.json()["message"]


def test_rebuilding_a_sound_file_changes_nothing_that_is_shown() -> None:
    save = partial(encoded, photo(), "JPEG")
    for data in (
        save(),
        save(progressive=True),
        save(restart_marker_blocks=5),
        save(comment=b"x", exif=b"Exif\0\0MM\0*"),
    ):
        structure = jpeg.read(data)
        assert jpeg.written(structure) == data
        assert (structure.end, structure.has_stray_bytes) == (len(data), False)
