"""Who works on the queues, as RQ says; without it nobody would know that work waits for workers who are not there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import rq
from redis import Redis
from rq.registry import BaseRegistry
from rq.serializers import JSONSerializer
from rq.worker import BaseWorker

from hotline import clock
from hotline.domain.outbox import Queue


@dataclass(frozen=True)
class Hand:
    """One worker process: where it runs, since when, what it does, what it did since it began."""

    name: str
    host: str | None
    pid: int | None
    state: str  # RQ's word: idle, busy, started, suspended
    job: str | None  # the one at hand: outbox-<entry>-<attempt>
    born: datetime | None
    seen: datetime
    done: int
    seconds: float  # spent on what was done


@dataclass(frozen=True)
class Lists:
    """How many jobs RQ has of one queue, list by list. Waiting and started are ours; in the others none belongs."""

    waiting: int
    started: int
    failed: int
    scheduled: int
    deferred: int


def at_work(redis: Redis, silent: timedelta) -> dict[Queue, list[Hand]]:
    """The workers of each queue that gave a sign of life within `silent`, oldest first. Raises RedisError."""
    since = clock.now() - silent
    return {name: sorted(_hands(redis, name, since), key=_age) for name in Queue}


def lists(redis: Redis) -> dict[Queue, Lists]:
    """What RQ has of each queue. Raises RedisError."""
    return {name: _lists(_queue(redis, name)) for name in Queue}


def _queue(redis: Redis, name: Queue) -> rq.Queue:
    return rq.Queue(str(name), connection=redis, serializer=JSONSerializer)


def _hands(redis: Redis, name: Queue, since: datetime) -> list[Hand]:
    found = rq.Worker.all(queue=_queue(redis, name), serializer=JSONSerializer)
    return [
        _hand(one, one.last_heartbeat)
        for one in found
        if one.last_heartbeat is not None and one.last_heartbeat >= since
    ]


def _hand(worker: BaseWorker, seen: datetime) -> Hand:
    return Hand(
        name=worker.name,
        host=worker.hostname,
        pid=worker.pid,
        state=str(worker.get_state()),
        job=worker.get_current_job_id(),
        born=worker.birth_date,
        seen=seen,
        done=worker.successful_job_count,
        seconds=worker.total_working_time,
    )


def _age(hand: Hand) -> tuple[datetime, str]:
    return hand.born or hand.seen, hand.name


def _lists(queue: rq.Queue) -> Lists:
    return Lists(
        waiting=queue.count,
        started=_many(queue.started_job_registry),
        failed=_many(queue.failed_job_registry),
        scheduled=_many(queue.scheduled_job_registry),
        deferred=_many(queue.deferred_job_registry),
    )


def _many(registry: BaseRegistry) -> int:
    """Without RQ's clearing up, which is for the workers: whoever looks changes nothing."""
    return int(registry.get_job_count(cleanup=False))
