"""tuspy and tus-js-client, as people install them, over a network that breaks and a server that is killed."""

import json
import random
import subprocess
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests
from tusclient.client import TusClient
from tusclient.exceptions import TusCommunicationError, TusUploadFailed
from tusclient.uploader.uploader import Uploader

from photocloud.tests import resumable, stack
from photocloud.tests.resumable import Cut, Network, Server, Site

pytestmark = [pytest.mark.program, pytest.mark.xdist_group("resumable")]

SEED = 20_260_117
SIDE = 1000
LENGTH = SIDE * SIDE * 3
STORY = stack.BASE_DIR / "e2e" / "tus"


@contextmanager
def network(site: Site, *cuts: Cut) -> Iterator[Network]:
    between = Network(site.url, list(cuts))
    try:
        yield between
    finally:
        between.close()
        assert not between.cuts, "the network was to break once more"


def cuts(seed: int, happenings: Sequence[Callable[[], object]]) -> list[Cut]:
    """A cut for each at a random place; all of them together come before the end."""
    places = random.Random(seed)
    return [Cut(places.randrange(LENGTH // 10, LENGTH // (len(happenings) + 1)), happens) for happens in happenings]


def nothing() -> None:
    """A cut and no more."""


def install() -> None:
    """What package-lock.json says, unless it is there."""
    npm = stack.program("npm", "apt-get install nodejs npm")
    installed, wanted = STORY / "node_modules" / ".package-lock.json", STORY / "package-lock.json"
    if not installed.is_file() or installed.stat().st_mtime < wanted.stat().st_mtime:
        subprocess.run([npm, "ci", "--no-audit", "--no-fund"], cwd=STORY, check=True, capture_output=True)


@pytest.fixture(scope="module")
def new_token(site: Site) -> str:
    """Another token of the same person."""
    return site.app.manage("create_token", stack.EMAIL, "--name", "another", "--scope", "upload").strip()


@pytest.mark.parametrize("checksum", [False, True])
def test_tuspy_resumes_to_the_same_bytes(
    site: Site, server: Server, session: requests.Session, tmp_path: Path, new_token: str, checksum: bool
) -> None:
    path = tmp_path / "noise.png"
    sha256 = resumable.noise(path, seed=SEED + checksum, side=SIDE)
    happenings = [nothing, nothing] if checksum else [nothing, server.restart]
    with network(site, *cuts(SEED, happenings)) as between, path.open("rb") as file:

        def uploader(token: str, *, url: str | None, retries: int) -> Uploader:
            client = TusClient(f"{between.url}/library/uploads", headers={"Authorization": f"Bearer {token}"})
            return client.uploader(
                file_stream=file,
                url=url,
                chunk_size=200_000 if checksum else LENGTH * 2,
                metadata={"filename": path.name},
                upload_checksum=checksum,
                retries=retries,
                retry_delay=1,
            )

        stopped = uploader(site.token, url=None, retries=0)
        with pytest.raises((TusUploadFailed, TusCommunicationError)):
            stopped.upload()
        url = stopped.url or ""
        assert resumable.eventually(lambda: site.offset(url.removeprefix(between.url)) > 0)
        resumed = uploader(new_token, url=url, retries=9)
        assert 0 < resumed.offset < LENGTH
        resumed.upload()
    finished = site.head(url.removeprefix(between.url))
    key = finished.headers["X-Image-Id"]
    assert site.original_sha256(session, key) == sha256


def test_tus_js_client_resumes_to_the_same_bytes(
    site: Site, server: Server, session: requests.Session, tmp_path: Path, new_token: str
) -> None:
    node = stack.program("node", "apt-get install nodejs npm")
    install()
    path = tmp_path / "noise.png"
    sha256 = resumable.noise(path, seed=SEED + 2, side=SIDE)

    def run(between: Network, *, token: str, retries: int) -> subprocess.CompletedProcess[str]:
        arguments = [f"{between.url}/api/v1/uploads", str(path), token, str(tmp_path / "store"), str(retries)]
        command = [node, "upload.js", *arguments]
        return subprocess.run(command, cwd=STORY, capture_output=True, text=True, timeout=120, check=False)

    with network(site, *cuts(SEED + 3, [nothing, nothing, server.restart])) as between:
        stopped = run(between, token=site.token, retries=0)
        assert stopped.returncode == 1, stopped.stdout
        done = run(between, token=new_token, retries=5)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert len(told["resumedAt"]) >= 3
    assert told["resumedAt"] == sorted(told["resumedAt"])
    assert told["resumedAt"][-1] > 0
    assert site.original_sha256(session, told["image"]) == sha256
