"""Who may open what: every route of the router has a row here, or the test fails."""

import re
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone

from accounts.models import User, Visibility
from conftest import Upload
from galleries import sharing
from galleries.models import Gallery
from images.models import Image

PUBLIC = {
    "home",
    "healthz",
    "theme",
    "styleguide",
    "robots",
    "manifest",
    "worker",
    "offline",
    "upload",
    "set_language",
    "images_list",
    "api_delete",
    "images:explore",
    "images:user",
    "images:photo",
    "images:download",
    "images:full",
    "images:direct",
    "images:direct_variant",
    "images:file",
    "images:known",
    "images:tus_create",
    "images:tus_library",
    "images:tus_upload",
    "galleries:gallery",
    "galleries:tus_gallery",
    "galleries:shared",
    "galleries:shared_gallery",
    "galleries:shared_photo",
    "galleries:shared_download",
    "galleries:shared_zip",
    "galleries:unlock",
    "galleries:guest_add",
    "galleries:guest_undo",
    "galleries:tus_guest",
    "galleries:tus_guest_upload",
    "galleries:zip",
    "galleries:feed",
    "galleries:oembed",
}
"""Views that decide by themselves; everything else asks to sign in. A new one is a decision."""

OWNED = {
    "images:edit": "/p/{photo}/edit",
    "images:delete": "/p/{photo}/delete",
    "galleries:edit": "/g/{gallery}/edit",
    "galleries:delete": "/g/{gallery}/delete",
    "galleries:share_link": "/links/{link}",
    "galleries:lifetime": "/g/{gallery}/lifetime",
}
POSTED = {
    "galleries:move": "/g/{gallery}/move",
    "galleries:place": "/g/{gallery}/place",
    "galleries:remove": "/g/{gallery}/remove",
    "galleries:cover": "/g/{gallery}/cover",
    "galleries:extend": "/g/{gallery}/extend",
    "galleries:approve": "/g/{gallery}/approve",
    "galleries:refuse": "/g/{gallery}/refuse",
    "galleries:add": "/galleries/add",
    "galleries:share_gallery": "/g/{gallery}/share",
    "galleries:share_selection": "/library/share",
    "galleries:extend_link": "/links/{link}/extend",
    "galleries:revoke_link": "/links/{link}/revoke",
    "galleries:zip_selection": "/library/zip",
    "images:bulk_change": "/library/change",
    "images:codes": "/library/links",
    "images:bulk_extend": "/library/extend",
    "images:bulk_delete": "/library/delete",
    "images:extend": "/p/{photo}/extend",
    "images:restore": "/trash/restore",
    "images:trash_delete": "/trash/delete",
    "images:trash_empty": "/trash/empty",
    "accounts:end_session": "/accounts/sessions/1/end",
}
PERSONAL = {
    "images:library": "/library/",
    "images:trash": "/trash/",
    "images:avatar": "/accounts/avatar/",
    "galleries:list": "/galleries/",
    "galleries:create": "/galleries/new",
    "galleries:share_links": "/links/",
    "galleries:revoke_all": "/links/revoke",
    "accounts:profile": "/accounts/profile/",
    "share_target": "/share-target/",
}


class Route(NamedTuple):
    name: str
    pattern: URLPattern


def routes() -> list[Route]:
    """Every named route of our own apps and the roof; allauth and the admin guard themselves."""

    def walk(entries: list[URLPattern | URLResolver], prefix: str) -> list[Route]:
        found = []
        for entry in entries:
            if isinstance(entry, URLResolver):
                if entry.app_name != "admin" and "allauth" not in str(entry.urlconf_name):
                    namespace = f"{entry.namespace}:" if entry.namespace else ""
                    found += walk(entry.url_patterns, prefix + namespace)
            else:
                found.append(Route(f"{prefix}{entry.name}", entry))
        return found

    return walk(get_resolver().url_patterns, "")


def test_every_route_is_listed_here() -> None:
    assert {route.name for route in routes()} == PUBLIC | OWNED.keys() | POSTED.keys() | PERSONAL.keys()


def test_only_listed_views_are_open_to_all() -> None:
    open_views = {route.name for route in routes() if not getattr(route.pattern.callback, "login_required", True)}
    assert open_views == PUBLIC


@pytest.fixture
def keys(upload: Upload, owner: User) -> dict[str, str]:
    gallery = Gallery.objects.create(owner=owner, title="Norway", visibility="public")
    photo = upload(visibility="public")
    gallery.add(photo)
    link = sharing.make(owner, gallery=gallery, expires_at=None)
    return {"photo": photo.key, "gallery": gallery.key, "link": str(link.pk)}


@pytest.mark.parametrize("path", [*OWNED.values(), *PERSONAL.values()])
def test_a_visitor_is_asked_to_sign_in(visitor: Client, keys: dict[str, str], path: str) -> None:
    answer = visitor.get(path.format(**keys))
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("/accounts/login/?next=")


@pytest.mark.parametrize("path", POSTED.values())
def test_a_visitor_can_post_nothing(visitor: Client, keys: dict[str, str], path: str) -> None:
    assert visitor.post(path.format(**keys)).headers["Location"].startswith("/accounts/login/")


