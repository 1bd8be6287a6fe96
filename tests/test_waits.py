"""No wait on the database is without an end: a row that another holds is given up in time."""

from __future__ import annotations

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from hotline.db import make_engine
from hotline.runtime import make
from hotline.settings import Settings

IMPATIENT_MS, AGAIN_SECONDS = 200, 0.01


def test_whoever_waits_for_a_row_gives_up(database_url: str) -> None:
    holder, waiter = (make_engine(database_url, busy_ms=ms, again_seconds=AGAIN_SECONDS) for ms in (5000, IMPATIENT_MS))
    try:
        with holder.execution_options(writes=True).begin() as held:
            held.execute(text("INSERT INTO audit_heads (chain, seq, hash, sealed_seq) VALUES ('house', 0, '0', 0)"))
            with pytest.raises(OperationalError), waiter.execution_options(writes=True).begin() as waiting:
                waiting.execute(
                    text("INSERT INTO audit_heads (chain, seq, hash, sealed_seq) VALUES ('house', 0, '0', 0)")
                )
    finally:
        holder.dispose()
        waiter.dispose()


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
