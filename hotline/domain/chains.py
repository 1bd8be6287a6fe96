"""Walks the entries of the log and recomputes every hash; without it the chain would be a promise nobody checks."""

from __future__ import annotations

import json
from collections.abc import Collection, Container, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from sqlalchemy.orm import Session

from hotline.domain.audit import GENESIS
from hotline.domain.findings import Report, What

_NOTHING = GENESIS.encode()
_FETCH = 2000  # rows in the memory at once
# Everything is read as bytes, as it stands: a name that is no text any more, a time that is no time, stops nothing.
_QUERY = "SELECT {chain}, seq, {at}, {actor}, {kind}, body, {hash} FROM audit_entries {where}ORDER BY chain, seq, id"
_SQLITE = {
    **{name: f"CAST({name} AS BLOB)" for name in ("chain", "actor", "kind", "hash")},
    "at": "CAST(replace(replace(at, ' ', 'T'), '.000000', '') AS BLOB)",
}
_POSTGRES = {
    **{name: f"convert_to({name}, 'UTF8')" for name in ("chain", "actor", "kind", "hash")},
    "at": "convert_to(replace(to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US'), '.000000', ''), 'UTF8')",
}

Entry = tuple[Any, Any, Any, Any, Any, Any, Any]  # chain, seq, at, actor, kind, body, hash


@dataclass(frozen=True)
class Tail:
    """The last entry of a chain that was walked, and the texts of those of its entries that were asked for."""

    chain: str
    seq: int
    hash: str
    told: list[bytes] = field(default_factory=list)


def walk(session: Session, report: Report, only: str | None = None, *, kinds: Container[bytes] = ()) -> Iterator[Tail]:
    """Check every entry (of one chain, or of all) and give the last of each chain; memory stays flat.

    `kinds`: the kinds of entry whose texts are given too.

    A sound entry is passed quickly, by comparing its text: there are a million of them.
    """
    name, last, previous = None, 0, _NOTHING
    told: list[bytes] = []
    for entries in _entries(session, only):
        report.entries += len(entries)
        for entry in entries:
            chain, _seq, _at, _actor, kind, body, stored = entry
            if chain != name:
                if name is not None:
                    yield Tail(_said(name), last, _said(previous), told)
                name, last, previous, told = chain, 0, _NOTHING, []
                report.chains += 1
            last += 1
            if not _sound(entry, last, previous):
                last = _judge(report, entry, last - 1, previous)
            if kind in kinds:
                told.append(body)
            previous = stored
    if name is not None:
        yield Tail(_said(name), last, _said(previous), told)


def written(at: datetime | str) -> str:
    """An instant as it is written in a body, from what the database gives: PostgreSQL a time, SQLite a text."""
    moment = at if isinstance(at, datetime) else datetime.fromisoformat(at).replace(tzinfo=UTC)
    return moment.astimezone(UTC).isoformat()


def looked_up(session: Session, query: str, *among: Collection[int] | Collection[str]) -> list[Any]:
    """What a query gives; each `{among}` in it stands for one of these collections, which travels as one parameter.

    Written by hand: the library takes longer to write a statement with hundreds of parameters than it takes to run.
    """
    given: tuple[Any, ...]
    if session.get_bind().dialect.name == "sqlite":
        given, written = tuple(json.dumps(list(one)) for one in among), "IN (SELECT value FROM json_each(?))"
    else:
        given, written = tuple(list(one) for one in among), "= ANY(%s)"
    found = session.connection().exec_driver_sql(query.format(among=written), given)
    rows = list(found.cursor.fetchall())  # the driver's own: the library's rows take as long as the comparing
    found.close()
    return rows


def _entries(session: Session, chain: str | None) -> Iterator[list[Entry]]:
    driver: Any = session.connection().connection.driver_connection
    # The driver's own cursors: the library's rows would take as long as the hashing.
    if session.get_bind().dialect.name == "sqlite":
        cursor, columns, place = driver.cursor(), _SQLITE, "?"
    else:
        cursor, columns, place = driver.cursor(name="audit_entries", binary=True), _POSTGRES, "%s"
    where = "" if chain is None else f"WHERE chain = {place} "
    with closing(cursor):
        cursor.execute(_QUERY.format(**columns, where=where), () if chain is None else (chain,))
        while entries := cursor.fetchmany(_FETCH):
            yield entries


def _sound(entry: Entry, number: int, previous: bytes) -> bool:
    chain, seq, at, actor, kind, body, stored = entry
    try:
        return bool(
            seq == number
            and sha256(previous + body).hexdigest().encode() == stored
            and body.startswith(b'{"actor":"%b","at":"%b+00:00","chain":"%b","fields":{' % (actor, at, chain))
            and body.endswith(b'},"kind":"%b","seq":%d}' % (kind, seq))
        )
    except (TypeError, ValueError):
        return False


def _judge(report: Report, entry: Entry, before: int, previous: bytes) -> int:
    """Name what is wrong with an entry that follows entry `before`; the number the next one is counted from."""
    chain, seq, _at, _actor, _kind, body, stored = entry
    name = _said(chain)
    if not isinstance(seq, int):
        report.find(name, before + 1, What.UNREADABLE)
        return before + 1
    if seq != before + 1:
        report.find(name, seq, What.TWICE if seq <= before else What.GAP)
    elif not isinstance(body, bytes) or sha256((previous or b"") + body).hexdigest() != _said(stored):
        report.find(name, seq, What.HASH)
    if not _agrees(entry):
        report.find(name, seq, What.COLUMNS)
    return seq


def _agrees(entry: Entry) -> bool:
    """Do the columns shown say what the stored text says?"""
    chain, seq, at, actor, kind, body, _stored = entry
    try:
        said = json.loads(body)
        shown = (_said(chain), seq, _said(actor), _said(kind), written(_said(at)))
        return bool(shown == (said["chain"], said["seq"], said["actor"], said["kind"], said["at"]))
    except (TypeError, ValueError, KeyError):
        return False


def _said(column: bytes | None) -> str:
    return (column or b"").decode("utf-8", "replace")
