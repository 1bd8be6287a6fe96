"""How much may lie with the workers of each queue; without it leases would run out under load, and work be repeated."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from redis import Redis

from hotline import crew
from hotline.crew import Hand
from hotline.domain.outbox import Queue
from hotline.standard.engine import Engine as Figures


class _Tally(NamedTuple):
    """What the workers of a queue have done and how many seconds it took them, by their names."""

    done: Mapping[str, int]
    seconds: Mapping[str, float]


class Rooms:
    """Counts the workers now and then. A queue without any has the room of one: it may be about to come."""

    def __init__(self, redis: Redis, figures: Figures) -> None:
        self._redis, self._figures = redis, figures
        self._look_at = 0.0
        self._most = dict.fromkeys(Queue, figures.outbox.claimed_most)
        self._each = dict(self._most)
        self.nobody_works = False
        """When last looked, no queue had a worker."""
        self._before = {queue: _Tally({}, {}) for queue in Queue}

    def most(self) -> dict[Queue, int]:
        """How many entries of each queue may be claimed and not finished. Raises RedisError."""
        if time.monotonic() >= self._look_at:
            found = crew.at_work(self._redis, self._figures.worker.lifetime.span)
            self.nobody_works = not any(found.values())
            for queue, hands in found.items():
                self._most[queue] = max(1, len(hands)) * self._for_each(queue, hands)
            self._look_at = time.monotonic() + self._figures.worker.counted_every.seconds
        return self._most

    def _for_each(self, queue: Queue, hands: Sequence[Hand]) -> int:
        """For one worker: what it gets done in time, as long as jobs took of late; the same again where none ended."""
        before = self._before[queue]
        done = sum(one.done - before.done.get(one.name, 0) for one in hands)
        took = sum(one.seconds - before.seconds.get(one.name, 0) for one in hands)
        self._before[queue] = _Tally({one.name: one.done for one in hands}, {one.name: one.seconds for one in hands})
        if done > 0 and took > 0:
            fits = int(self._figures.outbox.claimed_within.seconds * done / took)
            self._each[queue] = max(1, min(fits, self._figures.outbox.claimed_most))
        return self._each[queue]
