"""What the caller wants: a number, an owner who is never empty, a handler; without it a matter could be dropped."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import JSON, Date, ForeignKey, Index, String, Text, UniqueConstraint, select, update
from sqlalchemy.orm import Mapped, mapped_column

from hotline.db import Base, insert_new
from hotline.domain import anonymity, customers, outbox, staff
from hotline.domain.act import Act
from hotline.domain.calls import Call
from hotline.domain.companies import Company
from hotline.errors import Conflict, NotFound


class Kind(StrEnum):
    """What a matter is."""

    FAULT = "fault"
    EMERGENCY = "emergency"
    COMPLAINT = "complaint"
    ENQUIRY = "enquiry"
    MESSAGE = "message"
    CALLBACK = "callback"


WITHOUT_SUBJECT = ("agent", "abandoned")  # matters: somebody rang; what about they did not say


class Case(Base):
    """One matter. The owner answers for it until it is closed; the handler does the next step (首问负责制, OWN-1).

    `numbered_by_id`: the company that took it and gave it its number; both stay when a sister company has it (OWN-4).
    """

    __tablename__ = "cases"
    __table_args__ = (
        UniqueConstraint("numbered_by_id", "day", "seq"),
        UniqueConstraint("numbered_by_id", "number"),
        Index(None, "number"),
        Index("ix_cases_state", "state", "opened_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    company_id: Mapped[int] = mapped_column(ForeignKey("companies.id"))
    numbered_by_id: Mapped[int] = mapped_column(ForeignKey("companies.id"), nullable=True)  # filled by migration 0004
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

    Where that one left the company meanwhile, whoever answers for it now (OWN-1).

    An anonymous matter and the call in which it was told do not name one another; nor does another matter name that
    call, whether it was told before or after (CMP-10).
    """
    day = act.at.astimezone(ZoneInfo(act.standard.timezone)).date()
    seq, owner_id = _next(act, company.id, day), staff.answering(act, company.id, owner_id)
    case = Case(
        company_id=company.id,
        numbered_by_id=company.id,
        day=day,
        seq=seq,
        number=f"{day:%y%m%d}{seq:0{act.standard.records.case_number_digits}d}",
        kind=kind,
        matter=matter,
        customer_id=customer_id,
        call_id=call.id if call and not anonymous and not anonymity.told_in(call) else None,
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
    if call is not None and anonymous:
        act.session.execute(update(Case).where(Case.call_id == call.id).values(call_id=None))
        anonymity.note(act, call, case.id)
    elif call is not None:
        call.case_id = case.id
        act.remember(call.chain, "case-opened", case=case.id, number=case.number)
    _remember_opened(act, case)
    return case


def get(act: Act, case_id: int) -> Case:
    """The case with this id, locked. Raises NotFound."""
    case = act.lock(Case, case_id)
    if case is None:
        raise NotFound(f"there is no case {case_id}")
    return case


def numbered(act: Act, company_id: int, number: str, *, customer_id: int | None = None) -> Case | None:
    """The case with this number (of this customer): the company's own, else any of the group's (OWN-4); None: nowhere.

    Whoever has it now, a case is found under the number that it was given.
    """
    query = select(Case).where(Case.number == number)
    if customer_id is not None:
        query = query.where(Case.customer_id == customer_id)
    return act.session.scalar(query.order_by(Case.numbered_by_id != company_id, Case.id.desc()).limit(1))


def open_of(act: Act, customer_id: int) -> list[Case]:
    """A customer's open cases, newest first (OWN-5)."""
    query = select(Case).where(Case.customer_id == customer_id, Case.state == "open").order_by(Case.id.desc())
    return list(act.session.scalars(query))


def seal(act: Act, case: Case, value: str) -> str:
    """Seal a value told in this matter: with the customer's key, while there is one."""
    key = customers.get(act, case.customer_id).key if case.customer_id is not None else None
    return act.sealer.seal(value) if key is None else act.sealer.seal_for(key, value)


def unseal(act: Act, case: Case, sealed: str) -> str:
    """Open what `seal` sealed. Raises NotFound when the customer was erased since."""
    if case.customer_id is None or act.sealer.is_ours(sealed):
        return act.sealer.open(sealed)
    return act.sealer.open_for(customers.get(act, case.customer_id).key, sealed)


def handled_by(act: Act, case: Case, handler_id: int) -> None:
    """Who does the next step; the owner stays."""
    if case.handler_id != handler_id:
        act.remember(case.chain, "handler", before=case.handler_id, now=handler_id)
        case.handler_id = handler_id


def text_customer(act: Act, case: Case, text: str, *, about: int | None = None, promise: int | None = None) -> bool:
    """Owe the customer this text, once in the matter or once `about` what happened; False without a number (OWN-7),
    or with one that costs us more than a text, which somebody else may earn (SEC-5).

    `promise`: the one whose deadline it tells, where that is not the one made last.
    """
    if case.customer_id is None:
        return False
    try:
        number = customers.phone_of(act, customers.get(act, case.customer_id))
    except NotFound:
        return False
    if not customers.may_be_rung(act, number, case.company_id):
        return False
    outbox.post(
        act,
        "send-text",
        key=f"{text}-{case.id}" if about is None else f"{text}-{case.id}-{about}",
        case_id=case.id,
        to="customer",
        who=case.customer_id,
        text=text,
        promise=promise or 0,  # 0: the one made last
    )
    return True


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
    act.news.add(f"staff:{case.owner_id}")


def reopen(act: Act, case: Case, *, owner_id: int, visit: int, by: int | None) -> None:
    """A return visit found that the matter is not settled: it is open, its owner does the next step (VIS-4).

    How it had been closed stays in the log. The case is locked.
    """
    told = {"before": case.owner_id, "owner": owner_id, "company": case.company_id, "outcome": case.outcome}
    case.state, case.closed_at, case.closed_by_id, case.outcome = "open", None, None, None
    case.owner_id = case.handler_id = owner_id
    act.remember(case.chain, "case-reopened", visit=visit, by=by, **told)
    act.news.add(f"staff:{owner_id}")


def _remember_opened(act: Act, case: Case) -> None:
    act.news.add(f"staff:{case.owner_id}")
    act.remember(
        case.chain,
        "case-opened",
        case=case.id,
        number=case.number,
        what=case.kind,
        matter=case.matter,
        owner=case.owner_id,
        call=case.call_id,
        company=case.company_id,
        customer=None if case.anonymous else case.customer_id,
        anonymous=case.anonymous,
        details=sorted(case.details),
    )


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
