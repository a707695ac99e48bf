"""What templates ask about photos."""

from datetime import datetime

from django import template
from django.utils import timezone
from django.utils.translation import ngettext

from accounts.models import User
from images import avatars, delivery, variants
from images.models import Image

register = template.Library()


@register.simple_tag
def thumb_url(image: Image) -> str:
    """A signed URL of the small picture, "" while there is none."""
    return delivery.variant_url(image, variants.THUMB)


@register.simple_tag
def preview_url(image: Image) -> str:
    """A signed URL of the large picture, "" while there is none."""
    return delivery.variant_url(image, variants.PREVIEW)


@register.simple_tag
def avatar_url(user: User) -> str:
    """A signed URL of a person's picture, "" when there is none."""
    return avatars.url(user)


@register.filter
def ratio_class(image: Image) -> str:
    """The aspect ratio as a CSS class, in steps of 5 % from r30 to r350 (r150 is 3:2)."""
    ratio = image.width / image.height if image.width and image.height else 1.5
    return f"r{min(350, max(30, 5 * round(ratio * 20)))}"


@register.filter
def time_left(moment: datetime | None) -> str:
    """What is left until `moment`, in its largest unit; "" for None."""
    if moment is None:
        return ""
    minutes = max(0, int((moment - timezone.now()).total_seconds() // 60))
    if minutes >= 2 * 24 * 60:
        days = minutes // (24 * 60)
        return ngettext("%(count)d day left", "%(count)d days left", days) % {"count": days}
    if minutes >= 2 * 60:
        hours = minutes // 60
        return ngettext("%(count)d hour left", "%(count)d hours left", hours) % {"count": hours}
    return ngettext("%(count)d minute left", "%(count)d minutes left", minutes) % {"count": minutes}
