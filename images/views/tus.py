"""Resumable uploads: tus 1.0.0 (https://tus.io/protocols/resumable-upload) over `uploads`.

Doors that create are here and, for galleries and guests, on the floor above; the upload itself answers here. A PATCH
never answers 400, after which clients retry or give up wrongly.
"""

import base64
import binascii
import hashlib
import sys
from collections.abc import Callable, Mapping
from functools import wraps
from typing import Concatenate, Final, ParamSpec, TypeAlias

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, UnreadablePostError
from django.urls import reverse
from django.utils import timezone
from django.utils.http import http_date
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt

from accounts import tokens
from accounts.models import Scope, User
from accounts.tokens import Unauthorised
from images import api, refusals, uploads
from images.forms import ApiOptionsForm
from images.models import Upload, UploadQuerySet
from images.refusals import UploadRefused
from images.uploads import Options, Place

P = ParamSpec("P")
View: TypeAlias = Callable[Concatenate[HttpRequest, P], HttpResponse]

VERSION: Final = "1.0.0"
CHECKSUMS: Final = ("sha1", "sha256")
CONTENT_TYPE: Final = "application/offset+octet-stream"
METADATA_BYTES: Final = 8_000
"""gunicorn and nginx take no longer header."""
_ABILITIES: Final = {
    "Tus-Version": VERSION,
    "Tus-Extension": "creation,creation-with-upload,expiration,checksum,termination",
    "Tus-Checksum-Algorithm": ",".join(CHECKSUMS),
}


