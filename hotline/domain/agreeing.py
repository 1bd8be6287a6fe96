"""Compares the rows that people read with what the log says of them; without it a row could lie beside a sound log."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam, column, func, or_, select, table
from sqlalchemy.orm import Session

from hotline.domain.chains import Tail
from hotline.domain.findings import Report, What
from hotline.domain.promise_forms import JUDGING, WARNING, Verdict
from hotline.domain.tells import ALSO, BY_STATE, PASSED_ON, TELLS, UNTOLD, Tells

NAME = re.compile(r"(call|case|seat):([1-9][0-9]{0,17})")
HOUSE = "house"  # the chain that says who works here
_LARGEST = 2**31 - 1  # a row's number; what is larger in a forged text names no row
_TOLD_LATER = {"ended_by"}  # written with our last words, on record when the call is over
_ABOUT = {
    "call": ("calls", "waits", "agent_offers", "meetings", "parties"),
    "case": (
        "cases",
        "promises",
        "dispatches",
        "repair_orders",
        "handovers",
        "complaints",
        "decisions",
        "notices",
        "visits",
        "callbacks",
        "callback_attempts",
    ),
    "seat": (),
    HOUSE: ("staff",),
}
_HELD_BY = dict.fromkeys(_ABOUT["case"], "case_id") | {
    "calls": "id",
    "cases": "id",
    "staff": "company_id",
    "waits": "call_id",
    "agent_offers": "wait_id",
    "meetings": "call_id",
    "parties": "meeting_id",
    "callback_attempts": "callback_id",
}
# Of a conversation the log tells some columns, from some entry on; what it never told is not held against a row.
# A complaint that was open when the tables of complaints were made has a row of which its first entries say nothing.
# A visit that was owed when the table of visits was made has a row of which nothing says that it was owed.
_MAY_BE_UNTOLD = (
    "agent_offers",
    "meetings",
    "parties",
    "complaints",
    "notices",
    "visits",
    "callbacks",
    "callback_attempts",
)
_PARTLY = ("waits", *_MAY_BE_UNTOLD)
_MOVES = ("waits",)  # a kept place goes on in the call that rings back; the chain of the row's call has the last word
COLUMNS = {
    name: sorted(
        {c for t in (*TELLS.values(), *ALSO.values()) if t.table == name for c in (*t.columns, *t.meant)} - {"id"}
    )
    for name in _HELD_BY
}

Said = dict[int, dict[str, Any]]  # a row's number -> column -> what the log says stands there
Told = dict[int, dict[str, dict[str, Any]]]  # the same, by the chain that says so


def check(session: Session, report: Report, tails: Iterable[Tail]) -> None:
    """Name every row and column of these chains' calls and cases that says something else than their entries."""
    chains: dict[str, dict[int, str]] = defaultdict(dict)  # "call" -> a call's number -> its chain
    told: dict[str, Told] = {name: defaultdict(dict) for name in _HELD_BY}
    for tail in tails:
        match = NAME.fullmatch(tail.chain)
        if match is not None and int(match[2]) <= _LARGEST:
            chains[match[1]][int(match[2])] = tail.chain
            said = _replay(tail, match[1], int(match[2]))
        elif tail.chain == HOUSE:
            chains[HOUSE] = dict.fromkeys(session.scalars(select(table("companies", column("id")).c.id)), HOUSE)
            said = _replay(tail, HOUSE, 0)
        else:
            continue
        for name, rows in said.items():
            for number, row in rows.items():
                told[name][number][tail.chain] = row
    for word, held in chains.items():
        for name in _ABOUT[word]:
            _compare(session, report, name, told[name], held)
    _check_clocks(session, report, chains["case"])


def _replay(tail: Tail, word: str, number: int) -> dict[str, Said]:
    """What the entries of one chain, first to last, say of its rows."""
    said: dict[str, Said] = {name: {} for name in _ABOUT[word]}
    for body in tail.told:
        try:
            entry = json.loads(body)
            kind, fields = entry["kind"], entry["fields"]
            tells = TELLS.get(f"{kind} {fields[BY_STATE[kind]]}" if kind in BY_STATE else kind)
            company = said["cases"].get(number, {}).get("company_id") if word == "case" else None
            values = {"company": company, **fields, "at": entry["at"], "self": number}
            for one in (tells, ALSO.get(kind)):
                if one is not None and one.table in said:
                    _tell(said[one.table], one, values)
        except (TypeError, ValueError, KeyError):
            continue  # an altered text, which is named where the hashes are looked at
        if kind in PASSED_ON and word == "case":
            _pass_on(said["promises"], values.get("owner"), values["company"])
    return said


def _tell(rows: Said, tells: Tells, values: Mapping[str, Any]) -> None:
    row = rows.setdefault(_number(values[tells.row]), _empty(tells.table))
    row.update(tells.meant)
    for name, of in tells.columns.items():
        if of in values or tells.table not in _PARTLY:
            row[name] = _exact(name, values.get(of))


