"""Numbers kept while the database is gone, sealed in files; without it a caller in bad times would be lost (ANS-10)."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator
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


def waiting(folder: Path, sealer: Sealer) -> Iterator[tuple[Path, KeptCall]]:
    """Every kept call with its file; one that cannot be opened is left where it is."""
    for path in sorted((folder / FOLDER).glob("*.sealed")):
        try:
            kept = json.loads(sealer.open(path.read_text()))
            found = KeptCall(
                kept["sid"], kept["called"], PhoneNumber(kept["number"]), datetime.fromisoformat(kept["at"])
            )
        except (Invalid, ValueError, KeyError):
            continue
        yield path, found
