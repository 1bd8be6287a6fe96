"""The calls that we placed, by what they carry; without it a leg's end would be forgotten (rule 8)."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import select

from hotline.domain import (
    anonymity,
    attempts,
    calls,
    cases,
    companies,
    dispatches,
    invitations,
    matching,
    meetings,
    notice_calls,
    offers,
    parties,
    seats,
    staff,
)
from hotline.domain.act import Act
from hotline.domain.calls import Call, State
from hotline.domain.matching import AgentOffer
from hotline.domain.parties import Meeting, Party, Role
from hotline.domain.seats import Device
from hotline.domain.waits import Wait
from hotline.errors import Refused


def wanted(act: Act, call: Call) -> bool:
    """Is this call still to be placed, or to go on ringing? One that carries nothing always is."""
    notice = notice_calls.of_call(act, call)
    if notice is not None:
        return notice_calls.is_awaited(notice, call)
    made = dispatches.of_call(act, call)
    if made is not None:
        return made.answer in dispatches.OPEN and dispatches.unsigned(act, dispatches.get(act, made.dispatch_id))
    party = parties.of_call(act, call)
    if party is not None:
        return party.state in parties.PRESENT
    offer = matching.of_call(act, call)
    return attempts.is_wanted(act, call) if offer is None else offer.answer in offers.OPEN


def asked(act: Act, call: Call) -> bool:
    """Is this a colleague of whom we await that they press the key, or come in?"""
    notice = notice_calls.of_call(act, call)
    if notice is not None:
        return notice_calls.is_awaited(notice, call)
    party = parties.of_call(act, call)
    if party is not None:
        return call.staff_id is not None and party.state in parties.EXPECTED
    offer = matching.of_call(act, call)
    return offer is not None and offer.answer in offers.OPEN


def unnamed(act: Act, among: Collection[Call]) -> set[int]:
    """Of these calls the ids of those that must lead to no customer and no matter of theirs (CMP-10).

    An anonymous matter was told in them; or they are colleagues' legs, rung for a caller who told one.
    """
    ids = [call.id for call in among if call.staff_id is not None]
    met = select(Party.call_id, Call).join(Meeting, Meeting.id == Party.meeting_id)
    met = met.join(Call, Call.id == Meeting.call_id).where(Party.call_id.in_(ids))
    offered = select(AgentOffer.call_id, Call).join(Wait, Wait.id == AgentOffer.wait_id)
    offered = offered.join(Call, Call.id == Wait.call_id).where(AgentOffer.call_id.in_(ids))
    callers = [row for query in (met, offered) for row in act.session.execute(query)] if ids else []
    theirs = {leg_id for leg_id, caller in callers if leg_id is not None and anonymity.told_in(caller)}
    return theirs | {call.id for call in among if anonymity.told_in(call)}


def of_unnamed(act: Act, call_ids: Collection[int]) -> dict[int, set[int]]:
    """By those of these calls in which an anonymous matter was told: the ids of the colleagues' legs rung for them."""
    met = select(Meeting.call_id, Party.call_id).join(Party, Party.meeting_id == Meeting.id)
    offered = select(Wait.call_id, AgentOffer.call_id).join(AgentOffer, AgentOffer.wait_id == Wait.id)
    found: dict[int, set[int]] = {}
    for query, of in ((met, Meeting.call_id), (offered, Wait.call_id)):
        told = query.join(Call, Call.id == of).where(of.in_(call_ids), anonymity.was_told())
        for call_id, leg_id in act.session.execute(told):
            if call_id is not None and leg_id is not None and leg_id != call_id:
                found.setdefault(call_id, set()).add(leg_id)
    return found


def destination(act: Act, call: Call) -> str:
    """Where a call that we place rings: an E.164 number, client:op_<id>, or sip:name@host.

    A dispatch or a notice always rings the telephone. Raises NotFound or Refused where there is nothing to ring.
    """
    if call.staff_id is None:
        return _customers_number(act, call)
    person = staff.get(act, call.staff_id)
    if _rings_the_telephone(act, call):
        return staff.phone_of(act, person).e164
    seat = seats.of(act, person)
    if seat.device == Device.BROWSER:
        return f"client:op_{person.id}"
    if seat.device == Device.SIP and seat.sip is not None:
        return act.sealer.open(seat.sip)
    return staff.phone_of(act, person).e164


