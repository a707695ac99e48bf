"""Files in an S3 bucket, private and write-once. A module of its own, because boto3 takes long to import."""

import errno
import hashlib
import os
import tempfile
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from datetime import datetime
from functools import lru_cache
from typing import Any

from django.utils.http import content_disposition_header
from storages.backends.s3 import S3Storage

from images.storage import StoredFile, content_type, staging

COPIES_AT_ONCE = 10
"""As many as botocore keeps connections."""


class ObjectStorage(S3Storage):  # type: ignore[misc]
    """An S3 bucket: private objects, presigned URLs, write-once by a look and a conditional put."""

    file_overwrite = True  # names are never searched for; IfNoneMatch keeps the first

    def get_available_name(self, name: str, max_length: int | None = None) -> str:
        return name

    def _save(self, name: str, content: Any) -> str:
        content.seek(0)
        self._put(name, content)
        return name

    def put(self, name: str, path: str) -> None:
        """Stores the local file at `path` as `name`. Keeps what is at `name` already."""
        with open(path, "rb") as file:
            self._put(name, file)

    def _put(self, name: str, file: Any) -> None:
        if self.exists(name):  # not every server honours IfNoneMatch
            return
        client = self.connection.meta.client
        try:
            client.put_object(
                Bucket=self.bucket_name,
                Key=name,
                Body=file,
                ContentType=content_type(name),
                CacheControl="private, max-age=31536000, immutable",
                IfNoneMatch="*",
            )
        except client.exceptions.ClientError as error:
            if error.response.get("Error", {}).get("Code") not in {"PreconditionFailed", "412"}:
                raise

    def duplicate_many(self, names: Iterable[tuple[str, str]]) -> None:
        """Gives stored files, each (name, new name), second names, several at once. A missing source is no error."""
        client = self.connection.meta.client

        def duplicate(pair: tuple[str, str]) -> None:
            source = {"Bucket": self.bucket_name, "Key": pair[0]}
            try:
                client.copy_object(Bucket=self.bucket_name, Key=pair[1], CopySource=source)
            except client.exceptions.ClientError as error:
                if error.response.get("Error", {}).get("Code") not in {"NoSuchKey", "404"}:
                    raise

        with ThreadPoolExecutor(COPIES_AT_ONCE) as pool:
            list(pool.map(duplicate, names))

    @contextmanager
    def local_path(self, name: str) -> Iterator[str]:
        """A copy of a stored file on this machine's disk, for as long as the context lasts."""
        with tempfile.NamedTemporaryFile(dir=staging(), suffix=".tmp") as file:
            with self._missing_is_not_found(name):
                self.bucket.download_fileobj(name, file)
            file.flush()
            yield file.name

    @contextmanager
    def _missing_is_not_found(self, name: str) -> Iterator[None]:
        try:
            yield
        except self.connection.meta.client.exceptions.ClientError as error:
            if error.response.get("Error", {}).get("Code") in {"NoSuchKey", "404"}:
                raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), name) from error
            raise

    def delete_many(self, names: Iterable[str]) -> int:
        """Deletes in bulk, 1,000 objects a request; returns how many names were asked for."""
        wanted = list(names)
        for start in range(0, len(wanted), 1000):
            answer = self.bucket.delete_objects(
                Delete={"Objects": [{"Key": name} for name in wanted[start : start + 1000]], "Quiet": True}
            )
            if errors := answer.get("Errors"):
                raise OSError(f"S3 could not delete {len(errors)} objects, first {errors[0].get('Code')}")
        return len(wanted)

    def listing(self, prefix: str) -> Iterator[StoredFile]:
        """The objects whose names begin with `prefix`, asked for 1,000 at a time."""
        for item in self.bucket.objects.filter(Prefix=prefix):
            yield StoredFile(item.key, item.size, item.last_modified.timestamp())

    def stat(self, name: str) -> StoredFile | None:
        """The object as it is now, or None."""
        with suppress(FileNotFoundError), self._missing_is_not_found(name):
            item = self.bucket.Object(name)
            return StoredFile(name, item.content_length, item.last_modified.timestamp())
        return None

    def sha256(self, name: str) -> str:
        """The digest of what is stored. Raises FileNotFoundError."""
        digest = hashlib.sha256()
        with self._missing_is_not_found(name):
            for block in self.bucket.Object(name).get()["Body"].iter_chunks(1 << 20):
                digest.update(block)
        return digest.hexdigest()

    def signed_url(self, name: str, *, expires_at: datetime, download_as: str = "") -> str:
        """A presigned URL; the same for all who ask until `expires_at`, so that a browser can cache."""
        return self._presigned(name, int(expires_at.timestamp()), download_as)

    @lru_cache(maxsize=20_000)  # noqa: B019  the storage lives as long as the process
    def _presigned(self, name: str, until: int, download_as: str) -> str:
        disposition = content_disposition_header(True, download_as) if download_as else None
        seconds = max(1, until - int(datetime.now().timestamp()))
        parameters = {"ResponseContentDisposition": disposition} if disposition else None
        return str(self.url(name, parameters=parameters, expire=seconds))
