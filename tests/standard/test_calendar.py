"""Working days, opening hours and seasons: 2026 as it was decreed, years nobody knows yet, and companies abroad."""

from __future__ import annotations

import logging
from datetime import date, timedelta

import pytest

from hotline.errors import Invalid
from hotline.standard import calendar as calendar_module
from hotline.standard.calendar import UnknownYear
from hotline.standard.limits import Limit
from tests.standard.shanghai import abroad, at, calendar, local


@pytest.mark.parametrize(
    ("day", "worked"),
    [
        (date(2026, 1, 1), False),
        (date(2026, 1, 4), True),  # a Sunday made up for new year
        (date(2026, 2, 14), True),  # a Saturday made up for the spring festival
        (date(2026, 2, 17), False),
        (date(2026, 2, 28), True),
        (date(2026, 3, 7), False),
        (date(2026, 3, 9), True),
        (date(2026, 10, 1), False),
        (date(2026, 10, 8), True),
        (date(2026, 10, 10), True),
    ],
)
def test_holidays_and_make_up_days_of_2026_are_as_decreed(day: date, worked: bool) -> None:
    assert calendar().is_business_day(day) is worked


def test_a_year_that_nobody_decreed_yet_is_refused_to_those_who_must_not_guess() -> None:
    with pytest.raises(UnknownYear, match=r"2031 are not known: set calendar\.years\.2031"):
        calendar().is_business_day(date(2031, 1, 2))


def test_a_year_before_the_first_known_one_is_refused_too() -> None:
    with pytest.raises(UnknownYear):
        calendar().is_business_day(date(1999, 1, 4))


def test_a_company_may_supply_a_year_itself() -> None:
    own = calendar(years={"2031": {"holidays": ["2031-01-01", "2031-01-02"], "workdays": ["2031-01-04"]}})
    assert not own.is_business_day(date(2031, 1, 2))
    assert own.is_business_day(date(2031, 1, 4))
    assert own.is_business_day(date(2031, 1, 3))


def test_a_companys_own_days_stand_above_the_decreed_ones() -> None:
    own = calendar(years={"2026": {"holidays": ["2026-02-14"], "workdays": ["2026-10-03"]}})
    assert not own.is_business_day(date(2026, 2, 14))
    assert own.is_business_day(date(2026, 10, 3))
    assert not own.is_business_day(date(2026, 10, 1)), "the other decreed days stay"


def test_a_deadline_into_an_unknown_year_takes_the_plain_week_and_says_so(caplog: pytest.LogCaptureFixture) -> None:
    calendar_module._warn_of_guess.cache_clear()
    with caplog.at_level(logging.WARNING):
        for _ in range(3):
            deadline = Limit.parse("2 business days").deadline(at("2030-12-31 10:00"), calendar())
    assert local(deadline.at) == "2031-01-02 10:00"
    assert deadline.calendar_version == f"{calendar().version}+2030-assumed+2031-assumed"
    assert [record.getMessage()[:16] for record in caplog.records] == ["holidays of 2030", "holidays of 2031"]


def test_a_deadline_that_asks_no_calendar_guesses_nothing() -> None:
    for text in ("60 s", "2 days", "same day"):
        assert "assumed" not in Limit.parse(text).deadline(at("2031-01-01 10:00"), calendar()).calendar_version


def test_opening_hours_of_an_unknown_year_are_answered_by_the_plain_week() -> None:
    assert calendar().is_open(at("2031-01-01 10:00"))
    assert not calendar().is_open(at("2031-01-04 10:00"))


@pytest.mark.parametrize(
    ("instant", "open_"),
    [
        ("2026-03-02 08:29", False),
        ("2026-03-02 08:30", True),
        ("2026-03-02 17:29", True),
        ("2026-03-02 17:30", False),
        ("2026-03-07 10:00", False),
        ("2026-10-01 10:00", False),
        ("2026-02-14 10:00", True),
    ],
)
def test_the_office_is_open_in_its_hours_on_working_days(instant: str, open_: bool) -> None:
    assert calendar().is_open(at(instant)) is open_


