"""What the benchmarks of pages share: a database of their own, photos without files, and times taken in turn."""

import os
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from accounts.models import User
    from images.models import Image

WARM_UP_ROUNDS = 5


@contextmanager
def prepared() -> Iterator[None]:
    """Sets Django up on an empty database: SQLite in a temporary folder, or what DATABASE_URL names."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {
            "DJANGO_SETTINGS_MODULE": "photocloud.settings",
            "DATA_DIR": folder,
            "MEDIA_ROOT": f"{folder}/media",
            "SECRET_KEY": "only-for-this-benchmark",
            "LOG_LEVEL": "WARNING",
        }
        import django

        django.setup()
        from django.core.management import call_command
        from django.test.utils import setup_test_environment

        setup_test_environment()
        call_command("migrate", verbosity=0)
        call_command("createcachetable")
        call_command("collectstatic", interactive=False, verbosity=0)
        yield


def add_photos(person: "User", count: int, complete: "Callable[[int, Image], None] | None" = None) -> None:
    """Rows of ready photos; `complete` may change each one, by its number, before it is saved."""
    from images.models import Image, Status

    for start in range(0, count, 5000):
        images = []
        for number in range(start, min(count, start + 5000)):
            image = Image.new(owner=person, original_name=f"{number}.jpg", size_bytes=3_000_000)
            image.status, image.format, image.colour = Status.READY, "JPEG", "#808080"
            image.width, image.height, image.sha256 = 4000, 3000, f"{number:064x}"
            if complete is not None:
                complete(number, image)
            images.append(image)
        Image.objects.bulk_create(images)


def analyse() -> None:
    """What PostgreSQL's autovacuum would have done by now."""
    from django.db import connection

    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")


def times_ms(
    visits: "Mapping[str, Callable[[], Any]]", rounds: int, *, clock: Callable[[], float] = time.perf_counter
) -> dict[str, list[float]]:
    """How long each visit took, round by round, in milliseconds; they are made in turn."""
    times: dict[str, list[float]] = {name: [] for name in visits}
    for round_number in range(rounds + WARM_UP_ROUNDS):
        for name, visit in visits.items():
            started = clock()
            visit()
            elapsed = clock() - started
            if round_number >= WARM_UP_ROUNDS:
                times[name].append(elapsed * 1000)
    return times


def query_count(visit: Callable[[], Any]) -> int:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as queries:
        visit()
    return len(queries)
