"""The complaint form (投诉单) and who takes a part in it; without it whoever is complained of could judge (CMP-10)."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, ForeignKey, Index, String, Text, func, or_, select, text
from sqlalchemy.orm import InstrumentedAttribute, Mapped, aliased, mapped_column

from hotline.db import Base
from hotline.domain import absences, cases, companies, customers, staff
from hotline.domain.act import Act
from hotline.domain.cases import Case, Kind
from hotline.domain.companies import Company
from hotline.domain.staff import Role, Staff
from hotline.errors import NotFound

SIGNING, SETTLING = "CMP-1", "CMP-4"
# What the department itself owes, by rule: to sign, to deal with it, to return the form. The rest is the owner's.
ITS_OWN = (SIGNING, SETTLING, "CMP-6")
# By rule, what is dealt with once where complaints are joined: with the leading one, for all of them.
SHARED = (*ITS_OWN, "CMP-2")


_JOINED, _ABOUT = text("joined_to_id IS NOT NULL"), text("about_staff_id IS NOT NULL")


class Stage(StrEnum):
    """How far a complaint has come."""

    FILED = "filed"
    SIGNED = "signed"  # the respondent department signed for it (签收)
    SETTLED = "settled"  # dealt with
    RETURNED = "returned"  # the form came back
    TOLD = "told"  # the customer knows the result


class Complaint(Base):
    """What a complaint case holds beside the case: its grades, whom it is about, its clocks' instants.

    The row stays when the case is changed into something else, and counts in the statistics by `first_grade` (CMP-13).
    `finding` and `refusal` are people's own words, sealed with the case.
    """

    __tablename__ = "complaints"
    __table_args__ = (
        Index(None, "department_id", "stage"),
        # Of the joined ones alone: with a NULL for all the others SQLite takes it for useless once it has counted.
        Index(None, "joined_to_id", sqlite_where=_JOINED, postgresql_where=_JOINED),
        Index(None, "about_staff_id", sqlite_where=_ABOUT, postgresql_where=_ABOUT),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), unique=True)
    grade: Mapped[str | None] = mapped_column(String(12))  # None: nobody graded it; it counts as the standard says
    first_grade: Mapped[str | None] = mapped_column(String(12))
    about_company_id: Mapped[int] = mapped_column(ForeignKey("companies.id"))
    department_id: Mapped[int | None] = mapped_column(ForeignKey("departments.id"))
    about_staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    limit_at: Mapped[datetime | None]  # the customer's own limit (CMP-4)
    stage: Mapped[str] = mapped_column(String(12), default=Stage.FILED)
    filed_at: Mapped[datetime]
    signed_at: Mapped[datetime | None]
    signed_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    refused_at: Mapped[datetime | None]  # the department said it is not theirs; None again once it is redirected
    refusal: Mapped[str | None] = mapped_column(Text)
    settled_at: Mapped[datetime | None]
    settled_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    finding: Mapped[str | None] = mapped_column(Text)
    returned_at: Mapped[datetime | None]
    returned_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    replied_at: Mapped[datetime | None]
    replied_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    told_at: Mapped[datetime | None]
    told_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    joined_to_id: Mapped[int | None] = mapped_column(ForeignKey("complaints.id"))
    changed_to: Mapped[str | None] = mapped_column(String(16))  # the kind of matter it was changed into, by two people


_ITS, _SAME = aliased(Complaint), aliased(Complaint)  # made once: it takes longer than the query
_LEADS = func.coalesce(_ITS.joined_to_id, _ITS.id)
_DEALT_WITH_TOGETHER = or_(_SAME.id == _LEADS, _SAME.joined_to_id == _LEADS)


def of(act: Act, case_id: int) -> Complaint | None:
    """The complaint of a case as it stands, unlocked; None where the case is none."""
    return act.session.scalar(select(Complaint).where(Complaint.case_id == case_id))


def among(act: Act, case_ids: Collection[int]) -> frozenset[int]:
    """Which of these cases hold a complaint."""
    return frozenset(act.session.scalars(select(Complaint.case_id).where(Complaint.case_id.in_(case_ids))))


def is_or_was(act: Act, case: Case) -> bool:
    """Is this a complaint, or was it one before two people changed its kind? It is hidden from the same people."""
    return case.kind == Kind.COMPLAINT or of(act, case.id) is not None


def charged(act: Act, case: Case, rule_id: str) -> int | None:
    """Whose a promise by this rule is: of the department that the complaint is with, or the one it is dealt with in.

    None, the owner's, for what the department does not do itself, and while none is named.
    """
    if case.kind != Kind.COMPLAINT or rule_id not in ITS_OWN:
        return None
    complaint = leading(act, case.id)
    return complaint.department_id if complaint is not None else None


def is_written(case: Case) -> bool:
    """Can the department read what happened? Not of what was told to a recording, until it is written down."""
    return "sealed_happened" in case.details


def followers(act: Act, complaint: Complaint) -> list[Complaint]:
    """The repeated complaints that were joined to this one, in the order of their filing."""
    query = select(Complaint).where(Complaint.joined_to_id == complaint.id).order_by(Complaint.id)
    return list(act.session.scalars(query))


def leading(act: Act, case_id: int) -> Complaint | None:
    """The complaint with which a case is dealt with: the one it was joined to, else its own; None where it is none."""
    complaint = of(act, case_id)
    if complaint is None or complaint.joined_to_id is None:
        return complaint
    return act.session.get_one(Complaint, complaint.joined_to_id)


def together(act: Act, case: Case) -> list[Case]:
    """The case and the repeated complaints that are dealt with together with it; locked in one order for everybody."""
    complaint = of(act, case.id)
    joined = followers(act, complaint) if complaint is not None else []
    return [cases.get(act, case_id) for case_id in sorted({case.id, *(one.case_id for one in joined)})]


def comes_to(act: Act, case: Case, stage: Stage) -> None:
    """The complaint has come this far, and with it the repeated ones that were joined to it."""
    complaint = of(act, case.id)
    for one in [complaint, *followers(act, complaint)] if complaint is not None else []:
        if one.stage not in (Stage.TOLD, stage):
            act.remember(f"case:{one.case_id}", "complaint-stage", complaint=one.id, before=one.stage, now=stage)
            one.stage = stage


def signed(act: Act, case: Case, *, by: int | None) -> None:
    """The department signed for the complaint (签收, CMP-1); one that was dealt with meanwhile stays so."""
    complaint = of(act, case.id)
    if complaint is not None:
        complaint.signed_at, complaint.signed_by_id = act.at, by
        act.remember(case.chain, "complaint-signed", complaint=complaint.id, by=by)
        comes_to(act, case, Stage.SIGNED)


def barred(act: Act, case_id: int) -> frozenset[int]:
    """Who must have nothing to do with a case, by id: whom the complaint in it is about, or one joined with it."""
    return barred_among(act, [case_id]).get(case_id, frozenset())


def barred_among(act: Act, case_ids: Collection[int]) -> dict[int, frozenset[int]]:
    """The same of many cases at once, by case; without those of which nobody is barred."""
    query = select(_ITS.case_id, _SAME.about_staff_id).join(_SAME, _DEALT_WITH_TOGETHER)
    found: dict[int, frozenset[int]] = {}
    for case_id, about in act.session.execute(query.where(_ITS.case_id.in_(case_ids))):
        if about is not None:
            found[case_id] = found.get(case_id, frozenset()) | {about}
    return found


def somebody_is_barred(case_id: ColumnElement[int | None] | InstrumentedAttribute[int | None]) -> ColumnElement[bool]:
    """The same asked by the database: is anybody barred from the case whose id stands in this column?"""
    its = select(_ITS.id).join(_SAME, _DEALT_WITH_TOGETHER).where(_SAME.about_staff_id.is_not(None))
    return its.where(_ITS.case_id == case_id).exists()


def reachable(act: Act, case: Case) -> bool:
    """Can the customer still be told anything: is there a number, and was it neither withheld nor erased (CMP-10)?"""
    if case.anonymous:
        return False
    try:
        if "sealed_contact" in case.details:
            return bool(cases.unseal(act, case, case.details["sealed_contact"]))
        return bool(customers.phone_of(act, customers.get(act, case.customer_id or 0)))
    except NotFound:
        return False


def heads(act: Act, complaint: Complaint, but: frozenset[int]) -> list[Staff]:
    """Who heads the department that is complained of, without whoever is barred or away."""
    if complaint.department_id is None:
        return []
    of_department = staff.holding(act, complaint.about_company_id, Role.DEPARTMENT_HEAD)
    theirs = (one for one in of_department if one.department_id == complaint.department_id)
    return _there(act, [one for one in theirs if one.id not in but])


def taking(act: Act, company_id: int, role: str, but: frozenset[int]) -> list[list[Staff]]:
    """Who takes the part of a role in a company, level by level upwards: those who hold it first (OWN-6).

    Where all of them are barred, whoever stands highest in the group; where nobody holds it, whoever stands highest in
    the company. Nobody of `but` is ever among them; empty where there is nobody at all.
    """
    ladder = _ladder(act, company_id)
    above = ladder[ladder.index(Role(role)) :] if role in ladder else ladder
    holding = [staff.holding(act, company_id, level) for level in above]
    own = _levels(act, holding, but)
    if own:
        return own
    below = _levels(act, (staff.holding(act, company_id, level) for level in reversed(ladder)), but)
    highest = _highest(act, company_id, but)
    return (highest or below) if any(holding) else (below or highest)


def may_close(act: Act, case: Case, person: Staff) -> bool:
    """May this person close this complaint: from the level that the standard names upwards, not the one it is about?

    Nor whoever dealt with it, unless nobody else stands there (CMP-12). The case's standard is chosen.
    """
    complaint = leading(act, case.id)
    levels = taking(act, case.company_id, act.standard.complaints.closed_by, barred(act, case.id))
    closers = [one for level in levels for one in level]
    others = [one for one in closers if complaint is None or one.id != complaint.settled_by_id]
    return person.id in {one.id for one in others or closers}


def told(act: Act, case: Case, role: str) -> list[Staff]:
    """Who is told what concerns a role in this case, as `staff.told`; nothing of a complaint to whom it is about.

    A department's head is told of what concerns that department alone; where none can be, its company's supervisors.
    """
    complaint = of(act, case.id)
    if complaint is None:
        return staff.told(act, case.company_id, role)
    but, company_id = barred(act, case.id), case.company_id
    if role == Role.DEPARTMENT_HEAD:
        found = heads(act, complaint, but)
        if any(one.phone for one in found):
            return found
        role, company_id = Role.SUPERVISOR, complaint.about_company_id
    levels = taking(act, company_id, role, but)
    return next((level for level in levels if any(one.phone for one in level)), levels[0] if levels else [])


def _ladder(act: Act, company_id: int) -> list[Role]:
    """The levels above a company's agents, lowest first; the standard that the act stands under stays chosen."""
    company = act.session.get_one(Company, company_id)
    ladder = act.standard_of(company.profile, company.overrides).ownership.ladder
    return [Role(level) for level in ladder if level.value != Role.AGENT]


def _highest(act: Act, company_id: int, but: frozenset[int]) -> list[list[Staff]]:
    """Whoever stands highest in the other companies of the group."""
    others = [one for one in companies.group(act) if one != company_id]
    ladder = reversed(_ladder(act, company_id))
    levels = ([one for id_ in others for one in staff.holding(act, id_, level)] for level in ladder)
    return _levels(act, levels, but)[:1]


def _levels(act: Act, levels: Iterable[list[Staff]], but: frozenset[int]) -> list[list[Staff]]:
    kept = [[one for one in level if one.id not in but] for level in levels]
    present = [found for level in kept if (found := _there(act, level))]
    return present or [level for level in kept if level]


def _there(act: Act, people: list[Staff]) -> list[Staff]:
    away = absences.away(act)
    return [one for one in people if one.id not in away]
