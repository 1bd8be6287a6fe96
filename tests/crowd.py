"""A day on which everybody rings: without it the line would only ever be tried by people who behave."""

from __future__ import annotations

import os
import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select

from hotline.domain import claims
from hotline.domain.act import CLOCK
from hotline.domain.claims import Claimed
from hotline.domain.waits import IN_LINE, Place, Wait
from hotline.jobs import routine, watch, work
from hotline.simulator.courier import Sender
from hotline.simulator.crowd import Crowd, Reply
from hotline.simulator.faults import Trouble
from hotline.simulator.legs import Habit
from tests.agents import LOOK, Agents
from tests.desk import Desk
from tests.killed_web import Web
from tests.line import Line
from tests.reckoning import Watch
from tests.served import Served
from tests.world import Person

SEED = int(os.environ.get("HOTLINE_SEED", "20261118"))
GRAIN = 0.5  # seconds; a gap is heard as up to so much longer or shorter than it was
A_CALL = 3.6  # seconds from one caller to the next: a thousand in an hour
LONGEST = 9000.0  # by then the last caller has long left the line, seconds

_PERSON, _KEEP, _NUMBER = "找工作人员请按0", "不想等，请按1", "给您回电，对吗"
_PATIENTLY = [
    Reply(_PERSON, "0", seconds=2),
    Reply(_NUMBER, "1", seconds=1),
    Reply("方便通话请按1", "1", seconds=1, chance=0.8),
    Reply("方便通话请按1", "2", seconds=2, chance=0.5),
    Reply("还有什么需要", seconds=1.5),
]
_ODDLY = [Reply("", keys, seconds=seconds, chance=0.06, times=2) for keys, seconds in (("#", 1), ("7", 2), ("*", 0.5))]
_ASTRAY = [Reply("请按", keys, seconds=4, chance=0.2, times=2) for keys in "1234"]
_KEEPING = [Reply(_KEEP, "1", seconds=3), *_PATIENTLY]


@dataclass(frozen=True)
class Sort:
    """One sort of caller: how many in a hundred, what they press, how long they stay at most, in seconds."""

    share: int
    replies: list[Reply]
    patience: tuple[float, float]


SORTS = (
    Sort(30, _PATIENTLY, (0, 0)),
    Sort(15, _PATIENTLY, (60, 900)),
    Sort(20, _KEEPING, (0, 0)),
    Sort(20, _PATIENTLY, (0.5, 90)),
    Sort(10, _ODDLY + _PATIENTLY, (30, 1500)),
    Sort(5, _ASTRAY + _PATIENTLY, (20, 300)),
)
_AT_HOME = {Habit.ANSWERS: 70, Habit.NO_ANSWER: 15, Habit.BUSY: 5, Habit.VOICEMAIL: 10}
_AT_THE_DESK = {Habit.ANSWERS: 86, Habit.NO_ANSWER: 5, Habit.VOICEMAIL: 4, Habit.DECLINES: 3, Habit.BUSY: 2}
_ON_THE_LINE = [
    Reply("接听请按1", "1", chance=0.9),
    Reply("接听请按1", "2", seconds=2, chance=0.3),
    Reply("接通请按1", "1", chance=0.7),
    Reply("接通请按1", "2", seconds=2, chance=0.5),
]
_SIGNS = [Reply("签收请按1", "1", times=3)]
_ONCE = (Trouble.REPEAT, Trouble.REORDER, Trouble.DROP)
# Whatever may be lost: not the second try of what was, for there the carrier ends the call by itself (contract 2.9).
_MAY_BE_LOST = ("inbound", "outbound/", "turn/", "wait/", "join/", "hold/", "ringing/", "meeting/", "status")
_LOST = ("meeting/", "status")


