"""Complaints at the turn of the year and in a week of holiday: when each clock runs out, and who hears of it then."""

from __future__ import annotations

from datetime import datetime

import pytest

from hotline.domain import complaints
from hotline.domain.promises import Promise
from hotline.standard.kinds import Grade
from tests.complaining import Filed, filed
from tests.complaining import house as house
from tests.stories.timetable import BROKEN, DAY, HOUR, MINUTE, SOON, Story, on_time, rows
from tests.stories.timetable import story as story
from tests.world import SHANGHAI

NEW_YEARS_EVE = datetime(2026, 12, 31, 23, 50, tzinfo=SHANGHAI)
NEW_YEAR = {"years": {"2027": {"holidays": ["2027-01-01", "2027-01-02", "2027-01-03"]}}}
# The Spring Festival from Friday to Thursday; the Sunday after it is worked instead (调休).
FESTIVAL = {
    "years": {
        "2027": {"holidays": [f"2027-02-{day:02d}" for day in range(5, 12)], "workdays": ["2027-02-14"]},
    }
}
IN_BUSINESS_TIME = {
    "CMP-1.sign": {"limit": "60 business min"},
    "CMP-4.settle.minor": {"limit": "3 business days"},
    "CMP-9.callback": {"limit": "12 business h"},
}


def complains(story: Story, grade: Grade) -> Filed:
    return filed(story.runtime, story.cast, department_id=story.house.repair, grade=grade)


def due(made: Filed) -> dict[str, str]:
    """Until when each is promised, by the clock on the wall."""
    return {one.rule: f"{one.due_at.astimezone(SHANGHAI):%a %m-%d %H:%M}" for one in made.promises}


def settling(made: Filed) -> Promise:
    return next(one for one in made.promises if one.rule_id == "CMP-4")


def test_ten_minutes_before_the_year_ends_the_same_day_ends_in_ten_minutes(story: Story) -> None:
    story.comes_to(NEW_YEARS_EVE)
    made = complains(story, Grade.MAJOR)
    assert due(made) == {
        "CMP-1.sign": "Fri 01-01 00:00",
        "CMP-2.pass_up.major": "Fri 01-01 00:00",
        "CMP-3.reply.major": "Sat 01-02 23:50",
        "CMP-4.settle.major": "Sun 01-10 23:50",
        "CMP-9.callback": "Sat 01-02 23:50",
    }
    story.passes(HOUR)
    assert story.told() == rows("""
        12-31 23:50 sun complaint-for-supervisor
        12-31 23:56 lin soon CMP-1.sign
        01-01 00:00 feng broken CMP-2.pass_up.major
        01-01 00:00 liu broken CMP-1.sign
        01-01 00:00 qian broken CMP-2.pass_up.major
        01-01 00:00 sun broken CMP-1.sign
        01-01 00:00 sun broken CMP-2.pass_up.major
        01-01 00:20 qian broken CMP-1.sign
        01-01 00:30 feng rung CMP-2.pass_up.major
    """)


def test_signed_and_passed_up_before_midnight_it_was_in_time(story: Story) -> None:
    story.comes_to(NEW_YEARS_EVE)
    made = complains(story, Grade.MAJOR)
    story.goes(made, on_time(Grade.MAJOR, passed_up=9 * MINUTE, settled=12 * HOUR))
    assert set(made.verdicts.values()) == {"kept"}
    assert story.told(SOON, BROKEN) == []


def test_dealt_with_ten_minutes_before_midnight_and_returned_ten_after_the_form_is_late(story: Story) -> None:
    story.comes_to(NEW_YEARS_EVE)
    made = complains(story, Grade.MINOR)
    story.goes(made, on_time(Grade.MINOR, returned=DAY + 20 * MINUTE))
    assert due(made)["CMP-6.form"] == "Sat 01-02 00:00"
    assert made.verdicts == {**dict.fromkeys(made.verdicts, "kept"), "CMP-6.form": "late"}
    assert story.told(SOON, BROKEN) == rows("""
        01-02 00:00 liu broken CMP-6.form, texted 08:00
        01-02 00:00 sun broken CMP-6.form, texted 08:00
    """)


