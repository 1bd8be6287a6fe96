"""Compares the rows that people read with what the log says of them; without it a row could lie beside a sound log."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, column, func, or_, select, table
from sqlalchemy.orm import Session

from hotline.domain.calls import FINAL, State
from hotline.domain.chains import Tail
from hotline.domain.findings import Report, What
from hotline.domain.promises import Verdict
from hotline.domain.repairs import Stage

NAME = re.compile(r"(call|case|seat):([1-9][0-9]{0,17})")
HOUSE = "house"  # the chain that says who works here
_LARGEST = 2**31 - 1  # a row's number; what is larger in a forged text names no row
_PASSED_ON = ("handover-accepted", "handover-forced")


@dataclass(frozen=True)
class Tells:
    """What one kind of entry says of one row: the entry's field with the row's number, and column by column."""

    table: str
    row: str
    columns: Mapping[str, str]  # column -> field of the entry; "at" is the entry's instant, "self" the chain's number
    meant: Mapping[str, Any] = field(default_factory=dict)  # column -> what such an entry means by itself


_CALL = {
    "direction": "direction",
    "company_id": "company",
    "customer_id": "customer",
    "staff_id": "colleague",
    "owner_id": "owner",
    "started_at": "at",
}
_CASE = {
    "number": "number",
    "kind": "what",
    "matter": "matter",
    "company_id": "company",
    "numbered_by_id": "company",
    "owner_id": "owner",
    "first_owner_id": "owner",
    "handler_id": "owner",
    "opened_at": "at",
}
_PROMISE = {
    "case_id": "self",
    "company_id": "company",
    "rule": "rule",
    "owner_id": "owner",
    "made_at": "at",
    "due_at": "due",
    "calendar": "calendar",
}
_ORDER = {"case_id": "self", "fault_class": "fault", "scope": "scope", "fee_yuan": "fee", "reported_at": "at"}
_OVER = {"ended_at": "at", "ended_by": "ended_by"}
_OWNED = {"owner_id": "owner", "handler_id": "owner", "company_id": "company"}
_ASKED = {"case_id": "self", "giver_id": "giver", "receiver_id": "receiver", "why": "why", "asked_at": "at"}
_UNSIGNED = {"stage": Stage.REPORTED, **dict.fromkeys(("engineer_id", "signed_at", "on_the_way_at", "arrived_at"))}
_DONE = {"found": "found", "tested": "tested", "customer_signed": "customer_signed"}

# "<kind of entry>", or "<kind> <state>" where it is the state that says which columns it wrote.
TELLS: dict[str, Tells] = {
    "call-began": Tells("calls", "self", _CALL, {"state": State.RINGING}),
    "call-placed": Tells("calls", "self", _CALL, {"state": State.PLACED}),
    "call-kept": Tells("calls", "self", {"started_at": "began"}),
    "call-answered": Tells("calls", "self", {"answer_ms": "millis", "answered_at": "at"}, {"state": State.TALKING}),
    "call-picked-up": Tells("calls", "self", {"answered_at": "at"}, {"state": State.TALKING}),
    "call-owned": Tells("calls", "self", {"owner_id": "owner", "answered_by_id": "owner"}),
    "caller-known": Tells("calls", "self", {"customer_id": "customer"}),
    **{
        f"call-state {state}": Tells("calls", "self", {"state": "state", **(_OVER if state in FINAL else {})})
        for state in State
    },
    "case-opened": Tells("cases", "self", _CASE, {"state": "open"}),
    "handler": Tells("cases", "self", {"handler_id": "now"}),
    **{kind: Tells("cases", "self", _OWNED) for kind in _PASSED_ON},
    "handover-asked": Tells(
        "handovers", "handover", {**_ASKED, "bounced": "bounced", "reason": "reason"}, {"state": "asked"}
    ),
    "handover-declined": Tells(
        "handovers", "handover", {"refusal": "refusal", "settled_at": "at"}, {"state": "declined"}
    ),
    **{
        f"handover-{state}": Tells("handovers", "handover", {"settled_at": "at"}, {"state": state})
        for state in ("returned", "withdrawn")
    },
    "case-closed": Tells("cases", "self", {"closed_at": "at", "closed_by_id": "by"}, {"state": "closed"}),
    "promise-made": Tells("promises", "promise", _PROMISE, {"verdict": Verdict.OPEN}),
    "promise-done": Tells("promises", "promise", {"verdict": "verdict", "done_at": "at", "judged_at": "at"}),
    "promise-broken": Tells("promises", "promise", {"judged_at": "at"}, {"verdict": Verdict.BROKEN}),
    "promise-excused": Tells(
        "promises", "promise", {"judged_at": "at", "excused_by_id": "by"}, {"verdict": Verdict.EXCUSED}
    ),
    "dispatch-began": Tells("dispatches", "dispatch", {"case_id": "self", "duty": "duty", "posted_at": "at"}),
    "signed": Tells("dispatches", "dispatch", {"signed_at": "at", "signed_by_id": "by"}),
    "dispatch-reopened": Tells("dispatches", "dispatch", {}, dict.fromkeys(("signed_at", "signed_by_id"))),
    "fault-reported": Tells("repair_orders", "order", _ORDER, {"stage": Stage.REPORTED}),
    "repair-given-back": Tells("repair_orders", "order", {}, _UNSIGNED),
    "repair-done": Tells("repair_orders", "order", _DONE),
    "repair signed": Tells("repair_orders", "order", {"stage": "now", "signed_at": "at", "engineer_id": "by"}),
    **{
        f"repair {stage}": Tells("repair_orders", "order", {"stage": "now", f"{stage}_at": "at"})
        for stage in (Stage.ON_THE_WAY, Stage.ARRIVED, Stage.DONE)
    },
    "staff-hired": Tells("staff", "staff", {"company_id": "company"}, {"active": True}),
    "staff-left": Tells("staff", "staff", {}, {"active": False}),
    "staff-returned": Tells("staff", "staff", {}, {"active": True}),
}
# What a kind of entry says of a second row.
ALSO: dict[str, Tells] = {
    "handover-accepted": Tells("handovers", "handover", {"settled_at": "at"}, {"state": "accepted"}),
    "handover-forced": Tells(
        "handovers",
        "handover",
        {**_ASKED, "receiver_id": "owner", "settled_at": "at"},
        {"state": "accepted", "bounced": False, "reason": ""},
    ),
}
_TOLD_LATER = {"ended_by"}  # written with our last words, on record when the call is over
_BY_STATE = {"call-state": "state", "repair": "now"}
KINDS = frozenset(name.split()[0].encode() for name in TELLS)  # the entries that are read again here
_ABOUT = {
    "call": ("calls",),
    "case": ("cases", "promises", "dispatches", "repair_orders", "handovers"),
    "seat": (),
    HOUSE: ("staff",),
}
_HELD_BY = dict.fromkeys(_ABOUT["case"], "case_id") | {"calls": "id", "cases": "id", "staff": "company_id"}
COLUMNS = {
    name: sorted(
        {c for t in (*TELLS.values(), *ALSO.values()) if t.table == name for c in (*t.columns, *t.meant)} - {"id"}
    )
    for name in _HELD_BY
}

Said = dict[int, dict[str, Any]]  # a row's number -> column -> what the log says stands there


def check(session: Session, report: Report, tails: Iterable[Tail]) -> None:
    """Name every row and column of these chains' calls and cases that says something else than their entries."""
    chains: dict[str, dict[int, str]] = defaultdict(dict)  # "call" -> a call's number -> its chain
    said: dict[str, Said] = {name: {} for name in _HELD_BY}
    for tail in tails:
        match = NAME.fullmatch(tail.chain)
        if match is not None and int(match[2]) <= _LARGEST:
            chains[match[1]][int(match[2])] = tail.chain
            for name, rows in _replay(tail, match[1], int(match[2])).items():
                said[name].update(rows)
        elif tail.chain == HOUSE:
            chains[HOUSE] = dict.fromkeys(session.scalars(select(table("companies", column("id")).c.id)), HOUSE)
            said |= _replay(tail, HOUSE, 0)
    for word, held in chains.items():
        for name in _ABOUT[word]:
            _compare(session, report, name, said[name], held)


