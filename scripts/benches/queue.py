"""What the outbox costs beside RQ alone, and how late it is; without it a slower engine would go unseen."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from statistics import mean, median
from typing import NamedTuple

from hotline import clock, runtime, settings
from hotline.domain import outbox
from hotline.domain.act import COMMAND
from hotline.jobs.dispatch import Dispatcher
from hotline.runtime import Runtime
from scripts.benches import bare, crew, owed
from scripts.benches.tables import BUILD, PAGE, Rows, percentile, publish, stores
from tests import world

WORKERS = (1, 2, 4)
RATES = (10, 100, 500)  # due a second
LASTS = 15  # seconds
OWED = (1_000, 10_000, 100_000, 1_000_000)
TURNS = 20
NOTE = (
    "RQ alone is its own `SimpleWorker`, as many of them; our worker asks Redis less often, so an empty job by it "
    "stands beside. More due a second than the outbox does a second is a flood: then the lateness is that of a queue."
)
ROUNDS = 5  # of which the median counts
SOON, AHEAD = timedelta(seconds=0.5), timedelta(seconds=2)  # what is due then is written down by then: a batch, a flood
Figures = dict[str, float | int | str]


def main(
    entries: int = 3000,
    *,
    kinds: Sequence[str] = ("SQLite", "PostgreSQL"),
    workers: Sequence[int] = WORKERS,
    rates: Sequence[int] = RATES,
    lasts: int = LASTS,
    owed_: Sequence[int] = OWED,
    page: Path = PAGE,
    build: Path = BUILD,
) -> None:
    """So many entries by one, two, four workers beside as many empty jobs by RQ; then lateness, then growth."""
    columns: Rows = {}
    for kind in kinds:
        with stores(kind) as (database_url, redis_url, folder):
            environment = world.environment(database_url=database_url, redis_url=redis_url, var=folder)
            house = runtime.make(settings.load(environment))
            columns[kind] = {
                **throughput(house, environment, entries, workers),
                **late(house, environment, max(workers), rates, lasts),
                **growth(house, owed_),
            }
            house.engine.dispose()
            house.redis.close()
    publish("queue", f"The queue: {entries:,} entries, beside RQ alone", columns, note=NOTE, page=page, build=build)


class Ran(NamedTuple):
    """What came of one round of one crew."""

    rate: float  # performed a second
    processor: float  # seconds for each, of all who had a hand in it but the stores


def throughput(house: Runtime, environment: dict[str, str], entries: int, workers: Sequence[int]) -> Figures:
    """Entries a second from due to performed, and the same of an empty function by RQ, turn by turn."""
    found: Figures = {}
    for many in workers:
        alone, empty, ours = zip(*turns(house, environment, entries // ROUNDS, many), strict=True)
        name = called(many)
        found[f"RQ alone, {name}, jobs a second"] = round(_rate(alone))
        found[f"an empty job by our worker, {name}, jobs a second"] = round(_rate(empty))
        found[f"the outbox, {name}, entries a second"] = round(_rate(ours))
        found[f"the outbox by RQ alone, {name}"] = _by(ours, alone)
        found[f"the outbox by an empty job, {name}"] = _by(ours, empty)
        for what, ran in (("RQ alone", alone), ("an empty job", empty), ("the outbox", ours)):
            found[f"of processor, {what}, {name}, ms"] = round(mean(one.processor for one in ran) * 1000, 2)
    return found


def _rate(rounds: Sequence[Ran]) -> float:
    return median(one.rate for one in rounds)


def _by(ours: Sequence[Ran], floor: Sequence[Ran]) -> float:
    """The ratio in each turn by itself: what hindered both falls out."""
    return round(median(one.rate / other.rate for one, other in zip(ours, floor, strict=True)), 2)


def turns(house: Runtime, environment: dict[str, str], entries: int, workers: int) -> Iterator[tuple[Ran, Ran, Ran]]:
    """By turns RQ alone, our worker with an empty job, and the outbox, while the others wait."""
    batch = house.figures.outbox.batch
    with (
        crew.bare_crew(environment, bare.ALONE, workers) as alone,
        crew.bare_crew(environment, bare.OURS, workers) as empty,
        crew.outbox_crew(environment, workers) as ours,
    ):
        for _ in range(ROUNDS):
            yield (
                ran(alone, entries, lambda: bare.performed(alone.redis, bare.ALONE, entries, batch), handed_out=True),
                ran(empty, entries, lambda: bare.performed(empty.redis, bare.OURS, entries, batch), handed_out=True),
                ran(ours, entries, lambda: performed(house, entries)),
            )


def ran(of: crew.Crew, entries: int, does: Callable[[], float], *, handed_out: bool = False) -> Ran:
    """So many by this crew; `handed_out`: by this process, which is no dispatcher's."""
    before, here = of.processor(), time.process_time()
    took = does()
    processor = of.processor() - before + (time.process_time() - here if handed_out else 0)
    return Ran(entries / took, processor / entries)


