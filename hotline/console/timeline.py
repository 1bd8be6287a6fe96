"""A case on one line of time: what was promised, by when, and all that happened; else each would be in its own list.

Nothing of the customer is in it but that we spoke or wrote: instants, rules, and people of ours.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from sqlalchemy import select

from hotline.console import matter, people, words
from hotline.domain import audit, decisions, promises
from hotline.domain.act import Act
from hotline.domain.audit import AuditEntry
from hotline.domain.calls import Call
from hotline.domain.cases import Case
from hotline.domain.notices import Notice
from hotline.domain.outbox import OutboxEntry, State
from hotline.domain.parties import Meeting
from hotline.domain.promises import Promise, Verdict
from hotline.papers import promised

TICKS = 5  # instants written along the axis, at most
_WARNED = ("sent", "promise-due-soon")
_DAY = date.resolution
_HOUR = _DAY / 24


class Lane(StrEnum):
    """What somebody did, by what it is about; each has its own line and its own shape."""

    OWNER = "owner"
    STEP = "step"
    CONTACT = "contact"
    DECISION = "decision"
    TOLD = "told"


# Entries of the case's record by their kinds; a kind ending in "-" stands for all that begin with it. The first that
# fits counts; what has no lane is said by another entry of the same moment.
_LANES: tuple[tuple[str, Lane | None], ...] = (
    ("case-opened", Lane.OWNER),
    ("handover-", Lane.OWNER),
    ("handler", Lane.OWNER),
    ("case-closed", Lane.STEP),
    ("complaint-signed", None),
    ("complaint-stage", None),
    ("complaint-replied", Lane.CONTACT),
    ("complaint-told", Lane.CONTACT),
    ("complaint-visited", Lane.CONTACT),
    ("complaint-", Lane.STEP),
    ("fault-reported", Lane.STEP),
    ("emergency-told", Lane.STEP),
    ("repair", Lane.STEP),
    ("repair-given-back", Lane.STEP),
    ("dispatch-", Lane.STEP),
    ("signed", Lane.STEP),
    ("called-back", Lane.CONTACT),
    ("case-reopened", Lane.OWNER),
    ("visit-owed", None),
    ("visit-to-sign", None),
    ("visit-signed", Lane.STEP),
    ("visit-", Lane.CONTACT),
    ("callback-served", Lane.CONTACT),
    ("decision-", Lane.DECISION),
)
_WHOSE = ("owner", "receiver", "now", "by")  # the field of an entry that says whom it is about


@dataclass(frozen=True)
class Mark:
    """Something that happened: `x` in per cent of the line; `who`: of ours, or nobody; `promise`: what it is about."""

    at: datetime
    x: float
    lane: Lane
    what: str
    who: str
    warns: bool = False
    promise_id: int | None = None


@dataclass(frozen=True)
class Bar:
    """One promise from its making to its deadline, and on until it was done or is judged; in per cent of the line."""

    promise: Promise
    title: str
    verdict: str  # as it is called, or overdue where the clock did not come to judge it yet
    x: float
    width: float
    over: float  # how far beyond the deadline
    done: float | None
    marks: list[Mark]


@dataclass(frozen=True)
class TimeLine:
    """Everything on one axis. `ticks`: where an instant is written; `now`: where the present is, on an open case."""

    bars: list[Bar]
    lanes: list[tuple[Lane, list[Mark]]]
    events: list[Mark]
    ticks: list[tuple[float, datetime]]
    now: float | None


@dataclass(frozen=True)
class _Axis:
    begins: datetime
    ends: datetime

    def x(self, at: datetime) -> float:
        whole = (self.ends - self.begins).total_seconds()
        part = (min(max(at, self.begins), self.ends) - self.begins).total_seconds()
        return round(100 * part / whole, 2) if whole else 0.0


def of_case(act: Act, case: Case) -> TimeLine:
    """What a case's page draws; the case's company's standard is chosen. Nothing is locked."""
    made = promises.of_case(act, case.id)
    happened = sorted(_happened(act, case), key=lambda one: one[0])
    longer = promised.extended(decisions.of_case(act, case.id))
    titles = matter.titles(act, made, act.standard)
    rules = {one.id: one.rule_id for one in made}
    axis = _axis(act, case, made, (at for at, *_rest in happened))
    names = people.names(act, (staff_id for _at, _lane, _what, staff_id, _promise in happened))
    marks = [
        Mark(at, axis.x(at), lane, _words(what, rules.get(about or 0)), names.get(by or 0, ""), what == _WARNED, about)
        for at, lane, what, by, about in happened
    ]
    told = [one for one in marks if one.promise_id is not None]
    return TimeLine(
        bars=[_bar(act, axis, one, (titles[one.id], promised.verdict(one, longer)), told) for one in made],
        lanes=[(lane, found) for lane in Lane if (found := [one for one in marks if one.lane == lane])],
        events=marks,
        ticks=[(axis.x(at), at) for at in _ticks(axis, ZoneInfo(act.standard.timezone))],
        now=axis.x(act.at) if case.state == "open" and act.at < axis.ends else None,
    )


