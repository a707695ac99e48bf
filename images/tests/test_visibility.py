"""Quarantine and private: doors that close at once, for URLs that are out too."""

from collections.abc import Callable
from datetime import timedelta

from django.contrib.admin.models import LogEntry
from django.test import Client
from django.utils import timezone

from accounts.models import User
from conftest import Commit, Upload
from images import delivery, variants
from images.models import Image
from images.tests.pictures import gif

ACTION = "/admin/images/image/"


def act(client: Client, commit: Commit, action: str, *images: Image) -> None:
    with commit():
        answer = client.post(ACTION, {"action": action, "_selected_action": [image.pk for image in images]})
    assert answer.status_code == 302


def test_quarantine_closes_every_door_at_once_and_release_opens_them(
    upload: Upload, as_moderator: Client, visitor: Client, as_owner: Client, commit: Commit
) -> None:
    image = upload(visibility="public")
    out = [delivery.variant_url(image, variant) for variant in variants.EAGER]
    assert visitor.get(image.direct_url).getvalue()
    act(as_moderator, commit, "quarantine", image)
    for url in (*out, image.direct_url, image.get_absolute_url(), f"/p/{image.key}/download"):
        assert visitor.get(url).status_code == 404
    assert visitor.get("/").context["photos"] == []
    assert as_owner.get(image.get_absolute_url()).context["preview_url"] == ""
    assert as_owner.get(f"/p/{image.key}/download").status_code == 404
    act(as_moderator, commit, "release", image)
    assert visitor.get(image.direct_url).getvalue()
    assert visitor.get(visitor.get(image.get_absolute_url()).context["preview_url"]).getvalue()
    assert list(LogEntry.objects.order_by("pk").values_list("change_message", flat=True)) == [
        "Quarantined.",
        "Released from quarantine.",
    ]


def test_a_moderator_deletes_for_good_and_it_is_logged(
    upload: Upload, as_moderator: Client, commit: Commit, stored: Callable[[], list[str]]
) -> None:
    act(as_moderator, commit, "delete_for_good", upload(), upload())
    assert not Image.objects.exists()
    assert stored() == []
    assert LogEntry.objects.filter(change_message="Deleted for good.").count() == 2


def test_the_admin_shows_photos_people_galleries_and_tokens(
    upload: Upload, as_moderator: Client, owner: User, token: str
) -> None:
    image = upload(gallery="new", new_gallery="Norway")
    for url in (
        ACTION,
        f"{ACTION}{image.pk}/change/",
        f"{ACTION}?q=photo&status__exact=ready",
        "/admin/accounts/user/",
        f"/admin/accounts/user/{owner.pk}/change/",
        "/admin/galleries/gallery/",
        "/admin/accounts/apitoken/",
    ):
        assert as_moderator.get(url).status_code == 200, url
    assert "thumb.webp" in as_moderator.get(ACTION).content.decode()


def test_a_moderator_narrows_the_list_by_format(upload: Upload, as_moderator: Client) -> None:
    image = upload()
    upload(gif())
    Image.new(owner=image.owner, original_name="failed.jpg", size_bytes=1).save()
    page = as_moderator.get(ACTION)
    assert page.context["cl"].result_count == 3
    assert "?format=WebP" in page.content.decode()
    assert '"?format="' not in page.content.decode()
    assert list(as_moderator.get(f"{ACTION}?format=JPEG").context["cl"].result_list) == [image]


def test_turning_private_kills_urls_that_are_out(
    upload: Upload, as_owner: Client, visitor: Client, commit: Commit, stored: Callable[[], list[str]]
) -> None:
    image = upload()
    out = delivery.variant_url(image, variants.PREVIEW)
    with commit():
        as_owner.post("/library/change", {"keys": image.key, "visibility": "private"})
    assert visitor.get(out).status_code == 404
    assert visitor.get(image.direct_url).status_code == 404
    assert not [name for name in stored() if image.file_key in name]
    assert as_owner.get(as_owner.get(image.get_absolute_url()).context["preview_url"]).getvalue()


def test_a_shortened_life_kills_urls_that_would_outlive_it(
    upload: Upload, as_owner: Client, visitor: Client, commit: Commit
) -> None:
    image = upload()
    out = delivery.variant_url(image, variants.PREVIEW)
    with commit():
        as_owner.post(f"/p/{image.key}/edit", {"title": "", "visibility": "unlisted", "lifetime": "P30D"})
    assert visitor.get(out).getvalue()
    with commit():
        soon = (timezone.now() + timedelta(minutes=2)).strftime("%Y-%m-%dT%H:%M")
        edit = {"title": "", "visibility": "unlisted", "lifetime": "date", "expires_on": soon}
        as_owner.post(f"/p/{image.key}/edit", edit)
    assert visitor.get(out).status_code == 404
    fresh = visitor.get(image.get_absolute_url()).context["preview_url"]
    assert visitor.get(fresh).getvalue()
