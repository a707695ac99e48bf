"""The root endpoints of the "Image Hosting Server", shape by shape."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from accounts.models import User
from conftest import Commit, Upload
from images.models import Image
from images.tests.pictures import jpeg


@pytest.fixture
def headers(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


@pytest.mark.parametrize("field", ["file", "image", "anything"])
def test_an_upload_answers_in_the_promised_shape(
    visitor: Client, headers: dict[str, str], field: str, commit: Commit
) -> None:
    with commit():
        answer = visitor.post("/upload", {field: SimpleUploadedFile("a.jpg", jpeg())}, headers=headers)
    image = Image.objects.get()
    body = answer.json()
    assert answer.status_code == 200
    assert body["status"] == "success"
    assert body["message"] == "File successfully uploaded."
    assert body["filename"] == f"{image.key}.jpg"
    assert body["url"] == f"http://testserver/i/{image.key}.jpg"
    assert body["id"] == image.pk
    assert body["duplicate"] is False
    assert visitor.get(body["url"]).getvalue()
    assert visitor.get(body["thumbnail_url"]).getvalue()


def test_options_are_honoured(visitor: Client, headers: dict[str, str], commit: Commit) -> None:
    fields = {
        "file": SimpleUploadedFile("a.jpg", jpeg()),
        "title": "Fjord",
        "description": "At dawn",
        "expires": "P3D",
        "visibility": "public",
    }
    with commit():
        visitor.post("/upload", fields, headers=headers)
    image = Image.objects.get()
    assert (image.title, image.description, image.visibility) == ("Fjord", "At dawn", "public")
    assert image.expires_at is not None
    assert timedelta(days=2.9) < image.expires_at - timezone.now() < timedelta(days=3.1)


@pytest.mark.parametrize(
    ("field", "value"),
    [("expires", "yesterday"), ("expires", "2001-01-01"), ("visibility", "secret"), ("title", "x" * 201)],
)
def test_bad_options_are_400_and_leave_nothing(
    visitor: Client, headers: dict[str, str], field: str, value: str, stored: Callable[[], list[str]]
) -> None:
    answer = visitor.post("/upload", {"file": SimpleUploadedFile("a.jpg", jpeg()), field: value}, headers=headers)
    assert answer.status_code == 400
    assert answer.json()["status"] == "error"
    assert not Image.objects.exists()
    assert stored() == []


def test_a_raw_body_is_a_photo_named_by_header_or_query(
    visitor: Client, headers: dict[str, str], commit: Commit
) -> None:
    with commit():
        named = {"Content-Disposition": 'attachment; filename="beach.jpg"', **headers}
        visitor.post("/upload", jpeg(), content_type="image/jpeg", headers=named)
        visitor.post("/upload?filename=hill.jpg", jpeg(), content_type="application/octet-stream", headers=headers)
    assert set(Image.objects.values_list("original_name", flat=True)) == {"beach.jpg", "hill.jpg"}


@pytest.mark.parametrize(
    ("content_type", "body", "message"),
    [
        ("application/json", b"{}", "Expecting multipart/form-data"),
        ("text/plain", b"hello", "Expecting multipart/form-data"),
        ("multipart/form-data", b"hello", "Malformed multipart data"),
        ("multipart/form-data; boundary=x", b"--x\r\nContent-Disposition: form-data", "File field not found in form"),
        ("multipart/form-data; boundary=x", b"--x--\r\n", "File field not found in form"),
    ],
)
def test_a_malformed_request_is_400_with_its_sentence(
    visitor: Client, headers: dict[str, str], content_type: str, body: bytes, message: str
) -> None:
    answer = visitor.generic("POST", "/upload", body, content_type=content_type, headers=headers)
    assert (answer.status_code, answer.json()) == (answer.status_code, answer.json() | {"message": message})
    assert answer.status_code == 400


def test_a_body_without_a_length_is_411(visitor: Client, headers: dict[str, str]) -> None:
    answer = visitor.generic("POST", "/upload", b"", content_type="image/jpeg", headers=headers)
    assert answer.status_code == 411


def test_the_list_has_the_promised_shape(visitor: Client, headers: dict[str, str], upload: Upload) -> None:
    image = upload(name="beach.jpg")
    body = visitor.get("/images-list", headers=headers).json()
    assert body["status"] == "success"
    assert body["page"] == 1
    assert body["data"] == body["images"]
    assert body["pagination"] == {
        "current_page": 1,
        "per_page": 10,
        "total": 1,
        "total_items": 1,
        "total_pages": 1,
        "has_prev": False,
        "has_next": False,
    }
    (row,) = body["data"]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d", row.pop("upload_time"))
    assert row == {
        "id": image.pk,
        "filename": f"{image.key}.jpg",
        "original_name": "beach.jpg",
        "size": image.size_bytes,
        "size_kb": round(image.size_bytes / 1024, 2),
        "file_type": "jpg",
        "url": f"http://testserver/i/{image.key}.jpg",
    }


@pytest.mark.parametrize(
    ("page", "number", "count"),
    [("", 1, 10), ("1", 1, 10), ("2", 2, 2), ("3", 3, 0), ("0", 1, 10), ("-4", 1, 10), ("x", 1, 10), ("9" * 30, 1, 10)],
)
def test_pages_are_forgiving(
    visitor: Client, headers: dict[str, str], owner: User, page: str, number: int, count: int
) -> None:
    images = [Image.new(owner=owner, original_name="a.jpg", size_bytes=1) for _ in range(12)]
    for image in images:
        image.status, image.format = "ready", "JPEG"
    Image.objects.bulk_create(images)
    body = visitor.get(f"/images-list?page={page}", headers=headers).json()
    assert (body["page"], len(body["data"])) == (number, count)
    assert body["pagination"]["has_prev"] is (number > 1)
    assert body["pagination"]["has_next"] is (number == 1)
    assert body["pagination"]["total_pages"] == 2


def test_a_list_is_the_caller_s_own(
    visitor: Client, headers: dict[str, str], upload: Upload, as_stranger: Client
) -> None:
    upload(client=as_stranger, visibility="public")
    assert visitor.get("/images-list", headers=headers).json()["data"] == []


def test_the_list_is_a_table_in_a_browser(as_owner: Client, visitor: Client, upload: Upload) -> None:
    image = upload()
    page = as_owner.get("/images-list", headers={"Accept": "text/html"})
    assert image.direct_url in page.content.decode()
    assert visitor.get("/images-list", headers={"Accept": "text/html"}).status_code == 302


def test_delete_is_done_when_it_answers(
    visitor: Client, headers: dict[str, str], upload: Upload, stored: Callable[[], list[str]]
) -> None:
    image = upload()
    answer = visitor.delete(f"/delete/{image.pk}", headers=headers)
    assert (answer.status_code, answer.json()) == (
        200,
        {"status": "success", "message": "Image deleted successfully."},
    )
    assert not Image.objects.exists()
    assert stored() == []


@pytest.mark.parametrize("number", ["0", "999999", "x", "-1", "1e3", "9" * 40])
def test_deleting_what_is_not_there_is_404(visitor: Client, headers: dict[str, str], number: str) -> None:
    answer = visitor.delete(f"/delete/{number}", headers=headers)
    assert (answer.status_code, answer.json()) == (404, {"status": "error", "message": "Not found"})


def test_deleting_somebody_else_s_photo_is_404(
    visitor: Client, headers: dict[str, str], upload: Upload, as_stranger: Client
) -> None:
    image = upload(client=as_stranger, visibility="public")
    assert visitor.delete(f"/delete/{image.pk}", headers=headers).status_code == 404
    assert Image.objects.exists()


@pytest.mark.parametrize(("method", "path"), [("PUT", "/upload"), ("POST", "/images-list"), ("GET", "/delete/1")])
def test_a_wrong_method_is_405_in_json(visitor: Client, method: str, path: str) -> None:
    answer = visitor.generic(method, path)
    assert (answer.status_code, answer.json()["status"]) == (405, "error")
    assert answer.headers["Allow"]


@pytest.mark.parametrize(("method", "path"), [("POST", "/upload"), ("GET", "/images-list"), ("DELETE", "/delete/1")])
def test_without_a_credential_it_is_401_in_json(visitor: Client, method: str, path: str) -> None:
    answer = visitor.generic(method, path, b"x", content_type="image/png")
    assert (answer.status_code, answer.json()["status"]) == (401, "error")


def test_a_request_that_is_too_large_as_a_whole_is_413(
    visitor: Client, headers: dict[str, str], settings: object
) -> None:
    settings.UPLOAD_REQUEST_MAX_BYTES = 500  # type: ignore[attr-defined]
    answer = visitor.post("/upload", {"file": SimpleUploadedFile("a.jpg", jpeg((200, 200)))}, headers=headers)
    assert (answer.status_code, answer.json()["limit"]) == (413, 500)


def test_too_many_files_are_413_by_name_of_the_limit(as_owner: Client, settings: object) -> None:
    settings.UPLOAD_MAX_FILES = settings.DATA_UPLOAD_MAX_NUMBER_FILES = 2  # type: ignore[attr-defined]
    files = [SimpleUploadedFile(f"{number}.jpg", jpeg()) for number in range(3)]
    answer = as_owner.post("/upload", {"files": files})
    assert (answer.status_code, answer.json()["limit"]) == (413, 2)


def test_the_form_without_javascript_answers_for_each_file(as_owner: Client, commit: Commit) -> None:
    files = [SimpleUploadedFile("good.jpg", jpeg()), SimpleUploadedFile("bad.jpg", b"no")]
    with commit():
        answer = as_owner.post("/upload", {"files": files, "lifetime": "P1D"}, headers={"Accept": "text/html"})
    assert answer.status_code == 200
    assert [result["ok"] for result in answer.context["results"]] == [True, False]
    assert "not supported" in answer.content.decode()


def test_a_form_after_the_end_of_its_session_leads_to_the_sign_in_page(visitor: Client) -> None:
    files = [SimpleUploadedFile("a.jpg", jpeg())]
    answer = visitor.post("/upload", {"files": files}, headers={"Accept": "text/html"}, follow=True)
    assert answer.redirect_chain == [("/accounts/login/?next=/upload", 302)]
    assert "wasn&#x27;t saved" in answer.content.decode()
    assert visitor.post("/upload", {"files": files}).status_code == 401
    assert not Image.objects.exists()


@pytest.mark.parametrize(
    ("fields", "status"),
    [({}, 400), ({"lifetime": "date", "expires_on": "2001-01-01T00:00"}, 422), ({"gallery": "unknown"}, 422)],
)
def test_a_bad_form_is_explained_on_the_page(as_owner: Client, fields: dict[str, str], status: int) -> None:
    answer = as_owner.post("/upload", fields, headers={"Accept": "text/html"})
    assert answer.status_code == status
    assert answer.context["form"].errors
