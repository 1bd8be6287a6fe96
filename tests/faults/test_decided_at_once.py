"""Two who decide at once, and a decision at the moment of the deadline: one holds, and the record says which."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from threading import Barrier

from hotline.domain import decisions, dispatches, joins, promise_looks, promises, respondents
from hotline.domain.act import CLOCK, COMMAND
from hotline.domain.cases import Case
from hotline.domain.decisions import State
from hotline.errors import Conflict
from hotline.jobs import routine
from hotline.runtime import Runtime
from hotline.standard.kinds import Grade
from tests import complaining, deciding
from tests.complaining import House
from tests.complaining import house as house
from tests.deciding import SETTLE, asks_time, decides, due, state, verdicts
from tests.world import Cast, HandClock

DAY = timedelta(days=1)
ROUNDS = 5
CALLED = "CMP-9.callback"


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
    approved, _ = at_once(partial(decides, runtime, cast.qian, asked), partial(routine.lapse_requests, runtime))
    assert not approved
    routine.lapse_requests(runtime)
    assert state(runtime, asked) == State.LAPSED


def test_several_requests_lapse_while_somebody_deals_with_a_complaint_and_the_one_joined_to_it(
    runtime: Runtime, cast: Cast, house: House, at: HandClock
) -> None:
    """Whoever deals with it holds the leading one's dispatch, and waits for the joined case: nobody holds both ways."""
    joined, leading = (complaining.filed(runtime, cast, department_id=house.repair, grade=Grade.MINOR) for _ in "12")
    leading.does(house.liu, respondents.sign)
    with joined.by(cast.sun) as (act, case, person):
        joins.join(act, case, act.session.get_one(Case, leading.id), by=person, why="the same radiator")
    wanted = [(one.id, due(runtime, one.id, CALLED) + DAY) for one in (joined, leading)]
    asked = [asks_time(runtime, cast.lin, case_id, until, rule=CALLED) for case_id, until in wanted]
    at.set(max(until for _, until in wanted))
    with ThreadPoolExecutor(1) as pool:
        with leading.by(house.liu) as (act, case, person):
            for one in dispatches.of_case(act, case.id):
                dispatches.get(act, one.id)
            lapsing = pool.submit(routine.lapse_requests, runtime)
            _waits_for(lambda: state(runtime, asked[0]) == State.LAPSED)
            respondents.settle(act, case, person, "air in the pipe")
        lapsing.result()
    assert {state(runtime, one) for one in asked} == {State.LAPSED}


def _looks(runtime: Runtime, promise_id: int) -> None:
    """Begun when the deadline was just over, while others began in time."""
    with runtime.act(CLOCK) as act:
        act.at += timedelta.resolution
        promise_looks.look(act, [promise_id])


def _waits_for(what: Callable[[], bool]) -> None:
    """A moment at most: where one writer holds all others up, it comes later."""
    ends = time.monotonic() + 0.5
    while not what() and time.monotonic() < ends:
        time.sleep(0.01)
