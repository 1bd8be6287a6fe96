"""What every test stands on: real databases, a real Redis, the cast, a clock turned by hand."""

from __future__ import annotations

import gc
import shutil
from collections.abc import Iterator
from pathlib import Path
from types import CodeType
from typing import Any, ClassVar

import hypothesis
import pytest
from flask import Flask
from jinja2.bccache import Bucket, BytecodeCache
from redis import Redis
from sqlalchemy import make_url
from werkzeug.routing import Rule

from hotline import clock, runtime
from hotline.settings import Settings, load
from tests import servers, stores, world

pytest_plugins = ["tests.order"]
if (Path(__file__).parent / "contract" / "plugin.py").exists():
    pytest_plugins.append("tests.contract.plugin")


class Compiled(BytecodeCache):
    """Templates that were compiled already: every test has an application of its own, all have the same templates."""

    def __init__(self) -> None:
        self._found: dict[tuple[str, str], CodeType | None] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Give back what another application compiled."""
        bucket.code = self._found.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep what was compiled."""
        self._found[bucket.key, bucket.checksum] = bucket.code


class Known(Rule):
    """An address that was compiled already: its parts and builders are of the address and its converters alone."""

    _found: ClassVar[dict[tuple[object, ...], dict[str, Any]]] = {}

    def compile(self) -> None:
        """As another application compiled it; a builder is bound to the rule that asks."""
        kinds = tuple(self.map.converters.items())
        key = (self.rule, repr(self.defaults), self.subdomain, self.merge_slashes, self.map.host_matching, kinds)
        if key not in self._found:
            super().compile()
            self._found[key] = {name: getattr(self, name) for name in ("_parts", "_trace", "_converters", "arguments")}
            self._found[key] |= {name: getattr(self, name).__func__ for name in ("_build", "_build_unknown")}
            return
        for name, value in self._found[key].items():
            setattr(self, name, value.__get__(self, None) if name.startswith("_build") else value)


gc.set_threshold(10_000)  # thousands of tests keep much that is no garbage: looking through it took a tenth of the time
hypothesis.settings.register_profile("suite", deadline=None)  # how long a thing takes is measured by the benches
hypothesis.settings.load_profile("suite")
STORES = {"sqlite": "_sqlite", "postgresql": "_postgres"}  # the fixture of each kind of database
Flask.jinja_options = {"bytecode_cache": Compiled()}
Flask.url_rule_class = Known


@pytest.fixture(scope="session")
def _redis_server() -> Iterator[str]:
    with servers.redis_server() as url:
        yield url


@pytest.fixture(scope="session")
def _redis(_redis_server: str) -> Iterator[Redis]:
    with Redis.from_url(_redis_server) as redis:
        yield redis


@pytest.fixture
def redis_url(_redis_server: str, _redis: Redis) -> str:
    """A real Redis, emptied."""
    _redis.flushdb()
    return _redis_server


@pytest.fixture(scope="session")
def _sqlite(_redis_server: str) -> Iterator[stores.Store]:
    home = servers.folder("sqlite")
    yield stores.Sqlite(_redis_server, home)
    shutil.rmtree(home)


@pytest.fixture(scope="session")
def _postgres(_redis_server: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[stores.Store]:
    with servers.postgres_server() as server:
        store = stores.Postgres(_redis_server, tmp_path_factory.mktemp("founded"), server)
        yield store
        store.close()


@pytest.fixture(params=["sqlite", "postgres"])
def database_url(request: pytest.FixtureRequest) -> Iterator[str]:
    """A migrated database of the test's own, once on each kind; the cast is in it where the test asks for them."""
    store: stores.Store = request.getfixturevalue(f"_{request.param}")
    with store.fresh(stores.PEOPLED if "cast" in request.fixturenames else stores.EMPTY) as url:
        yield url


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


@pytest.fixture
def _store(request: pytest.FixtureRequest, settings: Settings) -> stores.Store:
    made: stores.Store = request.getfixturevalue(
        f"_{make_url(settings.database).get_backend_name().removesuffix('ql')}"
    )
    return made


@pytest.fixture(name="runtime")
def _runtime(_store: stores.Store, settings: Settings, at: world.HandClock) -> Iterator[runtime.Runtime]:
    """The product on the test's own database; the clock stands still."""
    made = _store.runtime(settings)
    yield made
    _store.left(made)
    made.redis.close()


@pytest.fixture
def cast(_store: stores.Store, runtime: runtime.Runtime) -> world.Cast:
    """The known cast, hired and on duty."""
    return _store.cast
