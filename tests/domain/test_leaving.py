"""Whoever goes on leave or leaves for good takes nothing along: every open matter has an owner who works here."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from hotline.domain import (
    absences,
    audit,
    cases,
    companies,
    dispatches,
    handovers,
    leaving,
    promises,
    repairs,
    seats,
    staff,
)
from hotline.domain.act import CLOCK, COMMAND, Act, Actor
from hotline.domain.cases import Case
from hotline.domain.handovers import State, Why
from hotline.domain.outbox import OutboxEntry
from hotline.domain.repairs import Stage
from hotline.domain.staff import Duty, Shift
from hotline.errors import Conflict, Invalid, Refused
from hotline.runtime import Runtime
from tests import given
from tests.line import Line
from tests.line import line as line
from tests.world import Cast, HandClock, Person

DAY = timedelta(days=1)


@pytest.fixture
def case(runtime: Runtime, cast: Cast) -> Case:
    """An enquiry of Chen's that Lin took."""
    with runtime.act(Actor("console", cast.lin.id)) as act:
        return given.case(act, cast)


def dismissed(runtime: Runtime, who: Person, by: Person | None = None) -> None:
    with runtime.act(COMMAND) as act:
        leaving.dismiss(act, who.id, by=by.id if by else None)


def on_leave(runtime: Runtime, who: Person, receiver: Person, at: HandClock, *, after: timedelta = timedelta()) -> None:
    """Three days, from now or after a span; begun when its time has come."""
    with runtime.act(COMMAND) as act:
        companies.get(act, given.person(act, who).company_id)
        absence = leaving.go_on_leave(
            act, given.person(act, who), starts_at=at.now + after, ends_at=at.now + after + 3 * DAY,
            receiver_id=receiver.id,
        )  # fmt: skip
    at.passes(after)
    with runtime.act(CLOCK) as act:
        leaving.begin(act, absence.id)


def looked(runtime: Runtime, case: Case) -> Case:
    with runtime.look(COMMAND) as act:
        return cases.get(act, case.id)


def requests(runtime: Runtime, case: Case) -> list[tuple[str, str, int]]:
    with runtime.look(COMMAND) as act:
        return [(one.why, one.state, one.receiver_id) for one in handovers.of_case(act, case.id)]


def answers(runtime: Runtime, case: Case, who: Person, *, accept: bool) -> None:
    with runtime.act(Actor("console", who.id)) as act:
        request = handovers.open_of(act, case.id)
        assert request is not None
        handovers.answer(act, request.id, by=who.id, accept=accept, refusal=None if accept else "on the road all week")


def test_who_leaves_for_good_leaves_every_open_matter_to_the_supervisor_at_once(
    runtime: Runtime, cast: Cast, case: Case
) -> None:
    with runtime.act(COMMAND) as act:
        companies.get(act, cast.heat.id)
        kept = given.case(act, cast, owner=cast.zhou)
    dismissed(runtime, cast.lin, by=cast.qian)
    assert (looked(runtime, case).owner_id, looked(runtime, case).handler_id) == (cast.sun.id, cast.sun.id)
    assert looked(runtime, case).first_owner_id == cast.lin.id
    assert looked(runtime, kept).owner_id == cast.zhou.id
    with runtime.look(COMMAND) as act:
        entries = audit.entries(act.session, case.chain)
        assert [entry.kind for entry in entries] == ["case-opened", "handover-forced"]
        left = next(entry for entry in audit.entries(act.session, "house") if entry.kind == "staff-left")
        assert left.fields == {"staff": cast.lin.id, "by": cast.qian.id}
        assert not given.person(act, cast.lin).active
    assert requests(runtime, case) == [(Why.DISMISSAL, State.ACCEPTED, cast.sun.id)]


def test_what_is_promised_follows_the_matter(runtime: Runtime, cast: Cast, case: Case) -> None:
    with runtime.act(COMMAND) as act:
        companies.get(act, cast.heat.id)
        due = promises.make(act, "CBK-1.answer", cases.get(act, case.id)).due_at
    dismissed(runtime, cast.lin)
    with runtime.look(COMMAND) as act:
        (promise,) = promises.of_case(act, case.id)
        assert (promise.owner_id, promise.due_at) == (cast.sun.id, due)


def test_a_superior_is_followed_by_the_next_above_and_the_highest_by_the_highest_of_the_others(
    runtime: Runtime, cast: Cast
) -> None:
    with runtime.act(COMMAND) as act:
        companies.get(act, cast.heat.id)
        suns, fengs = (given.case(act, cast, owner=who) for who in (cast.sun, cast.feng))
    dismissed(runtime, cast.sun)
    assert looked(runtime, suns).owner_id == cast.qian.id
    dismissed(runtime, cast.feng)
    assert looked(runtime, fengs).owner_id == cast.qian.id
    with pytest.raises(Conflict, match="nobody would answer"):
        dismissed(runtime, cast.qian)
    assert looked(runtime, suns).owner_id == cast.qian.id


