"""Resumable uploads against a real server: connections that break, requests at once, bodies as HTTP allows them."""

import hashlib
import http.client
import os
import re
import socket
import struct
import subprocess
import textwrap
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
import requests

from images import uploads
from images.tests.pictures import jpeg, png
from photocloud.tests import resumable, stack
from photocloud.tests.resumable import STALL_SECONDS, Site, eventually

pytestmark = [pytest.mark.program, pytest.mark.xdist_group("resumable")]

LENGTH = 2_000_000


def staged_bytes(site: Site) -> int:
    """The size of the part file of the one upload under way."""
    return sum(part.stat().st_size for part in (site.app.media_root / "staging").glob("*.part"))


def reset(connection: socket.socket) -> None:
    """Closes as a crashed machine's network does: not a word more, and what wasn't read yet is lost."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


@pytest.mark.parametrize("hang_up", [socket.socket.close, reset])
def test_what_arrived_before_a_client_hung_up_is_kept(site: Site, hang_up: Callable[[socket.socket], None]) -> None:
    path = site.created(LENGTH)
    connection = site.half_sent(path, 0, bytes(300_000), length=LENGTH)
    assert eventually(lambda: staged_bytes(site) > 300_000 - uploads.BLOCK_BYTES)
    hang_up(connection)
    assert eventually(lambda: site.offset(path) > 300_000 - uploads.BLOCK_BYTES)
    if hang_up is not reset:
        assert site.offset(path) == 300_000
    assert site.patch(path, site.offset(path), b"more").status_code == 204
    assert site.send("DELETE", path).status_code == 204


def test_an_upload_belongs_to_one_request_at_a_time(site: Site) -> None:
    path = site.created(LENGTH)
    with site.half_sent(path, 0, bytes(100_000), length=LENGTH):
        assert eventually(lambda: staged_bytes(site) > 0)
        for answer in (site.patch(path, 0, b"other"), site.send("DELETE", path)):
            assert (answer.status_code, answer.json()["code"]) == (423, "busy")
        assert site.head(path).status_code == 200
    assert eventually(lambda: site.offset(path) == 100_000)
    assert site.send("DELETE", path).status_code == 204


def test_a_connection_without_a_word_lets_go_of_its_upload(site: Site) -> None:
    path = site.created(LENGTH)
    with site.half_sent(path, 0, bytes(100_000), length=LENGTH) as silent:
        begun = time.monotonic()
        answer = http.client.HTTPResponse(silent)
        answer.begin()
        assert answer.status == 409
        assert time.monotonic() - begun < STALL_SECONDS + 5
        assert site.offset(path) > 100_000 - uploads.BLOCK_BYTES
        assert site.send("DELETE", path).status_code == 204


def test_a_slow_client_that_keeps_sending_is_heard_out(site: Site) -> None:
    data = jpeg((64, 48))
    path = site.created(len(data))
    step = len(data) // 4 + 1
    with site.half_sent(path, 0, b"", length=len(data)) as slow:
        for start in range(0, len(data), step):
            time.sleep(STALL_SECONDS * 0.4)
            slow.sendall(data[start : start + step])
        answer = http.client.HTTPResponse(slow)
        answer.begin()
        assert answer.status == 204


def test_a_body_of_unknown_length_is_411(site: Site) -> None:
    path = site.created(LENGTH)
    answer = site.patch(path, 0, iter([b"chunk", b"chunk"]))
    assert (answer.status_code, answer.json()["code"]) == (411, "length_required")
    assert site.offset(path) == 0
    assert site.send("POST", "/api/v1/uploads", iter([b"chunk"]), Upload_Length="10").status_code == 411
    assert site.send("DELETE", path).status_code == 204


def test_a_client_that_waits_for_100_continue_gets_it(site: Site) -> None:
    path = site.created(LENGTH)
    connection = http.client.HTTPConnection(site.url.removeprefix("http://"), timeout=30)
    connection.putrequest("PATCH", path)
    headers = {"Tus-Resumable": "1.0.0", "Upload-Offset": "0", "Content-Type": resumable.BYTES, "Content-Length": "5"}
    for name, value in (headers | site.bearer | {"Expect": "100-continue"}).items():
        connection.putheader(name, value)
    connection.endheaders()
    sock = connection.sock
    assert isinstance(sock, socket.socket)
    assert sock.recv(100).startswith(b"HTTP/1.1 100 Continue")
    connection.send(b"hello")
    answer = connection.getresponse()
    assert (answer.status, answer.headers["Upload-Offset"]) == (204, "5")
    connection.close()
    assert site.send("DELETE", path).status_code == 204


def test_a_refusal_reaches_a_client_that_is_still_sending(site: Site) -> None:
    path = site.created(LENGTH)
    for answer in (
        site.patch(path, 7, bytes(LENGTH - 7)),
        site.send("PATCH", path, bytes(LENGTH), Authorization="Bearer wrong", Upload_Offset="0"),
        site.patch(path, 0, bytes(20_000_000)),
    ):
        assert answer.status_code in {409, 401, 413}
        assert answer.headers["Tus-Resumable"] == "1.0.0"
    assert site.offset(path) == 0
    assert site.send("DELETE", path).status_code == 204


def test_headers_without_end_are_refused(site: Site) -> None:
    path = site.created(LENGTH)
    answer = site.send("PATCH", path, b"x", Upload_Offset="0", Upload_Checksum="a" * 100_000)
    assert answer.status_code == 431
    assert site.offset(path) == 0
    assert site.send("DELETE", path).status_code == 204


def test_an_upload_takes_no_more_memory_than_a_block(site: Site, server: resumable.Server) -> None:
    path = site.created(64_000_000)
    (worker,) = resumable.children(server.pid)
    before = resident_bytes(worker)
    assert site.patch(path, 0, bytes(60_000_000)).status_code == 204
    assert resident_bytes(worker) - before < 8_000_000
    assert site.send("DELETE", path).status_code == 204


def resident_bytes(pid: int) -> int:
    """The most that a process has ever held."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) * 1024


