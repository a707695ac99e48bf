"""Downloads of many photos as one ZIP file."""

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.requests import AuthenticatedHttpRequest, came_from
from galleries import archives, sharing
from galleries.archives import Entry
from galleries.models import Downloads, Gallery, GalleryItem, ShareLink
from galleries.views.shared import by_link, own_page
from images.models import Image, ImageQuerySet, Status


@login_not_required
@require_safe
def gallery(request: HttpRequest, key: str) -> HttpResponseBase:
    """A gallery and what is in it: the originals for its owner, full-size pictures without metadata for others."""
    found = get_object_or_404(Gallery.objects.visible_to(request.user).select_related("owner"), key=key)
    is_owner = found.owner == request.user
    inside = Gallery.objects.visible_to(request.user).within(found)
    if not is_owner:
        inside = inside.beside(found)
    images = Image.objects.visible_to(request.user)
    images = images.received() if is_owner else images.filter(status=Status.READY)
    items = GalleryItem.objects.filter(gallery__in=inside, image__in=_open(images), waits=False)
    columns = [f"image__{name}" for name in archives.COLUMNS]
    entries = archives.tree(found, inside, items.order_by("pk").select_related("image").only("gallery_id", *columns))
    return archives.response(request, entries, title=found.title, originals=is_owner)


@require_POST
def selection(request: AuthenticatedHttpRequest) -> HttpResponseBase:
    """The originals of the selected photos."""
    images = Image.objects.owned_by(request.user).live().received()
    chosen = _open(images).filter(key__in=request.POST.getlist("keys")).order_by("pk").only(*archives.COLUMNS)
    if not chosen:
        messages.info(request, _("Select some photos first."))
        return redirect(came_from(request, default=reverse("images:library")))
    return archives.response(request, map(Entry, chosen), title=_("Photos"), originals=True)


@csrf_exempt  # the page sends no referrer, so its forms come as of the origin "null"; nothing but a count changes
@require_http_methods(["GET", "HEAD", "POST"])
@by_link
def shared(request: HttpRequest, link: ShareLink) -> HttpResponseBase:
    """What a share link shows, or of that the photos whose keys are sent: as the link allows, the originals or
    full-size pictures without metadata.
    """
    entries = _entries(link) if sharing.may_download(link) else []
    if not entries:
        raise Http404
    if request.method == "POST":
        keys = set(request.POST.getlist("keys"))
        once = {entry.image.key: Entry(entry.image) for entry in entries if entry.image.key in keys}
        entries = list(once.values())
        if not entries:
            return redirect(own_page(link, request.POST.get("next", "")))
    if request.method != "HEAD" and "Range" not in request.headers:  # one that goes on is counted already
        sharing.note_download(link, request.user, len(entries))
    title = link.gallery.title if link.gallery else link.name or _("Selected photos")
    return archives.response(request, entries, title=title, originals=link.downloads == Downloads.ORIGINALS)


def _entries(link: ShareLink) -> list[Entry]:
    columns = [f"image__{name}" for name in archives.COLUMNS]
    if link.gallery is None:
        picked = sharing.selected(link).filter(image__status=Status.READY).order_by("position")
        return [Entry(item.image) for item in picked.only("link_id", *columns)]
    inside = sharing.galleries(link)
    items = sharing.entries(link, inside).filter(image__status=Status.READY).order_by("pk")
    return archives.tree(link.gallery, inside, items.select_related("image").only("gallery_id", *columns))


def _open(images: ImageQuerySet) -> ImageQuerySet:
    return images.filter(quarantined_at__isnull=True)
