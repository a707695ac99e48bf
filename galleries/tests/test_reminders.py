"""The mail before something ends: one a day at most, each end told once, never lost, never sent twice."""

import smtplib
import threading
from collections.abc import Sequence
from datetime import timedelta
from io import StringIO

import pytest
from django.core import mail
from django.core.mail import EmailMessage
from django.core.mail.backends.locmem import EmailBackend
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.models import F
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from accounts.models import User
from galleries import reminders, sharing
from galleries.models import Gallery, Reminder
from images.models import Image
from images.tests.test_pages import rows

DAY = timedelta(days=1)
LONG_AGO = timezone.now() - 100 * DAY


class Away(EmailBackend):
    """A mail server that nobody reaches."""

    def send_messages(self, messages: Sequence[EmailMessage]) -> int:
        raise ConnectionRefusedError("nobody there")


class Picky(EmailBackend):
    """A mail server that refuses one address."""

    def send_messages(self, messages: Sequence[EmailMessage]) -> int:
        if "owner@example.com" in messages[0].to:
            raise smtplib.SMTPRecipientsRefused({"owner@example.com": (550, b"no such user")})
        return super().send_messages(messages)


@pytest.fixture(autouse=True)
def _mail(settings: Settings) -> None:
    settings.MAIL_CONFIGURED = True
    settings.SITE_URL = "https://photos.example.com"


def remind() -> str:
    out = StringIO()
    call_command("remind", stdout=out)
    return out.getvalue()


def ending(owner: User, *, days: float = 2, **fields: object) -> Image:
    (image,) = rows(owner, 1, expires_at=timezone.now() + days * DAY, created_at=LONG_AGO, **fields)
    return image


def next_day() -> None:
    Reminder.objects.update(sent_at=F("sent_at") - DAY)


def test_one_mail_tells_of_photos_galleries_and_links_with_what_extends_them(owner: User, stranger: User) -> None:
    photo = ending(owner, title="Fjord & <dawn>")
    gallery = Gallery.objects.create(owner=owner, title="Norway", expires_at=timezone.now() + DAY, created_at=LONG_AGO)
    sharing.make(owner, images=[photo], name="For Eve", expires_at=timezone.now() + DAY, created_at=LONG_AGO)
    rows(owner, 1)
    ending(stranger, days=10)
    assert "Sent 1 reminders" in remind()
    (message,) = mail.outbox
    assert message.to == ["owner@example.com"]
    assert message.subject == "Something of yours on PhotoCloud ends soon"
    body = str(message.body)
    assert "- Fjord & <dawn>, " in body
    assert f"https://photos.example.com/p/{photo.key}\n" in body
    assert f"https://photos.example.com/g/{gallery.key}/lifetime\n" in body
    assert "- For Eve, " in body
    assert "https://photos.example.com/accounts/profile/\n" in body
    assert message.content_subtype == "plain"


def test_the_mail_is_in_the_language_of_its_reader(owner: User, stranger: User) -> None:
    User.objects.filter(pk=owner.pk).update(language="de")
    ending(owner)
    ending(stranger)
    remind()
    subjects = {message.to[0]: message.subject for message in mail.outbox}
    assert subjects["owner@example.com"] == "Auf PhotoCloud läuft bald etwas von dir ab"
    assert subjects["stranger@example.com"] == "Something of yours on PhotoCloud ends soon"


def test_each_end_is_told_once_and_again_when_it_was_put_off(owner: User, as_owner: Client) -> None:
    image = ending(owner)
    remind()
    assert "Sent 0" in remind()
    next_day()
    assert "Sent 0" in remind()
    as_owner.post(f"/p/{image.key}/extend")
    assert "Sent 0" in remind()
    Image.objects.update(expires_at=timezone.now() + DAY)
    assert "Sent 1" in remind()
    assert len(mail.outbox) == 2


def test_there_is_one_mail_a_day_at_most(owner: User) -> None:
    ending(owner)
    remind()
    later = ending(owner, title="Later")
    assert "Sent 0" in remind()
    next_day()
    assert "Sent 1" in remind()
    assert "Later" in str(mail.outbox[-1].body)
    assert str(mail.outbox[-1].body).count("https://photos.example.com/p/") == 1
    assert Image.objects.get(pk=later.pk).told_end == later.expires_at


