"""What is done to a conversation at the carrier; without it a pressed "hold" would stay a row in a table (ANS-13)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import select

from hotline.carrier import Carrier, CarrierError
from hotline.domain import calls, companies, controls, outbox, parties
from hotline.domain.act import Act
from hotline.domain.calls import FINAL, Call
from hotline.domain.outbox import OutboxEntry, State
from hotline.domain.parties import Meeting, Mode, Party, Recording, Stage
from hotline.jobs.effects import DONE, Effect, Prepared
from hotline.runtime import Runtime


def hold(runtime: Runtime, act: Act, entry: OutboxEntry) -> Prepared:
    """The customer hears the pause; one that has ended meanwhile is not begun."""
    there = _there(act, entry)
    if there is None or there[0].held_at is None:
        return State.DROPPED
    meeting, _party, call, sid = there
    conference, url = _name(meeting), runtime.addresses.hold(call.id)
    return _unless_gone(lambda carrier: carrier.hold(conference, sid, url))


def resume(runtime: Runtime, act: Act, entry: OutboxEntry) -> Prepared:
    """The customer is in the conversation again, and hears the apology (ANS-13)."""
    there = _there(act, entry)
    if there is None or there[0].held_at is not None:
        return State.DROPPED
    meeting, _party, _call, sid = there
    conference, url = _name(meeting), runtime.addresses.announce(meeting.id, "resumed")

    def ask(carrier: Carrier) -> None:
        carrier.resume(conference, sid)
        carrier.announce(conference, sid, url)

    return _unless_gone(ask)


def set_mode(runtime: Runtime, act: Act, entry: OutboxEntry) -> Prepared:
    """A supervisor listens, coaches the agent alone, or is heard by all."""
    there = _there(act, entry)
    if there is None:
        return State.DROPPED
    meeting, party, _call, sid = there
    coached = _coached(act, meeting) if party.mode == Mode.COACH else None
    conference, muted = _name(meeting), party.mode == Mode.LISTEN or (party.mode == Mode.COACH and coached is None)
    return _unless_gone(lambda carrier: carrier.set_mode(conference, sid, muted=muted, coached=coached))


def announce(runtime: Runtime, act: Act, entry: OutboxEntry) -> Prepared:
    """All in a conversation are told something; while the carrier's id of it is not known, a moment later."""
    meeting = _meeting(act, entry)
    if meeting.state == Stage.ENDED:
        return State.DROPPED
    conference, url = meeting.sid, runtime.addresses.announce(meeting.id, str(entry.about["what"]))
    if conference is None:
        return act.at + act.standard.engine.desk.match_every.span
    return _unless_gone(lambda carrier: carrier.announce(conference, None, url))


def start_recording(runtime: Runtime, act: Act, entry: OutboxEntry) -> Prepared:
    """The conversation is recorded on the customer's call, so that it is one recording whoever of us comes and goes."""
    meeting = _meeting(act, entry)
    call = _customers_call(act, meeting)
    if call is None or call.sid is None or meeting.state != Stage.TALKING:
        return State.DROPPED
    sid, url = call.sid, runtime.addresses.recording(call.id)

    def ask(carrier: Carrier) -> str:
        return carrier.start_recording(sid, url)

    def find(carrier: Carrier, since: datetime) -> list[str]:
        return carrier.find_recordings(sid, since)

    return Effect(ask, find)


def recording_started(runtime: Runtime, act: Act, entry: OutboxEntry, sid: str) -> None:
    """It is on; what was paused, or over, before it began is so now."""
    meeting = _meeting(act, entry)
    if meeting.state == Stage.ENDED:
        outbox.post(act, "stop-recording", key=f"stop-late-recording-{meeting.id}", urgent=True, meeting=meeting.id)
    elif meeting.recording == Recording.PAUSED:
        outbox.post(act, "pause-recording", urgent=True, meeting=meeting.id)
    else:
        meeting.recording = Recording.ON


def pause_recording(runtime: Runtime, act: Act, entry: OutboxEntry) -> Prepared:
    """What is said from here on is not recorded, unless it is again already."""
    return _recording(act, entry, Recording.PAUSED, lambda carrier, sid: carrier.pause_recording(sid))


def resume_recording(runtime: Runtime, act: Act, entry: OutboxEntry) -> Prepared:
    """The recording goes on, unless it is paused again already."""
    return _recording(act, entry, Recording.ON, lambda carrier, sid: carrier.resume_recording(sid))


def stop_recording(runtime: Runtime, act: Act, entry: OutboxEntry) -> Prepared:
    """The conversation is over and the customer's call goes on: what follows is not recorded.

    The carrier stops whatever is recorded now: nothing once that is a later conversation of the same call.
    """
    meeting = _meeting(act, entry)
    call = _customers_call(act, meeting)
    if call is None or call.sid is None or call.state in FINAL or _is_recorded_anew(act, meeting):
        return State.DROPPED
    sid = call.sid
    return _unless_gone(lambda carrier: carrier.stop_recording(sid))


def send_off(runtime: Runtime, act: Act, entry: OutboxEntry) -> Prepared:
    """Whoever listens to what is told of them leaves the conversation: the end of each such leg is owed (CMP-10)."""
    return State.DONE if controls.send_off_concerned(act) else State.DROPPED


def _recording(act: Act, entry: OutboxEntry, meant: Recording, does: Callable[[Carrier, str], None]) -> Prepared:
    meeting = _meeting(act, entry)
    call = _customers_call(act, meeting)
    if call is None or call.sid is None or meeting.recording != meant or meeting.state == Stage.ENDED:
        return State.DROPPED
    sid = call.sid
    return _unless_gone(lambda carrier: does(carrier, sid))


def _there(act: Act, entry: OutboxEntry) -> tuple[Meeting, Party, Call, str] | None:
    """The meeting, the party and its call with the carrier's id of it; None once the party is not in the meeting."""
    party = act.session.get_one(Party, entry.about["party"])
    call = calls.locked(act, party.call_id)
    companies.get(act, call.company_id)
    meeting = parties.locked(act, party.meeting_id)
    act.session.refresh(party)
    if call.sid is None or party.state != parties.State.IN or meeting.state == Stage.ENDED:
        return None
    return meeting, party, call, call.sid


def _meeting(act: Act, entry: OutboxEntry) -> Meeting:
    meeting = parties.locked(act, entry.about["meeting"])
    companies.get(act, meeting.company_id)
    return meeting


def _is_recorded_anew(act: Act, meeting: Meeting) -> bool:
    later = select(Meeting.id).where(Meeting.call_id == meeting.call_id, Meeting.id > meeting.id)
    on = later.where(Meeting.state != Stage.ENDED, Meeting.recording.in_((Recording.ON, Recording.PAUSED)))
    return act.session.scalar(on.limit(1)) is not None


def _customers_call(act: Act, meeting: Meeting) -> Call | None:
    return act.session.get_one(Call, meeting.call_id) if meeting.call_id is not None else None


def _coached(act: Act, meeting: Meeting) -> str | None:
    """The carrier's id of the agent's leg, by whom alone a coach is heard."""
    leg = parties.coached_leg(act, meeting)
    return act.session.get_one(Call, leg).sid if leg is not None else None


def _name(meeting: Meeting) -> str:
    return meeting.sid or meeting.name


def _unless_gone(does: Callable[[Carrier], None]) -> Effect:
    """Do it; to whoever is not there any more nothing needs to be done. All of it is safe to repeat."""

    def ask(carrier: Carrier) -> str:
        try:
            does(carrier)
        except CarrierError as error:
            if error.word != "gone":
                raise
        return DONE

    return Effect(ask)
