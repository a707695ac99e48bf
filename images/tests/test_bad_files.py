"""Every bad file gets a clear answer and leaves nothing, whatever it claims, hides or does to its decoder.

Everybody's run takes a share of the files; `BAD_FILES=all` takes them all and ends with a report.
"""

import ctypes
import gc
import hashlib
import os
import re
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from pytest_django import Settings

from accounts.models import User
from conftest import Commit
from images import deletion, sandbox, variants
from images.models import Image, Status
from images.tests import badfiles
from images.tests.badfiles import bombs
from images.tests.badfiles.containers import riff_chunk, with_webp_chunks
from images.tests.badfiles.disguises import FILE_NAMES
from images.tests.badfiles.metadata import TEXTS
from images.tests.badfiles.pictures import MARKER, SCRIPT, good, srgb
from images.tests.pictures import jpeg

EVERY = os.environ.get("BAD_FILES") == "all"
STATUSES = {200, 400, 413, 415, 422}
PART = 100
"""So many files share a database transaction, which gets slower with each."""

SHARE = {
    "truncated": 151,
    "flipped": 307,
    "polyglots": 53,
    "lengths": 83,
    "orientations": 37,
    "mislabelled": 37,
    "full-size": 100,
    "slow": 100,
}
"""Everybody's run takes the first of so many files, of other kinds of 47."""
BOUNDARY = "a-boundary-that-no-file-has"
MOST_DECODINGS = 4
"""One to look, three tries to render."""

MOST_GROWTH_BYTES = 256 << 20
SHOWN, REFUSED = frozenset((200,)), frozenset((400,))
ANSWERS = {
    "mislabelled": SHOWN,
    "orientations": SHOWN,
    "texts": SHOWN,
    "polyglots": SHOWN,
    "profiles": SHOWN,
    "zero-size": REFUSED,
    "disguised": REFUSED,
    "pretending": REFUSED,
    "frames": frozenset((413,)),
    "wrong-magic": frozenset((400, 413)),
    "pixels": frozenset((400, 413)),
}
"""Where more is known than that the answer is one of STATUSES."""

Stored = Callable[[], list[str]]
Door = Callable[[str, bytes, bytes], Any]


def as_form(token: str, name: bytes, data: bytes) -> Any:
    """As browsers and scripts send files; the name goes out as it is."""
    head = b'--%s\r\nContent-Disposition: form-data; name="file"; filename="%s"\r\n' % (BOUNDARY.encode(), name)
    body = head + b"Content-Type: image/jpeg\r\n\r\n" + data + b"\r\n--%s--\r\n" % BOUNDARY.encode()
    return _post(token, "/upload", body, f"multipart/form-data; boundary={BOUNDARY}")


def as_body(token: str, name: bytes, data: bytes) -> Any:
    """The file is the body of the request."""
    return _post(token, "/upload?filename=" + "".join(f"%{byte:02x}" for byte in name), data, "image/jpeg")


def _post(token: str, path: str, body: bytes, content_type: str) -> Any:
    client = Client(raise_request_exception=False)
    return client.post(path, body, content_type=content_type, headers={"Authorization": f"Bearer {token}"})


DOORS: tuple[Door, ...] = (as_form, as_form, as_form, as_body)


@dataclass
class Report:
    statuses: Counter[str] = field(default_factory=Counter)
    slowest: list[tuple[float, int, str]] = field(default_factory=list)
    decoder_bytes: int = 0
    first_bytes: int = 0

    def add(self, name: str, answer: Any, seconds: float) -> None:
        self.statuses[f"{answer.status_code} {answer.json().get('code', '')}"] += 1
        self.statuses[f"{answer.status_code} {name.partition('/')[0]}"] += 1
        self.slowest = sorted([*self.slowest, (seconds, answer.status_code, name)], reverse=True)[:10]
        for pid in decoders():
            with suppress(OSError):
                self.decoder_bytes = max(self.decoder_bytes, memory_bytes(pid, "VmHWM"))

    def growth_bytes(self) -> int:
        """How much larger this process is than after the first files, when it has given back what it can."""
        gc.collect()
        ctypes.CDLL(None).malloc_trim(0)
        now = memory_bytes(os.getpid(), "VmRSS")
        self.first_bytes = self.first_bytes or now
        return now - self.first_bytes

    def lines(self) -> Iterator[str]:
        yield ""
        for key, count in sorted(self.statuses.items()):
            yield f"{count:6} {key}"
        for seconds, status, name in self.slowest:
            yield f"{seconds:6.1f} s {status} {name}"
        web = memory_bytes(os.getpid(), "VmHWM")
        yield f"this process: peak {web >> 20} MiB, grew by {self.growth_bytes() >> 20} MiB"
        yield f"a decoder: peak {self.decoder_bytes >> 20} MiB"


