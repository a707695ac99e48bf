"""The end of galleries and share links: set, and removed when it has passed."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from galleries.models import Gallery, ShareLink, ShareLinkQuerySet
from images import visibility
from images.models import EXTENSION, Image, ImageQuerySet

LINKS_KEPT = timedelta(days=90)
"""For so long after its end a share link is still listed with its counts."""
BATCH = 200


def changed_images(gallery: Gallery, expires_at: datetime | None) -> ImageQuerySet:
    """The own photos in the gallery, and in those inside of it, whose end changes when all of it ends at `expires_at`.

    These are the photos that would live longer, and those that were to end together with the gallery.
    """
    inside = Gallery.objects.within(gallery)
    changed = Q(pk__in=[])
    if gallery.expires_at is not None:
        changed |= Q(expires_at=gallery.expires_at)
    if expires_at is not None:
        changed |= Q(expires_at__isnull=True) | Q(expires_at__gt=expires_at)
    images = Image.objects.owned_by(gallery.owner).live().filter(changed)
    return images.filter(pk__in=inside.values("images"))


def set_end(gallery: Gallery, expires_at: datetime | None) -> int:
    """Lets the gallery, what is inside of it and `changed_images` end together. Returns how many photos."""
    with transaction.atomic():
        images = list(changed_images(gallery, expires_at).values_list("pk", flat=True))
        inside = Gallery.objects.within(gallery)
        changed = Q(pk=gallery.pk) | Q(expires_at=gallery.expires_at)
        if expires_at is not None:
            changed |= Q(expires_at__isnull=True) | Q(expires_at__gt=expires_at)
        inside.filter(changed).update(expires_at=expires_at)
        gallery.expires_at = expires_at
    return visibility.set_ends(images, expires_at)


def extend(gallery: Gallery) -> int:
    """Puts the end of the gallery off by EXTENSION, and of all in it that was to end together with it.

    Returns how many photos. Nothing ends sooner by it, and what never ends stays so.
    """
    old = gallery.expires_at
    if old is None:
        return 0
    with transaction.atomic():
        inside = Gallery.objects.within(gallery)
        images = Image.objects.owned_by(gallery.owner).live().filter(expires_at=old, pk__in=inside.values("images"))
        count = images.update(expires_at=old + EXTENSION)
        inside.filter(expires_at=old).update(expires_at=old + EXTENSION)
        gallery.expires_at = old + EXTENSION
    return count


def purge(now: datetime, dry_run: bool) -> dict[str, int]:
    """Removes galleries that have ended, and links that ended or were revoked 90 days ago.

    Photos stay, those of guests that wait for approval too: each has an end of its own.
    """
    galleries = Gallery.objects.filter(expires_at__lte=now)
    old = now - LINKS_KEPT
    links = ShareLink.objects.filter(Q(expires_at__lte=old) | Q(revoked_at__lte=old))
    if dry_run:
        return {"galleries": galleries.count(), "links": links.count()}
    counts = {"galleries": 0, "links": _delete(links)}
    for gallery in galleries.order_by("pk"):
        gallery.dissolve()
        counts["galleries"] += 1
    return counts


def _delete(rows: ShareLinkQuerySet) -> int:
    count = 0
    while keys := list(rows.order_by("pk").values_list("pk", flat=True)[:BATCH]):
        rows.filter(pk__in=keys).delete()
        count += len(keys)
    return count
