"""Galleries: a photo may be in any number of them."""

from collections.abc import Iterable
from datetime import datetime
from typing import Self

from django.contrib.auth.models import AnonymousUser
from django.db import models, transaction
from django.db.models.signals import post_delete, post_save
from django.dispatch import receiver
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Lifetime, User, Visibility, random_key
from images.models import SHARED, TOLD_END, Image, ImageQuerySet, Status, merged


def new_key() -> str:
    return random_key(16)


def new_token() -> str:
    """22 random base58 characters: 128 bits."""
    return random_key(22)


def shows(images: ImageQuerySet) -> models.Exists:
    """The condition that the `image` of a row is one of these.

    Asked row by row: `image__in` makes SQLite list them all first, and a page would cost what the site holds.
    """
    return models.Exists(images.filter(pk=models.OuterRef("image")))


class Order(models.TextChoices):
    """How the photos of a gallery are sorted."""

    ADDED = "added", _("Newest first")
    TAKEN = "taken", _("By date taken")
    NAME = "name", _("By name")
    MANUAL = "manual", _("By hand")


class GalleryQuerySet(models.QuerySet["Gallery"]):
    def owned_by(self, user: User) -> Self:
        return self.filter(owner=user)

    def live(self, now: datetime | None = None) -> Self:
        """Not past its lifetime."""
        return self.filter(models.Q(expires_at__isnull=True) | models.Q(expires_at__gt=now or timezone.now()))

    def on_top(self, now: datetime | None = None) -> Self:
        """Live, and in no other that is."""
        now = now or timezone.now()
        return self.live(now).filter(models.Q(parent__isnull=True) | models.Q(parent__expires_at__lte=now))

    def visible_to(self, user: User | AnonymousUser) -> Self:
        """The one rule for pages: a person's own galleries, and those that are shared by link."""
        shared = models.Q(visibility__in=SHARED, owner__is_active=True)
        return self.live().filter(shared if isinstance(user, AnonymousUser) else shared | models.Q(owner=user))

    def within(self, gallery: "Gallery") -> Self:
        """The gallery and all in it."""
        return self.filter(pk__in=[pk for level in gallery.tree() for pk in level])

    def beside(self, gallery: "Gallery") -> Self:
        """Those that may be named on the page of `gallery` to anyone who may see it: at least as open as it is."""
        if gallery.visibility == Visibility.PRIVATE:
            return self.all()
        return self.filter(visibility__in=SHARED[SHARED.index(Visibility(gallery.visibility)) :])


