"""Who gets in by a share link: role x state x kind of link, at every address that has a token in it."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from conftest import Upload, signed_in
from galleries import sharing
from galleries.models import Additions, Downloads, Gallery, ShareLink
from images.models import Image
from photocloud import settings as written
from photocloud.tests.test_access import routes

SURFACES = {
    "galleries:shared": None,
    "galleries:shared_gallery": "nested",
    "galleries:shared_photo": "photo",
    "galleries:shared_download": "photo",
    "galleries:shared_zip": None,
}
"""Addresses with a token that show something, and what the key in each names."""
UNLOCK = "galleries:unlock"
GUEST_DOORS = {"galleries:guest_add", "galleries:guest_undo", "galleries:tus_guest", "galleries:tus_guest_upload"}
"""They take photos in, and show none; galleries/tests/test_guests.py."""
PASSWORD = "open sesame"

ROLES = ["owner", "stranger", "visitor", "holder", "locked"]
"""The visitor has no link; the holder knows its password; the locked one gave the same password to another link."""
STATES = ["open", "password", "expired", "revoked", "owner disabled", "gallery expired"]
OPEN = {
    ("owner", "open"),
    ("stranger", "open"),
    ("holder", "open"),
    ("locked", "open"),
    ("owner", "password"),
    ("holder", "password"),
}
EVERYTHING = {*SURFACES, "original", "bytes of the page", "bytes of the photo page"}
SHOWN = {
    "gallery": EVERYTHING,
    "selection": EVERYTHING - {"galleries:shared_gallery"},
    "without downloads": EVERYTHING - {"galleries:shared_download", "galleries:shared_zip", "original"},
    "drop": set(),
}


def test_every_address_with_a_token_is_in_the_matrix() -> None:
    with_token = {route.name for route in routes() if "token" in route.pattern.pattern.regex.groupindex}
    assert with_token == SURFACES.keys() | GUEST_DOORS | {UNLOCK}


def test_passwords_of_links_are_hashed_with_argon2() -> None:
    assert written.PASSWORD_HASHERS[0] == "django.contrib.auth.hashers.Argon2PasswordHasher"


@pytest.mark.parametrize("state", STATES)
def test_a_link_opens_what_it_shows_to_whom_it_is_for(upload: Upload, owner: User, stranger: User, state: str) -> None:
    gallery = Gallery.objects.create(owner=owner, title="Norway", visibility="private")
    nested = Gallery.objects.create(owner=owner, title="Day 1", visibility="private", parent=gallery)
    photo = upload(name="fjord.jpg", visibility="private")
    for place in (gallery, nested):
        place.add(photo)
    clients = {role: Client() for role in ROLES} | {"owner": signed_in(owner), "stranger": signed_in(stranger)}
    links = {kind: _made(owner, gallery, photo, kind) for kind in SHOWN}
    for link in links.values():
        _unlock(clients["holder"], link.token)
    _unlock(clients["locked"], _made(owner, gallery, photo, "gallery").token)
    for link in links.values():
        _bring_into(state, link)
    for kind, link in links.items():
        # A selection knows no gallery that could end.
        now = "password" if state == "gallery expired" and link.gallery is None else state
        for role, client in clients.items():
            token = "1" * 22 if role == "visitor" else link.token
            opened = _opened(client, token, {"photo": photo.key, "nested": nested.key})
            assert opened == (SHOWN[kind] if (role, now) in OPEN else set()), (kind, role)
            if now not in {"open", "password"}:
                assert _unlock(client, token) == 404


def _made(owner: User, gallery: Gallery, photo: Image, kind: str) -> ShareLink:
    link = sharing.make(
        owner,
        gallery=None if kind == "selection" else gallery,
        images=[photo] if kind == "selection" else [],
        expires_at=timezone.now() + timedelta(days=1),
        additions=Additions.DROP if kind == "drop" else Additions.NONE,
        downloads=Downloads.NONE if kind == "without downloads" else Downloads.ORIGINALS,
    )
    sharing.set_password(link, PASSWORD)
    link.save(update_fields=["password"])
    return link


def _unlock(client: Client, token: str) -> int:
    return client.post(reverse(UNLOCK, args=[token]), {"password": PASSWORD}).status_code


def _bring_into(state: str, link: ShareLink) -> None:
    now, rows = timezone.now(), ShareLink.objects.filter(pk=link.pk)
    if state == "open":
        rows.update(password="")
    elif state == "expired":
        rows.update(expires_at=now)
    elif state == "revoked":
        sharing.revoke(rows)
    elif state == "owner disabled":
        User.objects.filter(pk=link.owner_id).update(is_active=False)
    elif state == "gallery expired":
        Gallery.objects.filter(title="Norway").update(expires_at=now)


def _opened(client: Client, token: str, keys: dict[str, str]) -> set[str]:
    """The surfaces that show the photo, or give its bytes."""
    urls = {name: reverse(name, args=[token, keys[key]] if key else [token]) for name, key in SURFACES.items()}
    urls["original"] = f"{urls['galleries:shared_download']}?original=1"
    opened = set()
    for name, url in urls.items():
        answer = client.get(url, follow=True)
        assert answer.status_code in {200, 404}
        data = answer.getvalue()
        if answer.headers["Content-Type"].startswith("image/"):
            opened |= {name} if data else set()
        elif b"fjord" in data:
            opened.add(name)
            bytes_url = re.search(r'"(/files/[^"]+)"', data.decode(errors="replace"))
            if bytes_url and client.get(bytes_url[1].replace("&amp;", "&")).getvalue():
                opened.add({"galleries:shared_photo": "bytes of the photo page"}.get(name, "bytes of the page"))
    return opened
