"""Calls ring in while a machine dies: is everything that was owed done, and once; without it nobody would count."""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from sqlalchemy import select

from hotline.domain.act import COMMAND
from hotline.domain.calls import Call
from hotline.domain.cases import Case
from hotline.domain.companies import CompanyNumber
from hotline.domain.outbox import OutboxEntry, State
from hotline.domain.staff import Staff
from hotline.domain.staff import phone_of as phone_of_staff
from hotline.runtime import Runtime
from hotline.simulator.crowd import Crowd, Reply
from hotline.simulator.exchange import Exchange
from hotline.simulator.legs import Direction
from scripts.benches import agents
from scripts.fleet.owed import Owed

SEED = 20261122
EVERY = 1.0  # seconds from one caller to the next
SETTLED_WITHIN = 360.0  # seconds after the last call: a lease is a minute, and a colleague may be asked twice
_TEXTS = ("send-text", "text-link", "tell-staff")
# A cold radiator, told by the menu; after the number nothing more is wanted.
_REPORTS = [
    Reply("报修请按2", "2"),
    Reply("家里不热", "1"),
    Reply("是一个房间", "1"),
    Reply("阀门", "1"),
    Reply("摸", "2"),
    Reply("您的报修地址是", "1"),
    Reply("请说出", "", seconds=3),
    Reply("还有什么需要", "2"),
    Reply("打分", "", seconds=2),
]
_SIGNS = [Reply("签收请按1", "1", times=3)]


@dataclass
class Trial:
    """The demo group's customers and colleagues at their telephones, and what came of it."""

    house: Runtime
    exchange: Exchange
    crowd: Crowd = field(init=False)
    owed: Owed = field(init=False)
    numbers: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.crowd = Crowd(self.exchange, SEED)
        dice = random.Random(SEED)  # noqa: S311 - behaviour, not a secret
        with self.exchange.timetable.changed:
            for number in self._colleagues():
                self.crowd.rung(number, [*_SIGNS, agents.ACCEPTS], after=dice.uniform(1, 4))
        self.owed = Owed(self.house, self.exchange, self.crowd)

    def _colleagues(self) -> list[str]:
        with self.house.look(COMMAND) as act:
            people = act.session.scalars(select(Staff).where(Staff.phone.is_not(None)))
            return [phone_of_staff(act, person).e164 for person in people]

    def rings(self, callers: int) -> None:
        """So many strangers report a cold radiator, one after the other; meanwhile others are to be rung."""
        self.owed.falls_due()
        with self.house.look(COMMAND) as act:
            to = act.session.scalars(select(CompanyNumber.number).order_by(CompanyNumber.company_id)).first()
        assert to is not None
        first = len(self.numbers)
        fresh = [f"+86138{n:08}" for n in range(first, first + callers)]
        with self.exchange.timetable.changed:
            for place, number in enumerate(fresh):
                self.crowd.caller(number, to, place * EVERY, _REPORTS, patience=120)
        self.numbers += fresh

    def arrived(self) -> int:
        """How many customers have rung."""
        return sum(leg.direction is Direction.INBOUND for leg in list(self.exchange.board.calls.values()))

    def figures(self) -> Iterator[str]:
        """What came of it, in lines."""
        board, kinds = self.exchange.board, Counter[str]()
        with self.house.look(COMMAND) as act:
            kinds.update(act.session.scalars(select(OutboxEntry.kind).where(OutboxEntry.state == State.DONE)))
        placed = sum(leg.direction is Direction.API for leg in board.calls.values())
        yield f"{self.arrived()} customers rang, {placed} calls were placed, {len(board.messages)} texts sent"
        yield from self.owed.figures()
        yield "done: " + ", ".join(f"{many} {kind}" for kind, many in kinds.most_common())

    def settles(self) -> float:
        """Until no call is under way and nothing is owed; seconds. Ends the program where it never comes about."""
        began = time.monotonic()
        while left := self.unsettled():
            if time.monotonic() > began + SETTLED_WITHIN:
                raise SystemExit(f"after {SETTLED_WITHIN:g} s: {left}")
            time.sleep(0.5)
        return time.monotonic() - began

    def unsettled(self) -> str:
        """What is under way or owed now; nothing: it is all done."""
        calls = sum(not leg.over for leg in list(self.exchange.board.calls.values()))
        with self.house.look(COMMAND) as act:
            owed = select(OutboxEntry.kind).where(
                OutboxEntry.state.in_((State.DUE, State.CLAIMED)), OutboxEntry.due_at <= act.at
            )
            kinds = Counter(act.session.scalars(owed))
        left = kinds + self.owed.left() + Counter(calls=calls)
        return ", ".join(f"{many} {what}" for what, many in left.items())

    def complaints(self) -> Iterator[str]:
        """What was lost or done twice, by the carrier's own list and by our rows."""
        board = self.exchange.board
        with self.house.look(COMMAND) as act:
            entries = list(act.session.scalars(select(OutboxEntry)))
            answered = set(act.session.scalars(select(Call.sid).where(Call.direction == "in")))
            cases = len(list(act.session.scalars(select(Case.id))))
        inbound = [leg for leg in board.calls.values() if leg.direction is Direction.INBOUND]
        placed: Counter[str] = Counter(leg.sid for leg in board.calls.values() if leg.direction is Direction.API)
        told = Counter(list(board.messages))
        yield from _differ("calls that the carrier placed", placed, _sids(entries, ("place-call",)))
        yield from _differ("texts that the carrier took", told, _sids(entries, _TEXTS))
        yield from (
            f"entry {one.id}, {one.kind}, was given up: {one.problem}" for one in entries if one.state == "failed"
        )
        yield from (f"nobody of ours knows of the call {leg.sid}" for leg in inbound if leg.sid not in answered)
        if cases < len(self.numbers) + self.owed.many:
            yield f"{len(self.numbers)} customers rang, and {cases - self.owed.many} matters were made of it"
        yield from self.owed.complaints()


def _sids(entries: list[OutboxEntry], kinds: tuple[str, ...]) -> Counter[str]:
    return Counter(one.carrier_sid for one in entries if one.kind in kinds and one.carrier_sid is not None)


def _differ(what: str, there: Counter[str], ours: Counter[str]) -> Iterator[str]:
    """The carrier's list and ours, one by one."""
    yield from (f"{what}: {sid} is owed by nobody" for sid in there - ours)
    yield from (f"{what}: {sid} is not in its list" for sid in ours - there)


def until(reached: Callable[[], bool], within: float, failed: Callable[[], str]) -> float:
    """Seconds until it is so; ends the program with what `failed` says."""
    began = time.monotonic()
    while not reached():
        if time.monotonic() > began + within:
            raise SystemExit(failed())
        time.sleep(0.1)
    return time.monotonic() - began
