"""The windows of the stories themselves: what no page may do is noted."""

import pytest
from playwright.sync_api import Browser

from e2e.instance import Instance
from e2e.windows import Windows

pytestmark = pytest.mark.browser

ELSEWHERE = "http://127.0.0.2:9/photo.png"


def test_what_no_page_may_do_is_a_fault(browser: Browser, instance: Instance) -> None:
    watched = Windows(browser, instance.url)
    page = watched.open()
    page.goto("/explore/")
    assert watched.faults == []
    page.evaluate("document.body.style.cssText = ''; document.body.setAttribute('style', 'color: red')")
    page.evaluate("setTimeout(() => { throw new Error('a script fails') })")
    page.goto("/nothing-here")
    page.goto("about:blank")
    with page.expect_event("requestfailed"):
        page.set_content(f'<img src="{ELSEWHERE}">')
    watched.close()
    for sign in (
        "console: Applying inline style violates",
        "script: a script fails",
        "404: GET",
        f"another host: {ELSEWHERE}",
    ):
        assert [fault for fault in watched.faults if fault.startswith(sign)], (sign, watched.faults)
