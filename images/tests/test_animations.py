"""Animations: short ones move in the preview, long ones stand still; thumbs always stand still."""

from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from PIL import Image, ImageSequence

from conftest import Commit, Upload
from images import rendering, storage, variants
from images.rendering import Limits
from images.tests.pictures import encoded, gif

LIMITS = Limits(max_pixels=120_000_000, max_frames=300)
COLOURS = [(220, 30, 30), (30, 200, 30), (30, 30, 220), (230, 230, 20)]
DURATIONS = [40, 200, 80, 500]
FORMATS = {"GIF": "GIF", "WebP": "WEBP", "PNG": "PNG", "AVIF": "AVIF"}
EVERY_STILL = (variants.THUMB, variants.MOVING_PREVIEW)


def animation(format_name: str, size: tuple[int, int] = (320, 200), **options: Any) -> bytes:
    first, *rest = [Image.new("RGB", size, colour) for colour in COLOURS]
    options = {"save_all": True, "append_images": rest, "duration": DURATIONS, "loop": 0, **options}
    return encoded(first, FORMATS[format_name], **options)


def moving(tmp_path: Path, data: bytes, format_name: str) -> dict[str, Image.Image]:
    path = tmp_path / "animation"
    path.write_bytes(data)
    rendering.inspect(str(path), format_name, LIMITS)
    files = rendering.render(str(path), format_name, EVERY_STILL, LIMITS).files
    return {name: Image.open(BytesIO(data)) for name, data in files.items()}


