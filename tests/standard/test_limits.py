"""Lengths of time: how they are written, and when a promise made with them falls due."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from hotline.errors import Invalid
from hotline.standard.limits import Limit, Unit
from tests.standard.shanghai import at, calendar, local

WRITTEN = {
    "60 s": Limit(60, Unit.SECOND),
    "10 min": Limit(10, Unit.MINUTE),
    "1 h": Limit(1, Unit.HOUR),
    "1 day": Limit(1, Unit.DAY),
    "2 days": Limit(2, Unit.DAY),
    "2 years": Limit(2, Unit.YEAR),
    "30 business min": Limit(30, Unit.BUSINESS_MINUTE),
    "2 business h": Limit(2, Unit.BUSINESS_HOUR),
    "1 business day": Limit(1, Unit.BUSINESS_DAY),
    "3 business days": Limit(3, Unit.BUSINESS_DAY),
    "same day": Limit(0, Unit.SAME_DAY),
    "next day": Limit(0, Unit.NEXT_DAY),
}


@pytest.mark.parametrize("text", WRITTEN)
def test_a_limit_is_read_as_it_is_written_and_written_as_it_was_read(text: str) -> None:
    assert Limit.parse(text) == WRITTEN[text]
    assert str(Limit.parse(text)) == text


@pytest.mark.parametrize(
    "text", ["", "60", "s", "0 s", "-1 s", "1.5 h", "60s", "two days", "10 minutes", "1 week", "1 s "]
)
def test_anything_else_is_refused_by_its_text(text: str) -> None:
    with pytest.raises(Invalid, match="is not a time such as") as refusal:
        Limit.parse(text)
    assert repr(text) in str(refusal.value)


@pytest.mark.parametrize(("text", "seconds"), [("60 s", 60), ("10 min", 600), ("2 h", 7200)])
def test_plain_limits_have_seconds(text: str, seconds: int) -> None:
    assert Limit.parse(text).seconds == seconds
    assert Limit.parse(text).span == timedelta(seconds=seconds)


@pytest.mark.parametrize("text", ["2 days", "1 business day", "30 business min", "same day", "next day", "2 years"])
def test_limits_that_depend_on_the_calendar_have_no_seconds(text: str) -> None:
    with pytest.raises(Invalid, match=f"{text} has no fixed number of seconds"):
        _ = Limit.parse(text).seconds


@pytest.mark.parametrize(
    ("text", "made", "due"),
    [
        ("60 s", "2026-03-02 23:59", "2026-03-03 00:00"),
        ("10 min", "2026-10-01 08:00", "2026-10-01 08:10"),
        ("1 h", "2026-03-02 10:00", "2026-03-02 11:00"),
        ("2 days", "2026-09-30 10:15", "2026-10-02 10:15"),
        ("2 years", "2024-02-29 10:00", "2026-03-01 10:00"),
        ("same day", "2026-03-02 00:00", "2026-03-03 00:00"),
        ("same day", "2026-03-02 23:59", "2026-03-03 00:00"),
        ("next day", "2026-03-02 23:59", "2026-03-04 00:00"),
        ("next day", "2026-03-02 00:00", "2026-03-04 00:00"),
        ("1 business day", "2026-03-06 14:00", "2026-03-09 14:00"),
        ("1 business day", "2026-03-07 14:00", "2026-03-10 00:00"),
        ("2 business days", "2026-09-30 14:00", "2026-10-09 14:00"),
        ("30 business min", "2026-03-06 17:15", "2026-03-09 08:45"),
        ("1 business h", "2026-03-07 12:00", "2026-03-09 09:30"),
        ("2 business h", "2026-03-02 03:00", "2026-03-02 10:30"),
    ],
)
def test_a_promise_falls_due_by_the_local_calendar(text: str, made: str, due: str) -> None:
    assert local(Limit.parse(text).deadline(at(made), calendar()).at) == due


def test_business_time_that_ends_with_the_office_ends_that_day() -> None:
    assert local(Limit.parse("30 business min").deadline(at("2026-03-06 17:00"), calendar()).at) == "2026-03-06 17:30"


def test_deadlines_are_in_utc_and_name_the_calendar_they_were_reckoned_by() -> None:
    for text in WRITTEN:
        deadline = Limit.parse(text).deadline(at("2026-03-02 10:00"), calendar())
        assert deadline.at.tzinfo is UTC
        assert deadline.calendar_version == calendar().version


def test_an_instant_without_a_time_zone_is_refused() -> None:
    with pytest.raises(Invalid, match="time zone"):
        Limit.parse("60 s").deadline(datetime(2026, 3, 2), calendar())  # noqa: DTZ001
