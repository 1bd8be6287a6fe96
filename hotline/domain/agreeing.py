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

from hotline.domain import figure_seals, house_rows, looked, never_told, retracing
from hotline.domain.chains import Tail, looked_up, stored
from hotline.domain.findings import Report, What
from hotline.domain.implied import WHOLE
from hotline.domain.promise_forms import JUDGING, WARNING, Verdict
from hotline.domain.replaying import ABOUT, COLUMNS, HELD_BY, LARGEST, MAY_BE_UNTOLD, replay
from hotline.domain.tells import HOUSE

NAME = re.compile(r"(call|case|seat):([1-9][0-9]{0,17})")
_MOVES = ("waits",)  # a kept place goes on in the call that rings back; the chain of the row's call has the last word
# Where a column stands in the rows that are compared; a row's number stands last.
_PLACES = {name: {one: place for place, one in enumerate((*columns, "id"))} for name, columns in COLUMNS.items()}
_OWN = ("calls", "cases")  # rows that have a chain of their own
_NOTHING: dict[str, dict[str, Any]] = {}
# What of a column is compared where that is not what stands in it: that a note stands there, which names one has.
_SHOWN = {("cases", "outcome"): "outcome IS NOT NULL", ("cases", "details"): "CAST(details AS TEXT)"}
_TURNS, _SUMS, _LOOKS, _HOLDS = "turns", "daily_figures", "looks", "holds"
_UNNAMED = "SELECT id FROM calls WHERE id {among} AND unnamed"
_CALLS = "SELECT id FROM calls WHERE id {among}"
_TABLES = (*HELD_BY, _TURNS, _SUMS, _LOOKS, _HOLDS, WHOLE)

Told = dict[int, dict[str, Any]]  # a row's number -> the chain that says so -> column -> what stands there


def check(session: Session, report: Report, tails: Iterable[Tail]) -> None:
    """Name every row and column of these chains' calls and cases that says something else than their entries."""
    chains, told = _read(session, tails)
    for word, held in chains.items():
        for name in ABOUT[word]:
            _compare(session, report, name, told[name], held)
    retracing.check(session, report, told[_TURNS], chains["call"])
    _check_clocks(session, report, chains["case"])
    never_told.check(session, report, told, chains["case"], told[WHOLE])
    looked.check(session, report, told[_LOOKS], [*chains["call"].values(), *chains["case"].values()])
    if HOUSE in chains:
        sums = {company_id: by_chain[HOUSE] for company_id, by_chain in told[_SUMS].items()}
        figure_seals.check(session, report, sums)
        holds = {number: by_chain[HOUSE] for number, by_chain in told[_HOLDS].items()}
        rounds = {company_id: said["round"] for company_id, said in sums.items() if said["round"]}
        house_rows.check(session, report, holds, rounds)


def _read(session: Session, tails: Iterable[Tail]) -> tuple[dict[str, dict[int, str]], dict[str, Told]]:
    """Which chains these are, by the first word of their names and by number, and what they tell, table by table."""
    chains: dict[str, dict[int, str]] = defaultdict(dict)
    told: dict[str, Told] = {name: defaultdict(dict) for name in _TABLES}
    as_stored = stored(session)
    for tail in tails:
        match = NAME.fullmatch(tail.chain)
        if match is not None and (of := int(match[2])) <= LARGEST:
            chains[match[1]][of] = tail.chain
            said = replay(tail.told, match[1], of, as_stored)
        elif tail.chain == HOUSE:
            chains[HOUSE] = dict.fromkeys(session.scalars(select(table("companies", column("id")).c.id)), HOUSE)
            said = replay(tail.told, HOUSE, 0, as_stored)
        else:
            continue
        for name, rows in said.items():
            for number, row in rows.items():
                told[name][number][tail.chain] = row
    return chains, told


