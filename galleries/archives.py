"""ZIP files of photos, made while they are sent: stored, not deflated, and in constant memory at any size."""

import hashlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import count
from typing import Final

from django.core.files.storage import FileSystemStorage
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from zipstream import ZipStream

from galleries.models import Gallery, GalleryItem
from images import derivatives, storage
from images.metadata import clean_name
from images.models import Image
from images.rendering import Unreadable
from images.variants import FULL

BLOCK_BYTES: Final = 1 << 18
COLUMNS: Final = ("key", "original_name", "file_key", "format", "has_alpha")
"""What is read of a photo's row."""
_RANGE: Final = re.compile(r"bytes=(\d{1,18})-", re.ASCII)


@dataclass(frozen=True, slots=True)
class Entry:
    """A photo and the folder of the ZIP that it goes to, "" or "Norway/Day 1/"."""

    image: Image
    folder: str = ""


@dataclass(frozen=True, slots=True)
class _File:
    path: str
    image: Image
    storage_name: str


def tree(root: Gallery, galleries: Iterable[Gallery], items: Iterable[GalleryItem]) -> list[Entry]:
    """The entries of a gallery and of those in it, each in a folder named after it.

    `galleries` are those that may go in, `items` what they hold, in the order that they are to have.
    """
    inside = {gallery.pk: gallery for gallery in galleries}
    folders = {root.pk: ""}
    while new := [gallery for gallery in inside.values() if gallery.parent_id in folders and gallery.pk not in folders]:
        taken = set(folders.values())
        for gallery in new:
            base = f"{folders[gallery.parent_id]}{clean_name(gallery.title)}"  # type: ignore[index]
            names = (f"{base}{f' ({number})' if number > 1 else ''}/" for number in count(1))
            folders[gallery.pk] = next(name for name in names if name not in taken)
            taken.add(folders[gallery.pk])
    return [Entry(item.image, folders[item.gallery_id]) for item in items if item.gallery_id in folders]


def response(
    request: HttpRequest, entries: Iterable[Entry], *, title: str, originals: bool
) -> StreamingHttpResponse | HttpResponse:
    """The ZIP as a download: the originals, or the full-size pictures without metadata.

    Where every file is there already, on local disk, its length is known: then it can be resumed (Range). A file that
    is missing is named in a note in the ZIP.
    """
    files = list(_named(entries, originals=originals))
    archive = _sized(files)
    headers = {
        "Content-Type": "application/zip",
        "Content-Disposition": content_disposition_header(True, f"{clean_name(title)}.zip") or "attachment",
        "Cache-Control": "private, no-store",
        "X-Accel-Buffering": "no",
    }
    if archive is None:
        return StreamingHttpResponse(_unsized(files, originals=originals), headers=headers)
    length, start = len(archive), 0
    etag = _etag(files)
    headers |= {"ETag": etag, "Accept-Ranges": "bytes"}
    wanted = _RANGE.fullmatch(request.headers.get("Range", ""))
    if wanted and request.headers.get("If-Range", etag) == etag:
        start = int(wanted[1])
        if start >= length:
            return HttpResponse(status=416, headers={"Content-Range": f"bytes */{length}"})
        headers["Content-Range"] = f"bytes {start}-{length - 1}/{length}"
    headers["Content-Length"] = str(length - start)
    return StreamingHttpResponse(_from(archive, start), status=206 if start else 200, headers=headers)


def _named(entries: Iterable[Entry], *, originals: bool) -> Iterator[_File]:
    """Names like those of the uploads; the second of a name in a folder gets a number."""
    taken: set[str] = set()
    for entry in entries:
        image = entry.image
        stem, _dot, extension = image.original_name.rpartition(".")
        if originals:
            storage_name = image.storage_name
            extension = extension if stem else storage_name.rpartition(".")[2]
        else:
            storage_name, extension = image.variant_name(FULL), image.variant_extension(FULL)
        stem = stem or image.original_name
        names = (f"{entry.folder}{stem}{f' ({number})' if number > 1 else ''}.{extension}" for number in count(1))
        path = next(name for name in names if name.casefold() not in taken)
        taken.add(path.casefold())
        yield _File(path, image, storage_name)


def _sized(files: list[_File]) -> ZipStream | None:
    """The archive of known length, if all files are there to be asked for theirs."""
    media = storage.media()
    if not isinstance(media, FileSystemStorage):
        return None
    archive = ZipStream(sized=True)
    try:
        for file in files:
            archive.add_path(media.path(file.storage_name), file.path)
    except FileNotFoundError:
        return None
    return archive


def _unsized(files: list[_File], *, originals: bool) -> Iterator[bytes]:
    archive, missing = ZipStream(), []
    for file in files:
        try:
            if not originals:
                derivatives.ensure(file.image, FULL)
            content = storage.media().open(file.storage_name)
        except (OSError, Unreadable):
            missing.append(file.path)
            continue
        with content:
            archive.add(content.chunks(BLOCK_BYTES), file.path)
            yield from archive.file()
    if missing:
        note = _("These photos could not be read when this file was made:") + "\r\n\r\n" + "\r\n".join(missing) + "\r\n"
        archive.add(note.encode(), _("missing photos") + ".txt")
    yield from archive.finalize()


def _from(archive: ZipStream, start: int) -> Iterator[bytes]:
    """The archive from byte `start` on. It is made as a whole: the sums of what is left out are needed at its end."""
    left = start
    for block in archive:
        if left >= len(block):
            left -= len(block)
        else:
            yield block[left:]
            left = 0


def _etag(files: list[_File]) -> str:
    """Of names alone: what storage has under one never changes."""
    digest = hashlib.sha256("\n".join(f"{file.path}\0{file.storage_name}" for file in files).encode())
    return f'"{digest.hexdigest()[:32]}"'
