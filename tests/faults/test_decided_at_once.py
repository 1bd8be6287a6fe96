"""Two who decide at once, and a decision at the moment of the deadline: one holds, and the record says which."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from threading import Barrier

from hotline.domain import decisions, promise_looks, promises
from hotline.domain.act import CLOCK, COMMAND
from hotline.domain.decisions import State
from hotline.errors import Conflict
from hotline.runtime import Runtime
from tests import deciding
from tests.deciding import SETTLE, asks_time, decides, due, state, verdicts
from tests.world import Cast, HandClock

DAY = timedelta(days=1)
ROUNDS = 5


def at_once(*does: Callable[[], object]) -> list[bool]:
    """Everybody begins at the same moment; whether each came through, or was told that it was too late."""
    ready = Barrier(len(does))

    def one(does_it: Callable[[], object]) -> bool:
        ready.wait()
        try:
            does_it()
        except Conflict:
            return False
        return True

    with ThreadPoolExecutor(len(does)) as pool:
        return [done.result() for done in [pool.submit(one, each) for each in does]]


def test_of_two_who_decide_at_once_one_decides(runtime: Runtime, cast: Cast) -> None:
    for _ in range(ROUNDS):
        case_id = deciding.complaint(runtime, cast)
        asked = asks_time(runtime, cast.lin, case_id, due(runtime, case_id) + DAY)
        approved, refused = at_once(
            partial(decides, runtime, cast.qian, asked), partial(decides, runtime, cast.feng, asked, approve=False)
        )
        assert approved is not refused
        assert state(runtime, asked) == (State.APPROVED if approved else State.REFUSED)
        assert verdicts(runtime, case_id, SETTLE) == (["excused", "open"] if approved else ["open"])


def test_of_an_approval_and_the_deadlines_judging_at_the_same_moment_one_holds(
    runtime: Runtime, cast: Cast, at: HandClock
) -> None:
    for _ in range(ROUNDS):
        case_id = deciding.complaint(runtime, cast)
        asked = asks_time(runtime, cast.lin, case_id, due(runtime, case_id) + DAY)
        at.set(due(runtime, case_id))
        with runtime.look(COMMAND) as act:
            promise_id = deciding.promised(act, case_id, SETTLE).id
        approved, _ = at_once(partial(decides, runtime, cast.qian, asked), partial(_looks, runtime, promise_id))
        _looks(runtime, promise_id)  # what another held is looked at the next time
        assert verdicts(runtime, case_id, SETTLE) == (["excused", "open"] if approved else ["broken"])
        assert state(runtime, asked) == (State.APPROVED if approved else State.ASKED)


def test_of_two_who_ask_for_the_same_at_once_one_asks(runtime: Runtime, cast: Cast) -> None:
    case_id = deciding.complaint(runtime, cast)
    until = due(runtime, case_id) + DAY
    asked = at_once(*(partial(asks_time, runtime, who, case_id, until) for who in (cast.lin, cast.sun)))
    assert sorted(asked) == [False, True]
    with runtime.look(COMMAND) as act:
        assert len(decisions.of_case(act, case_id)) == 1


def test_an_approval_and_the_lapsing_at_the_same_moment_agree(runtime: Runtime, cast: Cast) -> None:
    case_id = deciding.complaint(runtime, cast)
    asked = asks_time(runtime, cast.lin, case_id, due(runtime, case_id) + DAY)
    with runtime.act(COMMAND) as act:
        promises.done(act, SETTLE, deciding.locked(act, case_id))
    approved, _ = at_once(partial(decides, runtime, cast.qian, asked), partial(_lapses, runtime))
    assert not approved
    _lapses(runtime)
    assert state(runtime, asked) == State.LAPSED


def _looks(runtime: Runtime, promise_id: int) -> None:
    """Begun when the deadline was just over, while others began in time."""
    with runtime.act(CLOCK) as act:
        act.at += timedelta.resolution
        promise_looks.look(act, [promise_id])


def _lapses(runtime: Runtime) -> None:
    with runtime.act(CLOCK) as act:
        decisions.lapse(act, most=9)
