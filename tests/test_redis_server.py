"""The Redis of our own: found where there is one, refused in a sentence where not, and keeping what it has."""

from __future__ import annotations

import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from redis import Redis

from hotline import redis_server
from hotline.errors import Invalid

WITHIN_SECONDS = 5


@contextmanager
def running(folder: Path) -> Iterator[Redis]:
    socket = folder / "redis.sock"
    process = subprocess.Popen(redis_server.command(str(socket), folder))
    url = f"unix://{socket}"
    end = time.monotonic() + WITHIN_SECONDS
    while not redis_server.answers(url, WITHIN_SECONDS):
        assert time.monotonic() < end
        time.sleep(0.01)
    try:
        with Redis.from_url(url) as redis:
            yield redis
    finally:
        process.terminate()
        process.wait()


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """A folder with a path short enough for a socket."""
    yield tmp_path
    shutil.rmtree(tmp_path)


def test_what_it_has_outlives_it(folder: Path) -> None:
    with running(folder) as redis:
        redis.set("kept", "yes")
    with running(folder) as redis:
        assert redis.get("kept") == b"yes"


def test_it_listens_on_a_socket_of_its_owner_alone_and_evicts_nothing(folder: Path) -> None:
    with running(folder) as redis:
        assert redis.config_get("port") == {"port": "0"}
        assert redis.config_get("maxmemory-policy") == {"maxmemory-policy": "noeviction"}
        assert (folder / "redis.sock").stat().st_mode & 0o077 == 0


def test_one_on_the_path_is_preferred(folder: Path) -> None:
    program = folder / "redis-server"
    program.touch(mode=0o755)
    assert redis_server.command(f"{folder}/redis.sock", folder, path=str(folder))[0] == str(program)


def test_where_there_is_none_it_says_what_to_install(folder: Path) -> None:
    with pytest.raises(Invalid, match=r"apt install redis-server.*REDIS_URL"):
        redis_server.command(f"{folder}/redis.sock", folder, path=str(folder), bundle="no_such_package")


def test_a_path_too_long_for_a_socket_is_refused_by_name(folder: Path) -> None:
    with pytest.raises(Invalid, match=r"HOTLINE_VAR: .* too long"):
        redis_server.command(f"{folder}/{'x' * 120}/redis.sock", folder)


def test_nothing_answers_where_nothing_listens() -> None:
    assert not redis_server.answers("redis://127.0.0.1:1/0", WITHIN_SECONDS)
