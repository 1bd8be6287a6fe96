"""Callers join, agents sit down, time is told; without it each test of the line would begin from nothing."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import select

from hotline.domain import audit, calls, cases, companies, desk, matching, outbox, promises, seats
from hotline.domain.act import CALLER, CLOCK, COMMAND, Act, Actor
from hotline.domain.calls import Call, State
from hotline.domain.cases import Case, Kind
from hotline.domain.desk import Place, Wait, Why
from hotline.domain.matching import AgentOffer, Answer
from hotline.domain.outbox import OutboxEntry
from hotline.domain.seats import Seat, Status
from hotline.runtime import Runtime
from tests import given
from tests.world import Cast, Firm, Person

SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)


def joins(runtime: Runtime, cast: Cast, n: int = 1, who: Person | None = None, firm: Firm | None = None) -> int:
    with runtime.act(CALLER) as act:
        return given.wait(act, cast, n, who=who, firm=firm).id


def sits(runtime: Runtime, who: Person, status: Status = Status.FREE) -> None:
    with runtime.act(COMMAND) as act:
        given.seat(act, who, status)


def found(runtime: Runtime, wait_id: int) -> Wait:
    with runtime.look(COMMAND) as act:
        return act.session.get_one(Wait, wait_id)


def matched(runtime: Runtime) -> AgentOffer | None:
    with runtime.act(CLOCK) as act:
        return matching.next_match(act, words_version=given.WORDS)


def leaves(runtime: Runtime, wait_id: int, why: Why) -> None:
    with runtime.act(CALLER) as act:
        desk.leave(act, desk.locked(act, wait_id), why)


def promised_back(act: Act, cast: Cast, wait: Wait) -> Case:
    """The number was confirmed: the case with its promise, as the flow opens it."""
    company = companies.get(act, wait.company_id)
    call = calls.locked(act, wait.call_id or 0)
    case = cases.open(
        act, company, kind=Kind.CALLBACK, matter="callback", owner_id=call.owner_id, call=call, customer_id=cast.chen.id
    )
    promises.make(act, "ANS-3.callback", case)
    return case


def keeps(runtime: Runtime, cast: Cast, wait_id: int) -> int:
    """The caller asks to be rung back, and hangs up; which case that is."""
    with runtime.act(CALLER) as act:
        wait = desk.locked(act, wait_id)
        desk.wants_place(act, wait)
        case = promised_back(act, cast, wait)
        desk.keep_place(act, wait, case)
        hangs_up(act, wait)
        return case.id


def hangs_up(act: Act, wait: Wait) -> None:
    """The caller's call is over."""
    calls.locked(act, wait.call_id or 0).state = State.ENDED
    desk.abandoned(act, wait)


def entries(runtime: Runtime, wait_id: int, kind: str) -> list[dict[str, Any]]:
    with runtime.look(COMMAND) as act:
        told = audit.entries(act.session, act.session.get_one(Wait, wait_id).chain)
        return [entry.fields for entry in told if entry.kind == kind]


def owed(runtime: Runtime, kind: str) -> list[OutboxEntry]:
    with runtime.look(COMMAND) as act:
        query = select(OutboxEntry).where(OutboxEntry.kind == kind, OutboxEntry.state == outbox.State.DUE)
        return list(act.session.scalars(query.order_by(OutboxEntry.id)))


def handled(runtime: Runtime, cast: Cast, seconds: list[int]) -> None:
    """Conversations of these lengths, just over."""
    with runtime.act(COMMAND) as act:
        for n, length in enumerate(seconds, start=100):
            wait = given.wait(act, cast, n)
            wait.state, wait.ended_at, wait.handled_seconds = Place.DONE, act.at, length


def offered(runtime: Runtime) -> AgentOffer:
    offer = matched(runtime)
    assert offer is not None, "somebody waits, and nobody was rung"
    return offer


def answers(runtime: Runtime, offer: AgentOffer, what: Answer) -> None:
    with runtime.act(Actor("phone", offer.staff_id)) as act:
        matching.turned_down(act, its(act, offer), what)


def its(act: Act, offer: AgentOffer) -> AgentOffer:
    """The offer as the agent's leg finds it, everything locked in order."""
    leg = act.session.get_one(Call, offer.call_id)
    mine = matching.of_call(act, leg)
    assert mine is not None
    return mine


def accepts(runtime: Runtime, offer: AgentOffer) -> None:
    with runtime.act(Actor("phone", offer.staff_id)) as act:
        matching.accept(act, its(act, offer))


def seat_of(runtime: Runtime, who: Person) -> Seat:
    with runtime.look(COMMAND) as act:
        return act.session.get_one(Seat, who.id)


def speaks(runtime: Runtime, who: Person, *languages: str) -> None:
    with runtime.act(COMMAND) as act:
        seats.speaking(act, seats.locked(act, who.id), languages)


def owns(runtime: Runtime, cast: Cast, who: Person) -> None:
    with runtime.act(COMMAND) as act:
        given.case(act, cast, owner=who)
