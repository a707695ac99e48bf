"""Resumable uploads: every MUST of tus 1.0.0 (https://tus.io/protocols/resumable-upload), quoted, has a test here."""

import hashlib
from base64 import b64encode
from collections.abc import Callable, Iterator
from datetime import timedelta
from email.utils import parsedate_to_datetime

import pytest
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from accounts import tokens
from accounts.models import Scope, User
from conftest import Commit
from images.models import Image, Upload
from images.tests.pictures import jpeg
from images.tests.tus import BYTES, LIBRARY, Tus, pairs, speaking

DATA = bytes(range(200))
DOORS = (LIBRARY, "/api/v1/uploads")
OPTIONS_SAY = {
    "Tus-Version": "1.0.0",
    "Tus-Extension": "creation,creation-with-upload,expiration,checksum,termination",
    "Tus-Checksum-Algorithm": "sha1,sha256",
}


@pytest.fixture
def tus(as_owner: Client, commit: Commit) -> Iterator[Tus]:
    with speaking(as_owner, commit) as client:
        yield client


@pytest.fixture
def url(tus: Tus) -> str:
    """An upload of DATA that has its first 50 bytes."""
    made = tus.created(len(DATA), filename="a.jpg")
    assert tus.patch(made, 0, DATA[:50]).status_code == 204
    return made


def sum_of(data: bytes, algorithm: str = "sha256") -> str:
    return f"{algorithm} {b64encode(hashlib.new(algorithm, data).digest()).decode()}"


def code(answer: HttpResponse) -> tuple[int, str]:
    body = answer.json()  # type: ignore[attr-defined]
    return answer.status_code, body["code"]


def used(user: User) -> tuple[int, int]:
    user.refresh_from_db()
    return user.used_bytes, user.image_count


def test_a_photo_arrives_in_pieces(tus: Tus, stored: Callable[[], list[str]]) -> None:
    data = jpeg((640, 480))
    made = tus.create(len(data), filename="fjord.jpg", title="Fjord", expires="2d")
    assert made.status_code == 201
    url, key = made.headers["Location"], made.headers["X-Image-Id"]
    assert tus.client.get(f"/p/{key}").status_code == 200
    assert tus.patch(url, 0, data[:1000]).headers["Upload-Offset"] == "1000"
    assert tus.head(url).headers["Upload-Offset"] == "1000"
    last = tus.patch(url, 1000, data[1000:])
    assert (last.status_code, last.headers["X-Image-Id"]) == (204, key)
    assert last.headers["X-Image-Url"].endswith(f"/i/{key}.jpg")
    image = Image.objects.get()
    assert (image.key, image.status, image.title, image.original_name) == (key, "ready", "Fjord", "fjord.jpg")
    assert image.sha256 == hashlib.sha256(data).hexdigest()
    assert len(stored()) == 3
    head = tus.head(url)
    assert (head.headers["Upload-Offset"], head.headers["X-Image-Id"]) == (str(len(data)), key)


def test_a_bad_picture_is_refused_at_its_last_byte_and_leaves_nothing(tus: Tus, owner: User) -> None:
    url = tus.created(4, filename="a.jpg")
    assert code(tus.patch(url, 0, b"%PDF")) == (415, "unsupported_format")
    assert (Image.objects.count(), Upload.objects.count(), used(owner)) == (0, 0, (0, 0))
    assert tus.head(url).status_code == 404


# The core protocol


@pytest.mark.parametrize("version", ["", "0.2.2", "1.0.1", "1.0.0, 2.0.0", "ä"])
def test_another_version_is_refused_and_nothing_is_done(tus: Tus, url: str, version: str) -> None:
    """ "If the version specified by the Client is not supported by the Server, it MUST respond with the 412
    Precondition Failed status and MUST include the Tus-Version header into the response. In addition, the Server
    MUST NOT process the request." """
    answers = [
        tus.send("POST", LIBRARY, Upload_Length="10", Tus_Resumable=version),
        tus.send("HEAD", url, Tus_Resumable=version),
        tus.patch(url, 50, DATA[50:60], Tus_Resumable=version),
        tus.send("DELETE", url, Tus_Resumable=version),
    ]
    assert [(answer.status_code, answer.headers["Tus-Version"]) for answer in answers] == [(412, "1.0.0")] * 4
    assert (Upload.objects.count(), tus.offset(url)) == (1, 50)


