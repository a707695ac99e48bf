"""The life of an upload: start reserves, append writes, finish turns bytes into a photo, abort forgets.

What was acknowledged by `finish` survives a crash; what was not leaves a row and files that `purge` removes.
"""

import errno
import hashlib
import logging
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Protocol

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts import quotas
from accounts.models import User
from images import deletion, formats, metadata, refusals, sandbox, storage, tasks
from images.intake import StagedFile
from images.models import Image, Status, Upload
from images.rendering import Unreadable

logger = logging.getLogger(__name__)

BLOCK_BYTES = 1 << 20
Place = Callable[[Image], object]


class Stream(Protocol):
    def read(self, size: int, /) -> bytes: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What the uploader chose; None and "" leave the person's default."""

    visibility: str = ""
    expires_at: datetime | None = None
    title: str = ""
    description: str = ""


@dataclass(frozen=True, slots=True)
class Received:
    """The photo of a finished upload: a new one, or the one that the owner had already."""

    image: Image
    duplicate: bool


def start(*, owner: User, length: int, name: str, options: Options) -> Upload:
    """Reserves room for `length` bytes and makes the rows; the photo's key, so its link, exists from here on.

    Raises UploadRefused: empty, too large, no quota, no disk.
    """
    if length <= 0:
        raise refusals.empty()
    if length > settings.UPLOAD_MAX_BYTES:
        raise refusals.too_large(settings.UPLOAD_MAX_BYTES)
    if not storage.has_headroom(length):
        raise refusals.disk_full()
    image = Image.new(owner=owner, original_name=metadata.clean_name(name), size_bytes=length)
    image.visibility = options.visibility or image.visibility
    image.expires_at = options.expires_at
    image.describe(title=options.title, description=options.description)
    with transaction.atomic():
        try:
            quotas.reserve(owner, size_bytes=length)
        except quotas.QuotaExceeded as exceeded:
            raise refusals.no_room(exceeded.code, exceeded.limit) from exceeded
        image.save(force_insert=True)
        return Upload.objects.create(
            image=image,
            length=length,
            expires_at=timezone.now() + timedelta(seconds=settings.UPLOAD_IDLE_SECONDS),
        )


def append(upload: Upload, *, stream: Stream) -> None:
    """Writes what `stream` gives behind `upload.offset`, in blocks, never past the length."""
    Path(settings.STAGING_DIR).mkdir(parents=True, exist_ok=True)
    descriptor = os.open(upload.part_path, os.O_WRONLY | os.O_CREAT, 0o640)
    with os.fdopen(descriptor, "wb") as part:
        part.seek(upload.offset)
        while (left := upload.length - upload.offset) and (block := stream.read(min(BLOCK_BYTES, left))):
            part.write(block)
            upload.offset += len(block)
    upload.save(update_fields=["offset"])


def finish(upload: Upload, *, place: Place | None = None) -> Received:
    """Turns a complete upload into a photo: looked at, stored durably, committed; then it is rendered.

    `place` is called with the photo inside the committing transaction (a gallery takes it in there).
    Raises UploadRefused, and keeps nothing, when the bytes aren't an acceptable picture.
    """
    with _aborting(upload):
        if upload.offset != upload.length:
            raise refusals.incomplete(upload.length)
        with open(upload.part_path, "rb") as part:
            head = part.read(4096)
            part.seek(0)
            sha256 = hashlib.file_digest(part, "sha256").hexdigest()
        if existing := _same(upload, sha256):
            return _duplicate(upload, existing, place)
        _inspect(upload.image, upload.part_path, head)
        storage.media().put(upload.image.storage_name, upload.part_path)
        upload.image.sha256 = sha256
        try:
            _commit(upload, place)
        except IntegrityError:  # the same bytes arrived twice at once
            if (existing := _same(upload, sha256)) is None:
                raise
            return _duplicate(upload, existing, place)
        return Received(image=upload.image, duplicate=False)


def abort(upload: Upload) -> None:
    """Forgets an upload that isn't finished: row, part file, stored original, reserved room."""
    deletion.delete(Image.objects.filter(pk=upload.pk, status=Status.RECEIVING))


def receive(file: StagedFile, *, owner: User, options: Options, place: Place | None = None) -> Received:
    """Takes in a file that arrived whole by multipart."""
    if file.refusal is not None:
        raise file.refusal
    upload = start(owner=owner, length=file.size or 0, name=file.name or "", options=options)
    with _aborting(upload):
        os.replace(file.path, upload.part_path)
        upload.offset = upload.length
        upload.save(update_fields=["offset"])
    return finish(upload, place=place)


def receive_stream(
    stream: Stream, *, length: int, name: str, owner: User, options: Options, place: Place | None = None
) -> Received:
    """Takes in a raw request body of `length` bytes."""
    upload = start(owner=owner, length=length, name=name, options=options)
    with _aborting(upload):
        append(upload, stream=stream)
    return finish(upload, place=place)


def _inspect(image: Image, path: str, head: bytes) -> None:
    """Fills in what the bytes say; raises UploadRefused when they aren't an acceptable picture."""
    kind = formats.sniff(head)
    if kind is None:
        raise refusals.unsupported(formats.describe(head))
    try:
        seen = sandbox.inspect(path, kind.name)
    except Unreadable as error:
        raise refusals.unreadable(error.code, error.message, error.limit) from error
    image.format = kind.name
    image.width, image.height = seen.width, seen.height
    image.frames = seen.frames
    image.has_alpha = seen.has_alpha
    image.exif = seen.exif
    image.taken_at = seen.taken_at or ""
    image.notes = list(seen.warnings)


def _commit(upload: Upload, place: Place | None) -> None:
    image = upload.image
    image.status = Status.PROCESSING
    with transaction.atomic():
        _retire_expired(image)
        image.save(
            update_fields=[
                "status",
                "format",
                "width",
                "height",
                "frames",
                "has_alpha",
                "exif",
                "taken_at",
                "notes",
                "sha256",
            ]
        )
        Upload.objects.filter(pk=upload.pk).delete()
        if place is not None:
            place(image)
        transaction.on_commit(partial(tasks.render.enqueue, image.pk), robust=True)
    logger.info(
        "upload image=%s owner=%s bytes=%s format=%s", image.key, image.owner_id, image.size_bytes, image.format
    )


def _same(upload: Upload, sha256: str) -> Image | None:
    """The owner's live photo with the same bytes."""
    return Image.objects.owned_by(upload.image.owner).live().received().filter(sha256=sha256).first()


def _retire_expired(image: Image) -> None:
    """Marks an expired photo with the same bytes, so that it doesn't stand in the way until the next purge."""
    now = timezone.now()
    Image.objects.owned_by(image.owner).expired(now).filter(sha256=image.sha256).update(deleted_at=now)


def _duplicate(upload: Upload, existing: Image, place: Place | None) -> Received:
    abort(upload)
    if place is not None:
        place(existing)
    logger.info("upload duplicate image=%s owner=%s", existing.key, existing.owner_id)
    return Received(image=existing, duplicate=True)


@contextmanager
def _aborting(upload: Upload) -> Iterator[None]:
    """Leaves nothing behind when the block fails."""
    try:
        yield
    except BaseException as error:
        abort(upload)
        if isinstance(error, OSError) and error.errno in {errno.ENOSPC, errno.EDQUOT}:
            raise refusals.disk_full() from error
        raise
