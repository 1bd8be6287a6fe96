"""What a call's end means, said or unsaid; without it a caller who hung up would be forgotten (CBK-2)."""

from __future__ import annotations

from collections.abc import Callable

from hotline.domain import anonymity, calls, desk, legs, meetings, outbox
from hotline.domain.act import Act
from hotline.domain.calls import FINAL, Call, State
from hotline.domain.cases import Case
from hotline.domain.desk import Place
from hotline.domain.seats import Seat, Status
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
    if state in FINAL:
        legs.ended(act, call, state)
        hung_up(act, call)
        _line_is_free(act, call)
    elif call.direction == "out" and state in (State.RINGING, State.TALKING):
        legs.picked_up(act, call)


def hung_up(act: Act, call: Call) -> None:
    """The caller is gone: what was told so far becomes a case, so that it has an owner and an answer (VIS-5)."""
    waiting = desk.of_call(act, call)
    promised = waiting is not None and not desk.abandoned(act, waiting)
    if call.direction == "out" and waiting is not None and waiting.state == Place.ABANDONED:
        matters.call_back_again(act, call)
    if call.slots.get("nuisance") or call.direction == "out":
        return
    if call.step in _HELP_IS_COMING:
        matters.add_to_emergency(act, call)
    opener = _opener(act, call)
    if opener is not None and not (promised and opener is matters.open_abandoned):
        opener(act, call)
    elif promised and waiting is not None and call.case_id is None and not anonymity.told_in(call):
        call.case_id = waiting.case_id  # a call back is promised in that matter already: this call is part of it
    call.drop("intent")


def _line_is_free(act: Act, call: Call) -> None:
    """A free agent whose last leg was still open could not be rung until now."""
    seat = act.session.get(Seat, call.staff_id) if call.staff_id is not None else None
    if seat is not None and seat.status == Status.FREE:
        outbox.post(act, "match-line", urgent=True)


def _opener(act: Act, call: Call) -> Opener | None:
    """What the caller told enough of; else that somebody rang; None where everything told has its case already."""
    intent = call.slots.get("intent")
    if intent in (None, "agent") and _was_answered(act, call):
        return None
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


def _was_answered(act: Act, call: Call) -> bool:
    """Did the caller talk with one of us, and not hang up in the line again after that line broke (CBK-2)?"""
    meeting, waiting = meetings.of_call(act, call), desk.of_call(act, call)
    abandoned = waiting is not None and waiting.state == Place.ABANDONED
    return meeting is not None and meeting.met_at is not None and not abandoned


def _fault_is_told(act: Act, call: Call, recorded: bool) -> bool:
    """Class and place are known, and whoever has to pay said yes: enough for repair to go."""
    unpaid = call.slots.get("scope") == "out_of_scope" and "fee_accepted" not in call.slots
    if "fault" not in call.slots or unpaid or call.step == Step.FEE:
        return False
    return recorded or "sealed_address" in call.slots or answers.put_known_address(act, call)