def test_every_answer_names_the_version(tus: Tus, url: str, visitor: Client, commit: Commit) -> None:
    """ "The Tus-Resumable header MUST be included in every request and response except for OPTIONS requests." """
    answers = [
        tus.create(10),
        tus.create(10**18),
        tus.head(url),
        tus.head("/api/v1/uploads/unknown"),
        tus.patch(url, 0, b"wrong offset"),
        tus.patch(url, 50, b"right"),
        tus.send("PUT", url),
        Tus(visitor, commit).head(url),
        tus.delete(url),
    ]
    assert [answer.status_code for answer in answers] == [201, 413, 200, 404, 409, 204, 405, 401, 204]
    assert {answer.headers["Tus-Resumable"] for answer in answers} == {"1.0.0"}


@pytest.mark.parametrize("path", [*DOORS, "/api/v1/uploads/unknown"])
@pytest.mark.parametrize("version", ["", "1.0.0", "0.2.2"])
def test_options_tell_what_the_server_can_do_to_anyone_and_of_any_version(
    visitor: Client, commit: Commit, settings: Settings, path: str, version: str
) -> None:
    """ "A successful response indicated by the 204 No Content or 200 OK status MUST contain the Tus-Version header.
    [...] The Client SHOULD NOT include the Tus-Resumable header in the request and the Server MUST ignore the
    header." "The Tus-Checksum-Algorithm header MUST be included in the response to an OPTIONS request." "If the
    Server supports this extension, it MUST add creation [creation-with-upload, expiration, checksum, termination]
    to the Tus-Extension header." "The Tus-Max-Size response header MUST be a non-negative integer" """
    answer = Tus(visitor, commit).send("OPTIONS", path, Tus_Resumable=version)
    assert answer.status_code == 204
    assert {name: answer.headers[name] for name in OPTIONS_SAY} == OPTIONS_SAY
    assert int(answer.headers["Tus-Max-Size"]) == settings.UPLOAD_MAX_BYTES


def test_head_tells_the_offset_even_when_it_is_zero_and_when_the_upload_is_complete(tus: Tus) -> None:
    """ "The Server MUST always include the Upload-Offset header in the response for a HEAD request, even if the
    offset is 0, or the upload is already considered completed. If the size of the upload is known, the Server MUST
    include the Upload-Length header in the response." "The Server MUST prevent the client and/or proxies from
    caching the response by adding the Cache-Control: no-store header to the response." """
    data = jpeg()
    url = tus.created(len(data))
    for offset, end in ((0, 30), (30, len(data)), (len(data), len(data))):
        head = tus.head(url)
        assert (head.status_code, head.headers["Upload-Offset"]) == (200, str(offset))
        assert head.headers["Upload-Length"] == str(len(data))
        assert head.headers["Cache-Control"] == "no-store"
        assert tus.patch(url, offset, data[offset:end]).status_code == 204


def test_an_unknown_upload_has_no_offset(tus: Tus) -> None:
    """ "If the resource is not found, the Server SHOULD return either the 404 Not Found, 410 Gone or 403 Forbidden
    status without the Upload-Offset header." """
    head = tus.head("/api/v1/uploads/unknown")
    assert head.status_code == 404
    assert "Upload-Offset" not in head.headers
    assert tus.patch("/api/v1/uploads/unknown", 0, DATA).status_code == 404


def test_a_patch_is_acknowledged_with_the_sum_of_offset_and_bytes(tus: Tus, url: str) -> None:
    """ "The Server MUST acknowledge successful PATCH requests with the 204 No Content status. It MUST include the
    Upload-Offset header containing the new offset. The new offset MUST be the sum of the offset before the PATCH
    request and the number of bytes received" """
    for offset, count in ((50, 1), (51, 0), (51, 49), (100, 99)):
        answer = tus.patch(url, offset, DATA[offset : offset + count])
        assert (answer.status_code, answer.headers["Upload-Offset"]) == (204, str(offset + count))
        assert answer.content == b""
    assert tus.offset(url) == 199


