"""What fills the variables of the spoken words, from the call's own data; without it a prompt would say {company}."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import timedelta

from hotline.domain import attempts, calls, cases, customers, desk, meetings, repairs, staff
from hotline.domain.act import Act
from hotline.domain.calls import Call
from hotline.domain.cases import Case, Kind
from hotline.domain.companies import Company
from hotline.domain.desk import Wait
from hotline.errors import NotFound
from hotline.phones import PhoneNumber
from hotline.prompts import Prompts
from hotline.standard.kinds import EmergencyKind, SpokenName
from hotline.voice import about, standings, times

Value = Callable[[Act, Call, Prompts], str]
_FIRST_CHINESE = "\u2e80"  # letters before it are those of names whose surname comes last


def company(act: Act, call: Call, prompts: Prompts) -> str:
    """The company's name in the call's language."""
    return act.session.get_one(Company, call.company_id).name(call.language)


def agent_number(act: Act, call: Call, prompts: Prompts) -> str:
    """The number of whoever answers for the call, digit by digit (ANS-2)."""
    return " ".join(staff.get(act, call.owner_id).agent_number)


def owner(act: Act, call: Call, prompts: Prompts) -> str:
    """The owner's agent number: who answers for the matter (OWN-7)."""
    found = about.case(act, call)
    return _owner_of(act, call, prompts, found) if found else agent_number(act, call, prompts)


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
    found = about.case(act, call)
    return _number_of(act, call, prompts, found) if found else " ".join(str(call.slots.get("number", "")))


def matter(act: Act, call: Call, prompts: Prompts) -> str:
    """What the case is about, in plain words."""
    found = about.case(act, call)
    if found is None:
        return prompts.text(f"matter.{call.slots.get('fault', 'unclear')}", call.language)
    return _matter_of(act, call, prompts, found)


def findings(act: Act, call: Call, prompts: Prompts) -> str:
    """What the diagnosis found, by the labels of the answers given (FLT-1)."""
    found = about.case(act, call)
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
    found = about.case(act, call)
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
    return standings.instant(act, call, prompts, calls.instant(at))


def rule(act: Act, call: Call, prompts: Prompts) -> str:
    """What was promised and is not done, of which a colleague is told."""
    broken = act.standard.promise(call.slots["rule"])
    return broken.title_zh if call.language.startswith("zh") else broken.title_en


def progress(act: Act, call: Call, prompts: Prompts) -> str:
    """How far the caller's matter is, in plain words."""
    found = about.case(act, call)
    return _progress_of(act, call, prompts, found) if found else prompts.text("progress.none", call.language)


def promised(act: Act, call: Call, prompts: Prompts) -> str:
    """What the caller was promised next in the matter, and by when (OWN-7)."""
    found = about.case(act, call)
    return standings.promised(act, call, prompts, found) if found else ""


def each_progress(act: Act, call: Call, prompts: Prompts) -> str:
    """How far each of the caller's open matters is, one after another."""
    own = act.session.get_one(Company, call.company_id).words
    told = [cases.get(act, case_id) for case_id in call.slots["asked_all"]]
    return " ".join(
        prompts.text(
            "progress.told",
            call.language,
            own,
            **{name: value(act, call, prompts, case) for name, value in OF_CASE.items()},
        )
        for case in told
    )


def open_matters(act: Act, call: Call, prompts: Prompts) -> str:
    """How many open matters are told."""
    return str(len(call.slots["asked_all"]))


def emergency_number(act: Act, call: Call, prompts: Prompts) -> str:
    """The public emergency number for this emergency, digit by digit (EMG-1)."""
    return " ".join(act.standard.emergencies.public_numbers[EmergencyKind(call.slots["emergency"])])


def waiting_work(act: Act, call: Call, prompts: Prompts) -> str:
    """How many repairs a colleague has signed for and not finished."""
    return str(len(repairs.open_with(act, call.staff_id))) if call.staff_id else "0"


def offered_address(act: Act, call: Call, prompts: Prompts) -> str:
    """Where the matter offered to a colleague is; said only after the colleague signed (SEC-1)."""
    found = about.case(act, call)
    assert found is not None, "an offer is about a case"
    return cases.unseal(act, found, found.details["sealed_address"])


def ahead(act: Act, call: Call, prompts: Prompts) -> str:
    """How many are in the line before this caller (ANS-3)."""
    return str(desk.position(act, _waits(act, call)) - 1)


def wait_minutes(act: Act, call: Call, prompts: Prompts) -> str:
    """How many minutes this caller will still wait, rounded up (ANS-3)."""
    expected = desk.estimate(act, _waits(act, call)) or timedelta()
    return str(whole_minutes(expected))


