"""What the mails about accounts say: who asked for what, one link, and what to do if it was somebody else."""

import re

import pytest
from django.core import mail
from django.test import Client
from pytest_django import Settings

from accounts.models import User

pytestmark = pytest.mark.django_db

PASSWORD = "three calm herons"


@pytest.fixture(autouse=True)
def with_mail(settings: Settings) -> None:
    settings.MAIL_CONFIGURED, settings.ACCOUNT_EMAIL_VERIFICATION = True, "mandatory"
    settings.SITE_NAME = "Our <photos>"


def sign_up(visitor: Client, email: str) -> None:
    data = {"email": email, "username": "newcomer", "password1": PASSWORD}
    assert visitor.post("/accounts/signup/", data).status_code == 302


def ask_for_password(visitor: Client, email: str) -> None:
    assert visitor.post("/accounts/password/reset/", {"email": email}).status_code == 302


def the_mail() -> tuple[str, list[str], str]:
    """Subject, paragraphs, and the path of the only link, which the paragraphs lack."""
    (message,) = mail.outbox
    (link,) = re.findall(r"http://testserver(/\S+)\n", str(message.body))
    return str(message.subject), [part for part in str(message.body).split("\n\n") if link not in part], link


def test_an_address_is_confirmed_by_one_link(visitor: Client, owner: User) -> None:
    sign_up(visitor, "new@example.com")
    subject, said, link = the_mail()
    assert subject == "Confirm your email address"
    assert said == [
        "Open this link to confirm that new@example.com is your address:",
        "If you don't know Our <photos>, do nothing.",
        "Our <photos>",
    ]
    assert link.startswith("/accounts/confirm-email/")


def test_a_new_password_is_set_by_one_link(visitor: Client, owner: User) -> None:
    ask_for_password(visitor, owner.email)
    subject, said, link = the_mail()
    assert subject == "Set a new password"
    assert said == [
        "Somebody, probably you, asked for a new password on Our <photos>. Open this link to set it:",
        "Your username is owner.\nIf it wasn't you, do nothing: your password stays as it is.",
        "Our <photos>",
    ]
    assert link.startswith("/accounts/password/reset/key/")


def test_an_address_without_an_account_is_told_so_by_mail_alone(visitor: Client) -> None:
    ask_for_password(visitor, "nobody@example.com")
    subject, said, link = the_mail()
    assert subject == "No account has this address"
    assert "no account there has the address nobody@example.com" in said[0]
    assert link == "/accounts/signup/"


def test_whoever_signs_up_twice_is_led_to_a_new_password(visitor: Client, owner: User) -> None:
    sign_up(visitor, owner.email)
    subject, said, link = the_mail()
    assert subject == "You have an account already"
    assert f"signed up on Our <photos> with {owner.email}, but you have an account there already" in said[0]
    assert link == "/accounts/password/reset/"


def test_mails_speak_the_language_of_who_asked(visitor: Client, owner: User) -> None:
    visitor.post("/accounts/password/reset/", {"email": owner.email}, headers={"accept-language": "de"})
    assert the_mail()[0] == "Neues Passwort setzen"
