"""Rows of which the log says nothing; without it a visit nobody made could be put beside a sound log (VIS-2)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, NamedTuple

from sqlalchemy.orm import Session

from hotline.domain.chains import looked_up
from hotline.domain.findings import Report, What


class _Kind(NamedTuple):
    table: str
    at: str  # the column with the instant of the entry that begins it
    entry: str


_KINDS = (
    _Kind("visits", "owed_at", "visit-owed"),
    _Kind("callbacks", "made_at", "callback-owed"),
    _Kind("complaints", "filed_at", "complaint-filed"),
    _Kind("notices", "told_at", "staff-told"),
)
_FIRST = "SELECT at FROM audit_entries WHERE kind {among} ORDER BY at LIMIT 1"


def check(
    session: Session,
    report: Report,
    told: Mapping[str, Mapping[int, Any]],
    cases: Mapping[int, str],
    whole: Collection[int],
) -> None:
    """Name every visit, call back, complaint and text to a colleague of these cases (`cases`: their chains) that was
    never told, though the log tells of all such.

    Rows of a version before may be untold. They are older than the first entry of their kind, and none is of a case
    of which all is told (`whole`).
    """
    for kind in _KINDS:
        query = f"SELECT id, case_id, {kind.at} FROM {kind.table} WHERE case_id {{among}} AND {kind.at} IS NOT NULL"  # noqa: S608 - our own names
        for id_, case_id, at in looked_up(session, query, cases):
            if id_ not in told[kind.table] and (case_id in whole or _is_younger(session, report, kind, at)):
                report.find(cases[case_id], None, What.ROW_UNTOLD, f"{kind.table} {id_}")


def _is_younger(session: Session, report: Report, kind: _Kind, at: Any) -> bool:
    if kind.entry not in report.firsts:
        report.firsts[kind.entry] = next((first for (first,) in looked_up(session, _FIRST, [kind.entry])), None)
    first = report.firsts[kind.entry]
    return first is not None and bool(at >= first)
