"""The database goes away amid callbacks; if this broke, processes would do nothing, or things twice (rule 3)."""

from __future__ import annotations

import sqlite3
from datetime import timedelta

import pytest
from sqlalchemy import make_url

from hotline.simulator.faults import Trouble
from tests.faults.works import Works
from tests.stores import Postgres

CUSTOMERS = 20
LOCKED = 6.0  # real seconds: longer than whoever wants to write waits for it


@pytest.mark.parametrize("how", ["fast", "immediate"])
@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
def test_postgres_restarted_amid_work(works: Works, postgres: Postgres, how: str) -> None:
    postgres.keep()
    _amid_work(works)
    postgres.restart(how)
    works.everybody_is_rung_once()


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_sqlite_locked_for_six_seconds_amid_work(works: Works) -> None:
    _amid_work(works)
    with sqlite3.connect(make_url(works.house.settings.database).database or "", isolation_level=None) as other:
        other.execute("BEGIN EXCLUSIVE")
        works.passes(LOCKED)
        assert len(works.rung()) < CUSTOMERS, "it was locked too late"
        other.execute("ROLLBACK")
    other.close()
    works.everybody_is_rung_once()


def _amid_work(works: Works) -> None:
    """Some were rung; of one call it is not known, and a second is about to be asked for."""
    works.exchange.faults.order(Trouble.REST_BROKEN_LATE, times=2, matching="POST")
    works.owes(CUSTOMERS, within=timedelta(minutes=1))
    works.starts("dispatch-1", "dispatch-2", "urgent-1", "routine-1")
    works.until(lambda: len(works.rung()) > 1)