class Day:
    """So many callers, a thousand in an hour, ten agents; the carrier errs, the web process dies. A seed is a day.

    `again`: the share of those who ring a second time, up to a quarter of an hour later.
    """

    def __init__(
        self,
        line: BusyLine | Served,
        desk: Desk,
        *,
        callers: int,
        talk: float = 50.0,
        faults: bool = True,
        again: float = 0.1,
    ) -> None:
        self.line, self.desk, self.callers, self.faults, self.again = line, desk, callers, faults, again
        self.dice = random.Random(SEED)
        self.crowd = Crowd(line.exchange, SEED)
        self.agents = Agents(line, desk, self.dice, talk)
        self.lasts = callers * A_CALL
        self.watch = Watch(line.exchange, frozenset(one.number.e164 for one in self.agents.people))
        line.clock.on_turn.append(self.watch)

    def passes(self) -> None:
        """Everybody rings; then as long as the last callers take, and some minutes in which all is told."""
        self.opens()
        self.line.passes(seconds=self.lasts + 900)
        ended = self.line.at.now + timedelta(seconds=LONGEST)
        while self.is_busy() and self.line.at.now < ended:
            self.line.passes(minutes=1)
        self.faults = False
        self.line.passes(minutes=6)

    def is_busy(self) -> bool:
        """Is there anybody who waits, talks or is about to leave a number?"""
        with self.line.look() as act:
            waiting = select(Wait.id).where(Wait.state.in_((*IN_LINE, Place.CONNECTED, Place.LEAVING)))
            return act.session.scalar(waiting.limit(1)) is not None

    def every(self, seconds: float, does: Callable[[], object]) -> None:
        """Do something again and again, from `seconds` on."""

        def turn() -> None:
            try:
                does()
            finally:
                self.line.exchange.timetable.after(seconds, turn)

        self.line.exchange.timetable.after(seconds, turn)

    def opens(self) -> None:
        """The agents sit down; whoever will ring in, and what will go wrong, is settled."""
        for person in self.agents.people:
            self.crowd.rung(person.number.e164, _ON_THE_LINE, after=self.dice.uniform(1, 6))
        for person in self._others():
            self.crowd.rung(person.number.e164, _SIGNS + _ON_THE_LINE)
        self.desk.sits(*self.agents.people)
        self.every(LOOK, self.agents.look)
        self.every(30, self._moods_change)
        self.every(60, self._routine)
        self.every(7, self._something_goes_wrong)
        self.every(45, self._web_dies)
        for index in range(self.callers):
            self._rings(index)

    def _others(self) -> list[Person]:
        """Whoever is rung beside the agents: the engineers, the guard and those above."""
        cast = self.line.cast
        return [cast.wang, cast.zhao, cast.he, cast.sun, cast.qian, cast.feng, cast.hu]

    def _rings(self, index: int) -> None:
        sort = self.dice.choices(SORTS, [one.share for one in SORTS])[0]
        number = f"+86138{index:08}"
        firm = self.line.cast.home if self.dice.random() < 0.2 else self.line.cast.heat
        at = self.dice.uniform(0, self.lasts)
        again = [at + self.dice.uniform(60, 900)] if self.dice.random() < self.again else []
        for moment in (at, *again):
            person = self.crowd.caller(number, firm.number, moment, sort.replies, self.dice.uniform(*sort.patience))
            person.line.habit = self.dice.choices(list(_AT_HOME), list(_AT_HOME.values()))[0]

    def _moods_change(self) -> None:
        for person in self.agents.people:
            habit = self.dice.choices(list(_AT_THE_DESK), list(_AT_THE_DESK.values()))[0]
            self.line.exchange.line(person.number.e164).habit = habit

    def _something_goes_wrong(self) -> None:
        if not self.faults:
            self.line.exchange.faults.clear()
            return
        trouble = self.dice.choice(_ONCE)
        self._orders(trouble, self.dice.choice(_MAY_BE_LOST) if trouble is Trouble.DROP else "")
        if self.dice.random() < 0.1:  # lost whole: the carrier tries such news twice
            self._orders(Trouble.DROP, self.dice.choice(_LOST), times=2)

    def _orders(self, trouble: Trouble, where: str, times: int = 1) -> None:
        """Not while the like waits, or they would pile up until one request met them all."""
        faults, where = self.line.exchange.faults, f"/voice/{where}"
        if all((one.trouble, one.matching) != (trouble, where) for one in faults.waiting):
            faults.order(trouble, times=times, matching=where)

    def _web_dies(self) -> None:
        if self.faults:
            self.line.kills_web()

    def _routine(self) -> None:
        routine.look_up_calls(self.line.runtime)
        watch.the_talks(self.line.runtime)
        routine.seal_log(self.line.runtime)


class BusyLine(Line):
    """The line on a day with a thousand calls: the clock goes in steps, what is owed is performed without RQ."""

    grain = GRAIN

    def sender(self) -> Sender:
        """The web process may be killed, and then another answers."""
        self.web = Web(self.runtime.settings, random.Random(SEED))
        return self.web

    def kills_web(self) -> None:
        """The web process dies in the next request, and another takes its place."""
        self.web.kill_soon()

    def close(self) -> None:
        """The day is over."""
        self.web.close()
        super().close()

    def performs(self) -> None:
        """What is due is done on the spot, as a worker would do it."""
        routine.look_at_promises(self.runtime)
        lease, most = self.runtime.figures.outbox.lease.span, self.runtime.figures.outbox.batch
        while claimed := self._claimed(lease, most):
            for one in claimed:
                work.perform(one.id, one.attempt)

    def _claimed(self, lease: timedelta, most: int) -> list[Claimed]:
        with self.look() as act:
            due = claims.next_due(act)
            if due is None or due > act.at:
                return []
        with self.runtime.act(CLOCK) as act:
            claims.lapse(act)
            return claims.claim_due(act, lease=lease, most=most)

    def _next_due(self) -> datetime | None:
        return None  # the clock goes on at every step anyway
