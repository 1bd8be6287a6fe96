"""Searches among a million calls, one call, a month's figures and a large export; else a slow page would go unseen."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from pathlib import Path

from sqlalchemy import select

from hotline import clock
from hotline.console.complaint_period import Period
from hotline.domain import call_facts, companies, report_figures, staff
from hotline.domain.act import COMMAND, Act
from hotline.domain.call_facts import CallFact
from hotline.domain.calls import Call
from hotline.domain.cases import Case
from hotline.jobs import counting
from hotline.runtime import Runtime
from hotline.web import create_app
from scripts.benches import exported, seed
from scripts.benches.asked import Figures, Took, seconds, timed
from scripts.benches.history import History
from scripts.benches.tables import BUILD, PAGE, Rows, publish
from tests.console.visitor import Visitor, logged_in

ROUNDS = 15
EXPORTED = 50_000  # rows
FAR = 10  # the far page lies behind the newest nine of so many calls
_SEARCHES = 10_000  # by number or words within an hour, all of which one person makes here
READER, ACCUSED = "sun", "qian"  # a supervisor; a manager, about whom somebody complained without a name
WORST = "any page of the call log: the slowest median, the worst, in the database"
NOTE = (
    "As one of a company of two opens them, the whole request in process: median and worst in milliseconds, and in "
    "brackets, of that, all statements of the page, asked again of the driver on an open connection. The far page is "
    "the one behind nine tenths of all calls. Each was opened once before."
)


def main(
    calls: int = seed.CALLS,
    *,
    kinds: Sequence[str] = seed.KINDS,
    rows: int = EXPORTED,
    rounds: int = ROUNDS,
    page: Path = PAGE,
    build: Path = BUILD,
    home: Path | None = None,
) -> None:
    """Each search, one call's page, the compliance page, reports, and the export of so many rows."""
    columns: Rows = {}
    for kind in kinds:
        with seed.kept(kind, calls, home or build) as house:
            summed = {"the days added up that were not yet, s": round(seconds(partial(_add_up, house)), 1)}
            columns[kind] = summed | _looked(house, rounds) | _reported(house) | exported.measured(house, calls, rows)
    publish("search", f"Pages among {calls:,} calls", columns, note=NOTE, page=page, build=build)


