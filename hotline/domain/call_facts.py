"""What a call can be found by, in rows of their own; without them a search would read a million calls for one page.

A fact is a word of ours: `person:7`, `kind:fault`, `verdict:broken`, `moved`. Each stands in the order in which calls
began, so that the newest fifty of any are read from one place, and what else is asked is looked up there too.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import UTC, datetime, timedelta

from sqlalchemy import BigInteger, Index, String, delete, select, text
from sqlalchemy.orm import Mapped, mapped_column

from hotline.db import Base, insert_new
from hotline.domain.act import Act
from hotline.domain.calls import Call

MOVED = "moved"  # one of its matters changed its owner
LATE = "late"  # answered too late (ANS-1)
WAITED = "waited"  # in the line, so many seconds at the longest: `amount`
ALTERED = "altered"  # a check found that its record was changed (REC-2)
_FIRST = datetime(1970, 1, 1, tzinfo=UTC)


class CallFact(Base):
    """One fact of a call. Calls are never removed, so that no key watches them."""

    __tablename__ = "call_facts"
    __table_args__ = (
        Index(None, "call_id"),
        Index(
            "ix_call_facts_amount",
            *("fact", "began", "call_id", "amount"),
            sqlite_where=text("amount IS NOT NULL"),
            postgresql_where=text("amount IS NOT NULL"),
        ),
        {"sqlite_with_rowid": False},
    )

    fact: Mapped[str] = mapped_column(String(60), primary_key=True)
    began: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    call_id: Mapped[int] = mapped_column(primary_key=True)
    amount: Mapped[int | None]


def place(at: datetime) -> int:
    """Where an instant stands in the order: microseconds since 1970, so that it is exactly that of the calls."""
    return (at - _FIRST) // timedelta(microseconds=1)


def of_person(staff_id: int) -> str:
    """The fact that somebody owned, answered or took part in a call."""
    return f"person:{staff_id}"


def of_case(case_id: int) -> str:
    """The fact that a case was told in a call, or that a call was about it."""
    return f"case:{case_id}"


def of_kind(kind: str) -> str:
    """The fact that a matter of this kind was told in a call, or a call was about it."""
    return f"kind:{kind}"


def of_matter(matter: str) -> str:
    """The same of the matter itself: heating, lift."""
    return f"matter:{matter}"


def of_verdict(verdict: str) -> str:
    """The fact that a promise of this verdict belongs to a call."""
    return f"verdict:{verdict}"


def replace(act: Act, call: Call, facts: Mapping[str, int | None]) -> None:
    """From now on these are the facts of a call, each with its amount; that it was altered stays."""
    act.session.execute(delete(CallFact).where(CallFact.call_id == call.id, CallFact.fact != ALTERED))
    rows = [_row(call, fact, amount) for fact, amount in facts.items()]
    if rows:
        act.session.connection().execute(insert_new(act.session, CallFact), rows)


def found_altered(act: Act, calls: Collection[Call]) -> list[Call]:
    """A check found that the record of these calls, or of their matters, was changed: those found so for the first
    time, each of which is remembered.
    """
    known = select(CallFact.call_id).where(CallFact.fact == ALTERED, CallFact.call_id.in_([call.id for call in calls]))
    before = set(act.session.scalars(known))
    fresh = [call for call in calls if call.id not in before]
    for call in fresh:
        act.session.connection().execute(insert_new(act.session, CallFact), [_row(call, ALTERED, None)])
        act.remember("house", "call-found-altered", call=call.id)
    return fresh


def _row(call: Call, fact: str, amount: int | None) -> dict[str, object]:
    return {"fact": fact, "began": place(call.started_at), "call_id": call.id, "amount": amount}
