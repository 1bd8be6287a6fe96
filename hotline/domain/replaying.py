"""Reads what the entries of one chain say of its rows; without it no row could be held against the log (REC-2)."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from operator import itemgetter
from typing import Any

from hotline.domain.chains import Telling
from hotline.domain.implied import MEANS, Fields
from hotline.domain.promise_forms import Verdict
from hotline.domain.tells import ALSO, BY_STATE, HOUSE, PASSED_ON, TELLS, UNTOLD, Tells

LARGEST = 2**31 - 1  # a row's number; what is larger in a forged text names no row
# Written with our last words, on record when the call is over; or of no entry of a version before.
_TOLD_LATER = {"calls": {"ended_by", "case_id"}, "cases": {"details", "outcome", "anonymous", "customer_id", "call_id"}}
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

# Nothing stands in a column of which nothing was told. Column by column in the order of COLUMNS: so rows are compared.
_EMPTY: dict[str, dict[str, Any]] = {
    name: {one: UNTOLD if name in _PARTLY or one in _TOLD_LATER.get(name, ()) else None for one in columns}
    for name, columns in COLUMNS.items()
}
Said = dict[int, Any]  # a row's number -> column -> what the log says stands there; of "turns" the values alone
_NOTHING: dict[str, Any] = {}


def _nothing_more(_kind: str, _fields: Fields, _said: dict[str, Said], _number: int) -> None:
    """Of other chains an entry means what it says."""


_MEANS_NOTHING = (frozenset[str](), _nothing_more)
# The scanner alone: the decoder around it takes half as long again.
_scan = json.JSONDecoder().scan_once  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True)
class _Plan:
    """How an entry is read: its `Tells`, looked up once for all; millions of entries are read by it."""

    table: str
    row: str
    meant: Mapping[str, Any]
    columns: tuple[str, ...]
    fields: tuple[str, ...]  # of which the columns are told, one by one
    told: Callable[[Mapping[str, Any]], tuple[Any, ...]]  # all of them at once
    instants: tuple[str, ...]  # columns that are told as they are written
    empty: dict[str, Any]

    @classmethod
    def of(cls, tells: Tells) -> _Plan:
        """The plan of one kind of entry."""
        fields = tuple(tells.columns.values())
        # Twice the first: of a single name it would give no tuple.
        told = itemgetter(*fields, fields[0]) if fields else lambda _fields: ()
        instants = tuple(name for name, of in tells.columns.items() if name.endswith("_at") and of != "at")
        return cls(
            tells.table, tells.row, tells.meant, tuple(tells.columns), fields, told, instants, _EMPTY[tells.table]
        )


_PLANS = {
    kind: tuple(_Plan.of(one) for one in (tells, ALSO.get(kind)) if one is not None) for kind, tells in TELLS.items()
}


def replay(told: Iterable[Telling], word: str, number: int, stored: Callable[[str], Any]) -> dict[str, Said]:
    """What the entries of one chain, first to last, say of its rows, table by table.

    `stored`: an instant as the database gives it.
    """
    said: dict[str, Said] = defaultdict(dict)
    about, of_case = ABOUT[word], word == "case"
    means, mean = MEANS.get(word, _MEANS_NOTHING)
    for telling in told:
        try:
            kind, fields = _read(telling, stored)
            if of_case and "company" not in fields:
                fields["company"] = said["cases"].get(number, _NOTHING).get("company_id")
            fields["self"] = number
            if kind in means:
                mean(kind, fields, said, number)
            for plan in _PLANS.get(f"{kind} {fields[BY_STATE[kind]]}" if kind in BY_STATE else kind, ()):
                if plan.table in about:
                    _tell(said[plan.table], plan, fields, stored)
        except (TypeError, ValueError, KeyError, OverflowError, RecursionError, StopIteration):
            continue  # an altered text, which is named where the hashes are looked at
        if of_case and kind in PASSED_ON:
            _pass_on(said["promises"], fields.get("owner"), fields["company"])
    return said


def _read(telling: Telling, stored: Callable[[str], Any]) -> tuple[str, dict[str, Any]]:
    """The kind of an entry and its fields, with its instant under "at"."""
    kind, at, written = telling
    if kind is None:
        entry = json.loads(written)
        return entry["kind"], entry["fields"] | {"at": stored(entry["at"])}
    text = written.decode()
    fields, end = _scan(text, 0)  # StopIteration where nothing stands there
    if end != len(text):
        raise ValueError("more than the fields")
    fields["at"] = at.decode() if isinstance(at, bytes) else at
    return kind.decode(), fields


def _tell(rows: Said, plan: _Plan, fields: dict[str, Any], stored: Callable[[str], Any]) -> None:
    number = _number(fields[plan.row])
    row = rows.get(number)
    if row is None:
        row = rows[number] = plan.empty.copy()
    row.update(plan.meant)
    try:
        row.update(zip(plan.columns, plan.told(fields)))  # noqa: B905 - to say so took as long again
        told: Iterable[str] = plan.instants
    except KeyError:  # not every entry of a kind has all of its fields
        told = _tell_some(row, plan, fields)
    for name in told:
        if row[name] is not None:
            row[name] = stored(row[name])


def _tell_some(row: dict[str, Any], plan: _Plan, fields: Mapping[str, Any]) -> list[str]:
    """What is missing means nothing where the log tells only some columns, else that nothing stands there.

    Which columns are told an instant as it is written.
    """
    for name, of in zip(plan.columns, plan.fields, strict=True):
        if of in fields:
            row[name] = fields[of]
        elif plan.table not in _PARTLY:
            row[name] = None
    return [name for name, of in zip(plan.columns, plan.fields, strict=True) if name in plan.instants and of in fields]


def _pass_on(promises: Said, owner: Any, company: Any) -> None:
    """What is still open is the new owner's to keep, as `promises.pass_on` writes it."""
    for row in promises.values():
        if row.get("verdict") == Verdict.OPEN:
            row["owner_id"], row["company_id"] = owner, company


def _number(value: Any) -> int:
    if not isinstance(value, int) or not 0 < value <= LARGEST:
        raise ValueError(f"{value!r} is no row's number")
    return value
