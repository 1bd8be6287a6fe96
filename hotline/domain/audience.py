"""Who is told of a matter, by role; without it a complaint would be told to whom it is about (CMP-1, CMP-10, OWN-6)."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import column, select, table

from hotline.domain import staff
from hotline.domain.act import Act
from hotline.domain.cases import Case
from hotline.domain.staff import Staff
from hotline.standard.kinds import Role

# The room of complaints stands above this one, and what it promises is told from here: only its row is asked.
_COMPLAINTS = table("complaints", column("case_id"), column("department_id"), column("about_staff_id"))


class _About(NamedTuple):
    """Which department a complaint is about, and who must hear nothing of it."""

    department_id: int | None
    barred: frozenset[int]


def of_role(act: Act, case: Case, role: str) -> list[Staff]:
    """The owner of a case, or its company's people in a role, who have a telephone; else whoever stands above.

    Whom a complaint is about is not among them, and of the heads of departments those of its own department alone.
    """
    about = _about(act, case)
    barred = frozenset[int]() if about is None else about.barred
    if role == Role.OWNER:
        owner = staff.get(act, case.owner_id)
        people = [owner] if owner.active and owner.phone is not None and owner.id not in barred else []
    elif role == Role.DEPARTMENT_HEAD and about is not None:
        people = _heads(act, about)
    else:
        people = staff.told(act, case.company_id, role, but=barred)
    return people or staff.told(act, case.company_id, Role.SUPERVISOR, but=barred)


def above(act: Act, case: Case, person_id: int) -> Staff | None:
    """Who stands next above a person in a case's company and has a telephone; None where nobody does (OWN-6)."""
    about, ladder = _about(act, case), staff.up_the_ladder(act, case.company_id)
    barred = frozenset[int]() if about is None else about.barred
    places = [place for place, one in enumerate(ladder) if one.id == person_id]
    higher = ladder[places[-1] + 1 if places else 0 :]
    return next((one for one in higher if one.phone is not None and one.id not in barred), None)


def _about(act: Act, case: Case) -> _About | None:
    """Of a complaint; None of any other matter."""
    found = act.session.execute(select(_COMPLAINTS).where(_COMPLAINTS.c.case_id == case.id)).one_or_none()
    if found is None:
        return None
    barred = frozenset[int]() if found.about_staff_id is None else frozenset({int(found.about_staff_id)})
    return _About(found.department_id, barred)


def _heads(act: Act, about: _About) -> list[Staff]:
    """The heads of the department, of whatever company it is (CMP-11); nobody before a department is named."""
    if about.department_id is None:
        return []
    query = select(Staff).where(Staff.department_id == about.department_id, Staff.active, Staff.phone.is_not(None))
    found = act.session.scalars(query.order_by(Staff.id))
    return [one for one in found if one.has(staff.Role.DEPARTMENT_HEAD) and one.id not in about.barred]
