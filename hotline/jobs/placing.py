"""Calls that we place, and their end, whatever they are for; without it no telephone would ring but ours (rule 3)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Protocol

from hotline.carrier import Carrier
from hotline.carrier.pace import Lane
from hotline.domain import attempts, calls, companies, dispatches, legs, outbox, rounds, staff
from hotline.domain.act import Act
from hotline.domain.calls import FINAL, Call
from hotline.domain.calls import State as CallState
from hotline.domain.dispatches import Answer
from hotline.domain.outbox import OutboxEntry, State
from hotline.jobs.effects import Effect, Handler, Prepared
from hotline.runtime import Runtime


class News(Protocol):
    """Takes news of a call as the voice room takes the carrier's own notification, with all that follows from it."""

    def __call__(self, act: Act, call: Call, *, state: CallState, sequence: int, cause: str | None) -> None: ...


def over(act: Act, call: Call, *, state: CallState, sequence: int, cause: str | None) -> None:
    """A call has ended; what it was placed for did not come about. Answers that stand, stand."""
    calls.progress(act, call, state=state, sequence=sequence, ended_by=None, cause=cause)
    legs.ended(act, call, CallState(call.state))


def place(runtime: Runtime, act: Act, entry: OutboxEntry) -> Prepared:
    """Ask the carrier for a call, unless it is known to have been placed or is not wanted any more."""
    call = locked(act, entry)
    if call.sid is not None:  # its first webhook came before we could note that it was placed
        entry.carrier_sid = call.sid
        _look_later(act, call)
        return State.DONE
    if entry.submitted_at is None and (attempts.put_off(act, call) or not legs.wanted(act, call)):
        ended(act, call, CallState.FAILED, "not wanted any more")
        return State.DROPPED
    if entry.submitted_at is None and _engaged(act, call):  # by another call of ours: the next is rung instead
        ended(act, call, CallState.BUSY, "busy")
        return State.DROPPED
    return _placing(runtime, act, call)


def _placing(runtime: Runtime, act: Act, call: Call) -> Effect:
    to, from_ = legs.destination(act, call), companies.number_of(act, companies.get(act, call.company_id))
    ring, urls = legs.ring_seconds(act, call), runtime.addresses

    def ask(carrier: Carrier) -> str:
        return carrier.place_call(
            to=to,
            from_=from_,
            url=urls.outbound(call.id),
            status_url=urls.call_status(call.id),
            fallback_url=urls.fallback(),
            ring_seconds=ring,
        )

    def find(carrier: Carrier, since: datetime) -> list[str]:
        return [listed.sid for listed in carrier.find_calls(to=to, from_=from_, since=since)]

    return Effect(ask, find, act.sealer.blind(to))


def lanes(act: Act, entry: OutboxEntry) -> tuple[Lane, Lane]:
    """What a call that is to be placed shares with others: the number it is placed from, and its company."""
    company = companies.get(act, act.session.get_one(Call, entry.about["call"]).company_id)
    figures, number = act.standard.engine.carrier, companies.number_of(act, company)
    return Lane(f"number-{number}", figures.number_rest), Lane(f"company-{company.id}", figures.company_rest)


def placed(runtime: Runtime, act: Act, entry: OutboxEntry, sid: str) -> None:
    """The carrier has the call. One that is no longer wanted is ended."""
    call = locked(act, entry)
    if call.sid is None:
        call.sid = sid
        act.remember(call.chain, "call-submitted", sid=sid)
    made = dispatches.of_call(act, call)
    if made is not None and made.answer == Answer.RINGING:
        made.rung_at = act.at
    _look_later(act, call)
    if not legs.wanted(act, call):
        hang_up(act, call, key=f"end-placed-{call.id}")  # one owed before had nothing to end yet


def _look_later(act: Act, call: Call) -> None:
    """After the ring and the whisper a colleague must have answered (rule 8); a dispatch is looked at by itself."""
    if call.staff_id is None or dispatches.of_call(act, call) is not None:
        return
    rings = timedelta(seconds=legs.ring_seconds(act, call))
    due = act.at + rings + act.standard.engine.dispatch.listening.span
    outbox.post(act, "check-leg", due=due, key=f"check-leg-{call.id}", urgent=True, call=call.id)


def not_placed(runtime: Runtime, act: Act, entry: OutboxEntry, problem: str) -> None:
    """The call could not be had: somebody else is rung."""
    ended(act, locked(act, entry), CallState.FAILED, problem)


def end(runtime: Runtime, act: Act, entry: OutboxEntry) -> Prepared:
    """End a call that is no longer wanted; one that was never placed is dropped where it is owed."""
    call = calls.locked(act, entry.about["call"])
    sid = call.sid
    if sid is None or call.state in FINAL:
        return State.DROPPED

    def ask(carrier: Carrier) -> str:
        carrier.end_call(sid)
        return sid

    return Effect(ask)


def look_up(runtime: Runtime, act: Act, entry: OutboxEntry) -> Prepared:
    """A call's last notification may never come: ask the carrier how it stands (contract 3.3)."""
    call = calls.locked(act, entry.about["call"])
    if call.sid is None or call.state in FINAL:
        return State.DROPPED
    return state_of(call.sid)


def looking_up(news: News) -> Handler:
    """How a call is looked up; `news` is told what the carrier says of its end."""

    def tell(act: Act, entry: OutboxEntry, state: CallState, cause: str | None) -> None:
        call = locked(act, entry)
        if state in FINAL:
            news(act, call, state=state, sequence=call.sequence + 1, cause=cause)

    def looked_up(runtime: Runtime, act: Act, entry: OutboxEntry, state: str) -> None:
        tell(act, entry, CallState(state), None)

    def unknown(runtime: Runtime, act: Act, entry: OutboxEntry, problem: str) -> None:
        tell(act, entry, CallState.FAILED, problem)  # the carrier knows nothing of it: for us it is over

    return Handler(look_up, looked_up, unknown)


def state_of(sid: str) -> Effect:
    """How a call stands at the carrier."""
    return Effect(lambda carrier: carrier.fetch_call(sid).state.value)


def ended(act: Act, call: Call, state: CallState, cause: str | None) -> None:
    """A call that we placed has ended, and no notification said so."""
    over(act, call, state=state, sequence=call.sequence + 1, cause=cause)


def hang_up(act: Act, call: Call, *, key: str | None = None) -> None:
    """Owe the end of a call."""
    outbox.post(act, "end-call", key=key or f"end-{call.id}", case_id=call.case_id, urgent=True, call=call.id)


def locked(act: Act, entry: OutboxEntry) -> Call:
    """The call that an entry is about, locked, its company's standard chosen."""
    call = calls.locked(act, entry.about["call"])
    companies.get(act, call.company_id)
    return call


def _engaged(act: Act, call: Call) -> bool:
    return call.staff_id is not None and rounds.is_engaged(act, staff.get(act, call.staff_id))
