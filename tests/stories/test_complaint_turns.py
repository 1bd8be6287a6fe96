"""Complaints that take a turn: refused, about who decides or answers, about a sister company, told by two callers.

If this broke, such a matter would end with whoever it should never have been with.
"""

from __future__ import annotations

from datetime import timedelta

import pytest

from hotline.domain import joins, respondents
from hotline.domain.act import COMMAND
from hotline.domain.staff import Role
from hotline.errors import Conflict, Refused
from hotline.standard.kinds import Grade
from tests.complaining import customer, filed, hired
from tests.complaining import house as house
from tests.deciding import asks_time, decides, state, waits_for
from tests.stories.timetable import BROKEN, DAY, HOUR, MINUTE, SOON, Story, dealt_with, on_time, rows
from tests.stories.timetable import story as story

MINOR, IMPORTANT = Grade.MINOR, Grade.IMPORTANT
EVERYBODYS = ("CMP-1.sign", "CMP-4.settle.minor", "CMP-7.tell", "CMP-8.visit", "CMP-9.callback")
SETTLE = "CMP-4.settle.important"


def test_a_department_refuses_and_the_other_signs_within_the_ten_minutes_of_the_filing(story: Story) -> None:
    made = filed(story.runtime, story.cast, department_id=story.house.repair, grade=MINOR)
    story.passes(5 * MINUTE)
    made.does(story.house.liu, respondents.refuse, "the pipes are warm: it is the bill that is wrong")
    with pytest.raises(Conflict, match="put to another"):
        made.does(story.house.liu, respondents.sign)
    story.passes(3 * MINUTE)
    made.is_put_to(story.cast.lin, story.house.billing)
    story.head = story.house.xu
    story.goes(made, on_time(MINOR, signed=MINUTE))
    assert set(made.verdicts.values()) == {"kept"}
    assert story.told() == rows("""
        11-18 10:00 sun complaint-for-supervisor
        11-18 10:05 lin complaint-refused
        11-18 10:05 sun complaint-refused
        11-18 10:06 lin soon CMP-1.sign
        11-19 12:08 lin complaint-returned
    """)


def test_refused_after_it_was_signed_for_the_next_department_has_ten_minutes_of_its_own(story: Story) -> None:
    made = filed(story.runtime, story.cast, department_id=story.house.repair, grade=MINOR)
    made.does(story.house.liu, respondents.sign)
    story.passes(HOUR)
    made.does(story.house.liu, respondents.refuse, "it is the bill")
    made.is_put_to(story.cast.lin, story.house.billing)
    story.passes(15 * MINUTE)
    made.does(story.house.xu, respondents.sign)
    assert [one.verdict for one in made.promises if one.rule == "CMP-1.sign"] == ["kept", "late"]
    assert made.due("CMP-4.settle.minor") == made.row.filed_at + 2 * DAY, "the clocks run on"
    assert story.told(SOON, BROKEN) == rows("""
        11-18 11:06 lin soon CMP-1.sign
        11-18 11:10 sun broken CMP-1.sign
        11-18 11:10 xu broken CMP-1.sign
    """)


def test_what_one_department_missed_is_not_the_next_ones_that_signs_in_its_own_time(story: Story) -> None:
    made = filed(story.runtime, story.cast, department_id=story.house.repair, grade=MINOR)
    story.passes(25 * MINUTE)
    made.is_put_to(story.cast.lin, story.house.billing)
    story.head = story.house.xu
    story.goes(made, on_time(MINOR, signed=8 * MINUTE))
    signed = [(one.department_id, one.verdict) for one in made.promises if one.rule == "CMP-1.sign"]
    assert signed == [(story.house.repair, "broken"), (story.house.billing, "kept")]
    assert (made.case.state, set(made.verdicts.values())) == ("closed", {"kept"})
    assert story.told(SOON, BROKEN) == rows("""
        11-18 10:06 lin soon CMP-1.sign
        11-18 10:10 liu broken CMP-1.sign
        11-18 10:10 sun broken CMP-1.sign
        11-18 10:30 qian broken CMP-1.sign
        11-18 10:31 lin soon CMP-1.sign
    """)


def test_more_time_is_refused_and_the_deadline_stays(story: Story) -> None:
    made = filed(story.runtime, story.cast, department_id=story.house.repair, grade=IMPORTANT)
    story.goes(made, {"signed": 5 * MINUTE, "passed_up": 30 * MINUTE, "called_back": HOUR})
    story.passes(DAY)
    until = made.due(SETTLE) + 2 * DAY
    asked = asks_time(story.runtime, story.house.liu, made.id, until, rule=SETTLE)
    with pytest.raises(Refused, match="general_manager"):
        decides(story.runtime, story.cast.qian, asked)
    story.passes(HOUR)
    decides(story.runtime, story.cast.feng, asked, approve=False, answer="there is a valve in our own store")
    story.passes(2 * DAY)
    assert (state(story.runtime, asked), made.verdicts[SETTLE]) == ("refused", "broken")
    assert story.told() == rows("""
        11-18 10:00 sun complaint-for-supervisor
        11-19 11:00 feng extension-asked
        11-19 12:00 liu decision-made
        11-20 10:00 lin soon CMP-4.settle.important
        11-21 10:00 liu broken CMP-4.settle.important
        11-21 10:00 qian broken CMP-4.settle.important
        11-21 10:00 sun broken CMP-4.settle.important
    """)


