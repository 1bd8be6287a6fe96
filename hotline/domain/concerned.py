"""Who may not own a complaint: whom it is about, and their side; or a department could judge itself (CMP-10)."""

from __future__ import annotations

from sqlalchemy import func, or_, select
from sqlalchemy.orm import aliased

from hotline.domain import complaint_forms
from hotline.domain.act import Act
from hotline.domain.cases import Case, Kind
from hotline.domain.complaint_forms import Complaint
from hotline.domain.staff import Role, Staff, StaffRole

# Whoever leads a company answers for its complaints, even where they head one of its departments as well.
_ITS, _SAME = aliased(Complaint), aliased(Complaint)  # made once: it takes longer than the query
_LEADERS = (Role.SUPERVISOR, Role.MANAGER, Role.GENERAL_MANAGER)


def people(act: Act, case: Case) -> frozenset[int]:
    """Who may not own this matter, by id: whom the complaint is about, or one joined with it, and who is of their side.

    That is who heads the department complained of and leads nothing above it; of a complaint that is about no
    department yet, or anonymous, whoever heads any: it is hidden from them.
    """
    but = complaint_forms.barred(act, case.id)
    return but | _heads(act, case) if case.kind == Kind.COMPLAINT else but


def _heads(act: Act, case: Case) -> frozenset[int]:
    departments = _departments(act, case.id)
    if not departments:
        return frozenset()
    query = select(Staff).join(StaffRole).where(StaffRole.role == Role.DEPARTMENT_HEAD)
    if None not in departments and not case.anonymous:
        query = query.where(Staff.department_id.in_(departments))
    return frozenset(one.id for one in act.session.scalars(query) if not one.has(*_LEADERS))


def _departments(act: Act, case_id: int) -> set[int | None]:
    """Which departments it is about, with those of the complaints that are joined with it; None: about none yet."""
    leading = func.coalesce(_ITS.joined_to_id, _ITS.id)
    query = select(_SAME.department_id).join(_ITS, or_(_SAME.id == leading, _SAME.joined_to_id == leading))
    return set(act.session.scalars(query.where(_ITS.case_id == case_id)))
