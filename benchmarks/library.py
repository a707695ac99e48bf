#!/usr/bin/env python
"""Time and queries of the library page with few and with many photos, in one run.

Makes a database of its own (SQLite in a temporary folder, or DATABASE_URL, which has to be empty), fills it for two
people, and asks for their libraries in turn. Prints medians and the ratio.
"""

import argparse
import statistics
import sys
from functools import partial
from pathlib import Path

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

    visits = {}
    for count in (few, many):
        person = User.objects.create_user(email=f"{count}@example.com", username=f"person{count}")
        pages.add_photos(person, count)
        client = Client()
        client.force_login(person)
        answer = client.get("/library/")
        assert answer.status_code == 200
        assert len(answer.context["photos"]) == min(60, count)
        visits[str(count)] = partial(client.get, "/library/")
    pages.analyse()
    medians = {name: statistics.median(times) for name, times in pages.times_ms(visits, rounds).items()}
    for name, visit in visits.items():
        print(f"{name:>7} photos: median {medians[name]:6.1f} ms, {pages.query_count(visit)} queries")
    print(f"ratio of the medians: {medians[str(many)] / medians[str(few)]:.2f} ({connection.vendor}, {rounds} rounds)")


if __name__ == "__main__":
    main()
