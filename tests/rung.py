"""What is owed by telephone, without a telephone call; without it each test would tell how somebody missed us."""

from __future__ import annotations

from sqlalchemy import select

from hotline.domain import (
    attempts,
    beginnings,
    callbacks,
    calls,
    cases,
    companies,
    legs,
    matching,
    meetings,
    owed_calls,
    promises,
)
from hotline.domain.act import CALLER, CARRIER, CLOCK, COMMAND, Act
from hotline.domain.callbacks import Attempt, Callback, Style
from hotline.domain.calls import Call, State
from hotline.domain.cases import Case, Kind
from hotline.domain.waits import Wait
from hotline.runtime import Runtime
from tests import given
from tests.world import Cast, Person

MISSED = "CBK-2.missed"


def owes(
    runtime: Runtime, cast: Cast, rule: str = MISSED, *, style: Style = Style.TALK, kind: Kind = Kind.CALLBACK
) -> int:
    """Chen is owed a call by this rule, in a matter of its own; the id of the callback."""
    with runtime.act(COMMAND) as act:
        case = given.case(act, cast, kind=kind, matter="abandoned")
        return callbacks.owe(act, case, rule, style=style, from_at=act.at if style is Style.SURVEY else None).id


def begins(runtime: Runtime) -> None:
    """A worker looks at what is due."""
    with runtime.act(CLOCK) as act:
        beginnings.begin_due(act, words_version=given.WORDS)


def sits(runtime: Runtime, *people: Person) -> None:
    """These agents are free."""
    with runtime.act(COMMAND) as act:
        for one in people:
            companies.get(act, 1)
            given.seat(act, one)


def found(runtime: Runtime, callback_id: int) -> Callback:
    with runtime.look(COMMAND) as act:
        return act.session.get_one(Callback, callback_id)


def tried(runtime: Runtime, callback_id: int) -> list[Attempt]:
    with runtime.look(COMMAND) as act:
        return callbacks.attempts_of(act, callback_id)


def in_line(runtime: Runtime) -> list[Wait]:
    """Places from which somebody is to be rung back, that are not over."""
    with runtime.look(COMMAND) as act:
        query = select(Wait).where(Wait.callback_id.is_not(None), Wait.ended_at.is_(None))
        return list(act.session.scalars(query.order_by(Wait.id)))


def verdicts(runtime: Runtime, callback_id: int) -> dict[str, str]:
    """What was promised in the matter of a callback, and what became of it."""
    with runtime.look(COMMAND) as act:
        case_id = act.session.get_one(Callback, callback_id).case_id
        return {one.rule: str(one.verdict) for one in promises.of_case(act, case_id)}


def case_of(act: Act, callback_id: int) -> Case:
    """The matter of a callback, locked, its company's standard chosen."""
    case = cases.get(act, act.session.get_one(Callback, callback_id).case_id)
    companies.get(act, case.company_id)
    return case


def takes(runtime: Runtime) -> int:
    """The next agent accepts, and the customer's telephone rings; the id of the customer's call."""
    with runtime.act(CLOCK) as act:
        offer = matching.next_match(act, words_version=given.WORDS)
        assert offer is not None, "nobody is to be rung, or nobody is free"
        offer_id, leg_id = offer.id, offer.call_id
    with runtime.act(CALLER) as act:
        leg = calls.locked(act, leg_id or 0)
        mine = matching.of_call(act, leg)
        assert mine is not None
        assert mine.id == offer_id
        wait = matching.accept(act, mine)
        meeting = meetings.begin(act, agent_leg=leg, customer_call=None, wait=wait, case_id=wait.case_id)
        return meeting.call_id or 0


def by_hand(runtime: Runtime, callback_id: int) -> int:
    """Somebody of ours rings the customer now, from the page of the matter; the id of the call."""
    with runtime.act(COMMAND) as act:
        case = case_of(act, callback_id)
        call = owed_calls.placed(act, case, companies.get(act, case.company_id), "called-back", given.WORDS)
        attempts.rung(act, case, call)
        return call.id


def ends(runtime: Runtime, call_id: int, state: State, cause: str | None = None) -> None:
    """The customer's call is over, as the carrier says, or for a `cause` of ours."""
    with runtime.act(CARRIER) as act:
        call = calls.locked(act, call_id)
        companies.get(act, call.company_id)
        calls.progress(act, call, state=state, sequence=call.sequence + 1, ended_by="them", cause=cause)
        legs.ended(act, call, state)


def calls_to(runtime: Runtime, customer_id: int) -> list[Call]:
    """Every call that we placed to a customer."""
    with runtime.look(COMMAND) as act:
        query = select(Call).where(Call.customer_id == customer_id, Call.direction == "out", Call.staff_id.is_(None))
        return list(act.session.scalars(query.order_by(Call.id)))