def test_a_patch_at_another_offset_changes_nothing(tus: Tus, url: str) -> None:
    """ "The Upload-Offset header's value MUST be equal to the current offset of the resource. [...] If the offsets do
    not match, the Server MUST respond with the 409 Conflict status without modifying the upload resource." "The
    value MUST be a non-negative integer." """
    before = Upload.objects.values().get()
    for offset in ("0", "49", "51", "200", "9" * 30, "-50", "50.0", "fifty", "\u0665\u0660", "50, 50"):
        assert tus.patch(url, offset, DATA[:10]).status_code == 409, offset
    assert Upload.objects.values().get() == before
    assert tus.patch(url, 50, b"").headers["Upload-Offset"] == "50"


@pytest.mark.parametrize("content_type", ["application/octet-stream", "image/jpeg", "multipart/form-data", "", "ä"])
def test_a_patch_of_another_type_is_refused(tus: Tus, url: str, content_type: str) -> None:
    """ "All PATCH requests MUST use Content-Type: application/offset+octet-stream, otherwise the server SHOULD return
    a 415 Unsupported Media Type status." """
    answer = tus.send("PATCH", url, DATA[50:], content_type=content_type, Upload_Offset="50")
    assert code(answer) == (415, "wrong_type")
    assert tus.offset(url) == 50


@pytest.mark.parametrize("actual", ["POST", "GET", "PUT", "DELETE"])
def test_another_method_may_be_meant(tus: Tus, url: str, actual: str) -> None:
    """ "The X-HTTP-Method-Override request header MUST be a string which MUST be interpreted as the request's method
    by the Server, if the header is presented. The actual method of the request MUST be ignored." """
    patched = tus.send(actual, url, DATA[50:60], Upload_Offset="50", X_HTTP_Method_Override="PATCH")
    assert (patched.status_code, patched.headers["Upload-Offset"]) == (204, "60")
    assert tus.send(actual, url, X_HTTP_Method_Override="HEAD").headers["Upload-Offset"] == "60"
    assert tus.send(actual, url, X_HTTP_Method_Override="garbage").status_code == 405
    assert tus.send(actual, url, X_HTTP_Method_Override="DELETE").status_code == 204
    assert tus.head(url).status_code == 404


# Creation


@pytest.mark.parametrize("door", DOORS)
def test_a_created_upload_has_an_address(tus: Tus, door: str) -> None:
    """ "The Server MUST acknowledge a successful upload creation with the 201 Created status. The Server MUST set the
    Location header to the URL of the created resource. This URL MAY be absolute or relative." Here it is relative, so
    that a proxy can't get it wrong."""
    answer = tus.create(200, door=door)
    assert answer.status_code == 201
    assert answer.headers["Location"].startswith("/api/v1/uploads/")
    assert tus.offset(answer.headers["Location"]) == 0


@pytest.mark.parametrize("length", ["1001", str(10**18), str(2**63), "9" * 400])
def test_more_than_the_maximum_is_refused_before_anything_is_written(
    tus: Tus, owner: User, settings: Settings, stored: Callable[[], list[str]], length: str
) -> None:
    """ "If the length of the upload exceeds the maximum, which MAY be specified using the Tus-Max-Size header, the
    Server MUST respond with the 413 Request Entity Too Large status." """
    settings.UPLOAD_MAX_BYTES = 1000
    answer = tus.create(length, body=DATA)
    assert (code(answer), answer.json()["limit"]) == ((413, "file_too_large"), 1000)  # type: ignore[attr-defined]
    assert (stored(), Image.objects.count(), used(owner)) == ([], 0, (0, 0))


@pytest.mark.parametrize("length", ["-1", "ten", "1e3", "1.0", "+7", "0x10", "\u0667"])
def test_a_length_is_a_non_negative_integer(tus: Tus, length: str) -> None:
    """ "The value MUST be a non-negative integer." """
    assert code(tus.create(length)) == (400, "bad_header")


def test_an_empty_file_is_no_photo(tus: Tus) -> None:
    assert code(tus.create(0)) == (422, "empty")


