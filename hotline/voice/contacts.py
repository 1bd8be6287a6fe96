"""Where we ring back, and the case opened with it; without it a matter would be on record and nobody reachable."""

from __future__ import annotations

from hotline.domain import calls, customers, promises, slots, turns, waits, wishes
from hotline.domain.act import Act
from hotline.domain.calls import Call
from hotline.domain.promises import Promise
from hotline.errors import Invalid
from hotline.phones import PhoneNumber
from hotline.voice import matters, times, waiting
from hotline.voice.listening import digits
from hotline.voice.steps import Choice, Heard, Says, Sound, Step


def contact(act: Act, call: Call) -> Step:
    """The number the caller rings from is read back; a withheld one is asked for, once in a call (REC-3).

    Of a customer whom we rang the number that we rang is. So is one asked for that may not be rung (SEC-5).
    """
    if matters.rings_caller(act, call):
        return Step.CONTACT_KNOWN
    return Step.CONTACT_READ_BACK if "sealed_contact" in call.slots else Step.CONTACT_ASKED


def keep_known_number(act: Act, call: Call, choice: Choice) -> Step:
    """The number the caller rings from is the one to ring back."""
    if choice.to is Step.CONTACT_SETTLED:
        call.put(sealed_contact=call.slots["sealed_caller"])
    return choice.to


def number_keyed(act: Act, call: Call, heard: Heard) -> Step | None:
    """A telephone number, keyed or spoken, to be read back.

    Another is asked for instead of one that is not rung, or was told us too often today (SEC-5).
    """
    if heard.sound is Sound.SILENCE:
        return None
    try:
        number = PhoneNumber.parse(digits(heard))
    except Invalid:
        return None
    if not customers.may_be_rung(act, number, call.company_id) or wishes.asked_too_often(act, number):
        return None
    call.put(sealed_contact=calls.seal(act, call, number.e164))
    return Step.CONTACT_READ_BACK


def number_confirmed(act: Act, call: Call, choice: Choice) -> Step:
    """Read back and confirmed. The case of a caller whose number was withheld belongs to whoever has this number."""
    if choice.to is not Step.CONTACT_SETTLED:
        call.drop("sealed_contact")
        return _again(act, call, choice.to)
    if call.customer_id is None:
        number = PhoneNumber(calls.unseal(act, call, call.slots["sealed_contact"]))
        turns.adopt(act, call, customers.with_number(act, number))
    return choice.to


def settled(act: Act, call: Call) -> Step:
    """Whoever is to be rung back is asked when, where there is a choice; not while a place kept before may come up."""
    asks = call.slots.get("intent") == "agent" and "sealed_contact" in call.slots
    if not asks or not act.standard.callbacks.offers_times or waits.kept_place(act, call) is not None:
        return Step.MATTER_OPENED
    return Step.WHEN_ASKED if times.offer(call, slots.windows(act.standard, act.at)) else Step.MATTER_OPENED


def times_offered(act: Act, call: Call) -> tuple[Choice, ...]:
    """As soon as possible, and each time that was offered when the question came."""
    later = times.keyed(call)
    said = [Choice(key, f"words.part.{one.slot}", Step.MATTER_OPENED, key) for key, one in later.items()]
    return (Choice(times.SOON, "words.soon", Step.WHEN_SOON), *said)


def note_time(act: Act, call: Call, choice: Choice) -> Step:
    """The time that they chose."""
    if choice.value:
        times.choose(call, choice.value)
    return choice.to


def soon(act: Act, call: Call) -> Step:
    """As soon as possible, which whoever says nothing wants too."""
    times.forget(call)
    return Step.MATTER_OPENED


def open_matter(act: Act, call: Call) -> Step:
    """The case is opened with its number, owner and promises."""
    intent = call.slots.get("intent", "agent")
    case = matters.OPENERS[intent](act, call)
    made = promises.of_case(act, case.id)
    call.put(due=_told_by(made))
    kept = waiting.settled(act, call, case, reachable=bool(made)) if intent == "agent" else None
    told = kept or {
        "fault": Step.FAULT_TOLD,
        "complaint": Step.COMPLAINT_TOLD,
        "enquiry": Step.ENQUIRY_TOLD,
        "message": Step.MESSAGE_TOLD,
        "lost-property": Step.LOST_PROPERTY_TOLD,
    }.get(intent, Step.CALLBACK_TOLD)
    call.drop("intent")
    return told if made or intent == "complaint" else Step.UNREACHABLE_TOLD


def _told_by(made: list[Promise]) -> str:
    """Until when the caller hears from us: where a call back was promised, of all that was, that one (CMP-9)."""
    awaited = [one for one in made if one.rule in promises.BY_REACHING] or made
    return max(one.due_at for one in awaited).isoformat() if awaited else ""


def callback_told(act: Act, call: Call) -> tuple[str, ...]:
    """Until when we ring back, and why nobody is free where that was not told yet (ANS-3, ANS-8)."""
    if times.chosen(call) is not None:
        return told("callback.chosen")(act, call)
    if not act.standard.is_staffed(act.at):
        return told("callback.closed")(act, call)
    return told("callback.registered" if waiting.found_nobody(act, call) else "callback.told")(act, call)


def complaint_told(act: Act, call: Call) -> tuple[str, ...]:
    """An answer is promised only to whoever can be given one (CMP-10)."""
    return told("complaint.told" if matters.is_answered(call) else "complaint.told-unanswered")(act, call)


def told(key: str) -> Says:
    """The number and what comes next, who answers for it, and that a text comes where one does (OWN-7)."""
    return lambda act, call: (key, "told.owner", *(("told.by-text",) if call.slots.get("texted") else ()))


def _again(act: Act, call: Call, then: Step) -> Step:
    tried = call.slots.get("tries_contact", 0) + 1
    call.put(tries_contact=tried)
    return Step.CONTACT_SETTLED if tried >= act.standard.answering.denied_read_backs else then