def endpoint(*methods: str) -> Callable[[View[P]], View[P]]:
    """A door of the protocol: OPTIONS, its other methods, its version, and JSON for whatever is refused.

    csrf_exempt because `tokens.caller` checks the CSRF token itself whenever the session is the credential.
    """

    def decorate(view: View[P]) -> View[P]:
        @csrf_exempt
        @login_not_required
        @wraps(view)
        def door(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            request.method = request.headers.get("X-HTTP-Method-Override", request.method or "").upper()
            response = _answer(request, methods, lambda: view(request, *args, **kwargs))
            response.headers["Tus-Resumable"] = VERSION
            response.headers["Cache-Control"] = "no-store"
            return response

        return door

    return decorate


@endpoint("POST")
def create(request: HttpRequest) -> HttpResponse:
    """The door of the library."""
    return created(request, owner=tokens.caller(request, scope=Scope.UPLOAD).user)


def created(
    request: HttpRequest, *, owner: User, place: Place | None = None, defaults: Mapping[str, str] | None = None
) -> HttpResponse:
    """Begins an upload of its owner; `place` as in `uploads.start`.

    `defaults` go before the person's own where the client chooses nothing.
    """
    form = ApiOptionsForm(metadata(request), user=owner, defaults=defaults)
    if not form.is_valid():
        field, problems = next(iter(form.errors.items()))
        raise UploadRefused(f"bad_{field}", " ".join(map(str, problems)), status=422)
    upload = begun(request, owner=owner, options=form.options(), place=place)
    response = HttpResponse(status=201, headers=_progress(upload) | _outcome(request, upload))
    response.headers["Location"] = reverse("images:tus_upload", args=[upload.key])
    response.headers["X-Image-Id"] = upload.image.key
    return response


def created_by_guest(
    request: HttpRequest, *, owner: User, options: Options, place: Place, address: Callable[[Upload], str]
) -> HttpResponse:
    """Begins an upload into the room of `owner`; `address` is where it answers its guest, who isn't told of photos."""
    upload = begun(request, owner=owner, options=options, place=place)
    return HttpResponse(status=201, headers=_progress(upload) | {"Location": address(upload)})


def begun(request: HttpRequest, *, owner: User, options: Options, place: Place | None) -> Upload:
    """The upload that a request begins, with its first bytes if the request carries some."""
    if "Upload-Length" not in request.headers:
        raise UploadRefused("length_required", _("Say how long the file is: Upload-Length."), status=411)
    body_bytes = _body_bytes(request) if request.content_type == CONTENT_TYPE else 0
    told = metadata(request)
    upload = uploads.start(
        owner=owner,
        length=_number(request, "Upload-Length", status=400),
        name=told.get("filename") or told.get("name", ""),
        options=options,
        place=place,
        metadata_text=request.headers.get("Upload-Metadata", ""),
    )
    if body_bytes:
        with uploads.held(upload) as own, uploads.aborting(own):
            _receive(request, own)
            upload = own
    return upload


@endpoint("HEAD", "PATCH", "DELETE")
def resource(request: HttpRequest, key: str) -> HttpResponse:
    """One upload, for its owner alone."""
    owner = tokens.caller(request, scope=Scope.UPLOAD).user
    upload, response = answered(request, Upload.objects.owned_by(owner), key)
    if request.method != "DELETE":
        for name, value in _outcome(request, upload).items():
            response.headers[name] = value
    return response


def answered(request: HttpRequest, uploads_of_caller: UploadQuerySet, key: str) -> tuple[Upload, HttpResponse]:
    """One of the caller's uploads, and what HEAD, PATCH or DELETE comes to: how far it is, nothing of its photo."""
    upload = uploads_of_caller.select_related("image__owner").filter(key=key).first()
    if upload is None:
        raise _gone(404)
    if upload.expires_at <= timezone.now():
        raise _gone(410)
    if request.method == "HEAD":
        return upload, _head(upload)
    if request.method == "PATCH":
        return _patch(request, upload)
    if upload.finished_at is not None:
        raise _gone(410)
    with uploads.held(upload) as own:
        uploads.abort(own)
    return upload, HttpResponse(status=204)


def _answer(request: HttpRequest, methods: tuple[str, ...], view: Callable[[], HttpResponse]) -> HttpResponse:
    if request.method == "OPTIONS":
        return HttpResponse(status=204, headers=_ABILITIES | {"Tus-Max-Size": str(settings.UPLOAD_MAX_BYTES)})
    if request.method not in methods:
        return api.problem(refusals.method_not_allowed(), headers={"Allow": ", ".join(methods)})
    if request.headers.get("Tus-Resumable") != VERSION:
        refusal = UploadRefused("wrong_version", _("This server speaks tus %s.") % VERSION, status=412)
        return api.problem(refusal, headers=_ABILITIES)
    try:
        return view()
    except Unauthorised as refusal:
        return api.unauthorised(refusal)
    except UploadRefused as refusal:
        return api.problem(refusal)
    except uploads.Busy:
        return api.problem(UploadRefused("busy", _("Another request is sending this file."), status=423))
    except Upload.DoesNotExist:
        return api.problem(_gone(404))


def _head(upload: Upload) -> HttpResponse:
    headers = _progress(upload) | {"Upload-Length": str(upload.length)}
    if upload.metadata:
        headers["Upload-Metadata"] = upload.metadata
    return HttpResponse(status=200, headers=headers)


def _patch(request: HttpRequest, upload: Upload) -> tuple[Upload, HttpResponse]:
    if request.content_type != CONTENT_TYPE:
        raise UploadRefused("wrong_type", _("Send the bytes as %s.") % CONTENT_TYPE, status=415)
    start = _number(request, "Upload-Offset", status=409)
    if upload.finished_at is not None:
        _expect_offset(start, upload.length)
        return upload, HttpResponse(status=204, headers=_progress(upload))
    with uploads.held(upload) as own:
        _expect_offset(start, own.offset)
        _receive(request, own)
        return own, HttpResponse(status=204, headers=_progress(own))


def _receive(request: HttpRequest, upload: Upload) -> None:
    """Takes the body in, and finishes the upload that it completes."""
    end = upload.offset + _body_bytes(request)
    if end > upload.length:
        limit = upload.length - upload.offset
        raise UploadRefused("too_many_bytes", _("The file ends %d bytes from here.") % limit, status=413, limit=limit)
    _wait_no_longer(request)
    try:
        uploads.append(upload, stream=request, checksum=_checksum(request))
    except UnreadablePostError as error:
        raise _cut_off() from error
    except uploads.WrongChecksum as error:
        raise UploadRefused("wrong_checksum", _("The bytes do not match their checksum."), status=460) from error
    if upload.offset != end:
        raise _cut_off()
    if upload.offset == upload.length:
        uploads.finish(upload)


def _progress(upload: Upload) -> dict[str, str]:
    """Where the upload stands."""
    headers = {"Upload-Offset": str(uploads.offset(upload))}
    if upload.finished_at is None:
        headers["Upload-Expires"] = http_date(upload.expires_at.timestamp())
    return headers


def _outcome(request: HttpRequest, upload: Upload) -> dict[str, str]:
    """The page of its photo, and once it is finished what became of it."""
    image = upload.image
    headers = {"X-Page-Url": request.build_absolute_uri(image.get_absolute_url())}
    if upload.finished_at is None:
        return headers
    if upload.duplicate:
        headers["X-Image-Duplicate"] = "true"
    return headers | {"X-Image-Id": image.key, "X-Image-Url": request.build_absolute_uri(image.direct_url)}


def _expect_offset(told: int, offset: int) -> None:
    if told != offset:
        raise UploadRefused("wrong_offset", _("The next byte is byte %d.") % offset, status=409)


def _gone(status: int) -> UploadRefused:
    return UploadRefused("not_found" if status == 404 else "gone", _("There is no such upload."), status=status)


def _cut_off() -> UploadRefused:
    """409 and not 408, after which clients that woke up again would give up instead of asking for the offset."""
    return UploadRefused("cut_off", _("The upload was cut off."), status=409)


def _wait_no_longer(request: HttpRequest) -> None:
    """A client that vanished without a word holds thread and upload no longer than UPLOAD_STALL_SECONDS.

    Without this the kernel would wait for hours, and whoever wants to resume would be told that the upload is busy.
    """
    connection = request.META.get("gunicorn.socket")
    if connection is not None:
        connection.settimeout(settings.UPLOAD_STALL_SECONDS)


def _body_bytes(request: HttpRequest) -> int:
    """What Content-Length says. A body of unknown length, which Django would hand on as empty, is refused."""
    if "Transfer-Encoding" in request.headers:
        raise UploadRefused("length_required", _("Send a Content-Length."), status=411)
    return _number(request, "Content-Length", status=411) if request.META.get("CONTENT_LENGTH") else 0


def _number(request: HttpRequest, name: str, *, status: int) -> int:
    text = request.headers.get(name, "")
    if not (text.isascii() and text.isdigit()):
        raise UploadRefused("bad_header", _("%s has to be a number.") % name, status=status)
    return int(text) if len(text) < len(str(sys.maxsize)) else sys.maxsize


def metadata(request: HttpRequest) -> dict[str, str]:
    """Upload-Metadata: comma-separated pairs of a key and, after a space, a Base64 value, which may be missing."""
    text = request.headers.get("Upload-Metadata", "")
    if len(text) > METADATA_BYTES or not (text.isascii() and text.isprintable()):
        message = _("Upload-Metadata has to be ASCII and at most %d bytes long.") % METADATA_BYTES
        raise UploadRefused("bad_metadata", message, status=400, limit=METADATA_BYTES)
    found: dict[str, str] = {}
    for pair in text.split(",") if text else ():
        key, _space, value = pair.strip().partition(" ")
        if not key or key in found:
            raise UploadRefused("bad_metadata", _("Each key of Upload-Metadata has to be there once."), status=400)
        try:
            found[key] = base64.b64decode(value, validate=True).decode("utf-8", "replace")
        except binascii.Error as error:
            raise UploadRefused("bad_metadata", _("Upload-Metadata is not Base64."), status=400) from error
    return found


class _Checksum:
    """The digest of a body, and what Upload-Checksum says it comes to."""

    def __init__(self, algorithm: str, expected: bytes) -> None:
        self._digest = hashlib.new(algorithm, usedforsecurity=False)
        self._expected = expected

    def update(self, block: bytes, /) -> None:
        self._digest.update(block)

    def matches(self) -> bool:
        return self._digest.digest() == self._expected


def _checksum(request: HttpRequest) -> _Checksum | None:
    """Upload-Checksum: an algorithm and, after a space, the Base64 of the digest."""
    text = request.headers.get("Upload-Checksum", "")
    if not text:
        return None
    algorithm, _space, value = text.partition(" ")
    if algorithm not in CHECKSUMS:
        message = _("The checksums are %s.") % ", ".join(CHECKSUMS)
        raise UploadRefused("wrong_checksum", message, status=460)
    try:
        return _Checksum(algorithm, base64.b64decode(value, validate=True))
    except ValueError as error:  # not Base64, or not even ASCII
        raise UploadRefused("wrong_checksum", _("Upload-Checksum is not Base64."), status=460) from error