def test_a_make_up_saturday_keeps_its_own_hours_where_it_has_some() -> None:
    own = calendar(hours={"sat": ["10:00-12:00"]})
    assert not own.is_open(at("2026-02-14 09:00"))
    assert own.is_open(at("2026-02-14 11:00"))
    assert own.is_open(at("2026-03-07 11:00")), "an ordinary Saturday with hours is open, though no business day"
    assert not own.is_business_day(date(2026, 3, 7))


def test_a_night_shift_stays_open_past_midnight() -> None:
    own = calendar(hours={"mon": ["20:00-04:00"], "tue": []})
    assert own.is_open(at("2026-03-03 03:59"))
    assert not own.is_open(at("2026-03-03 04:00"))
    assert local(Limit.parse("2 business h").deadline(at("2026-03-02 23:00"), own).at) == "2026-03-03 01:00"


@pytest.mark.parametrize(
    ("instant", "opening"),
    [
        ("2026-03-02 10:00", "2026-03-02 10:00"),
        ("2026-03-02 07:00", "2026-03-02 08:30"),
        ("2026-03-06 17:30", "2026-03-09 08:30"),
        ("2026-09-30 18:00", "2026-10-08 08:30"),
    ],
)
def test_the_next_opening_skips_nights_weekends_and_holidays(instant: str, opening: str) -> None:
    assert local(calendar().next_opening(at(instant))) == opening


def test_a_calendar_that_never_opens_is_found_out_instead_of_searched_for_ever() -> None:
    days = [date(2026, 1, 1) + timedelta(days=ahead) for ahead in range(3 * 365)]
    closed = abroad("Asia/Shanghai", years={str(year): {"holidays": days} for year in (2026, 2027, 2028)})
    with pytest.raises(Invalid, match="closed for the 800 days"):
        closed.next_opening(at("2026-01-05 10:00"))
    with pytest.raises(Invalid, match="no working day in the 800 days"):
        closed.add_business_days(at("2026-01-05 10:00"), 1)


def test_a_company_abroad_has_its_own_week_and_holidays_and_needs_no_decree() -> None:
    own = abroad("Asia/Dubai", week=["sun", "mon", "tue", "wed", "thu"], years={"2031": {"holidays": ["2031-12-02"]}})
    assert own.is_business_day(date(2026, 10, 1))
    assert own.is_business_day(date(2031, 1, 5)), "a Sunday"
    assert not own.is_business_day(date(2031, 1, 3)), "a Friday"
    assert not own.is_business_day(date(2031, 12, 2))
    assert "assumed" not in own.add_business_days(at("2031-12-01 10:00", "Asia/Dubai"), 1).calendar_version


@pytest.mark.parametrize(
    ("instant", "season"),
    [
        ("2026-11-14 23:59", False),
        ("2026-11-15 00:00", True),
        ("2027-03-15 23:59", True),
        ("2027-03-16 00:00", False),
    ],
)
def test_the_heating_season_begins_and_ends_at_local_midnight(instant: str, season: bool) -> None:
    assert calendar().in_heating_season(at(instant)) is season


def test_the_heating_season_is_the_companys_to_set() -> None:
    harbin = calendar(season={"begins": "10-20", "ends": "04-20"})
    assert harbin.in_heating_season(at("2026-10-20 00:00"))
    assert not harbin.in_heating_season(at("2026-10-19 23:59"))


def test_the_version_names_the_library_and_changes_with_everything_a_company_sets() -> None:
    versions = {
        calendar().version,
        calendar("Asia/Urumqi").version,
        calendar(week=["mon"]).version,
        calendar(hours={"sat": ["09:00-12:00"]}).version,
        calendar(years={"2027": {"holidays": ["2027-01-01"]}}).version,
        calendar(season={"begins": "10-20", "ends": "04-20"}).version,
        abroad("Asia/Shanghai").version,
    }
    assert len(versions) == 7
    assert calendar().version == calendar().version
    assert calendar().version.startswith("chinesecalendar-1.")
    assert abroad("Asia/Shanghai").version.startswith("own+")
