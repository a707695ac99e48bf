"""What real servers start from, and the one for all tests of resumable uploads: starting it takes longer than each."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from photocloud.tests import resumable, stack


@pytest.fixture(scope="session")
def ready_made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder of an instance with one person, the same for all test processes; to be copied."""
    own = tmp_path_factory.getbasetemp()
    return stack.make_ready(own.parent if "PYTEST_XDIST_WORKER" in os.environ else own)


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory, ready_made: Path) -> Iterator[resumable.Server]:
    variables = {"UPLOAD_STALL_SECONDS": str(resumable.STALL_SECONDS), "WEB_WORKERS": "1"}
    with resumable.server(tmp_path_factory.mktemp("resumable"), ready_made, **variables) as running:
        yield running


@pytest.fixture(scope="session")
def site(server: resumable.Server) -> resumable.Site:
    return resumable.Site(server.app, server.app.url, server.app.token)


@pytest.fixture(scope="session")
def session(site: resumable.Site) -> requests.Session:
    """The browser of the person who uploads."""
    return stack.signed_in(site.url)
