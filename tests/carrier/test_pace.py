"""The pace of calls over all workers; if this broke, the carrier would queue or refuse our calls (contract 6.2)."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from redis import Redis

from hotline.carrier.pace import Lane, Pace
from tests.carrier import callers

ROOT = Path(__file__).parents[2]
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


def test_a_clock_that_was_set_back_keeps_nobody_waiting_for_the_place_of_before(pace: Pace) -> None:
    pace.wait("1", NOW)
    pace.wait("2", NOW)
    earlier = NOW - timedelta(hours=1)
    assert pace.wait("2", earlier) > timedelta(hours=1)
    pace.forget()
    assert pace.wait("2", earlier) == NOTHING


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
    assert redis.zrange("hotline:pace:{AC1}:account", 0, -1) == [b"=3", b"4"]


def test_a_number_and_a_company_keep_to_their_own_pace(redis: Redis) -> None:
    wide = Pace(redis, "AC1", per_second=1000.0, keep=timedelta(seconds=60))
    company = Lane("company-1", 2 * SECOND)
    first, second = Lane("number-1", 5 * SECOND), Lane("number-2", 5 * SECOND)
    assert wide.wait("1", NOW, first, company) == NOTHING
    assert wide.wait("2", NOW, second, company) == 2 * SECOND
    assert wide.wait("3", NOW, first, company) == 5 * SECOND
    assert wide.wait("4", NOW, second, company) == 7 * SECOND
    assert wide.wait("5", NOW, Lane("number-3", SECOND), Lane("company-2", SECOND)) < SECOND


def test_whoever_waits_for_a_busy_number_keeps_no_other_number_waiting(redis: Redis, pace: Pace) -> None:
    busy, free = Lane("number-1", 10 * SECOND), Lane("number-2", SECOND)
    assert [pace.wait(str(n), NOW, busy) for n in range(4)] == [n * 10 * SECOND for n in range(4)]
    assert [pace.wait(name, NOW, free) for name in ("5", "6")] == [SECOND, 2 * SECOND]
    assert pace.wait("5", NOW + SECOND, free) == NOTHING


def test_an_emergency_moves_back_only_as_far_as_it_must_and_in_order(redis: Redis, pace: Pace) -> None:
    slow, free = Lane("number-1", 4 * SECOND), Lane("number-2", SECOND)
    assert [pace.wait(name, NOW, slow) for name in ("1", "2")] == [NOTHING, 4 * SECOND]
    assert [pace.wait(name, NOW, free) for name in ("3", "4")] == [SECOND, 2 * SECOND]
    assert pace.wait("fire", NOW, free, emergency=True) == SECOND
    assert [pace.wait(name, NOW) for name in ("3", "4", "2")] == [2 * SECOND, 3 * SECOND, 4 * SECOND]
    assert pace.wait("gas", NOW, slow, emergency=True) == 4 * SECOND
    assert pace.wait("2", NOW, slow) == 8 * SECOND


def test_whoever_comes_late_does_not_go_beside_another(redis: Redis, pace: Pace) -> None:
    assert [pace.wait(name, NOW) for name in ("1", "2")] == [NOTHING, SECOND]
    assert pace.wait("2", NOW + 5 * SECOND) == NOTHING
    assert pace.wait("3", NOW + 5 * SECOND) == SECOND


def test_over_many_processes_no_lane_is_ever_overrun(redis_url: str) -> None:
    """Each asks, waits as it is told and asks again; the instants at which they went are as far apart as they must."""
    program = [sys.executable, "-m", "tests.carrier.callers", redis_url]
    with ExitStack() as stack:
        started = [
            stack.enter_context(subprocess.Popen([*program, str(n)], stdout=subprocess.PIPE, text=True, cwd=ROOT))
            for n in range(4)
        ]
        went = [line.split() for one in started for line in one.communicate(timeout=60)[0].splitlines()]
    assert len(went) == 4 * callers.EACH
    for lane, rest in callers.RESTS.items():
        slots = sorted(int(slot) for slot, *lanes in went if lane in lanes)
        assert all(later - earlier >= rest for earlier, later in pairwise(slots)), (lane, slots)
