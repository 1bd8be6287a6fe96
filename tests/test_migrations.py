"""The schema is walked up and down, and the database itself refuses to change the log."""

# ruff: noqa: S608 (statements of the tests' own)

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, event, inspect, select, text
from sqlalchemy.exc import DatabaseError

from hotline import migrations
from hotline.db import make_engine
from hotline.domain import beginnings, callbacks, cases, promises
from hotline.domain.act import COMMAND
from hotline.domain.callbacks import Attempt, Callback
from hotline.domain.checkpoints import seal_log
from hotline.domain.companies import Company
from hotline.domain.promises import Promise
from hotline.domain.waits import Wait
from hotline.errors import Conflict
from hotline.runtime import Runtime
from hotline.settings import Settings
from tests import given
from tests.world import Cast

# Its promises when their looks were entries of the outbox: nothing done yet, warned of, broken and one step up, kept.
LOOKS = (("open", ()), ("open", ("warn",)), ("broken", ("warn", "judge", "escalate-manager")), ("kept", ("warn",)))
OWED = ("warn", "judge", "escalate-manager", "escalate-general_manager")
LOG = ("audit_entries", "checkpoints")
# An open case with a promise, as the version before the waiting line wrote them.
OLD = (
    "INSERT INTO companies (id, code, name_zh, name_en, profile, overrides, words)"
    " VALUES (1, 'heat', '安心热力', 'Anxin', 'heating',"
    ' \'{"records": {"retention": {"records": "5 years", "reviews": "1 year", "access_log": "5 years"}}}\', \'{}\')',
    "INSERT INTO staff (id, company_id, name, agent_number, login, active, session_epoch)"
    " VALUES (1, 1, '林晓', '001', 'lin', true, 0)",
    "INSERT INTO cases (id, company_id, day, seq, number, kind, matter, owner_id, first_owner_id, handler_id,"
    " anonymous, details, state, opened_at) VALUES (1, 1, '2026-11-18', 1, '261118001', 'enquiry', 'heating', 1, 1, 1,"
    " false, '{}', 'open', '2026-11-18 02:00:00')",
    "INSERT INTO promises (id, rule, rule_id, company_id, case_id, owner_id, made_at, due_at, calendar, verdict)"
    " VALUES (1, 'CBK-1.answer', 'CBK-1', 1, 1, 1, '2026-11-18 02:00:00', '2026-11-19 02:00:00', 'x', 'open')",
)


def schema(engine: Engine) -> dict[str, object]:
    """Everything the database knows of its tables but their contents."""
    seen = inspect(engine)
    return {
        table: (
            [(c["name"], str(c["type"]), c["nullable"]) for c in seen.get_columns(table)],
            sorted((str(i["name"]), str(i["column_names"]), bool(i["unique"])) for i in seen.get_indexes(table)),
            sorted(str(u) for u in seen.get_unique_constraints(table)),
            sorted(str(f["constrained_columns"]) + f["referred_table"] for f in seen.get_foreign_keys(table)),
        )
        for table in sorted(seen.get_table_names())
    }


def triggers(engine: Engine) -> int:
    query = {
        "sqlite": "SELECT count(*) FROM sqlite_master WHERE type = 'trigger'",
        "postgresql": "SELECT count(*) FROM pg_trigger WHERE NOT tgisinternal",
    }
    with engine.connect() as connection:
        return int(connection.execute(text(query[engine.dialect.name])).scalar_one())


def test_down_to_nothing_and_up_again_gives_the_same_schema(runtime: Runtime) -> None:
    before, guards = schema(runtime.engine), triggers(runtime.engine)
    migrations.downgrade(runtime.engine)
    assert set(schema(runtime.engine)) == {"alembic_version"}
    assert triggers(runtime.engine) == 0
    migrations.upgrade(runtime.engine)
    assert schema(runtime.engine) == before
    assert triggers(runtime.engine) == guards


def test_every_step_alone_can_be_gone_back_and_forth(runtime: Runtime) -> None:
    before = schema(runtime.engine)
    migrations.downgrade(runtime.engine, "-1")
    migrations.upgrade(runtime.engine, "+1")
    assert schema(runtime.engine) == before


def test_upgrading_what_is_at_the_head_changes_nothing(runtime: Runtime) -> None:
    before = schema(runtime.engine)
    migrations.upgrade(runtime.engine)
    assert schema(runtime.engine) == before


def test_the_head_is_what_the_code_says(runtime: Runtime) -> None:
    migrations.check(runtime.engine)


def test_what_a_version_before_wrote_is_kept_and_numbered_by_its_company(runtime: Runtime) -> None:
    migrations.downgrade(runtime.engine, "0002")
    with runtime.engine.begin() as connection:
        for statement in OLD:
            connection.execute(text(statement))
    migrations.upgrade(runtime.engine)
    with runtime.engine.connect() as connection:
        kept = connection.execute(text("SELECT number, company_id, numbered_by_id FROM cases")).all()
        promised = connection.execute(text("SELECT case_id FROM promises")).scalars().all()
        own = connection.execute(select(Company.overrides)).scalar_one()
    assert [tuple(row) for row in kept] == [("261118001", 1, 1)]
    assert promised == [1]
    assert own == {"records": {"retention": {"records": "5 years"}}}, "figures that nothing reads are gone"


