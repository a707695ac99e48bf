"""What `manage.py check` says about the settings of an instance."""

import os
from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.utils import timezone

from images import expiry


@register(Tags.files)
def media_root_is_writable(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    root = settings.MEDIA_ROOT
    if root.exists() and not os.access(root, os.W_OK | os.X_OK):
        return [
            Error(
                f"MEDIA_ROOT {root} is not writable.",
                hint="Give the folder to the user that runs PhotoCloud, or set MEDIA_ROOT.",
                id="photocloud.E001",
            )
        ]
    return []


@register(Tags.compatibility)
def limits_fit_together(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    if settings.UPLOAD_REQUEST_MAX_BYTES < settings.UPLOAD_MAX_BYTES:
        return [
            Error(
                "UPLOAD_REQUEST_MAX_BYTES is smaller than UPLOAD_MAX_BYTES, so no file of that size can arrive.",
                id="photocloud.E002",
            )
        ]
    return []


@register(Tags.compatibility)
def no_crash_is_ordered(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    if "FAILPOINT" in os.environ:
        return [
            Error(
                "FAILPOINT is set, so the process would kill itself. It is for tests alone.",
                hint="Unset it.",
                id="photocloud.E003",
            )
        ]
    return []


@register(Tags.compatibility)
def lifetimes_make_sense(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    found: list[CheckMessage] = []
    try:
        expiry.parse(settings.DEFAULT_LIFETIME, now=timezone.now())
    except expiry.BadLifetime as error:
        found.append(Error(f"DEFAULT_LIFETIME: {error}", id="photocloud.E004"))
    if settings.TRASH_DAYS < 0 or settings.EXPIRY_NOTICE_DAYS < 0:
        found.append(Error("TRASH_DAYS and EXPIRY_NOTICE_DAYS are 0 or more.", id="photocloud.E005"))
    if not 0 < settings.PURGE_MOST_SHARE <= 1:
        found.append(Error("PURGE_MOST_SHARE is more than 0 and at most 1.", id="photocloud.E006"))
    return found


@register(Tags.security, deploy=True)
def mail_is_configured(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    if not settings.MAIL_CONFIGURED:
        return [
            Warning(
                "EMAIL_URL is not set: addresses aren't verified and forgotten passwords can't be reset by mail.",
                id="photocloud.W001",
            )
        ]
    return []
