"""What is kept for how long, class by class, and what destroying it means; without it nothing would ever go (REC-5)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, String, and_, cast, delete, exists, func, or_, select, update
from sqlalchemy.orm import InstrumentedAttribute, aliased

from hotline.domain import companies, customers, erasures, holds
from hotline.domain.act import Act
from hotline.domain.anonymity import Notes
from hotline.domain.call_words import CallWord
from hotline.domain.calls import Call
from hotline.domain.cases import Case
from hotline.domain.companies import Company
from hotline.domain.customers import Customer, CustomerPlace
from hotline.domain.discarded import DISCARDED
from hotline.domain.news import Recording
from hotline.domain.owed_calls import Callback
from hotline.domain.owed_calls import State as CallbackState
from hotline.domain.repairs import RepairOrder
from hotline.domain.transcripts import Transcript
from hotline.domain.turns import Turn
from hotline.domain.visits import State as VisitState
from hotline.domain.visits import Visit
from hotline.errors import Invalid, NotFound
from hotline.standard.limits import Limit
from hotline.standard.rules import Retention

_SEALED = "sealed_"  # how the name of a sealed value begins among words of ours
_HAS_SEALED = f'%"{_SEALED}%'
_TOLD = aliased(Case)

Due = Select[Any]  # of ids


@dataclass(frozen=True)
class RecordClass:
    """One class: how long it is kept, which of a company are due before an instant, and how one is destroyed.

    Without `due` it goes by itself: it is no record, or the technical trace of one. `lock`: nobody holds it, opens its
    matter again or rings from then on until the act is over.
    """

    name: str
    kept: Callable[[Retention], Limit]
    due: Callable[[Act, Company, datetime, Notes], Due] | None = None
    destroy: Callable[[Act, str], None] | None = None
    lock: Callable[[Act, str], None] | None = None


def before(act: Act, one: RecordClass) -> datetime:
    """What is older than this is due, by the standard that is chosen."""
    return one.kept(act.standard.records.retention).before(act.at, act.standard.calendar)


def due(act: Act, company_id: int, one: RecordClass, notes: Notes) -> Due:
    """The ids of what a company has to destroy of a class, by its own standard; nothing that is held. Raises NotFound
    for a class that goes by itself. `notes` of anonymous matters are read once for many such questions.
    """
    if one.due is None:
        raise NotFound(f"{one.name} goes by itself")
    company = companies.get(act, company_id)
    return one.due(act, company, before(act, one), notes)


def count(act: Act, company_id: int, one: RecordClass, notes: Notes, *, most: int) -> int:
    """How many of a class are due, up to so many."""
    some = due(act, company_id, one, notes).order_by(None).limit(most).subquery()
    return int(act.session.scalar(select(func.count()).select_from(some)) or 0)


def named(name: str) -> RecordClass:
    """The class of this name. Raises NotFound."""
    for one in CLASSES:
        if one.name == name:
            return one
    raise NotFound(f"no class of records is called {name}")


def _recordings(act: Act, company: Company, since: datetime, notes: Notes) -> Due:
    """Sounds whose matter is closed, and every other of the call with it."""
    at_rest = (Recording.case_id.is_(None), Recording.case_id.in_(_closed()))
    return (
        select(Recording.sid)
        .join(Call, Call.id == Recording.call_id)
        .where(Call.company_id == company.id, Recording.sha256.is_not(None), Recording.at < since, or_(*at_rest))
        .where(_call_is_at_rest(act, notes))
        .where(
            _is_not_held(Recording.case_id), _customer_is_not_held(Recording.customer_id), _call_is_not_held(act, notes)
        )
        .order_by(Recording.at, Recording.sid)
    )


def _discard_recording(act: Act, sid: str) -> None:
    row = act.session.get_one(Recording, sid, with_for_update=True)
    act.session.execute(delete(Transcript).where(Transcript.recording_sid == sid))
    erasures.discard(act, row)


def _calls(act: Act, company: Company, since: datetime, notes: Notes) -> Due:
    """What callers said in calls that are over and whose matters are closed."""
    says = exists().where(Turn.call_id == Call.id, Turn.words.is_not(None))
    return (
        select(Call.id)
        .where(
            Call.company_id == company.id, Call.started_at < since, Call.ended_at < since, _call_is_at_rest(act, notes)
        )
        .where(or_(says, cast(Call.slots, String).like(_HAS_SEALED)), _call_is_not_held(act, notes))
        .order_by(Call.id)
    )


def _discard_call(act: Act, call_id: str) -> None:
    call = act.session.get_one(Call, int(call_id), with_for_update=True)
    call.slots = {name: value for name, value in call.slots.items() if not name.startswith(_SEALED)}
    act.session.execute(update(Turn).where(Turn.call_id == call.id).values(words=None))
    act.session.execute(delete(CallWord).where(CallWord.call_id == call.id))
    act.remember(call.chain, "call-discarded")


def _cases(act: Act, company: Company, since: datetime, _notes: Notes) -> Due:
    """What was told in matters that are closed and in which nothing is owed any more."""
    told = exists().where(RepairOrder.case_id == Case.id, RepairOrder.address.is_not(None))
    says = or_(cast(Case.details, String).like(_HAS_SEALED), Case.outcome.is_not(None), told)
    rung = exists().where(Callback.case_id == Case.id, Callback.state == CallbackState.OPEN)
    asked = exists().where(Visit.case_id == Case.id, Visit.state == VisitState.OWED)
    return (
        select(Case.id)
        .where(Case.state == "closed", Case.opened_at < since, Case.closed_at < since, says, ~rung, ~asked)
        .where(Case.company_id == company.id, _is_not_held(Case.id), _customer_is_not_held(Case.customer_id))
        .order_by(Case.id)
    )


def _discard_case(act: Act, case_id: str) -> None:
    case = act.session.get_one(Case, int(case_id), with_for_update=True)
    case.details = {name: value for name, value in case.details.items() if not name.startswith(_SEALED)}
    case.outcome = None
    act.session.execute(update(RepairOrder).where(RepairOrder.case_id == case.id).values(address=None))
    act.remember(case.chain, DISCARDED)


def _customers(act: Act, company: Company, since: datetime, notes: Notes) -> Due:
    """Customers of whom no company that knows them heard since, whose matters are closed and agreements have ended.

    The key is the group's: each company that knows them has to be done with them by its own standard, sounds and all.
    """
    place = aliased(CustomerPlace)
    today = act.at.astimezone(ZoneInfo(act.standard.timezone)).date()
    endless = and_(place.agreement.is_not(None), place.agreement_ends.is_(None))
    served = exists().where(place.customer_id == Customer.id, or_(place.agreement_ends >= today, endless))
    done = [_is_done_with(act, one) for one in companies.listed(act)]
    done.append(~exists().where(Call.customer_id == Customer.id, Call.id.in_(_kept_for_unnamed(act, notes))))
    return (
        select(Customer.id)
        .where(Customer.key.is_not(None), Customer.known_since < since, _knows(company.id), *done, ~served)
        .where(_customer_is_not_held(Customer.id), Customer.id.not_in(_of_held_cases()))
        .where(Customer.id.not_in(holds.who_rang_held()))
        .order_by(Customer.id)
    )


def _knows(company_id: int) -> ColumnElement[bool]:
    """Of `Customer`: did they call this company, is there a matter of theirs with it, does it serve them?"""
    theirs = (Call, Case, CustomerPlace)
    return or_(*(exists().where(of.customer_id == Customer.id, of.company_id == company_id) for of in theirs))


def _is_done_with(act: Act, company: Company) -> ColumnElement[bool]:
    """Of `Customer`: has this company, if it knows them, kept all of theirs for its own time? One whose figures do not
    load keeps them.
    """
    try:
        standard = act.standard_of(company.profile, company.overrides)
    except Invalid:
        return ~_knows(company.id)
    kept = standard.records.retention
    since = min(one.before(act.at, standard.calendar) for one in (kept.records, kept.recordings))
    called, told = aliased(Call), aliased(Case)
    still = or_(told.closed_at.is_(None), told.closed_at >= since)
    heard = exists().where(
        called.customer_id == Customer.id, called.company_id == company.id, called.started_at >= since
    )
    matters = exists().where(told.customer_id == Customer.id, told.company_id == company.id, still)
    return or_(~_knows(company.id), and_(Customer.known_since < since, ~heard, ~matters))


def _discard_customer(act: Act, customer_id: str) -> None:
    erasures.carry_out(act, int(customer_id))


def _lock_recording(act: Act, sid: str) -> None:
    row = act.session.get_one(Recording, sid)
    _lock(act, row.customer_id)
    _lock_call(act, str(row.call_id))


def _lock_call(act: Act, call_id: str) -> None:
    call = act.session.get_one(Call, int(call_id))
    if call.customer_id is None:
        act.lock(Call, call.id)  # a hold that is being placed refers to it
    _lock(act, call.customer_id, or_(Case.id == call.case_id, Case.call_id == call.id))


def _lock_case(act: Act, case_id: str) -> None:
    _lock(act, act.session.get_one(Case, int(case_id)).customer_id, Case.id == int(case_id))


def _lock_customer(act: Act, customer_id: str) -> None:
    _lock(act, int(customer_id), Case.customer_id == int(customer_id))


def _lock(act: Act, customer_id: int | None, matters: ColumnElement[bool] | None = None) -> None:
    """The customer first, as always, then the matters."""
    if customer_id is not None:
        customers.locked(act, customer_id)
    if matters is not None:
        act.session.execute(select(Case.id).where(matters).order_by(Case.id).with_for_update())


CLASSES: tuple[RecordClass, ...] = (
    RecordClass("recording", lambda kept: kept.recordings, _recordings, _discard_recording, _lock_recording),
    RecordClass("call", lambda kept: kept.records, _calls, _discard_call, _lock_call),
    RecordClass("case", lambda kept: kept.records, _cases, _discard_case, _lock_case),
    RecordClass("customer", lambda kept: kept.records, _customers, _discard_customer, _lock_customer),
    RecordClass("webhook", lambda kept: kept.webhooks),
    RecordClass("draft", lambda kept: kept.drafts),
)


def _call_is_at_rest(act: Act, notes: Notes) -> ColumnElement[bool]:
    """Of `Call`: is every matter closed that was told in it? The call names the last alone."""
    still_open = exists().where(_TOLD.call_id == Call.id, _TOLD.state != "closed")
    told = Call.id.not_in(_kept_for_unnamed(act, notes))
    return and_(or_(Call.case_id.is_(None), Call.case_id.in_(_closed())), ~still_open, told)


def _kept_for_unnamed(act: Act, notes: Notes) -> list[int]:
    """The calls in which an anonymous matter was told that is open or held: neither names the other in the clear."""
    kept = or_(Case.state != "closed", Case.id.in_(holds.held_cases()))
    return notes.calls_about(set(act.session.scalars(select(Case.id).where(Case.anonymous, kept))))


def _closed() -> Select[int]:
    return select(Case.id).where(Case.state == "closed")


def _is_not_held(case_id: InstrumentedAttribute[Any]) -> ColumnElement[bool]:
    return or_(case_id.is_(None), case_id.not_in(holds.held_cases()))


def _customer_is_not_held(customer_id: InstrumentedAttribute[Any]) -> ColumnElement[bool]:
    return or_(customer_id.is_(None), customer_id.not_in(holds.held_customers()))


def _call_is_not_held(act: Act, notes: Notes) -> ColumnElement[bool]:
    return Call.id.not_in(holds.held_calls(act, notes))


def _of_held_cases() -> Select[int | None]:
    return select(Case.customer_id).where(Case.id.in_(holds.held_cases()), Case.customer_id.is_not(None))