def promised_before(engine: Engine, looks: Sequence[tuple[str, Sequence[str]]]) -> None:
    """The version before promised something for each of these, and this was owed and done for it in its outbox."""
    migrations.downgrade(engine, "0002")
    with engine.begin() as connection:
        for statement in OLD[:-1]:
            connection.execute(text(statement))
    migrations.upgrade(engine, "0004")
    with engine.begin() as connection:
        for number, (verdict, done) in enumerate(looks, 1):
            connection.execute(
                text(OLD[-1].replace("VALUES (1,", f"VALUES ({number},").replace("'open'", f"'{verdict}'"))
            )
            for owed in OWED:
                kind, _, role = owed.partition("-")
                key, state = f"{kind}-{number}" + (f"-{role}" if role else ""), "done" if owed in done else "due"
                connection.execute(
                    text(
                        "INSERT INTO outbox (kind, key, queue, priority, about, state, posted_at, due_at, attempts,"
                        f" failures) VALUES ('{kind}-promise', '{key}', 'routine', 10, '{{}}', '{state}',"
                        " '2026-11-18 02:00:00', '2026-11-19 02:00:00', 0, 0)"
                    )
                )


def test_the_clock_looks_at_what_a_version_before_promised_where_its_entries_had_come_to(runtime: Runtime) -> None:
    promised_before(runtime.engine, LOOKS)
    migrations.upgrade(runtime.engine)
    with runtime.engine.connect() as connection:
        looks = connection.execute(text("SELECT look_at IS NULL, step FROM promises ORDER BY id")).all()
        whose = connection.execute(text("SELECT DISTINCT department_id FROM promises")).scalars().all()
        owed_still = connection.execute(text("SELECT count(*) FROM outbox WHERE state = 'due'")).scalar_one()
    assert [tuple(row) for row in looks] == [(False, 0), (False, 1), (False, 3), (True, 0)]
    assert owed_still == 0
    assert whose == [None], "nobody knows any more with which department a complaint was"


# A version before promised these calls back, and of one of them the place in the line is kept.
RUNG_BACK = (
    OLD[-1].replace("CBK-1.answer", "CBK-2.missed").replace("CBK-1", "CBK-2"),
    OLD[-1].replace("VALUES (1,", "VALUES (2,"),
    "INSERT INTO cases SELECT 2, company_id, day, 2, '261118002', kind, matter, customer_id, call_id, owner_id,"
    " first_owner_id, handler_id, anonymous, details, state, opened_at, closed_at, closed_by_id, outcome,"
    " numbered_by_id FROM cases",
    OLD[-1]
    .replace("VALUES (1,", "VALUES (3,")
    .replace("CBK-1.answer", "ANS-3.callback")
    .replace("1, 1, 1,", "1, 2, 1,"),
    "INSERT INTO cases SELECT 3, company_id, day, 3, '261118003', kind, matter, customer_id, call_id, owner_id,"
    " first_owner_id, handler_id, anonymous, details, state, opened_at, closed_at, closed_by_id, outcome,"
    " numbered_by_id FROM cases WHERE id = 2",
    OLD[-1]
    .replace("(1, 'CBK-1.answer', 'CBK-1', 1, 1,", "(4, 'CBK-2.missed', 'CBK-2', 1, 3,")
    .replace("open", "broken"),
    "INSERT INTO calls (id, direction, company_id, owner_id, our_number, state, sequence, step, turn, misses, language,"
    " slow, words_version, slots, started_at) VALUES (1, 'in', 1, 1, '+8613900001000', 'ended', 0, 'linger', 1, 0,"
    " 'en', false, 'x', '{}', '2026-11-18 02:00:00')",
    "INSERT INTO waits (call_id, company_id, case_id, emergency, joined_at, language, state, kept, longest_gap_ms)"
    " VALUES (1, 1, 2, false, '2026-11-18 01:50:00', 'en', 'kept', true, 0)",
)


def test_what_a_version_before_promised_to_ring_back_is_rung_and_a_kept_place_is_its_first_attempt(
    runtime: Runtime,
) -> None:
    promised_before(runtime.engine, ())
    with runtime.engine.begin() as connection:
        for statement in RUNG_BACK:
            connection.execute(text(statement))
    migrations.upgrade(runtime.engine)
    with runtime.look(COMMAND) as act:
        owed = list(act.session.scalars(select(Callback).order_by(Callback.case_id)))
        tried = list(act.session.scalars(select(Attempt)))
        waits = list(act.session.scalars(select(Wait)))
    assert [(one.case_id, one.rule, one.state) for one in owed] == [
        (1, "CBK-2.missed", "open"),
        (2, "ANS-3.callback", "open"),
        (3, "CBK-2.missed", "open"),
    ]
    waits_for, now = [one.next_at for one in owed], owed[0].made_at
    assert waits_for == [now, None, now], "one is due, one stands in the line, one was broken and is due all the same"
    assert [(one.callback_id, one.n, one.ended_at) for one in tried] == [(owed[1].id, 1, None)]
    assert [one.callback_id for one in waits] == [owed[1].id]


