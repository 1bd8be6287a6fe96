"""Knows when the product has something to do; else every turn of a story's clock would ask the database in vain."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Engine, event, func, select

from hotline.domain.act import COMMAND
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
        self._runtime = runtime
        self._commits, self._read = 0, -1  # how many there were; how many when it was read
        self._soonest: datetime | None = None
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
        if self._read != self._commits:
            commits = self._commits
            with self._runtime.look(COMMAND) as act:
                *due, asked = act.session.execute(_ALL).one()
            self._soonest, self._asked = min((at for at in due if at is not None), default=None), asked is not None
            self._read = commits
        return self._soonest

    def _committed(self, _connection: object) -> None:
        self._commits += 1
