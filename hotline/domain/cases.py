"""What the caller wants: a number, an owner who is never empty, a handler; without it a matter could be dropped."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import JSON, Date, ForeignKey, Index, String, Text, UniqueConstraint, select, update
from sqlalchemy.orm import Mapped, mapped_column

from hotline.db import Base, insert_new
from hotline.domain import customers, staff
from hotline.domain.act import Act
from hotline.domain.calls import Call
from hotline.domain.companies import Company
from hotline.errors import Conflict, NotFound, Refused


class Kind(StrEnum):
    """What a matter is."""

    FAULT = "fault"
    EMERGENCY = "emergency"
    COMPLAINT = "complaint"
    ENQUIRY = "enquiry"
    MESSAGE = "message"
    CALLBACK = "callback"


class Case(Base):
    """One matter. The owner answers for it until it is closed; the handler does the next step (首问负责制, OWN-1)."""

    __tablename__ = "cases"
    __table_args__ = (
        UniqueConstraint("company_id", "day", "seq"),
        UniqueConstraint("company_id", "number"),
        Index("ix_cases_state", "state", "opened_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    company_id: Mapped[int] = mapped_column(ForeignKey("companies.id"))
    day: Mapped[date] = mapped_column(Date)
    seq: Mapped[int]
    number: Mapped[str] = mapped_column(String(20))
    kind: Mapped[str] = mapped_column(String(16))
    matter: Mapped[str] = mapped_column(String(60))  # a word of ours: heating, fire, lift ...
    customer_id: Mapped[int | None] = mapped_column(ForeignKey("customers.id"), index=True)
    call_id: Mapped[int | None] = mapped_column(ForeignKey("calls.id"), index=True)
    owner_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), index=True)
    first_owner_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    handler_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    anonymous: Mapped[bool] = mapped_column(default=False)
    details: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)  # words of ours and sealed values
    state: Mapped[str] = mapped_column(String(8), default="open")
    opened_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    closed_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    outcome: Mapped[str | None] = mapped_column(Text)

    @property
    def chain(self) -> str:
        """The name of this case's chain in the log."""
        return f"case:{self.id}"


class CaseCounter(Base):
    """The last case number of a company's day; its row lock makes the numbers gap-free (REC-4)."""

    __tablename__ = "case_counters"

    company_id: Mapped[int] = mapped_column(ForeignKey("companies.id"), primary_key=True)
    day: Mapped[date] = mapped_column(Date, primary_key=True)
    last: Mapped[int]


class Handover(Base):
    """A request that somebody else own the case; until it is accepted the giver owns it (OWN-2)."""

    __tablename__ = "handovers"

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True)
    giver_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    receiver_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    reason: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(12), default="asked")  # asked, accepted, declined, returned
    asked_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]


def open(
    act: Act,
    company: Company,
    *,
    kind: Kind,
    matter: str,
    owner_id: int,
    call: Call | None = None,
    customer_id: int | None = None,
    anonymous: bool = False,
    details: dict[str, Any] | None = None,
) -> Case:
    """Open a case with the next number of the company's day; its owner is whoever answers for the call.

    An anonymous matter does not say in which call it was told; only the call's own record names the case (CMP-10).
    """
    day = act.at.astimezone(ZoneInfo(act.standard.timezone)).date()
    seq = _next(act, company.id, day)
    case = Case(
        company_id=company.id,
        day=day,
        seq=seq,
        number=f"{day:%y%m%d}{seq:0{act.standard.records.case_number_digits}d}",
        kind=kind,
        matter=matter,
        customer_id=customer_id,
        call_id=call.id if call and not anonymous else None,
        owner_id=owner_id,
        first_owner_id=owner_id,
        handler_id=owner_id,
        anonymous=anonymous,
        details=details or {},
        state="open",
        opened_at=act.at,
    )
    act.session.add(case)
    act.session.flush()
    if call is not None:
        call.case_id = case.id
        act.remember(call.chain, "case-opened", case=case.id, number=case.number)
    act.remember(
        case.chain,
        "case-opened",
        case=case.id,
        number=case.number,
        what=kind,
        matter=matter,
        owner=owner_id,
        call=case.call_id,
        company=company.id,
        customer=None if anonymous else customer_id,
    )
    return case


def get(act: Act, case_id: int) -> Case:
    """The case with this id, locked. Raises NotFound."""
    case = act.session.get(Case, case_id, with_for_update=True, populate_existing=True)
    if case is None:
        raise NotFound(f"there is no case {case_id}")
    return case


def numbered(act: Act, company_id: int, number: str) -> Case | None:
    """A company's case with this number; None when there is none."""
    return act.session.scalar(select(Case).where(Case.company_id == company_id, Case.number == number))


def open_of(act: Act, customer_id: int) -> list[Case]:
    """A customer's open cases, newest first (OWN-5)."""
    query = select(Case).where(Case.customer_id == customer_id, Case.state == "open").order_by(Case.id.desc())
    return list(act.session.scalars(query))


