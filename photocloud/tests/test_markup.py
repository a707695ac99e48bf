"""What assistive technology and browsers find in pages: headings, titles, names, and references that lead somewhere."""

import re
from collections import Counter
from html.parser import HTMLParser
from itertools import pairwise

import pytest
from django.test import Client

from accounts.models import User
from conftest import Upload
from galleries import sharing
from galleries.models import Additions, Gallery
from images.models import Image
from photocloud.tests.test_site import PAGES

# One process runs all of them, so that the pages are asked for once.
pytestmark = [pytest.mark.django_db, pytest.mark.xdist_group("markup")]

HEADINGS = ("h1", "h2", "h3", "h4")
REFERENCES = ("for", "aria-labelledby", "aria-describedby", "popovertarget", "commandfor")


class Page(HTMLParser):
    """The elements of a page in their order, as tag and attributes, and its title; templates are no part of it."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.title = ""
        self._inside: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in {"template", "title", "svg"}:
            self._inside.append(tag)
        if "template" not in self._inside and "svg" not in self._inside:
            self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        if self._inside and self._inside[-1] == tag:
            self._inside.pop()

    def handle_data(self, data: str) -> None:
        if self._inside == ["title"]:
            self.title += data

    def values(self, attribute: str) -> list[str]:
        return [value for _tag, attributes in self.elements if (value := attributes.get(attribute))]


@pytest.fixture(scope="module")
def kept() -> dict[str, Page]:
    return {}


@pytest.fixture
def pages(request: pytest.FixtureRequest, kept: dict[str, Page]) -> dict[str, Page]:
    """Pages of every kind by address, which are asked for once."""
    if not kept:
        kept |= request.getfixturevalue("answered")
    return kept


@pytest.fixture
def answered(as_owner: Client, visitor: Client, owner: User, upload: Upload) -> dict[str, Page]:
    """Pages of an owner, those of visitors, and forms that were filled in wrongly."""
    image, gone = upload(visibility="public"), upload()
    Image.objects.filter(pk=gone.pk).update(trashed_at=gone.created_at)
    gallery = Gallery.objects.create(owner=owner, title="Norway", visibility="public")
    inside = Gallery.objects.create(owner=owner, title="Bergen", parent=gallery)
    gallery.add(image)
    inside.add(upload(), added_by="Ida", waits=True)
    looking = sharing.make(owner, gallery=gallery, expires_at=None, name="For you")
    taking = sharing.make(owner, gallery=inside, expires_at=None, name="Bring some", additions=Additions.ADD)
    parts = {f"/p/{image.key}": ("", "/edit", "/delete"), f"/g/{gallery.key}": ("", "/edit", "/lifetime", "/delete")}
    own = [f"{start}{part}" for start, names in parts.items() for part in names] + [f"/g/{inside.key}"]
    own += ["/library/months", "/trash/", "/images-list", "/accounts/logout/", f"/links/{looking.pk}"]
    shown = [f"/s/{looking.token}", f"/s/{looking.token}/p/{image.key}", f"/s/{taking.token}"]
    wrong = [f"/p/{image.key}/edit", f"/g/{gallery.key}/edit", "/upload"]
    wrong += ["/accounts/email/", "/accounts/password/change/"]
    html = {"headers": {"Accept": "text/html"}}
    answers = {path: as_owner.get(path, **html) for path in [*PAGES, *own]}  # type: ignore[arg-type]
    answers |= {f"{path} of a visitor": visitor.get(path) for path in ["/", image.get_absolute_url(), *shown]}
    answers |= {f"{path} filled in wrongly": as_owner.post(path, {"visibility": "secret"}, **html) for path in wrong}  # type: ignore[arg-type]
    shown_pages = {path: answer for path, answer in answers.items() if answer.status_code not in {301, 302}}
    return {path: Page(answer.content.decode()) for path, answer in shown_pages.items()}


def test_every_page_has_one_main_heading_and_leaves_out_no_level(pages: dict[str, Page]) -> None:
    for path, page in pages.items():
        levels = [int(tag[1]) for tag, _attributes in page.elements if tag in HEADINGS]
        assert levels.count(1) == 1, path
        after_the_first = pairwise(levels)
        assert all(below - above <= 1 for above, below in after_the_first), (path, levels)


def test_no_two_pages_have_one_title(pages: dict[str, Page]) -> None:
    found = [(" ".join(page.title.split()), path) for path, page in pages.items() if " " not in path]
    twice = {title for title, times in Counter(title for title, _path in found).items() if times > 1}
    assert [(title, path) for title, path in found if title in twice and "nothing" not in title] == []
    assert all(title.endswith(" · PhotoCloud") for title, _path in found)


def test_ids_are_there_once_and_what_refers_to_them_finds_them(pages: dict[str, Page]) -> None:
    for path, page in pages.items():
        ids = page.values("id")
        assert [name for name, times in Counter(ids).items() if times > 1] == [], path
        for attribute in REFERENCES:
            named = {name for value in page.values(attribute) for name in value.split()}
            assert named <= set(ids), (path, attribute, named - set(ids))


def test_classes_are_names(pages: dict[str, Page]) -> None:
    for path, page in pages.items():
        assert [value for value in page.values("class") if not re.fullmatch(r"[a-z][\w -]*", value)] == [], path


def test_landmarks_of_a_kind_have_names(pages: dict[str, Page]) -> None:
    for path, page in pages.items():
        for tag in ("nav", "aside"):
            landmarks = [attributes for name, attributes in page.elements if name == tag]
            names = [one.get("aria-label") or one.get("aria-labelledby") for one in landmarks]
            assert all(names), (path, tag)
            assert len(set(names)) == len(names), (path, tag, names)


def test_every_field_has_a_name_and_every_picture_a_text_or_none(pages: dict[str, Page]) -> None:
    for path, page in pages.items():
        labelled = set(page.values("for"))
        for tag, attributes in page.elements:
            if tag == "img":
                assert "alt" in attributes, (path, attributes)
            if tag in {"input", "select", "textarea"} and attributes.get("type") not in {"hidden", "checkbox"}:
                named = attributes.get("id") in labelled or "aria-label" in attributes
                assert named or "aria-hidden" in attributes, (path, attributes)


def test_what_was_filled_in_wrongly_says_so_beside_its_field(pages: dict[str, Page]) -> None:
    for path, page in pages.items():
        if not path.endswith("wrongly"):
            continue
        wrong = [attributes for _tag, attributes in page.elements if attributes.get("aria-invalid") == "true"]
        assert wrong, path
        for attributes in wrong:
            described = (attributes.get("aria-describedby") or "").split()
            assert f"{attributes['id']}_error" in described, (path, attributes)
