#!/usr/bin/env python
"""Time and queries of the library page, a page deep in it and its months, with few and with many photos, in one run.

Makes a database of its own (SQLite in a temporary folder, or DATABASE_URL, which has to be empty), fills it for two
people, a photo for every hour, and asks for their pages in turn. Prints medians and the ratios.
"""

import argparse
import statistics
import sys
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from images.models import Image

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks import pages


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--few", type=int, default=100, help="photos of the first person")
    parser.add_argument("--many", type=int, default=100_000, help="photos of the second person")
    parser.add_argument("--rounds", type=int, default=60)
    options = parser.parse_args()
    with pages.prepared():
        measure(few=options.few, many=options.many, rounds=options.rounds)


def measure(*, few: int, many: int, rounds: int) -> None:
    from django.db import connection
    from django.test import Client

    from accounts.models import User
    from images import timeline

    clients = {}
    for count in (few, many):
        person = User.objects.create_user(email=f"{count}@example.com", username=f"person{count}")
        pages.add_photos(person, count, an_hour_apart)
        clients[count] = Client()
        clients[count].force_login(person)
    pages.analyse()
    for path in ("/library/", "/library/?before={middle}", "/library/months"):
        print(path)
        visits = {}
        for count, client in clients.items():
            middle = (timeline.clock() - timedelta(hours=count // 3)).date().isoformat()
            visits[str(count)] = partial(client.get, path.format(middle=middle))
            answer = visits[str(count)]()
            assert answer.status_code == 200
            assert answer.context.get("photos") or answer.context.get("months")
        medians = {name: statistics.median(times) for name, times in pages.times_ms(visits, rounds).items()}
        for name, visit in visits.items():
            print(f"{name:>7} photos: median {medians[name]:6.1f} ms, {pages.query_count(visit)} queries")
        ratio = medians[str(many)] / medians[str(few)]
        print(f"ratio of the medians: {ratio:.2f} ({connection.vendor}, {rounds} rounds)")


def an_hour_apart(number: int, image: "Image") -> None:
    image.shown_at -= timedelta(hours=number)


if __name__ == "__main__":
    main()
