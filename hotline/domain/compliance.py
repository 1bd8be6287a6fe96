"""How well a company keeps what the standard promises, over any days; without it nobody could trust a figure (PPL-6).

Days that are over are added up once (`daily_figures`). Which wins, the sum or the rows: the sum of a day that is added
up, unless a promise that fell due on it was judged since the last round, or is still to be judged, or a call of it had
not ended when it was added up; then the rows, until the next round adds that day up again. Days that are not added up
yet, today among them, are counted from the rows, as are the agents' telephones (ANS-1) of days that a version before
added up, which left them out. So a figure is right at every moment, whenever the round ran last; and a day that is
added up stays what it was when its rows are disposed of (REC-5). Each wait is judged by the limit for silences of its
own moment (ANS-4), as whatever rings is by its ring limit: another limit later changes neither sum nor row.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Self

from sqlalchemy import ColumnElement, ForeignKey, and_, extract, false, func, not_, or_, select
from sqlalchemy.orm import Mapped, mapped_column

from hotline.db import Base, insert_new
from hotline.domain import daily_figures, figure_seals, ring_figures, visit_figures
from hotline.domain.act import Act
from hotline.domain.calls import Call
from hotline.domain.companies import Company
from hotline.domain.complaint_forms import Complaint
from hotline.domain.daily_figures import MEASURED, OUTCOMES, DailyFigure, Hidden, Measure, Tallies, Tally
from hotline.domain.promises import Promise, Verdict
from hotline.domain.visits import Visit
from hotline.domain.waits import Wait
from hotline.standard.catalogue import RULES

Days = tuple[date, date]  # both counted
MADE = "made"
ALL = "all"
NAMED = (MADE, *OUTCOMES)
# The rules in the order of the standard; what is measured beside the rule that it belongs to.
LISTED = tuple(
    one for rule in RULES for one in dict.fromkeys((rule, *(key for key in MEASURED if key.startswith(f"{rule}."))))
)
_MISSED = (Verdict.LATE, Verdict.BROKEN)


class FigureRound(Base):
    """Which days of a company are added up, all from the first to the last, and when that was done last."""

    __tablename__ = "figure_rounds"

    company_id: Mapped[int] = mapped_column(ForeignKey("companies.id"), primary_key=True)
    first: Mapped[date]
    last: Mapped[date]
    at: Mapped[datetime]


@dataclass(frozen=True)
class Books:
    """A company's days and what of them is added up, as it stands in this act; several counts are read from one."""

    measure: Measure
    done: FigureRound | None
    changed: frozenset[date]
    older: frozenset[date]  # added up by a version before, without its agents

    @classmethod
    def read(cls, act: Act, company: Company) -> Self:
        """By the company's standard as it is now."""
        measure, done = Measure.of(act, company), act.session.get(FigureRound, company.id)
        if done is None:
            return cls(measure, None, frozenset(), frozenset())
        return cls(measure, done, _changed(act, measure, done), _without_agents(act, done))


def of(act: Act, books: Books, first: date, last: date, hidden: Hidden | None = None) -> Tallies:
    """What became of what was owed in these days, by rule; what is hidden from the reader is not counted."""
    measure, live = books.measure, list(_live(books, first, last))
    counted = [_sums(act, measure, (first, last), live)] if books.done is not None else []
    counted += [daily_figures.of_rows(act, measure, *days) for days in live]
    older = [day for day in books.older - books.changed if first <= day <= last]
    counted += [daily_figures.of_agents(act, measure, *days) for days in _stretches(older)]
    found = daily_figures.without(daily_figures.added(counted), daily_figures.of_joined(act, measure, first, last))
    if not hidden:
        return found
    return daily_figures.without(found, daily_figures.of_hidden(act, measure, first, last, hidden))


def by_rule_id(found: Tallies) -> Tallies:
    """The same by rule ID: what is promised by FLT-2.notify and by FLT-2.sign is both FLT-2.

    What is measured stands alone: an agent's telephone (ANS-1.agent) is no call of ANS-1.
    """
    return daily_figures.added({daily_figures.rule_of(rule): tally} for rule, tally in found.items())


def hidden_from(act: Act, staff_id: int, leading: Callable[[Collection[int]], ColumnElement[bool]]) -> Hidden:
    """What this reader may not know of: complaints about them, with whatever is joined to one (CMP-10).

    `leading`: given those cases, the condition of `Call` for what would lead there; asked only where there is any.
    """
    leads = func.coalesce(Complaint.joined_to_id, Complaint.id)
    about = select(leads).where(Complaint.about_staff_id == staff_id)
    cases = frozenset(act.session.scalars(select(Complaint.case_id).where(leads.in_(about))))
    return Hidden(cases, leading(cases)) if cases else Hidden()


