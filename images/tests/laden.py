"""Pictures for tests, laden with metadata in every place that their container has for it."""

import random
import struct
from collections.abc import Callable
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

from PIL import Image, ImageCms, ImageSequence
from PIL.ExifTags import GPS, IFD, Base
from PIL.PngImagePlugin import PngInfo

SECRET = "Secret-Place-7"
MARKER = SECRET.encode()
XMP = (
    '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    f'<rdf:Description xmlns:dc="http://purl.org/dc/elements/1.1/" dc:source="{SECRET}"/></rdf:RDF></x:xmpmeta>'
).encode()
IPTC = b"Photoshop 3.0\x008BIM\x04\x04\0\0\0\0\0\x13\x1c\x02\x5a\0\x0e" + MARKER + b"\0"
SAMPLES = Path(__file__).resolve().parents[3] / "shared/samples"


def exif(orientation: int = 1) -> Image.Exif:
    tags = Image.Exif()
    tags[Base.Orientation] = orientation
    tags[Base.Artist] = SECRET
    tags.get_ifd(IFD.Exif)[Base.UserComment] = b"ASCII\0\0\0" + MARKER
    place = tags.get_ifd(IFD.GPSInfo)
    place[GPS.GPSLatitudeRef] = "N"
    place[GPS.GPSLatitude] = (48.0, 51.0, 29.5)
    return tags


def picture(mode: str = "RGB", size: tuple[int, int] = (64, 48), seed: int = 1) -> Image.Image:
    channels = len(Image.new(mode, (1, 1)).getbands())
    noise = random.Random(seed).randbytes((size[0] // 8) * (size[1] // 8) * channels)
    return Image.frombytes(mode, (size[0] // 8, size[1] // 8), noise).resize(size, Image.Resampling.BILINEAR)


def frames() -> list[Image.Image]:
    return [picture(seed=seed) for seed in range(4)]


def saved(image: Image.Image, format_name: str, **options: Any) -> bytes:
    out = BytesIO()
    image.save(out, format_name, **options)
    return out.getvalue()


@cache
def icc() -> bytes:
    """Made once: a profile carries the second of its making."""
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def segment(marker: int, payload: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, marker, len(payload) + 2) + payload


def jpeg(orientation: int = 1, **options: Any) -> bytes:
    data = saved(
        picture(), "JPEG", exif=exif(orientation), xmp=XMP, comment=MARKER, icc_profile=icc(), quality=90, **options
    )
    extra = ((0xED, IPTC), (0xE0, b"JFXX\0\x13" + MARKER), (0xEF, MARKER), (0xE2, b"MPF\0" + MARKER))
    return data[:2] + b"".join(segment(*each) for each in extra) + data[2:] + MARKER


def png(orientation: int = 1, **options: Any) -> bytes:
    text = PngInfo()
    text.add_text("Title", SECRET)
    text.add_text("Comment", SECRET, zip=True)
    text.add_itxt("XML:com.adobe.xmp", XMP.decode())
    text.add(b"tIME", b"\x07\xe8\x01\x01\0\0\0")
    text.add(b"prVt", MARKER)
    image = options.pop("image", None) or picture("RGBA")
    data = saved(image, "PNG", exif=exif(orientation), pnginfo=text, icc_profile=icc(), dpi=(72, 72), **options)
    return data + MARKER


def webp(orientation: int = 1, **options: Any) -> bytes:
    image = options.pop("image", None) or picture("RGBA")
    data = saved(image, "WEBP", exif=exif(orientation), xmp=XMP, icc_profile=icc(), lossless=True, **options)
    chunk = b"JUNK" + struct.pack("<I", len(MARKER)) + MARKER
    return b"RIFF" + struct.pack("<I", len(data) - 8 + len(chunk)) + data[8:] + chunk + MARKER


def gif(orientation: int = 1, **options: Any) -> bytes:
    assert orientation == 1
    first, *rest = (frame.quantize(32) for frame in frames())
    data = saved(first, "GIF", save_all=True, append_images=rest, loop=3, duration=50, comment=MARKER, **options)
    xmp = b"\x21\xff\x0bXMP DataXMP" + bytes((len(MARKER),)) + MARKER + b"\0"
    plain = b"\x21\x01\x0c" + bytes(12) + bytes((len(MARKER),)) + MARKER + b"\0"
    return data[:-1] + xmp + plain + b"\x3b" + MARKER


def decoded(data: bytes) -> list[tuple[Any, ...]]:
    with Image.open(BytesIO(data)) as image:
        return [
            (frame.size, frame.info.get("duration"), frame.convert("RGBA").tobytes())
            for frame in ImageSequence.Iterator(image)
        ]


MAKERS: dict[str, Callable[..., bytes]] = {"JPEG": jpeg, "PNG": png, "WebP": webp, "GIF": gif}
