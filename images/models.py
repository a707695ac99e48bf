"""Photos and the uploads that become photos."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import reduce
from typing import Self

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.dispatch import Signal
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext, gettext_lazy as _

from accounts.models import User, Visibility, random_key
from images import search, timeline, variants
from images.formats import BY_NAME, Format
from images.metadata import Position
from images.variants import Variant

SHARED = (Visibility.UNLISTED, Visibility.PUBLIC)
TOLD_END = "The end that its owner was told of by mail"
EXTENSION = timedelta(days=30)
_LINKED = models.Q(visibility__in=SHARED, quarantined_at__isnull=True, owner__is_active=True)


class Status(models.TextChoices):
    RECEIVING = "receiving", _("Uploading")
    PROCESSING = "processing", _("Processing")
    READY = "ready", _("Ready")
    FAILED = "failed", _("Failed")


class ImageQuerySet(models.QuerySet["Image"]):
    def owned_by(self, user: User) -> Self:
        return self.filter(owner=user)

    def kept(self, now: datetime | None = None) -> Self:
        """Neither deleted for good nor past its lifetime; the trash is kept too."""
        now = now or timezone.now()
        return self.filter(models.Q(expires_at__isnull=True) | models.Q(expires_at__gt=now), deleted_at__isnull=True)

    def live(self, now: datetime | None = None) -> Self:
        """Neither deleted nor past its lifetime."""
        return self.kept(now).filter(trashed_at__isnull=True)

    def trashed(self) -> Self:
        """What its owner deleted and may still bring back."""
        return self.kept().filter(trashed_at__isnull=False)

    def restore(self) -> int:
        """Takes photos out of the trash, back to the places that they had. Returns how many were in it."""
        return self.trashed().update(trashed_at=None)

    def expired(self, now: datetime) -> Self:
        """Past its lifetime and not yet marked for removal."""
        return self.filter(expires_at__lte=now, deleted_at__isnull=True)

    def extend(self) -> int:
        """Lets what has an end end EXTENSION later. Returns how many photos."""
        return self.filter(expires_at__isnull=False).update(expires_at=models.F("expires_at") + EXTENSION)

    def overdue(self, now: datetime) -> Self:
        """In the trash for as long as the site keeps it, and not yet marked for removal."""
        return self.filter(trashed_at__lte=now - timedelta(days=settings.TRASH_DAYS), deleted_at__isnull=True)

    def received(self) -> Self:
        """Everything but uploads that are still under way."""
        return self.exclude(status=Status.RECEIVING)

    def shared(self) -> Self:
        """What anyone who has the link may see."""
        return self.live().filter(_LINKED, status=Status.READY)

    def listed(self) -> Self:
        """What is shown to everyone."""
        return self.shared().filter(visibility=Visibility.PUBLIC)

    def visible_to(self, user: User | AnonymousUser) -> Self:
        """The one rule for pages: a person's own photos, and what is shared by link or on its way to be."""
        linked = _LINKED & ~models.Q(status=Status.FAILED)
        return self.live().filter(linked if isinstance(user, AnonymousUser) else linked | models.Q(owner=user))

    def named(self, key: str) -> "Image | None":
        """The photo with this key, or the one that the upload under this key turned out to be."""
        return self.filter(key=key).first() or self.filter(aliases__key=key).first()

    def matching(self, query: str) -> Self:
        """Every word of the query is a substring of title, description or alternative text."""
        return reduce(lambda found, word: found.filter(search_text__contains=word), search.words(query), self)


