"""Sign-ins and failures in the log, without the password or the name that was tried."""

import logging
from typing import Any

from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed

logger = logging.getLogger(__name__)


def connect() -> None:
    user_logged_in.connect(_signed_in, dispatch_uid="audit-in")
    user_logged_out.connect(_signed_out, dispatch_uid="audit-out")
    user_login_failed.connect(_failed, dispatch_uid="audit-failed")


def _signed_in(user: Any, **kwargs: Any) -> None:
    logger.info("sign-in user=%s", user.pk)


def _signed_out(user: Any, **kwargs: Any) -> None:
    if user is not None:
        logger.info("sign-out user=%s", user.pk)


def _failed(**kwargs: Any) -> None:
    logger.warning("sign-in failed")
