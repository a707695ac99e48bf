"""The pages of photos: library, photo, edit, explore, a person's page."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from conftest import Upload
from images import paging
from images.models import Image, Status
from images.tests.pictures import gif


def rows(owner: User, count: int, **fields: Any) -> list[Image]:
    """Ready photos without files."""
    images = []
    for _ in range(count):
        image = Image.new(owner=owner, original_name="a.jpg", size_bytes=1)
        image.status, image.format, image.width, image.height = Status.READY, "JPEG", 3, 2
        for name, value in fields.items():
            setattr(image, name, value)
        images.append(image)
    Image.objects.bulk_create(images)
    return list(Image.objects.order_by("-pk")[:count])


def test_the_library_shows_newest_first_in_pages_that_follow_each_other(as_owner: Client, owner: User) -> None:
    images = rows(owner, paging.PAGE_SIZE + 5)
    first = as_owner.get("/library/")
    assert first.context["photos"] == images[: paging.PAGE_SIZE]
    assert first.context["next_url"] in first.content.decode().replace("&amp;", "&")
    second = as_owner.get(first.context["next_url"])
    assert second.context["photos"] == images[paging.PAGE_SIZE :]
    assert second.context["next_url"] == ""


@pytest.mark.parametrize("cursor", ["", "x", "-1", "9" * 40, "١", "%00", "0"])
def test_a_malformed_cursor_is_no_error(as_owner: Client, cursor: str) -> None:
    assert as_owner.get(f"/library/?before={cursor}").status_code == 200


def test_the_library_is_one_s_own(as_owner: Client, stranger: User) -> None:
    rows(stranger, 1, visibility="public")
    assert as_owner.get("/library/").context["photos"] == []


@pytest.mark.parametrize("count", [2, 50])
def test_queries_do_not_grow_with_rows(
    as_owner: Client, visitor: Client, owner: User, count: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    image = rows(owner, count, visibility="public")[0]
    with django_assert_num_queries(6):
        as_owner.get("/library/")
    with django_assert_num_queries(1):
        visitor.get("/explore/")
    with django_assert_num_queries(2):
        visitor.get("/u/owner")
    with django_assert_num_queries(7):
        as_owner.get(image.get_absolute_url())


def test_every_state_of_a_photo_has_a_page(as_owner: Client, owner: User) -> None:
    states: list[dict[str, Any]] = [
        {"status": Status.RECEIVING, "format": ""},
        {"status": Status.PROCESSING},
        {"status": Status.FAILED, "failure": "The picture can't be read."},
        {"quarantined_at": timezone.now()},
        {"expires_at": timezone.now() + timedelta(hours=3)},
        {"width": 0, "height": 0},
    ]
    for fields in states:
        (image,) = rows(owner, 1, **fields)
        answer = as_owner.get(image.get_absolute_url())
        assert answer.status_code == 200
        if failure := fields.get("failure"):
            assert failure.replace("'", "&#x27;") in answer.content.decode()
    assert as_owner.get("/library/").status_code == 200


def test_previous_and_next_walk_through_the_library(as_owner: Client, owner: User) -> None:
    newest, middle, oldest = rows(owner, 3)
    context = as_owner.get(middle.get_absolute_url()).context
    assert (context["previous"], context["next"]) == (newest, oldest)


def test_editing_changes_words_visibility_and_lifetime(as_owner: Client, upload: Upload) -> None:
    image = upload()
    data = {"title": "Fjord", "description": "At dawn", "visibility": "public", "lifetime": "P1D"}
    assert as_owner.post(f"/p/{image.key}/edit", data).status_code == 302
    image.refresh_from_db()
    assert (image.title, image.visibility, image.search_text) == ("Fjord", "public", "fjord at dawn")
    assert image.expires_at is not None
    exact = image.expires_at
    again = {**data, "lifetime": "date", "expires_on": exact.strftime("%Y-%m-%dT%H:%M")}
    as_owner.post(f"/p/{image.key}/edit", again)
    image.refresh_from_db()
    assert image.expires_at == exact


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({"lifetime": "date"}, "expires_on"),
        ({"lifetime": "date", "expires_on": "2001-01-01T00:00"}, "expires_on"),
        ({"lifetime": "forever"}, "lifetime"),
        ({"lifetime": "never", "visibility": "secret"}, "visibility"),
        ({"lifetime": "never", "title": "x" * 201}, "title"),
    ],
)
def test_a_bad_edit_is_explained_and_changes_nothing(
    as_owner: Client, upload: Upload, data: dict[str, str], field: str
) -> None:
    image = upload(title="Before")
    answer = as_owner.post(f"/p/{image.key}/edit", {"title": "After", "visibility": "unlisted", **data})
    assert field in answer.context["form"].errors
    image.refresh_from_db()
    assert image.title == "Before"


def test_several_photos_are_changed_at_once(as_owner: Client, upload: Upload) -> None:
    images = [upload(), upload()]
    keys = [image.key for image in images]
    as_owner.post("/library/change", {"keys": keys, "visibility": "public", "lifetime": "PT1H"})
    for image in Image.objects.all():
        assert image.visibility == "public"
        assert image.expires_at is not None


def test_a_photo_turned_private_loses_the_urls_that_are_out(as_owner: Client, visitor: Client, upload: Upload) -> None:
    image = upload()
    page = visitor.get(image.get_absolute_url())
    url = page.context["preview_url"]
    assert visitor.get(url).getvalue()
    as_owner.post(f"/p/{image.key}/edit", {"title": "", "visibility": "private", "lifetime": "never"})
    assert image.file_key != Image.objects.get().file_key


def test_home_is_explore_for_visitors_and_the_library_for_people(
    visitor: Client, as_owner: Client, owner: User, stranger: User
) -> None:
    public = rows(owner, 1, visibility="public")
    rows(owner, 1, visibility="unlisted")
    rows(owner, 1, visibility="private")
    rows(owner, 1, visibility="public", status=Status.PROCESSING)
    rows(owner, 1, visibility="public", expires_at=timezone.now())
    rows(owner, 1, visibility="public", quarantined_at=timezone.now())
    assert visitor.get("/").context["photos"] == public
    assert as_owner.get("/").headers["Location"] == "/library/"
    assert as_owner.get("/?q=x").status_code == 200
    assert visitor.get("/u/owner").context["photos"] == public
    assert visitor.get("/u/OWNER").status_code == 200
    assert visitor.get("/u/nobody").status_code == 404


def test_explore_searches_by_words(visitor: Client, owner: User) -> None:
    found = rows(owner, 1, visibility="public", title="Blue lake", search_text="blue lake")
    rows(owner, 1, visibility="public", title="Red barn", search_text="red barn")
    assert visitor.get("/?q=LAKE").context["photos"] == found
    assert visitor.get("/?q=%00%25").status_code == 200


def test_an_animation_has_its_badge(as_owner: Client, upload: Upload) -> None:
    upload(gif(3))
    assert ">Animated<" in as_owner.get("/library/").content.decode()
