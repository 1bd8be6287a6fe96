"""What the call record sheet asks of a complaint; without it nobody would know whom it is about and by when (CMP-4)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import or_, select

from hotline.console import asking, discretion, form_fields, people, words
from hotline.console.form_fields import Typed
from hotline.console.subject import Subject
from hotline.domain import cases, customers, identity, joins, matters
from hotline.domain.act import Act
from hotline.domain.cases import Case, Kind
from hotline.domain.companies import Company, Department
from hotline.domain.matters import Lodged, Opened, Told
from hotline.domain.staff import Staff
from hotline.errors import Conflict, Invalid, Refused
from hotline.phones import PhoneNumber
from hotline.standard.kinds import Grade
from hotline.standard.rules import Standard

# What a grade changes for the customer, in the order in which it falls due (CMP-2 to CMP-4).
_CLOCKS = ("CMP-2.pass_up", "CMP-3.reply", "CMP-4.settle")
_DEPARTMENT, _COMPANY = "d", "c"  # before the id: "d3" is a department, "c1" a company whose department is not known
_LOCAL = "%Y-%m-%dT%H:%M"  # as a browser writes a day and a time


@dataclass(frozen=True)
class About:
    """Whom a complaint is about, as far as it is known; `found`: what was chosen and typed leads to somebody."""

    company_id: int
    department_id: int | None = None
    staff_id: int | None = None
    found: bool = True


def problems(act: Act, about: Subject, typed: Typed) -> Iterator[str]:
    """What stands against saving it, as keys of words; the last part of a key is the field's name."""
    if not _about(act, about, typed).found:
        yield "form.lacks.accused"
    if "grade" in typed and "grade_why" not in typed:
        yield "form.lacks.grade_why"
    if "joins_why" not in typed and _before(act, about, typed) is not None:
        yield "form.lacks.joins_why"
    if form_fields.is_anonymous(typed) and identity.says_who(_words(typed), identity.of_customer(act, about.customer)):
        yield "form.lacks.unnamed"
    if "limit" in typed and _limit(act, typed) is None:
        yield "form.lacks.limit"


def open_complaint(act: Act, about: Subject, typed: Typed, told: Told) -> Opened:
    """File it; a repeated complaint is joined at once to the one before (CMP-13). `problems` found nothing."""
    whom = _about(act, about, typed)
    lodged = Lodged(
        department_id=whom.department_id,
        about_staff_id=whom.staff_id,
        about_company_id=whom.company_id,
        grade=Grade(typed["grade"]) if "grade" in typed else None,
        why=typed.get("grade_why", "") if "grade" in typed else "",
        limit_at=_limit(act, typed),
        by=asking.person().id,
    )
    opened = matters.open_complaint(act, told, lodged)
    before = _before(act, about, typed)
    if before is not None:
        _join(act, opened.case, before, typed["joins_why"])
    return opened


def _before(act: Act, about: Subject, typed: Typed) -> Case | None:
    """The complaint on the same matter that was chosen among those that are open."""
    return next((one for one in repeated(act, about, typed) if str(one.id) == typed.get("joins")), None)


def _join(act: Act, case: Case, before: Case, why: str) -> None:
    """The graver of the two leads. Where neither may, they stay two, and their pages say what would be right."""
    for one, into in ((case, before), (before, case)):
        try:
            joins.join(act, one, into, by=asking.person(), why=why)
        except (Refused, Conflict):
            continue
        return


def context(act: Act, about: Subject, typed: Typed) -> dict[str, Any]:
    """What the form offers: departments by company, the grades with their clocks, open complaints of this customer."""
    now = act.at.astimezone(ZoneInfo(act.standard.timezone))
    return {
        "departments": _departments(act, about),
        "grades": [(grade, clocks(act.standard, grade)) for grade in Grade],
        "counts_as": act.standard.complaints.ungraded_counts_as,
        "earliest": now.strftime(_LOCAL),
        "repeated": repeated(act, about, typed),
    }


def clocks(standard: Standard, grade: Grade) -> list[str]:
    """What a grade means for the clocks, by the company's own figures."""
    rules = [rule for key in _CLOCKS if (rule := standard.graded(key, grade)) is not None]
    return [words.text(f"form.clock.{rule.key}", limit=words.limit(rule.limit)) for rule in rules]


def repeated(act: Act, about: Subject, typed: Typed) -> list[Case]:
    """The customer's other open complaints with this company, newest first; none of who stays unnamed (CMP-10)."""
    if form_fields.is_anonymous(typed):
        return []
    customer = about.customer or _known_by(act, typed)
    found = cases.open_of(act, customer.id) if customer is not None else []
    return [
        case
        for case in found
        if case.kind == Kind.COMPLAINT
        and case.company_id == about.company.id
        and not case.anonymous
        and discretion.shows(act, asking.person(), case)
    ]


def _words(typed: Typed) -> list[str]:
    names = (*form_fields.TOLD[form_fields.FormKind.COMPLAINT], "grade_why")
    return [typed[name] for name in names if name in typed]


def _known_by(act: Act, typed: Typed) -> customers.Customer | None:
    try:
        return customers.find(act, PhoneNumber.parse(typed.get("phone", "")))
    except Invalid:
        return None


def _departments(act: Act, about: Subject) -> list[tuple[str, list[tuple[str, str]]]]:
    """By company, the caller's own first: what can be chosen as whom it is about (CMP-11)."""
    known = people.companies_by_id(act)
    first = [about.company, *(one for one in known.values() if one.id != about.company.id)]
    rows = list(act.session.scalars(select(Department).order_by(Department.name)))
    return [(one.name(asking.language()), _of_company(one, rows)) for one in first]


def _of_company(company: Company, rows: list[Department]) -> list[tuple[str, str]]:
    unknown = (f"{_COMPANY}{company.id}", words.text("form.department-unknown"))
    return [unknown, *((f"{_DEPARTMENT}{row.id}", row.name) for row in rows if row.company_id == company.id)]


def _about(act: Act, about: Subject, typed: Typed) -> About:
    chosen = typed.get("about", f"{_COMPANY}{about.company.id}")
    row: Department | Company | None = (
        act.session.get(Department, int(chosen[1:]))
        if chosen.startswith(_DEPARTMENT)
        else act.session.get(Company, int(chosen[1:]))
    )
    if row is None:
        return About(about.company.id, found=False)
    company_id, department_id = (row.company_id, row.id) if isinstance(row, Department) else (row.id, None)
    accused = colleague(act, company_id, typed["accused"]) if "accused" in typed else None
    return About(company_id, department_id, accused, found=accused is not None or "accused" not in typed)


def colleague(act: Act, company_id: int, typed: str) -> int | None:
    """Whom of a company the words name, by number or by name; None where it is nobody, or several have the name."""
    named = or_(Staff.agent_number == typed, Staff.name == typed, Staff.name + " " + Staff.agent_number == typed)
    found = act.session.scalars(select(Staff.id).where(Staff.company_id == company_id, Staff.active, named)).all()
    return found[0] if len(found) == 1 else None


def _limit(act: Act, typed: Typed) -> datetime | None:
    """The customer's own limit in UTC; None where none was told, it is no time, or it has passed already."""
    try:
        told = datetime.strptime(typed.get("limit", ""), _LOCAL)  # noqa: DTZ007 - the zone is the company's
    except ValueError:
        return None
    if told.year not in asking.YEARS:
        return None
    limit = told.replace(tzinfo=ZoneInfo(act.standard.timezone)).astimezone(UTC)
    return limit if limit > act.at else None
