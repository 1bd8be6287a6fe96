"""RQ alone with an empty function: the floor under the outbox; without it nobody could say what our engine costs."""

from __future__ import annotations

import sys
import time

import rq
from redis import Redis
from rq.registry import StartedJobRegistry
from rq.serializers import JSONSerializer

from hotline.standard import loader

NAME = "bare"
LOOK = 0.002  # seconds


def nothing() -> None:
    """The empty function."""


def queue(redis: Redis) -> rq.Queue:
    """The queue of the empty function."""
    return rq.Queue(NAME, connection=redis, serializer=JSONSerializer)


def performed(redis: Redis, jobs: int, batch: int) -> float:
    """Seconds until so many jobs, enqueued so many at a time, are performed by workers that are there already."""
    began, waiting = time.perf_counter(), queue(redis)
    for first in range(0, jobs, batch):
        some = min(batch, jobs - first)
        waiting.enqueue_many([rq.Queue.prepare_data(nothing, result_ttl=0) for _ in range(some)])
    under_way = StartedJobRegistry(queue=waiting)
    # Without cleaning up, which would look at every job; a job is for a moment neither here nor there.
    while redis.llen(waiting.key) or redis.llen(waiting.intermediate_queue_key) or redis.zcard(under_way.key):
        time.sleep(LOOK)
    return time.perf_counter() - began


def work(redis_url: str) -> None:
    """A worker of the same kind and with the same upkeep as the product's, until TERM."""
    redis, figures = Redis.from_url(redis_url), loader.platform().worker
    worker = rq.SimpleWorker(
        [queue(redis)],
        connection=redis,
        serializer=JSONSerializer,
        maintenance_interval=figures.maintenance_every.seconds,
        worker_ttl=figures.lifetime.seconds,
        log_job_description=False,
    )
    worker.work(logging_level="WARNING")


if __name__ == "__main__":
    work(sys.argv[1])
