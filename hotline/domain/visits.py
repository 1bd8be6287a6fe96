"""Return visits (回访): was it mended, are they content; without it nobody would ask after the work (VIS-1, VIS-4)."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from hotline.db import Base


class State(StrEnum):
    """What became of a return visit."""

    OWED = "owed"
    MADE = "made"
    REFUSED = "refused"  # the customer wants no call: recorded, and counted apart
    UNREACHED = "unreached"


class By(StrEnum):
    """Who asks."""

    AGENT = "agent"
    SURVEY = "survey"


class Visit(Base):
    """One return visit owed to a customer after a piece of work, a complaint or a stay, and what they said.

    `mark`: satisfaction by the profile's scale; `said` is the customer's own words, sealed with the case.
    """

    __tablename__ = "visits"
    __table_args__ = (Index(None, "company_id", "owed_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True)
    company_id: Mapped[int] = mapped_column(ForeignKey("companies.id"))
    rule: Mapped[str] = mapped_column(String(40))
    state: Mapped[str] = mapped_column(String(12))
    owed_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    by: Mapped[str | None] = mapped_column(String(8))
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    call_id: Mapped[int | None] = mapped_column(ForeignKey("calls.id"), index=True)
    mended: Mapped[bool | None]
    mark: Mapped[int | None]
    said: Mapped[str | None] = mapped_column(Text)
    reopened: Mapped[bool] = mapped_column(default=False)
