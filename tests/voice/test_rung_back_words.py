"""What a customer hears whom we ring back: who, about what, and what a machine is left (ANS-14, CBK-3)."""

from __future__ import annotations

import pytest

from hotline.domain import calls, companies
from hotline.domain.act import CALLER, COMMAND
from hotline.domain.companies import Company
from hotline.domain.waits import Wait
from hotline.runtime import Runtime
from hotline.voice import waiting
from tests import rung
from tests.world import Cast


def rings(runtime: Runtime, cast: Cast) -> int:
    """Chen is rung back, one of ours on the line already; the id of the call."""
    rung.owes(runtime, cast)
    rung.sits(runtime, cast.lin)
    rung.begins(runtime)
    return rung.takes(runtime)


def heard(runtime: Runtime, call_id: int) -> tuple[str, ...]:
    with runtime.act(CALLER) as act:
        call = calls.locked(act, call_id)
        companies.get(act, call.company_id)
        return waiting.called(act, call)


def test_whoever_called_and_was_missed_hears_that_they_did_and_who_kept_a_place_that_it_is_their_turn(
    runtime: Runtime, cast: Cast
) -> None:
    call_id = rings(runtime, cast)
    assert "called.back" in heard(runtime, call_id)
    with runtime.act(COMMAND) as act:
        wait = act.session.get_one(Wait, rung.in_line(runtime)[0].id)
        wait.joined_at -= runtime.figures.desk.presence.span  # stood in the line before the call back was owed
    assert "called.kept" in heard(runtime, call_id)


def test_whoever_pressed_nothing_is_told_the_keys_alone(runtime: Runtime, cast: Cast) -> None:
    call_id = rings(runtime, cast)
    with runtime.act(CALLER) as act:
        calls.locked(act, call_id).misses = 1
    assert heard(runtime, call_id) == ("called.keys",)


@pytest.mark.parametrize(
    ("leaves", "pressed", "said"),
    [
        (True, False, "called.message"),
        (True, True, "called.not-now"),
        (False, False, "called.not-now"),
    ],
)
def test_a_machine_is_left_a_message_where_the_profile_wants_it_and_a_person_an_answer(
    runtime: Runtime, cast: Cast, leaves: bool, pressed: bool, said: str
) -> None:
    call_id = rings(runtime, cast)
    with runtime.act(COMMAND) as act:
        act.session.get_one(Company, cast.heat.id).overrides = {"callbacks": {"leaves_message": leaves}}
    with runtime.act(CALLER) as act:
        call = calls.locked(act, call_id)
        companies.get(act, call.company_id)
        if pressed:
            call.put(is_there=True)
        assert waiting.not_now(act, call) == (said,)
