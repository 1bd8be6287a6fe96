"""Whatever is done to the stored log by chance or by craft, the verifier names it."""

# ruff: noqa: S608 (the forger writes SQL)

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from hotline.domain import checkpoints, customers, replaying, verifying
from hotline.domain.act import CALLER, CLOCK
from hotline.domain.verifying import What
from hotline.errors import NotFound
from hotline.runtime import Runtime
from tests import given as first
from tests.tampering import forging, rehash, retell, run
from tests.world import Cast

# The forgeries are rolled back, so one log serves every example.
MANY = settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
)
TEXTS = ("chain", "actor", "kind", "body", "hash")
picks = st.integers(min_value=0, max_value=10**6)


@pytest.fixture
def log(runtime: Runtime, cast: Cast) -> Runtime:
    """Some chains, everything of them under a checkpoint."""
    with runtime.act(CALLER) as act:
        first.talk(act, first.call(act, cast, who=cast.chen), ("1", "fault"), ("", "address"), ("3号楼", "bye"))
        first.talk(act, first.call(act, cast, sid="CA" + "2" * 32), ("2", "enquiry"))
        first.fault(act, cast)
    with runtime.act(CLOCK) as act:
        checkpoints.seal_log(act, runtime.settings.signing_key())
    return runtime


def rows(session: Session) -> Sequence[Any]:
    return session.execute(text("SELECT id, chain, seq FROM audit_entries ORDER BY id")).all()


def altered(session: Session) -> bool:
    return not verifying.verify(session).unaltered


def flipped(value: bytes, place: int, bit: int) -> bytes:
    at = place % len(value)
    return value[:at] + bytes([value[at] ^ (1 << bit)]) + value[at + 1 :]


def put(session: Session, table: str, column: str, where: str, value: bytes) -> None:
    """Store bytes in a column as they are, be they text or not; PostgreSQL refuses what is no text."""
    if column == "body":
        stored = ":v"
    elif session.get_bind().dialect.name == "sqlite":
        stored = "CAST(:v AS TEXT)"
    else:
        stored = "convert_from(:v, 'UTF8')"
    try:
        run(session, f"UPDATE {table} SET {column} = {stored} WHERE {where}", v=value)
    except DBAPIError:
        assume(False)


def stored(session: Session, table: str, column: str, where: str) -> bytes:
    value = session.execute(text(f"SELECT {column} FROM {table} WHERE {where}")).scalar_one()
    return value.encode() if isinstance(value, str) else bytes(value)


@MANY
@given(row=picks, column=st.sampled_from(TEXTS), place=picks, bit=st.integers(0, 7))
def test_any_bit_of_any_entry(log: Runtime, row: int, column: str, place: int, bit: int) -> None:
    with forging(log) as session:
        ids = rows(session)
        where = f"id = {ids[row % len(ids)].id}"
        value = stored(session, "audit_entries", column, where)
        put(session, "audit_entries", column, where, flipped(value, place, bit))
        assert altered(session)


@MANY
@given(column=st.sampled_from(["body", "hash", "signature", "public_key"]), place=picks, bit=st.integers(0, 7))
def test_any_bit_of_any_checkpoint(log: Runtime, column: str, place: int, bit: int) -> None:
    with forging(log) as session:
        value = stored(session, "checkpoints", column, "n = 1")
        put(session, "checkpoints", column, "n = 1", flipped(value, place, bit))
        assert altered(session)


@MANY
@given(row=picks, column=st.sampled_from(["seq", "sealed_seq", "sealed_n"]), bit=st.integers(0, 20))
def test_any_bit_of_any_head(log: Runtime, row: int, column: str, bit: int) -> None:
    with forging(log) as session:
        heads = session.execute(text("SELECT chain FROM audit_heads ORDER BY chain")).scalars().all()
        chain = heads[row % len(heads)]
        value = session.execute(text(f"SELECT {column} FROM audit_heads WHERE chain = :c"), {"c": chain}).scalar_one()
        run(session, f"UPDATE audit_heads SET {column} = :v WHERE chain = :c", v=value ^ (1 << bit), c=chain)
        assert altered(session)


@MANY
@given(row=picks, seconds=st.integers(1, 10**7))
def test_any_other_time(log: Runtime, row: int, seconds: int) -> None:
    later = {"sqlite": "datetime(at, :s)", "postgresql": "at + CAST(:s AS interval)"}
    with forging(log) as session:
        ids = rows(session)
        how = later[session.get_bind().dialect.name]
        changed = f"UPDATE audit_entries SET at = {how} WHERE id = :i"
        run(session, changed, s=f"{seconds} seconds", i=ids[row % len(ids)].id)
        assert altered(session)


@MANY
@given(taken=st.sets(picks, min_size=1, max_size=5), rehashed=st.booleans())
def test_any_entries_taken_out(log: Runtime, taken: set[int], rehashed: bool) -> None:
    with forging(log) as session:
        ids = rows(session)
        for row in {ids[n % len(ids)] for n in taken}:
            run(session, "DELETE FROM audit_entries WHERE id = :i", i=row.id)
            if rehashed:
                rehash(session, row.chain, heads=True)
        assert altered(session)


