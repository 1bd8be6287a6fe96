"""What must not be destroyed, whatever its age and whoever asks; without it evidence would go by the calendar."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ColumnElement, ForeignKey, Select, Text, exists, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Mapped, mapped_column

from hotline.db import Base, behind
from hotline.domain import anonymity, discretion, staff
from hotline.domain.act import Act
from hotline.domain.anonymity import Notes
from hotline.domain.calls import Call
from hotline.domain.cases import Case
from hotline.domain.customers import Customer
from hotline.domain.staff import Role, Staff
from hotline.errors import Conflict, Invalid, NotFound, Refused

ONE_THING = "(case_id IS NULL) <> (call_id IS NULL)"  # what is held or erased was named by a matter, or by a call


class Hold(Base):
    """A matter, a call, or everything of its customer, that nobody destroys until a manager lifts the hold (REC-2)."""

    __tablename__ = "holds"
    __table_args__ = (CheckConstraint(ONE_THING, name="one_thing"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    company_id: Mapped[int] = mapped_column(ForeignKey("companies.id"))
    case_id: Mapped[int | None] = mapped_column(ForeignKey("cases.id"), index=True)
    call_id: Mapped[int | None] = mapped_column(ForeignKey("calls.id"), index=True)
    customer_id: Mapped[int | None] = mapped_column(ForeignKey("customers.id"), index=True)  # the whole customer
    reason: Mapped[str] = mapped_column(Text)  # sealed
    placed_by_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    placed_at: Mapped[datetime]
    lifted_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    lifted_at: Mapped[datetime | None]
    lifted_why: Mapped[str | None] = mapped_column(Text)  # sealed


def place(act: Act, about: Case | Call, *, whole_customer: bool, by: Staff, reason: str) -> Hold:
    """Nothing of this matter or call, or of its customer, is destroyed from now on; the house remembers it.

    Raises Invalid without a reason or where there is no customer to hold, Conflict where it is held already, or where
    the customer was erased: nothing is left to hold.
    """
    _check_reason(act, reason)
    unnamed = is_unnamed(about)
    if whole_customer and (about.customer_id is None or unnamed):
        raise Invalid("nobody is known as the customer of it", key="no-customer")
    if _is_erased(act, about) and not unnamed:
        raise Conflict("this customer was erased already", key="erased")
    customer_id = about.customer_id if whole_customer else None
    same = Hold.customer_id == customer_id if whole_customer else _names(about)
    if any(one.customer_id == customer_id for one in act.session.scalars(_open().where(same))):
        raise Conflict("this is held already", key="held-already")
    named = named_by(about)
    made = Hold(
        company_id=about.company_id,
        case_id=named["case"],
        call_id=named["call"],
        customer_id=customer_id,
        reason=act.sealer.seal(reason.strip()),
        placed_by_id=by.id,
        placed_at=act.at,
    )
    act.session.add(made)
    act.session.flush()
    act.remember("house", "hold-placed", hold=made.id, **named, customer=customer_id, by=by.id)
    return made


def lift(act: Act, hold_id: int, *, by: Staff, why: str) -> None:
    """What was held may be destroyed again.

    Raises NotFound, also where the matter or call is hidden from whoever lifts; Refused below a manager, Invalid,
    Conflict once it was lifted.
    """
    hold = act.lock(Hold, hold_id)
    if hold is None or not discretion.shows(act, by, thing(act, hold.case_id, hold.call_id)):
        raise NotFound(f"there is no hold {hold_id}")
    if not may_decide(act, by, hold.company_id):
        raise Refused("a hold is lifted by a manager", key="second")
    _check_reason(act, why)
    if hold.lifted_at is not None:
        raise Conflict("this hold was lifted already", key="lifted-already")
    hold.lifted_by_id, hold.lifted_at, hold.lifted_why = by.id, act.at, act.sealer.seal(why.strip())
    named = {"case": hold.case_id, "call": hold.call_id}
    act.remember("house", "hold-lifted", hold=hold.id, **named, customer=hold.customer_id, by=by.id)


def thing(act: Act, case_id: int | None, call_id: int | None) -> Case | Call:
    """The matter or the call by which a hold, or a request for erasure, was named."""
    return act.session.get_one(Case, case_id) if call_id is None else act.session.get_one(Call, call_id)


def named_by(about: Case | Call) -> dict[str, int | None]:
    """The same the other way round, as the log says it: one of the two is None."""
    is_case = isinstance(about, Case)
    return {"case": about.id if is_case else None, "call": None if is_case else about.id}


def is_unnamed(about: Case | Call) -> bool:
    """Is nobody to be known as the customer of this matter or call, whoever it was (CMP-10)?"""
    return about.anonymous if isinstance(about, Case) else anonymity.told_in(about)


def may_be_named(act: Act, hold: Hold, reader: Staff) -> bool:
    """May a reader learn that this hold is one of a certain customer's? Of what tells of no customer nobody may."""
    about = thing(act, hold.case_id, hold.call_id)
    return discretion.shows(act, reader, about) and not is_unnamed(about)


