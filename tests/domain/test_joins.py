"""Repeated complaints are dealt with once, each by its own clock, and each caller hears back."""

from __future__ import annotations

from datetime import timedelta

import pytest

from hotline.domain import joins, respondents, signers
from hotline.domain.act import COMMAND
from hotline.domain.complaint_forms import Stage
from hotline.domain.dispatches import RESPONDENT
from hotline.domain.promises import Verdict
from hotline.errors import Conflict, Refused
from hotline.runtime import Runtime
from hotline.standard.kinds import Grade
from tests.complaining import Filed, House, filed
from tests.complaining import complaint as complaint
from tests.complaining import house as house
from tests.world import START, Cast, HandClock, Person

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


def joined(complaint: Filed, into: Filed, by: Person) -> None:
    with complaint.by(by) as (act, case, person):
        joins.join(act, case, into.case, by=person)


@pytest.fixture
def again(runtime: Runtime, cast: Cast, house: House, complaint: Filed, at: HandClock) -> Filed:
    """The same heating, complained of six minutes later."""
    at.passes(6 * MINUTE)
    return filed(runtime, cast, department_id=house.repair, grade=Grade.MINOR)


def asked(complaint: Filed) -> bool:
    with complaint.runtime.look(COMMAND) as act:
        return signers.waits(act, complaint.dispatch(RESPONDENT), complaint.case)


def test_what_the_department_does_is_done_for_both_and_each_customer_hears(
    cast: Cast, house: House, complaint: Filed, again: Filed, at: HandClock
) -> None:
    joined(again, complaint, cast.lin)
    assert (asked(complaint), asked(again)) == (True, False)
    at.passes(5 * MINUTE)
    complaint.does(house.liu, respondents.sign)
    assert (complaint.verdicts["CMP-1.sign"], again.verdicts["CMP-1.sign"]) == (Verdict.LATE, Verdict.KEPT)
    complaint.does(house.liu, respondents.settle, "air in the pipe")
    complaint.does(house.liu, respondents.give_back)
    assert again.verdicts["CMP-4.settle.minor"] == Verdict.KEPT
    assert "CMP-6.form" not in again.verdicts, "there is one form"
    assert (again.row.stage, again.row.settled_at) == (Stage.RETURNED, None)
    for one in (complaint, again):
        assert one.verdicts["CMP-7.tell"] == Verdict.OPEN
        one.does(cast.lin, respondents.tell_customer, "told")
        assert one.row.stage == Stage.TOLD
        one.does(cast.lin, respondents.visited, "fine", True)
        one.is_closed(cast.sun)


def test_what_was_done_before_is_done_for_the_joined_one_at_that_moment(
    cast: Cast, house: House, complaint: Filed, again: Filed, at: HandClock
) -> None:
    complaint.comes_back(house.liu)
    at.passes(20 * MINUTE)
    joined(again, complaint, cast.lin)
    assert again.verdicts["CMP-1.sign"] == Verdict.LATE
    assert again.verdicts["CMP-4.settle.minor"] == Verdict.KEPT
    assert again.verdicts["CMP-7.tell"] == Verdict.OPEN
    assert again.row.stage == Stage.RETURNED


def test_passed_up_once_it_is_passed_up_for_both(runtime: Runtime, cast: Cast, house: House) -> None:
    first, second, third = (filed(runtime, cast, department_id=house.repair) for _ in range(3))
    joined(second, first, cast.lin)
    first.does(cast.qian, respondents.acknowledge)
    joined(third, second, cast.lin)
    assert {one.verdicts["CMP-2.pass_up.important"] for one in (first, second, third)} == {Verdict.KEPT}
    assert second.row.joined_to_id == third.row.joined_to_id == first.row.id, "no chain of joins"


def test_the_joined_one_is_dealt_with_there_and_graded_there(
    cast: Cast, house: House, complaint: Filed, again: Filed
) -> None:
    joined(again, complaint, cast.lin)
    with pytest.raises(Refused, match="joined"):
        again.does(house.liu, respondents.sign)
    with pytest.raises(Refused, match="joined"):
        again.is_put_to(cast.lin, house.billing)


def test_the_department_does_not_see_the_one_through_the_other(
    runtime: Runtime, cast: Cast, house: House, complaint: Filed
) -> None:
    unnamed = filed(runtime, cast, anonymous=True, department_id=house.repair, grade=Grade.MINOR)
    joined(complaint, unnamed, cast.lin)
    with runtime.look(COMMAND) as act:
        seen = respondents.view(act, unnamed.case)
        assert (seen.who, seen.repeated) == (None, 1)
    unnamed.comes_back(house.liu)
    assert "CMP-7.tell" in complaint.verdicts
    assert "CMP-7.tell" not in unnamed.verdicts


def test_nobody_whom_the_other_is_about_has_a_part_in_either(runtime: Runtime, cast: Cast, house: House) -> None:
    of_department = filed(runtime, cast, department_id=house.repair, grade=Grade.MINOR)
    of_head = filed(runtime, cast, about_staff_id=house.liu.id, grade=Grade.MINOR)
    joined(of_head, of_department, cast.lin)
    with pytest.raises(Refused):
        of_department.does(house.liu, respondents.sign)
    of_department.does(cast.sun, respondents.sign)


def test_what_cannot_be_joined_is_refused(
    runtime: Runtime, cast: Cast, house: House, complaint: Filed, again: Filed
) -> None:
    graver = filed(runtime, cast, department_id=house.repair, grade=Grade.MAJOR)
    sisters = filed(runtime, cast, firm=cast.home, owner=cast.wu, grade=Grade.MINOR)
    for one, into, who, error in (
        (complaint, complaint, cast.lin, Conflict),
        (graver, complaint, cast.lin, Refused),
        (sisters, complaint, cast.lin, Refused),
        (again, complaint, house.liu, Refused),
    ):
        with pytest.raises(error):
            joined(one, into, who)
    joined(again, complaint, cast.lin)
    for one, into in ((again, graver), (complaint, graver), (complaint, again)):
        with pytest.raises(Conflict):
            joined(one, into, cast.lin)
    graver.comes_back(house.liu)
    with pytest.raises(Conflict):
        joined(graver, filed(runtime, cast, department_id=house.repair, grade=Grade.MAJOR), cast.lin)
    assert again.due("CMP-1.sign") == START + 16 * MINUTE