# When, what it is about, the group and the name of its word, who of ours, which promise.
_Happened = tuple[datetime, Lane, tuple[str, str], int | None, int | None]


def _happened(act: Act, case: Case) -> Iterator[_Happened]:
    for entry in audit.entries(act.session, case.chain):
        lane = next((lane for kind, lane in _LANES if _is(entry.kind, kind)), None)
        if lane is not None:
            yield entry.at, lane, _said(entry), _whose(entry), None
    yield from _contacts(act, case)
    for notice in act.session.scalars(select(Notice).where(Notice.case_id == case.id).order_by(Notice.id)):
        yield notice.at, Lane.TOLD, ("sent", notice.text), notice.staff_id, notice.promise_id


def _contacts(act: Act, case: Case) -> Iterator[_Happened]:
    """Calls with the customer, and texts that the carrier took."""
    call = act.session.get(Call, case.call_id) if case.call_id is not None else None
    if call is not None:
        yield call.started_at, Lane.CONTACT, ("timeline-contact", "call-in"), call.answered_by_id, None
    for meeting in act.session.scalars(select(Meeting).where(Meeting.case_id == case.id, Meeting.met_at.is_not(None))):
        if meeting.met_at is not None:
            yield meeting.met_at, Lane.CONTACT, ("timeline-contact", "call-out"), meeting.agent_id, None
    texts = select(OutboxEntry).where(OutboxEntry.case_id == case.id, OutboxEntry.kind == "send-text")
    for text in act.session.scalars(texts.where(OutboxEntry.state == State.DONE).order_by(OutboxEntry.id)):
        if text.about.get("to") == "customer" and text.settled_at is not None:
            yield text.settled_at, Lane.CONTACT, ("sent", text.about["text"]), None, None


def _words(what: tuple[str, str], rule_id: str | None) -> str:
    said = words.named(*what)
    return f"{said} {rule_id}" if rule_id else said


def _is(kind: str, known: str) -> bool:
    return kind.startswith(known) if known.endswith("-") else kind == known


def _said(entry: AuditEntry) -> tuple[str, str]:
    """Of a repair, how far it is; of everything else what kind of entry it is."""
    return ("stage", str(entry.fields.get("now"))) if entry.kind == "repair" else ("entry", entry.kind)


def _whose(entry: AuditEntry) -> int | None:
    fields = entry.fields
    named = next((fields[name] for name in _WHOSE if isinstance(fields.get(name), int)), None)
    acting = entry.actor.partition(":")[2]
    return named if named is not None else int(acting) if acting.isdigit() else None


def _axis(act: Act, case: Case, made: list[Promise], happened: Iterable[datetime]) -> _Axis:
    until = [case.opened_at, *happened, *(one.due_at for one in made)]
    until += [one.done_at for one in made if one.done_at is not None]
    until.append(case.closed_at or act.at)
    return _Axis(case.opened_at, max(until))


def _ticks(axis: _Axis, zone: ZoneInfo) -> list[datetime]:
    """Both ends, and between them whole days, or hours where it is too short for days, as a clock there shows them."""
    step = (axis.ends - axis.begins) / (TICKS - 1)
    if not step:
        return [axis.begins]
    between = [(axis.begins + place * step).astimezone(zone) for place in range(1, TICKS - 1)]
    days, hours = ([_nearest(at, unit) for at in between] for unit in (_DAY, _HOUR))
    whole = (found for found in (days, hours) if axis.begins < found[0] and len(set(found)) == len(found))
    return [axis.begins, *_apart(axis, next(whole, between)), axis.ends]


def _nearest(at: datetime, unit: timedelta) -> datetime:
    """The whole day or hour next to an instant, as a clock there shows it."""
    rounded = at.replace(tzinfo=None) + unit / 2
    return datetime.combine(rounded, time(rounded.hour if unit < _DAY else 0), at.tzinfo)


def _apart(axis: _Axis, between: list[datetime]) -> list[datetime]:
    """Those of the instants that can be written without lying over another, or over what stands at an end."""
    room = (axis.ends - axis.begins) / TICKS
    found: list[datetime] = []
    for at in between:
        free = not found or at - found[-1] >= room * 2 / 3
        if free and at - axis.begins >= room and axis.ends - at >= room:
            found.append(at)
    return found


def _bar(act: Act, axis: _Axis, promise: Promise, called: tuple[str, str], told: list[Mark]) -> Bar:
    """`called`: its title and its verdict; `told`: of every promise who was told of it."""
    title, verdict = called
    overdue = promise.verdict == Verdict.OPEN and promise.due_at < act.at
    waits = overdue or (promise.verdict == Verdict.BROKEN and promise.is_owed)
    begins, due = axis.x(promise.made_at), axis.x(promise.due_at)
    until = promise.done_at or (act.at if waits else promise.due_at)
    return Bar(
        promise,
        title,
        "overdue" if overdue else verdict,
        x=min(begins, due),
        width=round(abs(due - begins), 2),
        over=round(max(axis.x(until) - due, 0.0), 2),
        done=axis.x(promise.done_at) if promise.done_at is not None else None,
        marks=[mark for mark in told if mark.promise_id == promise.id],
    )
