"""What the caller told goes to the business with its call's facts; without it a call would end in nothing (OWN-1)."""

from __future__ import annotations

from dataclasses import replace

from hotline.domain import callbacks, calls, cases, customers, invitations, matters
from hotline.domain.act import Act
from hotline.domain.calls import Call
from hotline.domain.cases import Case
from hotline.domain.matters import Opened, Told
from hotline.errors import NotFound
from hotline.phones import PhoneNumber
from hotline.standard.kinds import Scope
from hotline.voice import times

# What is told on the phone and kept with the case, sealed.
TOLD = ("sealed_contact", "sealed_address", "sealed_looks", "sealed_name", "sealed_for")
# What was said of the matter before this one; it would be told of this one, its number too.
OF_THE_LAST = ("asked", "due", "texted")
_MISSED = "CBK-2.missed"


def open_fault(act: Act, call: Call) -> Case:
    """A fault in scope, of unclear cause, or paid for: repair is notified at once (FLT-2, FLT-3)."""
    opened = matters.open_fault(
        act,
        _told(call),
        fault_class=call.slots.get("fault", "unclear"),
        answers=call.slots.get("answers", {}),
        scope=Scope(call.slots.get("scope", Scope.UNCLEAR)),
        fee_yuan=call.slots.get("fee_accepted"),
    )
    return _noted(call, opened)


def open_emergency(act: Act, call: Call) -> Case:
    """An emergency jumps every queue: those on duty are rung until somebody acknowledges (EMG-1, EMG-2)."""
    return _noted(call, matters.open_emergency(act, _told(call), call.slots.get("emergency", "unclear")))


def add_to_emergency(act: Act, call: Call) -> None:
    """What the caller told after help was on its way: where, how it looks, who (EMG-1)."""
    if call.case_id is None:
        raise NotFound(f"call {call.id} has no case yet")
    matters.add_to_emergency(act, cases.get(act, call.case_id), _details(call))


def open_complaint(act: Act, call: Call) -> Case:
    """A complaint, anonymous where the caller wants it; then nothing is kept that says who it was (CMP-9, CMP-10)."""
    anonymous = bool(call.slots.get("anonymous"))
    told = _told(call, anonymous=anonymous)
    return _noted(call, matters.open_complaint(act, replace(told, details={}) if anonymous else told))


def is_answered(call: Call) -> bool:
    """Is whoever complains rung back? Not who stays anonymous (CMP-10), nor who cannot be reached."""
    return not call.slots.get("anonymous") and _reachable(call)


def open_enquiry(act: Act, call: Call) -> Case:
    """A question that cannot be answered now: answered soon after asking (CBK-1)."""
    return _noted(call, matters.open_enquiry(act, _told(call)))


def open_message(act: Act, call: Call) -> Case:
    """A message for a resident, whose number is never given out (SEC-3)."""
    return _noted(call, matters.open_message(act, _told(call)))


def open_lost_property(act: Act, call: Call) -> Case:
    """Lost property: the supervisor is told (EMG-3)."""
    return _noted(call, matters.open_lost_property(act, _told(call)))


def open_callback(act: Act, call: Call) -> Case:
    """A person was wanted and nobody was free: we ring back (ANS-3), after hours the next working day (ANS-8).

    At the time that the caller chose, if they did (CBK-3).
    """
    rule = "ANS-3.callback" if act.standard.is_staffed(act.at) else "ANS-8.callback"
    matter = call.slots.get("fault", "agent")
    return _noted(call, matters.open_callback(act, _told(call), matter=matter, rule=rule, window=times.chosen(call)))


def open_abandoned(act: Act, call: Call) -> Case:
    """The caller hung up before anything came of it: rung back where the number is known (CBK-2)."""
    if rings_caller(act, call) and "sealed_contact" not in call.slots:
        call.put(sealed_contact=call.slots["sealed_caller"])
    nameless = bool(call.slots.get("anonymous"))  # was about to complain without a name: is not written to
    opened = matters.open_callback(act, _told(call), matter=_came_for(call), rule=_MISSED, texts=not nameless)
    return _noted(call, opened)


def rings_caller(act: Act, call: Call) -> bool:
    """Is the caller's number shown, and one that may be rung back (SEC-5)? Looked at once in a call."""
    if "sealed_caller" not in call.slots:
        return False
    if "barred" not in call.slots:
        number = PhoneNumber(calls.unseal(act, call, call.slots["sealed_caller"]))
        call.put(barred=not customers.may_be_rung(act, number, call.company_id))
    return not call.slots["barred"]


def call_back_again(act: Act, call: Call) -> Case | None:
    """A customer whom we rang came into the line when it broke, and left it unserved: rung back, in the same matter.

    Where that was closed meanwhile it is one of its own (CBK-2).
    """
    if call.case_id is None:
        return None
    case = cases.get(act, call.case_id)
    if case.state != "open":
        number = invitations.number_of_customer(act, case)
        call.put(sealed_contact=calls.seal(act, call, number))
        return open_abandoned(act, call)
    callbacks.asked_again(act, case, _MISSED, call=call)
    return case


def record_guided(act: Act, call: Call, *, outcome: str) -> Case:
    """A fault that nobody goes out for: on record, and closed with how it ended (FLT-3)."""
    fault = call.slots.get("fault", "unclear")
    return matters.record_guided(act, _told(call), fault_class=fault, outcome=outcome).case


OPENERS = {
    "fault": open_fault,
    "complaint": open_complaint,
    "enquiry": open_enquiry,
    "message": open_message,
    "lost-property": open_lost_property,
    "agent": open_callback,
}


def _told(call: Call, *, anonymous: bool = False) -> Told:
    call.drop(*OF_THE_LAST, *(() if anonymous else ("anonymous",)))
    return Told(
        company_id=call.company_id,
        owner_id=call.owner_id,
        details=_details(call),
        reachable=_reachable(call),
        customer_id=call.customer_id,
        call=call,
        anonymous=anonymous,
    )


def _noted(call: Call, opened: Opened) -> Case:
    """The caller hears that a text comes only where it does."""
    call.put(texted=opened.texted)
    return opened.case


def _details(call: Call) -> dict[str, str]:
    return {name: call.slots[name] for name in TOLD if name in call.slots}


def _came_for(call: Call) -> str:
    """What the caller hung up on, as far as it was told."""
    intent = call.slots.get("intent", "abandoned")
    return str(call.slots.get("fault", "unclear" if intent == "fault" else intent))


def _reachable(call: Call) -> bool:
    return "sealed_contact" in call.slots or ("sealed_caller" in call.slots and not call.slots.get("barred"))
