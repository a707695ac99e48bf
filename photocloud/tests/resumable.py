"""For tests of resumable uploads against real processes: a client by hand, a network that breaks, servers to kill."""

import hashlib
import os
import random
import signal
import socket
import subprocess
import sys
import threading
import time
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import requests
from PIL import Image

from images.tests.pictures import encoded
from photocloud.tests import stack

BYTES = "application/offset+octet-stream"
STALL_SECONDS = 2


@dataclass(frozen=True)
class Site:
    """A running PhotoCloud and the token of a person who uploads."""

    app: stack.App
    url: str
    token: str

    @property
    def bearer(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}

    def send(self, method: str, path: str, body: bytes | Iterator[bytes] = b"", **headers: str) -> requests.Response:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        told = {"Tus-Resumable": "1.0.0", "Content-Type": BYTES, **self.bearer, **named}
        return requests.request(method, self.url + path, data=body, headers=told, timeout=120)

    def create(self, length: int, body: bytes = b"", *, name: str = "a.jpg") -> requests.Response:
        told = {"Upload_Length": str(length), "Upload_Metadata": f"filename {b64encode(name.encode()).decode()}"}
        return self.send("POST", "/api/v1/uploads", body, **told)

    def created(self, length: int, body: bytes = b"") -> str:
        answer = self.create(length, body)
        assert answer.status_code == 201, answer.text
        return answer.headers["Location"]

    def patch(self, path: str, offset: int, body: bytes | Iterator[bytes]) -> requests.Response:
        return self.send("PATCH", path, body, Upload_Offset=str(offset))

    def head(self, path: str) -> requests.Response:
        return self.send("HEAD", path)

    def offset(self, path: str) -> int:
        return int(self.head(path).headers["Upload-Offset"])

    def original_sha256(self, session: requests.Session, key: str) -> str:
        """The digest of what the owner gets back."""
        answer = session.get(f"{self.url}/p/{key}/download", timeout=60)
        assert answer.status_code == 200, answer.text
        return hashlib.sha256(answer.content).hexdigest()

    def half_sent(self, path: str, offset: int, body: bytes, *, length: int) -> socket.socket:
        """A PATCH of `length` bytes of which only `body` is sent; who asked holds the connection."""
        host, port = self.url.removeprefix("http://").split(":")
        connection = socket.create_connection((host, int(port)), timeout=60)
        head = (
            f"PATCH {path} HTTP/1.1\r\nHost: {host}:{port}\r\nAuthorization: Bearer {self.token}\r\n"
            f"Tus-Resumable: 1.0.0\r\nContent-Type: {BYTES}\r\nUpload-Offset: {offset}\r\n"
            f"Content-Length: {length}\r\n\r\n"
        )
        connection.sendall(head.encode() + body)
        return connection


class Server:
    """PhotoCloud as script/server starts it, to be killed and started again with the same data."""

    def __init__(self, app: stack.App) -> None:
        self.app = app
        self._process: subprocess.Popen[bytes] | None = None
        self.starts = 0

    def start(self) -> None:
        self.starts += 1
        with (self.app.data_dir.parent / "app").open("ab") as log:
            command = [sys.executable, "script/serve.py"]
            self._process = subprocess.Popen(
                command, cwd=stack.BASE_DIR, env=self.app.environment, stdout=log, stderr=log
            )
        stack.wait_until_up(self._process, f"{self.app.url}/healthz", log=self.app.data_dir.parent / "app")

    def kill(self) -> None:
        """As a crash of the machine's memory would: no process gets a word in."""
        assert self._process is not None
        for pid in [self._process.pid, *children(self._process.pid)]:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self._process.wait()

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def restart(self) -> None:
        self.kill()
        self.start()


def children(pid: int) -> list[int]:
    """The processes that a process has started itself."""
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


@contextmanager
def server(folder: Path, ready_made: Path, **variables: str) -> Iterator[Server]:
    with stack.prepared(folder, ready_made, **variables) as app:
        running = Server(app)
        running.start()
        try:
            yield running
        finally:
            running.kill()


class Cut:
    """Where a connection breaks, in bytes from the client since the last one; the network is down while `happens`."""

    def __init__(self, after_bytes: int, happens: Callable[[], object] = lambda: None) -> None:
        self.left = after_bytes
        self.happens = happens


class Network:
    """A TCP proxy that lets bytes through until the next cut is due."""

    def __init__(self, upstream: str, cuts: list[Cut]) -> None:
        host, port = upstream.removeprefix("http://").split(":")
        self._upstream = host, int(port)
        self.cuts = cuts
        self._lock = threading.Lock()
        self._is_up = threading.Lock()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _address = self._listener.accept()
                threading.Thread(target=self._connect, args=(client,), daemon=True).start()

    def _connect(self, client: socket.socket) -> None:
        with client, suppress(OSError):
            with self._is_up:
                server = socket.create_connection(self._upstream)
            with server:
                back = threading.Thread(target=self._downstream, args=(server, client), daemon=True)
                back.start()
                with suppress(OSError):
                    self._upstream_until_cut(client, server)
                back.join()

    def _upstream_until_cut(self, client: socket.socket, server: socket.socket) -> None:
        while data := client.recv(1 << 16):
            with self._lock:
                cut = self.cuts[0] if self.cuts else None
                kept = data if cut is None else data[: cut.left]
                if cut is not None:
                    cut.left -= len(kept)
            server.sendall(kept)
            if cut is not None and cut.left == 0:
                with self._is_up:
                    for end in (server, client):
                        with suppress(OSError):
                            end.shutdown(socket.SHUT_RDWR)
                    cut.happens()
                    self.cuts.remove(cut)
                return

    def _downstream(self, server: socket.socket, client: socket.socket) -> None:
        with suppress(OSError):
            while data := server.recv(1 << 16):
                client.sendall(data)
            client.shutdown(socket.SHUT_WR)


def noise(path: Path, *, seed: int, side: int) -> str:
    """Writes a picture of noise, three bytes a pixel, and returns its SHA-256."""
    pixels = random.Random(seed).randbytes(side * side * 3)
    data = encoded(Image.frombytes("RGB", (side, side), pixels), "PNG", compress_level=0)
    path.write_bytes(data)
    return hashlib.sha256(data).hexdigest()


def eventually(holds: Callable[[], bool]) -> bool:
    """Whether it holds within ten seconds."""
    deadline = time.monotonic() + 10
    while not (held := holds()) and time.monotonic() < deadline:
        time.sleep(0.05)
    return held
