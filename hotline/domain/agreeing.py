"""Compares the rows that people read with what the log says of them; without it a row could lie beside a sound log."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Set
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import column, select, table
from sqlalchemy.orm import Session

from hotline.domain.chains import Tail, looked_up
from hotline.domain.findings import Report, What
from hotline.domain.promise_forms import JUDGING, WARNING, Verdict
from hotline.domain.replaying import ABOUT, COLUMNS, HELD_BY, HOUSE, LARGEST, MAY_BE_UNTOLD, replay
from hotline.domain.tells import UNTOLD

NAME = re.compile(r"(call|case|seat):([1-9][0-9]{0,17})")
_MOVES = ("waits",)  # a kept place goes on in the call that rings back; the chain of the row's call has the last word
# Where a column stands in the rows that are compared.
_PLACES = {name: {one: place for place, one in enumerate(("id", *columns))} for name, columns in COLUMNS.items()}
_NOTHING: dict[str, dict[str, Any]] = {}

Told = dict[int, dict[str, dict[str, Any]]]  # a row's number -> the chain that says so -> column -> what stands there


def check(session: Session, report: Report, tails: Iterable[Tail]) -> None:
    """Name every row and column of these chains' calls and cases that says something else than their entries."""
    chains: dict[str, dict[int, str]] = defaultdict(dict)  # "call" -> a call's number -> its chain
    told: dict[str, Told] = {name: defaultdict(dict) for name in HELD_BY}
    for tail in tails:
        match = NAME.fullmatch(tail.chain)
        if match is not None and int(match[2]) <= LARGEST:
            chains[match[1]][int(match[2])] = tail.chain
            said = replay(tail.told, match[1], int(match[2]))
        elif tail.chain == HOUSE:
            chains[HOUSE] = dict.fromkeys(session.scalars(select(table("companies", column("id")).c.id)), HOUSE)
            said = replay(tail.told, HOUSE, 0)
        else:
            continue
        for name, rows in said.items():
            for number, row in rows.items():
                told[name][number][tail.chain] = row
    for word, held in chains.items():
        for name in ABOUT[word]:
            _compare(session, report, name, told[name], held)
    _check_clocks(session, report, chains["case"])


def _compare(session: Session, report: Report, name: str, told: Told, held: dict[int, str]) -> None:
    places, owner, untold = _PLACES[name], _PLACES[name][HELD_BY[name]], name in MAY_BE_UNTOLD
    there = _rows(session, name, told, {} if untold else held)
    for number, shown in there.items():
        its_chain, said = held.get(shown[owner]), told.get(number, _NOTHING)
        if name in _MOVES:
            said = {chain: row for chain, row in said.items() if chain == its_chain}
        if not said and its_chain is not None and not untold:
            report.find(its_chain, None, What.ROW_UNTOLD, f"{name} {number}")
        for chain, row in said.items():
            for column_name, value in row.items():
                if shown[places[column_name]] != value and value is not UNTOLD:
                    report.find(chain, None, What.ROW, f"{name} {number} {column_name}")
    _name_gone(report, name, told, there.keys())


def _name_gone(report: Report, name: str, told: Told, there: Set[int]) -> None:
    for number in told.keys() - there:
        if name not in ("calls", "cases"):  # a chain without its call or case is named as such
            report.find(next(iter(told[number])), None, What.ROW_GONE, f"{name} {number}")


def _rows(session: Session, name: str, told: Told, held: dict[int, str]) -> dict[int, Any]:
    """The rows as they stand, unread: a time that is no time any more stops nothing. First of each is its number.

    By what holds them (`held`) or by their own numbers (`told`).
    """
    if not held and not told:
        return {}
    query = _query(name, session.get_bind().dialect.name == "sqlite")
    return {row[0]: row for row in looked_up(session, query, held, told)}


@cache
def _query(name: str, sqlite: bool) -> str:
    shown = ", ".join(("id", *(_shown(one, sqlite) for one in COLUMNS[name])))
    return f'SELECT {shown} FROM {name} WHERE "{HELD_BY[name]}" {{among}} OR id {{among}}'  # noqa: S608 - our own names


def _shown(name: str, sqlite: bool) -> str:
    if not name.endswith("_at"):
        return f'"{name}"'
    if sqlite:
        return f"replace(\"{name}\", ' ', 'T')"
    return f"to_char(\"{name}\" AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US')"


def _check_clocks(session: Session, report: Report, held: dict[int, str]) -> None:
    """What the log need not say of a promise because the rest of its row does: its rule, and that the clock sees it."""
    sqlite = session.get_bind().dialect.name == "sqlite"
    due, look = (_shown(name, sqlite) for name in ("due_at", "look_at"))
    columns = f"id, case_id, rule, rule_id, verdict, step, {due}, {look}"
    query = f"SELECT {columns} FROM promises WHERE case_id {{among}}"  # noqa: S608 - our own names
    for id_, case_id, rule, rule_id, verdict, step, due_at, look_at in looked_up(session, query, held):
        if rule_id != str(rule).partition(".")[0]:
            report.find(held[case_id], None, What.ROW, f"promises {id_} rule_id")
        if verdict == Verdict.OPEN and not _is_looked_at(due_at, look_at):
            report.find(held[case_id], None, What.ROW, f"promises {id_} look_at")
        if verdict == Verdict.OPEN and step not in (WARNING, JUDGING):
            report.find(held[case_id], None, What.ROW, f"promises {id_} step")


def _is_looked_at(due: Any, look: Any) -> bool:
    """Does the clock look at it when its deadline is over, at the latest?"""
    try:
        return datetime.fromisoformat(look) <= datetime.fromisoformat(due) + datetime.resolution
    except (TypeError, ValueError, OverflowError):
        return False
