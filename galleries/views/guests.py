"""What people without an account bring through a share link: by the queue (tus), by the plain form, and back again."""

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from accounts import tokens
from accounts.tokens import Unauthorised
from galleries import guests, sharing
from galleries.models import GuestUpload, ShareLink
from galleries.views.shared import by_link, render_page
from images import api
from images.models import Upload
from images.refusals import UploadRefused
from images.views import tus


@tus.endpoint("POST")
def resumable(request: HttpRequest, token: str) -> HttpResponse:
    """The door of a share link for resumable uploads. `name_of_guest` in Upload-Metadata is for the owner."""
    link = _open(request, token)
    guests.count_request(link, request)
    added_by = guests.remember_name(request, tus.metadata(request).get("name_of_guest", ""))
    try:
        return tus.created_by_guest(
            request,
            owner=link.owner,
            options=guests.options(link),
            place=guests.place(link, guest=guests.secret(request), added_by=added_by),
            address=lambda upload: reverse("galleries:tus_guest_upload", args=[token, upload.key]),
        )
    except UploadRefused as refusal:
        raise guests.refused(link, refusal) from refusal


@tus.endpoint("HEAD", "PATCH", "DELETE")
def resource(request: HttpRequest, token: str, key: str) -> HttpResponse:
    """One upload, for the browser that began it while the link is open."""
    link = _open(request, token)
    own = _own(request, link).filter(upload_key=key)
    _upload, response = tus.answered(request, Upload.objects.filter(key__in=own.values("upload_key")), key)
    return response


@csrf_exempt  # the body's size comes before its parsing, and so before the token
@require_POST
@by_link
def add(request: HttpRequest, link: ShareLink) -> HttpResponse:
    """The form sent without JavaScript: the page again, with what became of each file."""
    if not guests.may_add(link):
        raise Http404
    try:
        api.check_body(request)
        tokens.check_csrf(request)
        for _file in range(sum(len(files) for _name, files in request.FILES.lists())):
            guests.count_request(link, request)
        guest = guests.secret(request)
        added_by = guests.remember_name(request, request.POST.get("name_of_guest", ""))
        place = guests.place(link, guest=guest, added_by=added_by)
        outcomes = api.receive_all(request, owner=link.owner, options=guests.options(link), place=place)
    except UploadRefused as refusal:
        message = _("Choose at least one photo.") if refusal.code == "no_file" else refusal.message
        return render_page(request, link, problem=message, status=refusal.status)
    except Unauthorised:
        return render_page(request, link, problem=_("Send the photos once more."), status=403)
    for outcome in outcomes:
        if outcome.image is not None and not outcome.duplicate:
            guests.mark_new(link, guest, outcome.image)
    refused = [
        (outcome.name, guests.refused(link, outcome.refusal)) for outcome in outcomes if outcome.refusal is not None
    ]
    if not refused:
        return redirect(link)
    status = refused[0][1].status if len(refused) == len(outcomes) else 200
    return render_page(request, link, refused=refused, status=status)


@require_POST
@by_link
def undo(request: HttpRequest, link: ShareLink, key: str) -> HttpResponse:
    """Takes back a photo that this browser has sent."""
    guests.take_back(get_object_or_404(_own(request, link).select_related("item"), upload_key=key))
    return redirect(link)


def _open(request: HttpRequest, token: str) -> ShareLink:
    """The link, if guests may add through it and the request comes from its own page."""
    tokens.check_csrf(request)
    try:
        link = sharing.resolve(token, request)
    except sharing.Locked as locked:
        message = _("Reload the page and give the password again.")
        raise UploadRefused("locked", message, status=403) from locked
    except sharing.NoSuchLink as error:
        raise _closed() from error
    if not guests.may_add(link):
        raise _closed()
    return link


def _closed() -> UploadRefused:
    return UploadRefused("not_found", _("This link takes no photos, or no more."), status=404)


def _own(request: HttpRequest, link: ShareLink) -> QuerySet[GuestUpload]:
    return GuestUpload.objects.filter(link=link, guest=guests.secret(request))
