"""Decoding of hostile image bytes and rendering of derivatives, with Pillow alone.

Runs only in the child processes of `sandbox`, so nothing here may import Django. Everything a decoder can
raise leaves this module as `Unreadable`.
"""

import io
import math
import multiprocessing
import os
import resource
import threading
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any, Final, Literal, TypeVar, cast

import pillow_heif
import thumbhash
from PIL import AvifImagePlugin, Image, ImageCms, ImageFile, UnidentifiedImageError
from PIL.Image import Resampling, Transpose

from images import metadata, stripping
from images.formats import BY_NAME as FORMATS
from images.variants import FULL, Variant, fitted, link_format

ImageFile.LOAD_TRUNCATED_IMAGES = False
AvifImagePlugin.DEFAULT_MAX_THREADS = 1
pillow_heif.register_heif_opener(decode_threads=1, thumbnails=False, depth_images=False, aux_images=False)

Code = Literal["unreadable", "too_many_pixels", "too_many_frames", "unsupported"]
Result = TypeVar("Result")

LONGEST_SIDE_PX: Final = 65_500
"""What libjpeg can write; a longer picture could not be shown."""

_ANIMATED: Final = frozenset(("PNG", "GIF", "WebP", "AVIF"))
_PLACEHOLDER_PX: Final = 24
_HAMMING_FROM: Final = 1.25
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
_MODES: Final = _WITH_ALPHA | _OPAQUE.keys() | _DEEP


@dataclass(frozen=True, slots=True)
class Limits:
    """What a file may ask for: pixels of all frames together, and frames."""

    max_pixels: int
    max_frames: int


@dataclass(frozen=True, slots=True)
class Inspection:
    """What a file is found to be after all of it was decoded; width and height as people see it."""

    format: str
    width: int
    height: int
    frames: int
    has_alpha: bool
    exif: dict[str, str | float | int]
    taken_at: str | None
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Rendering:
    """Encoded files by the name of their variant, a raw ThumbHash, and the average colour as "#rrggbb"."""

    files: dict[str, bytes]
    placeholder: bytes
    colour: str


class Unreadable(Exception):
    """A file that can't be used, with a message for the person who uploaded it."""

    def __init__(self, code: Code, message: str, limit: int | None = None) -> None:
        super().__init__(code, message, limit)
        self.code: Code = code
        self.message = message
        self.limit = limit

    def __str__(self) -> str:
        return self.message


def inspect(path: str, format_name: str, limits: Limits) -> Inspection:
    """Decode the whole file, a JPEG at the smallest scale, and tell what it is; or raise Unreadable."""
    with _opened(path, format_name, limits) as image:
        notes: list[str] = []
        exif, taken_at = _read_metadata(image, notes)
        turned = _orientation(image) >= 5
        size = image.size
        if format_name == "JPEG":
            image.draft(None, (1, 1))
        frames, has_alpha = _decode_frames(image, format_name, limits)
        if image.format == "JPEG" and _has_trailing_data(path):
            notes.append("trailing data")
    width, height = reversed(size) if turned else size
    return Inspection(format_name, width, height, frames, has_alpha, exif, taken_at, tuple(notes))


def render(path: str, format_name: str, variants: tuple[Variant, ...], limits: Limits) -> Rendering:
    """Make all variants from one decode: the largest first, each smaller one from the one before."""
    ordered = sorted(variants, key=lambda variant: variant.edge_px or LONGEST_SIDE_PX, reverse=True)
    files: dict[str, bytes] = {}
    with _opened(path, format_name, limits) as image:
        size, orientation = image.size, _orientation(image)
        largest = fitted(*size, ordered[0].edge_px)
        if format_name == "JPEG":
            image.draft(None, largest)
        picture = _turned(_srgb(_shrunk(_plain(image), largest)), orientation)
        if orientation >= 5:
            size = size[1], size[0]
        for variant in ordered:
            picture = _resized(picture, fitted(*size, variant.edge_px))
            files[variant.name] = _encoded(picture, variant.format, variant.quality)
        tiny = _resized(picture, fitted(*size, _PLACEHOLDER_PX)).convert("RGBA")
    return Rendering(files, _placeholder(tiny), _colour(tiny))


def full(path: str, format_name: str, has_alpha: bool, limits: Limits) -> bytes:
    """The full-size picture in its `link_format`, without metadata; lossless where the format allows it."""
    link = link_format(format_name, has_alpha)
    if link.name == format_name:
        with _guarded(limits), Path(path).open("rb") as file:
            try:
                return stripping.strip(file.read(), format_name)
            except ValueError:
                pass
    with _guarded(limits):
        return _encoded(full_picture(path, format_name, limits), link.pillow[0], FULL.quality)


