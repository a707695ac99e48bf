"""Asking which files are there already."""

import hashlib
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from accounts.models import User
from conftest import Commit, Upload
from images.models import Image
from images.tests.pictures import jpeg
from images.tests.tus import speaking
from images.views.known import MOST

KNOWN = "/api/v1/uploads/known"
OTHER = "0" * 64


def ask(client: Client, sums: Any, **extra: Any) -> HttpResponse:
    return client.post(KNOWN, {"sha256": sums}, content_type="application/json", **extra)  # type: ignore[return-value]


def test_a_client_learns_which_of_its_files_are_there(as_owner: Client, upload: Upload) -> None:
    image = upload()
    answer = ask(as_owner, [image.sha256, OTHER])
    assert answer.status_code == 200
    (known,) = answer.json()["known"].items()  # type: ignore[attr-defined]
    assert known[0] == image.sha256
    assert known[1]["id"] == image.key
    assert known[1]["page_url"].endswith(f"/p/{image.key}")
    assert as_owner.get(known[1]["thumbnail_url"]).getvalue()


def test_nobody_learns_of_other_people_s_photos(as_stranger: Client, upload: Upload) -> None:
    image = upload(visibility="public")
    assert as_stranger.get(f"/p/{image.key}").status_code == 200
    assert ask(as_stranger, [image.sha256]).json() == {"known": {}}  # type: ignore[attr-defined]


def test_what_is_gone_or_still_on_its_way_is_not_known(as_owner: Client, upload: Upload, commit: Commit) -> None:
    image, data = upload(), jpeg((99, 99))
    Image.objects.update(expires_at=timezone.now())
    with speaking(as_owner, commit) as tus:
        tus.patch(tus.created(len(data)), 0, data[:-1])
        sums = [image.sha256, hashlib.sha256(data).hexdigest(), ""]
        assert ask(as_owner, sums[:2]).json() == {"known": {}}  # type: ignore[attr-defined]
        assert ask(as_owner, sums).status_code == 400


def test_any_number_of_sums_is_one_question_to_the_database(
    as_owner: Client, upload: Upload, django_assert_max_num_queries: Any
) -> None:
    sums = [upload(jpeg((60 + number, 50))).sha256 for number in range(3)]
    with django_assert_max_num_queries(3):
        assert len(ask(as_owner, sums + [f"{number:064x}" for number in range(MOST - 3)]).json()["known"]) == 3  # type: ignore[attr-defined]


def test_too_many_at_a_time_are_refused(as_owner: Client) -> None:
    answer = ask(as_owner, [OTHER] * (MOST + 1))
    assert (answer.status_code, answer.json()["code"], answer.json()["limit"]) == (413, "too_many_sums", MOST)  # type: ignore[attr-defined]
    assert ask(as_owner, [OTHER] * 50_000).status_code == 413


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"\xff",
        b"[]",
        b"1",
        b'"sha256"',
        b"{}",
        b'{"sha256": null}',
        b'{"sha256": "00"}',
        b'{"sha256": {"a": 1}}',
        b'{"sha256": [1]}',
        b'{"sha256": ["' + b"A" * 64 + b'"]}',
        b'{"sha256": ["' + b"0" * 63 + b'"]}',
        b'{"sha256": ["' + b"0" * 64 + b'\\n"]}',
        b"[" * 200_000,
    ],
    ids=range(15),
)
def test_what_is_no_list_of_sums_is_malformed(as_owner: Client, body: bytes) -> None:
    answer = as_owner.generic("POST", KNOWN, body, content_type="application/json")
    assert (answer.status_code, answer.json()["code"]) == (400, "malformed")


def test_who_may_ask(owner: User, visitor: Client, token: str) -> None:
    assert ask(visitor, []).status_code == 401
    assert ask(visitor, [], headers={"Authorization": "Bearer wrong"}).status_code == 401
    assert ask(visitor, [], headers={"Authorization": f"Bearer {token}"}).status_code == 200
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(owner)
    assert ask(strict, []).status_code == 401
    assert strict.get(KNOWN).status_code == 405
