"""The product as it is run: processes of its own behind real HTTP; without it a restart could only be imagined."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import IO

from hotline import clock, practice, settings
from hotline import runtime as runtimes
from hotline.simulator.clock import ManualClock
from hotline.simulator.server import Running
from tests import world
from tests.line import Line

ROOT = Path(__file__).parent.parent
PATIENCE = 60.0  # seconds, on a busy machine
TICK = 0.25  # seconds from one look of whoever follows the clock to the next
KEY, SECRET = "SK" + "3" * 32, "the-secret-of-the-api-key-of-the-tests"  # with it agents are rung in the browser
PACE = "20"  # calls a second: as a company with a hundred agents would have it
PARTS = {
    "web": ["web"],
    "dispatch": ["dispatch"],
    "urgent-1": ["worker", "urgent"],
    "urgent-2": ["worker", "urgent"],
    "routine": ["worker", "routine"],
}


class WallClock(world.HandClock):
    """The machine's own time, for whoever asks a hand-turned clock; nobody turns it."""

    def __init__(self) -> None:
        super().__init__(clock.now())

    def __getattribute__(self, name: str) -> object:
        return clock.now() if name == "now" else super().__getattribute__(name)

    def set(self, now: datetime) -> None:
        """It goes by itself."""


class Served(Line):
    """Web server, dispatcher and workers as processes; the exchange is here, behind HTTP, so that it can be asked."""

    def __init__(
        self, runtime: runtimes.Runtime, cast: world.Cast, running: Running, environment: dict[str, str]
    ) -> None:
        self.runtime, self.cast, self.at = runtime, cast, WallClock()
        self.running, self.exchange = running, running.exchange
        self.clock = ManualClock()  # turned by nobody: it only keeps who wants to be told
        self._environment, self._var = environment, Path(environment["HOTLINE_VAR"])
        self._parts: dict[str, subprocess.Popen[bytes]] = {}
        self._logs: list[IO[bytes]] = []
        self._thread = threading.Thread(target=running.run)

    def start(self) -> None:
        """Everything runs."""
        self._thread.start()
        self.starts(*PARTS)
        self._tick()

    def starts(self, *parts: str) -> None:
        """These processes start; the web server answers."""
        for part in parts:
            log = (self._var / f"{part}.log").open("ab")
            self._logs.append(log)
            self._parts[part] = subprocess.Popen(
                [sys.executable, "-m", "hotline", *PARTS[part]],
                cwd=ROOT,
                env=settings.environment(**self._environment),
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self.until(self.answers)

    def kills_web(self) -> None:
        """Every process that serves the web ends between two instructions; their keeper starts others."""
        keeper = self._parts["web"].pid
        serving = Path(f"/proc/{keeper}/task/{keeper}/children").read_text("ascii").split()
        assert serving, "nobody serves the web"
        for process in serving:
            os.kill(int(process), signal.SIGKILL)

    def answers(self) -> bool:
        """Does the web server answer?"""
        try:
            with urllib.request.urlopen(f"{self.runtime.settings.base_url}/health", timeout=PATIENCE):
                return True
        except urllib.error.HTTPError:
            return True
        except OSError:
            return False

    def until(self, reached: Callable[[], bool], within: float = PATIENCE, stands: Callable[[], str] = str) -> None:
        """Wait until it is so; else what stands, and what the processes said."""
        end = time.monotonic() + within
        while not reached():
            assert time.monotonic() < end, f"{stands()}\n{self.said}"
            time.sleep(0.05)

    @property
    def said(self) -> str:
        """What the processes have printed."""
        return "\n".join(path.read_text("utf-8", "replace")[-4000:] for path in sorted(self._var.glob("*.log")))

    def close(self) -> None:
        """Everything ends."""
        for part in self._parts.values():
            if part.poll() is None:
                os.killpg(part.pid, signal.SIGTERM)
        for part in self._parts.values():
            part.wait(PATIENCE)
        for log in self._logs:
            log.close()
        self.running.stop()
        self._thread.join()

    def _tick(self) -> None:
        for follow in self.clock.on_turn:
            follow(self.at.now)
        self.exchange.timetable.after(TICK, self._tick)


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def served(database_url: str, redis_url: str, var: Path) -> Iterator[Served]:
    """The whole product in processes on ports that are free, the cast on duty, for as long as the block lasts."""
    port, exchange_port = free_port(), free_port()
    given = world.environment(database_url=database_url, redis_url=redis_url, var=var) | {
        "PUBLIC_BASE_URL": f"http://127.0.0.1:{port}",
        "TWILIO_API_BASE": f"http://127.0.0.1:{exchange_port}",
        "TWILIO_API_KEY": KEY,
        "TWILIO_API_KEY_SECRET": SECRET,
        "TWILIO_CALLS_PER_SECOND": PACE,
        "PORT": str(port),
    }
    runtime = runtimes.make(settings.load(given))
    account = runtime.settings.carrier
    cast = world.found(runtime)
    running = Running(
        port=exchange_port,
        account_sid=account.sid,
        auth_token=account.tokens[0],
        numbers=practice.numbers(runtime),
        phones=practice.phones(runtime),
        api_keys={KEY: SECRET},
    )
    running.exchange.board.calls_per_second = float(PACE)
    made = Served(runtime, cast, running, given)
    try:
        made.start()
        yield made
    finally:
        made.close()
        runtime.engine.dispose()
        runtime.redis.close()
