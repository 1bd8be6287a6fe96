"""Keeps processes running side by side; without it a worker that leaves when Redis blinks would stay away.

honcho prints their lines; keeping them is ours, because honcho ends all as soon as one ends.
"""

from __future__ import annotations

import os
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TextIO

from honcho.colour import get_colours
from honcho.printer import Message, Printer

from hotline import clock
from hotline.standard.engine import Upkeep

_OWN_NAME = "hotline"
_PIECE = 65536  # bytes
_NAME_WIDTH = 15  # the longest name of a process, worker-urgent-1


@dataclass(frozen=True)
class Task:
    """A process to keep: its name, its command and its whole environment (None: ours)."""

    name: str
    command: list[str]
    environment: Mapping[str, str] | None = None


@dataclass
class _Kept:
    task: Task
    colour: str
    process: subprocess.Popen[bytes]
    started: float
    failures: int = 0
    again_at: float | None = None
    unfinished: bytes = field(default=b"")

    @property
    def lives(self) -> bool:
        return self.process.poll() is None


class Keeper:
    """Starts processes, prints what they say, starts again whichever ends, and ends them all.

    `hold` are file descriptors that stay open as long as any of the processes lives.
    """

    def __init__(self, figures: Upkeep, output: TextIO, hold: Iterable[int] = ()) -> None:
        self._figures = figures
        self._output = output
        self._printer = Printer(output, width=_NAME_WIDTH)
        self._colours = get_colours()
        self._hold = tuple(hold)
        self._kept: dict[str, _Kept] = {}
        self._lines = selectors.DefaultSelector()

    @property
    def names(self) -> list[str]:
        """Every process that is kept."""
        return list(self._kept)

    def say(self, text: str) -> None:
        """Print a line of our own among those of the processes."""
        self._print(_OWN_NAME, text, None)

    def show(self, text: str) -> None:
        """Print a text as it is, to be read and copied."""
        with suppress(OSError):
            print(text, file=self._output, flush=True)

    def start(self, task: Task) -> None:
        """Start a process; from here on it is started again whenever it ends, whatever its status."""
        process = self._spawn(task)
        self._kept[task.name] = _Kept(task, next(self._colours), process, time.monotonic())
        self._listen(self._kept[task.name])

    def look(self) -> None:
        """Print what was said, note who ended, start again whose wait is over. Takes a moment where nothing happens."""
        self._read(self._figures.look_seconds)
        for kept in self._kept.values():
            if kept.again_at is None and not kept.lives:
                self._ended(kept)
            elif kept.again_at is not None and time.monotonic() >= kept.again_at:
                self._start_again(kept)

    def stop(self, *names: str) -> None:
        """End these processes: asked, asked again, killed. The second request ends a job that is being done."""
        kept = [self._kept.pop(name) for name in names]
        for _request in range(2):
            _signal(kept, signal.SIGTERM)
            if self._all_gone_within(kept, self._figures.stop_grace.seconds):
                break
        for one in kept:
            if one.again_at is None:
                _kill_group(one)
                one.process.wait()
                self._drop(one)

    def _spawn(self, task: Task) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, "-m", "hotline.tied", str(os.getpid()), *task.command],
            env=task.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # Ctrl-C reaches us alone; we end the others in order
            pass_fds=self._hold,
        )

    def _start_again(self, kept: _Kept) -> None:
        kept.process, kept.started, kept.again_at = self._spawn(kept.task), time.monotonic(), None
        self._listen(kept)

    def _ended(self, kept: _Kept) -> None:
        self._drop(kept)
        _kill_group(kept)  # gunicorn's children would hold the port for their successors
        steady = time.monotonic() - kept.started >= self._figures.steady_after.seconds
        kept.failures = 1 if steady else kept.failures + 1
        wait = self._figures.wait_after(kept.failures)
        kept.again_at = time.monotonic() + wait.seconds
        self.say(f"{kept.task.name} ended with status {kept.process.returncode}; it starts again in {wait}")

    def _all_gone_within(self, kept: list[_Kept], seconds: float) -> bool:
        until = time.monotonic() + seconds
        while any(one.lives for one in kept) and time.monotonic() < until:
            self._read(self._figures.look_seconds)
        return not any(one.lives for one in kept)

    def _listen(self, kept: _Kept) -> None:
        assert kept.process.stdout is not None
        os.set_blocking(kept.process.stdout.fileno(), False)
        self._lines.register(kept.process.stdout, selectors.EVENT_READ, kept)

    def _read(self, wait: float) -> None:
        ready = self._lines.select(wait)
        if not self._lines.get_map():
            time.sleep(wait)  # with nobody to listen to, select does not wait
        for key, _ in ready:
            self._read_from(key.data)

    def _read_from(self, kept: _Kept) -> bool:
        assert kept.process.stdout is not None
        try:
            piece = os.read(kept.process.stdout.fileno(), _PIECE)
        except BlockingIOError:
            return False
        if not piece:
            self._lines.unregister(kept.process.stdout)
            return False
        *lines, kept.unfinished = (kept.unfinished + piece).split(b"\n")
        for line in lines:
            self._print(kept.task.name, line.decode("utf-8", "replace"), kept.colour)
        return True

    def _drop(self, kept: _Kept) -> None:
        """Print what is left to be read from a process that ended, and listen to it no more."""
        assert kept.process.stdout is not None
        if kept.process.stdout in self._lines.get_map():
            while self._read_from(kept):
                pass
        if kept.process.stdout in self._lines.get_map():
            self._lines.unregister(kept.process.stdout)
        kept.process.stdout.close()
        kept.unfinished = b""

    def _print(self, name: str, line: str, colour: str | None) -> None:
        with suppress(OSError):  # the terminal may be gone; the processes are still to be kept, or ended
            self._printer.write(Message("line", line, clock.now().astimezone(), name, colour))


def _signal(kept: list[_Kept], number: signal.Signals) -> None:
    for one in kept:
        if one.lives:
            one.process.send_signal(number)


def _kill_group(kept: _Kept) -> None:
    with suppress(ProcessLookupError):
        os.killpg(kept.process.pid, signal.SIGKILL)
