import pickle
import random
import struct
import warnings
import zlib
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any, cast

import pytest
from PIL import Image, ImageChops, ImageCms, ImageDraw, ImageOps, ImageStat
from PIL.ExifTags import IFD, Base
from PIL.PngImagePlugin import PngInfo

from images import formats, rendering, stripping, variants
from images.rendering import Limits, Unreadable

SAMPLES = Path(__file__).resolve().parents[3] / "shared/samples"
LIMITS = Limits(max_pixels=120_000_000, max_frames=300)
SECRET = b"Secret-Place-7"
PILLOW_NAMES = {format_.name: format_.pillow[0] for format_ in formats.ACCEPTED}
ORANGE = (230, 120, 30)

Writer = Callable[..., str]


@pytest.fixture
def write(tmp_path: Path) -> Writer:
    """Write an image, or bytes, to a file without an extension, and give its path."""
    count = iter(range(1000))

    def write_file(content: Image.Image | bytes, pillow_name: str = "", **options: Any) -> str:
        path = tmp_path / f"file{next(count)}"
        if isinstance(content, bytes):
            path.write_bytes(content)
        elif pillow_name == "GIF" and content.mode == "RGB":
            content.quantize(method=Image.Quantize.FASTOCTREE).save(path, pillow_name, **options)
        else:
            content.save(path, pillow_name, **options)
        return str(path)

    return write_file


def photo(size: tuple[int, int] = (480, 360)) -> Image.Image:
    """Smooth noise, so that every part of the file carries picture."""
    small = Image.frombytes("RGB", (20, 15), random.Random(3).randbytes(20 * 15 * 3))
    return small.resize(size, Image.Resampling.BICUBIC)


def opened(data: bytes) -> Image.Image:
    image = Image.open(BytesIO(data))
    image.load()
    return image


def rendered(path: str, format_name: str) -> dict[str, Image.Image]:
    files = rendering.render(path, format_name, variants.EAGER, LIMITS).files
    return {name: opened(data) for name, data in files.items()}


