"""Redis emptied, halted, and begun anew amid callbacks; if this broke, what lay in it would be lost (rule 3).

What Redis has is the same whatever the database is; each is tried with one, and both without processes.
"""

from __future__ import annotations

import signal
from collections.abc import Iterator
from datetime import timedelta

import pytest
from redis import Redis

from tests.faults.works import Works

CUSTOMERS = 20
STOPPED = 10.0  # real seconds


@pytest.fixture
def amid(works: Works) -> Iterator[Works]:
    """Callbacks fall due one after the other, and some customers were rung."""
    works.owes(CUSTOMERS, within=timedelta(minutes=1))
    works.starts("dispatch-1", "dispatch-2", "urgent-1", "routine-1")
    works.until(lambda: bool(works.rung()))
    yield works
    works.everybody_is_rung_once()


@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
def test_redis_emptied_amid_work(amid: Works) -> None:
    with Redis.from_url(amid.redis.url) as redis:
        for _ in range(10):
            redis.flushall()
            amid.passes(0.1)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_redis_stopped_for_ten_seconds(amid: Works) -> None:
    amid.redis.tell(signal.SIGSTOP)
    amid.passes(STOPPED)
    rung = len(amid.rung())
    amid.redis.tell(signal.SIGCONT)
    assert rung < CUSTOMERS, "it was stopped too late"


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_redis_restarted_without_its_data(amid: Works) -> None:
    for _ in range(2):
        amid.redis.begin_anew()
        amid.passes(0.5)