class Gallery(models.Model):
    """Photos that belong together, and galleries in it. Deleting it keeps the photos."""

    MOST_LEVELS = 8

    owner = models.ForeignKey(User, on_delete=models.CASCADE, related_name="galleries", verbose_name=_("owner"))
    parent = models.ForeignKey(
        "self", on_delete=models.SET_NULL, null=True, blank=True, related_name="children", verbose_name=_("inside")
    )
    key = models.CharField(max_length=16, unique=True, default=new_key, editable=False)
    title = models.CharField(_("title"), max_length=120)
    description = models.TextField(_("description"), max_length=5000, blank=True)
    visibility = models.CharField(_("visibility"), max_length=8, choices=Visibility, default=Visibility.UNLISTED)
    order = models.CharField(_("order"), max_length=8, choices=Order, default=Order.ADDED)
    photo_visibility = models.CharField(_("visibility of what is added"), max_length=8, choices=Visibility, blank=True)
    photo_lifetime = models.CharField(_("lifetime of what is added"), max_length=8, choices=Lifetime, blank=True)
    cover = models.ForeignKey(
        Image, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("cover")
    )
    images = models.ManyToManyField(Image, through="GalleryItem", related_name="galleries")
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)
    expires_at = models.DateTimeField(_("expires"), null=True, blank=True)
    told_end = models.DateTimeField(null=True, editable=False, help_text=TOLD_END)

    objects = GalleryQuerySet.as_manager()

    cover_image: Image | None = None
    """Set by `with_covers`."""

    class Meta:
        verbose_name = _("gallery")
        verbose_name_plural = _("galleries")
        constraints = (
            models.CheckConstraint(condition=~models.Q(parent=models.F("id")), name="gallery_not_in_itself"),
        )
        indexes = (
            models.Index(fields=["expires_at"], condition=models.Q(expires_at__isnull=False), name="gallery_expires"),
        )

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("galleries:gallery", args=[self.key])

    @property
    def has_ended(self) -> bool:
        return self.expires_at is not None and self.expires_at <= timezone.now()

    @property
    def photo_defaults(self) -> dict[str, str]:
        """What photos that are uploaded into it get if nothing else is chosen, where the gallery says something."""
        said = {"visibility": self.photo_visibility, "lifetime": self.photo_lifetime}
        return {name: value for name, value in said.items() if value}

    def ancestors(self) -> "list[Gallery]":
        """The galleries that this one is in, outermost first."""
        found: list[Gallery] = []
        parent = self.parent
        while parent is not None and len(found) < self.MOST_LEVELS:
            found.insert(0, parent)
            parent = parent.parent
        return found

    def tree(self) -> "list[list[int]]":
        """The ids of this gallery and of all in it, level by level: one query a level."""
        levels, inside = [[self.pk]], self.children.values_list("pk", flat=True)
        while len(levels) <= self.MOST_LEVELS and (level := list(inside)):
            levels.append(level)
            inside = Gallery.objects.filter(parent__in=level).values_list("pk", flat=True)
        return levels

    def cover_among(self, items: "models.QuerySet[GalleryItem]") -> "Image | None":
        """The photo that stands for the gallery where these entries are shown: the chosen cover, else the newest."""
        ready = items.filter(image__status=Status.READY)
        item = ready.filter(image=self.cover_id).first() or ready.order_by("-pk").first()
        return item.image if item else None

    def check_place(self, parent: "Gallery | None") -> None:
        """Raises MisplacedGallery where the gallery can't be: inside of itself, or too deep."""
        if parent is None:
            return
        levels = self.tree() if self.pk else [[]]
        if any(parent.pk in level for level in levels):
            raise MisplacedGallery(_("A gallery can't be inside itself."))
        if len(parent.ancestors()) + 1 + len(levels) > self.MOST_LEVELS:
            raise MisplacedGallery(_("Galleries go %d levels deep at most.") % self.MOST_LEVELS)

    def put_into(self, parent: "Gallery | None", *, fields: Iterable[str] = ()) -> None:
        """Saves the gallery inside of another one of the same person, or on top. Raises MisplacedGallery.

        Of one that was there already, only its place and `fields`.
        """
        with transaction.atomic():
            User.objects.select_for_update().get(pk=self.owner_id)  # two moves at once could close a circle
            if parent is not None:
                parent.refresh_from_db(fields=["parent"])
            self.check_place(parent)
            self.parent = parent
            self.save(update_fields={*fields, "parent"} if self.pk else None)

    def dissolve(self) -> None:
        """Deletes the gallery; what is in it moves up, and its photos stay in the library."""
        with transaction.atomic():
            self.children.update(parent=self.parent)
            self.delete()

    def add(self, *images: Image, added_by: str = "", waits: bool = False) -> None:
        """Puts photos in, behind the others; one that is in already stays where it is."""
        last = self.items.aggregate(last=models.Max("position"))["last"] or 0
        GalleryItem.objects.bulk_create(
            [
                GalleryItem(
                    gallery=self,
                    image=image,
                    position=last + number,
                    added_by=added_by,
                    waits=waits,
                    **sort_keys(image),
                )
                for number, image in enumerate(images, 1)
            ],
            ignore_conflicts=True,
        )

    def remove(self, images: Iterable[Image]) -> int:
        """Takes photos out; they stay in the library. Returns how many were in."""
        count, _by_model = GalleryItem.objects.filter(gallery=self, image__in=images).delete()
        return count

    def items_visible_to(self, user: User | AnonymousUser) -> "models.QuerySet[GalleryItem]":
        """The gallery's entries whose photos this viewer may see."""
        items = self.items.filter(shows(Image.objects.visible_to(user).received())).select_related("image")
        return items if user == self.owner else items.filter(waits=False)


class MisplacedGallery(Exception):
    """A place where a gallery can't be. The message is for people."""


def sort_keys(image: Image) -> dict[str, str]:
    """What galleries sort the photo by. "~" comes after every digit: photos of an unknown time are last."""
    return {"taken_key": image.taken_at or "~", "name_key": (image.title or image.original_name).lower()}


