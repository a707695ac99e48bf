"""Pictures for tests, made by Pillow; each call with another seed gives other bytes."""

import io
from itertools import count
from typing import Any

import piexif
from PIL import Image

_seeds = count(1)


def begin(seed: int) -> None:
    """Makes the pictures that follow those that always follow this seed."""
    global _seeds
    _seeds = count(seed)


def picture(size: tuple[int, int] = (64, 48), mode: str = "RGB", seed: int | None = None) -> Image.Image:
    """A gradient that differs from call to call."""
    seed = next(_seeds) if seed is None else seed
    image = Image.linear_gradient("L").resize(size).convert(mode)
    image.putpixel((0, 0), tuple((seed >> shift) % 256 for shift in (0, 4, 8, 12))[: len(image.getbands())])
    image.putpixel((size[0] - 1, size[1] - 1), tuple((seed * 7 + band) % 256 for band in range(len(image.getbands()))))
    return image


def encoded(image: Image.Image, format_name: str, **options: Any) -> bytes:
    out = io.BytesIO()
    image.save(out, format_name, **options)
    return out.getvalue()


def jpeg(size: tuple[int, int] = (64, 48), seed: int | None = None, **options: Any) -> bytes:
    return encoded(picture(size, seed=seed), "JPEG", quality=95, **options)


def png(size: tuple[int, int] = (64, 48), mode: str = "RGB", **options: Any) -> bytes:
    return encoded(picture(size, mode), "PNG", **options)


def gif(frames: int = 3, size: tuple[int, int] = (32, 24)) -> bytes:
    first, *rest = [picture(size, "L").rotate(90 * number) for number in range(frames)]
    return encoded(first, "GIF", save_all=True, append_images=rest, duration=80)


def jpeg_with_position(orientation: int = 1) -> bytes:
    """A photo as a phone writes it: camera, time, position, orientation."""
    exif = {
        "0th": {
            piexif.ImageIFD.Make: b"Nikon",
            piexif.ImageIFD.Model: b"Nikon D60",
            piexif.ImageIFD.Orientation: orientation,
        },
        "Exif": {piexif.ExifIFD.DateTimeOriginal: b"2024:05:06 07:08:09", piexif.ExifIFD.ISOSpeedRatings: 200},
        "GPS": {
            piexif.GPSIFD.GPSLatitudeRef: b"N",
            piexif.GPSIFD.GPSLatitude: ((52, 1), (31, 1), (0, 1)),
            piexif.GPSIFD.GPSLongitudeRef: b"E",
            piexif.GPSIFD.GPSLongitude: ((13, 1), (24, 1), (0, 1)),
        },
    }
    return jpeg(exif=piexif.dump(exif))
