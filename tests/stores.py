"""Databases to begin from, made once and copied; without them every test would migrate, hire and compile anew."""

from __future__ import annotations

import shutil
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, event
from sqlalchemy.exc import DBAPIError

from hotline import clock, migrations, runtime
from hotline.db import make_engine
from hotline.settings import Settings, load
from tests import restoring, servers, world

BUSY_MS = 5000
EMPTY, PEOPLED = "empty", "peopled"  # migrated; migrated, and the cast hired
MOST_GONE = 20_000  # rows that leave their room behind; then another database is quicker
NOW = "now"  # the database of the present test, under one name: its engine keeps the statements it has compiled


class Store(ABC):
    """Databases of one kind. Each test has a copy of its own."""

    def __init__(self, redis_url: str, home: Path) -> None:
        self._redis_url, self._home = redis_url, home
        self._engine: Engine | None = None
        _migrate(self.copied(None, EMPTY))
        self._complete(EMPTY)
        self.cast = self._found(self.copied(EMPTY, PEOPLED))
        self._complete(PEOPLED)

    @abstractmethod
    def copied(self, source: str | None, name: str) -> str:
        """A new database of this name, a copy of another or with nothing in it; its URL."""

    @abstractmethod
    def dropped(self, name: str) -> None:
        """There is no database of this name, whoever still holds it."""

    @abstractmethod
    def fresh(self, source: str) -> AbstractContextManager[str]:
        """The database of one test, for as long as the block lasts; its URL.

        A thread that the test before left behind may have opened the engine again: it finds no session of its own.
        """

    @abstractmethod
    def left(self, made: runtime.Runtime) -> None:
        """The present test has done with the product."""

    def runtime(self, settings: Settings) -> runtime.Runtime:
        """The product on the database of the present test, with the engine that was there before."""
        made = runtime.make(settings, self._engine)
        self._engine = made.engine
        return made

    def _complete(self, name: str) -> None:
        """One to begin from is as it will be: there is nothing to add to a copy of it."""
        return

    def _found(self, url: str) -> world.Cast:
        given = world.environment(database_url=url, redis_url=self._redis_url, var=self._home)
        house = runtime.make(load(given))
        with clock.turned_by(world.HandClock(world.START)):
            cast = world.found(house)
        house.engine.dispose()
        house.redis.close()
        return cast


class Sqlite(Store):
    """Files in one folder."""

    @contextmanager
    def fresh(self, source: str) -> Iterator[str]:
        self.dropped(NOW)
        url = self.copied(source, NOW)
        if self._engine is not None:
            self._engine.dispose()
        yield url
        self.dropped(NOW)

    def left(self, made: runtime.Runtime) -> None:
        made.engine.dispose()

    def copied(self, source: str | None, name: str) -> str:
        if source is not None:  # whole, or not there: what opens it meanwhile would write its own beginning
            whole = shutil.copyfile(self._file(source), self._file(f"{name}-new"))
            self.dropped(name)
            whole.replace(self._file(name))
        return f"sqlite:///{self._file(name)}"

    def dropped(self, name: str) -> None:
        for end in (".db", ".db-wal", ".db-shm"):
            self._file(name).with_suffix(end).unlink(missing_ok=True)

    def _file(self, name: str) -> Path:
        return self._home / f"{name}.db"


class Postgres(Store):
    """Databases of one server. That of the tests stays, and its sessions; each test finds in it what it begins from."""

    def __init__(self, redis_url: str, home: Path, server: servers.Postgres) -> None:
        self._server = server
        self._url = ""
        self._keeper: Connection | None = None
        self._ours: set[int] = set()  # the sessions of the engine
        self._gone = 0  # rows that were taken away
        super().__init__(redis_url, home)

    def copied(self, source: str | None, name: str) -> str:
        return self._server.create(name, source or "template0")

    def dropped(self, name: str) -> None:
        self._server.drop(name)

    @contextmanager
    def fresh(self, source: str) -> Iterator[str]:
        keeper = self._kept() or self._begun_anew()
        if restoring.send_others_away(keeper, self._ours) and self._engine is not None:
            self._engine.dispose()
        self._gone += restoring.bring_back(keeper, source)
        yield self._url

    def left(self, made: runtime.Runtime) -> None:
        """Its sessions rest: a new one has to learn all tables before it can answer."""

    def runtime(self, settings: Settings) -> runtime.Runtime:
        is_first = self._engine is None
        made = super().runtime(settings)
        if is_first:
            event.listen(made.engine, "connect", self._opened)
        return made

    def close(self) -> None:
        """Let go of the present database."""
        self._ours.clear()
        if self._engine is not None:
            self._engine.dispose()
        if self._keeper is not None:
            self._keeper.close()

    def keep(self) -> None:
        """What is committed from here on is kept, should the server be killed."""
        self._server.keep(NOW)
        if self._engine is not None:
            self._engine.dispose()

    def restart(self, how: str) -> None:
        """See servers.Postgres."""
        self._server.restart(how)

    def _complete(self, name: str) -> None:
        with self._server.opened(name) as connection:
            restoring.remember(connection, name)
            if name == PEOPLED:
                restoring.watch(connection)

    def _kept(self) -> Connection | None:
        """The session that brings back, if it can."""
        try:
            fits = self._keeper is not None and self._gone < MOST_GONE and not restoring.has_other_tables(self._keeper)
        except DBAPIError:  # the server was restarted
            return None
        return self._keeper if fits else None

    def _begun_anew(self) -> Connection:
        """Another database takes the place of the present one."""
        self.close()
        self.dropped(NOW)
        self._url, self._gone = self.copied(PEOPLED, NOW), 0
        self._keeper = self._server.opened(NOW, **restoring.KEEPER)
        return self._keeper

    def _opened(self, session: Any, _record: object) -> None:
        self._ours.add(session.info.backend_pid)


def _migrate(url: str) -> None:
    engine = make_engine(url, busy_ms=BUSY_MS, again_seconds=0.002)
    migrations.upgrade(engine)
    engine.dispose()
