"""What a caller said, what was noted and how it was judged stay what the log says; whoever changes it is named."""

# ruff: noqa: S608 (the forger writes SQL)

from __future__ import annotations

import json

import pytest
from sqlalchemy import text as text_of
from sqlalchemy.orm import Session

from hotline.domain import calls, cases, companies, desk, record_classes, visits
from hotline.domain.act import CALLER, COMMAND
from hotline.domain.audit import canonical
from hotline.domain.calls import State
from hotline.domain.verifying import What
from hotline.runtime import Runtime
from tests import given
from tests.domain.test_agreeing import found
from tests.tampering import forging, rehash, run
from tests.world import Cast

LATE = 99_000  # milliseconds


@pytest.fixture
def told(runtime: Runtime, cast: Cast) -> Runtime:
    """Call 1, answered late: Chen said something in it, that was noted as case 1, which is closed. Call 2 waits."""
    with runtime.act(CALLER) as act:
        call = given.call(act, cast, who=cast.chen)
        calls.answered(act, call, millis=LATE)
        given.talk(act, call, ("1", "main"), ("2", "fault"))
        noted = {"sealed_question": calls.seal(act, call, "cold")}
        heat = companies.get(act, cast.heat.id)
        cases.open(
            act,
            heat,
            kind=cases.Kind.ENQUIRY,
            matter="heating",
            owner_id=cast.lin.id,
            customer_id=cast.chen.id,
            call=call,
            details=noted,
        )
        calls.progress(act, call, state=State.ENDED, sequence=2, ended_by="them", cause="line-broke")
        waiting = given.call(act, cast, sid="CA" + "2" * 32)
        calls.answered(act, waiting, millis=1)
        desk.join(act, waiting)
    with runtime.act(COMMAND) as act:
        cases.mark_closed(act, cases.get(act, 1), by=cast.lin.id, outcome="warm again")
    return runtime


FORGED = (
    ("UPDATE calls SET cause = NULL WHERE id = 1", "call:1", What.ROW, "calls 1 cause"),
    ("UPDATE calls SET cause = 'line-broke' WHERE id = 1", "call:1", What.ROW, "calls 1 cause"),
    ("UPDATE calls SET cause = 'late-answer' WHERE id = 2", "call:2", What.ROW, "calls 2 cause"),
    ("UPDATE calls SET case_id = NULL WHERE id = 1", "call:1", What.ROW, "calls 1 case_id"),
    ("DELETE FROM turns WHERE n = 1", "call:1", What.ROW_GONE, "turns 1"),
    ("UPDATE turns SET n = 9 WHERE n = 2", "call:1", What.ROW_UNTOLD, "turns 9"),
    ("UPDATE turns SET words = NULL WHERE n = 2", "call:1", What.ROW, "turns 2 words"),
    ("UPDATE turns SET said = '[]' WHERE n = 1", "call:1", What.ROW, "turns 1 said"),
    ("UPDATE turns SET at = '2031-01-01 00:00:00' WHERE n = 1", "call:1", What.ROW, "turns 1 at"),
    *(
        (f"UPDATE turns SET {one} = 'x' WHERE n = 1", "call:1", What.ROW, f"turns 1 {one}")
        for one in ("step", "heard", "led_to")
    ),
    ("UPDATE cases SET details = '{}'", "case:1", What.ROW, "cases 1 details"),
    ("UPDATE cases SET outcome = NULL", "case:1", What.ROW, "cases 1 outcome"),
    ("UPDATE cases SET customer_id = NULL", "case:1", What.ROW, "cases 1 customer_id"),
    ("UPDATE cases SET call_id = NULL", "case:1", What.ROW, "cases 1 call_id"),
    ("UPDATE cases SET call_id = 2", "case:1", What.ROW, "cases 1 call_id"),
    ("UPDATE cases SET anonymous = true", "case:1", What.ROW, "cases 1 anonymous"),
    ("UPDATE waits SET company_id = 3 - company_id", "call:2", What.ROW, "waits 1 company_id"),
)


def test_what_was_told_is_changed_by_nobody(told: Runtime) -> None:
    with told.look(COMMAND) as act:
        assert found(act.session) == []
    for sql, chain, what, row in FORGED:
        with forging(told) as session:
            assert run(session, sql) > 0
            assert f"{chain}: {what}: {row}" in found(session), sql
            assert f"{chain}: {what}: {row}" in found(session, chain), sql


