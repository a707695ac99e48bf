"""From hostile files to decoded frames, with Pillow alone. Everything a decoder can raise is `Unreadable`."""

import io
import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

import pillow_heif
from PIL import AvifImagePlugin, Image, ImageChops, ImageFile, UnidentifiedImageError

from images import jpeg, metadata, pixels, stripping
from images.formats import BY_NAME as FORMATS

ImageFile.LOAD_TRUNCATED_IMAGES = False
AvifImagePlugin.DEFAULT_MAX_THREADS = 1
pillow_heif.register_heif_opener(decode_threads=1, thumbnails=False, depth_images=False, aux_images=False)

Code = Literal["unreadable", "too_many_pixels", "too_long", "too_many_frames", "unsupported"]

LONGEST_SIDE_PX: Final = 65_500
"""What libjpeg can write; a longer picture could not be shown."""
MOST_ROWS_LOST: Final = 0.05
"""The share of its rows that a JPEG may lack at its end; browsers show such a picture, and so does this."""

_ANIMATED: Final = frozenset(("PNG", "GIF", "WebP", "AVIF"))
_MOST_SCANS: Final = 100
_SCAN_HEADER: Final = re.compile(rb"\xff\xda\0[\x08\x0a\x0c\x0e][\1-\4]")
# Past the end a decoder looks ahead by this much before it gives out what it has.
_LOOK_AHEAD: Final = bytes(8)


@dataclass(frozen=True, slots=True)
class Limits:
    """What a file may ask for: pixels of all frames together, and frames."""

    max_pixels: int
    max_frames: int


class Unreadable(Exception):
    """A file that can't be used, with a message for the person who uploaded it."""

    def __init__(self, code: Code, message: str, limit: int | None = None) -> None:
        super().__init__(code, message, limit)
        self.code: Code = code
        self.message = message
        self.limit = limit

    def __str__(self) -> str:
        return self.message


@contextmanager
def guarded(limits: Limits) -> Iterator[None]:
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
def opened(path: str, format_name: str, limits: Limits) -> Iterator[ImageFile.ImageFile]:
    """The image, opened by the decoders of its format alone, its size checked, nothing decoded yet."""
    if format_name not in FORMATS:
        raise Unreadable("unsupported", f"Image format {format_name} is not supported.")
    with guarded(limits), _open(path, format_name) as image:
        check_size(image, 1, limits)
        if image.mode not in pixels.MODES:
            raise Unreadable("unsupported", f"Pictures of colour mode {image.mode} are not supported.")
        yield image


def _open(path: str, format_name: str) -> ImageFile.ImageFile:
    decoders = FORMATS[format_name].pillow
    if format_name == "JPEG" and not _has_end(path) and (mended := _mended(path)):
        return Image.open(mended, formats=decoders)
    try:
        return Image.open(path, formats=decoders)
    except UnidentifiedImageError:
        if format_name != "JPEG" or (mended := _mended(path)) is None:
            raise
        return Image.open(mended, formats=decoders)


def _has_end(path: str) -> bool:
    with Path(path).open("rb") as file:
        file.seek(max(0, file.seek(0, io.SEEK_END) - len(jpeg.EOI)))
        return file.read() == jpeg.EOI


def _mended(path: str) -> io.BytesIO | None:
    """The first image of the file with an end and without what is between and behind its segments."""
    try:
        return io.BytesIO(jpeg.written(jpeg.read(Path(path).read_bytes())))
    except ValueError:
        return None


def draft(image: ImageFile.ImageFile, size: tuple[int, int]) -> None:
    """Let a JPEG be scaled down while it is decoded, to no less than this size.

    What will be shrunk further takes libjpeg's fast way, which repeats colour instead of smoothing it.
    """
    image.draft(None, size)
    if image.decoderconfig and image.size != size:
        image.decoderconfig = image.decoderconfig[0], 1


def orientation(image: ImageFile.ImageFile) -> int:
    """As `stripping.orientation` reads it, so that derivatives and stripped files agree.

    The decoders of HEIC and TIFF turn the picture themselves.
    """
    if image.format in ("HEIF", "TIFF"):
        return 1
    if image.format == "PNG":
        image.load()  # its EXIF may stand behind the pixels
    exif, xmp = image.info.get("exif", b""), image.info.get("xmp", b"")
    return stripping.orientation(
        exif if isinstance(exif, bytes) else b"", xmp if isinstance(xmp, bytes) else str(xmp).encode()
    )


