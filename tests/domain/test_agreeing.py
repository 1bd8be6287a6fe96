"""The rows that people read say what the log says; whatever is changed in one is named, row and column."""

# ruff: noqa: S608 (the forger writes SQL)

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, text
from sqlalchemy.orm import Session

from hotline.domain import (
    anonymity,
    calls,
    cases,
    companies,
    dispatches,
    handovers,
    ladder,
    leaving,
    promise_looks,
    promises,
    repairs,
    replaying,
    seats,
    spooled,
    verifying,
)
from hotline.domain.act import CALLER, CARRIER, CLOCK, COMMAND, Act
from hotline.domain.calls import State
from hotline.domain.repairs import Stage
from hotline.domain.verifying import What
from hotline.runtime import Runtime
from hotline.spool import KeptCall
from tests import given
from tests.tampering import forging, rehash, retell, run
from tests.world import Cast, HandClock, Person

# The columns that pages and figures are made from; none of them may fall out of what is compared.
READ = {
    "calls": {"company_id", "owner_id", "started_at", "answer_ms", "answered_at", "ended_at", "state"},
    "cases": {"number", "kind", "company_id", "owner_id", "first_owner_id", "handler_id", "state", "closed_at"},
    "promises": {"case_id", "company_id", "rule", "owner_id", "made_at", "due_at", "verdict", "done_at", "judged_at"}
    | {"department_id"},
    "dispatches": {"case_id", "duty", "signed_at", "signed_by_id"},
    "repair_orders": {"case_id", "stage", "engineer_id", "signed_at", "done_at", "tested", "customer_signed"},
    "handovers": {"case_id", "giver_id", "receiver_id", "why", "reason", "refusal", "state", "asked_at", "settled_at"},
    "staff": {"company_id", "active", "left_by_id"},
}
# Of these the log tells some values alone; tests/domain/test_agreeing_on_what_was_told.py changes them.
PARTLY = {("calls", "case_id"), ("cases", "details")}


@pytest.fixture
def log(runtime: Runtime, cast: Cast, at: HandClock) -> Runtime:
    """Case 1: a fault of call 1, signed, handed over, done and closed. Call 2 rang in bad times."""
    with runtime.act(CALLER) as act:
        given.talk(act, given.call(act, cast, who=cast.chen), ("1", "fault"))
        calls.progress(act, calls.locked(act, 1), state=State.ENDED, sequence=2, ended_by="them", cause=None)
        given.fault(act, cast)
    with runtime.act(CARRIER) as act:
        kept = KeptCall("CA" + "3" * 32, cast.heat.number, cast.unknown, at.now - timedelta(minutes=5))
        spooled.open_kept(act, kept)
        given.fault(act, cast)
    with runtime.act(COMMAND) as act:
        companies.add_department(act, companies.get(act, cast.heat.id), "维修部")
        _sign(its_order(act), act, cast.lin)
    for stage in (Stage.ON_THE_WAY, Stage.ARRIVED):
        at.passes(timedelta(minutes=9))
        with runtime.act(COMMAND) as act:
            repairs.advance(act, its_order(act), stage, by=cast.lin.id)
    _hand_over(runtime, cast, accept=False)
    _hand_over(runtime, cast)
    with runtime.act(COMMAND) as act:
        repairs.finish(act, its_order(act), by=cast.lin.id, found="valve", tested=True, customer_signed=True)
    at.passes(timedelta(days=30))
    with runtime.act(CLOCK) as act:
        case = cases.get(act, 1)
        companies.get(act, case.company_id)
        for promise in promises.of_case(act, 1):
            promise_looks.look(act, [promise.id])
            promises.done(act, promise.rule, case)
        promises.close_case(act, case, by=cast.zhou.id, outcome="warm again")
    return runtime


def its_order(act: Act) -> repairs.RepairOrder:
    """Case 1's repair, in the company's own standard."""
    companies.get(act, cases.get(act, 1).company_id)
    order = repairs.of_case(act, 1)
    assert order is not None
    return order


def _sign_case(act: Act, case_id: int, who: Person) -> None:
    companies.get(act, cases.get(act, case_id).company_id)
    order = repairs.of_case(act, case_id)
    assert order is not None
    _sign(order, act, who)


def _sign(order: repairs.RepairOrder, act: Act, who: Person) -> None:
    dispatch = dispatches.of_case(act, order.case_id)[0]
    made = dispatches.Offer(dispatch_id=dispatch.id, staff_id=who.id, n=1, rung_at=act.at)
    act.session.add(made)
    act.session.flush()
    repairs.sign(act, made)


def _hand_over(runtime: Runtime, cast: Cast, *, accept: bool = True) -> None:
    """Lin asks Zhou, or Wu of the sister company, who declines."""
    receiver = cast.zhou if accept else cast.wu
    with runtime.act(COMMAND) as act:
        its_order(act)
        asked = handovers.ask(act, cases.get(act, 1), giver_id=cast.lin.id, receiver_id=receiver.id, reason="knows it")
    with runtime.act(COMMAND) as act:
        handovers.answer(act, asked.id, by=receiver.id, accept=accept, refusal=None if accept else "full")


