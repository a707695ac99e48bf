"""Sign-up, sign-in by either name, passwords, sessions, profile."""

import re

import pytest
from allauth.usersessions.models import UserSession
from django.core import mail
from django.test import Client
from pytest_django import Settings

from accounts.models import User

PASSWORD = "correct horse battery"


def sign_up(client: Client, **fields: str) -> object:
    data = {"email": "new@example.com", "username": "newcomer", "password1": PASSWORD, **fields}
    return client.post("/accounts/signup/", data)


@pytest.mark.parametrize("login", ["new@example.com", "NEW@example.com", "newcomer", "Newcomer"])
def test_a_newcomer_signs_up_and_in_by_either_name(visitor: Client, login: str) -> None:
    answer = sign_up(visitor)
    assert (answer.status_code, answer.headers["Location"]) == (302, "/library/")  # type: ignore[attr-defined]
    visitor.post("/accounts/logout/")
    answer = visitor.post("/accounts/login/", {"login": login, "password": PASSWORD})
    assert answer.headers["Location"] == "/library/"
    assert visitor.get("/library/").status_code == 200


def test_passwords_are_kept_by_argon2(visitor: Client, settings: Settings) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
    sign_up(visitor)
    assert User.objects.get().password.startswith("argon2$argon2id$")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("email", "no-address"),
        ("username", "a"),
        ("username", "../admin"),
        ("username", "<script>"),
        ("username", "x" * 31),
        ("password1", "12345678"),
        ("password1", "short"),
    ],
)
def test_what_cant_be_an_account_is_explained_beside_the_field(visitor: Client, field: str, value: str) -> None:
    answer = sign_up(visitor, **{field: value})
    assert answer.status_code == 200  # type: ignore[attr-defined]
    assert field in answer.context["form"].errors  # type: ignore[attr-defined]
    assert not User.objects.exists()


def test_a_taken_username_is_refused_in_any_case(visitor: Client, owner: User) -> None:
    answer = sign_up(visitor, username="OWNER")
    assert "username" in answer.context["form"].errors  # type: ignore[attr-defined]


def test_sign_up_can_be_closed(visitor: Client, settings: Settings) -> None:
    settings.SIGNUP_OPEN = False
    sign_up(visitor)
    assert not User.objects.exists()


def test_a_wrong_password_is_limited_and_says_so(visitor: Client, owner: User) -> None:
    answers = [
        visitor.post("/accounts/login/", {"login": "owner", "password": f"wrong {number}"}) for number in range(7)
    ]
    assert all(answer.status_code in {200, 429} for answer in answers)
    assert "Too many failed" in answers[-1].content.decode()
    right = visitor.post("/accounts/login/", {"login": "owner", "password": "correct horse"})
    assert right.status_code == 200


def test_the_admin_has_no_door_beside_that_of_people(visitor: Client, as_owner: Client, moderator: User) -> None:
    password = "four random words"
    asked = visitor.get("/admin/", follow=True)
    assert asked.redirect_chain[-1][0] == "/accounts/login/?next=%2Fadmin%2F"
    visitor.post("/admin/login/?next=/admin/", {"username": moderator.username, "password": password})
    assert visitor.get("/admin/").status_code == 302
    signed_in = visitor.post("/accounts/login/?next=/admin/", {"login": moderator.username, "password": password})
    assert signed_in.headers["Location"] == "/admin/"
    assert visitor.get("/admin/").status_code == 200
    assert as_owner.get("/admin/", follow=True).status_code == 403


def test_a_forgotten_password_is_reset_by_mail(visitor: Client, owner: User, settings: Settings) -> None:
    settings.MAIL_CONFIGURED = True
    visitor.post("/accounts/password/reset/", {"email": owner.email})
    (message,) = mail.outbox
    (link,) = re.findall(r"http://testserver(/\S+)", str(message.body))
    form = visitor.get(link, follow=True)
    page = form.content.decode()
    assert "Set a new password</h1>" in page
    assert page.count('autocomplete="new-password"') == 2
    assert "placeholder" not in page
    address = form.redirect_chain[-1][0]
    done = visitor.post(address, {"password1": PASSWORD, "password2": PASSWORD}, follow=True)
    assert "Your password is changed</h1>" in done.content.decode()
    owner.refresh_from_db()
    assert owner.check_password(PASSWORD)
    again = visitor.get(link, follow=True).content.decode()
    assert "This link has been used already, or has expired." in again


def test_without_mail_the_reset_page_names_another_way(visitor: Client) -> None:
    answer = visitor.get("/accounts/password/reset/")
    assert "changepassword" in answer.content.decode()


