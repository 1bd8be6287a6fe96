"""Whom a complaint is about, by the names another system knows; without it nobody would sign for it (CMP-1)."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from hotline.api.complaint_form import About
from hotline.api.problems import Lack, Unfit
from hotline.domain import companies
from hotline.domain.act import Act
from hotline.domain.companies import Company, Department
from hotline.domain.staff import Staff


@dataclass(frozen=True)
class Respondent:
    """Department, colleague and company by their ids; None where the sender did not say, or it is our own company."""

    department_id: int | None
    staff_id: int | None
    company_id: int | None


def find(act: Act, company: Company, about: About) -> Respondent:
    """Whom `about` means, told to this company. Raises Unfit for names that nobody has; all of them at once.

    The standard of `company` is chosen for the act, before and after.
    """
    meant = _company(act, company, about.company)
    if meant is None:
        known = ", ".join(one.code for one in companies.listed(act))
        raise Unfit(Lack("about.company", f"is the code of a company of the group; there are: {known}"))
    department, person = _department(act, meant, about.department), _person(act, meant, about.person)
    lacks = []
    if about.department is not None and department is None:
        lacks.append(Lack("about.department", f"{meant.code} has none of this name; there are: {_names(act, meant)}"))
    if about.person is not None and person is None:
        lacks.append(Lack("about.person", f"is the agent number of somebody who works for {meant.code}, or left out"))
    if lacks:
        raise Unfit(*lacks)
    return Respondent(
        department.id if department else None,
        person.id if person else None,
        None if meant.id == company.id else meant.id,
    )


def _company(act: Act, company: Company, code: str | None) -> Company | None:
    return company if code is None else next((one for one in companies.listed(act) if one.code == code), None)


def _department(act: Act, company: Company, name: str | None) -> Department | None:
    query = select(Department).where(Department.company_id == company.id, Department.name == name)
    return None if name is None else act.session.scalar(query)


def _person(act: Act, company: Company, number: str | None) -> Staff | None:
    """Who works there under this number now; nobody where two do, for a guess would bar the wrong one."""
    if number is None:
        return None
    query = select(Staff).where(Staff.company_id == company.id, Staff.agent_number == number, Staff.active)
    found = list(act.session.scalars(query.limit(2)))
    return found[0] if len(found) == 1 else None


def _names(act: Act, company: Company) -> str:
    query = select(Department.name).where(Department.company_id == company.id).order_by(Department.id)
    return ", ".join(act.session.scalars(query)) or "none yet"