def test_a_length_that_is_told_later_is_not_supported(tus: Tus) -> None:
    """ "The request MUST include one of the following headers: a) Upload-Length [...] b) Upload-Defer-Length: 1" "If
    the Server supports deferring length, it MUST add creation-defer-length to the Tus-Extension header." """
    assert code(tus.send("POST", LIBRARY, Upload_Defer_Length="1")) == (411, "length_required")
    assert code(tus.send("POST", LIBRARY)) == (411, "length_required")
    assert "creation-defer-length" not in OPTIONS_SAY["Tus-Extension"]


@pytest.mark.parametrize(
    "told",
    [
        pairs(filename="Grüße.jpg", title="a, b; c"),
        "filename,is_confidential",
        "filename ,title V29ybGQ=",
        "filename d29ybGQuanBn, title V29ybGQ=",
        "relativePath bnVsbA==,name YS5qcGc=,type aW1hZ2UvanBlZw==,unknown AAECAw==",
    ],
)
def test_head_gives_the_metadata_back_as_they_were_sent(tus: Tus, told: str) -> None:
    """ "If an upload contains additional metadata, responses to HEAD requests MUST include the Upload-Metadata header
    and its value as specified by the Client during the creation." "The value MAY be empty. In these cases, the
    space, which would normally separate the key and the value, MAY be left out." """
    made = tus.send("POST", LIBRARY, Upload_Length="10", Upload_Metadata=told)
    assert made.status_code == 201
    assert tus.head(made.headers["Location"]).headers["Upload-Metadata"] == told


def test_without_metadata_none_are_told(tus: Tus) -> None:
    made = tus.send("POST", LIBRARY, Upload_Length="10")
    assert "Upload-Metadata" not in tus.head(made.headers["Location"]).headers


@pytest.mark.parametrize(
    "told",
    [
        "filename YQ==,filename Yg==",
        "filename YQ==,,title Yg==",
        "filename YQ==,",
        "filename YQ",
        "filename a b",
        "filename \u00e4",
        "filename\x01 YQ==",
        "filename " + b64encode(bytes(6_000)).decode(),
    ],
)
def test_metadata_that_break_the_rules_are_refused(tus: Tus, told: str) -> None:
    """ "The key and value MUST be separated by a space. The key MUST NOT contain spaces and commas and MUST NOT be
    empty. The key SHOULD be ASCII encoded and the value MUST be Base64 encoded. All keys MUST be unique." """
    answer = tus.send("POST", LIBRARY, Upload_Length="10", Upload_Metadata=told)
    assert code(answer) == (400, "bad_metadata")
    assert not Upload.objects.exists()


@pytest.mark.parametrize(
    ("metadata", "refusal"),
    [
        ({"visibility": "secret"}, "bad_visibility"),
        ({"expires": "soon"}, "bad_expires"),
        ({"title": "a" * 201}, "bad_title"),
        ({"description": "a\x00b"}, "bad_description"),
    ],
)
def test_options_that_cannot_be_read_are_refused(tus: Tus, metadata: dict[str, str], refusal: str) -> None:
    assert code(tus.create(10, **metadata)) == (422, refusal)
    assert not Upload.objects.exists()


# Creation with upload


def test_the_first_bytes_may_come_with_the_creation(tus: Tus) -> None:
    """ "The Server SHOULD accept as many bytes as possible and MUST include the Upload-Offset header in the response
    and MUST set its value to the offset of the upload after applying the accepted bytes." """
    data = jpeg()
    made = tus.create(len(data), body=data[:100])
    assert (made.status_code, made.headers["Upload-Offset"]) == (201, "100")
    assert "Upload-Expires" in made.headers
    last = tus.patch(made.headers["Location"], 100, data[100:])
    assert last.headers["X-Image-Id"] == made.headers["X-Image-Id"] == Image.objects.get().key


def test_all_bytes_may_come_with_the_creation(tus: Tus) -> None:
    data = jpeg()
    made = tus.create(len(data), body=data, checksum=sum_of(data))
    assert (made.status_code, made.headers["Upload-Offset"]) == (201, str(len(data)))
    assert made.headers["X-Image-Url"].endswith(f"/i/{Image.objects.get().key}.jpg")


