"""A complaint of each grade: every step on time, and each single step missed; who is told what, when."""

from __future__ import annotations

from datetime import timedelta

import pytest

from hotline.errors import Conflict
from hotline.standard.kinds import Grade
from tests.complaining import filed
from tests.complaining import house as house
from tests.stories.timetable import BROKEN, DAY, HOUR, MINUTE, SOON, Story, on_time, rows
from tests.stories.timetable import story as story

MINOR, IMPORTANT, MAJOR = Grade
EVERYBODYS = {"CMP-1.sign", "CMP-6.form", "CMP-7.tell", "CMP-8.visit", "CMP-9.callback"}
OF_GRADE = {
    MINOR: {"CMP-4.settle.minor"},
    IMPORTANT: {"CMP-4.settle.important", "CMP-2.pass_up.important"},
    MAJOR: {"CMP-4.settle.major", "CMP-2.pass_up.major", "CMP-3.reply.major"},
}


@pytest.mark.parametrize("grade", Grade)
def test_with_every_step_on_time_nobody_hears_of_a_clock(story: Story, grade: Grade) -> None:
    made = filed(story.runtime, story.cast, department_id=story.house.repair, grade=grade)
    story.goes(made, on_time(grade))
    assert made.verdicts == dict.fromkeys(EVERYBODYS | OF_GRADE[grade], "kept")
    assert story.told() == rows("""
        11-18 10:00 sun complaint-for-supervisor
        11-19 12:00 lin complaint-returned
    """)
    assert made.case.state == "closed"


def plays(story: Story, grade: Grade, rule: str, late: dict[str, timedelta], table: str) -> None:
    """One step is late, and in the end it is done after all: late stays late, and everything else was kept."""
    made = filed(story.runtime, story.cast, department_id=story.house.repair, grade=grade)
    story.goes(made, on_time(grade, **late))
    assert story.told(SOON, BROKEN) == rows(table)
    kept = dict.fromkeys(EVERYBODYS | OF_GRADE[grade], "kept")
    assert made.verdicts == {**kept, rule: "late"}
    assert made.case.state == "closed"


@pytest.mark.parametrize("grade", Grade)
@pytest.mark.parametrize(
    ("rule", "late", "table"),
    [
        (
            "CMP-1.sign",
            {"signed": 45 * MINUTE},
            """
            11-18 10:06 lin soon CMP-1.sign
            11-18 10:10 liu broken CMP-1.sign
            11-18 10:10 sun broken CMP-1.sign
            11-18 10:30 qian broken CMP-1.sign
            """,
        ),
        (
            "CMP-6.form",
            {"returned": DAY + 23 * HOUR},
            """
            11-19 22:00 lin soon CMP-6.form
            11-20 00:00 liu broken CMP-6.form, texted 08:00
            11-20 00:00 sun broken CMP-6.form, texted 08:00
            """,
        ),
        (
            "CMP-7.tell",
            {"told_result": DAY + 23 * HOUR},
            """
            11-19 22:00 lin soon CMP-7.tell
            11-20 00:00 lin broken CMP-7.tell
            11-20 00:00 sun broken CMP-7.tell, texted 08:00
            """,
        ),
        (
            "CMP-8.visit",
            {"visited": 4 * DAY + 6 * HOUR},
            """
            11-21 14:00 lin soon CMP-8.visit
            11-22 14:00 lin broken CMP-8.visit
            11-22 14:00 sun broken CMP-8.visit
            """,
        ),
    ],
)
def test_a_step_that_every_grade_has_is_missed(
    story: Story, grade: Grade, rule: str, late: dict[str, timedelta], table: str
) -> None:
    plays(story, grade, rule, late, table)


@pytest.mark.parametrize(
    ("grade", "late", "table"),
    [
        (
            IMPORTANT,
            75 * MINUTE,
            """
            11-18 10:40 lin soon CMP-2.pass_up.important
            11-18 11:00 qian broken CMP-2.pass_up.important
            11-18 11:00 sun broken CMP-2.pass_up.important
            """,
        ),
        (
            MAJOR,
            15 * HOUR,
            """
            11-18 22:00 lin soon CMP-2.pass_up.major
            11-19 00:00 feng broken CMP-2.pass_up.major
            11-19 00:00 qian broken CMP-2.pass_up.major
            11-19 00:00 sun broken CMP-2.pass_up.major
            11-19 00:30 feng rung CMP-2.pass_up.major
            """,
        ),
    ],
)
def test_it_is_not_passed_up_in_time(story: Story, grade: Grade, late: timedelta, table: str) -> None:
    plays(story, grade, f"CMP-2.pass_up.{grade}", {"passed_up": late}, table)


