"""A client that speaks tus 1.0.0 by hand."""

from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager

from django.http import HttpResponse
from django.test import Client

from conftest import Commit
from images import deletion
from images.models import Image, Status

VERSION = {"Tus-Resumable": "1.0.0"}
BYTES = "application/offset+octet-stream"
LIBRARY = "/library/uploads"


def pairs(**metadata: str) -> str:
    """Upload-Metadata."""
    return ",".join(f"{key} {b64encode(value.encode()).decode()}" for key, value in metadata.items())


@contextmanager
def speaking(client: Client, commit: Commit) -> Iterator["Tus"]:
    """Ends what is left unfinished, so that the test's staging folder shows what nobody would ever remove."""
    yield Tus(client, commit)
    deletion.delete(Image.objects.filter(status=Status.RECEIVING))


class Tus:
    def __init__(self, client: Client, commit: Commit) -> None:
        self.client = client
        self.commit = commit

    def send(
        self, method: str, url: str, body: bytes = b"", *, content_type: str = BYTES, **headers: str
    ) -> HttpResponse:
        """A request with its version unless `Tus_Resumable` says otherwise; "" leaves a header out."""
        named = VERSION | {name.replace("_", "-"): value for name, value in headers.items()}
        told = {name: value for name, value in named.items() if value}
        # Django's client would leave the type of an empty body out.
        length = {"CONTENT_TYPE": content_type, "CONTENT_LENGTH": str(len(body))}
        with self.commit():
            return self.client.generic(method, url, body, headers=told, **length)  # type: ignore[return-value]

    def create(
        self, length: int | str, *, door: str = LIBRARY, body: bytes = b"", checksum: str = "", **metadata: str
    ) -> HttpResponse:
        told = {"Upload_Length": str(length), "Upload_Metadata": pairs(**metadata), "Upload_Checksum": checksum}
        return self.send("POST", door, body, **told)

    def created(self, length: int, **metadata: str) -> str:
        """The address of a new upload."""
        answer = self.create(length, **metadata)
        assert answer.status_code == 201, answer.content
        return answer.headers["Location"]

    def patch(self, url: str, offset: int | str, body: bytes, **headers: str) -> HttpResponse:
        return self.send("PATCH", url, body, **({"Upload_Offset": str(offset)} | headers))

    def head(self, url: str) -> HttpResponse:
        return self.send("HEAD", url)

    def offset(self, url: str) -> int:
        """What HEAD says."""
        return int(self.head(url).headers["Upload-Offset"])

    def delete(self, url: str) -> HttpResponse:
        return self.send("DELETE", url)