@pytest.fixture(scope="module")
def report(request: pytest.FixtureRequest) -> Iterator[Report]:
    sandbox.close()
    report = Report()
    yield report
    terminal = request.config.pluginmanager.getplugin("terminalreporter")
    if EVERY and terminal is not None:
        for line in report.lines():
            terminal.write_line(line)


def memory_bytes(pid: int, key: str) -> int:
    match = re.search(rf"^{key}:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text(), re.MULTILINE)
    return int(match[1]) << 10 if match else 0


def decoders() -> list[int]:
    return [pid for pool in sandbox._pools.values() for pid in pool._pool_manager.worker_manager.workers]


def parts() -> Iterator[Any]:
    """Kinds, and numbers of files that one test takes."""
    for kind in badfiles.KINDS:
        if not EVERY:
            yield pytest.param(kind, range(0, 100_000, SHARE.get(kind, 47)), id=kind)
            continue
        for start in range(0, badfiles.count(kind), PART):
            yield pytest.param(kind, range(start, start + PART), id=f"{kind}-{start}")


@pytest.mark.parametrize(("kind", "wanted"), tuple(parts()))
def test_a_bad_file_is_refused_or_shown_and_leaves_nothing(
    kind: str,
    wanted: range,
    owner: User,
    token: str,
    commit: Commit,
    stored: Stored,
    caplog: pytest.LogCaptureFixture,
    report: Report,
) -> None:
    problems: list[str] = []
    for number, (name, data) in enumerate(badfiles.generate(kind, wanted)):
        caplog.clear()
        started = time.monotonic()
        with commit():
            answer = DOORS[number % len(DOORS)](token, name.rpartition("/")[2].encode(), data)
        seconds = time.monotonic() - started
        found = [*broken_promises(answer, owner, stored())]
        if answer.status_code not in ANSWERS.get(kind, STATUSES):
            found.append(f"answered {answer.status_code}")
        if answer.status_code == 200:
            found += ways_out(Image.objects.get(), kind)
            deletion.delete(Image.objects.all())
        found += [f"{path} stayed" for path in stored()]
        found += [record.getMessage() for record in caplog.records if record.levelname in {"ERROR", "CRITICAL"}]
        if seconds > MOST_DECODINGS * settings.DECODE_TIMEOUT_SECONDS:
            found.append(f"took {seconds:.0f} s")
        problems += [f"{name}: {problem}" for problem in found]
        report.add(name, answer, seconds)
    assert problems == []
    assert report.growth_bytes() < MOST_GROWTH_BYTES


def broken_promises(answer: Any, owner: User, stored: list[str]) -> Iterator[str]:
    """What is wrong with an answer, or with what it left in storage and accounts."""
    body = answer.json()
    if not body.get("message"):
        yield f"no message: {body}"
    if answer.status_code == 413 and not (body.get("limit") and re.search(r"[1-9]", body["message"])):
        yield f"the limit is not named: {body}"
    if any(name.startswith("staging") for name in stored):
        yield "something is left in staging"
    owner.refresh_from_db()
    images = list(Image.objects.all())
    if (owner.used_bytes, owner.image_count) != (sum(image.size_bytes for image in images), len(images)):
        yield f"quota {owner.used_bytes} is not the sum of {images}"
    if answer.status_code != 200 and (images or stored):
        yield f"a refusal left {images} {stored}"


def ways_out(image: Image, kind: str) -> Iterator[str]:
    """What is wrong with what a visitor gets of an accepted file.

    At the limit of pixels there may be memory to decode a picture and none to convert it; its owner is told.
    """
    if kind == "full-size" and image.status == Status.FAILED and image.failure:
        return
    if image.status != Status.READY:
        yield f"accepted and then {image.status}"
        return
    visitor = Client(raise_request_exception=False)
    page = visitor.get(image.get_absolute_url())
    if page.status_code != 200 or SCRIPT in page.content:
        yield f"its page answers {page.status_code}, with markup: {SCRIPT in page.content}"
    for path in (image.direct_url, f"/i/{image.key}/thumb.webp"):
        answer = visitor.get(path)
        if answer.status_code != 200:
            yield f"{path} answers {answer.status_code}"
            continue
        policy = answer.headers["Content-Security-Policy"]
        if not (policy.startswith("default-src 'none'") and policy.endswith("sandbox")):
            yield f"{path} has the policy {policy}"
        if not answer.headers["Content-Type"].startswith("image/"):
            yield f"{path} is {answer.headers['Content-Type']}"
        if answer.headers["X-Content-Type-Options"] != "nosniff":
            yield f"{path} may be taken for something else"
        if MARKER.encode() in answer.getvalue() and kind != "pixel-texts":
            yield f"{path} lets the marker out"


@cache
def scan_bomb() -> bytes:
    """A small JPEG that takes its decoder some seconds."""
    return bombs.jpeg_of_scans(80)


@pytest.mark.parametrize("number", [signal.SIGSEGV, signal.SIGKILL])
def test_a_decoder_that_is_killed_costs_the_file_it_had_alone(
    number: signal.Signals, owner: User, token: str, commit: Commit, stored: Stored
) -> None:
    is_over = threading.Event()

    def kill() -> None:
        while not is_over.wait(0.1):
            for pid in decoders():
                with suppress(ProcessLookupError):
                    os.kill(pid, number)

    killer = threading.Thread(target=kill)
    data = scan_bomb()
    sandbox.close()
    killer.start()
    try:
        refused = as_form(token, b"bomb.jpg", data)
    finally:
        is_over.set()
        killer.join()
    assert refused.status_code == 400
    assert [*broken_promises(refused, owner, stored())] == []
    with commit():
        assert as_form(token, b"good.jpg", jpeg()).status_code == 200
    assert Image.objects.get().status == Status.READY


def test_large_colour_profiles_do_not_pile_up_in_a_decoder(tmp_path: Path, settings: Settings) -> None:
    settings.DECODE_WORKERS = 1
    sandbox.close()
    path = tmp_path / "picture"
    for number in range(5):
        profile = riff_chunk(b"ICCP", srgb() + bytes([number]) + bytes(32 << 20))
        path.write_bytes(with_webp_chunks(good("lossy.webp"), 64, 48, 0x20, profile))
        sandbox.render(path, "WebP", variants.EAGER)
    (decoder,) = decoders()
    grown = memory_bytes(decoder, "VmRSS")
    sandbox.close()
    assert grown < 120 << 20


def test_a_file_that_takes_too_long_is_refused_and_the_next_one_is_not(
    owner: User, token: str, commit: Commit, stored: Stored, settings: Settings
) -> None:
    settings.DECODE_CPU_SECONDS = 1
    refused = as_form(token, b"bomb.jpg", scan_bomb())
    assert refused.status_code == 400
    assert [*broken_promises(refused, owner, stored())] == []
    with commit():
        assert as_form(token, b"good.jpg", jpeg()).status_code == 200


@pytest.mark.parametrize(("number", "name"), tuple(enumerate(FILE_NAMES)))
def test_a_hostile_file_name_gets_into_no_header_folder_or_markup(
    number: int, name: bytes, as_owner: Client, token: str, commit: Commit
) -> None:
    doors = (as_form, as_body)
    for door in doors if EVERY else doors[number % 2 :][:1]:
        with commit():
            answer = door(token, name, jpeg())
        if answer.status_code != 200:
            assert (answer.status_code, door) == (400, as_form), answer.content
            continue
        image = Image.objects.get(pk=answer.json()["id"])
        assert not re.search(r"[/\\\x00-\x1f\x7f\u202e\ufeff]", image.original_name)
        assert 0 < len(image.original_name) <= 200
        page = as_owner.get(image.get_absolute_url())
        assert page.status_code == 200
        assert SCRIPT not in page.content
        assert b"<img src=x" not in page.content
        assert b"49{" not in page.content
        download = as_owner.get(f"/p/{image.key}/download", follow=True)
        assert download.headers["Content-Disposition"].startswith("attachment")
        assert "Set-Cookie" not in download.headers
        assert download.getvalue()


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_markup_in_title_and_description_stays_text(text: str, as_owner: Client, token: str, commit: Commit) -> None:
    fields = {"file": SimpleUploadedFile("a.jpg", jpeg()), "title": text[:200], "description": text[:5000]}
    with commit():
        answer = as_owner.post("/upload", fields, headers={"Authorization": f"Bearer {token}"})
    if "\0" in text:
        assert answer.status_code == 400
        return
    page = as_owner.get(Image.objects.get(pk=answer.json()["id"]).get_absolute_url())
    assert MARKER.encode() in page.content
    assert SCRIPT not in page.content
    assert b"<img src=x" not in page.content


@pytest.mark.parametrize("header", ["attachment; filename*=no-such''%41.jpg", "filename=" + "a" * 20_000, "=;=;*=''%"])
def test_a_disposition_that_cannot_be_read_names_nothing(header: str, token: str, commit: Commit) -> None:
    headers = {"Authorization": f"Bearer {token}", "Content-Disposition": header}
    with commit():
        answer = Client().post("/upload", jpeg(), content_type="image/jpeg", headers=headers)
    assert answer.status_code == 200
    assert Image.objects.get().original_name == "photo"


def test_the_files_are_the_same_at_every_run() -> None:
    def digest() -> str:
        return hashlib.sha256(b"".join(data for kind in quick for _name, data in badfiles.generate(kind))).hexdigest()

    quick = ("repeated", "samples", "disguised", "loops")
    first = digest()
    good.cache_clear()
    assert digest() == first


def test_no_two_files_have_the_same_name() -> None:
    for kind, recipes in badfiles.KINDS.items():
        names = Counter(name for name, _make in recipes())
        assert names.most_common(1)[0][1] == 1, kind
