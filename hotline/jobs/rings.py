"""Colleagues are rung until one signs; without it a dispatch would be a row that nobody hears of (FLT-2, EMG-2)."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import Protocol

from hotline.carrier import Carrier
from hotline.domain import calls, cases, companies, dispatches, outbox, staff
from hotline.domain.act import Act
from hotline.domain.calls import FINAL, Call
from hotline.domain.calls import State as CallState
from hotline.domain.dispatches import Answer, Dispatch, Offer
from hotline.domain.outbox import OutboxEntry, State
from hotline.jobs import telling
from hotline.jobs.effects import Effect, Handler, Prepared
from hotline.runtime import Runtime

FIRST_STEP = "repair-offer"
OPEN = (Answer.RINGING, Answer.HEARD)


def ring_next(runtime: Runtime, act: Act, entry: OutboxEntry) -> Prepared:
    """Choose who is rung now, and owe the call, the text with the link, and a look at what became of it.

    When all were rung in vain the supervisors are told, and after a pause the round begins again: never silence.
    """
    dispatch = dispatches.get(act, entry.about["dispatch"])
    if not dispatches.unsigned(act, dispatch):
        return State.DROPPED
    case = cases.get(act, dispatch.case_id)
    company = companies.get(act, case.company_id)
    person = dispatches.next_to_ring(act, dispatch, case)
    if person is None:
        rung = len(dispatches.offers(act, dispatch.id))
        telling.supervisors(act, case.id, "nobody-signed", f"{dispatch.id}-{rung}")
        return act.at + act.standard.engine.dispatch.round_pause.span
    if dispatches.is_engaged(act, person):  # so is everybody else who could be rung: wait for the first to be free
        return act.at + act.standard.engine.dispatch.ring_pause.span
    call = calls.place(
        act,
        company,
        colleague=person,
        case_id=case.id,
        owner_id=case.owner_id,
        our_number=companies.number_of(act, company),
        first_step=FIRST_STEP,
        words_version=runtime.prompts.version,
        slots={"dispatch": dispatch.id},
    )
    _owe(act, dispatch, dispatches.offer(act, dispatch, person, call), call)
    return State.DONE


def _owe(act: Act, dispatch: Dispatch, made: Offer, call: Call) -> None:
    owe = partial(outbox.post, act, case_id=dispatch.case_id, urgent=True, emergency=dispatch.urgent)
    looked_at = act.at + act.standard.repair.engineer_ring.span + act.standard.engine.dispatch.listening.span
    owe("place-call", key=f"place-{call.id}", call=call.id)
    owe("text-link", key=f"link-{made.id}", offer=made.id)
    owe("check-offer", due=looked_at, key=f"check-{made.id}", offer=made.id)


def place(runtime: Runtime, act: Act, entry: OutboxEntry) -> Prepared:
    """Ask the carrier for a call, unless it is known to have been placed or is not wanted any more."""
    call = calls.locked(act, entry.about["call"])
    company = companies.get(act, call.company_id)
    if call.sid is not None:  # its first webhook came before we could note that it was placed
        entry.carrier_sid = call.sid
        return State.DONE
    if entry.submitted_at is None and not _wanted(act, call):
        _ended(act, call, CallState.FAILED, "not wanted any more")
        return State.DROPPED
    if entry.submitted_at is None and _engaged(act, call):  # by another call of ours: the next is rung instead
        _ended(act, call, CallState.BUSY, "busy")
        return State.DROPPED
    to, from_ = _number_of(act, call), companies.number_of(act, company)
    ring = act.standard.repair.engineer_ring.seconds
    urls = runtime.addresses

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


def placed(runtime: Runtime, act: Act, entry: OutboxEntry, sid: str) -> None:
    """The carrier has the call. One that is no longer wanted is ended."""
    call = calls.locked(act, entry.about["call"])
    if call.sid is None:
        call.sid = sid
        act.remember(call.chain, "call-submitted", sid=sid)
    made = dispatches.of_call(act, call)
    if made is not None and made.answer == Answer.RINGING:
        made.rung_at = act.at
    if not _wanted(act, call):
        outbox.post(act, "end-call", key=f"end-{call.id}", case_id=call.case_id, urgent=True, call=call.id)


def not_placed(runtime: Runtime, act: Act, entry: OutboxEntry, problem: str) -> None:
    """The call could not be had: the next colleague is rung."""
    call = calls.locked(act, entry.about["call"])
    companies.get(act, call.company_id)
    _ended(act, call, CallState.FAILED, problem)


def check_offer(runtime: Runtime, act: Act, entry: OutboxEntry) -> Prepared:
    """Nobody answered for this offer in time: look whether its call still lives (design rule 8)."""
    call = _open_call(act, entry)
    if call is None:
        return State.DROPPED
    if call.state in FINAL:
        _unanswered(act, call)
        return State.DONE
    if call.sid is None:  # still being placed; that ends in a call or in `not_placed`
        return act.at + act.standard.engine.dispatch.listening.span
    return _state_of(call.sid)


def offer_checked(runtime: Runtime, act: Act, entry: OutboxEntry, state: str) -> datetime | None:
    """The call has ended: the next is rung. It lives: look again, but not for ever."""
    call = _open_call(act, entry)
    if call is None:
        return None
    figures = act.standard.engine.dispatch
    if CallState(state) in FINAL:
        _ended(act, call, CallState(state), None)
        return None
    if act.at < dispatches.get_offer(act, entry.about["offer"]).rung_at + figures.offer_longest.span:
        return act.at + figures.listening.span
    outbox.post(act, "end-call", key=f"end-{call.id}", case_id=call.case_id, urgent=True, call=call.id)
    _unanswered(act, call)
    return None


def not_checked(runtime: Runtime, act: Act, entry: OutboxEntry, problem: str) -> None:
    """The carrier cannot tell what became of the call: the next colleague is rung all the same."""
    call = _open_call(act, entry)
    if call is not None:
        _unanswered(act, call)


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
    return _state_of(call.sid)


class News(Protocol):
    """Takes news of a call as the voice room takes the carrier's own notification, with all that follows from it."""

    def __call__(self, act: Act, call: Call, *, state: CallState, sequence: int, cause: str | None) -> None: ...


