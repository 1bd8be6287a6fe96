"""Names of things that changed, over Redis; without it open pages and the dispatcher would have to poll."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from datetime import timedelta

from redis import Redis
from redis.exceptions import RedisError

log = logging.getLogger(__name__)
CHANGED = "hotline:changed"
WAKE = "hotline:wake"


def announce(redis: Redis, names: Iterable[str]) -> None:
    """Tell open pages which things changed ("call:12", "case:7"). News only: a lost one costs a refresh."""
    _publish(redis, CHANGED, " ".join(sorted(names)))


def wake(redis: Redis) -> None:
    """Tell the dispatcher that something is due now; the half-second look at the table is the safety net."""
    _publish(redis, WAKE, "due")


def listen(redis: Redis, heartbeat: timedelta) -> Iterator[frozenset[str]]:
    """The names of things as they change; nothing at all after each heartbeat without news. Raises RedisError."""
    with redis.pubsub(ignore_subscribe_messages=True) as news:  # type: ignore[no-untyped-call]
        news.subscribe(CHANGED)
        while True:
            message = news.get_message(timeout=heartbeat.total_seconds())
            yield frozenset(message["data"].decode().split()) if message else frozenset()


def _publish(redis: Redis, channel: str, text: str) -> None:
    try:
        redis.publish(channel, text)
    except RedisError:
        # The commit stands already; Redis may be emptied or gone at any moment (design rule 3).
        log.warning("not announced, Redis does not answer", extra={"channel": channel})
