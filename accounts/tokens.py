"""API tokens: issue, find, and read a credential from a request as upload tools send it."""

import hashlib
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, QueryDict
from django.middleware.csrf import CsrfViewMiddleware

from accounts.models import ApiToken, Scope, User

PREFIX = "pc_"
_HEADER_SCHEMES = ("bearer", "token", "api-key", "client-id")
_SECRET_HEADERS = ("X-API-Key", "Token", "X-PicGo-Secret")
_QUERY_NAMES = ("token", "key", "secret")
_FORM_TYPES = ("multipart/form-data", "application/x-www-form-urlencoded")
_FORM_NAMES = ("token", "key")


class Unauthorised(Exception):
    """No credential, or one that is wrong, expired, revoked or may not do this. The message is for people."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Who makes a programmatic request; `token` is None for a signed-in session."""

    user: User
    token: ApiToken | None


def issue(
    user: User, *, name: str, scopes: Iterable[str] = Scope.values, expires_at: datetime | None = None
) -> tuple[ApiToken, str]:
    """Makes a token; the second value is the secret (`pc_` and 43 base64url characters), told only here."""
    secret = PREFIX + secrets.token_urlsafe(32)
    token = ApiToken.objects.create(
        user=user,
        name=name,
        prefix=secret[:8],
        digest=_digest(secret),
        scopes=sorted(set(scopes)),
        expires_at=expires_at,
    )
    return token, secret


def find(secret: str) -> ApiToken | None:
    """The usable token with this secret. Looked up by digest, so time tells nothing about the secret."""
    return ApiToken.objects.usable().select_related("user").filter(digest=_digest(secret)).first()


def caller(request: HttpRequest, *, scope: Scope) -> Caller:
    """Who sends `request`, allowed to do `scope`; the first credential that is present decides.

    Order: `Authorization` (Bearer, Token, Api-Key, Client-ID or bare), `X-API-Key`, `Token`, `X-PicGo-Secret`, form
    `token|key`, query `token|key|secret` (tokens whose sole scope is `upload`), session with CSRF.
    Raises Unauthorised; a credential that is present and wrong never falls through to the next.
    """
    if (secret := _secret_in_headers(request)) is not None or (secret := _secret_in_form(request)) is not None:
        return _token_caller(secret, scope=scope)
    if (secret := _first(request.GET, _QUERY_NAMES)) is not None:
        found = _token_caller(secret, scope=scope)
        if found.token is None or found.token.scopes != [Scope.UPLOAD.value]:
            raise Unauthorised("Only a token whose sole scope is upload may be part of a URL.")
        return found
    user = request.user
    if isinstance(user, AnonymousUser) or not user.is_active:
        raise Unauthorised("Sign in or send a token.")
    check_csrf(request)
    return Caller(user=user, token=None)


def check_csrf(request: HttpRequest) -> None:
    """What Django checks of a form, for doors where the session is the credential. Raises Unauthorised."""
    if CsrfViewMiddleware(lambda _request: None).process_view(request, None, (), {}) is not None:  # type: ignore[arg-type]
        raise Unauthorised("The CSRF token is missing or wrong.")


def has_credential(request: HttpRequest) -> bool:
    """Whether a token is sent in a header or the query (the body isn't read)."""
    return _secret_in_headers(request) is not None or _first(request.GET, _QUERY_NAMES) is not None


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def _token_caller(secret: str, *, scope: Scope) -> Caller:
    token = find(secret)
    if token is None:
        raise Unauthorised("The token is wrong, expired or revoked.")
    if scope.value not in token.scopes:
        raise Unauthorised(f"This token lacks the scope {scope.value}.")
    token.touch()
    return Caller(user=token.user, token=token)


def _secret_in_headers(request: HttpRequest) -> str | None:
    authorization = request.headers.get("Authorization", "").strip()
    if authorization:
        scheme, _, rest = authorization.partition(" ")
        return rest.strip() if scheme.lower() in _HEADER_SCHEMES else authorization
    for name in _SECRET_HEADERS:
        if value := request.headers.get(name, "").strip():
            return value
    return None


def _secret_in_form(request: HttpRequest) -> str | None:
    if request.method != "POST" or request.content_type not in _FORM_TYPES:
        return None
    return _first(request.POST, _FORM_NAMES)


def _first(values: QueryDict, names: tuple[str, ...]) -> str | None:
    return next((value for name in names if (value := values.get(name))), None)
