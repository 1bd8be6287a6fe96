"""How many complaints there were, and what became of their promises; without it nobody knew if it is better (CMP-13).

Every figure is a name, and every name one condition: what a table counts and what the tracking table lists under
that name are found by the same words. A complaint counts where it is now, a promise with the department whose it was:
whoever has a complaint next is not charged with what another missed.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from statistics import median
from typing import Any, NamedTuple, TypeVarTuple

from sqlalchemy import ColumnElement, Select, and_, exists, false, func, or_, select, true
from sqlalchemy.orm import InstrumentedAttribute, aliased

from hotline.domain.act import Act
from hotline.domain.cases import Case, Kind
from hotline.domain.complaint_forms import SHARED, Complaint, Stage
from hotline.domain.promises import Promise, Verdict
from hotline.errors import Invalid
from hotline.standard.kinds import Grade

Columns = TypeVarTuple("Columns")
ALL = "all"
UNGRADED = "none"
UNNAMED = 0  # in place of a department's number: nobody said yet which it is


class Outcome(StrEnum):
    """What became of a promise; every promise is one of these, so that they add up to what was made."""

    KEPT = "kept"
    LATE = "late"  # done after its deadline
    BROKEN = "broken"  # past its deadline and not done
    EXCUSED = "excused"
    OPEN = "open"
    OVERDUE = "overdue"  # past its deadline, and the clock did not come to judge it yet


MADE = "made"
OUTCOMES = (MADE, *Outcome)
TIMED: Mapping[str, InstrumentedAttribute[datetime | None]] = {
    "signed": Complaint.signed_at,
    "settled": Complaint.settled_at,
    "told": Complaint.told_at,
}
_OTHER = aliased(Complaint)  # made once: it takes longer than the query
_LEADS = Complaint.joined_to_id.is_(None)
_NAMED: dict[str, ColumnElement[bool]] = {
    ALL: true(),
    **{f"first.{grade}": Complaint.first_grade == grade for grade in Grade},
    f"first.{UNGRADED}": Complaint.first_grade.is_(None),
    **{f"now.{grade}": Complaint.grade == grade for grade in Grade},
    f"now.{UNGRADED}": Complaint.grade.is_(None),
    "changed": Complaint.changed_to.is_not(None),
    **{f"changed.{kind}": Complaint.changed_to == kind for kind in Kind if kind is not Kind.COMPLAINT},
    "anonymous": Case.anonymous.is_(True),
    "repeated": Complaint.joined_to_id.is_not(None),
    "signed": and_(Complaint.signed_at.is_not(None), _LEADS),
    "settled": and_(Complaint.settled_at.is_not(None), _LEADS),
    "told": Complaint.told_at.is_not(None),
}
COUNTED = tuple(name for name in _NAMED if name not in TIMED)
# What is dealt with once counts with the leading complaint; what a joined one broke is not undone by joining it.
_COUNTS = or_(_LEADS, Promise.rule_id.not_in(SHARED), Promise.verdict.in_((Verdict.BROKEN, Verdict.LATE)))
_RULES = and_(Promise.rule_id.like("CMP-%"), _COUNTS)


@dataclass(frozen=True)
class Wanted:
    """Which complaints: those of these companies, filed between two instants (UTC; each company has its own days).

    `reader_id`: who reads; a complaint about them, and whatever is joined to one, is not there for them, nor counted.
    `figure`: a name of this module, such as "first.major" or "CMP-4.late".
    """

    spans: Mapping[int, tuple[datetime, datetime]]
    reader_id: int
    department_id: int | None = None
    grade: Grade | None = None
    stage: Stage | None = None
    figure: str = ALL


class Place(NamedTuple):
    """A company and its department; without a department the company's sum, without either everybody's."""

    company_id: int | None = None
    department_id: int | None = None


@dataclass(frozen=True)
class Times:
    """How long it took from the filing: how often, the middle one, the longest."""

    n: int
    median: timedelta
    longest: timedelta


@dataclass
class Line:
    """The figures of one place."""

    place: Place
    counts: Counter[str] = field(default_factory=Counter)
    rules: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))  # rule ID -> outcome -> n
    lengths: dict[str, list[timedelta]] = field(default_factory=lambda: defaultdict(list))

    def times(self, what: str) -> Times | None:
        """How long it took until complaints were signed, settled or told; None where none was yet."""
        lengths = self.lengths.get(what)
        if not lengths:
            return None
        middle = timedelta(seconds=median(length.total_seconds() for length in lengths))
        return Times(len(lengths), middle, max(lengths))

    def in_time(self, rule_id: str) -> float | None:
        """The share kept in time of what was to be judged (0 to 1); neither what is excused nor what is still open."""
        found = self.rules.get(rule_id, Counter())
        judged = sum(found[one] for one in (Outcome.KEPT, Outcome.LATE, Outcome.BROKEN, Outcome.OVERDUE))
        return found[Outcome.KEPT] / judged if judged else None

    def add(self, other: Line) -> None:
        """Count what another place counts here too."""
        self.counts.update(other.counts)
        for rule_id, found in other.rules.items():
            self.rules[rule_id].update(found)
        for what, lengths in other.lengths.items():
            self.lengths[what].extend(lengths)


def lines(act: Act, wanted: Wanted) -> list[Line]:
    """The statistics table: a line for each department, before them their company's sum, first of all everybody's.

    A sum stands only where there is something to add up. The figure that `wanted` names is passed over.
    """
    found = _by_place(act, wanted)
    of_companies: dict[int, list[Line]] = defaultdict(list)
    for place in sorted(found, key=lambda one: (one.company_id or 0, one.department_id or 0)):
        of_companies[place.company_id or 0].append(found[place])
    every = [one for company_id, each in of_companies.items() for one in _with_sum(Place(company_id), each)]
    return every if len(of_companies) == 1 else _with_sum(Place(), every, list(found.values()))


def by_month(act: Act, wanted: Wanted, zones: Mapping[int, Any]) -> Counter[tuple[int, int, str]]:
    """How many were filed in each month of their company's calendar, by first grade: (year, month, grade) -> count."""
    found: Counter[tuple[int, int, str]] = Counter()
    columns = select(Case.company_id, Complaint.first_grade, Complaint.filed_at).select_from(Complaint)
    for company_id, grade, filed_at in act.session.execute(_among(columns, wanted)):
        local = filed_at.astimezone(zones[company_id])
        found[local.year, local.month, grade or UNGRADED] += 1
    return found


