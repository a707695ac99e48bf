"""The names under which photos are downloaded: RFC 6266 whatever the uploader called them."""

import re
from urllib.parse import urlencode

import pytest
from django.test import Client
from django.utils.http import parse_header_parameters

from images.models import Image
from images.tests.pictures import encoded, jpeg, picture

# A token, or a quoted string in which a backslash escapes the next character, or an extended value (RFC 8187).
DISPOSITION = re.compile(
    r"""attachment; filename(="([^"\\]|\\.)*"|=[\w.-]+|\*=utf-8''([A-Za-z0-9!#$&+.^_`|~-]|%[0-9A-F]{2})+)"""
)

NAMES = {
    'he said "hi".jpg': 'he said "hi".jpg',
    'back\\slash".jpg': 'slash".jpg',
    'a.jpg"; filename="evil.html': 'a.jpg"; filename="evil.html',
    "line\r\nSet-Cookie: stolen=1\n.jpg": "line Set-Cookie: stolen=1 .jpg",
    "🏔️ Fjord 👩‍🚀.jpg": "🏔️ Fjord 👩🚀.jpg",
    "写真 (1); naïve 100%.jpg": "写真 (1); naïve 100%.jpg",
    "\u202egpj.exe\u0000.jpg": "gpj.exe.jpg",
    "../../etc/passwd": "passwd",
    "x" * 300 + ".jpg": "x" * 196 + ".jpg",
    "📷" * 300 + ".jpeg": "📷" * 195 + ".jpeg",
    " . ": "photo",
}


def uploaded(client: Client, name: str, data: bytes) -> Image:
    """By the raw body, which takes a name as it is."""
    answer = client.post(f"/upload?{urlencode({'filename': name, 'visibility': 'public'})}", data, "image/jpeg")
    assert answer.status_code == 200
    return Image.objects.get(pk=answer.json()["id"])


def downloaded_as(client: Client, image: Image) -> str:
    """The name that a strict reader of the header takes from it."""
    answer = client.get(f"/p/{image.key}/download", follow=True)
    assert answer.status_code == 200
    assert answer.getvalue()
    header = answer.headers["Content-Disposition"]
    assert header.isascii()
    assert header.isprintable()
    assert DISPOSITION.fullmatch(header), header
    assert "Set-Cookie" not in answer.headers
    return parse_header_parameters(header)[1]["filename"]


@pytest.mark.parametrize(("name", "cleaned"), NAMES.items(), ids=lambda name: ascii(name)[:40])
def test_the_owner_gets_the_name_back_and_others_the_extension_of_what_they_get(
    as_owner: Client, visitor: Client, name: str, cleaned: str
) -> None:
    image = uploaded(as_owner, name, jpeg())

    assert image.original_name == cleaned
    assert downloaded_as(as_owner, image) == cleaned
    Image.objects.update(status="ready")
    stem = cleaned.rpartition(".")[0] or cleaned
    assert downloaded_as(visitor, image) == f"{stem}.jpg"


def test_a_picture_that_is_converted_is_not_named_after_what_it_was(as_owner: Client, visitor: Client) -> None:
    image = uploaded(as_owner, "Grüße.tiff", encoded(picture(), "TIFF"))
    Image.objects.update(status="ready")

    assert downloaded_as(as_owner, image) == "Grüße.tiff"
    assert downloaded_as(visitor, image) == "Grüße.jpg"
