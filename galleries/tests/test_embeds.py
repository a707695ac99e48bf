"""What other sites read: oEmbed, Open Graph, feeds, and codes to paste."""

import re
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit
from xml.etree import ElementTree

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from conftest import Upload
from galleries import sharing
from galleries.models import Gallery, ShareLink
from images.tests.pictures import gif, jpeg

HOST = "http://testserver"
ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture
def gallery(owner: User) -> Gallery:
    return Gallery.objects.create(owner=owner, title="Norway", visibility="public", description="By boat")


def embed(client: Client, path: str, **query: str) -> Any:
    return client.get("/oembed?" + urlencode({"url": HOST + path, **query}))


def test_a_photo_is_embedded_with_its_size(visitor: Client, upload: Upload) -> None:
    photo = upload(jpeg((2000, 1000)), title="Fjord", visibility="unlisted")
    told = embed(visitor, photo.get_absolute_url()).json()
    assert (told["type"], told["version"], told["title"]) == ("photo", "1.0", "Fjord")
    assert (told["url"], told["width"], told["height"]) == (f"{HOST}/i/{photo.key}/preview.jpg", 1600, 800)
    assert told["thumbnail_url"] == f"{HOST}/i/{photo.key}/thumb.webp"
    assert visitor.get(told["url"].removeprefix(HOST)).getvalue()
    small = embed(visitor, photo.get_absolute_url(), maxwidth="300").json()
    assert (small["url"], small["width"], small["height"]) == (f"{HOST}/i/{photo.key}/thumb.webp", 300, 150)


@pytest.mark.parametrize("visibility", ["unlisted", "public"])
def test_pages_name_their_embed(visitor: Client, upload: Upload, gallery: Gallery, visibility: str) -> None:
    photo = upload(visibility=visibility)
    for path in (photo.get_absolute_url(), gallery.get_absolute_url()):
        page = visitor.get(path).content.decode()
        assert 'type="application/json+oembed"' in page
        assert urlencode({"url": HOST + path}) in page
        assert 'property="og:title"' in page


def test_private_pages_are_embedded_nowhere(
    visitor: Client, as_owner: Client, upload: Upload, gallery: Gallery
) -> None:
    photo = upload(visibility="private")
    Gallery.objects.update(visibility="private")
    for path in (photo.get_absolute_url(), gallery.get_absolute_url()):
        assert embed(visitor, path).status_code == 404
        assert embed(as_owner, path).status_code == 404
        assert "og:title" not in as_owner.get(path).content.decode()


@pytest.mark.parametrize("url", ["", "x", "/library/", "http://elsewhere.example/p/1", "http://testserver/nothing"])
def test_other_addresses_are_404(visitor: Client, url: str) -> None:
    assert visitor.get("/oembed", {"url": url}).status_code == 404


def test_xml_is_not_offered(visitor: Client) -> None:
    assert visitor.get("/oembed", {"url": HOST, "format": "xml"}).status_code == 501


def test_a_gallery_is_embedded_with_its_cover(visitor: Client, upload: Upload, gallery: Gallery) -> None:
    hidden, photo = upload(visibility="private"), upload()
    gallery.add(photo, hidden)
    told = embed(visitor, gallery.get_absolute_url()).json()
    assert (told["type"], told["title"]) == ("link", "Norway")
    assert told["thumbnail_url"] == f"{HOST}/i/{photo.key}/thumb.webp"


def test_the_feed_of_a_public_gallery_tells_of_its_public_photos(
    visitor: Client, upload: Upload, gallery: Gallery
) -> None:
    photos = [upload(title=f"Photo {number}", visibility="public") for number in range(2)]
    gallery.add(*photos, upload(visibility="unlisted"), upload(visibility="private"))
    answer = visitor.get(f"/g/{gallery.key}/feed")
    assert answer.headers["Content-Type"].startswith("application/atom+xml")
    feed = ElementTree.fromstring(answer.content)
    assert [entry.findtext(f"{ATOM}title") for entry in feed.iter(f"{ATOM}entry")] == ["Photo 1", "Photo 0"]
    enclosure = feed.find(f".//{ATOM}link[@rel='enclosure']")
    assert enclosure is not None
    assert enclosure.get("href") == f"{HOST}/i/{photos[1].key}.jpg"
    assert f"/g/{gallery.key}/feed" in visitor.get(gallery.get_absolute_url()).content.decode()


