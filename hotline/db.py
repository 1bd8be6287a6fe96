"""The database's ground: one metadata, instants in UTC, and engines that keep what was committed."""

from __future__ import annotations

import sqlite3
import threading
import time
from datetime import UTC, datetime
from functools import cache
from typing import Any, ClassVar

from sqlalchemy import (
    ColumnElement,
    Connection,
    DateTime,
    Engine,
    MetaData,
    Select,
    and_,
    bindparam,
    create_engine,
    event,
    func,
    inspect,
    or_,
    select,
)
from sqlalchemy.dialects.postgresql import Insert as PostgresInsert
from sqlalchemy.dialects.postgresql import insert as postgres_insert
from sqlalchemy.dialects.sqlite import Insert as SqliteInsert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.engine import URL, Dialect, make_url
from sqlalchemy.orm import DeclarativeBase, InstrumentedAttribute, Session
from sqlalchemy.types import TypeDecorator

from hotline.errors import Invalid

LARGEST_ID = 2**31 - 1  # of a row: what an Integer column holds on PostgreSQL
NAMES = {
    "ix": "ix_%(column_0_N_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class Instant(TypeDecorator[datetime]):
    """An aware instant, stored in UTC on both databases; a naive one is refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise Invalid("a time without its zone cannot be stored")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    """Every table; constraints are named by rule so that migrations can name them too."""

    metadata = MetaData(naming_convention=NAMES)
    type_annotation_map: ClassVar = {datetime: Instant()}


class Records(Session):
    """A session that asks for a row by its number in a statement written once for each table: anew for every row it
    took as long as asking (measured).
    """

    def get(self, entity: Any, ident: Any, **how: Any) -> Any:
        """The row with this key; None where there is none."""
        if any(how.values()) or type(ident) is not int or self.identity_key(entity, ident) in self.identity_map:
            return super().get(entity, ident, **how)
        return self.scalars(_numbered(entity), {"id": ident}).one_or_none()


@cache
def _numbered(table: type[Base]) -> Select[Any]:
    [key] = inspect(table).primary_key
    return select(table).where(key == bindparam("id"))


# An error's text never shows the values of a statement: they may be what a caller said.
_POOL: dict[str, Any] = {"pool_size": 16, "max_overflow": 16, "hide_parameters": True}


_UNANSWERED = 3  # questions whether the other side is there, after which it is not


def make_engine(
    url: str, *, busy_ms: int, again_seconds: float, lock_ms: int | None = None, idle_ms: int = 0
) -> Engine:
    """An engine for SQLite or PostgreSQL; opens no connection yet.

    `busy_ms`: how long a server that does not answer is awaited, or a locked SQLite; `lock_ms`: how long a row that
    another holds on PostgreSQL, where that differs; `again_seconds`: how soon SQLite's one writer is asked for again;
    `idle_ms`: a PostgreSQL session that does nothing for so long in the midst of an act is ended (0: never).
    """
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        return _sqlite(url, busy_ms, again_seconds)
    if parsed.get_backend_name() == "postgresql":
        return _postgres(parsed.set(drivername="postgresql+psycopg"), busy_ms, lock_ms or busy_ms, idle_ms)
    raise Invalid(f"DATABASE_URL: {parsed.drivername} is neither sqlite:///… nor postgresql://…")


def _postgres(url: URL, busy_ms: int, lock_ms: int, idle_ms: int) -> Engine:
    """Every wait ends: for the server to connect, for a packet to be acknowledged, for a row that another holds.

    And for another that vanished, or hangs: a machine without power never says that it is gone, and the server would
    keep its rows locked for two hours, and its place among the connections.
    """
    seconds = max(1, busy_ms // 1000)
    waits = {
        "lock_timeout": lock_ms,
        "idle_in_transaction_session_timeout": idle_ms,
        "tcp_user_timeout": busy_ms,
        "tcp_keepalives_idle": seconds,
        "tcp_keepalives_interval": seconds,
        "tcp_keepalives_count": _UNANSWERED,
    }
    given = {
        "connect_timeout": seconds,
        "tcp_user_timeout": busy_ms,
        "options": " ".join(f"-c {name}={value}" for name, value in waits.items()),
    }
    return create_engine(url, connect_args=given, pool_pre_ping=True, **_POOL)


def _sqlite(url: str, busy_ms: int, again_seconds: float) -> Engine:
    engine = create_engine(url, connect_args={"timeout": busy_ms / 1000}, **_POOL)

    @event.listens_for(engine, "connect")
    def _prepare(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # we say BEGIN ourselves: the driver's own would come too late
        cursor = connection.cursor()
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", f"busy_timeout={busy_ms}"):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _begin(connection: Any) -> None:
        if connection.get_execution_options().get("writes", False):
            _begin_writing(connection, busy_ms, again_seconds)
        else:
            connection.exec_driver_sql("BEGIN")

    return engine


def _begin_writing(connection: Connection, busy_ms: int, again_seconds: float) -> None:
    """Take SQLite's one writer as soon as it is free.

    SQLite's own waiting looks again after up to 100 ms: beside a process that writes act after act with short rests, a
    webhook missed them for five seconds (measured). At the end it is asked once more, for the error that all know.
    """
    raw: Any = connection.connection.dbapi_connection
    ends = time.monotonic() + busy_ms / 1000
    raw.execute("PRAGMA busy_timeout=0")
    try:
        while time.monotonic() < ends:
            try:
                raw.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError as busy:
                if not busy.sqlite_errorname.startswith("SQLITE_BUSY"):
                    break
                time.sleep(again_seconds)
            else:
                return
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    finally:
        raw.execute(f"PRAGMA busy_timeout={busy_ms}")


def insert_new(session: Session, table: type[Base]) -> PostgresInsert | SqliteInsert:
    """An insert that passes over rows whose unique key is there already, on either database."""
    if session.get_bind().dialect.name == "sqlite":
        return sqlite_insert(table).on_conflict_do_nothing()
    return postgres_insert(table).on_conflict_do_nothing()


def behind(
    last: int, *, is_done: bool, done: ColumnElement[bool], ids: InstrumentedAttribute[int]
) -> ColumnElement[bool]:
    """What comes after a row (`last`, `is_done`) in a list of what waits and then of what is done, the newest first."""
    return and_(done, ids < last) if is_done else or_(done, ids < last)


def server_clock(session: Session) -> datetime | None:
    """What the clock of the database's machine shows; None where that is ours."""
    if session.get_bind().dialect.name == "sqlite":
        return None
    shown: datetime = session.execute(select(func.clock_timestamp(type_=Instant()))).scalar_one()
    return shown


class WriterQueue:
    """One writer at a time in this process: SQLite's own waiting starves some, a lock does not (measured)."""

    def __init__(self, engine: Engine) -> None:
        self._lock = threading.Lock() if engine.dialect.name == "sqlite" else None

    def __enter__(self) -> None:
        if self._lock:
            self._lock.acquire()

    def __exit__(self, *_: object) -> None:
        if self._lock:
            self._lock.release()
