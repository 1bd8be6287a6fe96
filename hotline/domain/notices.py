"""Who is told what, once and never in a flood; without it people would be told too often or not at all (OWN-6)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from hotline.db import Base


class Notice(Base):
    """One thing that one person is told of: by page at once, by text, where the rule says so by telephone."""

    __tablename__ = "notices"
    __table_args__ = (Index(None, "staff_id", "told_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(120), unique=True)  # the occasion; told once
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    company_id: Mapped[int] = mapped_column(ForeignKey("companies.id"))
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True)
    promise_id: Mapped[int | None] = mapped_column(ForeignKey("promises.id"))
    text: Mapped[str] = mapped_column(String(60))  # a key of prompts/: promise-broken, extension-asked ...
    urgent: Mapped[bool]
    by_call: Mapped[bool]
    at: Mapped[datetime]
    told_at: Mapped[datetime | None]  # the carrier has the text, or the summary that names it
    heard_at: Mapped[datetime | None]  # a key was pressed on the telephone, or the page was looked at
