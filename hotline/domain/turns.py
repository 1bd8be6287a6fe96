"""What was said and heard in a call, turn by turn; without it nothing said would be on record (REC-1)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, ForeignKey, String, Text, UniqueConstraint, insert, select
from sqlalchemy.orm import Mapped, mapped_column

from hotline.db import Base
from hotline.domain import calls, news
from hotline.domain.act import Act
from hotline.domain.calls import Call
from hotline.domain.customers import Customer


class Turn(Base):
    """One exchange of a call: what was said to the caller (prompt keys), what was heard, where it led."""

    __tablename__ = "turns"
    __table_args__ = (UniqueConstraint("call_id", "n"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    call_id: Mapped[int] = mapped_column(ForeignKey("calls.id"))
    n: Mapped[int]
    at: Mapped[datetime]
    step: Mapped[str] = mapped_column(String(40))
    language: Mapped[str] = mapped_column(String(8))
    said: Mapped[list[str]] = mapped_column(JSON)
    heard: Mapped[str] = mapped_column(String(12))  # keys, speech, silence, recording, hang-up, end
    words: Mapped[str | None] = mapped_column(Text)  # what was keyed or spoken, sealed
    led_to: Mapped[str] = mapped_column(String(40))


def record(
    act: Act, call: Call, *, said: list[str], heard: str, words: str | None, led_to: str, language: str | None = None
) -> None:
    """Keep one exchange; the turn awaited moves on by one (design rule 4).

    `language`: what it was said in, where the answer changed the call's.
    """
    act.session.execute(
        insert(Turn).values(
            call_id=call.id,
            n=call.turn,
            at=act.at,
            step=call.step,
            language=language or call.language,
            said=said,
            heard=heard,
            words=calls.seal(act, call, words) if words else None,
            led_to=led_to,
        )
    )
    told = {"said": said, "heard": heard, "led_to": led_to, "words": bool(words)}
    act.remember(call.chain, "turn", n=call.turn, step=call.step, **told)
    call.turn += 1
    call.step = led_to


def of_call(act: Act, call_id: int) -> list[Turn]:
    """What was said and heard in a call, in order."""
    return list(act.session.scalars(select(Turn).where(Turn.call_id == call_id).order_by(Turn.n)))


def adopt(act: Act, call: Call, customer: Customer) -> None:
    """The caller turned out to be this customer: what was sealed so far moves under the customer's key.

    The turns too, and what the carrier told of the call.
    """
    if call.customer_id == customer.id:
        return
    opened = {name: calls.unseal(act, call, value) for name, value in call.slots.items() if name.startswith("sealed_")}
    spoken = [(turn, calls.unseal(act, call, turn.words)) for turn in of_call(act, call.id) if turn.words]
    call.customer_id = customer.id
    news.adopt(act, call)
    call.put(**{name: calls.seal(act, call, value) for name, value in opened.items()})
    for turn, words in spoken:
        turn.words = calls.seal(act, call, words)
    act.remember(call.chain, "caller-known", customer=customer.id)