@MANY
@given(row=picks, to=picks, heads=st.booleans())
def test_any_entry_put_in_again_elsewhere(log: Runtime, row: int, to: int, heads: bool) -> None:
    with forging(log) as session:
        ids = rows(session)
        source, target = ids[row % len(ids)], ids[to % len(ids)].chain
        run(
            session,
            "INSERT INTO audit_entries (id, chain, seq, at, actor, kind, body, hash)"
            " SELECT 99999, CAST(:c AS varchar(64)),"
            " (SELECT max(seq) + 1 FROM audit_entries WHERE chain = :c), at, actor, kind, body, hash"
            " FROM audit_entries WHERE id = :i",
            c=target,
            i=source.id,
        )
        rehash(session, target, heads=heads)
        assert altered(session)


@MANY
@given(one=picks, other=picks, rehashed=st.booleans())
def test_any_two_entries_swapped(log: Runtime, one: int, other: int, rehashed: bool) -> None:
    with forging(log) as session:
        ids = rows(session)
        a, b = ids[one % len(ids)], ids[other % len(ids)]
        assume(a.id != b.id)
        for id_, chain, seq in ((a.id, "between", 1), (b.id, a.chain, a.seq), (a.id, b.chain, b.seq)):
            run(session, "UPDATE audit_entries SET chain = :c, seq = :s WHERE id = :i", c=chain, s=seq, i=id_)
        if rehashed:
            rehash(session, a.chain, heads=True)
            rehash(session, b.chain, heads=True)
        assert altered(session)


@MANY
@given(row=picks, heads=st.booleans())
def test_any_entry_told_anew_with_every_hash_right(log: Runtime, row: int, heads: bool) -> None:
    with forging(log) as session:
        ids = rows(session)
        entry = ids[row % len(ids)]
        retell(session, entry.chain, entry.seq, forged="yes")
        rehash(session, entry.chain, heads=heads)
        assert altered(session)


@MANY
@given(row=picks)
def test_any_whole_chain_taken_out(log: Runtime, row: int) -> None:
    with forging(log) as session:
        ids = rows(session)
        chain = ids[row % len(ids)].chain
        run(session, "DELETE FROM audit_entries WHERE chain = :c", c=chain)
        run(session, "DELETE FROM audit_heads WHERE chain = :c", c=chain)
        assert altered(session)


@pytest.fixture
def compared(log: Runtime) -> list[tuple[str, str]]:
    """Every column of the rows there are; nobody waited or met: tests/domain/test_agreeing_on_the_line.py.

    Who ended a call is compared when it is over; these calls are not. What a call is about is compared where the log
    names it; of these calls it does not (tests/domain/test_agreeing_on_what_was_told.py).
    """
    apart = {("calls", "ended_by"), ("calls", "case_id")}
    with log.look(CLOCK) as act:
        there = [
            name for name in replaying.COLUMNS if act.session.scalar(text(f"SELECT EXISTS (SELECT 1 FROM {name})"))
        ]
    return [(name, one) for name in there for one in replaying.COLUMNS[name] if (name, one) not in apart]


@MANY
@given(place=picks, row=picks, value=st.integers(1, 40))
def test_any_column_of_any_row_that_is_compared(
    log: Runtime, compared: list[tuple[str, str]], place: int, row: int, value: int
) -> None:
    table, column = compared[place % len(compared)]
    written = f"2031-01-01 00:00:{value:02}" if column.endswith("_at") else value
    with forging(log) as session:
        ids = session.execute(text(f"SELECT id FROM {table} ORDER BY id")).scalars().all()
        where = f"WHERE id = {ids[row % len(ids)]}"
        assume(session.execute(text(f"SELECT {column} FROM {table} {where}")).scalar_one() != value)
        try:
            run(session, f"UPDATE {table} SET {column} = :v {where}", v=written)
        except DBAPIError:
            assume(False)  # no such person, no such case: the database itself refuses it
        assert any(problem.what is What.ROW for problem in verifying.verify(session).problems)


@MANY
@given(table=st.sampled_from(["promises", "dispatches", "repair_orders"]), row=picks)
def test_any_row_taken_out_or_put_in_under_another_number(log: Runtime, table: str, row: int) -> None:
    with forging(log) as session:
        ids = session.execute(text(f"SELECT id FROM {table} ORDER BY id")).scalars().all()
        run(session, f"UPDATE {table} SET id = 999 WHERE id = :i", i=ids[row % len(ids)])
        assert {problem.what for problem in verifying.verify(session).problems} == {What.ROW_GONE, What.ROW_UNTOLD}


def test_an_erased_customer_is_unreadable_and_the_log_stays_whole(log: Runtime, cast: Cast) -> None:
    with log.act(CLOCK) as act:
        chen = customers.get(act, cast.chen.id)
        name, key = chen.name, chen.key
        assert act.sealer.open_for(key, name or "") == "陈"
        customers.erase(act, chen)
    with log.look(CLOCK) as act:
        assert verifying.verify(act.session).unaltered
        with pytest.raises(NotFound):
            act.sealer.open_for(customers.get(act, cast.chen.id).key, name or "")
