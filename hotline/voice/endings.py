"""What a call's end means, said or unsaid; without it a caller who hung up would be forgotten (CBK-2)."""

from __future__ import annotations

from collections.abc import Callable

from hotline.domain import anonymity, calls, dispatches
from hotline.domain.act import Act
from hotline.domain.calls import FINAL, Call, State
from hotline.domain.cases import Case
from hotline.voice import answers, matters, walk
from hotline.voice.steps import Step

Opener = Callable[[Act, Call], Case]

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
# Other matters that are told by a recording, and where it is made: whoever hung up there had been speaking.
_RECORDED_AT = {
    "enquiry": Step.ENQUIRY,
    "message": Step.MESSAGE,
    "lost-property": Step.LOST_PROPERTY,
}
_HELP_IS_COMING = (Step.EMERGENCY_WHERE, Step.EMERGENCY_LOOKS, Step.EMERGENCY_NAME)


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
    if call.slots.get("nuisance") or call.direction == "out":
        return
    if call.step in _HELP_IS_COMING:
        matters.add_to_emergency(act, call)
    opener = _opener(act, call)
    if opener is not None:
        opener(act, call)
    call.drop("intent")


def _opener(act: Act, call: Call) -> Opener | None:
    """What the caller told enough of; else that somebody rang; None where everything told has its case already."""
    intent = call.slots.get("intent")
    if intent is None:
        nothing = call.case_id is None and not anonymity.told_in(call)
        return matters.open_abandoned if nothing else None
    if intent == "emergency":
        return matters.open_emergency
    if intent == "complaint":
        return matters.open_complaint  # upset, and gone before saying what about: asked when rung back
    recorded = intent in call.slots.get("recorded", [])
    if intent in _RECORDED_AT and (recorded or call.step == _RECORDED_AT[intent]):
        return matters.OPENERS[intent]
    if intent == "fault" and _fault_is_told(act, call, recorded):
        return matters.open_fault
    return None if call.slots.get("called_back") else matters.open_abandoned


def _fault_is_told(act: Act, call: Call, recorded: bool) -> bool:
    """Class and place are known, and whoever has to pay said yes: enough for repair to go."""
    unpaid = call.slots.get("scope") == "out_of_scope" and "fee_accepted" not in call.slots
    if "fault" not in call.slots or unpaid or call.step == Step.FEE:
        return False
    return recorded or "sealed_address" in call.slots or answers.put_known_address(act, call)


def _offer_news(act: Act, offer: dispatches.Offer, state: State) -> None:
    if state is State.RINGING or state is State.TALKING:
        dispatches.notified(act, dispatches.get(act, offer.dispatch_id))
    elif state in FINAL:
        dispatches.unanswered(act, offer, state)
