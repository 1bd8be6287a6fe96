"""Whoever can have no part in a complaint is replaced in it; without it the accused could go on judging it (CMP-10)."""

from __future__ import annotations

from sqlalchemy import select

from hotline.domain import (
    cases,
    companies,
    complaint_forms,
    concerned,
    dispatches,
    handovers,
    notices,
    outbox,
    promises,
    seats,
    signatures,
)
from hotline.domain.act import Act
from hotline.domain.cases import Case
from hotline.domain.complaint_forms import Complaint
from hotline.domain.dispatches import Answer, Dispatch
from hotline.domain.handovers import Why
from hotline.domain.occasions import Occasion
from hotline.domain.seats import Seat
from hotline.errors import NotFound
from hotline.standard.kinds import Role

SENDS_OFF = "send-off"  # the effect that ends their listening


def lock(act: Act, case: Case) -> list[Case]:
    """Lock what `concerned_in` may change: who has to sign, then the case and those that are dealt with together."""
    leading = _leading(act, case)
    group = sorted({leading, *(one.case_id for one in _followers(act, leading))})
    for dispatch in sorted((one for id_ in group for one in dispatches.of_case(act, id_)), key=lambda one: one.id):
        dispatches.get(act, dispatch.id)
    return [cases.get(act, case_id) for case_id in group]


def concerned_in(act: Act, case: Case) -> None:
    """Whoever is complained of here, or in a complaint dealt with together with it, keeps no part in any of them.

    A superior owns what they owned, their side owned or was asked to own; what they handled is the owner's; whoever
    else it concerns signs for what they had signed for or were asked to sign. Who of them listens to the call in which
    it is told is sent off. `lock` was called before, or the case was just opened. The company's standard is chosen.
    """
    group = lock(act, case)
    for one in group:
        if one.state == "closed":
            continue
        _owner(act, one)
        if one.handler_id in complaint_forms.barred(act, one.id):
            cases.handled_by(act, one, one.owner_id)
    leading = next(one for one in group if one.id == _leading(act, case))
    _signers(act, leading)
    _listeners(act, case)
    companies.get(act, case.company_id)


def signer(act: Act, case: Case, complaint: Complaint) -> None:
    """Whoever signed for the department has no part in it any more: others are asked to, the owner and superiors know.

    What was dealt with stays so: then others return the form. Its dispatches and the case are locked, its standard is
    chosen.
    """
    signatures.take_back(act, case)
    cases.handled_by(act, case, case.owner_id)
    unsigned = Occasion(case, "complaint-unsigned", f"{complaint.id}-{act.at.isoformat()}")
    for role in (Role.OWNER, Role.SUPERVISOR):
        notices.tell_role(act, role, unsigned)


def _owner(act: Act, case: Case) -> None:
    """Where nobody else stands in the whole group the owner stays, for an owner is never empty (OWN-1)."""
    but = concerned.people(act, case)
    request = handovers.open_of(act, case.id)
    if request is not None and (request.receiver_id in but or request.giver_id in but):
        handovers.unanswered(act, request.id)
    if case.owner_id not in but:
        return
    companies.get(act, case.company_id)
    try:
        receiver = handovers.above(act, case, case.owner_id, set(but))
    except NotFound:
        levels = complaint_forms.taking(act, case.company_id, Role.SUPERVISOR, but)
        if not levels:
            return
        receiver = levels[0][0]
    handovers.force(act, case, receiver_id=receiver.id, why=Why.CONCERNED)


def _signers(act: Act, case: Case) -> None:
    complaint, but = complaint_forms.of(act, case.id), complaint_forms.barred(act, case.id)
    if complaint is None or case.state == "closed":
        return
    companies.get(act, case.company_id)
    if complaint.signed_by_id in but:
        signer(act, case, complaint)
    for dispatch in dispatches.of_case(act, case.id):
        if dispatch.signed_by_id in but and complaint.settled_at is None:
            _ask_anew(act, dispatch)
            promises.make(act, signatures.KEEPS[dispatch.duty], case)
        elif dispatch.signed_at is None and _asks(act, dispatch, but):
            _ask_anew(act, dispatch)


def _listeners(act: Act, case: Case) -> None:
    """Sent off in an act of its own: the calls of a conversation are locked before any case."""
    concerned = complaint_forms.barred(act, case.id)
    in_a_call = select(Seat.staff_id).where(Seat.staff_id.in_(concerned), Seat.status == seats.Status.BUSY).limit(1)
    if concerned and act.session.scalar(in_a_call) is not None:
        outbox.post(act, SENDS_OFF, urgent=True, case_id=case.id)


def _asks(act: Act, dispatch: Dispatch, people: frozenset[int]) -> bool:
    """Does a telephone of theirs ring for it, or a link of theirs sign for it?"""
    return any(
        made.staff_id in people and made.answer != Answer.WITHDRAWN for made in dispatches.offers(act, dispatch.id)
    )


def _ask_anew(act: Act, dispatch: Dispatch) -> None:
    signatures.withdraw(act, dispatch)
    dispatches.ring_anew(act, dispatch, department_id=dispatch.department_id, rings_from=dispatch.rings_from)


def _leading(act: Act, case: Case) -> int:
    complaint = complaint_forms.of(act, case.id)
    if complaint is None or complaint.joined_to_id is None:
        return case.id
    return act.session.get_one(Complaint, complaint.joined_to_id).case_id


def _followers(act: Act, case_id: int) -> list[Complaint]:
    complaint = complaint_forms.of(act, case_id)
    return complaint_forms.followers(act, complaint) if complaint is not None else []
