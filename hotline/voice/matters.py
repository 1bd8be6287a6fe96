"""What the caller told becomes a case with an owner and promises; without it a call would end in nothing (OWN-1)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import update

from hotline.domain import cases, dispatches, outbox, promises, repairs, staff
from hotline.domain.act import Act
from hotline.domain.calls import Call
from hotline.domain.cases import Case, Kind
from hotline.domain.companies import Company
from hotline.domain.news import Recording
from hotline.domain.staff import Duty
from hotline.errors import NotFound
from hotline.standard.kinds import Scope

# What is told on the phone and kept with the case, sealed.
TOLD = ("sealed_contact", "sealed_address", "sealed_looks", "sealed_name", "sealed_for")
# What was said of the matter before this one; it would be told of this one, its number too.
OF_THE_LAST = ("asked", "due", "texted")


def open_fault(act: Act, call: Call) -> Case:
    """A fault in scope, of unclear cause, or paid for: repair is notified at once (FLT-2, FLT-3)."""
    matter = call.slots.get("fault", "unclear")
    case = _open(act, call, Kind.FAULT, matter)
    repairs.report(
        act,
        case,
        fault_class=matter,
        answers=call.slots.get("answers", {}),
        scope=Scope(call.slots.get("scope", Scope.UNCLEAR)),
        address=case.details.get("sealed_address"),
        fee_yuan=call.slots.get("fee_accepted"),
    )
    if _agreement_ended(call):
        _text_staff(act, case, "agreement-ended", staff.Role.DEPARTMENT_HEAD)
    _text_caller(act, call, case, "case-opened")
    return case


def open_emergency(act: Act, call: Call) -> Case:
    """An emergency jumps every queue: those on duty are rung until somebody acknowledges (EMG-1, EMG-2)."""
    kind = call.slots.get("emergency", "unclear")
    case = _open(act, call, Kind.EMERGENCY, kind)
    promises.make(act, "EMG-2.acknowledge", case)
    if kind == "fire":
        promises.make(act, "EMG-1.tell", case)
        dispatches.begin(act, case, Duty.SECURITY)
        dispatches.begin(act, case, Duty.LEAD)
    else:
        address = case.details.get("sealed_address")
        repairs.report(act, case, fault_class=kind, answers={}, scope=Scope.EMERGENCY, address=address)
    _text_staff(act, case, "emergency-told", staff.Role.SUPERVISOR)
    _text_caller(act, call, case, "case-opened")
    return case


def add_to_emergency(act: Act, call: Call) -> None:
    """What the caller told after help was on its way: where, how it looks, who (EMG-1)."""
    if call.case_id is None:
        raise NotFound(f"call {call.id} has no case yet")
    case = cases.get(act, call.case_id)
    case.details = _details(act, call, case)
    order = repairs.of_case(act, case.id)
    if order is not None:
        order.address = case.details.get("sealed_address")
    act.remember(case.chain, "emergency-told", told=sorted(case.details))


def open_complaint(act: Act, call: Call) -> Case:
    """A complaint, anonymous where the caller wants it; whoever is not anonymous is rung back (CMP-9, CMP-10)."""
    case = _open(act, call, Kind.COMPLAINT, "complaint", anonymous=bool(call.slots.get("anonymous")))
    if is_answered(call):
        promises.make(act, "CMP-9.callback", case)
        _text_caller(act, call, case, "complaint-received")
    _text_staff(act, case, "complaint-for-supervisor", staff.Role.SUPERVISOR)
    return case


def is_answered(call: Call) -> bool:
    """Is whoever complains rung back? Not who stays anonymous (CMP-10), nor who cannot be reached."""
    return not call.slots.get("anonymous") and _reachable(call)


def open_enquiry(act: Act, call: Call) -> Case:
    """A question that cannot be answered now: answered soon after asking (CBK-1)."""
    case = _open(act, call, Kind.ENQUIRY, "enquiry")
    if _reachable(call):
        promises.make(act, "CBK-1.answer", case)
    _text_caller(act, call, case, "case-opened")
    return case


def open_message(act: Act, call: Call) -> Case:
    """A message for a resident, whose number is never given out (SEC-3)."""
    case = _open(act, call, Kind.MESSAGE, "message")
    promises.make(act, "SEC-3.message", case)
    _text_caller(act, call, case, "message-received")
    return case


def open_lost_property(act: Act, call: Call) -> Case:
    """Lost property: the supervisor is told (EMG-3)."""
    case = _open(act, call, Kind.MESSAGE, "lost-property")
    promises.make(act, "EMG-3.tell", case)
    _text_staff(act, case, "lost-property-for-supervisor", staff.Role.SUPERVISOR, keeps="EMG-3.tell")
    _text_caller(act, call, case, "lost-property-received")
    return case


def open_callback(act: Act, call: Call) -> Case:
    """A person was wanted and nobody was free: we ring back (ANS-3), after hours the next working day (ANS-8)."""
    case = _open(act, call, Kind.CALLBACK, call.slots.get("fault", "agent"))
    if _reachable(call):
        promises.make(act, "ANS-3.callback" if act.standard.is_staffed(act.at) else "ANS-8.callback", case)
    _text_caller(act, call, case, "case-opened")
    return case


def open_abandoned(act: Act, call: Call) -> Case:
    """The caller hung up before anything came of it: rung back where the number is known (CBK-2)."""
    if "sealed_caller" in call.slots and "sealed_contact" not in call.slots:
        call.put(sealed_contact=call.slots["sealed_caller"])
    nameless = bool(call.slots.get("anonymous"))  # was about to complain without a name: is not written to
    case = _open(act, call, Kind.CALLBACK, _came_for(call))
    if _reachable(call):
        promises.make(act, "CBK-2.missed", case)
    if not nameless:
        _text_caller(act, call, case, "case-opened")
    return case


def record_guided(act: Act, call: Call, *, outcome: str) -> Case:
    """A fault that nobody goes out for: on record, and closed with how it ended (FLT-3)."""
    case = _open(act, call, Kind.FAULT, call.slots.get("fault", "unclear"))
    promises.close_case(act, case, by=case.owner_id, outcome=outcome)
    return case


OPENERS = {
    "fault": open_fault,
    "complaint": open_complaint,
    "enquiry": open_enquiry,
    "message": open_message,
    "lost-property": open_lost_property,
    "agent": open_callback,
}


def _open(act: Act, call: Call, kind: Kind, matter: str, *, anonymous: bool = False) -> Case:
    call.drop(*OF_THE_LAST, *(() if anonymous else ("anonymous",)))
    company = act.session.get_one(Company, call.company_id)
    case = cases.open(
        act,
        company,
        kind=kind,
        matter=matter,
        owner_id=call.owner_id,
        call=call,
        customer_id=None if anonymous else call.customer_id,
        anonymous=anonymous,
    )
    case.details = _details(act, call, case)
    act.session.execute(
        update(Recording).where(Recording.call_id == call.id, Recording.case_id.is_(None)).values(case_id=case.id)
    )
    if not anonymous:
        call.put(number=case.number, opened=[*call.slots.get("opened", []), case.id])
    return case


def _details(act: Act, call: Call, case: Case) -> dict[str, Any]:
    """What was told, sealed for the case; an anonymous complaint keeps nothing that says who it was."""
    if case.anonymous:
        return {}
    return {name: call.slots[name] for name in TOLD if name in call.slots}


def _came_for(call: Call) -> str:
    """What the caller hung up on, as far as it was told."""
    intent = call.slots.get("intent", "abandoned")
    return str(call.slots.get("fault", "unclear" if intent == "fault" else intent))


def _reachable(call: Call) -> bool:
    return "sealed_contact" in call.slots or "sealed_caller" in call.slots


def _agreement_ended(call: Call) -> bool:
    """A fee for what is not out of scope was agreed to because the service agreement ended (FLT-4)."""
    return "fee_accepted" in call.slots and call.slots.get("scope") != Scope.OUT_OF_SCOPE


def _text_caller(act: Act, call: Call, case: Case, text: str) -> None:
    """Everything at once, in writing as well (OWN-7); the caller hears that it comes only where it does."""
    call.put(texted=cases.text_customer(act, case, text))


def _text_staff(act: Act, case: Case, text: str, role: staff.Role, keeps: str = "") -> None:
    for person in staff.told(act, case.company_id, role):
        outbox.post(
            act,
            "send-text",
            key=f"{text}-{case.id}-{person.id}",
            case_id=case.id,
            urgent=case.kind == Kind.EMERGENCY,
            to="staff",
            who=person.id,
            text=text,
            keeps=keeps,
        )
