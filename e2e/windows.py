"""Browser windows whose faults fail the story, and what people do in them."""

import re
import shutil
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from fnmatch import fnmatch
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Locator,
    Page,
    Playwright,
    Request,
    Response,
    WebError,
    expect,
)

from e2e.instance import Person

TIMEOUT_MS = 15_000
WIDE = {"width": 1280, "height": 800}
PHONE: Final[dict[str, Any]] = {"viewport": {"width": 360, "height": 740}, "has_touch": True, "is_mobile": True}
CLIPBOARD: Final = ["clipboard-read", "clipboard-write"]
SLOW_BYTES_PER_SECOND: Final = 3_000_000

_BROWSERS = ("chromium", "chromium-browser", "google-chrome")
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def find_browser() -> str | None:
    """The path of the system's Chromium."""
    return next((path for name in _BROWSERS if (path := shutil.which(name))), None)


@contextmanager
def launched(playwright: Playwright, executable: str) -> Iterator[Browser]:
    browser = playwright.chromium.launch(executable_path=executable, args=list(ARGUMENTS))
    try:
        yield browser
    finally:
        browser.close()


class Windows:
    """Opens windows, each with cookies of its own, and notes what no page may do.

    That is: log an error (as a breach of the CSP does), ask another host, get a 4xx or 5xx for a path that the story
    has not named with `refuses`, or lose the connection unless the story `cuts` it.
    """

    def __init__(self, browser: Browser, url: str) -> None:
        self.faults: list[str] = []
        self._browser = browser
        self._url = url
        self._refused: set[tuple[int, str]] = set()
        self._cuts = False
        self._contexts: list[BrowserContext] = []

    def open(self, **options: Any) -> Page:
        """A new window; `options` are those of Playwright's `new_context`."""
        defaults = {"base_url": self._url, "viewport": WIDE, "reduced_motion": "reduce"}
        context = self._browser.new_context(**{**defaults, **options})
        context.set_default_timeout(TIMEOUT_MS)
        context.on("console", self._on_console)
        context.on("weberror", self._on_error)
        context.on("request", self._on_request)
        context.on("response", self._on_response)
        self._contexts.append(context)
        page = context.new_page()
        # Asked for first when a story presses a button, the browser may open the dialog before it hears of it.
        page.on("filechooser", lambda _chooser: None)
        return page

    def refuses(self, status: int, path: str) -> None:
        """A refusal that belongs to the story; `path` may have a `*`."""
        self._refused.add((status, path))

    def cuts(self) -> None:
        """The connection breaks in this story."""
        self._cuts = True

    def close(self) -> None:
        for context in self._contexts:
            context.close()

    def _on_console(self, message: ConsoleMessage) -> None:
        # Answers of 4xx and 5xx are judged one by one below.
        answered = message.text.startswith(
            ("Failed to load resource: the server responded", "Response Status Error Code")
        )
        cut = self._cuts and message.text.startswith(("Failed to load resource: net::", "htmx:"))
        if message.type == "error" and not answered and not cut:
            self.faults.append(f"console: {message.text} {message.location}")

    def _on_error(self, error: WebError) -> None:
        self.faults.append(f"script: {error.error}")

    def _on_request(self, request: Request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme not in {"data", "blob"} and parts.netloc != urlsplit(self._url).netloc:
            self.faults.append(f"another host: {request.url}")

    def _on_response(self, response: Response) -> None:
        path = urlsplit(response.url).path
        expected = any(status == response.status and fnmatch(path, pattern) for status, pattern in self._refused)
        if response.status >= 400 and not expected:
            self.faults.append(f"{response.status}: {response.request.method} {response.url}")


def wait_until(page: Page, script: str, arg: object = None) -> None:
    """Waits until the script, which may be async, says yes.

    Playwright's `wait_for_function` takes any promise for a yes, and can't ask an expression twice under a CSP.
    """
    deadline = time.monotonic() + TIMEOUT_MS / 1000
    while not page.evaluate(script, arg):
        assert time.monotonic() < deadline, f"In vain: {script}"
        page.wait_for_timeout(50)


def give_password(page: Page, person: Person) -> None:
    """On the sign-in page."""
    page.get_by_label("Email or username").fill(person.email)
    page.get_by_label("Password").fill(person.password)
    page.get_by_role("main").get_by_role("button", name="Sign in").click()


def sign_in(page: Page, person: Person) -> None:
    page.goto("/accounts/login/")
    give_password(page, person)
    page.wait_for_url("**/library/")


def sign_out(page: Page) -> None:
    page.goto("/galleries/")
    page.get_by_role("button", name="Account").click()
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/explore/")


def sign_in_again(page: Page, person: Person) -> None:
    """A new session, as in a second tab."""
    sign_out(page)
    sign_in(page, person)


def drop(page: Page, paths: Sequence[Path]) -> None:
    """Drops files onto the page as from a file manager: trusted events, with files of this machine's disk."""
    session = page.context.new_cdp_session(page)
    data = {"items": [], "files": [str(path) for path in paths], "dragOperationsMask": 1}
    for kind in ("dragEnter", "dragOver", "drop"):
        session.send("Input.dispatchDragEvent", {"type": kind, "x": 160, "y": 300, "data": data})
    session.detach()


@contextmanager
def hovering(page: Page, paths: Sequence[Path]) -> Iterator[None]:
    """Files are held over the page, and carried away again."""
    session = page.context.new_cdp_session(page)
    data = {"items": [], "files": [str(path) for path in paths], "dragOperationsMask": 1}
    session.send("Input.dispatchDragEvent", {"type": "dragEnter", "x": 160, "y": 300, "data": data})
    yield
    page.evaluate(_LEAVE)  # the protocol's dragCancel tells the page nothing
    session.detach()


_LEAVE = """() => {
  const dataTransfer = new DataTransfer();
  dataTransfer.items.add(new File(["x"], "x.jpg"));
  document.body.dispatchEvent(new DragEvent("dragleave", { dataTransfer, bubbles: true, cancelable: true }));
}"""


def slow_down(page: Page, *, upload_bytes_per_second: int = SLOW_BYTES_PER_SECOND) -> None:
    """Makes what the page sends take time."""
    limits = {"offline": False, "latency": 1, "downloadThroughput": -1, "uploadThroughput": upload_bytes_per_second}
    page.context.new_cdp_session(page).send("Network.emulateNetworkConditions", limits)


def open_upload(page: Page, address: str = "/upload") -> None:
    page.goto(address)
    expect(page.locator("form.is-live")).to_be_visible()


def choose(page: Page, *paths: Path) -> None:
    """Chooses files with the file dialog of the queue."""
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="choose photos").click()
    chooser.value.set_files(paths)


