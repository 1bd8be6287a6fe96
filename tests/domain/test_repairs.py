"""A fault goes from report to done, each stage once and in order."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from hotline.domain import audit, cases, companies, customers, dispatches, promises, repairs
from hotline.domain.act import COMMAND, Act
from hotline.domain.cases import Case
from hotline.domain.dispatches import Offer
from hotline.domain.outbox import OutboxEntry
from hotline.domain.promises import Verdict
from hotline.domain.repairs import RepairOrder, Stage
from hotline.domain.staff import Duty
from hotline.errors import Conflict, Invalid, NotFound
from hotline.runtime import Runtime
from hotline.standard.kinds import Scope
from tests import given
from tests.world import ADDRESS, Cast, HandClock, Person

FOUND = "换了阀门"


@pytest.fixture
def order(runtime: Runtime, cast: Cast) -> RepairOrder:
    """Chen's radiator, reported."""
    with runtime.act(COMMAND) as act:
        return given.fault(act, cast)[1]


def its_case(act: Act, order: RepairOrder) -> Case:
    case = cases.get(act, order.case_id)
    companies.get(act, case.company_id)
    return case


def rung(act: Act, order: RepairOrder, who: Person) -> Offer:
    """An offer to somebody; the call that carries it is not at issue here."""
    dispatch = dispatches.of_case(act, its_case(act, order).id)[0]
    made = Offer(
        dispatch_id=dispatch.id, staff_id=who.id, n=len(dispatches.offers(act, dispatch.id)) + 1, rung_at=act.at
    )
    act.session.add(made)
    act.session.flush()
    return made


def sign(runtime: Runtime, order: RepairOrder, who: Person) -> RepairOrder | None:
    with runtime.act(COMMAND) as act:
        return repairs.sign(act, rung(act, order, who))


def advance(runtime: Runtime, order: RepairOrder, stage: Stage, who: Person) -> None:
    with runtime.act(COMMAND) as act:
        its_case(act, order)
        repairs.advance(act, repairs.get(act, order.id), stage, by=who.id)


def finish(runtime: Runtime, order: RepairOrder, who: Person, found: str = FOUND) -> None:
    with runtime.act(COMMAND) as act:
        its_case(act, order)
        row = repairs.get(act, order.id)
        repairs.finish(act, row, by=who.id, found=found, tested=True, customer_signed=True)


def texts(runtime: Runtime) -> list[str]:
    with runtime.look(COMMAND) as act:
        query = select(OutboxEntry).where(OutboxEntry.kind == "send-text").order_by(OutboxEntry.id)
        return [str(entry.about["text"]) for entry in act.session.scalars(query)]


def test_a_report_promises_and_dispatches_in_one_act(runtime: Runtime, order: RepairOrder) -> None:
    with runtime.look(COMMAND) as act:
        case = its_case(act, order)
        assert {p.rule for p in promises.of_case(act, case.id)} == {"FLT-2.notify", "FLT-2.sign"}
        assert [d.duty for d in dispatches.of_case(act, case.id)] == ["repair"]
        row = repairs.get(act, order.id)
        assert row.stage == Stage.REPORTED
        assert cases.unseal(act, case, row.address or "") == ADDRESS
        assert ADDRESS not in str([entry.fields for entry in audit.entries(act.session, case.chain)])


def test_out_of_scope_needs_a_fee_that_was_accepted(runtime: Runtime, cast: Cast, at: HandClock) -> None:
    def report(act: Act, fee: int | None) -> RepairOrder:
        return repairs.report(
            act,
            given.case(act, cast),
            fault_class="heating",
            answers={},
            scope=Scope.OUT_OF_SCOPE,
            address=None,
            fee_yuan=fee,
        )

    with runtime.act(COMMAND) as act, pytest.raises(Invalid, match="FLT-3"):
        report(act, None)
    with runtime.act(COMMAND) as act:
        paid = report(act, 60)
    assert (paid.fee_yuan, paid.fee_accepted_at) == (60, at.now)