def test_a_body_of_another_type_is_no_part_of_the_upload(tus: Tus) -> None:
    """ "The Client MUST include the Content-Type: application/offset+octet-stream header." """
    made = tus.send("POST", LIBRARY, DATA, content_type="application/octet-stream", Upload_Length="200")
    assert (made.status_code, made.headers["Upload-Offset"]) == (201, "0")


@pytest.mark.parametrize(
    ("length", "body", "checksum", "refusal"),
    [
        (100, DATA, "", (413, "too_many_bytes")),
        (300, DATA, sum_of(b"other"), (460, "wrong_checksum")),
        (300, DATA, "md5 YQ==", (460, "wrong_checksum")),
        (200, DATA, "", (415, "unsupported_format")),
    ],
)
def test_a_creation_whose_bytes_are_refused_leaves_nothing(
    tus: Tus,
    owner: User,
    stored: Callable[[], list[str]],
    length: int,
    body: bytes,
    checksum: str,
    refusal: tuple[int, str],
) -> None:
    assert code(tus.create(length, body=body, checksum=checksum)) == refusal
    assert (stored(), Image.objects.count(), used(owner)) == ([], 0, (0, 0))


def test_a_creation_with_a_body_of_unknown_length_leaves_nothing(tus: Tus, owner: User) -> None:
    answer = tus.send("POST", LIBRARY, b"", Upload_Length="10", Transfer_Encoding="chunked")
    assert code(answer) == (411, "length_required")
    assert used(owner) == (0, 0)


# Expiration


def test_the_end_of_an_unfinished_upload_is_told_and_pushed_by_its_bytes(
    tus: Tus, url: str, settings: Settings
) -> None:
    """ "This header [Upload-Expires] MUST be included in every PATCH response if the upload is going to expire. If
    the expiration is known at the creation, the Upload-Expires header MUST be included in the response to the initial
    POST request." "The value of the Upload-Expires header MUST be in RFC 7231 datetime format." """
    settings.UPLOAD_IDLE_SECONDS = 3600
    begun = timezone.now().replace(microsecond=0)
    answers = [tus.create(10), tus.patch(url, 50, b"a"), tus.patch(url, 51, b""), tus.head(url)]
    for answer in answers:
        assert answer.headers["Upload-Expires"].endswith(" GMT")
        end = parsedate_to_datetime(answer.headers["Upload-Expires"])
        assert timedelta(0) <= end - begun - timedelta(hours=1) < timedelta(minutes=1)
    Upload.objects.update(expires_at=begun + timedelta(seconds=9))
    empty = tus.patch(url, 51, b"")
    assert parsedate_to_datetime(empty.headers["Upload-Expires"]) == begun + timedelta(seconds=9)


def test_an_upload_past_its_end_is_gone(tus: Tus, url: str) -> None:
    """ "the Server SHOULD respond with the 404 Not Found or 410 Gone status. The latter one SHOULD be used if the
    Server is keeping track of expired uploads." """
    Upload.objects.update(expires_at=timezone.now())
    answers = [tus.head(url), tus.patch(url, 50, DATA[50:]), tus.delete(url)]
    assert [answer.status_code for answer in answers] == [410, 410, 410]
    assert "Upload-Offset" not in answers[0].headers


# Checksum


@pytest.mark.parametrize("algorithm", ["sha1", "sha256"])
def test_bytes_that_match_their_checksum_are_kept(tus: Tus, url: str, algorithm: str) -> None:
    """ "The Server MUST support at least the SHA1 checksum algorithm identified by sha1." "Once the entire request has
    been received, the Server MUST verify the uploaded chunk against the provided checksum" """
    answer = tus.patch(url, 50, DATA[50:99], Upload_Checksum=sum_of(DATA[50:99], algorithm))
    assert (answer.status_code, answer.headers["Upload-Offset"]) == (204, "99")


