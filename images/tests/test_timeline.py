"""The library in time: its order, its days and months, and the pages that follow each other."""

import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone, translation
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from conftest import Upload
from images import paging, timeline
from images.models import Image, Status
from images.templatetags import photos as tags
from images.tests.pictures import jpeg, jpeg_with_position
from images.tests.test_pages import rows

NOON = datetime(2024, 5, 6, 12, tzinfo=UTC)


def shown(owner: User, *moments: datetime) -> list[Image]:
    """A photo for each moment, in their order."""
    found = rows(owner, len(moments))[::-1]
    for image, moment in zip(found, moments, strict=True):
        image.shown_at = moment
    Image.objects.bulk_update(found, ["shown_at"])
    return found


def headings(page: str) -> list[str]:
    return re.findall(r'<h2 class="day__name"><time datetime="([\d-]+)">', page)


def test_a_photo_has_its_place_by_the_clock_of_its_camera(as_owner: Client, upload: Upload) -> None:
    new = upload()
    old = upload(jpeg_with_position())
    assert old.shown_at == datetime(2024, 5, 6, 7, 8, 9, tzinfo=UTC)
    assert abs(new.shown_at - timeline.clock()) < timedelta(minutes=5)
    page = as_owner.get("/library/")
    assert page.context["photos"] == [new, old]
    assert headings(page.content.decode())[-1] == "2024-05-06"


@pytest.mark.parametrize(
    ("taken", "expected"),
    [
        ("", datetime(2024, 1, 1, 1, 30, tzinfo=UTC)),
        ("2023-12-31T23:00:00-08:00", datetime(2023, 12, 31, 23, tzinfo=UTC)),
        ("2024-01-01T20:00:00", datetime(2024, 1, 1, 20, tzinfo=UTC)),
        ("2099-01-01T00:00:00", datetime(2024, 1, 1, 1, 30, tzinfo=UTC)),
    ],
)
def test_without_a_clock_to_believe_the_upload_counts(taken: str, expected: datetime) -> None:
    with timezone.override(ZoneInfo("Europe/Berlin")):
        assert timeline.shown_at(taken, datetime(2024, 1, 1, 0, 30, tzinfo=UTC)) == expected


def test_a_day_is_one_list_under_one_heading(as_owner: Client, owner: User) -> None:
    late, early, other = shown(owner, NOON, NOON - timedelta(hours=12), NOON - timedelta(hours=13))
    page = as_owner.get("/library/")
    assert [(day.date, day.photos) for day in page.context["by_day"]] == [
        (date(2024, 5, 6), [late, early]),
        (date(2024, 5, 5), [other]),
    ]
    assert headings(page.content.decode()) == ["2024-05-06", "2024-05-05"]
    assert page.content.decode().count('<ul class="photo-grid"') == 2


def test_days_are_named_as_people_name_them() -> None:
    today = timeline.clock().date()
    assert tags.day_name(today) == "Today"
    assert tags.day_name(today - timedelta(days=1)) == "Yesterday"
    assert tags.day_name(date(2011, 2, 3)) == "Thursday, Feb. 3, 2011"
    assert tags.day_name(today.replace(day=1, month=1)) in {
        f"{today.replace(day=1, month=1):%A}, January 1",
        "Today",
        "Yesterday",
    }