def _empty(name: str) -> dict[str, Any]:
    """Nothing stands in a column of which nothing was told."""
    return {one: None for one in COLUMNS[name] if one not in _TOLD_LATER} if name not in _PARTLY else {}


def _pass_on(promises: Said, owner: Any, company: Any) -> None:
    """What is still open is the new owner's to keep, as `promises.pass_on` writes it."""
    for row in promises.values():
        if row.get("verdict") == Verdict.OPEN:
            row["owner_id"], row["company_id"] = owner, company


def _compare(session: Session, report: Report, name: str, told: Told, held: dict[int, str]) -> None:
    there = _rows(session, name, told, {} if name in _MAY_BE_UNTOLD else held)
    for number, shown in there.items():
        its_chain = held.get(shown[_HELD_BY[name]])
        sayers = {its_chain} if name in _MOVES else told.get(number, {}).keys()
        said = {chain: row for chain, row in told.get(number, {}).items() if chain in sayers}
        if not said and its_chain is not None and name not in _MAY_BE_UNTOLD:
            report.find(its_chain, None, What.ROW_UNTOLD, f"{name} {number}")
        for chain, row in said.items():
            for column_name, value in row.items():
                if value is not UNTOLD and shown[column_name] != value:
                    report.find(chain, None, What.ROW, f"{name} {number} {column_name}")
    for number in told.keys() - there.keys():
        if name not in ("calls", "cases"):  # a chain without its call or case is named as such
            report.find(next(iter(told[number])), None, What.ROW_GONE, f"{name} {number}")


def _rows(session: Session, name: str, told: Told, held: dict[int, str]) -> dict[int, Mapping[str, Any]]:
    """The rows as they stand, unread: a time that is no time any more stops nothing."""
    if not held and not told:
        return {}
    query = _query(name, session.get_bind().dialect.name == "sqlite")
    found = session.execute(query, {"held": list(held), "told": list(told)})
    return {row[0]: dict(zip(COLUMNS[name], row[1:], strict=True)) | {"id": row[0]} for row in found}


@cache
def _query(name: str, sqlite: bool) -> Select[Any]:
    """Rows of a table, by the ids of what holds them (`held`) or by their own (`told`)."""
    of = table(name, column("id"), *(column(one) for one in COLUMNS[name]))
    shown = [_as_text(of.c[one], sqlite).label(one) if one.endswith("_at") else of.c[one] for one in COLUMNS[name]]
    held = of.c[_HELD_BY[name]].in_(bindparam("held", expanding=True))
    told = of.c.id.in_(bindparam("told", expanding=True))
    return select(of.c.id, *shown).where(or_(held, told))


def _check_clocks(session: Session, report: Report, held: dict[int, str]) -> None:
    """What the log need not say of a promise because the rest of its row does: its rule, and that the clock sees it."""
    of = table("promises", *(column(one) for one in ("id", "case_id", "rule", "rule_id", "verdict", "step")))
    sqlite = session.get_bind().dialect.name == "sqlite"
    due, look = (_as_text(column(one), sqlite) for one in ("due_at", "look_at"))
    query = select(*of.c, due.label("due"), look.label("look")).where(of.c.case_id.in_(list(held)))
    for row in session.execute(query):
        if row.rule_id != str(row.rule).partition(".")[0]:
            report.find(held[row.case_id], None, What.ROW, f"promises {row.id} rule_id")
        if row.verdict == Verdict.OPEN and not _is_looked_at(row.due, row.look):
            report.find(held[row.case_id], None, What.ROW, f"promises {row.id} look_at")
        if row.verdict == Verdict.OPEN and row.step not in (WARNING, JUDGING):
            report.find(held[row.case_id], None, What.ROW, f"promises {row.id} step")


def _is_looked_at(due: Any, look: Any) -> bool:
    """Does the clock look at it when its deadline is over, at the latest?"""
    try:
        return datetime.fromisoformat(look) <= datetime.fromisoformat(due) + datetime.resolution
    except (TypeError, ValueError, OverflowError):
        return False


def _as_text(at: ColumnElement[Any], sqlite: bool) -> ColumnElement[Any]:
    if sqlite:
        return func.replace(at, " ", "T")
    return func.to_char(func.timezone("UTC", at), 'YYYY-MM-DD"T"HH24:MI:SS.US')


def _exact(name: str, value: Any) -> Any:
    """A value as `_rows` gives it: an instant to the microsecond, in UTC."""
    if not name.endswith("_at") or value is None:
        return value
    return datetime.fromisoformat(value).astimezone(UTC).isoformat(timespec="microseconds").removesuffix("+00:00")


def _number(value: Any) -> int:
    if not isinstance(value, int) or not 0 < value <= _LARGEST:
        raise ValueError(f"{value!r} is no row's number")
    return value
