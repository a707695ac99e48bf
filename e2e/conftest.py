"""One server and one browser for all stories; people and browser windows as a story asks for them."""

import os
from collections.abc import Iterator
from itertools import count

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from e2e import photos as samples, windows as browsing
from e2e.instance import Instance, Person, running
from e2e.photos import Photos
from e2e.windows import Windows

PEOPLE_AT_ONCE = 30

expect.set_options(timeout=browsing.TIMEOUT_MS)


@pytest.fixture(scope="session")
def chromium() -> str:
    path = browsing.find_browser()
    if path is None:
        message = "The browser stories need Chromium: apt-get install chromium"
        if os.environ.get("CI") == "true":
            pytest.fail(message, pytrace=False)
        pytest.skip(message)
    return path


@pytest.fixture(scope="session")
def browser(chromium: str) -> Iterator[Browser]:
    with sync_playwright() as playwright, browsing.launched(playwright, chromium) as launched:
        yield launched


@pytest.fixture(scope="session")
def instance(chromium: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Instance]:
    with running(tmp_path_factory.mktemp("instance")) as started:
        yield started


@pytest.fixture(scope="session")
def photos(tmp_path_factory: pytest.TempPathFactory) -> Photos:
    return samples.find(tmp_path_factory.mktemp("photos"))


@pytest.fixture(scope="session")
def everybody(instance: Instance) -> Iterator[Person]:
    return (person for first in count(step=PEOPLE_AT_ONCE) for person in _people(instance, first))


def _people(instance: Instance, first: int) -> list[Person]:
    return instance.make_people(*(f"person-{number}" for number in range(first, first + PEOPLE_AT_ONCE)))


@pytest.fixture
def person(everybody: Iterator[Person]) -> Person:
    """Somebody who has an account and no photos."""
    return next(everybody)


@pytest.fixture
def windows(browser: Browser, instance: Instance) -> Iterator[Windows]:
    """Opens browser windows; a fault on any of their pages fails the story."""
    watched = Windows(browser, instance.url)
    yield watched
    watched.close()
    assert not watched.faults, "\n".join([*watched.faults, instance.log()])
