"""Light, dark, or as the system has it."""

import re

import pytest
from django.test import Client

from conftest import Upload


def _choose(client: Client, theme: str, **fields: str) -> str:
    answer = client.post("/theme", {"theme": theme, **fields}, headers={"Referer": "http://testserver/explore/?q=a"})
    assert answer.status_code == 302
    return answer.headers["Location"]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_chosen_theme_is_in_the_page_from_the_first_byte_until_the_system_decides_again(theme: str) -> None:
    client = Client(enforce_csrf_checks=True)
    assert b"data-theme=" not in client.get("/accounts/login/").content
    assert _choose(client, theme) == "http://testserver/explore/?q=a"
    page = client.get("/accounts/login/").content.decode()
    assert f'<html lang="en" data-theme="{theme}">' in page
    assert f'<meta name="color-scheme" content="{theme}">' in page
    assert f'value="{theme}" aria-pressed="true"' in page
    assert re.findall('media="all" content="[^"]+" data-scheme="([^"]+)"', page) == [theme]
    _choose(client, "system")
    page = client.get("/accounts/login/").content.decode()
    assert "data-theme=" not in page
    assert 'value="system" aria-pressed="true"' in page


def test_the_cookie_is_kept_for_long_and_from_scripts_and_holds_nothing_else(visitor: Client) -> None:
    _choose(visitor, "dark")
    cookie = visitor.cookies["theme"]
    assert cookie["max-age"] >= 180 * 24 * 3600
    assert (cookie.value, cookie["httponly"], cookie["samesite"]) == ("dark", True, "Lax")
    visitor.cookies["theme"] = '"><script>'
    assert b"data-theme=" not in visitor.get("/accounts/login/").content


def test_a_page_that_sends_no_referrer_says_where_it_was_and_nobody_is_led_elsewhere(visitor: Client) -> None:
    assert _choose(visitor, "dark", next="/s/2222222222222222222222") == "/s/2222222222222222222222"
    for elsewhere in ("https://example.com/", "//example.com/"):
        assert _choose(visitor, "dark", next=elsewhere) == "http://testserver/explore/?q=a"
        answer = visitor.post("/theme", {"theme": "dark"}, headers={"Referer": elsewhere})
        assert answer.headers["Location"] == "/"
    assert visitor.get("/theme").status_code == 405


def test_the_theme_of_a_browser_is_the_same_for_every_page_of_a_photo(upload: Upload, as_owner: Client) -> None:
    image = upload()
    _choose(as_owner, "dark")
    for path in ("/library/", image.get_absolute_url(), "/nothing-here"):
        assert b'data-theme="dark"' in as_owner.get(path).content