def frames(image: Image.Image) -> list[tuple[tuple[int, ...], int]]:
    """Colour in the middle and duration of each frame."""
    found = []
    for frame in ImageSequence.Iterator(image):
        pixel = frame.convert("RGB").getpixel((image.width // 2, image.height // 2))
        assert isinstance(pixel, tuple)
        found.append((tuple(int(value) for value in pixel), frame.info["duration"]))
    return found


def assert_colours(found: list[tuple[int, ...]], wanted: list[tuple[int, int, int]]) -> None:
    assert len(found) == len(wanted)
    for one, other in zip(found, wanted, strict=True):
        assert all(abs(a - b) < 16 for a, b in zip(one, other, strict=True)), (found, wanted)


@pytest.mark.parametrize("format_name", FORMATS)
def test_frames_durations_and_rounds_are_kept(tmp_path: Path, format_name: str) -> None:
    made = moving(tmp_path, animation(format_name, quality=90), format_name)

    preview = made["preview"]
    assert (preview.format, preview.size, preview.info["loop"]) == ("WEBP", (320, 200), 0)
    colours, durations = zip(*frames(preview), strict=True)
    assert_colours(list(colours), COLOURS)
    assert list(durations) == DURATIONS
    assert getattr(made["thumb"], "n_frames", 1) == 1
    shown = made["thumb"].convert("RGB").getpixel((5, 5))
    assert isinstance(shown, tuple)
    assert_colours([tuple(int(value) for value in shown)], COLOURS[:1])


@pytest.mark.parametrize(
    ("format_name", "options", "rounds"),
    [
        ("GIF", {"loop": 0}, 0),
        ("GIF", {"loop": 2}, 3),
        ("GIF", {"loop": None}, 1),
        ("WebP", {"loop": 4}, 4),
        ("PNG", {"loop": 3}, 3),
    ],
)
def test_rounds_are_counted_as_each_format_does(
    tmp_path: Path, format_name: str, options: dict[str, Any], rounds: int
) -> None:
    assert moving(tmp_path, animation(format_name, **options), format_name)["preview"].info["loop"] == rounds


def test_large_frames_are_shrunk_and_turned(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    data = animation("WebP", (2000, 500), exif=exif)

    preview = moving(tmp_path, data, "WebP")["preview"]

    assert preview.size == (400, 1600)
    assert_colours([colour for colour, _ in frames(preview)], COLOURS)


def test_the_still_picture_of_a_png_is_no_frame_of_its_animation(tmp_path: Path) -> None:
    still, *rest = [Image.new("RGB", (60, 40), colour) for colour in COLOURS]
    data = encoded(still, "PNG", save_all=True, default_image=True, append_images=rest, duration=90, loop=0)

    made = moving(tmp_path, data, "PNG")

    assert_colours([colour for colour, _ in frames(made["preview"])], COLOURS[1:])


def test_what_a_frame_leaves_transparent_stays_so(tmp_path: Path) -> None:
    pictures = [Image.new("RGBA", (80, 60), (0, 0, 0, 0)) for _ in range(3)]
    for number, picture in enumerate(pictures):
        picture.paste((250, 20, 20, 255), (20 * number, 0, 20 * number + 20, 60))
    data = encoded(pictures[0], "GIF", save_all=True, append_images=pictures[1:], duration=70, disposal=2)

    preview = moving(tmp_path, data, "GIF")["preview"]

    for number, frame in enumerate(ImageSequence.Iterator(preview)):
        alphas = [frame.convert("RGBA").getpixel((20 * part + 10, 30))[3] for part in range(4)]  # type: ignore[index]
        assert alphas == [255 if part == number else 0 for part in range(4)]


@pytest.mark.parametrize(
    ("frames", "size", "moves"),
    [
        (1, (10, 10), False),
        (2, (10, 10), True),
        (300, (320, 240), True),
        (81, (640, 480), True),
        (82, (640, 480), False),
        (13, (1600, 1200), True),
        (13, (4000, 3000), True),
        (14, (4000, 3000), False),
    ],
)
def test_what_moves_is_a_matter_of_pixels_as_they_are_shown(frames: int, size: tuple[int, int], moves: bool) -> None:
    assert variants.moves(frames, *size) is moves


def test_a_short_animation_moves_on_its_page_and_by_its_link(
    upload: Upload, as_owner: Client, visitor: Client, stored: Callable[[], list[str]]
) -> None:
    image = upload(gif(3))
    url = as_owner.get(image.get_absolute_url()).context["preview_url"]
    for address in (url, f"/i/{image.key}/preview.webp"):
        answer = visitor.get(address)
        assert answer.headers["Content-Type"] == "image/webp"
        assert Image.open(BytesIO(answer.getvalue())).n_frames == 3  # type: ignore[attr-defined]
    assert visitor.get(f"/i/{image.key}/preview.jpg").status_code == 404
    thumb = Image.open(BytesIO(visitor.get(f"/i/{image.key}/thumb.webp").getvalue()))
    assert getattr(thumb, "n_frames", 1) == 1
    assert not [name for name in stored() if name.endswith("preview.jpg")]


def test_a_long_animation_stands_still_in_its_preview(
    upload: Upload, visitor: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("images.variants.MOVING_PIXELS_MAX", 3 * 32 * 24 - 1)
    image = upload(gif(3))
    answer = visitor.get(f"/i/{image.key}/preview.jpg")
    assert answer.headers["Content-Type"] == "image/jpeg"
    assert Image.open(BytesIO(answer.getvalue())).format == "JPEG"
    assert visitor.get(f"/i/{image.key}/preview.webp").status_code == 404


def test_a_lost_moving_preview_is_made_again_when_asked_for(upload: Upload, visitor: Client) -> None:
    image = upload(gif(3))
    storage.media().delete_many([image.variant_name(variants.PREVIEW)])
    answer = visitor.get(f"/i/{image.key}/preview.webp")
    assert Image.open(BytesIO(answer.getvalue())).n_frames == 3  # type: ignore[attr-defined]


def test_previews_of_either_kind_go_with_their_photo(
    upload: Upload, as_owner: Client, commit: Commit, stored: Callable[[], list[str]]
) -> None:
    image = upload(gif(3))
    storage.write(variants.derived_name(image.file_key, "preview", "jpg"), b"of an earlier version")
    with commit():
        as_owner.post(f"/p/{image.key}/delete", {"now": "1", "confirm": "yes"})
    assert stored() == []


def test_a_moving_preview_gets_its_new_name_when_a_photo_turns_private(
    upload: Upload, as_owner: Client, commit: Commit, stored: Callable[[], list[str]]
) -> None:
    image = upload(gif(3))
    with commit():
        as_owner.post("/library/change", {"keys": image.key, "visibility": "private"})
    assert not [name for name in stored() if image.file_key in name]
    image.refresh_from_db()
    assert [name for name in stored() if name == image.variant_name(variants.PREVIEW)]


def test_the_grid_tells_by_word_and_name_that_a_photo_moves(upload: Upload, as_owner: Client) -> None:
    upload()
    assert "Animated" not in as_owner.get("/library/").content.decode()
    upload(gif(3))
    page = as_owner.get("/library/").content.decode()
    assert '<span aria-hidden="true">GIF</span><span class="visually-hidden">Animated</span>' in page


def test_a_frame_without_colours_is_refused_before_anything_is_stored(tmp_path: Path) -> None:
    one = encoded(Image.new("P", (4, 4)), "GIF")
    pixels = one[one.index(b"\x2c\x00\x00\x00\x00") + 10 : -1]
    frame = b"\x2c\x00\x00\x00\x00\x04\x00\x04\x00"
    header = b"GIF89a\x04\x00\x04\x00\x00\x00\x00"
    colours = b"\x80" + bytes(6)
    path = tmp_path / "animation.gif"
    path.write_bytes(header + frame + colours + pixels + frame + colours + pixels + b";")
    assert rendering.inspect(str(path), "GIF", LIMITS).frames == 2
    path.write_bytes(header + frame + b"\x00" + pixels + frame + colours + pixels + b";")
    with pytest.raises(rendering.Unreadable, match="a frame has no colours"):
        rendering.inspect(str(path), "GIF", LIMITS)