def _replay(tail: Tail, word: str, number: int) -> dict[str, Said]:
    """What the entries of one chain, first to last, say of its rows."""
    said: dict[str, Said] = {name: {} for name in _ABOUT[word]}
    for body in tail.told:
        try:
            entry = json.loads(body)
            kind, fields = entry["kind"], entry["fields"]
            tells = TELLS.get(f"{kind} {fields[_BY_STATE[kind]]}" if kind in _BY_STATE else kind)
            company = said["cases"].get(number, {}).get("company_id") if word == "case" else None
            values = {"company": company, **fields, "at": entry["at"], "self": number}
            for one in (tells, ALSO.get(kind)):
                if one is not None and one.table in said:
                    _tell(said[one.table], one, values, tail.chain)
        except (TypeError, ValueError, KeyError):
            continue  # an altered text, which is named where the hashes are looked at
        if kind in _PASSED_ON and word == "case":
            _pass_on(said["promises"], values.get("owner"), values["company"])
    return said


def _tell(rows: Said, tells: Tells, values: Mapping[str, Any], chain: str) -> None:
    row = rows.setdefault(_number(values[tells.row]), {"chain": chain, **_empty(tells.table)})
    row.update(tells.meant)
    row.update({name: _exact(name, values.get(of)) for name, of in tells.columns.items()})


