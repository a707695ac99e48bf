#!/usr/bin/env python
"""Uploads over HTTP, end to end: how many photos a second are taken in and rendered, and the memory that takes.

Starts the product as people run it (SQLite with one web process, or with DATABASE_URL naming a PostgreSQL server two)
and prints: photos a second until they are ready for 1 and for 4 clients, as a ratio to rendering the same photos
without a server in the same run; peak memory of web process and decoding child for a batch of 2 GB sent by tus, and for
pictures of 120 megapixels.
"""

import argparse
import io
import itertools
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path

import requests
from PIL import Image

PROJECT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(PROJECT))

from e2e.instance import Instance, Person, running  # noqa: E402
from images.formats import sniff  # noqa: E402

CHUNK_BYTES = 8 << 20
BATCH_FILE_PX = 4000
_numbers = itertools.count(1)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "folder", nargs="?", type=Path, default=PROJECT.parent / "shared/samples/camera", help="JPEG photos to send"
    )
    parser.add_argument("--rounds", type=int, default=3, help="turns of each (default: 3)")
    parser.add_argument("--batch-mb", type=int, default=2000, help="size of the batch (default: 2000)")
    parser.add_argument(
        "--only", choices=["rate", "batch", "huge"], action="append", help="a part alone; may be repeated"
    )
    arguments = parser.parse_args()
    parts = arguments.only or ["rate", "batch", "huge"]
    photos = [path.read_bytes() for path in sorted(arguments.folder.iterdir()) if _is_jpeg(path)]
    if not photos:
        parser.error(f"no JPEG photos in {arguments.folder}")
    with tempfile.TemporaryDirectory() as folder, running(Path(folder)) as instance:
        (person,) = instance.make_people("sender")
        server = "PostgreSQL" if instance.environment["DATABASE_URL"].startswith("postgres") else "SQLite"
        print(f"{server}, {instance.environment['WEB_WORKERS']} web process(es)")
        if "rate" in parts:
            _rates(instance, person, arguments.folder, photos, arguments.rounds)
        if "batch" in parts:
            _batch(instance, person, arguments.batch_mb)
        if "huge" in parts:
            _huge(instance, person)


def _is_jpeg(path: Path) -> bool:
    with path.open("rb") as file:
        kind = sniff(file.read(64))
    return kind is not None and kind.name == "JPEG"


def _rates(instance: Instance, person: Person, folder: Path, photos: list[bytes], rounds: int) -> None:
    _send_all(instance, person, photos[:2], clients=1)  # warms up
    for _ in range(rounds):
        alone = _rendered_alone(folder)
        for clients in (1, 4):
            start = time.perf_counter()
            _send_all(instance, person, photos, clients=clients)
            rate = len(photos) / (time.perf_counter() - start)
            print(
                f"  {clients} client(s): {rate:5.2f} photos/s until ready, {rate / alone:.2f} of rendering alone "
                f"on one core ({alone:.2f} photos/s)"
            )


def _rendered_alone(folder: Path) -> float:
    """Photos per CPU second of the same renderings in a process of its own."""
    command = [sys.executable, str(PROJECT / "benchmarks/rendering.py"), str(folder), "--rounds", "1", "--no-sharp"]
    printed = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    line = next(line for line in printed.splitlines() if line.startswith("ours"))
    return float(line.split("second")[1].split("/")[0])


def _send_all(instance: Instance, person: Person, photos: list[bytes], *, clients: int) -> None:
    with ThreadPoolExecutor(clients) as pool:
        for answer in pool.map(lambda data: _post(instance, person, _other(data)), photos):
            if answer.status_code != 200:
                raise RuntimeError(answer.text)


def _other(data: bytes) -> bytes:
    """The same JPEG with another comment, so that it is no duplicate."""
    comment = f"photo {next(_numbers)} of {time.time_ns()}".encode()
    return data[:2] + b"\xff\xfe" + (len(comment) + 2).to_bytes(2, "big") + comment + data[2:]


