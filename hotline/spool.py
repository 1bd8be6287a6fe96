"""Numbers kept while the database is gone, sealed in files; without it a caller in bad times would be lost (ANS-10)."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from hotline.errors import Invalid
from hotline.phones import PhoneNumber
from hotline.sealing import Sealer

FOLDER = "spool"


@dataclass(frozen=True)
class KeptCall:
    """The carrier's id of the call, the number it rang at, whom to ring back, and when it was."""

    sid: str
    called: str
    number: PhoneNumber
    at: datetime


def keep(folder: Path, sealer: Sealer, kept: KeptCall) -> None:
    """Write down who rang and where to ring back, on the disk before it returns. The same call again overwrites."""
    spool = folder / FOLDER
    spool.mkdir(parents=True, exist_ok=True)
    path = spool / f"{hashlib.sha256(kept.sid.encode()).hexdigest()}.sealed"
    sealed = sealer.seal(json.dumps({**vars(kept), "number": kept.number.e164, "at": kept.at.isoformat()}))
    fresh = path.with_suffix(".new")
    with fresh.open("w") as file:
        file.write(sealed)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
    directory = os.open(spool, os.O_RDONLY)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)


def taken(folder: Path, sealer: Sealer) -> Iterator[tuple[Path, KeptCall]]:
    """Every kept call with its file, which whoever has done the work removes; one that cannot be opened stays.

    The file is taken aside first: a number keyed in meanwhile is a new file. What was taken before a crash comes again.
    One process at a time; another finds nothing.
    """
    spool = folder / FOLDER
    with _alone(spool) as ours:
        if ours:
            for path in spool.glob("*.sealed"):
                path.replace(path.with_suffix(".taken"))
            yield from _opened(sorted(spool.glob("*.taken")), sealer)


def waiting(folder: Path, sealer: Sealer) -> list[KeptCall]:
    """The calls that are kept still and can be opened. They stay where they are."""
    return [kept for _path, kept in _opened((folder / FOLDER).glob("*.*ed"), sealer)]


def sealed_with(folder: Path, name: str) -> int:
    """How many kept calls are sealed with the key of this name."""
    kept = [path.read_text() for path in (folder / FOLDER).glob("*.*ed") if path.is_file()]
    return sum(text.startswith(f"{name}.") for text in kept)


@contextmanager
def _alone(spool: Path) -> Iterator[bool]:
    """Hold the folder, if there is one and nobody else holds it."""
    try:
        directory = os.open(spool, os.O_RDONLY | os.O_DIRECTORY)
    except OSError:  # nothing was ever kept
        yield False
        return
    try:
        yield _locks(directory)
    finally:
        os.close(directory)


def _locks(directory: int) -> bool:
    try:
        fcntl.flock(directory, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _opened(paths: Iterable[Path], sealer: Sealer) -> Iterator[tuple[Path, KeptCall]]:
    for path in paths:
        try:
            kept = json.loads(sealer.open(path.read_text()))
            found = KeptCall(
                kept["sid"], kept["called"], PhoneNumber(kept["number"]), datetime.fromisoformat(kept["at"])
            )
        except (Invalid, ValueError, KeyError, FileNotFoundError):
            continue
        yield path, found
