"""The style guide, and what the design may weigh."""

import gzip
import re
from itertools import chain

import pytest
from django.conf import settings
from django.test import Client

CSS = settings.BASE_DIR / "static" / "css"
MOST_BYTES = 30_000


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
