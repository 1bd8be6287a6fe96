"""A town full of people who act by themselves: without it nobody could try the line on a day when everybody rings."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, field

from hotline.simulator import calls, figures
from hotline.simulator.exchange import Exchange
from hotline.simulator.legs import Habit, Leg, Line


@dataclass(frozen=True)
class Reply:
    """On hearing `words`, after `seconds` of thought: press `keys`, or hang up where there are none.

    `chance` is how likely that is each time the words are heard, `times` how often in one call at most.
    """

    words: str
    keys: str = ""
    seconds: float = 1.0
    chance: float = 1.0
    times: int = 1


@dataclass
class Person:
    """Somebody of the crowd: how they take a call, and what they have done in the present one."""

    line: Line
    replies: Sequence[Reply]
    leg: Leg | None = None
    done: list[Reply] = field(default_factory=list)


class Crowd:
    """Callers and people rung, each with their replies; the same seed gives the same day."""

    def __init__(self, exchange: Exchange, seed: int) -> None:
        self._exchange = exchange
        self._dice = random.Random(seed)  # noqa: S311 - behaviour, not a secret
        self.people: dict[str, Person] = {}
        exchange.board.on_news.append(self._hears)

    def caller(self, number: str, to: str, at: float, replies: Sequence[Reply] = (), patience: float = 0.0) -> Person:
        """Somebody dials `to` in `at` seconds, and hangs up after `patience` seconds of call (0: never)."""
        person = self._person(number, replies)

        def dial() -> None:
            leg = self._exchange.dial(person.line, to) if person.line.leg is None else None
            if leg is not None and patience:
                self._exchange.timetable.after(patience, lambda: self._hang_up(leg))

        self._exchange.timetable.after(at, dial)
        return person

    def rung(
        self, number: str, replies: Sequence[Reply] = (), habit: Habit = Habit.ANSWERS, after: float | None = None
    ) -> Person:
        """Somebody who may be rung: what the telephone does by habit, and what its owner does on hearing words."""
        person = self._person(number, replies)
        person.line.habit = habit
        person.line.answer_after = figures.ANSWER_AFTER if after is None else after
        return person

    def _person(self, number: str, replies: Sequence[Reply]) -> Person:
        person = Person(self._exchange.line(number), replies)
        self.people[number] = person
        return person

    def _hears(self, what: str, line: Line) -> None:
        person = self.people.get(line.number)
        if person is None or what != "caption" or line.leg is None:
            return
        if line.leg is not person.leg:
            person.leg, person.done = line.leg, []
        text = line.captions[-1].text
        for reply in person.replies:
            if reply.words in text and person.done.count(reply) < reply.times and self._dice.random() < reply.chance:
                person.done.append(reply)
                self._react(person.leg, reply)

    def _react(self, leg: Leg, reply: Reply) -> None:
        def act() -> None:
            for key in reply.keys:
                calls.press(self._exchange.board, leg, key)
            if not reply.keys:
                self._hang_up(leg)

        self._exchange.timetable.after(reply.seconds, act)

    def _hang_up(self, leg: Leg) -> None:
        calls.end(self._exchange.board, leg, by="caller" if leg.called != leg.line.number else "callee")