def counted(act: Act, wanted: Wanted) -> tuple[int, int]:
    """How many complaints a figure is about, and how many it counts: for one of a rule, promises, not complaints."""
    complaints = act.session.scalar(listed(select(func.count()).select_from(Complaint), wanted, act.at)) or 0
    rule = _rule(wanted, act.at)
    if rule is None:
        return complaints, complaints
    query = _filed(select(func.count()).select_from(Complaint).join(Promise, _SAME_CASE), wanted)
    return complaints, act.session.scalar(query.where(rule)) or 0


def listed(query: Select[*Columns], wanted: Wanted, at: datetime) -> Select[*Columns]:
    """A query of complaints (their cases joined to it here) cut down to what a figure counts. Raises Invalid."""
    rule = _rule(wanted, at)
    if rule is not None:
        return _filed(query, wanted).where(exists().where(_SAME_CASE, rule).correlate(Complaint, Case))
    if wanted.figure not in _NAMED:
        raise Invalid(f"no figure is called {wanted.figure!r}")
    return _among(query, wanted).where(_NAMED[wanted.figure])


def is_rules(figure: str) -> bool:
    """Does a figure of this name count promises by a rule, such as "CMP-4.late"?"""
    rule_id, _, outcome = figure.partition(".")
    return rule_id.startswith("CMP-") and outcome in OUTCOMES


_SAME_CASE = Promise.case_id == Complaint.case_id


def _among(query: Select[*Columns], wanted: Wanted) -> Select[*Columns]:
    """The complaints wanted, by the department that each is with now."""
    return _filed(query, wanted).where(_with(Complaint.department_id, wanted))


def _with(department: InstrumentedAttribute[int | None], wanted: Wanted) -> ColumnElement[bool]:
    if wanted.department_id is None:
        return true()
    return department.is_not_distinct_from(wanted.department_id or None)


