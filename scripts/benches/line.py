"""A thousand calls against ten agents in an hour, on both databases; without it a slower line would go unseen."""

from __future__ import annotations

import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from itertools import repeat
from multiprocessing import get_context
from pathlib import Path

from sqlalchemy import func, select

from hotline import clock, runtime, settings
from hotline.domain.offers import AgentOffer
from scripts.benches.tables import BUILD, PAGE, Rows, percentile, publish, stores
from tests import reckoning, world
from tests.crowd import SEED, BusyLine, Day
from tests.desk import Desk

DATABASES = ("SQLite", "PostgreSQL")


def main(callers: int = 1000, *, page: Path = PAGE, build: Path = BUILD) -> None:
    """Play the day on SQLite and on PostgreSQL, and check that nobody was lost."""
    # Both at once: the clock is turned by hand, so neither hurries the other.
    with ProcessPoolExecutor(len(DATABASES), get_context("spawn")) as cores:
        columns: Rows = dict(zip(DATABASES, cores.map(played, DATABASES, repeat(callers)), strict=True))
    title = f"The waiting line: {callers} calls, ten agents, seed {SEED}"
    publish("line", title, columns, page=page, build=build)


def played(kind: str, callers: int) -> dict[str, float | int | str]:
    """The figures of the day; ends the program where somebody was lost."""
    hand = world.HandClock(world.START)
    with stores(kind) as (database_url, redis_url, folder), clock.turned_by(hand):
        made = runtime.make(
            settings.load(world.environment(database_url=database_url, redis_url=redis_url, var=folder))
        )
        line = BusyLine(made, world.found(made), hand)
        desk = Desk(line)
        day = Day(line, desk, callers=callers)
        began = time.perf_counter()
        day.passes()
        seconds = time.perf_counter() - began
        figures = counted(line, desk, day) | {"real seconds": round(seconds)}
        with line.look() as act:
            found = reckoning.complaints(line.exchange, day.watch, act)
        line.close()
        made.engine.dispose()
        made.redis.close()
    if found:
        raise SystemExit("\n".join([f"HOTLINE_SEED={SEED}, {kind}:", *found]))
    return figures


def counted(line: BusyLine, desk: Desk, day: Day) -> dict[str, float | int | str]:
    """What came of it, by the exchange's account where it has one."""
    states = Counter(wait.state for wait in desk.waits())
    gaps = [one.gap for one in reckoning.heard(day.watch)]
    waits = [((one.left or line.at.now) - one.since).total_seconds() for one in day.watch.waited.values()]
    with line.look() as act:
        offers = act.session.scalar(select(func.count(AgentOffer.id))) or 0
    return {
        "calls": sum(call.direction == "in" for call in line.calls()),
        "met an agent": len(day.watch.met),
        "places kept": sum(kind == "place-kept" for kind in kinds(line)),
        "abandoned": states["abandoned"],
        "number taken": states["taken"],
        "longest silence in the line, s": round(max(gaps, default=0.0), 1),
        "99th percentile of it, s": round(percentile(gaps, 99), 1),
        "wait, median, s": round(percentile(waits, 50)),
        "wait, 90th percentile, s": round(percentile(waits, 90)),
        "wait, 99th percentile, s": round(percentile(waits, 99)),
        "agents rung": offers,
        "webhooks": len(line.exchange.passages),
        "carrier's faults": len(line.exchange.faults.happened),
        "web process killed": line.web.killed,
    }


def kinds(line: BusyLine) -> list[str]:
    """The kind of every entry of every call's chain."""
    return [kind for call in line.calls() for kind, _ in line.chain(call.chain)]