def further_frames(image: ImageFile.ImageFile, format_name: str, limits: Limits) -> Iterator[int]:
    """Decodes frame after frame behind the first, and gives their numbers.

    GIF tells its number of frames only by walking through them, so its budget is checked frame by frame.
    """
    number = 1
    while format_name in _ANIMATED:
        try:
            image.seek(number)
        except EOFError:
            return
        check_size(image, number + 1, limits)
        image.load()
        if image.mode == "P" and image.palette is None:
            raise Unreadable("unreadable", "The file is damaged: a frame has no colours.")
        yield number
        number += 1


def decode_all(image: ImageFile.ImageFile, format_name: str, limits: Limits) -> tuple[int, bool]:
    """Decode every frame; how many there are, and whether the first has a pixel that isn't opaque."""
    if format_name in _ANIMATED and format_name != "GIF":
        check_size(image, getattr(image, "n_frames", 1), limits)
    image.load()
    has_alpha = pixels.is_translucent(image)
    return 1 + sum(1 for _ in further_frames(image, format_name, limits)), has_alpha


def check_size(image: ImageFile.ImageFile, frames: int, limits: Limits) -> None:
    """Raises Unreadable when so many frames of this size are more than the limits allow."""
    if frames > limits.max_frames:
        message = f"The animation has more than {limits.max_frames} frames."
        raise Unreadable("too_many_frames", message, limits.max_frames)
    if image.width * image.height * frames > limits.max_pixels:
        raise _too_many_pixels(limits)
    if max(image.size) > LONGEST_SIDE_PX:
        message = f"A side of the picture is longer than {LONGEST_SIDE_PX} pixels."
        raise Unreadable("too_long", message, LONGEST_SIDE_PX)


def check_scans(path: str) -> None:
    """A scan of a few bytes costs a walk over all blocks; a photo has a dozen, and this counts its thumbnails' too."""
    scans = sum(1 for _ in _SCAN_HEADER.finditer(Path(path).read_bytes()))
    if scans > _MOST_SCANS:
        raise Unreadable("unreadable", f"The JPEG file has more than {_MOST_SCANS} scans.")


def _too_many_pixels(limits: Limits) -> Unreadable:
    message = f"The picture has more than {limits.max_pixels / 1e6:g} megapixels, all frames together."
    return Unreadable("too_many_pixels", message, limits.max_pixels)


def jpeg_defects(image: ImageFile.ImageFile, path: str) -> list[str]:
    """What is wrong with a decoded JPEG that can be shown all the same; Unreadable when too much is missing.

    A decoder fills what it has no data for with one colour and says nothing, so an even last row is looked at too.
    """
    data = Path(path).read_bytes()
    try:
        structure = jpeg.read(data)
    except ValueError:  # decoders read more than the rules allow
        return []
    notes = []
    if image.format == "JPEG" and jpeg.trailing_bytes(data, structure):
        notes.append("trailing_data")
    if structure.has_stray_bytes:
        notes.append("stray_data")
    del data
    is_cut = structure.end is None
    if not structure.has_one_scan:
        lost = 1.0 if is_cut and not jpeg.is_all_but_complete(structure) else 0.0
    elif is_cut or _ends_evenly(image):
        lost = _share_of_rows_lost(jpeg.written(structure, end=_LOOK_AHEAD))
    else:
        lost = 0.0
    if lost > MOST_ROWS_LOST:
        raise Unreadable("unreadable", "The file is damaged: a part of the picture is missing.")
    if is_cut or lost:
        notes.append("truncated")
    return notes


def _ends_evenly(image: Image.Image) -> bool:
    row = image.crop((0, image.height - 1, image.width, image.height))
    return all(len(band.getcolors() or ()) == 1 for band in row.split())


def _share_of_rows_lost(data: bytes) -> float:
    """The share of a JPEG's rows that its data does not reach: there, what was in the memory before shows."""
    canvases = []
    for colour in ("black", "white"):
        with Image.open(io.BytesIO(data), formats=("JPEG", "MPO")) as image:
            draft(image, (1, 1))
            canvas = Image.new(image.mode, image.size, colour)
            image.im = canvas.im
            with suppress(OSError):
                image.load()
        canvases.append(canvas)
    missing = ImageChops.difference(*canvases).getbbox()
    return (missing[3] - missing[1]) / canvases[0].height if missing else 0.0
