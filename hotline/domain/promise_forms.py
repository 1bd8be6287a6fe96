"""A promise as it is written down, and what can become of it; without it nobody knew what is still owed (VIS-5)."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, ForeignKey, Index, String, and_
from sqlalchemy.orm import Mapped, mapped_column

from hotline.db import Base

WARNING, JUDGING, ESCALATION = range(3)  # which look is next: `step`, and from ESCALATION on one for each step


class Verdict(StrEnum):
    """What became of a promise. An unkept one is broken at its deadline, and late once it is done after all.

    Of what a department owes (CMP-1, CMP-4, CMP-6) it is the verdict on whoever had it then: done by another department
    it stays broken (CMP-13). To sign is never judged by minutes that another had: see `signatures.put_to`.
    """

    OPEN = "open"
    KEPT = "kept"
    LATE = "late"
    BROKEN = "broken"
    EXCUSED = "excused"


class Promise(Base):
    """One rule with a figure, made to somebody: who owns it, when it falls due, what became of it (design rule 7)."""

    __tablename__ = "promises"
    __table_args__ = (
        Index("ix_promises_verdict_due", "verdict", "due_at"),
        Index(None, "company_id", "look_at"),
        Index("ix_promises_rule_due", "company_id", "rule_id", "due_at", "verdict", "rule"),  # figures need no more
        Index("ix_promises_judged", "company_id", "judged_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    rule: Mapped[str] = mapped_column(String(40))  # the key in the standard, FLT-2.sign
    rule_id: Mapped[str] = mapped_column(String(12))  # FLT-2
    company_id: Mapped[int] = mapped_column(ForeignKey("companies.id"))
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True)
    owner_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    made_at: Mapped[datetime]
    due_at: Mapped[datetime]
    calendar: Mapped[str] = mapped_column(String(80))
    verdict: Mapped[str] = mapped_column(String(8), default=Verdict.OPEN)
    done_at: Mapped[datetime | None]
    judged_at: Mapped[datetime | None]
    look_at: Mapped[datetime | None]  # when the clock looks at it next; None: nothing is left to look at
    step: Mapped[int] = mapped_column(server_default="0")  # how many of those looks it had: the next is this one
    excused_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    department_id: Mapped[int | None] = mapped_column(ForeignKey("departments.id"))  # whose it is; None: the owner's

    @property
    def is_owed(self) -> bool:
        """Is it still to be done, in time or late?"""
        return self.verdict in _STILL and self.done_at is None

    @property
    def over_at(self) -> datetime:
        """From when on (UTC) it is broken: at the very instant of the deadline it can still be kept."""
        return self.due_at + datetime.resolution


_STILL = (Verdict.OPEN, Verdict.BROKEN)
OWED: ColumnElement[bool] = and_(Promise.verdict.in_(_STILL), Promise.done_at.is_(None))  # `is_owed`, in a query
