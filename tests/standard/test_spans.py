"""Parts of the day and of the year, over midnight and over the new year."""

from __future__ import annotations

from datetime import date, time

import pytest

from hotline.errors import Invalid
from hotline.standard.spans import MonthDay, Season, Span

WINTER = Season(MonthDay.parse("11-15"), MonthDay.parse("03-15"))
SUMMER = Season(MonthDay.parse("06-01"), MonthDay.parse("08-31"))


@pytest.mark.parametrize("text", ["08:30-17:30", "21:00-08:00", "00:00-24:00", "18:00-24:00"])
def test_a_span_is_written_as_it_was_read(text: str) -> None:
    assert str(Span.parse(text)) == text


@pytest.mark.parametrize("text", ["8:30-17:30", "08:30", "08:30-25:00", "24:00-08:00", "08:60-09:00", "morning"])
def test_what_is_no_part_of_a_day_is_refused(text: str) -> None:
    with pytest.raises(Invalid, match="part of the day"):
        Span.parse(text)


@pytest.mark.parametrize(
    ("span", "wall", "inside"),
    [
        ("08:30-17:30", time(8, 30), True),
        ("08:30-17:30", time(17, 29, 59), True),
        ("08:30-17:30", time(17, 30), False),
        ("21:00-08:00", time(23), True),
        ("21:00-08:00", time(0), True),
        ("21:00-08:00", time(8), False),
        ("21:00-08:00", time(20, 59), False),
        ("00:00-24:00", time(0), True),
        ("00:00-24:00", time(23, 59), True),
    ],
)
def test_a_span_contains_its_start_and_not_its_end(span: str, wall: time, inside: bool) -> None:
    assert Span.parse(span).contains(wall) is inside


@pytest.mark.parametrize("text", ["02-30", "13-01", "11", "11-15-2026", "november"])
def test_what_is_no_day_of_the_year_is_refused(text: str) -> None:
    with pytest.raises(Invalid, match="day of the year"):
        MonthDay.parse(text)


def test_the_leap_day_is_a_day_of_the_year() -> None:
    assert MonthDay.parse("02-29") == MonthDay(2, 29)


@pytest.mark.parametrize(
    ("day", "inside"),
    [
        (date(2026, 11, 14), False),
        (date(2026, 11, 15), True),
        (date(2026, 12, 31), True),
        (date(2027, 1, 1), True),
        (date(2028, 2, 29), True),
        (date(2027, 3, 15), True),
        (date(2027, 3, 16), False),
    ],
)
def test_a_winter_season_reaches_past_the_new_year_and_holds_both_its_ends(day: date, inside: bool) -> None:
    assert WINTER.contains(day) is inside


@pytest.mark.parametrize(
    ("day", "inside"), [(date(2026, 5, 31), False), (date(2026, 7, 1), True), (date(2026, 9, 1), False)]
)
def test_a_summer_season_stays_within_its_year(day: date, inside: bool) -> None:
    assert SUMMER.contains(day) is inside
