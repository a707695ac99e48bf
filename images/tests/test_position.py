"""Where a photo was taken stays in its original, unless the owner shows it on the photo's page."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from PIL import Image as Pillow
from PIL.ExifTags import GPS, IFD

from conftest import Upload
from images import position, sandbox
from images.metadata import Position
from images.models import Image, Status
from images.position import NoPosition
from images.tests.pictures import encoded, gif, jpeg, jpeg_with_position, picture

EDIT = {"title": "", "description": "", "visibility": "public", "lifetime": "never"}
SHOW = {**EDIT, "show_position": "on"}
BERLIN = Position(52.51667, 13.4)
SAMPLES = Path(__file__).resolve().parents[3] / "shared/samples"
# The seconds of a time may look like a degree, but a colon is before them.
TRACES = re.compile(r"(?<![:\d])(52[.,]51|13[.,]4)|openstreetmap|latitude|longitude", re.IGNORECASE)


def exif() -> bytes:
    tags = Pillow.Exif()
    place = tags.get_ifd(IFD.GPSInfo)
    place.update({GPS.GPSLatitudeRef: "N", GPS.GPSLatitude: (52.0, 31.0, 0.0)})
    place.update({GPS.GPSLongitudeRef: "E", GPS.GPSLongitude: (13.0, 24.0, 0.0)})
    return tags.tobytes()


def edited(client: Client, image: Image, data: dict[str, str]) -> Image:
    """The row after the owner has sent the edit form, which must be accepted."""
    answer = client.post(f"/p/{image.key}/edit", data)
    assert answer.status_code == 302, answer.context["form"].errors
    return Image.objects.get(pk=image.pk)


def page(client: Client, image: Image) -> str:
    answer = client.get(image.get_absolute_url())
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.mark.parametrize("format_name", ["JPEG", "PNG", "WEBP", "AVIF", "HEIF", "TIFF"])
def test_the_position_is_read_from_the_exif_of_every_container(
    as_owner: Client, upload: Upload, visitor: Client, format_name: str
) -> None:
    image = upload(encoded(picture(), format_name, exif=exif()))

    assert edited(as_owner, image, SHOW).position == BERLIN
    assert "52.51667°\u00a0N, 13.40000°\u00a0E" in page(visitor, image)


@pytest.mark.parametrize("visibility", ["unlisted", "public"])
def test_nobody_is_told_where_a_photo_was_taken_until_its_owner_says_so(
    as_owner: Client, as_stranger: Client, visitor: Client, as_moderator: Client, upload: Upload, visibility: str
) -> None:
    image = upload(jpeg_with_position(), visibility=visibility)
    clients = (as_owner, as_stranger, visitor, as_moderator)
    assert image.position is None
    assert not any(TRACES.search(page(client, image)) for client in clients)

    edited(as_owner, image, {**SHOW, "visibility": visibility})
    for client in clients:
        shown = page(client, image)
        assert "52.51667°\u00a0N, 13.40000°\u00a0E" in shown
        url = "https://www.openstreetmap.org/?mlat=52.51667&amp;mlon=13.40000#map=15/52.51667/13.40000"
        assert f'<a href="{url}" rel="noopener noreferrer">' in shown

    edited(as_owner, image, {**EDIT, "visibility": visibility})
    assert not any(TRACES.search(page(client, image)) for client in clients)


def test_a_shown_position_is_no_way_round_the_rules_for_the_page(
    as_owner: Client, as_stranger: Client, visitor: Client, upload: Upload
) -> None:
    image = upload(jpeg_with_position())
    edited(as_owner, image, {**SHOW, "visibility": "private"})

    assert "52.51667°\u00a0N" in page(as_owner, image)
    for client in (as_stranger, visitor):
        assert client.get(image.get_absolute_url()).status_code == 404
        assert client.get(f"/p/{image.key}/edit").status_code in {302, 404}
        assert client.post(f"/p/{image.key}/edit", EDIT).status_code in {302, 404}
    assert Image.objects.get().position == BERLIN


def test_scripts_lists_and_other_people_s_pages_never_carry_a_position(
    as_owner: Client, visitor: Client, upload: Upload, token: str
) -> None:
    data = jpeg_with_position()
    image = upload(data, visibility="public")
    for choice in (EDIT, SHOW):
        edited(as_owner, image, choice)
        answers = [
            visitor.get("/images-list", headers={"Authorization": f"Bearer {token}"}),
            visitor.get("/explore/"),
            visitor.get("/u/owner"),
            as_owner.get("/library/"),
            as_owner.post("/upload", data, content_type="image/jpeg"),
        ]
        for answer in answers:
            assert answer.status_code == 200
            assert not TRACES.search(answer.content.decode())
    assert upload(data).pk == image.pk


@pytest.mark.parametrize("choice", [EDIT, SHOW])
def test_no_file_that_others_can_fetch_carries_the_position(
    as_owner: Client, visitor: Client, upload: Upload, choice: dict[str, str], tmp_path: Path
) -> None:
    image = edited(as_owner, upload(jpeg_with_position(6)), choice)
    urls = [image.direct_url, f"/i/{image.key}/thumb.webp", f"/i/{image.key}/preview.jpg", f"/p/{image.key}/download"]
    for number, url in enumerate(urls):
        path = tmp_path / str(number)
        path.write_bytes(visitor.get(url, follow=True).getvalue())
        with Pillow.open(path) as served:
            assert not served.getexif().get_ifd(IFD.GPSInfo), url


def test_the_box_is_offered_where_there_is_a_position_and_ticked_while_it_is_shown(
    as_owner: Client, upload: Upload
) -> None:
    image = upload(jpeg_with_position())
    box = as_owner.get(f"/p/{image.key}/edit").context["form"]["show_position"]
    assert (box.label, box.value()) == ("Show where it was taken", False)

    edited(as_owner, image, SHOW)
    assert as_owner.get(f"/p/{image.key}/edit").context["form"]["show_position"].value() is True


@pytest.mark.parametrize("make", [jpeg, gif, lambda: encoded(picture(), "PNG")], ids=["JPEG", "GIF", "PNG"])
def test_without_a_position_there_is_no_box_but_the_reason(
    as_owner: Client, upload: Upload, make: Callable[[], bytes]
) -> None:
    image = upload(make())
    shown = as_owner.get(f"/p/{image.key}/edit").content.decode()
    assert "show_position" not in shown
    assert ABSENT.replace("'", "&#x27;") in shown
    assert edited(as_owner, image, {**EDIT, "title": "Fjord"}).title == "Fjord"


def without_original(image: Image, media: Path) -> None:
    (media / image.storage_name).unlink()


def with_renamed_original(image: Image, media: Path) -> None:
    (media / image.storage_name).rename(media / "elsewhere.jpg")


def with_damaged_original(image: Image, media: Path) -> None:
    path = media / image.storage_name
    path.chmod(0o600)
    path.write_bytes(path.read_bytes()[:9])


def with_bytes_changed(image: Image, media: Path, old: bytes, new: bytes) -> None:
    path = media / image.storage_name
    data = path.read_bytes()
    assert data.count(old) == 1
    path.chmod(0o600)
    path.write_bytes(data.replace(old, new))


def with_exif_of_no_kind(image: Image, media: Path) -> None:
    with_bytes_changed(image, media, b"Exif\0\0MM\0*", b"Exif\0\0XX\0*")


def with_a_position_of_no_kind(image: Image, media: Path) -> None:
    with_bytes_changed(image, media, b"\x88\x25\0\x04", b"\x88\x25\0\x02")


UNREADABLE = "The original can't be read, so it isn't known where the photo was taken."
ABSENT = "The original doesn't say where the photo was taken."


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (without_original, UNREADABLE),
        (with_renamed_original, UNREADABLE),
        (with_damaged_original, UNREADABLE),
        (with_exif_of_no_kind, ABSENT),
        (with_a_position_of_no_kind, ABSENT),
    ],
)
def test_an_original_that_cannot_be_read_is_explained_and_nothing_is_stored(
    as_owner: Client, upload: Upload, media: Path, spoil: Callable[[Image, Path], None], reason: str
) -> None:
    image = upload(jpeg_with_position(), title="Before")
    spoil(image, media)

    answer = as_owner.post(f"/p/{image.key}/edit", {**SHOW, "title": "After"})

    assert answer.status_code == 422
    (error,) = answer.context["form"].errors["show_position"]
    assert error == reason
    assert error.replace("'", "&#x27;") in answer.content.decode()
    after = Image.objects.get()
    assert (after.title, after.position) == ("Before", None)


def test_exif_that_cannot_be_parsed_holds_no_position(as_owner: Client, upload: Upload) -> None:
    image = upload(encoded(picture(), "WEBP", exif=b"Exif\0\0" + b"XX" * 20))
    assert ABSENT.replace("'", "&#x27;") in as_owner.get(f"/p/{image.key}/edit").content.decode()
    assert as_owner.post(f"/p/{image.key}/edit", SHOW).context["form"].errors == {"show_position": [ABSENT]}


def test_the_edit_page_does_not_read_the_original(as_owner: Client, upload: Upload, media: Path) -> None:
    """On S3 that would be a download for every look at the form."""
    image = upload(jpeg_with_position())
    without_original(image, media)
    assert "show_position" in as_owner.get(f"/p/{image.key}/edit").context["form"].fields


def test_a_box_that_was_not_offered_cannot_be_ticked(as_owner: Client, upload: Upload) -> None:
    image = upload(jpeg())
    errors = as_owner.post(f"/p/{image.key}/edit", SHOW).context["form"].errors
    assert errors == {"show_position": [ABSENT]}


def test_a_shown_position_stays_when_the_original_is_gone_and_can_be_taken_back(
    as_owner: Client, upload: Upload, media: Path
) -> None:
    image = edited(as_owner, upload(jpeg_with_position()), SHOW)
    without_original(image, media)

    assert edited(as_owner, image, {**SHOW, "title": "Fjord"}).position == BERLIN
    assert edited(as_owner, image, EDIT).position is None


def test_a_photo_turned_private_while_its_position_is_first_shown_keeps_both(as_owner: Client, upload: Upload) -> None:
    image = edited(as_owner, upload(jpeg_with_position(), visibility="public"), {**SHOW, "visibility": "private"})

    assert (image.visibility, image.position) == ("private", BERLIN)


def test_other_mistakes_in_the_form_store_no_position(as_owner: Client, upload: Upload) -> None:
    image = upload(jpeg_with_position())
    answer = as_owner.post(f"/p/{image.key}/edit", {**SHOW, "lifetime": "forever"})
    assert answer.context["form"]["show_position"].value()
    assert Image.objects.get().position is None


@pytest.mark.parametrize(
    "state", [{"status": Status.RECEIVING, "format": ""}, {"status": Status.PROCESSING}, {"status": Status.FAILED}]
)
def test_photos_in_every_state_can_be_edited(as_owner: Client, upload: Upload, state: dict[str, Any]) -> None:
    image = upload(jpeg_with_position())
    Image.objects.update(**state)
    offered = "show_position" in as_owner.get(f"/p/{image.key}/edit").context["form"].fields
    assert offered == (state["status"] != Status.RECEIVING)


@pytest.mark.parametrize(
    ("latitude", "longitude"),
    [(1.0, None), (None, 1.0), (90.1, 0.0), (0.0, -180.1), (float("inf"), 0.0)],
)
def test_the_database_takes_a_whole_position_on_earth_or_none(
    upload: Upload, latitude: float | None, longitude: float | None
) -> None:
    image = upload()
    with pytest.raises(IntegrityError), transaction.atomic():
        Image.objects.filter(pk=image.pk).update(latitude=latitude, longitude=longitude)


def test_a_page_of_the_south_and_west_says_so(as_owner: Client, upload: Upload) -> None:
    image = upload()
    Image.objects.update(latitude=-33.8569, longitude=-0.00001)
    shown = page(as_owner, image)
    assert "33.85690°\u00a0S, 0.00001°\u00a0W" in shown
    assert "?mlat=-33.85690&amp;mlon=-0.00001#" in shown


@pytest.mark.skipif(not SAMPLES.is_dir(), reason="the shared samples are not here")
@pytest.mark.parametrize(
    ("name", "format_name", "expected"),
    [
        ("formats/iphone.heic", "HEIC", (41.2203, -96.07162)),
        ("position/thompson-springs.jpg", "JPEG", (39.115, -108.40097)),
        ("position/gps-datetime.jpg", "JPEG", (37.7749, -122.4194)),
        ("camera/nokia-lumia-800.jpg", "JPEG", (53.35947, -6.2582313)),
        ("position/empty_gps.jpg", "JPEG", None),
        ("camera/leica-t-typ-701.jpg", "JPEG", None),
        ("camera/nikon-d3100.jpg", "JPEG", None),
        ("formats/8bit.avif", "AVIF", None),
    ],
)
def test_positions_of_real_cameras_are_read(name: str, format_name: str, expected: tuple[float, float] | None) -> None:
    found = sandbox.position(SAMPLES / name, format_name)
    assert found == (None if expected is None else pytest.approx(expected, abs=1e-5))


def test_a_reason_is_a_sentence(upload: Upload) -> None:
    with pytest.raises(NoPosition, match=r"^The original .*\.$"):
        position.find(upload(jpeg()))
