"""The forms that a picture may have inside its file: coding, depth, colour space, shape. Asserted by their pixels."""

import struct
import subprocess
import sys
import zlib
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import pillow_heif
import pytest
from PIL import Image, ImageChops, ImageCms, ImageStat

from images import formats, rendering, variants
from images.rendering import Limits, Unreadable

PROJECT = Path(__file__).resolve().parents[2]
SAMPLES = Path(__file__).resolve().parents[3] / "shared/samples"
LIMITS = Limits(max_pixels=120_000_000, max_frames=300)
ORANGE = (230, 120, 30)
needs_samples = pytest.mark.skipif(not SAMPLES.is_dir(), reason="the shared samples are not here")

Writer = Callable[..., str]


@pytest.fixture
def write(tmp_path: Path) -> Writer:
    count = iter(range(1000))

    def write_file(content: Image.Image | bytes, pillow_name: str = "", **options: Any) -> str:
        path = tmp_path / f"file{next(count)}"
        if isinstance(content, bytes):
            path.write_bytes(content)
        else:
            content.save(path, pillow_name, **options)
        return str(path)

    return write_file


def halves(mode: str = "RGB", size: tuple[int, int] = (1800, 400)) -> Image.Image:
    """Orange at the left, blue at the right."""
    image = Image.new("RGB", size, ORANGE)
    image.paste((20, 40, 200), (size[0] // 2, 0, *size))
    return image.convert(mode)


def pixel(image: Image.Image, x: float, y: float = 0.5) -> tuple[int, ...]:
    found = image.convert("RGB").getpixel((int(image.width * x), int(image.height * y)))
    assert isinstance(found, tuple)
    return tuple(int(value) for value in found)


def is_near(found: tuple[int, ...], wanted: tuple[int, ...], by: int = 6) -> bool:
    return all(abs(one - other) <= by for one, other in zip(found, wanted, strict=True))


def pictures(path: str, format_name: str) -> Iterator[Image.Image]:
    """What is made of a file that inspection lets through: preview, thumb, full size."""
    seen = rendering.inspect(path, format_name, LIMITS)
    made = rendering.render(path, format_name, variants.EAGER, LIMITS).files
    for data in (*made.values(), rendering.full(path, format_name, seen.has_alpha, LIMITS)):
        with Image.open(BytesIO(data)) as image:
            yield image.copy()


def assert_halves(path: str, format_name: str, by: int = 6) -> None:
    for image in pictures(path, format_name):
        assert is_near(pixel(image, 0.25), ORANGE, by), image
        assert is_near(pixel(image, 0.75), (20, 40, 200), by), image


@pytest.mark.parametrize("subsampling", ["4:4:4", "4:2:2", "4:2:0"])
@pytest.mark.parametrize("progressive", [False, True])
def test_a_jpeg_of_every_coding(write: Writer, subsampling: str, progressive: bool) -> None:
    assert_halves(write(halves(), "JPEG", subsampling=subsampling, progressive=progressive, quality=92), "JPEG")


def ycck(image: Image.Image) -> bytes:
    """A CMYK picture as Adobe's programs write it: inverted, the first three channels as YCbCr."""
    cyan, magenta, yellow, black = image.split()
    luma, blue, red = Image.merge("RGB", (cyan, magenta, yellow)).convert("YCbCr").split()
    out = BytesIO()
    # Pillow inverts what it writes, so the channels are inverted before.
    Image.merge("CMYK", (*map(ImageChops.invert, (luma, blue, red)), black)).save(out, "JPEG", quality=95)
    data = out.getvalue()
    transform = data.index(b"Adobe") + 11
    assert data[transform] == 0
    return data[:transform] + b"\x02" + data[transform + 1 :]


@pytest.mark.parametrize("coding", ["CMYK", "YCCK"])
def test_a_jpeg_for_print(write: Writer, coding: str) -> None:
    image = Image.new("CMYK", (900, 600), (0, 255, 255, 0))
    image.paste((255, 255, 0, 0), (450, 0, 900, 600))
    path = write(ycck(image)) if coding == "YCCK" else write(image, "JPEG", quality=95)

    for shown in list(pictures(path, "JPEG"))[:2]:
        assert is_near(pixel(shown, 0.25), (255, 0, 0), by=8)
        assert is_near(pixel(shown, 0.75), (0, 0, 255), by=8)


def png(width: int, height: int, depth: int, colour_type: int, rows: bytes, *, interlaced: bool = False) -> bytes:
    def chunk(kind: bytes, payload: bytes) -> bytes:
        return struct.pack(">I", len(payload)) + kind + payload + struct.pack(">I", zlib.crc32(kind + payload))

    header = struct.pack(">IIBBBBB", width, height, depth, colour_type, 0, 0, interlaced)
    parts = chunk(b"IHDR", header), chunk(b"IDAT", zlib.compress(rows)), chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


@pytest.mark.parametrize(("colour_type", "samples"), [(0, (120,)), (2, ORANGE), (4, (120, 255)), (6, (*ORANGE, 255))])
def test_a_png_of_16_bits(write: Writer, colour_type: int, samples: tuple[int, ...]) -> None:
    row = b"\0" + struct.pack(f">{len(samples)}H", *(sample * 257 for sample in samples)) * 60
    path = write(png(60, 40, 16, colour_type, row * 40))
    wanted = ORANGE if len(samples) > 2 else (120, 120, 120)

    for shown in pictures(path, "PNG"):
        shown = shown.point(lambda value: value / 257).convert("L") if shown.mode.startswith("I") else shown
        assert is_near(pixel(shown, 0.5), wanted)


def test_an_interlaced_png(write: Writer) -> None:
    size = 24
    picture = halves(size=(size, size))
    rows = b""
    for x0, y0, dx, dy in (
        (0, 0, 8, 8),
        (4, 0, 8, 8),
        (0, 4, 4, 8),
        (2, 0, 4, 4),
        (0, 2, 2, 4),
        (1, 0, 2, 2),
        (0, 1, 1, 2),
    ):
        for y in range(y0, size, dy):
            rows += b"\0" + b"".join(bytes(pixel(picture, x / size, y / size)) for x in range(x0, size, dx))

    assert_halves(write(png(size, size, 8, 2, rows, interlaced=True)), "PNG")


@pytest.mark.parametrize("pillow_name", ["PNG", "GIF", "TIFF"])
def test_a_picture_with_a_palette(write: Writer, pillow_name: str) -> None:
    format_ = next(format_ for format_ in formats.ACCEPTED if pillow_name in format_.pillow)

    assert_halves(write(halves().quantize(16), pillow_name), format_.name, by=10)


@pytest.mark.parametrize("compression", ["raw", "tiff_lzw", "tiff_deflate", "jpeg"])
def test_a_tiff_of_every_common_compression_and_its_first_page_of_two(write: Writer, compression: str) -> None:
    options = {"compression": compression, "save_all": True, "append_images": [Image.new("RGB", (50, 50), "green")]}
    path = write(halves(), "TIFF", **options)

    assert_halves(path, "TIFF")


def test_a_heic_of_10_bits(write: Writer, tmp_path: Path) -> None:
    samples = struct.pack("<3H", *(sample * 257 for sample in ORANGE))
    path = str(tmp_path / "deep.heic")
    deep = pillow_heif.from_bytes(mode="RGB;16", size=(640, 480), data=samples * 640 * 480)
    deep.save(path, quality=90)
    assert pillow_heif.open_heif(path, convert_hdr_to_8bit=False).info["bit_depth"] == 10

    for shown in pictures(path, "HEIC"):
        assert is_near(pixel(shown, 0.5), ORANGE)


@needs_samples
@pytest.mark.parametrize(
    ("name", "format_name", "size"),
    [
        ("motion-photo.heic", "HEIC", (3000, 4000)),
        ("iphone.heic", "HEIC", (4032, 3024)),
        ("8bit.avif", "AVIF", (1617, 1080)),
        ("10bit-hdr-p3.avif", "AVIF", None),
    ],
)
def test_real_files_of_phones_and_of_10_bits_look_as_decoded_in_full(
    name: str, format_name: str, size: tuple[int, int] | None
) -> None:
    path = str(SAMPLES / "formats" / name)
    seen = rendering.inspect(path, format_name, LIMITS)
    preview = Image.open(BytesIO(rendering.render(path, format_name, (variants.PREVIEW,), LIMITS).files["preview"]))
    whole = rendering.full_picture(path, format_name, LIMITS).convert("RGB")

    assert seen.frames == 1
    assert (seen.width, seen.height) == whole.size
    assert size in (None, whole.size)
    difference = ImageStat.Stat(ImageChops.difference(preview, whole.resize(preview.size))).mean
    assert max(difference) < 5
    assert min(ImageStat.Stat(preview).stddev) > 10


def display_p3() -> bytes:
    """Apple's wide colours: the sRGB profile of littleCMS with the primaries of Display P3, adapted to D50."""
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    primaries = {
        b"rXYZ": (0.51512, 0.24120, -0.00105),
        b"gXYZ": (0.29198, 0.69225, 0.04189),
        b"bXYZ": (0.15710, 0.06657, 0.78407),
    }
    (count,) = struct.unpack_from(">I", profile, 128)
    for entry in range(132, 132 + 12 * count, 12):
        tag, offset, _ = struct.unpack_from(">4sII", profile, entry)
        if tag in primaries:
            struct.pack_into(">3i", profile, offset + 8, *(round(value * 65536) for value in primaries[tag]))
    return bytes(profile).replace("sRGB".encode("utf-16-be"), "wide".encode("utf-16-be"))


@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
@pytest.mark.parametrize("size", [(300, 200), (4000, 60)])
def test_a_wide_gamut_becomes_srgb(write: Writer, mode: str, size: tuple[int, int]) -> None:
    image = Image.new("RGB", size, (200, 100, 50)).convert(mode)
    path = write(image, "PNG", icc_profile=display_p3())

    for data in rendering.render(path, "PNG", variants.EAGER, LIMITS).files.values():
        # By the matrix from Display P3 to sRGB and the curve of both (IEC 61966-2-1).
        assert is_near(pixel(Image.open(BytesIO(data)), 0.5), (215, 93, 31), by=4)


def test_a_wide_gamut_becomes_srgb_in_full_size_where_it_is_encoded_again(write: Writer) -> None:
    path = write(Image.new("RGB", (300, 200), (200, 100, 50)), "TIFF", icc_profile=display_p3())

    full = Image.open(BytesIO(rendering.full(path, "TIFF", False, LIMITS)))

    assert is_near(pixel(full, 0.5), (215, 93, 31), by=4)


@pytest.mark.parametrize("size", [(1, 1), (30_000, 1), (1, 30_000), (5000, 3)])
@pytest.mark.parametrize("pillow_name", ["JPEG", "PNG", "GIF", "TIFF"])
def test_every_shape_keeps_its_colour(write: Writer, pillow_name: str, size: tuple[int, int]) -> None:
    format_ = next(format_ for format_ in formats.ACCEPTED if pillow_name in format_.pillow)
    path = write(Image.new("RGB", size, ORANGE), pillow_name)

    preview, thumb, full = pictures(path, format_.name)

    assert (thumb.size, preview.size, full.size) == (variants.fitted(*size, 480), variants.fitted(*size, 1600), size)
    assert all(is_near(pixel(image, 0.5), ORANGE, by=8) for image in (thumb, preview, full))


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "L", "LA", "P", "1", "I;16"])
def test_shrinking_in_strips_gives_the_same_as_shrinking_the_whole(
    write: Writer, monkeypatch: pytest.MonkeyPatch, mode: str
) -> None:
    noise = Image.effect_noise((1453, 307), 90)
    if mode == "RGBA":
        noise = Image.merge("RGBA", (noise, noise.rotate(180), noise.transpose(Image.Transpose.FLIP_LEFT_RIGHT), noise))
    image = (
        noise.convert("F").point(lambda value: value * 250).convert("I;16") if mode == "I;16" else noise.convert(mode)
    )
    path = write(image, "PNG")

    monkeypatch.setattr("images.pixels._STRIP_PIXELS", 10_000)
    in_strips = rendering.render(path, "PNG", (variants.THUMB,), LIMITS)
    monkeypatch.setattr("images.pixels._STRIP_PIXELS", 10_000_000)

    assert in_strips == rendering.render(path, "PNG", (variants.THUMB,), LIMITS)


