"""Runs everything on one machine; without it a trial would need six terminals and a Redis installed by hand."""

from __future__ import annotations

import fcntl
import http.client
import json
import os
import secrets
import signal
import socket
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from types import FrameType

from hotline import demo, keys, migrations, redis_server, runtime, serving, settings
from hotline.errors import Conflict, Invalid, Refused
from hotline.keeping import Keeper, Task
from hotline.runtime import Runtime
from hotline.settings import Settings
from hotline.standard import loader
from hotline.standard.limits import Limit

HOST = "127.0.0.1"
LOCK = "up.lock"
ACCOUNT = "simulated-carrier.json"
REDIS = "redis"
_OTHER_PORTS = range(8100, 65000, 100)  # to suggest where the wanted one is taken
_FIGURES = loader.platform


class Stopped(Exception):
    """Somebody asked us to end."""


def up(*, trial: bool) -> None:
    """Run everything until Ctrl-C or TERM, then end everything.

    Raises Invalid, Conflict or Refused, each saying what is in the way and what would be right.
    """
    wanted = settings.load(make_keys=True)
    with _alone(wanted.hotline_var) as lock, _asked_to_stop() as asked:
        _House(wanted, Keeper(_FIGURES().upkeep, sys.stdout, hold=[lock]), asked).live(trial=trial)


def simulator_port(port: int) -> int:
    """Where the simulated carrier and its practice phone are: beside the web server."""
    return port + 1


def refuse_taken(ports: dict[str, int]) -> None:
    """Raises Conflict naming the first port that cannot be had."""
    for what, port in ports.items():
        if not _can_be_had(port):
            free = next(one for one in _OTHER_PORTS if _can_be_had(one) and _can_be_had(simulator_port(one)))
            raise Conflict(f"port {port}, wanted for {what}, cannot be had: choose another, such as PORT={free}")