@dataclass(frozen=True)
class _Known:
    """What the searches ask for: something that is there."""

    case: str
    agent: int
    newest: int
    far: int
    rich: int  # a call that waited and came to a matter that changed hands

    @classmethod
    def of(cls, act: Act) -> _Known:
        """Of the company whose pages are opened. Ends the program where there is nothing."""
        heat = companies.coded(act, "heat").id
        case = act.session.scalar(select(Case.number).where(Case.company_id == heat).order_by(Case.id.desc()).limit(1))
        agent = act.session.scalar(select(staff.Staff.id).where(staff.Staff.login == "heat07"))
        theirs = select(Call.id).where(Call.company_id == heat)
        newest, oldest = (
            act.session.scalar(theirs.order_by(one).limit(1)) for one in (Call.started_at.desc(), Call.started_at)
        )
        waited = select(CallFact.call_id).where(CallFact.fact == call_facts.WAITED)
        rich = theirs.join(CallFact, CallFact.call_id == Call.id).where(CallFact.fact == call_facts.MOVED)
        found = act.session.scalar(rich.where(Call.id.in_(waited)).order_by(CallFact.began.desc()).limit(1))
        if case is None or agent is None or newest is None or oldest is None:
            raise SystemExit("there are no calls")
        return cls(case, agent, newest, oldest + (newest - oldest) // FAR, found or newest)


def _looked(house: Runtime, rounds: int) -> Figures:
    app = create_app(house)
    with house.act(COMMAND) as act:
        known, heat = _Known.of(act), companies.coded(act, "heat")
        secrecy = {**heat.overrides.get("secrecy", {}), "searches_most": _SEARCHES}
        heat.overrides = {**heat.overrides, "secrecy": secrecy}
    sun, qian, found = logged_in(app, READER), logged_in(app, ACCUSED), dict[str, Took]()

    def opened(name: str, visitor: Visitor, path: str) -> None:
        found[name] = timed(house, rounds, name, lambda: visitor.opens(path))

    for name, path in _of_the_log(sun, known):
        opened(name, sun, path)
    for name, path in _of_the_log(qian, known, only=("a month", "two characters")):
        opened(f"{name}, for whom somebody complained of unnamed", qian, path)
    log = [took.database for took in found.values()]
    slowest = f"{max(median for median, _worst in log):.1f}, {max(worst for _median, worst in log):.1f}"
    for name, call_id in (("the newest call", known.newest), ("a call with much in it", known.rich)):
        opened(name, sun, f"/console/calls/{call_id}")
    for name, query in _periods():
        opened(f"compliance of {name}", sun, f"/console/compliance?{query}")
        opened(f"compliance of {name}, for whom somebody complained of unnamed", qian, f"/console/compliance?{query}")
    return {**{name: str(took) for name, took in found.items()}, WORST: slowest}


def _of_the_log(visitor: Visitor, known: _Known, only: Sequence[str] = ()) -> Iterator[tuple[str, str]]:
    """Each page with its name: the list and every search, the first page and a far one."""
    yield "the list, first page", "/console"
    yield "the list, far page", f"/console?before={known.far}"
    for name, typed in _searches(known).items():
        if not only or name in only:
            here = visitor.sends("/console/calls/search", page="/console", **typed).location
            yield f"search: {name}, first page", here
            yield f"search: {name}, far page", f"{here}&before={known.far}"


def _searches(known: _Known) -> Mapping[str, dict[str, str]]:
    agent = str(known.agent)
    return {
        "a number": {"number": History.number(7).e164},
        "a case": {"case": known.case},
        "a month": {"period": "month"},
        "a day long ago": {"from": _ago(200), "to": _ago(199)},
        "a person": {"person": agent},
        "a matter": {"matter": "lift"},
        "a kind and a month": {"kind": "complaint", "period": "month"},
        "a broken promise": {"verdict": "broken"},
        "a kept promise": {"verdict": "kept"},
        "the owner changed": {"moved": "yes"},
        "waited over 200 s": {"waited": "200"},
        "waited over an hour (none)": {"waited": "3600"},
        "answered too late": {"late": "yes"},
        "altered (none)": {"altered": "yes"},
        "calls out (none)": {"direction": "out"},
        "under way (none)": {"state": "open"},
        "one character": {"words": "漏"},
        "two characters": {"words": "漏水"},
        "two words": {"words": "锅炉房 噪音"},
        "a long phrase": {"words": "客户满意"},
        "words that nobody said": {"words": "漏电"},
        "a person, a verdict and a word": {"person": agent, "verdict": "broken", "words": "电梯"},
        "a person, waited, the owner changed": {"person": agent, "waited": "100", "moved": "yes"},
        "a person who never had a complaint of lifts": {"person": agent, "kind": "complaint", "matter": "lift"},
    }


def _ago(days: int) -> str:
    return f"{clock.now() - timedelta(days=days):%Y-%m-%dT%H:%M}"


def _periods() -> Iterator[tuple[str, str]]:
    """The month and the year that ended last, and the days of a year up to today."""
    today = clock.now().date()
    last = today.replace(day=1) - timedelta(days=1)
    for name, period in (
        ("a month", Period.month(last.year, last.month)),
        ("a year of days", Period(date.fromordinal(today.toordinal() - 364), today)),
    ):
        yield name, "&".join(f"{key}={value}" for key, value in period.query.items())


def _reported(house: Runtime) -> Figures:
    """The figures of reports counted as a worker does it: of a month, and of a year of days up to today."""
    found, today = Figures(), clock.now().date()
    for name, days in (("a month", 30), ("a year", 365)):
        with house.look(COMMAND) as act:
            heat = companies.coded(act, "heat")
            companies.get(act, heat.id)
            took = _report(act, heat, today - timedelta(days=days), today)
        found[f"a report of {name} counted, wall and processor, s"] = took
        print(found, flush=True)
    return found


def _report(act: Act, company: companies.Company, first: date, last: date) -> str:
    used = time.process_time()
    wall = seconds(lambda: report_figures.counted(act, company, first, last))
    return f"{wall:.1f}, {time.process_time() - used:.1f}"


def _add_up(house: Runtime) -> None:
    """As the dispatcher does it in the background, until no day is left."""
    while counting.add_up_days(house):
        pass
