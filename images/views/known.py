"""Which files a person has already, so that a client need not send them."""

import json
import re
from typing import Final

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse, JsonResponse, UnreadablePostError
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt

from accounts import tokens
from accounts.models import Scope
from accounts.tokens import Unauthorised
from images import api, delivery, refusals, variants
from images.models import Image
from images.refusals import UploadRefused

MOST: Final = 500
_SHA256: Final = re.compile(r"[0-9a-f]{64}", re.ASCII)


@csrf_exempt  # `tokens.caller` checks the CSRF token itself whenever the session is the credential
@login_not_required
def known(request: HttpRequest) -> HttpResponse:
    """`{"sha256": [...]}`, at most 500 -> `{"known": {sum: photo}}`: the caller's own, nothing of other people's."""
    if request.method != "POST":
        return api.problem(refusals.method_not_allowed(), headers={"Allow": "POST"})
    try:
        owner = tokens.caller(request, scope=Scope.UPLOAD).user
        sums = _sums(request)
    except Unauthorised as refusal:
        return api.unauthorised(refusal)
    except UploadRefused as refusal:
        return api.problem(refusal)
    images = Image.objects.owned_by(owner).live().received().filter(sha256__in=sums)
    return JsonResponse({"known": {image.sha256: _told(request, image) for image in images}})


def _told(request: HttpRequest, image: Image) -> dict[str, str]:
    return {
        "id": image.key,
        "page_url": request.build_absolute_uri(image.get_absolute_url()),
        "thumbnail_url": delivery.variant_url(image, variants.THUMB),
    }


def _sums(request: HttpRequest) -> list[str]:
    try:
        sums = json.loads(request.body)["sha256"]
    except RequestDataTooBig as error:
        raise _too_many() from error
    except (ValueError, KeyError, TypeError, RecursionError, UnreadablePostError) as error:
        raise _malformed() from error
    if not isinstance(sums, list) or not all(isinstance(text, str) and _SHA256.fullmatch(text) for text in sums):
        raise _malformed()
    if len(sums) > MOST:
        raise _too_many()
    return sums


def _too_many() -> UploadRefused:
    return UploadRefused("too_many_sums", _("Ask for at most %d at a time.") % MOST, status=413, limit=MOST)


def _malformed() -> UploadRefused:
    return UploadRefused("malformed", _('Send {"sha256": [...]} with sums in lower-case hexadecimal.'), status=400)
