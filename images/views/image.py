"""One photo: its page, and what its owner does to it."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import Visibility
from accounts.requests import AuthenticatedHttpRequest, came_from
from images import delivery, derivatives, paging, variants, visibility
from images.forms import ImageForm
from images.models import Image, ImageQuerySet, Status
from images.rendering import Unreadable
from images.views import trash


@login_not_required
@require_safe
def photo(request: HttpRequest, key: str) -> HttpResponse:
    image = Image.objects.visible_to(request.user).select_related("owner").named(key)
    if image is None:
        raise Http404
    is_owner = image.owner == request.user
    previous, following = _neighbours(image, is_owner=is_owner)
    variant = delivery.size_of(request.GET)
    shared = image.visibility != Visibility.PRIVATE and image.is_ready and image.quarantined_at is None
    context = {
        "image": image,
        "is_owner": is_owner,
        "galleries": image.galleries.visible_to(request.user),
        "links": delivery.links(request, image, variant) if shared else [],
        "link_size": variant,
        "sizes": variants.LINKED,
        "preview_url": delivery.variant_url(image, variants.PREVIEW),
        "full_url": image.direct_url if shared else reverse("images:full", args=[image.key]),
        "has_trash": settings.TRASH_DAYS > 0,
        "previous": previous,
        "next": following,
        "meta": _meta(request, image) if shared else None,
        "add_form_galleries": request.user.galleries.live().order_by("title") if request.user.is_authenticated else (),
    }
    return render(request, "images/photo.html", context)


@require_http_methods(["GET", "POST"])
def edit(request: AuthenticatedHttpRequest, key: str) -> HttpResponse:
    image = get_object_or_404(Image.objects.owned_by(request.user).live(), key=key)
    before, end = image.visibility, image.expires_at
    form = ImageForm(request.POST or None, instance=image)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        image.visibility = before
        words = image.describe(**{name: data[name] for name in ("title", "description", "alt_text")})
        image.save(update_fields=[*words, *image.show_position(data["position"])])
        if data["expires_at"] != end:
            visibility.set_end(image, data["expires_at"])
        if data["visibility"] != before:
            visibility.change(image, data["visibility"])
        messages.success(request, _("Saved."))
        return redirect(image)
    return render(request, "images/edit.html", {"image": image, "form": form}, status=422 if form.errors else 200)


@require_POST
def extend(request: AuthenticatedHttpRequest, key: str) -> HttpResponse:
    images = Image.objects.owned_by(request.user).live().filter(key=key)
    image = get_object_or_404(images)
    images.extend()
    messages.success(request, _("The photo lives 30 days longer."))
    return redirect(came_from(request, default=image.get_absolute_url()))


@require_http_methods(["GET", "POST"])
def delete(request: AuthenticatedHttpRequest, key: str) -> HttpResponse:
    """Moves the photo to the trash; asks first on GET, and before it goes for good.

    `next` is where to go on from there: the photo itself has no page any more.
    """
    images = Image.objects.owned_by(request.user).live().filter(key=key)
    image = get_object_or_404(images)
    for_good = trash.is_for_good(request)
    if request.method != "POST" or (for_good and request.POST.get("confirm") != "yes"):
        return trash.ask(request, images, for_good=for_good, back=image.get_absolute_url())
    trash.put(request, images)
    return redirect(came_from(request, default=reverse("images:library")))


@login_not_required
@require_safe
def download(request: HttpRequest, key: str) -> HttpResponse:
    """The original for its owner; the full-size picture without metadata for others."""
    image = get_object_or_404(Image.objects.visible_to(request.user).received(), key=key, quarantined_at__isnull=True)
    if image.owner == request.user:
        return redirect(delivery.original_url(image))
    if not image.is_ready:
        raise Http404
    return redirect(f"{image.direct_url}?download=1")


@login_not_required
@require_safe
def full(request: HttpRequest, key: str) -> HttpResponse:
    """The full-size picture without metadata, to be looked at closely by those who may see the page."""
    image = get_object_or_404(Image.objects.visible_to(request.user), key=key, status=Status.READY)
    try:
        derivatives.ensure(image, variants.FULL)
    except (Unreadable, FileNotFoundError) as error:
        raise Http404 from error
    if url := delivery.variant_url(image, variants.FULL):
        return redirect(url)
    raise Http404


def _neighbours(image: Image, *, is_owner: bool) -> tuple[Image | None, Image | None]:
    """The newer and the older photo in the list that the viewer most likely came from."""
    around: ImageQuerySet = Image.objects.owned_by(image.owner)
    if is_owner:
        return paging.beside(around.live().received(), image, "-shown_at")
    if image.visibility == Visibility.PUBLIC:
        return paging.beside(around.listed(), image, "-pk")
    return None, None


def _meta(request: HttpRequest, image: Image) -> dict[str, Any]:
    """What link previews in chats and other sites read."""
    return {
        "title": image.name,
        "description": image.description[:200],
        "image_url": request.build_absolute_uri(image.direct_url),
        "image_alt": image.alt,
        "width": image.width,
        "height": image.height,
        "url": request.build_absolute_uri(image.get_absolute_url()),
        "listed": image.visibility == Visibility.PUBLIC,
        "oembed_url": delivery.oembed_url(request, image.get_absolute_url()),
    }
