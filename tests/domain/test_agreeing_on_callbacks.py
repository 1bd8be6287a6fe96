"""What is shown of a call back and of each attempt says what the log says; whatever is changed in one is named."""

from __future__ import annotations

from datetime import timedelta

from hotline.domain.act import COMMAND
from hotline.domain.calls import State
from hotline.domain.verifying import What
from hotline.runtime import Runtime
from tests import rung
from tests.domain.test_agreeing import changed, found
from tests.tampering import forging, run
from tests.world import Cast, HandClock

READ = {
    "callbacks": {"rule", "style", "state", "made_at", "ended_at"},
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


def test_an_attempt_that_is_removed_is_named(runtime: Runtime, cast: Cast, at: HandClock) -> None:
    tried_in_vain(runtime, cast, at)
    with forging(runtime) as session:
        run(session, "DELETE FROM callback_attempts WHERE id = 2")
        assert f"case:1: {What.ROW_GONE}: callback_attempts 2" in found(session)
