"""Redis is a hint to wake up, and the row is the promise; if this broke, an emptied Redis would lose work (rule 3)."""

from __future__ import annotations

import logging
from datetime import timedelta
from itertools import takewhile
from operator import itemgetter

import pytest
from redis import Redis
from rq.serializers import JSONSerializer
from sqlalchemy import event

from hotline.carrier import Carrier
from hotline.domain import claims
from hotline.domain.act import CLOCK, Act
from hotline.domain.outbox import OutboxEntry, Queue, State
from hotline.jobs import queues, work
from hotline.jobs.effects import Effect, Handler
from hotline.jobs.worker import Worker
from hotline.runtime import Runtime
from hotline.simulator.faults import Trouble
from tests.jobs.workshop import Workshop

LEASE = timedelta(seconds=61)


def work_burst(shop: Workshop) -> None:
    """A worker for each queue takes what lies there."""
    for name in Queue:
        queue = queues.queue(shop.runtime.redis, name, shop.runtime.figures)
        worker = Worker([queue], connection=shop.runtime.redis, serializer=JSONSerializer)
        worker.work(burst=True, logging_level="ERROR")


def run(shop: Workshop) -> None:
    """Dispatcher and workers in turn until nothing is due."""
    while shop.dispatcher.turn():
        work_burst(shop)


def test_what_lay_on_the_queues_is_handed_out_anew_at_once_and_done_once(shop: Workshop) -> None:
    shop.fault()
    shop.dispatcher.turn()
    shop.runtime.redis.flushall()
    run(shop)
    assert len(shop.exchange.board.calls) == 1
    assert shop.states() | {"ring-dispatch": "done", "place-call": "done", "text-link": "done"} == shop.states()


@pytest.mark.parametrize(("kind", "ordered"), [("send-text", False), ("hold", True)])
def test_what_is_with_the_carrier_at_that_moment_is_left_to_its_lease(shop: Workshop, kind: str, ordered: bool) -> None:
    """A text would be sent twice; a hold that comes late would come after the resume (design rule 3)."""
    meanwhile: list[int] = []

    def ask(carrier: Carrier) -> str:
        shop.runtime.redis.flushall()
        meanwhile.append(shop.dispatcher.turn())
        return "SM" + "0" * 32

    def prepare(runtime: Runtime, act: Act, entry: OutboxEntry) -> Effect:
        return Effect(ask) if ordered else Effect(ask, lambda carrier, since: [])

    work.serve(shop.runtime, shop.carrier, {kind: Handler(prepare, ordered=ordered)})
    shop.owe(kind)
    assert shop.works() == 1
    assert meanwhile == [0]


def test_a_dispatcher_that_dies_amid_handing_out_anew_leaves_it_to_the_next(shop: Workshop) -> None:
    shop.fault()
    shop.dispatcher.turn()
    shop.runtime.redis.flushall()

    def away(*_statement: object) -> None:
        raise ConnectionError("the database is away")

    event.listen(shop.runtime.engine, "before_cursor_execute", away)
    with pytest.raises(ConnectionError):
        shop.dispatcher.turn()
    event.remove(shop.runtime.engine, "before_cursor_execute", away)
    run(shop)
    assert len(shop.exchange.board.calls) == 1


def test_who_leaves_takes_back_what_is_ours_and_no_more(shop: Workshop) -> None:
    shop.fault()
    shop.dispatcher.turn()
    redis, figures = shop.runtime.redis, shop.runtime.figures
    urgent = queues.queue(redis, Queue.URGENT, figures)
    ours = urgent.get_job_ids()
    redis.rpush(urgent.key, "somebody-elses")
    taken = queues.take_back(redis, Queue.URGENT, figures)
    assert [f"outbox-{one.id}-{one.attempt}" for one in taken] == ours
    assert urgent.get_job_ids() == ["somebody-elses"]
    assert queues.lost(redis, taken) == taken


def test_what_came_after_it_was_emptied_is_left_where_it_lies(shop: Workshop) -> None:
    shop.dispatcher.turn()
    shop.runtime.redis.flushall()
    shop.owe("end-call", call=0)
    with shop.runtime.act(CLOCK) as act:
        queues.hand_out(shop.runtime.redis, claims.claim_due(act, lease=LEASE, most=9), shop.runtime.figures)
    assert shop.dispatcher.turn() == 0


def test_emptied_at_every_step_the_engineer_is_rung_once(shop: Workshop) -> None:
    shop.fault()
    for _ in range(4):
        shop.dispatcher.turn()
        shop.runtime.redis.flushall()
        shop.passes(LEASE)
        shop.dispatcher.turn()
        work_burst(shop)
        shop.runtime.redis.flushall()
    assert len([leg for leg in shop.exchange.board.calls.values() if leg.called == shop.cast.wang.number.e164]) == 1


def test_emptied_between_an_unknown_submission_and_the_look_it_is_still_found(shop: Workshop) -> None:
    shop.exchange.faults.order(Trouble.REST_SILENT_LATE, matching="Messages")
    shop.fault()
    run(shop)
    shop.runtime.redis.flushall()
    shop.passes(timedelta(seconds=31))
    run(shop)
    assert shop.entry("text-link").state == State.DONE
    assert len(shop.exchange.board.messages) == 1


def test_no_personal_value_is_ever_in_redis_or_in_the_log(shop: Workshop, caplog: pytest.LogCaptureFixture) -> None:
    """Everything that passes through Redis, not only what stays there (SEC-1). A job's own data is told elsewhere."""
    with caplog.at_level(logging.DEBUG), Redis.from_url(shop.runtime.settings.redis) as redis, redis.monitor() as spy:
        shop.exchange.faults.refuse(shop.cast.zhao.number.e164, 21211)
        shop.fault()
        shop.owe("send-text", case_id=1, to="customer", who=shop.cast.chen.id, text="case-opened")
        for _ in range(12):
            run(shop)
            shop.passes(timedelta(seconds=20))
        redis.set("the", "end")
        passed = "\n".join(
            takewhile(lambda command: command != "SET the end", map(itemgetter("command"), spy.listen()))
        )
    assert "hotline:pace" in passed
    people = (shop.cast.chen, shop.cast.wang, shop.cast.zhao, shop.cast.sun)
    for secret in ["/sheet/", *(one.number.national for one in people), *(one.name for one in people)]:
        assert secret not in caplog.text
        assert secret not in passed
        assert as_monitored(secret) not in passed


def as_monitored(text: str) -> str:
    """How MONITOR writes what is not ASCII."""
    return "".join(chr(byte) if byte < 128 else f"\\x{byte:02x}" for byte in text.encode())
