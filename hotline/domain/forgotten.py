"""Whom we have erased, in a file outside the database; without it a back-up that comes back would know them again."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.domain.customers import Customer

FILE = "erased.txt"  # its name in the data folder
_BATCH = 500  # customers looked up with one statement

Mark = tuple[int, datetime]  # a number alone is given out again by a database that went back in time


def export_missing(session: Session, file: Path) -> int:
    """Append to the file outside the database every erased customer that it lacks; how many. No personal value.

    One exporter at a time: the file is locked. A line torn by a crash is written anew.
    """
    erased = select(Customer.id, Customer.known_since).where(Customer.key.is_(None)).order_by(Customer.id)
    marks = [_written(id_, since) for id_, since in session.execute(erased)]
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("a+", encoding="ascii") as out:
        fcntl.flock(out, fcntl.LOCK_EX)
        out.seek(0)
        there = out.read()
        known = set(there.splitlines())
        missing = [mark for mark in marks if mark not in known]
        if missing:
            torn = "\n" if there and not there.endswith("\n") else ""
            out.write(torn + "".join(f"{mark}\n" for mark in missing))
            out.flush()
            os.fsync(out.fileno())
    return len(missing)


def known_again(session: Session, file: Path) -> list[int]:
    """The customers whom the file calls erased and whom the database knows; none where there is no file."""
    found: list[int] = []
    listed = list(_marks(file))
    for begin in range(0, len(listed), _BATCH):
        some = listed[begin : begin + _BATCH]
        marks = set(some)
        ids = [id_ for id_, _since in some]
        query = select(Customer.id, Customer.known_since).where(Customer.id.in_(ids), Customer.key.is_not(None))
        found += [id_ for id_, since in session.execute(query.order_by(Customer.id)) if (id_, since) in marks]
    return found


def _marks(file: Path) -> Iterator[Mark]:
    if not file.exists():
        return
    for line in file.read_text(encoding="ascii").splitlines():
        id_, _space, since = line.partition(" ")
        try:
            yield int(id_), datetime.fromisoformat(since)
        except ValueError:
            continue  # torn by a crash: it stands whole further down


def _written(id_: int, since: datetime) -> str:
    return f"{id_} {since.astimezone(UTC).isoformat()}"
