"""Galleries inside of galleries."""

import pytest
from django.test import Client

from accounts.models import User
from conftest import Upload
from galleries import listing
from galleries.models import Gallery
from images.models import Image


def made(owner: User, title: str, parent: Gallery | None = None, visibility: str = "unlisted") -> Gallery:
    return Gallery.objects.create(owner=owner, title=title, parent=parent, visibility=visibility)


def chain(owner: User, length: int) -> list[Gallery]:
    """Galleries, each inside of the one before."""
    found: list[Gallery] = []
    for number in range(length):
        found.append(made(owner, str(number), found[-1] if found else None))
    return found


def fields(gallery: Gallery, parent: str) -> dict[str, str]:
    return {"title": gallery.title, "visibility": gallery.visibility, "order": gallery.order, "parent": parent}


def test_a_gallery_is_made_inside_of_another_and_shown_there(as_owner: Client, owner: User) -> None:
    outer = made(owner, "Norway")
    form = as_owner.get(f"/galleries/new?parent={outer.key}").context["form"]
    assert form["parent"].value() == outer.key
    as_owner.post("/galleries/new", {"title": "Day 1", "visibility": "unlisted", "order": "added", "parent": outer.key})
    inner = Gallery.objects.get(title="Day 1")
    assert inner.parent == outer
    assert as_owner.get(outer.get_absolute_url()).context["galleries"] == [inner]
    assert as_owner.get(inner.get_absolute_url()).context["path"] == [(outer.title, outer.get_absolute_url())]
    assert as_owner.get("/galleries/").context["galleries"] == [outer]


def test_a_gallery_goes_neither_into_itself_nor_into_one_that_is_in_it(as_owner: Client, owner: User) -> None:
    outer, inner, innermost = chain(owner, 3)
    for parent in (outer, inner, innermost):
        answer = as_owner.post(f"/g/{outer.key}/edit", fields(outer, parent.key))
        assert answer.context["form"].errors["parent"] == ["A gallery can't be inside itself."]
    outer.refresh_from_db()
    assert outer.parent is None


def test_galleries_go_eight_levels_deep_and_no_deeper(as_owner: Client, owner: User) -> None:
    levels = chain(owner, 8)
    answer = as_owner.post("/galleries/new", fields(made(owner, "x"), levels[-1].key))
    assert answer.context["form"].errors["parent"] == ["Galleries go 8 levels deep at most."]
    top, _inner = chain(owner, 2)
    answer = as_owner.post(f"/g/{top.key}/edit", fields(top, levels[6].key))
    assert "parent" in answer.context["form"].errors
    assert as_owner.post(f"/g/{top.key}/edit", fields(top, levels[5].key)).status_code == 302
    assert [gallery.title for gallery in Gallery.objects.get(pk=_inner.pk).ancestors()] == [*"012345", "0"]


def test_nobody_puts_a_gallery_into_another_person_s(as_stranger: Client, owner: User, stranger: User) -> None:
    foreign, own = made(owner, "Norway"), made(stranger, "Mine")
    answer = as_stranger.post(f"/g/{own.key}/edit", fields(own, foreign.key))
    assert "parent" in answer.context["form"].errors


@pytest.mark.parametrize(
    ("outer", "inner", "is_named"),
    [
        ("public", "public", True),
        ("public", "unlisted", False),
        ("public", "private", False),
        ("unlisted", "unlisted", True),
        ("unlisted", "public", True),
        ("unlisted", "private", False),
    ],
)
def test_others_are_told_of_galleries_that_are_as_open_as_the_one_around_them(
    visitor: Client, owner: User, outer: str, inner: str, is_named: bool
) -> None:
    around = made(owner, "Norway", visibility=outer)
    made(owner, "Day 1", around, inner)
    page = visitor.get(around.get_absolute_url())
    assert bool(page.context["galleries"]) == is_named
    assert ("Day 1" in page.content.decode()) == is_named


def test_others_are_not_told_of_hidden_galleries_around_one(visitor: Client, owner: User) -> None:
    hidden = made(owner, "Hidden plan")
    around = made(owner, "Norway", hidden, "public")
    inner = made(owner, "Day 1", around, "public")
    assert visitor.get(inner.get_absolute_url()).context["path"] == [(around.title, around.get_absolute_url())]


def test_what_was_in_a_deleted_gallery_moves_up(as_owner: Client, owner: User, upload: Upload) -> None:
    outer, middle, inner = chain(owner, 3)
    middle.add(upload())
    assert "The gallery in it moves up." in as_owner.get(f"/g/{middle.key}/delete").content.decode()
    as_owner.post(f"/g/{middle.key}/delete")
    inner.refresh_from_db()
    assert inner.parent == outer
    assert Image.objects.count() == 1


def test_the_cover_of_a_gallery_without_photos_is_that_of_one_in_it(owner: User, upload: Upload) -> None:
    outer, inner = chain(owner, 2)
    photo = upload()
    inner.add(photo)
    (found,) = listing.with_covers(Gallery.objects.filter(pk=outer.pk), owner)
    assert found.cover_image == photo
    assert (found.image_count, found.gallery_count) == (0, 1)  # type: ignore[attr-defined]
