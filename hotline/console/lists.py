"""What the lists of calls, cases and promises show, a page at a time by key; without it a long log would be slow."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from typing import Any, TypeVar
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from sqlalchemy import Select, func, or_, select, tuple_
from sqlalchemy.orm import InstrumentedAttribute
from werkzeug.datastructures import MultiDict

from hotline.console import asking, discretion, people, rights
from hotline.domain import companies
from hotline.domain.act import Act
from hotline.domain.calls import FINAL, Call
from hotline.domain.cases import Case
from hotline.domain.promises import OWED, Promise, Verdict
from hotline.domain.staff import Staff

PAGE = 50  # rows
Row = TypeVar("Row", Call, Case)


@dataclass(frozen=True)
class Wanted:
    """The filter of a list. `company_id` is the reader's own unless they may see the whole group."""

    company_id: int | None
    day: date | None
    state: str  # open, closed, or empty for both
    before: int | None  # the last id of the page before
    number: str = ""  # of a case

    @classmethod
    def read(cls, args: MultiDict[str, str], person: Staff) -> Wanted:
        """From a page's query; what is no company, no day, no state is passed over."""
        company_id = args.get("company", type=asking.row_id) if rights.whole_group(person) else person.company_id
        day = args.get("day", type=_day)
        state = args.get("state", "")
        state, number = state if state in ("open", "closed") else "", args.get("number", "").strip()
        return cls(company_id, day, state, args.get("before", type=asking.row_id), number)

    @property
    def query(self) -> dict[str, str | int]:
        """The same filter as a page's query, without the place in the list."""
        day = self.day.isoformat() if self.day else ""
        given = {"company": self.company_id or "", "day": day, "state": self.state, "number": self.number}
        return {name: value for name, value in given.items() if value}

    def after(self, last_id: int) -> str:
        """The query of the next page, behind this row."""
        return "?" + urlencode({**self.query, "before": last_id})


def _day(typed: str) -> date:
    """The day that a query names. Raises ValueError for one on which nobody can have rung."""
    day = date.fromisoformat(typed)
    if day.year not in asking.YEARS:
        raise ValueError(typed)
    return day


def listed(act: Act, args: MultiDict[str, str], finds: Callable[[Act, Wanted, str], list[Row]]) -> dict[str, Any]:
    """What the page of a list shows whatever is listed: the filter of its query, a page of rows, where the next begins.

    The standard of the reader's company is chosen.
    """
    person = asking.person()
    wanted = Wanted.read(args, person)
    companies.get(act, person.company_id)
    zone = act.standard.timezone
    found = finds(act, wanted, zone)
    page = found[:PAGE]
    return {
        "zone": zone,
        "wanted": wanted,
        "rows": page,
        "more": wanted.after(page[-1].id) if found[PAGE:] else None,
        "companies": people.companies_by_id(act),
        "heartbeat": asking.runtime().figures.routine.live_heartbeat.seconds,
    }


def calls(act: Act, wanted: Wanted, zone: str) -> list[Call]:
    """The calls wanted, newest first; one more than a page where there are more.

    A call that the reader may not know of is none to go on behind: its place in the list would tell when it was.
    """
    query = _within(select(Call), Call.company_id, Call.started_at, wanted, zone)
    query = query.where(discretion.calls(asking.person()))
    mark = act.session.scalar(query.where(Call.id == wanted.before)) if wanted.before else None
    if wanted.state:
        query = query.where(Call.state.in_(FINAL) if wanted.state == "closed" else Call.state.not_in(FINAL))
    if mark is not None:
        query = query.where(tuple_(Call.started_at, Call.id) < tuple_(mark.started_at, mark.id))
    return list(act.session.scalars(query.order_by(Call.started_at.desc(), Call.id.desc()).limit(PAGE + 1)))


def cases(act: Act, wanted: Wanted, zone: str) -> list[Case]:
    """The cases wanted, newest first; one more than a page where there are more.

    A company's are those it has, and those it took and a sister company has now (OWN-4).
    """
    query = _within(select(Case), Case.company_id, Case.opened_at, replace(wanted, company_id=None), zone)
    query = query.where(discretion.cases(asking.person()))
    if wanted.company_id is not None:
        query = query.where(or_(Case.company_id == wanted.company_id, Case.numbered_by_id == wanted.company_id))
    if wanted.number:
        query = query.where(Case.number == wanted.number)
    if wanted.state:
        query = query.where(Case.state == wanted.state)
    if wanted.before:
        query = query.where(Case.id < wanted.before)
    return list(act.session.scalars(query.order_by(Case.id.desc()).limit(PAGE + 1)))


def promises(act: Act, person: Staff, verdict: Verdict) -> list[Promise]:
    """What is open or broken, by its due time; one more than a page where there are more."""
    query = select(Promise).join(Case, Case.id == Promise.case_id).where(discretion.cases(person))
    query = query.where(Promise.verdict == verdict, OWED).order_by(Promise.due_at, Promise.id).limit(PAGE + 1)
    if not rights.whole_group(person):
        query = query.where(Case.company_id == person.company_id)
    return list(act.session.scalars(query))


def marks(act: Act, case_ids: Sequence[int | None]) -> dict[int, dict[str, int]]:
    """How many promises of each verdict each of these cases has."""
    query = (
        select(Promise.case_id, Promise.verdict, func.count())
        .where(Promise.case_id.in_([id_ for id_ in case_ids if id_]))
        .group_by(Promise.case_id, Promise.verdict)
        .order_by(Promise.verdict)
    )
    found: dict[int, dict[str, int]] = defaultdict(dict)
    for case_id, verdict, count in act.session.execute(query):
        found[case_id][verdict] = count
    return found


def numbered(act: Act, case_ids: Sequence[int | None]) -> dict[int, Case]:
    """These cases by id."""
    query = select(Case).where(Case.id.in_([id_ for id_ in case_ids if id_]))
    return {case.id: case for case in act.session.scalars(query)}


def _within(
    query: Select[Row],
    company: InstrumentedAttribute[int],
    at: InstrumentedAttribute[datetime],
    wanted: Wanted,
    zone: str,
) -> Select[Row]:
    if wanted.company_id is not None:
        query = query.where(company == wanted.company_id)
    if wanted.day is not None:
        begins = datetime.combine(wanted.day, time(), ZoneInfo(zone))
        ends = datetime.combine(date.fromordinal(wanted.day.toordinal() + 1), time(), ZoneInfo(zone))
        query = query.where(at >= begins.astimezone(UTC), at < ends.astimezone(UTC))
    return query
