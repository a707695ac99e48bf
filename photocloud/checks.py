"""What `manage.py check` says about the settings of an instance."""

import os
from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register


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
