"""Who does this, when, in which transaction; without one act a change could stand without its record."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any, TypeVar

from sqlalchemy import Select, bindparam, inspect, select
from sqlalchemy.orm import Session

from hotline.db import Base
from hotline.errors import Invalid
from hotline.sealing import Sealer
from hotline.standard.rules import Standard

Row = TypeVar("Row", bound=Base)
StandardOf = Callable[[str, Mapping[str, Any]], Standard]


@dataclass(frozen=True)
class Actor:
    """Who acts: "caller", "carrier", "clock", "console:7" (staff 7), "phone:7", "link:7", "command"."""

    kind: str
    staff_id: int | None = None

    def __str__(self) -> str:
        return f"{self.kind}:{self.staff_id}" if self.staff_id is not None else self.kind


CALLER = Actor("caller")
CARRIER = Actor("carrier")
CLOCK = Actor("clock")
COMMAND = Actor("command")


@dataclass
class Act:
    """One request or job: one transaction, one actor, one instant. The domain never commits.

    `entries` are written to the log and `news` announced by the edge that opened the act.
    """

    session: Session
    actor: Actor
    at: datetime
    sealer: Sealer
    standard_of: StandardOf
    entries: list[tuple[Actor, str, str, dict[str, Any]]] = field(default_factory=list)
    news: set[str] = field(default_factory=set)
    telling: set[tuple[int, int, bool]] = field(default_factory=set)  # whom this act owes a text: see notices
    owes_now: bool = False
    held: set[object] = field(default_factory=set)  # rows asked for often: the session forgets what nobody holds
    locks: dict[tuple[type, int], Any] = field(default_factory=dict)  # what `lock_once` gave
    _standard: Standard | None = None

    @property
    def standard(self) -> Standard:
        """The service standard of the company whose matter this is. Raises Invalid before `under`."""
        if self._standard is None:
            raise Invalid("no company's standard was chosen in this act")
        return self._standard

    def under(self, profile: str, overrides: Mapping[str, Any]) -> Standard:
        """From here on, this company's standard holds."""
        self._standard = self.standard_of(profile, overrides)
        return self._standard

    def lock(self, table: type[Row], id_: int) -> Row | None:
        """The row with this id as it stands now, locked until the act ends; None where there is none."""
        now = {"populate_existing": True}
        row: Row | None = self.session.scalars(_locking(table), {"id": id_}, execution_options=now).one_or_none()
        return row

    def lock_once(self, table: type[Row], id_: int) -> Row | None:
        """The same, read once: from then on nobody else changes it.

        Not for a table that is changed by statements past the session, nor within a savepoint, which gives the lock
        back.
        """
        if (table, id_) not in self.locks:
            row = self.lock(table, id_)
            if row is None:
                return None
            self.locks[table, id_] = row
        locked: Row = self.locks[table, id_]
        return locked

    @contextmanager
    def part(self) -> Iterator[None]:
        """What is done within stands or falls together, with what was to be remembered of it; the act goes on."""
        entries, telling, locks = len(self.entries), set(self.telling), dict(self.locks)
        try:
            with self.session.begin_nested():
                yield
        except BaseException:
            del self.entries[entries:]
            self.telling, self.locks = telling, locks
            raise

    def remember(self, chain: str, kind: str, **fields: Any) -> None:
        """Add an entry to a chain of the log ("call:12", "case:7", "house"); written before the commit (rule 6).

        Personal values among the fields must be sealed already.
        """
        self.remember_as(self.actor, chain, kind, **fields)

    def remember_as(self, actor: Actor, chain: str, kind: str, **fields: Any) -> None:
        """The same as somebody else's deed: a verdict is the clock's, in whosever act it is found (rule 7)."""
        self.entries.append((actor, chain, kind, fields))
        self.news.add(chain)


@cache
def _locking(table: type[Base]) -> Select[Any]:
    """Written once for each table: `session.get` writes it anew each time, which takes half as long as asking."""
    [key] = inspect(table).primary_key
    return select(table).where(key == bindparam("id")).with_for_update()
