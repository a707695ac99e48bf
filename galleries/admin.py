"""Galleries and share links for moderators."""

from typing import ClassVar, cast

from django.contrib import admin, messages
from django.contrib.admin.models import CHANGE, LogEntry
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _, ngettext

from galleries import sharing
from galleries.models import Gallery, ShareLink, ShareLinkQuerySet


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


@admin.register(ShareLink)
class ShareLinkAdmin(admin.ModelAdmin[ShareLink]):
    """To look at and to revoke; the token, which opens the link, is masked."""

    list_display = (
        "__str__",
        "owner",
        "masked_token",
        "has_password",
        "downloads",
        "additions",
        "view_count",
        "download_count",
        "created_at",
        "expires_at",
        "revoked_at",
    )
    list_filter = (("revoked_at", admin.EmptyFieldListFilter), "downloads", "additions", "created_at")
    list_select_related = ("owner", "gallery")
    list_per_page = 50
    show_full_result_count = False
    search_fields = ("name", "gallery__title", "owner__username", "owner__email", "token__exact")
    search_help_text = _("Name, gallery, owner, or the whole token")
    ordering = ("-id",)
    actions = ("revoke",)
    fields = (
        "owner",
        "gallery",
        "name",
        "masked_token",
        "has_password",
        "downloads",
        "additions",
        "needs_approval",
        "guest_max_images",
        "guest_max_bytes",
        "guest_image_count",
        "view_count",
        "download_count",
        "created_at",
        "expires_at",
        "last_used_at",
        "revoked_at",
    )
    readonly_fields = fields

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: ShareLink | None = None) -> bool:
        return False

    @admin.display(description=_("token"))
    def masked_token(self, link: ShareLink) -> str:
        return link.masked_token

    @admin.display(description=_("password"), boolean=True)
    def has_password(self, link: ShareLink) -> bool:
        return bool(link.password)

    @admin.action(description=_("Revoke: close for good"), permissions=["change"])
    def revoke(self, request: HttpRequest, queryset: ShareLinkQuerySet) -> None:
        links = list(queryset.filter(revoked_at__isnull=True))
        count = sharing.revoke(queryset)
        LogEntry.objects.log_actions(cast("int", request.user.pk), links, CHANGE, "Revoked.")
        text = ngettext("%(count)d link revoked.", "%(count)d links revoked.", count)
        self.message_user(request, text % {"count": count}, messages.SUCCESS)
