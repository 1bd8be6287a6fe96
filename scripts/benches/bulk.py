"""Rows by the hundred thousand, past the library; without it a million calls would take a day to write."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from typing import Any, Protocol, cast

import psycopg
from sqlalchemy import JSON, Boolean, Date, Table
from sqlalchemy.engine import make_url

from hotline.db import Base, Instant

Row = Mapping[str, Any]


class Writer(Protocol):
    """Writes rows of tables, in the order in which they come."""

    def write(self, table: type[Base], rows: Sequence[Row]) -> None:
        """Each row with a value for every column; None where it lacks one."""


@contextmanager
def writing(url: str) -> Iterator[Writer]:
    """A writer for this database: nothing else writes meanwhile, and no foreign key is looked after.

    At the end PostgreSQL knows how its tables look and which numbers are free. SQLite knows neither: nothing of ours
    asks it to look at its tables, so that it plans without.
    """
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        with _sqlite(str(parsed.database)) as writer:
            yield writer
        return
    with _postgres(parsed.set(drivername="postgresql").render_as_string(hide_password=False)) as writer:
        yield writer


class _Sqlite:
    def __init__(self, raw: sqlite3.Connection) -> None:
        self._raw = raw

    def write(self, table: type[Base], rows: Sequence[Row]) -> None:
        """See Writer."""
        columns = _columns(table)
        places = ", ".join("?" * len(columns))
        names = ", ".join(f'"{name}"' for name in columns)
        statement = f"INSERT INTO {table.__tablename__} ({names}) VALUES ({places})"  # noqa: S608 - our own names
        self._raw.executemany(statement, _tuples(columns, rows, _ON_SQLITE))


class _Postgres:
    def __init__(self, raw: psycopg.Connection[Any]) -> None:
        self._raw = raw

    def write(self, table: type[Base], rows: Sequence[Row]) -> None:
        """See Writer."""
        columns = _columns(table)
        names = ", ".join(f'"{name}"' for name in columns)
        with self._raw.cursor() as cursor, cursor.copy(f"COPY {table.__tablename__} ({names}) FROM STDIN") as copy:
            for row in _tuples(columns, rows, {}):
                copy.write_row(row)


@contextmanager
def _sqlite(file: str) -> Iterator[_Sqlite]:
    raw = sqlite3.connect(file)
    for pragma in ("journal_mode=OFF", "synchronous=OFF", "foreign_keys=OFF", "cache_size=-400000"):
        raw.execute(f"PRAGMA {pragma}")
    try:
        yield _Sqlite(raw)
        raw.commit()
        raw.execute("PRAGMA journal_mode=WAL")
    finally:
        raw.close()


@contextmanager
def _postgres(url: str) -> Iterator[_Postgres]:
    with psycopg.connect(url) as raw:
        raw.execute("SET session_replication_role = replica")
        yield _Postgres(raw)
    with psycopg.connect(url, autocommit=True) as raw:
        for (table,) in raw.execute(
            "SELECT table_name FROM information_schema.columns WHERE column_default LIKE 'nextval(%'"
        ).fetchall():
            largest = f"(SELECT max(id) FROM {table})"  # noqa: S608 - the database's own names
            raw.execute(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), {largest})")
        raw.execute("VACUUM ANALYZE")


def _columns(table: type[Base]) -> dict[str, type[Any]]:
    return {column.name: type(column.type) for column in cast(Table, table.__table__).columns}


def _tuples(
    columns: Mapping[str, type[Any]], rows: Iterable[Row], more: Mapping[type[Any], _As]
) -> Iterator[list[Any]]:
    """Each row's values in the order of the columns, as the driver takes them."""
    kinds = {**_EVERYWHERE, **more}
    plan = [(name, kinds.get(kind)) for name, kind in columns.items()]
    for row in rows:
        values = []
        for name, as_ in plan:
            value = row.get(name)
            values.append(value if as_ is None or value is None else as_(value))
        yield values


def _naive(at: datetime) -> str:
    return at.astimezone(UTC).replace(tzinfo=None).isoformat(" ", "microseconds")


def _day(day: date) -> str:
    return day.isoformat()


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


_As = Callable[[Any], Any]
_EVERYWHERE: dict[type[Any], _As] = {JSON: _json}
_ON_SQLITE: dict[type[Any], _As] = {Instant: _naive, Date: _day, Boolean: int}