def _can_be_had(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except (OSError, OverflowError):
            return False
    return True


class _House:
    """Everything that runs, from the first process to the last."""

    def __init__(self, wanted: Settings, keeper: Keeper, asked: Callable[[], bool]) -> None:
        self._wanted = wanted
        self._keeper = keeper
        self._asked = asked
        self._simulated = wanted.twilio_account_sid is None
        self._ports = {"the web server": wanted.port}
        if self._simulated:
            self._ports["the practice phone"] = simulator_port(wanted.port)

    def live(self, *, trial: bool) -> None:
        """Start, run until asked to stop, end everything; Redis last, since the others still tell it what they did."""
        keeper = self._keeper
        try:
            self._start(trial=trial)
            while not self._asked():
                keeper.look()
        except Stopped:
            pass
        finally:
            keeper.say("stopping")
            keeper.stop(*(name for name in keeper.names if name != REDIS))
            keeper.stop(*keeper.names)
        keeper.say("stopped")

    def _start(self, *, trial: bool) -> None:
        refuse_taken(self._ports)
        self._start_redis()
        self._prepare(runtime.make(self._wanted), trial=trial)
        for task in _tasks(self._wanted, simulated=self._simulated):
            self._keeper.start(task)
        for what, port in self._ports.items():
            path = "/health" if port == self._wanted.port else "/"
            self._wait(partial(_serves, port, path), f"{what} at port {port}", _FIGURES().upkeep.ready_within)
        self._keeper.show(welcome(self._wanted, simulated=self._simulated))

    def _start_redis(self) -> None:
        wanted = self._wanted
        if wanted.redis_url is None:
            command = redis_server.command(wanted.redis.removeprefix("unix://"), wanted.hotline_var.resolve())
            self._keeper.start(Task(REDIS, command))
        within = _FIGURES().serving.health_within.seconds
        log = wanted.hotline_var / redis_server.LOG
        what = "the Redis that REDIS_URL names" if wanted.redis_url else f"our own Redis (its log: {log})"
        self._wait(lambda: redis_server.answers(wanted.redis, within), what, _FIGURES().upkeep.redis_within)

    def _prepare(self, made: Runtime, *, trial: bool) -> None:
        self._keeper.say("preparing the database")
        migrations.upgrade(made.engine)
        if trial and demo.is_empty(made):
            self._keeper.say("loading the demo group")
            demo.load(made)
        made.engine.dispose()
        made.redis.close()

    def _wait(self, ready: Callable[[], bool], what: str, limit: Limit) -> None:
        until = time.monotonic() + limit.seconds
        self._keeper.say(f"waiting for {what}")
        while not ready():
            self._keeper.look()
            if self._asked():
                raise Stopped
            if time.monotonic() > until:
                raise Refused(f"waited {limit} for {what}, in vain: the lines above say why")


def _tasks(wanted: Settings, *, simulated: bool) -> list[Task]:
    told = {
        "HOTLINE_VAR": str(wanted.hotline_var.resolve()),
        "PUBLIC_BASE_URL": wanted.base_url,
        "PORT": str(wanted.port),
        "PYTHONUNBUFFERED": "1",
    }
    if simulated:
        told |= simulated_account(wanted)
    environment = settings.environment(**told)
    commands = {
        "dispatch": ["dispatch"],
        "worker-urgent-1": ["worker", "urgent"],  # two: a request that hangs at the carrier holds up one of them
        "worker-urgent-2": ["worker", "urgent"],
        "worker-routine": ["worker", "routine"],
    }
    if simulated:
        commands["simulator"] = ["simulator"]
    ours = [Task(name, [sys.executable, "-m", "hotline", *words], environment) for name, words in commands.items()]
    return [Task("web", serving.command(HOST, wanted.port), environment), *ours]


def simulated_account(wanted: Settings) -> dict[str, str]:
    """The account at the simulated carrier, as the environment names it; kept, so that a restart changes nothing."""
    path = wanted.hotline_var / ACCOUNT
    fresh = {
        "TWILIO_ACCOUNT_SID": f"AC{secrets.token_hex(16)}",
        "TWILIO_AUTH_TOKEN": secrets.token_hex(16),
        "TWILIO_API_KEY": f"SK{secrets.token_hex(16)}",
        "TWILIO_API_KEY_SECRET": secrets.token_hex(16),
    }
    if not path.exists():
        keys.keep_private(path, fresh)
    try:
        account: dict[str, str] = json.loads(path.read_text("utf-8"))
    except ValueError:
        raise Invalid(f"{path}: not readable as JSON; remove it, and a new account is made") from None
    if account.keys() < fresh.keys():  # kept from before browsers could be rung
        account = fresh | account
        path.unlink()
        keys.keep_private(path, account)
    base = f"http://{HOST}:{simulator_port(wanted.port)}"
    # A proxy of this machine's owner could not reach us.
    return {**account, "TWILIO_AUTH_TOKENS_ALSO": "", "TWILIO_API_BASE": base, "NO_PROXY": HOST, "no_proxy": HOST}


def _serves(port: int, path: str) -> bool:
    connection = http.client.HTTPConnection(HOST, port, timeout=_FIGURES().serving.health_within.seconds)
    try:
        connection.request("GET", path)
        return connection.getresponse().status == http.client.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def welcome(wanted: Settings, *, simulated: bool) -> str:
    """What is said when everything runs: where to look, and who can log in."""
    phone = f"http://{HOST}:{simulator_port(wanted.port)}/" if simulated else "none: a carrier account is set"
    local = f"http://{HOST}:{wanted.port}"
    lines = [
        "",
        f"Practice phone   {phone}",
        f"Console          {local}/console",
        f"Health           {local}/health",
        "",
    ]
    log_ins = demo.kept_log_ins(wanted.hotline_var)
    if log_ins:
        lines.append(f"Demo log-ins, each with the password {log_ins[0].password}")
        lines += [f"  {one.login:8} {one.company}  {one.name}  {', '.join(one.roles)}" for one in log_ins]
        lines += ["Engineers have no log-in: they work from the link in the text they get.", ""]
    if log_ins and not simulated:
        lines += [
            "A carrier account is set, and the demo's people have telephone numbers that nobody has.",
            "Put in your own: hotline staff phone LOGIN NUMBER",
            "",
        ]
    return "\n".join([*lines, "Everything runs. Ctrl-C ends it."])


@contextmanager
def _alone(folder: Path) -> Iterator[int]:
    """Hold the data folder's lock. Every process we start holds it too: what a killed run left is waited for."""
    upkeep = _FIGURES().upkeep
    until = time.monotonic() + 2 * upkeep.stop_grace.seconds
    with (folder / LOCK).open("a+") as file:
        while not _locks(file.fileno()):
            file.seek(0)
            owner = file.read().strip()
            if _lives(owner) or time.monotonic() > until:
                raise Conflict(f"already running on {folder} (process {owner}): stop it, or set another HOTLINE_VAR")
            time.sleep(upkeep.look_seconds)
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield file.fileno()


def _locks(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _lives(process: str) -> bool:
    try:
        os.kill(int(process), 0)
    except (ValueError, ProcessLookupError):
        return False
    except PermissionError:
        return True
    return True


@contextmanager
def _asked_to_stop() -> Iterator[Callable[[], bool]]:
    """Within the block, Ctrl-C, TERM and a closed terminal only leave word: a start is never cut in two."""
    asked: list[int] = []

    def note(number: int, _frame: FrameType | None) -> None:
        asked.append(number)

    before = {number: signal.signal(number, note) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    try:
        yield lambda: bool(asked)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
