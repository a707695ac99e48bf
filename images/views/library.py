"""The owner's photos, and what is done to several at once."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _, ngettext
from django.views.decorators.http import require_POST, require_safe

from accounts import quotas
from accounts.models import User
from accounts.requests import AuthenticatedHttpRequest, came_from
from images import delivery, paging, timeline, variants, visibility
from images.forms import BulkForm
from images.models import Image, ImageQuerySet
from images.views import trash


@require_safe
def library(request: AuthenticatedHttpRequest) -> HttpResponse:
    photos = Image.objects.owned_by(request.user).live().received()
    page = paging.latest(photos, request.GET)
    context = {
        "photos": page.items,
        "by_day": timeline.days(page.items),
        **page.urls(request),
        "galleries": request.user.galleries.live().order_by("title"),
        "bulk_form": BulkForm(),
        "has_trash": _has_trash(request.user),
        "usage": quotas.usage(request.user),
    }
    return render(request, "images/library.html", context)


@require_safe
def months(request: AuthenticatedHttpRequest) -> HttpResponse:
    """Every month that has photos, to go there; the rail beside the library is made of it."""
    photos = Image.objects.owned_by(request.user).live().received()
    return render(request, "images/months.html", {"months": timeline.months(photos)})


@require_POST
def bulk_change(request: AuthenticatedHttpRequest) -> HttpResponse:
    """Sets visibility and lifetime of the selected photos; what the form leaves empty stays."""
    form = BulkForm(request.POST)
    keys = list(_selected(request).values_list("pk", flat=True))
    if not form.is_valid():
        for errors in form.errors.values():
            messages.error(request, " ".join(map(str, errors)))
    elif not keys:
        messages.info(request, _("Select some photos first."))
    elif not (form.cleaned_data["lifetime"] or form.cleaned_data["visibility"]):
        messages.info(request, _("Choose what to change first."))
    else:
        if form.cleaned_data["lifetime"]:
            visibility.set_ends(keys, form.cleaned_data["expires_at"])
        if form.cleaned_data["visibility"]:
            visibility.change_all(keys, form.cleaned_data["visibility"])
        text = ngettext("%(count)d photo changed.", "%(count)d photos changed.", len(keys))
        messages.success(request, text % {"count": len(keys)})
    return _back(request)


@require_POST
def bulk_extend(request: AuthenticatedHttpRequest) -> HttpResponse:
    """Lets the selected photos live longer; those that never end stay as they are."""
    count = _selected(request).extend()
    text = ngettext("%(count)d photo lives 30 days longer.", "%(count)d photos live 30 days longer.", count)
    if count:
        messages.success(request, text % {"count": count})
    else:
        messages.info(request, _("None of the selected photos has an end."))
    return _back(request)


@require_POST
def bulk_delete(request: AuthenticatedHttpRequest) -> HttpResponse:
    """Moves the selected photos to the trash; asks before they go for good."""
    images = _selected(request)
    if not images.exists():
        messages.info(request, _("Select some photos first."))
    elif trash.is_for_good(request) and request.POST.get("confirm") != "yes":
        return trash.ask(request, images, for_good=True, back=_page(request))
    else:
        trash.put(request, images)
    return _back(request)


@require_POST
def codes(request: AuthenticatedHttpRequest) -> HttpResponse:
    """Links and embed codes of several photos at once."""
    chosen = _selected(request)
    if not chosen:
        messages.info(request, _("Select some photos first."))
        return _back(request)
    shared = chosen.shared().order_by("-pk")
    context = {
        "keys": [image.key for image in chosen],
        "private_count": len(chosen) - len(shared),
        "links": delivery.links_of_all(request, shared, delivery.size_of(request.GET)),
        "link_size": delivery.size_of(request.GET),
        "sizes": variants.LINKED,
        "back": _page(request),
    }
    return render(request, "images/codes.html", context)


def _has_trash(user: User) -> bool:
    """Asks in the order of the trash's index: without an order SQLite reads all photos of the person."""
    return Image.objects.owned_by(user).trashed().order_by("-pk").values("pk").first() is not None


def _selected(request: AuthenticatedHttpRequest) -> ImageQuerySet:
    return Image.objects.owned_by(request.user).live().filter(key__in=request.POST.getlist("keys"))


def _page(request: AuthenticatedHttpRequest) -> str:
    return came_from(request, default=reverse("images:library"))


def _back(request: AuthenticatedHttpRequest) -> HttpResponse:
    return redirect(_page(request))
