"""The check of the whole log beside a bare loop over the same bytes; without it a slow check would be put off."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from hashlib import sha256
from pathlib import Path
from statistics import median
from typing import Any

from hotline.domain import chains, checkpoints, verifying
from hotline.domain.act import COMMAND
from hotline.domain.findings import Report
from hotline.runtime import Runtime
from scripts.benches import seed
from scripts.benches.tables import BUILD, PAGE, Rows, publish

ROUNDS = 3  # of which the median counts
_FETCH = 2000
_STATUS, _FORGET = Path("/proc/self/status"), Path("/proc/self/clear_refs")
_PEAK = "5"  # what is written there so that the peak is counted anew
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
    turns = [(_bare(house), _seconds(lambda: _chains(house)), _checked(house)) for _ in range(ROUNDS)]
    bare, alone, links, whole = (
        median(one)
        for one in zip(*((read, hashed, link, check) for (read, hashed), link, (check, _g) in turns), strict=True)
    )
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
        "memory that the check took at its peak, MB": round(max(grown for *_rest, (_t, grown) in turns), 1),
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


def _checked(house: Runtime) -> tuple[float, float]:
    """Seconds, and megabytes at the peak beyond what the process had before."""
    _FORGET.write_text(_PEAK)
    before, found = _memory("VmRSS"), list[Report]()
    took = _seconds(lambda: found.append(_check(house)))
    if not found[0].unaltered:
        raise SystemExit(f"the log that was written seems altered: {found[0].problems[:3]}")
    return took, _memory("VmHWM") - before


def _check(house: Runtime) -> Report:
    trusted = {checkpoints.public_key_of(house.settings.signing_key())}
    file = house.settings.hotline_var / checkpoints.FILE
    with house.look(COMMAND) as act:
        return verifying.verify(act.session, checkpoint_file=file, trusted_keys=trusted)


def _seconds(does: Callable[[], object]) -> float:
    began = time.perf_counter()
    does()
    return time.perf_counter() - began


def _memory(what: str) -> float:
    """Megabytes of this process."""
    line = next(one for one in _STATUS.read_text().splitlines() if one.startswith(what))
    return int(line.split()[1]) / 1024
