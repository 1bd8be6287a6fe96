"""Whom a complaint is about may be known only afterwards: from then on they have no part in it either (CMP-10)."""

from __future__ import annotations

import pytest

from hotline.domain import audit, companies, complaints, handovers, joins, matters, respondents, verifying
from hotline.domain.act import COMMAND
from hotline.domain.complaint_forms import Stage
from hotline.domain.dispatches import RESPONDENT, Answer, Offer
from hotline.domain.handovers import State, Why
from hotline.domain.matters import Named
from hotline.domain.staff import Role
from hotline.errors import Conflict, Invalid, NotFound, Refused
from hotline.runtime import Runtime
from hotline.standard.kinds import Grade
from tests.complaining import Filed, House, filed
from tests.complaining import complaint as complaint
from tests.complaining import house as house
from tests.world import Cast, Person

WHY = "the customer gave the number on the badge"


def named(complaint: Filed, who: Person, *, by: Person, why: str = WHY) -> None:
    with complaint.by(by) as (act, case, person):
        complaints.name(act, case, who.id, by=person, why=why)


def sound(runtime: Runtime) -> bool:
    with runtime.look(COMMAND) as act:
        return not verifying.verify(act.session).problems


def test_who_signed_for_it_signs_no_longer_and_others_are_rung(
    runtime: Runtime, cast: Cast, house: House, complaint: Filed
) -> None:
    complaint.does(house.liu, respondents.sign)
    named(complaint, house.liu, by=cast.lin)
    row, dispatch = complaint.row, complaint.dispatch(RESPONDENT)
    assert (row.about_staff_id, row.department_id) == (house.liu.id, house.repair)
    assert (row.stage, row.signed_by_id, dispatch.signed_by_id) == (Stage.FILED, None, None)
    assert complaint.case.handler_id == cast.lin.id
    assert complaint.verdicts["CMP-1.sign"] == "open"
    assert complaint.told("complaint-unsigned") == {cast.lin.id, cast.sun.id}
    with pytest.raises(Refused):
        complaint.does(house.liu, respondents.settle, "I was right")
    complaint.comes_back(cast.sun)
    assert sound(runtime)


def test_who_owns_it_owns_it_no_longer_nor_what_is_dealt_with_together(
    runtime: Runtime, cast: Cast, house: House, complaint: Filed
) -> None:
    other = filed(runtime, cast, owner=cast.zhou, department_id=house.repair, grade=Grade.MINOR)
    with other.by(cast.sun) as (act, case, person):
        joins.join(act, case, complaint.case, by=person, why="the same rooms")
    named(other, cast.lin, by=cast.sun)
    assert (complaint.case.owner_id, other.case.owner_id) == (cast.sun.id, cast.zhou.id)
    with runtime.look(COMMAND) as act:
        assert [one.why for one in handovers.of_case(act, complaint.id)] == [Why.CONCERNED]
    assert sound(runtime)


def test_whom_it_was_passed_up_to_is_not_asked_any_more_and_somebody_above_sees_it(
    runtime: Runtime, cast: Cast, house: House
) -> None:
    complaint = filed(runtime, cast, department_id=house.repair, grade=Grade.IMPORTANT)
    complaint.does(cast.qian, respondents.acknowledge)
    named(complaint, cast.qian, by=cast.lin)
    assert complaint.dispatch(Role.MANAGER).signed_by_id is None
    assert complaint.verdicts["CMP-2.pass_up.important"] == "open"
    with pytest.raises(Refused):
        complaint.does(cast.qian, respondents.acknowledge)
    complaint.does(cast.feng, respondents.acknowledge)
    assert complaint.verdicts["CMP-2.pass_up.important"] == "kept"


def test_a_link_that_was_sent_to_them_signs_for_nothing(
    runtime: Runtime, cast: Cast, house: House, complaint: Filed
) -> None:
    with runtime.act(COMMAND) as act:
        act.session.add(
            Offer(dispatch_id=complaint.dispatch(RESPONDENT).id, staff_id=house.liu.id, n=1, rung_at=act.at)
        )
    named(complaint, house.liu, by=cast.lin)
    with runtime.look(COMMAND) as act:
        assert act.session.query(Offer).one().answer == Answer.WITHDRAWN


def test_what_they_were_asked_to_take_over_stays_where_it_is(
    runtime: Runtime, cast: Cast, house: House, complaint: Filed
) -> None:
    with complaint.by(cast.lin) as (act, case, _person):
        companies.get(act, case.company_id)
        handovers.ask(act, case, giver_id=cast.lin.id, receiver_id=cast.zhou.id, reason="on the road")
    named(complaint, cast.zhou, by=cast.lin)
    with runtime.look(COMMAND) as act:
        assert [one.state for one in handovers.of_case(act, complaint.id)] == [State.RETURNED]
    assert complaint.case.owner_id == cast.lin.id


def test_what_was_dealt_with_stays_so(cast: Cast, house: House, complaint: Filed) -> None:
    complaint.comes_back(house.liu)
    named(complaint, house.liu, by=cast.lin)
    assert complaint.row.stage == Stage.RETURNED
    assert complaint.row.settled_by_id == house.liu.id


@pytest.mark.parametrize(
    ("by", "who", "why", "error"),
    [
        ("lin", "liu", " ", Invalid),
        ("liu", "xu", WHY, Refused),
        ("lin", "nobody", WHY, NotFound),
    ],
)
def test_what_is_wrong_changes_nothing(
    cast: Cast, house: House, complaint: Filed, by: str, who: str, why: str, error: type[Exception]
) -> None:
    people = {"lin": cast.lin, "liu": house.liu, "xu": house.xu}
    with pytest.raises(error), complaint.by(people[by]) as (act, case, person):
        complaints.name(act, case, people[who].id if who in people else 99, by=person, why=why)
    assert complaint.row.about_staff_id is None


def test_whoever_is_named_stays_so_until_a_superior_names_somebody_else(
    runtime: Runtime, cast: Cast, house: House, complaint: Filed
) -> None:
    named(complaint, cast.zhou, by=cast.lin)
    with pytest.raises(Conflict):
        named(complaint, cast.zhou, by=cast.sun)
    for who in (cast.zhou, cast.lin):  # whom it is about; no superior
        with pytest.raises(Refused):
            named(complaint, house.liu, by=who)
    named(complaint, house.liu, by=cast.sun)
    with runtime.look(COMMAND) as act:
        entries = [one for one in audit.entries(act.session, complaint.case.chain) if one.kind == "complaint-named"]
    assert [(one.fields["before"], one.fields["now"]) for one in entries] == [
        (None, cast.zhou.id),
        (cast.zhou.id, house.liu.id),
    ]
    assert all(WHY not in str(one.fields) for one in entries)


def test_whoever_writes_down_what_was_told_by_voice_names_them_as_well(
    runtime: Runtime, cast: Cast, complaint: Filed
) -> None:
    with complaint.by(cast.sun) as (act, case, person):
        told = {"sealed_where_when": act.sealer.seal("on Monday")}
        matters.write_down(act, case, told, about=Named(cast.lin.id, by=person, why=WHY))
    assert "sealed_where_when" in complaint.case.details
    assert (complaint.row.about_staff_id, complaint.case.owner_id) == (cast.lin.id, cast.sun.id)