def full_picture(path: str, format_name: str, limits: Limits) -> Image.Image:
    """The first frame in full size as L, RGB or RGBA: upright, in sRGB."""
    with _opened(path, format_name, limits) as image:
        orientation = _orientation(image)
        return _turned(_srgb(_plain(image)), orientation)


def position(path: str, format_name: str, limits: Limits) -> metadata.Position | None:
    """Where the EXIF of the file says that it was taken; Unreadable if it can't be read."""
    with _opened(path, format_name, limits) as image:
        return metadata.position(image.getexif())


def confine(memory_bytes: int) -> None:
    """Limit this process for life: address space, no core dump, low priority, no life after its parent."""
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.nice(5)
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_end_with, args=(parent,), daemon=True).start()


def _end_with(parent: BaseProcess) -> None:
    parent.join()
    os._exit(1)


def run_within(cpu_seconds: int, function: Callable[..., Result], *arguments: Any) -> Result:
    """Call the function; the kernel ends this process when the call takes more than its CPU seconds."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    soft = math.ceil(usage.ru_utime + usage.ru_stime) + cpu_seconds
    hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
    if hard != resource.RLIM_INFINITY:
        soft = min(soft, hard)
    resource.setrlimit(resource.RLIMIT_CPU, (soft, hard))
    return function(*arguments)


@contextmanager
def _guarded(limits: Limits) -> Iterator[None]:
    """Turn what decoders raise into Unreadable, and the warning about decompression bombs into an error."""
    before, Image.MAX_IMAGE_PIXELS = Image.MAX_IMAGE_PIXELS, limits.max_pixels
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            yield
    except (Unreadable, FileNotFoundError, PermissionError):
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise _too_many_pixels(limits) from None
    except UnidentifiedImageError:
        raise Unreadable("unreadable", "The file is damaged, or not what its first bytes say.") from None
    except MemoryError:
        raise Unreadable("unreadable", "The file needs too much memory to be decoded.") from None
    except Exception as error:  # decoders raise whatever hostile bytes make them raise
        raise Unreadable("unreadable", f"The file is damaged: {metadata.clean_text(str(error))}") from error
    finally:
        Image.MAX_IMAGE_PIXELS = before


@contextmanager
def _opened(path: str, format_name: str, limits: Limits) -> Iterator[ImageFile.ImageFile]:
    """The image, opened by the decoders of its format alone, its size checked, nothing decoded yet."""
    if format_name not in FORMATS:
        raise Unreadable("unsupported", f"Image format {format_name} is not supported.")
    with _guarded(limits), Image.open(path, formats=FORMATS[format_name].pillow) as image:
        _check_size(image, 1, limits)
        if image.mode not in _MODES:
            raise Unreadable("unsupported", f"Pictures of colour mode {image.mode} are not supported.")
        yield image


def _too_many_pixels(limits: Limits) -> Unreadable:
    message = f"The picture has more than {limits.max_pixels / 1e6:g} megapixels, all frames together."
    return Unreadable("too_many_pixels", message, limits.max_pixels)


def _check_size(image: ImageFile.ImageFile, frames: int, limits: Limits) -> None:
    if frames > limits.max_frames:
        message = f"The animation has more than {limits.max_frames} frames."
        raise Unreadable("too_many_frames", message, limits.max_frames)
    if image.width * image.height * frames > limits.max_pixels:
        raise _too_many_pixels(limits)
    if max(image.size) > LONGEST_SIDE_PX:
        message = f"A side of the picture is longer than {LONGEST_SIDE_PX} pixels."
        raise Unreadable("too_many_pixels", message, LONGEST_SIDE_PX)


def _decode_frames(image: ImageFile.ImageFile, format_name: str, limits: Limits) -> tuple[int, bool]:
    """Decode every frame; how many there are, and whether the first has a pixel that isn't opaque.

    GIF tells its number of frames only by walking through them, so its budget is checked frame by frame.
    """
    if format_name in _ANIMATED and format_name != "GIF":
        _check_size(image, getattr(image, "n_frames", 1), limits)
    image.load()
    has_alpha = _is_translucent(image)
    frames = 1
    while format_name in _ANIMATED:
        try:
            image.seek(frames)
        except EOFError:
            break
        frames += 1
        _check_size(image, frames, limits)
        image.load()
    return frames, has_alpha


def _is_translucent(image: Image.Image) -> bool:
    if not image.has_transparency_data:
        return False
    lowest, _ = image.convert("RGBA").getchannel("A").getextrema()
    return isinstance(lowest, int) and lowest < 255


def _has_trailing_data(path: str) -> bool:
    with Path(path).open("rb") as file:
        try:
            return stripping.trailing_bytes(file.read()) > 0
        except ValueError:
            return False


def _read_metadata(image: ImageFile.ImageFile, notes: list[str]) -> tuple[dict[str, str | float | int], str | None]:
    """EXIF that can't be parsed is no reason to refuse a picture."""
    try:
        exif = image.getexif()
        return metadata.exif_shown(exif), metadata.taken_at(exif)
    except Exception:  # the parser raises whatever hostile bytes make it raise
        notes.append("unreadable metadata")
        return {}, None


