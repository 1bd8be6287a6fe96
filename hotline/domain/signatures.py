"""Somebody signs for a matter (签收), and what that keeps; without it a ring would end in nothing (FLT-2, CMP-1)."""

from __future__ import annotations

from hotline.domain import cases, complaint_forms, dispatches, outbox, promises, staff
from hotline.domain.act import Act
from hotline.domain.cases import Case
from hotline.domain.complaint_forms import Stage
from hotline.domain.dispatches import RESPONDENT, Answer, Dispatch, Offer
from hotline.domain.promises import Promise, Verdict
from hotline.domain.staff import Role, Staff
from hotline.errors import Conflict

# What a signature keeps that is no duty of the roster: the department signs (CMP-1), a complaint was passed up (CMP-2).
KEEPS: dict[str, str] = {
    RESPONDENT: "CMP-1.sign",
    Role.MANAGER: "CMP-2.pass_up.important",
    Role.GENERAL_MANAGER: "CMP-2.pass_up.major",
}
_UPWARDS = (Role.MANAGER, Role.GENERAL_MANAGER)


def kept_by(duty: str) -> tuple[str, ...]:
    """The rules that a signature for this duty keeps: who stands higher keeps what was promised of a level below.

    A complaint that is joined to a graver one is passed up with that one alone (CMP-2).
    """
    if duty not in _UPWARDS:
        return (KEEPS[duty],)
    return tuple(KEEPS[one] for one in _UPWARDS[: _UPWARDS.index(Role(duty)) + 1])


def sign(act: Act, made: Offer) -> Dispatch:
    """The colleague signs for the matter (签收), by key, link or page; it is acknowledged when everybody's duty was
    signed for (EMG-2).

    Raises Conflict when another signed before, or the matter has gone to others meanwhile, and for who left (OWN-1).
    """
    dispatch = dispatches.get(act, made.dispatch_id)
    if not staff.get(act, made.staff_id).active:
        raise Conflict("whoever was asked does not work here any more")
    if dispatch.signed_at is not None:
        if dispatch.signed_by_id == made.staff_id:
            return dispatch
        raise Conflict("a colleague has signed for this matter already")
    if made.answer == Answer.WITHDRAWN:
        raise Conflict("this matter has gone to somebody else meanwhile")
    # Whatever is dealt with together is locked at once and in order, or two acts could wait for one another for ever.
    complaint_forms.together(act, act.session.get_one(Case, dispatch.case_id))
    withdraw(act, dispatch, signed=made)
    dispatch.signed_at, dispatch.signed_by_id = act.at, made.staff_id
    made.answer, made.answered_at = Answer.SIGNED, act.at
    case = cases.get(act, dispatch.case_id)
    act.remember(case.chain, "signed", dispatch=dispatch.id, by=made.staff_id)
    dispatches.notified(act, dispatch)
    _keep(act, dispatch, case)
    return dispatch


def sign_by(act: Act, dispatch: Dispatch, person: Staff) -> None:
    """Somebody signs on the page: by what they were asked with, or unasked. The dispatch is locked. Raises Conflict."""
    asked = [made for made in dispatches.offers(act, dispatch.id) if made.staff_id == person.id]
    open_ = [made for made in asked if made.answer != Answer.WITHDRAWN]
    sign(act, open_[-1] if open_ else dispatches.offer(act, dispatch, person, None))


def _keep(act: Act, dispatch: Dispatch, case: Case) -> None:
    """What this signature keeps: of a complaint in the repeated ones too that are dealt with together with it."""
    if dispatch.duty not in KEEPS:
        cases.handled_by(act, case, dispatch.signed_by_id or case.owner_id)
        if all(one.signed_at is not None for one in dispatches.on_the_roster(act, case.id)):
            for rule in ("FLT-2.sign", "EMG-2.acknowledge"):
                promises.done(act, rule, case)
        return
    if dispatch.duty == RESPONDENT:
        cases.handled_by(act, case, dispatch.signed_by_id or case.owner_id)
        complaint_forms.signed(act, case, by=dispatch.signed_by_id)
    for one in complaint_forms.together(act, case):
        for rule in kept_by(dispatch.duty):
            if dispatch.duty == RESPONDENT:
                promises.done_by(act, rule, one, department_id=dispatch.department_id)
            else:
                promises.done(act, rule, one)


