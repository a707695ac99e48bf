"""A client that speaks tus 1.0.0 by hand."""

from base64 import b64encode

from django.http import HttpResponse
from django.test import Client

from conftest import Commit

VERSION = {"Tus-Resumable": "1.0.0"}
BYTES = "application/offset+octet-stream"


class Tus:
    def __init__(self, client: Client, commit: Commit) -> None:
        self.client = client
        self.commit = commit

    def create(
        self, length: int, *, door: str = "/library/uploads", body: bytes = b"", **metadata: str
    ) -> HttpResponse:
        told = ",".join(f"{key} {b64encode(value.encode()).decode()}" for key, value in metadata.items())
        headers = VERSION | {"Upload-Length": str(length), "Upload-Metadata": told}
        with self.commit():
            return self.client.generic("POST", door, body, content_type=BYTES, headers=headers)  # type: ignore[return-value]

    def patch(self, url: str, offset: int, body: bytes, **headers: str) -> HttpResponse:
        named = (
            VERSION
            | {"Upload-Offset": str(offset)}
            | {name.replace("_", "-"): value for name, value in headers.items()}
        )
        with self.commit():
            return self.client.generic("PATCH", url, body, content_type=BYTES, headers=named)  # type: ignore[return-value]

    def head(self, url: str) -> HttpResponse:
        return self.client.head(url, headers=VERSION)  # type: ignore[return-value]

    def delete(self, url: str) -> HttpResponse:
        return self.client.delete(url, headers=VERSION)  # type: ignore[return-value]
