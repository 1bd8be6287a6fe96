"""The queues between dispatcher and workers; without it two processes could disagree on names, ids or encoding."""

from __future__ import annotations

from collections.abc import Sequence

import rq
from redis import Redis
from rq.job import Job
from rq.serializers import JSONSerializer
from rq.utils import as_text

from hotline import clock
from hotline.domain.claims import Claimed
from hotline.domain.outbox import Queue
from hotline.jobs.work import perform
from hotline.standard.engine import Engine as Figures

_JOB = "outbox-"  # the beginning of a job's id, before entry and attempt
_SINCE = "hotline:queues-since"  # there as long as what was handed out is there


def queue(redis: Redis, name: Queue, figures: Figures) -> rq.Queue:
    """A queue by its name. Arguments travel as JSON: whoever can write to Redis shall not run code of his own."""
    return rq.Queue(
        name, connection=redis, serializer=JSONSerializer, default_timeout=figures.outbox.job_timeout.seconds
    )


def take_back(redis: Redis, name: Queue, figures: Figures) -> list[Claimed]:
    """Take off a queue what nobody began: what lies on it, and what a worker took that left at that moment.

    Whoever begins one of them all the same finds it handed out anew, and leaves it alone.
    """
    lies = queue(redis, name, figures)
    found: list[Claimed] = []
    for key in (lies.intermediate_queue_key, lies.key):
        for job_id in map(as_text, redis.lrange(key, 0, -1)):
            entry, _dash, attempt = job_id.removeprefix(_JOB).partition("-")
            # One by one: what another puts there meanwhile is found by a worker, and not lost with the rest.
            if job_id.startswith(_JOB) and redis.lrem(key, 1, job_id):
                redis.delete(Job.key_for(job_id))
                found.append(Claimed(int(entry), int(attempt), name, emergency=False))
    return found


def hand_out(redis: Redis, claimed: Sequence[Claimed], figures: Figures) -> None:
    """Put claimed entries on their queues in their order, an emergency's before all others.

    Only ids and words of ours travel (SEC-1). No retry of RQ's: retries and waiting live in the row. A job that waits
    longer than the lease is no longer wanted.
    """
    for name in Queue:
        jobs = [
            rq.Queue.prepare_data(
                perform,
                args=[one.id, one.attempt, one.kind],
                timeout=figures.outbox.job_timeout.seconds,
                ttl=figures.outbox.lease.seconds,
                result_ttl=0,
                failure_ttl=figures.worker.failed_kept.seconds,
                description="an owed effect",
                job_id=_job_id(one),
                at_front=one.emergency,
            )
            for one in claimed
            if one.queue == name
        ]
        if jobs:
            queue(redis, name, figures).enqueue_many(jobs)


def is_new(redis: Redis) -> bool:
    """Is this a Redis that holds nothing of ours: emptied, begun anew, or a first start? Raises RedisError."""
    return not redis.exists(_SINCE)


def is_known(redis: Redis) -> None:
    """What it had lost is handed out anew: from here on what was handed out is there. Raises RedisError."""
    redis.set(_SINCE, clock.now().isoformat())


def lost(redis: Redis, claimed: Sequence[Claimed]) -> list[Claimed]:
    """Of entries that were handed out, those whose jobs are not there any more. Raises RedisError."""
    with redis.pipeline(transaction=False) as pipeline:
        for one in claimed:
            pipeline.exists(Job.key_for(_job_id(one)))
        there = pipeline.execute()
    return [one for one, is_there in zip(claimed, there, strict=True) if not is_there]


def _job_id(one: Claimed) -> str:
    return f"{_JOB}{one.id}-{one.attempt}"
