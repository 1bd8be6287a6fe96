"""What is owed by telephone as pages show it, read at once; without it a list would ask anew for each of its rows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from hotline.console import asking, matter, people, rights
from hotline.domain import callbacks, owed_calls, slots
from hotline.domain.act import Act
from hotline.domain.callbacks import Attempt, Callback, State
from hotline.domain.cases import Case
from hotline.domain.promises import Promise
from hotline.standard.rules import Standard


@dataclass(frozen=True)
class Row:
    """A callback with its matter, what was promised, every attempt, and what this person may do with it."""

    callback: Callback
    case: Case
    standard: Standard
    promise: Promise | None  # while it is owed what falls due first of what it is there for; then what it was made for
    attempts: list[Attempt]
    wanted: str | None  # who is asked first
    may_change: bool

    @property
    def zone(self) -> str:
        """The company's, in which its times are told and typed."""
        return self.standard.timezone

    @property
    def stands(self) -> str:
        """What goes on with it: over, being rung, to begin by itself, or waiting for a person."""
        if self.callback.state != State.OPEN:
            return "over"
        if self.attempts and self.attempts[-1].ended_at is None:
            return "ringing"
        return "begins" if self.callback.next_at else "waits"


def rows(act: Act, found: Sequence[tuple[Callback, Case]]) -> list[Row]:
    """These callbacks as they are shown, in their order."""
    standards = matter.standards(act, {case.company_id for _callback, case in found})
    promised, attempts = _promises(act, found), _attempts(act, [one.id for one, _case in found])
    names = people.names(act, [one.wanted_id for one, _case in found])
    return [
        Row(
            callback=one,
            case=case,
            standard=standards[case.company_id],
            promise=_promise(one, promised[case.id]),
            attempts=attempts[one.id],
            wanted=names.get(one.wanted_id or 0),
            may_change=one.state == State.OPEN and _may_change(act, case),
        )
        for one, case in found
    ]


def of_case(act: Act, case: Case) -> list[Row]:
    """Every callback of one matter."""
    return rows(act, [(one, case) for one in callbacks.of_case(act, case.id)])


def for_templates() -> dict[str, Any]:
    """What the templates of callbacks may use beside the words."""
    return {"slot_of": slots.slot_of}


def _may_change(act: Act, case: Case) -> bool:
    person = asking.person()
    return rights.may_open(person, "console.change_callback") and rights.may_call_back(act, person, case)


def _promises(act: Act, found: Iterable[tuple[Callback, Case]]) -> dict[int, list[Promise]]:
    by_case: dict[int, list[Promise]] = {case.id: [] for _callback, case in found}
    query = select(Promise).where(Promise.case_id.in_(by_case)).order_by(Promise.due_at, Promise.id)
    for promise in act.session.scalars(query):
        by_case[promise.case_id].append(promise)
    return by_case


def _promise(callback: Callback, made: list[Promise]) -> Promise | None:
    owed = [one for one in made if one.is_owed and one.rule in owed_calls.rules_of(callback)]
    if callback.state == State.OPEN and owed:
        return owed[0]
    return next((one for one in made if one.rule == callback.rule and one.made_at >= callback.made_at), None)


def _attempts(act: Act, callback_ids: Sequence[int]) -> dict[int, list[Attempt]]:
    by_callback: dict[int, list[Attempt]] = {one: [] for one in callback_ids}
    query = select(Attempt).where(Attempt.callback_id.in_(callback_ids)).order_by(Attempt.callback_id, Attempt.n)
    for attempt in act.session.scalars(query):
        by_callback[attempt.callback_id].append(attempt)
    return by_callback
