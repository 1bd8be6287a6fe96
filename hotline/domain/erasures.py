"""A customer who asks to be forgotten; without it a key could be destroyed by one person, or beside an open matter."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, String, Text, select
from sqlalchemy.orm import Mapped, mapped_column

from hotline.db import Base, behind
from hotline.domain import (
    call_searches,
    call_words,
    calls,
    cases,
    customers,
    discretion,
    drafts,
    exports,
    holds,
    outbox,
    owed_calls,
    recordings,
    transcripts,
)
from hotline.domain.act import Act
from hotline.domain.calls import Call
from hotline.domain.cases import Case
from hotline.domain.holds import Hold
from hotline.domain.news import Recording
from hotline.domain.staff import Staff
from hotline.errors import Conflict, Invalid, NotFound, Refused


class State(StrEnum):
    """Where a request stands."""

    ASKED = "asked"
    APPROVED = "approved"
    REFUSED = "refused"


class Erasure(Base):
    """A customer's wish that what we know of them be destroyed: asked by one person, decided by a manager."""

    __tablename__ = "erasures"
    __table_args__ = (CheckConstraint(holds.ONE_THING, name="one_thing"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    company_id: Mapped[int] = mapped_column(ForeignKey("companies.id"))
    customer_id: Mapped[int] = mapped_column(ForeignKey("customers.id"), index=True)
    case_id: Mapped[int | None] = mapped_column(ForeignKey("cases.id"))  # the matter by which the customer was named
    call_id: Mapped[int | None] = mapped_column(ForeignKey("calls.id"))  # or the call
    state: Mapped[str] = mapped_column(String(12))
    reason: Mapped[str] = mapped_column(Text)  # sealed with our own key: who asked what stays known
    asked_by_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    asked_at: Mapped[datetime]
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    decided_at: Mapped[datetime | None]
    answer: Mapped[str | None] = mapped_column(Text)  # sealed


@dataclass(frozen=True)
class Against:
    """What stands against destroying what we know of a customer: holds, open matters, a call that goes on."""

    holds: list[Hold]
    open: list[Case]
    is_on_the_line: bool


def against(act: Act, customer_id: int) -> Against:
    """What stands against erasing a customer now."""
    on_the_line = calls.is_customer_on_the_line(act, customer_id)
    return Against(holds.holding(act, customer_id), cases.open_of(act, customer_id), on_the_line)


def ask(act: Act, about: Case | Call, *, by: Staff, reason: str) -> Erasure:
    """The customer of this matter or call wants to be erased; a manager decides. The company's standard is chosen.

    Raises Invalid without a reason or a known customer, Conflict where it was asked or done before, Refused where
    something stands against it.
    """
    if about.customer_id is None or holds.is_unnamed(about):
        raise Invalid("nobody is known as the customer of it", key="no-customer")
    _check_reason(act, reason)
    customer = customers.get(act, about.customer_id)
    if customer.key is None:
        raise Conflict("this customer was erased already", key="erased")
    asked = select(Erasure.id).where(Erasure.customer_id == customer.id, Erasure.state == State.ASKED)
    if act.session.scalar(asked.limit(1)) is not None:
        raise Conflict("this was asked already", key="asked")
    _check_nothing_against(act, customer.id)
    named = holds.named_by(about)
    made = Erasure(
        company_id=about.company_id,
        customer_id=customer.id,
        case_id=named["case"],
        call_id=named["call"],
        state=State.ASKED,
        reason=act.sealer.seal(reason.strip()),
        asked_by_id=by.id,
        asked_at=act.at,
    )
    act.session.add(made)
    act.session.flush()
    act.remember("house", "erasure-asked", erasure=made.id, customer=customer.id, **named, by=by.id)
    return made


def decide(act: Act, erasure_id: int, *, by: Staff, approve: bool, answer: str) -> None:
    """A manager, not the one who asked, approves, and the customer is erased in this very act; or refuses.

    Raises NotFound, also where the matter or call is hidden from whoever decides; Refused for whoever may not and where
    something stands against it, Conflict once it was decided, Invalid without a reason.
    """
    erasure = act.lock(Erasure, erasure_id)
    if erasure is None or not discretion.shows(act, by, holds.thing(act, erasure.case_id, erasure.call_id)):
        raise NotFound(f"there is no request {erasure_id}")
    if not may_decide(act, erasure, by):
        raise Refused("a second person decides, from manager upwards", key="second")
    if erasure.state != State.ASKED:
        raise Conflict("this was decided already", key="decided")
    _check_reason(act, answer)
    if approve:
        customers.locked(act, erasure.customer_id)  # no hold is placed and no call begun beside a key that goes
        _check_nothing_against(act, erasure.customer_id)
        _check_nothing_unsaid(act, erasure.customer_id)
    erasure.state = State.APPROVED if approve else State.REFUSED
    erasure.decided_by_id, erasure.decided_at, erasure.answer = by.id, act.at, act.sealer.seal(answer.strip())
    act.remember("house", f"erasure-{erasure.state}", erasure=erasure.id, customer=erasure.customer_id, by=by.id)
    if approve:
        carry_out(act, erasure.customer_id)


def carry_out(act: Act, customer_id: int) -> None:
    """Destroy the customer's key, the sounds, and what they are found by; each of their matters says so."""
    customer = customers.get(act, customer_id)
    for row in act.session.scalars(select(Recording).where(Recording.customer_id == customer_id)):
        discard(act, row)
    call_words.forget(act, customer_id)
    known_as = customers.known_as(act, customer)
    call_searches.forget(act, known_as)
    exports.forget_search(act, known_as)
    theirs = act.session.scalars(select(Call.id).where(Call.customer_id == customer_id))
    drafts.forget(act, {f"call:{id_}" for id_ in theirs}, known_as)
    owed_calls.forget(act, customer_id)
    named = select(Case).where(Case.customer_id == customer_id, Case.anonymous.is_(False)).order_by(Case.id)
    for case in act.session.scalars(named):
        act.remember(case.chain, "customer-erased", customer=customer_id)
    customers.erase(act, customer)


def discard(act: Act, row: Recording) -> None:
    """A recording's sound goes, ours and the carrier's, and what lies written down elsewhere; that there was one, and
    when, stays on record.
    """
    if row.file is not None and row.sha256 is not None:
        outbox.post(act, "discard-sound", key=f"discard-{row.file}", patient=True, recording=row.sid)
    if row.removed_at is None:  # under a name of its own: the removal owed when it was fetched may have been given up
        outbox.post(act, "delete-recording", key=f"erase-{row.sid}", patient=True, recording=row.sid)
    transcripts.forget(act, row)
    recordings.discarded(act, row)


def may_decide(act: Act, erasure: Erasure, person: Staff) -> bool:
    """May this person decide: a second one, from manager upwards in the company in which it was asked?"""
    return person.id != erasure.asked_by_id and holds.may_decide(act, person, erasure.company_id)


def listed(act: Act, company_id: int | None, *, reader: Staff, before: int | None = None, most: int) -> list[Erasure]:
    """The requests of a company (None: of all) that the reader may know of, those that wait first, then the newest.

    `before`: the last of the page before.
    """
    seen = holds.seen_by(reader, Erasure.case_id, Erasure.call_id)
    query, done = select(Erasure).where(seen), Erasure.state != State.ASKED
    if company_id is not None:
        query = query.where(Erasure.company_id == company_id)
    mark = act.session.scalar(query.where(Erasure.id == before)) if before is not None else None
    if mark is not None:
        query = query.where(behind(mark.id, is_done=mark.state != State.ASKED, done=done, ids=Erasure.id))
    return list(act.session.scalars(query.order_by(done, Erasure.id.desc()).limit(most)))


def _check_nothing_against(act: Act, customer_id: int) -> None:
    found = against(act, customer_id)
    if found.holds:
        raise Refused(f"hold {found.holds[0].id} keeps this customer from being erased", key="held")
    if found.open:
        numbers = ", ".join(case.number for case in found.open if not case.anonymous)
        raise Refused(f"matters of this customer are open: {numbers}", key="open")
    if found.is_on_the_line:
        raise Refused("this customer is on the telephone with us", key="on-the-line")


def _check_nothing_unsaid(act: Act, customer_id: int) -> None:
    """Whoever decides, and nobody before, is told that there is something; what it is would say who complained."""
    if holds.is_kept_unnamed(act, customer_id):
        raise Refused("something of this customer has to be kept", key="others")


def _check_reason(act: Act, reason: str) -> None:
    if len(reason.strip()) < act.standard.secrecy.reason_at_least:
        raise Invalid("the reason is too short to be one", key="no-reason")
