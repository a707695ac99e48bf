from io import BytesIO
from pathlib import Path

import pillow_heif
import pytest
from PIL import Image

from images import formats, variants

pillow_heif.register_heif_opener()

SAMPLES = Path(__file__).resolve().parents[3] / "shared/samples"


def made(format_name: str) -> bytes:
    out = BytesIO()
    Image.new("RGB", (16, 16), "teal").save(out, format_name)
    return out.getvalue()


def ftyp(major: bytes, *compatible: bytes) -> bytes:
    body = b"ftyp" + major + b"\0\0\0\0" + b"".join(compatible)
    return (len(body) + 4).to_bytes(4, "big") + body + b"\0\0\0\x08free"


@pytest.mark.parametrize(
    ("pillow_name", "expected"),
    [
        ("JPEG", formats.JPEG),
        ("MPO", formats.JPEG),
        ("PNG", formats.PNG),
        ("GIF", formats.GIF),
        ("WEBP", formats.WEBP),
        ("AVIF", formats.AVIF),
        ("HEIF", formats.HEIC),
        ("TIFF", formats.TIFF),
    ],
)
def test_what_pillow_writes_is_known_by_its_first_64_bytes(pillow_name: str, expected: formats.Format) -> None:
    data = made(pillow_name)

    assert formats.sniff(data[:64]) is expected
    with Image.open(BytesIO(data), formats=expected.pillow) as image:
        assert image.size == (16, 16)


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        (ftyp(b"mif1", b"mif1", b"heic"), formats.HEIC),
        (ftyp(b"mif1", b"mif1", b"avif", b"miaf"), formats.AVIF),
        (ftyp(b"msf1", b"avis"), formats.AVIF),
        (ftyp(b"mif1"), formats.HEIC),
        (ftyp(b"heix"), formats.HEIC),
        (ftyp(b"hevc", b"msf1"), formats.HEIC),
        (ftyp(b"avis", b"msf1"), formats.AVIF),
        (ftyp(b"isom", b"avif"), None),
        (b"II+\0\x08\0\0\0", formats.TIFF),
        (b"II*\0\x10\0\0\0CR\x02\0", None),
        (b"GIF88a", None),
        (b"\xff\xd8", None),
        (b"", None),
    ],
)
def test_brands_and_near_misses_are_told_apart(head: bytes, expected: formats.Format | None) -> None:
    assert formats.sniff(head) is expected


def test_a_brand_after_the_end_of_the_file_type_box_does_not_count() -> None:
    assert formats.sniff(ftyp(b"mif1", b"heic") + b"avif" * 4) is formats.HEIC


@pytest.mark.parametrize(
    ("head", "name"),
    [
        (b"\xff\x0a\xfa\x7f", "JPEG XL"),
        (b"\0\0\0\x0cJXL \r\n\x87\n", "JPEG XL"),
        (b"%PDF-1.7\n", "PDF"),
        (b"PK\x03\x04\x14\0", "ZIP"),
        (b"8BPS\0\x01", "Photoshop"),
        (made("BMP")[:64], "BMP"),
        (b"<!DOCTYPE html><html>", "HTML"),
        (b"\xef\xbb\xbf  <HTML lang=en>", "HTML"),
        (b'<svg xmlns="http://www.w3.org/2000/svg">', "SVG"),
        (b'<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/', "SVG"),
        (b'<?xml version="1.0"?><feed>', "XML"),
        (ftyp(b"isom", b"mp42"), "MP4 video"),
        (ftyp(b"qt  "), "QuickTime video"),
        (ftyp(b"crx "), "Canon raw"),
        (b"II*\0\x10\0\0\0CR\x02\0", "Canon raw"),
        (b"RIFF\x10\0\0\0AVI LIST", "AVI video"),
        (b"MZ\x90\0", "Windows program"),
        (b"hello", "unknown"),
        (b"", "unknown"),
    ],
)
def test_refused_content_is_named(head: bytes, name: str) -> None:
    assert formats.sniff(head) is None
    assert formats.describe(head) == name


@pytest.mark.skipif(not SAMPLES.is_dir(), reason="the shared samples are not here")
def test_every_sample_has_the_format_of_its_extension() -> None:
    extensions = {format_.extension: format_ for format_ in formats.ACCEPTED}
    paths = [path for path in SAMPLES.glob("*/*") if path.is_file()]

    assert len(paths) > 20
    for path in paths:
        assert formats.sniff(path.read_bytes()[:64]) is extensions.get(path.suffix[1:]), path


@pytest.mark.parametrize(
    ("size", "edge_px", "expected"),
    [
        ((4000, 3000), 1600, (1600, 1200)),
        ((3000, 4000), 480, (360, 480)),
        ((300, 200), 480, (300, 200)),
        ((30_000, 1), 480, (480, 1)),
        ((1, 1), 480, (1, 1)),
        ((9000, 7000), None, (9000, 7000)),
    ],
)
def test_variants_fit_their_square_and_never_grow(
    size: tuple[int, int], edge_px: int | None, expected: tuple[int, int]
) -> None:
    assert variants.fitted(*size, edge_px) == expected


def test_storage_names_spread_over_folders_by_the_start_of_the_key() -> None:
    assert variants.original_name("abcdef", "jpg") == "originals/ab/abcdef.jpg"
    assert variants.derived_name("abcdef", "thumb", "webp") == "derived/ab/abcdef/thumb.webp"


@pytest.mark.parametrize(
    ("format_name", "has_alpha", "expected"),
    [
        ("JPEG", False, "JPEG"),
        ("PNG", False, "PNG"),
        ("GIF", True, "GIF"),
        ("WebP", True, "WebP"),
        ("HEIC", False, "JPEG"),
        ("AVIF", True, "PNG"),
        ("TIFF", True, "PNG"),
        ("TIFF", False, "JPEG"),
    ],
)
def test_a_direct_link_serves_what_every_browser_shows(format_name: str, has_alpha: bool, expected: str) -> None:
    assert variants.link_format(format_name, has_alpha).name == expected
