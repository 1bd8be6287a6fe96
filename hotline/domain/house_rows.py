"""What is held and how far days are added up are held against the log; without it a hold could be lifted unseen."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from hotline.domain.chains import looked_up
from hotline.domain.findings import Report, What
from hotline.domain.tells import HOUSE

_OF_HOLD = ("case_id", "call_id", "customer_id", "placed_by_id", "placed_at", "lifted_by_id", "lifted_at")
_HOLDS = f"SELECT id, {', '.join(_OF_HOLD)} FROM holds WHERE id {{among}}"  # noqa: S608 - our own names
_ROUNDS = "SELECT company_id, first, last, at FROM figure_rounds WHERE company_id {among}"
_OF_ROUND = ("first", "last", "at")

Said = Mapping[int, tuple[Any, ...]]  # a row's number -> what its columns are, in their order


def check(session: Session, report: Report, holds: Said, rounds: Said) -> None:
    """Name every hold, and every company's round of adding up, that says something else than the log, is gone, or was
    never told. Of a version before a round may be untold: that is only noted.
    """
    there = _numbers(session, "SELECT id FROM holds")
    found = {id_: shown for id_, *shown in looked_up(session, _HOLDS, there)}
    _compare(report, "holds", _OF_HOLD, holds, found)
    for number in found.keys() - holds.keys():
        report.find(HOUSE, None, What.ROW_UNTOLD, f"holds {number}")
    counted = {}
    for company_id, first, last, at in looked_up(session, _ROUNDS, _numbers(session, "SELECT id FROM companies")):
        counted[company_id] = [str(first), str(last), at]
    _compare(report, "figure_rounds", _OF_ROUND, rounds, counted)
    if older := counted.keys() - rounds.keys():
        report.notes.append(f"of {len(older)} companies the log does not tell how far their days are added up")


def _compare(report: Report, name: str, columns: tuple[str, ...], said: Said, found: Mapping[int, list[Any]]) -> None:
    for number, told in said.items():
        if number not in found:
            report.find(HOUSE, None, What.ROW_GONE, f"{name} {number}")
            continue
        for column, value, stands in zip(columns, told, found[number], strict=True):
            if value != stands:
                report.find(HOUSE, None, What.ROW, f"{name} {number} {column}")


def _numbers(session: Session, query: str) -> list[int]:
    return list(session.scalars(text(query)))
