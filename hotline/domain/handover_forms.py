"""The request that somebody else own a matter (移交), as it is kept; without it nobody asked anybody (OWN-2)."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, String, Text, select, text
from sqlalchemy.orm import Mapped, mapped_column

from hotline.db import Base
from hotline.domain.act import Act


class Why(StrEnum):
    """What the request comes from."""

    ASKED = "asked"  # the owner chose a colleague
    LIVE = "live"  # in the middle of a call: the colleague is rung and hears the matter first (warm handover)
    RAISED = "raised"  # up the ladder, with what was tried (OWN-6)
    LEAVE = "leave"  # the owner goes on leave (请假)
    DISMISSAL = "dismissal"  # the owner left (离职); like the next one it asks nobody
    CONCERNED = "concerned"  # the matter is a complaint about the owner (CMP-10)


class State(StrEnum):
    """What became of a request."""

    ASKED = "asked"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    RETURNED = "returned"  # nobody answered in time
    WITHDRAWN = "withdrawn"


class Handover(Base):
    """A request that somebody else own the case (移交); until it is accepted the giver owns it (OWN-2).

    `reason` and `refusal` are people's own words, sealed with the case; `bounced`: to a superior instead (OWN-3).
    """

    __tablename__ = "handovers"

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True)
    giver_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    receiver_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), index=True)
    why: Mapped[str] = mapped_column(String(12), server_default=Why.ASKED)
    bounced: Mapped[bool] = mapped_column(server_default=text("false"))
    reason: Mapped[str] = mapped_column(Text)
    refusal: Mapped[str | None] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(12), default=State.ASKED)
    asked_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]


def of_case(act: Act, case_id: int) -> list[Handover]:
    """Every request of a case, in order."""
    return list(act.session.scalars(select(Handover).where(Handover.case_id == case_id).order_by(Handover.id)))


def waiting_for(act: Act, staff_id: int) -> list[Handover]:
    """What waits for somebody's answer, the oldest first."""
    query = select(Handover).where(Handover.receiver_id == staff_id, Handover.state == State.ASKED)
    return list(act.session.scalars(query.order_by(Handover.id)))


def open_of(act: Act, case_id: int) -> Handover | None:
    """The request of a case that waits for an answer; None where none does."""
    return next((one for one in of_case(act, case_id) if one.state == State.ASKED), None)
