"""What the demo puts into an instance: a person, galleries, photos through the product's own upload path, links."""

import io
import secrets
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from multiprocessing import get_context
from pathlib import Path
from typing import Final

from allauth.account.models import EmailAddress
from django.conf import settings
from django.utils import timezone

from accounts.models import User, Visibility
from galleries import sharing
from galleries.models import Additions, Downloads, Gallery, Order
from images import deletion, uploads
from images.models import Image
from images.refusals import UploadRefused
from images.uploads import Options
from photocloud.demo import motifs

NAME: Final = "demo"
PASSWORD_BYTES: Final = 9
PAINTERS: Final = 2
ENDS_EVERY: Final = 11
"""One photo in so many has a lifetime."""
HIDDEN_EVERY: Final = 6


@dataclass(frozen=True, slots=True)
class Plan:
    """A gallery, the kinds of pictures in it, and the gallery around it."""

    title: str
    description: str
    kinds: tuple[str, ...] = ()
    visibility: str = Visibility.PUBLIC
    order: str = Order.ADDED
    inside: str = ""


PLANS: Final = (
    Plan("Mountains and water", "Three summers and two winters, up before the sun.", ("mountains",), order=Order.TAKEN),
    Plan("Hills", "The easy way home.", ("hills",), inside="Mountains and water"),
    Plan("Lakes", "Five minutes before the wind comes up.", ("lake",), inside="Mountains and water"),
    Plan("By the sea", "From the ferry, the pier and the tent.", ("sea",)),
    Plan("Nights", "Long exposures and cold fingers: ten nights, four of them clear.", ("aurora", "galaxy")),
    Plan("The city after work", "Seen from the other bank.", ("city", "bokeh"), inside="Nights", order=Order.MANUAL),
    Plan("Dunes", "A week without a tree.", ("dunes",), Visibility.UNLISTED),
    Plan("Close up", "Leaves, petals, paper.", ("flower", "leaf", "folds"), Visibility.UNLISTED, Order.NAME),
    Plan("Woods behind the house", "Only for us.", ("forest",), Visibility.PRIVATE),
)


@dataclass(frozen=True, slots=True)
class Source:
    """A photo that goes in: its bytes, its names, and the gallery that takes it."""

    data: bytes
    file_name: str
    title: str
    gallery: str


@dataclass(frozen=True, slots=True)
class Filled:
    """What was made, for the person who asked for it."""

    person: User
    password: str
    image_count: int
    skipped: tuple[str, ...]
    share_url: str
    drop_url: str


def painted(count: int) -> Iterator[Source]:
    """`count` generated pictures, painted by processes of their own."""
    homes = {kind: plan.title for plan in PLANS for kind in plan.kinds}
    jobs = list(motifs.jobs(count))
    with ProcessPoolExecutor(PAINTERS, mp_context=get_context("spawn")) as painters:
        for (motif, *_how), data in zip(jobs, painters.map(motifs.painted, jobs), strict=True):
            yield Source(data, f"DSC_{4200 + motif.number}.jpg", motif.title, homes[motif.kind])


def found(paths: Iterable[Path]) -> Iterator[Source]:
    """Photos of a folder, shared out among the galleries."""
    homes = [plan.title for plan in PLANS if plan.kinds]
    for number, path in enumerate(paths):
        title = path.stem.replace("_", " ").replace("-", " ").capitalize()
        yield Source(path.read_bytes(), path.name, title, homes[number % len(homes)])


def fill(sources: Iterable[Source], *, password: str = "", progress: Callable[[], object] = lambda: None) -> Filled:
    """Makes a person with photos, galleries and links. Whatever fails, nothing of it stays.

    What is no picture is skipped, as an upload of it would be refused.
    """
    password = password or secrets.token_urlsafe(PASSWORD_BYTES)
    with _person(password) as person:
        galleries = _galleries(person)
        skipped = []
        for number, source in enumerate(sources):
            gallery = galleries[source.gallery]
            try:
                _upload(person, source, gallery, number)
            except UploadRefused as refusal:
                skipped.append(f"{source.file_name}: {refusal.message}")
            progress()
        _covers(galleries.values())
        share = sharing.make(
            person,
            gallery=galleries["Mountains and water"],
            expires_at=timezone.now() + timedelta(days=90),
            name="For the family",
            downloads=Downloads.ORIGINALS,
        )
        drop = sharing.make(
            person,
            gallery=galleries["By the sea"],
            expires_at=timezone.now() + timedelta(days=30),
            name="Your photos of the weekend",
            additions=Additions.ADD,
            needs_approval=True,
        )
        return Filled(
            person,
            password,
            person.images.count(),
            tuple(skipped),
            f"{settings.SITE_URL}{share.get_absolute_url()}",
            f"{settings.SITE_URL}{drop.get_absolute_url()}",
        )


@contextmanager
def _person(password: str) -> Iterator[User]:
    """Somebody new who goes again, with all that is theirs, when the block fails."""
    taken = set(User.objects.filter(username__startswith=NAME).values_list("username", flat=True))
    names = (f"{NAME}{number}" if number > 1 else NAME for number in range(1, len(taken) + 2))
    name = next(name for name in names if name not in taken)
    person = User.objects.create_user(email=f"{name}@example.com", username=name, password=password)
    try:
        EmailAddress.objects.create(user=person, email=person.email, verified=True, primary=True)
        person.display_name = "Robin Ahlberg"
        person.save(update_fields=["display_name"])
        yield person
    except BaseException:
        deletion.delete(Image.objects.owned_by(person))
        person.delete()
        raise


def _galleries(person: User) -> dict[str, Gallery]:
    made: dict[str, Gallery] = {}
    for plan in PLANS:
        gallery = Gallery(
            owner=person,
            title=plan.title,
            description=plan.description,
            visibility=plan.visibility,
            order=plan.order,
        )
        gallery.put_into(made[plan.inside] if plan.inside else None)
        made[plan.title] = gallery
    made["Dunes"].expires_at = timezone.now() + timedelta(days=60)
    made["Dunes"].save(update_fields=["expires_at"])
    return made


def _upload(person: User, source: Source, gallery: Gallery, number: int) -> None:
    visibility = gallery.visibility
    if visibility == Visibility.PUBLIC and number % HIDDEN_EVERY == HIDDEN_EVERY - 1:
        visibility = Visibility.UNLISTED
    ends = number % ENDS_EVERY == ENDS_EVERY - 1
    uploads.receive_stream(
        io.BytesIO(source.data),
        length=len(source.data),
        name=source.file_name,
        owner=person,
        options=Options(
            visibility=visibility,
            title=source.title,
            expires_at=timezone.now() + timedelta(days=5 + number % 25) if ends else None,
        ),
        place=gallery.add,
    )


def _covers(galleries: Iterable[Gallery]) -> None:
    """The first photo of each stands for it; galleries around others show one of those."""
    for gallery in galleries:
        first = gallery.items.order_by("position").select_related("image").first()
        if first is not None:
            gallery.cover = first.image
            gallery.save(update_fields=["cover"])