def whole_minutes(span: timedelta) -> int:
    """Begun minutes: whoever is told a figure should not wait longer."""
    return math.ceil(span / timedelta(minutes=1))


def serving(act: Act, call: Call, prompts: Prompts) -> str:
    """The number of the agent in this call's conversation, digit by digit (ANS-2)."""
    meeting = meetings.of_call(act, call)
    return " ".join(staff.get(act, meeting.agent_id).agent_number) if meeting else agent_number(act, call, prompts)


def came_for(act: Act, call: Call, prompts: Prompts) -> str:
    """What the customer wants about whom a colleague is rung, as far as they told; not what was told anonymously.

    Of a case that says no more, that they wanted to be rung back: the page of the agent says so too.
    """
    found, theirs = about.case(act, call), about.customers_call(act, call)
    told = theirs.slots.get("came_for") if theirs is not None and not about.is_anonymous(act, call) else None
    if found is not None and (told is None or about.has_subject(found)):
        return _matter_of(act, call, prompts, found)
    return prompts.text(f"matter.{told}" if told else "matter.untold", call.language)


def caller_name(act: Act, call: Call, prompts: Prompts) -> str:
    """The name of the caller on offer, as much of it as the profile lets an agent hear before accepting (SEC-1)."""
    known, how = about.offered(act, call).customer_id, act.standard.desk.whisper_name
    name = customers.get(act, known).name if known is not None and not about.is_anonymous(act, call) else None
    if known is None or name is None or how is SpokenName.NONE:
        return prompts.text("caller.unnamed", call.language)
    whole = act.sealer.open_for(customers.get(act, known).key, name).strip()
    given, _, last = whole.rpartition(" ")
    surname_first = whole[0] >= _FIRST_CHINESE
    surname = whole[0] if surname_first else last
    if how is SpokenName.SURNAME:
        return prompts.text("caller.surname", call.language, surname=surname)
    if surname_first:
        return prompts.text("caller.masked", call.language, surname=surname)
    return prompts.text("caller.initial", call.language, initial=f"{given} {surname[0]}.".strip())


def waited(act: Act, call: Call, prompts: Prompts) -> str:
    """How long the caller on offer has waited."""
    minutes_waited = (act.at - attempts.waits_since(act, about.offered(act, call))) // timedelta(minutes=1)
    if minutes_waited == 0:
        return prompts.text("waited.short", call.language)
    return prompts.text("waited.minutes", call.language, minutes_waited=minutes_waited)


def asker(act: Act, call: Call, prompts: Prompts) -> str:
    """The number of the agent into whose conversation a colleague is asked."""
    return serving(act, call, prompts)


def _waits(act: Act, call: Call) -> Wait:
    found = desk.of_call(act, call)
    if found is None:
        raise NotFound(f"call {call.id} does not wait in line")
    return found


def _owner_of(act: Act, call: Call, prompts: Prompts, found: Case) -> str:
    return " ".join(staff.get(act, found.owner_id).agent_number)


def _number_of(act: Act, call: Call, prompts: Prompts, found: Case) -> str:
    return " ".join(found.number)


def _matter_of(act: Act, call: Call, prompts: Prompts, found: Case) -> str:
    """An emergency says first that it is one; of an unclear one nothing more is known."""
    if found.kind != Kind.EMERGENCY:
        return prompts.text(f"matter.{found.matter}", call.language)
    known = [] if found.matter == "unclear" else [prompts.text(f"matter.{found.matter}", call.language)]
    return prompts.text("list.comma", call.language).join([prompts.text("matter.emergency", call.language), *known])


def _progress_of(act: Act, call: Call, prompts: Prompts, found: Case) -> str:
    return prompts.text(standings.stage(act, found), call.language)


OF_CASE = {
    "number": _number_of,
    "matter": _matter_of,
    "progress": _progress_of,
    "promised": standings.promised,
    "owner": _owner_of,
}
VALUES: dict[str, Value] = {
    "company": company,
    "agent_number": serving,
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
    "rule": rule,
    "progress": progress,
    "promised": promised,
    "each_progress": each_progress,
    "grade": standings.grade,
    "sign_by": standings.sign_by,
    "settle_by": standings.settle_by,
    "open_matters": open_matters,
    "times": times.each,
    "chosen_time": times.spoken_choice,
    "emergency_number": emergency_number,
    "waiting_work": waiting_work,
    "offered_address": offered_address,
    "ahead": ahead,
    "wait_minutes": wait_minutes,
    "serving": serving,
    "came_for": came_for,
    "caller_name": caller_name,
    "waited": waited,
    "asker": asker,
    "best_mark": lambda act, call, prompts: str(act.standard.visits.best_mark),
}
