"""A company in another zone rings at the hours of its own wall, before and after the clocks are changed there."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from hotline import clock
from tests.desk import Desk
from tests.line import Line
from tests.stories.test_callbacks import attempts, misses, owed
from tests.world import HandClock

NEW_YORK = ZoneInfo("America/New_York")
MANHATTAN = "+12125551234"
FRIDAY = datetime(2026, 10, 30, 20, 50, tzinfo=NEW_YORK)  # on Sunday the clocks go back


@pytest.fixture
def at() -> Iterator[HandClock]:
    hand = HandClock(FRIDAY)
    with clock.turned_by(hand):
        yield hand


def test_the_morning_after_the_clocks_went_back_begins_at_the_hour_on_the_wall(line: Line, desk: Desk) -> None:
    lin = line.cast.lin
    there = {"timezone": "America/New_York", "calendar": {"country": "none"}}
    line.changes(line.cast.heat, **there, answering={"staffing": "always"}, callbacks={"regions": ["US"]})
    misses(line, MANHATTAN)
    desk.sits(lin)
    desk.takes(lin)
    line.phone(MANHATTAN).rings().lets_it_ring()
    line.passes(minutes=1)
    desk.goes_home(lin)
    assert [one.outcome for one in attempts(line)] == ["no-answer"]
    due = owed(line).next_at
    assert due == datetime(2026, 11, 2, 9, tzinfo=NEW_YORK), "Monday morning, by winter time"
    line.passes(seconds=(due - line.at.now).total_seconds() - 1)
    desk.sits(lin)
    line.phone("lin").does_not_ring(0.5)
    desk.takes(lin)
    line.phone(MANHATTAN).rings().answers().hears("方便通话请按1").presses("1").hears("♪ beep").hangs_up()
    assert timedelta() <= attempts(line)[1].began_at - due < timedelta(seconds=1)
    assert owed(line).state == "reached"


def test_a_customer_abroad_is_rung_neither_in_our_night_nor_in_theirs(line: Line, desk: Desk) -> None:
    """It is Monday night in New York, and Tuesday morning with us; their morning is our night."""
    line.changes(line.cast.heat, answering={"staffing": "always"}, callbacks={"regions": ["CN", "US"]})
    line.passes(days=3, hours=2)
    misses(line, MANHATTAN)
    due = owed(line).next_at
    assert due == datetime(2026, 11, 3, 19, tzinfo=NEW_YORK)
    line.passes(seconds=(due - line.at.now).total_seconds() - 1)
    desk.sits(line.cast.lin)
    line.phone("lin").does_not_ring(0.5)
    desk.takes(line.cast.lin)
    line.phone(MANHATTAN).rings().answers().hears("方便通话请按1").presses("1").hears("♪ beep").hangs_up()
    assert owed(line).state == "reached"
