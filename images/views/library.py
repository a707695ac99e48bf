"""The owner's photos, and what is done to several at once."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _, ngettext
from django.views.decorators.http import require_POST, require_safe

from accounts import quotas
from accounts.requests import AuthenticatedHttpRequest
from images import delivery, paging, variants, visibility
from images.forms import BulkForm
from images.models import Image
from images.views import trash


@require_safe
def library(request: AuthenticatedHttpRequest) -> HttpResponse:
    photos = Image.objects.owned_by(request.user).live().received()
    page = paging.newest(photos, request.GET.get("before"))
    context = {
        "photos": page.items,
        "next_url": page.next_url(request),
        "galleries": request.user.galleries.live().order_by("title"),
        "bulk_form": BulkForm(),
        "has_trash": Image.objects.owned_by(request.user).trashed().exists(),
        "usage": quotas.usage(request.user),
    }
    return render(request, "images/library.html", context)


@require_POST
def bulk_change(request: AuthenticatedHttpRequest) -> HttpResponse:
    images = Image.objects.owned_by(request.user).live().filter(key__in=request.POST.getlist("keys"))
    form = BulkForm(request.POST)
    if not form.is_valid():
        for errors in form.errors.values():
            messages.error(request, " ".join(map(str, errors)))
        return redirect("images:library")
    selected = list(images)
    for image in selected:
        if form.cleaned_data["lifetime"]:
            visibility.set_end(image, form.cleaned_data["expires_at"])
        if form.cleaned_data["visibility"]:
            visibility.change(image, form.cleaned_data["visibility"])
    count = len(selected)
    messages.success(
        request, ngettext("%(count)d photo changed.", "%(count)d photos changed.", count) % {"count": count}
    )
    return redirect("images:library")


@require_POST
def bulk_extend(request: AuthenticatedHttpRequest) -> HttpResponse:
    """Lets the selected photos live longer; those that never end stay as they are."""
    count = Image.objects.owned_by(request.user).live().filter(key__in=request.POST.getlist("keys")).extend()
    text = ngettext("%(count)d photo lives 30 days longer.", "%(count)d photos live 30 days longer.", count)
    messages.success(request, text % {"count": count})
    return redirect("images:library")


@require_POST
def bulk_delete(request: AuthenticatedHttpRequest) -> HttpResponse:
    """Moves the selected photos to the trash; asks before they go for good."""
    images = Image.objects.owned_by(request.user).live().filter(key__in=request.POST.getlist("keys"))
    if not images.exists():
        messages.info(request, _("Select some photos first."))
        return redirect("images:library")
    if trash.is_for_good(request) and request.POST.get("confirm") != "yes":
        return trash.ask(request, images, for_good=True, back=reverse("images:library"))
    trash.put(request, images)
    return redirect("images:library")


@require_POST
def codes(request: AuthenticatedHttpRequest) -> HttpResponse:
    """Links and embed codes of several photos at once."""
    chosen = Image.objects.owned_by(request.user).live().filter(key__in=request.POST.getlist("keys"))
    if not chosen:
        messages.info(request, _("Select some photos first."))
        return redirect("images:library")
    shared = chosen.shared().order_by("-pk")
    context = {
        "keys": [image.key for image in chosen],
        "private_count": len(chosen) - len(shared),
        "links": delivery.links_of_all(request, shared, delivery.size_of(request.GET)),
        "size": delivery.size_of(request.GET),
        "sizes": variants.LINKED,
    }
    return render(request, "images/codes.html", context)
