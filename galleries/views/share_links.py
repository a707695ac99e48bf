"""What its owner does with share links: make, change, extend, revoke."""

import segno
from django.contrib import messages
from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _, ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.http import HttpResponseClientRefresh

from accounts.requests import AuthenticatedHttpRequest, came_from
from galleries import guests, sharing
from galleries.forms import ShareLinkForm
from galleries.models import Gallery, ShareLink
from images import paging
from images.models import Image


@require_POST
def share_gallery(request: AuthenticatedHttpRequest, key: str) -> HttpResponse:
    gallery = get_object_or_404(Gallery.objects.owned_by(request.user).live(), key=key)
    return _made(sharing.make(request.user, gallery=gallery, expires_at=sharing.default_end()))


@require_POST
def share_selection(request: AuthenticatedHttpRequest) -> HttpResponse:
    """Makes a link to the selected photos, in the order in which their keys were sent.

    Without any the page is an old one: htmx loads it again, with the message.
    """
    keys = list(dict.fromkeys(request.POST.getlist("keys")))
    own = Image.objects.owned_by(request.user).live().received().in_bulk(keys, field_name="key")
    if not own:
        gone = _("The selected photos are no longer there.")
        messages.info(request, gone if keys else _("Select some photos first."))
        if request.htmx:  # type: ignore[attr-defined]
            return HttpResponseClientRefresh()
        return redirect(came_from(request, default=reverse("images:library")))
    images = [own[key] for key in keys if key in own]
    return _made(sharing.make(request.user, images=images, expires_at=sharing.default_end()))


@require_safe
def share_links(request: AuthenticatedHttpRequest) -> HttpResponse:
    """Every link of this person, newest first."""
    links = ShareLink.objects.owned_by(request.user).select_related("gallery")
    links = guests.with_waiting(links.annotate(photo_count=Count("items")))
    page = paging.newest(links, request.GET)
    context = {
        "links": [(link, request.build_absolute_uri(link.get_absolute_url())) for link in page.items],
        **page.urls(request),
        "any_open": ShareLink.objects.owned_by(request.user).live().exists(),
    }
    return render(request, "galleries/share_links.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def share_link(request: AuthenticatedHttpRequest, number: int) -> HttpResponse:
    """The link to copy and show, and the form that changes it."""
    link = _own(request, number)
    data = request.POST if request.method == "POST" and link.revoked_at is None else None
    form = ShareLinkForm(data, instance=link, auto_id="link-%s")  # it stands over pages with a form of their own
    if form.is_valid():
        form.save()
        messages.success(request, _("Saved."))
        return redirect("galleries:share_link", number)
    url = request.build_absolute_uri(link.get_absolute_url())
    context = {
        "link": link,
        "url": url,
        "qr_code": _qr_code(url),
        "form": form,
        "photo_count": link.items.count(),
        "is_new": "new" in request.GET,
    }
    return render(request, "galleries/share_link.html", context, status=422 if form.errors else 200)


@require_POST
def extend(request: AuthenticatedHttpRequest, number: int) -> HttpResponse:
    link = _own(request, number)
    sharing.extend(link)
    if link.is_live:
        messages.success(request, _("“%s” stays open for longer.") % link)
    else:
        messages.error(request, _("“%s” can't be extended: it is revoked, or its gallery has ended.") % link)
    return _back(request)


@require_POST
def revoke(request: AuthenticatedHttpRequest, number: int) -> HttpResponse:
    link = _own(request, number)
    sharing.revoke(ShareLink.objects.filter(pk=link.pk))
    messages.success(request, _("“%s” is revoked. Nobody gets in with it any more.") % link)
    return _back(request)


@require_http_methods(["GET", "HEAD", "POST"])
def revoke_all(request: AuthenticatedHttpRequest) -> HttpResponse:
    """Asks first; revokes when the answer is yes."""
    links = ShareLink.objects.owned_by(request.user).live()
    if request.method != "POST":
        return render(request, "galleries/share_links_revoke.html", {"count": links.count()})
    count = sharing.revoke(links)
    messages.success(request, ngettext("%(count)d link revoked.", "%(count)d links revoked.", count) % {"count": count})
    return redirect("galleries:share_links")


def _own(request: AuthenticatedHttpRequest, number: int) -> ShareLink:
    return get_object_or_404(ShareLink.objects.owned_by(request.user).select_related("gallery"), pk=number)


def _made(link: ShareLink) -> HttpResponse:
    return redirect(f"{reverse('galleries:share_link', args=[link.pk])}?new=1")


def _back(request: AuthenticatedHttpRequest) -> HttpResponse:
    return redirect(came_from(request, default=reverse("galleries:share_links")))


def _qr_code(url: str) -> SafeString:
    """Inline SVG, dark on light in every colour scheme because that is what cameras read, with its quiet zone."""
    drawing = segno.make_qr(url, error="m").svg_inline(light="#fff", omitsize=True, svgclass="qr", lineclass=None)
    return mark_safe(drawing)  # noqa: S308  # paths and numbers
