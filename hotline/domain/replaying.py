"""Reads what the entries of one chain say of its rows; without it no row could be held against the log (REC-2)."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from hotline.domain.promise_forms import Verdict
from hotline.domain.tells import ALSO, BY_STATE, PASSED_ON, TELLS, Tells

HOUSE = "house"  # the chain that says who works here
LARGEST = 2**31 - 1  # a row's number; what is larger in a forged text names no row
_TO_THE_SECOND, _TO_THE_MICROSECOND = 25, 32  # characters of an instant in UTC
_TOLD_LATER = {"ended_by"}  # written with our last words, on record when the call is over
ABOUT = {
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
HELD_BY = dict.fromkeys(ABOUT["case"], "case_id") | {
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
MAY_BE_UNTOLD = (
    "agent_offers",
    "meetings",
    "parties",
    "complaints",
    "notices",
    "visits",
    "callbacks",
    "callback_attempts",
)
_PARTLY = ("waits", *MAY_BE_UNTOLD)
COLUMNS = {
    name: sorted(
        {c for t in (*TELLS.values(), *ALSO.values()) if t.table == name for c in (*t.columns, *t.meant)} - {"id"}
    )
    for name in HELD_BY
}

# Nothing stands in a column of which nothing was told.
_EMPTY: dict[str, dict[str, Any]] = {
    name: {} if name in _PARTLY else {one: None for one in columns if one not in _TOLD_LATER}
    for name, columns in COLUMNS.items()
}
_JSON = json.JSONDecoder()

Said = dict[int, dict[str, Any]]  # a row's number -> column -> what the log says stands there


@dataclass(frozen=True)
class _Plan:
    """How an entry is read: its `Tells`, looked up once for all; millions of entries are read by it."""

    table: str
    row: str
    partly: bool
    meant: Mapping[str, Any]
    columns: tuple[tuple[str, str, bool], ...]  # column, field, is it an instant

    @classmethod
    def of(cls, tells: Tells) -> _Plan:
        """The plan of one kind of entry."""
        columns = tuple((name, of, name.endswith("_at")) for name, of in tells.columns.items())
        return cls(tells.table, tells.row, tells.table in _PARTLY, tells.meant, columns)


_PLANS = {kind: _Plan.of(tells) for kind, tells in TELLS.items()}
_ALSO = {kind: _Plan.of(tells) for kind, tells in ALSO.items()}


def replay(bodies: Iterable[bytes], word: str, number: int) -> dict[str, Said]:
    """What the entries of one chain, first to last, say of its rows, table by table."""
    said: dict[str, Said] = {}
    about: Collection[str] = ABOUT[word]
    for body in bodies:
        try:
            entry, _end = _JSON.raw_decode(body.decode())
            kind, fields = entry["kind"], entry["fields"]
            if word == "case" and "company" not in fields:
                fields["company"] = said.get("cases", {}).get(number, {}).get("company_id")
            fields["at"], fields["self"] = entry["at"], number
            for plan in (_PLANS.get(f"{kind} {fields[BY_STATE[kind]]}" if kind in BY_STATE else kind), _ALSO.get(kind)):
                if plan is not None and plan.table in about:
                    _tell(said.setdefault(plan.table, {}), plan, fields)
        except (TypeError, ValueError, KeyError):
            continue  # an altered text, which is named where the hashes are looked at
        if kind in PASSED_ON and word == "case":
            _pass_on(said.get("promises", {}), fields.get("owner"), fields["company"])
    return said


def _tell(rows: Said, plan: _Plan, values: Mapping[str, Any]) -> None:
    number = _number(values[plan.row])
    row = rows.get(number)
    if row is None:
        row = rows[number] = _EMPTY[plan.table].copy()
    row.update(plan.meant)
    for name, of, is_instant in plan.columns:
        value = values.get(of)
        if is_instant and value is not None:
            row[name] = _instant(value)
        elif value is not None or not plan.partly or of in values:
            row[name] = value


def _pass_on(promises: Said, owner: Any, company: Any) -> None:
    """What is still open is the new owner's to keep, as `promises.pass_on` writes it."""
    for row in promises.values():
        if row.get("verdict") == Verdict.OPEN:
            row["owner_id"], row["company_id"] = owner, company


def _instant(value: Any) -> str:
    """An instant as `_rows` gives it: to the microsecond, in UTC. The log's own spelling of it is only cut."""
    if isinstance(value, str) and value.endswith("+00:00"):
        if len(value) == _TO_THE_SECOND:
            return f"{value[:-6]}.000000"
        if len(value) == _TO_THE_MICROSECOND:
            return str(value[:-6])
    return datetime.fromisoformat(value).astimezone(UTC).isoformat(timespec="microseconds").removesuffix("+00:00")


def _number(value: Any) -> int:
    if not isinstance(value, int) or not 0 < value <= LARGEST:
        raise ValueError(f"{value!r} is no row's number")
    return value
