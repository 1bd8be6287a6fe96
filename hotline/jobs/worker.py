"""A worker process; without it the queues would only fill."""

from __future__ import annotations

import logging
import time
from contextlib import suppress
from datetime import timedelta

from redis import Redis
from redis.client import Pipeline
from redis.exceptions import RedisError
from rq import Queue as Jobs
from rq import SimpleWorker
from rq.exceptions import StopRequested
from rq.executions import Execution
from rq.job import Job
from rq.registry import StartedJobRegistry
from rq.serializers import JSONSerializer
from rq.utils import now
from rq.worker import WorkerStatus
from sqlalchemy.exc import SQLAlchemyError

from hotline import crew, runtime
from hotline.carrier.twilio import TwilioCarrier
from hotline.domain import claims
from hotline.domain.act import CLOCK
from hotline.domain.outbox import Queue
from hotline.jobs import placing, queues, work
from hotline.jobs.handlers import handlers
from hotline.jobs.placing import News
from hotline.runtime import Runtime
from hotline.settings import Settings


class Worker(SimpleWorker):
    """RQ's own, which works in this process; which leaves when it is told to, and keeps short books.

    RQ asks Redis eighteen times for each job, for results, repeats, and jobs that wait for others: that took twice as
    long as performing it (measured), and nothing of it is ours. Asked four times (take, read, begin, end), Redis knows
    all the same who works, on what, since when, and how much was done.
    """

    sign_every = timedelta(0)
    _silent_until = 0.0
    _suspension_until = 0.0

    def _shutdown(self) -> None:
        """An idle worker is told by an exception out of a signal, which whoever is at work at that moment may swallow:
        redis' client does (seen under load, and the worker stayed). So it is noted as well.
        """
        self._stop_requested = True
        super()._shutdown()  # type: ignore[no-untyped-call]

    def heartbeat(self, timeout: int | None = None, pipeline: Pipeline | None = None) -> None:
        """A sign of life, between two jobs and two waits for one. Raises StopRequested where it was told to leave.

        RQ gives three of them for each job, which is a quarter of what a job costs (measured); now and then is enough.
        """
        if self._stop_requested and self.get_state() == WorkerStatus.IDLE:
            raise StopRequested
        if pipeline is None and timeout is None:
            if time.monotonic() < self._silent_until:
                return
            self._silent_until = time.monotonic() + self.sign_every.total_seconds()
        super().heartbeat(timeout, pipeline)

    def check_for_suspension(self, burst: bool) -> None:
        """`rq suspend` is heard as often as a sign of life is given."""
        if time.monotonic() >= self._suspension_until:
            self._suspension_until = time.monotonic() + self.sign_every.total_seconds()
            super().check_for_suspension(burst)

    def set_state(self, state: str, pipeline: Pipeline | None = None) -> None:
        """What it does. Idle since the last job's end is said once."""
        if pipeline is not None or state != self.get_state():
            super().set_state(state, pipeline)

    def prepare_execution(self, job: Job) -> Execution:
        """The job is begun, and no longer only taken."""
        lives = self.get_heartbeat_ttl(job)
        with self.connection.pipeline() as pipeline:
            execution = Execution.create(job, lives, pipeline, self.name)
            self.executions[execution.id] = execution
            self.set_state(WorkerStatus.BUSY, pipeline)
            job.prepare_for_execution(self.name, pipeline)
            pipeline.persist(job.key)
            pipeline.lrem(self.queues[0].intermediate_queue_key, 1, job.id)
            pipeline.execute()
        return execution

    def prepare_job_execution(self, job: Job, remove_from_intermediate_queue: bool = False) -> None:
        """It is prepared already: who begins it performs it."""

    def handle_execution_ended(self, job: Job, queue: Jobs, heartbeat_ttl: int) -> None:
        """Its end follows at once, so it needs no sign of life."""
        job.ended_at = now()

    def handle_job_success(
        self, job: Job, queue: Jobs, started_job_registry: StartedJobRegistry, execution: Execution
    ) -> None:
        """It is done, and nothing of it stays but that it was done, and how long it took."""
        began, ended = job.started_at or execution.created_at, job.ended_at or now()
        with self.connection.pipeline() as pipeline:
            self.increment_successful_job_count(pipeline)
            self.increment_total_working_time(ended - began, pipeline)
            self.cleanup_execution(job, pipeline, execution)
            pipeline.delete(job.key, execution.job.execution_registry.key)
            self.set_state(WorkerStatus.IDLE, pipeline)
            pipeline.execute()


def run(settings: Settings, name: str, *, news: News = placing.over) -> None:
    """Work on exactly one queue, "urgent" or "routine", until TERM or Ctrl-C. Raises Invalid without an account.

    `news` takes the end of a call that had to be looked up at the carrier; the voice room's own draws what follows.

    One queue: only then a job taken by a worker that dies at once is not lost (rq-facts 1). In one process, not a
    fork for each job: the connections to database and carrier stay open, and none of them crosses a fork.
    """
    house = runtime.make(settings)
    work.serve(house, TwilioCarrier(settings.carrier, house.figures.carrier), handlers(news))
    figures = house.figures.worker
    redis = Redis.from_url(settings.redis, socket_connect_timeout=house.figures.carrier.connect_timeout.seconds)
    worker = Worker(
        [queues.queue(redis, Queue(name), house.figures)],
        connection=redis,
        serializer=JSONSerializer,
        maintenance_interval=figures.maintenance_every.seconds,
        worker_ttl=figures.lifetime.seconds,
        log_job_description=False,
    )
    worker.sign_every = figures.sign_every.span
    worker.work(logging_level=logging.getLevelName(logging.WARNING))
    _leave(house, redis, Queue(name))


def _leave(house: Runtime, redis: Redis, name: Queue) -> None:
    """The entry at hand is done. Where nobody else works on the queue, what lies on it is handed back.

    It is then due again at once, for whoever comes, not when its lease runs out; so it is after all where Redis or the
    database is away.
    """
    with suppress(RedisError, SQLAlchemyError):
        if not crew.at_work(redis, house.figures.worker.lifetime.span)[name]:
            left = queues.take_back(redis, name, house.figures)
            with house.act(CLOCK) as act:
                claims.hand_back(act, left)
