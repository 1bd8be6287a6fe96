"""A customer and people of ours meet, and part; without it a broken line would leave a customer in silence (ANS-6)."""

from __future__ import annotations

from sqlalchemy import select

from hotline.domain import (
    callbacks,
    calls,
    cases,
    companies,
    desk,
    handovers,
    hearers,
    invitations,
    outbox,
    parties,
    partings,
    seats,
    staff,
)
from hotline.domain.act import Act
from hotline.domain.calls import Call
from hotline.domain.cases import Case
from hotline.domain.desk import Wait
from hotline.domain.handovers import Handover
from hotline.domain.parties import EXPECTED, PRESENT, Meeting, Party, Recording, Role, Stage, State
from hotline.domain.staff import Staff
from hotline.errors import Refused

# The steps at which calls are set here; the names are those of the table of steps.
CONNECTED, DROPPED, ANYTHING_ELSE = "connected", "dropped", "anything-else"


def begin(act: Act, *, agent_leg: Call, customer_call: Call | None, wait: Wait | None, case_id: int | None) -> Meeting:
    """The agent accepted: agent and customer are to meet. A waiting caller is fetched; a kept place is rung.

    Both calls, the wait and the seat are locked. The agent owns the call if nobody answered for it before (OWN-1).
    Accepting twice with one leg is accepting once.
    """
    known = of_call(act, agent_leg)
    if known is not None:
        return known
    agent_id = agent_leg.staff_id or 0
    if customer_call is not None:
        _leave_old(act, customer_call)
    company = companies.get(act, customer_call.company_id if customer_call else agent_leg.company_id)
    meeting = parties.open_meeting(act, agent_id=agent_id, company_id=company.id, wait=wait, case_id=case_id)
    parties.add(act, meeting, agent_leg, Role.AGENT)
    if customer_call is None:
        party = invitations.ring_customer(act, meeting, words_version=agent_leg.words_version)
        if wait is not None:
            desk.rung_back(act, wait, act.session.get_one(Call, party.call_id))
    else:
        parties.add(act, meeting, customer_call, Role.CUSTOMER)
        calls.answered_by(act, customer_call, agent_id)
        calls.move(act, customer_call, CONNECTED)
        outbox.post(act, "fetch-caller", key=f"fetch-{meeting.id}", urgent=True, call=customer_call.id)
    parties.note(act, meeting, "meeting-began", agent=agent_id, leg=agent_leg.id)
    return meeting


def call_out(act: Act, case: Case, person: Staff, *, words_version: str) -> Meeting:
    """Somebody of ours calls the customer of a case: their own telephone rings first (SEC-5).

    Raises Refused where the case has nobody to ring, Conflict while the person is in a call.
    """
    companies.get(act, case.company_id)
    invitations.number_of_customer(act, case)
    invitations.take_seat(act, person)
    meeting = parties.open_meeting(act, agent_id=person.id, company_id=case.company_id, wait=None, case_id=case.id)
    leg = invitations.ring(act, meeting, person, Role.AGENT, words_version=words_version)
    parties.note(act, meeting, "called-out", by=person.id, leg=leg.call_id)
    return meeting


def accepted(act: Act, leg: Call) -> Meeting | None:
    """A colleague pressed the key: they come in; a live handover is accepted by it. None when it is over already.

    The customer of whoever calls out is rung from here on, and they are told so meanwhile.
    """
    meeting, party = _asked(act, leg)
    if meeting is None or party is None:
        return None
    if hearers.keeps_out(act, meeting, party):
        partings.out(act, meeting, party, State.LEFT, why="sent-off")
        return None
    if not _takes_over(act, party):
        partings.out(act, meeting, party, State.LEFT, why="request was settled")
        return None
    parties.note(act, meeting, "party-accepted", party=party.id, who=party.staff_id, role=party.role)
    if party.role == Role.AGENT and meeting.call_id is None:
        invitations.ring_customer(act, meeting, words_version=leg.words_version)
    return meeting


def turned_down(act: Act, leg: Call, what: State) -> None:
    """A colleague declined, or never answered: they are free again, and who asked sees it. An answer stands."""
    meeting, party = _asked(act, leg)
    if meeting is None or party is None:
        return
    partings.out(act, meeting, party, what)
    if party.role == Role.AGENT:
        partings.close(act, meeting)


