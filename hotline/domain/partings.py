"""How somebody leaves a conversation and how it ends; without it an agent would stay busy with nobody (ANS-6)."""

from __future__ import annotations

from hotline.domain import desk, handovers, outbox, parties, seats, staff
from hotline.domain.act import Act
from hotline.domain.calls import Call
from hotline.domain.desk import Wait
from hotline.domain.handovers import Handover
from hotline.domain.parties import EXPECTED, Meeting, Mode, Party, Role, Stage, State

# The steps at which an agent hears that the caller is gone, and a customer who picked up that we ring again.
AGENT_GONE, NOT_NOW = "agent-gone", "not-now"


def out(act: Act, meeting: Meeting, party: Party, state: State, *, why: str | None = None) -> None:
    """Somebody is not in the meeting any more, or will not come; a colleague's seat goes on as it should.

    A request to take the matter over ends with it, unless it was answered (OWN-2).
    """
    party.state, party.left_at = state, act.at
    act.session.flush()
    parties.note(act, meeting, "party-left", party=party.id, who=party.staff_id, role=party.role, state=state, why=why)
    if party.staff_id is None:
        return
    if party.handover_id is not None:
        _answer_request(act, party.handover_id, party.staff_id, state)
    seat = seats.of(act, staff.get(act, party.staff_id))
    if party.staff_id == meeting.agent_id and meeting.met_at is not None:
        seats.wrap_up(act, seat)
    else:
        unmet = party.staff_id == meeting.agent_id
        seats.let_go(act, seat, missed=state is State.UNANSWERED, keeps_turn=unmet and state is State.LEFT)


def _answer_request(act: Act, handover_id: int, by: int, state: State) -> None:
    """Declined by key, or not answered; what was answered before stands."""
    asked = act.session.get_one(Handover, handover_id, populate_existing=True).state == handovers.State.ASKED
    if asked and state is State.DECLINED:
        handovers.answer(act, handover_id, by=by, accept=False)
    elif asked:
        handovers.unanswered(act, handover_id)


def close(act: Act, meeting: Meeting, *, ends_wait: bool = True) -> None:
    """The meeting is over: who is still rung is not wanted any more, who waits alone is told, seats go on.

    `ends_wait` is False where the customer is back in line, or met somebody else already.
    """
    if meeting.state == Stage.ENDED:
        return
    met, since = meeting.met_at is not None, meeting.met_at or act.at
    for party in parties.present(act, meeting):
        _send_off(act, meeting, party)
        out(act, meeting, party, State.LEFT, why="over")
    if meeting.held_at is not None:
        meeting.held_seconds += round((act.at - meeting.held_at).total_seconds())
    meeting.state, meeting.ended_at, meeting.held_at = Stage.ENDED, act.at, None
    seconds = round((act.at - since).total_seconds())
    parties.note(act, meeting, "meeting-over", seconds=seconds, held=meeting.held_seconds, dropped=meeting.dropped)
    if meeting.recording is not None:  # the customer's call may go on; what is said there is not recorded
        outbox.post(act, "stop-recording", key=f"stop-recording-{meeting.id}", urgent=True, meeting=meeting.id)
    act.session.flush()
    if meeting.wait_id is not None and ends_wait:
        _end_wait(act, desk.locked(act, meeting.wait_id), met=met)


def customer_gone(act: Act, meeting: Meeting, *, why: str) -> bool:
    """The customer who was in it left, as somebody else's news says first: the meeting is over. False: none was in."""
    customer = parties.with_role(act, meeting, Role.CUSTOMER)
    if customer is None or customer.state != State.IN:
        return False
    out(act, meeting, customer, State.LEFT, why=why)
    close(act, meeting)
    return True


def _end_wait(act: Act, wait: Wait, *, met: bool) -> None:
    if met:
        desk.finished(act, wait)
    elif wait.kept:
        desk.unreached(act, wait)
    else:
        desk.abandoned(act, wait)


def _send_off(act: Act, meeting: Meeting, party: Party) -> None:
    """What becomes of the leg of somebody who is in a meeting that ends, or on the way into it."""
    call = act.session.get_one(Call, party.call_id)
    rung = party.state in EXPECTED and (call.direction == "out" and party.call_id != parties.coached_leg(act, meeting))
    if party.role == Role.CUSTOMER and (not rung or meeting.dropped):
        return  # moved by whoever ended it, or gone
    if party.role == Role.CUSTOMER and call.answered_at is not None:
        owe_step(act, call.id, NOT_NOW)
        return
    if rung or (meeting.met_at is None and meeting.ending):
        outbox.post(act, "end-call", key=f"end-{call.id}", case_id=call.case_id, urgent=True, call=call.id)
    elif meeting.met_at is None:
        owe_step(act, call.id, AGENT_GONE)


def pass_on(act: Act, meeting: Meeting, others: list[Party]) -> None:
    """The agent left while a colleague talks with the customer: the colleague is the meeting's agent from here on."""
    now = next((one for one in others if one.role == Role.RECEIVER), others[0])
    parties.note(act, meeting, "meeting-passed-on", before=meeting.agent_id, now=now.staff_id)
    meeting.agent_id = now.staff_id or meeting.agent_id
    outbox.post(act, "announce", urgent=True, meeting=meeting.id, what="passed-on")
    for one in parties.present(act, meeting):
        if one.mode == Mode.COACH and one.state == State.IN:
            outbox.post(act, "set-mode", urgent=True, party=one.id)  # coaches whoever is the agent now


def owe_move(act: Act, call_id: int) -> None:
    """A live call leaves what it is in and goes on at its step."""
    outbox.post(act, "move-call", urgent=True, call=call_id)


def owe_step(act: Act, leg_id: int, step: str) -> None:
    """A staff leg goes on at another step, which the job sets: nobody locks a leg who holds the customer's call."""
    outbox.post(act, "move-call", urgent=True, call=leg_id, step=step)
