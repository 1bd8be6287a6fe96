"""Which matter, and which customer, a call is about; without it a colleague would hear of somebody else's (SEC-1)."""

from __future__ import annotations

from typing import TypeGuard

from hotline.domain import anonymity, desk, dispatches, meetings, parties
from hotline.domain.act import Act
from hotline.domain.calls import Call
from hotline.domain.cases import WITHOUT_SUBJECT, Case
from hotline.domain.desk import Wait
from hotline.domain.handovers import Handover


def has_subject(found: Case | None) -> TypeGuard[Case]:
    """Is there a case, and does it say what the customer wants?"""
    return found is not None and found.matter not in WITHOUT_SUBJECT


def case(act: Act, call: Call) -> Case | None:
    """The case that is spoken of at this moment; None where there is none yet."""
    offer = dispatches.of_call(act, call) if call.direction == "out" else None
    present = anonymity.present_case(act, call)
    if offer is not None:
        case_id: int | None = dispatches.get(act, offer.dispatch_id).case_id
    else:
        case_id = call.slots.get("asked", present) or _talked_about(act, call)
    return act.session.get(Case, case_id) if case_id is not None else None


def _talked_about(act: Act, call: Call) -> int | None:
    """The matter about which a colleague is asked into a conversation."""
    meeting, party = meetings.of_call(act, call), parties.of_call(act, call)
    if meeting is None or party is None or party.staff_id is None:
        return None
    if party.handover_id is not None:
        return act.session.get_one(Handover, party.handover_id).case_id
    return None if is_anonymous(act, call) else meeting.case_id


def customers_call(act: Act, call: Call) -> Call | None:
    """The call of the customer about whom a colleague is rung."""
    meeting = meetings.of_call(act, call)
    call_id = meeting.call_id if meeting is not None else offered(act, call).call_id
    return act.session.get(Call, call_id) if call_id is not None else None


def is_anonymous(act: Act, call: Call) -> bool:
    """Did the customer about whom a colleague is rung tell an anonymous matter? Then no words name them (CMP-10)."""
    theirs = customers_call(act, call)
    return theirs is not None and anonymity.told_in(theirs)


def offered(act: Act, call: Call) -> Wait:
    """The wait of the caller whom an agent's telephone rings for."""
    return desk.locked(act, call.slots["wait"])
