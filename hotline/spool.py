"""Numbers kept while the database is gone, sealed in files; without it a caller in bad times would be lost (ANS-10)."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from hotline.errors import Invalid
from hotline.sealing import Sealer

FOLDER = "spool"


def keep(folder: Path, sealer: Sealer, *, sid: str, called: str, number: str, at: datetime) -> None:
    """Write down who rang and where to ring back, on the disk before it returns. The same call again overwrites."""
    spool = folder / FOLDER
    spool.mkdir(parents=True, exist_ok=True)
    path = spool / f"{hashlib.sha256(sid.encode()).hexdigest()}.sealed"
    sealed = sealer.seal(json.dumps({"sid": sid, "called": called, "number": number, "at": at.isoformat()}))
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


def waiting(folder: Path, sealer: Sealer) -> Iterator[tuple[Path, dict[str, str]]]:
    """Every kept call with its file; one that cannot be opened is left where it is."""
    for path in sorted((folder / FOLDER).glob("*.sealed")):
        try:
            yield path, json.loads(sealer.open(path.read_text()))
        except (Invalid, ValueError):
            continue
