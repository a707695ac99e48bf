"""Files as they come in by multipart: written once, to the media's own file system, and never past the limit."""

import errno
import hashlib
import tempfile
from contextlib import suppress
from typing import IO, Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler

from images import refusals, storage
from images.refusals import UploadRefused


class StagedFile(UploadedFile[bytes]):
    """A received file in the staging folder. With a `refusal`, its content was thrown away while it arrived."""

    def __init__(self, name: str, content_type: str | None) -> None:
        file = tempfile.NamedTemporaryFile(dir=storage.staging(), suffix=".upload")  # noqa: SIM115  closed with the request
        super().__init__(file, name, content_type, size=0)
        self._staged = file
        self.path = file.name
        self.digest = hashlib.sha256()
        self.refusal: UploadRefused | None = None

    def close(self) -> None:
        with suppress(FileNotFoundError):  # it became a part file
            self._staged.close()


class BoundedUploadHandler(FileUploadHandler):
    """Streams each file to STAGING_DIR; stops keeping one that exceeds UPLOAD_MAX_BYTES or fills the disk."""

    chunk_size = 256 * 1024

    def __init__(self, request: Any = None) -> None:
        super().__init__(request)
        self._file: StagedFile | None = None
        self._size_bytes = 0

    def handle_raw_input(
        self,
        input_data: IO[bytes],
        META: dict[str, str],  # noqa: N803  Django's name
        content_length: int,
        boundary: str,
        encoding: str | None = None,
    ) -> None:
        if content_length > settings.UPLOAD_REQUEST_MAX_BYTES:
            raise RequestDataTooBig("The request is larger than UPLOAD_REQUEST_MAX_BYTES.")

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        self._file = StagedFile(self.file_name or "", self.content_type)
        self._size_bytes = 0
        if not storage.has_headroom(0):
            self._file.refusal = refusals.disk_full()

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        file = self._file
        assert file is not None
        self._size_bytes += len(raw_data)
        if self._size_bytes > settings.UPLOAD_MAX_BYTES and file.refusal is None:
            file.refusal = refusals.too_large(settings.UPLOAD_MAX_BYTES)
            file.truncate(0)
        if file.refusal is not None:
            return
        try:
            file.write(raw_data)
            file.digest.update(raw_data)
        except OSError as error:
            if error.errno not in {errno.ENOSPC, errno.EDQUOT}:
                raise
            file.refusal = refusals.disk_full()

    def file_complete(self, file_size: int) -> StagedFile | None:
        file, self._file = self._file, None
        assert file is not None
        if file.refusal is None:
            file.flush()
        file.seek(0)
        file.size = file_size
        return file

    def upload_interrupted(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None
