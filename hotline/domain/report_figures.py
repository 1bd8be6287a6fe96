"""What a report of a period says, counted once for all; without it each page and file would count anew (PPL-6, FLT-9).

Ids, words of ours and numbers alone: no name, number or address of a customer. Of where faults were, the building is
told, and only of a building in which several customers had one, lest it say whose flat it was.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, func, not_, or_, select

from hotline.domain import complaint_figures, complaint_tracking, compliance, daily_figures, ring_figures, visit_figures
from hotline.domain.act import Act
from hotline.domain.calls import Call
from hotline.domain.cases import Case
from hotline.domain.companies import Company
from hotline.domain.complaint_figures import TIMED, Line, Wanted
from hotline.domain.complaint_forms import Complaint
from hotline.domain.complaint_tracking import Tracked
from hotline.domain.compliance import Books
from hotline.domain.customers import Customer
from hotline.domain.daily_figures import Hidden, Measure
from hotline.domain.offers import AgentOffer
from hotline.domain.promises import Promise, Verdict
from hotline.domain.repairs import RepairOrder
from hotline.domain.visits import Visit
from hotline.errors import Invalid, NotFound
from hotline.standard.catalogue import RULES

# With what stands right before it: an address that begins with a name, or with how to get there, tells neither.
_BUILDING = re.compile(r"[^\s,，。;；:：、()（）]{1,12}?(?:号楼|号院|栋|幢|大厦|广场|座)")
# How often somebody was rung for a caller, in all, picked up in time, and not.
_RUNG = {"rung": tuple(Verdict), "picked_up": (Verdict.KEPT,), "missed": (Verdict.LATE, Verdict.BROKEN)}
_STEPS = ("signed_at", "settled_at", "returned_at", "told_at")

Span = tuple[datetime, datetime]


@dataclass(frozen=True)
class Reader:
    """For whom a report is counted, and what is hidden from them; the one that stands is nobody's, and holds it all."""

    id: int = 0  # no member of staff has this number
    hidden: Hidden = field(default_factory=Hidden)


def counted(act: Act, company: Company, first: date, last: date, reader: Reader | None = None) -> dict[str, Any]:
    """Every part of the report of a company on these days, both counted; without what is hidden from a reader."""
    reader = reader or Reader()
    hidden, span = reader.hidden, _span(act, first, last)
    wanted = Wanted({company.id: span}, reader.id)
    tallies = compliance.by_rule_id(compliance.of(act, Books.read(act, company), first, last, hidden))
    visits = visit_figures.coverage(act, [company.id], *span, but=hidden.cases)
    return {
        "calls": _calls(act, company.id, span, hidden),
        "complaints": [_line(line) for line in complaint_figures.lines(act, wanted)],
        "tracking": [_tracked(one) for one in complaint_tracking.every(act, wanted, at_once=_at_once(act))],
        **_of_faults(act, company.id, span, Case.id.not_in(hidden.cases)),
        "promises": {rule_id: asdict(tally) for rule_id, tally in sorted(tallies.items())},
        "satisfaction": [asdict(one) for one in visits],
        "staff": _staff(act, company, first, last, hidden),
    }


def holds(act: Act, company: Company, first: date, last: date, hidden: Hidden) -> bool:
    """Is anything hidden counted in the report of these days? Rather yes than no."""
    since, until = _span(act, first, last)
    open_then = (Case.opened_at < until, or_(Case.closed_at.is_(None), Case.closed_at >= since))
    asked = (
        exists().where(Case.company_id == company.id, Case.id.in_(hidden.cases), *open_then),
        exists().where(hidden.promises, Promise.due_at >= since, Promise.due_at <= until),
        exists().where(Visit.case_id.in_(hidden.cases), Visit.owed_at >= since, Visit.owed_at < until),
        exists().where(Call.company_id == company.id, hidden.calls, Call.started_at >= since, Call.started_at < until),
    )
    return bool(hidden) and any(act.session.scalar(select(one)) for one in asked)


