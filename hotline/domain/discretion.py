"""From whom a complaint is hidden, as one condition of every query; else a page could say who complained (CMP-10)."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, false, func, not_, or_, select
from sqlalchemy.orm import aliased

from hotline.domain import anonymity
from hotline.domain.act import Act
from hotline.domain.calls import Call
from hotline.domain.cases import Case
from hotline.domain.complaints import Complaint
from hotline.domain.dispatches import Dispatch, Offer
from hotline.domain.staff import Role, Staff

# Whoever leads sees the complaints about every department, and whoever else heads one is of the respondent's side.
_LEADERS = (Role.SUPERVISOR, Role.MANAGER, Role.GENERAL_MANAGER)
# Made once: to name every column of an alias anew takes longer than the query does. No two that are nested share one.
_OF_CASE, _SAME = aliased(Complaint), aliased(Complaint)
_TOLD, _RANG = aliased(Case), aliased(Call)
_ANONYMOUS, _ABOUT = aliased(Case), aliased(Complaint)


def answers_for_a_department(person: Staff) -> bool:
    """Is this person of the side that is complained of: heads a department, and leads nothing above it?"""
    return person.has(Role.DEPARTMENT_HEAD) and not leads(person)


def leads(person: Staff) -> bool:
    """Does this person stand above the departments: from supervisor upwards?"""
    return person.has(*_LEADERS)


def cases(person: Staff) -> ColumnElement[bool]:
    """Of `Case`: what this person may know of at all.

    Whoever is complained of finds nothing of it. The head of a department finds no complaint that is about the
    department, was put to them, or is about nobody yet, no anonymous one, and none that others answer for: they see it
    in their inbox alone, which does not say who complained (CMP-10).
    """
    return not_(_hides(Case, person))


def hidden(person: Staff) -> Select[int]:
    """The ids of the cases that `cases` leaves out, found from the complaints, for nothing else is hidden.

    Of whoever heads no department from those few that are about them: all the others are not asked one by one.
    """
    if answers_for_a_department(person):
        return select(Case.id).join(Complaint, Complaint.case_id == Case.id).where(_hides(Case, person))
    leads = select(func.coalesce(_SAME.joined_to_id, _SAME.id)).where(_SAME.about_staff_id == person.id)
    return select(Complaint.case_id).where(or_(Complaint.id.in_(leads), Complaint.joined_to_id.in_(leads)))


def not_about(person: Staff) -> ColumnElement[bool]:
    """Of `Case`: what is no complaint about this person, nor one that is joined with such a one."""
    joined = _joined(_OF_CASE, _SAME)
    return not_(exists().where(_OF_CASE.case_id == Case.id, joined, _SAME.about_staff_id == person.id))


def calls(person: Staff) -> ColumnElement[bool]:
    """Of `Call`: what this person may know of at all; nothing in which a matter was told that is hidden from them."""
    told = exists().where(or_(_TOLD.call_id == Call.id, _TOLD.id == Call.case_id), _hides(_TOLD, person))
    return not_(or_(told, and_(anonymity.was_told(), _not_the_anonymous(person))))


def leading_to(act: Act, person: Staff, hidden: Collection[int]) -> ColumnElement[bool]:
    """Of `Call`: those that this person may not know of, who heads no department; `hidden`: every case so hidden.

    What `calls` leaves out, found from these few cases: a year of calls is not asked one by one about its complaints.
    """
    about = select(Call.id).where(Call.case_id.in_(hidden))
    told = select(Case.call_id).where(Case.id.in_(hidden), Case.call_id.is_not(None))
    found = sorted({*act.session.scalars(about), *act.session.scalars(told)})
    complained = select(Complaint.case_id).where(Complaint.about_staff_id == person.id)
    anonymous = select(Case.id).where(Case.id.in_(complained), Case.anonymous).limit(1)
    if act.session.scalar(anonymous) is None:
        return Call.id.in_(found)
    unnamed = select(_RANG.id).where(_RANG.unnamed)  # an index of their own leads to them
    return Call.id.in_(select(_RANG.id).where(_RANG.id.in_(found)).union_all(unnamed))


def shows(act: Act, person: Staff, thing: Call | Case) -> bool:
    """May this person know of this call or case at all?"""
    if isinstance(thing, Case):
        query = select(Case.id).where(Case.id == thing.id, cases(person))
    else:
        query = select(Call.id).where(Call.id == thing.id, calls(person))
    return act.session.scalar(query) is not None


def _hides(case: Any, person: Staff) -> ColumnElement[bool]:
    """Of `case`, the table or an alias of it: is there a complaint in it that is hidden from this person?"""
    joined, hidden = _joined(_OF_CASE, _SAME), _SAME.about_staff_id == person.id
    if not answers_for_a_department(person):
        return exists().where(_OF_CASE.case_id == case.id, joined, hidden)
    theirs = or_(_SAME.department_id.is_(None), _SAME.department_id == (person.department_id or 0))
    put_to_them = (
        select(Offer.id)
        .join(Dispatch, Dispatch.id == Offer.dispatch_id)
        .where(Dispatch.case_id == case.id, Offer.staff_id == person.id)
        .correlate(case)
        .exists()
    )
    # Which departments it was with before no row tells for sure: who heads one and nothing else sees their own alone.
    anothers = false() if person.has(Role.AGENT) else case.owner_id != person.id
    reasons = or_(hidden, theirs, case.anonymous, put_to_them, anothers)
    return exists().where(_OF_CASE.case_id == case.id, joined, reasons)


def _joined(one: Any, other: Any) -> ColumnElement[bool]:
    """Of two aliases of the complaints: are they dealt with as one, or the same?

    By the one that leads, so that both parts are looked up by an index: a list would read every complaint for each.
    """
    leads = func.coalesce(one.joined_to_id, one.id)
    return or_(other.id == leads, other.joined_to_id == leads)


def _not_the_anonymous(person: Staff) -> ColumnElement[bool]:
    """Is a call hidden from this person in which some anonymous matter was told? Which one it was no query can say."""
    if answers_for_a_department(person):
        return not_(false())
    return exists().where(_ABOUT.about_staff_id == person.id, _ANONYMOUS.id == _ABOUT.case_id, _ANONYMOUS.anonymous)
