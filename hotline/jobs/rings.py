"""Colleagues are rung until one signs; without it a dispatch would be a row that nobody hears of (FLT-2, EMG-2)."""

from __future__ import annotations

from datetime import datetime
from functools import partial

from sqlalchemy import select

from hotline.domain import calls, cases, companies, dispatches, legs, outbox, rounds, signers
from hotline.domain.act import Act
from hotline.domain.calls import FINAL, Call
from hotline.domain.calls import State as CallState
from hotline.domain.dispatches import Dispatch, Offer
from hotline.domain.outbox import OutboxEntry, State
from hotline.domain.staff import Staff
from hotline.jobs import placing, telling
from hotline.jobs.effects import Prepared
from hotline.runtime import Runtime

FIRST_STEP = "repair-offer"
_SENT = (State.DUE, State.CLAIMED, State.DONE)


def ring_next(runtime: Runtime, act: Act, entry: OutboxEntry) -> Prepared:
    """Choose who is rung now, and owe the call, the text with the link, and a look at what became of it.

    When all were rung in vain the supervisors are told, and after a pause the round begins again: never silence.
    """
    dispatch = dispatches.get(act, entry.about["dispatch"])
    case = cases.get(act, dispatch.case_id)
    if not signers.waits(act, dispatch, case):
        return State.DROPPED
    company = companies.get(act, case.company_id)
    if dispatch.rings_from is not None and act.at < dispatch.rings_from:
        _link(act, dispatch, signers.first_of(act, dispatch, case))
        return dispatch.rings_from
    person = rounds.next_to_ring(act, dispatch, signers.people(act, dispatch, case))
    if person is None:
        rung = len(dispatches.offers(act, dispatch.id))
        telling.supervisors(act, case.id, "nobody-signed", f"{dispatch.id}-{rung}", urgent=True)
        return act.at + act.standard.engine.dispatch.round_pause.span
    if rounds.is_engaged(act, person):  # so is everybody else who could be rung: wait for the first to be free
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


def _link(act: Act, dispatch: Dispatch, people: list[Staff]) -> None:
    """Before anybody is rung: the link to those whom it is passed up to, once (CMP-2)."""
    if not dispatches.offers(act, dispatch.id):
        for person in people:
            if person.phone is not None:
                made = dispatches.offer(act, dispatch, person, None)
                outbox.post(act, "text-link", case_id=dispatch.case_id, key=dispatches.link_key(made), offer=made.id)


def _owe(act: Act, dispatch: Dispatch, made: Offer, call: Call) -> None:
    owe = partial(outbox.post, act, case_id=dispatch.case_id, urgent=True, emergency=dispatch.urgent)
    looked_at = act.at + act.standard.repair.engineer_ring.span + act.standard.engine.dispatch.listening.span
    owe("place-call", key=f"place-{call.id}", call=call.id)
    if not _has_link(act, dispatch, made):
        owe("text-link", urgent=False, key=dispatches.link_key(made), offer=made.id)  # no telephone waits behind a text
    owe("check-offer", due=looked_at, key=f"check-{made.id}", offer=made.id)


def _has_link(act: Act, dispatch: Dispatch, made: Offer) -> bool:
    """Was the link sent to them before, or is it on its way? A text at every ring would hide the one that counts."""
    keys = dispatches.links_sent(act, dispatch, made.staff_id)
    sent = select(OutboxEntry.id).where(OutboxEntry.key.in_(keys), OutboxEntry.state.in_(_SENT)).limit(1)
    return act.session.scalar(sent) is not None


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
    return placing.state_of(call.sid)


def offer_checked(runtime: Runtime, act: Act, entry: OutboxEntry, state: str) -> datetime | None:
    """The call has ended: the next is rung. It lives: look again, but not for ever."""
    call = _open_call(act, entry)
    if call is None:
        return None
    figures = act.standard.engine.dispatch
    if CallState(state) in FINAL:
        placing.ended(act, call, CallState(state), None)
        return None
    if act.at < dispatches.get_offer(act, entry.about["offer"]).rung_at + figures.offer_longest.span:
        return act.at + figures.listening.span
    placing.hang_up(act, call)
    _unanswered(act, call)
    return None


def not_checked(runtime: Runtime, act: Act, entry: OutboxEntry, problem: str) -> None:
    """The carrier cannot tell what became of the call: the next colleague is rung all the same."""
    call = _open_call(act, entry)
    if call is not None:
        _unanswered(act, call)


def _open_call(act: Act, entry: OutboxEntry) -> Call | None:
    """The call of an offer that nobody answered for yet, locked; the call before the offer, as everywhere."""
    call_id = act.session.get_one(Offer, entry.about["offer"]).call_id
    if call_id is None:
        return None
    call = calls.locked(act, call_id)
    companies.get(act, call.company_id)
    return call if dispatches.get_offer(act, entry.about["offer"]).answer in dispatches.OPEN else None


def _unanswered(act: Act, call: Call) -> None:
    """The colleague did not sign: not picked up, or picked up and no key pressed. Answers that stand, stand."""
    legs.ended(act, call, CallState(call.state))