def faults(act: Act, company: Company, first: date, last: date, but: Collection[int]) -> dict[str, Any]:
    """The parts of a report that are about faults alone (FLT-9); without those of the cases `but`."""
    return _of_faults(act, company.id, _span(act, first, last), Case.id.not_in(but))


def complained(act: Act, company: Company, first: date, last: date, which: ColumnElement[bool]) -> list[int]:
    """The cases with a fault of these days that are, or once were, a complaint; `which`: a condition of `Case`."""
    since, until = _span(act, first, last)
    query = select(Case.id).join(RepairOrder, RepairOrder.case_id == Case.id).where(Case.company_id == company.id)
    query = query.join(Complaint, Complaint.case_id == Case.id)
    query = query.where(RepairOrder.reported_at >= since, RepairOrder.reported_at < until)
    return list(act.session.scalars(query.where(which)))


def _of_faults(act: Act, company_id: int, span: Span, shown: ColumnElement[bool]) -> dict[str, Any]:
    return {"faults": _faults(act, company_id, span, shown), "places": _places(act, company_id, span, shown)}


def _span(act: Act, first: date, last: date) -> Span:
    calendar = act.standard.calendar
    return calendar.start_of_day(first), calendar.start_of_day(daily_figures.next_day(last))


def _at_once(act: Act) -> int:
    return act.standard.engine.exports.at_once


def _calls(act: Act, company_id: int, span: Span, hidden: Hidden) -> dict[str, int]:
    """How many rang, how many a person answered, how many outside were rung by us; a colleague's ring is none."""
    query = select(Call.direction, func.count(), func.count(Call.answered_by_id)).where(not_(hidden.calls))
    query = query.where(Call.company_id == company_id, Call.started_at >= span[0], Call.started_at < span[1])
    query = query.where(or_(Call.direction == "in", Call.staff_id.is_(None)))
    found = {direction: (n, answered) for direction, n, answered in act.session.execute(query.group_by(Call.direction))}
    (rang, answered), (rung, _by) = (found.get(direction, (0, 0)) for direction in ("in", "out"))
    return {"in": rang, "answered": answered, "out": rung}


def _line(line: Line) -> dict[str, Any]:
    """A line of the statistics table; `department`: its number, 0 for none named, None for the company's sum."""
    times = {what: line.times(what) for what in TIMED}
    return {
        "department": line.place.department_id,
        "counts": dict(line.counts),
        "rules": {rule_id: dict(found) for rule_id, found in sorted(line.rules.items())},
        "times": {
            what: {"n": took.n, "median": took.median.total_seconds(), "longest": took.longest.total_seconds()}
            for what, took in times.items()
            if took is not None
        },
    }


def _tracked(row: Tracked) -> dict[str, Any]:
    complaint = row.complaint
    steps = {step.removesuffix("_at"): getattr(complaint, step) for step in _STEPS}
    steps |= {"filed": complaint.filed_at, "visited": row.visited_at, "closed": row.case.closed_at}
    return {
        "case": row.case.id,
        "number": row.case.number,
        "grade": complaint.grade,
        "department": complaint.department_id,
        "stage": complaint.stage,
        "broken": sum(one.verdict in (Verdict.BROKEN, Verdict.LATE) for one in row.promises),
        **{name: at.isoformat() if at else None for name, at in steps.items()},
    }


def _faults(act: Act, company_id: int, span: Span, shown: ColumnElement[bool]) -> list[dict[str, Any]]:
    """Faults by class and scope; how many are done, and how many were charged."""
    done, charged = func.count(RepairOrder.done_at), func.count(RepairOrder.fee_accepted_at)
    query = select(RepairOrder.fault_class, RepairOrder.scope, func.count(), done, charged)
    query = query.join(Case, Case.id == RepairOrder.case_id).where(Case.company_id == company_id)
    query = query.where(RepairOrder.reported_at >= span[0], RepairOrder.reported_at < span[1], shown)
    rows = act.session.execute(
        query.group_by(RepairOrder.fault_class, RepairOrder.scope).order_by(RepairOrder.fault_class, RepairOrder.scope)
    )
    return [{"class": class_, "scope": scope, "n": n, "done": d, "charged": c} for class_, scope, n, d, c in rows]