class Image(models.Model):
    """A photo: the row exists from the first byte on, files are named after `file_key`."""

    owner = models.ForeignKey(User, on_delete=models.PROTECT, related_name="images", verbose_name=_("owner"))
    key = models.CharField(max_length=16, unique=True, editable=False)
    file_key = models.CharField(max_length=22, unique=True, editable=False)

    title = models.CharField(_("title"), max_length=200, blank=True)
    description = models.TextField(_("description"), max_length=5000, blank=True)
    alt_text = models.CharField(
        _("alternative text"),
        max_length=500,
        blank=True,
        help_text=_("What the picture shows, for people who can't see it."),
    )
    search_text = models.TextField(blank=True, editable=False)
    original_name = models.CharField(_("file name"), max_length=200)

    visibility = models.CharField(_("visibility"), max_length=8, choices=Visibility, default=Visibility.UNLISTED)
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.RECEIVING)
    failure = models.CharField(_("why it failed"), max_length=200, blank=True)
    render_attempts = models.PositiveSmallIntegerField(default=0, editable=False)

    size_bytes = models.PositiveBigIntegerField(_("size in bytes"))
    format = models.CharField(_("format"), max_length=8, blank=True)
    width = models.PositiveIntegerField(_("width"), default=0)
    height = models.PositiveIntegerField(_("height"), default=0)
    frames = models.PositiveIntegerField(_("frames"), default=1)
    has_alpha = models.BooleanField(default=False)
    sha256 = models.CharField(max_length=64, blank=True)
    placeholder = models.CharField(max_length=60, blank=True, help_text="ThumbHash, base64")
    colour = models.CharField(max_length=7, blank=True)
    has_avif = models.BooleanField(null=True, editable=False, help_text="Empty until it was tried")
    notes = models.JSONField(
        default=list, blank=True, help_text="What was wrong with the file; codes of the inspection"
    )
    exif = models.JSONField(default=dict, blank=True)
    taken_at = models.CharField(_("taken"), max_length=32, blank=True, help_text="ISO 8601 as the camera wrote it")
    has_position = models.BooleanField(default=False, editable=False, help_text="Whether the original holds one")
    latitude = models.FloatField(_("latitude"), null=True, blank=True, editable=False)
    longitude = models.FloatField(_("longitude"), null=True, blank=True, editable=False)

    created_at = models.DateTimeField(_("uploaded"), default=timezone.now, editable=False)
    shown_at = models.DateTimeField(default=timeline.clock, editable=False, help_text="See images.timeline.shown_at")
    expires_at = models.DateTimeField(_("expires"), null=True, blank=True)
    told_end = models.DateTimeField(null=True, editable=False, help_text=TOLD_END)
    quarantined_at = models.DateTimeField(_("quarantined"), null=True, blank=True, editable=False)
    trashed_at = models.DateTimeField(_("in the trash since"), null=True, blank=True, editable=False)
    deleted_at = models.DateTimeField(null=True, blank=True, editable=False, help_text="Marked for removal")

    objects = ImageQuerySet.as_manager()

    added_by = ""
    """Who brought it, where a page tells its owner that."""

    class Meta:
        verbose_name = _("photo")
        verbose_name_plural = _("photos")
        constraints = (
            models.UniqueConstraint(
                fields=["owner", "sha256"],
                condition=models.Q(deleted_at__isnull=True) & ~models.Q(sha256=""),
                name="image_once_per_owner",
            ),
            models.CheckConstraint(
                condition=models.Q(latitude__isnull=True, longitude__isnull=True)
                | models.Q(
                    latitude__isnull=False,
                    latitude__range=(-90, 90),
                    longitude__isnull=False,
                    longitude__range=(-180, 180),
                ),
                name="image_position_whole",
            ),
        )
        indexes = (
            models.Index(fields=["owner", "-id"], name="image_library"),
            models.Index(fields=["owner", "-shown_at", "-id"], name="image_timeline"),
            models.Index(fields=["-id"], condition=models.Q(visibility="public"), name="image_public"),
            models.Index(fields=["expires_at"], condition=models.Q(expires_at__isnull=False), name="image_expires"),
            models.Index(fields=["owner", "-id"], condition=models.Q(trashed_at__isnull=False), name="image_trash"),
            models.Index(fields=["trashed_at"], condition=models.Q(trashed_at__isnull=False), name="image_trashed"),
            models.Index(fields=["deleted_at"], condition=models.Q(deleted_at__isnull=False), name="image_deleted"),
            models.Index(
                fields=["status"], condition=models.Q(status__in=["receiving", "processing"]), name="image_pending"
            ),
        )

    def __str__(self) -> str:
        return self.title or self.original_name

    def get_absolute_url(self) -> str:
        return reverse("images:photo", args=[self.key])

    @classmethod
    def new(cls, *, owner: User, original_name: str, size_bytes: int) -> "Image":
        """An unsaved row with fresh keys."""
        return cls(
            owner=owner,
            key=random_key(16),
            file_key=random_key(22),
            original_name=original_name,
            size_bytes=size_bytes,
            visibility=owner.default_visibility,
        )

    def describe(self, *, title: str, description: str, alt_text: str = "") -> Sequence[str]:
        """Sets the words and what search looks at; returns the names of the fields to save."""
        self.title = title.strip()
        self.description = description.strip()
        self.alt_text = " ".join(alt_text.split())
        self.search_text = search.normalise(self.title, self.description, self.alt_text)
        return ("title", "description", "alt_text", "search_text")

    def show_position(self, position: Position | None) -> Sequence[str]:
        """Sets the position that the page shows, None for no position; returns the names of the fields to save."""
        self.latitude, self.longitude = position or (None, None)
        return ("latitude", "longitude")

    @property
    def position(self) -> Position | None:
        """Where the photo was taken, if its owner shows that."""
        if self.latitude is None or self.longitude is None:
            return None
        return Position(self.latitude, self.longitude)

    @property
    def is_ready(self) -> bool:
        return self.status == Status.READY

    @property
    def is_pending(self) -> bool:
        return self.status in {Status.RECEIVING, Status.PROCESSING}

    @property
    def ends_at(self) -> datetime | None:
        """When it goes for good: the end of its life, or of its time in the trash if that is sooner."""
        ends = [self.expires_at, self.trashed_at and self.trashed_at + timedelta(days=settings.TRASH_DAYS)]
        return min((end for end in ends if end is not None), default=None)

    @property
    def name(self) -> str:
        """What it is called: its title, else when it was taken, for cameras give names that say nothing."""
        if self.title:
            return self.title
        if self.taken_at:
            taken = datetime.fromisoformat(self.taken_at).replace(tzinfo=None)  # as the camera's clock said
            return gettext("Photo, taken on %(date)s") % {"date": date_format(taken, "DATETIME_FORMAT")}
        return self.original_name.rpartition(".")[0] or self.original_name

    @property
    def alt(self) -> str:
        """What stands for the picture where it isn't seen."""
        return self.alt_text or self.name

    @property
    def link_format(self) -> Format:
        """The format of the full-size picture that the direct link serves."""
        return variants.link_format(self.format, has_alpha=self.has_alpha)

    @property
    def direct_url(self) -> str:
        """The path of the direct link, with the true extension."""
        return reverse("images:direct", args=[self.key, self.link_format.extension])

    @property
    def moves(self) -> bool:
        """Whether the preview is an animation."""
        return variants.moves(self.frames, self.width, self.height)

    @property
    def wants_avif(self) -> bool:
        """Whether a smaller preview is worth a try."""
        return self.is_ready and self.frames == 1 and self.has_avif is None

    def variant(self, variant: Variant) -> Variant:
        """The form that this photo has of a variant: a preview that moves, a full size in the format of its link."""
        if variant == variants.PREVIEW and self.moves:
            return variants.MOVING_PREVIEW
        if variant == variants.FULL:
            return variant._replace(extension=self.link_format.extension)
        return variant

    def variant_size(self, variant: Variant) -> tuple[int, int]:
        """Width and height of the derivative in pixels."""
        return variants.fitted(self.width, self.height, variant.edge_px)

    def variant_extension(self, variant: Variant) -> str:
        return self.variant(variant).extension

    def variant_name(self, variant: Variant) -> str:
        """Where storage keeps the derivative."""
        return variants.derived_name(self.file_key, variant.name, self.variant_extension(variant))

    @property
    def storage_name(self) -> str:
        """Where storage keeps the original."""
        return variants.original_name(self.file_key, BY_NAME[self.format].extension)

    def file_names(self) -> list[str]:
        """Every name under which storage may hold a file of this photo, be it from an earlier version.

        A row whose format isn't known yet may have been cut off just after its original was stored.
        """
        kinds = [BY_NAME[self.format]] if self.format else list(BY_NAME.values())
        originals = {variants.original_name(self.file_key, kind.extension) for kind in kinds}
        made = [*variants.EVERY, self.variant(variants.FULL)] if self.format else []
        derived = {variants.derived_name(self.file_key, variant.name, variant.extension) for variant in made}
        return sorted(originals | derived)