def test_who_left_and_what_they_left_agrees_with_the_log(log: Runtime, cast: Cast) -> None:
    """Handed to a sister company, raised, given back, left to the supervisor: each row says what the log says."""
    with log.act(COMMAND) as act:
        given.fault(act, cast)
        _sign_case(act, 4, cast.wang)
        ladder.raise_matter(act, cases.get(act, 3), by=cast.lin.id, tried="called twice")
    with log.act(COMMAND) as act:
        handovers.answer(act, handovers.waiting_for(act, cast.sun.id)[0].id, by=cast.sun.id, accept=True)
    with log.act(COMMAND) as act:
        companies.get(act, cast.heat.id)
        handovers.ask(act, cases.get(act, 3), giver_id=cast.sun.id, receiver_id=cast.hu.id, reason="is theirs")
    with log.act(COMMAND) as act:
        handovers.answer(act, handovers.waiting_for(act, cast.hu.id)[0].id, by=cast.hu.id, accept=True)
        assert cases.get(act, 3).company_id == cast.home.id
    for who in (cast.wang, cast.lin):
        with log.act(COMMAND) as act:
            seats.of(act, given.person(act, who))
            seats.speaking(act, seats.locked(act, who.id), [])
            leaving.dismiss(act, who.id, by=None)
    with log.look(COMMAND) as act:
        assert found(act.session) == []
    with forging(log) as session:
        run(session, "UPDATE staff SET active = true")
        assert sorted(found(session)) == [f"house: {What.ROW}: staff {who.id} active" for who in (cast.lin, cast.wang)]


_FLAGS = ("tested", "customer_signed", "bounced", "active", "emergency", "dropped", "agreed", "unnamed", "anonymous")


def found(session: Session, chain: str | None = None) -> list[str]:
    return [str(problem) for problem in verifying.verify(session, chain=chain).problems]


def changed(session: Session, name: str, number: int, column: str) -> int:
    """Put another value of the same kind there."""
    where = {"i": number}
    value = session.execute(text(f"SELECT {column} FROM {name} WHERE id = :i"), where).scalar_one()
    if column.endswith("_at"):
        return run(session, f"UPDATE {name} SET {column} = '2031-01-01 00:00:00' WHERE id = :i", i=number)
    if column in _FLAGS:
        return run(session, f"UPDATE {name} SET {column} = NOT {column} WHERE id = :i", i=number)
    if isinstance(value, int) or column.endswith("_id") or column in ("answer_ms", "fee_yuan"):
        return run(session, f"UPDATE {name} SET {column} = :v WHERE id = :i", v=2 if value == 1 else 1, i=number)
    if (name, column) == ("cases", "outcome"):
        return run(session, "UPDATE cases SET outcome = NULL WHERE id = :i", i=number)
    return run(session, f"UPDATE {name} SET {column} = 'x' WHERE id = :i", i=number)


def test_a_matter_from_ring_to_close_agrees_with_its_rows(log: Runtime) -> None:
    with log.look(COMMAND) as act:
        assert found(act.session) == []
        assert {row.state for row in act.session.query(cases.Case)} == {"open", "closed"}


def test_what_people_read_is_compared() -> None:
    assert {name: READ[name] - set(replaying.COLUMNS[name]) for name in READ} == {name: set() for name in READ}


def test_a_changed_column_is_named_with_its_row(log: Runtime) -> None:
    for name, column in [(table, column) for table in READ for column in replaying.COLUMNS[table]]:
        if (name, column) in PARTLY:
            continue
        chain = {"calls": "call:1", "staff": "house"}.get(name, "case:1")
        with forging(log) as session:
            assert changed(session, name, 1, column) == 1
            named = f"{chain}: {What.ROW}: {name} 1 {column}"
            assert named in found(session)
            assert named in found(session, chain)


def test_that_somebody_told_something_unnamed_is_taken_from_no_call(runtime: Runtime, cast: Cast) -> None:
    """Whoever can write there would show the call to whom the complaint is about (CMP-10)."""
    with runtime.act(COMMAND) as act:
        call, other = given.call(act, cast), given.call(act, cast, sid="CA" + "2" * 32)
        anonymity.note(act, call, 7)
        ids = call.id, other.id
    with runtime.look(COMMAND) as act:
        assert found(act.session) == []
    for id_ in ids:
        with forging(runtime) as session:
            run(session, f"UPDATE calls SET unnamed = NOT unnamed WHERE id = {id_}")
            assert found(session, f"call:{id_}") == [f"call:{id_}: {What.ROW}: calls {id_} unnamed"]