def start_upload(page: Page) -> None:
    page.get_by_role("button", name=re.compile(r"^Upload \d+ photos?$")).click()


def upload_rows(page: Page, state: str = "") -> Locator:
    """The lines of the results: all, or those in a state (done, seen, failed, refused)."""
    return page.locator(f'#upload-rows > li[data-state="{state}"]' if state else "#upload-rows > li")


def drawn(pictures: Locator) -> list[str]:
    """Scrolls each of the pictures, of which there are some, into view, waits until it is drawn; returns their URLs."""
    expect(pictures).not_to_have_count(0)
    for picture in pictures.all():
        picture.scroll_into_view_if_needed()
        expect(picture).to_be_visible()
        expect(picture).to_have_js_property("complete", True)
    assert pictures.evaluate_all("all => all.every(img => img.naturalWidth > 0)"), "a picture isn't drawn"
    urls: list[str] = pictures.evaluate_all("all => all.map(img => img.src)")
    return urls


def tab_to(page: Page, target: Locator, *, at_most: int = 80) -> None:
    """Presses Tab until `target` has the focus."""
    for _ in range(at_most):
        page.keyboard.press("Tab")
        if target.evaluate("element => element === document.activeElement"):
            return
    raise AssertionError(f"{at_most} times Tab and {target} has no focus")
