"""What Redis knows of a job, from its being taken to its end; if this broke, nobody could see who works on what."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
import rq
from rq.executions import Execution
from rq.job import Job
from rq.registry import StartedJobRegistry
from rq.serializers import JSONSerializer

from hotline import crew
from hotline.crew import Lists
from hotline.domain.claims import Claimed
from hotline.domain.outbox import Queue
from hotline.jobs import queues
from hotline.jobs.worker import Worker
from tests.jobs.workshop import Workshop

NOTHING = Lists(waiting=0, started=0, failed=0, scheduled=0, deferred=0)
UNKNOWN = Claimed(10**6, 1, Queue.URGENT, emergency=False, kind="nothing")


class Watched(Worker):
    """Looks, from the outside, when a job has begun, and when it has ended."""

    looks: Callable[[], None] = staticmethod(lambda: None)

    def prepare_execution(self, job: Job) -> Execution:
        """The job is begun."""
        execution = super().prepare_execution(job)
        self.looks()
        return execution

    def handle_job_success(
        self, job: Job, queue: rq.Queue, started_job_registry: StartedJobRegistry, execution: Execution
    ) -> None:
        """The job is done."""
        super().handle_job_success(job, queue, started_job_registry, execution)
        self.looks()


def breaks() -> None:
    """A job whose own way out of every error failed."""
    raise SystemError


@pytest.fixture
def made(shop: Workshop) -> Watched:
    """A worker of the urgent queue, in this process."""
    redis = shop.runtime.redis
    waiting = queues.queue(redis, Queue.URGENT, shop.runtime.figures)
    return Watched([waiting], connection=redis, serializer=JSONSerializer, log_job_description=False)


def seen(shop: Workshop) -> list[crew.Hand]:
    """The workers as the pages show them."""
    return crew.at_work(shop.runtime.redis, timedelta(minutes=1))[Queue.URGENT]


def of_urgent(shop: Workshop) -> Lists:
    """RQ's lists of the urgent queue."""
    return crew.lists(shop.runtime.redis)[Queue.URGENT]


def test_while_a_job_goes_on_everybody_sees_who_is_at_which_and_afterwards_that_it_was_done(
    shop: Workshop, made: Watched
) -> None:
    found = list[tuple[str, str | None, int, bool, int]]()
    made.looks = lambda: found.extend(
        (one.state, one.job, one.done, one.seconds > 0, of_urgent(shop).started) for one in seen(shop)
    )
    queues.hand_out(shop.runtime.redis, [UNKNOWN], shop.runtime.figures)
    made.work(burst=True)
    assert found == [("busy", f"outbox-{UNKNOWN.id}-1", 0, False, 1), ("idle", None, 1, True, 0)]


def test_nothing_of_a_job_that_was_done_is_left(shop: Workshop, made: Watched) -> None:
    made.work(burst=True)
    before = {key for key in shop.runtime.redis.scan_iter() if made.name.encode() not in key}
    queues.hand_out(shop.runtime.redis, [UNKNOWN], shop.runtime.figures)
    made.work(burst=True)
    assert of_urgent(shop) == NOTHING
    assert {key for key in shop.runtime.redis.scan_iter() if made.name.encode() not in key} == before | {b"rq:queues"}


def test_a_job_costs_redis_less_than_half_of_what_rq_alone_would_ask_of_it(shop: Workshop, made: Watched) -> None:
    made.sign_every = timedelta(minutes=1)
    alone = rq.SimpleWorker(made.queues, connection=made.connection, serializer=JSONSerializer)
    assert for_one_more(shop, made) < for_one_more(shop, alone) / 2


def for_one_more(shop: Workshop, worker: rq.SimpleWorker) -> float:
    """How many commands Redis gets for each further job of a worker."""
    few, many = 1, 11
    return (commands(shop, worker, many) - commands(shop, worker, few)) / (many - few)


def commands(shop: Workshop, worker: rq.SimpleWorker, jobs: int) -> int:
    """How many commands Redis gets while so many jobs are performed, with the worker's coming and leaving."""
    redis = shop.runtime.redis
    queues.hand_out(redis, [UNKNOWN._replace(attempt=one) for one in range(jobs)], shop.runtime.figures)
    before = int(redis.info("stats")["total_commands_processed"])
    worker.work(burst=True)
    return int(redis.info("stats")["total_commands_processed"]) - before


def test_a_job_that_ends_in_an_error_after_all_is_on_the_list_of_the_failed(shop: Workshop, made: Watched) -> None:
    made.queues[0].enqueue(breaks)
    made.work(burst=True, logging_level="CRITICAL")
    assert of_urgent(shop) == replace(NOTHING, failed=1)
    assert made.connection.llen(made.queues[0].intermediate_queue_key) == 0
