"""A worker process; without it the queues would only fill."""

from __future__ import annotations

import logging
import time
from contextlib import suppress
from datetime import timedelta

from redis import Redis
from redis.client import Pipeline
from redis.exceptions import RedisError
from rq import SimpleWorker
from rq.exceptions import StopRequested
from rq.serializers import JSONSerializer
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
    """RQ's own, which works in this process; and which leaves when it is told to."""

    sign_every = timedelta(0)
    _silent_until = 0.0

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
