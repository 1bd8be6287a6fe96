"""What each answer of a customer does and where it leads; without it the table would be a list of sentences."""

from __future__ import annotations

from collections.abc import Callable

from hotline.domain import calls, cases, customers, promises, repairs
from hotline.domain.act import Act
from hotline.domain.calls import Call
from hotline.domain.cases import Case
from hotline.errors import Invalid, NotFound
from hotline.phones import PhoneNumber
from hotline.standard.kinds import FlowItem
from hotline.voice import matters
from hotline.voice.listening import digits
from hotline.voice.steps import Choice, Choices, Heard, Sound, Step

ITEM_STEPS = {
    FlowItem.FAULT: Step.FAULT,
    FlowItem.EMERGENCY: Step.EMERGENCY,
    FlowItem.COMPLAINT: Step.COMPLAINT,
    FlowItem.ENQUIRY: Step.ENQUIRY,
    FlowItem.MESSAGE: Step.MESSAGE_FOR,
    FlowItem.PROGRESS: Step.PROGRESS,
    FlowItem.LOST_PROPERTY: Step.LOST_PROPERTY,
    FlowItem.AGENT: Step.AGENT,
}
EMERGENCIES = ("fire", "gas", "burst_pipe", "lift", "injury")
MOST_MARKS = 5
TOO_OFTEN = 3  # an answer read back and denied this often is recorded instead


def choices(*rows: tuple[str, str, Step] | tuple[str, str, Step, str]) -> Choices:
    """Always the same choices."""
    fixed = tuple(Choice(*row) for row in rows)
    return lambda act, call: fixed


def yes_no(yes: Step, no: Step) -> Choices:
    """1 is yes, 2 is no."""
    return choices(("1", "words.yes", yes), ("2", "words.no", no))


# -- greeting and menu


def arrive(act: Act, call: Call) -> Step:
    """Who rings: a refused number, a colleague with work in hand, or a customer."""
    if call.slots.get("nuisance"):
        return Step.REFUSED
    if call.staff_id is not None and repairs.open_with(act, call.staff_id):
        return Step.COLLEAGUE
    return Step.GREETING


def greeting(act: Act, call: Call) -> tuple[str, ...]:
    """The standard greeting, with the agent's number where it is wanted (ANS-2); the hours where closed (ANS-8)."""
    keys = ["greeting.with-number" if act.standard.answering.greeting_names_agent else "greeting.plain"]
    if not act.standard.is_staffed(act.at):
        keys.append("greeting.closed")
    return tuple(keys)


def main(act: Act, call: Call) -> Step:
    """A menu, or the open question that the public-hotline guideline prefers."""
    call.drop("fault", "answers", "node", "scope", "verdict", "fee", "fee_accepted", "intent", "emergency", "anonymous")
    return Step.MENU if act.standard.flow.menu else Step.OPEN_QUESTION


def items(act: Act, call: Call) -> tuple[FlowItem, ...]:
    """What this company's menu offers, in its order; an emergency is always the first."""
    elsewhere = (FlowItem.EMERGENCY, FlowItem.AGENT)  # the first key, and 0
    return (FlowItem.EMERGENCY, *(item for item in act.standard.flow.items if item not in elsewhere))


def menu(act: Act, call: Call) -> tuple[str, ...]:
    """The sentences of the menu, each naming its key."""
    offered = items(act, call)
    return ("menu.intro", *(f"menu.item.{item}#{place}" for place, item in enumerate(offered, 1)), "menu.language")


def menu_choices(act: Act, call: Call) -> tuple[Choice, ...]:
    """Keys 1 to 7 in the company's order, 8 for the other language, 9 for slow speech (ANS-11), 0 for a person."""
    offered = [
        Choice(str(place), f"words.menu.{item}", ITEM_STEPS[item], str(item))
        for place, item in enumerate(items(act, call), 1)
    ]
    return (*offered, *ALWAYS)


ALWAYS = (
    Choice("8", "words.language", Step.LANGUAGE),
    Choice("9", "words.slow", Step.SLOWLY),
    Choice("0", "words.person", Step.AGENT, "agent"),
)