MEASURE = """
import resource, sys
from images import rendering, variants
limits = rendering.Limits(120_000_000, 300)
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
rendering.inspect(sys.argv[1], "PNG", limits)
rendering.render(sys.argv[1], "PNG", variants.EAGER, limits)
print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * 1024)
"""


@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
def test_a_large_picture_is_in_memory_once(write: Writer, mode: str) -> None:
    size = (8000, 3000)
    path = write(halves(mode, size), "PNG", compress_level=1, icc_profile=display_p3())

    command = [sys.executable, "-c", MEASURE, path]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=PROJECT)

    assert int(done.stdout) < 1.5 * 4 * size[0] * size[1]


def test_alpha_is_found_wherever_it_is(write: Writer) -> None:
    image = Image.new("RGBA", (2000, 2500), (*ORANGE, 255))
    assert not rendering.inspect(write(image, "PNG"), "PNG", LIMITS).has_alpha
    image.putpixel((1999, 2499), (*ORANGE, 254))
    assert rendering.inspect(write(image, "PNG"), "PNG", LIMITS).has_alpha


def test_invisible_colours_do_not_bleed_into_what_is_seen(write: Writer) -> None:
    image = Image.new("RGBA", (3000, 300), (*ORANGE, 255))
    for x in range(0, 3000, 2):
        image.paste((0, 255, 0, 0), (x, 0, x + 1, 300))

    made = rendering.render(write(image, "PNG"), "PNG", (variants.THUMB,), LIMITS).files["thumb"]
    shown = Image.open(BytesIO(made)).getpixel((240, 20))

    assert isinstance(shown, tuple)
    assert is_near(tuple(map(int, shown)), (*ORANGE, 128), by=8)


def test_a_decoder_that_fails_is_a_refusal(write: Writer) -> None:
    with pytest.raises(Unreadable, match="damaged"):
        rendering.inspect(write(b"II*\0\x08\0\0\0\xff\xff" + bytes(200)), "TIFF", LIMITS)
