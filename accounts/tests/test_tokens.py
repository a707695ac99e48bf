"""Tokens: told once, kept as a digest, read from where upload tools put them."""

from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from accounts import tokens
from accounts.models import ApiToken, Scope, User
from images.tests.pictures import jpeg


def create(*options: str) -> str:
    out = StringIO()
    call_command("create_token", *options, stdout=out)
    return out.getvalue()


def test_the_command_prints_the_secret_alone_and_keeps_a_digest(owner: User) -> None:
    secret = create(owner.email, "--name", "laptop").strip()
    token = ApiToken.objects.get()
    assert secret.startswith("pc_")
    assert len(secret) >= 43
    assert secret not in str(vars(token).values())
    assert tokens.find(secret) == token
    assert sorted(token.scopes) == ["read", "upload", "write"]


def test_the_command_takes_scopes_and_refuses_nobody(owner: User) -> None:
    create(owner.email, "--name", "bot", "--scope", "upload")
    assert ApiToken.objects.get().scopes == ["upload"]
    with pytest.raises(CommandError, match="Nobody here"):
        create("nobody@example.com", "--name", "bot")


@pytest.mark.parametrize(
    "change",
    [{"revoked_at": timezone.now()}, {"expires_at": timezone.now() - timedelta(seconds=1)}],
)
def test_a_revoked_or_expired_token_is_wrong(owner: User, token: str, change: dict[str, Any]) -> None:
    ApiToken.objects.update(**change)
    assert tokens.find(token) is None


def test_a_disabled_person_s_token_is_wrong(owner: User, token: str) -> None:
    User.objects.update(is_active=False)
    assert tokens.find(token) is None


@pytest.mark.parametrize(
    "headers",
    [
        {"Authorization": "Bearer {}"},
        {"Authorization": "bearer {}"},
        {"Authorization": "Token {}"},
        {"Authorization": "Api-Key {}"},
        {"Authorization": "Client-ID {}"},
        {"Authorization": "{}"},
        {"X-API-Key": "{}"},
        {"Token": "{}"},
        {"X-PicGo-Secret": "{}"},
    ],
)
def test_a_token_is_read_from_every_header_that_tools_use(visitor: Client, token: str, headers: dict[str, str]) -> None:
    answer = visitor.get("/images-list", headers={name: value.format(token) for name, value in headers.items()})
    assert answer.status_code == 200


@pytest.mark.parametrize("field", ["token", "key"])
def test_a_token_is_read_from_the_form(visitor: Client, token: str, field: str) -> None:
    answer = visitor.post("/upload", {field: token, "file": SimpleUploadedFile("a.jpg", jpeg())})
    assert answer.status_code == 200


@pytest.mark.parametrize("field", ["token", "key", "secret"])
def test_only_an_upload_token_may_be_in_a_url(visitor: Client, owner: User, token: str, field: str) -> None:
    narrow = tokens.issue(owner, name="narrow", scopes=[Scope.UPLOAD])[1]
    file = SimpleUploadedFile("a.jpg", jpeg())
    assert visitor.post(f"/upload?{field}={token}", {"file": file}).status_code == 401
    file.seek(0)
    assert visitor.post(f"/upload?{field}={narrow}", {"file": file}).status_code == 200


def test_a_wrong_credential_never_falls_through_to_the_session(as_owner: Client) -> None:
    answer = as_owner.get("/images-list", headers={"Authorization": "Bearer wrong"})
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_a_token_does_only_what_its_scopes_say(visitor: Client, owner: User) -> None:
    secret = tokens.issue(owner, name="reader", scopes=[Scope.READ])[1]
    headers = {"Authorization": f"Bearer {secret}"}
    assert visitor.get("/images-list", headers=headers).status_code == 200
    assert visitor.delete("/delete/1", headers=headers).status_code == 401
    file = SimpleUploadedFile("a.jpg", jpeg())
    assert visitor.post("/upload", {"file": file}, headers=headers).status_code == 401


def test_a_session_needs_the_csrf_token(owner: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(owner)
    file = SimpleUploadedFile("a.jpg", jpeg())
    answer = client.post("/upload", {"file": file})
    assert answer.status_code == 401
    assert "CSRF" in answer.json()["message"]
    client.get("/upload")
    csrf = client.cookies["csrftoken"].value
    file.seek(0)
    assert client.post("/upload", {"file": file}, headers={"X-CSRFToken": csrf}).status_code == 200


def test_the_last_use_is_written_at_most_once_a_minute(visitor: Client, owner: User, token: str) -> None:
    headers = {"Authorization": f"Bearer {token}"}
    visitor.get("/images-list", headers=headers)
    first = ApiToken.objects.get().last_used_at
    visitor.get("/images-list", headers=headers)
    assert ApiToken.objects.get().last_used_at == first
