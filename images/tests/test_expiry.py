from datetime import UTC, datetime, timedelta

import pytest

from images import expiry

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "lifetime"),
    [
        ("3600", timedelta(hours=1)),
        ("90s", timedelta(seconds=90)),
        ("30m", timedelta(minutes=30)),
        ("12h", timedelta(hours=12)),
        ("1d", timedelta(days=1)),
        ("2w", timedelta(weeks=2)),
        ("2W", timedelta(weeks=2)),
        ("P3D", timedelta(days=3)),
        ("PT5M", timedelta(minutes=5)),
        ("P1DT12H", timedelta(days=1, hours=12)),
        ("P2W", timedelta(weeks=2)),
        (" 1d ", timedelta(days=1)),
    ],
)
def test_a_duration_ends_that_much_later(text: str, lifetime: timedelta) -> None:
    assert expiry.parse(text, now=NOW) == NOW + lifetime


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-02-01T00:00:00Z", datetime(2026, 2, 1, tzinfo=UTC)),
        ("date=2026-02-01T00:00:00Z", datetime(2026, 2, 1, tzinfo=UTC)),
        ("2026-02-01T02:00:00+02:00", datetime(2026, 2, 1, tzinfo=UTC)),
        ("2026-02-01T00:00:00", datetime(2026, 2, 1, tzinfo=UTC)),
        ("2026-02-01", datetime(2026, 2, 1, tzinfo=UTC)),
    ],
)
def test_a_moment_is_taken_as_it_is(text: str, moment: datetime) -> None:
    assert expiry.parse(text, now=NOW) == moment


@pytest.mark.parametrize("text", ["", "never", "NEVER", " never "])
def test_never_has_no_end(text: str) -> None:
    assert expiry.parse(text, now=NOW) is None


@pytest.mark.parametrize(
    "text",
    [
        "soon",
        "0",
        "0d",
        "-1",
        "P",
        "PT",
        "1y",
        "2025-01-01T00:00:00Z",
        "date=",
        "date=soon",
        "9999999999999999999999",
        "999999999999",
        "P99999999999999999999D",
        "9999-12-31T23:59:59-23:59",
        "1.5h",
        "١d",
        "\x00",
        "3600\n3600",
    ],
)
def test_what_cant_be_a_lifetime_is_refused_with_a_sentence(text: str) -> None:
    with pytest.raises(expiry.BadLifetime, match=r"^The lifetime .*\.$"):
        expiry.parse(text, now=NOW)