def _empty(name: str) -> dict[str, None]:
    """Nothing stands in a column of which nothing was told."""
    return {one: None for one in COLUMNS[name] if one not in _TOLD_LATER}


def _pass_on(promises: Said, owner: Any, company: Any) -> None:
    """What is still open is the new owner's to keep, as `promises.pass_on` writes it."""
    for row in promises.values():
        if row.get("verdict") == Verdict.OPEN:
            row["owner_id"], row["company_id"] = owner, company


def _compare(session: Session, report: Report, name: str, said: Said, held: dict[int, str]) -> None:
    there = _rows(session, name, said, held)
    for number, shown in there.items():
        if number not in said:
            chain = held.get(shown[_HELD_BY[name]])
            if chain is not None:
                report.find(chain, None, What.ROW_UNTOLD, f"{name} {number}")
            continue
        for column_name, value in said[number].items():
            if column_name != "chain" and shown[column_name] != value:
                report.find(said[number]["chain"], None, What.ROW, f"{name} {number} {column_name}")
    for number in said.keys() - there.keys():
        if name not in ("calls", "cases"):  # a chain without its call or case is named as such
            report.find(said[number]["chain"], None, What.ROW_GONE, f"{name} {number}")


def _rows(session: Session, name: str, said: Said, held: dict[int, str]) -> dict[int, Mapping[str, Any]]:
    """The rows as they stand, unread: a time that is no time any more stops nothing."""
    of = table(name, column("id"), *(column(one) for one in COLUMNS[name]))
    sqlite = session.get_bind().dialect.name == "sqlite"
    shown = [_as_text(of.c[one], sqlite).label(one) if one.endswith("_at") else of.c[one] for one in COLUMNS[name]]
    holder = of.c[_HELD_BY[name]]
    query = select(of.c.id, *shown).where(or_(holder.in_(list(held)), of.c.id.in_(list(said))))
    return {row[0]: dict(zip(COLUMNS[name], row[1:], strict=True)) | {"id": row[0]} for row in session.execute(query)}


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