def test_what_was_destroyed_in_time_is_not_missed(told: Runtime) -> None:
    """The words of a call and the notes of a case go; that they were there stays on record, and nothing comes back."""
    with told.act(COMMAND) as act:
        for name in ("call", "case"):
            destroy = record_classes.named(name).destroy
            assert destroy is not None
            destroy(act, "1")
    with told.look(COMMAND) as act:
        assert found(act.session) == []
    for sql, chain, row in (
        ("UPDATE turns SET words = 'x' WHERE n = 1", "call:1", "turns 1 words"),
        ("UPDATE cases SET outcome = 'x'", "case:1", "cases 1 outcome"),
    ):
        with forging(told) as session:
            run(session, sql)
            assert found(session) == [f"{chain}: {What.ROW}: {row}"]


def test_a_matter_names_no_call_in_which_something_unnamed_was_told(told: Runtime, cast: Cast) -> None:
    """That it named the call once is in the log; who takes the unnamed matter's namelessness away is named (CMP-10)."""
    with told.act(CALLER) as act:
        heat = companies.get(act, cast.heat.id)
        call = calls.locked(act, 1)
        cases.open(
            act, heat, kind=cases.Kind.COMPLAINT, matter="staff", owner_id=cast.sun.id, call=call, anonymous=True
        )
    with told.look(COMMAND) as act:
        assert found(act.session) == []
    for sql, row in (
        ("UPDATE cases SET anonymous = false WHERE id = 2", "anonymous"),
        ("UPDATE cases SET call_id = 1 WHERE id = 2", "call_id"),
        (f"UPDATE cases SET customer_id = {cast.chen.id} WHERE id = 2", "customer_id"),
    ):
        with forging(told) as session:
            run(session, sql)
            assert found(session) == [f"case:2: {What.ROW}: cases 2 {row}"]


def test_a_row_that_was_never_told_is_named(told: Runtime, cast: Cast) -> None:
    """A visit that nobody made raises the coverage, a text that nobody sent looks like care."""
    text = "INSERT INTO notices (key, staff_id, company_id, case_id, text, urgent, by_call, at, told_at) VALUES"
    forged = {
        "visits": "INSERT INTO visits (case_id, company_id, rule, state, owed_at, reopened)"
        f" VALUES (1, {cast.heat.id}, 'VIS-2.complaint', 'made', '{{at}}', false)",
        "notices": f"{text} ('x', {cast.lin.id}, {cast.heat.id}, 1, 'broken', false, false, '{{at}}', '{{at}}')",
    }
    for name, sql in forged.items():
        for at in ("2020-01-01 00:00:00.000000", "2031-01-01 00:00:00.000000"):
            with forging(told) as session:
                run(session, sql.format(at=at))
                number = session.execute(text_of(f"SELECT max(id) FROM {name}")).scalar_one()
                named = f"case:1: {What.ROW_UNTOLD}: {name} {number}"
                assert found(session) == found(session, "case:1") == [named]


def test_a_row_of_a_version_before_may_be_untold(told: Runtime, cast: Cast) -> None:
    """Of a matter that was opened before all was told: what is older than the first entry of its kind."""
    with told.act(COMMAND) as act:
        _case, order = given.fault(act, cast)
        visits.owe(act, cases.get(act, 2), "VIS-2.complaint")
        assert order.case_id == 2
    sql = "INSERT INTO visits (case_id, company_id, rule, state, owed_at, reopened)"
    for at, named in (("2020-01-01 00:00:00.000000", False), ("2031-01-01 00:00:00.000000", True)):
        with forging(told) as session:
            retold(session, "case:1")
            run(session, f"{sql} VALUES (1, {cast.heat.id}, 'VIS-2.complaint', 'made', '{at}', false)")
            assert any(What.ROW_UNTOLD in problem for problem in found(session)) == named


def retold(session: Session, chain: str) -> None:
    """Its first entry as a version before wrote it."""
    where = {"c": chain}
    query = text_of("SELECT body FROM audit_entries WHERE chain = :c AND seq = 1")
    said = json.loads(bytes(session.execute(query, where).scalar_one()))
    for name in ("details", "anonymous"):
        del said["fields"][name]
    run(session, "UPDATE audit_entries SET body = :b WHERE chain = :c AND seq = 1", b=canonical(said), **where)
    rehash(session, chain, heads=True)
