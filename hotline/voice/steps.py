"""The vocabulary of a call: what a step may be, what may be heard; without it the flow would be code, no table."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum

from hotline.domain.act import Act
from hotline.domain.calls import Call
from hotline.voice.names import Step as Step


class Sound(StrEnum):
    """What kind of answer reached us."""

    KEYS = "keys"
    SPEECH = "speech"
    SILENCE = "silence"
    RECORDING = "recording"
    HANG_UP = "hang-up"
    END = "end"
    LEFT = "left"  # out of the line, or out of a conversation
    MOVED = "moved"  # nothing was heard: somebody else's deed led the call on


@dataclass(frozen=True)
class Heard:
    """An answer: its kind and, for keys and speech, what it was; for a recording, the carrier's id of it.

    Of who left the line: why, in the carrier's word.
    """

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
    `in_own_words`: callers tell here what they want, so that whoever is not heard is asked in the words of ANS-5.
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
    in_own_words: bool = False
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
class Wait:
    """Say, and park the call in the carrier's queue; the clips heard there are documents of their own (ANS-4).

    `moved`: where somebody else's deed may lead the call.
    """

    says: Says
    then: Step
    moved: tuple[Step, ...]


@dataclass(frozen=True)
class Meet:
    """Say, and bring the call into the conference of its meeting, until it comes out of it, or is `moved`."""

    says: Says
    then: Step
    moved: tuple[Step, ...]


@dataclass(frozen=True)
class End:
    """Say, and hang up."""

    says: Says


Row = Menu | Ask | Take | Tell | Go | Linger | Wait | Meet | End


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
        case Wait() | Meet():
            return (row.then, *row.moved)
        case Go():
            return row.leads
        case End():
            return ()
