"""What an agent and a supervisor do within a conversation; without it nobody could pause, ask in, listen or coach."""

from __future__ import annotations

from sqlalchemy import select

from hotline.domain import handovers, hearers, invitations, meetings, outbox, parties, partings, staff
from hotline.domain.act import Act
from hotline.domain.calls import Call
from hotline.domain.parties import Meeting, Mode, Party, Recording, Role, Stage, State
from hotline.domain.staff import Staff
from hotline.errors import Conflict, NotFound, Refused


def hold(act: Act, meeting: Meeting, by: int) -> None:
    """The customer agreed to a pause: they hear thanks, then a reassurance from time to time (ANS-13).

    Raises Conflict in a pause and while the customer is not in, Refused for whoever does not talk with them.
    """
    meeting, customer = _with_customer(act, meeting, by)
    if meeting.held_at is not None:
        raise Conflict("the customer is in a pause already")
    meeting.held_at = act.at
    parties.note(act, meeting, "held", by=by)
    outbox.post(act, "hold", urgent=True, party=customer.id)


def resume(act: Act, meeting: Meeting, by: int) -> None:
    """The pause ends with an apology (ANS-13); how long it was is added up. Raises Conflict where there is none."""
    meeting, customer = _with_customer(act, meeting, by)
    if meeting.held_at is None:
        raise Conflict("the customer is not in a pause")
    seconds = round((act.at - meeting.held_at).total_seconds())
    meeting.held_seconds, meeting.held_at = meeting.held_seconds + seconds, None
    parties.note(act, meeting, "resumed", by=by, seconds=seconds)
    outbox.post(act, "resume", urgent=True, party=customer.id)


def invite(act: Act, meeting: Meeting, person: Staff, role: Role, by: int, handover_id: int | None = None) -> Party:
    """A colleague is asked in, as expert, or with `handover_id` as who may take the matter over (OWN-2).

    Raises Conflict when they are in a call or do not work here any more.
    """
    meeting, _ = _with_customer(act, meeting, by)
    return _ask_in(act, meeting, person, role, Mode.TALK, by, handover_id)


def supervise(act: Act, meeting: Meeting, person: Staff, mode: Mode) -> Party:
    """A supervisor's telephone rings, to listen, to coach the agent or to join (PPL-3).

    Raises Refused for whoever leads nobody, Conflict when they are in a call or this one is over; NotFound for one that
    is hidden from them, as if it were not there (CMP-10).
    """
    if not person.has(*parties.LEADS):
        raise Refused("only who leads listens to a conversation of others")
    meeting = parties.locked(act, meeting.id)
    if not hearers.may_know(act, person, meeting):
        raise NotFound(f"there is no conversation {meeting.id} of yours")
    if meeting.state == Stage.ENDED:
        raise Conflict("this conversation is over")
    return _ask_in(act, meeting, person, Role.SUPERVISOR, mode, person.id)


def change_mode(act: Act, meeting: Meeting, person_id: int, mode: Mode) -> None:
    """A supervisor listens, coaches or joins from here on. Raises NotFound when they are not in the conversation."""
    meeting = parties.locked(act, meeting.id)
    party = _party_of(act, meeting, person_id)
    if party.role != Role.SUPERVISOR:
        raise Refused("only a supervisor takes part in another way")
    if party.mode == mode:
        return
    parties.note(act, meeting, "mode-changed", party=party.id, who=person_id, before=party.mode, now=mode)
    party.mode = mode
    if party.state == State.IN:
        outbox.post(act, "set-mode", urgent=True, party=party.id)
        meetings.announce(act, meeting, party)


def stop(act: Act, meeting: Meeting, person_id: int, by: int) -> None:
    """Somebody of ours leaves, or is not asked any more; their leg is ended. `meetings.end` is for the end of the talk.

    One goes oneself; others are sent off by the meeting's agent, or by whoever leads. Raises Refused for anybody else,
    and for the agent as long as nobody with a desk talks with the customer: whoever asked for a handover may leave once
    the receiver is in.
    """
    meeting = parties.locked(act, meeting.id)
    party = _party_of(act, meeting, person_id)
    if by not in (person_id, meeting.agent_id) and not staff.get(act, by).has(*parties.LEADS):
        raise Refused("only the agent of a conversation, or who leads, sends somebody else off")
    if person_id == meeting.agent_id and not parties.successors(act, meeting):
        raise Refused("nobody else talks with the customer: end the conversation, or wait until your colleague is in")
    parties.note(act, meeting, "sent-off", party=party.id, who=person_id, by=by)
    outbox.post(act, "end-call", key=f"end-{party.call_id}", urgent=True, call=party.call_id)