def _places(act: Act, company_id: int, span: Span, shown: ColumnElement[bool]) -> list[dict[str, Any]]:
    """Faults by building and class, most first; those in no building of several customers together, as None."""
    columns = (RepairOrder.address, Customer.key, RepairOrder.fault_class, Case.customer_id)
    query = select(*columns).select_from(RepairOrder)
    query = query.join(Case, RepairOrder.case_id == Case.id).outerjoin(Customer, Customer.id == Case.customer_id)
    query = query.where(Case.company_id == company_id, shown).order_by(Case.id)
    query = query.where(RepairOrder.reported_at >= span[0], RepairOrder.reported_at < span[1])
    rows = act.session.execute(query.execution_options(yield_per=_at_once(act)))
    found: Counter[tuple[str | None, str]] = Counter()
    who: dict[str | None, set[int | None]] = defaultdict(set)
    for address, key, fault_class, customer_id in rows:
        building = _building(act, address, key)
        found[building, fault_class] += 1
        who[building].add(customer_id)
    least, told = act.standard.engine.exports.place_least, Counter[tuple[str | None, str]]()
    for (building, class_), n in found.items():
        told[building if len(who[building] - {None}) >= least else None, class_] += n
    ordered = sorted(told.items(), key=lambda one: (one[0][0] is None, -one[1], str(one[0])))
    return [{"place": place, "class": class_, "n": n} for (place, class_), n in ordered]


def _building(act: Act, address: str | None, key: str | None) -> str | None:
    """The building of a sealed address; None where it names none, none was told, or its customer was erased."""
    if address is None:
        return None
    try:
        told = act.sealer.open(address) if act.sealer.is_ours(address) else act.sealer.open_for(key, address)
    except (NotFound, Invalid):
        return None
    found = _BUILDING.search(told)
    return found[0] if found else None


def _staff(act: Act, company: Company, first: date, last: date, hidden: Hidden) -> list[dict[str, Any]]:
    """For each person what they did: calls answered, matters taken and closed, promises, visits made; how often they
    were rung for a caller, and picked up in time or not.
    """
    since, until = _span(act, first, last)
    found: dict[int, Counter[str]] = defaultdict(Counter)
    for name, person, at, works_for, shown in (
        ("calls", Call.answered_by_id, Call.started_at, Call.company_id, not_(hidden.calls)),
        ("cases", Case.first_owner_id, Case.opened_at, Case.company_id, Case.id.not_in(hidden.cases)),
        ("closed", Case.closed_by_id, Case.closed_at, Case.company_id, Case.id.not_in(hidden.cases)),
        ("visits", Visit.staff_id, Visit.ended_at, Visit.company_id, Visit.case_id.not_in(hidden.cases)),
    ):
        query = select(person, func.count()).where(works_for == company.id, at >= since, at < until, shown)
        _add(found, name, act.session.execute(query.where(person.is_not(None)).group_by(person)))
    due = daily_figures.promises_in(Measure.of(act, company), first, last, tuple(RULES))
    for verdict in (Verdict.KEPT, Verdict.LATE, Verdict.BROKEN):
        query = select(Promise.owner_id, func.count()).where(due, Promise.verdict == verdict, not_(hidden.promises))
        query = query.where(Promise.department_id.is_(None))
        _add(found, str(verdict), act.session.execute(query.group_by(Promise.owner_id)))
    rung = ring_figures.offers_in(company.id, since, until)
    if hidden:
        rung = and_(rung, not_(ring_figures.waited_for(hidden.waits)))
    for name, verdicts in _RUNG.items():
        within = and_(rung, ring_figures.PICKED_UP.in_(verdicts))
        _add(found, name, act.session.execute(_by_agent(within)))
    return [{"staff": id_, **figures} for id_, figures in sorted(found.items())]


def _by_agent(within: ColumnElement[bool]) -> Select[int, int]:
    return select(AgentOffer.staff_id, func.count()).where(within).group_by(AgentOffer.staff_id)


def _add(found: dict[int, Counter[str]], name: str, rows: Iterable[Any]) -> None:
    for staff_id, n in rows:
        found[staff_id][name] += n