@pytest.mark.parametrize("path", OWNED.values())
def test_what_is_not_yours_is_404_like_what_is_not_there(
    as_stranger: Client, as_owner: Client, keys: dict[str, str], path: str
) -> None:
    unknown = {"photo": "1" * 16, "gallery": "1" * 16, "link": "999999"}
    foreign, missing = as_stranger.get(path.format(**keys)), as_stranger.get(path.format(**unknown))
    assert (foreign.status_code, missing.status_code) == (404, 404)
    token = rb'name="csrfmiddlewaretoken" value="\w+"'
    assert re.sub(token, b"", foreign.content) == re.sub(token, b"", missing.content)
    assert as_stranger.post(path.format(**keys)).status_code == 404
    assert as_owner.get(path.format(**keys)).status_code == 200


def test_a_stranger_changes_none_of_the_owner_s_photos(as_stranger: Client, keys: dict[str, str]) -> None:
    as_stranger.post("/library/change", {"keys": keys["photo"], "visibility": "private"})
    as_stranger.post("/library/delete", {"keys": keys["photo"], "now": "1", "confirm": "yes"})
    as_stranger.post("/library/delete", {"keys": keys["photo"]})
    as_stranger.post("/library/extend", {"keys": keys["photo"]})
    image = Image.objects.get(key=keys["photo"])
    assert (image.visibility, image.deleted_at, image.trashed_at) == (Visibility.PUBLIC, None, None)


def test_a_stranger_neither_restores_nor_empties_the_owner_s_trash(as_stranger: Client, keys: dict[str, str]) -> None:
    moment = timezone.now()
    Image.objects.update(trashed_at=moment)
    microseconds = (moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)
    for path in ("/trash/restore", "/trash/delete", "/trash/empty"):
        as_stranger.post(path, {"keys": keys["photo"], "confirm": "yes"})
    as_stranger.post("/trash/restore", {"moment": microseconds})
    assert Image.objects.get(key=keys["photo"]).trashed_at == moment


SURFACES = [
    "/p/{key}",
    "/p/{key}/download",
    "/p/{key}/full",
    "/i/{key}.jpg",
    "/i/{key}/thumb.webp",
    "/i/{key}/preview.jpg",
]
SHOWN = {
    ("visitor", "private"): set(),
    ("visitor", "unlisted"): set(SURFACES),
    ("visitor", "public"): set(SURFACES),
    ("stranger", "private"): set(),
    ("stranger", "unlisted"): set(SURFACES),
    ("stranger", "public"): set(SURFACES),
    ("staff", "private"): set(),
    ("owner", "private"): {"/p/{key}", "/p/{key}/download", "/p/{key}/full"},
    ("owner", "unlisted"): set(SURFACES),
    ("owner", "public"): set(SURFACES),
}


@pytest.mark.parametrize(("role", "visibility"), SHOWN)
def test_pages_and_bytes_follow_one_rule(
    upload: Upload,
    visitor: Client,
    as_stranger: Client,
    as_owner: Client,
    as_moderator: Client,
    role: str,
    visibility: str,
) -> None:
    clients = {"visitor": visitor, "stranger": as_stranger, "owner": as_owner, "staff": as_moderator}
    image = upload(visibility=visibility)
    opened = set()
    for surface in SURFACES:
        answer = clients[role].get(surface.format(key=image.key), follow=True)
        if answer.status_code == 200 and answer.getvalue():
            opened.add(surface)
    assert opened == SHOWN[role, visibility]


@pytest.mark.parametrize(
    "change",
    [
        {"expires_at": "2001-01-01T00:00Z"},
        {"deleted_at": "2001-01-01T00:00Z"},
        {"trashed_at": "2001-01-01T00:00Z"},
        {"status": "failed"},
    ],
)
@pytest.mark.parametrize("surface", SURFACES)
def test_what_has_ended_or_is_not_ready_is_closed_to_others(
    upload: Upload, visitor: Client, surface: str, change: dict[str, str]
) -> None:
    image = upload(visibility="public")
    Image.objects.update(**change)
    assert visitor.get(surface.format(key=image.key)).status_code == 404


@pytest.mark.parametrize("surface", SURFACES)
@pytest.mark.parametrize("status", ["receiving", "processing"])
def test_of_a_photo_on_its_way_others_see_the_page_alone(
    upload: Upload, visitor: Client, surface: str, status: str
) -> None:
    image = upload(visibility="unlisted")
    Image.objects.update(status=status)
    expected = 200 if surface == "/p/{key}" else 404
    assert visitor.get(surface.format(key=image.key)).status_code == expected
    Image.objects.update(visibility="private")
    assert visitor.get(surface.format(key=image.key)).status_code == 404


@pytest.mark.parametrize("surface", SURFACES)
def test_a_disabled_person_s_photos_are_closed(upload: Upload, visitor: Client, surface: str) -> None:
    image = upload(visibility="public")
    User.objects.update(is_active=False)
    assert visitor.get(surface.format(key=image.key)).status_code == 404
    assert visitor.get("/u/owner").status_code == 404
    assert visitor.get("/").context["photos"] == []


@pytest.mark.parametrize("change", ["expires_at", "trashed_at"])
@pytest.mark.parametrize("path", ["/p/{key}", "/p/{key}/edit", "/p/{key}/delete", "/p/{key}/download", "/p/{key}/full"])
def test_an_expired_or_trashed_photo_is_closed_to_its_owner_too(
    upload: Upload, as_owner: Client, path: str, change: str
) -> None:
    image = upload()
    Image.objects.update(**{change: "2001-01-01T00:00Z"})
    assert as_owner.get(path.format(key=image.key)).status_code == 404
