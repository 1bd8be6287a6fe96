"""What the ids of a table are called, a page at once; without it a list would ask for each of its names."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import select

from hotline.domain import companies
from hotline.domain.act import Act
from hotline.domain.companies import Company, Department
from hotline.domain.staff import Staff
from hotline.standard.rules import Standard


def names(act: Act, ids: Iterable[int | None]) -> dict[int, str]:
    """The names of these colleagues, by id."""
    wanted = {id_ for id_ in ids if id_ is not None}
    if not wanted:
        return {}
    rows = act.session.execute(select(Staff.id, Staff.name, Staff.agent_number).where(Staff.id.in_(wanted)))
    return {row.id: f"{row.name} {row.agent_number}" for row in rows}


def departments(act: Act, ids: Iterable[int | None]) -> dict[int, str]:
    """The names of these departments, by id."""
    wanted = {id_ for id_ in ids if id_ is not None}
    if not wanted:
        return {}
    query = select(Department.id, Department.name).where(Department.id.in_(wanted))
    return {row.id: row.name for row in act.session.execute(query)}


class Standards(dict[int, Standard]):
    """The standard of each company, read when it is asked for: one whose figures do not load holds up no other.

    Whoever asks for that very one has Invalid, which says what is wrong with it.
    """

    def __init__(self, act: Act) -> None:
        super().__init__()
        self._act, self._companies = act, companies_by_id(act)

    def __missing__(self, company_id: int) -> Standard:
        company = self._companies[company_id]
        self[company_id] = self._act.standard_of(company.profile, company.overrides)
        return self[company_id]

    def every(self) -> list[Standard]:
        """Those of all the companies whose figures load."""
        return [self[company.id] for company in companies.loading(self._act)]


def companies_by_id(act: Act) -> dict[int, Company]:
    """Every company of the group; there are few."""
    return {company.id: company for company in act.session.scalars(select(Company).order_by(Company.id))}
