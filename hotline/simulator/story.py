"""Plays a call from a text that a supervisor can read: without it only programmers could say how a call should go."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from hotline.simulator import figures
from hotline.simulator.exchange import Exchange
from hotline.simulator.legs import Habit
from hotline.simulator.phone import Phone


class Telephone(Protocol):
    """What a person in a story can do: a Phone here, or a RemoteLine on a running server."""

    def dial(self, to: str) -> object: ...
    def hears(self, fragment: str, within: float) -> object: ...
    def does_not_hear(self, fragment: str, within: float) -> object: ...
    def presses(self, keys: str) -> object: ...
    def speaks(self, text: str) -> object: ...
    def stays_silent(self, seconds: float) -> object: ...
    def hangs_up(self) -> object: ...
    def rings(self, within: float) -> object: ...
    def does_not_ring(self, within: float) -> object: ...
    def answers(self) -> object: ...
    def declines(self) -> object: ...
    def lets_it_ring(self) -> object: ...
    def goes_to_voicemail(self) -> object: ...
    def receives(self, fragment: str, within: float) -> object: ...
    def habit(self, habit: str) -> object: ...


class Port(Protocol):
    """Where a story is played."""

    turns_time: bool

    def telephone(self, number: str, name: str) -> Telephone:
        """The telephone with this number."""

    def pass_time(self, seconds: float) -> None:
        """Let so much time pass."""


class Here:
    """Plays a story on an exchange in this process."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange
        self.turns_time = exchange.clock.by_hand

    def telephone(self, number: str, name: str) -> Phone:
        """The telephone with this number."""
        return Phone(self._exchange, number, name)

    def pass_time(self, seconds: float) -> None:
        """Turn the clock."""
        self._exchange.advance(seconds)


class StoryFailed(AssertionError):
    """A line of the story did not come true; says which, and what happened instead."""

    def __init__(self, number: int, line: str, reason: object) -> None:
        super().__init__(f"line {number}: {line}\n{reason}")
        self.number = number


class StoryUnreadable(ValueError):
    """A line that means nothing, or that cannot be played here."""

    def __init__(self, number: int, line: str, reason: str) -> None:
        super().__init__(f"line {number}: {line}\n{reason}")
        self.number = number


@dataclass(frozen=True)
class Step:
    """One line of a story, understood: whose telephone (none when time passes), and what happens."""

    number: int
    line: str
    who: str
    act: Callable[[Telephone], object] | None
    seconds: float = 0.0


_UNITS = {"second": 1, "minute": 60, "hour": 3600, "day": 86400}
_SPAN = r"(\d+(?:\.\d+)?) (second|minute|hour|day)s?"
_WITHIN = rf"(?: within {_SPAN})?"
_PASSES = re.compile(rf"{_SPAN} pass(?:es)?")
_PHONES = re.compile(r"phones:(.*)")
_ADDRESS = re.compile(r"^(\+\d{5,15}|client:\w+|sip:\S+|anonymous)$")  # a withheld number too (contract 1.10)

HELP = """\
  phones: NAME +8613800001111; NAME +8613900002222
  NAME dials NUMBER-OR-NAME
  NAME hears WORDS [within 20 seconds]
  NAME does not hear WORDS [within 5 seconds]
  NAME presses 12#
  NAME says WORDS
  NAME stays silent for 5 seconds
  NAME hangs up
  NAME's phone rings [within 60 seconds]
  NAME's phone does not ring [within 60 seconds]
  NAME answers | declines | lets it ring | goes to voicemail
  NAME gets a text with WORDS [within 60 seconds]
  NAME's phone usually rings | answers | declines | busy | no-answer | voicemail | fails
  10 minutes pass
"""

Groups = tuple[str | None, ...]
Meaning = Callable[[Groups], Callable[[Telephone], object]]


def _seconds(count: str | None, unit: str | None, default: float = figures.PATIENCE) -> float:
    return default if count is None or unit is None else float(count) * _UNITS[unit]


