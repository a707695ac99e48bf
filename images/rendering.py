"""What is done with an uploaded picture: inspected, rendered as variants, stripped or encoded again in full size.

Runs only in the child processes of `sandbox`, so nothing here may import Django. Everything a decoder can
raise leaves this module as `Unreadable`.
"""

import io
import math
import multiprocessing
import os
import resource
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any, Final, TypeVar

import thumbhash
from PIL import Image, ImageFile
from PIL.Image import Resampling

from images import metadata, stripping
from images.decoding import (
    LONGEST_SIDE_PX,
    Limits,
    Unreadable,
    check_scans,
    decode_all,
    draft,
    further_frames,
    guarded,
    jpeg_defects,
    opened,
    orientation,
)
from images.pixels import flattened, plain, resized, shrunk, srgb, turned
from images.variants import FULL, Variant, fitted, link_format

__all__ = [
    "Inspection",
    "Limits",
    "Rendering",
    "Unreadable",
    "confine",
    "full",
    "inspect",
    "position",
    "render",
    "run_within",
]

Result = TypeVar("Result")

_PLACEHOLDER_PX: Final = 16
_LOOPS_MAX: Final = 65_535
_WEBP_FLAGS_AT, _WEBP_HAS_ALPHA = 20, 0x10
_ENCODERS: Final[Mapping[str, dict[str, Any]]] = {
    "WEBP": {"method": 2},
    "AVIF": {"speed": 9, "subsampling": "4:2:0", "max_threads": 1},
}


@dataclass(frozen=True, slots=True)
class Inspection:
    """What a file is found to be after all of it was decoded; width and height as people see it.

    `warnings` are codes: "trailing_data", "stray_data", "truncated", "unreadable_metadata".
    """

    format: str
    width: int
    height: int
    frames: int
    has_alpha: bool
    exif: dict[str, str | float | int]
    taken_at: str | None
    has_position: bool
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Rendering:
    """Encoded files by the name of their variant, a raw ThumbHash, and the average colour as "#rrggbb"."""

    files: dict[str, bytes]
    placeholder: bytes
    colour: str


def inspect(path: str, format_name: str, limits: Limits) -> Inspection:
    """Decode the whole file, a JPEG at the smallest scale, and tell what it is; or raise Unreadable."""
    with opened(path, format_name, limits) as image:
        notes: list[str] = []
        width, height = reversed(image.size) if orientation(image) >= 5 else image.size
        exif, taken_at, has_position = _read_metadata(image, notes)
        if format_name == "JPEG":
            check_scans(path)
            draft(image, (1, 1))
        frames, has_alpha = decode_all(image, format_name, limits)
        if format_name == "JPEG":
            notes += jpeg_defects(image, path)
    return Inspection(format_name, width, height, frames, has_alpha, exif, taken_at, has_position, tuple(notes))


def render(path: str, format_name: str, variants: tuple[Variant, ...], limits: Limits) -> Rendering:
    """Make all variants from one decode: the largest first, each smaller one from the one before."""
    ordered = sorted(variants, key=lambda variant: variant.edge_px or LONGEST_SIDE_PX, reverse=True)
    files: dict[str, bytes] = {}
    with opened(path, format_name, limits) as image:
        size, turn = image.size, orientation(image)
        largest = fitted(*size, ordered[0].edge_px)
        if format_name == "JPEG":
            draft(image, largest)
        image.load()
        picture = _shown(image, largest, turn)
        if turn >= 5:
            size = size[1], size[0]
        for variant in ordered:
            picture = resized(picture, fitted(*size, variant.edge_px))
            if not variant.moves:
                files[variant.name] = _encoded(picture, variant.format, variant.quality)
        tiny = resized(picture, fitted(*size, _PLACEHOLDER_PX)).convert("RGBA")
        if ordered[0].moves:
            files[ordered[0].name] = _animation(image, format_name, ordered[0], limits)
    return Rendering(files, _placeholder(tiny), _colour(tiny))


def full(path: str, format_name: str, has_alpha: bool, limits: Limits) -> bytes:
    """The full-size picture in its `link_format`, without metadata; lossless where the format allows it."""
    link = link_format(format_name, has_alpha)
    if link.name == format_name:
        with guarded(limits), Path(path).open("rb") as file:
            try:
                return stripping.strip(file.read(), format_name)
            except ValueError:
                pass
    with guarded(limits):
        return _encoded(full_picture(path, format_name, limits), link.pillow[0], FULL.quality)


