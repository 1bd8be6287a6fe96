"""Was the customer rung, or is it only typed that they were told? Else promises were kept by typing (CMP-7, CMP-8)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from hotline.domain import calls, complaint_tracking, joins, respondents
from hotline.domain.act import COMMAND
from hotline.runtime import Runtime
from hotline.standard.kinds import Grade
from tests import complaining, given
from tests.complaining import Filed, House, filed
from tests.complaining import complaint as complaint
from tests.complaining import house as house
from tests.world import Cast, HandClock

MINUTE = timedelta(minutes=1)


def talks(runtime: Runtime, cast: Cast, complaint: Filed, *, answered: bool = True, colleague: bool = False) -> None:
    """The customer (or a colleague) is rung about the complaint, and answers or not."""
    with runtime.act(COMMAND) as act:
        call = given.call(act, cast, sid=f"CA{act.at.timestamp():032.0f}", who=cast.chen)
        call.direction, call.case_id = "out", complaint.id
        call.staff_id = cast.lin.id if colleague else None
        if answered:
            calls.answered(act, call, millis=120)


def called(complaint: Filed) -> dict[str, bool]:
    with complaint.runtime.look(COMMAND) as act:
        return complaint_tracking.calls_on_record(act, [complaint.case])[complaint.id]


def test_who_was_rung_was_rung_and_what_is_only_typed_is_so_on_record(
    runtime: Runtime, cast: Cast, house: House, complaint: Filed, at: HandClock
) -> None:
    complaint.comes_back(house.liu)
    assert called(complaint) == {}
    at.passes(MINUTE)
    talks(runtime, cast, complaint)
    at.passes(MINUTE)
    complaint.does(cast.lin, respondents.tell_customer, "told")
    at.passes(MINUTE)
    complaint.does(cast.lin, respondents.visited, "fine", True)
    assert called(complaint) == {"told": True, "visited": False}, "the call before was not about how it is now"
    assert complaint.verdicts["CMP-8.visit"] == "kept", "somebody may have been there: it is said, not judged"


@pytest.mark.parametrize("how", [{"answered": False}, {"colleague": True}])
def test_a_call_that_nobody_took_and_one_to_a_colleague_tell_no_customer(
    runtime: Runtime, cast: Cast, house: House, complaint: Filed, at: HandClock, how: dict[str, bool]
) -> None:
    complaint.comes_back(house.liu)
    at.passes(MINUTE)
    talks(runtime, cast, complaint, **how)
    complaint.does(cast.lin, respondents.tell_customer, "told")
    assert called(complaint) == {"told": False}


def test_what_was_said_before_the_form_came_back_was_not_the_result(
    runtime: Runtime, cast: Cast, house: House, complaint: Filed, at: HandClock
) -> None:
    talks(runtime, cast, complaint)
    at.passes(MINUTE)
    complaint.comes_back(house.liu)
    complaint.does(cast.lin, respondents.tell_customer, "told")
    assert called(complaint) == {"told": False}


def test_of_a_joined_complaint_the_form_of_the_leading_one_counts(
    runtime: Runtime, cast: Cast, house: House, complaint: Filed, at: HandClock
) -> None:
    told_by = complaining.customer(runtime, "王", 62)
    other = filed(runtime, cast, customer=told_by, department_id=house.repair, grade=Grade.MINOR)
    with other.by(cast.sun) as (act, case, person):
        joins.join(act, case, complaint.case, by=person, why="the same pipe")
    talks(runtime, cast, other)
    at.passes(MINUTE)
    complaint.comes_back(house.liu)
    other.does(cast.lin, respondents.tell_customer, "told")
    assert called(other) == {"told": False}
