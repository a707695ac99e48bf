"""Mails before photos, galleries and share links end: one digest a person, at most one a day, each end told once.

A person is claimed for a while before the mail goes out, so two runs at once send one; what was told is noted after
it, so a mail that couldn't be sent is tried again by the next run.
"""

import logging
import smtplib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.db import transaction
from django.db.models import F, Model, Q, QuerySet
from django.template.loader import render_to_string
from django.utils import timezone, translation

from accounts.models import User
from galleries.models import Gallery, Reminder, ShareLink
from images.models import Image

logger = logging.getLogger(__name__)
M = TypeVar("M", bound=Model)

EVERY = timedelta(hours=23, minutes=30)
"""A day, less what an hourly timer may be early."""
CLAIM = timedelta(minutes=15)
SHOWN = 20
"""How many photos a mail names; of the others it tells the number."""
BATCH = 500


@dataclass(slots=True)
class Sent:
    mails: int = 0
    failures: int = 0


def remind() -> Sent:
    """Sends the digests that are due. Stops at once when the mail server is away."""
    sent = Sent()
    if not (settings.MAIL_CONFIGURED and settings.EXPIRY_NOTICE_DAYS):
        return sent
    connection = get_connection()
    for user in _people(timezone.now()):
        try:
            with translation.override(user.language or settings.LANGUAGE_CODE):
                sent.mails += _remind(user, connection)
        except OSError as error:  # smtplib's errors are OSErrors
            logger.warning("remind user=%s failed: %s", user.pk, error)
            sent.failures += 1
            if not isinstance(error, smtplib.SMTPRecipientsRefused | smtplib.SMTPDataError):
                break
    return sent


def _people(now: datetime) -> list[User]:
    owners = {
        owner
        for rows in (Image.objects.live(now), Gallery.objects.live(now), ShareLink.objects.live(now))
        for owner in _soon(rows, now).order_by("owner_id").values_list("owner_id", flat=True).distinct()
    }
    return list(User.objects.filter(pk__in=owners, is_active=True, wants_reminders=True).order_by("pk"))


def _soon(rows: "QuerySet[M]", now: datetime) -> "QuerySet[M]":
    """What ends soon and wasn't told. What lives no longer than the notice anyway is left out."""
    notice = timedelta(days=settings.EXPIRY_NOTICE_DAYS)
    return rows.order_by("expires_at", "pk").filter(
        Q(told_end__isnull=True) | ~Q(told_end=F("expires_at")),
        expires_at__lte=now + notice,
        created_at__lt=F("expires_at") - notice,
    )


def _remind(user: User, connection: Any) -> bool:
    now = timezone.now()
    if not _claim(user, now):
        return False
    row = Reminder.objects.filter(user=user)
    try:
        photos = list(_soon(Image.objects.owned_by(user).live(now).received(), now))
        galleries = list(_soon(Gallery.objects.owned_by(user).live(now), now))
        links = list(_soon(ShareLink.objects.owned_by(user).live(now).select_related("gallery"), now))
        if not (photos or galleries or links):
            return False
        _message(user, photos, galleries, links, connection).send()
        with transaction.atomic():
            _note(photos, now)
            _note(galleries, now)
            _note(links, now)
            row.update(sent_at=now)
    finally:
        row.update(claimed_until=None)
    logger.info("remind user=%s photos=%s galleries=%s links=%s", user.pk, len(photos), len(galleries), len(links))
    return True


def _claim(user: User, now: datetime) -> bool:
    """Takes the person for this run, unless another one is at it or the last mail is younger than a day."""
    Reminder.objects.get_or_create(user=user)
    return bool(
        Reminder.objects.filter(
            Q(claimed_until__isnull=True) | Q(claimed_until__lte=now),
            Q(sent_at__isnull=True) | Q(sent_at__lte=now - EVERY),
            user=user,
        ).update(claimed_until=now + CLAIM)
    )


def _message(
    user: User, photos: Sequence[Image], galleries: Sequence[Gallery], links: Sequence[ShareLink], connection: Any
) -> EmailMessage:
    context = {
        "user": user,
        "site_name": settings.SITE_NAME,
        "site_url": settings.SITE_URL,
        "photos": photos[:SHOWN],
        "more": max(0, len(photos) - SHOWN),
        "galleries": galleries,
        "links": links,
    }
    subject = render_to_string("galleries/mail/reminder_subject.txt", context)
    body = render_to_string("galleries/mail/reminder.txt", context)
    return EmailMessage(
        " ".join(subject.split()),
        body.strip() + "\n",
        to=[user.email],
        headers={"Auto-Submitted": "auto-generated"},
        connection=connection,
    )


def _note(told: "Sequence[Image] | Sequence[Gallery] | Sequence[ShareLink]", now: datetime) -> None:
    """Notes the end that was told; one that has been put off meanwhile will be told again."""
    until = now + timedelta(days=settings.EXPIRY_NOTICE_DAYS)
    for start in range(0, len(told), BATCH):
        keys = [row.pk for row in told[start : start + BATCH]]
        rows: QuerySet[Any] = type(told[0])._default_manager.filter(pk__in=keys, expires_at__lte=until)
        rows.update(told_end=F("expires_at"))
