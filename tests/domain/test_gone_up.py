"""Whoever decides by now what others were asked is told; or a request would lapse with the grade that was raised."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import event, select

from hotline.domain import complaints, decisions, handovers, verifying
from hotline.domain.act import COMMAND
from hotline.domain.notices import Notice
from hotline.domain.staff import Role
from hotline.jobs import routine
from hotline.runtime import Runtime
from hotline.standard.kinds import Grade
from tests import deciding, given
from tests.deciding import asks, asks_time, by, decides, due, state
from tests.world import Cast, HandClock, Person

DAY = timedelta(days=1)


def told(runtime: Runtime, text: str) -> list[int]:
    with runtime.look(COMMAND) as act:
        return list(act.session.scalars(select(Notice.staff_id).where(Notice.text == text).order_by(Notice.id)))


def is_owned_by(runtime: Runtime, who: Person, case_id: int) -> None:
    with runtime.act(COMMAND) as act:
        handovers.force(act, deciding.locked(act, case_id), receiver_id=who.id)


def is_raised(runtime: Runtime, who: Person, case_id: int) -> None:
    with runtime.act(by(who)) as act:
        case, person = deciding.locked(act, case_id), given.person(act, who)
        complaints.grade(act, case, Grade.MAJOR, by=person, why="they threaten with the papers")


@pytest.fixture
def case_id(runtime: Runtime, cast: Cast) -> int:
    """A minor complaint of Chen's that Lin took."""
    return deciding.complaint(runtime, cast)


def test_when_the_grade_is_raised_whoever_decides_since_is_told_once_that_more_time_is_asked_for(
    runtime: Runtime, cast: Cast, at: HandClock, case_id: int
) -> None:
    asked = asks_time(runtime, cast.lin, case_id, due(runtime, case_id) + DAY)
    routine.lapse_requests(runtime)
    assert told(runtime, "extension-asked") == [cast.qian.id]
    is_raised(runtime, cast.lin, case_id)
    for _ in range(2):
        at.passes(timedelta(minutes=1))
        routine.lapse_requests(runtime)
        assert told(runtime, "extension-asked") == [cast.qian.id, cast.feng.id]
    with runtime.look(COMMAND) as act:
        assert decisions.of_case(act, case_id)[0].level == Role.GENERAL_MANAGER
        assert not verifying.verify(act.session).problems
    decides(runtime, cast.feng, asked)
    assert state(runtime, asked) == "approved"


def test_when_a_superior_owns_the_matter_whoever_stands_above_is_told_that_it_waits(
    runtime: Runtime, cast: Cast, case_id: int
) -> None:
    is_raised(runtime, cast.lin, case_id)
    asks(runtime, cast.lin, case_id, Grade.MINOR)
    assert told(runtime, "decision-asked") == [cast.sun.id]
    is_owned_by(runtime, cast.qian, case_id)
    routine.lapse_requests(runtime)
    assert told(runtime, "decision-asked") == [cast.sun.id, cast.feng.id], "not the manager, whose matter it is"
    is_owned_by(runtime, cast.feng, case_id)
    routine.lapse_requests(runtime)
    assert state(runtime, decisions_of(runtime, case_id)[0]) == "asked", "nobody stands there: it waits"


def decisions_of(runtime: Runtime, case_id: int) -> list[int]:
    with runtime.look(COMMAND) as act:
        return [one.id for one in decisions.of_case(act, case_id)]


def test_what_is_decided_goes_nowhere(runtime: Runtime, cast: Cast, case_id: int) -> None:
    decides(runtime, cast.qian, asks_time(runtime, cast.lin, case_id, due(runtime, case_id) + DAY), approve=False)
    is_raised(runtime, cast.lin, case_id)
    with runtime.look(COMMAND) as act:
        assert decisions.gone_up(act) == []


def test_what_waits_is_looked_at_in_as_many_queries_for_one_as_for_many(runtime: Runtime, cast: Cast) -> None:
    asked: list[int] = []

    def counts(*_: object) -> None:
        asked[-1] += 1

    for more in (1, 3):
        for _ in range(more):
            case_id = deciding.complaint(runtime, cast)
            asks_time(runtime, cast.lin, case_id, due(runtime, case_id) + DAY)
        asked.append(0)
        event.listen(runtime.engine, "after_cursor_execute", counts)
        routine.lapse_requests(runtime)
        event.remove(runtime.engine, "after_cursor_execute", counts)
    assert asked[0] == asked[1] > 0
