"""Deadlines where clocks are put forward and back, and the rules that hold for every deadline whatever."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline.standard.calendar import Calendar
from hotline.standard.limits import Limit, Unit
from tests.standard.shanghai import abroad, at, calendar, local

NEW_YORK, BERLIN = "America/New_York", "Europe/Berlin"
OFFICES = [
    calendar(),
    calendar(hours={"sat": ["22:00-02:00"]}),
    abroad(NEW_YORK, years={"2026": {"holidays": ["2026-11-26", "2026-12-25"], "workdays": ["2026-11-28"]}}),
    abroad(BERLIN, hours={"sun": ["00:00-24:00"]}),
    abroad("America/Sao_Paulo"),
]
# The largest step by which a clock is changed in these zones.
STEP = timedelta(hours=1)

instants = st.datetimes(
    min_value=datetime(2025, 1, 1),  # noqa: DTZ001
    max_value=datetime(2027, 12, 31),  # noqa: DTZ001
    timezones=st.just(UTC),
)
offices = st.sampled_from(OFFICES)
units = st.sampled_from([unit for unit in Unit if unit not in (Unit.SAME_DAY, Unit.NEXT_DAY)])
limits = st.builds(Limit, st.integers(1, 60), units) | st.sampled_from(
    [Limit.parse("same day"), Limit.parse("next day")]
)


@given(limits, instants, offices)
def test_a_deadline_is_never_before_the_promise(limit: Limit, made: datetime, office: Calendar) -> None:
    assert limit.deadline(made, office).at > made


@given(st.integers(1, 59), units, instants, offices)
def test_a_longer_limit_never_falls_due_earlier(amount: int, unit: Unit, made: datetime, office: Calendar) -> None:
    shorter, longer = Limit(amount, unit), Limit(amount + 1, unit)
    assert shorter.deadline(made, office).at < longer.deadline(made, office).at


@given(limits, instants, st.timedeltas(STEP, timedelta(days=20)), offices)
def test_a_later_promise_never_falls_due_earlier(
    limit: Limit, made: datetime, later: timedelta, office: Calendar
) -> None:
    assert limit.deadline(made, office).at <= limit.deadline(made + later, office).at


@given(st.integers(1, 10_000), st.sampled_from([Unit.SECOND, Unit.MINUTE, Unit.HOUR]), instants, offices)
def test_seconds_minutes_and_hours_are_real_time(amount: int, unit: Unit, made: datetime, office: Calendar) -> None:
    limit = Limit(amount, unit)
    assert limit.deadline(made, office).at - made == limit.span


@given(st.integers(1, 600), instants, offices)
def test_business_minutes_are_exactly_the_minutes_the_office_is_open(
    amount: int, made: datetime, office: Calendar
) -> None:
    made = made.replace(second=0, microsecond=0)
    due = Limit(amount, Unit.BUSINESS_MINUTE).deadline(made, office).at
    reached, open_minutes = office.next_opening(made), 0
    while reached < due:
        open_minutes += 1
        reached = office.next_opening(reached + timedelta(minutes=1)) if open_minutes < amount else due
    assert open_minutes == amount
    assert office.is_open(due - timedelta(minutes=1))


@given(instants, offices)
def test_the_day_ends_at_the_first_instant_of_the_next(made: datetime, office: Calendar) -> None:
    end = office.end_of_day(made)
    day = made.astimezone(office.timezone).date()
    assert (end - timedelta(microseconds=1)).astimezone(office.timezone).date() == day
    assert end.astimezone(office.timezone).date() == day + timedelta(days=1)


@given(instants, offices)
def test_the_next_opening_is_open_and_is_now_while_open(made: datetime, office: Calendar) -> None:
    opening = office.next_opening(made)
    assert office.is_open(opening)
    assert (opening == made) is office.is_open(made)


@pytest.mark.parametrize(
    ("zone", "made", "due"),
    [
        (NEW_YORK, "2026-03-07 10:00", "2026-03-08 10:00"),  # a day of 23 hours
        (NEW_YORK, "2026-10-31 10:00", "2026-11-01 10:00"),  # a day of 25
        (BERLIN, "2026-03-28 10:00", "2026-03-29 10:00"),
        (NEW_YORK, "2026-03-07 02:30", "2026-03-08 03:30"),  # 02:30 does not exist that day
        (BERLIN, "2026-03-28 02:30", "2026-03-29 03:30"),
        ("America/Sao_Paulo", "2018-11-03 00:00", "2018-11-04 01:00"),  # midnight itself did not exist
    ],
)
def test_a_day_keeps_the_local_time_over_a_clock_change(zone: str, made: str, due: str) -> None:
    assert local(Limit.parse("1 day").deadline(at(made, zone), abroad(zone)).at, zone) == due


def test_of_a_local_time_that_comes_twice_the_first_is_the_deadline() -> None:
    due = Limit.parse("1 day").deadline(at("2026-10-31 01:30", NEW_YORK), abroad(NEW_YORK)).at
    assert due == datetime(2026, 11, 1, 5, 30, tzinfo=UTC)


def test_an_hour_over_a_clock_change_is_an_hour() -> None:
    due = Limit.parse("1 h").deadline(at("2026-03-08 01:30", NEW_YORK), abroad(NEW_YORK)).at
    assert local(due, NEW_YORK) == "2026-03-08 03:30"


def test_business_hours_of_a_short_sunday_are_the_hours_that_there_were() -> None:
    berlin = abroad(BERLIN, hours={"sun": ["00:00-06:00"]})
    due = Limit.parse("5 business h").deadline(at("2026-03-29 00:00", BERLIN), berlin).at
    assert local(due, BERLIN) == "2026-03-29 06:00"
