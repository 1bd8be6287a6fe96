"""What became of what fell due, day by day; without it a year of promises would be counted anew for every page.

A promise belongs to the day on which it fell due, by its company's clock; due at midnight, to the day that then ends.
A call belongs to the day on which it rang, as an agent's telephone does; a wait to the day on which it ended.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import astuple, dataclass, field, fields
from datetime import date, datetime
from typing import Self

from sqlalchemy import (
    ColumnElement,
    Date,
    ForeignKey,
    Select,
    String,
    and_,
    case,
    delete,
    exists,
    false,
    func,
    insert,
    or_,
    select,
)
from sqlalchemy.orm import Mapped, mapped_column

from hotline.db import Base
from hotline.domain import ring_figures
from hotline.domain.act import Act
from hotline.domain.calls import Call
from hotline.domain.companies import Company
from hotline.domain.complaint_forms import SHARED, Complaint
from hotline.domain.promises import Promise, Verdict
from hotline.domain.waits import Wait
from hotline.standard.calendar import Calendar
from hotline.standard.catalogue import RULES
from hotline.standard.counting import Counting

RING, AGENT, REASSURE = ring_figures.RING, ring_figures.AGENT, "ANS-4"
MEASURED = (RING, AGENT, REASSURE)  # no promises: what rings is answered within the limit, a wait has no long silence
# What is dealt with once where complaints are joined counts with the leading one. Whether one is joined may change any
# day: so it is added up with all the others, and what is counted twice by that is taken off whenever figures are read.
_MISSED = (Verdict.BROKEN, Verdict.LATE)
_JOINED = exists().where(Complaint.case_id == Promise.case_id, Complaint.joined_to_id.is_not(None))
_COUNTS = or_(Promise.rule_id.not_in(SHARED), Promise.verdict.in_(_MISSED), ~_JOINED)
MILLIS = 1000  # of a second
# Whoever is rung back hears no words of the line; their place counts only once they were on it.
_ON_THE_LINE = or_(Wait.callback_id.is_(None), Wait.longest_gap_ms > 0)


class DailyFigure(Base):
    """The sum of one day of a company by one rule: `rule` is a promise's key, or one of MEASURED."""

    __tablename__ = "daily_figures"

    company_id: Mapped[int] = mapped_column(ForeignKey("companies.id"), primary_key=True)
    day: Mapped[date] = mapped_column(Date, primary_key=True)
    rule: Mapped[str] = mapped_column(String(40), primary_key=True)
    kept: Mapped[int]
    late: Mapped[int]
    broken: Mapped[int]
    excused: Mapped[int]
    open: Mapped[int]


@dataclass(frozen=True)
class Tally:
    """What became of so many; every one is in exactly one of these."""

    kept: int = 0
    late: int = 0
    broken: int = 0
    excused: int = 0
    open: int = 0

    @property
    def made(self) -> int:
        """How many there were."""
        return sum(astuple(self))

    @property
    def share(self) -> float | None:
        """The share kept of what was judged, 0 to 1; what is excused or still open is not. None: nothing was."""
        judged = self.kept + self.late + self.broken
        return self.kept / judged if judged else None

    def __add__(self, other: Tally) -> Tally:
        return Tally(*(mine + its for mine, its in zip(astuple(self), astuple(other), strict=True)))

    def __sub__(self, other: Tally) -> Tally:
        return Tally(*(mine - its for mine, its in zip(astuple(self), astuple(other), strict=True)))


Tallies = dict[str, Tally]  # by rule
OUTCOMES = tuple(one.name for one in fields(Tally))


@dataclass(frozen=True)
class Measure:
    """By what a company is measured: its days, and the longest silence that a waiting caller hears (ANS-4)."""

    company_id: int
    calendar: Calendar
    gap_ms: int
    counting: Counting

    @classmethod
    def of(cls, act: Act, company: Company) -> Self:
        """By the company's standard as it is now; the one that is chosen for the act stays."""
        standard = act.standard_of(company.profile, company.overrides)
        gap = standard.answering.reassurance.seconds * MILLIS
        return cls(company.id, standard.calendar, gap, standard.engine.counting)

    def span(self, first: date, last: date) -> tuple[datetime, datetime]:
        """From when to when (UTC) these days last."""
        return self.calendar.start_of_day(first), self.calendar.start_of_day(next_day(last))

    def today(self, at: datetime) -> date:
        """The day that it is at an instant."""
        return at.astimezone(self.calendar.timezone).date()

    def day_due(self, due_at: datetime) -> date:
        """The day to which a promise belongs."""
        return (due_at - datetime.resolution).astimezone(self.calendar.timezone).date()


