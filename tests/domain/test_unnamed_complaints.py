"""Whoever complains stays unnamed where they want to, and a complaint nobody can answer any more still ends."""

from __future__ import annotations

from datetime import timedelta

import pytest

from hotline.domain import cases, customers, respondents
from hotline.domain.act import COMMAND
from hotline.domain.complaint_forms import Stage
from hotline.domain.promises import Verdict
from hotline.errors import Refused
from hotline.runtime import Runtime
from hotline.standard.kinds import Grade
from tests.complaining import Filed, House, filed
from tests.complaining import complaint as complaint
from tests.complaining import house as house
from tests.world import Cast, HandClock

DAY = timedelta(days=1)


def test_of_whoever_stays_unnamed_the_department_sees_what_happened_and_nobody_is_told_anything(
    runtime: Runtime, cast: Cast, house: House
) -> None:
    complaint = filed(runtime, cast, anonymous=True, department_id=house.repair, grade=Grade.MAJOR)
    with runtime.look(COMMAND) as act:
        seen = respondents.view(act, complaint.case)
    assert (seen.who, seen.happened, seen.department) == (None, "三天没有暖气", "维修部")
    complaint.comes_back(house.liu)
    assert "CMP-7.tell" not in complaint.verdicts
    with pytest.raises(Refused, match="CMP-10"):
        complaint.does(cast.lin, respondents.tell_customer, "told")
    complaint.does(cast.feng, respondents.acknowledge)
    complaint.is_closed(cast.sun)
    assert complaint.case.state == "closed"


def test_the_department_sees_its_own_clocks_and_one_character_of_the_name_that_was_given(
    runtime: Runtime, house: House, complaint: Filed
) -> None:
    with runtime.look(COMMAND) as act:
        assert respondents.view(act, complaint.case).who is None, "none was given, whatever the register knows"
    with runtime.act(COMMAND) as act:
        case = act.session.merge(complaint.case)
        case.details = {**case.details, "sealed_name": cases.seal(act, case, "王先生")}
    complaint.does(house.liu, respondents.sign)
    complaint.does(house.liu, respondents.settle, "air in the pipe")
    with runtime.look(COMMAND) as act:
        seen = respondents.view(act, complaint.case)
    assert seen.who == "王**"
    assert [clock.rule for clock in seen.clocks] == ["CMP-1.sign", "CMP-4.settle.minor", "CMP-6.form"]
    assert (seen.finding, seen.about, seen.stage, seen.is_graded) == (
        "air in the pipe",
        "维修部的师傅",
        Stage.SETTLED,
        True,
    )


def test_a_complaint_whose_customer_was_erased_is_dealt_with_and_closed(
    runtime: Runtime, cast: Cast, house: House, complaint: Filed, at: HandClock
) -> None:
    at.passes(3 * DAY)
    complaint.clock()
    complaint.comes_back(house.liu)
    with runtime.act(COMMAND) as act:
        customers.erase(act, customers.get(act, cast.chen.id))
    with pytest.raises(Refused):
        complaint.does(cast.lin, respondents.tell_customer, "nobody is there")
    with runtime.look(COMMAND) as act:
        assert respondents.view(act, complaint.case).happened == ""
    complaint.is_closed(cast.sun)
    assert complaint.verdicts["CMP-7.tell"] == Verdict.EXCUSED
    assert complaint.verdicts["CMP-9.callback"] == Verdict.BROKEN, "what was broken before stays broken"
    assert all(one.look_at is None for one in complaint.promises)