def count_days(act: Act, company: Company) -> bool:
    """Add up days that are over, the oldest first, and again those that changed since; True where more are left."""
    measure = Measure.of(act, company)
    counting = measure.counting
    closed = _before((act.at - counting.settles.span).astimezone(measure.calendar.timezone).date())
    done = _round(act, measure, closed)
    if done is None:
        return False
    changed = sorted(_changed(act, measure, done))
    new = [day for day in _days_after(done.last, closed) if (day - done.last).days <= counting.batch]
    rang, older = _with_open_calls(act, done), sorted(_without_agents(act, done))[-counting.batch :]
    before = figure_seals.of_days(act, company.id, {*changed, *older})
    for day in changed:
        count, but = (daily_figures.of_rows, ()) if day in rang else (daily_figures.of_promises, MEASURED)
        daily_figures.write(act, measure, day, count(act, measure, day, day), but=but)
    for day in new:
        daily_figures.write(act, measure, day, daily_figures.of_rows(act, measure, day, day))
    for day in older:
        daily_figures.write_agents(act, measure, day)
    if before or new:
        done.last, done.at = max([done.last, *new]), act.at
        figure_seals.tell(act, company.id, before, new, (done.first, done.last))
    return done.last < closed or bool(_without_agents(act, done))


def is_due(act: Act, company: Company) -> bool:
    """Is there a day to add up, or one to add up again? A look that writes nothing."""
    measure = Measure.of(act, company)
    closed = _before((act.at - measure.counting.settles.span).astimezone(measure.calendar.timezone).date())
    done = act.session.get(FigureRound, company.id)
    if done is None:
        first = _first_day(act, measure)
        return first is not None and first <= closed
    return done.last < closed or bool(_changed(act, measure, done) or _without_agents(act, done))


def came_late(act: Act, company: Company, at: datetime) -> None:
    """A call that rang at this instant was put into the records only now: a sum of that day counts no more, till the
    next round has added the day up again.
    """
    done, day = act.lock(FigureRound, company.id), Measure.of(act, company).today(at)
    if done is None or not done.first <= day <= done.last:
        return
    before = figure_seals.of_days(act, company.id, [day])
    rang = act.session.get(DailyFigure, (company.id, day, daily_figures.RING))
    if rang is None:
        rang = DailyFigure(company_id=company.id, day=day, rule=daily_figures.RING, **dict.fromkeys(OUTCOMES, 0))
        act.session.add(rang)
    rang.open += 1  # as a call that still rang when the day was added up
    figure_seals.tell(act, company.id, before)


def rows_of(measure: Measure, days: Days, rule: str, outcome: str, hidden: Hidden | None) -> ColumnElement[bool]:
    """What a figure counts, as a condition of `Promise`; of `Call`, `AgentOffer` or `Wait` for what is measured.

    `rule`: an ID such as FLT-2, or one promise of it such as FLT-2.sign; `outcome`: one of NAMED.
    """
    became: ColumnElement[Any]
    if rule == daily_figures.RING:
        became, found = ring_figures.ANSWERED, daily_figures.calls_in(measure, *days)
        unknown = hidden.calls if hidden else None
    elif rule == daily_figures.AGENT:
        became, found = ring_figures.PICKED_UP, ring_figures.offers_in(measure.company_id, *measure.span(*days))
        unknown = ring_figures.waited_for(hidden.waits) if hidden else None
    elif rule == daily_figures.REASSURE:
        became, found = daily_figures.reassured(measure), daily_figures.waits_in(measure, *days)
        unknown = hidden.waits if hidden else None
    else:
        became = Promise.verdict.expression
        found = daily_figures.promises_in(measure, *days, [rule.partition(".")[0]])
        unknown = hidden.promises if hidden else None
        found = and_(found, Promise.rule == rule) if "." in rule else found
    found = and_(found, became == outcome) if outcome != MADE else found
    return found if unknown is None else and_(found, not_(unknown))


def visits_of(measure: Measure, days: Days, rule: str, outcome: str, hidden: Hidden | None) -> ColumnElement[bool]:
    """Of `Visit`: the return visits that came to be owed on these days; `rule`: VIS-1 to VIS-3, `outcome`: a state.

    Every one of them where the outcome is ALL. A visit counts where the work was done, whoever has it now.
    """
    since, until = measure.span(*days)
    owed = and_(Visit.company_id == measure.company_id, Visit.owed_at >= since, Visit.owed_at < until)
    found = and_(owed, Visit.rule.in_(visit_figures.RULES[rule]))
    found = and_(found, Visit.state == outcome) if outcome != ALL else found
    return and_(found, Visit.case_id.not_in(hidden.cases)) if hidden else found


def coverage(act: Act, books: Books, days: Days, hidden: Hidden | None = None) -> dict[str, Counter[str]]:
    """How many return visits came to be owed on these days by each rule, and what became of them, by state."""
    found: dict[str, Counter[str]] = {}
    for rule in visit_figures.RULES:
        within = visits_of(books.measure, days, rule, ALL, hidden)
        query = select(Visit.state, func.count().label("n")).where(within).group_by(Visit.state)
        found[rule] = Counter({row.state: row.n for row in act.session.execute(query)})
    return found