@dataclass(frozen=True)
class Hidden:
    """What a reader may not know of: these cases, and the calls (a condition of `Call`) that would lead to them."""

    cases: frozenset[int] = frozenset()
    calls: ColumnElement[bool] = field(default_factory=false)

    def __bool__(self) -> bool:
        return bool(self.cases)

    @property
    def promises(self) -> ColumnElement[bool]:
        """Of `Promise`."""
        return Promise.case_id.in_(self.cases)

    @property
    def waits(self) -> ColumnElement[bool]:
        """Of `Wait`."""
        return or_(func.coalesce(Wait.case_id, 0).in_(self.cases), exists().where(Call.id == Wait.call_id, self.calls))


def rule_of(key: str) -> str:
    """The rule under which this is counted: of FLT-2.notify and FLT-2.sign it is FLT-2; what is measured stands alone.

    An agent's telephone and a call are two things, though ANS-1 wants the same of both: they are added up nowhere.
    """
    return key if key in MEASURED else key.partition(".")[0]


def next_day(day: date) -> date:
    """The day after."""
    return date.fromordinal(day.toordinal() + 1)


def promises_in(measure: Measure, first: date, last: date, rules: Collection[str]) -> ColumnElement[bool]:
    """Of `Promise`: what fell due in these days by these rules (IDs); joined complaints once."""
    since, until = measure.span(first, last)
    found = and_(_due_in(measure, since, until), Promise.rule_id.in_(rules))
    return and_(found, _COUNTS) if set(rules) & set(SHARED) else found


def _due_in(measure: Measure, since: datetime, until: datetime) -> ColumnElement[bool]:
    return and_(Promise.company_id == measure.company_id, Promise.due_at > since, Promise.due_at <= until)


def calls_in(measure: Measure, first: date, last: date) -> ColumnElement[bool]:
    """Of `Call`: those that came in on these days."""
    return ring_figures.calls_in(measure.company_id, *measure.span(first, last))


def waits_in(measure: Measure, first: date, last: date) -> ColumnElement[bool]:
    """Of `Wait`: those that ended on these days, of callers who were on the line."""
    since, until = measure.span(first, last)
    ended = and_(Wait.ended_at >= since, Wait.ended_at < until)
    return and_(Wait.company_id == measure.company_id, ended, _ON_THE_LINE)


def reassured(measure: Measure) -> ColumnElement[str]:
    """Of `Wait`: what became of the promise to speak to a waiting caller often enough, by the limit of that moment."""
    kept = Wait.longest_gap_ms <= func.coalesce(Wait.gap_limit_seconds * MILLIS, measure.gap_ms)
    return case((kept, Verdict.KEPT.value), else_=Verdict.BROKEN.value)


def spoken_to(measure: Measure, wait: Wait) -> str:
    """What became of it for this wait, as `reassured` says it of many."""
    limit = measure.gap_ms if wait.gap_limit_seconds is None else wait.gap_limit_seconds * MILLIS
    return Verdict.KEPT if wait.longest_gap_ms <= limit else Verdict.BROKEN


def of_promises(act: Act, measure: Measure, first: date, last: date) -> Tallies:
    """Count what fell due in these days, row by row; what joined complaints share still once for each of them."""
    due = and_(_due_in(measure, *measure.span(first, last)), Promise.rule_id.in_(RULES))
    return _by_verdict(act, select(Promise.rule, Promise.verdict, func.count()).where(due))


def of_joined(act: Act, measure: Measure, first: date, last: date) -> Tallies:
    """Count what of that was counted with the leading complaint as well: found by the few that are joined."""
    query = select(Promise.rule, Promise.verdict, func.count()).select_from(Complaint)
    query = query.join(Promise, Promise.case_id == Complaint.case_id).where(Complaint.joined_to_id.is_not(None))
    query = query.where(_due_in(measure, *measure.span(first, last)), Promise.rule_id.in_(SHARED))
    return _by_verdict(act, query.where(Promise.verdict.not_in(_MISSED)))


