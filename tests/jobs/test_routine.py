"""The recurring work; if this broke, the log would go unsealed and lost news would leave calls open for ever."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest
from redis import Redis

from hotline import live
from hotline.domain import calls, companies, promises
from hotline.domain.act import CLOCK, COMMAND
from hotline.domain.calls import Call
from hotline.domain.checkpoints import FILE
from hotline.domain.outbox import State
from hotline.jobs.routine import Rounds
from tests.jobs.workshop import Workshop


@pytest.fixture
def rounds(shop: Workshop) -> Rounds:
    return Rounds(shop.runtime, shop.runtime.redis)


def checkpoints(shop: Workshop) -> list[int]:
    file: Path = shop.runtime.settings.hotline_var / FILE
    return [json.loads(line)["n"] for line in file.read_text().splitlines()] if file.exists() else []


def test_what_the_log_grew_by_is_sealed_and_kept_outside_the_database(shop: Workshop, rounds: Rounds) -> None:
    rounds.turn()
    assert checkpoints(shop) == [1]
    shop.fault()
    shop.at.passes(timedelta(seconds=10))
    rounds.turn()
    assert checkpoints(shop) == [1, 2]
    shop.at.passes(timedelta(seconds=10))
    rounds.turn()
    assert checkpoints(shop) == [1, 2]


def test_several_dispatchers_do_it_once(shop: Workshop, rounds: Rounds) -> None:
    rounds.turn()
    shop.fault()
    Rounds(shop.runtime, shop.runtime.redis).turn()
    assert checkpoints(shop) == [1]


def test_work_that_fails_holds_up_no_other_and_is_named(shop: Workshop, rounds: Rounds) -> None:
    case_id = shop.fault()
    (shop.runtime.settings.hotline_var / FILE).write_text("no checkpoint\n")
    shop.at.passes(timedelta(minutes=12))
    rounds.turn()
    assert verdicts(shop, case_id)["FLT-2.sign"] == "broken"
    assert shop.runtime.redis.hgetall(live.TROUBLES) == {b"seal-log": b"Invalid"}
    (shop.runtime.settings.hotline_var / FILE).unlink()
    shop.at.passes(timedelta(seconds=10))
    rounds.turn()
    assert shop.runtime.redis.hgetall(live.TROUBLES) == {}


def test_without_redis_the_log_is_sealed_all_the_same(shop: Workshop) -> None:
    Rounds(shop.runtime, Redis.from_url("redis://127.0.0.1:1/0")).turn()
    assert checkpoints(shop) == [1]


def verdicts(shop: Workshop, case_id: int) -> dict[str, str]:
    with shop.runtime.look(CLOCK) as act:
        return {promise.rule: promise.verdict for promise in promises.of_case(act, case_id)}


def placed_call(shop: Workshop) -> Call:
    """The engineer's call, placed, and no news of it ever came."""
    shop.fault()
    shop.works()
    return shop.calls()[0]


def looked_up(shop: Workshop) -> int:
    return len(shop.entries("look-up-call"))


def test_a_call_without_an_end_is_looked_up_at_the_carrier(shop: Workshop, rounds: Rounds) -> None:
    call = placed_call(shop)
    every = shop.runtime.figures.routine.call_looked_up_every.span
    shop.passes(every - timedelta(seconds=1))
    rounds.turn()
    assert looked_up(shop) == 0
    shop.passes(timedelta(minutes=1))
    rounds.turn()
    assert looked_up(shop) == 1
    shop.works()
    assert shop.calls()[0].id == call.id
    assert shop.calls()[0].state == calls.State.UNANSWERED
    assert shop.calls()[0].ended_at is not None


def test_it_is_looked_up_once_in_each_span(shop: Workshop, rounds: Rounds) -> None:
    placed_call(shop)
    every = shop.runtime.figures.routine.call_looked_up_every.span
    shop.at.passes(every * 1.1)
    for _ in range(3):
        rounds.turn()
        shop.at.passes(every * 0.25)
    assert looked_up(shop) == 1
    shop.at.passes(every)
    rounds.turn()
    assert looked_up(shop) == 2


def test_a_call_that_the_carrier_does_not_know_is_over_for_us(shop: Workshop) -> None:
    with shop.runtime.act(COMMAND) as act:
        heat = companies.get(act, shop.cast.heat.id)
        call = calls.begin(
            act,
            heat,
            sid="CA" + "f" * 32,
            our_number=shop.cast.heat.number,
            customer=None,
            colleague=None,
            first_step="arrived",
            words_version="x",
        )
    shop.owe("look-up-call", call=call.id)
    shop.works()
    assert shop.entry("look-up-call").state == State.FAILED
    assert (shop.calls()[0].state, shop.calls()[0].cause) == (calls.State.FAILED, "gone (20404)")


def test_a_call_that_has_ended_meanwhile_is_not_looked_up(shop: Workshop) -> None:
    call = placed_call(shop)
    shop.owe("look-up-call", call=call.id)
    shop.ends(call, calls.State.ENDED)
    shop.works()
    assert shop.entry("look-up-call").state == State.DROPPED


def test_a_look_at_a_call_names_no_case(shop: Workshop, rounds: Rounds) -> None:
    """By the outbox an anonymous complaint could be found again by the call it was told in (CMP-10)."""
    placed_call(shop)
    shop.at.passes(timedelta(minutes=16))
    rounds.turn()
    assert shop.entry("look-up-call").case_id is None
