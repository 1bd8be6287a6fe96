"""What an agent hears and keys before a caller, and a colleague who is asked in; without it nobody could accept."""

from __future__ import annotations

from hotline.domain import calls, matching, meetings, offers, parties, seats, wanted
from hotline.domain.act import Act
from hotline.domain.calls import Call
from hotline.domain.matching import AgentOffer, Answer
from hotline.domain.parties import Role, Stage, State
from hotline.errors import Conflict, NotFound
from hotline.voice import about
from hotline.voice.steps import Step

INVITATIONS = {
    Role.AGENT: ("join.agent", "join.keys"),
    Role.EXPERT: ("join.expert", "join.keys"),
    Role.RECEIVER: ("join.receiver", "join.keys"),
    Role.SUPERVISOR: ("join.supervisor", "join.keys"),
}
WANTED = {wanted.Reason.BROKE: "agent.broke", wanted.Reason.OWNER: "agent.owner"}


def ring(act: Act, call: Call) -> Step:
    """The telephone was picked up: the whisper is told, unless the caller is gone."""
    offer = _offer(act, call)
    if offer.answer not in offers.OPEN:
        return Step.AGENT_GONE
    matching.heard(act, offer)
    return Step.AGENT_OFFER


def offered(act: Act, call: Call) -> tuple[str, ...]:
    """Company, kind of matter, name as masked as the profile says, case number, why this agent (SEC-1).

    Neither number nor reason where an anonymous matter was told: both lead to the caller's name (CMP-10).
    """
    waiting = matching.wait_of(act, _offer(act, call))
    named = not about.is_anonymous(act, call)
    why = wanted.reason(act, waiting) if waiting.wanted_id == call.staff_id else None
    return (
        "agent.offer" if waiting.callback_id is None else "agent.back",
        *(("agent.number",) if named and waiting.case_id is not None else ()),
        *((WANTED[why],) if why is not None else ()),
        *(("agent.kept",) if waiting.kept else ()),
        "agent.keys",
    )


def accept(act: Act, call: Call) -> Step:
    """1: the caller is theirs, and is fetched from the line, or rung where a place was kept."""
    offer = _offer(act, call)
    try:
        waiting = matching.accept(act, offer)
    except Conflict:
        return Step.AGENT_GONE
    caller = None if waiting.kept or waiting.call_id is None else calls.locked(act, waiting.call_id)
    meetings.begin(act, agent_leg=call, customer_call=caller, wait=waiting, case_id=waiting.case_id)
    return Step.AGENT_IN_CALL


def decline(act: Act, call: Call) -> Step:
    """2: the caller goes back to their place, the next agent is rung."""
    matching.turned_down(act, _offer(act, call), Answer.DECLINED)
    return Step.AGENT_PASSED_ON


def no_key(act: Act, call: Call) -> Step:
    """No key: a voicemail accepts nobody (design rule 8); whoever answers too seldom is told that they are away."""
    offer = _offer(act, call)
    matching.turned_down(act, offer, Answer.NO_KEY)
    away = seats.locked(act, offer.staff_id).status == seats.Status.AWAY
    return Step.AGENT_AWAY if away else Step.AGENT_PASSED_ON


def join_ring(act: Act, call: Call) -> Step:
    """A colleague who is asked into a conversation picked up, unless it is over."""
    meeting, party = meetings.of_call(act, call), parties.of_call(act, call)
    if meeting is None or party is None or meeting.state == Stage.ENDED or party.state not in parties.EXPECTED:
        return Step.JOIN_GONE
    return Step.JOIN_OFFER


def join_offered(act: Act, call: Call) -> tuple[str, ...]:
    """Who asks, to what, about which matter."""
    party = parties.of_call(act, call)
    if party is None:
        raise NotFound(f"call {call.id} asks nobody into a conversation")
    return INVITATIONS[Role(party.role)]


def join_accept(act: Act, call: Call) -> Step:
    """1: in; a matter that was to be handed over is taken over by it (OWN-2)."""
    return Step.JOIN_GONE if meetings.accepted(act, call) is None else Step.IN_MEETING


def join_decline(act: Act, call: Call) -> Step:
    """2: who asked is told."""
    meetings.turned_down(act, call, State.DECLINED)
    return Step.JOIN_PASSED_ON


def join_no_key(act: Act, call: Call) -> Step:
    """No key: nobody is there (design rule 8)."""
    meetings.turned_down(act, call, State.UNANSWERED)
    return Step.JOIN_PASSED_ON


def parted(act: Act, call: Call) -> tuple[str, ...]:
    """The conversation is over for this colleague; whoever led it has a record to fill in."""
    party = parties.of_call(act, call)
    return ("agent.thanks",) if party is not None and party.role == Role.AGENT else ("join.thanks",)


def _offer(act: Act, call: Call) -> AgentOffer:
    made = matching.of_call(act, call)
    if made is None:
        raise NotFound(f"call {call.id} offers no caller")
    return made
