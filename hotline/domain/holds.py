"""What must not be destroyed, whatever its age and whoever asks; without it evidence would go by the calendar."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, ForeignKey, Select, Text, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Mapped, mapped_column

from hotline.db import Base, behind
from hotline.domain import discretion, staff
from hotline.domain.act import Act
from hotline.domain.anonymity import Notes
from hotline.domain.calls import Call
from hotline.domain.cases import Case
from hotline.domain.customers import Customer
from hotline.domain.staff import Role, Staff
from hotline.errors import Conflict, Invalid, NotFound, Refused


class Hold(Base):
    """A matter, or everything of its customer, that nobody destroys until a manager lifts the hold (REC-2)."""

    __tablename__ = "holds"

    id: Mapped[int] = mapped_column(primary_key=True)
    company_id: Mapped[int] = mapped_column(ForeignKey("companies.id"))
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True)
    customer_id: Mapped[int | None] = mapped_column(ForeignKey("customers.id"), index=True)  # the whole customer
    reason: Mapped[str] = mapped_column(Text)  # sealed
    placed_by_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    placed_at: Mapped[datetime]
    lifted_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    lifted_at: Mapped[datetime | None]
    lifted_why: Mapped[str | None] = mapped_column(Text)  # sealed


def place(act: Act, case: Case, *, whole_customer: bool, by: Staff, reason: str) -> Hold:
    """Nothing of this matter, or of its customer, is destroyed from now on; the house remembers it.

    Raises Invalid without a reason or where there is no customer to hold, Conflict where it is held already, or where
    the customer was erased: nothing is left to hold.
    """
    _check_reason(act, reason)
    if whole_customer and (case.customer_id is None or case.anonymous):
        raise Invalid("nobody is known as the customer of this matter", key="no-customer")
    customer = None if case.customer_id is None else act.lock(Customer, case.customer_id)  # who erases them waits
    if customer is not None and customer.key is None:
        raise Conflict("this customer was erased already", key="erased")
    customer_id = case.customer_id if whole_customer else None
    same = Hold.case_id == case.id if customer_id is None else Hold.customer_id == customer_id
    if any(one.customer_id == customer_id for one in act.session.scalars(_open().where(same))):
        raise Conflict("this is held already", key="held-already")
    made = Hold(
        company_id=case.company_id,
        case_id=case.id,
        customer_id=customer_id,
        reason=act.sealer.seal(reason.strip()),
        placed_by_id=by.id,
        placed_at=act.at,
    )
    act.session.add(made)
    act.session.flush()
    act.remember("house", "hold-placed", hold=made.id, case=case.id, customer=customer_id, by=by.id)
    return made


def lift(act: Act, hold_id: int, *, by: Staff, why: str) -> None:
    """What was held may be destroyed again.

    Raises NotFound, also where the matter is hidden from whoever lifts; Refused below a manager, Invalid, Conflict once
    it was lifted.
    """
    hold = act.lock(Hold, hold_id)
    if hold is None or not discretion.shows(act, by, act.session.get_one(Case, hold.case_id)):
        raise NotFound(f"there is no hold {hold_id}")
    if not may_decide(act, by, hold.company_id):
        raise Refused("a hold is lifted by a manager", key="second")
    _check_reason(act, why)
    if hold.lifted_at is not None:
        raise Conflict("this hold was lifted already", key="lifted-already")
    hold.lifted_by_id, hold.lifted_at, hold.lifted_why = by.id, act.at, act.sealer.seal(why.strip())
    act.remember("house", "hold-lifted", hold=hold.id, case=hold.case_id, customer=hold.customer_id, by=by.id)


def listed(act: Act, company_id: int | None, *, reader: Staff, before: int | None = None, most: int) -> list[Hold]:
    """The holds of a company (None: of all) that the reader may know of: those that hold still, then the newest.

    `before`: the last of the page before.
    """
    query, done = select(Hold).where(seen_by(reader, Hold.case_id)), Hold.lifted_at.is_not(None)
    if company_id is not None:
        query = query.where(Hold.company_id == company_id)
    mark = act.session.scalar(query.where(Hold.id == before)) if before is not None else None
    if mark is not None:
        query = query.where(behind(mark.id, is_done=mark.lifted_at is not None, done=done, ids=Hold.id))
    return list(act.session.scalars(query.order_by(done, Hold.id.desc()).limit(most)))


def holding(act: Act, customer_id: int) -> list[Hold]:
    """What holds a customer, or one of their matters."""
    theirs = select(Case.id).where(Case.customer_id == customer_id)
    return list(act.session.scalars(_open().where(or_(Hold.customer_id == customer_id, Hold.case_id.in_(theirs)))))


def held_customers() -> Select[int | None]:
    """The ids of every customer of whom everything is held."""
    return select(Hold.customer_id).where(Hold.lifted_at.is_(None), Hold.customer_id.is_not(None))


def held_cases() -> Select[int]:
    """The ids of every case that is held, as such or with its customer."""
    cases = select(Hold.case_id).where(Hold.lifted_at.is_(None))
    return select(Case.id).where(or_(Case.id.in_(cases), Case.customer_id.in_(held_customers())))


def held_calls(act: Act, notes: Notes | None = None) -> Select[int]:
    """The ids of every call that is held: with its matter, an anonymous one too, or with its customer.

    `notes`: of anonymous matters, where they are asked more than once.
    """
    of_cases = select(Case.call_id).where(Case.id.in_(held_cases()), Case.call_id.is_not(None))
    of_customers = Call.customer_id.in_(held_customers())
    unnamed = act.session.scalars(select(Case.id).where(Case.anonymous, Case.id.in_(held_cases())))
    told = Call.id.in_((notes or Notes(act)).calls_about(set(unnamed)))
    return select(Call.id).where(or_(Call.case_id.in_(held_cases()), Call.id.in_(of_cases), of_customers, told))


def seen_by(reader: Staff, case_id: InstrumentedAttribute[int]) -> ColumnElement[bool]:
    """Is what hangs on this matter seen by a reader? Nothing of a complaint that is hidden from them is (CMP-10)."""
    return case_id.in_(select(Case.id).where(discretion.cases(reader)))


def may_decide(act: Act, person: Staff, company_id: int) -> bool:
    """May this person approve what is destroyed in a company: of its own, and from manager upwards (REC-5)?"""
    return person.company_id == company_id and person.has(*staff.from_level(act, company_id, Role.MANAGER))


def _open() -> Select[Hold]:
    return select(Hold).where(Hold.lifted_at.is_(None)).order_by(Hold.id)


def _check_reason(act: Act, reason: str) -> None:
    if len(reason.strip()) < act.standard.secrecy.reason_at_least:
        raise Invalid("the reason is too short to be one", key="no-reason")
