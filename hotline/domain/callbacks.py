"""A promise to ring, and every attempt at keeping it; without it a callback would be tried once, if at all (CBK-3)."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from hotline.db import Base

_GOES_ON = text("ended_at IS NULL")


class State(StrEnum):
    """What became of a callback."""

    OPEN = "open"
    REACHED = "reached"  # we spoke with the customer
    SERVED = "served"  # the customer rang in meanwhile, and was served
    UNREACHED = "unreached"  # tried as often as the standard says; the owner and the supervisor were told
    REFUSED = "refused"  # the customer wants no call
    CANCELLED = "cancelled"  # by a person, with a reason; or its matter was closed


class Style(StrEnum):
    """Who is on the line first."""

    TALK = "talk"  # one of ours accepts, then the customer is rung
    SURVEY = "survey"  # the customer is rung at once, and asked by the machine; a person comes on request


class Outcome(StrEnum):
    """How an attempt ended."""

    REACHED = "reached"
    NO_ANSWER = "no-answer"
    BUSY = "busy"
    NO_KEY = "no-key"  # picked up, but nobody pressed a key: a machine, or nobody who understood
    REFUSED = "refused"
    NO_AGENT = "no-agent"  # nobody of ours could be had: not counted as an attempt
    FAILED = "failed"  # the carrier did not place it


class Callback(Base):
    """One call that is owed to a customer in one matter. While it is open there is no second of the same matter.

    `next_at`: when the next attempt begins by itself; None while one is under way, and where a person begins it.
    `agreed`: the time was agreed with the customer, so that it is kept on a holiday too. `until_at` ends the window.
    """

    __tablename__ = "callbacks"
    __table_args__ = (
        Index(None, "state", "next_at"),
        Index("uq_callbacks_case_now", "case_id", unique=True, sqlite_where=_GOES_ON, postgresql_where=_GOES_ON),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True)
    company_id: Mapped[int] = mapped_column(ForeignKey("companies.id"), index=True)
    rule: Mapped[str] = mapped_column(String(40))
    style: Mapped[str] = mapped_column(String(8))
    state: Mapped[str] = mapped_column(String(12))
    language: Mapped[str] = mapped_column(String(8))
    made_at: Mapped[datetime]
    from_at: Mapped[datetime]  # not before
    until_at: Mapped[datetime | None]
    agreed: Mapped[bool] = mapped_column(default=False)
    next_at: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)  # those at which the customer's telephone rang
    wanted_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    ended_at: Mapped[datetime | None]
    why: Mapped[str | None] = mapped_column(String(40))


class Attempt(Base):
    """One attempt: when, in which slot of the day, by which call, and how it ended."""

    __tablename__ = "callback_attempts"
    __table_args__ = (UniqueConstraint("callback_id", "n"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    callback_id: Mapped[int] = mapped_column(ForeignKey("callbacks.id"))
    n: Mapped[int]
    slot: Mapped[str | None] = mapped_column(String(8))  # morning, noon, evening; None between them
    due_at: Mapped[datetime]
    began_at: Mapped[datetime]
    call_id: Mapped[int | None] = mapped_column(ForeignKey("calls.id"), index=True)  # the customer's
    outcome: Mapped[str | None] = mapped_column(String(12))
    ended_at: Mapped[datetime | None]
