"""Galleries for moderators."""

from typing import ClassVar

from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from galleries.models import Gallery


@admin.register(Gallery)
class GalleryAdmin(admin.ModelAdmin[Gallery]):
    list_display = ("title", "owner", "photos", "visibility", "created_at")
    list_filter = ("visibility", "created_at")
    list_select_related = ("owner",)
    search_fields = ("title", "description", "key", "owner__username", "owner__email")
    fields = ("owner", "key", "title", "description", "visibility", "created_at")
    readonly_fields: ClassVar[list[str]] = ["owner", "key", "created_at"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Gallery]:
        return super().get_queryset(request).annotate(photos=Count("items"))

    @admin.display(description=_("photos"), ordering="photos")
    def photos(self, gallery: Gallery) -> int:
        count: int = gallery.photos  # type: ignore[attr-defined]
        return count
