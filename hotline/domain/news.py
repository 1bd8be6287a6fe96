"""What the carrier told us, raw and once; without it a repeated webhook would be heard twice (design rule 11)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from hotline.db import Base, insert_new
from hotline.domain.act import Act
from hotline.domain.calls import Call


class CarrierNews(Base):
    """Everything the carrier told us, raw and sealed, kept for the retention period (design rule 11)."""

    __tablename__ = "carrier_news"
    __table_args__ = (UniqueConstraint("sid", "kind", "mark"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    kind: Mapped[str] = mapped_column(String(16))
    sid: Mapped[str] = mapped_column(String(34))
    mark: Mapped[str] = mapped_column(String(64))  # what makes it the same news when it comes again
    call_id: Mapped[int | None] = mapped_column(ForeignKey("calls.id"), index=True)
    params: Mapped[str] = mapped_column(Text)


class Recording(Base):
    """A message that a caller left, as the carrier keeps it; fetched and sealed later."""

    __tablename__ = "recordings"

    sid: Mapped[str] = mapped_column(String(34), primary_key=True)
    call_id: Mapped[int] = mapped_column(ForeignKey("calls.id"), index=True)
    case_id: Mapped[int | None] = mapped_column(ForeignKey("cases.id"), index=True)
    seconds: Mapped[int | None]
    state: Mapped[str] = mapped_column(String(16))
    at: Mapped[datetime]


def keep(act: Act, *, kind: str, sid: str, mark: str, call: Call | None, params: str) -> bool:
    """Keep raw news, sealed; False when the same news was kept before."""
    query = (
        insert_new(act.session, CarrierNews)
        .values(
            at=act.at,
            kind=kind,
            sid=sid,
            mark=mark,
            call_id=call.id if call else None,
            params=act.sealer.seal(params),
        )
        .returning(CarrierNews.id)
    )
    return act.session.execute(query).first() is not None


def recorded(act: Act, call: Call, *, sid: str, state: str, seconds: int | None) -> None:
    """A caller's message is being kept by the carrier, is complete, or is absent; it belongs to the open matter."""
    row = act.session.get(Recording, sid)
    if row is None:
        late = call.case_id if call.ended_at is not None else None  # the caller hung up while speaking
        row = Recording(sid=sid, call_id=call.id, case_id=late, state=state, at=act.at)
        act.session.add(row)
    elif row.state != "in-progress":
        return  # complete or absent is final; the verb's own news may come after it
    row.state, row.seconds = state, seconds if seconds is not None else row.seconds
    act.session.flush()
    act.remember(call.chain, "recording", recording=sid, state=state, seconds=row.seconds)
