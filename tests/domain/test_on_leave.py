"""Who goes on leave owns each matter until somebody accepts it; the roster and the ladder count without them."""

from __future__ import annotations

from datetime import datetime

import pytest
from sqlalchemy import delete, select

from hotline.domain import (
    absences,
    audit,
    cases,
    companies,
    complaint_forms,
    handover_forms,
    handovers,
    leaving,
    notice_batches,
    notices,
    staff,
)
from hotline.domain.act import CLOCK, COMMAND, Act
from hotline.domain.cases import Case
from hotline.domain.handovers import State, Why
from hotline.domain.notice_batches import Telling
from hotline.domain.notices import Notice
from hotline.domain.occasions import Occasion
from hotline.domain.staff import Duty, Shift, StaffRole
from hotline.errors import Conflict, Invalid, Refused
from hotline.runtime import Runtime
from hotline.standard.kinds import Role
from tests import complaining, given
from tests.domain.departures import DAY, answers, looked, on_leave, requests
from tests.domain.departures import case as case
from tests.line import Line
from tests.line import line as line
from tests.world import Cast, HandClock, Person


def test_when_a_leave_begins_the_receiver_is_asked_and_owns_only_what_they_accept(
    runtime: Runtime, cast: Cast, case: Case, at: HandClock
) -> None:
    on_leave(runtime, cast.lin, cast.zhou, at, after=2 * DAY)
    assert requests(runtime, case) == [(Why.LEAVE, State.ASKED, cast.zhou.id)]
    assert looked(runtime, case).owner_id == cast.lin.id
    answers(runtime, case, cast.zhou, accept=True)
    assert looked(runtime, case).owner_id == cast.zhou.id


def test_what_the_receiver_declines_goes_up_level_by_level(
    runtime: Runtime, cast: Cast, case: Case, at: HandClock
) -> None:
    on_leave(runtime, cast.lin, cast.zhou, at)
    for who in (cast.zhou, cast.sun, cast.qian, cast.feng):
        assert requests(runtime, case)[-1] == (Why.LEAVE, State.ASKED, who.id)
        answers(runtime, case, who, accept=False)
    assert looked(runtime, case).owner_id == cast.lin.id, "never to nobody"


def test_a_leave_begins_once_and_not_when_it_was_struck(
    runtime: Runtime, cast: Cast, case: Case, at: HandClock
) -> None:
    with runtime.act(COMMAND) as act:
        companies.get(act, cast.heat.id)
        lin = given.person(act, cast.lin)
        absence = leaving.go_on_leave(
            act, lin, starts_at=at.now + DAY, ends_at=at.now + 2 * DAY, receiver_id=cast.zhou.id
        )
        leaving.come_back(act, lin, by=None)
    at.passes(DAY)
    with runtime.act(CLOCK) as act:
        leaving.begin(act, absence.id)
    assert requests(runtime, case) == []
    on_leave(runtime, cast.lin, cast.zhou, at)
    with runtime.act(CLOCK) as act:
        leaving.begin(act, absences.ahead(act, cast.lin.id)[0].id)
    assert len(requests(runtime, case)) == 1


def shifts_of(act: Act, who: Person) -> list[tuple[datetime, datetime]]:
    query = select(Shift).where(Shift.staff_id == who.id).order_by(Shift.starts_at)
    return [(shift.starts_at, shift.ends_at) for shift in act.session.scalars(query)]


def test_a_leave_cuts_its_days_out_of_the_roster(runtime: Runtime, cast: Cast, at: HandClock) -> None:
    with runtime.look(COMMAND) as act:
        [(began, ends)] = shifts_of(act, cast.lin)
    on_leave(runtime, cast.lin, cast.zhou, at, after=DAY)
    with runtime.act(COMMAND) as act:
        companies.get(act, cast.heat.id)
        assert shifts_of(act, cast.lin) == [(began, at.now), (at.now + 3 * DAY, ends)]
        assert [one.id for one in staff.on_duty(act, cast.heat.id, Duty.FRONT)] == [cast.zhou.id]
        with pytest.raises(Conflict):
            staff.roster(act, given.person(act, cast.lin), Duty.FRONT, at.now + DAY, at.now + 2 * DAY)


def test_a_superior_on_leave_is_passed_over_unless_all_are(runtime: Runtime, cast: Cast, at: HandClock) -> None:
    on_leave(runtime, cast.sun, cast.qian, at)
    with runtime.look(COMMAND) as act:
        assert [one.id for one in staff.up_the_ladder(act, cast.heat.id)] == [cast.qian.id, cast.feng.id]
    on_leave(runtime, cast.hu, cast.qian, at)
    with runtime.look(COMMAND) as act:
        assert [one.id for one in staff.up_the_ladder(act, cast.home.id)] == [cast.hu.id]


def test_a_leave_begins_also_where_nobody_is_there_to_take_over(
    runtime: Runtime, cast: Cast, case: Case, at: HandClock
) -> None:
    """The receiver and everybody above are away: the owner keeps that matter, and the leave is a leave all the same."""
    for who, receiver in ((cast.sun, cast.qian), (cast.qian, cast.feng), (cast.feng, cast.zhou)):
        on_leave(runtime, who, receiver, at)
    with runtime.act(COMMAND) as act:
        companies.get(act, cast.heat.id)
        lin, ends_at = given.person(act, cast.lin), at.now + 2 * DAY
        epoch, second = lin.session_epoch, given.case(act, cast)
        absence = leaving.go_on_leave(act, lin, starts_at=at.now + DAY, ends_at=ends_at, receiver_id=cast.zhou.id)
    on_leave(runtime, cast.zhou, cast.wu, at)
    at.passes(DAY)
    with runtime.act(CLOCK) as act:
        leaving.begin(act, absence.id)
    with runtime.look(COMMAND) as act:
        assert given.person(act, cast.lin).session_epoch == epoch + 1
        assert absences.get(act, absence.id).begun_at == at.now
        assert {one.kind for one in audit.entries(act.session, second.chain)} >= {"leave-kept"}
    assert requests(runtime, case) == []
    assert looked(runtime, case).owner_id == cast.lin.id