def test_who_left_is_off_the_roster_off_the_desk_and_logged_out(runtime: Runtime, cast: Cast) -> None:
    with runtime.act(COMMAND) as act:
        companies.get(act, cast.heat.id)
        seats.choose(act, seats.of(act, given.person(act, cast.lin)), seats.Status.FREE)
        epoch = given.person(act, cast.lin).session_epoch
        tomorrow = act.at + 40 * DAY
        staff.roster(act, given.person(act, cast.lin), Duty.FRONT, tomorrow, tomorrow + DAY)
    dismissed(runtime, cast.lin)
    with runtime.act(COMMAND) as act:
        companies.get(act, cast.heat.id)
        person = given.person(act, cast.lin)
        assert seats.locked(act, cast.lin.id).status == seats.Status.OFF
        assert person.session_epoch == epoch + 1
        shifts = act.session.scalars(select(Shift).where(Shift.staff_id == person.id)).all()
        assert [shift.ends_at for shift in shifts] == [act.at], "the shift that ran is cut, the later one struck"
        with pytest.raises(Conflict, match="choose somebody else"):
            staff.roster(act, person, Duty.FRONT, tomorrow, tomorrow + DAY)
    with pytest.raises(Conflict, match="does not work here"):
        dismissed(runtime, cast.lin)


def test_what_waited_for_an_answer_of_who_left_returns_to_its_owner(runtime: Runtime, cast: Cast, case: Case) -> None:
    with runtime.act(COMMAND) as act:
        companies.get(act, cast.heat.id)
        handovers.ask(
            act, cases.get(act, case.id), giver_id=cast.lin.id, receiver_id=cast.zhou.id, reason="knows the boiler"
        )
    dismissed(runtime, cast.zhou)
    assert requests(runtime, case) == [(Why.ASKED, State.RETURNED, cast.zhou.id)]
    assert looked(runtime, case).owner_id == cast.lin.id


def test_what_who_left_had_asked_of_others_is_struck_and_the_supervisor_owns_it(
    runtime: Runtime, cast: Cast, case: Case
) -> None:
    with runtime.act(COMMAND) as act:
        companies.get(act, cast.heat.id)
        handovers.ask(
            act, cases.get(act, case.id), giver_id=cast.lin.id, receiver_id=cast.zhou.id, reason="knows the boiler"
        )
    dismissed(runtime, cast.lin)
    assert [state for _why, state, _who in requests(runtime, case)] == [State.WITHDRAWN, State.ACCEPTED]
    assert looked(runtime, case).owner_id == cast.sun.id


def test_an_unfinished_repair_of_who_left_rings_out_anew(runtime: Runtime, cast: Cast) -> None:
    with runtime.act(COMMAND) as act:
        matter, order = given.fault(act, cast)
        dispatch = dispatches.of_case(act, matter.id)[0]
        made = dispatches.Offer(dispatch_id=dispatch.id, staff_id=cast.wang.id, n=1, rung_at=act.at)
        act.session.add(made)
        act.session.flush()
        repairs.sign(act, made)
        repairs.advance(act, repairs.get(act, order.id), Stage.ON_THE_WAY, by=cast.wang.id)
    dismissed(runtime, cast.wang)
    with runtime.act(COMMAND) as act:
        companies.get(act, cast.heat.id)
        row = repairs.get(act, order.id)
        assert (row.stage, row.engineer_id, row.signed_at, row.on_the_way_at) == (Stage.REPORTED, None, None, None)
        again = dispatches.of_case(act, matter.id)[0]
        assert dispatches.unsigned(act, again)
        following = dispatches.next_to_ring(act, again, cases.get(act, matter.id))
        assert following is not None
        assert following.id != cast.wang.id
        owed = act.session.scalars(select(OutboxEntry.key).where(OutboxEntry.kind == "ring-dispatch")).all()
        assert f"ring-again-{dispatch.id}-1" in owed
        assert cases.get(act, matter.id).handler_id == cast.lin.id


def test_a_case_opened_in_a_call_whose_owner_has_left_belongs_to_who_answers_now(runtime: Runtime, cast: Cast) -> None:
    dismissed(runtime, cast.lin)
    with runtime.act(COMMAND) as act:
        assert given.case(act, cast, owner=cast.lin).owner_id == cast.zhou.id


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


def test_who_comes_back_works_again_and_matters_stay_where_they_are(
    runtime: Runtime, cast: Cast, case: Case, at: HandClock
) -> None:
    dismissed(runtime, cast.lin)
    with runtime.act(COMMAND) as act:
        leaving.come_back(act, given.person(act, cast.lin), by=cast.sun.id)
        assert given.person(act, cast.lin).active
        with pytest.raises(Conflict, match="not on leave"):
            leaving.come_back(act, given.person(act, cast.lin), by=cast.sun.id)
    assert looked(runtime, case).owner_id == cast.sun.id


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