@pytest.mark.parametrize(
    ("calendar", "until", "assumed"), [(NEW_YEAR, "Tue 01-05 23:50", False), ({}, "Mon 01-04 23:50", True)]
)
def test_where_working_days_count_the_holidays_of_the_new_year_do_not(
    story: Story, calendar: dict[str, object], until: str, assumed: bool
) -> None:
    """Of a year that nobody listed the plain week is taken, which is sooner, and the promise says so."""
    rule = {"CMP-4.settle.minor": {"limit": "2 business days"}}
    story.in_company(story.cast.heat, calendar=calendar, promise_rules=rule)
    story.comes_to(NEW_YEARS_EVE)
    made = complains(story, Grade.MINOR)
    assert due(made)["CMP-4.settle.minor"] == until
    assert settling(made).calendar.endswith("+2027-assumed") is assumed


def test_what_a_grade_brings_forward_says_by_which_calendar_it_was_reckoned(story: Story) -> None:
    story.in_company(story.cast.heat, promise_rules={"CMP-4.settle.minor": {"limit": "1 business day"}})
    story.comes_to(NEW_YEARS_EVE)
    made = filed(story.runtime, story.cast, department_id=story.house.repair)
    ungraded = settling(made).calendar
    with made.by(story.cast.lin) as (act, case, lin):
        complaints.grade(act, case, Grade.MINOR, by=lin, why="half an hour without warm water")
    assert due(made)["CMP-4.settle.minor"] == "Fri 01-01 23:50"
    assert settling(made).calendar == f"{ungraded}+2027-assumed"


def test_over_a_week_of_holiday_business_time_stands_still_and_a_make_up_sunday_counts(story: Story) -> None:
    story.in_company(story.cast.heat, calendar=FESTIVAL, promise_rules=IN_BUSINESS_TIME)
    story.comes_to(datetime(2027, 2, 4, 17, tzinfo=SHANGHAI))
    made = complains(story, Grade.MINOR)
    assert due(made) == {
        "CMP-1.sign": "Fri 02-12 09:00",  # half an hour before the holidays, half an hour after them
        "CMP-4.settle.minor": "Mon 02-15 17:00",  # Friday, Sunday, Monday
        "CMP-9.callback": "Sun 02-14 11:00",  # half an hour, Friday's nine hours, and Sunday's from 8:30
    }
    story.comes_to(datetime(2027, 2, 15, 18, tzinfo=SHANGHAI))
    assert story.told() == rows("""
        02-04 17:00 sun complaint-for-supervisor
        02-12 08:56 lin soon CMP-1.sign
        02-12 09:00 liu broken CMP-1.sign
        02-12 09:00 sun broken CMP-1.sign
        02-12 09:20 qian broken CMP-1.sign
        02-13 23:00 lin soon CMP-9.callback, texted 08:00
        02-14 11:00 lin broken CMP-9.callback
        02-14 11:00 sun broken CMP-9.callback
        02-15 05:00 lin soon CMP-4.settle.minor, texted 08:00
        02-15 17:00 liu broken CMP-4.settle.minor
        02-15 17:00 sun broken CMP-4.settle.minor
    """)


def test_what_was_promised_before_a_company_changed_its_calendar_stays_promised(story: Story) -> None:
    story.in_company(story.cast.heat, calendar=FESTIVAL, promise_rules=IN_BUSINESS_TIME)
    story.comes_to(datetime(2027, 2, 4, 17, tzinfo=SHANGHAI))
    before = complains(story, Grade.MINOR)
    story.in_company(story.cast.heat, promise_rules=IN_BUSINESS_TIME, timezone="Asia/Urumqi")
    after = complains(story, Grade.MINOR)
    assert due(before)["CMP-4.settle.minor"] == "Mon 02-15 17:00"
    assert due(after)["CMP-4.settle.minor"] != due(before)["CMP-4.settle.minor"]
    assert settling(before).calendar != settling(after).calendar
