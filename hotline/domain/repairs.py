"""Fault, scope, and the way from report to done; without it a fault would be a note nobody acts on (FLT-1 to FLT-8)."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, ForeignKey, String, Text, select
from sqlalchemy.orm import Mapped, mapped_column

from hotline.db import Base
from hotline.domain import callbacks, cases, customers, dispatches, promises, signatures, visits
from hotline.domain.act import Act
from hotline.domain.cases import Case
from hotline.domain.customers import CustomerPlace
from hotline.domain.staff import Duty
from hotline.errors import Conflict, Invalid, NotFound
from hotline.standard.diagnosis import Verdict
from hotline.standard.kinds import FaultClass, Scope


class Stage(StrEnum):
    """How far a repair is."""

    REPORTED = "reported"
    SIGNED = "signed"
    ON_THE_WAY = "on_the_way"
    ARRIVED = "arrived"
    DONE = "done"


NEXT = {
    Stage.REPORTED: frozenset({Stage.SIGNED}),
    Stage.SIGNED: frozenset({Stage.ON_THE_WAY, Stage.ARRIVED, Stage.DONE}),
    Stage.ON_THE_WAY: frozenset({Stage.ARRIVED, Stage.DONE}),
    Stage.ARRIVED: frozenset({Stage.DONE}),
    Stage.DONE: frozenset[Stage](),
}


class RepairOrder(Base):
    """A fault that somebody goes to: what the diagnosis found, where, who, how far, and what it was in the end."""

    __tablename__ = "repair_orders"

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), unique=True)
    fault_class: Mapped[str] = mapped_column(String(16))
    answers: Mapped[dict[str, Any]] = mapped_column(JSON)  # node of the diagnosis tree -> word of the answer
    scope: Mapped[str] = mapped_column(String(16))
    address: Mapped[str | None] = mapped_column(Text)  # sealed
    fee_yuan: Mapped[int | None]
    fee_accepted_at: Mapped[datetime | None]
    stage: Mapped[str] = mapped_column(String(12), default=Stage.REPORTED)
    engineer_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"), index=True)
    reported_at: Mapped[datetime]
    signed_at: Mapped[datetime | None]
    on_the_way_at: Mapped[datetime | None]
    arrived_at: Mapped[datetime | None]
    done_at: Mapped[datetime | None]
    found: Mapped[str | None] = mapped_column(Text)  # sealed: what the engineer found and did
    tested: Mapped[bool | None]  # tested in front of the customer (FLT-8)
    customer_signed: Mapped[bool | None]


def visit_fee(act: Act, fault_class: FaultClass) -> int:
    """What coming to the door costs in yuan; to be disclosed and agreed to beforehand (FLT-3)."""
    return act.standard.repair.fees.get(fault_class, 0)


def charges_lapsed(act: Act, place: CustomerPlace | None) -> bool:
    """Is a visit charged because the service agreement for this place has run out (FLT-4)?"""
    return act.standard.repair.asks_agreement and customers.agreement_ended(act, place)


def fee_due(act: Act, fault_class: FaultClass, verdict: Verdict, place: CustomerPlace | None) -> int | None:
    """The fee in yuan that needs a yes before anybody comes; None where coming is free (FLT-3, FLT-4)."""
    if verdict.scope is Scope.OUT_OF_SCOPE:
        return visit_fee(act, verdict.fee or fault_class)
    if verdict.scope is not Scope.EMERGENCY and charges_lapsed(act, place):
        return visit_fee(act, fault_class)
    return None


def report(
    act: Act,
    case: Case,
    *,
    fault_class: str,
    answers: dict[str, str],
    scope: Scope,
    address: str | None,
    fee_yuan: int | None = None,
) -> RepairOrder:
    """Record a fault and notify repair at once (FLT-2). Raises Invalid when it is out of scope and no fee was agreed.

    `address` is sealed already; `fee_yuan` is what the caller said yes to.
    """
    if scope is Scope.OUT_OF_SCOPE and fee_yuan is None:
        raise Invalid("a paid order exists only after the fee was disclosed and accepted (FLT-3)")
    order = RepairOrder(
        case_id=case.id,
        fault_class=fault_class,
        answers=answers,
        scope=scope,
        address=address,
        fee_yuan=fee_yuan,
        fee_accepted_at=act.at if fee_yuan is not None else None,
        stage=Stage.REPORTED,
        reported_at=act.at,
    )
    act.session.add(order)
    act.session.flush()
    act.remember(
        case.chain,
        "fault-reported",
        order=order.id,
        fault=fault_class,
        answers=answers,
        scope=scope,
        fee=fee_yuan,
    )
    promises.make(act, "FLT-2.notify", case)
    promises.make(act, "FLT-2.sign", case)
    dispatches.begin(act, case, Duty.REPAIR)
    return order


def sign(act: Act, offer: dispatches.Offer) -> RepairOrder | None:
    """The rung colleague signs; the repair, where there is one, is theirs from now on."""
    dispatch = signatures.sign(act, offer)
    order = of_case(act, dispatch.case_id)
    if order is not None and order.stage == Stage.REPORTED and dispatch.duty == Duty.REPAIR:
        _move(act, order, Stage.SIGNED, by=offer.staff_id)
        order.engineer_id, order.signed_at = offer.staff_id, act.at
        cases.text_customer(act, cases.get(act, order.case_id), "repair-signed", about=offer.id)
    return order


def advance(act: Act, order: RepairOrder, stage: Stage, *, by: int) -> None:
    """On the way, arrived. Raises Conflict when the repair is not at a stage before that, Invalid for another stage."""
    if stage not in (Stage.ON_THE_WAY, Stage.ARRIVED):
        raise Invalid(f"a repair becomes {stage} by signing or finishing, with what belongs to that")
    _move(act, order, stage, by=by)
    if stage is Stage.ON_THE_WAY:
        order.on_the_way_at = act.at
        cases.text_customer(act, cases.get(act, order.case_id), "repair-on-the-way", about=order.engineer_id)
    else:
        order.arrived_at = act.at


def put_off(act: Act, order: RepairOrder, *, by: int, why: str) -> None:
    """It cannot be mended now: the owner has it again, and the customer is promised the result, once (FLT-5).

    Whoever signed still goes there again. Raises Conflict for a repair that nobody has signed for, or is done, Invalid
    without a reason.
    """
    if not why.strip():
        raise Invalid("say why it cannot be mended now: the customer and the next engineer will ask")
    if order.stage in (Stage.REPORTED, Stage.DONE):
        raise Conflict(f"a repair that is {order.stage} is put off by nobody")
    case = cases.get(act, order.case_id)
    act.remember(case.chain, "repair-put-off", order=order.id, found=cases.seal(act, case, why.strip()), by=by)
    cases.handled_by(act, case, case.owner_id)
    if not is_put_off(act, case.id):
        callbacks.owe(act, case, visits.RESULT)
        cases.text_customer(act, case, "repair-put-off", about=order.id)


def is_put_off(act: Act, case_id: int) -> bool:
    """Does the customer wait for the result of a repair that could not be done at once?"""
    return any(one.rule == visits.RESULT and one.is_owed for one in promises.of_case(act, case_id))


def finish(act: Act, order: RepairOrder, *, by: int, found: str, tested: bool, customer_signed: bool) -> None:
    """Done: what was found, tested in front of the customer, signed for (FLT-8). A return visit is promised (VIS-1).

    Raises Invalid when nothing is said of what was found.
    """
    if not found.strip():
        raise Invalid("say what was found and done: the customer and the next engineer will ask")
    _move(act, order, Stage.DONE, by=by)
    case = cases.get(act, order.case_id)
    order.found, order.tested, order.customer_signed = cases.seal(act, case, found), tested, customer_signed
    order.done_at = act.at
    act.remember(
        case.chain,
        "repair-done",
        order=order.id,
        found=order.found,
        tested=tested,
        customer_signed=customer_signed,
    )
    visits.owe(act, case, visits.REPAIR, worked=by)
    cases.handled_by(act, case, case.owner_id)


def give_back(act: Act, order: RepairOrder) -> None:
    """Whoever signed cannot go any more: it is as if nobody had, and the next on duty is rung at once (FLT-2).

    The dispatch is locked already. Raises Conflict for what nobody signed for, or is done.
    """
    if order.stage in (Stage.REPORTED, Stage.DONE):
        raise Conflict(f"a repair that is {order.stage} is given back by nobody")
    case = cases.get(act, order.case_id)
    act.remember(case.chain, "repair-given-back", order=order.id, before=order.stage, by=order.engineer_id)
    _notify_anew(act, case, order)


def repeat(act: Act, order: RepairOrder) -> None:
    """The customer says that it is still broken: repair is notified anew; what was found before stays (FLT-2, VIS-4).

    The dispatch is locked already. Raises Conflict for what is not done.
    """
    if order.stage != Stage.DONE:
        raise Conflict(f"a repair that is {order.stage} is under way already")
    case = cases.get(act, order.case_id)
    act.remember(case.chain, "repair-repeated", order=order.id, before=order.stage, by=order.engineer_id)
    order.done_at = None
    _notify_anew(act, case, order)


def _notify_anew(act: Act, case: Case, order: RepairOrder) -> None:
    order.stage, order.engineer_id = Stage.REPORTED, None
    order.signed_at = order.on_the_way_at = order.arrived_at = None
    for dispatch in dispatches.of_case(act, case.id):
        if dispatch.duty == Duty.REPAIR:
            dispatches.ring_anew(act, dispatches.get(act, dispatch.id))
    cases.handled_by(act, case, case.owner_id)
    promises.make(act, "FLT-2.notify", case)
    promises.make(act, "FLT-2.sign", case)


def of_case(act: Act, case_id: int) -> RepairOrder | None:
    """The repair of a case, locked; None where it has none. The case is locked before its repair, as everywhere."""
    act.session.execute(select(Case.id).where(Case.id == case_id).with_for_update())
    return act.session.scalar(select(RepairOrder).where(RepairOrder.case_id == case_id).with_for_update())


def open_with(act: Act, engineer_id: int) -> list[RepairOrder]:
    """What an engineer signed for and has not finished, oldest first."""
    query = (
        select(RepairOrder)
        .where(RepairOrder.engineer_id == engineer_id, RepairOrder.stage != Stage.DONE)
        .order_by(RepairOrder.id)
    )
    return list(act.session.scalars(query))


def get(act: Act, order_id: int) -> RepairOrder:
    """The repair with this id, locked after its case. Raises NotFound."""
    case_id = act.session.scalar(select(RepairOrder.case_id).where(RepairOrder.id == order_id))
    order = of_case(act, case_id) if case_id is not None else None
    if order is None:
        raise NotFound(f"there is no repair {order_id}")
    return order


def _move(act: Act, order: RepairOrder, stage: Stage, *, by: int) -> None:
    if stage not in NEXT[Stage(order.stage)]:
        raise Conflict(f"a repair that is {order.stage} cannot become {stage}")
    act.remember(f"case:{order.case_id}", "repair", order=order.id, before=order.stage, now=stage, by=by)
    order.stage = stage