def _compare(session: Session, report: Report, name: str, told: Told, held: dict[int, str]) -> None:
    lost: dict[str, tuple[str, Any]] = {}
    owner, untold = _PLACES[name][HELD_BY[name]], name in MAY_BE_UNTOLD
    there = _rows(session, name, told, {} if untold else held)
    for number, shown in there.items():
        its_chain, said = held.get(shown[owner]), told.get(number, _NOTHING)
        if name in _MOVES:
            said = {chain: row for chain, row in said.items() if chain == its_chain}
        if not said and its_chain is not None and not untold:
            report.find(its_chain, None, What.ROW_UNTOLD, f"{name} {number}")
        for chain, row in said.items():
            if tuple(row.values()) != shown[:-1]:
                lost |= _name_columns(report, chain, f"{name} {number}", row, dict(zip(row, shown, strict=False)))
    _name_lost(session, report, lost)
    _name_gone(report, name, told, held, there.keys())
    if name in _MOVES:
        _name_adrift(session, report, name, told, {number: row[owner] for number, row in there.items()}, held)


def _name_columns(
    report: Report, chain: str, row: str, said: dict[str, Any], shown: dict[str, Any]
) -> dict[str, tuple[str, Any]]:
    """Name what stands in a row and was not said; gives the chain and the call of a matter that names it no more."""
    lost = {}
    for one, value in said.items():
        if shown[one] is None and one == "call_id" and row.startswith("cases "):
            lost[row] = (chain, value)
        elif value != shown[one]:
            report.find(chain, None, What.ROW, f"{row} {one}")
    return lost


def _name_lost(session: Session, report: Report, lost: dict[str, tuple[str, Any]]) -> None:
    """A matter that names its call no more: only where something unnamed was told in that call later (CMP-10)."""
    told = {row: (chain, call) for row, (chain, call) in lost.items() if isinstance(call, int)}
    unnamed = {id_ for (id_,) in looked_up(session, _UNNAMED, {call for _chain, call in told.values()})}
    for row, (chain, call) in told.items():
        if call not in unnamed:
            report.find(chain, None, What.ROW, f"{row} call_id")


def _name_adrift(
    session: Session, report: Report, name: str, told: Told, owners: dict[int, Any], held: dict[int, str]
) -> None:
    """A place in the line that was told of and belongs to no call that is there: nothing of it would be compared."""
    elsewhere = {number: call for number, call in owners.items() if number in told and call not in held}
    known = {id_ for (id_,) in looked_up(session, _CALLS, {one for one in elsewhere.values() if isinstance(one, int)})}
    for number, call in elsewhere.items():
        if call not in known:
            report.find(next(iter(told[number])), None, What.ROW, f"{name} {number} {HELD_BY[name]}")


def _name_gone(report: Report, name: str, told: Told, held: dict[int, str], there: Set[int]) -> None:
    if name in _OWN:
        for number in held.keys() - there:
            report.find(held[number], None, What.NO_ROW)
        return
    for number in told.keys() - there:
        report.find(next(iter(told[number])), None, What.ROW_GONE, f"{name} {number}")


def _rows(session: Session, name: str, told: Told, held: dict[int, str]) -> dict[int, Any]:
    """The rows as they stand, unread: a time that is no time any more stops nothing. Last of each is its number.

    By what holds them (`held`) or by their own numbers (`told`).
    """
    if not held and not told:
        return {}
    query = _query(name)
    among = (held,) if name in _OWN else (held, told)
    return {row[-1]: row for row in looked_up(session, query, *among)}


@cache
def _query(name: str) -> str:
    # As it stands: an instant that is spelled otherwise is in no day any more, whatever it means.
    shown = ", ".join((*(_SHOWN.get((name, one), f'"{one}"') for one in COLUMNS[name]), "id"))
    which = "id {among}" if name in _OWN else f'"{HELD_BY[name]}" {{among}} OR id {{among}}'
    return f"SELECT {shown} FROM {name} WHERE {which}"  # noqa: S608 - our own names


def _check_clocks(session: Session, report: Report, held: dict[int, str]) -> None:
    """What the log need not say of a promise because the rest of its row does: its rule, and that the clock sees it."""
    query = "SELECT id, case_id, rule, rule_id, verdict, step, due_at, look_at FROM promises WHERE case_id {among}"
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
        if isinstance(look, int):
            return bool(look <= due + 1)
        return datetime.fromisoformat(look) <= datetime.fromisoformat(due) + datetime.resolution
    except (TypeError, ValueError, OverflowError):
        return False
