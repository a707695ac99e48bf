"""How allauth behaves here."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.http import HttpRequest, HttpResponseBase

from accounts import languages
from accounts.models import User


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return bool(settings.SIGNUP_OPEN)

    def post_login(self, request: HttpRequest, user: User, **options: Any) -> HttpResponseBase:
        """Pages go on in the language that the person chose, in whatever browser."""
        response: HttpResponseBase = super().post_login(request, user, **options)
        return languages.remember(response, user.language) if user.language else response
