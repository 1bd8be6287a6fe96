"""Knows when the product has something to do; else every turn of a story's clock would ask the database in vain."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Engine, event, func, select

from hotline.domain.decisions import Decision
from hotline.domain.decisions import State as Asked
from hotline.domain.outbox import OutboxEntry, State
from hotline.domain.promises import Promise
from hotline.runtime import Runtime

_OWED = select(func.min(OutboxEntry.due_at)).where(OutboxEntry.state == State.DUE)
_LAPSES = select(func.min(OutboxEntry.lease_until)).where(OutboxEntry.state == State.CLAIMED)
_LOOKED_AT = select(func.min(Promise.look_at))
_ASKED = select(Decision.id).where(Decision.state == Asked.ASKED).limit(1)
_ALL = select(*(one.scalar_subquery() for one in (_OWED, _LAPSES, _LOOKED_AT, _ASKED)))


class Agenda:
    """What is owed, read anew once something was committed: by whichever engine of this process."""

    def __init__(self, runtime: Runtime) -> None:
        self._engine = runtime.engine
        self._commits, self._read_at = 0, -1  # how many there were; how many when it was read
        self._soonest: datetime | None = None
        self._look_at: datetime | None = None
        self._asked = False
        event.listen(Engine, "commit", self._committed)

    def close(self) -> None:
        """Nobody asks any more."""
        event.remove(Engine, "commit", self._committed)

    def is_clear(self, now: datetime) -> bool:
        """Is there nothing to do: no effect, lease or promise is due, and nobody waits for a decision?"""
        soonest = self.soonest()
        return not self._asked and (soonest is None or now < soonest)

    def soonest(self) -> datetime | None:
        """When the first effect, lease or promise falls due; None when nothing does."""
        self._read()
        return self._soonest

    def looks_at_promises(self, now: datetime) -> bool:
        """Is a promise to be looked at?"""
        self._read()
        return self._look_at is not None and self._look_at <= now

    def is_asked(self) -> bool:
        """Does somebody wait for a decision?"""
        self._read()
        return self._asked

    def _read(self) -> None:
        if self._read_at == self._commits:
            return
        self._read_at = self._commits
        with self._engine.connect() as connection:
            owed, lapses, self._look_at, asked = connection.execute(_ALL).one()
        self._soonest = min((at for at in (owed, lapses, self._look_at) if at is not None), default=None)
        self._asked = asked is not None

    def _committed(self, _connection: object) -> None:
        self._commits += 1
