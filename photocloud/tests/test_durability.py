"""What the kernel was asked for, and in which order, before an upload was acknowledged: seen by strace."""

import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from images.tests.pictures import jpeg
from photocloud.tests import crashing, stack
from photocloud.tests.uploading import Client

pytestmark = [pytest.mark.program, pytest.mark.xdist_group("durability")]

CALLS = "write,pwrite64,fsync,fdatasync,link,linkat,rename,mkdir,unlink,sendto,recvfrom"
UNFINISHED = re.compile(r"^(?P<pid>\d+) +(?P<call>.*) <unfinished \.\.\.>$")
RESUMED = re.compile(r"^(?P<pid>\d+) +<\.\.\. \w+ resumed>(?P<rest>.*)$")


@dataclass
class Trace:
    """The system calls of a process, one a line, in the order in which they ended."""

    calls: list[str] = field(default_factory=list)

    def after(self, start: int, pattern: str) -> int:
        """The position behind the first call from `start` on that matches."""
        for position in range(start, len(self.calls)):
            if re.search(pattern, self.calls[position]):
                return position + 1
        shown = "\n".join(self.calls)
        pytest.fail(f"no {pattern} after call {start} of\n{shown}")


@contextmanager
def traced(pid: int, folder: Path) -> Iterator[Trace]:
    strace = stack.program("strace", "apt-get install strace")
    output, said = folder / "strace", folder / "strace.said"
    command = [strace, "-f", "-y", "-s", "200", "-e", f"trace={CALLS}", "-o", str(output), "-p", str(pid)]
    trace = Trace()
    with said.open("w") as errors, subprocess.Popen(command, stderr=errors) as process:
        deadline = time.monotonic() + 30
        while "attached" not in said.read_text():
            assert process.poll() is None, said.read_text()
            assert time.monotonic() < deadline, said.read_text()
            time.sleep(0.02)
        yield trace
        process.terminate()
    begun: dict[str, str] = {}
    for line in output.read_text().splitlines():
        if unfinished := UNFINISHED.match(line):
            begun[unfinished["pid"]] = unfinished["call"]
        elif resumed := RESUMED.match(line):
            trace.calls.append(begun.pop(resumed["pid"], "") + resumed["rest"])
        else:
            trace.calls.append(line.partition(" ")[2].strip())


@dataclass(frozen=True)
class Site:
    prepared: crashing.Site
    worker: int


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, ready_made: Path) -> Iterator[Site]:
    command = (sys.executable, "-m", "gunicorn", "--config", "deploy/gunicorn.conf.py")
    with (
        crashing.prepared(tmp_path_factory.mktemp("durability"), ready_made, WEB_WORKERS="1") as prepared,
        crashing.running(prepared, command) as server,
    ):
        (worker,) = Path(f"/proc/{server.pid}/task/{server.pid}/children").read_text().split()
        yield Site(prepared, int(worker))


@pytest.mark.parametrize("way", ["multipart", "tus"])
def test_a_photo_is_on_disk_before_it_is_committed_and_committed_before_it_is_acknowledged(
    site: Site, way: str, tmp_path: Path
) -> None:
    data, app = jpeg((400, 300)), site.prepared.app
    with closing(Client(app.url, site.prepared.token)) as client:
        client.post(jpeg(), "first.jpg")  # so that the process that is traced starts no decoder
        with traced(site.worker, tmp_path) as trace:
            if way == "tus":
                client.tus(data, "a.jpg", piece_bytes=len(data))
            else:
                client.post(data, "a.jpg")
    at = trace.after(0, r"^(write|pwrite64)\(\d+<[^>]*/staging/[^>]+>")
    at = trace.after(at, r"^fsync\(\d+<[^>]*/staging/[^>]+\.part>\) += 0")
    at = trace.after(at, r'^link(at)?\(.*/staging/[^"]+\.part".*/originals/[^"]+\.jpg".* = 0')
    (name,) = re.findall(r'/originals/([^"]+)\.jpg"', trace.calls[at - 1])
    folder = f"originals/{name[:2]}"
    at = trace.after(at, rf"^fsync\(\d+<[^>]*/{folder}>\) += 0")
    if "postgres" in app.environment["DATABASE_URL"]:
        at = trace.after(at, r"^sendto\(.*COMMIT")
        at = trace.after(at, r"^recvfrom\(.*COMMIT")
    else:
        at = trace.after(at, r"^f(data)?sync\(\d+<[^>]*\.sqlite3-wal>\) += 0")
    at = trace.after(at, r'^unlink\(.*\.part"\) += 0')  # which waits for the COMMIT
    at = trace.after(at, r'^sendto\(.*"HTTP/1\.1 20[04]')
    made = [position for position, call in enumerate(trace.calls) if re.search(rf'^mkdir\(.*/{folder}"', call)]
    for position in made:  # once in 3,364 times the folder was there
        trace.after(position, r"^fsync\(\d+<[^>]*/originals>\) += 0")
