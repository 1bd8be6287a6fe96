"""Names of things that changed, over Redis; without it open pages and the dispatcher would have to poll."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable, Iterator
from datetime import timedelta

from redis import Redis
from redis.exceptions import RedisError

log = logging.getLogger(__name__)
CHANGED = "hotline:changed"
WAKE = "hotline:wake"
TROUBLES = "hotline:routine-troubles"  # recurring work that fails, by name, and the kind of error


def listen(redis: Redis, heartbeat: timedelta) -> Iterator[frozenset[str]]:
    """The names of things as they change; nothing at all after each heartbeat without news. Raises RedisError."""
    with redis.pubsub(ignore_subscribe_messages=True) as news:  # type: ignore[no-untyped-call]
        news.subscribe(CHANGED)
        while True:
            message = news.get_message(timeout=heartbeat.total_seconds())
            yield frozenset(message["data"].decode().split()) if message else frozenset()


class Bell:
    """Rings for what changed and for what is due. News only: the commit stands already, and Redis may be gone."""

    def __init__(self, redis: Redis, rest: timedelta) -> None:
        self._redis = redis
        self._rest = rest.total_seconds()
        self._quiet_until = 0.0

    def announce(self, names: Iterable[str]) -> None:
        """Tell open pages which things changed ("call:12", "case:7"); a lost one costs a refresh."""
        self._publish(CHANGED, " ".join(sorted(names)))

    def wake(self) -> None:
        """Tell the dispatcher that something is due now; its half-second look at the table is the safety net."""
        self._publish(WAKE, "due")

    def _publish(self, channel: str, text: str) -> None:
        if time.monotonic() < self._quiet_until:
            return
        try:
            self._redis.publish(channel, text)
        except RedisError:
            # Nothing is announced for a while: a Redis that hangs would cost every webhook its time limit.
            self._quiet_until = time.monotonic() + self._rest
            log.warning("not announced, Redis does not answer", extra={"channel": channel})
