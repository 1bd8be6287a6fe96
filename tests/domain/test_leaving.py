"""Whoever leaves for good takes nothing along: every open matter has an owner who works here."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from hotline.domain import (
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
    verifying,
)
from hotline.domain.act import COMMAND
from hotline.domain.cases import Case
from hotline.domain.handovers import State, Why
from hotline.domain.outbox import OutboxEntry
from hotline.domain.repairs import Stage
from hotline.domain.staff import Duty, Shift
from hotline.errors import Conflict, Refused
from hotline.runtime import Runtime
from tests import given
from tests.domain.departures import DAY, dismissed, looked, requests
from tests.domain.departures import case as case
from tests.line import line as line
from tests.world import Cast, HandClock


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
        following = given.rung_next(act, again, cases.get(act, matter.id))
        assert following is not None
        assert following.id != cast.wang.id
        owed = act.session.scalars(select(OutboxEntry.key).where(OutboxEntry.kind == "ring-dispatch")).all()
        assert any(key.startswith(f"ring-again-{dispatch.id}-") for key in owed if key)
        assert cases.get(act, matter.id).handler_id == cast.lin.id
        second = dispatches.Offer(dispatch_id=dispatch.id, staff_id=cast.zhao.id, n=2, rung_at=act.at)
        act.session.add(second)
        act.session.flush()
        repairs.sign(act, second)
        keys = act.session.scalars(select(OutboxEntry.key).where(OutboxEntry.key.like("repair-signed-%"))).all()
        assert len(keys) == 2, "the customer is told of both engineers"


def test_who_left_signs_for_nothing_any_more_not_by_the_telephone_that_rang_either(
    runtime: Runtime, cast: Cast
) -> None:
    with runtime.act(COMMAND) as act:
        matter, _order = given.fault(act, cast)
        dispatch = dispatches.of_case(act, matter.id)[0]
        made = dispatches.offer(act, dispatch, given.person(act, cast.wang), None)
    dismissed(runtime, cast.wang)
    with runtime.act(COMMAND) as act:
        with pytest.raises(Conflict, match="does not work here"):
            repairs.sign(act, dispatches.get_offer(act, made.id))
        assert dispatches.unsigned(act, dispatches.get(act, dispatch.id))


def test_a_case_opened_in_a_call_whose_owner_has_left_belongs_to_who_answers_now(runtime: Runtime, cast: Cast) -> None:
    dismissed(runtime, cast.lin)
    with runtime.act(COMMAND) as act:
        assert given.case(act, cast, owner=cast.lin).owner_id == cast.zhou.id


def test_who_comes_back_works_again_and_matters_stay_where_they_are(
    runtime: Runtime, cast: Cast, case: Case, at: HandClock
) -> None:
    dismissed(runtime, cast.lin, by=cast.sun)
    with runtime.act(COMMAND) as act:
        leaving.come_back(act, given.person(act, cast.lin), by=cast.sun.id)
        assert given.person(act, cast.lin).active
        with pytest.raises(Conflict, match="not on leave"):
            leaving.come_back(act, given.person(act, cast.lin), by=cast.sun.id)
    assert looked(runtime, case).owner_id == cast.sun.id


def test_whom_somebody_higher_let_go_is_not_taken_back_from_below(runtime: Runtime, cast: Cast) -> None:
    """By a supervisor, a manager, an administrator, a command: who may not take Lin back then, and who may."""
    for by, not_by, back_by in (
        (cast.sun, None, cast.sun),
        (cast.qian, cast.sun, cast.feng),
        (cast.tang, cast.feng, cast.tang),
        (None, cast.feng, cast.tang),
        (None, cast.feng, None),
    ):
        dismissed(runtime, cast.lin, by=by)
        with runtime.act(COMMAND) as act:
            lin = given.person(act, cast.lin)
            if not_by is not None:
                with pytest.raises(Refused, match="from below"):
                    leaving.come_back(act, lin, by=not_by.id)
            assert not lin.active
            leaving.come_back(act, lin, by=back_by.id if back_by else None)
            assert (lin.active, lin.left_by_id) == (True, None)
    with runtime.look(COMMAND) as act:
        assert verifying.verify(act.session).problems == []


def test_a_sister_companys_matter_stays_there_when_its_owner_leaves(runtime: Runtime, cast: Cast) -> None:
    with runtime.act(COMMAND) as act:
        case = given.case(act, cast, owner=cast.wu)
    dismissed(runtime, cast.wu)
    assert (looked(runtime, case).owner_id, looked(runtime, case).company_id) == (cast.sun.id, cast.heat.id)
