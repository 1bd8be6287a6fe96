"""Processes kept side by side: printed, started again, ended in time, and never left behind."""

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from hotline.keeping import Keeper, Task
from hotline.standard import loader
from hotline.standard.limits import Limit

_UPKEEP = loader.platform().upkeep
QUICK = type(_UPKEEP)(
    redis_within=_UPKEEP.redis_within,
    ready_within=_UPKEEP.ready_within,
    restart_waits=(Limit.parse("1 s"), Limit.parse("2 s")),
    steady_after=_UPKEEP.steady_after,
    stop_grace=Limit.parse("1 s"),
    look_seconds=0.01,
)
PATIENCE_SECONDS = 20


class Watched:
    """A keeper and what it printed."""

    def __init__(self) -> None:
        self.output = io.StringIO()
        self.keeper = Keeper(QUICK, self.output)

    @property
    def printed(self) -> str:
        return self.output.getvalue()

    def start(self, name: str, program: str) -> None:
        self.keeper.start(Task(name, [sys.executable, "-c", program]))

    def until(self, reached: Callable[[], bool]) -> None:
        """Look until it is so."""
        end = time.monotonic() + PATIENCE_SECONDS
        while not reached():
            assert time.monotonic() < end, self.printed
            self.keeper.look()


@pytest.fixture
def watched() -> Iterator[Watched]:
    made = Watched()
    yield made
    made.keeper.stop(*made.keeper.names)


def lives(process: int) -> bool:
    """Is there such a process, and not only its name on a tombstone?"""
    try:
        return "\nState:\tZ" not in Path(f"/proc/{process}/status").read_text()
    except FileNotFoundError:
        return False


def test_lines_are_printed_with_the_name_of_who_said_them(watched: Watched) -> None:
    watched.start("web", "print('我在'); print('second')")
    watched.until(lambda: "second" in watched.printed)
    assert [line.split(maxsplit=1)[1] for line in watched.printed.splitlines()[:2]] == [
        "web             | 我在",
        "web             | second",
    ]


def test_whatever_ends_is_started_again_even_with_status_0(watched: Watched, tmp_path: Path) -> None:
    starts = tmp_path / "starts"
    watched.start("worker", f"open({str(starts)!r}, 'a').write('x')")
    watched.until(lambda: starts.exists() and starts.read_text() == "xxx")
    assert "worker ended with status 0; it starts again in 1 s" in watched.printed
    assert "worker ended with status 0; it starts again in 2 s" in watched.printed


def test_one_end_does_not_end_the_others(watched: Watched) -> None:
    watched.start("steady", "import os, time; print('pid', os.getpid(), flush=True); time.sleep(60)")
    watched.start("brief", "raise SystemExit(3)")
    watched.until(lambda: watched.printed.count("brief ended with status 3") == 2)
    assert watched.printed.count("pid") == 1


def test_a_process_that_takes_no_hint_is_killed(watched: Watched) -> None:
    program = (
        "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); time.sleep(60)"
    )
    watched.start("deaf", program)
    watched.until(lambda: "deaf" in watched.printed)
    watched.keeper.stop("deaf")
    assert watched.keeper.names == []


def test_the_second_request_reaches_a_process_that_finishes_its_work_at_the_first(watched: Watched) -> None:
    program = (
        "import signal, sys, time\n"
        "seen = []\n"
        "def asked(*_):\n"
        "    seen.append(1)\n"
        "    print('asked', len(seen), flush=True)\n"
        "    if len(seen) == 2: sys.exit()\n"
        "signal.signal(signal.SIGTERM, asked)\n"
        "print('ready', flush=True)\n"
        "while True: time.sleep(0.05)\n"
    )
    watched.start("worker", program)
    watched.until(lambda: "ready" in watched.printed)
    watched.keeper.stop("worker")
    assert "asked 2" in watched.printed


def test_a_child_of_a_child_is_not_left_behind(watched: Watched) -> None:
    program = (
        "import subprocess, sys, time\n"
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])\n"
        "print('pid', child.pid, flush=True)\n"
        "time.sleep(60)\n"
    )
    watched.start("parent", program)
    watched.until(lambda: "pid" in watched.printed)
    grandchild = int(watched.printed.split("pid ")[1].split()[0])
    assert lives(grandchild)
    watched.keeper.stop("parent")
    end = time.monotonic() + PATIENCE_SECONDS
    while lives(grandchild):
        assert time.monotonic() < end
        time.sleep(0.01)


def test_all_end_when_the_one_who_keeps_them_is_killed(tmp_path: Path) -> None:
    pid_file = tmp_path / "pid"
    child = f"import os, time; open({str(pid_file)!r}, 'w').write(str(os.getpid())); time.sleep(60)"
    keeper = (
        "import sys, tests.test_keeping as t\n"
        "watched = t.Watched()\n"
        f"watched.start('child', {child!r})\n"
        "watched.until(lambda: False)\n"
    )
    parent = subprocess.Popen([sys.executable, "-c", keeper], stdout=subprocess.DEVNULL)
    try:
        _await(lambda: pid_file.exists() and pid_file.read_text() != "")
        os.kill(parent.pid, signal.SIGKILL)
        parent.wait()
        _await(lambda: not lives(int(pid_file.read_text())))
    finally:
        with suppress(ProcessLookupError):
            parent.kill()


def test_a_tied_command_does_not_begin_without_its_parent() -> None:
    command = [sys.executable, "-m", "hotline.tied", "1", "echo", "begun"]
    assert subprocess.run(command, capture_output=True, text=True, check=True).stdout == ""


def _await(reached: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE_SECONDS
    while not reached():
        assert time.monotonic() < end
        time.sleep(0.01)
