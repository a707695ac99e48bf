"""tuspy and tus-js-client, as people install them, over a network that breaks and a server that is killed."""

import json
import random
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests
from tusclient.client import TusClient
from tusclient.exceptions import TusCommunicationError, TusUploadFailed

from photocloud.tests import resumable, stack
from photocloud.tests.resumable import Cut, Network, Server, Site

pytestmark = pytest.mark.xdist_group("resumable")

SEED = 20_260_117
SIDE = 1800
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


def cuts(seed: int, happenings: list[Callable[[], object]]) -> list[Cut]:
    """A cut for each at a random place; all of them together come before the end."""
    places = random.Random(seed)
    return [Cut(places.randrange(LENGTH // 20, LENGTH // (len(happenings) + 1)), happens) for happens in happenings]


def nothing() -> None:
    """A cut and no more."""


def new_token(site: Site) -> str:
    return site.app.manage("create_token", stack.EMAIL, "--name", "another", "--scope", "upload").strip()


@pytest.mark.parametrize("checksum", [False, True])
def test_tuspy_resumes_to_the_same_bytes(
    site: Site, server: Server, session: requests.Session, tmp_path: Path, checksum: bool
) -> None:
    path = tmp_path / "noise.png"
    sha256 = resumable.noise(path, seed=SEED + checksum, side=SIDE)
    happenings = [nothing, nothing] if checksum else [nothing, server.restart]
    url, offsets = None, []
    with network(site, *cuts(SEED, happenings)) as between, path.open("rb") as file:
        client = TusClient(f"{between.url}/library/uploads")
        for token in (site.token, site.token, new_token(site)):
            client.set_headers({"Authorization": f"Bearer {token}"})
            uploader = client.uploader(
                file_stream=file,
                url=url,
                chunk_size=700_000 if checksum else LENGTH * 2,
                metadata={"filename": path.name},
                upload_checksum=checksum,
            )
            offsets.append(uploader.offset)
            try:
                uploader.upload()
            except (TusUploadFailed, TusCommunicationError):
                time.sleep(0.5)  # the server has to notice, too
            url = uploader.url
    assert offsets == sorted(offsets)
    assert 0 < offsets[1] < LENGTH, offsets
    finished = site.head(url.removeprefix(between.url))
    key = finished.headers["X-Image-Id"]
    assert site.original_sha256(session, key) == sha256


def test_tus_js_client_resumes_to_the_same_bytes(
    site: Site, server: Server, session: requests.Session, tmp_path: Path
) -> None:
    node = stack.program("node", "apt-get install nodejs npm")
    if not (STORY / "node_modules").is_dir():
        npm = stack.program("npm", "apt-get install npm")
        subprocess.run([npm, "ci", "--no-audit", "--no-fund"], cwd=STORY, check=True, capture_output=True)
    path = tmp_path / "noise.png"
    sha256 = resumable.noise(path, seed=SEED + 2, side=SIDE)

    def run(between: Network, *, token: str, retries: int) -> subprocess.CompletedProcess[str]:
        arguments = [f"{between.url}/api/v1/uploads", str(path), token, str(tmp_path / "store"), str(retries)]
        command = [node, "upload.js", *arguments]
        return subprocess.run(command, cwd=STORY, capture_output=True, text=True, timeout=120, check=False)

    with network(site, *cuts(SEED + 3, [nothing, nothing, server.restart])) as between:
        stopped = run(between, token=site.token, retries=0)
        assert stopped.returncode == 1, stopped.stdout
        done = run(between, token=new_token(site), retries=5)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert len(told["resumedAt"]) == 3
    assert told["resumedAt"] == sorted(told["resumedAt"])
    assert told["resumedAt"][0] > 0
    assert site.original_sha256(session, told["image"]) == sha256
