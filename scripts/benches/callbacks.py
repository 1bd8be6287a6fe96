"""Thousands of callbacks amid kills and faults: each rung once, how late; without it a loss would go unseen."""

from __future__ import annotations

import random
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import func, select

from hotline import clock, practice, runtime, settings
from hotline.domain.act import COMMAND
from hotline.domain.outbox import OutboxEntry, Queue, State
from hotline.domain.owed_calls import Attempt
from hotline.runtime import Runtime
from hotline.simulator.crowd import Crowd
from hotline.simulator.faults import Trouble
from hotline.simulator.legs import Direction
from hotline.simulator.server import Running
from scripts.benches import town
from scripts.benches.crew import count, until
from scripts.benches.kept import Kept
from scripts.benches.tables import BUILD, PAGE, ROOT, Rows, percentile, publish, stores
from tests import world
from tests.served import free_port

PARTS = {
    "web": ["web"],
    "dispatch-1": ["dispatch"],
    "dispatch-2": ["dispatch"],
    "urgent": ["worker", "urgent"],
    "routine-1": ["worker", "routine"],
    "routine-2": ["worker", "routine"],
}
MORTAL = [part for part in PARTS if part != "web"]
TROUBLES = (Trouble.REST_BUSY, Trouble.REST_BROKEN, Trouble.REST_BROKEN_LATE)
EMPTIED_EVERY = 10  # kills
SEED = 20261122
PACE = 100.0  # calls a second that the account may place
NOTE = (
    "Everybody is owed one call. Dispatchers and workers are killed at random and begun anew; what was under way comes "
    "back by its lease of a minute or the carrier's own list, which makes the latest. An entry is handed out more than "
    "once where its worker died, Redis lost it, the carrier refused it, or its turn by the pace of calls had not come."
)
TOLD_EVERY = 30.0  # seconds
PATIENCE = 200.0  # seconds in which nobody new is rung: a lease, and the carrier's list asked, and as long again
Figures = dict[str, float | int | str]


def main(
    many: int = 10_000,
    *,
    a_second: float = 8,
    deaths_every: float = 7,
    kinds: Sequence[str] = ("SQLite", "PostgreSQL"),
    page: Path = PAGE,
    build: Path = BUILD,
) -> None:
    """So many customers, so many a second; every few seconds a dispatcher or worker is killed. On both databases.

    Ten thousand fall due within twenty-one minutes. A customer costs a tenth of a second of processor at most, the
    start of a process two seconds: two cores do about ten a second beside the kills, so that eight show the faults'
    own lateness and not that of a full machine. With every kill the carrier refuses or breaks one request, and with
    every tenth Redis is emptied. Published as soon as one database is done.
    """
    columns: Rows = {}
    title = f"{many:,} callbacks, {a_second:g} due a second, a kill and a carrier's fault every {deaths_every:g} s"
    for kind in kinds:
        say(f"{kind}: {many:,} customers")
        with stores(kind) as (database_url, redis_url, folder), ring(database_url, redis_url, folder) as bench:
            columns[kind] = bench.measured(many, a_second, deaths_every)
        publish("callbacks", title, columns, note=NOTE, page=page, build=build)


def say(line: str) -> None:
    """How far it is, at once."""
    print(f"{clock.now():%H:%M:%S} {line}", flush=True)


