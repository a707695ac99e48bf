"""The root endpoints of the "Image Hosting Server": POST /upload, GET /images-list, DELETE /delete/<id>.

Shapes are promised in docs/api.md; scripts written for that server keep working.
"""

import logging
from collections.abc import Callable
from contextlib import suppress
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeAlias

from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt

from accounts import tokens
from accounts.models import Scope, Visibility
from accounts.requests import tell_unsaved
from accounts.tokens import Unauthorised
from galleries.forms import NO_SUCH_GALLERY, ApiUploadForm
from galleries.views import upload as upload_page
from images import api, deletion, delivery, variants
from images.api import Outcome
from images.models import Image
from images.refusals import UploadRefused

logger = logging.getLogger(__name__)
P = ParamSpec("P")
View: TypeAlias = Callable[Concatenate[HttpRequest, P], HttpResponse]

PER_PAGE = 10


def error(message: str, *, status: int, **more: Any) -> JsonResponse:
    return JsonResponse({"status": "error", "message": message, **more}, status=status)


def endpoint(*methods: str) -> Callable[[View[P]], View[P]]:
    """A door for scripts: JSON for wrong methods, credentials and refusals; it authenticates by itself.

    csrf_exempt because `tokens.caller` checks the CSRF token itself whenever the session is the credential.
    """

    def decorate(view: View[P]) -> View[P]:
        @csrf_exempt
        @login_not_required
        @wraps(view)
        def door(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            if request.method not in methods:
                response = error("Method not allowed", status=405)
                response.headers["Allow"] = ", ".join(methods)
                return response
            try:
                return view(request, *args, **kwargs)
            except Unauthorised as refusal:
                response = error(str(refusal), status=401)
                response.headers["WWW-Authenticate"] = "Bearer"
                return response
            except UploadRefused as refusal:
                return _refused(refusal)

        return door

    return decorate


@endpoint("GET", "HEAD", "POST")
def upload(request: HttpRequest) -> HttpResponse:
    """One address for people and scripts: the page, its form, and the programmatic upload."""
    wants_page = "text/html" in request.headers.get("Accept", "") and not tokens.has_credential(request)
    if request.method != "POST":
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        return upload_page.page(request)  # type: ignore[arg-type]
    if wants_page:
        return _submit_form(request) if request.user.is_authenticated else _sign_in_first(request)
    api.check_body(request)
    caller = tokens.caller(request, scope=Scope.UPLOAD)
    form = ApiUploadForm(request.GET if api.is_raw(request) else request.POST, user=caller.user)
    if not form.is_valid():
        return _invalid(form)
    outcomes = api.receive_all(request, owner=caller.user, options=form.options(), place=form.place)
    return _uploaded(request, outcomes, form)


@endpoint("GET", "HEAD")
def images_list(request: HttpRequest) -> HttpResponse:
    """The caller's own photos, newest first, ten a page; as a table for browsers."""
    wants_page = "text/html" in request.headers.get("Accept", "") and not tokens.has_credential(request)
    if wants_page and not request.user.is_authenticated:
        return redirect_to_login(request.get_full_path())
    caller = tokens.caller(request, scope=Scope.READ)
    images = Image.objects.owned_by(caller.user).live().received().order_by("-pk")
    paginator = Paginator(images, PER_PAGE)
    number = _page_number(request.GET.get("page", ""))
    page = paginator.page(number) if number <= paginator.num_pages else None
    found = list(page) if page else []
    pagination = {
        "current_page": number,
        "per_page": PER_PAGE,
        "total": paginator.count,
        "total_items": paginator.count,
        "total_pages": paginator.num_pages if paginator.count else 0,
        "has_prev": number > 1,
        "has_next": bool(page and page.has_next()),
    }
    rows = [_row(request, image) for image in found]
    if wants_page:
        context = {"rows": list(zip(rows, found, strict=True)), "pagination": pagination}
        return render(request, "images_list.html", context)
    return JsonResponse({"status": "success", "page": number, "pagination": pagination, "data": rows, "images": rows})


@endpoint("DELETE")
def delete(request: HttpRequest, number: str) -> HttpResponse:
    """Deletes for good: row, original and derivatives are gone when it answers."""
    caller = tokens.caller(request, scope=Scope.WRITE)
    if not (number.isascii() and number.isdigit() and len(number) < 19):
        return error("Not found", status=404)
    if not deletion.delete(Image.objects.owned_by(caller.user).live().filter(pk=int(number))):
        return error("Not found", status=404)
    return JsonResponse({"status": "success", "message": "Image deleted successfully."})


def _submit_form(request: HttpRequest) -> HttpResponse:
    try:
        api.check_body(request)
        tokens.caller(request, scope=Scope.UPLOAD)
        return upload_page.submit(request)  # type: ignore[arg-type]
    except UploadRefused as refusal:
        return upload_page.refuse(request, refusal)  # type: ignore[arg-type]


def _sign_in_first(request: HttpRequest) -> HttpResponse:
    with suppress(UploadRefused):
        api.check_body(request)  # reads it: a browser that is cut off while it sends shows no answer
    tell_unsaved(request)
    return redirect_to_login(request.get_full_path())


def _uploaded(request: HttpRequest, outcomes: list[Outcome], form: ApiUploadForm) -> HttpResponse:
    files = [_file(request, outcome, outcome.image) for outcome in outcomes if outcome.image is not None]
    refused = [(outcome.name, outcome.refusal) for outcome in outcomes if outcome.refusal is not None]
    if not files:
        return _refused(refused[0][1])
    gallery = form.chosen()
    answer = {
        "status": "success",
        "message": "File successfully uploaded.",
        **files[0],
        "gallery": gallery.key if gallery else None,
    }
    if len(outcomes) > 1:
        answer["files"] = files
        answer["errors"] = [{"name": name, **_refusal(refusal)} for name, refusal in refused]
    return JsonResponse(answer)


def _file(request: HttpRequest, outcome: Outcome, image: Image) -> dict[str, Any]:
    return {
        "filename": f"{image.key}.{image.link_format.extension}",
        "url": request.build_absolute_uri(image.direct_url),
        "id": image.pk,
        "key": image.key,
        "page_url": request.build_absolute_uri(image.get_absolute_url()),
        "thumbnail_url": request.build_absolute_uri(_thumbnail_path(image)),
        "duplicate": outcome.duplicate,
        "original_name": image.original_name,
    }


def _thumbnail_path(image: Image) -> str:
    """The direct link of the thumbnail; of a private photo, which has none, a signed URL for now."""
    if image.visibility == Visibility.PRIVATE:
        return delivery.variant_url(image, variants.THUMB)
    return reverse("images:direct_variant", args=[image.key, variants.THUMB.name, variants.THUMB.extension])


def _row(request: HttpRequest, image: Image) -> dict[str, Any]:
    extension = image.link_format.extension
    return {
        "id": image.pk,
        "filename": f"{image.key}.{extension}",
        "original_name": image.original_name,
        "size": image.size_bytes,
        "size_kb": round(image.size_bytes / 1024, 2),
        "upload_time": image.created_at.strftime("%Y-%m-%dT%H:%M:%S"),
        "file_type": extension,
        "url": request.build_absolute_uri(image.direct_url),
    }


def _refusal(refusal: UploadRefused) -> dict[str, Any]:
    limit = {} if refusal.limit is None else {"limit": refusal.limit}
    return {"message": refusal.message, "code": refusal.code, **limit}


def _refused(refusal: UploadRefused) -> JsonResponse:
    status = 400 if refusal.status in {415, 422} else refusal.status
    return JsonResponse({"status": "error", **_refusal(refusal)}, status=status)


def _invalid(form: ApiUploadForm) -> JsonResponse:
    field, problems = next(iter(form.errors.as_data().items()))
    missing = any(problem.code == NO_SUCH_GALLERY for problem in problems)
    message = " ".join(text for problem in problems for text in problem.messages)
    return error(message, status=404 if missing else 400, code=NO_SUCH_GALLERY if missing else f"bad_{field}")


def _page_number(text: str) -> int:
    return max(1, int(text)) if text.isascii() and text.isdigit() and len(text) < 10 else 1
