"""No wait on the database is without an end: a row that another holds is given up in time."""

from __future__ import annotations

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, OperationalError

from hotline.db import make_engine
from hotline.runtime import make
from hotline.settings import Settings

IMPATIENT_MS, AGAIN_SECONDS = 200, 0.01
HOLDS = text("INSERT INTO audit_heads (chain, seq, hash, sealed_seq) VALUES ('house', 0, '0', 0)")


def test_whoever_waits_for_a_row_gives_up(database_url: str) -> None:
    holder, waiter = (make_engine(database_url, busy_ms=ms, again_seconds=AGAIN_SECONDS) for ms in (5000, IMPATIENT_MS))
    try:
        with holder.execution_options(writes=True).begin() as held:
            held.execute(HOLDS)
            with pytest.raises(OperationalError), waiter.execution_options(writes=True).begin() as waiting:
                waiting.execute(HOLDS)
    finally:
        holder.dispose()
        waiter.dispose()


@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
def test_whoever_vanished_in_the_midst_of_an_act_holds_its_rows_no_longer(database_url: str) -> None:
    vanished = make_engine(database_url, busy_ms=5000, again_seconds=AGAIN_SECONDS, idle_ms=IMPATIENT_MS)
    waiter = make_engine(database_url, busy_ms=5000, again_seconds=AGAIN_SECONDS)
    with vanished.connect() as held:
        held.execute(HOLDS)
        with waiter.begin() as waiting:
            waiting.execute(HOLDS)
        with pytest.raises(DBAPIError, match="idle-in-transaction"):
            held.execute(text("SELECT 1"))
    vanished.dispose()
    waiter.dispose()


@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
def test_what_vanished_is_given_up_before_its_lease_runs_out(settings: Settings) -> None:
    runtime = make(settings)
    with runtime.engine.connect() as connection:
        idle = connection.execute(text("SHOW idle_in_transaction_session_timeout")).scalar_one()
    runtime.engine.dispose()
    runtime.redis.close()
    assert idle == f"{runtime.figures.database.idle_longest.seconds}s"
    assert runtime.figures.database.idle_longest.seconds < runtime.figures.outbox.lease.seconds


def test_no_document_waits_for_a_row_longer_than_its_deadline(settings: Settings) -> None:
    runtime = make(settings)
    server = runtime.engine.dialect.name == "postgresql"
    with runtime.engine.connect() as connection:
        limit = connection.execute(text("SHOW lock_timeout" if server else "PRAGMA busy_timeout")).scalar_one()
    runtime.engine.dispose()
    runtime.redis.close()
    figures = runtime.figures
    assert limit == (f"{figures.voice.document_deadline.seconds}s" if server else 5000)
    assert figures.voice.document_deadline.seconds < figures.carrier.connect_timeout.seconds
