"""The life of an upload: start reserves, append writes, finish turns bytes into a photo, abort forgets.

What was acknowledged by `finish` survives a crash; what was not leaves a row and files that `purge` removes, and can
be resumed until then at the last offset that was told.
"""

import errno
import fcntl
import logging
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import BinaryIO, Protocol

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts import quotas
from accounts.models import User
from images import deletion, digests, failpoints, formats, metadata, refusals, sandbox, storage, tasks, timeline
from images.digests import Digest
from images.intake import StagedFile
from images.models import Image, ImageAlias, Status, Upload, merged
from images.refusals import UploadRefused
from images.rendering import Unreadable

logger = logging.getLogger(__name__)

BLOCK_BYTES = 1 << 16
"""What is lost at most of a body that is cut off: what a server has read of a block doesn't come through."""
SAVED_EVERY_BYTES = 8 << 20
"""A longer body is made durable in steps of this size, so that a crash costs no more than one."""
ANSWERS_ON_SECONDS = 15 * 60
"""For how long a finished upload tells what became of it."""
Place = Callable[[Image], object]


class Stream(Protocol):
    def read(self, size: int, /) -> bytes: ...


class Checksum(Protocol):
    """A running digest, as hashlib makes them, and what it should come to."""

    def update(self, block: bytes, /) -> None: ...
    def matches(self) -> bool: ...


class Busy(Exception):
    """Another request holds the upload."""


class WrongChecksum(Exception):
    """What was sent is not what its checksum says; it was thrown away."""


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


def start(
    *, owner: User, length: int, name: str, options: Options, place: Place | None = None, metadata_text: str = ""
) -> Upload:
    """Reserves room for `length` bytes and makes the rows; the photo's key, so its link, exists from here on.

    `place` is called with the photo in the same transaction (a gallery takes it in there).
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
        upload = Upload.objects.create(image=image, length=length, metadata=metadata_text, expires_at=_idle_end())
        if place is not None:
            place(image)
    failpoints.reach("start.committed")
    return upload


@contextmanager
def held(upload: Upload) -> Iterator[Upload]:
    """The upload, read afresh, for this request alone; the kernel lets go of it when the process dies.

    Raises Busy when another request holds it or has just finished it, Upload.DoesNotExist when it has gone.
    """
    storage.staging()
    part = os.open(upload.part_path, os.O_RDWR | os.O_CREAT, 0o640)
    try:
        try:
            fcntl.flock(part, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise Busy from error
        fresh = Upload.objects.select_related("image__owner").filter(pk=upload.pk).first()
        if fresh is None or fresh.finished_at is not None:
            _unlink(upload.part_path)  # made just now: the request that held it before took the real one away
            raise Upload.DoesNotExist if fresh is None else Busy
        fresh.offset = _offset(fresh, os.fstat(part).st_size)
        yield fresh
    finally:
        os.close(part)


def offset(upload: Upload) -> int:
    """The first byte that is still missing."""
    if upload.finished_at is not None:
        return upload.length
    try:
        return _offset(upload, os.stat(upload.part_path).st_size)
    except FileNotFoundError:
        return 0


def append(upload: Upload, *, stream: Stream, checksum: Checksum | None = None) -> None:
    """Writes what `stream` gives behind `upload.offset`, in blocks, never past the length.

    What arrived stays, even when the stream breaks; with a `checksum` all of it or, by WrongChecksum, nothing.
    Raises UploadRefused when the disk is full, Upload.DoesNotExist when its owner has deleted it meanwhile.
    """
    storage.staging()
    before = upload.offset
    digest = digests.resume(upload.key, upload.part_path, upload.offset)
    descriptor = os.open(upload.part_path, os.O_RDWR | os.O_CREAT, 0o640)
    with _disk_full_is_refused(), os.fdopen(descriptor, "r+b") as part:
        _forget_stored(upload, os.fstat(descriptor).st_size)
        part.seek(upload.offset)
        try:
            _copy(upload, stream, part, digest, checksum)
        except BaseException:
            if checksum is not None:
                upload.offset = before
            raise
        finally:
            failpoints.reach("append.written")
            if upload.offset != before:
                _save_offset(upload, part.fileno())
    digests.keep(upload.key, upload.offset, digest)


def finish(upload: Upload) -> Received:
    """Turns a complete upload into a photo: looked at, stored durably, committed; then it is rendered.

    The upload's address and the photo's link were told when it began, and answer on. Raises UploadRefused, and keeps
    nothing, when the bytes aren't an acceptable picture, Upload.DoesNotExist when it was deleted meanwhile; after any
    other failure, as when the disk is full, it can be finished again.
    """
    with _disk_full_is_refused():
        try:
            return _finish(upload, told=True)
        except UploadRefused:
            abort(upload)
            raise
        except FileNotFoundError as error:
            if Upload.objects.filter(pk=upload.pk).exists():
                raise
            raise Upload.DoesNotExist from error


def abort(upload: Upload) -> None:
    """Forgets an upload that isn't finished: row, part file, stored original, reserved room."""
    deletion.delete(Image.objects.filter(pk=upload.image_id, status=Status.RECEIVING))


