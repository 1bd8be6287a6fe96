"""Searches among a million calls, one call, a month's figures and a large export; else a slow page would go unseen."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from datetime import timedelta
from http import HTTPStatus
from pathlib import Path
from typing import Any, cast
from zoneinfo import ZoneInfo

from sqlalchemy import Engine, event, select

from hotline import clock
from hotline.console.complaint_period import Period
from hotline.domain import claims, companies, exports, staff
from hotline.domain.act import CLOCK, COMMAND
from hotline.domain.calls import Call
from hotline.domain.cases import Case
from hotline.domain.exports import Criteria, Export, State, What
from hotline.jobs import counting, work
from hotline.runtime import Runtime
from hotline.web import create_app
from scripts.benches import seed
from scripts.benches.history import History
from scripts.benches.tables import BUILD, PAGE, Rows, percentile, publish
from tests.console.visitor import Visitor, logged_in

ROUNDS = 15
EXPORTED = 50_000  # rows
NOTE = (
    "As a supervisor of one of two companies opens them, through the whole web application; in brackets, of that, in "
    "the database: all statements of the page, asked again by the driver. Each was opened once before, so that the "
    "database has in memory what it keeps there."
)
Figures = dict[str, float | int | str]


def main(
    calls: int = seed.CALLS,
    *,
    kinds: Sequence[str] = seed.KINDS,
    exported: int = EXPORTED,
    rounds: int = ROUNDS,
    page: Path = PAGE,
    build: Path = BUILD,
    home: Path | None = None,
) -> None:
    """Each search, one call's page, the compliance page, and the export of so many rows."""
    columns: Rows = {}
    for kind in kinds:
        with seed.kept(kind, calls, home or build) as house:
            columns[kind] = {**_summed_up(house), **_looked(house, rounds), **_exported(house, calls, exported)}
    publish("search", f"Pages among {calls:,} calls", columns, note=NOTE, page=page, build=build)


Statements = list[tuple[str, Any]]


@contextmanager
def heard(engine: Engine) -> Iterator[Statements]:
    """What is asked of the database, for as long as the block lasts; without what changes it."""
    statements: Statements = []

    def hears(_connection: object, _cursor: object, statement: str, parameters: Any, *_rest: object) -> None:
        if statement.startswith(("SELECT", "WITH")):
            statements.append((statement, parameters))

    event.listen(engine, "before_cursor_execute", hears)
    try:
        yield statements
    finally:
        event.remove(engine, "before_cursor_execute", hears)


def _looked(house: Runtime, rounds: int) -> Figures:
    sun, found = logged_in(create_app(house), "sun"), Figures()
    with house.look(COMMAND) as act:
        heat = companies.coded(act, "heat")
        case = act.session.scalars(select(Case).where(Case.company_id == heat.id).order_by(Case.id.desc())).first()
        newest = act.session.scalars(select(Call).where(Call.company_id == heat.id).order_by(Call.id.desc())).first()
        [agent] = act.session.scalars(select(staff.Staff.id).where(staff.Staff.login == "heat07"))
    if case is None or newest is None:
        raise SystemExit("there are no calls")
    found |= _timed(house, rounds, "the list, newest first", lambda: sun.opens("/console"))
    for name, typed in _searches(case.number, agent).items():
        here = sun.sends("/console/calls/search", page="/console", **typed).location
        found |= _timed(house, rounds, f"search: {name}", _opens(sun, here))
    here = sun.sends("/console/calls/search", page="/console", kind="enquiry").location
    found |= _timed(house, rounds, "search: an enquiry, a later page", _opens(sun, f"{here}&before={newest.id // 2}"))
    found |= _timed(house, rounds, "one call", _opens(sun, f"/console/calls/{case.call_id}"))
    month = Period.month((clock.now() - timedelta(days=40)).year, (clock.now() - timedelta(days=40)).month)
    asked = "&".join(f"{name}={value}" for name, value in month.query.items())
    return found | _timed(house, rounds, "the compliance page of a month", _opens(sun, f"/console/compliance?{asked}"))


