"""How much may lie with the workers; if this broke, leases would run out under load and work be done twice over."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from redis import Redis
from redis.exceptions import ResponseError
from rq import Queue as RqQueue
from rq import Worker
from rq.worker import WorkerStatus

from hotline import clock, crew
from hotline.domain.act import CLOCK
from hotline.domain.outbox import OutboxEntry, Queue, State
from hotline.jobs.rooms import Rooms
from hotline.standard import loader
from tests.jobs.workshop import Workshop
from tests.world import HandClock

FIGURES = loader.platform()
MOST, WITHIN = FIGURES.outbox.claimed_most, FIGURES.outbox.claimed_within.seconds


@pytest.fixture
def redis(redis_url: str) -> Iterator[Redis]:
    with Redis.from_url(redis_url) as made:
        yield made


def worker(redis: Redis, at: HandClock, name: Queue = Queue.URGENT) -> Worker:
    """A worker as RQ registers it; the hand-turned clock is set to when that was."""
    made = Worker([RqQueue(name, connection=redis)], connection=redis)
    made.register_birth()  # type: ignore[no-untyped-call]
    made.set_state(WorkerStatus.IDLE)
    assert made.last_heartbeat is not None
    at.set(made.last_heartbeat)
    return made


def works(redis: Redis, made: Worker, jobs: int, each: float) -> None:
    """So many jobs are done, of so many seconds each, as RQ counts them."""
    redis.hincrby(made.key, "successful_job_count", jobs)
    redis.hincrbyfloat(made.key, "total_working_time", jobs * each)


def most(rooms: Rooms, name: Queue = Queue.URGENT) -> int:
    rooms._look_at = 0.0  # the wait between two looks is over
    return rooms.most()[name]


def test_a_queue_without_a_worker_has_the_room_of_one(redis: Redis, at: HandClock) -> None:
    assert Rooms(redis, FIGURES).most() == {Queue.URGENT: MOST, Queue.ROUTINE: MOST}


def test_each_worker_of_a_queue_adds_its_room_and_a_dead_one_none(redis: Redis, at: HandClock) -> None:
    for _ in range(3):
        worker(redis, at)
    rooms = Rooms(redis, FIGURES)
    assert (most(rooms), most(rooms, Queue.ROUTINE)) == (3 * MOST, MOST)
    at.set(clock.now() + FIGURES.worker.lifetime.span + timedelta(seconds=1))
    assert most(rooms) == MOST


def test_where_jobs_take_long_little_lies_with_each_worker_and_much_again_when_they_are_short(
    redis: Redis, at: HandClock
) -> None:
    made, rooms = worker(redis, at), Rooms(redis, FIGURES)
    works(redis, made, 1000, 0.005)
    assert most(rooms) == MOST
    works(redis, made, 2, WITHIN / 2)  # the carrier hangs
    assert most(rooms) == 2
    assert most(rooms) == 2  # nothing ended since
    works(redis, made, 1, 3 * WITHIN)
    assert most(rooms) == 1
    works(redis, made, 10, WITHIN / 1000)
    assert most(rooms) == MOST


def test_workers_are_counted_now_and_then_and_not_at_every_turn(redis: Redis, at: HandClock) -> None:
    rooms = Rooms(redis, FIGURES)
    rooms.most()
    worker(redis, at)
    worker(redis, at)
    assert rooms.most()[Queue.URGENT] == MOST


def test_a_worker_is_told_with_what_it_does(redis: Redis, at: HandClock) -> None:
    made = worker(redis, at, Queue.ROUTINE)
    works(redis, made, 3, 0.5)
    (hand,) = crew.at_work(redis, timedelta(seconds=1))[Queue.ROUTINE]
    assert (hand.name, hand.state, hand.job, hand.done, hand.seconds) == (made.name, "idle", None, 3, 1.5)
    assert crew.lists(redis)[Queue.ROUTINE] == crew.Lists(0, 0, 0, 0, 0)


def test_the_dispatcher_claims_no_more_than_the_workers_have_room_for(shop: Workshop) -> None:
    for _ in range(MOST + 5):
        shop.owe("end-call", call=0)
    batch = shop.runtime.figures.outbox.batch
    while shop.dispatcher.turn():
        pass
    states = [entry.state for entry in shop.entries("end-call")]
    assert (states.count(State.CLAIMED), states.count(State.DUE), batch) == (MOST, 5, MOST)
    with shop.runtime.act(CLOCK) as act:
        act.session.get_one(OutboxEntry, shop.entries("end-call")[0].id).state = State.DONE
    assert shop.dispatcher.turn() == 1


@pytest.mark.parametrize("known", [True, False], ids=["as ever", "just begun"])
def test_what_redis_does_not_take_is_due_again_at_once(shop: Workshop, known: bool) -> None:
    """For a Redis that has just begun nothing is claimed at all."""
    if known:
        shop.dispatcher.turn()
    owed = shop.owe("end-call", call=0)
    with Redis.from_url(shop.runtime.settings.redis) as redis:
        redis.config_set("min-replicas-to-write", 1)  # it answers, and refuses to write
        try:
            with pytest.raises(ResponseError, match="NOREPLICAS"):
                shop.dispatcher.turn()
        finally:
            redis.config_set("min-replicas-to-write", 0)
    assert [(one.state, one.attempts) for one in shop.entries("end-call")] == [(State.DUE, int(known))]
    assert shop.dispatcher.turn() == 1
    assert RqQueue(Queue.ROUTINE, connection=shop.runtime.redis).job_ids == [f"outbox-{owed}-{1 + known}"]
