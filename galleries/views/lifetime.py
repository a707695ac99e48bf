"""The end of a gallery with all in it."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _, ngettext
from django.views.decorators.http import require_http_methods, require_POST

from accounts.models import Lifetime
from accounts.requests import AuthenticatedHttpRequest, came_from
from galleries import ending
from galleries.forms import GalleryEndForm
from galleries.models import Gallery
from images.forms import LIFETIME_DATE


@require_http_methods(["GET", "POST"])
def change(request: AuthenticatedHttpRequest, key: str) -> HttpResponse:
    """Sets when the gallery, what is inside of it and their photos end; asks first and says how many photos."""
    gallery = get_object_or_404(Gallery.objects.owned_by(request.user).live().select_related("owner"), key=key)
    shown = {"lifetime": LIFETIME_DATE if gallery.expires_at else Lifetime.MONTH, "expires_on": gallery.expires_at}
    form = GalleryEndForm(request.POST or None, initial=shown)
    context = {"gallery": gallery, "form": form}
    if request.method != "POST" or not form.is_valid():
        return render(request, "galleries/lifetime.html", context, status=422 if form.errors else 200)
    end = form.cleaned_data["expires_at"]
    if request.POST.get("confirm") != "yes":
        context |= {"asks": True, "end": end, "count": ending.changed_images(gallery, end).count()}
        return render(request, "galleries/lifetime.html", context)
    count = ending.set_end(gallery, end)
    text = ngettext(
        "The lifetime of the gallery and of %(count)d photo is changed.",
        "The lifetime of the gallery and of %(count)d photos is changed.",
        count,
    )
    messages.success(request, text % {"count": count})
    return redirect(gallery)


@require_POST
def extend(request: AuthenticatedHttpRequest, key: str) -> HttpResponse:
    """Lets the gallery, and what was to end with it, live longer."""
    gallery = get_object_or_404(Gallery.objects.owned_by(request.user).live().select_related("owner"), key=key)
    if gallery.expires_at is None:
        messages.info(request, _("“%s” has no end.") % gallery)
    else:
        count = ending.extend(gallery)
        text = ngettext(
            "“%(title)s” and %(count)d photo in it live 30 days longer.",
            "“%(title)s” and %(count)d photos in it live 30 days longer.",
            count,
        )
        messages.success(request, text % {"title": gallery, "count": count})
    return redirect(came_from(request, default=gallery.get_absolute_url()))
