"""Steps from decoded pixels to what is shown: 8 bits a channel, sRGB, upright, smaller.

Where a picture is shrunk, whatever else it needs happens to a strip or to the small picture, so that of a large one
there is never a second copy.
"""

import io
from collections.abc import Iterator
from functools import lru_cache
from typing import Final, cast

from PIL import Image, ImageCms
from PIL.Image import Resampling, Transpose

_TRANSPOSITIONS: Final = {
    2: Transpose.FLIP_LEFT_RIGHT,
    3: Transpose.ROTATE_180,
    4: Transpose.FLIP_TOP_BOTTOM,
    5: Transpose.TRANSPOSE,
    6: Transpose.ROTATE_270,
    7: Transpose.TRANSVERSE,
    8: Transpose.ROTATE_90,
}
_WITH_ALPHA: Final = frozenset(("RGBA", "RGBa", "PA", "LA", "La"))
_OPAQUE: Final = {"1": "L", "L": "L", "P": "RGB", "RGB": "RGB", "RGBX": "RGB", "YCbCr": "RGB", "CMYK": "CMYK"}
_DEEP: Final = frozenset(("I;16", "I;16L", "I;16B", "I;16N", "I", "F"))
MODES: Final = _WITH_ALPHA | _OPAQUE.keys() | _DEEP
"""The modes that `plain` understands."""

_MOST_PROFILE_BYTES: Final = 4 << 20
"""Of an ICC profile; a larger one is left out, since the last few of other files stay in memory."""
_HAMMING_FROM: Final = 1.15
_STRIP_PIXELS: Final = 2_000_000


def plain(image: Image.Image) -> Image.Image:
    """The decoded picture as 8-bit L, RGB, RGBA or CMYK; the ICC profile stays in `info`."""
    return _plain(image, _darkest_and_brightest(image))


def shrunk(image: Image.Image, size: tuple[int, int]) -> Image.Image:
    """As `plain`, and of this size: a box reduction by the whole factor, then a filter for the rest.

    Where the rest is large, BICUBIC is slow and HAMMING hardly worse: over the camera photos of
    benchmarks/rendering.py it costs 0.001 of SSIM and saves a sixth of the time to decode and resize.
    """
    if image.size == size:
        return plain(image)
    factors = max(1, image.width // size[0]), max(1, image.height // size[1])
    box = 0, 0, image.width / factors[0], image.height / factors[1]
    rest = max(box) / max(size)
    resample = Resampling.BICUBIC if rest < _HAMMING_FROM else Resampling.HAMMING
    small = _reduced(image, factors).resize(size, resample, box)
    return small.convert("RGBA") if small.mode == "RGBa" else small


def resized(image: Image.Image, size: tuple[int, int]) -> Image.Image:
    """A step down from one variant to the next."""
    return image if image.size == size else image.resize(size, Resampling.BICUBIC, reducing_gap=1.5)


def turned(image: Image.Image, orientation: int) -> Image.Image:
    """Upright, by the EXIF orientation."""
    transposition = _TRANSPOSITIONS.get(orientation)
    return image if transposition is None else image.transpose(transposition)


def srgb(image: Image.Image) -> Image.Image:
    """L, RGB or RGBA in sRGB by the embedded profile, which is left out when it is broken."""
    profile = image.info.get("icc_profile")
    if profile and len(profile) <= _MOST_PROFILE_BYTES and (transform := _to_srgb(profile, image.mode)):
        if image.mode == transform.output_mode:
            image = image.copy() if image.readonly else image
            transform.apply_in_place(image)
            return image
        return transform.apply(image)
    return image.convert("RGB") if image.mode == "CMYK" else image


def flattened(image: Image.Image) -> Image.Image:
    """On white, where the picture has alpha."""
    if image.mode != "RGBA":
        return image
    return Image.alpha_composite(Image.new("RGBA", image.size, "white"), image).convert("RGB")


def is_translucent(image: Image.Image) -> bool:
    """Whether a pixel isn't opaque."""
    if not image.has_transparency_data:
        return False
    alphas = (strip.convert("RGBA").getchannel("A").getextrema() for strip, _ in _strips(image, 1))
    return any(cast(tuple[int, int], alpha)[0] < 255 for alpha in alphas)


def _reduced(image: Image.Image, factors: tuple[int, int]) -> Image.Image:
    """Plain, but RGBa for RGBA, and each block of this many pixels is one, their average."""
    if factors == (1, 1):
        reduced = plain(image)
        return reduced.convert("RGBa") if reduced.mode == "RGBA" else reduced
    if image.mode in ("L", "RGB", "CMYK") and not image.has_transparency_data:
        return image.reduce(factors)
    depth = _darkest_and_brightest(image)
    small: Image.Image | None = None
    for strip, top in _strips(image, factors[1]):
        part = _plain(strip, depth)
        part = (part.convert("RGBa") if part.mode == "RGBA" else part).reduce(factors)
        if small is None:
            small = Image.new(part.mode, (part.width, -(-image.height // factors[1])))
            small.info = dict(image.info)
        small.paste(part, (0, top // factors[1]))
    assert small is not None
    return small


def _strips(image: Image.Image, multiple: int) -> Iterator[tuple[Image.Image, int]]:
    """The picture in strips of its width, and where each begins; all but the last have a multiple of rows."""
    rows = multiple * max(1, _STRIP_PIXELS // (image.width * multiple))
    for top in range(0, image.height, rows):
        yield image.crop((0, top, image.width, min(top + rows, image.height))), top


def _plain(image: Image.Image, depth: tuple[float, float]) -> Image.Image:
    if image.mode in _DEEP:
        lowest, scale = depth[0], 255 / (depth[1] - depth[0] or 1)
        return image.convert("F").point(lambda value: value * scale - lowest * scale).convert("L")
    mode = "RGBA" if image.has_transparency_data else _OPAQUE[image.mode]
    return image if image.mode == mode else image.convert(mode)


def _darkest_and_brightest(image: Image.Image) -> tuple[float, float]:
    """What becomes 0 and 255: of 16 bits all, of 32 bits and floats what is there."""
    if image.mode in ("I", "F"):
        return cast(tuple[float, float], image.getextrema())
    return 0.0, 65_535.0


@lru_cache(maxsize=16)
def _to_srgb(profile: bytes, mode: str) -> ImageCms.ImageCmsTransform | None:
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        if mode != "CMYK" and "srgb" in ImageCms.getProfileDescription(source).lower():
            return None
        target = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))
        return ImageCms.ImageCmsTransform(source, target, mode, "RGBA" if mode == "RGBA" else "RGB")
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return None
