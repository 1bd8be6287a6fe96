"""What cannot be mended now is answered for: the customer hears the result, by one call and no second (FLT-5)."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from hotline.domain import callbacks, repairs
from hotline.domain.act import COMMAND
from hotline.domain.callbacks import Callback, Outcome, Style
from hotline.domain.calls import State as CallState
from hotline.domain.outbox import OutboxEntry
from hotline.domain.visits import State
from hotline.errors import Conflict, Invalid
from hotline.runtime import Runtime
from tests import given, rung
from tests.verified import the_log_agrees as the_log_agrees
from tests.visiting import BROKEN, GOOD, Mended, mended, signs
from tests.world import Cast, HandClock

WHY = "缺一个阀芯，明天到货"


@pytest.fixture
def waiting(runtime: Runtime, cast: Cast) -> Mended:
    """Chen's radiator is cold, Wang is there and cannot mend it now."""
    with runtime.act(COMMAND) as act:
        case, order = given.fault(act, cast)
        signs(act, cast, case)
        repairs.put_off(act, order, by=cast.wang.id, why=WHY)
    return Mended(runtime, case.id)


def finishes(waiting: Mended, cast: Cast) -> None:
    """Wang has the part, and mends it."""
    with waiting.by(cast.wang) as (act, case):
        order = repairs.of_case(act, case.id)
        assert order is not None
        repairs.finish(act, order, by=cast.wang.id, found="换了阀芯", tested=True, customer_signed=True)


def owed(waiting: Mended) -> list[Callback]:
    with waiting.runtime.look(COMMAND) as act:
        return callbacks.of_case(act, waiting.id)


def test_the_customer_is_promised_the_result_and_the_owner_has_it_in_hand(waiting: Mended, cast: Cast) -> None:
    assert waiting.verdicts[-1] == ("FLT-5.result", "open")
    [callback] = owed(waiting)
    assert (callback.style, callback.rule, callback.next_at) == ("talk", "FLT-5.result", None), "nobody rings yet"
    assert waiting.case.handler_id == cast.lin.id
    with waiting.runtime.look(COMMAND) as act:
        keys = act.session.scalars(select(OutboxEntry.key).where(OutboxEntry.key.like("repair-put-off-%"))).all()
        assert len(keys) == 1, "it is in writing as well"


def test_put_off_again_it_is_on_record_and_promised_once(waiting: Mended, cast: Cast) -> None:
    with waiting.by(cast.wang) as (act, case):
        order = repairs.of_case(act, case.id)
        assert order is not None
        repairs.put_off(act, order, by=cast.wang.id, why="配件明天才到")
    assert [rule for rule, _verdict in waiting.verdicts].count("FLT-5.result") == 1
    assert len(owed(waiting)) == 1


def test_only_what_somebody_signed_for_and_has_not_done_is_put_off_and_with_a_reason(
    waiting: Mended, runtime: Runtime, cast: Cast
) -> None:
    with runtime.act(COMMAND) as act:
        _case, unsigned = given.fault(act, cast)
        with pytest.raises(Conflict, match="put off by nobody"):
            repairs.put_off(act, unsigned, by=cast.wang.id, why=WHY)
        with pytest.raises(Invalid, match="say why"):
            repairs.put_off(act, unsigned, by=cast.wang.id, why=" ")
    finishes(waiting, cast)
    with waiting.by(cast.wang) as (act, _case), pytest.raises(Conflict, match="put off by nobody"):
        repairs.put_off(act, repairs.get(act, waiting.order.id), by=cast.wang.id, why=WHY)


def test_once_it_is_mended_one_call_at_once_tells_it_and_asks_how_it_is(
    waiting: Mended, cast: Cast, at: HandClock
) -> None:
    finishes(waiting, cast)
    asks = owed(waiting)[-1]
    assert (asks.style, asks.rule, asks.next_at) == ("survey", "VIS-1.repair", at.now)
    waiting.records(cast.lin, GOOD)
    assert [verdict for rule, verdict in waiting.verdicts if rule in ("FLT-5.result", "VIS-1.repair")] == ["kept"] * 2
    assert [one.state for one in owed(waiting)] == ["reached", "reached"], "nobody is rung a second time"


def test_whoever_says_that_it_is_broken_still_was_told_all_the_same(waiting: Mended, cast: Cast) -> None:
    finishes(waiting, cast)
    waiting.records(cast.lin, BROKEN)
    assert dict(waiting.verdicts)["FLT-5.result"] == "kept"
    assert waiting.order.stage == "reported"


def test_whoever_wants_no_visits_is_told_the_result_by_the_machine(
    waiting: Mended, runtime: Runtime, cast: Cast, at: HandClock
) -> None:
    other = mended(runtime, cast)
    other.refuses(cast.lin)
    finishes(waiting, cast)
    assert [one.state for one in waiting.visits] == [State.REFUSED]
    tells = owed(waiting)[-1]
    assert (tells.style, tells.next_at) == (Style.INFORM, at.now)
    rung.begins(runtime)
    call = rung.calls_to(runtime, cast.chen.id)[-1]
    assert (call.step, call.slots["callback"]) == ("inform", tells.id)
    rung.ends(runtime, call.id, CallState.ENDED)
    assert [one.outcome for one in rung.tried(runtime, tells.id)] == [Outcome.NO_KEY], "a machine was told nothing"
    assert dict(waiting.verdicts)["FLT-5.result"] == "open"
    with waiting.by(cast.lin) as (act, _case):
        callbacks.answered(act, tells.id)
    assert dict(waiting.verdicts)["FLT-5.result"] == "kept"
    assert [one.state for one in owed(waiting)] == ["reached", "reached"]


def test_a_refusal_told_in_one_matter_leaves_the_result_of_another_to_be_told(
    waiting: Mended, runtime: Runtime, cast: Cast
) -> None:
    finishes(waiting, cast)
    other = mended(runtime, cast)
    other.refuses(cast.lin)
    assert [one.state for one in waiting.visits] == [State.REFUSED]
    assert [(one.style, one.state) for one in owed(waiting)] == [
        ("talk", "open"),
        ("survey", "refused"),
        ("inform", "open"),
    ]


def test_a_refusal_in_the_call_itself_leaves_nothing_to_tell(waiting: Mended, cast: Cast) -> None:
    finishes(waiting, cast)
    waiting.refuses(cast.lin)
    assert dict(waiting.verdicts)["FLT-5.result"] == "kept"
    assert {one.state for one in owed(waiting)} == {"reached", "refused"}
