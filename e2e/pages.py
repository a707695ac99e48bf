"""Every page that people reach by an address. test_looks.py walks through them, and compares them with the router."""

import json
from collections.abc import Mapping
from typing import Final

from e2e.instance import Instance

Addresses = dict[str, str]

NOWHERE: Final = "/nothing-here"
VISITORS: Final = {
    "explore": "/",
    "search": "/explore/?q=nothing+like+this",
    "person": "/u/{person}",
    "photo": "/p/{photo}",
    "gallery": "/g/{gallery}",
    "shared gallery": "/s/{link}",
    "shared nested gallery": "/s/{link}/g/{inner}",
    "shared photo": "/s/{link}/p/{photo}",
    "locked link": "/s/{locked}",
    "link that takes photos in": "/s/{drop}",
    "sign-up": "/accounts/signup/",
    "sign-in": "/accounts/login/",
    "forgotten password": "/accounts/password/reset/",
    "mail to choose a password is sent": "/accounts/password/reset/done/",
    "choose a password": "/accounts/password/reset/key/{reset}/",
    "password is chosen": "/accounts/password/reset/key/done/",
    "mail to confirm an address is sent": "/accounts/confirm-email/",
    "confirm an address": "/accounts/confirm-email/{confirmation}/",
    "account is closed": "/accounts/inactive/",
    "offline": "/offline/",
    "404": NOWHERE,
}
PEOPLE: Final = {
    "library": "/library/",
    "months": "/library/months",
    "trash": "/trash/",
    "upload": "/upload",
    "nothing was shared": "/upload?shared=1",
    "photo": "/p/{photo}",
    "private photo": "/p/{private}",
    "edit": "/p/{photo}/edit",
    "delete": "/p/{photo}/delete",
    "galleries": "/galleries/",
    "new gallery": "/galleries/new",
    "gallery": "/g/{gallery}",
    "edit gallery": "/g/{gallery}/edit",
    "gallery lifetime": "/g/{gallery}/lifetime",
    "delete gallery": "/g/{gallery}/delete",
    "links": "/links/",
    "link": "/links/{number}",
    "revoke all links": "/links/revoke",
    "explore": "/explore/",
    "own page": "/u/{person}",
    "profile": "/accounts/profile/",
    "avatar": "/accounts/avatar/",
    "email": "/accounts/email/",
    "password": "/accounts/password/change/",
    "password once more": "/accounts/reauthenticate/",
    "sessions": "/accounts/sessions/",
    "sign out": "/accounts/logout/",
    "list of photos": "/images-list",
}
NO_PAGES: Final = {
    "healthz",
    "robots",
    "manifest",
    "worker",
    "share_target",
    "styleguide",  # has a story of its own
    "images:download",
    "images:full",
    "images:direct",
    "images:direct_variant",
    "images:file",
    "images:known",
    "images:tus_create",
    "images:tus_library",
    "images:tus_upload",
    "galleries:tus_gallery",
    "galleries:tus_guest",
    "galleries:tus_guest_upload",
    "galleries:shared_download",
    "galleries:shared_zip",
    "galleries:zip",
    "galleries:feed",
    "galleries:oembed",
    "api_delete",
    "theme",
    "set_language",
    # The product signs nobody in by code, and everybody has a password.
    "account_set_password",
    "account_confirm_login_code",
    "account_request_reauthentication_code",
    "account_confirm_reauthentication_code",
}
"""They answer with a file, with data, or lead to another page."""
FORMS: Final = {"galleries:unlock", "galleries:guest_add", "galleries:guest_undo"}
"""They take forms, as those do that test_access.py has to post to; where the answer is a page, the walk sends one."""

_MAKE = """
import json
from allauth.account.forms import default_token_generator
from allauth.account.models import EmailAddress, EmailConfirmationHMAC
from allauth.account.utils import user_pk_to_url_str
from galleries import sharing
from galleries.models import Gallery
gallery = Gallery.objects.select_related("owner").get(key={gallery!r})
owner, photo = gallery.owner, gallery.images.first()
inner = Gallery.objects.create(owner=owner, title="Day 1", parent=gallery)
inner.add(photo)
link = sharing.make(owner, gallery=gallery, expires_at=sharing.default_end(), downloads="originals")
drop = sharing.make(owner, gallery=gallery, expires_at=None, additions="drop")
locked = sharing.make(owner, images=[photo], expires_at=None)
sharing.set_password(locked, "open sesame")
locked.save()
address = EmailAddress.objects.create(user=owner, email="second-" + owner.email, verified=False)
print(json.dumps({{
    "person": owner.username,
    "photo": photo.key,
    "gallery": gallery.key,
    "inner": inner.key,
    "link": link.token,
    "number": str(link.pk),
    "locked": locked.token,
    "drop": drop.token,
    "reset": user_pk_to_url_str(owner) + "-" + default_token_generator.make_token(owner),
    "confirmation": EmailConfirmationHMAC(address).key,
}}))
"""


def make(instance: Instance, *, gallery: str) -> Addresses:
    """Links to what is in a gallery and a gallery in it; the names of all that addresses have in them."""
    made: Addresses = json.loads(instance.shell(_MAKE.format(gallery=gallery)))
    return made


def filled(addresses: Mapping[str, str], names: Mapping[str, str]) -> Addresses:
    return {name: address.format(**names) for name, address in addresses.items()}