def note_intent(act: Act, call: Call, choice: Choice) -> Step:
    """Remember what the caller came for: it survives a hang-up."""
    if choice.value:
        call.put(intent=choice.value.replace("_", "-"))
    return choice.to


def change_language(act: Act, call: Call) -> Step:
    """The other language from here on, and the next time this customer rings."""
    offered = act.standard.languages.offered
    call.language = (
        offered[(offered.index(call.language) + 1) % len(offered)] if call.language in offered else offered[0]
    )
    if call.customer_id is not None:
        customers.get(act, call.customer_id).language = call.language
    return Step.MAIN


def speak_slowly(act: Act, call: Call) -> Step:
    """Slower and clearer from here on, and the next time (ANS-11)."""
    call.slow = True
    if call.customer_id is not None:
        customers.get(act, call.customer_id).slow = True
    return Step.MAIN


# -- matters that are told and recorded


def note_anonymous(act: Act, call: Call, choice: Choice) -> Step:
    """The complainant's name is kept or kept out (CMP-10)."""
    call.put(anonymous=choice.value == "anonymous", intent="complaint")
    return choice.to


def complaint_stated(act: Act, call: Call) -> Step:
    """Whoever stays anonymous is not asked for a number."""
    return Step.MATTER_OPENED if call.slots.get("anonymous") else Step.CONTACT


def note(slot: str, then: Step) -> Callable[[Act, Call, Heard], Step | None]:
    """Keep what was spoken, sealed, in a slot."""

    def understood(act: Act, call: Call, heard: Heard) -> Step | None:
        if heard.sound is not Sound.SPEECH or not heard.text.strip():
            return None
        call.put(**{slot: calls.seal(act, call, heard.text.strip())})
        return then

    return understood


# -- how far is my matter


def find_case(act: Act, call: Call, heard: Heard) -> Step | None:
    """A case number, keyed or spoken; told to the customer whose matter it is, and to nobody else (SEC-1)."""
    if heard.sound is Sound.SILENCE or not digits(heard):
        return None
    found = cases.numbered(act, call.company_id, digits(heard))
    if found is None or call.customer_id is None or found.customer_id != call.customer_id:
        return None
    return tell_progress(act, call, found)


def look_up(act: Act, call: Call) -> Step:
    """With one open matter the customer need not know its number."""
    waiting = cases.open_of(act, call.customer_id) if call.customer_id is not None else []
    mine = [case for case in waiting if case.company_id == call.company_id]
    return tell_progress(act, call, mine[0]) if len(mine) == 1 else Step.PROGRESS_NUMBER


def tell_progress(act: Act, call: Call, case: Case) -> Step:
    """The caller hears how far the matter is; that is on record in it, and the call belongs to it."""
    call.put(asked=case.id)
    call.drop("intent")
    call.case_id = call.case_id or case.id
    act.remember(case.chain, "progress-told", call=call.id)
    return Step.PROGRESS_TOLD


# -- where we ring back


def agent(act: Act, call: Call) -> Step:
    """A person is wanted: until one is free the number is taken and rung back (ANS-3)."""
    call.put(intent="agent")
    return Step.CONTACT


def contact(act: Act, call: Call) -> Step:
    """A known number is read back; a withheld one is asked for (REC-3)."""
    if call.customer_id is None:
        return Step.CONTACT_ASKED
    try:
        customers.phone_of(act, customers.get(act, call.customer_id))
    except NotFound:
        return Step.CONTACT_ASKED
    return Step.CONTACT_KNOWN


def keep_known_number(act: Act, call: Call, choice: Choice) -> Step:
    """The number the caller rings from is the one to ring back."""
    if choice.to is Step.MATTER_OPENED and call.customer_id is not None:
        number = customers.phone_of(act, customers.get(act, call.customer_id))
        call.put(sealed_contact=calls.seal(act, call, number.e164))
    return choice.to