@contextmanager
def aborting(upload: Upload) -> Iterator[None]:
    """Forgets an upload whose address nobody knows when the block fails."""
    try:
        with _disk_full_is_refused():
            yield
    except BaseException:
        abort(upload)
        raise


def receive(file: StagedFile, *, owner: User, options: Options, place: Place | None = None) -> Received:
    """Takes in a file that arrived whole by multipart; `place` is called in the transaction that commits the photo."""
    if file.refusal is not None:
        raise file.refusal
    upload = start(owner=owner, length=file.size or 0, name=file.name or "", options=options)
    with aborting(upload):
        os.replace(file.path, upload.part_path)
        failpoints.reach("receive.moved")
        upload.offset = upload.length
        digests.keep(upload.key, upload.length, file.digest)
        return _finish(upload, told=False, place=place)


def receive_stream(
    stream: Stream, *, length: int, name: str, owner: User, options: Options, place: Place | None = None
) -> Received:
    """Takes in a raw request body of `length` bytes; `place` as in `receive`."""
    upload = start(owner=owner, length=length, name=name, options=options)
    with aborting(upload):
        append(upload, stream=stream)
        return _finish(upload, told=False, place=place)


def _copy(upload: Upload, stream: Stream, part: BinaryIO, digest: Digest, checksum: Checksum | None) -> None:
    unsaved = 0
    while block := stream.read(min(BLOCK_BYTES, upload.length - upload.offset)):
        part.write(block)
        part.flush()
        digest.update(block)
        upload.offset += len(block)
        unsaved += len(block)
        if checksum is not None:
            checksum.update(block)
        elif unsaved >= SAVED_EVERY_BYTES:
            _save_offset(upload, part.fileno())
            unsaved = 0
    if checksum is not None and not checksum.matches():
        raise WrongChecksum


def _finish(upload: Upload, *, told: bool, place: Place | None = None) -> Received:
    if upload.offset != upload.length:
        raise refusals.incomplete(upload.length)
    failpoints.reach("finish.begun")
    with open(upload.part_path, "rb") as part:
        head = part.read(4096)
    sha256 = digests.resume(upload.key, upload.part_path, upload.length).hexdigest()
    if existing := _same(upload, sha256):
        return _duplicate(upload, existing, told=told, place=place)
    _inspect(upload.image, upload.part_path, head)
    failpoints.reach("finish.inspected")
    storage.media().put(upload.image.storage_name, upload.part_path)
    failpoints.reach("finish.stored")
    upload.image.sha256 = sha256
    try:
        _commit(upload, told=told, place=place)
    except IntegrityError:  # the same bytes arrived twice at once
        if (existing := _same(upload, sha256)) is None:
            raise
        return _duplicate(upload, existing, told=told, place=place)
    except Upload.DoesNotExist:  # deleted while its last bytes were looked at
        storage.media().delete_many([upload.image.storage_name])
        _unlink(upload.part_path)
        raise
    return Received(image=upload.image, duplicate=False)


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
    image.shown_at = timeline.shown_at(image.taken_at, image.created_at)
    image.has_position = seen.has_position
    image.notes = list(seen.warnings)


