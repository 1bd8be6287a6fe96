"""From the outbox to the workers; if this broke, what is due would stay a row in a table (design rule 3)."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from redis.exceptions import ConnectionError as RedisAway
from rq.job import Job
from rq.serializers import JSONSerializer

from hotline import runtime
from hotline.domain.outbox import Queue, State
from hotline.jobs import queues
from hotline.jobs.dispatch import Dispatcher
from hotline.jobs.worker import Worker
from hotline.settings import load
from tests import world
from tests.jobs.workshop import Workshop


def waiting(shop: Workshop, name: Queue) -> list[Job]:
    """The jobs on a queue, first to be taken first."""
    return queues.queue(shop.runtime.redis, name, shop.runtime.figures).jobs


def workers_burst(shop: Workshop) -> None:
    """A worker for each queue works it empty."""
    for name in Queue:
        queue = queues.queue(shop.runtime.redis, name, shop.runtime.figures)
        worker = Worker([queue], connection=shop.runtime.redis, serializer=JSONSerializer)
        worker.work(burst=True, logging_level="ERROR")


def test_a_fault_reaches_the_telephone_by_way_of_the_queues(shop: Workshop) -> None:
    shop.fault()
    while shop.dispatcher.turn():
        workers_burst(shop)
    shop.phone(shop.cast.wang).rings(within=5)
    assert shop.entry("place-call").state == State.DONE


def test_a_job_carries_ids_and_its_kind_alone_and_says_nothing(shop: Workshop) -> None:
    shop.fault()
    shop.dispatcher.turn()
    (job,) = waiting(shop, Queue.URGENT)
    entry = shop.entry("ring-dispatch")
    assert job.id == f"outbox-{entry.id}-1"
    assert (job.func_name, job.args, job.kwargs) == ("hotline.jobs.work.perform", [entry.id, 1, "ring-dispatch"], {})
    assert job.description == "an owed effect"
    assert job.retries_left is None
    assert job.timeout is not None
    assert job.timeout < shop.runtime.figures.outbox.lease.seconds


def test_calls_that_come_by_way_of_the_queues_keep_to_their_pace(shop: Workshop) -> None:
    shop.fault()
    shop.fault()
    while shop.dispatcher.turn():
        workers_burst(shop)
    first, second = shop.entries("place-call")
    assert (first.state, second.state) == (State.DONE, State.DUE)
    assert timedelta(0) < second.due_at - shop.at.now <= timedelta(seconds=1)


def test_nothing_is_handed_out_before_it_is_due(shop: Workshop) -> None:
    due = shop.at.now + timedelta(minutes=5)
    owed = shop.owe("end-call", due=due, call=0)
    shop.at.set(due - timedelta(microseconds=1))
    assert shop.dispatcher.turn() == 0
    shop.at.set(due)
    assert shop.dispatcher.turn() == 1
    assert [job.id for job in waiting(shop, Queue.ROUTINE)] == [f"outbox-{owed}-1"]


def test_urgent_work_has_a_queue_of_its_own(shop: Workshop) -> None:
    shop.fault()
    shop.owe("end-call", call=0)
    shop.dispatcher.turn()
    assert (len(waiting(shop, Queue.URGENT)), len(waiting(shop, Queue.ROUTINE))) == (1, 1)


def test_two_dispatchers_at_once_hand_out_everything_and_nothing_twice(shop: Workshop) -> None:
    owed = {shop.owe("end-call", call=0) for _ in range(60)}
    other = Dispatcher(shop.runtime)
    threads = [threading.Thread(target=one.turn) for one in (shop.dispatcher, other, shop.dispatcher, other)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    other.close()
    assert sorted(job.id for job in waiting(shop, Queue.ROUTINE)) == sorted(f"outbox-{id_}-1" for id_ in owed)


def test_what_a_dead_worker_held_comes_back_when_its_lease_runs_out(shop: Workshop) -> None:
    owed = shop.owe("end-call", call=0)
    assert shop.dispatcher.turn() == 1
    shop.at.passes(shop.runtime.figures.outbox.lease.span)
    assert shop.dispatcher.turn() == 0
    shop.at.passes(timedelta(seconds=1))
    assert shop.dispatcher.turn() == 1
    assert f"outbox-{owed}-2" in {job.id for job in waiting(shop, Queue.ROUTINE)}


def test_a_commit_wakes_the_dispatcher(shop: Workshop) -> None:
    with running(shop.dispatcher):
        shop.owe("end-call", call=0)
        until(lambda: bool(waiting(shop, Queue.ROUTINE)))


def test_what_falls_due_without_a_word_is_found_by_looking(shop: Workshop) -> None:
    shop.owe("end-call", due=shop.at.now + timedelta(minutes=5), call=0)
    with running(shop.dispatcher):
        shop.at.passes(timedelta(minutes=5))
        until(lambda: bool(waiting(shop, Queue.ROUTINE)))


def test_what_falls_due_soon_is_looked_for_at_that_instant(shop: Workshop) -> None:
    figures = shop.runtime.figures.outbox
    assert (shop.dispatcher.turn(), shop.dispatcher.pause) == (0, figures.poll_seconds)
    due = shop.at.now + timedelta(seconds=figures.poll_seconds + 0.2)
    shop.owe("end-call", due=due, call=0)
    for before, pause in ((0.6, figures.poll_seconds), (0.2, 0.2), (0.001, figures.full_poll_seconds)):
        shop.at.set(due - timedelta(seconds=before))
        assert shop.dispatcher.turn() == 0
        assert shop.dispatcher.pause == pytest.approx(pause)
    shop.at.set(due)
    assert (shop.dispatcher.turn(), shop.dispatcher.pause) == (1, figures.full_poll_seconds)


def test_without_redis_nothing_is_claimed_and_afterwards_it_goes_on(
    shop: Workshop, tmp_path_factory: pytest.TempPathFactory, caplog: pytest.LogCaptureFixture
) -> None:
    """Claims that cannot be handed out would only run into their leases."""
    socket = tmp_path_factory.mktemp("redis") / "redis.sock"
    url = {"database_url": shop.runtime.settings.database, "redis_url": f"unix://{socket}"}
    house = runtime.make(load(world.environment(**url, var=socket.parent)))
    dispatcher = Dispatcher(house)
    owed = shop.owe("end-call", call=0)
    with pytest.raises(RedisAway):
        dispatcher.turn()
    assert shop.entries("end-call")[0].attempts == 0
    with running(dispatcher):
        until(lambda: "dispatch waits" in caplog.text)
        socket.symlink_to(shop.runtime.redis.connection_pool.connection_kwargs["path"])
        until(lambda: bool(waiting(shop, Queue.ROUTINE)))
    claimed = [one.id for one in shop.entries() if one.attempts]  # beside it the day's look at the carrier's list
    assert owed in claimed
    assert [job.id for job in waiting(shop, Queue.ROUTINE)] == [f"outbox-{id_}-1" for id_ in claimed]
    house.engine.dispose()


def test_a_database_that_is_away_does_not_end_the_dispatcher(
    shop: Workshop, settings_without_database: runtime.Runtime, caplog: pytest.LogCaptureFixture
) -> None:
    with running(Dispatcher(settings_without_database)) as thread:
        until(lambda: "dispatch waits" in caplog.text)
        time.sleep(2 * shop.runtime.figures.outbox.poll_seconds)
        assert thread.is_alive()
    assert caplog.text.count("dispatch waits") == 1


@pytest.fixture
def settings_without_database(shop: Workshop) -> Iterator[runtime.Runtime]:
    gone = {"database_url": "sqlite:////nowhere/at/all.db"}
    made = runtime.make(shop.runtime.settings.model_copy(update=gone))
    yield made
    made.engine.dispose()


@contextmanager
def running(dispatcher: Dispatcher) -> Iterator[threading.Thread]:
    """The dispatcher's loop, stopped at the end of the block."""
    thread = threading.Thread(target=dispatcher.run)
    thread.start()
    try:
        yield thread
    finally:
        dispatcher.stop()
        thread.join(timeout=10)
        assert not thread.is_alive()


def until(true: object, seconds: float = 10) -> None:
    """Wait until it is so."""
    deadline = time.monotonic() + seconds
    while not true():  # type: ignore[operator]
        assert time.monotonic() < deadline, "it never came about"
        time.sleep(0.01)


def test_where_nothing_is_due_redis_is_asked_one_thing(shop: Workshop) -> None:
    """Whether it still has what was handed out; a turn comes twice a second for as long as the house stands."""
    shop.dispatcher.turn()
    redis = shop.runtime.redis
    redis.config_resetstat()
    assert shop.dispatcher.turn() == 0
    asked = {name: told["calls"] for name, told in redis.info("commandstats").items()}
    assert asked.pop("cmdstat_exists") == 1
    assert asked.keys() <= {"cmdstat_config|resetstat", "cmdstat_config", "cmdstat_info"}
