"""What templates ask about photos."""

import json
import math
import re
from datetime import date, datetime, timedelta
from typing import Final

from django import template
from django.utils import timezone
from django.utils.formats import date_format, number_format
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import capfirst
from django.utils.translation import gettext as _, gettext_lazy, ngettext

from accounts.models import User
from images import avatars, delivery, plurals, timeline, variants
from images.metadata import Position
from images.models import Image

register = template.Library()

NOTES: Final = {
    "trailing_data": gettext_lazy(
        "The file goes on behind the picture, as one with a short film does. Only your original has the rest."
    ),
    "stray_data": gettext_lazy("The file is slightly damaged: there are bytes in it that belong to nothing."),
    "truncated": gettext_lazy("The file is cut off: a small part at the lower edge may be missing."),
    "unreadable_metadata": gettext_lazy("What the camera wrote about the picture can't be read."),
}

RATIO_STEP: Final = 1.02
ROWS: Final = {
    "": "clamp(5.5rem, 4.25rem + 8vw, 17rem)",
    "compact": "clamp(3.5rem, 2.75rem + 4vw, 9rem)",
}
"""The heights of rows by density, as in grid.css."""


@register.simple_tag
def selected_words() -> str:
    """How many photos are selected, as JSON for the browser: of `all`, or of the `part` that is loaded."""
    words = {
        "all": plurals.forms(lambda count: ngettext("{count} photo selected", "{count} photos selected", count)),
        "part": plurals.forms(
            lambda count: ngettext("{count} loaded photo selected", "{count} loaded photos selected", count)
        ),
    }
    return json.dumps(words, ensure_ascii=False)


@register.simple_tag
def thumb_url(image: Image) -> str:
    """A signed URL of the small picture, "" while there is none."""
    return delivery.variant_url(image, variants.THUMB)


@register.simple_tag
def preview_url(image: Image) -> str:
    """A signed URL of the large picture, "" while there is none."""
    return delivery.variant_url(image, variants.PREVIEW)


@register.simple_tag
def srcset(image: Image, thumb_url: str, preview_url: str) -> str:
    """The small picture and the large one with their widths; "" where one is all there is, and for animations."""
    thumb, preview = image.variant_size(variants.THUMB)[0], image.variant_size(variants.PREVIEW)[0]
    if not preview_url or image.frames > 1 or thumb == preview:
        return ""
    return f"{thumb_url} {thumb}w, {preview_url} {preview}w"


@register.simple_tag
def thumb_sizes(image: Image, density: str = "") -> str:
    """How wide a photo is in the grid: the height of a row (grid.css) by its ratio, and what rows are stretched."""
    ratio = max(0.45, image.width / image.height) if image.width and image.height else 1.5
    return f"min(100vw, {ratio * 1.12:.2f} * {ROWS['compact' if density == 'compact' else '']})"


@register.filter
def day_name(day: date) -> str:
    """Today, yesterday, else the day of the week and the date, with its year unless it is this one."""
    today = timeline.clock().date()
    if day == today:
        return _("Today")
    if day == today - timedelta(days=1):
        return _("Yesterday")
    shown = date_format(day, "MONTH_DAY_FORMAT" if day.year == today.year else "DATE_FORMAT")
    return capfirst(_("%(weekday)s, %(date)s") % {"weekday": date_format(day, "l"), "date": shown})


@register.filter
def month_name(day: date) -> str:
    return capfirst(date_format(day, "YEAR_MONTH_FORMAT"))


@register.simple_tag
def avif_url(image: Image) -> str:
    """A signed URL of the large picture as AVIF, "" while there is none."""
    return delivery.variant_url(image, variants.AVIF_PREVIEW) if image.has_avif else ""


@register.filter
def note(code: str) -> str:
    """What was wrong with the file, as a sentence for its owner."""
    return str(NOTES.get(code, code))


@register.simple_tag
def avatar_url(user: User) -> str:
    """A signed URL of a person's picture, "" when there is none."""
    return avatars.url(user)


@register.filter
def ratio_class(image: Image) -> str:
    """The aspect ratio in hundredths as a CSS class, one of those in grid.css: r149 is the one for 3:2."""
    ratio = image.width / image.height if image.width and image.height else 1.5
    step = round(math.log(min(3.5, max(0.3, ratio)), RATIO_STEP))
    return f"r{round(100 * RATIO_STEP**step)}"


@register.filter
def time_left(moment: datetime | None) -> str:
    """What is left until `moment`, rounded to its largest unit; "" for None."""
    if moment is None:
        return ""
    minutes = max(0, round((moment - timezone.now()) / timedelta(minutes=1)))
    if minutes >= 2 * 24 * 60:
        days = round(minutes / (24 * 60))
        return ngettext("%(count)d day left", "%(count)d days left", days) % {"count": days}
    if minutes >= 2 * 60:
        hours = round(minutes / 60)
        return ngettext("%(count)d hour left", "%(count)d hours left", hours) % {"count": hours}
    return ngettext("%(count)d minute left", "%(count)d minutes left", minutes) % {"count": minutes}


@register.filter
def words_apart(text: str) -> SafeString:
    """Puts what isn't a number into elements of its own, so that a badge without room for all shows the number."""
    apart = re.sub(r"\D+", lambda words: format_html('<span class="badge__words">{}</span>', words[0]), text)
    return mark_safe(apart)  # noqa: S308


@register.filter
def exposure_time(seconds: float) -> str:
    """A fraction when it is short, as cameras show it: 1/250 s, 0.5 s, 30 s."""
    if seconds < 0.3:
        return _("1/%(part)s s") % {"part": number_format(round(1 / seconds))}
    return _("%(seconds)s s") % {"seconds": number_format(f"{round(seconds, 1):g}")}


@register.filter
def camera_time(taken_at: str) -> str:
    """ISO 8601 as people read it: what the camera's clock said, and its zone if the camera knew it."""
    moment = datetime.fromisoformat(taken_at)
    shown = date_format(moment.replace(tzinfo=None), "DATETIME_FORMAT")
    if moment.tzinfo is None:
        return shown
    return _("%(time)s (UTC%(offset)s)") % {"time": shown, "offset": taken_at[-6:]}


@register.filter
def coordinates(position: Position) -> str:
    """Decimal degrees with the letters of the hemispheres, which stay on their line: 52.51667° N, 13.40000° E."""
    latitude, longitude = (number_format(abs(degrees), 5) for degrees in position)
    north_or_south = _("%(degrees)s° N") if position.latitude >= 0 else _("%(degrees)s° S")
    east_or_west = _("%(degrees)s° E") if position.longitude >= 0 else _("%(degrees)s° W")
    return f"{north_or_south % {'degrees': latitude}}, {east_or_west % {'degrees': longitude}}"


@register.filter
def map_url(position: Position) -> str:
    """A page of OpenStreetMap with a mark there."""
    latitude, longitude = (f"{degrees:.5f}" for degrees in position)
    return f"https://www.openstreetmap.org/?mlat={latitude}&mlon={longitude}#map=15/{latitude}/{longitude}"