def _post(instance: Instance, person: Person, data: bytes) -> requests.Response:
    return requests.post(
        f"{instance.url}/upload",
        headers={"Authorization": f"Bearer {person.token}"},
        files={"file": ("photo.jpg", data)},
        timeout=600,
    )


def _batch(instance: Instance, person: Person, batch_mb: int) -> None:
    sent = 0
    _tus(instance, person, _noise(64))
    with _peaks(instance) as peaks:
        before = peaks.web_mib()
        start = time.perf_counter()
        while sent < batch_mb * 1_000_000:
            data = _noise(BATCH_FILE_PX)
            _tus(instance, person, data)
            sent += len(data)
        seconds = time.perf_counter() - start
    print(
        f"  batch of {sent / 1e6:.0f} MB by tus in {seconds:.0f} s: web process {before:.0f} MiB before, "
        f"at most {peaks.web:.0f} MiB; decoding child at most {peaks.child:.0f} MiB"
    )


def _noise(edge_px: int) -> bytes:
    """A PNG that doesn't compress: about three bytes a pixel."""
    out = io.BytesIO()
    Image.frombytes("RGB", (edge_px, edge_px), os.urandom(3 * edge_px * edge_px)).save(out, "PNG", compress_level=0)
    return out.getvalue()


def _tus(instance: Instance, person: Person, data: bytes) -> None:
    headers = {"Authorization": f"Bearer {person.token}", "Tus-Resumable": "1.0.0"}
    made = requests.post(
        f"{instance.url}/api/v1/uploads", headers=headers | {"Upload-Length": str(len(data))}, timeout=60
    )
    made.raise_for_status()
    for start in range(0, len(data), CHUNK_BYTES):
        answer = requests.patch(
            instance.url + made.headers["Location"],
            data=data[start : start + CHUNK_BYTES],
            headers=headers | {"Upload-Offset": str(start), "Content-Type": "application/offset+octet-stream"},
            timeout=600,
        )
        answer.raise_for_status()


def _huge(instance: Instance, person: Person) -> None:
    picture = Image.effect_noise((1200, 1000), 60).convert("RGB").resize((12_000, 10_000), Image.Resampling.NEAREST)
    for format_name, options in (("JPEG", {"quality": 80}), ("PNG", {"compress_level": 1})):
        out = io.BytesIO()
        picture.save(out, format_name, **options)
        with _peaks(instance) as peaks:
            before = peaks.web_mib()
            start = time.perf_counter()
            _tus(instance, person, out.getvalue())
            seconds = time.perf_counter() - start
        print(
            f"  120-megapixel {format_name} of {len(out.getvalue()) / 1e6:.0f} MB in {seconds:.1f} s: web process "
            f"{before:.0f} MiB before, at most {peaks.web:.0f} MiB; decoding child at most {peaks.child:.0f} MiB"
        )


class _Peaks:
    """Peak resident memory of the largest web process and the largest decoding child, in MiB."""

    def __init__(self, data_dir: str) -> None:
        self._mark = f"DATA_DIR={data_dir}".encode()
        self.web = self.child = 0.0

    def web_mib(self) -> float:
        return max((mib for name, mib in self._processes("VmRSS") if name == "web"), default=0)

    def look(self) -> None:
        for name, mib in self._processes("VmRSS"):
            setattr(self, name, max(mib, getattr(self, name)))

    def _processes(self, field: str) -> Iterator[tuple[str, float]]:
        for process in Path("/proc").glob("[0-9]*"):
            with suppress(OSError, IndexError):
                if self._mark not in (process / "environ").read_bytes():
                    continue
                command = (process / "cmdline").read_bytes()
                kib = int((process / "status").read_text().split(f"{field}:")[1].split()[0])
                yield ("child" if b"forkserver" in command else "web"), kib / 1024


@contextmanager
def _peaks(instance: Instance) -> Iterator[_Peaks]:
    """Looks fifty times a second for as long as the context lasts."""
    peaks, ended = _Peaks(instance.environment["DATA_DIR"]), threading.Event()

    def watch() -> None:
        while not ended.wait(0.02):
            peaks.look()

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield peaks
    finally:
        ended.set()
        thread.join()


if __name__ == "__main__":
    main()