def test_rows_rewritten_at_once_are_each_named(log: Runtime) -> None:
    rewritten = (
        ("UPDATE promises SET verdict = 'late'", f"case:2: {What.ROW}: promises 3 verdict"),
        ("UPDATE cases SET state = 'closed'", f"case:2: {What.ROW}: cases 2 state"),
        ("UPDATE calls SET started_at = '2031-01-01 00:00:00'", f"call:2: {What.ROW}: calls 2 started_at"),
        ("DELETE FROM promises WHERE id = 1", f"case:1: {What.ROW_GONE}: promises 1"),
        ("UPDATE promises SET rule_id = 'CMP-9'", f"case:1: {What.ROW}: promises 1 rule_id"),
        ("UPDATE promises SET look_at = NULL", f"case:2: {What.ROW}: promises 3 look_at"),
        ("UPDATE promises SET look_at = '2031-01-01 00:00:00'", f"case:2: {What.ROW}: promises 3 look_at"),
        ("UPDATE promises SET step = 2", f"case:2: {What.ROW}: promises 3 step"),
        ("UPDATE promises SET id = 99 WHERE id = 1", f"case:1: {What.ROW_UNTOLD}: promises 99"),
    )
    for sql, named in rewritten:
        with forging(log) as session:
            run(session, sql)
            assert named in found(session), sql


def test_a_row_and_the_log_told_anew_are_found_by_the_log(log: Runtime) -> None:
    """Who changes both in step is named by the hashes, and by the checkpoint where heads were changed too."""
    with forging(log) as session:
        changed(session, "cases", 2, "matter")
        retell(session, "case:2", 1, matter="x")
        rehash(session, "case:2", heads=False)
        assert [problem for problem in found(session) if "case:2" in problem] == [f"case:2 entry 3: {What.HEAD}"]


def test_a_time_that_is_no_time_stops_nothing(log: Runtime, database_url: str) -> None:
    for value in ("no time", "", "0") if database_url.startswith("sqlite") else ("infinity", "-infinity"):
        with forging(log) as session:
            run(session, "UPDATE promises SET due_at = :v WHERE id = 1", v=value)
            assert found(session) == [f"case:1: {What.ROW}: promises 1 due_at"]


def test_an_instant_that_is_spelled_otherwise_is_named(log: Runtime, database_url: str) -> None:
    """SQLite compares instants as texts: the same instant with a T, or cut short, stands in another day's list."""
    odd = ("replace({0}, ' ', 'T')", "{0} || ' '", "substr({0}, 1, 19)") if database_url.startswith("sqlite") else ()
    for spelled in odd:
        for name, column in (("calls", "started_at"), ("promises", "due_at"), ("cases", "opened_at")):
            with forging(log) as session:
                run(session, f"UPDATE {name} SET {column} = {spelled.format(column)} WHERE id = 1")
                assert found(session) == [f"{'call' if name == 'calls' else 'case'}:1: {What.ROW}: {name} 1 {column}"]
        with forging(log) as session:
            run(session, f"UPDATE audit_entries SET at = {spelled.format('at')} WHERE chain = 'case:1' AND seq = 2")
            assert found(session) == [f"case:1 entry 2: {What.COLUMNS}"]


def test_what_is_no_text_any_more_stops_nothing(log: Runtime, database_url: str) -> None:
    """SQLite keeps any bytes as a text; PostgreSQL refuses them."""
    if database_url.startswith("sqlite"):
        with forging(log) as session:
            run(session, "UPDATE calls SET state = CAST(x'FF' AS TEXT) WHERE id = 1")
            run(session, "UPDATE promises SET rule = CAST(x'FF' AS TEXT) WHERE id = 1")
            named = ("call:1: {}: calls 1 state", "case:1: {}: promises 1 rule", "case:1: {}: promises 1 rule_id")
            assert found(session) == [one.format(What.ROW) for one in named]


def test_an_entry_that_names_no_row_stops_nothing(log: Runtime) -> None:
    entry = "SELECT seq FROM audit_entries WHERE chain = 'case:2' AND kind = 'promise-made'"
    for number in (0, -1, 2**40, "1", None, [1]):
        with forging(log) as session:
            retell(session, "case:2", session.execute(text(entry)).scalar_one(), promise=number)
            assert f"case:2: {What.ROW_UNTOLD}: promises 3" in found(session)


class Interrupted(Session):
    """Somebody's act ends before its nth question."""

    def __init__(self, engine: Engine, nth: int, acts: Callable[[], None]) -> None:
        super().__init__(engine)
        self.before, self._acts = nth, acts

    def connection(self, *args: Any, **how: Any) -> Connection:
        self.before -= 1
        if self.before == 0:
            self._acts()
        return super().connection(*args, **how)


def test_what_changes_while_one_chain_is_looked_at_is_not_held_against_it(log: Runtime, cast: Cast) -> None:
    """Entries are read, an act ends, rows are read: the chain is looked at again."""

    def act_ends() -> None:
        with log.act(COMMAND) as act:
            case = cases.get(act, 2)
            cases.handled_by(act, case, next(one for one in (cast.zhou.id, cast.lin.id) if one != case.handler_id))

    interrupted = 0
    for nth in range(1, 12):
        with Interrupted(log.engine, nth, act_ends) as session:
            session.execute(text("SELECT 1 FROM calls"))  # so each question sees what is there by then
            assert verifying.verify_chain(session, "case:2").problems == []
            interrupted += session.before <= 0
    assert interrupted > 4