def listed(act: Act, company_id: int | None, *, reader: Staff, before: int | None = None, most: int) -> list[Hold]:
    """The holds of a company (None: of all) that the reader may know of: those that hold still, then the newest.

    `before`: the last of the page before.
    """
    query, done = select(Hold).where(seen_by(reader, Hold.case_id, Hold.call_id)), Hold.lifted_at.is_not(None)
    if company_id is not None:
        query = query.where(Hold.company_id == company_id)
    mark = act.session.scalar(query.where(Hold.id == before)) if before is not None else None
    if mark is not None:
        query = query.where(behind(mark.id, is_done=mark.lifted_at is not None, done=done, ids=Hold.id))
    return list(act.session.scalars(query.order_by(done, Hold.id.desc()).limit(most)))


def holding(act: Act, customer_id: int) -> list[Hold]:
    """What holds a customer, or one of their matters or calls; nothing of a call in which an anonymous one was told."""
    told = select(Case.id).where(Case.customer_id == customer_id)
    rang = select(Call.id).where(Call.customer_id == customer_id, ~anonymity.was_told())
    theirs = or_(Hold.customer_id == customer_id, Hold.case_id.in_(told), Hold.call_id.in_(rang))
    return list(act.session.scalars(_open().where(theirs)))


def is_kept_unnamed(act: Act, customer_id: int) -> bool:
    """Is a call of this customer held in which an anonymous matter was told? Nobody is told which, nor that it is one:
    with the customer's key what was said in it would go.
    """
    unnamed = select(Call.id).where(Call.customer_id == customer_id, anonymity.was_told(), Call.id.in_(_calls()))
    return act.session.scalar(unnamed.limit(1)) is not None


def of_call(act: Act, call_id: int) -> list[Hold]:
    """The holds that stand and were placed by this call."""
    return list(act.session.scalars(_open().where(Hold.call_id == call_id)))


def held_customers() -> Select[int | None]:
    """The ids of every customer of whom everything is held."""
    return select(Hold.customer_id).where(Hold.lifted_at.is_(None), Hold.customer_id.is_not(None))


def held_cases() -> Select[int]:
    """The ids of every case that is held, as such or with its customer."""
    cases = select(Hold.case_id).where(Hold.lifted_at.is_(None), Hold.case_id.is_not(None))
    return select(Case.id).where(or_(Case.id.in_(cases), Case.customer_id.in_(held_customers())))


def held_calls(act: Act, notes: Notes | None = None) -> Select[int]:
    """The ids of every call that is held: as such, with its matter, an anonymous one too, or with its customer.

    `notes`: of anonymous matters, where they are asked more than once.
    """
    of_cases = select(Case.call_id).where(Case.id.in_(held_cases()), Case.call_id.is_not(None))
    of_customers = Call.customer_id.in_(held_customers())
    unnamed = act.session.scalars(select(Case.id).where(Case.anonymous, Case.id.in_(held_cases())))
    told = Call.id.in_((notes or Notes(act)).calls_about(set(unnamed)))
    itself = or_(Call.id.in_(_calls()), Call.id.in_(of_cases))
    return select(Call.id).where(or_(Call.case_id.in_(held_cases()), itself, of_customers, told))


def who_rang_held() -> Select[int | None]:
    """The ids of every customer of whom a call is held as such: without their key nobody could read what was said."""
    return select(Call.customer_id).where(Call.id.in_(_calls()), Call.customer_id.is_not(None))


def seen_by(
    reader: Staff, case_id: InstrumentedAttribute[int | None], call_id: InstrumentedAttribute[int | None]
) -> ColumnElement[bool]:
    """Is what hangs on this matter, or on this call, seen by a reader? Nothing of a complaint that is hidden from them
    is, nor of a call in which it was told (CMP-10).
    """
    of_call = exists().where(Call.id == call_id, discretion.calls(reader))
    return or_(case_id.in_(select(Case.id).where(discretion.cases(reader))), of_call)


def may_decide(act: Act, person: Staff, company_id: int) -> bool:
    """May this person approve what is destroyed in a company: of its own, and from manager upwards (REC-5)?"""
    return person.company_id == company_id and person.has(*staff.from_level(act, company_id, Role.MANAGER))


def _open() -> Select[Hold]:
    return select(Hold).where(Hold.lifted_at.is_(None)).order_by(Hold.id)


def _calls() -> Select[int | None]:
    return select(Hold.call_id).where(Hold.lifted_at.is_(None), Hold.call_id.is_not(None))


def _names(about: Case | Call) -> ColumnElement[bool]:
    return Hold.case_id == about.id if isinstance(about, Case) else Hold.call_id == about.id


def _is_erased(act: Act, about: Case | Call) -> bool:
    """Was the customer erased? Who erases them, or destroys what is to be held, waits until this act is over."""
    customer = None if about.customer_id is None else act.lock(Customer, about.customer_id)
    return customer is not None and customer.key is None


def _check_reason(act: Act, reason: str) -> None:
    if len(reason.strip()) < act.standard.secrecy.reason_at_least:
        raise Invalid("the reason is too short to be one", key="no-reason")
