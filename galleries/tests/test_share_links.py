"""What owners do with their share links: make, change, extend, revoke, and see them all."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.hashers import check_password
from django.contrib.messages import get_messages
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, Settings

from accounts.models import User
from conftest import Upload
from galleries import sharing
from galleries.models import Gallery, ShareLink
from images.models import Image, Status


@pytest.fixture
def gallery(owner: User) -> Gallery:
    return Gallery.objects.create(owner=owner, title="Norway")


@pytest.fixture
def link(owner: User, gallery: Gallery) -> ShareLink:
    return sharing.make(owner, gallery=gallery, expires_at=timezone.now() + timedelta(days=3))


def chosen(**changes: Any) -> dict[str, Any]:
    """What the form of a link sends."""
    return {"name": "", "password": "", "lifetime": "never", "downloads": "full", "additions": "none", **changes}


def change(client: Client, link: ShareLink, **changes: Any) -> Any:
    answer = client.post(f"/links/{link.pk}", chosen(**changes))
    link.refresh_from_db()
    return answer


def test_share_on_a_gallery_makes_a_link_that_works(as_owner: Client, visitor: Client, gallery: Gallery) -> None:
    answer = as_owner.post(f"/g/{gallery.key}/share", follow=True)
    link = ShareLink.objects.get()
    assert answer.redirect_chain == [(f"/links/{link.pk}?new=1", 302)]
    assert answer.context["url"] == f"http://testserver/s/{link.token}"
    assert "data-copy-now" in answer.content.decode()
    assert visitor.get(answer.context["url"]).context["gallery"] == gallery
    as_owner.post(f"/g/{gallery.key}/share")
    assert gallery.share_links.count() == 2


def test_a_selection_is_shared_in_the_order_of_its_keys(as_owner: Client, upload: Upload) -> None:
    first, second, third = (upload() for _ in range(3))
    answer = as_owner.post("/library/share", {"keys": [third.key, first.key, third.key, "nothing"]}, follow=True)
    assert answer.context["photo_count"] == 2
    link = ShareLink.objects.get()
    assert [item.image for item in sharing.selected(link).order_by("position")] == [third, first]
    assert second not in sharing.images(link)


@pytest.mark.parametrize(
    ("keys", "words"),
    [([], "Select some photos first."), (["nothing"], "The selected photos are no longer there.")],
)
def test_without_a_selection_no_link_is_made(as_owner: Client, keys: list[str], words: str) -> None:
    answer = as_owner.post("/library/share", {"keys": keys})
    assert answer.headers["Location"] == "/library/"
    assert [str(message) for message in get_messages(answer.wsgi_request)] == [words]
    assert not ShareLink.objects.exists()


def test_an_old_page_is_loaded_again_and_says_why(as_owner: Client) -> None:
    answer = as_owner.post("/library/share", {"keys": ["nothing"]}, headers={"HX-Request": "true"})
    assert (answer.headers["HX-Refresh"], answer.content) == ("true", b"")
    assert "The selected photos are no longer there." in as_owner.get("/library/").content.decode()


def test_nobody_shares_what_is_another_s(as_stranger: Client, upload: Upload, gallery: Gallery) -> None:
    assert as_stranger.post("/library/share", {"keys": [upload().key]}).headers["Location"] == "/library/"
    assert as_stranger.post(f"/g/{gallery.key}/share").status_code == 404
    assert not ShareLink.objects.exists()


@pytest.mark.parametrize(("days", "left"), [(30, timedelta(days=30)), (1, timedelta(days=1)), (0, None)])
def test_a_new_link_lives_as_long_as_the_site_says(
    as_owner: Client, gallery: Gallery, settings: Settings, days: int, left: timedelta | None
) -> None:
    settings.SHARE_LINK_DAYS = days
    as_owner.post(f"/g/{gallery.key}/share")
    link = ShareLink.objects.get()
    if left is None:
        assert link.expires_at is None
    else:
        assert link.expires_at is not None
        assert abs(link.expires_at - link.created_at - left) < timedelta(seconds=5)


def test_tokens_have_128_random_bits(owner: User) -> None:
    tokens = {sharing.make(owner, expires_at=None).token for _ in range(50)}
    assert len(tokens) == 50
    assert all(re.fullmatch(r"[1-9A-HJ-NP-Za-km-z]{22}", token) for token in tokens)
    assert 58**22 > 2**128


def test_the_page_of_a_link_draws_its_qr_code_with_words_for_it(as_owner: Client, link: ShareLink) -> None:
    page = as_owner.get(f"/links/{link.pk}").content.decode()
    assert f'role="img" aria-label="QR code of http://testserver/s/{link.token}"' in page
    drawing = page[page.index('class="qr"') :]
    assert "<path" in drawing
    assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son[a-z]+=", page)
    assert "data-copy-now" not in page


def test_a_link_gets_a_name_a_password_an_end_and_rules(as_owner: Client, link: ShareLink) -> None:
    before = timezone.now()
    answer = change(
        as_owner,
        link,
        name="Family",
        password="open sesame",
        lifetime="P7D",
        downloads="originals",
        additions="add",
        needs_approval="on",
        guest_max_images="20",
        guest_max_megabytes="12",
    )
    assert answer.headers["Location"] == f"/links/{link.pk}"
    assert (link.name, link.downloads, link.additions, link.needs_approval) == ("Family", "originals", "add", True)
    assert (link.guest_max_images, link.guest_max_bytes) == (20, 12 * 1024**2)
    assert check_password("open sesame", link.password)
    assert link.expires_at is not None
    assert timedelta(days=7) <= link.expires_at - before < timedelta(days=7, minutes=1)
    page = as_owner.get(f"/links/{link.pk}")
    assert "open sesame" not in page.content.decode()
    assert page.context["form"]["guest_max_megabytes"].initial == 12


def test_what_is_left_empty_keeps_the_password_and_a_box_takes_it_away(as_owner: Client, link: ShareLink) -> None:
    change(as_owner, link, password="open sesame")
    change(as_owner, link, name="Family")
    assert check_password("open sesame", link.password)
    change(as_owner, link, remove_password="on")
    assert link.password == ""


def test_an_end_that_is_sent_back_as_shown_stays_to_the_second(as_owner: Client, link: ShareLink) -> None:
    before = link.expires_at
    form = as_owner.get(f"/links/{link.pk}").context["form"]
    shown = form["expires_on"].value()
    change(as_owner, link, name="Family", lifetime="date", expires_on=f"{shown:%Y-%m-%dT%H:%M}")
    assert (link.name, link.expires_at) == ("Family", before)
    change(as_owner, link, lifetime="date", expires_on="2099-12-31T23:59")
    assert link.expires_at is not None
    assert link.expires_at.year == 2099


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("lifetime", "P1000000D"),
        ("expires_on", "2001-01-01T00:00"),
        ("downloads", "everything"),
        ("additions", "everything"),
        ("guest_max_megabytes", "0"),
        ("guest_max_images", "-1"),
        ("name", "x" * 121),
        ("password", "x" * 129),
    ],
)
def test_what_can_t_be_is_explained_and_changes_nothing(
    as_owner: Client, link: ShareLink, field: str, value: str
) -> None:
    before = ShareLink.objects.values().get()
    more = {"lifetime": "date"} if field == "expires_on" else {}
    answer = change(as_owner, link, **{field: value}, **more)
    assert answer.status_code == 422
    assert field in answer.context["form"].errors
    assert ShareLink.objects.values().get() == before


def test_guests_are_asked_about_for_galleries_only(as_owner: Client, owner: User, upload: Upload) -> None:
    link = sharing.make(owner, images=[upload()], expires_at=None)
    fields = as_owner.get(f"/links/{link.pk}").context["form"].fields
    assert not {name for name in fields if name.startswith(("guest", "additions", "needs"))}
    change(as_owner, link, additions="drop", name="For you")
    assert (link.additions, link.name) == ("none", "For you")


def test_changing_a_link_loses_no_count_of_the_meantime(as_owner: Client, visitor: Client, link: ShareLink) -> None:
    visitor.get(f"/s/{link.token}")
    stale = ShareLink.objects.get()
    visitor.get(f"/s/{link.token}")
    stale.name = "Family"
    sharing.extend(stale)
    change(as_owner, link, name="Family")
    assert link.view_count == 2


def test_one_click_extends_by_thirty_days(as_owner: Client, link: ShareLink) -> None:
    before = link.expires_at
    assert before is not None
    as_owner.post(f"/links/{link.pk}/extend")
    link.refresh_from_db()
    assert link.expires_at == before + timedelta(days=30)


def test_an_ended_link_is_extended_from_now_on(as_owner: Client, visitor: Client, link: ShareLink) -> None:
    ShareLink.objects.update(expires_at="2001-01-01T00:00Z")
    assert visitor.get(f"/s/{link.token}").status_code == 404
    as_owner.post(f"/links/{link.pk}/extend")
    link.refresh_from_db()
    assert link.expires_at is not None
    assert timedelta(days=29) < link.expires_at - timezone.now() < timedelta(days=31)
    assert visitor.get(f"/s/{link.token}").status_code == 200


def test_revoking_closes_a_link_for_good(as_owner: Client, visitor: Client, link: ShareLink) -> None:
    as_owner.post(f"/links/{link.pk}/revoke")
    assert visitor.get(f"/s/{link.token}").status_code == 404
    link.refresh_from_db()
    before = link.expires_at, link.revoked_at
    answer = as_owner.post(f"/links/{link.pk}/extend", {"next": f"/links/{link.pk}"})
    assert answer.headers["Location"] == f"/links/{link.pk}"
    assert "can't be extended" in [str(message) for message in get_messages(answer.wsgi_request)][-1]
    as_owner.post(f"/links/{link.pk}/revoke")
    change(as_owner, link, name="Family")
    assert (link.expires_at, link.revoked_at, link.name) == (*before, "")
    page = as_owner.get(f"/links/{link.pk}").content.decode()
    assert link.token not in page
    assert "Revoked" in page


def test_revoking_all_asks_first_and_is_about_one_s_own(
    as_owner: Client, visitor: Client, owner: User, stranger: User, link: ShareLink
) -> None:
    foreign = sharing.make(stranger, expires_at=None)
    other = sharing.make(owner, expires_at=None)
    assert as_owner.get("/links/revoke").context["count"] == 2
    assert visitor.get(f"/s/{link.token}").status_code == 200
    as_owner.post("/links/revoke")
    for made, status in ((link, 404), (other, 404), (foreign, 200)):
        assert visitor.get(f"/s/{made.token}").status_code == status
    assert "Revoke all" not in as_owner.get("/links/").content.decode()


@pytest.mark.parametrize("path", ["", "/extend", "/revoke"])
def test_another_s_link_is_not_there(as_stranger: Client, link: ShareLink, path: str) -> None:
    before = ShareLink.objects.values().get()
    assert as_stranger.post(f"/links/{link.pk}{path}", chosen(name="Mine")).status_code == 404
    assert as_stranger.get(f"/links/{link.pk}").status_code == 404
    assert ShareLink.objects.values().get() == before


def test_all_links_are_on_one_page_with_their_state(
    as_owner: Client, stranger: User, owner: User, upload: Upload, gallery: Gallery
) -> None:
    sharing.make(stranger, expires_at=None, name="Foreign")
    now = timezone.now()
    past = Gallery.objects.create(owner=owner, title="Past", expires_at=now)
    made = {
        "Open": sharing.make(owner, images=[upload(), upload()], expires_at=None, view_count=1234, download_count=1),
        "4 days left": sharing.make(owner, gallery=gallery, expires_at=now + timedelta(days=4, minutes=5)),
        "Ended": sharing.make(owner, gallery=past, expires_at=None),
        "Revoked": sharing.make(owner, gallery=gallery, expires_at=None, revoked_at=now),
    }
    page = as_owner.get("/links/").content.decode()
    rows = re.findall(r"<li>\s*<div class=\"grow\">.*?</li>", page, re.DOTALL)
    assert len(rows) == 4
    for row, (state, link) in zip(rows, reversed(made.items()), strict=True):
        assert state in row
        assert (f"/s/{link.token}" in row) == link.is_live
        assert ("/revoke" in row) == (state != "Revoked")
    assert "2 selected photos" in rows[3]
    assert "1,234 views" in rows[3]
    assert "1 download" in rows[3]
    assert "Foreign" not in page


@pytest.mark.parametrize("rows", [3, 50])
def test_queries_do_not_grow_with_links(
    as_owner: Client, owner: User, rows: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    photo = Image.new(owner=owner, original_name="a.jpg", size_bytes=1)
    photo.status, photo.format = Status.READY, "JPEG"
    photo.save()
    for number in range(rows):
        gallery = Gallery.objects.create(owner=owner, title=str(number))
        sharing.make(owner, gallery=gallery, expires_at=timezone.now() + timedelta(days=3))
        sharing.make(owner, images=[photo], expires_at=None)
    with django_assert_num_queries(4):  # session, person, links, whether one is open
        as_owner.get("/links/")


def test_many_links_are_paged(as_owner: Client, owner: User) -> None:
    made = [sharing.make(owner, expires_at=None) for _ in range(130)]
    seen, url = [], "/links/"
    while url:
        page = as_owner.get(url)
        seen += [link for link, _url in page.context["links"]]
        url = page.context["next_url"]
    assert seen == made[::-1]


def test_moderators_look_at_links_and_revoke_them_but_can_t_use_them(
    as_moderator: Client, visitor: Client, link: ShareLink
) -> None:
    listed = as_moderator.get("/admin/galleries/sharelink/").content.decode()
    single = as_moderator.get(f"/admin/galleries/sharelink/{link.pk}/change/").content.decode()
    for page in (listed, single):
        assert f"{link.token[:4]}…" in page
        assert link.token[:8] not in page
    found = as_moderator.get("/admin/galleries/sharelink/", {"q": link.token})
    assert list(found.context["cl"].queryset) == [link]
    as_moderator.post(f"/admin/galleries/sharelink/{link.pk}/change/", {"name": "Mine"})
    as_moderator.post("/admin/galleries/sharelink/", {"action": "revoke", "_selected_action": [link.pk]})
    link.refresh_from_db()
    assert (link.name, link.revoked_at is not None) == ("", True)
    assert visitor.get(f"/s/{link.token}").status_code == 404
