"""What is shown of a call back and of each attempt says what the log says; whatever is changed in one is named."""

from __future__ import annotations

from datetime import timedelta

import pytest

from hotline.domain import callbacks
from hotline.domain.act import COMMAND
from hotline.domain.calls import State
from hotline.domain.verifying import What
from hotline.runtime import Runtime
from tests import rung
from tests.domain.test_agreeing import changed, found
from tests.tampering import forging, run
from tests.world import Cast, HandClock

READ = {
    "callbacks": {"rule", "style", "state", "made_at", "from_at", "agreed", "attempts", "ended_at"},
    "callback_attempts": {"slot", "due_at", "began_at", "call_id", "outcome", "ended_at"},
}


def tried_in_vain(runtime: Runtime, cast: Cast, at: HandClock) -> None:
    """Chen was rung as often as the standard says."""
    rung.owes(runtime, cast)
    for hours in (2, 6, 0):
        rung.sits(runtime, cast.lin)
        rung.begins(runtime)
        rung.ends(runtime, rung.takes(runtime), State.UNANSWERED)
        with runtime.look(COMMAND) as act:
            assert found(act.session) == []
        at.passes(timedelta(hours=hours))


def test_a_changed_column_is_named_with_its_row(runtime: Runtime, cast: Cast, at: HandClock) -> None:
    tried_in_vain(runtime, cast, at)
    for name, column in [(table, column) for table in READ for column in sorted(READ[table])]:
        with forging(runtime) as session:
            assert changed(session, name, 1, column) == 1
            assert f"case:1: {What.ROW}: {name} 1 {column}" in found(session)


def test_a_time_that_was_agreed_is_not_moved_unseen(runtime: Runtime, cast: Cast, at: HandClock) -> None:
    owed = rung.owes(runtime, cast, "CBK-1.answer")
    with runtime.act(COMMAND) as act:
        begins = at.now + timedelta(hours=1)
        callbacks.plan(act, owed, at=begins, until=begins + timedelta(hours=1), by=cast.lin.id)
    for column in ("agreed", "from_at", "until_at"):
        with forging(runtime) as session:
            assert changed(session, "callbacks", owed, column) == 1
            assert f"case:1: {What.ROW}: callbacks {owed} {column}" in found(session)


@pytest.mark.parametrize("planned", [True, False])
def test_what_is_left_after_a_talk_agrees(runtime: Runtime, cast: Cast, at: HandClock, planned: bool) -> None:
    """They ring at the time that was agreed, or before; what somebody has to find out for them is owed still."""
    owed = rung.owes(runtime, cast, "CBK-1.answer")
    if planned:
        with runtime.act(COMMAND) as act:
            callbacks.plan(act, owed, at=at.now + timedelta(hours=1), by=cast.lin.id)
        at.passes(timedelta(hours=1))
    with runtime.act(COMMAND) as act:
        callbacks.reached(act, rung.case_of(act, owed))
    found_now = rung.found(runtime, owed)
    assert (found_now.state, found_now.agreed) == ("open", False)
    with runtime.look(COMMAND) as act:
        assert found(act.session) == []


def test_an_attempt_that_is_removed_is_named(runtime: Runtime, cast: Cast, at: HandClock) -> None:
    tried_in_vain(runtime, cast, at)
    with forging(runtime) as session:
        run(session, "DELETE FROM callback_attempts WHERE id = 2")
        assert f"case:1: {What.ROW_GONE}: callback_attempts 2" in found(session)