class ImageAlias(models.Model):
    """A key that was told when an upload began; then its bytes were those of a photo the person had already."""

    image = models.ForeignKey(Image, on_delete=models.CASCADE, related_name="aliases")
    key = models.CharField(max_length=16, unique=True)

    def __str__(self) -> str:
        return self.key


merged = Signal()
"""Sent with `image` and `into` in the transaction in which an upload turns out to be a photo that its owner had:
what refers to `image`, which is about to go, refers to `into` from then on."""


class UploadQuerySet(models.QuerySet["Upload"]):
    def owned_by(self, user: User) -> Self:
        return self.filter(image__owner=user)

    def unfinished(self) -> Self:
        return self.filter(finished_at__isnull=True)

    def ended(self, now: datetime) -> Self:
        """Abandoned, or finished and long enough ago that nobody asks any more."""
        return self.filter(expires_at__lte=now)


def new_upload_key() -> str:
    return random_key(22)


class Upload(models.Model):
    """Bytes under way: `offset` of `length` bytes are in the part file. After its end it tells of its photo a while.

    `metadata` is the Upload-Metadata of tus as its client sent it.
    """

    key = models.CharField(max_length=22, primary_key=True, default=new_upload_key, editable=False)
    image = models.ForeignKey(Image, on_delete=models.CASCADE, related_name="uploads")
    length = models.PositiveBigIntegerField()
    offset = models.PositiveBigIntegerField(default=0)
    metadata = models.TextField(blank=True)
    duplicate = models.BooleanField(default=False)
    finished_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(db_index=True)

    objects = UploadQuerySet.as_manager()

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=models.Q(offset__lte=models.F("length")), name="upload_offset_within_length"
            ),
            models.UniqueConstraint(
                fields=["image"], condition=models.Q(finished_at__isnull=True), name="upload_once_per_image"
            ),
        )

    def __str__(self) -> str:
        return f"{self.offset}/{self.length}"

    @property
    def part_path(self) -> str:
        """The part file, on the file system of the media."""
        return str(settings.STAGING_DIR / f"{self.image.file_key}.part")


class PurgeRun(models.Model):
    """What one run of the purge did. One that was killed has no end."""

    started_at = models.DateTimeField(_("started"))
    ended_at = models.DateTimeField(_("ended"), null=True)
    counts = models.JSONField(_("removed"), default=dict)
    size_bytes = models.PositiveBigIntegerField(_("size in bytes"), default=0)
    was_refused = models.BooleanField(_("refused"), default=False)
    failures = models.TextField(_("failures"), blank=True)

    class Meta:
        verbose_name = _("run of the purge")
        verbose_name_plural = _("runs of the purge")

    def __str__(self) -> str:
        return f"{self.started_at:%Y-%m-%d %H:%M}"
