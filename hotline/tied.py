"""Starts a command that is told to end when its parent is gone; without it a killed `hotline up` would leave orphans.

Run as `python -m hotline.tied PARENT-ID COMMAND ...`. A process of its own, because the wish must be made between
fork and exec, where a program with threads can run no Python safely.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys

_PR_SET_PDEATHSIG = 1  # linux/prctl.h


def tie(parent: int) -> None:
    """Ask the kernel to end this process politely once `parent` is gone; ends at once where it is gone already."""
    libc = ctypes.CDLL(None)
    if hasattr(libc, "prctl"):
        libc.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
    if os.getppid() != parent:
        sys.exit(0)


if __name__ == "__main__":
    tie(int(sys.argv[1]))
    os.execvp(sys.argv[2], sys.argv[2:])  # noqa: S606 - the command is `hotline up`'s own
