"""A complaint from before there were clocks is not lost nor stuck: it begins its way, or is closed with a reason."""

from __future__ import annotations

import pytest

from hotline.domain import companies, complaints, promises
from hotline.domain.act import COMMAND
from hotline.errors import Conflict, Refused
from hotline.runtime import Runtime
from hotline.standard.kinds import Grade
from tests import tallies
from tests.complaining import Filed, House
from tests.complaining import house as house
from tests.world import START, Cast


@pytest.fixture
def old(runtime: Runtime, cast: Cast) -> Filed:
    """As the upgrade leaves it: nobody was named, graded or asked to sign; Lin owes a call back."""
    with runtime.act(COMMAND) as act:
        made = tallies.complaint(act, cast.heat.id, cast.lin.id, filed_at=START, grade=None, customer_id=cast.chen.id)
        tallies.promise(act, made, "CMP-9.callback", "open", due_at=START)
        return Filed(runtime, made.case_id)


def is_called_back(old: Filed, cast: Cast) -> None:
    with old.by(cast.lin) as (act, case, _lin):
        promises.reached(act, case)


def test_a_supervisor_closes_it_for_a_reason_once_nothing_is_owed(cast: Cast, old: Filed) -> None:
    with pytest.raises(Conflict, match=r"still promised: CMP-9\.callback"):
        old.is_closed(cast.sun)
    is_called_back(old, cast)
    with pytest.raises(Refused):
        old.is_closed(cast.lin)
    old.is_closed(cast.sun)
    assert old.case.state == "closed"


def test_put_to_a_department_it_begins_its_way_and_is_dealt_with_like_any_other(
    cast: Cast, old: Filed, house: House
) -> None:
    is_called_back(old, cast)
    old.is_put_to(cast.lin, house.repair)
    with pytest.raises(Conflict, match=r"still promised: CMP-1\.sign"):
        old.is_closed(cast.sun)
    assert [(one.rule, one.department_id) for one in old.promises if one.is_owed] == [("CMP-1.sign", house.repair)]


def test_graded_it_is_to_be_dealt_with_by_its_grade(cast: Cast, old: Filed) -> None:
    is_called_back(old, cast)
    with old.by(cast.lin) as (act, case, lin):
        companies.get(act, case.company_id)
        complaints.grade(act, case, Grade.MINOR, by=lin, why="one cold room")
    with pytest.raises(Conflict, match=r"still promised: CMP-4\.settle\.minor"):
        old.is_closed(cast.sun)
