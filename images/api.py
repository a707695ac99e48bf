"""What every programmatic upload door shares: the files of a request, taken in one by one."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.conf import settings
from django.core.exceptions import RequestDataTooBig, SuspiciousOperation, TooManyFilesSent
from django.http import HttpRequest, JsonResponse, UnreadablePostError
from django.http.multipartparser import MultiPartParserError
from django.utils.http import parse_header_parameters

from accounts.models import User
from accounts.tokens import Unauthorised
from images import refusals, uploads
from images.intake import StagedFile
from images.models import Image
from images.refusals import UploadRefused
from images.uploads import Options, Place


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one file: a photo, or a refusal."""

    name: str
    image: Image | None = None
    duplicate: bool = False
    refusal: UploadRefused | None = None


def problem(refusal: UploadRefused, *, headers: Mapping[str, str] | None = None) -> JsonResponse:
    """A refusal as RFC 9457 has it, with `code`, `message` and the `limit` in question."""
    limit = {} if refusal.limit is None else {"limit": refusal.limit}
    told = {"status": refusal.status, "title": refusal.message, "code": refusal.code, "message": refusal.message}
    return JsonResponse(told | limit, status=refusal.status, content_type="application/problem+json", headers=headers)


def unauthorised(refusal: Unauthorised) -> JsonResponse:
    """What a missing or wrong credential gets."""
    answer = UploadRefused("unauthorised", str(refusal), status=401)
    return problem(answer, headers={"WWW-Authenticate": "Bearer"})


def check_body(request: HttpRequest) -> None:
    """Looks at the announced length before a byte is read, then parses. Raises UploadRefused."""
    if not request.META.get("CONTENT_LENGTH"):
        raise UploadRefused("length_required", "Send a Content-Length.", status=411)
    length = int(request.META["CONTENT_LENGTH"])
    if is_raw(request):
        if length > settings.UPLOAD_MAX_BYTES:
            raise refusals.too_large(settings.UPLOAD_MAX_BYTES)
        return
    if request.content_type != "multipart/form-data":
        raise UploadRefused("not_multipart", "Expecting multipart/form-data", status=400)
    if length > settings.UPLOAD_REQUEST_MAX_BYTES:
        raise refusals.request_too_large(settings.UPLOAD_REQUEST_MAX_BYTES)
    try:
        request.FILES  # noqa: B018  parses the body
    except TooManyFilesSent as error:
        raise refusals.too_many_files(settings.UPLOAD_MAX_FILES) from error
    except RequestDataTooBig as error:
        raise refusals.request_too_large(settings.DATA_UPLOAD_MAX_MEMORY_SIZE or 0) from error
    except (MultiPartParserError, UnreadablePostError, SuspiciousOperation) as error:
        raise UploadRefused("malformed", "Malformed multipart data", status=400) from error


def is_raw(request: HttpRequest) -> bool:
    """Whether the body is the picture itself."""
    return (request.content_type or "").startswith("image/") or request.content_type == "application/octet-stream"


def receive_all(request: HttpRequest, *, owner: User, options: Options, place: Place) -> list[Outcome]:
    """Takes in every file of the request, under any field name, or its raw body; one bad file stops no other.

    Raises UploadRefused when there is no file at all.
    """
    if is_raw(request):
        return [_receive_raw(request, owner=owner, options=options, place=place)]
    files = _files(request)
    if not files:
        raise UploadRefused("no_file", "File field not found in form", status=400)
    outcomes = []
    for file in files:
        try:
            received = uploads.receive(file, owner=owner, options=options, place=place)
            outcomes.append(Outcome(received.image.original_name, received.image, received.duplicate))
        except UploadRefused as refusal:
            outcomes.append(Outcome(file.name or "", refusal=refusal))
    return outcomes


def _files(request: HttpRequest) -> list[StagedFile]:
    fields: Iterable[str] = request.FILES.keys()
    return [file for field in fields for file in request.FILES.getlist(field) if isinstance(file, StagedFile)]


def _receive_raw(request: HttpRequest, *, owner: User, options: Options, place: Place) -> Outcome:
    name = _disposition_name(request) or request.GET.get("filename", "")
    try:
        received = uploads.receive_stream(
            request,
            length=int(request.META["CONTENT_LENGTH"]),
            name=name,
            owner=owner,
            options=options,
            place=place,
        )
    except UploadRefused as refusal:
        return Outcome(name, refusal=refusal)
    except UnreadablePostError as error:
        raise UploadRefused("incomplete", "The upload was cut off.", status=400) from error
    return Outcome(received.image.original_name, received.image, received.duplicate)


def _disposition_name(request: HttpRequest) -> str:
    try:
        _kind, parameters = parse_header_parameters(request.headers.get("Content-Disposition", ""))
    except ValueError:  # an encoding that there isn't
        return ""
    return parameters.get("filename", "")
