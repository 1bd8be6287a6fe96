"""The visitor register (来访登记簿): who came or wrote; without it they would leave no trace (REC-7)."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, ForeignKey, Index, String, select
from sqlalchemy.orm import Mapped, mapped_column

from hotline.db import Base
from hotline.domain.act import Act
from hotline.domain.cases import Case


class Channel(StrEnum):
    """How somebody reached us without a telephone (REC-7)."""

    WALK_IN = "walk_in"
    LETTER = "letter"
    EMAIL = "email"
    WEB = "web"  # another system brought it


BY_HAND = (Channel.WALK_IN, Channel.LETTER, Channel.EMAIL)  # what a person of ours notes


class Sex(StrEnum):
    """As the register asks for it; nobody has to say."""

    FEMALE = "female"
    MALE = "male"


class Visitor(Base):
    """One line of the register. Name, organisation, phone, reason and identity are in its case, sealed (SEC-1)."""

    __tablename__ = "visitors"
    __table_args__ = (Index("ix_visitors_company_came", "company_id", "came_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    company_id: Mapped[int] = mapped_column(ForeignKey("companies.id"))
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), unique=True)
    channel: Mapped[str] = mapped_column(String(8))
    sex: Mapped[str | None] = mapped_column(String(8))
    came_at: Mapped[datetime]
    noted_by_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))


def hears(channel: Channel | None) -> bool:
    """Is somebody there to whom it can be read (REC-3)? Not whoever wrote. `channel`: None by telephone."""
    return channel in (None, Channel.WALK_IN)


def register(act: Act, case: Case, channel: Channel, *, sex: Sex | None, noted_by: int) -> Visitor:
    """Enter somebody in the register, with the case that came of it (REC-7)."""
    row = Visitor(
        company_id=case.company_id,
        case_id=case.id,
        channel=channel,
        sex=sex,
        came_at=act.at,
        noted_by_id=noted_by,
    )
    act.session.add(row)
    act.session.flush()
    act.remember(case.chain, "visitor-registered", channel=channel, by=noted_by)
    return row


def of_case(act: Act, case_id: int) -> Visitor | None:
    """How the matter reached us, where it was not by telephone."""
    return act.session.scalar(select(Visitor).where(Visitor.case_id == case_id))


def listed(
    act: Act, company_id: int | None, *, before: int | None, most: int, within: ColumnElement[bool]
) -> list[tuple[Visitor, Case]]:
    """The register of a company, or of the group, newest first; `before` is the last line of the page before.

    `within`: which matters the reader may know of (CMP-10).
    """
    query = select(Visitor, Case).join(Case, Case.id == Visitor.case_id).where(within)
    query = query.order_by(Visitor.id.desc()).limit(most)
    if company_id is not None:
        query = query.where(Visitor.company_id == company_id)
    if before is not None:
        query = query.where(Visitor.id < before)
    return [(visitor, case) for visitor, case in act.session.execute(query)]
