"""What exiftool, the most thorough reader of metadata, finds in the files that others get: nothing.

It writes the tags first, into every container that can hold them: EXIF with position, thumbnail and maker note, XMP
(in a JPEG so long that it fills several segments), IPTC and Photoshop blocks, comments, Ducky, texts of a PNG in all
three kinds and two languages, its time. Pillow makes what exiftool doesn't: CMYK and YCCK with the Adobe segment that
says which, a profile split over two segments, a second picture behind MPF, animations. What no program writes (JFXX,
private chunks, data behind the end) is put in by `laden`.
"""

import json
import os
import shutil
import struct
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pillow_heif
import pytest
from PIL import Image, ImageChops, ImageOps, ImageStat
from PIL.ExifTags import IFD, Base
from PIL.PngImagePlugin import PngInfo

from images import formats, rendering, variants
from images.rendering import Limits
from images.tests.laden import (
    MAKERS,
    MARKER,
    SECRET,
    decoded,
    exif,
    frames,
    icc,
    picture,
    saved,
    segment,
)

pytestmark = [
    pytest.mark.program,
    pytest.mark.xdist_group("exiftool"),
    pytest.mark.skipif(
        shutil.which("exiftool") is None and os.environ.get("CI") != "true", reason="exiftool is not installed"
    ),
    pytest.mark.filterwarnings("ignore:Image appears to be a malformed MPO"),
]

LIMITS = Limits(120_000_000, 300)
LONG = 150_000
"""Characters of a description; a segment of a JPEG holds 65,533 bytes."""

# What exiftool may say of a file that others get, besides the colour profile and what it reads from the disk.
STRUCTURE = frozenset(
    """
    SourceFile File:FileType File:FileTypeExtension File:MIMEType File:ExifByteOrder File:ImageWidth File:ImageHeight
    File:EncodingProcess File:BitsPerSample File:ColorComponents File:YCbCrSubSampling
    JFIF:JFIFVersion JFIF:ResolutionUnit JFIF:XResolution JFIF:YResolution
    Adobe:DCTEncodeVersion Adobe:APP14Flags0 Adobe:APP14Flags1 Adobe:ColorTransform
    PNG:ImageWidth PNG:ImageHeight PNG:BitDepth PNG:ColorType PNG:Compression PNG:Filter PNG:Interlace PNG:ProfileName
    PNG:Palette PNG:Transparency PNG:Gamma PNG:WhitePointX PNG:WhitePointY PNG:RedX PNG:RedY PNG:GreenX PNG:GreenY
    PNG:BlueX PNG:BlueY PNG:SRGBRendering PNG:BackgroundColor PNG:SignificantBits
    PNG:AnimationFrames PNG:AnimationPlays
    PNG-pHYs:PixelsPerUnitX PNG-pHYs:PixelsPerUnitY PNG-pHYs:PixelUnits
    RIFF:ImageWidth RIFF:ImageHeight RIFF:WebP_Flags RIFF:VP8Version RIFF:HorizontalScale RIFF:VerticalScale
    RIFF:BackgroundColor RIFF:AnimationLoopCount RIFF:FrameCount RIFF:Duration RIFF:AlphaPreprocessing
    RIFF:AlphaFiltering RIFF:AlphaCompression
    GIF:GIFVersion GIF:ImageWidth GIF:ImageHeight GIF:HasColorMap GIF:ColorResolutionDepth GIF:BitsPerPixel
    GIF:BackgroundColor GIF:AnimationIterations GIF:TransparentColor GIF:FrameCount GIF:Duration
    """.split()  # noqa: SIM905 a list of eighty strings reads worse
)
COMPUTED = ("ExifTool:ExifToolVersion", "System:", "Composite:", "ICC")


class Served(NamedTuple):
    """An original, and the files of it that others get."""

    original: Path
    format_name: str
    files: dict[str, Path]


def exiftool(folder: Path, *arguments: str) -> dict[str, set[str]]:
    """The tags of every file in the folder by its name; one call for all, since each start takes a while."""
    command = ["exiftool", "-json", "-G1", "-a", "-u", "-ee", *arguments, str(folder)]
    answer = subprocess.run(command, check=True, capture_output=True, text=True)
    found = {Path(tags["SourceFile"]).name: tags for tags in json.loads(answer.stdout)}
    return {name: {tag for tag in tags if not tag.startswith(COMPUTED)} - STRUCTURE for name, tags in found.items()}


def large_icc() -> bytes:
    """The profile with padding at its end: valid, and too long for one segment of a JPEG."""
    padded = icc() + bytes(70_000)
    return struct.pack(">I", len(padded)) + padded[4:]


def with_jfif_thumbnail() -> bytes:
    """A thumbnail of two by two pixels behind the 12 bytes of the JFIF segment."""
    data = saved(picture(), "JPEG")
    return data[:2] + segment(0xE0, data[6:18] + b"\x02\x02" + bytes(12)) + data[20:]


def ycck() -> bytes:
    """A CMYK picture whose Adobe segment says that the channels are to be converted."""
    data = saved(picture("CMYK"), "JPEG", quality=90)
    transform = data.index(b"Adobe") + 11
    return data[:transform] + b"\x02" + data[transform + 1 :]


