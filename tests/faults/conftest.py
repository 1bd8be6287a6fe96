"""The product on the line, single webhooks, and one workshop, for every test here."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from hotline.runtime import Runtime
from tests.faults.works import Nursery, Works, at_work
from tests.jobs.workshop import Workshop
from tests.line import line as line
from tests.servers import mortal_redis
from tests.stores import Postgres
from tests.voice.ring import rings as rings
from tests.world import Cast, HandClock


@pytest.fixture
def shop(runtime: Runtime, cast: Cast, at: HandClock) -> Iterator[Workshop]:
    """The product's jobs beside a simulated carrier; time stands still."""
    made = Workshop(runtime, cast, at)
    yield made
    made.dispatcher.close()


@pytest.fixture(scope="session")
def nursery() -> Iterator[Nursery]:
    """Where processes of the product are born."""
    made = Nursery()
    yield made
    made.close()


@pytest.fixture
def postgres(_postgres: Postgres) -> Postgres:
    """The server of the present test's database; other tests of this process find it there again."""
    return _postgres


@pytest.fixture
def works(runtime: Runtime, cast: Cast, nursery: Nursery, tmp_path: Path) -> Iterator[Works]:
    """Everything that callbacks need, with a Redis of its own; the processes wait to be started."""
    with mortal_redis() as redis, at_work(runtime, cast, redis, nursery, tmp_path) as made:
        yield made
