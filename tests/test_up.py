"""The real thing: `hotline up --trial` on a machine with nothing but Python, from first line to last process."""

from __future__ import annotations

import http.client
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from hotline import demo, keys, redis_server, running, settings
from hotline.cli import cli
from hotline.settings import Settings

ROOT = Path(__file__).parent.parent
STORY = ROOT / "tests" / "stories" / "cold_radiator.txt"
PATIENCE_SECONDS = 60  # on a busy machine; a quiet one needs a tenth
_SETTINGS = {name.upper() for name in Settings.model_fields}


class House:
    """Everything, started in a folder of its own on ports that are free."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = _free_ports()
        self.log = folder / "up.log"
        self._process: subprocess.Popen[bytes] | None = None

    def command(self, *words: str) -> Result:
        """A command typed beside it; performed here, since a process of its own takes seconds to load."""
        unset = dict.fromkeys(_SETTINGS)
        told = {"HOTLINE_VAR": str(self.folder), "PORT": str(self.port)}
        return CliRunner(env={**unset, **told}).invoke(cli, words)

    def start(self) -> None:
        """Start it, and wait until it says that everything runs."""
        with self.log.open("wb") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "hotline", "up", "--trial"],
                cwd=ROOT,
                env=self._environment,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self.until(lambda: "Everything runs" in self.said)

    def ended_by(self, number: signal.Signals) -> int:
        """Signal it, and wait for its end: its status."""
        assert self._process is not None
        self._process.send_signal(number)
        return self._process.wait(PATIENCE_SECONDS)

    def until(self, reached: Callable[[], bool]) -> None:
        """Wait until it is so."""
        end = time.monotonic() + PATIENCE_SECONDS
        while not reached():
            assert time.monotonic() < end, self.said
            assert self._process is None or self._process.poll() in (None, 0, -signal.SIGKILL), self.said
            time.sleep(0.05)

    def get(self, path: str, port: int | None = None) -> tuple[int, str]:
        """Status and text of a page."""
        connection = http.client.HTTPConnection(running.HOST, port or self.port, timeout=PATIENCE_SECONDS)
        connection.request("GET", path)
        answer = connection.getresponse()
        text = answer.read().decode()
        connection.close()
        return answer.status, text

    @property
    def health(self) -> dict[str, object]:
        """What /health says."""
        said: dict[str, object] = json.loads(self.get("/health")[1])
        return said

    @property
    def said(self) -> str:
        """Everything printed so far."""
        return self.log.read_text("utf-8")

    @property
    def processes(self) -> list[int]:
        """Every process whose environment or command names the folder."""
        mark = str(self.folder).encode()
        found = []
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit() and int(entry.name) != os.getpid() and mark in _told(entry):
                found.append(int(entry.name))
        return found

    def end(self) -> None:
        """Leave nothing behind, however the test went."""
        if self._process is not None and self._process.poll() is None:
            self.ended_by(signal.SIGTERM)

    @property
    def _environment(self) -> dict[str, str]:
        beside = {name: value for name, value in settings.environment().items() if name not in _SETTINGS}
        return {**beside, "HOTLINE_VAR": str(self.folder), "PORT": str(self.port)}


@pytest.fixture
def house() -> Iterator[House]:
    folder = Path(tempfile.mkdtemp(prefix="hotline-up-"))  # a short path: a socket lies in it
    made = House(folder)
    yield made
    made.end()
    shutil.rmtree(folder)


def test_a_trial_runs_takes_a_call_outlives_its_parts_but_is_outlived_by_none_and_ends_cleanly(house: House) -> None:
    """Started twice, for each start loads the whole product seven times: the second time it finds what there was."""
    house.start()
    _check_that_it_runs(house)
    _check_what_it_says(house)
    _check_that_what_is_killed_comes_back(house)
    assert house.ended_by(signal.SIGKILL) == -signal.SIGKILL
    house.until(lambda: house.processes == [])

    house.start()
    assert house.said.count("loading the demo group") == 0  # it is there from the first time
    rung = house.command("ring", str(STORY))
    assert rung.exit_code == 0, rung.output
    assert f"http://127.0.0.1:{house.port}/console/calls/1" in rung.stdout
    assert house.command("audit", "verify").exit_code == 0
    begun = time.monotonic()
    assert house.ended_by(signal.SIGINT) == 0
    assert time.monotonic() - begun < 15, house.said
    assert house.said.endswith("stopped\n")
    assert house.processes == []


def _check_that_it_runs(house: House) -> None:
    assert house.health["status"] == "ok"
    assert house.get("/", running.simulator_port(house.port))[0] == 200
    assert house.get("/console/login")[0] == 200
    again = house.command("up", "--trial")
    assert again.exit_code == 2
    assert re.match(r"hotline: already running on .* \(process \d+\): ", again.stderr)


def _check_that_what_is_killed_comes_back(house: House) -> None:
    house.until(lambda: house.health["workers"] == {"urgent": 2, "routine": 1})
    for process in house.processes:
        if b"worker\0urgent" in (Path("/proc") / str(process) / "cmdline").read_bytes():
            os.kill(process, signal.SIGKILL)
    again = "worker-urgent-{} ended with status -9; it starts again in 1 s"
    house.until(lambda: all(again.format(n) in house.said for n in (1, 2)))


def _check_what_it_says(house: House) -> None:
    said = house.said
    assert f"Practice phone   http://127.0.0.1:{house.port + 1}/\n" in said
    assert f"Console          http://127.0.0.1:{house.port}/console\n" in said
    assert f"Health           http://127.0.0.1:{house.port}/health\n" in said
    password = demo.kept_log_ins(house.folder)[0].password
    assert said.count(password) == 1
    assert "  sun      华泽供热  孙丽华  supervisor" in said
    account = json.loads((house.folder / running.ACCOUNT).read_text())
    assert account["TWILIO_AUTH_TOKEN"] not in said
    for kept in (running.ACCOUNT, demo.LOG_INS, keys.FILE):
        assert (house.folder / kept).stat().st_mode & 0o077 == 0
    assert (house.folder / redis_server.LOG).exists()
    _check_that_nobody_else_reads(house.folder)


def _check_that_nobody_else_reads(folder: Path) -> None:
    made = [one for one in folder.rglob("*") if one.name != "up.log" and not one.is_socket()]  # the log is the test's
    assert {"hotline.db", running.LOCK} <= {one.name for one in made}
    assert [one for one in made if one.stat().st_mode & 0o077] == []


def _free_ports() -> int:
    """A free port whose next is free too."""
    while True:
        with socket.socket() as first, socket.socket() as second:
            first.bind((running.HOST, 0))
            port: int = first.getsockname()[1]
            try:
                second.bind((running.HOST, running.simulator_port(port)))
            except (OSError, OverflowError):
                continue
            return port


def _told(entry: Path) -> bytes:
    try:
        return (entry / "environ").read_bytes() + (entry / "cmdline").read_bytes()
    except OSError:  # ended meanwhile
        return b""