def full_picture(path: str, format_name: str, limits: Limits) -> Image.Image:
    """The first frame in full size as L, RGB or RGBA: upright, in sRGB."""
    with opened(path, format_name, limits) as image:
        turn = orientation(image)
        image.load()
        return turned(srgb(plain(image)), turn)


def position(path: str, format_name: str, limits: Limits) -> metadata.Position | None:
    """Where the EXIF of the file says that it was taken; Unreadable if it can't be read."""
    with opened(path, format_name, limits) as image:
        return metadata.position(image.getexif())


def confine(memory_bytes: int, niceness: int) -> None:
    """Limit this process for life: address space, no core dump, low priority, no life after its parent."""
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.nice(niceness)
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


def _read_metadata(
    image: ImageFile.ImageFile, notes: list[str]
) -> tuple[dict[str, str | float | int], str | None, bool]:
    """EXIF that can't be parsed is no reason to refuse a picture."""
    try:
        exif = image.getexif()
        return metadata.exif_shown(exif), metadata.taken_at(exif), metadata.position(exif) is not None
    except Exception:  # the parser raises whatever hostile bytes make it raise
        notes.append("unreadable_metadata")
        return {}, None, False


def _shown(image: ImageFile.ImageFile, size: tuple[int, int], turn: int) -> Image.Image:
    """The current frame as people see it, in a picture of its own; `size` is that before it is turned."""
    picture = shrunk(image, size)
    return turned(srgb(picture.copy() if picture is image else picture), turn)


def _encoded(image: Image.Image, format_name: str, quality: int) -> bytes:
    """The file, without metadata and without a profile: `info` is where Pillow would take them from."""
    if format_name in ("JPEG", "AVIF"):
        image = flattened(image)
    image.info = {}
    out = io.BytesIO()
    image.save(out, format_name, quality=quality, **_ENCODERS.get(format_name, {}))
    return out.getvalue()


def _animation(image: ImageFile.ImageFile, format_name: str, variant: Variant, limits: Limits) -> bytes:
    """All frames as an animated WebP, with their durations and as many rounds."""
    size, turn = fitted(*image.size, variant.edge_px), orientation(image)
    frames, durations = [], []
    # The first frame again: the still picture of a PNG may be none of its animation.
    image.seek(0)
    image.load()
    if not getattr(image, "default_image", False):
        frames.append(_shown(image, size, turn))
        durations.append(round(image.info.get("duration", 0)))
    for _ in further_frames(image, format_name, limits):
        frames.append(_shown(image, size, turn))
        durations.append(round(image.info.get("duration", 0)))
    out = io.BytesIO()
    first, *rest = frames
    first.save(
        out,
        variant.format,
        save_all=True,
        append_images=rest,
        duration=durations,
        loop=_loops(image),
        quality=variant.quality,
        method=0,
    )
    data = bytearray(out.getvalue())
    if data[12:16] == b"VP8X" and any(frame.mode == "RGBA" for frame in frames):
        # libwebp trims frames to what is opaque in them, and then says that nothing is transparent.
        data[_WEBP_FLAGS_AT] |= _WEBP_HAS_ALPHA
    return bytes(data)


def _loops(image: ImageFile.ImageFile) -> int:
    """How often the animation runs as WebP counts it: 0 is for ever. GIF counts repetitions, and none by default."""
    loop = int(image.info.get("loop", -1 if image.format == "GIF" else 0))
    return min(_LOOPS_MAX, loop + 1 if image.format == "GIF" and loop else loop) if loop >= 0 else 1


def _placeholder(tiny: Image.Image) -> bytes:
    """A ThumbHash (evanw.github.io/thumbhash), on white because thumbhash 0.1.2 fails on alpha."""
    opaque = flattened(tiny).convert("RGBA")
    return bytes(thumbhash.rgba_to_thumb_hash(opaque.width, opaque.height, opaque.tobytes()))


def _colour(tiny: Image.Image) -> str:
    pixel = tiny.resize((1, 1), Resampling.BOX).convert("RGB").tobytes()
    return f"#{pixel.hex()}"