_LINES: list[tuple[str, Meaning]] = [
    (
        rf"(\S+) does not hear (.+?){_WITHIN}",
        lambda g: lambda p: p.does_not_hear(g[0] or "", _seconds(g[1], g[2], 0.0)),
    ),
    (rf"(\S+) hears (.+?){_WITHIN}", lambda g: lambda p: p.hears(g[0] or "", _seconds(g[1], g[2]))),
    (r"(\S+) presses ([0-9*#]+)", lambda g: lambda p: p.presses(g[0] or "")),
    (r"(\S+) (?:says|speaks) (.+)", lambda g: lambda p: p.speaks(g[0] or "")),
    (rf"(\S+) stays silent for {_SPAN}", lambda g: lambda p: p.stays_silent(_seconds(g[0], g[1]))),
    (r"(\S+) hangs up", lambda g: lambda p: p.hangs_up()),
    (rf"(\S+)'s phone rings{_WITHIN}", lambda g: lambda p: p.rings(_seconds(g[0], g[1]))),
    (rf"(\S+)'s phone does not ring{_WITHIN}", lambda g: lambda p: p.does_not_ring(_seconds(g[0], g[1]))),
    (r"(\S+) answers", lambda g: lambda p: p.answers()),
    (r"(\S+) declines", lambda g: lambda p: p.declines()),
    (r"(\S+) lets it ring", lambda g: lambda p: p.lets_it_ring()),
    (r"(\S+) goes to voicemail", lambda g: lambda p: p.goes_to_voicemail()),
    (rf"(\S+) gets a text with (.+?){_WITHIN}", lambda g: lambda p: p.receives(g[0] or "", _seconds(g[1], g[2]))),
    (rf"(\S+)'s phone usually ({'|'.join(Habit)})", lambda g: lambda p: p.habit(g[0] or "")),
]


@dataclass
class Story:
    """A story read: its cast (name to number) and its steps."""

    cast: dict[str, str]
    steps: list[Step]

    def play(self, port: Port, watch: Callable[[Step], None] | None = None) -> None:
        """Let everything happen in order; `watch` is called before each step. Raises StoryFailed."""
        self._check_time(port)
        phones = {name: port.telephone(number, name) for name, number in self.cast.items()}
        for step in self.steps:
            if watch is not None:
                watch(step)
            try:
                if step.act is None:
                    port.pass_time(step.seconds)
                else:
                    step.act(phones[step.who])
            except AssertionError as error:
                raise StoryFailed(step.number, step.line, error) from error

    def _check_time(self, port: Port) -> None:
        for step in self.steps:
            if step.act is None and not port.turns_time:
                reason = "Time cannot be turned on a running exchange; play this story in the tests."
                raise StoryUnreadable(step.number, step.line, reason)


def play(
    text: str,
    port: Port,
    numbers: Mapping[str, str] | None = None,
    watch: Callable[[Step], None] | None = None,
) -> None:
    """Read and play a story. `numbers` gives numbers to names that the text leaves open."""
    read(text, numbers or {}).play(port, watch)


def read(text: str, numbers: Mapping[str, str]) -> Story:
    """Understand a story. Raises StoryUnreadable with the line that means nothing."""
    cast: dict[str, str] = {}
    steps: list[Step] = []
    for number, raw in enumerate(text.splitlines(), start=1):
        line = raw.strip()
        if not line or line.startswith("#"):
            continue
        if phones := _PHONES.fullmatch(line):
            cast |= _cast(number, line, phones[1], numbers)
        else:
            steps.append(_step(number, line, cast, numbers))
    return Story(cast, steps)


def _cast(number: int, line: str, text: str, numbers: Mapping[str, str]) -> dict[str, str]:
    cast = {}
    for entry in text.split(";"):
        name, _, where = entry.strip().partition(" ")
        if name:
            cast[name] = _address(number, line, where.strip() or name, numbers)
    return cast


def _address(number: int, line: str, where: str, numbers: Mapping[str, str]) -> str:
    found = numbers.get(where, where)
    if not _ADDRESS.match(found):
        raise StoryUnreadable(number, line, f"{where} is neither a number nor a name whose number is known")
    return found


def _step(number: int, line: str, cast: dict[str, str], numbers: Mapping[str, str]) -> Step:
    if passes := _PASSES.fullmatch(line):
        return Step(number, line, "", None, _seconds(passes[1], passes[2]))
    who, act = _meaning(number, line, numbers)
    if who not in cast:
        cast[who] = _address(number, line, who, numbers)
    return Step(number, line, who, act)


def _meaning(number: int, line: str, numbers: Mapping[str, str]) -> tuple[str, Callable[[Telephone], object]]:
    if dials := re.fullmatch(r"(\S+) dials (\S+)", line):
        to = _address(number, line, dials[2], numbers)
        return dials[1], lambda phone: phone.dial(to)
    for pattern, meaning in _LINES:
        if match := re.fullmatch(pattern, line):
            return match[1], meaning(match.groups()[1:])
    raise StoryUnreadable(number, line, f"This line means nothing. A story says:\n{HELP}")