def test_a_major_complaint_gets_no_clear_reply_in_time(story: Story) -> None:
    table = """
        11-19 22:00 lin soon CMP-3.reply.major
        11-20 10:00 qian broken CMP-3.reply.major
        11-20 10:00 sun broken CMP-3.reply.major
        11-20 14:00 feng broken CMP-3.reply.major
    """
    plays(story, MAJOR, "CMP-3.reply.major", {"replied": 2 * DAY + 5 * HOUR, "settled": 3 * DAY}, table)


@pytest.mark.parametrize(
    ("grade", "late", "table"),
    [
        (
            MINOR,
            3 * DAY + HOUR,
            """
            11-19 22:00 lin soon CMP-4.settle.minor
            11-20 10:00 liu broken CMP-4.settle.minor
            11-20 10:00 sun broken CMP-4.settle.minor
            11-21 10:00 qian broken CMP-4.settle.minor
            """,
        ),
        (
            IMPORTANT,
            4 * DAY + HOUR,
            """
            11-20 10:00 lin soon CMP-4.settle.important
            11-21 10:00 liu broken CMP-4.settle.important
            11-21 10:00 qian broken CMP-4.settle.important
            11-21 10:00 sun broken CMP-4.settle.important
            11-22 10:00 feng broken CMP-4.settle.important
            """,
        ),
        (
            MAJOR,
            10 * DAY + HOUR,
            """
            11-26 10:00 lin soon CMP-4.settle.major
            11-28 10:00 feng broken CMP-4.settle.major
            11-28 10:00 liu broken CMP-4.settle.major
            11-28 10:00 qian broken CMP-4.settle.major
            11-28 10:00 sun broken CMP-4.settle.major
            """,
        ),
    ],
)
def test_it_is_not_dealt_with_in_time(story: Story, grade: Grade, late: timedelta, table: str) -> None:
    plays(story, grade, f"CMP-4.settle.{grade}", {"settled": late}, table)


@pytest.mark.parametrize(
    ("grade", "also"), [(MINOR, ["11-19 22:00 lin soon CMP-4.settle.minor"]), (IMPORTANT, []), (MAJOR, [])]
)
def test_who_complained_is_not_rung_back_in_time(story: Story, grade: Grade, also: list[str]) -> None:
    table = """
        11-19 22:00 lin soon CMP-9.callback
        11-20 10:00 lin broken CMP-9.callback
        11-20 10:00 sun broken CMP-9.callback
    """
    late = {"settled": 47 * HOUR, "returned": 47 * HOUR, "called_back": 49 * HOUR}
    plays(story, grade, "CMP-9.callback", late, "\n".join([*also, *rows(table)]))


TOUCHED_BY_NOBODY = """
    11-18 10:00 sun complaint-for-supervisor
    11-18 10:06 lin soon CMP-1.sign
    11-18 10:10 liu broken CMP-1.sign
    11-18 10:10 sun broken CMP-1.sign
    11-18 10:30 qian broken CMP-1.sign
    11-18 22:00 lin soon CMP-2.pass_up.major
    11-19 00:00 feng broken CMP-2.pass_up.major
    11-19 00:00 qian broken CMP-2.pass_up.major
    11-19 00:00 sun broken CMP-2.pass_up.major
    11-19 00:30 feng rung CMP-2.pass_up.major
    11-26 10:00 lin soon CMP-4.settle.major
    11-28 10:00 feng broken CMP-4.settle.major
    11-28 10:00 liu broken CMP-4.settle.major
    11-28 10:00 qian broken CMP-4.settle.major
    11-28 10:00 sun broken CMP-4.settle.major
"""
NOT_EVEN_THE_CUSTOMER = """
    11-19 22:00 lin soon CMP-3.reply.major
    11-19 22:00 lin soon CMP-9.callback
    11-20 10:00 lin broken CMP-9.callback
    11-20 10:00 qian broken CMP-3.reply.major
    11-20 10:00 sun broken CMP-3.reply.major
    11-20 10:00 sun broken CMP-9.callback
    11-20 14:00 feng broken CMP-3.reply.major
"""


@pytest.mark.parametrize("anonymous", [False, True])
def test_what_nobody_touches_goes_up_to_the_top_and_of_whoever_stays_unnamed_nothing_was_promised(
    story: Story, anonymous: bool
) -> None:
    made = filed(story.runtime, story.cast, anonymous=anonymous, department_id=story.house.repair, grade=MAJOR)
    story.passes(30 * DAY)
    assert story.told() == sorted(rows(TOUCHED_BY_NOBODY) + ([] if anonymous else rows(NOT_EVEN_THE_CUSTOMER)))
    assert set(made.verdicts.values()) == {"broken"}
    with pytest.raises(Conflict, match="still promised"):
        story.closed(made)