def over(act: Act, call: Call, *, state: CallState, sequence: int, cause: str | None) -> None:
    """A call has ended; an offer that it carried was not signed. Answers that stand, stand."""
    calls.progress(act, call, state=state, sequence=sequence, ended_by=None, cause=cause)
    _unanswered(act, call)


def looking_up(news: News) -> Handler:
    """How a call is looked up; `news` is told what the carrier says of its end."""

    def tell(act: Act, entry: OutboxEntry, state: CallState, cause: str | None) -> None:
        call = calls.locked(act, entry.about["call"])
        companies.get(act, call.company_id)
        if state in FINAL:
            news(act, call, state=state, sequence=call.sequence + 1, cause=cause)

    def looked_up(runtime: Runtime, act: Act, entry: OutboxEntry, state: str) -> None:
        tell(act, entry, CallState(state), None)

    def unknown(runtime: Runtime, act: Act, entry: OutboxEntry, problem: str) -> None:
        tell(act, entry, CallState.FAILED, problem)  # the carrier knows nothing of it: for us it is over

    return Handler(look_up, looked_up, unknown)


def _open_call(act: Act, entry: OutboxEntry) -> Call | None:
    """The call of an offer that nobody answered for yet, locked; the call before the offer, as everywhere."""
    call_id = act.session.get_one(Offer, entry.about["offer"]).call_id
    if call_id is None:
        return None
    call = calls.locked(act, call_id)
    companies.get(act, call.company_id)
    return call if dispatches.get_offer(act, entry.about["offer"]).answer in OPEN else None


def _state_of(sid: str) -> Effect:
    return Effect(lambda carrier: carrier.fetch_call(sid).state.value)


def _number_of(act: Act, call: Call) -> str:
    return staff.phone_of(act, staff.get(act, call.staff_id or 0)).e164


def _engaged(act: Act, call: Call) -> bool:
    return call.staff_id is not None and dispatches.is_engaged(act, staff.get(act, call.staff_id))


def _wanted(act: Act, call: Call) -> bool:
    made = dispatches.of_call(act, call)
    if made is None:
        return True
    return made.answer in OPEN and dispatches.unsigned(act, dispatches.get(act, made.dispatch_id))


def _ended(act: Act, call: Call, state: CallState, cause: str | None) -> None:
    over(act, call, state=state, sequence=call.sequence + 1, cause=cause)


def _unanswered(act: Act, call: Call) -> None:
    """The colleague did not sign: not picked up, or picked up and no key pressed. Answers that stand, stand."""
    made = dispatches.of_call(act, call)
    if made is not None:
        dispatches.unanswered(act, made, CallState(call.state))
