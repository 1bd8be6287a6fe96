"""Is every call that the carrier lists in our log? Without it nobody would miss a call that never reached us (REC-2)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from hotline.db import Base

_RUNNING = "state = 'running'"


class Look(Base):
    """One comparison of our calls with the carrier's list, over a period; it goes on from `reached_at`."""

    __tablename__ = "completeness_runs"
    __table_args__ = (
        Index(
            "uq_completeness_runs_now",
            "state",
            unique=True,
            sqlite_where=text(_RUNNING),
            postgresql_where=text(_RUNNING),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    from_at: Mapped[datetime]
    until_at: Mapped[datetime]
    reached_at: Mapped[datetime]
    asked_by: Mapped[str] = mapped_column(String(64))
    asked_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    state: Mapped[str] = mapped_column(String(12))
    listed: Mapped[int] = mapped_column(default=0)  # calls of our numbers that the carrier lists
    ours: Mapped[int] = mapped_column(default=0)  # calls in our log that the carrier knows
    others: Mapped[int] = mapped_column(default=0)  # listed calls of numbers that are no company's
    missing: Mapped[int] = mapped_column(default=0)  # listed, and not in our log
    unlisted: Mapped[int] = mapped_column(default=0)  # in our log, and unknown to the carrier


class MissingCall(Base):
    """A call that one side has and the other lacks; settled when it turned up after all."""

    __tablename__ = "missing_calls"
    __table_args__ = (Index(None, "company_id", "at"),)

    sid: Mapped[str] = mapped_column(String(34), primary_key=True)
    lacking: Mapped[str] = mapped_column(String(8))  # where it is missing: "log", "carrier"
    company_id: Mapped[int] = mapped_column(ForeignKey("companies.id"))
    direction: Mapped[str] = mapped_column(String(8))  # in, out
    our_number: Mapped[str] = mapped_column(String(20))
    at: Mapped[datetime]
    call_id: Mapped[int | None] = mapped_column(ForeignKey("calls.id"))
    run_id: Mapped[int] = mapped_column(ForeignKey("completeness_runs.id"), index=True)
    found_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]
