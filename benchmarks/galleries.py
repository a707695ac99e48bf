#!/usr/bin/env python
"""Time and queries of a gallery's page with few and with many photos, in each order, for each who may come.

Makes a database of its own (SQLite in a temporary folder, or DATABASE_URL, which has to be empty) with two people.
One has galleries of few photos, the other of many: one in each order, one around another, one in which photos of
guests wait. Asks for each page of both in turn: as its owner, as a visitor, and by a share link. Prints lower
quartiles, which the other work of a machine disturbs least, their ratio and queries. Ends with 1 when queries differ
or a ratio is above --most.
"""

import argparse
import random
import statistics
import sys
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks import pages

if TYPE_CHECKING:
    from accounts.models import User
    from galleries.models import Gallery
    from images.models import Image

Visit: TypeAlias = Callable[[], Any]

WAITING = {"few": 200, "many": 2000}
"""The page shows the first 200."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--few", type=int, default=100, help="photos in the galleries of the first person")
    parser.add_argument("--many", type=int, default=10_000, help="photos in the galleries of the second person")
    parser.add_argument("--rounds", type=int, default=40)
    parser.add_argument("--most", type=float, default=1.5, help="the largest ratio that is good enough")
    options = parser.parse_args()
    with pages.prepared():
        few, many = (visits_of(size, getattr(options, size)) for size in ("few", "many"))
        pages.analyse()
        compare(few, many, rounds=options.rounds, most=options.most)


def visits_of(size: str, count: int) -> dict[str, Visit]:
    """A person with galleries of `count` photos, and the visits to their pages by name."""
    from django.test import Client

    from accounts.models import User
    from galleries import sharing
    from galleries.models import Gallery, Order

    person = User.objects.create_user(email=f"{size}@example.com", username=size)
    pages.add_photos(person, count, _complete)
    images = list(person.images.order_by("pk"))
    random.Random(1).shuffle(images)
    for number in range(20):
        Gallery.objects.create(owner=person, title=f"Gallery {number}")
    made = {f"by {order}": _gallery(person, images, order=order) for order in Order.values}
    made["around others"] = _gallery(person, images[:100])
    for number in range(5):
        _gallery(person, images[number::5], parent=made["around others"])
    made["with photos that wait"] = _gallery(person, images)
    made["with photos that wait"].add(*_waiting(person, WAITING[size]), waits=True)
    owner, visitor = Client(), Client()
    owner.force_login(person)
    visits: dict[str, Visit] = {}
    for name, gallery in made.items():
        link = sharing.make(person, gallery=gallery, expires_at=None)
        address = gallery.get_absolute_url()
        visits |= {
            f"{name}, owner": partial(owner.get, address),
            f"{name}, visitor": partial(visitor.get, address),
            f"{name}, link": partial(visitor.get, link.get_absolute_url()),
        }
        if name.startswith("by "):
            answer = owner.get(address)
            assert len(answer.context["photos"]) == 60
            for _ in range(count // 600):
                address = answer.context["next_url"]
                answer = owner.get(address)
            visits[f"{name}, deep inside"] = partial(owner.get, address)
    return visits


def compare(few: dict[str, Visit], many: dict[str, Visit], *, rounds: int, most: float) -> None:
    from django.db import connection

    # SQLite works within this process, whose CPU time no other program disturbs.
    clock = time.process_time if connection.vendor == "sqlite" else time.perf_counter
    print(f"{connection.vendor}, {rounds} rounds, {clock.__name__}")
    passed = True
    for name in few:
        times = pages.times_ms({"few": few[name], "many": many[name]}, rounds, clock=clock)
        usual = {size: statistics.quantiles(measured)[0] for size, measured in times.items()}
        queries = pages.query_count(few[name]), pages.query_count(many[name])
        ratio = usual["many"] / usual["few"]
        passed &= ratio <= most and queries[0] == queries[1]
        print(
            f"  {name:32} {usual['few']:6.1f} ms {usual['many']:6.1f} ms, ratio {ratio:.2f}, "
            f"queries {queries[0]} and {queries[1]}",
            flush=True,
        )
    sys.exit(0 if passed else 1)


def _complete(number: int, image: "Image") -> None:
    """Every third photo has a title, all but every tenth a time."""
    if number % 3 == 0:
        image.describe(title=f"Photo {number * 7919 % 10_007}", description="")
    if number % 10:
        image.taken_at = (datetime(2023, 1, 1) + timedelta(minutes=number * 7919 % 1_500_000)).isoformat()


def _gallery(person: "User", images: "list[Image]", **fields: Any) -> "Gallery":
    from galleries.models import Gallery

    gallery = Gallery.objects.create(owner=person, title="Measured", visibility="public", **fields)
    for start in range(0, len(images), 5000):
        gallery.add(*images[start : start + 5000])
    return gallery


def _waiting(person: "User", count: int) -> "list[Image]":
    before = person.images.count()
    pages.add_photos(person, count, lambda number, image: setattr(image, "sha256", f"{before + number:064x}"))
    return list(person.images.order_by("-pk")[:count])


if __name__ == "__main__":
    main()
