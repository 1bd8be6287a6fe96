"""What each answer of a customer does and where it leads; without it the table would be a list of sentences."""

from __future__ import annotations

from collections.abc import Callable

from hotline.domain import calls, cases, customers, repairs
from hotline.domain.act import Act
from hotline.domain.calls import Call
from hotline.domain.cases import Case
from hotline.domain.customers import Customer, CustomerPlace
from hotline.standard.kinds import FlowItem
from hotline.voice import times, waiting
from hotline.voice.listening import digits
from hotline.voice.steps import SPOKEN_ONLY, Choice, Choices, Heard, Sound, Step

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
MOST_MARKS = 5
MOST_TOLD = 3  # open matters told in one go: nobody remembers more
# Forgotten when the caller goes on to another matter, so that the next case says nothing of the last.
OF_ONE_MATTER = (
    *(
        "intent",
        "fault",
        "answers",
        "node",
        "scope",
        "verdict",
        "guide",
        "fee",
        "fee_accepted",
        "fee_declined",
        "asked",
        "asked_all",
        "due",
        "came_for",
    ),
    *(
        "emergency",
        "anonymous",
        "sealed_address",
        "sealed_looks",
        "sealed_name",
        "sealed_for",
        "tries_address",
        "tries_contact",
        *times.SLOTS,
    ),
)


def choices(*rows: tuple[str, str, Step] | tuple[str, str, Step, str]) -> Choices:
    """Always the same choices."""
    fixed = tuple(Choice(*row) for row in rows)
    return lambda act, call: fixed


def yes_no(yes: Step, no: Step) -> Choices:
    """1 is yes, 2 is no."""
    return choices(("1", "words.yes", yes), ("2", "words.no", no))


def caller(act: Act, call: Call) -> Customer | None:
    """Whose telephone rings, as the carrier shows it. A number that was only keyed in opens no record (SEC-1)."""
    shown = call.customer_id is not None and "sealed_caller" in call.slots
    return customers.get(act, call.customer_id) if shown and call.customer_id is not None else None


def place(act: Act, call: Call) -> CustomerPlace | None:
    """Where this company serves the caller; None when it does not know."""
    known = caller(act, call)
    return customers.place_with(act, known.id, call.company_id) if known else None


def put_known_address(act: Act, call: Call) -> bool:
    """Note where this company serves the caller; False when it does not know."""
    known = place(act, call)
    if known is not None:
        call.put(sealed_address=known.address)
    return known is not None


def next_language(act: Act, call: Call) -> str:
    """The language offered beside the one that is spoken."""
    offered = act.standard.languages.offered
    place = offered.index(call.language) + 1 if call.language in offered else 0
    return offered[place % len(offered)]


# -- greeting and menu


def arrive(act: Act, call: Call) -> Step:
    """Who rings: a refused number, a colleague with work in hand, or a customer."""
    if call.slots.get("nuisance"):
        return Step.REFUSED
    if call.staff_id is not None and repairs.open_with(act, call.staff_id):
        return Step.COLLEAGUE
    return Step.GREETING


def greeting(act: Act, call: Call) -> tuple[str, ...]:
    """The organisation (ANS-2), and the hours where closed (ANS-8); an agent's number is named by who answers."""
    return ("greeting.plain",) if act.standard.is_staffed(act.at) else ("greeting.plain", "greeting.closed")


def main(act: Act, call: Call) -> Step:
    """A menu; or, as the public-hotline guideline prefers, an agent, and where nobody is free the open question."""
    call.drop(*OF_ONE_MATTER)
    if act.standard.flow.menu:
        return Step.MENU
    return Step.AGENT if waiting.anybody_free(act) else Step.OPEN_QUESTION


def items(act: Act, call: Call) -> tuple[FlowItem, ...]:
    """What this company's menu offers, in its order; an emergency is always the first."""
    elsewhere = (FlowItem.EMERGENCY, FlowItem.AGENT)  # the first key, and 0
    return (FlowItem.EMERGENCY, *(item for item in act.standard.flow.items if item not in elsewhere))


def menu(act: Act, call: Call) -> tuple[str, ...]:
    """The sentences of the menu, each naming its key."""
    offered = items(act, call)
    return (
        "menu.intro",
        *(f"menu.item.{item}#{place}" for place, item in enumerate(offered, 1)),
        f"menu.language@{next_language(act, call)}",
        "menu.always",
    )


def menu_choices(act: Act, call: Call) -> tuple[Choice, ...]:
    """Keys 1 to 7 in the company's order, 8 for the other language, 9 for slow speech (ANS-11), 0 for a person.

    Who asks for what this company's menu does not offer wants a person.
    """
    offered = [
        Choice(str(place), f"words.menu.{item}", ITEM_STEPS[item], str(item))
        for place, item in enumerate(items(act, call), 1)
    ]
    elsewhere = [
        Choice(SPOKEN_ONLY, f"words.menu.{item}", Step.AGENT, "agent")
        for item in ITEM_STEPS
        if item not in (*items(act, call), FlowItem.AGENT)
    ]
    return (*offered, *ALWAYS, *elsewhere)


PERSON = Choice("0", "words.person", Step.AGENT, "agent")
ALWAYS = (Choice("8", "words.language", Step.LANGUAGE), Choice("9", "words.slow", Step.SLOWLY), PERSON)


def note_intent(act: Act, call: Call, choice: Choice) -> Step:
    """Remember what the caller came for: it survives a hang-up."""
    if choice.value:
        call.put(intent=choice.value.replace("_", "-"))
    return choice.to


def change_language(act: Act, call: Call) -> Step:
    """The other language from here on, and the next time this customer rings."""
    call.language = next_language(act, call)
    known = caller(act, call)
    if known is not None:
        known.language = call.language
    return Step.MAIN


def speak_slowly(act: Act, call: Call) -> Step:
    """Slower and clearer from here on, and the next time (ANS-11)."""
    call.slow = True
    known = caller(act, call)
    if known is not None:
        known.slow = True
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
    known = caller(act, call)
    found = cases.numbered(act, call.company_id, digits(heard), customer_id=known.id) if known else None
    return tell_progress(act, call, found) if found is not None else None


def look_up(act: Act, call: Call) -> Step:
    """With up to three open matters the customer need not know a number: each is told, the newest first."""
    known = caller(act, call)
    waiting = cases.open_of(act, known.id) if known else []
    mine = [case for case in waiting if call.company_id in (case.company_id, case.numbered_by_id)]
    newest_first = sorted(mine, key=lambda case: case.id, reverse=True)
    return tell_progress(act, call, *newest_first) if 0 < len(mine) <= MOST_TOLD else Step.PROGRESS_NUMBER


def tell_progress(act: Act, call: Call, *told: Case) -> Step:
    """The caller hears how far each matter is; that is on record in it, and the call belongs to the first."""
    call.put(asked=told[0].id, asked_all=[case.id for case in told])
    call.drop("intent")
    call.case_id = call.case_id or told[0].id
    for case in told:
        act.remember(case.chain, "progress-told", call=call.id)
    return Step.PROGRESS_TOLD


def progress_told(act: Act, call: Call) -> tuple[str, ...]:
    """How far the matter is; of several, how many there are first."""
    return ("progress.several",) if len(call.slots["asked_all"]) > 1 else ("progress.told",)


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
