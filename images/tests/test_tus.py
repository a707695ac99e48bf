"""Resumable uploads: tus 1.0.0, as its specification and docs/api.md promise."""

from collections.abc import Callable

import pytest
from django.test import Client

from accounts.models import User
from conftest import Commit
from images.models import Image, Upload
from images.tests.pictures import jpeg
from images.tests.tus import Tus


@pytest.fixture
def tus(as_owner: Client, commit: Commit) -> Tus:
    return Tus(as_owner, commit)


def test_a_photo_arrives_in_pieces(tus: Tus, stored: Callable[[], list[str]]) -> None:
    data = jpeg((640, 480))
    made = tus.create(len(data), filename="fjord.jpg", title="Fjord", expires="2d")
    assert made.status_code == 201
    url, key = made.headers["Location"], made.headers["X-Image-Id"]
    assert tus.client.get(f"/p/{key}").status_code == 200
    assert tus.patch(url, 0, data[:1000]).headers["Upload-Offset"] == "1000"
    assert tus.head(url).headers["Upload-Offset"] == "1000"
    last = tus.patch(url, 1000, data[1000:])
    assert (last.status_code, last.headers["X-Image-Id"]) == (204, key)
    assert last.headers["X-Image-Url"].endswith(f"/i/{key}.jpg")
    image = Image.objects.get()
    assert (image.key, image.status, image.title, image.original_name) == (key, "ready", "Fjord", "fjord.jpg")
    assert len(stored()) == 3
    head = tus.head(url)
    assert (head.headers["Upload-Offset"], head.headers["X-Image-Id"]) == (str(len(data)), key)


def test_a_bad_picture_is_refused_at_its_last_byte_and_leaves_nothing(tus: Tus, owner: User) -> None:
    made = tus.create(4, filename="a.jpg")
    answer = tus.patch(made.headers["Location"], 0, b"%PDF")
    assert (answer.status_code, answer.json()["code"]) == (415, "unsupported_format")  # type: ignore[attr-defined]
    owner.refresh_from_db()
    assert (Image.objects.count(), Upload.objects.count(), owner.used_bytes) == (0, 0, 0)
