"""Which complaints a table shows whom, on a page and in a file; else a file would hold more than its page (CMP-10)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from hotline.domain import companies, discretion
from hotline.domain.act import Act
from hotline.domain.complaint_figures import ALL, UNNAMED, Wanted
from hotline.domain.complaint_forms import Stage
from hotline.domain.daily_figures import next_day
from hotline.domain.export_forms import NAMED_NONE as NAMED_NONE
from hotline.domain.staff import Role, Staff
from hotline.papers import called, complaint_statistics
from hotline.papers.complaint_columns import NOBODYS
from hotline.standard.kinds import Grade


@dataclass(frozen=True)
class Choice:
    """What was asked for: days, both counted, and what narrows them; empty is every one.

    `department`: its number, or NAMED_NONE.
    """

    first: date
    last: date
    company_id: int | None
    department: str = ""
    grade: str = ""
    stage: str = ""
    figure: str = ""


def wanted(act: Act, person: Staff, asked: Choice, *, as_loads: bool = False) -> Wanted:
    """The complaints: of the reader's company, of one or of every one for whoever sees the group.

    A department's head has those about the department, whichever company of the group answers for them (CMP-11). What
    names nothing, or nothing for this reader, is passed over. Raises Invalid where a company's figures do not load;
    `as_loads`: it is left out instead, for whoever names it beside the table.
    """
    heads = discretion.answers_for_a_department(person)
    known = called.companies_by_id(act)
    own = known if heads or person.has(Role.ADMINISTRATOR) else {person.company_id: known[person.company_id]}
    chosen = [one for one in own.values() if heads or asked.company_id in (None, one.id)]
    if as_loads:
        chosen = [one for one in companies.loading(act) if one in chosen]
    calendars = {one.id: act.standard_of(one.profile, one.overrides).calendar for one in chosen}
    department: int | None = {"": None, NAMED_NONE: UNNAMED}.get(asked.department, NOBODYS)
    if asked.department.isdigit():
        department = int(asked.department)
    after = next_day(asked.last)
    return Wanted(
        {id_: (one.start_of_day(asked.first), one.start_of_day(after)) for id_, one in calendars.items()},
        person.id,
        department_id=(person.department_id or NOBODYS) if heads else department,
        grade=Grade(asked.grade) if asked.grade in list(Grade) else None,
        stage=Stage(asked.stage) if asked.stage in list(Stage) else None,
        figure=asked.figure if complaint_statistics.may_read(person, asked.figure) else ALL,
    )