def test_an_unknown_address_gets_the_same_answer_as_a_known_one(visitor: Client, owner: User) -> None:
    known = visitor.post("/accounts/password/reset/", {"email": owner.email})
    unknown = visitor.post("/accounts/password/reset/", {"email": "nobody@example.com"})
    assert (known.status_code, known.headers["Location"]) == (unknown.status_code, unknown.headers["Location"])


def test_a_changed_password_works(as_owner: Client, owner: User) -> None:
    data = {"oldpassword": "correct horse", "password1": PASSWORD, "password2": PASSWORD}
    assert as_owner.post("/accounts/password/change/", data).status_code == 302
    owner.refresh_from_db()
    assert owner.check_password(PASSWORD)


def test_a_session_can_be_ended_from_another_one(owner: User, as_stranger: Client) -> None:
    here, there = Client(), Client()
    for client in (here, there):
        client.post("/accounts/login/", {"login": "owner", "password": "correct horse"})
        assert client.get("/library/").status_code == 200
    other = UserSession.objects.get(session_key=there.session.session_key)
    assert as_stranger.post(f"/accounts/sessions/{other.pk}/end").status_code == 404
    assert here.get(f"/accounts/sessions/{other.pk}/end").status_code == 405
    here.post(f"/accounts/sessions/{other.pk}/end")
    assert there.get("/library/").status_code == 302
    assert here.get("/library/").status_code == 200


@pytest.mark.parametrize(
    ("user_agent", "name"),
    [
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:128.0) Gecko/20100101 Firefox/128.0", "Firefox on Windows"),
        ("curl/8.1.2", "curl"),
        ("a camera <of ours>", "a camera &lt;of ours&gt;"),
        ("", "127.0.0.1"),
    ],
)
def test_a_session_is_called_by_its_browser(owner: User, user_agent: str, name: str) -> None:
    browser = Client(headers={"user-agent": user_agent})
    browser.post("/accounts/login/", {"login": "owner", "password": "correct horse"})
    assert f"<p>{name}</p>" in browser.get("/accounts/sessions/").content.decode()


def test_the_profile_keeps_name_and_defaults(as_owner: Client, owner: User) -> None:
    data = {"display_name": "Ada", "default_visibility": "private", "default_lifetime": "P7D"}
    assert as_owner.post("/accounts/profile/", data).status_code == 302
    owner.refresh_from_db()
    assert (owner.name, owner.default_visibility, owner.default_lifetime) == ("Ada", "private", "P7D")


@pytest.mark.parametrize("url", ["/accounts/profile/", "/accounts/avatar/", "/accounts/sessions/", "/accounts/email/"])
def test_personal_pages_ask_to_sign_in(visitor: Client, url: str) -> None:
    answer = visitor.get(url)
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("/accounts/login/")


@pytest.mark.parametrize("url", ["/accounts/email/", "/accounts/password/change/"])
def test_fields_are_named_by_labels_alone(as_owner: Client, url: str) -> None:
    page = as_owner.get(url).content.decode()
    assert "<label" in page
    assert "placeholder" not in page


def test_adding_an_address_without_mail_is_no_error(as_owner: Client) -> None:
    as_owner.post("/accounts/reauthenticate/", {"password": "correct horse"})
    answer = as_owner.post("/accounts/email/", {"action_add": "", "email": "second@example.com"}, follow=True)
    assert answer.status_code == 200


def test_what_is_sent_after_the_session_has_ended_is_said_to_be_lost(visitor: Client) -> None:
    words = "so what you sent wasn&#x27;t saved"
    assert words not in visitor.get("/galleries/new", follow=True).content.decode()
    assert words not in visitor.post("/accounts/logout/", follow=True).content.decode()
    answer = visitor.post("/galleries/new", {"title": "Norway"}, follow=True)
    assert answer.redirect_chain == [("/accounts/login/?next=/galleries/new", 302)]
    assert words in answer.content.decode()


def test_with_mail_an_address_is_verified_before_the_first_sign_in(visitor: Client, settings: Settings) -> None:
    settings.ACCOUNT_EMAIL_VERIFICATION = "mandatory"
    sign_up(visitor)
    assert visitor.get("/library/").status_code == 302
    visitor.post("/accounts/login/", {"login": "newcomer", "password": PASSWORD})
    assert visitor.get("/library/").status_code == 302
    link = re.findall(r"http://testserver(/\S+)", str(mail.outbox[0].body))[0]
    assert "Does new@example.com belong to newcomer?" in visitor.get(link).content.decode()
    visitor.post(link)
    visitor.post("/accounts/login/", {"login": "newcomer", "password": PASSWORD})
    assert visitor.get("/library/").status_code == 200
