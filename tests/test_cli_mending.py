"""What is owed is shown and mended at a terminal, without a personal value."""

from __future__ import annotations

from datetime import timedelta

import pytest

from hotline.domain import audit, callbacks, cases, companies, outbox
from hotline.domain.act import CLOCK, COMMAND
from hotline.domain.cases import Kind
from hotline.domain.outbox import OutboxEntry, State
from hotline.runtime import Runtime
from tests import given
from tests.operator import Operator
from tests.world import Cast

WHY = ("--why", "号码已改好")


@pytest.fixture
def operator(runtime: Runtime) -> Operator:
    return Operator.of(runtime.settings)


@pytest.fixture
def entries(runtime: Runtime, cast: Cast) -> list[int]:
    """Two texts to Chen that failed, and one that is due."""
    with runtime.act(COMMAND) as act:
        case = given.case(act, cast)
        for _ in range(3):
            outbox.post(act, "send-text", case_id=case.id, to="customer", who=cast.chen.id, text="case-opened")
    with runtime.act(CLOCK) as act:
        for n in (1, 2):
            entry = act.session.get_one(OutboxEntry, n)
            entry.attempts, entry.failures = 3, 2
            outbox.settle(act, entry, State.FAILED, problem="number-wrong (21211)")
    return [1, 2, 3]


def states(runtime: Runtime) -> list[str]:
    with runtime.look(COMMAND) as act:
        return [act.session.get_one(OutboxEntry, n).state for n in (1, 2, 3)]


def test_an_entry_is_shown_with_what_it_is_about_and_how_often_it_was_tried(
    operator: Operator, entries: list[int], cast: Cast
) -> None:
    shown = operator.reads("outbox show 1")
    assert (shown["kind"], shown["case"], shown["state"]) == ("send-text", "261118001", "failed")
    assert shown["about"] == {"to": "customer", "who": cast.chen.id, "text": "case-opened"}
    assert (shown["attempts"], shown["failures"], shown["problem"]) == (3, 2, "number-wrong (21211)")
    told = operator.answered("outbox show 1")
    assert "problem      number-wrong (21211)\n" in told
    assert cast.chen.number.e164[-4:] not in told
    assert cast.chen.name not in told
    assert operator.refused("outbox show 4711").startswith("hotline: nothing is owed under 4711")


def test_of_an_anonymous_matter_it_is_not_told_whom_it_is_about(
    operator: Operator, runtime: Runtime, cast: Cast
) -> None:
    with runtime.act(COMMAND) as act:
        heat = companies.get(act, cast.heat.id)
        case = cases.open(act, heat, kind=Kind.COMPLAINT, matter="service", owner_id=cast.lin.id, anonymous=True)
        outbox.post(act, "send-text", case_id=case.id, to="customer", who=cast.chen.id, text="case-opened")
    assert operator.reads("outbox show 1")["about"] is None


def test_failed_entries_are_listed_by_themselves(operator: Operator, entries: list[int]) -> None:
    assert [row["id"] for row in operator.reads("outbox list --state failed")] == [2, 1]
    assert [row["id"] for row in operator.reads("outbox list --before 3 --limit 1")] == [2]


def test_several_are_tried_again_with_one_reason_that_stands_in_the_log(
    operator: Operator, runtime: Runtime, entries: list[int]
) -> None:
    assert "2 tried again" in operator.answered("outbox retry 1 2", *WHY)
    assert states(runtime) == [State.DUE, State.DUE, State.DUE]
    with runtime.look(COMMAND) as act:
        last = audit.entries(act.session, "case:1")[-1]
        assert (last.kind, last.actor, last.fields["entry"]) == ("outbox-retried", "command", 2)


def test_several_are_given_up(operator: Operator, runtime: Runtime, entries: list[int]) -> None:
    assert operator.answered("outbox give-up 2 1 2", *WHY) == "2 given up\n"
    assert states(runtime) == [State.ABANDONED, State.ABANDONED, State.DUE]


def test_where_one_did_not_fail_nothing_is_done(operator: Operator, runtime: Runtime, entries: list[int]) -> None:
    assert operator.refused("outbox give-up 1 3", *WHY).startswith("hotline: 3 is due: only what failed")
    assert operator.refused("outbox retry 1 4711", *WHY).startswith("hotline: nothing is owed under 4711")
    assert states(runtime) == [State.FAILED, State.FAILED, State.DUE]


def test_neither_goes_without_a_reason_or_without_an_entry(operator: Operator, entries: list[int]) -> None:
    for command in ("retry", "give-up"):
        assert "--why" in operator.refused(f"outbox {command} 1")
        assert "say why" in operator.refused(f"outbox {command} 1", "--why", " ")
        assert "ID..." in operator.refused(f"outbox {command}", *WHY)


def test_a_callback_of_tomorrow_stands_with_its_company_and_matter_and_is_due_later(
    operator: Operator, runtime: Runtime, cast: Cast
) -> None:
    with runtime.act(COMMAND) as act:
        callbacks.owe(act, given.case(act, cast), "CBK-1.answer", from_at=act.at + timedelta(days=1))
    [row] = [one for one in operator.reads("outbox list") if one["kind"] == "call-back"]
    assert (row["company"], row["case"], row["state"]) == ("heat", "261118001", "later")
