"""Customers who are owed a call while a machine dies; without it only who rings in would be counted (CBK-2, VIS-1)."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta

from sqlalchemy import func, select

from hotline import clock
from hotline.domain.act import COMMAND
from hotline.domain.companies import Company
from hotline.domain.owed_calls import Attempt, Callback, State
from hotline.domain.staff import Staff
from hotline.domain.visits import Visit
from hotline.runtime import Runtime
from hotline.simulator.crowd import Crowd
from hotline.simulator.exchange import Exchange
from scripts.benches import agents, town

SEED = 20261122
VISITS, MISSED = 30, 6
DUE_WITHIN = timedelta(seconds=30)  # while calls ring in, and a machine dies
COMPANY, AGENTS = "heat", ("lin", "zhou")  # of the demo group
LOOKED_EVERY = 1.0  # seconds from an agent's look at the page to the next


class Owed:
    """Return visits by the machine, and callbacks of those who met nobody, for which an agent is rung first."""

    def __init__(self, house: Runtime, exchange: Exchange, crowd: Crowd) -> None:
        self._house, self._exchange = house, exchange
        self._everybody = [town.number(n) for n in range(VISITS + MISSED)]
        with house.look(COMMAND) as act:
            self._company = act.session.scalars(select(Company.id).where(Company.code == COMPANY)).one()
            there = select(Staff.id).where(Staff.company_id == self._company, Staff.login.in_(AGENTS))
            people = tuple(act.session.scalars(there.order_by(Staff.id)))
        self._desk = agents.Desk(house, self._company, people)
        self._owner = people[0]
        town.fit(house, clock.now())
        town.promised(house, self._company, self._owner, VISITS)
        with exchange.timetable.changed:
            town.lives(crowd, VISITS, SEED)
            for number in self._everybody[VISITS:]:
                crowd.rung(number, [agents.CAN_TALK], after=2)

    @property
    def many(self) -> int:
        """How many customers are owed a call, each with a matter of their own."""
        return len(self._everybody)

    def falls_due(self) -> None:
        """The visits one after the other from now on, the callbacks at once."""
        now = clock.now()
        town.due(self._house, [now + DUE_WITHIN * (n / VISITS) for n in range(VISITS)])
        agents.missed(self._house, self._company, self._owner, range(VISITS, VISITS + MISSED))
        self._desk.opens()

    @contextmanager
    def answered(self) -> Iterator[None]:
        """In here the agents sit at their pages. Raises what went wrong with one of them."""
        over = threading.Event()

        def sit() -> None:
            while not over.wait(LOOKED_EVERY):
                self._desk.look()

        with ThreadPoolExecutor(1) as pool:
            sitting = pool.submit(sit)
            try:
                yield
            finally:
                over.set()
            sitting.result()

    def left(self) -> Counter[str]:
        """What is not over: customers who were not rung yet, attempts that go on."""
        going_on = select(func.count()).select_from(Attempt).where(Attempt.ended_at.is_(None))
        with self._house.look(COMMAND) as act:
            attempts = act.session.scalar(going_on) or 0
        return Counter({"customers to be rung": self.many - len(self._rung()), "attempts": attempts})

    def figures(self) -> Iterator[str]:
        """How many were rung, and what came of it."""
        with self._house.look(COMMAND) as act:
            reached = act.session.scalars(select(Callback.id).where(Callback.state == State.REACHED)).all()
            told = act.session.scalar(select(func.count()).select_from(Visit).where(Visit.mark.is_not(None)))
        yield f"{self.many} were owed a call: {VISITS} return visits, {MISSED} callbacks; {len(self._rung())} were rung"
        yield f"reached: {len(reached)}; return visits made: {told}"

    def complaints(self) -> Iterator[str]:
        """Who was not rung, or rung twice, by the carrier's own list."""
        rung = self._rung()
        for n, number in enumerate(self._everybody):
            if rung[number] != 1:
                yield f"customer {n}, who is owed a call, was rung {rung[number]} times"

    def _rung(self) -> Counter[str]:
        everybody = set(self._everybody)
        with self._exchange.timetable.changed:
            return Counter(leg.called for leg in self._exchange.board.calls.values() if leg.called in everybody)