def _filed(query: Select[*Columns], wanted: Wanted) -> Select[*Columns]:
    """The same, whichever department they are with; what another has now is found neither by its grade nor stage."""
    spans = wanted.spans.items()
    filed = [
        and_(Case.company_id == company, Complaint.filed_at >= since, Complaint.filed_at < until)
        for company, (since, until) in spans
    ]
    about_the_reader = select(_leading(_OTHER)).where(_OTHER.about_staff_id == wanted.reader_id)
    query = query.join(Case, Case.id == Complaint.case_id)
    query = query.where(or_(false(), *filed), _leading(Complaint).not_in(about_the_reader))
    if wanted.grade is None and wanted.stage is None:
        return query
    query = query.where(_with(Complaint.department_id, wanted))
    if wanted.grade is not None:
        query = query.where(Complaint.grade == wanted.grade)
    return query if wanted.stage is None else query.where(Complaint.stage == wanted.stage)


def _leading(complaint: type[Complaint]) -> ColumnElement[int]:
    return func.coalesce(complaint.joined_to_id, complaint.id)


def _outcome(outcome: str, at: datetime) -> ColumnElement[bool]:
    if outcome == MADE:
        return true()
    if outcome == Outcome.OVERDUE:
        return and_(Promise.verdict == Verdict.OPEN, Promise.due_at < at)
    if outcome == Outcome.OPEN:
        return and_(Promise.verdict == Verdict.OPEN, Promise.due_at >= at)
    return Promise.verdict == outcome


def _rule(wanted: Wanted, at: datetime) -> ColumnElement[bool] | None:
    """The promises that a figure such as "CMP-4.late" counts; None for a figure that counts complaints."""
    if not is_rules(wanted.figure):
        return None
    rule_id, _, outcome = wanted.figure.partition(".")
    theirs = _with(Promise.department_id, wanted)
    return and_(_RULES, Promise.rule_id == rule_id, _outcome(outcome, at), theirs)


def _by_place(act: Act, wanted: Wanted) -> dict[Place, Line]:
    """The figures of each department that has any of these complaints, or had one when something fell due in it."""
    place = (Case.company_id, Complaint.department_id)
    how_many = [func.count().filter(_NAMED[name]) for name in COUNTED]
    query = _among(select(*place, *how_many).select_from(Complaint), wanted).group_by(*place)
    found: dict[Place, Line] = {}
    for company_id, department_id, *numbers in act.session.execute(query):
        _line(found, company_id, department_id).counts.update(dict(zip(COUNTED, numbers, strict=True)))
    _count_promises(act, wanted, found)
    _measure(act, wanted, found)
    return found


def _line(found: dict[Place, Line], company_id: int, department_id: int | None) -> Line:
    place = Place(company_id, department_id or UNNAMED)
    return found.setdefault(place, Line(place))


def _count_promises(act: Act, wanted: Wanted, found: dict[Place, Line]) -> None:
    grouped = (Case.company_id, Promise.department_id, Promise.rule_id)
    how_many = [func.count().filter(_outcome(name, act.at)) for name in OUTCOMES]
    query = select(*grouped, *how_many).select_from(Complaint).join(Promise, _SAME_CASE)
    query = _filed(query, wanted).where(_RULES, _with(Promise.department_id, wanted)).group_by(*grouped)
    for company_id, department_id, rule_id, *numbers in act.session.execute(query):
        line = _line(found, company_id, department_id)
        line.rules[rule_id].update(dict(zip(OUTCOMES, numbers, strict=True)))


def _measure(act: Act, wanted: Wanted, found: dict[Place, Line]) -> None:
    for what, ended_at in TIMED.items():
        query = select(Case.company_id, Complaint.department_id, Complaint.filed_at, ended_at).select_from(Complaint)
        for company_id, department_id, filed_at, at in act.session.execute(_among(query, wanted).where(_NAMED[what])):
            if at is not None:
                _line(found, company_id, department_id).lengths[what].append(at - filed_at)


def _with_sum(place: Place, each: list[Line], of: list[Line] | None = None) -> list[Line]:
    """The lines, behind their sum where there is more than one; the sum counts `of`, where sums are among the lines."""
    if len(each) == 1 and place != Place():
        return each
    total = Line(place)
    for one in of if of is not None else each:
        total.add(one)
    return [total, *each]
