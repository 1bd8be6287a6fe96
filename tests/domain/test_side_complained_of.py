"""Whoever heads the department complained of does not answer for the complaint, nor do others leave it unsigned."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from hotline.domain import companies, handovers, respondents, verifying
from hotline.domain.act import COMMAND
from hotline.domain.complaint_forms import Stage
from hotline.domain.dispatches import RESPONDENT
from hotline.domain.promises import Verdict
from hotline.domain.staff import Role
from hotline.errors import Refused
from hotline.runtime import Runtime
from hotline.standard.kinds import Grade
from tests.complaining import Filed, House, filed, hired
from tests.complaining import complaint as complaint
from tests.complaining import house as house
from tests.domain.departures import dismissed, on_leave, requests
from tests.world import Cast, HandClock, Person

Leaves = Callable[[Runtime, House, Cast, HandClock], None]


def asks(complaint: Filed, giver: Person, receiver: Person) -> int:
    with complaint.by(giver) as (act, case, _person):
        companies.get(act, case.company_id)
        return handovers.ask(act, case, giver_id=giver.id, receiver_id=receiver.id, reason="yours").id


def test_the_head_of_the_department_is_not_asked_to_own_it(cast: Cast, house: House, complaint: Filed) -> None:
    with pytest.raises(Refused):
        asks(complaint, cast.lin, house.liu)
    assert asks(complaint, cast.lin, house.xu), "another department's head may answer for it"


def test_who_was_asked_before_it_came_to_be_about_their_department_cannot_accept(
    cast: Cast, house: House, complaint: Filed
) -> None:
    asked = asks(complaint, cast.lin, house.xu)
    with complaint.by(cast.lin) as (act, _case, _person):
        row = complaint.row
        act.session.merge(row).department_id = house.billing
    with complaint.by(house.xu) as (act, _case, person), pytest.raises(Refused):
        handovers.answer(act, asked, by=person.id, accept=True)
    assert complaint.case.owner_id == cast.lin.id


def test_put_to_the_owners_department_it_is_a_superiors(runtime: Runtime, cast: Cast, house: House) -> None:
    complaint = filed(runtime, cast, owner=house.xu, department_id=house.repair, grade=Grade.MINOR)
    assert complaint.case.owner_id == house.xu.id
    complaint.is_put_to(cast.sun, house.billing)
    assert complaint.case.owner_id == cast.sun.id
    complaint.comes_back(house.xu)
    with pytest.raises(Refused):
        complaint.does(house.xu, respondents.tell_customer, "we were right")
    with runtime.look(COMMAND) as act:
        assert not verifying.verify(act.session).problems


def test_a_head_who_leads_the_company_as_well_answers_for_it(runtime: Runtime, cast: Cast, house: House) -> None:
    with runtime.act(COMMAND) as act:
        roles = (Role.DEPARTMENT_HEAD, Role.SUPERVISOR)
        both = hired(act, cast.heat, "孟", "meng", 44, *roles, department_id=house.repair)
    complaint = filed(runtime, cast, department_id=house.repair, grade=Grade.MINOR)
    assert asks(complaint, cast.lin, both)


def test_who_goes_on_leave_does_not_leave_it_to_the_head_of_the_department(
    runtime: Runtime, cast: Cast, house: House, complaint: Filed, at: HandClock
) -> None:
    on_leave(runtime, cast.lin, house.liu, at)
    assert requests(runtime, complaint.case) == [("leave", "asked", cast.sun.id)]


def gone(runtime: Runtime, house: House, cast: Cast, at: HandClock) -> None:
    dismissed(runtime, house.liu)


def away(runtime: Runtime, house: House, cast: Cast, at: HandClock) -> None:
    on_leave(runtime, house.liu, house.xu, at)


@pytest.mark.parametrize("leaves", [gone, away])
def test_what_they_had_signed_for_is_signed_for_anew_and_owner_and_supervisor_hear(
    runtime: Runtime, cast: Cast, house: House, complaint: Filed, at: HandClock, leaves: Leaves
) -> None:
    complaint.does(house.liu, respondents.sign)
    leaves(runtime, house, cast, at)
    row, dispatch = complaint.row, complaint.dispatch(RESPONDENT)
    assert (row.stage, row.signed_by_id, dispatch.signed_by_id) == (Stage.FILED, None, None)
    assert complaint.case.handler_id == cast.lin.id
    assert complaint.told("complaint-unsigned") == {cast.lin.id, cast.sun.id}
    signed = [one for one in complaint.promises if one.rule == "CMP-1.sign"]
    assert [one.verdict for one in signed] == [Verdict.KEPT, Verdict.OPEN]
    complaint.comes_back(cast.sun)
    with runtime.look(COMMAND) as act:
        assert not verifying.verify(act.session).problems


@pytest.mark.parametrize("leaves", [gone, away])
def test_what_they_dealt_with_comes_back_from_others(
    runtime: Runtime, cast: Cast, house: House, complaint: Filed, at: HandClock, leaves: Leaves
) -> None:
    complaint.does(house.liu, respondents.sign)
    complaint.does(house.liu, respondents.settle, "air in the pipe")
    leaves(runtime, house, cast, at)
    assert (complaint.row.stage, complaint.row.settled_by_id) == (Stage.SETTLED, house.liu.id)
    assert complaint.case.handler_id == cast.lin.id
    assert complaint.told("complaint-unsigned") == {cast.lin.id, cast.sun.id}
    complaint.does(cast.sun, respondents.give_back)


def test_what_came_back_before_they_left_troubles_nobody(
    runtime: Runtime, cast: Cast, house: House, complaint: Filed
) -> None:
    complaint.comes_back(house.liu)
    dismissed(runtime, house.liu)
    assert complaint.row.stage == Stage.RETURNED
    assert complaint.told("complaint-unsigned") == set()


def test_what_a_sister_company_took_over_is_verified_here_and_fed_back_from_then_on(
    runtime: Runtime, cast: Cast, house: House, complaint: Filed, at: HandClock
) -> None:
    assert "CMP-11.feedback" not in complaint.verdicts
    at.passes(timedelta(days=5))
    asked = asks(complaint, cast.lin, cast.wu)
    with complaint.by(cast.wu) as (act, _case, person):
        handovers.answer(act, asked, by=person.id, accept=True)
    promise = next(one for one in complaint.promises if one.rule == "CMP-11.feedback")
    assert (promise.owner_id, promise.company_id, promise.verdict) == (cast.wu.id, cast.home.id, Verdict.OPEN)
    assert promise.due_at > at.now, "it counts from when they have it"
