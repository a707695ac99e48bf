"""Room is reserved by one statement; nobody takes the last byte twice."""

import threading

import pytest
from django.db import connection
from pytest_django import Settings

from accounts import quotas
from accounts.models import User


def test_room_is_taken_and_given_back(owner: User) -> None:
    quotas.reserve(owner, size_bytes=100)
    assert quotas.usage(owner)["used_bytes"] == 100
    quotas.release(owner.pk, size_bytes=100)
    assert quotas.usage(owner) == {**quotas.usage(owner), "used_bytes": 0, "image_count": 0}


def test_room_never_falls_below_zero(owner: User) -> None:
    quotas.release(owner.pk, size_bytes=100)
    usage = quotas.usage(owner)
    assert (usage["used_bytes"], usage["image_count"]) == (0, 0)


def test_a_person_s_own_limit_beats_the_site_s(owner: User, settings: Settings) -> None:
    settings.STORAGE_LIMIT_BYTES = 50
    owner.storage_limit_bytes = 200
    owner.save(update_fields=["storage_limit_bytes"])
    quotas.reserve(owner, size_bytes=150)
    with pytest.raises(quotas.QuotaExceeded) as refused:
        quotas.reserve(owner, size_bytes=51)
    assert (refused.value.code, refused.value.limit) == ("storage_full", 200)


@pytest.mark.django_db(transaction=True)
def test_of_two_that_race_for_the_last_bytes_exactly_one_wins(owner: User) -> None:
    User.objects.filter(pk=owner.pk).update(storage_limit_bytes=100)
    won: list[bool] = []
    start = threading.Barrier(8)

    def run() -> None:
        try:
            start.wait()
            quotas.reserve(owner, size_bytes=60)
            won.append(True)
        except quotas.QuotaExceeded:
            won.append(False)
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(won) == [False] * 7 + [True]
    assert quotas.usage(owner)["used_bytes"] == 60