def joined(act: Act, meeting: Meeting, call: Call) -> None:
    """The carrier says that a leg is in the conference. Late or repeated news changes nothing."""
    meeting = parties.locked(act, meeting.id)
    party = parties.of_call(act, call)
    if party is None or party.meeting_id != meeting.id or party.state not in EXPECTED or meeting.state == Stage.ENDED:
        _joined_late(act, meeting, party)
        act.remember(call.chain, "late-news", meeting=meeting.id, state="joined")
        return
    party.state, party.joined_at = State.IN, act.at
    act.session.flush()
    parties.note(act, meeting, "party-joined", party=party.id, who=party.staff_id, role=party.role, mode=party.mode)
    inside = [one for one in parties.of(act, meeting) if one.state == State.IN]
    if any(one.role == Role.CUSTOMER for one in inside) and any(one.talks for one in inside):
        _met(act, meeting)
    announce(act, meeting, party)


def announce(act: Act, meeting: Meeting, party: Party, *, leaves: bool = False) -> None:
    """Owe the words that tell all who talk that somebody came in, or left, where the profile tells it (PPL-3)."""
    wanted = {
        parties.Mode.LISTEN: act.standard.desk.announces_listening,
        parties.Mode.COACH: act.standard.desk.announces_coaching,
        parties.Mode.TALK: act.standard.desk.announces_joining,
    }
    mode = parties.Mode(party.mode)
    if party.role not in (Role.CUSTOMER, Role.AGENT) and wanted[mode]:
        outbox.post(act, "announce", urgent=True, meeting=meeting.id, what=f"{mode}-left" if leaves else mode)


def left(act: Act, meeting: Meeting, call: Call, why: str, *, ended: bool = False) -> None:
    """A leg left the conference, or ended. `why`: the carrier's word. Late or repeated news changes nothing.

    `ended`: it was put out because the conference ended, which only the customer's leaving does.

    The customer left: the meeting is over. Its agent left and nobody could go on with it: their line dropped.
    """
    meeting = parties.locked(act, meeting.id)
    party = parties.of_call(act, call)
    if party is None or party.meeting_id != meeting.id or party.state not in PRESENT:
        act.remember(call.chain, "late-news", meeting=meeting.id, state="left")
        return
    if party.role == Role.CUSTOMER:
        reached = party.state == State.IN or call.answered_at is not None
        partings.out(act, meeting, party, State.LEFT if reached else State.UNANSWERED, why=why)
        partings.close(act, meeting)
        return
    was_in = party.state == State.IN
    partings.out(act, meeting, party, State.LEFT, why=why)
    if ended and partings.customer_gone(act, meeting, why=why):
        return
    if party.staff_id == meeting.agent_id and meeting.state != Stage.ENDED:
        _agent_left(act, meeting)
    elif was_in and meeting.state == Stage.TALKING and not meeting.ending:
        announce(act, meeting, party, leaves=True)


def _agent_left(act: Act, meeting: Meeting) -> None:
    others = parties.successors(act, meeting)
    wait = desk.locked(act, meeting.wait_id) if meeting.wait_id is not None else None
    if others:
        partings.pass_on(act, meeting, others)
    elif not meeting.ending and parties.customer_lives(act, meeting):
        dropped(act, meeting)
    elif wait is not None and wait.kept and meeting.met_at is None:
        desk.put_back(act, wait)
        partings.close(act, meeting, ends_wait=False)
    else:
        partings.close(act, meeting)


def dropped(act: Act, meeting: Meeting) -> None:
    """Our line broke and the customer is alone: they hear the apology and are back in line, whoever it was first."""
    meeting = parties.locked(act, meeting.id)
    if meeting.state == Stage.ENDED or meeting.call_id is None:
        return
    meeting.dropped = True
    if meeting.wait_id is not None:
        desk.locked(act, meeting.wait_id).kept = False  # the customer of a kept place is on the line now
    parties.note(act, meeting, "meeting-dropped", agent=meeting.agent_id)
    call = calls.locked(act, meeting.call_id)
    calls.move(act, call, DROPPED)
    partings.owe_move(act, call.id)
    partings.close(act, meeting, ends_wait=False)


def end(act: Act, meeting: Meeting, by: int) -> None:
    """One of ours ends the conversation: the customer is asked whether there is anything else (ANS-7).

    Raises Refused for an outsider who leads nobody, and while a colleague who is to take the matter over has not
    answered: nobody is left alone (OWN-2). A caller who is not in yet goes back into the line.
    """
    meeting = parties.locked(act, meeting.id)
    if meeting.state == Stage.ENDED or meeting.ending:
        return
    _may_end(act, meeting, by)
    customer = parties.with_role(act, meeting, Role.CUSTOMER)
    if customer is not None and customer.state != State.IN and parties.customer_lives(act, meeting):
        dropped(act, meeting)
        return
    meeting.ending = True
    parties.note(act, meeting, "meeting-ending", by=by)
    if customer is None or customer.state != State.IN:
        partings.close(act, meeting)
        return
    calls.move(act, calls.locked(act, customer.call_id), ANYTHING_ELSE)
    partings.owe_move(act, customer.call_id)


