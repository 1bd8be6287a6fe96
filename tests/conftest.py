"""What every test stands on: real databases, a real Redis, the cast, a clock turned by hand."""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from redis import Redis

from hotline import clock, migrations, runtime
from hotline.db import make_engine
from hotline.settings import Settings, load
from tests import servers, world

if (Path(__file__).parent / "contract" / "plugin.py").exists():
    pytest_plugins = ["tests.contract.plugin"]

BUSY_MS = 5000


@pytest.fixture(scope="session")
def _redis_server() -> Iterator[str]:
    with servers.redis_server() as url:
        yield url


@pytest.fixture
def redis_url(_redis_server: str) -> str:
    """A real Redis, emptied."""
    with Redis.from_url(_redis_server) as redis:
        redis.flushdb()
    return _redis_server


@pytest.fixture(scope="session")
def postgres() -> Iterator[servers.Postgres]:
    """A real PostgreSQL with a migrated database called `template` to copy from."""
    with servers.postgres_server() as server:
        _migrate(server.create("template"))
        yield server


@pytest.fixture(scope="session")
def _sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("sqlite") / "template.db"
    _migrate(f"sqlite:///{file}")
    return file


@pytest.fixture(params=["sqlite", "postgres"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A migrated database of the test's own, empty: once on SQLite and once on PostgreSQL."""
    if request.param == "sqlite":
        file = tmp_path / "hotline.db"
        shutil.copyfile(request.getfixturevalue("_sqlite_template"), file)
        yield f"sqlite:///{file}"
        return
    server: servers.Postgres = request.getfixturevalue("postgres")
    name = f"t{secrets.token_hex(6)}"
    yield server.create(name, "template")
    server.drop(name)


@pytest.fixture
def settings(database_url: str, redis_url: str, tmp_path: Path) -> Settings:
    """Settings of the test's own; the environment of whoever runs the tests is not read."""
    return load(world.environment(database_url=database_url, redis_url=redis_url, var=tmp_path))


@pytest.fixture
def at() -> Iterator[world.HandClock]:
    """The clock, at 10:00 on a Wednesday in the heating season; it moves only when the test turns it."""
    hand = world.HandClock(world.START)
    with clock.turned_by(hand):
        yield hand


@pytest.fixture(name="runtime")
def _runtime(settings: Settings, at: world.HandClock) -> Iterator[runtime.Runtime]:
    """The product on an empty database; the clock stands still."""
    made = runtime.make(settings)
    yield made
    made.engine.dispose()
    made.redis.close()


@pytest.fixture
def cast(runtime: runtime.Runtime) -> world.Cast:
    """The known cast, hired and on duty."""
    return world.found(runtime)


def _migrate(url: str) -> None:
    engine = make_engine(url, busy_ms=BUSY_MS)
    migrations.upgrade(engine)
    engine.dispose()
