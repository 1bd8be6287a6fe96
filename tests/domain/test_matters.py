"""What is told becomes a case: whoever tells it and in whichever way, the same promises, texts and silence."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import select

from hotline.domain import companies, matters, promises
from hotline.domain.act import COMMAND, Act
from hotline.domain.cases import Case
from hotline.domain.matters import Opened, Told
from hotline.domain.notices import Notice
from hotline.domain.outbox import OutboxEntry
from hotline.domain.repairs import RepairOrder
from hotline.errors import Invalid
from hotline.runtime import Runtime
from hotline.standard.kinds import Scope
from tests import given
from tests.world import Cast


def told(act: Act, cast: Cast) -> Told:
    """Chen told Lin something at the counter."""
    companies.get(act, cast.heat.id)
    return Told(cast.heat.id, cast.lin.id, {}, reachable=True, customer_id=cast.chen.id)


def texts(act: Act, case: Case) -> dict[str, list[int]]:
    """The texts owed in a case: to whom of the staff each goes, or to which customer."""
    found: dict[str, list[int]] = {}
    query = select(OutboxEntry.about).where(OutboxEntry.case_id == case.id, OutboxEntry.kind == "send-text")
    owed = [(about["text"], about["who"]) for about in act.session.scalars(query)]
    told = select(Notice.text, Notice.staff_id).where(Notice.case_id == case.id).order_by(Notice.id)
    for text, who in [*owed, *act.session.execute(told)]:
        found.setdefault(text, []).append(who)
    return found


def rules(act: Act, opened: Opened) -> set[str]:
    return {promise.rule for promise in promises.of_case(act, opened.case.id)}


def test_a_visit_paid_for_because_the_agreement_ended_is_told_to_the_person_in_charge(
    runtime: Runtime, cast: Cast
) -> None:
    with runtime.act(COMMAND) as act:
        paid = matters.open_fault(
            act, told(act, cast), fault_class="heating", answers={}, scope=Scope.IN_SCOPE, fee_yuan=60
        )
        free = matters.open_fault(act, told(act, cast), fault_class="heating", answers={}, scope=Scope.IN_SCOPE)
        assert texts(act, paid.case)["agreement-ended"] == [cast.sun.id]
        assert "agreement-ended" not in texts(act, free.case)
        assert paid.texted


def test_nobody_is_sent_out_for_a_fee_that_was_not_agreed(runtime: Runtime, cast: Cast) -> None:
    with runtime.look(COMMAND) as act, pytest.raises(Invalid, match="FLT-3"):
        matters.open_fault(act, told(act, cast), fault_class="heating", answers={}, scope=Scope.OUT_OF_SCOPE)


def test_security_and_the_leader_are_rung_for_a_fire_and_repair_for_anything_else(runtime: Runtime, cast: Cast) -> None:
    with runtime.act(COMMAND) as act:
        fire = matters.open_emergency(act, told(act, cast), "fire")
        gas = matters.open_emergency(act, told(act, cast), "gas")
        assert rules(act, fire) == {"EMG-2.acknowledge", "EMG-1.tell"}
        assert [order.case_id for order in act.session.scalars(select(RepairOrder))] == [gas.case.id]
        assert texts(act, fire.case)["emergency-told"] == [cast.sun.id]


def test_a_complaint_reaches_the_supervisor_and_promises_a_call_to_whoever_can_have_one(
    runtime: Runtime, cast: Cast
) -> None:
    with runtime.act(COMMAND) as act:
        known = told(act, cast)
        named = matters.open_complaint(act, known)
        unreachable = matters.open_complaint(act, replace(known, reachable=False, customer_id=None))
        nameless = matters.open_complaint(act, replace(known, customer_id=None, anonymous=True))
        assert ["CMP-9.callback" in rules(act, one) for one in (named, unreachable, nameless)] == [True, False, False]
        assert all({"CMP-1.sign", "CMP-4.settle.important"} <= rules(act, one) for one in (named, nameless))
        assert [one.texted for one in (named, unreachable, nameless)] == [True, False, False]
        assert all(texts(act, one.case)["complaint-for-supervisor"] for one in (named, unreachable))
        assert texts(act, nameless.case)["complaint-to-write-down"], "nobody else hears what was told without a name"


def test_an_anonymous_matter_and_the_call_it_was_told_in_do_not_name_each_other(runtime: Runtime, cast: Cast) -> None:
    with runtime.act(COMMAND) as act:
        call = given.call(act, cast, who=cast.chen)
        opened = matters.open_complaint(act, replace(told(act, cast), call=call, anonymous=True))
        assert (opened.case.customer_id, opened.case.call_id, call.case_id) == (None, None, None)
        assert "opened" not in call.slots


def test_a_call_remembers_every_matter_that_was_told_in_it(runtime: Runtime, cast: Cast) -> None:
    with runtime.act(COMMAND) as act:
        call = given.call(act, cast, who=cast.chen)
        both = [matters.open_enquiry(act, replace(told(act, cast), call=call)).case for _ in range(2)]
        assert call.slots["opened"] == [case.id for case in both]
        assert call.slots["number"] == both[1].number


def test_a_question_answered_at_once_is_closed_with_its_answer(runtime: Runtime, cast: Cast) -> None:
    with runtime.act(COMMAND) as act:
        opened = matters.record_answered(act, told(act, cast), answer="三月十五日")
        assert (opened.case.state, rules(act, opened), texts(act, opened.case)) == ("closed", set(), {})


def test_what_is_added_to_an_emergency_reaches_those_on_their_way(runtime: Runtime, cast: Cast) -> None:
    with runtime.act(COMMAND) as act:
        case = matters.open_emergency(act, told(act, cast), "gas").case
        matters.add_to_emergency(act, case, {"sealed_address": "sealed"})
        assert [order.address for order in act.session.scalars(select(RepairOrder))] == ["sealed"]
