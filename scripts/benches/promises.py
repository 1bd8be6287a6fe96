"""Ten thousand promises that fall due in one minute, on both databases; without it a slower clock would go unseen."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import timedelta
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from sqlalchemy import Connection as Session
from sqlalchemy import event, func, select, update
from sqlalchemy.exc import OperationalError

from hotline import clock, runtime, settings
from hotline.domain import outbox
from hotline.domain.act import CLOCK, COMMAND
from hotline.domain.notices import Notice
from hotline.domain.outbox import OutboxEntry
from hotline.domain.promises import Promise, Verdict
from hotline.jobs import routine
from hotline.runtime import Runtime
from scripts.benches.promised import DUE, ESCALATED, promised
from scripts.benches.tables import BUILD, PAGE, Rows, percentile, publish, stores
from tests import world

ALONE, PAUSE = 2.0, 0.01  # seconds: how long the small writes are measured alone, and the pause between two
Figures = dict[str, float | int | str]
Waits = list[tuple[float, float]]  # when a small write began, and how long it took


def main(
    most: int = 100_000, *, kinds: Sequence[str] = ("SQLite", "PostgreSQL"), page: Path = PAGE, build: Path = BUILD
) -> None:
    """A tenth, three tenths and all of so many open promises; a tenth of each falls due within one minute."""
    columns: Rows = {}
    for kind in kinds:
        for open_ in (most // 10, 3 * most // 10, most):
            with stores(kind) as (database_url, redis_url, folder):
                environment = world.environment(database_url=database_url, redis_url=redis_url, var=folder)
                columns[f"{kind}, {open_:,} open"] = measured(environment, open_)
    publish("promises", f"The clock over {most:,} open promises", columns, page=page, build=build)


def measured(environment: dict[str, str], open_: int) -> Figures:
    """What it took to judge and to escalate what was due, beside the floor and beside small writes of a process."""
    hand = world.HandClock(world.START)
    house = runtime.make(settings.load(environment))
    with clock.turned_by(hand):
        promised(house, world.found(house), open_)
        hand.set(DUE)
        floor = bare(house)
        with beside(environment) as waits, held(house) as acts:
            alone = waits(ALONE)
            worked = time.process_time()
            judged, waited = looked(house), waits(0)
            worked = time.process_time() - worked
            hand.set(DUE + ESCALATED)
            escalated = looked(house)
        figures = counted(house)
    house.engine.dispose()
    house.redis.close()
    due = open_ // 10
    if figures["broken"] != due:
        raise SystemExit(f"{due} fell due, and {figures['broken']} are broken")
    return {
        "due within one minute": due,
        "judged, and all notices owed, s": round(judged, 2),
        "escalated a day later, s": round(escalated, 2),
        "judged a second": round(due / judged),
        "processor time of the judging, ms a promise": round(worked / due * 1000, 2),
        "floor: bare UPDATE of as many rows, s": round(floor, 2),
        "judging by the floor": round(judged / floor, 1),
        "longest act, ms": round(max(acts) * 1000, 1),
        **small("a small write alone", alone),
        **small("the same beside the clock", waited),
        **figures,
    }


def bare(house: Runtime) -> float:
    """Seconds for an UPDATE of each due row's look, found by its index, in acts as large as the clock's."""
    with house.look(CLOCK) as act:
        ids = list(act.session.scalars(select(Promise.id).where(Promise.look_at <= act.at)))
    size, began = house.figures.promises.batch, time.perf_counter()
    for first in range(0, len(ids), size):
        with house.act(CLOCK) as act:
            act.session.execute(
                update(Promise)
                .where(Promise.id.in_(ids[first : first + size]))
                .values(look_at=act.at - timedelta(seconds=1))
                .execution_options(synchronize_session=False)
            )
    return time.perf_counter() - began


def looked(house: Runtime) -> float:
    """Seconds until nothing is left to look at."""
    began = time.perf_counter()
    while routine.look_at_promises(house):
        pass
    return time.perf_counter() - began


@contextmanager
def held(house: Runtime) -> Iterator[list[float]]:
    """How long each act held its transaction, in seconds: on SQLite the one writer, on PostgreSQL its rows."""
    acts: list[float] = []
    since: dict[Any, float] = {}

    @event.listens_for(house.engine, "begin")
    def begins(connection: Session) -> None:
        if connection.get_execution_options().get("writes"):
            since[connection.connection.dbapi_connection] = time.perf_counter()

    @event.listens_for(house.engine, "checkin")
    def ends(connection: Any, _record: object) -> None:
        if connection in since:
            acts.append(time.perf_counter() - since.pop(connection))

    yield acts
    event.remove(house.engine, "begin", begins)
    event.remove(house.engine, "checkin", ends)


@contextmanager
def beside(environment: dict[str, str]) -> Iterator[Any]:
    """Another process writes a row every now and then, as a webhook does; asked, it tells how long each took."""
    spawning = get_context("spawn")
    ours, theirs = spawning.Pipe()
    writer = spawning.Process(target=writes, args=(environment, theirs))
    writer.start()

    def waits(seconds: float) -> list[float]:
        time.sleep(seconds)
        ours.send(True)
        took: list[float] = ours.recv()
        return took

    waits(0)  # it has begun
    yield waits
    ours.send(False)
    writer.join()


def writes(environment: dict[str, str], asked: Connection) -> None:
    """Small writes until told to stop."""
    house = runtime.make(settings.load(environment))
    took: list[float] = []
    while True:
        began = time.perf_counter()
        with suppress(OperationalError), house.act(COMMAND) as act:  # it waited in vain, and how long is told
            outbox.post(act, "match-line")
        took.append(time.perf_counter() - began)
        if asked.poll(PAUSE):
            if not asked.recv():
                return
            asked.send(took)
            took = []


def small(what: str, took: list[float]) -> Figures:
    """Median, 99th percentile and longest, in milliseconds."""
    shares = (("median", 50), ("99th percentile", 99), ("longest", 100))
    return {f"{what}, {label}, ms": round(percentile(took, share) * 1000, 1) for label, share in shares}


def counted(house: Runtime) -> Figures:
    """What came of it."""
    with house.look(CLOCK) as act:
        broken = select(func.count()).select_from(Promise).where(Promise.verdict == Verdict.BROKEN)
        texts = select(func.count()).select_from(OutboxEntry).where(OutboxEntry.kind == "tell-staff")
        notices = select(func.count()).select_from(Notice)
        found = [act.session.scalar(query) or 0 for query in (broken, notices, texts)]
    return dict(zip(("broken", "notices", "texts owed for them"), found, strict=True))
