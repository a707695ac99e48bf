"""What is done to several photos at once: from every page that offers it, back to that page, and to one's own alone."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from conftest import Commit, Upload
from galleries.models import Gallery, GalleryItem, ShareLink
from images import delivery, variants
from images.models import Image
from images.tests.pictures import jpeg
from images.tests.test_pages import rows

ACTIONS = {
    "/library/change": {"visibility": "public", "lifetime": "P7D"},
    "/library/extend": {},
    "/library/delete": {},
    "/galleries/add": {"gallery": "new", "new_gallery": "Best of"},
    "/g/{gallery}/move": {"gallery": "new", "new_gallery": "Best of"},
    "/g/{gallery}/place": {"to": "first"},
    "/g/{gallery}/cover": {},
    "/g/{gallery}/remove": {},
    "/g/{gallery}/approve": {},
    "/g/{gallery}/refuse": {},
    "/g/{gallery}/extend": {},
    "/p/{photo}/extend": {},
}
"""Every address that changes the selected photos, or what they are in, with fields that it takes."""
ASKING = ["/library/links", "/library/zip", "/library/share"]
"""Those that answer with a page or a file."""
PAGES = ["/library/?before=7", "/u/owner", "/g/{gallery}?after=a~1"]
ELSEWHERE = [
    "https://evil.example/",
    "//evil.example/",
    "///evil.example/",
    "/\\evil.example/",
    "\\\\evil.example/",
    "/\n/evil.example/",
    "javascript:alert(1)",
    "evil.example",
    "",
]


@pytest.fixture
def photos(owner: User) -> list[Image]:
    return rows(owner, 3, visibility="public", expires_at=timezone.now() + timedelta(days=3))


@pytest.fixture
def gallery(owner: User, photos: list[Image]) -> Gallery:
    made = Gallery.objects.create(owner=owner, title="Norway", expires_at=timezone.now() + timedelta(days=9))
    made.add(*photos)
    return made


@pytest.mark.parametrize("page", ["/library/", "/u/owner", "/g/{gallery}"])
def test_every_grid_of_one_s_own_photos_offers_the_same_actions_and_says_where_it_is(
    as_owner: Client, as_stranger: Client, gallery: Gallery, photos: list[Image], page: str
) -> None:
    address = page.format(gallery=gallery.key) + "?before=999999"
    html = as_owner.get(address).content.decode()
    offered = set(re.findall(r'formaction="([^"]+)"', html))
    assert {"/galleries/add", *ASKING, *(path for path in ACTIONS if path.startswith("/library/"))} <= offered
    assert (f"/g/{gallery.key}/move" in offered) is page.startswith("/g/")
    assert f'name="next" value="{address}"' in html
    assert all(f'name="keys" value="{photo.key}"' in html for photo in photos)
    assert 'name="keys"' not in as_stranger.get(address).content.decode()


@pytest.mark.parametrize("action", ACTIONS)
def test_an_action_comes_back_to_the_page_that_it_was_used_on(
    as_owner: Client, gallery: Gallery, photos: list[Image], action: str
) -> None:
    for photo, page in zip(photos, PAGES, strict=True):
        back = page.format(gallery=gallery.key)
        path = action.format(gallery=gallery.key, photo=photo.key)
        answer = as_owner.post(path, {"keys": photo.key, "next": back, **ACTIONS[action]})
        assert (answer.status_code, answer.headers["Location"]) == (302, back)


@pytest.mark.parametrize("action", [*ACTIONS, *ASKING])
def test_one_that_can_t_be_done_comes_back_too(
    as_owner: Client, gallery: Gallery, photos: list[Image], action: str
) -> None:
    path = action.format(gallery=gallery.key, photo=photos[0].key)
    wrong = {"lifetime": "forever", "gallery": "1" * 16, "to": "first"}
    for page in PAGES:
        back = page.format(gallery=gallery.key)
        answer = as_owner.post(path, {"next": back, **wrong})
        assert (answer.status_code, answer.headers["Location"]) == (302, back)
    assert set(gallery.images.all()) == set(photos)


@pytest.mark.parametrize("action", [*ACTIONS, *ASKING])
def test_none_leads_to_another_site(as_owner: Client, gallery: Gallery, photos: list[Image], action: str) -> None:
    path = action.format(gallery=gallery.key, photo=photos[0].key)
    for elsewhere in ELSEWHERE:
        location = as_owner.post(path, {"next": elsewhere, **ACTIONS.get(action, {})}).headers["Location"]
        assert location in {"/library/", gallery.get_absolute_url(), photos[0].get_absolute_url()}, elsewhere


@pytest.mark.parametrize("action", [action for action in ACTIONS if "{" not in action] + ASKING)
def test_a_visitor_does_nothing_and_a_stranger_nothing_to_others_photos(
    visitor: Client, as_stranger: Client, stranger: User, photos: list[Image], action: str
) -> None:
    mine = Gallery.objects.create(owner=stranger, title="Mine")
    before = list(Image.objects.order_by("pk").values())
    data = {"keys": [photo.key for photo in photos], "gallery": mine.key, "visibility": "private", "lifetime": "P1D"}
    assert visitor.post(action, data).headers["Location"].startswith("/accounts/login/")
    assert as_stranger.post(action, data).headers["Location"] == "/library/"
    assert list(Image.objects.order_by("pk").values()) == before
    assert not GalleryItem.objects.exists()
    assert not ShareLink.objects.exists()


def test_of_keys_that_are_mixed_only_one_s_own_count(
    as_stranger: Client, stranger: User, gallery: Gallery, photos: list[Image]
) -> None:
    (own,) = rows(stranger, 1, visibility="unlisted")
    as_stranger.post("/library/change", {"keys": [own.key, photos[0].key], "visibility": "private"})
    as_stranger.post("/library/share", {"keys": [photos[0].key, own.key]})
    own.refresh_from_db()
    photos[0].refresh_from_db()
    assert (own.visibility, photos[0].visibility) == ("private", "public")
    assert list(ShareLink.objects.get().images.all()) == [own]


def test_the_question_before_photos_go_for_good_remembers_the_page(
    as_owner: Client, gallery: Gallery, photos: list[Image]
) -> None:
    back = gallery.get_absolute_url()
    data = {"keys": photos[0].key, "next": back, "now": "1"}
    asked = as_owner.post("/library/delete", data).content.decode()
    assert f'name="next" value="{back}"' in asked
    assert f'href="{back}"' in asked
    assert as_owner.post("/library/delete", {**data, "confirm": "yes"}).headers["Location"] == back
    assert not Image.objects.filter(pk=photos[0].pk).exists()


def test_the_page_of_the_links_leads_back(as_owner: Client, gallery: Gallery, photos: list[Image]) -> None:
    back = gallery.get_absolute_url()
    page = as_owner.post("/library/links?size=full", {"keys": photos[0].key, "next": back}).content.decode()
    assert f'name="next" value="{back}"' in page
    assert f'href="{back}"' in page


def test_undo_comes_back_to_the_page_with_its_button(as_owner: Client, gallery: Gallery, photos: list[Image]) -> None:
    back = gallery.get_absolute_url()
    as_owner.post("/library/delete", {"keys": photos[0].key, "next": back})
    html = as_owner.get(back).content.decode()
    moment = re.search(r'name="moment" value="(\d+)"', html)
    assert moment
    assert html.count(f'name="next" value="{back}"') > 1
    assert as_owner.post("/trash/restore", {"moment": moment[1], "next": back}).headers["Location"] == back
    assert set(Image.objects.live()) == set(photos)


def test_a_message_leads_to_the_gallery_where_the_photos_went(
    as_owner: Client, gallery: Gallery, photos: list[Image]
) -> None:
    fields = {"gallery": "new", "new_gallery": "50 % <b>{0}</b>", "next": "/library/"}
    as_owner.post("/galleries/add", {"keys": [photo.key for photo in photos], **fields})
    made = Gallery.objects.get(title="50 % <b>{0}</b>")
    link = f'3 photos are in “<a href="{made.get_absolute_url()}">50 % &lt;b&gt;{{0}}&lt;/b&gt;</a>”.'
    assert link in as_owner.get("/library/").content.decode()


def test_photos_turned_private_together_lose_the_urls_that_are_out(
    as_owner: Client, visitor: Client, upload: Upload, commit: Commit
) -> None:
    images = [upload(jpeg((20 + number, 20))) for number in range(3)]
    out = [delivery.variant_url(image, variants.THUMB) for image in images]
    assert all(visitor.get(url).getvalue() for url in out)
    with commit():
        as_owner.post("/library/change", {"keys": [image.key for image in images[:2]], "visibility": "private"})
    assert [visitor.get(url).status_code for url in (*out[:2], images[0].direct_url)] == [404, 404, 404]
    assert visitor.get(out[2]).getvalue()
    shown = as_owner.get("/library/").context["photos"]
    assert all(visitor.get(delivery.variant_url(image, variants.THUMB)).getvalue() for image in shown)


def test_a_change_of_nothing_says_so(as_owner: Client, photos: list[Image]) -> None:
    as_owner.post("/library/change", {"keys": photos[0].key, "visibility": "", "lifetime": ""})
    assert "Choose what to change first." in as_owner.get("/library/").content.decode()


def test_photos_without_an_end_are_not_said_to_live_longer(as_owner: Client, owner: User) -> None:
    (image,) = rows(owner, 1)
    as_owner.post("/library/extend", {"keys": image.key})
    assert "None of the selected photos has an end." in as_owner.get("/library/").content.decode()
