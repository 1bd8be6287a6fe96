"""Whoever gets a complaint when the time to deal with it is over has a time of its own, and the other stays charged."""

from __future__ import annotations

from datetime import timedelta

import pytest

from hotline.domain import complaints, respondents
from hotline.domain.promises import Promise
from hotline.errors import Conflict, Invalid
from hotline.runtime import Runtime
from hotline.standard.kinds import Grade
from tests.complaining import Filed, House, filed
from tests.complaining import complaint as complaint
from tests.complaining import house as house
from tests.deciding import asks_time, decides, state
from tests.domain.test_put_to_another import counted
from tests.world import START, Cast, HandClock

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


def settled_by(complaint: Filed) -> list[Promise]:
    """Until when it was to be dealt with, each department that was promised a time of its own."""
    return [one for one in complaint.promises if one.rule_id == "CMP-4"]


def test_the_department_that_dealt_with_it_too_late_for_another_is_not_charged_with_it(
    runtime: Runtime, cast: Cast, house: House, complaint: Filed, at: HandClock
) -> None:
    complaint.does(house.liu, respondents.sign)
    at.passes(2 * DAY + MINUTE)
    complaint.clock()
    complaint.is_put_to(cast.lin, house.billing)
    complaint.does(house.xu, respondents.sign)
    assert complaint.due("CMP-4.settle.minor") == at.now + 2 * DAY, "a time of its own, from when it has it"
    complaint.does(house.xu, respondents.settle, "the bill is right now")
    assert counted(runtime, cast, "CMP-4") == {
        house.repair: {"made": 1, "broken": 1},
        house.billing: {"made": 1, "kept": 1},
    }
    assert all(one.done_at == at.now and one.look_at is None for one in settled_by(complaint))


def test_who_gets_it_when_the_time_to_deal_with_it_is_over_can_be_late_too_and_is_told(
    runtime: Runtime, cast: Cast, house: House, complaint: Filed, at: HandClock
) -> None:
    complaint.does(house.liu, respondents.sign)
    at.passes(2 * DAY + MINUTE)
    complaint.is_put_to(cast.lin, house.billing)
    complaint.does(house.xu, respondents.sign)
    at.passes(2 * DAY + MINUTE)
    complaint.clock()
    assert [one.verdict for one in settled_by(complaint)] == ["broken", "broken"]
    assert {house.liu.id, house.xu.id} <= complaint.told("promise-broken")
    complaint.is_put_to(cast.lin, house.repair)
    assert len(settled_by(complaint)) == 2, "what it let pass once it has for good"


def test_the_customers_own_limit_that_lies_ahead_is_that_of_the_next_department_too(
    runtime: Runtime, cast: Cast, house: House, at: HandClock
) -> None:
    limit = START + 3 * DAY
    graver = filed(runtime, cast, department_id=house.repair, grade=Grade.MINOR, limit_at=limit)
    assert settled_by(graver)[0].due_at == START + 2 * DAY
    at.passes(2 * DAY + MINUTE)
    graver.is_put_to(cast.lin, house.billing)
    assert settled_by(graver)[-1].due_at == limit


def test_more_time_is_counted_from_the_first_deadline_that_the_department_itself_was_promised(
    runtime: Runtime, cast: Cast, house: House, complaint: Filed, at: HandClock
) -> None:
    first = settled_by(complaint)[0].due_at
    decides(runtime, cast.qian, asks_time(runtime, cast.lin, complaint.id, first + 29 * DAY))
    at.set(first + 29 * DAY + MINUTE)
    complaint.is_put_to(cast.lin, house.billing)
    own = settled_by(complaint)[-1].due_at
    asked = asks_time(runtime, cast.lin, complaint.id, own + 20 * DAY)
    decides(runtime, cast.qian, asked)
    with pytest.raises(Invalid):
        asks_time(runtime, cast.lin, complaint.id, own + 31 * DAY)


def test_a_higher_grade_takes_nothing_from_the_time_that_the_next_department_has_for_itself(
    cast: Cast, house: House, complaint: Filed, at: HandClock
) -> None:
    at.passes(2 * DAY + MINUTE)
    complaint.is_put_to(cast.lin, house.billing)
    own = settled_by(complaint)[-1].due_at
    with complaint.by(cast.lin) as (act, case, lin):
        complaints.grade(act, case, Grade.IMPORTANT, by=lin, why="so many are cold")
    assert (settled_by(complaint)[-1].due_at, settled_by(complaint)[-1].rule) == (own, "CMP-4.settle.important")


def test_what_the_department_before_asked_for_lapses_and_it_hears_so(
    runtime: Runtime, cast: Cast, house: House, complaint: Filed
) -> None:
    complaint.does(house.liu, respondents.sign)
    due = settled_by(complaint)[0].due_at
    asked = asks_time(runtime, house.liu, complaint.id, due + DAY)
    complaint.is_put_to(cast.lin, house.billing)
    assert (state(runtime, asked), complaint.told("decision-lapsed")) == ("lapsed", {house.liu.id})
    with pytest.raises(Conflict):
        decides(runtime, cast.qian, asked)
    again = asks_time(runtime, cast.lin, complaint.id, due + DAY)
    complaint.is_put_to(cast.lin, house.repair)
    assert state(runtime, again) == "asked", "the owner's own request is about the customer's deadline, whoever has it"
