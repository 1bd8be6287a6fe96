"""News over Redis: told, and never waited for."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from redis import Redis

from hotline import live, runtime

REST = timedelta(minutes=1)


@pytest.fixture
def hung(tmp_path: Path) -> Iterator[tuple[str, list[socket.socket]]]:
    """A server that takes connections and never answers; its URL, and who came."""
    came: list[socket.socket] = []
    with socket.socket(socket.AF_UNIX) as door:
        door.bind(str(tmp_path / "hung.sock"))
        door.listen()

        def take() -> None:
            while True:
                try:
                    came.append(door.accept()[0])
                except OSError:
                    return

        threading.Thread(target=take, daemon=True).start()
        yield f"unix://{tmp_path / 'hung.sock'}", came
        door.shutdown(socket.SHUT_RDWR)
    for one in came:
        one.close()


def test_what_changed_is_told_to_whoever_listens(redis_url: str) -> None:
    with Redis.from_url(redis_url) as redis:
        heard = live.listen(redis, timedelta(seconds=0.1))
        assert next(heard) == frozenset()
        live.Bell(redis, REST).announce({"call:1", "case:2"})
        assert frozenset({"call:1", "case:2"}) in (next(heard), next(heard))
        heard.close()  # type: ignore[attr-defined]  # a generator


def test_a_redis_that_hangs_is_tried_once_and_then_left_alone(hung: tuple[str, list[socket.socket]]) -> None:
    url, came = hung
    with Redis.from_url(url, socket_timeout=0.05, retry=None) as redis:
        bell = live.Bell(redis, REST)
        for _ in range(20):
            bell.announce({"call:1"})
            bell.wake()
    assert len(came) == 1


def test_the_product_gives_redis_a_time_limit(runtime: runtime.Runtime) -> None:
    settings = runtime.redis.connection_pool.connection_kwargs
    assert settings["socket_timeout"] == runtime.figures.routine.redis_within.seconds