def test_many_photos_are_one_mail_that_names_some(owner: User) -> None:
    rows(owner, 30, expires_at=timezone.now() + DAY, created_at=LONG_AGO)
    remind()
    body = str(mail.outbox[0].body)
    assert body.count("https://photos.example.com/p/") == reminders.SHOWN
    assert "and 10 more photos:" in body
    assert not Image.objects.filter(told_end=None).exists()


@pytest.mark.parametrize(
    "fields",
    [
        {"trashed_at": timezone.now()},
        {"deleted_at": timezone.now()},
        {"days": -1},
        {"days": 3.1},
    ],
)
def test_what_is_gone_or_ends_much_later_is_not_told(owner: User, fields: dict[str, object]) -> None:
    ending(owner, **fields)  # type: ignore[arg-type]
    assert "Sent 0" in remind()


def test_what_was_to_live_no_longer_than_the_notice_is_not_told(owner: User) -> None:
    rows(owner, 1, expires_at=timezone.now() + DAY)
    assert "Sent 0" in remind()


def test_nothing_is_sent_to_those_who_want_none_or_are_disabled_or_without_mail(
    owner: User, settings: Settings
) -> None:
    image = ending(owner)
    for field in ("wants_reminders", "is_active"):
        User.objects.update(**{field: False})
        assert "Sent 0" in remind()
        User.objects.update(**{field: True})
    settings.EXPIRY_NOTICE_DAYS = 0
    assert "Sent 0" in remind()
    settings.EXPIRY_NOTICE_DAYS, settings.MAIL_CONFIGURED = 3, False
    assert "Sent 0" in remind()
    settings.MAIL_CONFIGURED = True
    assert "Sent 1" in remind()
    image.refresh_from_db()
    assert image.told_end == image.expires_at


def test_people_switch_the_mails_off_in_their_settings(owner: User, as_owner: Client, settings: Settings) -> None:
    profile = {"display_name": "", "default_visibility": "unlisted", "default_lifetime": ""}
    assert "wants_reminders" in as_owner.get("/accounts/profile/").content.decode()
    as_owner.post("/accounts/profile/", profile)
    owner.refresh_from_db()
    assert not owner.wants_reminders
    settings.MAIL_CONFIGURED = False
    assert "wants_reminders" not in as_owner.get("/accounts/profile/").content.decode()


def test_a_mail_that_could_not_be_sent_is_sent_by_the_next_run(owner: User, settings: Settings) -> None:
    image = ending(owner)
    backend, settings.EMAIL_BACKEND = settings.EMAIL_BACKEND, f"{__name__}.Away"
    with pytest.raises(CommandError, match="1 could not be sent"):
        remind()
    image.refresh_from_db()
    assert image.told_end is None
    settings.EMAIL_BACKEND = backend
    assert "Sent 1" in remind()


def test_one_refused_address_keeps_nobody_else_from_his_mail(owner: User, stranger: User, settings: Settings) -> None:
    ending(owner), ending(stranger)
    settings.EMAIL_BACKEND = f"{__name__}.Picky"
    with pytest.raises(CommandError):
        remind()
    assert [message.to for message in mail.outbox] == [["stranger@example.com"]]


def test_a_run_that_was_killed_holds_nobody_for_long(owner: User) -> None:
    ending(owner)
    Reminder.objects.create(user=owner, claimed_until=timezone.now() + reminders.CLAIM)
    assert "Sent 0" in remind()
    Reminder.objects.update(claimed_until=timezone.now())
    assert "Sent 1" in remind()


@pytest.mark.django_db(transaction=True)
def test_two_runs_at_once_send_each_mail_once(settings: Settings) -> None:
    people = [
        User.objects.create_user(email=f"{number}@example.com", username=f"person{number}") for number in range(8)
    ]
    for person in people:
        ending(person)
    sent: list[reminders.Sent] = []

    def run() -> None:
        try:
            sent.append(reminders.remind())
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(message.to[0] for message in mail.outbox) == sorted(person.email for person in people)
    assert sum(one.mails for one in sent) == len(people)
