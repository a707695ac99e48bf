"""What everyone may see: public photos, of all people or of one."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from accounts.models import User
from images import paging
from images.forms import BulkForm
from images.models import Image


@login_not_required
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Visitors explore; signed-in people land in their library unless they search."""
    if request.user.is_authenticated and not request.GET:
        return redirect("images:library")
    return explore(request)


@login_not_required
@require_safe
def explore(request: HttpRequest) -> HttpResponse:
    query = request.GET.get("q", "").strip()[:200]
    photos = Image.objects.listed().matching(query).select_related("owner")
    page = paging.newest(photos, request.GET)
    canonical = "" if query else _canonical_url(request, reverse("images:explore"))
    context = {"photos": page.items, **page.urls(request), "query": query, "canonical_url": canonical}
    return render(request, "images/explore.html", context)


@login_not_required
@require_safe
def user(request: HttpRequest, username: str) -> HttpResponse:
    person = get_object_or_404(User, username__iexact=username, is_active=True)
    page = paging.newest(Image.objects.listed().owned_by(person), request.GET)
    canonical = _canonical_url(request, person.get_absolute_url())
    context = {"person": person, "photos": page.items, **page.urls(request), "canonical_url": canonical}
    if person == request.user:
        context |= {"own_galleries": person.galleries.live().order_by("title"), "bulk_form": BulkForm()}
    return render(request, "images/user.html", context)


def _canonical_url(request: HttpRequest, path: str) -> str:
    """Where search engines find the list; "" for a page in the midst of it, which isn't to be listed."""
    return request.build_absolute_uri(path) if paging.is_start(request.GET) else ""
