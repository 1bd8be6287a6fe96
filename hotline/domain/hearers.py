"""Who may know of a conversation; without it whoever is complained of in it could listen to who complains (CMP-10)."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import or_, select

from hotline.domain import discretion
from hotline.domain.act import Act
from hotline.domain.calls import Call
from hotline.domain.cases import Case
from hotline.domain.parties import PRESENT, Meeting, Party, Role
from hotline.domain.staff import Staff


def known(act: Act, person: Staff, meeting_ids: Collection[int]) -> frozenset[int]:
    """Of these conversations those of which neither the call nor the matter is hidden from this person, by id."""
    query = select(Meeting.id).outerjoin(Call, Call.id == Meeting.call_id).outerjoin(Case, Case.id == Meeting.case_id)
    call, case = or_(Call.id.is_(None), discretion.calls(person)), or_(Case.id.is_(None), discretion.cases(person))
    return frozenset(act.session.scalars(query.where(Meeting.id.in_(meeting_ids), call, case)))


def may_know(act: Act, person: Staff, meeting: Meeting) -> bool:
    """The same of one conversation."""
    return meeting.id in known(act, person, [meeting.id])


def keeps_out(act: Act, meeting: Meeting, party: Party) -> bool:
    """Does this supervisor stay out: was a complaint about them told since they were rung?"""
    if party.role != Role.SUPERVISOR:
        return False
    return not may_know(act, act.session.get_one(Staff, party.staff_id), meeting)


def concerned(act: Act) -> list[Party]:
    """Every supervisor who takes part, or is rung to, in a conversation that is hidden from them. Nothing is locked."""
    query = select(Party, Meeting).join(Meeting, Meeting.id == Party.meeting_id)
    query = query.where(Party.role == Role.SUPERVISOR, Party.state.in_(PRESENT)).order_by(Party.id)
    rows = act.session.execute(query).all()
    return [party for party, meeting in rows if keeps_out(act, meeting, party)]
