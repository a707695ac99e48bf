"""The trash: deleted photos, which no door shows any more and which come back until they go for good."""

import logging
from datetime import datetime

from django.utils import timezone

from images import deletion, visibility
from images.models import Image, ImageQuerySet, Status

logger = logging.getLogger(__name__)


def put(images: ImageQuerySet) -> tuple[int, datetime]:
    """Moves live photos to the trash; returns how many, and the moment at which all of them were put there.

    Pages and direct links are dead with the first UPDATE, signed URLs as soon as their file is renamed. Uploads that
    are still under way are forgotten for good.
    """
    moment = timezone.now()
    forgotten = deletion.delete(images.filter(status=Status.RECEIVING))
    count = images.received().update(trashed_at=moment)
    visibility.close(list(Image.objects.filter(trashed_at=moment).values_list("pk", flat=True)))
    logger.info("trash photos=%s", count)
    return count + forgotten, moment
