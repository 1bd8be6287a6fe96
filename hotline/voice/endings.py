"""What a call's end means, said or unsaid; without it a caller who hung up would be forgotten (CBK-2)."""

from __future__ import annotations

from hotline.domain import calls, customers, dispatches
from hotline.domain.act import Act
from hotline.domain.calls import FINAL, Call, State
from hotline.domain.companies import Company
from hotline.domain.dispatches import Answer
from hotline.voice import matters, walk
from hotline.voice.steps import Step

# The carrier's words for a call's state, in ours (contract 2.1).
STATES = {
    "queued": State.PLACED,
    "initiated": State.PLACED,
    "ringing": State.RINGING,
    "in-progress": State.TALKING,
    "completed": State.ENDED,
    "busy": State.BUSY,
    "no-answer": State.UNANSWERED,
    "canceled": State.UNANSWERED,
    "failed": State.FAILED,
}
# The last SIP answer of a call, in ours (contract 2.6); 200 is an ordinary end and no cause of anything.
CAUSES = {
    "200": None,
    "403": "refused",
    "404": "no-such-number",
    "480": "unavailable",
    "486": "busy",
    "487": "rang-out",
    "503": "carrier-trouble",
    "600": "busy",
    "603": "declined",
}
# Matters whose statement was recorded before the caller hung up: they count as told.
_TOLD_BY_RECORDING = ("complaint", "enquiry", "message", "lost-property")


def news(act: Act, call: Call, *, state: State, sequence: int, cause: str | None) -> None:
    """News of a call's state; its consequences follow once, however often it comes."""
    why = CAUSES.get(cause or "", f"sip-{cause}") if cause else None
    if not calls.progress(act, call, state=state, sequence=sequence, ended_by="them", cause=why):
        return
    if state in FINAL:
        walk.last_words(act, call)
    offer = dispatches.of_call(act, call) if call.direction == "out" else None
    if offer is not None:
        _offer_news(act, offer, state)
    elif state in FINAL:
        hung_up(act, call)


def hung_up(act: Act, call: Call) -> None:
    """The caller is gone: what was told so far becomes a case, so that it has an owner and an answer (VIS-5)."""
    intent = call.slots.get("intent")
    if call.slots.get("nuisance") or call.direction == "out":
        return
    if intent in _TOLD_BY_RECORDING and intent in call.slots.get("recorded", []):
        matters.OPENERS[intent](act, call)
    elif intent == "fault" and _fault_is_told(act, call):
        matters.open_fault(act, call)
    elif intent == "emergency":
        matters.open_emergency(act, call)
    elif intent is not None or (call.case_id is None and not call.slots.get("opened")):
        matters.open_abandoned(act, call)
    call.drop("intent")


def _fault_is_told(act: Act, call: Call) -> bool:
    """Class and place are known and nobody has to pay: enough for repair to go."""
    if "fault" not in call.slots or call.slots.get("scope") == "out_of_scope":
        return False
    if "sealed_address" not in call.slots and call.customer_id is not None:
        company = act.session.get_one(Company, call.company_id)
        place = customers.place_with(act, call.customer_id, company.id)
        if place is not None:
            call.put(sealed_address=place.address)
    return "sealed_address" in call.slots and call.step != Step.FEE


def _offer_news(act: Act, offer: dispatches.Offer, state: State) -> None:
    if state is State.RINGING or state is State.TALKING:
        dispatches.notified(act, dispatches.get(act, offer.dispatch_id))
    elif state in FINAL:
        heard = offer.answer == Answer.HEARD
        dispatches.answer(act, offer, Answer.NO_KEY if heard else Answer.NO_ANSWER)