def number_keyed(act: Act, call: Call, heard: Heard) -> Step | None:
    """A telephone number, keyed or spoken, to be read back."""
    if heard.sound is Sound.SILENCE:
        return None
    try:
        number = PhoneNumber.parse(digits(heard))
    except Invalid:
        return None
    call.put(sealed_contact=calls.seal(act, call, number.e164))
    return Step.CONTACT_READ_BACK


def number_confirmed(act: Act, call: Call, choice: Choice) -> Step:
    """Read back and confirmed: a caller whose number was withheld is known by it from now on."""
    if choice.to is not Step.MATTER_OPENED:
        return _again(call, "contact", choice.to, Step.MATTER_OPENED)
    if call.customer_id is None and not call.slots.get("anonymous"):
        number = PhoneNumber(calls.unseal(act, call, call.slots["sealed_contact"]))
        calls.adopt(act, call, customers.with_number(act, number))
    return choice.to


def open_matter(act: Act, call: Call) -> Step:
    """The case is opened with its number, owner and promises."""
    intent = call.slots.get("intent", "agent")
    case = matters.OPENERS[intent](act, call)
    made = [promise.due_at for promise in promises.of_case(act, case.id)]
    call.put(due=max(made).isoformat() if made else "")
    told = {
        "fault": Step.FAULT_TOLD,
        "complaint": Step.COMPLAINT_TOLD,
        "enquiry": Step.ENQUIRY_TOLD,
        "message": Step.MESSAGE_TOLD,
        "lost-property": Step.LOST_PROPERTY_TOLD,
    }.get(intent, Step.CALLBACK_TOLD)
    call.drop("intent")
    return told if made or intent == "complaint" else Step.UNREACHABLE_TOLD


# -- emergencies


def emergency_choices(act: Act, call: Call) -> tuple[Choice, ...]:
    """1 fire, 2 gas, 3 burst pipe, 4 lift, 5 injury."""
    return tuple(
        Choice(str(place), f"words.emergency.{kind}", Step.EMERGENCY_OPENED, kind)
        for place, kind in enumerate(EMERGENCIES, 1)
    )


def note_emergency(act: Act, call: Call, choice: Choice) -> Step:
    """What kind of emergency it is."""
    call.put(emergency=choice.value)
    return choice.to


def emergency_opened(act: Act, call: Call) -> Step:
    """Help is called before anything else is asked (EMG-1, EMG-2)."""
    if call.customer_id is not None and "sealed_address" not in call.slots:
        place = customers.place_with(act, call.customer_id, call.company_id)
        if place is not None:
            call.put(sealed_address=place.address)
    matters.open_emergency(act, call)
    call.drop("intent")
    return Step.EMERGENCY_SAFETY


def safety(act: Act, call: Call) -> tuple[str, ...]:
    """The public number, and what to do until help comes."""
    kind = call.slots.get("emergency", "unclear")
    return ("emergency.public", f"emergency.safety.{kind}")


def emergency_known(act: Act, call: Call) -> Step:
    """All that was told is in the case."""
    matters.add_to_emergency(act, call)
    return Step.EMERGENCY_TOLD


# -- closing


def note_mark(act: Act, call: Call, choice: Choice) -> Step:
    """How satisfied the caller is, 1 to 5."""
    call.put(satisfaction=int(choice.key))
    act.remember(call.chain, "satisfaction", mark=int(choice.key))
    return choice.to


def marks(act: Act, call: Call) -> tuple[Choice, ...]:
    """1 is very satisfied, 5 is not at all."""
    return tuple(Choice(str(mark), f"words.mark.{mark}", Step.FAREWELL) for mark in range(1, MOST_MARKS + 1))


def closing(act: Act, call: Call) -> Step:
    """Nothing else is wanted: ask how it was, where the standard wants that (ANS-7)."""
    return (
        Step.SATISFACTION if act.standard.flow.asks_satisfaction and "satisfaction" not in call.slots else Step.FAREWELL
    )


def _again(call: Call, what: str, then: Step, too_often: Step) -> Step:
    tried = call.slots.get(f"tries_{what}", 0) + 1
    call.put(**{f"tries_{what}": tried})
    return too_often if tried >= TOO_OFTEN else then