def take_back(act: Act, case: Case) -> None:
    """Whoever signed for a complaint can have no part in it any more: its department is asked anew (CMP-1, CMP-10).

    Nothing changes where nobody signed, and for what is dealt with already. The dispatches and the case are locked,
    its standard is chosen.
    """
    complaint = complaint_forms.of(act, case.id)
    if complaint is None or complaint.signed_at is None or complaint.settled_at is not None:
        return
    before, complaint.signed_at, complaint.signed_by_id = complaint.signed_by_id, None, None
    act.remember(case.chain, "complaint-unsigned", complaint=complaint.id, before=before)
    complaint_forms.comes_to(act, case, Stage.FILED)
    for dispatch in dispatches.of_case(act, case.id):
        if dispatch.duty == RESPONDENT:
            withdraw(act, dispatch)
            dispatches.ring_anew(act, dispatch, department_id=complaint.department_id)
    cases.handled_by(act, case, case.owner_id)
    promise_to_sign(act, case)


def promise_to_sign(act: Act, case: Case) -> None:
    """Whoever is asked has the whole time for itself, unless what it has still runs or has run out (CMP-1)."""
    complaint, rule = complaint_forms.of(act, case.id), KEEPS[RESPONDENT]
    department_id = complaint.department_id if complaint is not None else None
    made = [one for one in promises.of_case(act, case.id) if one.rule == rule and one.verdict != Verdict.EXCUSED]
    if all(one.done_at is not None for one in made if one.department_id == department_id):
        promises.make(act, rule, case)


def put_to(act: Act, case: Case, department_id: int | None) -> None:
    """What still runs of a complaint goes along to this department; what is over stays whose it was (CMP-13).

    Deadlines stay. The time to sign is never passed on: what another had of it runs on as the owner's, who answers for
    where the complaint was sent; its own the department has from `promise_to_sign` (CMP-1). The case is locked.
    """
    for promise in promises.of_case(act, case.id):
        if promise.department_id != department_id and promise.rule_id in complaint_forms.ITS_OWN:
            _goes_to(act, case, promise, None if promise.rule_id == complaint_forms.SIGNING else department_id)


def hand_back(act: Act, case: Case) -> None:
    """The department says that it is not theirs: the time to sign runs on as the owner's (CMP-1)."""
    for promise in promises.of_case(act, case.id):
        if promise.rule_id == complaint_forms.SIGNING:
            _goes_to(act, case, promise, None)


def _goes_to(act: Act, case: Case, promise: Promise, department_id: int | None) -> None:
    if promise.verdict == Verdict.OPEN and act.at <= promise.due_at and promise.department_id != department_id:
        before, promise.department_id = promise.department_id, department_id
        told = {"before": before, "department": department_id}
        act.remember(case.chain, "promise-put-to", promise=promise.id, **told)


def withdraw(act: Act, dispatch: Dispatch, *, signed: Offer | None = None) -> None:
    """Nobody is asked any more: telephones that ring for it fall silent, the signer's own too if a link was used.

    Without a signature it goes to others, or to nobody: no link that was sent signs for it from now on.
    """
    outbox.cancel(act, dispatches.next_ring(act, dispatch))
    for made in dispatches.offers(act, dispatch.id):
        if made.answer == Answer.RINGING:
            dispatches.end_call(act, dispatch, made)
        waits = made.answer == Answer.RINGING if signed is not None else made.answer != Answer.WITHDRAWN
        if waits and made is not signed:
            made.answer, made.answered_at = Answer.WITHDRAWN, made.answered_at or act.at
            act.remember(f"case:{dispatch.case_id}", "offer-answered", offer=made.id, answer=Answer.WITHDRAWN)
