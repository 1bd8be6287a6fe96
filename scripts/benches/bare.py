"""An empty function by RQ: the floors under the outbox; without them nobody could say what our engine costs.

One floor is RQ alone, with its own worker as it comes; the other, higher one our worker, which asks Redis less often.
"""

from __future__ import annotations

import sys
import time

import rq
from redis import Redis
from rq.registry import StartedJobRegistry
from rq.serializers import JSONSerializer

from hotline.jobs.worker import Worker
from hotline.standard import loader

ALONE, OURS = "rq-alone", "our-worker"  # the queues, by whose worker listens
LOOK = 0.002  # seconds


def nothing() -> None:
    """The empty function."""


def queue(redis: Redis, name: str) -> rq.Queue:
    """A queue of the empty function."""
    return rq.Queue(name, connection=redis, serializer=JSONSerializer)


def performed(redis: Redis, name: str, jobs: int, batch: int) -> float:
    """Seconds until so many jobs, enqueued so many at a time, are performed by workers that are there already."""
    began, waiting = time.perf_counter(), queue(redis, name)
    for first in range(0, jobs, batch):
        some = min(batch, jobs - first)
        waiting.enqueue_many([rq.Queue.prepare_data(nothing, result_ttl=0) for _ in range(some)])
    under_way = StartedJobRegistry(queue=waiting)
    # Without cleaning up, which would look at every job; a job is for a moment neither here nor there.
    while redis.llen(waiting.key) or redis.llen(waiting.intermediate_queue_key) or redis.zcard(under_way.key):
        time.sleep(LOOK)
    return time.perf_counter() - began


def work(redis_url: str, name: str) -> None:
    """A worker of the same kind and with the same upkeep as the product's, or the product's own, until TERM."""
    redis, figures = Redis.from_url(redis_url), loader.platform().worker
    made = (rq.SimpleWorker if name == ALONE else Worker)(
        [queue(redis, name)],
        connection=redis,
        serializer=JSONSerializer,
        maintenance_interval=figures.maintenance_every.seconds,
        worker_ttl=figures.lifetime.seconds,
        log_job_description=False,
    )
    if isinstance(made, Worker):
        made.sign_every = figures.sign_every.span
    made.work(logging_level="WARNING")


if __name__ == "__main__":
    work(*sys.argv[1:3])
