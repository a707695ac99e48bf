"""The style guide, and what styles and scripts may weigh."""

import gzip
import re
from itertools import chain
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client

from accounts.models import User
from conftest import Upload
from galleries import sharing
from galleries.models import Gallery

STATIC = settings.BASE_DIR / "static"
CSS = STATIC / "css"
MOST_BYTES = 30_000
MOST_SCRIPT_BYTES = 40_000
# Not those that are loaded when they are needed.
IMPORTS = re.compile(r'^(?:import|\}) [^"(]*"([^"]+)"', re.MULTILINE)


def test_staff_see_every_piece_in_both_themes(as_moderator: Client) -> None:
    page = as_moderator.get("/styleguide/").content.decode()
    for theme in ("light", "dark"):
        assert f'data-theme="{theme}"' in page
        assert f'id="{theme}-wrong-title"' in page
    assert len(re.findall(r'aria-invalid="true"', page)) == 8
    for piece in ("btn-primary", "segments", "toast-error", "notice-warning", "photo__badges", "gallery-card", "sheet"):
        assert len(re.findall(rf'class="[^"]*\b{piece}\b', page)) >= 2, piece
    ids = re.findall(r'\sid="([^"]+)"', page)
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("who", ["visitor", "as_owner"])
def test_others_are_not_told_that_there_is_a_style_guide(who: str, request: pytest.FixtureRequest) -> None:
    assert request.getfixturevalue(who).get("/styleguide/").status_code == 404


def test_all_styles_together_are_light() -> None:
    sizes = {path.name: len(gzip.compress(path.read_bytes())) for path in CSS.glob("*.css")}
    assert sum(sizes.values()) < MOST_BYTES, sizes


@pytest.mark.parametrize("name", ["explore", "gallery", "photo", "link", "photo by link"])
def test_the_scripts_of_pages_to_look_at_are_light(name: str, owner: User, upload: Upload, visitor: Client) -> None:
    """By gzip, as script/lighthouse judges; e2e/test_looks.py has what a browser really loads."""
    image = upload(visibility="public")
    gallery = Gallery.objects.create(owner=owner, title="Norway", visibility="public")
    gallery.add(image)
    link = f"/s/{sharing.make(owner, gallery=gallery, expires_at=None).token}"
    addresses = {"explore": "/explore/", "gallery": f"/g/{gallery.key}", "photo": f"/p/{image.key}", "link": link}
    page = visitor.get(addresses.get(name, f"{link}/p/{image.key}")).content.decode()
    sizes: dict[Path, int] = {}
    waiting = [STATIC / path for path in re.findall(r'<script[^>]* src="/static/([^"]+)"', page)]
    while waiting:
        script = waiting.pop().resolve()
        if script not in sizes:
            sizes[script] = len(gzip.compress(script.read_bytes()))
            waiting += [script.parent / path for path in IMPORTS.findall(script.read_text())]
    assert "main.js" in {script.name for script in sizes}
    assert sum(sizes.values()) < MOST_SCRIPT_BYTES, {script.name: size for script, size in sizes.items()}


def test_every_token_that_is_used_exists() -> None:
    sheets = [path.read_text() for path in CSS.glob("*.css")]
    defined = set(chain.from_iterable(re.findall(r"(--[a-z][\w-]*)\s*:", sheet) for sheet in sheets))
    used = set(chain.from_iterable(re.findall(r"var\((--[a-z][\w-]*)\)", sheet) for sheet in sheets))
    assert used <= defined, used - defined


def test_only_the_tokens_know_colours_and_weights() -> None:
    raw = re.compile(r"#(?:[0-9a-f]{3}){1,2}\b(?=[;,)\s])|rgb\(|light-dark\(|(?:font-weight|font):\s*\d{3}\b")
    for path in CSS.glob("*.css"):
        if path.name != "tokens.css":
            assert not raw.findall(path.read_text()), path.name


def test_styles_know_no_left_and_right() -> None:
    physical = re.compile(
        r"(?:margin|padding|border)-(?:left|right)|[^-\w](?:left|right)\s*:|text-align:\s*(?:left|right)"
    )
    for path in CSS.glob("*.css"):
        assert not physical.findall(path.read_text()), path.name
