"""Whoever writes to SQLite gets its one writer as soon as another process lets go of it, or hears that it is taken."""

from __future__ import annotations

import sqlite3
import threading
from pathlib import Path

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import OperationalError

from hotline.db import make_engine

AGAIN = 0.002  # seconds


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A database with a table."""
    path = tmp_path / "a.db"
    with sqlite3.connect(path) as made:
        made.execute("PRAGMA journal_mode=WAL")
        made.execute("CREATE TABLE notes (word TEXT)")
    made.close()
    return path


def writes(engine: Engine, word: str) -> None:
    with engine.execution_options(writes=True).begin() as connection:
        connection.execute(text("INSERT INTO notes VALUES (:word)"), {"word": word})


def words(engine: Engine) -> list[str]:
    with engine.begin() as connection:
        return list(connection.execute(text("SELECT word FROM notes")).scalars())


def test_a_writer_that_another_process_keeps_is_refused_in_the_words_that_all_know(file: Path) -> None:
    other, engine = (
        sqlite3.connect(file, isolation_level=None),
        make_engine(f"sqlite:///{file}", busy_ms=20, again_seconds=AGAIN),
    )
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(OperationalError, match="locked"):
        writes(engine, "refused")
    assert words(engine) == [], "who only reads waits for nobody"
    other.execute("COMMIT")
    writes(engine, "taken")
    assert words(engine) == ["taken"]
    other.close()
    engine.dispose()


def test_whoever_waits_gets_the_writer_in_the_rest_between_two_acts_of_another(file: Path) -> None:
    """The other takes it again at once, but for as long as a short rest lasts, until it has seen what was written."""
    engine, began, seen = make_engine(f"sqlite:///{file}", busy_ms=10_000, again_seconds=AGAIN), threading.Event(), []

    def clock() -> None:
        other = sqlite3.connect(file, isolation_level=None, timeout=10)
        for _ in range(100):
            other.execute("BEGIN IMMEDIATE")
            began.set()
            threading.Event().wait(0.02)
            seen.extend(other.execute("SELECT word FROM notes").fetchall())
            other.execute("COMMIT")
            if seen:
                break
            threading.Event().wait(0.01)
        other.close()

    thread = threading.Thread(target=clock)
    thread.start()
    began.wait(5)
    writes(engine, "a webhook")
    thread.join()
    assert seen == [("a webhook",)]
    engine.dispose()
