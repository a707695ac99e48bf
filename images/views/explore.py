"""What everyone may see: public photos, of all people or of one."""

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
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
    context = {"photos": page.items, **page.urls(request), "query": query}
    return render(request, "images/explore.html", context)


@login_not_required
@require_safe
def user(request: HttpRequest, username: str) -> HttpResponse:
    person = get_object_or_404(User, username__iexact=username, is_active=True)
    page = paging.newest(Image.objects.listed().owned_by(person), request.GET)
    context: dict[str, Any] = {"person": person, "photos": page.items, **page.urls(request)}
    if person == request.user:
        context |= {"own_galleries": person.galleries.live().order_by("title"), "bulk_form": BulkForm()}
    return render(request, "images/user.html", context)
