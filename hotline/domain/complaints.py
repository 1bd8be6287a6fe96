"""A complaint from its filing to the customer who is told; without it one could be lost on the way (CMP-1 to 13)."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from hotline.db import Base


class Stage(StrEnum):
    """How far a complaint has come."""

    FILED = "filed"
    SIGNED = "signed"  # the respondent department signed for it (签收)
    SETTLED = "settled"  # dealt with
    RETURNED = "returned"  # the form came back
    TOLD = "told"  # the customer knows the result


class Complaint(Base):
    """What a complaint case holds beside the case: its grades, whom it is about, its clocks' instants.

    The row stays when the case is changed into something else, and counts in the statistics by `first_grade` (CMP-13).
    `finding` and `refusal` are people's own words, sealed with the case.
    """

    __tablename__ = "complaints"
    __table_args__ = (Index(None, "department_id", "stage"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), unique=True)
    grade: Mapped[str | None] = mapped_column(String(12))  # None: nobody graded it; it counts as the standard says
    first_grade: Mapped[str | None] = mapped_column(String(12))
    about_company_id: Mapped[int] = mapped_column(ForeignKey("companies.id"))
    department_id: Mapped[int | None] = mapped_column(ForeignKey("departments.id"))
    about_staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    limit_at: Mapped[datetime | None]  # the customer's own limit (CMP-4)
    stage: Mapped[str] = mapped_column(String(12), default=Stage.FILED)
    filed_at: Mapped[datetime]
    signed_at: Mapped[datetime | None]
    signed_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    refused_at: Mapped[datetime | None]  # the department said it is not theirs; None again once it is redirected
    refusal: Mapped[str | None] = mapped_column(Text)
    settled_at: Mapped[datetime | None]
    settled_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    finding: Mapped[str | None] = mapped_column(Text)
    returned_at: Mapped[datetime | None]
    returned_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    replied_at: Mapped[datetime | None]
    replied_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    told_at: Mapped[datetime | None]
    told_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    joined_to_id: Mapped[int | None] = mapped_column(ForeignKey("complaints.id"), index=True)
    changed_to: Mapped[str | None] = mapped_column(String(16))  # the kind of matter it was changed into, by two people
