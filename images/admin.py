"""Photos for moderators: look, quarantine, release, delete for good."""

from typing import cast

from django.contrib import admin, messages
from django.contrib.admin.models import CHANGE, DELETION, LogEntry
from django.db.models import QuerySet
from django.http import HttpRequest
from django.template.defaultfilters import filesizeformat
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _, gettext_lazy, ngettext

from images import deletion, delivery, formats, storage, variants, visibility
from images.models import Image, ImageQuerySet, PurgeRun


class FormatFilter(admin.SimpleListFilter):
    """The accepted formats. A photo that failed has none, which Django's own filter would offer without a name."""

    title = gettext_lazy("format")
    parameter_name = "format"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin[Image]) -> list[tuple[str, str]]:
        return [(accepted.name, accepted.name) for accepted in formats.ACCEPTED]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Image]) -> QuerySet[Image]:
        return queryset.filter(format=self.value()) if self.value() else queryset


@admin.register(Image)
class ImageAdmin(admin.ModelAdmin[Image]):
    list_display = (
        "thumbnail",
        "__str__",
        "owner",
        "size",
        "format",
        "status",
        "visibility",
        "quarantined_at",
        "created_at",
        "expires_at",
    )
    list_display_links = ("thumbnail", "__str__")
    list_filter = ("status", "visibility", ("quarantined_at", admin.EmptyFieldListFilter), FormatFilter, "created_at")
    list_select_related = ("owner",)
    list_per_page = 50
    show_full_result_count = False
    search_fields = ("key", "title", "description", "original_name", "owner__username", "owner__email", "sha256")
    search_help_text = gettext_lazy("Key, title, description, file name, owner or SHA-256")
    ordering = ("-id",)
    actions = ("quarantine", "release", "delete_for_good")
    fields = (
        "preview",
        "owner",
        "key",
        "title",
        "description",
        "alt_text",
        "original_name",
        "visibility",
        "status",
        "failure",
        "format",
        "size",
        "width",
        "height",
        "sha256",
        "created_at",
        "expires_at",
        "quarantined_at",
        "trashed_at",
    )
    readonly_fields = fields

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Image | None = None) -> bool:
        return False  # files and quota go with a row, so rows go by the action

    def get_queryset(self, request: HttpRequest) -> QuerySet[Image]:
        return super().get_queryset(request).filter(deleted_at__isnull=True)

    @admin.display(description=gettext_lazy("photo"))
    def thumbnail(self, image: Image) -> str:
        return _picture(image, "thumb", 96)

    @admin.display(description=gettext_lazy("photo"))
    def preview(self, image: Image) -> str:
        return _picture(image, "preview", 640)

    @admin.display(description=gettext_lazy("size"), ordering="size_bytes")
    def size(self, image: Image) -> str:
        return filesizeformat(image.size_bytes)

    @admin.action(description=gettext_lazy("Quarantine: close every door at once"), permissions=["change"])
    def quarantine(self, request: HttpRequest, queryset: ImageQuerySet) -> None:
        images = list(queryset.received().filter(quarantined_at__isnull=True))
        for image in images:
            visibility.quarantine(image)
        self._log(request, images, CHANGE, "Quarantined.")
        text = ngettext("%(count)d photo quarantined.", "%(count)d photos quarantined.", len(images))
        self.message_user(request, text % {"count": len(images)}, messages.SUCCESS)

    @admin.action(description=gettext_lazy("Release from quarantine"), permissions=["change"])
    def release(self, request: HttpRequest, queryset: ImageQuerySet) -> None:
        images = list(queryset.filter(quarantined_at__isnull=False))
        for image in images:
            visibility.release(image)
        self._log(request, images, CHANGE, "Released from quarantine.")
        text = ngettext("%(count)d photo released.", "%(count)d photos released.", len(images))
        self.message_user(request, text % {"count": len(images)}, messages.SUCCESS)

    @admin.action(description=gettext_lazy("Delete for good"), permissions=["change"])
    def delete_for_good(self, request: HttpRequest, queryset: ImageQuerySet) -> None:
        self._log(request, list(queryset), DELETION, "Deleted for good.")
        count = deletion.delete(queryset)
        text = ngettext("%(count)d photo deleted.", "%(count)d photos deleted.", count)
        self.message_user(request, text % {"count": count}, messages.SUCCESS)

    def _log(self, request: HttpRequest, images: list[Image], flag: int, message: str) -> None:
        LogEntry.objects.log_actions(cast("int", request.user.pk), images, flag, message)


@admin.register(PurgeRun)
class PurgeRunAdmin(admin.ModelAdmin[PurgeRun]):
    list_display = ("started_at", "ended_at", "removed", "size", "was_refused", "failures")
    list_filter = ("was_refused", "started_at")
    ordering = ("-id",)
    fields = ("started_at", "ended_at", "removed", "size", "was_refused", "failures")
    readonly_fields = fields

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: PurgeRun | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: PurgeRun | None = None) -> bool:
        return False

    @admin.display(description=gettext_lazy("removed"))
    def removed(self, run: PurgeRun) -> str:
        return ", ".join(f"{kind} {count}" for kind, count in sorted(run.counts.items())) or "–"

    @admin.display(description=gettext_lazy("size"), ordering="size_bytes")
    def size(self, run: PurgeRun) -> str:
        return filesizeformat(run.size_bytes)


def _picture(image: Image, variant: str, width: int) -> str:
    """The picture for a moderator, who sees quarantined photos too."""
    if not image.is_ready:
        return "–"
    name = image.variant_name(variants.BY_NAME[variant])
    url = storage.media().signed_url(name, expires_at=delivery.url_end(timezone.now(), None))
    return format_html('<img src="{}" alt="{}" width="{}" loading="lazy">', url, _("Preview"), width)
