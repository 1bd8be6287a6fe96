"""Who looked, and what is held, is what the log says; whoever takes a look off the list or lifts a hold is named."""

# ruff: noqa: S608 (the forger writes SQL)

from __future__ import annotations

import pytest

from hotline.domain import companies, holds, looks, verifying
from hotline.domain.act import COMMAND, Act
from hotline.domain.looks import Kind, Place
from hotline.domain.verifying import What
from hotline.runtime import Runtime
from tests import given
from tests.domain.test_agreeing import found
from tests.tampering import forging, run
from tests.world import Cast

WHY = "回电核对地址"


@pytest.fixture
def looked(runtime: Runtime, cast: Cast) -> Runtime:
    """Lin looked at Chen's number, Wang on the sheet, Sun searched; the matter is held, a second hold was lifted."""
    with runtime.act(COMMAND) as act:
        case = given.case(act, cast, told_in=given.call(act, cast))
        companies.get(act, cast.heat.id)
        place = Place(case.chain, cast.heat.id, cast.chen.id)
        looks.note(act, place, by=cast.lin.id, kind=Kind.REVEALED, what="number", reason=WHY)
        looks.note_sheet(act, place, by=cast.wang.id, what="address")
        looks.note_search(act, by=cast.sun.id, what=["number"])
        head = given.person(act, cast.qian)
        holds.place(act, case, whole_customer=False, by=head, reason="a court asks")
        whole = holds.place(act, case, whole_customer=True, by=head, reason="a court asks")
        holds.lift(act, whole.id, by=head, why="it asks no more")
    return runtime


def test_a_look_that_is_taken_off_put_on_or_changed_is_named(looked: Runtime, cast: Cast) -> None:
    with looked.look(COMMAND) as act:
        assert found(act.session) == found(act.session, "case:1") == []
    for sql, what, named in (
        ("DELETE FROM looks WHERE id = 1", What.ROW_GONE, "looks 1"),
        (f"UPDATE looks SET staff_id = {cast.sun.id} WHERE id = 1", What.ROW, "looks 1 staff_id"),
        ("UPDATE looks SET customer_id = NULL WHERE id = 2", What.ROW, "looks 2 customer_id"),
        ("UPDATE looks SET at = '2031-01-01 00:00:00' WHERE id = 2", What.ROW, "looks 2 at"),
        ("UPDATE looks SET chain = 'house' WHERE id = 1", What.ROW_GONE, "looks 1"),
        ("UPDATE looks SET chain = 'case:1' WHERE id = 3", What.ROW_UNTOLD, "looks 3"),
    ):
        with forging(looked) as session:
            assert run(session, sql) == 1
            assert f"case:1: {what}: {named}" in found(session), sql
            assert f"case:1: {what}: {named}" in found(session, "case:1"), sql


def test_a_hold_that_is_lifted_moved_taken_away_or_put_there_unseen_is_named(looked: Runtime) -> None:
    with looked.look(COMMAND) as act:
        assert found(act.session, "house") == []
    columns = "company_id, case_id, reason, placed_by_id, placed_at"
    for sql, what, named in (
        ("UPDATE holds SET lifted_at = placed_at WHERE id = 1", What.ROW, "holds 1 lifted_at"),
        ("UPDATE holds SET lifted_at = NULL WHERE id = 2", What.ROW, "holds 2 lifted_at"),
        ("UPDATE holds SET customer_id = NULL WHERE id = 2", What.ROW, "holds 2 customer_id"),
        ("UPDATE holds SET call_id = 1, case_id = NULL WHERE id = 1", What.ROW, "holds 1 call_id"),
        ("DELETE FROM holds WHERE id = 1", What.ROW_GONE, "holds 1"),
        (
            f"INSERT INTO holds (id, {columns}) SELECT 9, {columns} FROM holds WHERE id = 1",
            What.ROW_UNTOLD,
            "holds 9",
        ),
    ):
        with forging(looked) as session:
            assert run(session, sql) == 1
            assert f"house: {what}: {named}" in found(session), sql
            assert f"house: {what}: {named}" in found(session, "house"), sql


def test_a_look_of_which_a_version_before_told_no_number_is_no_alteration(runtime: Runtime, cast: Cast) -> None:
    with runtime.act(COMMAND) as act:
        case = given.case(act, cast)
        _as_before(act, case.chain, cast)
    with runtime.look(COMMAND) as act:
        assert verifying.verify(act.session).problems == []
    with forging(runtime) as session:
        run(session, f"UPDATE looks SET staff_id = {cast.sun.id}")
        assert f"case:1: {What.ROW_UNTOLD}: looks 1" in found(session)


def _as_before(act: Act, chain: str, cast: Cast) -> None:
    row = {"staff_id": cast.lin.id, "company_id": cast.heat.id, "customer_id": cast.chen.id, "kind": "revealed"}
    act.session.add(looks.Look(at=act.at, chain=chain, what="number", reason="", **row))
    act.remember(chain, "revealed", what="number", reason="", by=cast.lin.id)