def with_maker_note(orientation: int = 1) -> Image.Exif:
    tags = exif(orientation)
    tags.get_ifd(IFD.Exif)[Base.MakerNote] = b"Maker\0" + MARKER
    return tags


def texts() -> PngInfo:
    info = PngInfo()
    info.add_text("Author", SECRET)
    info.add_text("Description", SECRET, zip=True)
    info.add_itxt("Warning", SECRET, "de", "Warnung", zip=True)
    return info


def animated(
    format_name: str, image: Callable[[Image.Image], Image.Image] = lambda frame: frame, **options: Any
) -> bytes:
    first, *rest = map(image, frames())
    return saved(first, format_name, save_all=True, append_images=rest, duration=70, **options)


def pictures() -> dict[str, bytes]:
    """Files for exiftool to write into, one for each kind of content that a container has."""
    tags, turned = with_maker_note().tobytes(), with_maker_note(6).tobytes()
    return {
        "plain.jpg": saved(picture(), "JPEG", exif=tags),
        "turned.jpg": saved(picture(), "JPEG", exif=turned, icc_profile=icc()),
        "progressive.jpg": saved(picture(), "JPEG", exif=tags, progressive=True, icc_profile=large_icc()),
        "grey.jpg": saved(picture("L"), "JPEG"),
        "rgb.jpg": saved(picture(), "JPEG", keep_rgb=True),
        "cmyk.jpg": saved(picture("CMYK"), "JPEG"),
        "ycck.jpg": ycck(),
        "jfif.jpg": with_jfif_thumbnail(),
        "several.jpg": animated("MPO", exif=tags),
        "plain.png": saved(picture(), "PNG", exif=tags, pnginfo=texts()),
        "turned.png": saved(picture("RGBA"), "PNG", exif=turned, icc_profile=icc(), dpi=(72, 72)),
        "palette.png": saved(picture().quantize(16), "PNG", transparency=3),
        "animated.png": animated("PNG"),
        "lossy.webp": saved(picture(), "WEBP", exif=tags),
        "turned.webp": saved(picture("RGBA"), "WEBP", exif=turned, lossless=True, icc_profile=icc()),
        "alpha.webp": saved(picture("RGBA"), "WEBP"),
        "animated.webp": animated("WEBP"),
        "still.gif": saved(picture().quantize(32), "GIF", comment=MARKER),
        "animated.gif": animated("GIF", lambda frame: frame.quantize(32), loop=3),
        "plain.tiff": saved(picture(), "TIFF", exif=tags),
        "alpha.tiff": saved(picture("RGBA"), "TIFF", compression="tiff_lzw"),
        "plain.heic": saved(picture(), "HEIF", exif=tags),
        "alpha.heic": saved(picture("RGBA"), "HEIF"),
        "plain.avif": saved(picture(), "AVIF", exif=tags),
        "alpha.avif": saved(picture("RGBA"), "AVIF"),
    }


# What exiftool must find in a file before it is served, so that finding nothing afterwards means something.
EXIF = {"IFD0:Artist", "GPS:GPSLatitude", "GPS:GPSLongitude", "ExifIFD:Flash", "IFD1:ThumbnailImage"}
XMP = {"XMP-dc:Creator", "XMP-dc:Description", "XMP-exif:GPSLatitude"}
IPTC = {"IPTC:City", "Photoshop:URL"}
LADEN = {
    ".jpg": EXIF | XMP | IPTC | {"XMP-xmpNote:HasExtendedXMP", "File:Comment", "Ducky:Comment"},
    ".png": EXIF | XMP | IPTC | {"PNG:Title", "PNG:Title-fr", "PNG:ModifyDate", "PNG:Comment"},
    ".webp": EXIF | XMP,
    ".gif": XMP | {"File:Comment"},
    ".tiff": EXIF - {"IFD1:ThumbnailImage"} | XMP | IPTC,
    ".heic": EXIF | XMP,
    ".avif": EXIF | XMP,
}
LADEN_BESIDES = {
    "plain.jpg": {"ExifTool:Warning"},  # of a maker note that it doesn't know,
    "jfif.jpg": {"JFIF:ThumbnailTIFF"},
    "several.jpg": {"MPF0:NumberOfImages", "MPImage2:MPImageType"},
    "plain.png": {"PNG:Author", "PNG:Description", "PNG:PNGWarning-de"},
}