def of_hidden(act: Act, measure: Measure, first: date, last: date, hidden: Hidden) -> Tallies:
    """Count what of these days is hidden from a reader."""
    query = select(Promise.rule, Promise.verdict, func.count()).where(hidden.promises)
    found = _by_verdict(act, query.where(promises_in(measure, first, last, tuple(RULES))))
    return {**found, **of_line(act, measure, first, last, among=hidden)}


def _by_verdict(act: Act, query: Select[str, str, int]) -> Tallies:
    rows = act.session.execute(query.group_by(Promise.rule, Promise.verdict))
    return _tallied((rule, verdict, n) for rule, verdict, n in rows)


def of_line(act: Act, measure: Measure, first: date, last: date, *, among: Hidden | None = None) -> Tallies:
    """Count how what rang was answered and how waits were spoken to, row by row; `among`: what is hidden alone."""
    calls = select(func.count(), ring_figures.ANSWERED.label("outcome")).where(calls_in(measure, first, last))
    waits = select(func.count(), reassured(measure).label("outcome")).where(waits_in(measure, first, last))
    if among is not None:
        calls, waits = calls.where(among.calls), waits.where(among.waits)
    found: list[tuple[str, str, int]] = []
    for rule, query in ((RING, calls), (REASSURE, waits)):
        found += [(rule, outcome, n) for n, outcome in act.session.execute(query.group_by("outcome"))]
    return {**_tallied(found), **of_agents(act, measure, first, last, among=among)}


def of_agents(act: Act, measure: Measure, first: date, last: date, *, among: Hidden | None = None) -> Tallies:
    """Count how agents picked up who was offered a caller on these days; `among`: those that are hidden alone."""
    rung = ring_figures.offers_in(measure.company_id, *measure.span(first, last))
    query = select(func.count(), ring_figures.PICKED_UP.label("outcome")).where(rung)
    if among is not None:
        query = query.where(ring_figures.waited_for(among.waits))
    return _tallied((AGENT, outcome, n) for n, outcome in act.session.execute(query.group_by("outcome")))


def of_rows(act: Act, measure: Measure, first: date, last: date) -> Tallies:
    """Count everything, row by row; what joined complaints share still once for each of them."""
    return {**of_promises(act, measure, first, last), **of_line(act, measure, first, last)}


def added(each: Iterable[Mapping[str, Tally]]) -> Tallies:
    """The sum of several counts."""
    total: dict[str, Tally] = defaultdict(Tally)
    for one in each:
        for rule, tally in one.items():
            total[rule] += tally
    return dict(total)


def without(found: Mapping[str, Tally], less: Mapping[str, Tally]) -> Tallies:
    """A count less another that it holds; without the rules of which nothing is left."""
    left = {rule: tally - less.get(rule, Tally()) for rule, tally in found.items()}
    return {rule: tally for rule, tally in left.items() if tally.made}


def write(act: Act, measure: Measure, day: date, found: Mapping[str, Tally], *, but: Collection[str] = ()) -> None:
    """A day's sums are these from now on, whatever they were; those by the rules in `but` stay.

    A day on which no agent was rung says so: by that it is known that they were counted.
    """
    shown = {rule: tally for rule, tally in {AGENT: Tally(), **found}.items() if rule not in but}
    _replace(act, measure, day, DailyFigure.rule.not_in(but), shown)


def write_agents(act: Act, measure: Measure, day: date) -> None:
    """The agents of a day are added to its sums."""
    _replace(act, measure, day, DailyFigure.rule == AGENT, {AGENT: Tally(), **of_agents(act, measure, day, day)})


def _replace(act: Act, measure: Measure, day: date, which: ColumnElement[bool], found: Tallies) -> None:
    theirs = (DailyFigure.company_id == measure.company_id, DailyFigure.day == day)
    act.session.execute(delete(DailyFigure).where(*theirs, which))
    rows = [
        {"company_id": measure.company_id, "day": day, "rule": rule, **dict(zip(OUTCOMES, astuple(tally), strict=True))}
        for rule, tally in sorted(found.items())
    ]
    if rows:
        act.session.execute(insert(DailyFigure), rows)


def _tallied(rows: Iterable[tuple[str, str, int]]) -> Tallies:
    found: dict[str, dict[str, int]] = defaultdict(dict)
    for rule, outcome, n in rows:
        found[rule][outcome] = n
    return {rule: Tally(**numbers) for rule, numbers in found.items()}
