"""What the page of sessions says."""

from django import template
from django.utils.translation import gettext as _
from ua_parser import parse

register = template.Library()


@register.filter
def browser_name(user_agent: str) -> str:
    """The browser and the system that a User-Agent header names, as in "Firefox on Windows".

    Scripts and tools often name no system: then the program alone. A header that names nothing known is returned as
    it is, for then it is all that there is to recognise a session by.
    """
    known = parse(user_agent)
    if known.user_agent is None:
        return user_agent
    if known.os is None:
        return known.user_agent.family
    return _("%(browser)s on %(system)s") % {"browser": known.user_agent.family, "system": known.os.family}
