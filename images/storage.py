"""Where files live: local disk, durable and write-once; `buckets` is the same for S3.

Names come from `variants.py`. Nothing is ever overwritten: a second write of a name leaves the first as it is.
"""

import errno
import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, cast
from urllib.parse import urlencode

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage, default_storage
from django.core.signing import BadSignature, Signer
from django.urls import reverse
from django.utils.encoding import filepath_to_uri

from images import failpoints

if TYPE_CHECKING:
    from images.buckets import ObjectStorage

FSYNCS_AT_ONCE = 24
"""Above this number of folders one sync of everything is faster: 300 fsyncs took 1.2 s, the sync 0.03 s."""

_signer = Signer(salt="images.storage.file", sep=":")


class StoredFile(NamedTuple):
    """A file that storage holds. `changed_at`, in seconds since 1970, is when it got this name or its content."""

    name: str
    size_bytes: int
    changed_at: float


class LocalStorage(FileSystemStorage):
    """Local disk: staging on the same file system, fsync, link to the final name, fsync of the folder."""

    def get_available_name(self, name: str, max_length: int | None = None) -> str:
        return name

    def _save(self, name: str, content: Any) -> str:
        descriptor, path = tempfile.mkstemp(dir=staging(), suffix=".tmp")
        try:
            with os.fdopen(descriptor, "wb") as target:
                for chunk in content.chunks():
                    target.write(chunk)
            self.put(name, path)
        finally:
            with suppress(FileNotFoundError):
                os.unlink(path)
        return name

    def put(self, name: str, path: str) -> None:
        """Gives the file at `path` (same file system) the name `name` too, durably. Keeps what is there already."""
        target = Path(self.path(name))
        _make_folder(target.parent)
        with open(path, "rb") as file:
            os.fchmod(file.fileno(), 0o640)
            os.fsync(file.fileno())
        _link(path, target)
        failpoints.reach("put.linked")
        _fsync_folder(target.parent)

    def duplicate_many(self, names: Iterable[tuple[str, str]]) -> None:
        """Gives stored files, each (name, new name), second names, durably. A missing source is no error."""
        changed = set()
        for name, new_name in names:
            source, target = self.path(name), Path(self.path(new_name))
            if not os.path.exists(source):
                continue
            folders = [target.parent]
            while not folders[-1].is_dir():
                folders.append(folders[-1].parent)
            target.parent.mkdir(parents=True, exist_ok=True)
            with suppress(FileNotFoundError):
                _link(source, target)
            changed.update(folders)
        if len(changed) > FSYNCS_AT_ONCE:
            os.sync()
        else:
            for folder in changed:
                _fsync_folder(folder)

    @contextmanager
    def local_path(self, name: str) -> Iterator[str]:
        """The path of a stored file on this machine's disk, for as long as the context lasts."""
        yield self.path(name)

    def delete_many(self, names: Iterable[str]) -> int:
        """Deletes the files that exist and the folders that this leaves empty; returns how many files."""
        count = 0
        folders = set()
        for name in names:
            path = self.path(name)
            with suppress(FileNotFoundError):
                os.unlink(path)
                count += 1
            if name.startswith("derived/"):
                folders.add(os.path.dirname(path))
        for folder in folders:
            with suppress(OSError):
                os.rmdir(folder)
        return count

    def listing(self, prefix: str) -> Iterator[StoredFile]:
        """The files in the folder `prefix`, in no order."""
        for folder, _folders, files in os.walk(self.path(prefix)):
            for file in files:
                name = os.path.relpath(os.path.join(folder, file), self.location)
                if found := self.stat(name):
                    yield found

    def stat(self, name: str) -> StoredFile | None:
        """The file as it is now, or None."""
        try:
            status = os.stat(self.path(name))
        except (FileNotFoundError, NotADirectoryError):
            return None
        # A second name of an old file is new, and only ctime says so.
        return StoredFile(name, status.st_size, status.st_ctime)

    def sha256(self, name: str) -> str:
        """The digest of what is stored. Raises FileNotFoundError."""
        with open(self.path(name), "rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()

    def signed_url(self, name: str, *, expires_at: datetime, download_as: str = "") -> str:
        """A URL that the file door honours until `expires_at`; as an attachment when `download_as` names it."""
        until = int(expires_at.timestamp())
        query = {"e": str(until), "s": _signer.signature(_signed_value(name, until, download_as))}
        if download_as:
            query["d"] = download_as
        return f"{reverse('images:file', args=[filepath_to_uri(name)])}?{urlencode(query)}"


def media() -> "LocalStorage | ObjectStorage":
    """The storage of originals, derivatives and avatars."""
    return cast("LocalStorage | ObjectStorage", default_storage)


def staging() -> Path:
    """The folder for files that aren't stored yet, on the media's own file system; made if it is missing."""
    folder = Path(settings.STAGING_DIR)
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def write(name: str, data: bytes) -> None:
    """Stores `data` under `name`, durably; keeps what is there already."""
    media().save(name, ContentFile(data))


def is_signed(name: str, *, until: str, signature: str, download_as: str) -> bool:
    """Whether `signed_url` made this signature. The caller looks at the clock."""
    try:
        value = _signed_value(name, int(until), download_as)
        _signer.unsign(f"{value}:{signature}")
    except (BadSignature, ValueError):
        return False
    return True


def content_type(name: str) -> str:
    """The media type of a name that this product made."""
    return {
        "jpg": "image/jpeg",
        "png": "image/png",
        "gif": "image/gif",
        "webp": "image/webp",
        "avif": "image/avif",
        "heic": "image/heic",
        "tif": "image/tiff",
        "tiff": "image/tiff",
    }.get(name.rpartition(".")[2], "application/octet-stream")


def has_headroom(size_bytes: int) -> bool:
    """Whether the media file system takes `size_bytes` more and keeps DISK_HEADROOM_BYTES free."""
    room = os.statvfs(staging())
    return room.f_bavail * room.f_frsize - size_bytes >= settings.DISK_HEADROOM_BYTES


def _signed_value(name: str, until: int, download_as: str) -> str:
    return f"{until}:{len(download_as)}:{download_as}:{name}"


def _make_folder(folder: Path) -> None:
    """Like mkdir -p, with every new entry flushed to disk."""
    if folder.is_dir():
        return
    _make_folder(folder.parent)
    folder.mkdir(exist_ok=True)
    _fsync_folder(folder.parent)


def _link(source: str, target: Path) -> None:
    """Gives `source` the name `target` unless that is taken; falls back to a copy where links can't be made."""
    try:
        os.link(source, target)
    except FileExistsError:
        return
    except OSError as error:
        if error.errno not in {errno.EPERM, errno.ENOTSUP, errno.EMLINK, errno.ENOSYS}:
            raise
        _copy(source, target)


def _copy(source: str, target: Path) -> None:
    """Under another name until it is whole: a torn file would be kept by the next try."""
    descriptor, path = tempfile.mkstemp(dir=staging(), suffix=".tmp")
    try:
        with open(source, "rb") as reader, os.fdopen(descriptor, "wb") as writer:
            shutil.copyfileobj(reader, writer, 1 << 20)
            writer.flush()
            os.fchmod(writer.fileno(), 0o640)
            os.fsync(writer.fileno())
        if not target.exists():
            os.rename(path, target)
    finally:
        with suppress(FileNotFoundError):
            os.unlink(path)


def _fsync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def probe() -> None:
    """Raises OSError when the media root can't be written to."""
    with tempfile.TemporaryFile(dir=staging()) as file:
        file.write(b"ok")