def test_a_place_from_which_nobody_was_rung_goes_with_its_callback(runtime: Runtime, cast: Cast) -> None:
    with runtime.act(COMMAND) as act:
        case = given.case(act, cast)
        case.details = {"sealed_contact": cases.seal(act, case, cast.chen.number.e164)}
        callbacks.owe(act, case, "CBK-2.missed")
        given.seat(act, cast.lin)
    with runtime.act(COMMAND) as act:
        beginnings.begin_due(act, words_version=given.WORDS)
    migrations.downgrade(runtime.engine, "0005")
    with runtime.engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM waits")).scalar_one() == 0
        assert connection.execute(text("SELECT rule FROM promises")).scalars().all() == ["CBK-2.missed"]


def work_of_upgrading(file: Path, many: int) -> int:
    """How much SQLite does, in thousands of steps of its machine, to take over so many broken promises."""
    engine = make_engine(f"sqlite:///{file}", busy_ms=1000, again_seconds=0.1)
    migrations.upgrade(engine, "0004")
    promised_before(engine, [LOOKS[2]] * many)
    done: list[None] = []

    @event.listens_for(engine, "checkout")
    def _count(connection: Any, _record: object, _proxy: object) -> None:
        connection.set_progress_handler(lambda: done.append(None), 1000)

    migrations.upgrade(engine)
    engine.dispose()
    return len(done)


def test_four_times_as_many_promises_are_four_times_the_work_to_take_over(tmp_path: Path) -> None:
    few, many = (work_of_upgrading(tmp_path / f"{number}.db", number) for number in (100, 400))
    assert 0 < many < 6 * few


def test_while_a_promise_is_open_no_version_without_its_clock_is_put_back(runtime: Runtime, cast: Cast) -> None:
    with runtime.act(COMMAND) as act:
        promises.make(act, "CBK-1.answer", given.case(act, cast))
    before = schema(runtime.engine)
    with pytest.raises(Conflict, match="1 promises are open"):
        migrations.downgrade(runtime.engine, "0004")
    assert schema(runtime.engine) == before
    with runtime.look(COMMAND) as act:
        assert act.session.scalars(select(Promise.look_at)).one() is not None


@pytest.mark.parametrize("table", LOG)
@pytest.mark.parametrize("how", ["UPDATE {} SET hash = 'x'", "DELETE FROM {}"])
def test_the_database_refuses_to_change_the_log(
    runtime: Runtime, settings: Settings, cast: Cast, table: str, how: str
) -> None:
    with runtime.act(COMMAND) as act:
        seal_log(act, settings.signing_key())
    with pytest.raises(DatabaseError, match="only grows"), runtime.engine.begin() as connection:
        connection.execute(text(how.format(table)))


@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
@pytest.mark.parametrize("table", LOG)
def test_postgresql_refuses_to_empty_the_log(runtime: Runtime, table: str) -> None:
    with pytest.raises(DatabaseError, match="only grows"), runtime.engine.begin() as connection:
        connection.execute(text(f"TRUNCATE {table}"))


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_sqlite_refuses_to_replace_an_entry(runtime: Runtime, cast: Cast) -> None:
    # INSERT OR REPLACE fires no DELETE trigger.
    copied = "INSERT OR REPLACE INTO audit_entries SELECT {}, chain, seq, at, actor, 'forged', body, hash FROM {}"
    for entry_id in ("id", "id + 1000"):
        with pytest.raises(DatabaseError, match="only grows"), runtime.engine.begin() as connection:
            connection.execute(text(copied.format(entry_id, "audit_entries WHERE seq = 1")))


def test_the_database_keeps_an_owner_at_work_while_a_matter_is_open(runtime: Runtime, cast: Cast) -> None:
    """Not even who has the database's password leaves an open matter to nobody (OWN-1)."""
    with runtime.act(COMMAND) as act:
        case = given.case(act, cast)
    refused = (
        (f"UPDATE staff SET active = false WHERE id = {cast.lin.id}", "cannot leave"),
        (f"DELETE FROM staff WHERE id = {cast.lin.id}", "cannot leave"),
        (f"UPDATE cases SET owner_id = {cast.zhou.id} WHERE id = {case.id}", "somebody who works here"),
    )
    with runtime.engine.begin() as connection:
        connection.execute(text(f"UPDATE staff SET active = false WHERE id = {cast.zhou.id}"))
    for statement, why in refused:
        with pytest.raises(DatabaseError, match=why), runtime.engine.begin() as connection:
            connection.execute(text(statement))
    with runtime.engine.begin() as connection:
        connection.execute(text("UPDATE cases SET state = 'closed'"))
        connection.execute(text(f"UPDATE staff SET active = false WHERE id = {cast.lin.id}"))
    with pytest.raises(DatabaseError, match="somebody who works here"), runtime.engine.begin() as connection:
        connection.execute(text("UPDATE cases SET state = 'open'"))
