"""Who may ask, and who stands high enough to decide; without it somebody could approve for themselves (CMP-5)."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from sqlalchemy import select

from hotline.domain import absences, companies, complaint_forms, staff
from hotline.domain.act import Act
from hotline.domain.cases import Case
from hotline.domain.staff import Role, Staff, StaffRole
from hotline.errors import Refused

_TO_SETTLE = "CMP-4"


def may_ask(act: Act, case: Case, person: Staff, rule_id: str | None = None) -> bool:
    """May this person ask for something? The owner and who leads the company; for more time who has to keep it too.

    `rule_id`: more time for a promise by this rule. The respondent department asks for time to deal with it, and for
    nothing else: how grave a complaint about it is, is not its to say.
    """
    if person.id in complaint_forms.barred(act, case.id):
        return False
    superiors = staff.from_level(act, case.company_id, Role.SUPERVISOR)
    leads = person.company_id == case.company_id and person.has(*superiors)
    if leads or person.id == case.owner_id:
        return True
    if _is_respondent(act, case, person):
        return rule_id == _TO_SETTLE
    return rule_id is not None and person.id == case.handler_id


def level(act: Act, case: Case, *, lowest: str, asked_by: Staff, above: bool) -> str:
    """The role from which on somebody may decide in this case: the `lowest` that the rule names, or higher.

    Never below who answers for the matter nor below who asks; `above`: strictly above who asks. Raises Refused where
    nobody stands there.
    """
    ladder = _ladder(act, case.company_id)
    owner = staff.get(act, case.owner_id)
    place = max(_place(ladder, lowest), _rank(ladder, owner), _rank(ladder, asked_by) + above)
    if place >= len(ladder):
        raise Refused("nobody stands above you who could decide this: it stays as it is")
    return str(ladder[place]) if place >= 0 else lowest


def people(act: Act, company_id: int, lowest: str, *, without: Collection[int]) -> list[list[Staff]]:
    """Who may decide, level by level, the lowest first; without those who are concerned.

    Where nobody is left in the company, whoever stands highest in the others of the group: what needs a second person
    is never decided alone, nor from below.
    """
    roles = staff.from_level(act, company_id, lowest)
    others = [one for one in companies.group(act) if one != company_id]
    return _holding(act, [company_id], roles, without) or _holding(act, others, reversed(roles), without)


def may(act: Act, person: Staff, company_id: int, lowest: str, *, without: Collection[int]) -> bool:
    """Is this person among `people`?"""
    roles = staff.from_level(act, company_id, lowest)
    if person.id in without or not person.has(*roles):
        return False
    return person.company_id == company_id or not _is_anybody(act, company_id, roles, without)


def told(act: Act, levels: list[list[Staff]]) -> list[Staff]:
    """Of those who may decide the ones who are asked: the lowest level of which somebody is there."""
    away = absences.away(act)
    there = ([person for person in people if person.id not in away] for people in levels)
    return next((people for people in there if people), levels[0] if levels else [])


def _is_respondent(act: Act, case: Case, person: Staff) -> bool:
    """Does this person head the department that is complained of?"""
    complaint = complaint_forms.of(act, case.id)
    if complaint is None or complaint.department_id is None or not person.has(Role.DEPARTMENT_HEAD):
        return False
    return (person.company_id, person.department_id) == (complaint.about_company_id, complaint.department_id)


def _is_anybody(act: Act, company_id: int, roles: list[Role], without: Collection[int]) -> bool:
    query = select(Staff.id).join(StaffRole, StaffRole.staff_id == Staff.id).where(StaffRole.role.in_(roles))
    query = query.where(Staff.company_id == company_id, Staff.active, Staff.id.not_in(without)).limit(1)
    return act.session.scalar(query) is not None


def _holding(
    act: Act, company_ids: Collection[int], roles: Iterable[Role], without: Collection[int]
) -> list[list[Staff]]:
    levels = [
        [one for company_id in company_ids for one in staff.holding(act, company_id, role) if one.id not in without]
        for role in roles
    ]
    return [people for people in levels if people]


def _ladder(act: Act, company_id: int) -> list[Role]:
    """The levels that decide: supervisor, manager, general manager."""
    return staff.from_level(act, company_id, Role.AGENT)[1:]


def _place(ladder: list[Role], role: str) -> int:
    return ladder.index(Role(role)) if role in ladder else -1


def _rank(ladder: list[Role], person: Staff) -> int:
    return max((place for place, role in enumerate(ladder) if person.has(role)), default=-1)