@pytest.mark.parametrize("visibility", ["unlisted", "private"])
def test_other_galleries_have_no_feed(visitor: Client, gallery: Gallery, visibility: str) -> None:
    Gallery.objects.update(visibility=visibility)
    assert visitor.get(f"/g/{gallery.key}/feed").status_code == 404


def test_links_come_in_three_sizes(as_owner: Client, upload: Upload) -> None:
    photo = upload(gif(1, (2000, 1000)), name="a.gif", visibility="public")
    page = as_owner.get(photo.get_absolute_url(), {"size": "thumb"})
    texts = {link.id: link.text for link in page.context["links"]}
    assert texts["direct"] == f"{HOST}/i/{photo.key}/thumb.webp"
    assert texts["markdown-linked"] == f"[![a]({HOST}/i/{photo.key}/thumb.webp)]({HOST}/p/{photo.key})"
    assert 'width="480" height="240"' in texts["html"]
    full = {link.id: link.text for link in as_owner.get(photo.get_absolute_url()).context["links"]}
    assert full["direct"] == f"{HOST}/i/{photo.key}.gif"


def test_codes_of_a_selection_have_a_line_for_each_photo(as_owner: Client, upload: Upload) -> None:
    photos = [upload(visibility="unlisted") for _ in range(2)]
    private = upload(visibility="private")
    page = as_owner.post("/library/links?size=preview", {"keys": [photo.key for photo in (*photos, private)]})
    texts = {link.id: link.text for link in page.context["links"]}
    assert texts["direct"].splitlines() == [f"{HOST}/i/{photo.key}/preview.jpg" for photo in reversed(photos)]
    assert page.context["private_count"] == 1
    assert private.key not in "".join(texts.values())


def test_unlisted_pages_are_not_for_search_engines(visitor: Client, upload: Upload, gallery: Gallery) -> None:
    photo = upload(visibility="unlisted")
    assert 'name="robots" content="noindex"' in visitor.get(photo.get_absolute_url()).content.decode()
    assert "noindex" not in visitor.get(gallery.get_absolute_url()).content.decode()
    Gallery.objects.update(visibility="unlisted")
    assert "noindex" in visitor.get(gallery.get_absolute_url()).content.decode()


def test_a_share_link_is_told_elsewhere_with_a_thumbnail_that_ends_with_it(
    visitor: Client, upload: Upload, owner: User, gallery: Gallery
) -> None:
    photo = upload(jpeg((800, 400)), visibility="private")
    gallery.add(photo)
    link = sharing.make(owner, gallery=gallery, expires_at=timezone.now() + timedelta(minutes=1))
    path = link.get_absolute_url()
    told = embed(visitor, path).json()
    assert (told["type"], told["title"], told["thumbnail_width"]) == ("link", "Norway", 480)
    page = visitor.get(path).content.decode()
    assert urlencode({"url": HOST + path}) in page
    shown = re.search(r'property="og:image" content="([^"]+)"', page)
    assert shown is not None
    for url in (told["thumbnail_url"], shown[1].replace("&amp;", "&")):
        assert int(parse_qs(urlsplit(url).query)["e"][0]) <= timezone.now().timestamp() + 60
        assert visitor.get(url.removeprefix(HOST)).getvalue()
    assert photo.key not in str(told)


def test_a_link_with_a_password_tells_nothing_elsewhere_even_to_who_knows_it(
    visitor: Client, as_owner: Client, upload: Upload, owner: User, gallery: Gallery
) -> None:
    gallery.add(upload())
    link = sharing.make(owner, gallery=gallery, expires_at=None)
    sharing.set_password(link, "sesame")
    link.save()
    visitor.post(f"/s/{link.token}/unlock", {"password": "sesame"})
    for client in (visitor, as_owner, Client()):
        assert embed(client, link.get_absolute_url()).status_code == 404
        assert "og:" not in client.get(link.get_absolute_url()).content.decode()


@pytest.mark.parametrize("kind", ["drop", "revoked"])
def test_a_link_tells_no_more_than_its_page(
    visitor: Client, upload: Upload, owner: User, gallery: Gallery, kind: str
) -> None:
    gallery.add(upload())
    link = sharing.make(owner, gallery=gallery, expires_at=None, additions="drop" if kind == "drop" else "none")
    if kind == "revoked":
        sharing.revoke(ShareLink.objects.all())
        assert embed(visitor, link.get_absolute_url()).status_code == 404
        return
    assert "thumbnail_url" not in embed(visitor, link.get_absolute_url()).json()
    assert "og:image" not in visitor.get(link.get_absolute_url()).content.decode()
