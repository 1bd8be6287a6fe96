"""A worker and a dispatcher as processes; if this broke, the queues would only fill."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta

import pytest
from rq import Worker
from rq.exceptions import StopRequested
from rq.serializers import JSONSerializer
from rq.worker import WorkerStatus
from werkzeug.serving import make_server

from hotline.domain.outbox import Queue, State
from hotline.errors import Invalid
from hotline.jobs import queues, worker
from hotline.settings import load
from hotline.simulator.server import create_app
from tests import world
from tests.jobs.workshop import Workshop

WORKER = "from hotline import settings; from hotline.jobs import worker; worker.run(settings.load(), 'urgent')"
ROUTINE = WORKER.replace("urgent", "routine")
DISPATCH = (
    "from hotline import runtime, settings; from hotline.jobs import dispatch;"
    "dispatch.run(runtime.make(settings.load()))"
)


@contextmanager
def process(shop: Workshop, program: str, carrier: str) -> Iterator[subprocess.Popen[bytes]]:
    """A process of ours, told to stop at the end of the block if it still runs; it leaves in good order."""
    told = shop.runtime.settings
    environment = world.environment(database_url=told.database, redis_url=told.redis, var=told.hotline_var)
    started = subprocess.Popen([sys.executable, "-c", program], env={**environment, "TWILIO_API_BASE": carrier})
    try:
        yield started
    finally:
        started.send_signal(signal.SIGTERM)
        assert started.wait(timeout=60) == 0


@pytest.fixture
def carrier(shop: Workshop) -> Iterator[str]:
    """The exchange behind a real socket; its address."""
    server = make_server("127.0.0.1", 0, create_app(shop.exchange), threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def until(true: Callable[[], object], seconds: float = 60) -> None:
    """Wait until it is so."""
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "it never came about"
        time.sleep(0.02)


def test_dispatcher_and_worker_as_processes_ring_the_engineer(shop: Workshop, carrier: str) -> None:
    with process(shop, DISPATCH, carrier), process(shop, WORKER, carrier), process(shop, ROUTINE, carrier):
        shop.fault()
        until(lambda: shop.states().get("place-call") == State.DONE and shop.states().get("text-link") == State.DONE)
    assert [one.called for one in shop.exchange.board.calls.values()].count(shop.cast.wang.number.e164) == 1
    assert len([one for one in shop.exchange.board.messages.values() if "/sheet/" in one.body]) == 1


def test_a_worker_listens_on_its_one_queue_alone(shop: Workshop, carrier: str) -> None:
    queue = queues.queue(shop.runtime.redis, Queue.URGENT, shop.runtime.figures)
    with process(shop, WORKER, carrier):
        until(lambda: [one.get_state() for one in Worker.all(queue=queue)] == [WorkerStatus.IDLE])
        (found,) = Worker.all(connection=shop.runtime.redis)
        assert found.queue_names() == ["urgent"]
    assert Worker.count(queue=queue) == 0


def test_a_worker_without_a_carrier_account_says_what_is_missing(shop: Workshop) -> None:
    told = world.environment(
        database_url=shop.runtime.settings.database,
        redis_url=shop.runtime.settings.redis,
        var=shop.runtime.settings.hotline_var,
    )
    without = load({name: value for name, value in told.items() if not name.startswith("TWILIO_")})
    with pytest.raises(Invalid, match="TWILIO_ACCOUNT_SID"):
        worker.run(without, "urgent")


def test_a_busy_worker_says_now_and_then_that_it_lives_not_at_every_job(shop: Workshop) -> None:
    redis, figures = shop.runtime.redis, shop.runtime.figures
    made = worker.Worker([queues.queue(redis, Queue.URGENT, figures)], connection=redis, serializer=JSONSerializer)
    made.sign_every = timedelta(minutes=1)
    made.heartbeat()
    assert redis.hget(made.key, "last_heartbeat")
    redis.delete(made.key)
    made.heartbeat()
    assert not redis.exists(made.key)
    made.sign_every = timedelta(0)
    made._silent_until = 0.0
    made.heartbeat()
    assert redis.exists(made.key)
    assert figures.worker.sign_every.span * 2 < figures.worker.lifetime.span


def leave(made: worker.Worker) -> None:
    """TERM reaches a worker, and whatever was going on at that moment swallows what it raises."""
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    with suppress(StopRequested):
        made.request_stop(signal.SIGTERM, None)  # type: ignore[no-untyped-call]
    for number, handler in before.items():
        signal.signal(number, handler)


def test_a_worker_that_was_told_to_leave_leaves_though_the_word_was_swallowed(shop: Workshop) -> None:
    redis, figures = shop.runtime.redis, shop.runtime.figures
    made = worker.Worker([queues.queue(redis, Queue.URGENT, figures)], connection=redis, serializer=JSONSerializer)
    made.set_state(WorkerStatus.IDLE)
    made.heartbeat()
    leave(made)
    with pytest.raises(StopRequested):
        made.heartbeat()


def test_a_worker_that_was_told_to_leave_does_the_job_at_hand_first(shop: Workshop) -> None:
    redis, figures = shop.runtime.redis, shop.runtime.figures
    made = worker.Worker([queues.queue(redis, Queue.URGENT, figures)], connection=redis, serializer=JSONSerializer)
    made.set_state(WorkerStatus.BUSY)
    leave(made)
    made.heartbeat()
    made.set_state(WorkerStatus.IDLE)
    with pytest.raises(StopRequested):
        made.heartbeat()
