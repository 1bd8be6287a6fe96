"""Which agent was asked to take which caller; without it a caller could ring on at an agent who declined (ANS-1)."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, func, select, text
from sqlalchemy.orm import Mapped, mapped_column

from hotline.db import Base
from hotline.domain import outbox, seats
from hotline.domain.act import Act


class Answer(StrEnum):
    """What a rung agent did. Only a pressed key accepts; a voicemail never does (design rule 8)."""

    RINGING = "ringing"
    HEARD = "heard"  # the phone was picked up and the whisper is being told
    ACCEPTED = "accepted"
    DECLINED = "declined"
    NO_KEY = "no_key"
    NO_ANSWER = "no_answer"
    BUSY = "busy"
    WITHDRAWN = "withdrawn"  # the caller was gone, or wants to be rung back


OPEN = frozenset({Answer.RINGING, Answer.HEARD})
TURNED_DOWN = frozenset({Answer.DECLINED, Answer.NO_KEY, Answer.NO_ANSWER, Answer.BUSY})
UNANSWERED = TURNED_DOWN - {Answer.DECLINED}
SLOT = "agent_offer"  # of a call: by the number here it is known for one that rings an agent for a caller
_ASKED = text("answer IN ('ringing', 'heard')")


class AgentOffer(Base):
    """One agent asked to take one waiting caller; `n` counts the offers of a wait."""

    __tablename__ = "agent_offers"
    # No agent is asked for two callers at once, no caller offered to two agents, whatever the code does.
    __table_args__ = (
        UniqueConstraint("wait_id", "n"),
        Index(None, "staff_id", "rung_at"),
        Index("uq_agent_offers_asked", "staff_id", unique=True, sqlite_where=_ASKED, postgresql_where=_ASKED),
        Index("uq_agent_offers_offered", "wait_id", unique=True, sqlite_where=_ASKED, postgresql_where=_ASKED),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    wait_id: Mapped[int]  # no foreign key: the line stands on the offers
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    n: Mapped[int]
    call_id: Mapped[int | None] = mapped_column(ForeignKey("calls.id"), unique=True)
    rung_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]
    answer: Mapped[str] = mapped_column(String(12), default=Answer.RINGING)


def made(act: Act, wait_id: int) -> int:
    """How many agents were asked to take this caller."""
    return act.session.scalar(select(func.count(AgentOffer.id)).where(AgentOffer.wait_id == wait_id)) or 0


def answer(act: Act, offer: AgentOffer, what: Answer, *, chain: str) -> None:
    """Note what the agent did, on the caller's chain."""
    offer.answer = what
    if what is not Answer.HEARD:
        offer.answered_at = act.at
        act.remember(chain, "agent-answered", offer=offer.id, by=offer.staff_id, answer=what)


def withdraw(act: Act, wait_id: int, *, chain: str) -> None:
    """The caller is not offered any more: the telephone stops ringing, the agent keeps their turn.

    The wait is locked already.
    """
    open_ones = select(AgentOffer).where(AgentOffer.wait_id == wait_id, AgentOffer.answer.in_(OPEN))
    for offer in act.session.scalars(open_ones.with_for_update().execution_options(populate_existing=True)):
        answer(act, offer, Answer.WITHDRAWN, chain=chain)
        if offer.call_id is not None:
            outbox.post(act, "end-call", key=f"end-{offer.call_id}", urgent=True, call=offer.call_id)
        seat = seats.locked(act, offer.staff_id)
        if seat.wait_id == wait_id:
            seats.let_go(act, seat, keeps_turn=True)
