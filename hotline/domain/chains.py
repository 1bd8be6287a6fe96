"""Walks the entries of the log and recomputes every hash; without it the chain would be a promise nobody checks."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Collection, Container, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any, NamedTuple

from psycopg.types.numeric import Int8BinaryLoader
from psycopg.types.string import ByteaBinaryLoader
from sqlalchemy.orm import Session

from hotline.domain.audit import GENESIS
from hotline.domain.findings import Report, What

_NOTHING = GENESIS.encode()
_FETCH = 2000  # rows in the memory at once
# Everything is read as bytes, as it stands: a name that is no text any more, a time that is no time, stops nothing.
# In the order of the unique index: one that named more columns would have every entry sorted.
_QUERY = "SELECT chain, seq, {at}, actor, kind, {body}, hash FROM audit_entries {where}ORDER BY chain, seq"
_SQLITE = {"at": "at", "body": "iif(typeof(body) = 'blob', body, NULL)"}
_POSTGRES = {"at": "at", "body": "body"}
_TEXTS, _TIME = ("text", "varchar"), "timestamptz"  # as PostgreSQL names the types of our columns
_AMONG_NUMBERS = "= ANY(ARRAY(SELECT json_array_elements_text(%s::json)::int))"
_AMONG_NAMES = "= ANY(ARRAY(SELECT json_array_elements_text(%s::json)))"
_TO_THE_SECOND, _TO_THE_MICROSECOND = 25, 32  # characters of an instant in UTC
_IN_A_COLUMN = 26  # the same on SQLite, which compares instants as texts: one spelled otherwise is in no day
_EPOCH, _MICROSECOND = datetime(2000, 1, 1, tzinfo=UTC), datetime.resolution  # PostgreSQL counts from there
_ZONELESS = _EPOCH.replace(tzinfo=None)  # to write a zone and cut it off again took half as long again

Entry = tuple[Any, Any, Any, Any, Any, Any, Any]  # chain, seq, at, actor, kind, body, hash
# What a sound entry tells: its kind, its instant as the database has it, its fields as they are written. Of any other
# None, None and its text. There are as many as entries: anything but a plain tuple took as long again to make.
Telling = tuple[bytes | None, Any, Any]


class Tail(NamedTuple):
    """The last entry of a chain that was walked, and what those of its entries tell that were asked for."""

    chain: str
    seq: int
    hash: str
    told: list[Telling]


def walk(session: Session, report: Report, only: str | None = None, *, kinds: Container[bytes] = ()) -> Iterator[Tail]:
    """Check every entry (of one chain, or of all) and give the last of each chain; memory stays flat.

    `kinds`: the kinds of entry that are asked for. A sound entry is passed quickly, by comparing its bytes: there are
    a million of them. Only of one that is odd is asked what is wrong.
    """
    name, last, previous = None, 0, _NOTHING
    told: list[Telling] = []
    for entries in _entries(session, only):
        report.entries += len(entries)
        for entry in entries:
            chain, _seq, at, _actor, kind, body, stored = entry
            if chain != name:
                if name is not None:
                    yield Tail(_said(name), last, _said(previous), told)
                name, last, previous, told = chain, 0, _NOTHING, []
                report.chains += 1
            last += 1
            fields = _fields(entry, last, previous)
            if fields is None:
                last = _judge(report, entry, last - 1, previous)
            if kind in kinds:
                told.append((None, None, body) if fields is None else (kind, at, fields))
            previous = stored
    if name is not None:
        yield Tail(_said(name), last, _said(previous), told)


def written(at: datetime | str) -> str:
    """An instant as it is written in a body, from what the database gives: PostgreSQL a time, SQLite a text."""
    moment = at if isinstance(at, datetime) else datetime.fromisoformat(at).replace(tzinfo=UTC)
    return moment.astimezone(UTC).isoformat()


def stored(session: Session) -> Callable[[str], Any]:
    """What gives for an instant, as it is written in a body, what the database gives for it here.

    Raises TypeError or ValueError for what is no instant.
    """
    return _as_text if _on_sqlite(session) else _as_number


def looked_up(session: Session, query: str, *among: Collection[int] | Collection[str]) -> list[Any]:
    """What a query gives; each `{among}` in it stands for one of these collections, which travels as one parameter.

    Written by hand: the library takes longer to write a statement with hundreds of parameters than it takes to run.
    PostgreSQL gives an instant as its number of microseconds.
    """
    if not any(among):
        return []
    driver: Any = session.connection().connection.driver_connection
    given = [json.dumps(list(one)) for one in among]
    if _on_sqlite(session):
        before, query = driver.text_factory, query.format(among="IN (SELECT value FROM json_each(?))")
        try:
            return _fetched(driver.execute(query, given), driver, str)
        except sqlite3.OperationalError:  # a text that is none any more
            return _fetched(driver.execute(query, given), driver, before)
    with closing(driver.cursor(binary=True)) as cursor:
        cursor.adapters.register_loader(_TIME, Int8BinaryLoader)
        named = isinstance(next(iter(among[0]), 0), str)
        cursor.execute(query.format(among=_AMONG_NAMES if named else _AMONG_NUMBERS), given)
        return list(cursor.fetchall())  # the driver's own: the library's rows take as long as the comparing


def _on_sqlite(session: Session) -> bool:
    return session.get_bind().dialect.name == "sqlite"


def _entries(session: Session, chain: str | None) -> Iterator[list[Entry]]:
    driver: Any = session.connection().connection.driver_connection
    # The driver's own cursors: the library's rows would take as long as the hashing.
    if _on_sqlite(session):
        cursor, columns, place = driver.cursor(), _SQLITE, "?"
    else:
        cursor, columns, place = driver.cursor(name="audit_entries", binary=True), _POSTGRES, "%s"
        for name in _TEXTS:
            cursor.adapters.register_loader(name, ByteaBinaryLoader)
        cursor.adapters.register_loader(_TIME, Int8BinaryLoader)
    where = "" if chain is None else f"WHERE chain = {place} "
    with closing(cursor):
        cursor.execute(_QUERY.format(**columns, where=where), () if chain is None else (chain,))
        while entries := _fetched(cursor, driver, bytes, _FETCH):
            yield entries


def _fetched(cursor: Any, driver: Any, texts: Any, most: int | None = None) -> list[Any]:
    """Rows; SQLite gives its texts as `texts`, until somebody else asks it."""
    if not isinstance(driver, sqlite3.Connection):
        return cursor.fetchmany(most)  # type: ignore[no-any-return]
    before, driver.text_factory = driver.text_factory, texts
    try:
        return cursor.fetchall() if most is None else cursor.fetchmany(most)  # type: ignore[no-any-return]
    finally:
        driver.text_factory = before


def _fields(entry: Entry, number: int, previous: bytes) -> bytes | None:
    """The fields of a sound entry, as they are written: the rest of its text is its columns. None where it is odd."""
    chain, seq, at, actor, kind, body, stored = entry
    try:
        begins = b'{"actor":"%b","at":"%b+00:00","chain":"%b","fields":{' % (actor, _written(at), chain)
        ends = b'},"kind":"%b","seq":%d}' % (kind, number)
        if (
            seq == number
            and body.startswith(begins)
            and body.endswith(ends)
            and sha256(previous + body).hexdigest().encode() == stored
        ):
            return body[len(begins) - 1 : len(body) - len(ends) + 1]  # type: ignore[no-any-return]
    except (TypeError, ValueError, AttributeError, OverflowError):
        pass
    return None


def _written(at: bytes | int) -> bytes:
    """An instant of the column as it is written in a body, but for its zone. ValueError where we never wrote it so."""
    if isinstance(at, bytes):
        if len(at) != _IN_A_COLUMN or at[10:11] != b" ":
            raise ValueError("no instant as we write it")
        return at.removesuffix(b".000000").replace(b" ", b"T")
    return (_ZONELESS + timedelta(0, 0, at)).isoformat().encode()


def _as_text(instant: str) -> str:
    """As SQLite has it, to the microsecond. The log's own spelling of it is only cut."""
    if isinstance(instant, str) and instant.endswith("+00:00"):
        if len(instant) == _TO_THE_SECOND:
            return f"{instant[:10]} {instant[11:-6]}.000000"
        if len(instant) == _TO_THE_MICROSECOND:
            return f"{instant[:10]} {instant[11:-6]}"
    moment = datetime.fromisoformat(instant).astimezone(UTC)
    return moment.isoformat(" ", timespec="microseconds").removesuffix("+00:00")


def _as_number(instant: str) -> int:
    """As PostgreSQL has it."""
    return (datetime.fromisoformat(instant).astimezone(UTC) - _EPOCH) // _MICROSECOND


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
        moment = written(_written(at).decode())
        shown = (_said(chain), seq, _said(actor), _said(kind), moment)
        return bool(shown == (said["chain"], said["seq"], said["actor"], said["kind"], said["at"]))
    except (TypeError, ValueError, KeyError, AttributeError, OverflowError, RecursionError):
        return False


def _said(column: bytes | None) -> str:
    return (column or b"").decode("utf-8", "replace")
