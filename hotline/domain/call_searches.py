"""What people look for among the calls, sealed; without it a number would stand in an address or be typed every day.

Whoever searches is led to a page that names the search alone. One that gets a name is kept, for its owner alone, until
its owner drops it; the others go when a log-in's longest time is over.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy import ForeignKey, Text, delete, select
from sqlalchemy.orm import Mapped, mapped_column

from hotline import spelling
from hotline.db import Base
from hotline.domain.act import Act
from hotline.errors import Invalid, NotFound

LONGEST_NAME = 60  # characters
MOST = 40  # kept by one person


class CallSearch(Base):
    """One search of one person: what is wanted and what its owner calls it are sealed, for both may name a customer."""

    __tablename__ = "call_searches"

    id: Mapped[int] = mapped_column(primary_key=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), index=True)
    made_at: Mapped[datetime]
    name: Mapped[str | None] = mapped_column(Text)  # None: not kept
    wanted: Mapped[str] = mapped_column(Text)


def ask(act: Act, staff_id: int, wanted: Mapping[str, str]) -> CallSearch:
    """Note what somebody looks for. The standard is chosen; what they looked for long ago and did not keep goes."""
    long_ago = act.at - act.standard.engine.sign_in.longest.span
    old = (CallSearch.staff_id == staff_id, CallSearch.name.is_(None), CallSearch.made_at < long_ago)
    act.session.execute(delete(CallSearch).where(*old))
    sealed = act.sealer.seal(json.dumps(dict(wanted), ensure_ascii=False))
    row = CallSearch(staff_id=staff_id, made_at=act.at, wanted=sealed)
    act.session.add(row)
    act.session.flush()
    return row


def dispose(act: Act, before: datetime) -> None:
    """What was looked for before this instant and nobody kept goes, though its owner never searches again."""
    act.session.execute(delete(CallSearch).where(CallSearch.name.is_(None), CallSearch.made_at < before))


def get(act: Act, search_id: int, staff_id: int) -> CallSearch:
    """A search of this person's own. Raises NotFound, for anybody else's too."""
    row = act.session.get(CallSearch, search_id)
    if row is None or row.staff_id != staff_id:
        raise NotFound(f"there is no search {search_id} of yours")
    return row


def wanted(act: Act, row: CallSearch) -> dict[str, str]:
    """What is looked for, as it was typed."""
    return dict(json.loads(act.sealer.open(row.wanted)))


def keep(act: Act, row: CallSearch, name: str) -> None:
    """Keep a search under a name. Raises Invalid without one, or where its owner keeps too many."""
    if not name.strip() or len(name.strip()) > LONGEST_NAME:
        raise Invalid(f"a search is kept under a name of at most {LONGEST_NAME} characters", key="name")
    if row.name is None and len(kept(act, row.staff_id)) >= MOST:
        raise Invalid(f"you keep {MOST} searches already: drop one first", key="most")
    row.name = act.sealer.seal(name.strip())


def kept(act: Act, staff_id: int) -> list[tuple[int, str]]:
    """The searches that somebody keeps, by id and name, in the order in which they were made."""
    query = select(CallSearch).where(CallSearch.staff_id == staff_id, CallSearch.name.is_not(None))
    rows = act.session.scalars(query.order_by(CallSearch.id))
    return [(row.id, act.sealer.open(row.name or "")) for row in rows]


def drop(act: Act, row: CallSearch) -> None:
    """Its owner needs it no more."""
    act.session.delete(row)


def forget(act: Act, values: Collection[str]) -> None:
    """Searches for a customer who had these numbers or this name go, kept or not.

    Each is opened for that: what was typed lies sealed with our own key, in the spelling of whoever typed it.
    """
    for row in act.session.scalars(select(CallSearch)) if values else ():
        if spelling.says([*wanted(act, row).values(), act.sealer.open(row.name) if row.name else ""], values):
            act.session.delete(row)
