"""Clients that don't give up: they upload to a server that dies under them, until it has acknowledged the photo."""

import time
from base64 import b64encode
from typing import Any

import requests

TUS = {"Tus-Resumable": "1.0.0"}
BROKEN = (requests.ConnectionError, requests.Timeout, requests.exceptions.ChunkedEncodingError)
PATIENCE_SECONDS = 300


class Client:
    """One person's client. `failpoint` is sent along until the server dies by it; `losses` counts lost connections."""

    def __init__(self, url: str, token: str) -> None:
        self.url = url
        self.failpoint = ""
        self.losses = 0
        self._session = requests.Session()
        self._session.headers["Authorization"] = f"Bearer {token}"

    def close(self) -> None:
        self._session.close()

    def post(self, data: bytes, name: str) -> str:
        """POST /upload by multipart, again and again until it is answered. Returns the photo's key."""
        answer = self.insist("POST", "/upload", files={"file": (name, data)})
        assert answer.status_code == 200, answer.text
        key: str = answer.json()["key"]
        return key

    def tus(self, data: bytes, name: str, *, piece_bytes: int) -> str:
        """An upload in pieces that goes on where HEAD says, and anew when it is gone. Returns the photo's key."""
        told = {"Upload-Length": str(len(data)), "Upload-Metadata": f"filename {b64encode(name.encode()).decode()}"}
        while True:
            made = self.insist("POST", "/library/uploads", headers=TUS | told)
            assert made.status_code == 201, made.text
            if key := self._resume(made.headers["Location"], data, piece_bytes):
                return key

    def _resume(self, location: str, data: bytes, piece_bytes: int) -> str:
        """The key of the finished photo; empty when the upload is no more."""
        while (answer := self.insist("HEAD", location, headers=TUS)).ok:
            offset = int(answer.headers["Upload-Offset"])
            while offset < len(data):
                headers = TUS | {"Upload-Offset": str(offset), "Content-Type": "application/offset+octet-stream"}
                piece = data[offset : offset + piece_bytes]
                answer = self._once("PATCH", location, headers=headers, data=piece)
                if answer.status_code != 204:
                    break
                offset = int(answer.headers["Upload-Offset"])
            if offset == len(data):
                return answer.headers["X-Image-Id"]
            assert answer.status_code in {404, 409, 410, 423} or answer.status_code >= 500, answer.text
        assert answer.status_code in {404, 410}, answer.status_code
        return ""

    def insist(self, method: str, path: str, **arguments: Any) -> requests.Response:
        """The first answer that isn't a failure of the server."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while (answer := self._once(method, path, **arguments)).status_code >= 500:
            assert time.monotonic() < deadline, f"{method} {path}: {answer.status_code} {answer.text}"
            time.sleep(0.05)
        return answer

    def _once(self, method: str, path: str, headers: dict[str, str] | None = None, **body: Any) -> requests.Response:
        """One try. A lost connection counts as 503."""
        armed = {"X-Failpoint": self.failpoint} if self.failpoint else {}
        try:
            return self._session.request(
                method, f"{self.url}{path}", headers=(headers or {}) | armed, timeout=60, **body
            )
        except BROKEN:
            self.losses += 1
            self.failpoint = ""
            lost = requests.Response()
            lost.status_code = 503
            return lost