def ring_seconds(act: Act, call: Call) -> int:
    """How long a call rings, in seconds: a telephone, a customer and an agent each by the standard's own figure."""
    companies.get(act, call.company_id)
    if call.staff_id is None:
        return act.standard.callbacks.ring.seconds
    if _rings_the_telephone(act, call):
        return act.standard.repair.engineer_ring.seconds
    return act.standard.answering.ring_limit_seconds  # ANS-1


def picked_up(act: Act, call: Call) -> None:
    """A telephone rings, or was picked up: whoever was to be notified is (FLT-2), and the pages show it."""
    made = dispatches.of_call(act, call)
    if made is not None:
        dispatches.notified(act, dispatches.get(act, made.dispatch_id))
        return
    if call.state == State.RINGING and offers.SLOT in call.slots and calls.RANG not in call.slots:
        call.put(**{calls.RANG: act.at.isoformat()})
    party = parties.of_call(act, call)
    if party is not None and party.state == parties.State.ASKED and call.direction == "out":
        party.state = parties.State.RINGING
        parties.changed(act, party.meeting_id)


def ended(act: Act, call: Call, state: State) -> None:
    """A call is over, said by a webhook or by a job: what it carried goes on without it. Answers that stand, stand.

    The call is locked. A caller who hung up in the line is looked after by `desk.abandoned`.
    """
    notice, made = notice_calls.of_call(act, call), dispatches.of_call(act, call)
    if notice is not None:
        notice_calls.rung_in_vain(act, notice, call)
        return
    if made is not None:
        dispatches.unanswered(act, made, state)
        return
    party = parties.of_call(act, call)
    offer = matching.of_call(act, call) if party is None else None
    if party is not None:
        _party_ended(act, call, party, state)
    elif offer is not None and offer.answer in offers.OPEN:
        matching.turned_down(act, offer, _answer_of(act, call, offer, state))
    if call.direction == "out" and call.staff_id is None:
        attempts.call_over(act, call, state)


def _party_ended(act: Act, call: Call, party: Party, state: State) -> None:
    if party.state not in parties.PRESENT:
        return
    meeting = meetings.get(act, party.meeting_id)
    answered = call.answered_at is not None or party.state == parties.State.IN
    invited = party.role not in (Role.CUSTOMER, Role.AGENT) or meeting.wait_id is None
    if call.staff_id is not None and invited and party.state in parties.EXPECTED:
        declined = _pressed_decline(act, call, state)
        meetings.turned_down(act, call, parties.State.DECLINED if declined else parties.State.UNANSWERED)
    else:
        meetings.left(act, meeting, call, "hung up" if answered else str(state))


def _answer_of(act: Act, call: Call, offer: AgentOffer, state: State) -> matching.Answer:
    if offer.answer == matching.Answer.HEARD:
        return matching.Answer.NO_KEY
    if _pressed_decline(act, call, state):
        return matching.Answer.DECLINED
    return matching.Answer.BUSY if state is State.BUSY else matching.Answer.NO_ANSWER


def _pressed_decline(act: Act, call: Call, state: State) -> bool:
    """Did somebody press "decline" in the browser? The carrier calls it busy; of a call never placed we do."""
    browser = call.staff_id is not None and seats.of(act, staff.get(act, call.staff_id)).device == Device.BROWSER
    return browser and state is State.BUSY and call.sid is not None


def _rings_the_telephone(act: Act, call: Call) -> bool:
    """Is somebody rung who need not sit at a desk: about a dispatch, or a notice?"""
    return dispatches.of_call(act, call) is not None or notice_calls.of_call(act, call) is not None


def _customers_number(act: Act, call: Call) -> str:
    if call.case_id is None:
        raise Refused("a customer is rung about a case alone (SEC-5)")
    return invitations.number_of_customer(act, cases.get(act, call.case_id))
