"""A visit is in vain once nobody is rung about it any more, and not before; who is not rung is seen (VIS-1, CBK-3)."""

from __future__ import annotations

import pytest

from hotline.domain import attempts, callbacks, owed_calls, visit_figures, visits
from hotline.domain.act import COMMAND
from hotline.domain.callbacks import Style
from hotline.domain.visits import REPAIR, State
from hotline.runtime import Runtime
from tests import rung
from tests.domain.test_visits_rung import ask
from tests.visiting import Mended, mended
from tests.world import Cast


@pytest.fixture
def done(runtime: Runtime, cast: Cast) -> Mended:
    """Chen's radiator is mended, and the machine is to ask."""
    return mended(runtime, cast)


def owes(done: Mended, cast: Cast, rule: str) -> None:
    """One of ours is to ring as well, in the same matter."""
    with done.by(cast.lin) as (act, case):
        callbacks.owe(act, case, rule)


def is_in_vain(done: Mended, cast: Cast, style: Style) -> State:
    """Tried as often as the standard says; what became of the visit."""
    with done.by(cast.lin) as (act, case):
        callback = owed_calls.open_in(act, case.id, style)
        assert callback is not None
        attempts.give_up(act, case, callback)
    return State(done.visits[0].state)


def unrung(done: Mended) -> int:
    """About how many of the visits no call begins by itself, as the page counts."""
    with done.runtime.look(COMMAND) as act:
        return len(visit_figures.unrung(act, visits.of_case(act, done.id)))


def test_a_machine_that_is_to_ask_still_does_so_where_agents_ask_by_now(
    done: Mended, runtime: Runtime, cast: Cast
) -> None:
    ask(runtime, cast, "agent")
    owes(done, cast, rung.MISSED)
    assert is_in_vain(done, cast, Style.TALK) == State.OWED
    assert is_in_vain(done, cast, Style.SURVEY) == State.UNREACHED


def test_whoever_is_rung_by_one_of_ours_anyway_can_still_be_asked_then(done: Mended, cast: Cast) -> None:
    owes(done, cast, rung.MISSED)
    assert is_in_vain(done, cast, Style.SURVEY) == State.OWED
    assert is_in_vain(done, cast, Style.TALK) == State.UNREACHED


def test_a_call_that_waits_for_a_person_makes_no_visit(done: Mended, cast: Cast) -> None:
    owes(done, cast, "CBK-1.answer")
    assert is_in_vain(done, cast, Style.SURVEY) == State.UNREACHED


def test_while_a_call_goes_on_the_visit_is_not_in_vain(done: Mended, runtime: Runtime, cast: Cast) -> None:
    owes(done, cast, "CBK-1.answer")
    with done.by(cast.lin) as (act, case):
        answer = owed_calls.open_in(act, case.id, Style.TALK)
        assert answer is not None
    rung.by_hand(runtime, answer.id)
    assert is_in_vain(done, cast, Style.SURVEY) == State.OWED


def test_whoever_is_rung_no_more_because_somebody_said_so_is_told_apart(done: Mended, cast: Cast) -> None:
    assert unrung(done) == 0
    with done.by(cast.lin) as (act, case):
        callback = callbacks.open_of(act, case.id)
        assert callback is not None
        callbacks.cancel(act, callback.id, by=cast.lin.id, why="本人说会自己打来")
    assert (done.visits[0].rule, done.visits[0].state, unrung(done)) == (REPAIR, State.OWED, 1)
