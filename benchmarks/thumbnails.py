#!/usr/bin/env python
"""CPU time to answer a request for a thumbnail of somebody signed in, beside a static file, in one run.

Asks the product's own WSGI application in this process, in turn. Both files have the same bytes; WhiteNoise answers the
static one before any session, user or view.
"""

import argparse
import statistics
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from wsgiref.util import setup_testing_defaults

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks import pages

STATIC_FILE = "img/icons/app-512.png"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=500)
    options = parser.parse_args()
    with pages.prepared():
        measure(options.rounds)


def measure(rounds: int) -> None:
    from django.conf import settings
    from django.templatetags.static import static
    from django.test import Client

    from accounts.models import User
    from images import delivery, variants
    from images.models import Image
    from photocloud.wsgi import application

    owner = User.objects.create_user(email="owner@example.com", username="owner")
    pages.add_photos(owner, 1)
    image = Image.objects.get()
    thumb = Path(settings.MEDIA_ROOT, image.variant_name(variants.THUMB))
    data = Path(settings.BASE_DIR, "static", STATIC_FILE).read_bytes()
    thumb.parent.mkdir(parents=True, exist_ok=True)
    thumb.write_bytes(data)
    client = Client()
    client.force_login(owner)
    cookie = "; ".join(f"{name}={morsel.value}" for name, morsel in client.cookies.items())

    def ask(url: str) -> int:
        path, _, query = url.partition("?")
        environ = {"PATH_INFO": path, "QUERY_STRING": query, "HTTP_COOKIE": cookie}
        setup_testing_defaults(environ)
        statuses: list[str] = []

        def start_response(status: str, _headers: object, _error: object = None) -> Callable[[bytes], None]:
            statuses.append(status)
            return lambda _data: None

        answer = application(environ, start_response)
        length = sum(len(chunk) for chunk in answer)
        answer.close()
        assert statuses == ["200 OK"], (url, statuses)
        return length

    visits = {
        "thumbnail": partial(ask, delivery.variant_url(image, variants.THUMB)),
        "static file": partial(ask, static(STATIC_FILE)),
    }
    assert {visit() for visit in visits.values()} == {len(data)}
    times = pages.times_ms(visits, rounds, clock=time.process_time)
    medians = {name: statistics.median(found) for name, found in times.items()}
    for name, median in medians.items():
        print(f"{name}: median {median:.2f} ms")
    print(f"ratio of the medians: {medians['thumbnail'] / medians['static file']:.2f} ({rounds} rounds)")


if __name__ == "__main__":
    main()