def _searches(case_number: str, agent: int) -> Mapping[str, dict[str, str]]:
    return {
        "a number": {"number": History.number(7).e164},
        "a case": {"case": case_number},
        "a person": {"person": str(agent)},
        "a matter": {"matter": "lift"},
        "a kind and a month": {"kind": "complaint", "period": "month"},
        "a broken promise": {"verdict": "broken"},
        "the owner changed": {"moved": "yes"},
        "waited over 200 s": {"waited": "200"},
        "answered too late": {"late": "yes"},
        "altered (none)": {"altered": "yes"},
        "one character": {"words": "漏"},
        "two characters": {"words": "漏水"},
        "two words": {"words": "锅炉房 噪音"},
        "words that nobody said": {"words": "漏电"},
        "a person, a verdict and a word": {"person": str(agent), "verdict": "broken", "words": "电梯"},
    }


def _opens(visitor: Visitor, address: str) -> Callable[[], Any]:
    return lambda: visitor.opens(address)


def _timed(house: Runtime, rounds: int, name: str, opens: Callable[[], Any]) -> Figures:
    """The median and the 99th percentile of a page, and of its statements by the driver alone, in milliseconds."""
    with heard(house.engine) as statements:
        answer = opens()  # the first time is for the memory of the database
    if answer.status_code != HTTPStatus.OK:
        raise SystemExit(f"{name}: {answer.status}")
    whole = [_seconds(opens) for _ in range(rounds)]
    with house.engine.connect() as connection:
        driver: Any = connection.connection.driver_connection
        within = [_seconds(lambda: _asked(driver, statements)) for _ in range(rounds)]
    shown = [(percentile(whole, share) * 1000, percentile(within, share) * 1000) for share in (50, 99)]
    print(f"{name}: {shown[0][0]:.0f} ms, {shown[0][1]:.1f} in the database", flush=True)
    return {
        f"{name}, {label}, ms": f"{page:.1f} ({database:.1f})"
        for label, (page, database) in zip(("median", "99th percentile"), shown, strict=True)
    }


def _asked(driver: Any, statements: Statements) -> None:
    """Every statement of a page once more, with all its rows."""
    with closing(driver.cursor()) as cursor:
        for statement, parameters in statements:
            cursor.execute(statement, parameters)
            cursor.fetchall()


def _seconds(does: Callable[[], object]) -> float:
    began = time.perf_counter()
    does()
    return time.perf_counter() - began


def _summed_up(house: Runtime) -> Figures:
    """The days of the year are added up, as the dispatcher does it in the background."""
    began = time.monotonic()
    while counting.add_up_days(house):
        pass
    return {"the days of the year added up, s": round(time.monotonic() - began, 1)}


def _exported(house: Runtime, calls: int, rows: int) -> Figures:
    """A supervisor asks for the calls of as many days as hold so many rows, and a worker writes them."""
    with house.act(COMMAND) as act:
        [sun] = act.session.scalars(select(staff.Staff).where(staff.Staff.login == "sun"))
        companies.get(act, sun.company_id)
        last = act.at.astimezone(ZoneInfo(act.standard.timezone)).date()
        days = min(400, 1 + rows * 2 * 365 // calls)
        chosen = Criteria(sun.company_id, last - timedelta(days=days), last)
        asked = exports.ask(act, sun, What.CALLS, chosen, "抽查一个月的通话", form="csv").id
    work.serve(house, cast("Any", None))  # an export asks nothing of the carrier
    began = time.monotonic()
    while _performed(house):
        pass
    took = time.monotonic() - began
    with house.look(COMMAND) as act:
        row = act.session.get_one(Export, asked)
        if row.state != State.DONE:
            raise SystemExit(f"the export is {row.state}")
        return {
            "export: rows": row.rows,
            "export: written in, s": round(took, 1),
            "export: rows a second": round(row.rows / took),
        }


def _performed(house: Runtime) -> int:
    with house.act(CLOCK) as act:
        claimed = [(one.id, one.attempt) for one in claims.claim_due(act, lease=timedelta(minutes=1), most=10)]
    for entry_id, attempt in claimed:
        work.perform(entry_id, attempt)
    return len(claimed)
