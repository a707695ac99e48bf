"""kill -9 at every named point of upload, rendering, deletion and change of visibility, with a real gunicorn.

The process that is killed is replaced, the client goes on. Each point once; benchmarks/crashes.py does it many times
and kills at random.
"""

import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from images.failpoints import POINTS, Point
from images.tests.pictures import jpeg
from photocloud.tests import crashing, stack
from photocloud.tests.uploading import Client

pytestmark = [pytest.mark.program, pytest.mark.xdist_group("crashes")]

TUS: tuple[Point, ...] = (
    "start.committed",
    "append.written",
    "append.synced",
    "append.saved",
    "finish.begun",
    "finish.inspected",
    "put.linked",
    "finish.stored",
    "commit.open",
    "commit.done",
    "commit.unlinked",
    "render.begun",
    "render.first",
    "render.stored",
    "render.ready",
)
MULTIPART: tuple[Point, ...] = ("receive.moved", "put.linked", "commit.done")
DUPLICATE: tuple[Point, ...] = ("duplicate.found", "duplicate.open", "duplicate.merged")
DELETE: tuple[Point, ...] = ("delete.marked", "delete.emptied")
REKEY: tuple[Point, ...] = ("rekey.copied", "rekey.committed")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, ready_made: Path) -> Iterator[crashing.Site]:
    with (
        crashing.prepared(tmp_path_factory.mktemp("crashes"), ready_made, WEB_WORKERS="1") as site,
        crashing.running(site),
    ):
        yield site


@pytest.fixture
def client(site: crashing.Site) -> Iterator[Client]:
    client = Client(site.app.url, site.token)
    yield client
    client.close()


def photos(client: Client, name: str) -> list[dict[str, str]]:
    """The owner's photos of that name among the newest."""
    rows: list[dict[str, str]] = client.insist("GET", "/images-list").json()["data"]
    return [row for row in rows if row["original_name"] == name]


def upload(site: crashing.Site, client: Client, name: str) -> str:
    data = jpeg((400, 300))
    key = client.tus(data, name, piece_bytes=len(data) // 2 + 1)
    site.acknowledge(name, data)
    return key


def test_every_point_is_killed_at() -> None:
    assert {*TUS, *MULTIPART, *DUPLICATE, *DELETE, *REKEY} == set(POINTS)


@pytest.mark.parametrize("point", TUS)
def test_an_upload_in_pieces_is_one_photo(site: crashing.Site, client: Client, point: Point) -> None:
    client.failpoint = point
    key = upload(site, client, f"{point}.jpg")
    assert client.losses == 1
    (photo,) = photos(client, f"{point}.jpg")
    assert photo["filename"] == f"{key}.jpg"


@pytest.mark.parametrize("point", MULTIPART)
def test_an_upload_by_multipart_is_one_photo(site: crashing.Site, client: Client, point: Point) -> None:
    data, name = jpeg((400, 300)), f"multipart-{point}.jpg"
    client.failpoint = point
    key = client.post(data, name)
    site.acknowledge(name, data)
    assert client.losses == 1
    (photo,) = photos(client, name)
    assert photo["filename"] == f"{key}.jpg"


@pytest.mark.parametrize("point", DUPLICATE)
def test_the_same_bytes_again_are_the_same_photo(site: crashing.Site, client: Client, point: Point) -> None:
    data, name = jpeg((400, 300)), f"{point}.jpg"
    first = client.post(data, name)
    site.acknowledge(name, data)
    client.failpoint = point
    assert client.tus(data, f"again-{name}", piece_bytes=len(data)) == first
    assert client.losses == 1
    assert photos(client, name)
    assert not photos(client, f"again-{name}")


@pytest.mark.parametrize("point", DELETE)
def test_a_deletion_is_done_after_all(site: crashing.Site, client: Client, point: Point) -> None:
    name = f"{point}.jpg"
    upload(site, client, name)
    (photo,) = photos(client, name)
    client.failpoint = point
    assert client.insist("DELETE", f"/delete/{photo['id']}").status_code == 404
    assert client.losses == 1
    assert not photos(client, name)
    del site.acknowledged[name]


@pytest.mark.parametrize("point", REKEY)
def test_a_change_to_private_keeps_the_photo(site: crashing.Site, client: Client, point: Point) -> None:
    key = upload(site, client, f"{point}.jpg")
    script = f"""
from images import visibility
from images.models import Image
visibility.change(Image.objects.get(key="{key}"), "private")
"""
    die(site, point, "shell", "--no-imports", "-c", script)
    assert photos(client, f"{point}.jpg")


def test_the_files_that_a_killed_change_left_are_found_and_deleted(site: crashing.Site) -> None:
    """Purge doesn't know them: their names are in no row."""
    found = site.app.manage("check_files", "--repair", "--grace=0")
    assert found.count("orphan: file originals/") == len(REKEY)
    assert found.count("/thumb.webp: no photo has it") == len(REKEY)
    assert "missing" not in found


@pytest.mark.parametrize("point", DELETE)
def test_a_purge_is_finished_by_the_next(site: crashing.Site, client: Client, point: Point) -> None:
    name = f"purged-{point}.jpg"
    data = jpeg((400, 300))
    answer = client.insist("POST", "/upload", files={"file": (name, data)}, data={"expires": "1s"})
    assert answer.status_code == 200
    time.sleep(1)
    die(site, point, "purge", "--skip-checks")
    assert not photos(client, name)


def test_no_process_starts_with_a_failpoint_by_accident(site: crashing.Site) -> None:
    for arguments in (["manage.py", "purge"], ["script/serve.py"]):
        environment = {**site.app.environment, "FAILPOINT": "delete.marked", "PORT": str(stack.free_port())}
        command = [sys.executable, *arguments]
        done = subprocess.run(command, cwd=stack.BASE_DIR, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 1
        assert "photocloud.E003" in done.stderr


def test_in_the_end_nothing_is_lost_doubled_or_left(site: crashing.Site) -> None:
    """Of all that the tests above have done to this site."""
    verdict = site.settle()
    assert verdict.check_files == ""
    assert verdict.is_clean, verdict
    assert verdict.photos == len(site.acknowledged)
    assert requests.get(f"{site.app.url}/healthz", timeout=30).status_code == 200


def die(site: crashing.Site, point: Point, *arguments: str) -> None:
    """Runs manage.py, which dies at the point."""
    environment = {**site.app.environment, "FAILPOINT": point}
    command = [sys.executable, "manage.py", *arguments]
    done = subprocess.run(command, cwd=stack.BASE_DIR, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == -signal.SIGKILL, done.stderr
