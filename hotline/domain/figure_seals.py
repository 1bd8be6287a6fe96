"""A day's sums are told to the log; without it whoever writes beside a sound log would have any figure (PPL-6)."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import date
from hashlib import sha256
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from hotline.domain.act import Act
from hotline.domain.findings import Report, What
from hotline.domain.tells import SUMMED

_HOUSE = "house"
_NAME = "daily_figures"
_SUMS = "SELECT company_id, day, rule, kept, late, broken, excused, open FROM daily_figures"
_THEIRS = text(f"{_SUMS} WHERE company_id = :company AND day BETWEEN :first AND :last")

Digests = dict[str, str]  # day -> digest of its rows


def of_days(act: Act, company_id: int, days: Collection[date]) -> Digests:
    """The digests of these days as they stand in this act; a day without sums has one too."""
    act.session.flush()
    span = {"company": company_id, "first": str(min(days)), "last": str(max(days))} if days else None
    found = _digests(act.session.execute(_THEIRS, span)) if span else {}
    nothing = _digest([])
    return {str(day): found.get((company_id, str(day)), nothing) for day in days}


def tell(
    act: Act, company_id: int, before: Digests, new: Collection[date] = (), span: tuple[date, date] | None = None
) -> None:
    """Tell the log what the sums of these days are now, where they are not what they were `before`; of new ones always.

    From the first day that was told as new on, every day is: one of which nothing was told was written by no round.
    `span`: of a round, the first day and the last that are added up now; with it, always.
    """
    now = of_days(act, company_id, [date.fromisoformat(day) for day in before])
    days = {day: digest for day, digest in now.items() if digest != before[day]}
    days |= of_days(act, company_id, new)
    if days or span is not None:
        told = {"first": str(span[0]), "last": str(span[1])} if span is not None else None
        since = str(min(new)) if new else None
        act.remember(_HOUSE, SUMMED, company=company_id, days=days, new=since, round=told)


def check(session: Session, report: Report, told: Mapping[int, Mapping[str, Any]]) -> None:
    """Name every day whose sums are not what was told last, or of which nothing was told though all others were.

    `told`: by company, what the house's chain says: the digests by day, and the first that was told as new.
    """
    found, older = _digests(session.execute(text(_SUMS))), 0
    for company_id, day in found.keys() - {
        (company_id, day) for company_id, said in told.items() for day in said["days"]
    }:
        since = told[company_id]["new"] if company_id in told else None
        if since is not None and day >= since:
            report.find(_HOUSE, None, What.ROW_UNTOLD, f"{_NAME} {company_id} {day}")
        else:
            older += 1
    nothing = _digest([])
    for company_id, said in told.items():
        for day, digest in said["days"].items():
            if found.get((company_id, day), nothing) != digest:
                report.find(_HOUSE, None, What.ROW, f"{_NAME} {company_id} {day}")
    if older:
        report.notes.append(f"{older} days were added up by a version that did not tell the log their sums")


def _digests(rows: Any) -> dict[tuple[int, str], str]:
    days: dict[tuple[int, str], list[list[Any]]] = defaultdict(list)
    for company_id, day, *sums in rows:
        days[company_id, str(day)].append(sums)
    return {day: _digest(sums) for day, sums in days.items()}


def _digest(sums: list[list[Any]]) -> str:
    return sha256(json.dumps(sorted(sums, key=str)).encode()).hexdigest()
