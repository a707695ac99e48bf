"""Galleries: a photo may be in any number of them."""

from collections.abc import Iterable
from typing import Self

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models.functions import Coalesce
from django.dispatch import receiver
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User, Visibility, random_key
from images.models import SHARED, Image, ImageQuerySet, Status, merged


def new_key() -> str:
    return random_key(16)


class GalleryQuerySet(models.QuerySet["Gallery"]):
    def owned_by(self, user: User) -> Self:
        return self.filter(owner=user)

    def visible_to(self, user: User | AnonymousUser) -> Self:
        """The one rule for pages: a person's own galleries, and those that are shared by link."""
        shared = models.Q(visibility__in=SHARED, owner__is_active=True)
        return self.filter(shared if isinstance(user, AnonymousUser) else shared | models.Q(owner=user))


class Gallery(models.Model):
    """Photos that belong together. Deleting it keeps them."""

    owner = models.ForeignKey(User, on_delete=models.CASCADE, related_name="galleries", verbose_name=_("owner"))
    key = models.CharField(max_length=16, unique=True, default=new_key, editable=False)
    title = models.CharField(_("title"), max_length=120)
    description = models.TextField(_("description"), max_length=5000, blank=True)
    visibility = models.CharField(_("visibility"), max_length=8, choices=Visibility, default=Visibility.UNLISTED)
    cover = models.ForeignKey(
        Image, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("cover")
    )
    images = models.ManyToManyField(Image, through="GalleryItem", related_name="galleries")
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)

    objects = GalleryQuerySet.as_manager()

    cover_image: Image | None = None
    """Set by `with_covers`."""

    class Meta:
        verbose_name = _("gallery")
        verbose_name_plural = _("galleries")

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("galleries:gallery", args=[self.key])

    def add(self, *images: Image) -> None:
        """Puts photos in; one that is in already stays where it is."""
        GalleryItem.objects.bulk_create(
            [GalleryItem(gallery=self, image=image) for image in images], ignore_conflicts=True
        )

    def remove(self, images: Iterable[Image]) -> int:
        """Takes photos out; they stay in the library. Returns how many were in."""
        count, _by_model = GalleryItem.objects.filter(gallery=self, image__in=images).delete()
        return count

    def items_visible_to(self, user: User | AnonymousUser) -> "models.QuerySet[GalleryItem]":
        """The gallery's entries whose photos this viewer may see."""
        return self.items.filter(image__in=Image.objects.visible_to(user).received()).select_related("image")


class GalleryItem(models.Model):
    """A photo's place in a gallery."""

    gallery = models.ForeignKey(Gallery, on_delete=models.CASCADE, related_name="items")
    image = models.ForeignKey(Image, on_delete=models.CASCADE, related_name="+")
    added_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["gallery", "image"], name="gallery_item_once"),)
        indexes = (models.Index(fields=["gallery", "-id"], name="gallery_item_newest"),)

    def __str__(self) -> str:
        return f"{self.image_id} in {self.gallery_id}"


@receiver(merged)
def follow(image: Image, into: Image, **_kwargs: object) -> None:
    """The photo that an upload turned out to be goes where the upload was meant to go."""
    for item in GalleryItem.objects.filter(image=image).select_related("gallery"):
        item.gallery.add(into)


def with_covers(galleries: GalleryQuerySet, viewer: User | AnonymousUser) -> list[Gallery]:
    """Galleries with `image_count` and `cover_image`: the chosen cover, else the newest photo; in two queries."""
    shown: ImageQuerySet = Image.objects.visible_to(viewer).received()
    items = GalleryItem.objects.filter(gallery=models.OuterRef("pk"), image__in=shown.filter(status=Status.READY))
    newest = items.order_by("-pk").values("image")[:1]
    chosen = items.filter(image=models.OuterRef("cover")).values("image")[:1]
    found = list(
        galleries.annotate(
            image_count=models.Count("items", filter=models.Q(items__image__in=shown)),
            cover_pk=Coalesce(models.Subquery(chosen), models.Subquery(newest)),
        ).order_by("-pk")
    )
    covers = Image.objects.in_bulk([gallery.cover_pk for gallery in found])  # type: ignore[attr-defined]
    for gallery in found:
        gallery.cover_image = covers.get(gallery.cover_pk)  # type: ignore[attr-defined]
    return found