def seal(act: Act, case: Case, value: str) -> str:
    """Seal a value told in this matter: with the customer's key where there is one."""
    if case.customer_id is None:
        return act.sealer.seal(value)
    return act.sealer.seal_for(customers.get(act, case.customer_id).key, value)


def unseal(act: Act, case: Case, sealed: str) -> str:
    """Open what `seal` sealed. Raises NotFound when the customer was erased."""
    if case.customer_id is None:
        return act.sealer.open(sealed)
    return act.sealer.open_for(customers.get(act, case.customer_id).key, sealed)


def handled_by(act: Act, case: Case, handler_id: int) -> None:
    """Who does the next step; the owner stays."""
    if case.handler_id != handler_id:
        act.remember(case.chain, "handler", before=case.handler_id, now=handler_id)
        case.handler_id = handler_id


def hand_over(act: Act, case: Case, *, giver_id: int, receiver_id: int, reason: str) -> Handover:
    """Ask a colleague to own the case. Raises Refused, or Conflict while another request is open (OWN-2, OWN-3).

    Someone who declined before, or a chain past the profile's limit, goes up the ladder instead.
    """
    if case.state == "closed":
        raise Conflict(f"case {case.number} is closed: open a new one for a new matter")
    if case.owner_id != giver_id or receiver_id == giver_id:
        raise Refused("only the owner can hand a case over, and to somebody else")
    if not staff.get(act, receiver_id).active:
        raise Refused("this colleague does not work here any more: choose another")
    before = list(act.session.scalars(select(Handover).where(Handover.case_id == case.id)))
    if any(request.state == "asked" for request in before):
        raise Conflict("a handover of this case waits for an answer already")
    accepted = sum(request.state == "accepted" for request in before)
    bounced = any(request.receiver_id == receiver_id and request.state == "declined" for request in before)
    if bounced or accepted >= act.standard.ownership.handover_chain:
        receiver_id, reason = _above(act, case, giver_id).id, f"{reason} (no bouncing, OWN-3)"
    request = Handover(
        case_id=case.id,
        giver_id=giver_id,
        receiver_id=receiver_id,
        reason=reason,
        state="asked",
        asked_at=act.at,
    )
    act.session.add(request)
    act.session.flush()
    act.remember(case.chain, "handover-asked", handover=request.id, giver=giver_id, receiver=receiver_id)
    return request


def answer_handover(act: Act, handover_id: int, *, by: int, accept: bool) -> None:
    """The receiver accepts, and owns the case from now on; or declines, and nothing changed."""
    request = act.session.get(Handover, handover_id, with_for_update=True, populate_existing=True)
    if request is None or request.receiver_id != by:
        raise NotFound("no handover waits for you there")
    if request.state != "asked":
        raise Conflict("this handover was answered already")
    request.state, request.settled_at = ("accepted" if accept else "declined"), act.at
    case = get(act, request.case_id)
    if accept:
        case.owner_id = case.handler_id = by
    act.remember(case.chain, f"handover-{request.state}", handover=request.id, owner=case.owner_id)


def return_handover(act: Act, handover_id: int) -> None:
    """Nobody answered in time: the request ends and the giver, who owned the case all along, keeps it (OWN-2)."""
    request = act.session.get(Handover, handover_id, with_for_update=True, populate_existing=True)
    if request is None:
        raise NotFound(f"there is no handover {handover_id}")
    limit = act.standard.ownership.handover_answer.deadline(request.asked_at, act.standard.calendar)
    if request.state == "asked" and act.at >= limit.at:
        request.state, request.settled_at = "returned", act.at
        act.remember(f"case:{request.case_id}", "handover-returned", handover=request.id, owner=request.giver_id)


def mark_closed(act: Act, case: Case, *, by: int, outcome: str) -> None:
    """Close a case whose promises were looked at already; `promises.close_case` is the door (VIS-5)."""
    if case.state == "closed":
        raise Conflict(f"case {case.number} is closed already")
    case.state, case.closed_at, case.closed_by_id, case.outcome = (
        "closed",
        act.at,
        by,
        seal(act, case, outcome),
    )
    act.remember(case.chain, "case-closed", by=by, owner=case.owner_id)


def _above(act: Act, case: Case, giver_id: int) -> staff.Staff:
    """The next above the giver: the supervisor, or whoever stands above a giver who is on the ladder (OWN-6)."""
    ladder = staff.up_the_ladder(act, case.company_id)
    places = [place for place, person in enumerate(ladder) if person.id == giver_id]
    for person in ladder[places[-1] + 1 if places else 0 :]:
        return person
    raise NotFound("nobody stands above you in this company: keep the case, or choose a colleague who did not decline")


def _next(act: Act, company_id: int, day: date) -> int:
    act.session.execute(insert_new(act.session, CaseCounter).values(company_id=company_id, day=day, last=0))
    return int(
        act.session.execute(
            update(CaseCounter)
            .where(CaseCounter.company_id == company_id, CaseCounter.day == day)
            .values(last=CaseCounter.last + 1)
            .returning(CaseCounter.last)
            .execution_options(synchronize_session=False)
        ).scalar_one()
    )
