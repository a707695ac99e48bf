"""Whether rows, files and quota agree, and how to make them agree again. Safe while the site runs.

Storage is listed first, into a temporary database on disk: so memory doesn't grow with the photos, and a bucket is
asked for a thousand names at a time. Whatever looks wrong is looked at again before it is called a problem.
"""

import sqlite3
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import islice
from pathlib import Path, PurePosixPath
from typing import Final, NamedTuple, TypeAlias

from django.conf import settings
from django.db import transaction
from django.db.models import Count, Exists, F, OuterRef, Q, Sum
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import quotas
from accounts.models import User
from images import deletion, derivatives, storage, tasks, variants
from images.models import Image, Status, Upload
from images.rendering import Unreadable

CHUNK: Final = 500
GRACE_SECONDS: Final = 3600
"""What changed less long ago may be under way and is left alone."""
MOST_ORPHANS: Final = 0.1
"""A larger share of originals without a row says that this is the wrong database, or one from an old backup."""

Size: TypeAlias = Callable[[str], int | None]


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that doesn't agree; `repaired` says what was done about it, or is empty."""

    kind: str
    subject: str
    detail: str
    repaired: str = ""

    def __str__(self) -> str:
        return f"{self.kind}: {self.subject}: {self.detail}" + (f" ({self.repaired})" if self.repaired else "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One run: `quick` trusts sizes and reads no original, `force` deletes orphans however many they are."""

    repair: bool = False
    quick: bool = False
    force: bool = False
    grace_seconds: int = GRACE_SECONDS
    progress: Callable[[int], object] = lambda _count: None

    def run(self) -> Iterator[Problem]:
        """Yields problems as they are found, and repaired if asked; `progress` hears how many photos each chunk had."""
        with closing(sqlite3.connect("")) as listing:
            _list(listing)
            yield from self._photos(listing)
            yield from self._orphans(listing)
        yield from self._uploads()
        yield from self._parts()
        yield from self._quotas()

    def _photos(self, listing: sqlite3.Connection) -> Iterator[Problem]:
        last = 0
        while images := list(Image.objects.filter(pk__gt=last).order_by("pk").defer("exif", "description")[:CHUNK]):
            last = images[-1].pk
            sizes = _taken(listing, [name for image in images for name in image.file_names()])
            for image in images:
                if image.deleted_at is None and image.status != Status.RECEIVING and self._fault(image, sizes.get):
                    yield from self._confirmed(image.pk)
            self.progress(len(images))

    def _confirmed(self, image_id: int) -> Iterator[Problem]:
        """Looks at a suspect again, at row and files as they are now."""
        rows = Image.objects.received().filter(pk=image_id, deleted_at__isnull=True)
        while image := rows.first():
            fault = self._fault(image, _stored_size)
            if fault is None:
                return
            if rows.filter(file_key=image.file_key, status=image.status).exists():  # else it has changed meanwhile
                problem = Problem(fault.kind, f"photo {image.key}", f"{image.storage_name} {fault.detail}")
                yield replace(problem, repaired=self._mended(image, fault)) if self.repair else problem
                return

    def _fault(self, image: Image, size: Size) -> "Fault | None":
        """What is wrong with a photo's files. A lost original that its owner has been told of is nothing new."""
        fault = self._original_fault(image, size)
        if image.status == Status.FAILED and image.failure in (_lost(), _damaged()):
            return None if fault else Fault("original-back", "is there again")
        if fault is None and image.is_ready:
            wanted = (*variants.EAGER, variants.AVIF_PREVIEW) if image.has_avif else variants.EAGER
            names = [image.variant_name(variant) for variant in wanted]
            missing = [name.rpartition("/")[2] for name in names if not size(name)]
            if missing:
                return Fault("derivative-missing", f"has no {', '.join(missing)}")
        return fault

    def _original_fault(self, image: Image, size: Size) -> "Fault | None":
        size_bytes = size(image.storage_name)
        if size_bytes is None:
            return Fault("original-missing", "isn't there", _lost())
        if size_bytes != image.size_bytes:
            return Fault("original-damaged", f"has {size_bytes} bytes instead of {image.size_bytes}", _damaged())
        if self.quick:
            return None
        try:
            sha256 = storage.media().sha256(image.storage_name)
        except FileNotFoundError:
            return Fault("original-missing", "isn't there", _lost())
        if sha256 != image.sha256:
            return Fault("original-damaged", f"has SHA-256 {sha256} instead of {image.sha256}", _damaged())
        return None

    def _mended(self, image: Image, fault: "Fault") -> str:
        row = Image.objects.filter(pk=image.pk, file_key=image.file_key)
        if fault.reason:
            row.update(status=Status.FAILED, failure=fault.reason)
            return "marked as failed"
        if fault.kind == "original-back":
            row.update(status=Status.PROCESSING, failure="", render_attempts=0)
            tasks.render.enqueue(image.pk)
            return "given to render"
        try:
            for variant in variants.EAGER:
                name = image.variant_name(variant)
                if not _stored_size(name):
                    storage.media().delete_many([name])  # an empty one would be kept
                    derivatives.ensure(image, variant)
            derivatives.forget_lost_avif(image)
            derivatives.render_avif(image.pk)
        except Unreadable as error:
            row.update(status=Status.FAILED, failure=error.message[:200])
            return "can't be rendered, marked as failed"
        except FileNotFoundError:
            return "deleted meanwhile"
        return "rendered"

    def _orphans(self, listing: sqlite3.Connection) -> Iterator[Problem]:
        """Files that no row accounts for."""
        (lonely,) = listing.execute("SELECT count(*) FROM files WHERE name LIKE 'originals/%'").fetchone()
        many = lonely > max(10, MOST_ORPHANS * Image.objects.count()) and not self.force
        rows = iter(listing.execute("SELECT name FROM files ORDER BY name"))
        while names := [name for (name,) in islice(rows, CHUNK)]:
            images = Image.objects.filter(file_key__in={_file_key(name) for name in names})
            owned = {name for image in images for name in image.file_names()}
            for name in sorted(set(names) - owned):
                file = storage.media().stat(name)
                if file is None or file.changed_at > time.time() - self.grace_seconds:
                    continue
                problem = Problem("orphan", f"file {name}", f"no photo has it, {file.size_bytes} bytes")
                if self.repair and not (many and name.startswith("originals/")):
                    storage.media().delete_many([name])
                    problem = replace(problem, repaired="deleted")
                yield problem
        if many and self.repair:
            detail = f"{lonely} originals have no photo: is this the right database? Nothing was deleted; see --force"
            yield Problem("many-orphans", "storage", detail)

    def _uploads(self) -> Iterator[Problem]:
        """Rows of unfinished uploads that have lost each other or their bytes."""
        upload = Upload.objects.unfinished().filter(image=OuterRef("pk"))
        alone = Image.objects.filter(~Exists(upload), status=Status.RECEIVING, deleted_at__isnull=True)
        for image in alone.iterator(chunk_size=CHUNK):
            problem = Problem("upload-missing", f"photo {image.key}", "is being received, but there is no upload")
            if self.repair:
                deletion.delete(alone.filter(pk=image.pk))
                problem = replace(problem, repaired="deleted")
            yield problem
        idle_end = timezone.now() + timedelta(seconds=settings.UPLOAD_IDLE_SECONDS - self.grace_seconds)
        idle = Upload.objects.unfinished().filter(offset__gt=0, expires_at__lt=idle_end)
        for row in idle.select_related("image").iterator(chunk_size=CHUNK):
            size_bytes = _size(Path(row.part_path)) or 0
            same = idle.filter(pk=row.pk, offset=row.offset)
            if size_bytes >= row.offset or not same.exists():
                continue
            detail = f"the part file has {size_bytes} bytes, {row.offset} were told"
            problem = Problem("part-short", f"upload {row.key}", detail)
            if self.repair:
                same.update(offset=size_bytes)
                problem = replace(problem, repaired="goes on from there")
            yield problem

    def _parts(self) -> Iterator[Problem]:
        """Part files whose upload has gone."""
        oldest = time.time() - self.grace_seconds
        for path in sorted(storage.staging().glob("*.part")):
            if Upload.objects.unfinished().filter(image__file_key=path.stem).exists():
                continue
            with suppress(FileNotFoundError):
                if path.stat().st_ctime > oldest:
                    continue
                problem = Problem("part-alone", f"file staging/{path.name}", "no upload has it")
                if self.repair:
                    path.unlink()
                    problem = replace(problem, repaired="deleted")
                yield problem

    def _quotas(self) -> Iterator[Problem]:
        counted = User.objects.annotate(rows=Count("images"), bytes=Coalesce(Sum("images__size_bytes"), 0))
        suspects = counted.exclude(Q(image_count=F("rows")) & Q(used_bytes=F("bytes")))
        for user_id in list(suspects.order_by("pk").values_list("pk", flat=True)):
            with transaction.atomic():
                user = User.objects.select_for_update().get(pk=user_id)
                is_now = Image.objects.owned_by(user).aggregate(rows=Count("pk"), bytes=Coalesce(Sum("size_bytes"), 0))
                if (user.image_count, user.used_bytes) == (is_now["rows"], is_now["bytes"]):
                    continue
                detail = (
                    f"{user.image_count} photos with {user.used_bytes} bytes are counted, "
                    f"there are {is_now['rows']} with {is_now['bytes']}"
                )
                problem = Problem("quota", f"person {user.username}", detail)
                if self.repair:
                    quotas.correct(user_id, size_bytes=is_now["bytes"], images=is_now["rows"])
                    problem = replace(problem, repaired="corrected")
            yield problem


class Fault(NamedTuple):
    """What is wrong with a photo's files; with a `reason` the original can't be had, and the owner is told that."""

    kind: str
    detail: str
    reason: str = ""


def _lost() -> str:
    return _("The original is lost.")


def _damaged() -> str:
    return _("The original is damaged.")


def _list(listing: sqlite3.Connection) -> None:
    listing.execute("CREATE TABLE files (name TEXT PRIMARY KEY, size_bytes INTEGER NOT NULL) WITHOUT ROWID")
    for prefix in ("originals/", "derived/"):
        rows = ((file.name, file.size_bytes) for file in storage.media().listing(prefix))
        listing.executemany("INSERT OR REPLACE INTO files VALUES (?, ?)", rows)


def _taken(listing: sqlite3.Connection, names: Sequence[str]) -> dict[str, int]:
    """The sizes of the files that are there, which leave the list."""
    found: dict[str, int] = {}
    for start in range(0, len(names), CHUNK):
        some = names[start : start + CHUNK]
        marks = ", ".join("?" * len(some))
        query = f"DELETE FROM files WHERE name IN ({marks}) RETURNING name, size_bytes"  # noqa: S608  only marks
        found.update(listing.execute(query, some).fetchall())
    return found


def _file_key(name: str) -> str:
    """originals/<2>/<file_key>.<extension>, derived/<2>/<file_key>/<variant>.<extension>"""
    path = PurePosixPath(name)
    return path.parent.name if name.startswith("derived/") else path.stem


def _stored_size(name: str) -> int | None:
    file = storage.media().stat(name)
    return None if file is None else file.size_bytes


def _size(path: Path) -> int | None:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return None
