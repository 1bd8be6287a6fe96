"""The processes that are measured, started and ended; without it a bench would time functions, not what is run."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from redis import Redis
from rq import Worker

from hotline import live, settings
from hotline.domain.outbox import Queue
from scripts.benches.tables import ROOT

PATIENCE = 60.0  # seconds until a process is there, or gone
WORKER, DISPATCH = ("hotline", "worker", Queue.ROUTINE), ("hotline", "dispatch")


@dataclass(frozen=True)
class Crew:
    """Processes of ours that run, the Redis they were told of, and where they write what they have to say."""

    processes: Sequence[subprocess.Popen[bytes]]
    redis: Redis
    log: Path

    def said(self) -> str:
        """What they wrote last."""
        return self.log.read_text("utf-8", "replace")[-4000:]

    def processor(self) -> float:
        """Seconds of processor that they have taken so far, as Linux counts them."""
        return sum(_ticks(one.pid) for one in self.processes) / os.sysconf("SC_CLK_TCK")


@contextmanager
def outbox_crew(environment: dict[str, str], workers: int) -> Iterator[Crew]:
    """A dispatcher and so many workers of the routine queue, as they are run; nothing is due before all are there."""
    with running(environment, [DISPATCH, *[WORKER] * workers]) as crew:
        until(lambda: count(crew.redis, Queue.ROUTINE) == workers and _listened_to(crew.redis, live.WAKE), crew.said)
        yield crew


@contextmanager
def bare_crew(environment: dict[str, str], name: str, workers: int) -> Iterator[Crew]:
    """So many workers of one queue of the empty function."""
    program = ("scripts.benches.bare", environment["REDIS_URL"], name)
    with running(environment, [program] * workers) as crew:
        until(lambda: count(crew.redis, name) == workers, crew.said)
        yield crew


@contextmanager
def running(environment: dict[str, str], programs: Sequence[Sequence[str]]) -> Iterator[Crew]:
    """Modules with their arguments as processes. Ended in good order."""
    log = Path(environment["HOTLINE_VAR"]) / "crew.log"
    with log.open("ab") as out:
        started = [born(environment, program, out.fileno()) for program in programs]
    try:
        with Redis.from_url(environment["REDIS_URL"]) as redis:
            yield Crew(started, redis, log)
    finally:
        for process in started:
            process.send_signal(signal.SIGTERM)
        for process in started:
            ended(process)


def born(environment: dict[str, str], program: Sequence[str], out: int) -> subprocess.Popen[bytes]:
    """A process of ours, in a session of its own so that Ctrl-C reaches the bench alone."""
    return subprocess.Popen(
        [sys.executable, "-m", *program],
        cwd=ROOT,
        env=settings.environment(**environment),
        stdout=out,
        stderr=out,
        start_new_session=True,
    )


def ended(process: subprocess.Popen[bytes]) -> None:
    """Whoever does not end in good order, as RQ's worker now and then under load, is killed: a bench judges nobody."""
    try:
        process.wait(PATIENCE)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def until(reached: Callable[[], bool], said: Callable[[], str], within: float = PATIENCE) -> None:
    """Wait until it is so; else the program ends with what the processes said."""
    end = time.monotonic() + within
    while not reached():
        if time.monotonic() > end:
            raise SystemExit(f"it never came about\n{said()}")
        time.sleep(0.02)


def count(redis: Redis, name: str) -> int:
    """How many workers listen on a queue."""
    return sum(name in worker.queue_names() for worker in Worker.all(connection=redis))


def _listened_to(redis: Redis, channel: str) -> bool:
    return bool(dict(redis.pubsub_numsub(channel)).get(channel.encode()))


def _ticks(pid: int) -> int:
    """Of user and of system, after the program's name in brackets, which may hold anything."""
    told = Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(")")[2].split()
    return int(told[11]) + int(told[12])
