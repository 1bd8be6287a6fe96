"""The columns of the tracking table, one list for page, CSV and XLSX; else a page and a file would differ (CMP-13).

Whoever answers for a department alone gets the columns that say nothing beyond the department's own part (CMP-10).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import select

from hotline.domain import discretion, respondent_view
from hotline.domain.act import Act
from hotline.domain.companies import Company, Department
from hotline.domain.complaint_figures import UNGRADED
from hotline.domain.complaint_tracking import Tracked
from hotline.domain.decisions import Decision
from hotline.domain.promises import Promise
from hotline.domain.staff import Staff
from hotline.marks import Alike, Carrier
from hotline.papers import called, moments, promised
from hotline.papers.tongue import Tongue
from hotline.sheets import Cell
from hotline.standard.calendar import day_ended
from hotline.standard.rules import Standard

# Of the respondent department: what respondent_view shows it of each complaint, and what it does itself.
HEADS_RULES = respondent_view.ITS_OWN
NOBODYS = -1  # the department of a head who has none: no complaint is about it
HEADS_COLUMNS = ("number", "filed", "grade", "department", "stage", "limit", "signed", "settled", "returned", "zone")


@dataclass(frozen=True)
class Names:
    """What ids are called, and what the reader may read, found once for however many rows.

    `columns` and `rules` (their IDs, of complaints and with a clock) stand in their order. `own`: the department of a
    reader who answers for one alone.
    """

    people: Mapping[int, str]
    companies: Mapping[int, Company]
    departments: Mapping[int, Department]
    standards: Mapping[int, Standard]
    tongue: Tongue
    columns: Sequence[str]
    rules: Sequence[str]
    own: int | None = None

    @classmethod
    def read(cls, act: Act, person: Staff, tongue: Tongue) -> Names:
        """Every name of the group, for this reader."""
        companies = called.companies_by_id(act)
        standards = called.Standards(act)
        departments = act.session.scalars(select(Department).order_by(Department.company_id, Department.id))
        heads = discretion.answers_for_a_department(person)
        return cls(
            called.names(act, act.session.scalars(select(Staff.id))),
            companies,
            {one.id: one for one in departments},
            standards,
            tongue,
            [name for name in _COLUMNS if name in HEADS_COLUMNS or not heads],
            [rule_id for rule_id in _rules(standards.every()) if rule_id in HEADS_RULES or not heads],
            (person.department_id or NOBODYS) if heads else None,
        )

    def company(self, company_id: int) -> str:
        """A company's name in the reader's language."""
        return Alike(self.companies[company_id].name(self.tongue.language))

    def department(self, department_id: int | None) -> str:
        """A department's name, or that none was named."""
        return self.departments[department_id].name if department_id else self.tongue.text("tracking.unnamed")

    def whose(self, department_id: int | None) -> str:
        """Who answers for what was promised: a department, or the desk, which had to find the department (CMP-1)."""
        return self.departments[department_id].name if department_id else self.tongue.text("statistics.desk")

    def person(self, staff_id: int | None) -> str | None:
        """Somebody's name and number."""
        return None if staff_id is None else self.people[staff_id]

    def is_theirs(self, department_id: int | None) -> bool:
        """May the reader know how it went on in this department?"""
        return self.own in (None, department_id)


class Clock(NamedTuple):
    """One promise of a complaint: its instants are aware. `department`: whose it was, where that is another's now."""

    rule_id: str
    title: str
    due_at: datetime
    done_at: datetime | None
    verdict: str
    department: str


Value = Callable[[Tracked, Names], Cell]


def _instant(name: str) -> Value:
    return lambda row, names: local(getattr(row.complaint, name), row, names)


def _person(name: str) -> Value:
    return lambda row, names: names.person(getattr(row.complaint, name))


def _grade(name: str) -> Value:
    return lambda row, names: names.tongue.named("grade", getattr(row.complaint, name) or UNGRADED)


_COLUMNS: dict[str, Value] = {
    "number": lambda row, names: row.case.number,
    "company": lambda row, names: names.company(row.case.company_id),
    "filed": _instant("filed_at"),
    "first_grade": _grade("first_grade"),
    "grade": _grade("grade"),
    "changed_to": lambda row, names: _kind(row.complaint.changed_to, names),
    "anonymous": lambda row, names: names.tongue.text("tracking.yes" if row.case.anonymous else "tracking.no"),
    "department": lambda row, names: _department(row, names),
    "about": lambda row, names: names.company(row.complaint.about_company_id),
    "owner": lambda row, names: names.person(row.case.owner_id),
    "stage": lambda row, names: names.tongue.named("complaint-stage", row.complaint.stage),
    "state": lambda row, names: names.tongue.named("case-state", row.case.state),
    "limit": lambda row, names: _due(row.complaint.limit_at, row, names),
    "signed": _instant("signed_at"),
    "signed_by": _person("signed_by_id"),
    "settled": _instant("settled_at"),
    "settled_by": _person("settled_by_id"),
    "refused": lambda row, names: local(row.refusals[-1].at, row, names) if row.refusals else None,
    "refused_by": lambda row, names: names.department(row.refusals[-1].department_id) if row.refusals else None,
    "returned": _instant("returned_at"),
    "returned_by": _person("returned_by_id"),
    "replied": _instant("replied_at"),
    "replied_by": _person("replied_by_id"),
    "told": _instant("told_at"),
    "told_by": _person("told_by_id"),
    "told_call": lambda row, names: _called(row, "told", names),
    "visited": lambda row, names: local(row.visited_at, row, names),
    "visited_call": lambda row, names: _called(row, "visited", names),
    "closed": lambda row, names: local(row.case.closed_at, row, names),
    "closed_by": lambda row, names: names.person(row.case.closed_by_id),
    "extensions": lambda row, names: Carrier("; ".join(extension(one, row, names) for one in row.extensions)) or None,
    "joined_to": lambda row, names: row.joined_to,
    "zone": lambda row, names: Carrier(zone_of(row, names)),
}