def test_of_a_complaint_about_the_general_manager_the_one_of_the_sister_company_decides(story: Story) -> None:
    feng, repair = story.cast.feng, story.house.repair
    with story.runtime.act(COMMAND) as act:
        helan = hired(act, story.cast.home, "贺兰", "helan", 45, Role.GENERAL_MANAGER)
    made = filed(story.runtime, story.cast, department_id=repair, about_staff_id=feng.id, grade=IMPORTANT)
    story.goes(made, {"signed": 5 * MINUTE, "passed_up": 30 * MINUTE, "called_back": HOUR})
    asked = asks_time(story.runtime, story.house.liu, made.id, made.due(SETTLE) + DAY, rule=SETTLE)
    assert waits_for(story.runtime, feng) == []
    with pytest.raises(Refused):
        decides(story.runtime, feng, asked)
    decides(story.runtime, helan, asked)
    story.goes(made, dealt_with(settled=3 * DAY))
    assert made.row.settled_at == made.row.filed_at + 3 * DAY + HOUR
    assert made.verdicts == dict.fromkeys(made.verdicts, "kept")
    assert story.told() == rows("""
        11-18 10:00 sun complaint-for-supervisor
        11-18 11:00 helan extension-asked
        11-18 11:00 liu decision-made
        11-21 10:00 lin soon CMP-4.settle.important
        11-21 13:00 lin complaint-returned
    """)


def test_a_complaint_about_whoever_took_it_is_answered_for_by_the_supervisor(story: Story) -> None:
    lin, sun = story.cast.lin, story.cast.sun
    made = filed(story.runtime, story.cast, department_id=story.house.repair, about_staff_id=lin.id, grade=MINOR)
    with pytest.raises(Refused):
        made.does(lin, respondents.tell_customer, "it was not so bad")
    story.owner = sun
    story.goes(made, on_time(MINOR, told_result=2 * DAY))
    assert (made.case.first_owner_id, made.case.owner_id) == (lin.id, sun.id)
    assert made.verdicts == {**dict.fromkeys(made.verdicts, "kept"), "CMP-7.tell": "late"}
    assert story.told() == rows("""
        11-18 10:00 sun complaint-for-supervisor
        11-18 10:00 sun handover-concerned
        11-19 12:00 sun complaint-returned
        11-19 22:00 sun soon CMP-7.tell, texted 08:00
        11-20 00:00 sun broken CMP-7.tell, texted 08:00
    """)


@pytest.mark.parametrize(
    ("settled", "verdict", "table"),
    [
        (DAY, "kept", ""),
        (
            3 * DAY - HOUR,
            "late",
            """
            11-20 10:00 wu soon CMP-11.feedback
            11-21 10:00 hu broken CMP-11.feedback
            11-21 10:00 wu broken CMP-11.feedback
            """,
        ),
    ],
)
def test_what_a_sister_company_did_is_verified_there_and_fed_back_within_three_days(
    story: Story, settled: timedelta, verdict: str, table: str
) -> None:
    """The agent of the one company answers for it, the head of a department of the other deals with it (CMP-11)."""
    made = filed(
        story.runtime,
        story.cast,
        firm=story.cast.home,
        owner=story.cast.wu,
        department_id=story.house.repair,
        grade=IMPORTANT,
    )
    assert made.row.about_company_id == story.cast.heat.id
    story.owner, story.above, story.closer = story.cast.wu, story.cast.hu, story.cast.hu
    story.goes(made, on_time(IMPORTANT, settled=settled))
    assert made.verdicts == {**dict.fromkeys(made.verdicts, "kept"), "CMP-11.feedback": verdict}
    assert [line for line in story.told(SOON, BROKEN) if "CMP-11" in line] == rows(table)


def test_two_callers_of_one_matter_are_dealt_with_once_and_each_hears_back(story: Story) -> None:
    luo = customer(story.runtime, "罗", 89)
    first = filed(story.runtime, story.cast, department_id=story.house.repair, grade=MINOR)
    story.passes(6 * MINUTE)
    second = filed(story.runtime, story.cast, customer=luo, department_id=story.house.repair, grade=MINOR)
    with second.by(story.cast.lin) as (act, case, lin):
        joins.join(act, case, first.case, by=lin, why="the same cold rooms")
    story.goes(first, {"signed": MINUTE, "called_back": HOUR, "settled": DAY, "returned": DAY + HOUR})
    story.told_result(first)
    story.called_back(second)
    story.passes(DAY)
    story.told_result(second)
    for made in (first, second):
        story.visited(made)
        story.closed(made)
    assert first.verdicts == dict.fromkeys([*EVERYBODYS, "CMP-6.form"], "kept")
    assert second.verdicts == {**dict.fromkeys(EVERYBODYS, "kept"), "CMP-7.tell": "late"}
    assert story.told() == rows("""
        11-18 10:00 sun complaint-for-supervisor
        11-18 10:06 lin soon CMP-1.sign
        11-18 10:06 sun complaint-for-supervisor
        11-19 11:06 lin complaint-returned
        11-19 11:06 lin complaint-returned
        11-19 22:00 lin soon CMP-7.tell
        11-20 00:00 lin broken CMP-7.tell
        11-20 00:00 sun broken CMP-7.tell, texted 08:00
    """)
