"""The product's processes amid faults, each customer owed one call; without it a kill could only be imagined.

Dispatchers and workers are processes, which are started again whenever they end; so are Redis and the databases. The
exchange is here, behind HTTP, and so is the web room that it tells of calls: no fault of these tests is the web's.
"""

from __future__ import annotations

import json
import os
import random
import select
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import func
from sqlalchemy import select as query
from werkzeug.serving import WSGIRequestHandler, make_server

from hotline import clock, practice, runtime, settings
from hotline.domain.act import COMMAND
from hotline.domain.outbox import OutboxEntry, State
from hotline.domain.owed_calls import Attempt
from hotline.simulator.exchange import Exchange
from hotline.simulator.legs import Habit
from hotline.simulator.server import create_app
from hotline.simulator.wire import WsgiSender
from hotline.web import create_app as create_web
from scripts.benches import town
from tests.faults.swift import CarriersClock, SwiftClock
from tests.servers import RedisServer
from tests.world import START, Cast, environment

ROOT = Path(__file__).parents[2]
PARTS = {
    "dispatch-1": ["dispatch"],
    "dispatch-2": ["dispatch"],
    "urgent-1": ["worker", "urgent"],
    "urgent-2": ["worker", "urgent"],
    "routine-1": ["worker", "routine"],
    "routine-2": ["worker", "routine"],
}
CLOCK = "clock"
PATIENCE = 150.0  # real seconds, on a busy machine
LOOK = 0.02
PACE = 100.0  # calls a second, of the account


class Nursery:
    """Where processes are born."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.nursery"],
            cwd=ROOT,
            env=settings.environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def born(self, words: list[str], told: dict[str, str], log: Path, time: Path) -> int:
        """A process that performs a command begins; a handle on it, which no other process ever has."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        asked = {"words": words, "environment": told, "log": str(log), "time": str(time)}
        print(json.dumps(asked), file=self._process.stdin, flush=True)
        return os.pidfd_open(int(self._process.stdout.readline()))

    def close(self) -> None:
        """No more are born, and whoever lives is told to end."""
        self._process.communicate()


