"""What bad input gets: a code, an HTTP status and a sentence that names the limit. Pure."""

from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _, ngettext


class UploadRefused(Exception):
    """An upload that is not accepted. Nothing of it is kept."""

    def __init__(self, code: str, message: str, *, status: int, limit: int | None = None) -> None:
        super().__init__(code, message)
        self.code = code
        self.message = message
        self.status = status
        self.limit = limit


def method_not_allowed() -> UploadRefused:
    return UploadRefused("method_not_allowed", _("Method not allowed"), status=405)


def too_large(limit_bytes: int) -> UploadRefused:
    return UploadRefused(
        "file_too_large",
        _("File is too large. The limit is %(limit)s.") % {"limit": filesizeformat(limit_bytes)},
        status=413,
        limit=limit_bytes,
    )


def request_too_large(limit_bytes: int) -> UploadRefused:
    return UploadRefused(
        "request_too_large",
        _("The upload is too large as a whole. The limit is %(limit)s; send fewer files at a time.")
        % {"limit": filesizeformat(limit_bytes)},
        status=413,
        limit=limit_bytes,
    )


def too_many_files(limit: int) -> UploadRefused:
    return UploadRefused(
        "too_many_files",
        ngettext("At most %(limit)d file at a time.", "At most %(limit)d files at a time.", limit) % {"limit": limit},
        status=413,
        limit=limit,
    )


def empty() -> UploadRefused:
    return UploadRefused("empty", _("The file is empty."), status=422)


def incomplete(length_bytes: int) -> UploadRefused:
    return UploadRefused(
        "incomplete",
        _("The file is incomplete: %(limit)s were announced.") % {"limit": filesizeformat(length_bytes)},
        status=400,
        limit=length_bytes,
    )


def unsupported(format_name: str) -> UploadRefused:
    return UploadRefused(
        "unsupported_format",
        _("Image format %(format)s is not supported.") % {"format": format_name},
        status=415,
    )


def unreadable(code: str, message: str, limit: int | None = None) -> UploadRefused:
    """`code` as in rendering.Unreadable."""
    if code == "too_many_pixels":
        message = _("The picture has too many pixels. The limit is %(limit)d megapixels, all frames together.") % {
            "limit": (limit or 0) // 1_000_000
        }
    elif code == "too_long":
        message = _("A side of the picture is too long. The limit is %(limit)d pixels.") % {"limit": limit or 0}
    elif code == "too_many_frames":
        message = _("The picture has too many frames. The limit is %(limit)d.") % {"limit": limit or 0}
    else:
        message = _("Invalid or corrupted image file.")
    return UploadRefused(code, message, status=413 if limit else 422, limit=limit)


def no_room(code: str, limit: int) -> UploadRefused:
    """`code` as in quotas.QuotaExceeded."""
    if code == "too_many_images":
        message = _("You have reached your limit of %(limit)d photos. Delete some first.") % {"limit": limit}
    else:
        message = _("Your storage of %(limit)s is full. Delete some photos first.") % {"limit": filesizeformat(limit)}
    return UploadRefused(code, message, status=413, limit=limit)


def disk_full() -> UploadRefused:
    return UploadRefused("disk_full", _("The server's disk is full. Tell whoever runs it."), status=507)
