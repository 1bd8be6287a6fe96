"""What a caller said, what was noted and how it was judged stay what the log says; whoever changes it is named."""

# ruff: noqa: S608 (the forger writes SQL)

from __future__ import annotations

import pytest

from hotline.domain import calls, cases, companies, desk, record_classes
from hotline.domain.act import CALLER, COMMAND
from hotline.domain.calls import State
from hotline.domain.verifying import What
from hotline.runtime import Runtime
from tests import given
from tests.domain.test_agreeing import found
from tests.tampering import forging, run
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
