"""Entries of the outbox by the thousand, written in bulk; without it a bench would wait for its own preparations."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import Table, func, insert, select, update

from hotline.domain.act import CLOCK, COMMAND, Act
from hotline.domain.outbox import OutboxEntry, Priority, Queue, State
from hotline.runtime import Runtime

# A kind that workers know and that asks nothing of anybody: what is measured is the engine alone, as the empty function
# measures RQ alone. Its entries end as dropped: versions before this one posted it, a promise has its own clock now.
KIND, ENDS = "judge-promise", State.DROPPED
IN_ONE_ACT = 1000
LATER = timedelta(days=30)
_TABLE = cast(Table, OutboxEntry.__table__)


def owe(house: Runtime, dues: Sequence[datetime]) -> None:
    """Owe an entry for each of these instants."""
    for first in range(0, len(dues), IN_ONE_ACT):
        with house.act(COMMAND) as act:
            act.session.execute(insert(OutboxEntry), list(_rows(act, dues[first : first + IN_ONE_ACT])))


def grow(house: Runtime, owed: int) -> None:
    """Owe entries for a month later and after, until there are so many; what is owed already is copied."""
    names = [column.name for column in _TABLE.columns if column.name not in ("id", "key")]
    copied = select(*(_TABLE.c[name] for name in names)).where(_TABLE.c.state == State.DUE)
    with house.look(CLOCK) as act:
        begin = act.at + LATER
    if not waiting(house):
        owe(house, [begin + timedelta(hours=n) for n in range(min(owed, IN_ONE_ACT))])
    while missing := owed - waiting(house):
        with house.act(COMMAND) as act:
            act.session.execute(insert(_TABLE).from_select(names, copied.limit(missing)))
    with house.engine.begin() as connection:
        connection.exec_driver_sql("ANALYZE outbox")  # as the database does by itself in the course of a day


def waiting(house: Runtime) -> int:
    """How many of ours are owed and not finished; the routine's own go on beside them."""
    with house.look(CLOCK) as act:
        ours = (OutboxEntry.kind == KIND, OutboxEntry.state.in_((State.DUE, State.CLAIMED)))
        return act.session.scalar(select(func.count()).select_from(OutboxEntry).where(*ours)) or 0


def ended(house: Runtime, dues: Sequence[datetime]) -> list[tuple[datetime, datetime]]:
    """When each of these was due, and when its performing began. Ends the program where one was not performed once."""
    with house.look(CLOCK) as act:
        query = select(OutboxEntry).where(OutboxEntry.due_at.between(min(dues), max(dues)), OutboxEntry.kind == KIND)
        found = list(act.session.scalars(query))
    bad = [one for one in found if one.state != ENDS or one.attempts != 1]
    if bad or len(found) != len(dues):
        raise SystemExit(f"{len(dues)} were owed, {len(found)} are there, {len(bad)} were not performed once")
    # The instant of the act in which it was settled is the instant at which that act began.
    return [(one.due_at, one.settled_at) for one in found if one.settled_at is not None]


def finish(house: Runtime) -> None:
    """What was handed out counts as performed, though nobody performed it."""
    with house.act(COMMAND) as act:
        act.session.execute(update(OutboxEntry).where(OutboxEntry.state == State.CLAIMED).values(state=ENDS))


def _rows(act: Act, dues: Sequence[datetime]) -> Iterator[dict[str, Any]]:
    for due in dues:
        yield {
            "kind": KIND, "queue": Queue.ROUTINE, "priority": Priority.ORDINARY, "about": {}, "state": State.DUE,
            "posted_at": act.at, "due_at": due, "attempts": 0, "failures": 0,
        }  # fmt: skip