def _may_end(act: Act, meeting: Meeting, by: int) -> None:
    """Whoever is only asked in does not: they may never come."""
    here = parties.present(act, meeting)
    talks = by == meeting.agent_id or any(one.staff_id == by and one.talks and one.state == State.IN for one in here)
    if not talks and not staff.get(act, by).has(*parties.LEADS):
        raise Refused("only who talks with the customer, or leads, ends the conversation")
    if any(one.handover_id is not None and one.state in EXPECTED for one in here):
        raise Refused("a colleague is being asked to take the matter over: wait for the answer, or withdraw it")


def caller_gone(act: Act, meeting: Meeting) -> None:
    """The caller who should be fetched was gone already (404): the agent is told and free again."""
    meeting = parties.locked(act, meeting.id)
    customer = parties.with_role(act, meeting, Role.CUSTOMER)
    if customer is not None and customer.state in EXPECTED:
        partings.out(act, meeting, customer, State.LEFT, why="gone")
        partings.close(act, meeting)


def get(act: Act, meeting_id: int) -> Meeting:
    """The meeting with this id, locked. Raises NotFound."""
    return parties.locked(act, meeting_id)


def of_call(act: Act, call: Call) -> Meeting | None:
    """The meeting that a call is in, or was in last. Not locked: what changes a meeting locks it."""
    party = parties.of_call(act, call)
    return act.session.get_one(Meeting, party.meeting_id) if party else None


def of_agent(act: Act, staff_id: int) -> Meeting | None:
    """The meeting whose agent somebody is now. Not locked."""
    return act.session.scalar(select(Meeting).where(Meeting.agent_id == staff_id, Meeting.state != Stage.ENDED))


def _asked(act: Act, leg: Call) -> tuple[Meeting | None, Party | None]:
    """Meeting, locked, and party of a leg whose answer is still awaited."""
    found = of_call(act, leg)
    meeting = parties.locked(act, found.id) if found else None
    party = parties.of_call(act, leg)
    awaited = meeting is not None and meeting.state != Stage.ENDED and party is not None and party.state in EXPECTED
    return (meeting, party) if awaited else (None, None)


def _takes_over(act: Act, party: Party) -> bool:
    """The pressed key accepts the request to take the matter over, once. False when it was settled otherwise before."""
    if party.handover_id is None:
        return True
    request = act.session.get_one(Handover, party.handover_id, populate_existing=True)
    if request.state == handovers.State.ASKED:
        handovers.answer(act, request.id, by=party.staff_id or 0, accept=True)
    return request.state == handovers.State.ACCEPTED


def _met(act: Act, meeting: Meeting) -> None:
    if meeting.met_at is not None:
        return
    meeting.state, meeting.met_at = Stage.TALKING, act.at
    parties.note(act, meeting, "meeting-met", agent=meeting.agent_id)
    if act.standard.desk.records_calls:
        meeting.recording = Recording.WANTED
        outbox.post(act, "start-recording", key=f"record-{meeting.id}", urgent=True, meeting=meeting.id)
    seats.talking(act, seats.of(act, staff.get(act, meeting.agent_id)))
    call = act.session.get_one(Call, meeting.call_id)
    if call.direction == "in":
        callbacks.served(act, call, by=meeting.agent_id)
    elif meeting.case_id is not None:
        callbacks.reached(act, cases.get(act, meeting.case_id))


def _leave_old(act: Act, customer_call: Call) -> None:
    """News that the caller left an earlier meeting may have been lost: nobody is in two.

    An agent of whom that is so is not rung (`matching`): to close theirs, another customer's call would be locked here
    after the agent's seat, and two such acts would wait for one another.
    """
    party = parties.of_call(act, customer_call)
    if party is not None and party.state in PRESENT:
        partings.close(act, parties.locked(act, party.meeting_id), ends_wait=False)


def _joined_late(act: Act, meeting: Meeting, party: Party | None) -> None:
    """A colleague came in when the meeting was over, and would wait there alone."""
    ours = party is not None and party.meeting_id == meeting.id and party.staff_id is not None
    if party is not None and ours and meeting.state == Stage.ENDED and party.joined_at is None:
        partings.owe_step(act, party.call_id, partings.AGENT_GONE)
