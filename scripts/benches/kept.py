"""A process that is started again after every exit; without it a bench that kills would be over with the first."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
from pathlib import Path

STOP_WITHIN = 70.0  # seconds: as long as systemd is told to wait, and some


class Kept:
    """A process that is started again after every exit, as Restart=always wants it."""

    def __init__(self, command: list[str], folder: Path, told: dict[str, str], log: Path, pause: float) -> None:
        self._command, self._folder, self._told, self._log, self._pause = command, folder, told, log, pause
        self._stopping, self._lock = threading.Event(), threading.Lock()
        self._process = self._born()
        self._keeper = threading.Thread(target=self._keep)
        self._keeper.start()

    def stop(self, by: signal.Signals = signal.SIGTERM) -> None:
        """Every process of it is told; none comes back."""
        with self._lock:
            self._stopping.set()
            if self._process.poll() is None:
                os.killpg(self._process.pid, by)

    def kill(self) -> None:
        """It dies between two instructions, and is started again."""
        with self._lock:
            if self._process.poll() is None:
                os.killpg(self._process.pid, signal.SIGKILL)

    def join(self) -> None:
        """Until it has ended."""
        self._keeper.join(STOP_WITHIN)
        if self._keeper.is_alive():
            self.stop(signal.SIGKILL)
            raise SystemExit(f"{self._command[-1]} did not end within {STOP_WITHIN:g} s")

    def _born(self) -> subprocess.Popen[bytes]:
        with self._log.open("ab") as out:
            return subprocess.Popen(
                self._command, cwd=self._folder, env=self._told, stdout=out, stderr=out, start_new_session=True
            )

    def _keep(self) -> None:
        while True:
            self._process.wait()
            if self._stopping.wait(self._pause):
                return
            with self._lock:
                if not self._stopping.is_set():
                    self._process = self._born()
