"""Somebody signs for a matter (签收), and what that keeps; without it a ring would end in nothing (FLT-2, CMP-1)."""

from __future__ import annotations

from hotline.domain import cases, complaint_forms, dispatches, outbox, promises
from hotline.domain.act import Act
from hotline.domain.cases import Case
from hotline.domain.dispatches import RESPONDENT, Answer, Dispatch, Offer
from hotline.domain.staff import Role, Staff
from hotline.errors import Conflict

# What a signature keeps that is no duty of the roster: the department signs (CMP-1), a complaint was passed up (CMP-2).
KEEPS: dict[str, str] = {
    RESPONDENT: "CMP-1.sign",
    Role.MANAGER: "CMP-2.pass_up.important",
    Role.GENERAL_MANAGER: "CMP-2.pass_up.major",
}


def sign(act: Act, made: Offer) -> Dispatch:
    """The colleague signs for the matter (签收), by key, link or page; it is acknowledged when everybody's duty was
    signed for (EMG-2).

    Raises Conflict when another signed before, or the matter has gone to others meanwhile.
    """
    dispatch = dispatches.get(act, made.dispatch_id)
    if dispatch.signed_at is not None:
        if dispatch.signed_by_id == made.staff_id:
            return dispatch
        raise Conflict("a colleague has signed for this matter already")
    if made.answer == Answer.WITHDRAWN:
        raise Conflict("this matter has gone to somebody else meanwhile")
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
        promises.done(act, KEEPS[dispatch.duty], one)


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
