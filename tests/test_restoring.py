"""What a test leaves in the database of all tests; if this broke, one test would be judged by what another did."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.exc import DBAPIError

from tests.stores import EMPTY, PEOPLED, Postgres

FOUNDED = (
    "INSERT INTO companies (code, name_zh, name_en, profile, overrides, words)"
    " VALUES ('x', 'x', 'x', 'heating', '{}', '{}') RETURNING id"
)
COLUMNS = "SELECT count(*) FROM information_schema.columns WHERE table_schema = 'public'"


@pytest.fixture
def store(_postgres: Postgres) -> Postgres:
    """The store of this process, as it is found by the tests after these."""
    return _postgres


def begun(url: str) -> Engine:
    return create_engine(url.replace("postgresql:", "postgresql+psycopg:"))


def found(store: Postgres, source: str, *does: str) -> tuple[object, ...]:
    """What a test finds, and the number of the company that it founds; then it does this."""
    with store.fresh(source) as url:
        engine = begun(url)
        with engine.begin() as session:
            seen = [session.scalar(text(f"SELECT count(*) FROM {name}")) for name in ("companies", "audit_entries")]  # noqa: S608
            everything = (*seen, session.scalar(text(COLUMNS)), session.scalar(text(FOUNDED)))
            for statement in does:
                session.execute(text(statement))
        engine.dispose()
    return everything


@pytest.mark.parametrize(
    "left", ["DELETE FROM shifts", "DELETE FROM company_numbers", "ALTER TABLE companies ADD COLUMN odd integer"]
)
def test_whatever_a_test_leaves_behind_the_next_finds_what_it_begins_from(store: Postgres, left: str) -> None:
    before = found(store, PEOPLED, left)
    assert before[0] == 2
    assert found(store, PEOPLED) == before


def test_an_empty_database_and_one_with_people_follow_each_other(store: Postgres) -> None:
    peopled, empty = found(store, PEOPLED), found(store, EMPTY)
    assert (empty[0], empty[-1]) == (0, 1)
    assert found(store, PEOPLED) == peopled


def test_a_session_that_a_test_leaves_open_is_ended(store: Postgres) -> None:
    with store.fresh(EMPTY) as url:
        engine = begun(url)
        session = engine.connect()
        session.execute(text(FOUNDED))
    assert found(store, EMPTY)[0] == 0
    with pytest.raises(DBAPIError):
        session.execute(text("SELECT 1"))
    session.close()
    engine.dispose()