def _commit(upload: Upload, *, told: bool, place: Place | None) -> None:
    image = upload.image
    image.status = Status.PROCESSING
    with transaction.atomic():
        if not Image.objects.filter(pk=image.pk, deleted_at__isnull=True).update(status=image.status):
            raise Upload.DoesNotExist
        _retire_expired(image)
        image.save(
            update_fields=[
                "format",
                "width",
                "height",
                "frames",
                "has_alpha",
                "exif",
                "taken_at",
                "shown_at",
                "has_position",
                "notes",
                "sha256",
            ]
        )
        _end(upload, told=told, image=image, duplicate=False)
        if place is not None:
            place(image)
        failpoints.reach("commit.open")
        transaction.on_commit(partial(failpoints.reach, "commit.done"))
        transaction.on_commit(partial(tasks.render.enqueue, image.pk), robust=True)
    _unlink(upload.part_path)
    failpoints.reach("commit.unlinked")
    logger.info(
        "upload image=%s owner=%s bytes=%s format=%s", image.key, image.owner_id, image.size_bytes, image.format
    )


def _end(upload: Upload, *, told: bool, image: Image, duplicate: bool) -> None:
    """The row of an upload whose address nobody knows goes; another one tells of its photo for a while."""
    row = Upload.objects.filter(pk=upload.pk)
    if not told:
        row.delete()
        return
    now = timezone.now()
    upload.image, upload.duplicate, upload.finished_at = image, duplicate, now
    row.update(
        image=image,
        duplicate=duplicate,
        offset=upload.length,
        finished_at=now,
        expires_at=now + timedelta(seconds=ANSWERS_ON_SECONDS),
    )


def _same(upload: Upload, sha256: str) -> Image | None:
    """The owner's live photo with the same bytes; it comes back from the trash if it is there."""
    images = Image.objects.owned_by(upload.image.owner).received().filter(sha256=sha256)
    images.restore()
    return images.live().first()


def _retire_expired(image: Image) -> None:
    """Marks an expired photo with the same bytes, so that it doesn't stand in the way until the next purge."""
    now = timezone.now()
    Image.objects.owned_by(image.owner).expired(now).filter(sha256=image.sha256).update(deleted_at=now)


def _duplicate(upload: Upload, existing: Image, *, told: bool, place: Place | None) -> Received:
    """Ends the upload in the photo that was there, which answers to the new key as well if that was told."""
    image = upload.image
    failpoints.reach("duplicate.found")
    with transaction.atomic():
        merged.send(sender=Image, image=image, into=existing)
        Image.objects.filter(pk=image.pk).update(deleted_at=timezone.now())
        if told:
            ImageAlias.objects.create(image=existing, key=image.key)
        _end(upload, told=told, image=existing, duplicate=True)
        if place is not None:
            place(existing)
        failpoints.reach("duplicate.open")
    failpoints.reach("duplicate.merged")
    deletion.delete(Image.objects.filter(pk=image.pk))
    logger.info("upload duplicate image=%s owner=%s", existing.key, existing.owner_id)
    return Received(image=existing, duplicate=True)


def _idle_end() -> datetime:
    return timezone.now() + timedelta(seconds=settings.UPLOAD_IDLE_SECONDS)


def _offset(upload: Upload, part_bytes: int) -> int:
    """What the row says, unless a power cut has left less of the file."""
    return min(upload.offset, part_bytes)


def _save_offset(upload: Upload, part: int) -> None:
    """Tells the row how far the part file goes, once the disk has it.

    The last byte is not told: until `finish` is through, a client that asks is to send it again.
    """
    os.fdatasync(part)
    failpoints.reach("append.synced")
    upload.expires_at = _idle_end()
    told = min(upload.offset, upload.length - 1)
    if not Upload.objects.filter(pk=upload.pk).update(offset=told, expires_at=upload.expires_at):
        _unlink(upload.part_path)
        raise Upload.DoesNotExist
    failpoints.reach("append.saved")


def _forget_stored(upload: Upload, part_bytes: int) -> None:
    """Removes what a `finish` that failed may have stored: the bytes that come now may be others."""
    if part_bytes == upload.length:
        storage.media().delete_many(upload.image.file_names())


def _unlink(path: str) -> None:
    with suppress(FileNotFoundError):
        os.unlink(path)


@contextmanager
def _disk_full_is_refused() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno in {errno.ENOSPC, errno.EDQUOT}:
            raise refusals.disk_full() from error
        raise
