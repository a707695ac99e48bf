"""Three people (owner, stranger, visitor), their clients, real files in a temp folder, real pictures."""

import gc
import zlib
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, TypeAlias

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone, translation
from pytest_django import Settings

from accounts import tokens
from accounts.models import User
from images.models import Image
from images.tests import pictures
from images.tests.pictures import jpeg

Upload: TypeAlias = Callable[..., Image]
Commit: TypeAlias = Callable[..., AbstractContextManager[Any]]


FIRST = (
    "crashes",
    "camera",
    "exiftool",
    "nginx",
    "s3",
    "resumable",
    "test_sandbox",
    "test_server_script",
    "durability",
)
"""Groups and files that take long or wait much, in the order in which they are given to the test processes."""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--database-only", action="store_true", help="only tests that use a database")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """What takes long begins first, so that all test processes end at the same time."""
    items.sort(key=lambda item: next((rank for rank, name in enumerate(FIRST) if _belongs(item, name)), len(FIRST)))
    if config.getoption("database_only"):
        config.hook.pytest_deselected(items=[item for item in items if not _uses_database(item)])
        items[:] = [item for item in items if _uses_database(item)]


def pytest_collection_finish() -> None:
    """Without this a tenth of the time of all tests is spent on looking for garbage among what stays."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)


def _belongs(item: pytest.Item, name: str) -> bool:
    marker = item.get_closest_marker("xdist_group")
    return item.path.stem == name or (marker is not None and marker.args == (name,))


def _uses_database(item: pytest.Item) -> bool:
    """Also what starts programs of its own, which are told by the environment where their database is."""
    at_home = item.path.parent == Path(__file__).parent / "photocloud" / "tests"
    starts_programs = at_home and item.get_closest_marker("program") is not None
    asks_for_it = "db" in getattr(item, "fixturenames", ()) or item.get_closest_marker("django_db") is not None
    return starts_programs or asks_for_it


@pytest.fixture(autouse=True)
def media(settings: Settings, tmp_path: Path) -> Path:
    """A media root of its own for every test; work for spare time is queued and not done."""
    root = tmp_path / "media"
    settings.MEDIA_ROOT = root
    settings.STAGING_DIR = root / "staging"
    settings.STORAGES = {
        "default": {"BACKEND": "images.storage.LocalStorage", "OPTIONS": {"location": root}},
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    settings.TASKS = {**settings.TASKS, "thread": {"BACKEND": "django_tasks.backends.dummy.DummyBackend"}}
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.DISK_HEADROOM_BYTES = 0
    settings.STATIC_ROOT = tmp_path / "static"
    settings.STATIC_ROOT.mkdir()
    return root


@pytest.fixture(autouse=True)
def own_language() -> Iterator[None]:
    """The language and the zone of a request stay active in its thread, which here is that of the next test."""
    yield
    translation.deactivate()
    timezone.deactivate()


@pytest.fixture(autouse=True)
def own_pictures(request: pytest.FixtureRequest) -> None:
    """A test's pictures are the same whatever ran before it, and not those of other tests."""
    pictures.begin(zlib.crc32(request.node.nodeid.encode()))


@pytest.fixture
def owner(db: None) -> User:
    cache.clear()
    return User.objects.create_user(email="owner@example.com", username="owner", password="correct horse")


@pytest.fixture
def stranger(db: None) -> User:
    return User.objects.create_user(email="stranger@example.com", username="stranger", password="battery staple")


@pytest.fixture
def moderator(db: None) -> User:
    return User.objects.create_superuser(email="mod@example.com", username="moderator", password="four random words")


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def as_owner(owner: User) -> Client:
    return signed_in(owner)


@pytest.fixture
def as_stranger(stranger: User) -> Client:
    return signed_in(stranger)


@pytest.fixture
def as_moderator(moderator: User) -> Client:
    return signed_in(moderator)


@pytest.fixture
def visitor(db: None) -> Client:
    return Client()


@pytest.fixture
def token(owner: User) -> str:
    return tokens.issue(owner, name="script")[1]


@pytest.fixture
def commit(django_capture_on_commit_callbacks: Commit) -> Commit:
    """A block whose on_commit callbacks run at its end, as after a real COMMIT."""
    return lambda: django_capture_on_commit_callbacks(execute=True)


@pytest.fixture
def upload(as_owner: Client, commit: Commit) -> Upload:
    """Uploads a picture as the owner, through the door, and returns its rendered row."""

    def do(data: bytes | None = None, *, name: str = "photo.jpg", client: Client = as_owner, **fields: Any) -> Image:
        file = SimpleUploadedFile(name, jpeg() if data is None else data)
        with commit():
            answer = client.post("/upload", {"file": file, **fields})
        assert answer.status_code == 200, answer.content
        return Image.objects.get(pk=answer.json()["id"])

    return do


@pytest.fixture
def stored(media: Path) -> Callable[[], list[str]]:
    """Names of all files under the media root."""

    def names() -> list[str]:
        return sorted(str(path.relative_to(media)) for path in media.rglob("*") if path.is_file())

    return names


@pytest.fixture(autouse=True)
def _nothing_staged(media: Path) -> Iterator[None]:
    """Whatever a test does, no temporary file stays behind."""
    yield
    staging = media / "staging"
    assert not staging.is_dir() or not [path for path in staging.iterdir() if path.suffix != ".keep"]
