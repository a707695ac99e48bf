"""People, what they may store, and the tokens of their scripts."""

import secrets
from datetime import timedelta
from typing import ClassVar

from django.conf import settings
from django.contrib.auth.models import AbstractUser, UserManager as DjangoUserManager
from django.core.validators import RegexValidator
from django.db import models
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Visibility(models.TextChoices):
    """Who may see a photo or a gallery."""

    PRIVATE = "private", _("Private: only you")
    UNLISTED = "unlisted", _("Unlisted: anyone with the link")
    PUBLIC = "public", _("Public: listed for everyone")


class Lifetime(models.TextChoices):
    """The lifetimes that forms offer; values are ISO 8601 durations, or `never`."""

    HOUR = "PT1H", _("1 hour")
    DAY = "P1D", _("1 day")
    WEEK = "P7D", _("1 week")
    MONTH = "P30D", _("1 month")
    NEVER = "never", _("Never expires")


class UserManager(DjangoUserManager["User"]):
    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email__iexact=username)


class User(AbstractUser):
    """A person. Signs in by email or username; `/u/<username>` is public."""

    first_name = None  # type: ignore[assignment]
    last_name = None  # type: ignore[assignment]
    username = models.CharField(
        _("username"),
        max_length=30,
        unique=True,
        validators=[
            RegexValidator(
                r"^[a-zA-Z0-9][a-zA-Z0-9_.-]{1,29}\Z",
                _("2 to 30 letters, digits, dots, dashes or underscores, beginning with a letter or digit."),
            )
        ],
        help_text=_("Part of the address of your public page."),
        error_messages={"unique": _("This username is taken.")},
    )
    email = models.EmailField(_("email address"), unique=True)
    display_name = models.CharField(_("display name"), max_length=60, blank=True)
    avatar_key = models.CharField(max_length=22, blank=True, editable=False)

    storage_limit_bytes = models.PositiveBigIntegerField(
        _("storage limit (bytes)"), null=True, blank=True, help_text=_("Empty: the limit of the site.")
    )
    used_bytes = models.PositiveBigIntegerField(_("used bytes"), default=0, editable=False)
    image_limit = models.PositiveIntegerField(
        _("photo limit"), null=True, blank=True, help_text=_("Empty: the limit of the site.")
    )
    image_count = models.PositiveIntegerField(_("number of photos"), default=0, editable=False)
    default_visibility = models.CharField(
        _("visibility of new photos"),
        max_length=8,
        choices=Visibility,
        default=Visibility.UNLISTED,
    )
    default_lifetime = models.CharField(
        _("lifetime of new photos"),
        max_length=8,
        choices=Lifetime,
        blank=True,
        help_text=_("Empty: the lifetime that this site gives."),
    )
    language = models.CharField(_("language"), max_length=10, blank=True)
    wants_reminders = models.BooleanField(_("email me before my photos, galleries and links end"), default=True)

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["username"]

    objects: ClassVar[UserManager] = UserManager()

    class Meta(AbstractUser.Meta):
        constraints = (
            models.UniqueConstraint(Lower("email"), name="user_email_unique"),
            models.UniqueConstraint(Lower("username"), name="user_username_unique"),
        )

    def __str__(self) -> str:
        return self.username

    def get_absolute_url(self) -> str:
        return reverse("images:user", args=[self.username])

    def get_full_name(self) -> str:
        return self.name

    def get_short_name(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """What others read: the display name, or the username."""
        return self.display_name or self.username

    @property
    def effective_lifetime(self) -> str:
        """What new photos get, as `images.expiry` reads it."""
        return self.default_lifetime or settings.DEFAULT_LIFETIME

    @property
    def effective_storage_limit_bytes(self) -> int:
        own = self.storage_limit_bytes
        return settings.STORAGE_LIMIT_BYTES if own is None else own

    @property
    def effective_image_limit(self) -> int:
        return settings.IMAGE_LIMIT if self.image_limit is None else self.image_limit


def display_name(user: User) -> str:
    """For allauth's messages and mails."""
    return user.name


class Scope(models.TextChoices):
    UPLOAD = "upload", _("Upload")
    READ = "read", _("Read")
    WRITE = "write", _("Change and delete")


class ApiTokenQuerySet(models.QuerySet["ApiToken"]):
    def usable(self) -> "ApiTokenQuerySet":
        now = timezone.now()
        return self.filter(
            models.Q(expires_at__isnull=True) | models.Q(expires_at__gt=now),
            revoked_at__isnull=True,
            user__is_active=True,
        )


class ApiToken(models.Model):
    """A script's credential. Only the SHA-256 digest of the secret is stored."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="api_tokens")
    name = models.CharField(_("name"), max_length=60)
    prefix = models.CharField(_("prefix"), max_length=12, editable=False)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    scopes = models.JSONField(_("scopes"), default=list)
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)
    expires_at = models.DateTimeField(_("expires"), null=True, blank=True)
    last_used_at = models.DateTimeField(_("last used"), null=True, editable=False)
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True)

    objects = ApiTokenQuerySet.as_manager()

    class Meta:
        verbose_name = _("API token")
        verbose_name_plural = _("API tokens")
        ordering: ClassVar[list[str]] = ["-created_at"]

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"

    def touch(self) -> None:
        """Notes the use, with at most one write a minute."""
        now = timezone.now()
        if self.last_used_at is None or now - self.last_used_at > timedelta(minutes=1):
            self.last_used_at = now
            self.save(update_fields=["last_used_at"])


_BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"


def random_key(length: int) -> str:
    """`length` random base58 characters, 5.86 bits each."""
    return "".join(secrets.choice(_BASE58) for _ in range(length))
