"""Who signs for a matter, and never somebody it is about; without it a complaint could land with its own subject."""

from __future__ import annotations

from sqlalchemy import select

from hotline.domain import complaint_forms, dispatches, promises, staff
from hotline.domain.act import Act
from hotline.domain.cases import Case
from hotline.domain.complaint_forms import Complaint
from hotline.domain.dispatches import RESPONDENT, Dispatch
from hotline.domain.signatures import KEEPS
from hotline.domain.staff import Duty, Role, Staff


def people(act: Act, dispatch: Dispatch, case: Case) -> list[Staff]:
    """Who may sign for this, in the order of ringing, and never anybody whom the complaint is about.

    A duty of the roster: those on duty, then up the ladder. The department complained of: its heads; where none of them
    can be rung, its company's supervisors, then up. A role that it is passed up to: those who hold it, then up.
    """
    if dispatch.duty in list(Duty):
        on_duty = staff.on_duty(act, case.company_id, Duty(dispatch.duty))
        return [*on_duty, *staff.up_the_ladder(act, case.company_id)]
    but, complaint = complaint_forms.barred(act, case.id), complaint_forms.of(act, case.id)
    if dispatch.duty != RESPONDENT or complaint is None:
        return _flat(complaint_forms.taking(act, case.company_id, dispatch.duty, but))
    heads = complaint_forms.heads(act, complaint, but)
    if any(person.phone for person in heads):
        return heads
    return [*heads, *_flat(complaint_forms.taking(act, complaint.about_company_id, Role.SUPERVISOR, but))]


def first_of(act: Act, dispatch: Dispatch, case: Case) -> list[Staff]:
    """Who has the link before anybody is rung: the lowest level of those to whom it is passed up."""
    levels = complaint_forms.taking(act, case.company_id, dispatch.duty, complaint_forms.barred(act, case.id))
    return levels[0] if levels else []


def waits(act: Act, dispatch: Dispatch, case: Case) -> bool:
    """Does somebody still have to sign? Not for what was refused, joined to another, or need not be passed up."""
    if not dispatches.unsigned(act, dispatch):
        return False
    complaint = complaint_forms.of(act, case.id) if dispatch.duty in KEEPS else None
    if complaint is None:
        return True
    owed = [one for one in promises.of_case(act, case.id) if one.rule == KEEPS[dispatch.duty]]
    undone = any(one.is_owed for one in owed)
    return undone and complaint.joined_to_id is None and complaint.refused_at is None


def may_act(act: Act, dispatch: Dispatch, complaint: Complaint, case: Case, person: Staff) -> bool:
    """May this person act for the department: who signed, or whoever of it may sign, and is not complained of?"""
    signed = person.id == complaint.signed_by_id and person.active
    takes_part = signed or may_sign(act, dispatch, case, person)
    return takes_part and person.id not in complaint_forms.barred(act, case.id)


def may_sign(act: Act, dispatch: Dispatch, case: Case, person: Staff) -> bool:
    """Is this person, as whatever session knows them, among those who may sign for this?"""
    return person.id in {one.id for one in people(act, dispatch, case)}


def engineer(act: Act, company_id: int, number: str) -> Staff | None:
    """The engineer whom a company knows by this agent number; None where there is none, or two have it."""
    query = select(Staff).where(Staff.company_id == company_id, Staff.agent_number == number, Staff.active)
    found = list(act.session.scalars(query.limit(2)))
    return found[0] if len(found) == 1 and found[0].has(Role.ENGINEER) else None


def is_of_department(act: Act, case: Case, person: Staff) -> bool:
    """Is this person of the side that signs for this complaint, deals with it and returns its form?"""
    complaint = complaint_forms.of(act, case.id)
    found = next((one for one in dispatches.of_case(act, case.id) if one.duty == RESPONDENT), None)
    return complaint is not None and found is not None and may_act(act, found, complaint, case, person)


def _flat(levels: list[list[Staff]]) -> list[Staff]:
    return list(dict.fromkeys(person for level in levels for person in level))