def send_off_concerned(act: Act) -> bool:
    """Whoever listens, coaches or joined where a complaint about them is told now has no part in it (CMP-10).

    Who comes in meanwhile is sent away at the door (`meetings.accepted`). Was there anybody?
    """
    found = hearers.concerned(act)
    for party in found:
        meeting = parties.locked(act, party.meeting_id)
        act.session.refresh(party)
        if party.state not in parties.PRESENT:
            continue
        parties.note(act, meeting, "sent-off", party=party.id, who=party.staff_id, by=None)
        if party.state in parties.EXPECTED:
            partings.out(act, meeting, party, State.LEFT, why="sent-off")
        outbox.post(act, "end-call", key=f"end-{party.call_id}", urgent=True, call=party.call_id)
    return bool(found)


def withdraw(act: Act, handover_id: int, by: int) -> None:
    """The giver keeps the matter after all; the colleague whose telephone rings about it is not rung any more (OWN-2).

    Raises NotFound for somebody else's request, Conflict after the answer.
    """
    rung = select(Party).where(Party.handover_id == handover_id, Party.state.in_(parties.EXPECTED))
    party = act.session.scalar(rung)
    meeting = parties.locked(act, party.meeting_id) if party is not None else None
    handovers.withdraw(act, handover_id, by=by)
    if meeting is None or party is None:
        return
    act.session.refresh(party)
    if party.state in parties.EXPECTED:
        partings.out(act, meeting, party, State.LEFT, why="withdrawn")
        outbox.post(act, "end-call", key=f"end-{party.call_id}", urgent=True, call=party.call_id)


def pause_recording(act: Act, meeting: Meeting, by: int) -> None:
    """What is said from here on is not recorded, such as a number of a bank card. Raises Conflict."""
    _record(act, meeting, by, Recording.PAUSED, "pause-recording")


def resume_recording(act: Act, meeting: Meeting, by: int) -> None:
    """The recording goes on. Raises Conflict where it is not paused."""
    _record(act, meeting, by, Recording.ON, "resume-recording")


def _record(act: Act, meeting: Meeting, by: int, now: Recording, effect: str) -> None:
    """The worker does what the row says when its turn comes, so that two quick presses end as the last one meant."""
    meeting, _ = _with_customer(act, meeting, by)
    if meeting.recording is None or (meeting.recording == Recording.PAUSED) == (now is Recording.PAUSED):
        raise Conflict("this conversation is not being recorded" if meeting.recording is None else f"already {now}")
    meeting.recording = now
    parties.note(act, meeting, effect, by=by)
    outbox.post(act, effect, urgent=True, meeting=meeting.id)


def _with_customer(act: Act, meeting: Meeting, by: int) -> tuple[Meeting, Party]:
    """The meeting, locked, and the customer in it. Raises Conflict without the customer, Refused for an outsider."""
    meeting = parties.locked(act, meeting.id)
    inside = [one for one in parties.of(act, meeting) if one.state == State.IN]
    customer = next((one for one in inside if one.role == Role.CUSTOMER), None)
    if customer is None or meeting.ending:
        raise Conflict("the customer is not in this conversation")
    if not any(one.staff_id == by and one.talks for one in inside):
        raise Refused("only who talks with the customer can do that")
    return meeting, customer


def _ask_in(
    act: Act, meeting: Meeting, person: Staff, role: Role, mode: Mode, by: int, handover_id: int | None = None
) -> Party:
    if not person.active:
        raise Conflict(f"{person.name} does not work here any more")
    invitations.take_seat(act, person)
    words = act.session.get_one(Call, parties.present(act, meeting)[0].call_id).words_version
    party = invitations.ring(act, meeting, person, role, words_version=words, mode=mode, handover_id=handover_id)
    parties.note(
        act, meeting, "asked-in", party=party.id, who=person.id, by=by, role=role, mode=mode, handover=handover_id
    )
    return party


def _party_of(act: Act, meeting: Meeting, person_id: int) -> Party:
    party = next((one for one in parties.present(act, meeting) if one.staff_id == person_id), None)
    if party is None:
        raise NotFound(f"{staff.get(act, person_id).name} is not in this conversation")
    return party
