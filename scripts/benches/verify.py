"""The check of the whole log beside a bare loop over the same bytes; without it a slow check would be put off."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from hashlib import sha256
from multiprocessing import get_context
from pathlib import Path
from statistics import median
from typing import Any

from sqlalchemy import select

from hotline import runtime, settings
from hotline.domain import chains, checkpoints, verifying
from hotline.domain.act import COMMAND
from hotline.domain.findings import Report
from hotline.runtime import Runtime
from scripts.benches import exported, seed
from scripts.benches.tables import BUILD, PAGE, Rows, publish
from tests import world

ROUNDS = 3  # of which the median counts
_FETCH = 2000
NOTE = (
    "The bare loop reads the same entries with the driver's own cursor and hashes their bytes in their chains; hashing "
    "alone is its SHA-256 without the reading. The chains are the hashes and columns of every entry; the whole check "
    "holds every row of the records against what the log says of it, too, and every checkpoint."
)
Figures = dict[str, float | int | str]


def main(
    calls: int = seed.CALLS,
    *,
    kinds: Sequence[str] = seed.KINDS,
    page: Path = PAGE,
    build: Path = BUILD,
    home: Path | None = None,
) -> None:
    """A tenth of so many calls, then all of them: entries a second, as a ratio, and the memory that it takes."""
    columns: Rows = {}
    for kind in kinds:
        for many in (calls // 10, calls):
            with seed.kept(kind, many, home or build) as house:
                columns[f"{kind}, {many:,} calls"] = measured(house)
    publish("verify", f"The check of the log of {calls:,} calls", columns, note=NOTE, page=page, build=build)


def measured(house: Runtime) -> Figures:
    """By turns the bare loop, the chains alone, the whole check. Ends the program where something seems altered."""
    turns = [(*_bare(house), _seconds(lambda: _chains(house)), _seconds(lambda: _check(house))) for _ in range(ROUNDS)]
    bare, alone, links, whole = (median(one) for one in zip(*turns, strict=True))
    entries = _chains(house).entries
    return {
        "entries": entries,
        "hashing alone, entries a second": round(entries / alone),
        "bare loop, entries a second": round(entries / bare),
        "chains alone, entries a second": round(entries / links),
        "the whole check, entries a second": round(entries / whole),
        "chains by the bare loop": round(bare / links, 3),
        "the whole check by the bare loop": round(bare / whole, 3),
        "the whole check by hashing alone": round(alone / whole, 3),
        "memory of the check alone at its peak, MB": round(_grown(house), 1),
    }


def _bare(house: Runtime) -> tuple[float, float]:
    """Seconds for reading and hashing every entry; and of these for the hashing."""
    began, hashed = time.perf_counter(), 0.0
    for bodies in _bodies(house):
        since = time.perf_counter()
        previous = b"0" * 64
        for body in bodies:
            previous = sha256(previous + body).hexdigest().encode()
        hashed += time.perf_counter() - since
    return time.perf_counter() - began, hashed


def _bodies(house: Runtime) -> Iterator[list[bytes]]:
    with house.look(COMMAND) as act:
        driver: Any = act.session.connection().connection.driver_connection
        on_sqlite = act.session.get_bind().dialect.name == "sqlite"
        cursor = driver.cursor() if on_sqlite else driver.cursor(name="bare", binary=True)
        cursor.execute("SELECT body FROM audit_entries ORDER BY chain, seq")
        while rows := cursor.fetchmany(_FETCH):
            yield [body for (body,) in rows]
        cursor.close()


def _chains(house: Runtime) -> Report:
    report = Report()
    with house.look(COMMAND) as act:
        for _tail in chains.walk(act.session, report):
            pass
    return report


def _grown(house: Runtime) -> float:
    """Megabytes that the check takes at its peak, in a process that did nothing before."""
    where = house.settings
    given = world.environment(
        database_url=where.database_url or "", redis_url=where.redis_url or "", var=where.hotline_var
    )
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as alone:
        return alone.submit(_peak, given).result()


def _peak(environment: dict[str, str]) -> float:
    house = runtime.make(settings.load(environment))
    try:
        with house.look(COMMAND) as act:
            act.session.execute(select(1))  # it is connected
        before = exported.memory("VmRSS")
        exported.forget_the_peak()
        _check(house)
        return exported.memory("VmHWM") - before
    finally:
        house.engine.dispose()
        house.redis.close()


def _check(house: Runtime) -> None:
    """Ends the program where something seems altered."""
    trusted = {checkpoints.public_key_of(house.settings.signing_key())}
    file = house.settings.hotline_var / checkpoints.FILE
    with house.look(COMMAND) as act:
        found = verifying.verify(act.session, checkpoint_file=file, trusted_keys=trusted)
    if not found.unaltered:
        raise SystemExit(f"the log that was written seems altered: {found.problems[:3]}")


def _seconds(does: Callable[[], object]) -> float:
    began = time.perf_counter()
    does()
    return time.perf_counter() - began
