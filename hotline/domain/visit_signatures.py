"""The department signs for what is said of its work (签收, VIS-4); without it no words would get beyond the desk."""

from __future__ import annotations

from sqlalchemy import and_

from hotline.domain import absences, cases, complaint_forms, notices, staff, visits
from hotline.domain.act import Act
from hotline.domain.cases import Case
from hotline.domain.occasions import Occasion
from hotline.domain.staff import Role, Staff
from hotline.domain.visits import Visit
from hotline.errors import Conflict, Refused

UNSIGNED = and_(Visit.to_sign_at.is_not(None), Visit.signed_at.is_(None))


def ask(act: Act, case: Case, visit: Visit, *, supervisors_know: bool = False) -> None:
    """There is something in a visit for the department: it has to sign, and its heads are told, once.

    What is said after they signed is signed for as well, anew. Where no head can be told, the supervisors are, unless
    they hear of it anyway. Nothing changes for a complaint, whose department signed before (CMP-1). The case is locked.
    """
    if visit.is_unsigned or visit.rule not in visits.SIGNED_FOR or case.kind == cases.Kind.COMPLAINT:
        return
    which = str(visit.id) if visit.to_sign_at is None else f"{visit.id} {act.at:%Y%m%dT%H%M%S}"
    visit.to_sign_at, visit.signed_at, visit.signed_by_id = act.at, None, None
    act.remember(case.chain, "visit-to-sign", visit=visit.id)
    occasion = Occasion(case, "visit-to-sign", which)
    away = absences.away(act)
    told = [one for one in _heads(act, visit) if one.phone is not None and one.id not in away]
    for head in told:
        notices.tell(act, head, occasion)
    if not told and not supervisors_know:
        notices.tell_role(act, Role.SUPERVISOR, occasion)


def sign(act: Act, visit_id: int, by: Staff) -> Visit:
    """The department signs for what the customer said. The case is not locked yet.

    Raises NotFound, Refused for who neither heads the department nor stands above it, Conflict where nothing is to be
    signed for, or somebody did.
    """
    case = cases.get(act, visits.get(act, visit_id).case_id)
    visit = visits.get(act, visit_id)
    if not may_sign(act, visit, by):
        raise Refused("this is for the head of the department that did the work, or a superior (VIS-4)")
    if not visit.is_unsigned:
        raise Conflict("there is nothing in this visit to sign for, or it is signed for already")
    visit.signed_at, visit.signed_by_id = act.at, by.id
    act.remember(case.chain, "visit-signed", visit=visit.id, by=by.id)
    return visit


def may_sign(act: Act, visit: Visit, person: Staff) -> bool:
    """May this person sign for the department: a head of it, or who stands above it, and nobody complained of in it?

    The standard of the company whose work it was is chosen for the act.
    """
    above = person.company_id == visit.company_id and person.has(
        *staff.from_level(act, visit.company_id, Role.SUPERVISOR)
    )
    takes_part = above or person.id in {one.id for one in _heads(act, visit)}
    return takes_part and person.active and person.id not in complaint_forms.barred(act, visit.case_id)


def _heads(act: Act, visit: Visit) -> list[Staff]:
    if visit.department_id is None:
        return []
    heads = staff.holding(act, visit.company_id, Role.DEPARTMENT_HEAD)
    return [one for one in heads if one.department_id == visit.department_id]
