"""What fills the variables of the spoken words, from the call's own data; without it a prompt would say {company}."""

from __future__ import annotations

from collections.abc import Callable
from zoneinfo import ZoneInfo

from hotline.domain import anonymity, calls, cases, dispatches, repairs, staff
from hotline.domain.act import Act
from hotline.domain.calls import Call
from hotline.domain.companies import Company
from hotline.phones import PhoneNumber
from hotline.prompts import Prompts
from hotline.standard.kinds import EmergencyKind

Value = Callable[[Act, Call, Prompts], str]


def company(act: Act, call: Call, prompts: Prompts) -> str:
    """The company's name in the call's language."""
    return act.session.get_one(Company, call.company_id).name(call.language)


def agent_number(act: Act, call: Call, prompts: Prompts) -> str:
    """The number of whoever answers for the call, digit by digit (ANS-2)."""
    return " ".join(staff.get(act, call.owner_id).agent_number)


def owner(act: Act, call: Call, prompts: Prompts) -> str:
    """The owner's agent number: who answers for the matter (OWN-7)."""
    found = _case(act, call)
    return " ".join(staff.get(act, found.owner_id if found else call.owner_id).agent_number)


def contact(act: Act, call: Call, prompts: Prompts) -> str:
    """The number at which we ring back, digit by digit (REC-3)."""
    return PhoneNumber(calls.unseal(act, call, call.slots["sealed_contact"])).spoken


def caller_number(act: Act, call: Call, prompts: Prompts) -> str:
    """The number the caller rings from, digit by digit."""
    return PhoneNumber(calls.unseal(act, call, call.slots["sealed_caller"])).spoken


def address(act: Act, call: Call, prompts: Prompts) -> str:
    """Where help is wanted, as the customer's record or the caller has it."""
    return calls.unseal(act, call, call.slots["sealed_address"])


def number(act: Act, call: Call, prompts: Prompts) -> str:
    """The case number, digit by digit (REC-4)."""
    found = _case(act, call)
    return " ".join(found.number if found else str(call.slots.get("number", "")))


def matter(act: Act, call: Call, prompts: Prompts) -> str:
    """What the case is about, in plain words."""
    found = _case(act, call)
    return prompts.text(f"matter.{found.matter if found else call.slots.get('fault', 'unclear')}", call.language)


def findings(act: Act, call: Call, prompts: Prompts) -> str:
    """What the diagnosis found, by the labels of the answers given (FLT-1)."""
    found = _case(act, call)
    order = repairs.of_case(act, found.id) if found else None
    answers = order.answers if order else {}
    labels = [
        prompts.text(f"words.diagnosis.{order.fault_class}.{node}.{word}.label", call.language)
        for node, word in answers.items()
        if order is not None
    ]
    return prompts.text("list.comma", call.language).join(labels)


def handler(act: Act, call: Call, prompts: Prompts) -> str:
    """Who is being rung first about the matter: whoever has no telephone is not."""
    found = _case(act, call)
    on_duty = staff.on_duty(act, found.company_id, staff.Duty.REPAIR) if found else []
    rung = [person for person in on_duty if person.phone is not None]
    return rung[0].name if rung else prompts.text("handler.on-duty", call.language)


def fee(act: Act, call: Call, prompts: Prompts) -> str:
    """What coming to the door costs, in yuan (FLT-3)."""
    return str(call.slots.get("fee", 0))


def minutes(act: Act, call: Call, prompts: Prompts) -> str:
    """Within how many minutes repair signs for the matter (FLT-2)."""
    return str(act.standard.promise("FLT-2.sign").limit.span.seconds // 60)


def due(act: Act, call: Call, prompts: Prompts) -> str:
    """Until when we keep what we promised last in this case, in the company's local time."""
    at = call.slots.get("due")
    if not at:
        return prompts.text("due.soon", call.language)
    local = calls.instant(at).astimezone(ZoneInfo(act.standard.timezone))
    return prompts.text(
        "due.at", call.language, month=local.month, day=local.day, hour=local.hour, minute=f"{local.minute:02d}"
    )


def progress(act: Act, call: Call, prompts: Prompts) -> str:
    """How far the caller's matter is, in plain words."""
    found = _case(act, call)
    if found is None:
        return prompts.text("progress.none", call.language)
    order = repairs.of_case(act, found.id)
    stage = "closed" if found.state == "closed" else order.stage if order else "open"
    return prompts.text(f"progress.{stage}", call.language)


def emergency_number(act: Act, call: Call, prompts: Prompts) -> str:
    """The public emergency number for this emergency, digit by digit (EMG-1)."""
    return " ".join(act.standard.emergencies.public_numbers[EmergencyKind(call.slots["emergency"])])


def waiting_work(act: Act, call: Call, prompts: Prompts) -> str:
    """How many repairs a colleague has signed for and not finished."""
    return str(len(repairs.open_with(act, call.staff_id))) if call.staff_id else "0"


def offered_address(act: Act, call: Call, prompts: Prompts) -> str:
    """Where the matter offered to a colleague is; said only after the colleague signed (SEC-1)."""
    found = _case(act, call)
    sealed = found.details.get("sealed_address") if found else None
    if found is None or sealed is None:
        return prompts.text("address.unknown", call.language)
    return cases.unseal(act, found, sealed)


VALUES: dict[str, Value] = {
    "company": company,
    "agent_number": agent_number,
    "owner": owner,
    "contact": contact,
    "caller_number": caller_number,
    "address": address,
    "number": number,
    "matter": matter,
    "findings": findings,
    "handler": handler,
    "fee": fee,
    "minutes": minutes,
    "due": due,
    "progress": progress,
    "emergency_number": emergency_number,
    "waiting_work": waiting_work,
    "offered_address": offered_address,
}


def _case(act: Act, call: Call) -> cases.Case | None:
    offer = dispatches.of_call(act, call) if call.direction == "out" else None
    present = anonymity.present_case(act, call)
    case_id = dispatches.get(act, offer.dispatch_id).case_id if offer else call.slots.get("asked", present)
    return act.session.get(cases.Case, case_id) if case_id is not None else None
