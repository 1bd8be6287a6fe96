"""The clock that is turned by hand: without it no wait could be tested in less time than it takes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from functools import partial

from hotline.simulator.clock import ManualClock, RealClock, Timetable

START = datetime(2026, 1, 12, 2, 0, tzinfo=UTC)


def test_what_is_due_is_done_in_order_at_its_time() -> None:
    clock = ManualClock(START)
    timetable = Timetable(clock)
    done: list[tuple[str, datetime]] = []
    timetable.after(20, lambda: done.append(("late", clock.now())))
    timetable.after(10, lambda: done.append(("early", clock.now())))
    timetable.after(10, lambda: timetable.after(5, lambda: done.append(("between", clock.now()))))
    timetable.after(99, lambda: done.append(("never", clock.now()))).cancel()
    timetable.wait_until(lambda: False, 60)
    assert done == [
        ("early", START + timedelta(seconds=10)),
        ("between", START + timedelta(seconds=15)),
        ("late", START + timedelta(seconds=20)),
    ]
    assert clock.now() == START + timedelta(seconds=60)


def test_waiting_ends_as_soon_as_what_is_awaited_is_there() -> None:
    clock = ManualClock(START)
    timetable = Timetable(clock)
    there: list[int] = []
    timetable.after(7, lambda: there.append(1))
    assert timetable.wait_until(lambda: bool(there), 3600)
    assert clock.now() == START + timedelta(seconds=7)
    assert not timetable.wait_until(lambda: False, 1)


def test_followers_hear_of_every_turn_and_stops_are_kept() -> None:
    clock = ManualClock(START)
    timetable = Timetable(clock)
    followed: list[datetime] = []
    wanted = [START + timedelta(seconds=30), START + timedelta(seconds=45)]
    clock.on_turn.append(followed.append)
    clock.stops.append(lambda: next((at for at in wanted if at > clock.now()), None))
    timetable.wait_until(lambda: False, 60)
    assert followed == [*wanted, START + timedelta(seconds=60)]


def test_a_twenty_minute_wait_takes_no_time() -> None:
    clock = ManualClock(START)
    before = RealClock().now()
    Timetable(clock).wait_until(lambda: False, 20 * 60)
    assert clock.now() - START == timedelta(minutes=20)
    assert RealClock().now() - before < timedelta(minutes=1)


def test_a_local_time_is_kept_in_utc() -> None:  # contract 1.10: times are GMT
    clock = ManualClock(START.astimezone(timezone(timedelta(hours=8))))
    clock.turn(clock.now().astimezone(timezone(timedelta(hours=8))) + timedelta(seconds=1))
    assert clock.now().tzinfo is UTC
    assert clock.now() == START + timedelta(seconds=1)


def test_a_coarse_clock_does_what_falls_due_together_at_one_turn_and_never_early() -> None:
    clock = ManualClock(grain=0.5)
    timetable, turns, done = Timetable(clock), list[datetime](), list[tuple[float, float]]()
    clock.on_turn.append(turns.append)
    start = clock.now()

    def note(wanted: float) -> None:
        done.append((wanted, (clock.now() - start).total_seconds()))

    for wanted in (0.0, 0.1, 0.4, 0.5, 0.6, 1.0):
        timetable.after(wanted, partial(note, wanted))
    timetable.wait_until(lambda: False, 1)
    assert done == [(0.0, 0.0), (0.1, 0.5), (0.4, 0.5), (0.5, 0.5), (0.6, 1.0), (1.0, 1.0)]
    assert len(turns) == 2