def called(workers: int) -> str:
    """So many workers, in words."""
    return f"{workers} worker{'s' if workers > 1 else ''}"


def performed(house: Runtime, entries: int) -> float:
    """Seconds from the instant at which so many are due until the last of them is begun."""
    due = clock.now() + SOON
    dues = [due] * entries
    owed.owe(house, dues)
    await_all(house)
    return (max(settled for _due, settled in owed.ended(house, dues)) - due).total_seconds()


def late(house: Runtime, environment: dict[str, str], workers: int, rates: Sequence[int], lasts: int) -> Figures:
    """From due to begun at so many due a second. Ends the program where one began before it was due."""
    found: Figures = {}
    with crew.outbox_crew(environment, workers):
        for rate in rates:
            begin = clock.now() + AHEAD
            dues = [begin + timedelta(seconds=n / rate) for n in range(rate * lasts)]
            owed.owe(house, dues)
            await_all(house)
            took = [(settled - due).total_seconds() for due, settled in owed.ended(house, dues)]
            if min(took) < 0:
                raise SystemExit(f"one began {-min(took):g} s before it was due")
            for label, share in (("median", 50), ("99th percentile", 99)):
                name = f"late at {rate} due a second, {called(workers)}, {label}, ms"
                found[name] = round(percentile(took, share) * 1000, 1)
    return found


def await_all(house: Runtime) -> None:
    """Until nothing is owed; ends the program where nothing comes of it."""
    left, since = owed.waiting(house), time.monotonic()
    while left:
        time.sleep(0.2)
        before, left = left, owed.waiting(house)
        since = time.monotonic() if left != before else since
        if time.monotonic() > since + crew.PATIENCE:
            raise SystemExit(f"{left} entries are not performed, and nothing goes on")


def growth(house: Runtime, sizes: Sequence[int]) -> Figures:
    """What one turn of the dispatcher costs with a batch due and with nothing due, the more is owed for later."""
    batch, found, dispatcher = house.figures.outbox.batch, Figures(), Dispatcher(house)
    for size in sizes:
        owed.grow(house, size)
        took, idle, owing = list[float](), list[float](), list[float]()
        for _ in range(TURNS):
            idle.append(seconds(dispatcher.turn))
            owing.append(seconds(lambda: owes(house)))
            owed.owe(house, [clock.now()] * (batch - 1))
            took.append(seconds(dispatcher.turn))
            owed.finish(house)
            house.redis.flushdb()
        found[f"{size:,} owed: owing one more, median, ms"] = millis(owing)
        found[f"{size:,} owed: a turn with {batch} due, median, ms"] = millis(took)
        found[f"{size:,} owed: a turn with none due, median, ms"] = millis(idle)
    dispatcher.close()
    return found


def owes(house: Runtime) -> None:
    """One entry, as a webhook owes it."""
    with house.act(COMMAND) as act:
        outbox.post(act, owed.KIND)


def seconds(does: Callable[[], object]) -> float:
    """How long it takes."""
    began = time.perf_counter()
    does()
    return time.perf_counter() - began


def millis(took: Sequence[float]) -> float:
    """The median, in milliseconds."""
    return round(percentile(took, 50) * 1000, 2)
