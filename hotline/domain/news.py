"""What the carrier told us, raw and once; without it a repeated webhook would be heard twice (design rule 11)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, ForeignKey, Select, String, Text, UniqueConstraint, delete, select, update
from sqlalchemy.orm import Mapped, mapped_column

from hotline.db import Base, insert_new
from hotline.domain import anonymity, companies, customers, outbox
from hotline.domain.act import Act
from hotline.domain.calls import Call


class CarrierNews(Base):
    """Everything the carrier told us, raw and sealed, kept for the retention period (design rule 11).

    Sealed with the key of the customer of whom it speaks, so that erasing the customer erases it too; else with ours.
    """

    __tablename__ = "carrier_news"
    __table_args__ = (UniqueConstraint("sid", "kind", "mark"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    kind: Mapped[str] = mapped_column(String(16))
    sid: Mapped[str] = mapped_column(String(34))
    mark: Mapped[str] = mapped_column(String(64))  # what makes it the same news when it comes again
    call_id: Mapped[int | None] = mapped_column(ForeignKey("calls.id"), index=True)
    customer_id: Mapped[int | None] = mapped_column(ForeignKey("customers.id"))
    params: Mapped[str] = mapped_column(Text)


class Recording(Base):
    """A message that a caller left: as the carrier says, and where and how our copy of it is kept."""

    __tablename__ = "recordings"

    sid: Mapped[str] = mapped_column(String(34), primary_key=True)
    call_id: Mapped[int] = mapped_column(ForeignKey("calls.id"), index=True)
    case_id: Mapped[int | None] = mapped_column(ForeignKey("cases.id"), index=True)
    seconds: Mapped[int | None]
    state: Mapped[str] = mapped_column(String(16))
    at: Mapped[datetime]
    file: Mapped[str | None] = mapped_column(String(32), unique=True)  # its name with us, chosen before it is fetched
    customer_id: Mapped[int | None] = mapped_column(ForeignKey("customers.id"))  # whose key seals it
    key: Mapped[str | None] = mapped_column(String(200))  # its own key, where it is nobody's
    sha256: Mapped[str | None] = mapped_column(String(64))  # of its sound; known once our copy is there
    removed_at: Mapped[datetime | None]  # when the carrier deleted its own copy


def keep(
    act: Act, *, kind: str, sid: str, mark: str, call: Call | None, params: str, customer_id: int | None = None
) -> bool:
    """Keep raw news, sealed; False when the same news was kept before. `customer_id`: of whom it speaks, if no call."""
    if call is not None:
        customer_id = call.customer_id
    query = (
        insert_new(act.session, CarrierNews)
        .values(
            at=act.at,
            kind=kind,
            sid=sid,
            mark=mark,
            call_id=call.id if call else None,
            customer_id=customer_id,
            params=_sealed(act, customer_id, params),
        )
        .returning(CarrierNews.id)
    )
    return act.session.execute(query).first() is not None


def adopt(act: Act, call: Call) -> None:
    """The call's customer became known: what was told of the call before moves under the customer's key."""
    unknown = (CarrierNews.call_id == call.id, CarrierNews.customer_id.is_(None))
    for row in act.session.scalars(select(CarrierNews).where(*unknown)):
        row.customer_id, row.params = call.customer_id, _sealed(act, call.customer_id, act.sealer.open(row.params))


def dispose(act: Act, *, but: Select[int]) -> None:
    """Delete what was kept longer than the standard of its company says; the house remembers how many (REC-5).

    What belongs to no call of ours goes when no company would keep it; one whose figures do not load keeps its own, and
    that. `but`: the ids of calls that are held.
    """
    counted, earliest = 0, act.at
    for company in companies.loading(act):
        companies.get(act, company.id)
        before = act.standard.records.retention.webhooks.before(act.at, act.standard.calendar)
        its_calls = select(Call.id).where(Call.company_id == company.id)
        theirs = (CarrierNews.call_id.in_(its_calls), CarrierNews.call_id.not_in(but))
        counted += _delete(act, CarrierNews.at < before, *theirs)
        earliest = min(earliest, before)
    if not companies.troubles(act):
        counted += _delete(act, CarrierNews.at < earliest, CarrierNews.call_id.is_(None))
    if counted:
        act.remember("house", "webhooks-disposed", count=counted)


def recorded(act: Act, call: Call, *, sid: str, state: str, seconds: int | None) -> None:
    """A caller's message is being kept by the carrier, is complete, or is absent; it belongs to the open matter.

    Complete, it is fetched; and when no news of it comes for long, it is asked for all the same.
    """
    row = act.session.get(Recording, sid)
    if row is None:
        hung_up_while_speaking = call.ended_at is not None
        late = anonymity.present_case(act, call) if hung_up_while_speaking else None
        row = Recording(sid=sid, call_id=call.id, case_id=late, state=state, at=act.at)
        act.session.add(row)
        overdue = act.at + act.standard.engine.recordings.news_within.span
        outbox.post(act, "fetch-recording", patient=True, due=overdue, key=f"fetch-late-{sid}", recording=sid)
    elif row.state != "in-progress":
        return  # complete or absent is final; the verb's own news may come after it
    row.state, row.seconds = state, seconds if seconds is not None else row.seconds
    act.session.flush()
    if state != "in-progress":
        outbox.post(act, "fetch-recording", patient=True, key=f"fetch-{sid}", recording=sid)
    act.remember(call.chain, "recording", recording=sid, state=state, seconds=row.seconds)


def belongs(act: Act, call_id: int, case_id: int) -> None:
    """What was recorded in a call so far, and belongs to no matter yet, belongs to this one."""
    theirs = update(Recording).where(Recording.call_id == call_id, Recording.case_id.is_(None))
    act.session.execute(theirs.values(case_id=case_id))


def _sealed(act: Act, customer_id: int | None, params: str) -> str:
    if customer_id is None:
        return act.sealer.seal(params)
    key = customers.get(act, customer_id).key
    return act.sealer.seal_for(key, params) if key is not None else ""  # nothing is kept of who was erased


def _delete(act: Act, *which: ColumnElement[bool]) -> int:
    result = act.session.execute(delete(CarrierNews).where(*which).execution_options(synchronize_session=False))
    return int(getattr(result, "rowcount", 0))