@pytest.mark.parametrize(
    "checksum",
    [
        sum_of(b"other"),
        sum_of(DATA[50:], "sha1").replace("sha1", "sha256"),
        sum_of(DATA[50:], "md5"),
        sum_of(DATA[50:]).replace("sha256", "SHA256"),
        "sha256",
        "sha256 ",
        "sha256 ????",
        "sha256 YQ",
        "sha256 \u00e4",
        "\u00e4 YQ==",
        "a" * 5000,
    ],
)
def test_bytes_that_do_not_match_are_thrown_away(tus: Tus, url: str, checksum: str) -> None:
    """ "In the first two cases the uploaded chunk MUST be discarded, and the upload and its offset MUST NOT be
    updated." The first would be 400, after which clients give up; here an unknown algorithm is 460 too."""
    before = Upload.objects.values().get()
    answer = tus.patch(url, 50, DATA[50:], Upload_Checksum=checksum)
    assert code(answer) == (460, "wrong_checksum")
    assert Upload.objects.values().get() == before
    assert tus.offset(url) == 50


def test_a_photo_whose_chunk_came_twice_is_whole(tus: Tus) -> None:
    data = jpeg((200, 150))
    url = tus.created(len(data))
    tus.patch(url, 0, data[:500])
    assert tus.patch(url, 500, bytes(len(data) - 500), Upload_Checksum=sum_of(data[500:])).status_code == 460
    assert tus.patch(url, 500, data[500:], Upload_Checksum=sum_of(data[500:])).status_code == 204
    assert Image.objects.get().sha256 == hashlib.sha256(data).hexdigest()


# Termination


def test_an_upload_can_be_ended(tus: Tus, url: str, owner: User, stored: Callable[[], list[str]]) -> None:
    """ "When receiving a DELETE request for an existing upload the Server SHOULD free associated resources and MUST
    respond with the 204 No Content status confirming that the upload was terminated. For all future requests to this
    URL, the Server SHOULD respond with the 404 Not Found or 410 Gone status." """
    answer = tus.delete(url)
    assert (answer.status_code, answer.content) == (204, b"")
    assert [tus.head(url).status_code, tus.patch(url, 50, b"").status_code, tus.delete(url).status_code] == [404] * 3
    assert (stored(), Image.objects.count(), used(owner)) == ([], 0, (0, 0))


def test_a_finished_upload_can_no_longer_be_ended_and_its_photo_stays(tus: Tus) -> None:
    data = jpeg()
    url = tus.create(len(data), body=data).headers["Location"]
    assert tus.delete(url).status_code == 410
    assert Image.objects.get().is_ready


# Who may


def test_an_upload_is_there_for_its_owner_alone(
    tus: Tus, url: str, as_stranger: Client, stranger: User, visitor: Client, commit: Commit
) -> None:
    other = Tus(as_stranger, commit)
    _token, secret = tokens.issue(stranger, name="other")
    bearer = {"Authorization": f"Bearer {secret}"}
    for headers, status in (({}, 404), (bearer, 404)):
        answers = [
            other.send("HEAD", url, **headers),
            other.patch(url, 50, DATA[50:], **headers),
            other.send("DELETE", url, **headers),
        ]
        assert [answer.status_code for answer in answers] == [status] * 3
    nobody = Tus(visitor, commit)
    answers = [nobody.create(10), nobody.head(url), nobody.patch(url, 50, DATA[50:]), nobody.delete(url)]
    assert [answer.status_code for answer in answers] == [401] * 4
    assert tus.offset(url) == 50


def test_a_token_for_uploads_is_enough_and_one_for_reading_is_not(owner: User, visitor: Client, commit: Commit) -> None:
    data = jpeg()
    _token, secret = tokens.issue(owner, name="script", scopes=[Scope.UPLOAD])
    _token, reading = tokens.issue(owner, name="reader", scopes=[Scope.READ])
    script = Tus(visitor, commit)
    assert script.send("POST", LIBRARY, Upload_Length="10", Authorization=f"Bearer {reading}").status_code == 401
    bearer = {"Authorization": f"Bearer {secret}"}
    url = script.send("POST", LIBRARY, Upload_Length=str(len(data)), **bearer).headers["Location"]
    assert script.patch(url, 0, data, Authorization=f"Bearer {reading}").status_code == 401
    assert script.patch(f"{url}?token={secret}", 0, data[:9]).status_code == 204
    assert script.patch(url, 9, data[9:], **bearer).headers["X-Image-Id"] == Image.objects.get().key