@dataclass
class Bench:
    """The product as processes that are kept, and the exchange in this one."""

    house: Runtime
    cast: world.Cast
    running: Running
    environment: dict[str, str]
    folder: Path
    parts: dict[str, Kept] = field(default_factory=dict)
    killed: int = 0
    emptied: int = 0

    def measured(self, many: int, a_second: float, deaths_every: float) -> Figures:
        """From owed to all rung, and whether anybody was rung twice."""
        town.fit(self.house, clock.now())
        town.promised(self.house, self.cast.heat.id, self.cast.lin.id, many)
        with self.running.exchange.timetable.changed:
            town.lives(Crowd(self.running.exchange, SEED), many, SEED)
        say("each is owed a call; the processes are started")
        self.starts()
        until(self._all_there, self.said)
        begin = clock.now() + timedelta(seconds=5 + many / 500)
        dues = [begin + timedelta(seconds=n / a_second) for n in range(many)]
        town.due(self.house, dues)
        began = time.monotonic()
        with self._deaths(deaths_every, until=dues[-1]):
            self._until_rung(dues)
        seconds = time.monotonic() - began
        say("everybody was rung; what still goes on is awaited")
        self._until_settled()
        return {**self._counted(dues), "real seconds": round(seconds)}

    def starts(self) -> None:
        """Everything runs."""
        told = settings.environment(**self.environment)
        for part, words in PARTS.items():
            command = [sys.executable, "-m", "hotline", *words]
            self.parts[part] = Kept(command, ROOT, told, self.folder / f"{part}.log", 0.1)

    def _all_there(self) -> bool:
        hands = {str(queue): count(self.house.redis, queue) for queue in Queue}
        return hands == Counter(words[1] for words in PARTS.values() if words[0] == "worker")

    def close(self) -> None:
        """Everything ends in good order."""
        for part in self.parts.values():
            part.stop()
        for part in self.parts.values():
            part.join()

    def rung(self) -> list[tuple[str, datetime]]:
        """Whom the exchange was asked to ring, and when, in order."""
        legs = list(self.running.exchange.board.calls.values())
        return [(leg.called, leg.created) for leg in legs if leg.direction is Direction.API]

    @contextmanager
    def _deaths(self, every: float, until: datetime) -> Iterator[None]:
        """Until the last has fallen due: a last call that met a fault at every try would be given up in the end."""
        over, dice = threading.Event(), random.Random(SEED)  # noqa: S311 - a seed is a day

        def kill() -> None:
            while not over.wait(every * dice.uniform(0.5, 1.5)) and clock.now() < until:
                self._orders(dice.choice(TROUBLES))
                self.parts[dice.choice(MORTAL)].kill()
                self.killed += 1
                if self.killed % EMPTIED_EVERY == 0:
                    self.house.redis.flushall()
                    self.emptied += 1

        killer = threading.Thread(target=kill)
        killer.start()
        try:
            yield
        finally:
            over.set()
            killer.join()

    def _orders(self, trouble: Trouble) -> None:
        """Not while one waits: they would pile up where nobody is rung, and meet one call again and again."""
        if not self.running.exchange.faults.waiting:
            self.running.exchange.faults.order(trouble, matching="Calls.json")

    def _until_rung(self, dues: Sequence[datetime]) -> None:
        found, since, told = 0, time.monotonic(), time.monotonic()
        while found < len(dues):
            time.sleep(0.5)
            before, found = found, len(dict(self.rung()))
            since = time.monotonic() if found != before else since
            if time.monotonic() > told + TOLD_EVERY:
                told = time.monotonic()
                say(self._progress(dues))
            if time.monotonic() > since + PATIENCE:
                raise SystemExit(f"{self._progress(dues)}, then nobody for {PATIENCE:g} s\n{self.said()}")

    def _progress(self, dues: Sequence[datetime]) -> str:
        late, fell_due = self._late(dues), sum(due <= clock.now() for due in dues)
        shares = ", ".join(f"{share} % within {percentile(late, share):.2f} s" for share in (50, 99))
        return f"{len(late):,} rung of {fell_due:,} that fell due; {shares}; {self.killed} kills"

    def _late(self, dues: Sequence[datetime]) -> list[float]:
        """By how many seconds each call came after it was due."""
        return [(at - dues[int(called[-7:])]).total_seconds() for called, at in self.rung()]

    def _until_settled(self) -> None:
        """Nothing is owed now, and no attempt goes on: whoever is rung twice is so by now."""
        end = time.monotonic() + PATIENCE
        while self._unsettled():
            if time.monotonic() > end:
                raise SystemExit(f"{self._unsettled()} entries and attempts are not over\n{self.said()}")
            time.sleep(0.5)

    def _unsettled(self) -> int:
        with self.house.look(COMMAND) as act:
            owed = (
                select(func.count())
                .select_from(OutboxEntry)
                .where(OutboxEntry.state.in_((State.DUE, State.CLAIMED)), OutboxEntry.due_at <= act.at)
            )
            going_on = select(func.count()).select_from(Attempt).where(Attempt.ended_at.is_(None))
            return (act.session.scalar(owed) or 0) + (act.session.scalar(going_on) or 0)

    def _counted(self, dues: Sequence[datetime]) -> Figures:
        """By the exchange's own list. Ends the program where somebody was rung twice, or before it was due."""
        rung, late = self.rung(), self._late(dues)
        twice = [called for called, times in Counter(called for called, _at in rung).items() if times > 1]
        if twice or min(late) < 0:
            raise SystemExit(f"{len(twice)} were rung twice; the soonest was rung {min(late):.3f} s after it was due")
        taken_again = self._taken_again()
        say("handed out more than once: " + ", ".join(f"{many:,} {kind}" for kind, many in taken_again.items()))
        return {
            "customers rung": len(rung),
            "rung twice": len(twice),
            "late, median, s": round(percentile(late, 50), 2),
            "late, 99th percentile, s": round(percentile(late, 99), 2),
            "latest, s": round(max(late), 2),
            "processes killed": self.killed,
            "requests that the carrier refused or broke": len(self.running.exchange.faults.happened),
            "Redis emptied": self.emptied,
            "entries handed out more than once": sum(taken_again.values()),
        }

    def _taken_again(self) -> dict[str, int]:
        """How many entries of each kind were handed to the queue more than once."""
        again = (
            select(OutboxEntry.kind, func.count().label("many"))
            .where(OutboxEntry.attempts > 1)
            .group_by(OutboxEntry.kind)
        )
        with self.house.look(COMMAND) as act:
            return {row.kind: row.many for row in act.session.execute(again)}

    def said(self) -> str:
        """What the processes have printed."""
        return "\n".join(path.read_text("utf-8", "replace")[-2000:] for path in sorted(self.folder.glob("*.log")))


@contextmanager
def ring(database_url: str, redis_url: str, folder: Path) -> Iterator[Bench]:
    """The exchange and the cast; the processes are started when everything is prepared."""
    port, exchange_port = free_port(), free_port()
    environment = world.environment(database_url=database_url, redis_url=redis_url, var=folder) | {
        "PUBLIC_BASE_URL": f"http://127.0.0.1:{port}",
        "TWILIO_API_BASE": f"http://127.0.0.1:{exchange_port}",
        "TWILIO_CALLS_PER_SECOND": str(PACE),
        "PORT": str(port),
    }
    house = runtime.make(settings.load(environment))
    account, cast = house.settings.carrier, world.found(house)
    running = Running(
        port=exchange_port,
        account_sid=account.sid,
        auth_token=account.tokens[0],
        numbers=practice.numbers(house),
        phones=[],
    )
    running.exchange.board.calls_per_second = PACE
    thread = threading.Thread(target=running.run)
    thread.start()
    bench = Bench(house, cast, running, environment, folder)
    try:
        yield bench
    finally:
        bench.close()
        running.stop()
        thread.join()
        house.engine.dispose()
        house.redis.close()