def _orientation(image: ImageFile.ImageFile) -> int:
    """As `stripping.orientation` reads it, so that derivatives and stripped files agree.

    The decoders of HEIC and TIFF turn the picture themselves.
    """
    if image.format in ("HEIF", "TIFF"):
        return 1
    exif, xmp = image.info.get("exif", b""), image.info.get("xmp", b"")
    return stripping.orientation(
        exif if isinstance(exif, bytes) else b"", xmp if isinstance(xmp, bytes) else str(xmp).encode()
    )


def _turned(image: Image.Image, orientation: int) -> Image.Image:
    transposition = _TRANSPOSITIONS.get(orientation)
    return image if transposition is None else image.transpose(transposition)


def _shrunk(image: Image.Image, size: tuple[int, int]) -> Image.Image:
    """The first step down: a box reduction by the whole factor, then a filter for the rest.

    Where the rest is large, BICUBIC is slow and HAMMING hardly worse: over the camera photos of
    benchmarks/rendering.py it costs 0.001 of SSIM and saves a sixth of the time to decode and resize.
    """
    if image.size == size:
        return image
    factor = max(image.size) / max(size)
    rest = factor / max(1, int(factor))
    resample = Resampling.BICUBIC if rest < _HAMMING_FROM else Resampling.HAMMING
    return image.resize(size, resample, reducing_gap=1.0)


def _resized(image: Image.Image, size: tuple[int, int]) -> Image.Image:
    """A step down from one variant to the next."""
    if image.size == size:
        return image
    return image.resize(size, Resampling.BICUBIC, reducing_gap=1.5)


def _plain(image: ImageFile.ImageFile) -> Image.Image:
    """The first frame, decoded, as 8-bit L, RGB, RGBA or CMYK; the ICC profile stays in `info`."""
    image.load()
    if image.mode in _DEEP:
        return _shallow(image)
    mode = "RGBA" if image.has_transparency_data else _OPAQUE[image.mode]
    return image if image.mode == mode else image.convert(mode)


def _shallow(image: Image.Image) -> Image.Image:
    """8-bit L: 16 bits by their upper half, 32 bits and floats from their own darkest to their brightest."""
    lowest, highest = 0.0, 65_535.0
    if not image.mode.startswith("I;16"):
        lowest, highest = cast(tuple[float, float], image.getextrema())
    scale = 255 / (highest - lowest or 1)
    return image.convert("F").point(lambda value: value * scale - lowest * scale).convert("L")


def _srgb(image: Image.Image) -> Image.Image:
    """L, RGB or RGBA in sRGB by the embedded profile, which is left out when it is broken."""
    profile = image.info.get("icc_profile")
    alpha = image.getchannel("A") if image.mode == "RGBA" else None
    opaque = image.convert("RGB") if alpha else image
    if profile and (transform := _to_srgb(profile, opaque.mode)):
        opaque = transform.apply(opaque)
    elif opaque.mode == "CMYK":
        opaque = opaque.convert("RGB")
    elif alpha:
        return image
    if alpha:
        opaque.putalpha(alpha)
    return opaque


@lru_cache(maxsize=16)
def _to_srgb(profile: bytes, mode: str) -> ImageCms.ImageCmsTransform | None:
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        if mode != "CMYK" and "srgb" in ImageCms.getProfileDescription(source).lower():
            return None
        target = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))
        return ImageCms.ImageCmsTransform(source, target, mode, "RGB")
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return None


def _encoded(image: Image.Image, format_name: str, quality: int) -> bytes:
    """The file, without metadata and without a profile: `info` is where Pillow would take them from."""
    if format_name == "JPEG":
        image = _flattened(image)
    image.info = {}
    out = io.BytesIO()
    image.save(out, format_name, quality=quality, method=2)
    return out.getvalue()


def _flattened(image: Image.Image) -> Image.Image:
    """On white, where the picture has alpha."""
    if image.mode != "RGBA":
        return image
    return Image.alpha_composite(Image.new("RGBA", image.size, "white"), image).convert("RGB")


def _placeholder(tiny: Image.Image) -> bytes:
    """A ThumbHash (evanw.github.io/thumbhash), on white because thumbhash 0.1.2 fails on alpha."""
    opaque = _flattened(tiny).convert("RGBA")
    return bytes(thumbhash.rgba_to_thumb_hash(opaque.width, opaque.height, opaque.tobytes()))


def _colour(tiny: Image.Image) -> str:
    pixel = tiny.resize((1, 1), Resampling.BOX).convert("RGB").tobytes()
    return f"#{pixel.hex()}"
