"""One server for all tests of resumable uploads: starting it takes longer than each of them."""

from collections.abc import Iterator

import pytest
import requests

from photocloud.tests import resumable, stack


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[resumable.Server]:
    variables = {"UPLOAD_STALL_SECONDS": str(resumable.STALL_SECONDS), "WEB_WORKERS": "1"}
    with resumable.server(tmp_path_factory.mktemp("resumable"), **variables) as running:
        yield running


@pytest.fixture(scope="session")
def site(server: resumable.Server) -> resumable.Site:
    return resumable.Site(server.app, server.app.url, server.app.token_of_new_person())


@pytest.fixture(scope="session")
def session(site: resumable.Site) -> requests.Session:
    """The browser of the person who uploads."""
    return stack.signed_in(site.url)
