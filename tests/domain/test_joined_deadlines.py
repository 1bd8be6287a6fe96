"""Joined complaints have one deadline that the department sees: what was promised to either customer holds (CMP-4)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from hotline.domain import audit, joins
from hotline.domain.act import COMMAND
from hotline.domain.promises import Verdict
from hotline.errors import Refused
from hotline.runtime import Runtime
from hotline.standard.kinds import Grade
from tests import deciding
from tests.complaining import Filed, House, filed
from tests.complaining import complaint as complaint
from tests.complaining import house as house
from tests.domain.test_agreeing import found
from tests.world import START, Cast, HandClock, Person

SETTLE = "CMP-4.settle.minor"
DAY = timedelta(days=1)


def joined(complaint: Filed, into: Filed, by: Person) -> None:
    with complaint.by(by) as (act, case, person):
        joins.join(act, case, into.case, by=person, why="the same cold rooms")


@pytest.fixture
def hurried(runtime: Runtime, cast: Cast, house: House) -> Filed:
    """The same heating again; this customer wants it dealt with by tomorrow."""
    return filed(runtime, cast, department_id=house.repair, grade=Grade.MINOR, limit_at=START + DAY)


def test_the_leading_one_is_due_as_soon_as_the_joined_one(
    runtime: Runtime, cast: Cast, complaint: Filed, hurried: Filed, at: HandClock
) -> None:
    assert complaint.due(SETTLE) > START + DAY
    joined(hurried, complaint, cast.lin)
    assert complaint.due(SETTLE) == hurried.due(SETTLE) == START + DAY
    with runtime.look(COMMAND) as act:
        assert audit.entries(act.session, complaint.case.chain)[-1].kind == "promise-tightened"
        assert found(act.session) == []
    at.passes(DAY + timedelta(minutes=1))
    complaint.clock()
    assert complaint.verdicts[SETTLE] == Verdict.BROKEN


def test_a_deadline_that_is_sooner_already_stays(
    runtime: Runtime, cast: Cast, house: House, complaint: Filed, hurried: Filed
) -> None:
    later = complaint.due(SETTLE)
    joined(complaint, hurried, cast.lin)
    assert (hurried.due(SETTLE), complaint.due(SETTLE)) == (START + DAY, later)


def test_time_that_was_approved_is_not_taken_back_and_nobody_is_made_to_wait_for_it_unasked(
    runtime: Runtime, cast: Cast, complaint: Filed, hurried: Filed
) -> None:
    until = complaint.due(SETTLE) + DAY
    deciding.decides(runtime, cast.qian, deciding.asks_time(runtime, cast.lin, complaint.id, until))
    with pytest.raises(Refused, match="more time") as refusal:
        joined(hurried, complaint, cast.sun)
    assert refusal.value.key == "extended"
    deciding.decides(runtime, cast.qian, deciding.asks_time(runtime, cast.lin, hurried.id, until))
    joined(hurried, complaint, cast.lin)
    assert complaint.due(SETTLE) == hurried.due(SETTLE) == until
