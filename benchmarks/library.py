#!/usr/bin/env python
"""Time and queries of the library page, a page deep in it and its months, with few and with many photos, in one run.

Makes a database of its own (SQLite in a temporary folder, or DATABASE_URL, which has to be empty), fills it for two
people, a photo for every hour, and asks for their pages in turn. Prints medians and the ratios.
"""

import argparse
import os
import statistics
import sys
import tempfile
import time
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from django.test import Client

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--few", type=int, default=100, help="photos of the first person")
    parser.add_argument("--many", type=int, default=100_000, help="photos of the second person")
    parser.add_argument("--rounds", type=int, default=60)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {
            "DJANGO_SETTINGS_MODULE": "photocloud.settings",
            "DATA_DIR": folder,
            "MEDIA_ROOT": f"{folder}/media",
            "SECRET_KEY": "only-for-this-benchmark",
            "LOG_LEVEL": "WARNING",
        }
        measure(few=options.few, many=options.many, rounds=options.rounds)


def measure(*, few: int, many: int, rounds: int) -> None:
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection
    from django.test import Client
    from django.test.utils import setup_test_environment

    from accounts.models import User
    from images import timeline
    from images.models import Image, Status

    setup_test_environment()
    call_command("migrate", verbosity=0)
    call_command("createcachetable")
    call_command("collectstatic", interactive=False, verbosity=0)
    clients: dict[int, Client] = {}
    for count in (few, many):
        person = User.objects.create_user(email=f"{count}@example.com", username=f"person{count}")
        for start in range(0, count, 5000):
            images = []
            for number in range(start, min(count, start + 5000)):
                image = Image.new(owner=person, original_name=f"{number}.jpg", size_bytes=3_000_000)
                image.status, image.format, image.colour = Status.READY, "JPEG", "#808080"
                image.width, image.height, image.sha256 = 4000, 3000, f"{number:064x}"
                image.shown_at -= timedelta(hours=number)
                images.append(image)
            Image.objects.bulk_create(images)
        clients[count] = Client()
        clients[count].force_login(person)
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
    for path in ("/library/", "/library/?before={middle}", "/library/months"):
        print(path)
        middles = {count: (timeline.clock() - timedelta(hours=count // 3)).date().isoformat() for count in clients}
        paths = {count: path.format(middle=middle) for count, middle in middles.items()}
        compare(clients, paths, rounds=rounds)


def compare(clients: "dict[int, Client]", paths: dict[int, str], *, rounds: int) -> None:
    """Asks the clients in turn, each for its path."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    times: dict[int, list[float]] = {count: [] for count in clients}
    for round_number in range(rounds + 5):
        for count, client in clients.items():
            started = time.perf_counter()
            answer = client.get(paths[count])
            elapsed = time.perf_counter() - started
            assert answer.status_code == 200
            assert answer.context.get("photos") or answer.context.get("months")
            if round_number >= 5:  # the first ones warm up
                times[count].append(elapsed)
    for count, client in clients.items():
        with CaptureQueriesContext(connection) as queries:
            client.get(paths[count])
        print(f"{count:>7} photos: median {statistics.median(times[count]) * 1000:6.1f} ms, {len(queries)} queries")
    few, many = (statistics.median(measured) for measured in times.values())
    print(f"ratio of the medians: {many / few:.2f} ({connection.vendor}, {rounds} rounds)")


if __name__ == "__main__":
    main()