class _Quiet(WSGIRequestHandler):
    """Writes no line for each request."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        return


class Works:
    """Everything together."""

    def __init__(self, house: runtime.Runtime, cast: Cast, redis: RedisServer, nursery: Nursery, var: Path) -> None:
        self.house, self.cast, self.redis, self._nursery, self._var = house, cast, redis, nursery, var
        self.clock = SwiftClock(var / CLOCK)
        self.dues: list[datetime] = []
        self.meanwhile: Callable[[], object] = lambda: None
        self._parts: dict[str, int] = {}
        self._sets: list[tuple[datetime, timedelta]] = []
        account = house.settings.carrier
        self._pool = ThreadPoolExecutor(4, thread_name_prefix="webhook")
        self.exchange = Exchange(
            account_sid=account.sid,
            auth_token=account.tokens[0],
            sender=WsgiSender(create_web(house), house.settings.base_url),
            clock=CarriersClock(self.clock),
            numbers=practice.numbers(house),
            pool=self._pool,
            calls_per_second=PACE,
        )
        self._server = make_server("127.0.0.1", 0, create_app(self.exchange), threaded=True, request_handler=_Quiet)
        self._threads = [threading.Thread(target=does) for does in (self._serve, self.exchange.timetable.run)]
        for thread in self._threads:
            thread.start()

    def _serve(self) -> None:
        self._server.serve_forever(poll_interval=LOOK)

    def owes(self, many: int, within: timedelta, *, rest_later: timedelta = timedelta(0)) -> None:
        """So many customers are to be rung, one after the other from now on; all are busy when they are.

        The second half of them so much later.
        """
        self.promises(many)
        now = clock.now()
        self.dues = [now + within * (n / many) + rest_later * (2 * n // many) for n in range(many)]
        town.due(self.house, self.dues)

    def promises(self, many: int) -> None:
        """So many customers are to be rung one day; all are busy when they are."""
        town.promised(self.house, self.cast.heat.id, self.cast.lin.id, many)
        for n in range(many):
            self.exchange.line(town.number(n)).habit = Habit.BUSY

    def owes_the_next(self) -> None:
        """One more of those to whom it was promised is to be rung now."""
        self.dues.append(clock.now())
        town.due(self.house, self.dues[-1:], first=len(self.dues) - 1)

    def starts(self, *parts: str) -> None:
        """These processes begin, or all, and are started again whenever they end."""
        for part in parts or PARTS:
            self._parts[part] = self._born(part)

    def _born(self, part: str) -> int:
        settings_ = self.house.settings
        told = environment(database_url=settings_.database, redis_url=self.redis.url, var=self._var) | {
            "TWILIO_API_BASE": f"http://127.0.0.1:{self._server.server_port}",
            "TWILIO_CALLS_PER_SECOND": str(PACE),
        }
        return self._nursery.born(PARTS[part], told, self._var / f"{part}.log", self._var / CLOCK)

    def kills(self, dice: random.Random, among: Sequence[str] = ()) -> None:
        """One of these, or of all, dies between two instructions."""
        part = dice.choice(sorted(among or self._parts))
        signal.pidfd_send_signal(self._parts[part], signal.SIGKILL)
        select.select([self._parts[part]], [], [])
        self._again(part)

    def passes(self, seconds: float) -> None:
        """So many real seconds go by."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            time.sleep(min(LOOK, max(0.0, end - time.monotonic())))
            self._revive()

    def until(self, reached: Callable[[], bool], within: float = PATIENCE) -> None:
        """Wait until it is so; else what the processes said."""
        end = time.monotonic() + within
        while not reached():
            assert time.monotonic() < end, self.said()
            time.sleep(LOOK)
            self._revive()

    def rung(self) -> Counter[str]:
        """How often each was rung, by the carrier's own list."""
        with self.exchange.timetable.changed:
            return Counter(leg.called for leg in self.exchange.board.calls.values() if leg.called in self._everybody)

    def everybody_is_rung_once(self) -> None:
        """Nobody is left out; and once nothing is owed any more and no attempt goes on, nobody was rung twice."""
        self.until(lambda: len(self.rung()) == len(self.dues))
        self.until(lambda: self.unsettled() == 0)
        assert self.rung() == Counter(self._everybody), self.said()

    def nobody_was_rung_early(self) -> None:
        """Before the product's clock had ever shown the time."""
        due = dict(zip(self._everybody, self.dues, strict=True))
        with self.exchange.timetable.changed:
            rung = [(leg.called, leg.created) for leg in self.exchange.board.calls.values() if leg.called in due]
        assert not [
            f"{called}, due {due[called]:%T}, {at:%T}" for called, at in rung if self._shown_by(at) < due[called]
        ]

    def _shown_by(self, at: datetime) -> datetime:
        """The latest time that the product's clock had shown at an instant."""
        latest, by = START, timedelta(0)
        for since, more in self._sets:
            if since <= at:
                latest, by = max(latest, since + by), by + more
        return max(latest, at + by)

    def sets_clock(self, by: timedelta) -> None:
        """Somebody sets the product's clock."""
        self._sets.append((self.clock.right(), by))
        self.clock.set_by(by)

    @property
    def _everybody(self) -> list[str]:
        return [town.number(n) for n in range(len(self.dues))]

    def unsettled(self) -> int:
        """Entries that are owed by now, and attempts that go on."""
        owed = query(func.count(OutboxEntry.id)).where(
            OutboxEntry.state.in_((State.DUE, State.CLAIMED)), OutboxEntry.due_at <= clock.now()
        )
        goes_on = query(func.count(Attempt.id)).where(Attempt.ended_at.is_(None))
        with self.house.look(COMMAND) as act:
            return sum(act.session.scalar(one) or 0 for one in (owed, goes_on))

    def entries(self) -> list[OutboxEntry]:
        """What is or was owed."""
        with self.house.look(COMMAND) as act:
            return list(act.session.scalars(query(OutboxEntry).order_by(OutboxEntry.id)))

    def said(self) -> str:
        """What goes on, and what the processes have printed."""
        with self.house.look(COMMAND) as act:
            open_ = query(OutboxEntry).where(OutboxEntry.state.in_((State.DUE, State.CLAIMED)))
            owed = [
                f"{one.id} {one.kind} {one.state}, due {one.due_at:%T}, try {one.attempts}, lease {one.lease_until}"
                for one in act.session.scalars(open_)
                if one.due_at <= clock.now() or one.state == State.CLAIMED
            ]
            goes_on = query(Attempt).where(Attempt.ended_at.is_(None))
            tried = [f"attempt {one.id}, call {one.call_id}" for one in act.session.scalars(goes_on)]
        logs = [path.read_text("utf-8", "replace")[-2000:] for path in sorted(self._var.glob("*.log"))]
        return "\n".join([f"{clock.now():%T}, {len(self.rung())} rung", *owed, *tried, *logs])

    def close(self) -> None:
        """Everything ends."""
        for part, handle in self._parts.items():
            if not self._has_ended(part):
                signal.pidfd_send_signal(handle, signal.SIGKILL)
            os.close(handle)
        self._server.shutdown()
        self._server.server_close()
        self.exchange.timetable.stop()
        self._pool.shutdown(cancel_futures=True)
        for thread in self._threads:
            thread.join()

    def _revive(self) -> None:
        self.meanwhile()
        for part in self._parts:
            if self._has_ended(part):
                self._again(part)

    def _again(self, part: str) -> None:
        os.close(self._parts[part])
        self._parts[part] = self._born(part)

    def _has_ended(self, part: str) -> bool:
        return bool(select.select([self._parts[part]], [], [], 0)[0])


@contextmanager
def at_work(given: runtime.Runtime, cast: Cast, redis: RedisServer, nursery: Nursery, var: Path) -> Iterator[Works]:
    """Everything on a database that is there, no process started yet, for as long as the block lasts."""
    swift = SwiftClock.begun(var / CLOCK)
    told = environment(database_url=given.settings.database, redis_url=redis.url, var=var)
    house = runtime.make(settings.load(told), given.engine)
    with clock.turned_by(swift, swift.steady):
        town.fit(house, clock.now())
        works = Works(house, cast, redis, nursery, var)
        try:
            yield works
        finally:
            works.close()
            house.redis.close()