def test_a_session_needs_its_csrf_token_for_what_changes_something(owner: User, commit: Commit) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(owner)
    browser.get("/accounts/profile/")
    tus, secret = Tus(browser, commit), browser.cookies["csrftoken"].value
    assert code(tus.create(200)) == (401, "unauthorised")
    url = tus.send("POST", LIBRARY, Upload_Length="200", X_CSRFToken=secret).headers["Location"]
    assert tus.head(url).status_code == 200
    assert tus.patch(url, 0, DATA[:50]).status_code == 401
    assert tus.delete(url).status_code == 401
    assert tus.send("GET", url, X_HTTP_Method_Override="DELETE").status_code == 401
    assert tus.patch(url, 0, DATA[:50], X_CSRFToken=secret).status_code == 204
    assert tus.send("DELETE", url, X_CSRFToken=secret).status_code == 204


# What is promised besides


GARBAGE = (",", "a" * 4000, "\u00e4\u00ff", "\x00", "0" * 4000, "-1", "1.0.0", "%s%n", "{}", "sha1 \u00e4", "sha256 YQ")


@pytest.mark.parametrize("header", ["Upload_Offset", "Upload_Checksum", "Upload_Length", "Upload_Metadata", "type"])
def test_a_patch_never_answers_400_whatever_its_headers_are(tus: Tus, url: str, header: str) -> None:
    """After 400 tus-js-client and others throw the upload away."""
    for garbage in GARBAGE:
        headers = {"Upload_Offset": str(tus.offset(url)), "content_type": BYTES}
        headers["content_type" if header == "type" else header] = garbage
        answer = tus.send("PATCH", url, b"x", **headers)
        assert answer.status_code in {204, 409, 415, 460}, garbage
    assert tus.offset(url) == 50 + (len(GARBAGE) if header in {"Upload_Length", "Upload_Metadata"} else 0)


def test_a_patch_without_an_offset_is_a_conflict(tus: Tus, url: str) -> None:
    assert code(tus.send("PATCH", url, DATA[50:])) == (409, "bad_header")


def test_more_bytes_than_were_announced_are_refused_unread(tus: Tus, url: str) -> None:
    answer = tus.patch(url, 50, DATA[50:] + b"x")
    assert (code(answer), answer.json()["limit"]) == ((413, "too_many_bytes"), 150)  # type: ignore[attr-defined]
    assert tus.offset(url) == 50


def test_a_full_account_and_a_full_disk_are_told_before_a_byte_travels(
    tus: Tus, owner: User, settings: Settings, stored: Callable[[], list[str]]
) -> None:
    owner.storage_limit_bytes = 100
    owner.save(update_fields=["storage_limit_bytes"])
    assert code(tus.create(101)) == (413, "storage_full")
    tus.created(60)
    assert code(tus.create(41)) == (413, "storage_full")
    settings.DISK_HEADROOM_BYTES = 10**18
    assert code(tus.create(1)) == (507, "disk_full")
    assert (stored(), used(owner)) == ([], (60, 1))


def test_a_finished_upload_tells_of_its_photo_for_a_while(tus: Tus) -> None:
    data = jpeg()
    url = tus.created(len(data))
    tus.patch(url, 0, data)
    key = Image.objects.get().key
    lost_answer = tus.patch(url, len(data), b"")
    for answer in (tus.head(url), lost_answer):
        assert answer.headers["Upload-Offset"] == str(len(data))
        assert answer.headers["X-Image-Id"] == key
        assert answer.headers["X-Image-Url"].endswith(f"/i/{key}.jpg")
        assert "Upload-Expires" not in answer.headers
    assert tus.patch(url, 0, data).status_code == 409
    left = Upload.objects.get().expires_at - timezone.now()
    assert timedelta(minutes=14) < left <= timedelta(minutes=15)
    Upload.objects.update(expires_at=timezone.now())
    assert tus.head(url).status_code == 410
