"""The language of a person's pages is a cookie, as for visitors; the row keeps it for mails and other browsers."""

from typing import Final, TypeVar

from django.conf import settings
from django.http import HttpResponseBase

R = TypeVar("R", bound=HttpResponseBase)

SAME_SITE: Final = "Lax"


def remember(response: R, language: str) -> R:
    """Lets the browser ask for pages in this language; "" leaves it to the languages that the browser prefers."""
    if not language:
        response.delete_cookie(settings.LANGUAGE_COOKIE_NAME, samesite=SAME_SITE)
        return response
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        language,
        max_age=settings.LANGUAGE_COOKIE_AGE,
        secure=settings.LANGUAGE_COOKIE_SECURE,
        httponly=settings.LANGUAGE_COOKIE_HTTPONLY,
        samesite=SAME_SITE,
    )
    return response