def write_tags(folder: Path) -> None:
    """Fills the files of the folder with what each of them can hold."""
    thumbnail, words = folder.parent / "thumbnail", folder.parent / "words"
    thumbnail.write_bytes(saved(picture(), "JPEG"))
    words.write_text(f"{SECRET} " * (LONG // len(SECRET)))
    named = ("EXIF:Artist", "XMP-dc:Creator", "IPTC:City", "Photoshop:URL", "Comment", "PNG:Comment", "Ducky:Comment")
    command = [
        *("exiftool", "-quiet", "-ignoreMinorErrors", "-overwrite_original"),
        *(f"-{name}={SECRET}" for name in (*named, "PNG:Title", "PNG:Title-fr")),
        *("-EXIF:GPSLatitude=48.86", "-EXIF:GPSLatitudeRef=N", "-EXIF:GPSLongitude=2.29", "-EXIF:GPSLongitudeRef=E"),
        *("-XMP-exif:GPSLatitude=48.86", "-ExifIFD:Flash#=1", "-PNG:ModifyDate=2024:01:01 00:00:00"),
        *(f"-ThumbnailImage<={thumbnail}", f"-XMP-dc:Description<={words}"),
        str(folder),
    ]
    subprocess.run(command, check=True, capture_output=True)


def serve(original: Path, folder: Path) -> Served:
    """Makes of an original all that others get."""
    kind = formats.sniff(original.read_bytes()[:4096])
    assert kind is not None, original
    has_alpha = original.stem == "alpha"
    made = rendering.render(str(original), kind.name, variants.EAGER, LIMITS).files
    made["full"] = rendering.full(str(original), kind.name, has_alpha, LIMITS)
    files = {}
    for variant, data in made.items():
        is_full = variant == "full"
        extension = (
            variants.link_format(kind.name, has_alpha).extension if is_full else variants.BY_NAME[variant].extension
        )
        files[variant] = folder / f"{original.name}.{variant}.{extension}"
        files[variant].write_bytes(data)
    return Served(original, kind.name, files)


@pytest.fixture(scope="module")
def laden(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of originals that are full of metadata."""
    folder = tmp_path_factory.mktemp("exiftool") / "laden"
    folder.mkdir()
    pillow_heif.register_heif_opener()
    for name, data in pictures().items():
        (folder / name).write_bytes(data)
    write_tags(folder)
    for format_name, make in MAKERS.items():
        (folder / f"made.{formats.BY_NAME[format_name].extension}").write_bytes(make())
    return folder


@pytest.fixture(scope="module")
def served(laden: Path) -> dict[str, Served]:
    folder = laden.parent / "served"
    folder.mkdir()
    return {path.name: serve(path, folder) for path in sorted(laden.iterdir())}


def opened(path: Path) -> Image.Image:
    """As people see it: upright, on white."""
    with Image.open(path) as image:
        upright = ImageOps.exif_transpose(image).convert("RGBA")
    return Image.alpha_composite(Image.new("RGBA", upright.size, "white"), upright).convert("RGB")


def difference(one: Image.Image, other: Image.Image) -> float:
    """The mean difference, 0 to 255."""
    return sum(ImageStat.Stat(ImageChops.difference(one, other)).mean) / 3


def test_the_originals_are_full_of_metadata(laden: Path) -> None:
    found = exiftool(laden)
    missing = {
        name: expected - found[name]
        for name in pictures()
        for expected in [LADEN[Path(name).suffix] | LADEN_BESIDES.get(name, set())]
    }
    assert {name: tags for name, tags in missing.items() if tags} == {}


def test_exiftool_finds_structure_alone_in_all_that_others_get(served: dict[str, Served]) -> None:
    found = exiftool(next(iter(served.values())).files["full"].parent)
    assert len(found) == 3 * len(served)
    orientation = {name for name, tags in found.items() if tags == {"IFD0:Orientation"}}
    assert orientation == {f"turned.{extension}.full.{extension}" for extension in ("jpg", "png", "webp")}
    assert {name: tags for name, tags in found.items() if tags and name not in orientation} == {}


def test_no_file_that_others_get_holds_a_byte_of_what_was_hidden(served: dict[str, Served]) -> None:
    for each in served.values():
        for path in each.files.values():
            assert MARKER not in path.read_bytes(), path.name


def test_what_is_stripped_without_encoding_keeps_every_pixel_of_every_frame(served: dict[str, Served]) -> None:
    lossless = [each for each in served.values() if each.format_name in MAKERS]
    assert len(lossless) == 19 + len(MAKERS)
    for each in lossless:
        if each.original.name != "several.jpg":
            full = each.files["full"].read_bytes()
            assert decoded(full) == decoded(each.original.read_bytes()), each.original.name


def test_of_several_pictures_in_a_jpeg_the_first_keeps_its_pixels(served: dict[str, Served]) -> None:
    each = served["several.jpg"]
    with Image.open(each.original) as original, Image.open(each.files["full"]) as full:
        assert (original.format, full.format) == ("MPO", "JPEG")
        assert full.tobytes() == original.tobytes()


def test_colour_profiles_stay_whole_in_the_full_picture(served: dict[str, Served]) -> None:
    for name, profile in {"progressive.jpg": large_icc(), "turned.png": icc(), "turned.webp": icc()}.items():
        with Image.open(served[name].files["full"]) as image:
            assert image.info["icc_profile"] == profile, name


def test_all_that_others_get_looks_like_the_original(served: dict[str, Served]) -> None:
    for each in served.values():
        wanted = opened(each.original)
        for path in each.files.values():
            shown = opened(path)
            assert shown.size == wanted.size, path.name
            assert difference(shown, wanted) < 12, path.name
