"""Brings the product's processes to life by a fork; two hundred that each load the product anew would take minutes.

Run as `python -m tests.faults.nursery`. A line in, as JSON: the words of a command, its environment, a file for what it
prints, the clock it goes by. A line out: its process id. No connection is opened here, and no thread runs.
"""

from __future__ import annotations

import gc
import json
import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

import rq.worker.base
from sqlalchemy.orm import configure_mappers
from twilio.rest import Client

from hotline import clock, tied
from hotline.cli import cli
from hotline.db import make_engine
from hotline.domain import tables as tables
from hotline.prompts import Prompts
from hotline.runtime import standard_of
from tests.faults.swift import SwiftClock

_PARENT = 1


def live(words: list[str], environment: dict[str, str], log: str, time: str) -> None:
    """The command that an operator would type, in this process."""
    tied.tie(os.getppid())
    out = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    for stream in (1, 2):
        os.dup2(out, stream)
    os.environ.update(environment)
    swift = SwiftClock(Path(time))
    setattr(rq.worker.base, "now", swift)  # noqa: B010 - the machine has one clock, for RQ's signs of life too
    with clock.turned_by(swift, swift.steady):
        cli(words, prog_name="hotline")


def _born(told: dict[str, Any]) -> int:
    while _buried():
        continue
    child = os.fork()
    if child:
        return child
    try:
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        live(**told)
    finally:
        os._exit(_PARENT)


def _buried() -> bool:
    try:
        return os.waitpid(-1, os.WNOHANG)[0] != 0
    except ChildProcessError:
        return False


def _load() -> None:
    """Whatever the product loads when it is first used."""
    configure_mappers()
    Prompts()
    for profile in ("heating", "property"):
        standard_of(profile, {})
    for url in ("sqlite:///nowhere", "postgresql://nobody@nowhere/none"):
        make_engine(url, busy_ms=1, again_seconds=1)
    account = Client("AC" + "0" * 32, "no secret")
    assert account.calls
    assert account.messages
    gc.freeze()  # else each child would write on every page of it


def main() -> None:
    """Until nobody is there who would ask for more; they may be told to end while it waits for the last."""
    _load()
    for line in sys.stdin:
        print(_born(json.loads(line)), flush=True)
    with suppress(ChildProcessError):
        while True:
            os.wait()


if __name__ == "__main__":
    main()
