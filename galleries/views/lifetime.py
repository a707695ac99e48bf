"""The end of a gallery with all in it."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from accounts.models import Lifetime
from accounts.requests import AuthenticatedHttpRequest
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
        return render(request, "galleries/lifetime.html", context)
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