@pytest.mark.parametrize(
    ("language", "name"), [("de", "Freitag, 2. Januar"), ("ru", "Пятница, 2 января"), ("zh-hans", "1月2日 星期五")]
)
def test_a_day_of_this_year_is_named_as_its_language_has_it(
    language: str, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(timeline, "clock", lambda: datetime(2026, 6, 1, tzinfo=UTC))
    with translation.override(language):
        assert tags.day_name(date(2026, 1, 2)) == name


@pytest.mark.parametrize("apart", [timedelta(0), timedelta(seconds=1), timedelta(days=1)])
def test_pages_lead_through_the_library_and_back(
    as_owner: Client, owner: User, apart: timedelta, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whether all photos are of the same moment, of one day, or of a day each."""
    monkeypatch.setattr(paging.latest, "__kwdefaults__", {"size": 3})
    found = shown(owner, *(NOON - number * apart for number in range(8)))
    expected = sorted(found, key=lambda image: (image.shown_at, image.pk), reverse=True)
    seen, url, urls = [], "/library/", []
    while url:
        page = as_owner.get(url)
        urls.append(url)
        seen += page.context["photos"]
        url = page.context["next_url"]
    assert seen == expected
    assert len(urls) == 3
    back: list[Image] = []
    url = page.context["previous_url"]
    while url:
        page = as_owner.get(url)
        back = page.context["photos"] + back
        url = page.context["previous_url"]
    assert back == expected[:6]
    assert page.context["next_url"]


def test_a_month_is_an_address(as_owner: Client, owner: User) -> None:
    may, april, march = shown(
        owner, NOON, datetime(2024, 4, 30, 23, 59, 59, 999999, tzinfo=UTC), datetime(2024, 3, 1, tzinfo=UTC)
    )
    months = as_owner.get("/library/months")
    assert [(month.first, month.photo_count) for month in months.context["months"]] == [
        (date(2024, 5, 1), 1),
        (date(2024, 4, 1), 1),
        (date(2024, 3, 1), 1),
    ]
    addresses = re.findall(r'href="(/library/\?before=[\d-]+)"', months.content.decode())
    assert [as_owner.get(address).context["photos"][0] for address in addresses] == [may, april, march]
    assert as_owner.get(addresses[0]).context["previous_url"] == ""
    assert as_owner.get(as_owner.get(addresses[1]).context["previous_url"]).context["photos"] == [may]


def test_months_are_one_s_own_and_of_photos_that_are_there(
    as_owner: Client, owner: User, stranger: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    shown(stranger, NOON)
    trashed, receiving = shown(owner, NOON, NOON)
    Image.objects.filter(pk=trashed.pk).update(trashed_at=timezone.now())
    Image.objects.filter(pk=receiving.pk).update(status=Status.RECEIVING)
    with django_assert_num_queries(3):
        assert as_owner.get("/library/months").context["months"] == []


@pytest.mark.parametrize(
    "query",
    ["before=2024", "before=2024-13-01", "before=%00~1", "before=2024-05-06~x", "before=~1", "after=zz", "after=~"],
)
def test_an_address_that_means_nothing_is_the_first_page(as_owner: Client, owner: User, query: str) -> None:
    assert as_owner.get(f"/library/?{query}").context["photos"] == []
    image = shown(owner, NOON)
    assert as_owner.get(f"/library/?{query}").context["photos"] == image


def test_behind_the_last_photo_is_the_first_page_again(as_owner: Client, owner: User) -> None:
    image = shown(owner, NOON)
    assert as_owner.get("/library/?before=2001-01-01").context["photos"] == image
    assert as_owner.get(f"/library/?after=2024-05-06T12:00:00~{image[0].pk}").context["photos"] == image


def test_a_page_in_the_middle_asks_one_query_more_at_any_depth(
    as_owner: Client, owner: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    shown(owner, *(NOON - timedelta(days=number) for number in range(130)))
    for address in ("/library/?before=2024-05-01", "/library/?before=2024-02-01"):
        with django_assert_num_queries(7):
            as_owner.get(address)


def test_previous_and_next_follow_the_library(as_owner: Client, owner: User) -> None:
    first, last, middle = shown(owner, NOON, NOON - timedelta(days=2), NOON - timedelta(days=1))
    context = as_owner.get(middle.get_absolute_url()).context
    assert (context["previous"], context["next"]) == (first, last)


@pytest.mark.parametrize("path", ["/library/", "/explore/", "/u/owner"])
def test_only_the_first_photos_of_the_first_page_are_urgent(as_owner: Client, owner: User, path: str) -> None:
    shown(owner, *(NOON - number * timedelta(hours=1) for number in range(30)))
    Image.objects.update(visibility="public")
    page = as_owner.get(path).content.decode()
    assert page.count('fetchpriority="high"') == 4
    assert page.count('loading="lazy"') == 26
    assert 'fetchpriority="high"' not in as_owner.get(path, headers={"HX-Request": "true"}).content.decode()


@pytest.mark.parametrize(("width", "height"), [(1, 9999), (9999, 1), (3, 2), (2, 3), (16, 9), (4032, 3024), (0, 0)])
def test_every_ratio_has_a_class_in_the_style_sheet_that_is_near_it(width: int, height: int) -> None:
    style = (Path(settings.BASE_DIR) / "static/css/grid.css").read_text()
    name = tags.ratio_class(Image(width=width, height=height))
    found = re.search(rf"^\.{name}{{--r:([\d.]+)}}$", style, re.MULTILINE)
    assert found, name
    ratio = min(3.5, max(0.3, width / height)) if height else 1.5
    assert float(found[1]) == pytest.approx(ratio, rel=0.02)


def test_rows_are_as_high_as_the_sizes_say() -> None:
    style = (Path(settings.BASE_DIR) / "static/css/grid.css").read_text()
    assert re.findall(r"--row: (.+);", style) == list(tags.ROWS.values())


def test_a_browser_keeps_its_density(as_owner: Client, upload: Upload) -> None:
    upload(jpeg((1800, 1200)), visibility="public")
    for density, classes, pressed in (("", "photos", "false"), ("compact", "photos is-compact", "true")):
        as_owner.cookies["density"] = density
        for path in ("/library/", "/explore/?q=", "/u/owner"):
            page = as_owner.get(path).content.decode()
            assert f'class="{classes}"' in page
            assert f"* {tags.ROWS[density]})" in page
        assert f'data-density aria-pressed="{pressed}"' in as_owner.get("/library/").content.decode()


def test_what_is_known_of_a_photo_stands_in_its_place(as_owner: Client, upload: Upload) -> None:
    image = upload()
    page = as_owner.get("/library/").content.decode()
    assert f'data-hash="{image.placeholder}"' in page
    assert f'fill="{image.colour}"' in page
