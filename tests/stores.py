"""Databases to begin from, made once and copied; without them every test would migrate, hire and compile anew."""

from __future__ import annotations

import shutil
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Engine

from hotline import clock, migrations, runtime
from hotline.db import make_engine
from hotline.settings import Settings, load
from tests import servers, world

BUSY_MS = 5000
EMPTY, PEOPLED = "empty", "peopled"  # migrated; migrated, and the cast hired
NOW = "now"  # the database of the present test, under one name: its engine keeps the statements it has compiled


class Store(ABC):
    """Databases of one kind. Each test has a copy of its own."""

    def __init__(self, redis_url: str, home: Path) -> None:
        self._redis_url, self._home = redis_url, home
        self._engine: Engine | None = None
        _migrate(self.copied(None, EMPTY))
        self.cast = self._found(self.copied(EMPTY, PEOPLED))

    @abstractmethod
    def copied(self, source: str | None, name: str) -> str:
        """A new database of this name, a copy of another or with nothing in it; its URL."""

    @abstractmethod
    def dropped(self, name: str) -> None:
        """There is no database of this name, whoever still holds it."""

    @contextmanager
    def fresh(self, source: str) -> Iterator[str]:
        """The database of one test, for as long as the block lasts; its URL.

        A thread that the test before left behind may have opened the engine again: it begins with no connection.
        """
        self.dropped(NOW)
        url = self.copied(source, NOW)
        if self._engine is not None:
            self._engine.dispose()
        yield url
        self.dropped(NOW)

    def runtime(self, settings: Settings) -> runtime.Runtime:
        """The product on the database of the present test, with the engine that was there before."""
        made = runtime.make(settings, self._engine)
        self._engine = made.engine
        return made

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
    """Databases of one server."""

    def __init__(self, redis_url: str, home: Path, server: servers.Postgres) -> None:
        self._server = server
        super().__init__(redis_url, home)

    def copied(self, source: str | None, name: str) -> str:
        return self._server.create(name, source or "template0")

    def dropped(self, name: str) -> None:
        self._server.drop(name)

    def keep(self) -> None:
        """What is committed from here on is kept, should the server be killed."""
        self._server.keep(NOW)
        if self._engine is not None:
            self._engine.dispose()

    def restart(self, how: str) -> None:
        """See servers.Postgres."""
        self._server.restart(how)


def _migrate(url: str) -> None:
    engine = make_engine(url, busy_ms=BUSY_MS, again_seconds=0.002)
    migrations.upgrade(engine)
    engine.dispose()