def at_once(requests_: list[Callable[[], requests.Response]]) -> list[requests.Response]:
    """Sends all at the same moment."""
    gate = threading.Barrier(len(requests_))

    def send(request: Callable[[], requests.Response]) -> requests.Response:
        gate.wait()
        return request()

    with ThreadPoolExecutor(len(requests_)) as pool:
        return list(pool.map(send, requests_))


def test_the_same_bytes_that_finish_at_once_are_one_photo(site: Site, session: requests.Session) -> None:
    data = jpeg((640, 480))
    paths = [site.created(len(data), data[:-1]) for _ in range(4)]
    answers = at_once([lambda path=path: site.patch(path, len(data) - 1, data[-1:]) for path in paths])  # type: ignore[misc]
    assert [answer.status_code for answer in answers] == [204] * 4, [answer.text for answer in answers]
    (key,) = {answer.headers["X-Image-Id"] for answer in answers}
    assert sum(answer.headers.get("X-Image-Duplicate") == "true" for answer in answers) == 3
    assert site.original_sha256(session, key) == hashlib.sha256(data).hexdigest()
    assert {site.head(path).headers["X-Image-Id"] for path in paths} == {key}


def test_the_example_of_the_documentation_works(site: Site, session: requests.Session, tmp_path: Path) -> None:
    stack.program("curl", "apt-get install curl")
    (tmp_path / "photo.jpg").write_bytes(jpeg((640, 480)))
    (example,) = re.findall(r"(?m)^    size=.*\n(?:    .*\n)+", (stack.BASE_DIR / "docs" / "api.md").read_text())
    environment = os.environ | {"SITE": site.url, "TOKEN": site.token}
    command = ["bash", "-euo", "pipefail", "-c", textwrap.dedent(example)]
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    key = re.search(r"(?i)^x-image-id: (\w+)", done.stdout, re.MULTILINE)
    assert key, done.stdout + done.stderr
    assert site.original_sha256(session, key[1]) == hashlib.sha256((tmp_path / "photo.jpg").read_bytes()).hexdigest()


def test_fifty_uploads_that_finish_together_queue_for_the_decoders(site: Site, session: requests.Session) -> None:
    photos = [png((80 + number, 60)) for number in range(50)]
    answers = at_once([lambda data=data: site.create(len(data), data) for data in photos])  # type: ignore[misc]
    assert {answer.status_code for answer in answers} == {201}, [answer.text for answer in answers]
    keys = [answer.headers["X-Image-Id"] for answer in answers]
    assert len(set(keys)) == 50
    assert site.original_sha256(session, keys[17]) == hashlib.sha256(photos[17]).hexdigest()
    links = [requests.get(answer.headers["X-Image-Url"], timeout=30) for answer in answers[::10]]
    assert {(link.status_code, link.headers["Content-Type"]) for link in links} == {(200, "image/png")}
    assert staged_bytes(site) == 0


PERSON_WITH_LITTLE_ROOM = """
from accounts import tokens
from accounts.models import User
person = User.objects.create_user(email="bob@example.com", username="bob", password=None, storage_limit_bytes=1500)
print(tokens.issue(person, name="test")[1])
"""


def test_of_two_uploads_for_the_last_bytes_of_room_one_wins(site: Site) -> None:
    token = site.app.manage("shell", "--no-imports", "-c", PERSON_WITH_LITTLE_ROOM).strip()
    person = replace(site, token=token)
    answers = at_once([lambda: person.create(1000)] * 2)
    assert sorted(answer.status_code for answer in answers) == [201, 413]
    (won,) = [answer for answer in answers if answer.ok]
    assert person.send("DELETE", won.headers["Location"]).status_code == 204
    assert person.send("DELETE", person.created(1500)).status_code == 204