_ANOTHERS = ("number", "filed", "grade", "department", "zone")


def cells(row: Tracked, names: Names) -> dict[str, Cell]:
    """What the columns say of one complaint; instants in its company's zone, without the zone, which has a column.

    Of what another department has now, whoever had it before learns no more than that.
    """
    told = _COLUMNS if names.is_theirs(row.complaint.department_id) else _ANOTHERS
    return {name: _COLUMNS[name](row, names) if name in told else None for name in names.columns}


def clocks(row: Tracked, names: Names) -> list[Clock]:
    """What was promised in a complaint, in the order of its making; of it what this reader may read."""
    longer = promised.extended(row.extensions)
    made = (one for one in row.promises if one.rule_id in names.rules and names.is_theirs(one.department_id))
    return [_clock(one, row, longer, names) for one in made]


def heads(names: Names) -> list[str]:
    """What stands above the columns of the tracking table of a file.

    Of each rule the last promise: its deadline, when it was done, its verdict. The promises before it have a column
    together: another stands in their place, approved or of the next department.
    """
    found = [names.tongue.text(f"tracking.{name}") for name in names.columns]
    for rule_id in names.rules:
        found += [f"{rule_id} {names.tongue.text(f'tracking.{name}')}" for name in ("due", "done", "verdict")]
    return [*found, names.tongue.text("tracking.earlier")]


def line(row: Tracked, names: Names) -> list[Cell]:
    """One complaint as a row of a file."""
    made, zone = clocks(row, names), zone_of(row, names)
    last = {one.rule_id: one for one in made}
    written = list(cells(row, names).values())
    for rule_id in names.rules:
        written += _of_rule(last.get(rule_id), row, names)
    earlier = (one for one in made if one is not last[one.rule_id])
    told = (f"{one.rule_id} {moments.due_short(one.due_at, zone)} {_verdict(one, names)}" for one in earlier)
    return [*written, Carrier("; ".join(told)) or None]


def _of_rule(one: Clock | None, row: Tracked, names: Names) -> list[Cell]:
    if one is None:
        return [None, None, None]
    return [_due(one.due_at, row, names), local(one.done_at, row, names), _verdict(one, names)]


def _verdict(clock: Clock, names: Names) -> str:
    return " ".join(part for part in (names.tongue.named("verdict", clock.verdict), clock.department) if part)


def local(at: datetime | None, row: Tracked, names: Names) -> datetime | None:
    """An instant as the clock on the wall of the complaint's company shows it."""
    return None if at is None else at.astimezone(ZoneInfo(zone_of(row, names))).replace(tzinfo=None)


def _due(at: datetime | None, row: Tracked, names: Names) -> Cell:
    """A deadline of a file; a midnight as the screen has it, the end of its day: it is due on the same one."""
    here = local(at, row, names)
    return moments.due_when(at, zone_of(row, names)) if here is not None and day_ended(here) is not None else here


def zone_of(row: Tracked, names: Names) -> str:
    """The time zone of the company that answers for the complaint."""
    return names.standards[row.case.company_id].timezone


def extension(one: Decision, row: Tracked, names: Names) -> str:
    """More time, in one line: who asked when, until when, and what became of it by whom (CMP-5)."""
    state = names.tongue.named("extension-state", one.state)
    decided = (state, names.person(one.decided_by_id), _short(one.decided_at, row, names))
    asked = names.tongue.text(
        "tracking.asked",
        name=names.person(one.asked_by_id),
        at=_short(one.asked_at, row, names),
        until=moments.due_short(datetime.fromisoformat(one.wanted), zone_of(row, names)),
    )
    return f"{asked} → {' '.join(part for part in decided if part)}"


def _short(at: datetime | None, row: Tracked, names: Names) -> str:
    return moments.short(at, zone_of(row, names)) if at else ""


def _clock(promise: Promise, row: Tracked, longer: Collection[int], names: Names) -> Clock:
    title = promised.title(promise, names.standards[promise.company_id], names.tongue)
    is_present = promise.department_id == row.complaint.department_id or promise.rule_id not in HEADS_RULES
    department = "" if is_present else names.whose(promise.department_id)
    verdict = promised.verdict(promise, longer)
    return Clock(promise.rule_id, title, promise.due_at, promise.done_at, verdict, department)


def _department(row: Tracked, names: Names) -> str:
    """Whoever reads of one department alone has no column of the company: this one is alike in the rows instead."""
    name = names.department(row.complaint.department_id)
    return name if names.own is None else Alike(name)


def _rules(standards: Iterable[Standard]) -> list[str]:
    found = {rule.rule_id for standard in standards for rule in standard.promise_rules.values()}
    of_complaints = (rule_id for rule_id in found if rule_id.startswith("CMP-"))
    return sorted(of_complaints, key=lambda rule_id: int(rule_id.partition("-")[2]))


def _called(row: Tracked, step: str, names: Names) -> str | None:
    """Whether a call was on record when the customer was told or visited; None where it is not so far."""
    return names.tongue.text(f"tracking.call-{'yes' if row.called[step] else 'no'}") if step in row.called else None


def _kind(kind: str | None, names: Names) -> str | None:
    return None if kind is None else names.tongue.named("kind", kind)
