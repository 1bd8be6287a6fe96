"""What is owed by telephone as pages show it, read at once; without it a list would ask anew for each of its rows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from hotline.console import asking, matter, people, rights, words
from hotline.domain import callbacks, calls, owed_calls, slots
from hotline.domain.act import Act
from hotline.domain.audit import AuditEntry
from hotline.domain.callbacks import Attempt, Callback, State
from hotline.domain.cases import Case
from hotline.domain.promises import AGREED_TIME, Promise
from hotline.domain.waits import IN_LINE, Wait
from hotline.standard.rules import Standard


@dataclass(frozen=True)
class Row:
    """A callback with its matter, what was promised, every attempt, and what this person may do with it."""

    callback: Callback
    case: Case
    standard: Standard
    owed: list[Promise]  # what it is there for, in the order in which it falls due
    promise: Promise | None  # while it is owed what falls due first of what it is there for; then what it was made for
    attempts: list[Attempt]
    wanted: str | None  # who is asked first
    may_change: bool
    is_anothers: bool  # somebody else answers for it than the reader, who is asked first where they plan it
    cancelled_by: str | None
    asked_elsewhere: frozenset[int]  # promises that were asked for on the web
    is_engaged: bool  # it is due, and the customer is in another call with us
    in_line: bool  # it has its place in the line: the customer is rung once an agent has accepted
    at: datetime

    @property
    def zone(self) -> str:
        """The company's, in which its times are told and typed."""
        return self.standard.timezone

    def title(self, promise: Promise) -> str:
        """What was promised, in the reader's language."""
        if promise.id in self.asked_elsewhere:
            return words.text("callbacks.asked-elsewhere")
        return matter.promise_title(promise, self.standard)

    @property
    def stands(self) -> str:
        """What goes on with it: over, in the line or being rung, to begin by itself, or waiting for a person."""
        if self.callback.state != State.OPEN:
            return "over"
        if self.attempts and self.attempts[-1].ended_at is None:
            return "in-line" if self.in_line else "ringing"
        return "begins" if self.callback.next_at else "waits"

    @property
    def why_then(self) -> str:
        """Why it begins when it does, where that is more than the rule: agreed, tried before, or at once."""
        due = self.callback.next_at
        if due is None:
            return ""
        if self.is_engaged:
            return "engaged"
        if self.callback.agreed and due == self.callback.from_at and any(one.rule == AGREED_TIME for one in self.owed):
            return "agreed"
        if self.attempts:
            return "again"
        return "at-once" if due <= self.at else ""

    @property
    def times(self) -> list[Promise]:
        """Times that were agreed with the customer, not past: another one replaces them, or stands beside them."""
        return [one for one in self.owed if one.due_at >= self.at and one.rule == AGREED_TIME]

    @property
    def stays(self) -> list[Promise]:
        """What stays as it was promised, whatever time is agreed now: what is due before, and is no agreed time."""
        return [one for one in self.owed if one.due_at >= self.at and one.rule != AGREED_TIME]


def rows(act: Act, found: Sequence[tuple[Callback, Case]]) -> list[Row]:
    """These callbacks as they are shown, in their order."""
    standards = matter.standards(act, {case.company_id for _callback, case in found})
    promised, attempts = _promises(act, found), _attempts(act, [one.id for one, _case in found])
    by, web = (
        _cancelled_by(act, found),
        matter.asked_elsewhere(act, [one for made in promised.values() for one in made]),
    )
    in_line = _in_line(act, list(attempts))
    names = people.names(act, [*(one.wanted_id for one, _case in found), *by.values()])
    return [
        Row(
            callback=one,
            case=case,
            standard=standards[case.company_id],
            owed=_owed(one, promised[case.id]),
            promise=_promise(one, promised[case.id]),
            asked_elsewhere=web,
            attempts=attempts[one.id],
            wanted=names.get(one.wanted_id or 0),
            may_change=one.state == State.OPEN and _may_change(act, case),
            is_anothers=case.owner_id != asking.person().id,
            cancelled_by=names.get(by.get(one.id, 0)),
            is_engaged=_is_engaged(act, one, case, standards[case.company_id]),
            in_line=one.id in in_line,
            at=act.at,
        )
        for one, case in found
    ]


def of_case(act: Act, case: Case) -> list[Row]:
    """Every callback of one matter."""
    return rows(act, [(one, case) for one in callbacks.of_case(act, case.id)])


def for_templates() -> dict[str, Any]:
    """What the templates of callbacks may use beside the words."""
    return {"slot_of": slots.slot_of, "zone_name": zone_name}


def zone_name(zone: str) -> str:
    """How people call the clock by which they type a time; its name in the time zone database where nobody said."""
    return words.named("callbacks.clock", zone)


def _may_change(act: Act, case: Case) -> bool:
    person = asking.person()
    return rights.may_open(person, "console.change_callback") and rights.may_call_back(act, person, case)


def _promises(act: Act, found: Iterable[tuple[Callback, Case]]) -> dict[int, list[Promise]]:
    by_case: dict[int, list[Promise]] = {case.id: [] for _callback, case in found}
    query = select(Promise).where(Promise.case_id.in_(by_case)).order_by(Promise.due_at, Promise.id)
    for promise in act.session.scalars(query):
        by_case[promise.case_id].append(promise)
    return by_case


def _in_line(act: Act, callback_ids: Sequence[int]) -> set[int]:
    """Which of these callbacks wait in the line for one of ours."""
    query = select(Wait.callback_id).where(Wait.callback_id.in_(callback_ids), Wait.state.in_(IN_LINE))
    return {one for one in act.session.scalars(query) if one is not None}


def _is_engaged(act: Act, callback: Callback, case: Case, standard: Standard) -> bool:
    """Asked of what is due alone: once it is looked at again it is due within the minute."""
    soon = act.at + standard.engine.callbacks.look_again.span
    due = callback.next_at is not None and callback.next_at <= soon and case.customer_id is not None
    return due and calls.is_customer_on_the_line(act, case.customer_id or 0)


def _cancelled_by(act: Act, found: Iterable[tuple[Callback, Case]]) -> dict[int, int]:
    """Who of ours said that nobody is rung any more, by callback."""
    chains = {case.chain for one, case in found if one.state == State.CANCELLED}
    query = select(AuditEntry).where(AuditEntry.chain.in_(chains), AuditEntry.kind == "callback-cancelled")
    told = [entry.fields for entry in act.session.scalars(query)] if chains else []
    return {one["callback"]: one["by"] for one in told}


def _owed(callback: Callback, made: list[Promise]) -> list[Promise]:
    if callback.state != State.OPEN:
        return []
    return [one for one in made if one.is_owed and one.rule in owed_calls.rules_of(callback)]


def _promise(callback: Callback, made: list[Promise]) -> Promise | None:
    owed = _owed(callback, made)
    if owed:
        return owed[0]
    return next((one for one in made if one.rule == callback.rule and one.made_at >= callback.made_at), None)


def _attempts(act: Act, callback_ids: Sequence[int]) -> dict[int, list[Attempt]]:
    by_callback: dict[int, list[Attempt]] = {one: [] for one in callback_ids}
    query = select(Attempt).where(Attempt.callback_id.in_(callback_ids)).order_by(Attempt.callback_id, Attempt.n)
    for attempt in act.session.scalars(query):
        by_callback[attempt.callback_id].append(attempt)
    return by_callback
