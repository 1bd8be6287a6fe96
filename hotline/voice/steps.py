"""The vocabulary of a call: what a step may be, what may be heard; without it the flow would be code, no table."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum

from hotline.domain.act import Act
from hotline.domain.calls import Call


class Step(StrEnum):
    """Every step of every call, in the order a supervisor would tell it."""

    ARRIVED = "arrived"
    REFUSED = "refused"
    GREETING = "greeting"
    MAIN = "main"
    MENU = "menu"
    OPEN_QUESTION = "open-question"
    LANGUAGE = "language"
    SLOWLY = "slowly"

    FAULT = "fault"
    FAULT_AGAIN = "fault-again"
    FAULT_CLASS = "fault-class"
    DIAGNOSIS = "diagnosis"
    SCOPE = "scope"
    AGREEMENT_ENDED = "agreement-ended"
    GUIDE = "guide"
    GUIDED = "guided"
    FEE = "fee"
    ADDRESS = "address"
    ADDRESS_KNOWN = "address-known"
    ADDRESS_ASKED = "address-asked"
    ADDRESS_READ_BACK = "address-read-back"
    ADDRESS_RECORDED = "address-recorded"
    ADDRESS_SETTLED = "address-settled"
    FAULT_TOLD = "fault-told"

    EMERGENCY = "emergency"
    EMERGENCY_OPENED = "emergency-opened"
    EMERGENCY_SAFETY = "emergency-safety"
    EMERGENCY_WHERE = "emergency-where"
    EMERGENCY_LOOKS = "emergency-looks"
    EMERGENCY_NAME = "emergency-name"
    EMERGENCY_NOTED = "emergency-noted"
    EMERGENCY_TOLD = "emergency-told"

    COMPLAINT = "complaint"
    COMPLAINT_NAMED = "complaint-named"
    COMPLAINT_TOLD_OF = "complaint-told-of"
    COMPLAINT_STATED = "complaint-stated"
    ENQUIRY = "enquiry"
    MESSAGE_FOR = "message-for"
    MESSAGE = "message"
    LOST_PROPERTY = "lost-property"
    PROGRESS = "progress"
    PROGRESS_NUMBER = "progress-number"
    PROGRESS_TOLD = "progress-told"
    AGENT = "agent"

    CONTACT = "contact"
    CONTACT_KNOWN = "contact-known"
    CONTACT_ASKED = "contact-asked"
    CONTACT_READ_BACK = "contact-read-back"
    MATTER_OPENED = "matter-opened"
    COMPLAINT_TOLD = "complaint-told"
    ENQUIRY_TOLD = "enquiry-told"
    MESSAGE_TOLD = "message-told"
    LOST_PROPERTY_TOLD = "lost-property-told"
    CALLBACK_TOLD = "callback-told"
    UNREACHABLE_TOLD = "unreachable-told"

    ANYTHING_ELSE = "anything-else"
    CLOSING = "closing"
    SATISFACTION = "satisfaction"
    FAREWELL = "farewell"
    LINGER = "linger"
    GOODBYE = "goodbye"

    COLLEAGUE = "colleague"
    COLLEAGUE_MENU = "colleague-menu"
    WORK_ON_THE_WAY = "work-on-the-way"
    WORK_ARRIVED = "work-arrived"
    WORK_FOUND = "work-found"
    WORK_TESTED = "work-tested"
    WORK_SIGNED_FOR = "work-signed-for"
    WORK_DONE = "work-done"
    WORK_NOTED = "work-noted"
    WORK_REFUSED = "work-refused"

    REPAIR_OFFER = "repair-offer"
    OFFER = "offer"
    OFFER_SIGNED = "offer-signed"
    OFFER_DECLINED = "offer-declined"
    OFFER_UNANSWERED = "offer-unanswered"
    OFFER_THANKS = "offer-thanks"
    OFFER_PASSED_ON = "offer-passed-on"
    OFFER_GONE = "offer-gone"


class Sound(StrEnum):
    """What kind of answer reached us."""

    KEYS = "keys"
    SPEECH = "speech"
    SILENCE = "silence"
    RECORDING = "recording"
    HANG_UP = "hang-up"
    END = "end"


@dataclass(frozen=True)
class Heard:
    """An answer: its kind and, for keys and speech, what it was; for a recording, the carrier's id of it."""

    sound: Sound
    text: str = ""


SILENCE = Heard(Sound.SILENCE)

# Prompt keys said now. "menu.item.fault#3": its {key} is 3. "menu.language@en": said in English.
Says = Callable[[Act, Call], tuple[str, ...]]


SPOKEN_ONLY = "-"  # the key of a choice that no key leads to


@dataclass(frozen=True)
class Choice:
    """A key, the prompt key of the words that mean the same, where it leads, and what it notes."""

    key: str
    words: str
    to: Step
    value: str = ""


Choices = Callable[[Act, Call], tuple[Choice, ...]]
Noted = Callable[[Act, Call, Choice], Step]
Understood = Callable[[Act, Call, Heard], "Step | None"]  # None: not understood, ask again
Does = Callable[[Act, Call], Step]


@dataclass(frozen=True)
class Menu:
    """Say, and wait for one key or a spoken choice. `gives_up` is where too many misses lead (ANS-5).

    `person`: 0, or asking for a person, leads to one, though the menu does not say so.
    `overhears`: the sentence that led here is not asked for again when it answers this question too.
    `keeps`: what is spoken here is kept, sealed, in this slot, and what names no choice leads to `gives_up` at once.
    """

    says: Says
    choices: Choices
    leads: tuple[Step, ...]
    gives_up: Step
    noted: Noted = field(default=lambda act, call, choice: choice.to)
    keys_only: bool = False
    asks_again: bool = True
    person: bool = True
    overhears: bool = False
    keeps: str = ""


@dataclass(frozen=True)
class Ask:
    """Say, and wait for a number keyed in (ended by #) or for free speech."""

    says: Says
    understood: Understood
    leads: tuple[Step, ...]
    gives_up: Step
    number: bool = False
    unclear: str = "again.unclear"  # said before the question comes again


@dataclass(frozen=True)
class Take:
    """Say, and record what the caller tells after the tone."""

    says: Says
    then: Step


@dataclass(frozen=True)
class Tell:
    """Say, and go on at once."""

    says: Says
    then: Step


@dataclass(frozen=True)
class Go:
    """Say nothing: do what is to be done and choose the next step."""

    does: Does
    leads: tuple[Step, ...]


@dataclass(frozen=True)
class Linger:
    """Stay on the line until the caller leaves, or a generous limit is reached (ANS-6)."""

    says: Says
    then: Step


@dataclass(frozen=True)
class End:
    """Say, and hang up."""

    says: Says


Row = Menu | Ask | Take | Tell | Go | Linger | End


def says(*keys: str) -> Says:
    """Always the same sentences."""
    return lambda act, call: keys


def leads_of(row: Row) -> tuple[Step, ...]:
    """Every step that a row can lead to."""
    match row:
        case Menu():
            return (*row.leads, row.gives_up, *((Step.AGENT,) if row.person else ()))
        case Ask():
            return (*row.leads, row.gives_up)
        case Take() | Tell() | Linger():
            return (row.then,)
        case Go():
            return row.leads
        case End():
            return ()
