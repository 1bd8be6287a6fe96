"""The pace of calls over all workers; if this broke, the carrier would queue or refuse our calls (contract 6.2)."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from redis import Redis

from hotline.carrier.pace import Pace

NOW = datetime(2026, 11, 18, 2, tzinfo=UTC)
SECOND = timedelta(seconds=1)
NOTHING = timedelta(0)


@pytest.fixture
def pace(redis: Redis) -> Pace:
    return Pace(redis, "AC1", per_second=1.0, keep=timedelta(seconds=60))


def test_the_first_goes_at_once_and_the_next_a_second_later(pace: Pace) -> None:
    assert pace.wait("1", NOW) == NOTHING
    assert pace.wait("2", NOW) == SECOND
    assert pace.wait("2", NOW + SECOND) == NOTHING


def test_whoever_waits_keeps_the_place_and_is_not_overtaken(pace: Pace) -> None:
    assert [pace.wait(name, NOW) for name in ("1", "2", "3")] == [NOTHING, SECOND, 2 * SECOND]
    assert pace.wait("2", NOW) == SECOND
    assert pace.wait("4", NOW + SECOND) == 2 * SECOND
    assert pace.wait("2", NOW + SECOND) == NOTHING
    assert pace.wait("3", NOW + 2 * SECOND) == NOTHING


def test_an_emergency_takes_the_next_token_and_the_others_move_back(pace: Pace) -> None:
    assert [pace.wait(name, NOW) for name in ("1", "2", "3")] == [NOTHING, SECOND, 2 * SECOND]
    assert pace.wait("fire", NOW, emergency=True) == SECOND
    assert pace.wait("gas", NOW, emergency=True) == 2 * SECOND
    assert [pace.wait(name, NOW) for name in ("2", "3", "4")] == [3 * SECOND, 4 * SECOND, 5 * SECOND]
    assert pace.wait("2", NOW + SECOND) == 2 * SECOND
    assert pace.wait("fire", NOW + SECOND, emergency=True) == NOTHING
    assert pace.wait("gas", NOW + 2 * SECOND, emergency=True) == NOTHING
    assert pace.wait("2", NOW + 3 * SECOND) == NOTHING


def test_the_same_entry_tried_again_needs_a_new_token(pace: Pace) -> None:
    assert pace.wait("1", NOW) == NOTHING
    assert pace.wait("1", NOW) == SECOND


def test_what_was_not_used_is_not_saved_up(pace: Pace) -> None:
    assert pace.wait("1", NOW) == NOTHING
    later = NOW + 10 * SECOND
    assert [pace.wait(name, later) for name in ("2", "3")] == [NOTHING, SECOND]


def test_over_many_workers_at_once_every_second_has_one(redis_url: str) -> None:
    def ask(name: int) -> timedelta:
        with Redis.from_url(redis_url) as own:
            return Pace(own, "AC1", per_second=1.0, keep=timedelta(seconds=60)).wait(str(name), NOW)

    with ThreadPoolExecutor(8) as workers:
        waits = sorted(workers.map(ask, range(24)))
    assert waits == [n * SECOND for n in range(24)]


def test_each_account_has_its_own_pace(redis: Redis, pace: Pace) -> None:
    assert pace.wait("1", NOW) == NOTHING
    assert Pace(redis, "AC2", per_second=1.0, keep=timedelta(seconds=60)).wait("1", NOW) == NOTHING


def test_a_faster_account_waits_less(redis: Redis) -> None:
    fast = Pace(redis, "AC1", per_second=4.0, keep=timedelta(seconds=60))
    assert [fast.wait(name, NOW) for name in ("1", "2")] == [NOTHING, timedelta(milliseconds=250)]


def test_an_emptied_redis_lets_the_next_one_go(redis: Redis, pace: Pace) -> None:
    pace.wait("1", NOW)
    assert pace.wait("2", NOW) == SECOND
    redis.flushdb()
    assert pace.wait("2", NOW) == NOTHING


def test_a_redis_that_is_away_holds_up_no_call() -> None:
    away = Redis.from_url("redis://127.0.0.1:1/0")
    assert Pace(away, "AC1", per_second=1.0, keep=timedelta(seconds=60)).wait("1", NOW) == NOTHING


def test_nothing_of_it_stays_for_ever(redis: Redis, pace: Pace) -> None:
    for name in ("1", "2", "3"):
        pace.wait(name, NOW)
    assert all(redis.pttl(key) > 0 for key in redis.keys("*"))


def test_a_place_that_nobody_came_back_for_is_cleared(redis: Redis, pace: Pace) -> None:
    for name in ("1", "2"):
        pace.wait(name, NOW)
    pace.wait("3", NOW + 120 * SECOND)
    pace.wait("4", NOW + 120 * SECOND)
    assert redis.zrange("hotline:pace:{AC1}:places", 0, -1) == [b"4"]