def test_from_report_to_done(runtime: Runtime, cast: Cast, order: RepairOrder, at: HandClock) -> None:
    began = at.now
    sign(runtime, order, cast.wang)
    for stage in (Stage.ON_THE_WAY, Stage.ARRIVED):
        at.passes(timedelta(minutes=20))
        advance(runtime, order, stage, cast.wang)
    at.passes(timedelta(minutes=20))
    finish(runtime, order, cast.wang)
    with runtime.look(COMMAND) as act:
        row, case = repairs.get(act, order.id), its_case(act, order)
        stages = (row.signed_at, row.on_the_way_at, row.arrived_at, row.done_at)
        assert stages == tuple(began + timedelta(minutes=20 * n) for n in range(4))
        assert (row.stage, row.engineer_id, row.tested, row.customer_signed) == (Stage.DONE, cast.wang.id, True, True)
        assert cases.unseal(act, case, row.found or "") == FOUND
        assert case.handler_id == case.owner_id == cast.lin.id
        assert {p.rule: p.verdict for p in promises.of_case(act, case.id)}["VIS-1.repair"] == Verdict.OPEN
    assert texts(runtime) == ["repair-signed", "repair-on-the-way"]


def test_a_case_is_not_closed_before_the_return_visit(runtime: Runtime, cast: Cast, order: RepairOrder) -> None:
    sign(runtime, order, cast.wang)
    finish(runtime, order, cast.wang)
    with runtime.act(COMMAND) as act, pytest.raises(Conflict, match=r"VIS-1\.repair"):
        promises.close_case(act, its_case(act, order), by=cast.lin.id, outcome="warm")


def test_a_stage_is_never_gone_back_to(runtime: Runtime, cast: Cast, order: RepairOrder) -> None:
    with pytest.raises(Conflict):
        advance(runtime, order, Stage.ARRIVED, cast.wang)  # nobody has signed
    sign(runtime, order, cast.wang)
    advance(runtime, order, Stage.ARRIVED, cast.wang)
    with pytest.raises(Conflict):
        advance(runtime, order, Stage.ON_THE_WAY, cast.wang)
    finish(runtime, order, cast.wang)
    with pytest.raises(Conflict):
        finish(runtime, order, cast.wang)


@pytest.mark.parametrize("stage", [Stage.SIGNED, Stage.DONE, Stage.REPORTED])
def test_signing_and_finishing_are_no_mere_stages(
    runtime: Runtime, cast: Cast, order: RepairOrder, stage: Stage
) -> None:
    with pytest.raises(Invalid):
        advance(runtime, order, stage, cast.wang)


def test_nothing_found_is_no_report(runtime: Runtime, cast: Cast, order: RepairOrder) -> None:
    sign(runtime, order, cast.wang)
    with pytest.raises(Invalid):
        finish(runtime, order, cast.wang, found="  ")
    with runtime.look(COMMAND) as act:
        assert repairs.get(act, order.id).stage == Stage.SIGNED


def test_the_first_to_sign_has_the_repair(runtime: Runtime, cast: Cast, order: RepairOrder) -> None:
    with runtime.act(COMMAND) as act:
        wang, zhao = rung(act, order, cast.wang), rung(act, order, cast.zhao)
    with runtime.act(COMMAND) as act:
        its_case(act, order)
        repairs.sign(act, dispatches.get_offer(act, zhao.id))
    with runtime.act(COMMAND) as act:
        its_case(act, order)
        late = dispatches.get_offer(act, wang.id)
        with pytest.raises(Conflict):
            repairs.sign(act, late)
    with runtime.look(COMMAND) as act:
        assert repairs.get(act, order.id).engineer_id == cast.zhao.id
        assert [row.id for row in repairs.open_with(act, cast.zhao.id)] == [order.id]
        assert repairs.open_with(act, cast.wang.id) == []


def test_the_guard_who_signs_for_security_does_not_take_the_repair(
    runtime: Runtime, cast: Cast, order: RepairOrder
) -> None:
    with runtime.act(COMMAND) as act:
        case = its_case(act, order)
        made = dispatches.begin(act, case, Duty.SECURITY)
        offer = Offer(dispatch_id=made.id, staff_id=cast.he.id, n=1, rung_at=act.at)
        act.session.add(offer)
        act.session.flush()
        repairs.sign(act, offer)
    with runtime.look(COMMAND) as act:
        row = repairs.get(act, order.id)
        assert (row.stage, row.engineer_id) == (Stage.REPORTED, None)


def test_what_is_not_there_is_not_found(runtime: Runtime, cast: Cast) -> None:
    with runtime.look(COMMAND) as act:
        assert repairs.of_case(act, 1) is None
        with pytest.raises(NotFound):
            repairs.get(act, 1)


def test_a_customer_who_was_erased_is_owed_no_text(runtime: Runtime, cast: Cast, order: RepairOrder) -> None:
    with runtime.act(COMMAND) as act:
        customers.erase(act, customers.get(act, cast.chen.id))
    sign(runtime, order, cast.wang)
    assert texts(runtime) == []