def worst(act: Act, measures: list[tuple[Measure, Days]], hidden: Hidden | None, *, most: int) -> list[Promise]:
    """Of these days the promises that were missed by most: done late, or not done to this moment; the worst first."""
    within = or_(false(), *(daily_figures.promises_in(measure, *days, tuple(RULES)) for measure, days in measures))
    query = select(Promise).where(within, Promise.verdict.in_(_MISSED))
    if hidden:
        query = query.where(not_(hidden.promises))
    over = extract("epoch", func.coalesce(Promise.done_at, act.at)) - extract("epoch", Promise.due_at)
    return list(act.session.scalars(query.order_by(over.desc(), Promise.id).limit(most)))


def _live(books: Books, first: date, last: date) -> Iterator[Days]:
    """Which of these days the rows decide, in stretches."""
    done = books.done
    if done is None or last < done.first or first > done.last:
        yield first, last
        return
    if first < done.first:
        yield first, _before(done.first)
    yield from ((day, day) for day in sorted(books.changed) if first <= day <= last)
    if last > done.last:
        yield daily_figures.next_day(done.last), last


def _sums(act: Act, measure: Measure, days: Days, live: list[Days]) -> Tallies:
    columns = [func.sum(getattr(DailyFigure, name)) for name in OUTCOMES]
    query = select(DailyFigure.rule, *columns).where(DailyFigure.company_id == measure.company_id)
    query = query.where(DailyFigure.day.between(*days), *(not_(DailyFigure.day.between(*one)) for one in live))
    return {rule: Tally(*numbers) for rule, *numbers in act.session.execute(query.group_by(DailyFigure.rule))}


def _changed(act: Act, measure: Measure, done: FigureRound) -> frozenset[date]:
    """The days added up whose promises were judged since, or are not judged yet; or whose calls had not ended."""
    _since, ends = measure.span(done.first, done.last)
    theirs = (Promise.company_id == measure.company_id, Promise.due_at <= ends)
    judged = select(Promise.due_at).where(*theirs, Promise.judged_at >= done.at - measure.counting.margin.span)
    unjudged = select(Promise.due_at).where(*theirs, Promise.verdict == Verdict.OPEN)
    found = {measure.day_due(due) for query in (judged, unjudged) for due in act.session.scalars(query)}
    return frozenset(day for day in found if day >= done.first) | _with_open_calls(act, done)


def _with_open_calls(act: Act, done: FigureRound) -> frozenset[date]:
    """The days that were added up while one of their calls still rang: it was answered since, or is given up."""
    rang = DailyFigure.rule.in_((daily_figures.RING, daily_figures.AGENT))
    query = select(DailyFigure.day).where(DailyFigure.company_id == done.company_id, rang, DailyFigure.open > 0)
    return frozenset(act.session.scalars(query))


def _without_agents(act: Act, done: FigureRound) -> frozenset[date]:
    """The days that were added up by a version before, which counted no agents."""
    theirs = (DailyFigure.company_id == done.company_id, DailyFigure.rule == daily_figures.AGENT)
    known = act.session.scalars(select(DailyFigure.day).where(*theirs))
    return frozenset(_days_after(_before(done.first), done.last)).difference(known)


def _stretches(days: Iterable[date]) -> Iterator[Days]:
    """These days, those that follow one another together."""
    found: list[date] = []
    for day in sorted(days):
        if found and (day - found[-1]).days > 1:
            yield found[0], found[-1]
            found = []
        found.append(day)
    if found:
        yield found[0], found[-1]


def _round(act: Act, measure: Measure, closed: date) -> FigureRound | None:
    """The row of this company's rounds, locked; made when there is a first day to add up."""
    done = act.lock(FigureRound, measure.company_id)
    if done is not None:
        return done
    first = _first_day(act, measure)
    if first is None or first > closed:
        return None
    made = {"company_id": measure.company_id, "first": first, "last": _before(first), "at": act.at}
    act.session.execute(insert_new(act.session, FigureRound).values(**made))
    return act.lock(FigureRound, measure.company_id)


def _first_day(act: Act, measure: Measure) -> date | None:
    """The first day on which anything was owed."""
    company_id, zone = measure.company_id, measure.calendar.timezone
    due = act.session.scalar(select(func.min(Promise.due_at)).where(Promise.company_id == company_id))
    rang = act.session.scalar(select(func.min(Call.started_at)).where(Call.company_id == company_id))
    ended = act.session.scalar(select(func.min(Wait.ended_at)).where(Wait.company_id == company_id))
    days = [at.astimezone(zone).date() for at in (rang, ended) if at is not None]
    return min([*days, *([measure.day_due(due)] if due is not None else [])], default=None)


def _days_after(day: date, until: date) -> list[date]:
    return [date.fromordinal(one) for one in range(day.toordinal() + 1, until.toordinal() + 1)]


def _before(day: date) -> date:
    return date.fromordinal(day.toordinal() - 1)