def test_a_receiver_who_answers_for_no_matters_any_more_is_passed_over(
    runtime: Runtime, cast: Cast, case: Case, at: HandClock
) -> None:
    with runtime.act(COMMAND) as act:
        companies.get(act, cast.heat.id)
        absence = leaving.go_on_leave(
            act, given.person(act, cast.lin), starts_at=at.now + DAY, ends_at=at.now + 2 * DAY, receiver_id=cast.zhou.id
        )
        act.session.execute(delete(StaffRole).where(StaffRole.staff_id == cast.zhou.id))
    at.passes(DAY)
    with runtime.act(CLOCK) as act:
        leaving.begin(act, absence.id)
    assert requests(runtime, case) == [(Why.LEAVE, State.ASKED, cast.sun.id)]


def test_nothing_is_handed_to_who_is_on_leave(runtime: Runtime, cast: Cast, case: Case, at: HandClock) -> None:
    on_leave(runtime, cast.zhou, cast.lin, at)
    with runtime.act(COMMAND) as act:
        companies.get(act, cast.heat.id)
        for receiver in (cast.zhou, cast.he):  # nor to a guard, who has no desk
            with pytest.raises(Refused, match="choose another"):
                handovers.ask(
                    act, cases.get(act, case.id), giver_id=cast.lin.id, receiver_id=receiver.id, reason="knows it"
                )
            with pytest.raises(Refused, match="choose another"):
                leaving.go_on_leave(
                    act, given.person(act, cast.lin), starts_at=act.at, ends_at=act.at + DAY, receiver_id=receiver.id
                )


def test_a_leave_has_a_beginning_and_an_end_and_days_of_its_own(runtime: Runtime, cast: Cast, at: HandClock) -> None:
    with runtime.act(COMMAND) as act:
        for wrong, begins, ends in ((Invalid, DAY, DAY), (Invalid, -2 * DAY, -DAY)):
            with pytest.raises(wrong):
                absences.note(
                    act,
                    staff_id=cast.lin.id,
                    receiver_id=cast.zhou.id,
                    starts_at=at.now + begins,
                    ends_at=at.now + ends,
                )
    on_leave(runtime, cast.lin, cast.zhou, at)
    with pytest.raises(Conflict, match="noted for these days"):
        on_leave(runtime, cast.lin, cast.zhou, at, after=DAY)


def test_a_leave_begins_by_itself_when_its_time_has_come(line: Line, cast: Cast) -> None:
    with line.runtime.act(COMMAND) as act:
        companies.get(act, cast.heat.id)
        case = given.case(act, cast)
        lin = given.person(act, cast.lin)
        epoch = lin.session_epoch
        leaving.go_on_leave(act, lin, starts_at=act.at + DAY, ends_at=act.at + 3 * DAY, receiver_id=cast.zhou.id)
    line.passes(hours=23)
    assert requests(line.runtime, case) == []
    line.passes(hours=1, seconds=5)
    assert requests(line.runtime, case) == [(Why.LEAVE, State.ASKED, cast.zhou.id)]
    line.phone("zhou").receives("林晓请您接手此事")
    with line.look() as act:
        assert given.person(act, cast.lin).session_epoch == epoch + 1
    line.passes(minutes=11)
    assert requests(line.runtime, case)[-1] == (Why.LEAVE, State.ASKED, cast.sun.id), "unanswered, it goes up"


def test_beside_an_owner_on_leave_whoever_is_asked_to_take_over_is_told_else_the_supervisors(
    runtime: Runtime, cast: Cast, case: Case, at: HandClock
) -> None:
    assert told_of_it(runtime, case) == [cast.lin.id]
    on_leave(runtime, cast.lin, cast.zhou, at)
    assert told_of_it(runtime, case) == [cast.lin.id, cast.zhou.id]
    with runtime.act(COMMAND) as act:
        request = handover_forms.open_of(act, case.id)
        assert request is not None
        handovers.withdraw(act, request.id, by=cast.lin.id)
    assert told_of_it(runtime, case) == [cast.lin.id, cast.sun.id]
    at.passes(3 * DAY)
    assert told_of_it(runtime, case) == [cast.lin.id], "back at the desk"


def test_whom_a_complaint_is_about_does_not_hear_of_it_from_an_owner_on_leave(
    runtime: Runtime, cast: Cast, at: HandClock
) -> None:
    filed = complaining.filed(runtime, cast)
    on_leave(runtime, cast.lin, cast.zhou, at)
    with filed.by(cast.sun) as (act, _case, _person):
        found = complaint_forms.of(act, filed.id)
        assert found is not None
        found.about_staff_id = cast.zhou.id
    assert told_of_it(runtime, filed.case) == [cast.lin.id, cast.sun.id]


def told_of_it(runtime: Runtime, case: Case) -> list[int]:
    """Who is told what concerns the owner; the same people, told with many others at once."""
    with runtime.look(COMMAND) as act:
        found = cases.get(act, case.id)
        people = [one.id for one in notices.people(act, found, Role.OWNER)]
        notice_batches.tell_all(act, [Telling(Role.OWNER, Occasion(found, "promise-broken", "1"))])
        told = act.session.scalars(select(Notice.staff_id).where(Notice.text == "promise-broken").order_by(Notice.id))
        assert list(told) == people
        return people