def middle(image: Image.Image) -> tuple[int, int, int]:
    pixel = image.convert("RGB").getpixel((image.width // 2, image.height // 2))
    return cast(tuple[int, int, int], pixel)


def is_near(colour: tuple[int, ...], expected: tuple[int, ...], by: int = 6) -> bool:
    return all(abs(a - b) <= by for a, b in zip(colour, expected, strict=True))


def likeness(first: Image.Image, second: Image.Image) -> float:
    """Mean difference of the channels, 0 to 255."""
    return sum(ImageStat.Stat(ImageChops.difference(first.convert("RGB"), second.convert("RGB"))).mean) / 3


@pytest.mark.parametrize("format_name", PILLOW_NAMES)
def test_every_accepted_format_is_inspected_and_rendered(format_name: str, write: Writer) -> None:
    path = write(photo((1720, 344)), PILLOW_NAMES[format_name], speed=10)

    seen = rendering.inspect(path, format_name, LIMITS)
    made = rendered(path, format_name)

    assert (seen.format, seen.width, seen.height, seen.frames, seen.has_alpha) == (format_name, 1720, 344, 1, False)
    assert (made["preview"].format, made["preview"].size) == ("JPEG", (1600, 320))
    assert (made["thumb"].format, made["thumb"].size) == ("WEBP", (480, 96))
    for image in made.values():
        assert likeness(image, photo((1720, 344)).resize(image.size)) < (20 if format_name == "GIF" else 6)


@pytest.mark.parametrize(
    ("mode", "pillow_name", "colour", "expected"),
    [
        ("1", "PNG", 1, (255, 255, 255)),
        ("L", "PNG", 90, (90, 90, 90)),
        ("L", "JPEG", 90, (90, 90, 90)),
        ("LA", "PNG", (90, 255), (90, 90, 90)),
        ("P", "PNG", ORANGE, ORANGE),
        ("P", "GIF", ORANGE, ORANGE),
        ("RGB", "PNG", ORANGE, ORANGE),
        ("RGBA", "WEBP", (*ORANGE, 255), ORANGE),
        ("CMYK", "JPEG", (0, 255, 255, 0), (255, 0, 0)),
        ("CMYK", "TIFF", (0, 255, 255, 0), (255, 0, 0)),
        ("YCbCr", "TIFF", (76, 85, 255), (254, 0, 0)),
        ("I;16", "PNG", 90 * 257, (90, 90, 90)),
        ("I;16", "TIFF", 90 * 257, (90, 90, 90)),
    ],
)
def test_colour_modes_keep_their_colour(
    mode: str, pillow_name: str, colour: Any, expected: tuple[int, int, int], write: Writer
) -> None:
    path = write(Image.new(mode, (700, 500), colour), pillow_name)
    format_ = next(format_ for format_ in formats.ACCEPTED if pillow_name in format_.pillow)

    rendering.inspect(path, format_.name, LIMITS)
    made = rendered(path, format_.name)

    assert all(is_near(middle(image), expected) for image in made.values())
    full = opened(rendering.full(path, format_.name, False, LIMITS))
    assert pillow_name != "TIFF" or is_near(middle(full), expected)


@pytest.mark.parametrize("mode", ["I", "F"])
def test_32_bit_tiffs_are_shown_from_their_darkest_to_their_brightest(mode: str, write: Writer) -> None:
    image = Image.new(mode, (40, 20), -1000)
    image.paste(50_000, (20, 0, 40, 20))
    path = write(image, "TIFF")

    shown = rendered(path, "TIFF")["preview"].convert("L")

    assert is_near((shown.getpixel((5, 10)), shown.getpixel((34, 10))), (0, 255))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("mode", "colour"), [("RGBA", (200, 0, 0, 0)), ("LA", (0, 0)), ("P", 0), ("RGB", (200, 0, 0)), ("L", 0)]
)
def test_alpha_stays_in_the_thumb_and_becomes_white_in_the_preview(mode: str, colour: Any, write: Writer) -> None:
    image = Image.new(mode, (700, 500), colour)
    transparent = {} if mode.endswith("A") else {"transparency": image.getpixel((0, 0))}
    path = write(image, "PNG", **transparent)

    made = rendered(path, "PNG")

    assert rendering.inspect(path, "PNG", LIMITS).has_alpha
    assert made["thumb"].convert("RGBA").getpixel((10, 10))[3] == 0  # type: ignore[index]
    assert is_near(middle(made["preview"]), (255, 255, 255))


def test_an_alpha_channel_that_is_opaque_everywhere_is_none(write: Writer) -> None:
    path = write(photo().convert("RGBA"), "PNG")

    assert not rendering.inspect(path, "PNG", LIMITS).has_alpha


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("format_name", ["JPEG", "PNG", "WebP", "TIFF", "AVIF", "HEIC"])
def test_orientation_is_applied_to_size_and_pixels(format_name: str, orientation: int, write: Writer) -> None:
    image = Image.new("RGB", (640, 320), "blue")
    ImageDraw.Draw(image).rectangle((0, 0, 319, 159), "red")
    exif = Image.Exif()
    exif[Base.Orientation] = orientation
    path = write(image, PILLOW_NAMES[format_name], exif=exif.tobytes() if format_name == "HEIC" else exif)
    marked = image.copy()
    marked.getexif()[Base.Orientation] = orientation
    upright = ImageOps.exif_transpose(marked)

    seen = rendering.inspect(path, format_name, LIMITS)
    pictures = rendered(path, format_name)
    full = ImageOps.exif_transpose(opened(rendering.full(path, format_name, False, LIMITS)))

    assert (seen.width, seen.height) == upright.size
    assert pictures["preview"].size == full.size == upright.size
    for shown in (*pictures.values(), full):
        assert likeness(shown, upright.resize(shown.size)) < 8


def test_the_orientation_of_a_png_may_stand_behind_its_pixels(write: Writer) -> None:
    exif = Image.Exif()
    exif[Base.Orientation] = 6
    path = Path(write(photo((480, 360)), "PNG", exif=exif))
    data = path.read_bytes()
    start = data.index(b"eXIf") - 4
    end = start + 12 + struct.unpack_from(">I", data, start)[0]
    path.write_bytes(data[:start] + data[end:-12] + data[start:end] + data[-12:])

    seen = rendering.inspect(str(path), "PNG", LIMITS)

    assert (seen.width, seen.height) == (360, 480)
    assert rendered(str(path), "PNG")["preview"].size == (360, 480)


def test_orientation_turns_the_fitted_size_too(write: Writer) -> None:
    exif = Image.Exif()
    exif[Base.Orientation] = 6
    path = write(photo((3200, 1600)), "JPEG", exif=exif)

    made = rendered(path, "JPEG")

    assert (made["preview"].size, made["thumb"].size) == ((800, 1600), (240, 480))


def swapped_profile() -> bytes:
    """sRGB with red and green exchanged, under a name that does not say sRGB."""
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    (count,) = struct.unpack_from(">I", profile, 128)
    end = 132 + 12 * count
    table = profile[132:end].replace(b"rXYZ", b"????").replace(b"gXYZ", b"rXYZ").replace(b"????", b"gXYZ")
    return profile[:132] + table + profile[end:].replace("sRGB".encode("utf-16-be"), "swap".encode("utf-16-be"))


@pytest.mark.parametrize("pillow_name", ["JPEG", "PNG", "WEBP", "TIFF"])
def test_colours_are_converted_to_srgb_and_the_profile_is_left_out(pillow_name: str, write: Writer) -> None:
    path = write(Image.new("RGB", (900, 600), (250, 10, 10)), pillow_name, icc_profile=swapped_profile(), quality=95)
    format_ = next(format_ for format_ in formats.ACCEPTED if pillow_name in format_.pillow)

    made = rendered(path, format_.name)

    for image in made.values():
        red, green, blue = middle(image)
        assert green > 220 > 60 > max(red, blue)
        assert "icc_profile" not in image.info


def test_alpha_survives_the_conversion_to_srgb(write: Writer) -> None:
    path = write(Image.new("RGBA", (90, 60), (250, 10, 10, 128)), "PNG", icc_profile=swapped_profile())

    pixel = rendered(path, "PNG")["thumb"].getpixel((40, 30))

    assert is_near(cast(tuple[int, ...], pixel)[3:], (128,), by=2)


def test_a_broken_profile_is_left_out(write: Writer) -> None:
    path = write(Image.new("RGB", (90, 60), ORANGE), "JPEG", icc_profile=b"not a profile" * 20)

    assert is_near(middle(rendered(path, "JPEG")["preview"]), ORANGE)


def test_a_profile_of_another_colour_space_is_left_out(write: Writer) -> None:
    path = write(Image.new("L", (90, 60), 90), "PNG", icc_profile=swapped_profile())

    assert is_near(middle(rendered(path, "PNG")["preview"]), (90, 90, 90))


@pytest.mark.parametrize(
    ("size", "preview", "thumb"),
    [((1, 1), (1, 1), (1, 1)), ((30_000, 1), (1600, 1), (480, 1)), ((1, 30_000), (1, 1600), (1, 480))],
)
@pytest.mark.parametrize("format_name", ["JPEG", "PNG"])
def test_extreme_shapes_are_rendered(
    format_name: str, size: tuple[int, int], preview: tuple[int, int], thumb: tuple[int, int], write: Writer
) -> None:
    path = write(Image.new("RGB", size, ORANGE), format_name)

    made = rendered(path, format_name)

    assert rendering.inspect(path, format_name, LIMITS).width == size[0]
    assert (made["preview"].size, made["thumb"].size) == (preview, thumb)
    assert is_near(middle(made["preview"]), ORANGE)


def test_a_small_picture_is_not_enlarged(write: Writer) -> None:
    path = write(photo((320, 240)), "JPEG")

    assert {image.size for image in rendered(path, "JPEG").values()} == {(320, 240)}


def test_colour_and_placeholder_are_those_of_the_picture(write: Writer) -> None:
    made = rendering.render(write(Image.new("RGB", (300, 200), ORANGE), "PNG"), "PNG", variants.EAGER, LIMITS)

    assert made.colour == "#e6781e"
    assert len(made.placeholder) >= 5
    # The first byte and a bit: luminance of the average in 6 bits, then the yellow-blue part.
    assert (made.placeholder[0] & 63) / 63 == pytest.approx(sum(ORANGE) / 3 / 255, abs=0.01)


def test_derivatives_carry_no_metadata(write: Writer) -> None:
    exif = Image.Exif()
    exif[Base.Artist] = SECRET.decode()
    text = PngInfo()
    text.add_text("Comment", SECRET.decode())
    xmp = b"<x:xmpmeta>" + SECRET + b"</x:xmpmeta>"
    jpeg = write(photo(), "JPEG", exif=exif, comment=SECRET, xmp=xmp)
    paths = {
        "JPEG": jpeg,
        "PNG": write(photo(), "PNG", exif=exif, pnginfo=text),
        "WebP": write(photo(), "WEBP", exif=exif, xmp=xmp),
        "GIF": write(photo(), "GIF", comment=SECRET),
        "TIFF": write(photo(), "TIFF", exif=exif, description=SECRET.decode()),
        "AVIF": write(photo(), "AVIF", exif=exif, xmp=xmp),
        "HEIC": write(photo(), "HEIF", exif=exif, xmp=xmp),
    }
    for format_name, path in paths.items():
        assert SECRET in Path(path).read_bytes(), format_name
        files = rendering.render(path, format_name, variants.EAGER, LIMITS).files
        for data in (*files.values(), rendering.full(path, format_name, False, LIMITS)):
            assert SECRET not in data, format_name
            assert not {"exif", "xmp", "comment", "icc_profile"} & opened(data).info.keys(), format_name


@pytest.mark.parametrize("format_name", ["GIF", "WebP", "PNG", "AVIF"])
def test_frames_of_animations_are_counted_and_the_first_is_shown(format_name: str, write: Writer) -> None:
    first, *rest = (Image.new("RGB", (64, 48), (40 * number, 255 - 40 * number, 9)) for number in range(5))
    path = write(first, PILLOW_NAMES[format_name], save_all=True, append_images=rest, duration=50)

    assert rendering.inspect(path, format_name, LIMITS).frames == 5
    assert is_near(middle(rendered(path, format_name)["preview"]), (0, 255, 9), by=12)
    with pytest.raises(Unreadable) as refused:
        rendering.inspect(path, format_name, Limits(max_pixels=10**9, max_frames=4))
    assert (refused.value.code, refused.value.limit) == ("too_many_frames", 4)
    with pytest.raises(Unreadable) as refused:
        rendering.inspect(path, format_name, Limits(max_pixels=64 * 48 * 4, max_frames=300))
    assert (refused.value.code, refused.value.limit) == ("too_many_pixels", 64 * 48 * 4)


def test_of_a_tiff_with_several_pages_the_first_is_shown(write: Writer) -> None:
    pages = [Image.new("RGB", (60, 40), colour) for colour in ("red", "blue")]
    path = write(pages[0], "TIFF", save_all=True, append_images=pages[1:])

    assert rendering.inspect(path, "TIFF", LIMITS).frames == 1
    assert is_near(middle(rendered(path, "TIFF")["preview"]), (254, 0, 0))


def test_of_a_multi_picture_jpeg_the_first_is_shown(write: Writer) -> None:
    pictures = [Image.new("RGB", (60, 40), colour) for colour in ("red", "blue")]
    path = write(pictures[0], "MPO", save_all=True, append_images=pictures[1:])

    seen = rendering.inspect(path, "JPEG", LIMITS)

    assert (seen.frames, seen.warnings) == (1, ())
    assert is_near(middle(rendered(path, "JPEG")["preview"]), (254, 0, 0))


@pytest.mark.parametrize("format_name", PILLOW_NAMES)
def test_a_file_cut_anywhere_is_refused(format_name: str, write: Writer) -> None:
    whole = Path(write(photo(), PILLOW_NAMES[format_name])).read_bytes()

    for percent in range(0, 91, 9):
        path = write(whole[: len(whole) * percent // 100])
        with pytest.raises(Unreadable) as refused:
            rendering.inspect(path, format_name, LIMITS)
        assert refused.value.code == "unreadable", percent


@pytest.mark.parametrize("format_name", PILLOW_NAMES)
def test_damaged_bytes_are_read_or_refused_and_nothing_else(format_name: str, write: Writer) -> None:
    whole = Path(write(photo((160, 128)), PILLOW_NAMES[format_name])).read_bytes()
    chance = random.Random(11)
    for _ in range(25):
        data = bytearray(whole)
        for _ in range(chance.randint(1, 12)):
            data[chance.randrange(len(data))] = chance.randrange(256)
        path = write(bytes(data))
        for work in (
            lambda path: rendering.inspect(path, format_name, Limits(10_000_000, 50)),
            lambda path: rendering.render(path, format_name, variants.EAGER, Limits(10_000_000, 50)),
            lambda path: rendering.full(path, format_name, False, Limits(10_000_000, 50)),
        ):
            try:
                work(path)
            except Unreadable:
                continue


def png_chunk(type_: bytes, payload: bytes) -> bytes:
    return struct.pack(">I", len(payload)) + type_ + payload + struct.pack(">I", zlib.crc32(type_ + payload))


@pytest.mark.parametrize("size", [(20_000, 20_000), (11_000, 11_000), (2**31 - 1, 2**31 - 1)])
def test_a_small_file_that_claims_to_be_huge_is_refused_before_it_is_decoded(
    size: tuple[int, int], write: Writer
) -> None:
    header = png_chunk(b"IHDR", struct.pack(">IIBBBBB", *size, 8, 2, 0, 0, 0))
    rest = png_chunk(b"IDAT", zlib.compress(bytes(100))) + png_chunk(b"IEND", b"")
    path = write(b"\x89PNG\r\n\x1a\n" + header + rest)

    works: tuple[Callable[[], object], ...] = (
        lambda: rendering.inspect(path, "PNG", LIMITS),
        lambda: rendering.render(path, "PNG", variants.EAGER, LIMITS),
    )
    for work in works:
        with pytest.raises(Unreadable) as refused:
            work()
        assert (refused.value.code, refused.value.limit) == ("too_many_pixels", 120_000_000)
        assert "120 megapixels" in refused.value.message


def test_a_side_no_jpeg_can_have_is_refused(write: Writer) -> None:
    path = write(Image.new("1", (66_000, 1)), "PNG")

    with pytest.raises(Unreadable, match="65500 pixels") as refused:
        rendering.inspect(path, "PNG", LIMITS)
    assert refused.value.code == "too_long"


def test_a_png_with_a_chunk_of_pixels_too_many_is_refused(write: Writer) -> None:
    path = Path(write(photo(), "PNG"))
    data = path.read_bytes()
    start = data.index(b"IDAT") - 4
    path.write_bytes(data[:start] + png_chunk(b"IDAT", b"no pixels") + data[start:])

    with pytest.raises(Unreadable):
        rendering.inspect(str(path), "PNG", LIMITS)


def test_a_small_jpeg_of_many_scans_is_refused_before_it_is_decoded(write: Writer) -> None:
    data = Path(write(photo(), "JPEG", progressive=True)).read_bytes()
    scan = data[data.rindex(b"\xff\xda") : -2]
    few, many = (write(data[:-2] + scan * number + data[-2:]) for number in (50, 150))

    assert rendering.inspect(few, "JPEG", LIMITS).width == 480
    with pytest.raises(Unreadable, match="100 scans"):
        rendering.inspect(many, "JPEG", LIMITS)


def test_the_content_must_be_of_the_format_it_was_taken_for(write: Writer) -> None:
    path = write(photo(), "PNG")

    with pytest.raises(Unreadable) as refused:
        rendering.inspect(path, "JPEG", LIMITS)
    assert refused.value.code == "unreadable"


def test_a_format_that_is_not_accepted_is_never_opened(write: Writer) -> None:
    path = write(photo(), "BMP")

    with pytest.raises(Unreadable, match="BMP is not supported") as refused:
        rendering.inspect(path, "BMP", LIMITS)
    assert refused.value.code == "unsupported"


def test_a_colour_mode_nothing_can_show_is_refused_by_name(write: Writer) -> None:
    path = write(Image.new("LAB", (30, 20)), "TIFF")

    with pytest.raises(Unreadable, match="LAB") as refused:
        rendering.inspect(path, "TIFF", LIMITS)
    assert refused.value.code == "unsupported"


def test_a_missing_file_is_not_called_damaged(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        rendering.inspect(str(tmp_path / "gone"), "JPEG", LIMITS)


def test_a_jpeg_with_data_after_its_end_is_accepted_with_a_warning(write: Writer) -> None:
    data = Path(write(photo(), "JPEG")).read_bytes()

    assert rendering.inspect(write(data), "JPEG", LIMITS).warnings == ()
    assert rendering.inspect(write(data + SECRET), "JPEG", LIMITS).warnings == ("trailing_data",)
    assert SECRET not in rendering.full(write(data + SECRET), "JPEG", False, LIMITS)


def test_exif_that_makes_no_sense_does_not_refuse_the_picture(write: Writer) -> None:
    data = Path(write(photo(), "JPEG")).read_bytes()
    broken = b"Exif\0\0MM\0*\0\0\0\x08\0\x02\x87\x69\0\x04\0\0\0\x01\0\0\0\x08" + b"\xff" * 40
    path = write(data[:2] + struct.pack(">BBH", 0xFF, 0xE1, len(broken) + 2) + broken + data[2:])

    seen = rendering.inspect(path, "JPEG", LIMITS)

    assert (seen.exif, seen.taken_at) == ({}, None)
    assert (seen.width, seen.height) == (480, 360)


def test_exif_and_time_are_read(write: Writer) -> None:
    exif = Image.Exif()
    exif[Base.Model] = "Box Brownie"
    exif.get_ifd(IFD.Exif)[Base.DateTimeOriginal] = "2024:05:01 10:20:30"
    for format_name, pillow_name in PILLOW_NAMES.items():
        if format_name in ("GIF", "TIFF"):  # GIF has no EXIF, and Pillow writes none of these tags to TIFF
            continue
        seen = rendering.inspect(write(photo(), pillow_name, exif=exif), format_name, LIMITS)
        assert (seen.exif, seen.taken_at) == ({"camera": "Box Brownie"}, "2024-05-01T10:20:30"), format_name


@pytest.mark.parametrize("format_name", ["JPEG", "PNG", "GIF", "WebP"])
def test_full_is_lossless_where_the_format_allows_it(format_name: str, write: Writer) -> None:
    path = write(photo(), PILLOW_NAMES[format_name])
    data = Path(path).read_bytes()

    full = rendering.full(path, format_name, False, LIMITS)

    assert full == stripping.strip(data, format_name)
    assert opened(full).tobytes() == opened(data).tobytes()


@pytest.mark.parametrize("format_name", ["HEIC", "AVIF", "TIFF"])
def test_full_is_a_jpeg_or_a_png_where_browsers_differ(format_name: str, write: Writer) -> None:
    opaque = write(photo(), PILLOW_NAMES[format_name], quality=95)
    translucent = photo().convert("RGBA")
    translucent.putalpha(100)
    pierced = write(translucent, PILLOW_NAMES[format_name], quality=95)

    jpeg = opened(rendering.full(opaque, format_name, False, LIMITS))
    png = opened(rendering.full(pierced, format_name, True, LIMITS))

    assert rendering.inspect(pierced, format_name, LIMITS).has_alpha
    assert (jpeg.format, png.format, png.mode) == ("JPEG", "PNG", "RGBA")
    assert jpeg.size == png.size == (480, 360)
    assert likeness(jpeg, photo()) < 4
    assert is_near(cast(tuple[int, ...], png.getpixel((300, 200)))[3:], (100,), by=3)


def test_a_file_that_decodes_but_cannot_be_parsed_is_encoded_again(write: Writer) -> None:
    data = Path(write(photo(), "PNG")).read_bytes()
    path = write(data[: data.rindex(b"IEND") - 4])
    with pytest.raises(ValueError, match="PNG"):
        stripping.strip(Path(path).read_bytes(), "PNG")

    full = opened(rendering.full(path, "PNG", False, LIMITS))

    assert full.format == "PNG"
    assert full.tobytes() == photo().tobytes()


def test_what_went_wrong_survives_the_way_between_processes() -> None:
    error = pickle.loads(pickle.dumps(Unreadable("too_many_frames", "Too many.", 300)))  # noqa: S301

    assert (error.code, error.message, error.limit, str(error)) == ("too_many_frames", "Too many.", 300, "Too many.")


def test_rendering_leaves_the_warnings_of_others_alone(write: Writer) -> None:
    rendering.inspect(write(photo(), "JPEG"), "JPEG", LIMITS)

    with pytest.warns(UserWarning, match="still heard"):
        warnings.warn("still heard", stacklevel=1)


@pytest.mark.skipif(not SAMPLES.is_dir(), reason="the shared samples are not here")
def test_a_photo_turned_by_exif_looks_like_the_upright_one() -> None:
    turned = rendered(str(SAMPLES / "people/portrait-orientation-6.jpg"), "JPEG")["preview"]
    upright = rendered(str(SAMPLES / "people/portrait.jpg"), "JPEG")["preview"]

    assert turned.size == upright.size
    assert likeness(turned, upright) < 6