class GalleryItem(models.Model):
    """A photo's place in a gallery. `added_by` is the name that a guest gave; `waits` until the owner approves.

    `taken_key` and `name_key` repeat what the photo says, so that an index can hold the order of a large gallery.
    """

    gallery = models.ForeignKey(Gallery, on_delete=models.CASCADE, related_name="items")
    image = models.ForeignKey(Image, on_delete=models.CASCADE, related_name="+")
    position = models.PositiveBigIntegerField(default=0)
    taken_key = models.CharField(max_length=32, default="~", editable=False)
    name_key = models.CharField(max_length=400, default="", editable=False)
    added_by = models.CharField(max_length=80, blank=True)
    waits = models.BooleanField(default=False)
    added_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["gallery", "image"], name="gallery_item_once"),)
        indexes = (
            models.Index(fields=["gallery", "-id"], name="gallery_item_newest"),
            models.Index(fields=["gallery", "position", "id"], name="gallery_item_by_hand"),
            models.Index(fields=["gallery", "taken_key", "id"], name="gallery_item_by_taken"),
            models.Index(fields=["gallery", "name_key", "id"], name="gallery_item_by_name"),
            models.Index(fields=["gallery", "-id"], condition=models.Q(waits=True), name="gallery_item_waiting"),
        )

    def __str__(self) -> str:
        return f"{self.image_id} in {self.gallery_id}"


class Reminder(models.Model):
    """When a person was last told by mail of what ends; `claimed_until` while a run of `remind` is at it."""

    user = models.OneToOneField(User, on_delete=models.CASCADE, primary_key=True, related_name="+")
    sent_at = models.DateTimeField(null=True)
    claimed_until = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.user_id}: {self.sent_at}"


class Downloads(models.TextChoices):
    """What a share link lets people take away."""

    NONE = "none", _("No downloads")
    FULL = "full", _("Full size, without metadata")
    ORIGINALS = "originals", _("Originals")


class Additions(models.TextChoices):
    """What a share link lets people bring."""

    NONE = "none", _("Look only")
    ADD = "add", _("Look and add photos")
    DROP = "drop", _("Add photos, see only their own")


class ShareLinkQuerySet(models.QuerySet["ShareLink"]):
    def owned_by(self, user: User) -> Self:
        return self.filter(owner=user)

    def live(self, now: datetime | None = None) -> Self:
        """Neither revoked nor ended, and its owner and gallery are still there."""
        now = now or timezone.now()
        return self.filter(
            models.Q(expires_at__isnull=True) | models.Q(expires_at__gt=now),
            models.Q(gallery__isnull=True)
            | models.Q(gallery__expires_at__isnull=True)
            | models.Q(gallery__expires_at__gt=now),
            revoked_at__isnull=True,
            owner__is_active=True,
        )


class ShareLink(models.Model):
    """A way in for people without an account: to a gallery and what is in it, or to photos picked by hand."""

    owner = models.ForeignKey(User, on_delete=models.CASCADE, related_name="share_links", verbose_name=_("owner"))
    token = models.CharField(max_length=22, unique=True, default=new_token, editable=False)
    gallery = models.ForeignKey(
        Gallery, on_delete=models.CASCADE, null=True, blank=True, related_name="share_links", verbose_name=_("gallery")
    )
    images = models.ManyToManyField(Image, through="SharedImage", related_name="share_links")
    name = models.CharField(_("name"), max_length=120, blank=True)
    password = models.CharField(max_length=128, blank=True, editable=False, help_text="As Django's hashers write it")
    downloads = models.CharField(_("downloads"), max_length=10, choices=Downloads, default=Downloads.FULL)
    additions = models.CharField(_("guests"), max_length=5, choices=Additions, default=Additions.NONE)
    needs_approval = models.BooleanField(_("show what guests add only after I approve it"), default=False)
    guest_max_bytes = models.PositiveBigIntegerField(_("largest photo of a guest, in bytes"), null=True, blank=True)
    guest_max_images = models.PositiveIntegerField(_("most photos of guests, all together"), null=True, blank=True)
    guest_image_count = models.PositiveIntegerField(default=0, editable=False)
    view_count = models.PositiveIntegerField(default=0, editable=False)
    download_count = models.PositiveIntegerField(default=0, editable=False)
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)
    expires_at = models.DateTimeField(_("expires"), null=True, blank=True)
    told_end = models.DateTimeField(null=True, editable=False, help_text=TOLD_END)
    revoked_at = models.DateTimeField(null=True, blank=True, editable=False)
    last_used_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = ShareLinkQuerySet.as_manager()

    class Meta:
        verbose_name = _("share link")
        verbose_name_plural = _("share links")
        constraints = (
            models.CheckConstraint(
                condition=models.Q(gallery__isnull=False) | models.Q(additions=Additions.NONE),
                name="share_link_adds_to_a_gallery",
            ),
        )

    def __str__(self) -> str:
        return self.name or (self.gallery.title if self.gallery else str(_("Selected photos")))

    def get_absolute_url(self) -> str:
        return reverse("galleries:shared", args=[self.token])

    @property
    def shows(self) -> bool:
        """Whether it shows photos; some links only take photos in."""
        return self.additions != Additions.DROP

    @property
    def ends_at(self) -> datetime | None:
        """When it ends by itself: with its lifetime, or with its gallery."""
        ends = [self.expires_at, self.gallery.expires_at if self.gallery else None]
        return min((end for end in ends if end is not None), default=None)

    @property
    def has_ended(self) -> bool:
        return self.ends_at is not None and self.ends_at <= timezone.now()

    @property
    def is_live(self) -> bool:
        return self.revoked_at is None and not self.has_ended

    @property
    def masked_token(self) -> str:
        """Enough to tell links apart, too little to use one."""
        return f"{self.token[:4]}…"


