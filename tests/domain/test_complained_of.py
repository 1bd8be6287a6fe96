"""Whoever is complained of neither owns, signs, decides, closes nor hears of it: the next person up does (CMP-10)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from hotline.domain import audit, complaint_forms, handovers, leaving, notices, respondents, signers, verifying
from hotline.domain.act import COMMAND
from hotline.domain.dispatches import RESPONDENT
from hotline.domain.handovers import State, Why
from hotline.domain.notices import Notice
from hotline.domain.occasions import Occasion
from hotline.domain.staff import Role, Staff
from hotline.errors import Refused
from hotline.runtime import Runtime
from hotline.standard.kinds import Grade
from tests import given
from tests.complaining import Filed, House, filed, hired
from tests.complaining import house as house
from tests.world import Cast, HandClock, Person

DAY = timedelta(days=1)


def about(
    runtime: Runtime, cast: Cast, who: Person, *, grade: Grade = Grade.MINOR, owner: Person | None = None
) -> Filed:
    return filed(runtime, cast, about_staff_id=who.id, grade=grade, owner=owner)


def signs(complaint: Filed, duty: str) -> list[int]:
    with complaint.runtime.look(COMMAND) as act:
        return [one.id for one in signers.people(act, complaint.dispatch(duty), complaint.case)]


def heard(runtime: Runtime, who: Person) -> bool:
    with runtime.look(COMMAND) as act:
        return bool(act.session.query(Notice).filter(Notice.staff_id == who.id).count())


def test_the_head_of_the_department_does_not_sign_but_the_supervisors_do(
    runtime: Runtime, cast: Cast, house: House
) -> None:
    complaint = about(runtime, cast, house.liu)
    assert complaint.row.department_id == house.repair
    assert signs(complaint, RESPONDENT) == [cast.sun.id, cast.qian.id, cast.feng.id]
    with pytest.raises(Refused):
        complaint.does(house.liu, respondents.sign)
    complaint.does(cast.sun, respondents.sign)


def test_another_head_of_the_department_signs(runtime: Runtime, cast: Cast, house: House) -> None:
    with runtime.act(COMMAND) as act:
        other = hired(act, cast.heat, "孟", "meng", 44, Role.DEPARTMENT_HEAD, department_id=house.repair)
    assert signs(about(runtime, cast, house.liu), RESPONDENT) == [other.id]


def test_the_owner_answers_for_it_no_longer_and_nothing_says_who_complained(
    runtime: Runtime, cast: Cast, house: House
) -> None:
    complaint = about(runtime, cast, cast.lin)
    assert (complaint.case.owner_id, complaint.case.first_owner_id) == (cast.sun.id, cast.lin.id)
    assert complaint.case.handler_id == cast.sun.id
    with runtime.look(COMMAND) as act:
        (request,) = handovers.of_case(act, complaint.id)
        entries = audit.entries(act.session, complaint.case.chain)
        assert str(verifying.verify(act.session).problems) == "[]"
    assert (request.why, request.state, request.reason) == (Why.CONCERNED, State.ACCEPTED, "")
    assert [one.fields["why"] for one in entries if one.kind == "handover-concerned"] == [Why.CONCERNED]
    assert {one.owner_id for one in complaint.promises} == {cast.sun.id}


def test_the_supervisor_hears_nothing_and_the_manager_takes_their_part(
    runtime: Runtime, cast: Cast, house: House, at: HandClock
) -> None:
    complaint = about(runtime, cast, cast.sun)
    assert signs(complaint, RESPONDENT) == [cast.qian.id, cast.feng.id]
    assert complaint.told("complaint-for-supervisor") == {cast.qian.id}
    at.passes(3 * DAY)
    complaint.clock()
    assert cast.qian.id in complaint.told("promise-broken")
    assert not heard(runtime, cast.sun)
    complaint.comes_back(cast.qian)
    with pytest.raises(Refused):
        complaint.does(cast.sun, respondents.tell_customer, "told")
    complaint.does(cast.lin, respondents.tell_customer, "told")
    complaint.does(cast.lin, respondents.visited, "fine", True)
    for who in (cast.sun, cast.lin, cast.qian):  # complained of; no superior; dealt with it
        with pytest.raises(Refused):
            complaint.is_closed(who)
    complaint.is_closed(cast.feng)


def test_the_manager_is_passed_over_when_it_is_passed_up(runtime: Runtime, cast: Cast, house: House) -> None:
    complaint = about(runtime, cast, cast.qian, grade=Grade.IMPORTANT)
    assert signs(complaint, Role.MANAGER) == [cast.feng.id]
    with pytest.raises(Refused):
        complaint.does(cast.qian, respondents.acknowledge)


def test_of_the_general_manager_whoever_stands_highest_in_the_group_hears(
    runtime: Runtime, cast: Cast, house: House
) -> None:
    complaint = about(runtime, cast, cast.feng, grade=Grade.MAJOR)
    assert signs(complaint, Role.GENERAL_MANAGER) == [cast.hu.id]
    complaint.does(cast.hu, respondents.acknowledge)


def test_where_nobody_else_leads_the_company_the_sister_company_takes_it(
    runtime: Runtime, cast: Cast, house: House
) -> None:
    complaint = filed(runtime, cast, firm=cast.home, owner=cast.hu, about_staff_id=cast.hu.id, grade=Grade.MINOR)
    assert complaint.case.owner_id == cast.feng.id, "whoever stands highest in the group"
    assert complaint.case.company_id == cast.heat.id
    assert signs(complaint, RESPONDENT) == [cast.feng.id]


def test_who_is_alone_in_the_group_stays_the_owner_for_there_must_be_one(runtime: Runtime, cast: Cast) -> None:
    with runtime.act(COMMAND) as act:
        for person in act.session.query(Staff).filter(Staff.id.not_in((cast.lin.id, cast.sun.id))):
            person.active = False
    complaint = about(runtime, cast, cast.sun, owner=cast.sun)
    assert complaint.case.owner_id == cast.sun.id
    assert signs(complaint, RESPONDENT) == []


def test_a_company_without_a_manager_passes_up_to_whoever_stands_highest_in_it(runtime: Runtime, cast: Cast) -> None:
    complaint = filed(runtime, cast, firm=cast.home, owner=cast.wu, grade=Grade.IMPORTANT)
    assert signs(complaint, Role.MANAGER) == [cast.hu.id]


def test_it_is_handed_over_neither_to_them_nor_past_them(runtime: Runtime, cast: Cast, house: House) -> None:
    complaint = about(runtime, cast, cast.sun)
    with complaint.by(cast.lin) as (act, case, _person), pytest.raises(Refused):
        handovers.ask(act, case, giver_id=cast.lin.id, receiver_id=cast.sun.id, reason="yours")
    with complaint.by(cast.lin) as (act, case, _person):
        assert handovers.above(act, case, cast.lin.id, set()).id == cast.qian.id


def test_it_is_not_theirs_when_the_owner_leaves(runtime: Runtime, cast: Cast, house: House) -> None:
    complaint = about(runtime, cast, cast.sun)
    with runtime.act(COMMAND) as act:
        leaving.dismiss(act, cast.lin.id, by=None)
    assert complaint.case.owner_id == cast.qian.id


def test_heads_of_other_departments_hear_nothing(runtime: Runtime, cast: Cast, house: House) -> None:
    complaint = filed(runtime, cast, department_id=house.repair, grade=Grade.MINOR)
    with runtime.act(COMMAND) as act:
        case = complaint.case
        told = complaint_forms.told(act, case, Role.DEPARTMENT_HEAD)
        assert [one.id for one in told] == [house.liu.id]
        notices.tell_role(act, Role.DEPARTMENT_HEAD, Occasion(case, "promise-broken", "1"))
        given.person(act, house.liu).phone = None
        assert [one.id for one in complaint_forms.told(act, case, Role.DEPARTMENT_HEAD)] == [cast.sun.id]
    assert complaint.told("promise-broken") == {house.liu.id}