class SharedImage(models.Model):
    """A photo of a selection, in the order in which it was picked."""

    link = models.ForeignKey(ShareLink, on_delete=models.CASCADE, related_name="items")
    image = models.ForeignKey(Image, on_delete=models.CASCADE, related_name="+")
    position = models.PositiveIntegerField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["link", "image"], name="shared_image_once"),)
        indexes = (models.Index(fields=["link", "position"], name="shared_image_order"),)

    def __str__(self) -> str:
        return f"{self.image_id} by {self.link_id}"


class GuestUpload(models.Model):
    """A photo that somebody without an account sent through a share link, known by the secret of that browser.

    While it exists it takes one of the link's `guest_max_images`. `is_new` says that the photo is there because of this
    upload alone, so that taking it back may delete it; `item` is the entry that it made.
    """

    link = models.ForeignKey(ShareLink, on_delete=models.CASCADE, related_name="guest_uploads")
    guest = models.CharField(max_length=22)
    upload_key = models.CharField(max_length=22, unique=True)
    image = models.ForeignKey(Image, on_delete=models.CASCADE, related_name="+")
    item = models.ForeignKey(GalleryItem, on_delete=models.SET_NULL, null=True, related_name="+")
    is_new = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        indexes = (models.Index(fields=["link", "guest"], name="guest_upload_of_guest"),)

    def __str__(self) -> str:
        return self.upload_key


@receiver(post_save, sender=Image)
def sort_again(instance: Image, created: bool, update_fields: frozenset[str] | None, **_kwargs: object) -> None:
    """A photo that has another title, or whose camera's clock was read, has another place in galleries."""
    if not created and (update_fields is None or not update_fields.isdisjoint({"title", "taken_at"})):
        GalleryItem.objects.filter(image=instance).update(**sort_keys(instance))


@receiver(merged)
def follow(image: Image, into: Image, **_kwargs: object) -> None:
    """The photo that an upload turned out to be goes where the upload was meant to go."""
    GuestUpload.objects.filter(image=into).update(is_new=False)  # from now on somebody else counts on it too
    GuestUpload.objects.filter(image=image).update(image=into, is_new=False)
    for item in GalleryItem.objects.filter(image=image).select_related("gallery"):
        was_in = item.gallery.items.filter(image=into).exists()
        item.gallery.add(into, added_by=item.added_by, waits=item.waits)
        made = None if was_in else item.gallery.items.get(image=into)
        GuestUpload.objects.filter(item=item).update(item=made)


@receiver(post_delete, sender=GuestUpload)
def give_back(instance: GuestUpload, **_kwargs: object) -> None:
    """A photo of a guest that is gone, or never came whole, makes room for another one."""
    ShareLink.objects.filter(pk=instance.link_id, guest_image_count__gt=0).update(
        guest_image_count=models.F("guest_image_count") - 1
    )
