"""<Dial><Conference>: without it caller and agent could not meet, be held, coached or joined by a third."""

from __future__ import annotations

from hotline.simulator import amd, calls, dialling, meetings, program, tapes
from hotline.simulator.board import Board, Scene, Way
from hotline.simulator.captions import HOLD_MUSIC, WAIT_MUSIC, Utterance
from hotline.simulator.legs import Leg, Target
from hotline.simulator.meetings import Left
from hotline.simulator.rooms import Announcement, Conference, Participant
from hotline.simulator.steps import Afterwards, Await, Changed, HungUp, Moved, Steps
from hotline.simulator.twiml import Document, Unreadable, Verb


def dial(board: Board, leg: Leg, verb: Verb, noun: Verb, document: Document) -> Steps[Way]:
    """<Dial><Conference>: stay until left or ended; then on to `action`, or on in the document."""
    conference = meetings.named(board, noun.text.strip()) or _open(board, noun, document)
    participant = _participant(board, leg, noun, document)
    if not fits(board, conference, participant):
        return None
    told = {"DialCallStatus": "answered", "DialBridged": "true"}
    try:
        yield from attend(board, conference, participant, _records(noun))
    except Unreadable as error:
        board.complain(error.code, error.reason, leg, document.url or "")
        told = {"DialCallStatus": "failed", "DialBridged": "false"}
    except HungUp:
        dialling.tell_action(board, leg, verb, document, told)
        raise
    return dialling.after(verb, document, told)


def _open(board: Board, noun: Verb, document: Document) -> Conference:
    """A new conference; only its first participant's callback counts (contract 2.8)."""
    conference = meetings.create(board, noun.text.strip())
    named = noun.attributes.get("statusCallback")
    if named:
        conference.callback = Target(document.resolve(named), noun.get("statusCallbackMethod", "POST"))
    conference.events = frozenset(noun.get("statusCallbackEvent", "").split())
    conference.recording_callback, conference.recording_events = tapes.wanted(noun, document)
    conference.max_participants = int(noun.number("maxParticipants", conference.max_participants))
    return conference


def _records(noun: Verb) -> bool:
    return noun.get("record", "do-not-record") in {"record-from-start", "true"}


def _participant(board: Board, leg: Leg, noun: Verb, document: Document) -> Participant:
    wait = noun.attributes.get("waitUrl")
    return Participant(
        leg,
        board.now(),
        label=noun.get("participantLabel", ""),
        muted=noun.flag("muted"),
        coaching=noun.attributes.get("coach"),
        start_on_enter=noun.flag("startConferenceOnEnter", default=True),
        end_on_exit=noun.flag("endConferenceOnExit"),
        beep=noun.get("beep", "true"),
        wait_target=Target(document.resolve(wait), noun.get("waitMethod", "POST")) if wait else None,
        wait_silent=wait == "",
    )


def fits(board: Board, conference: Conference, participant: Participant) -> bool:
    """Whether the participant may come in; otherwise the leg is not added (16025, 13240)."""
    label, coached = participant.label, participant.coaching
    if label and meetings.by_leg(conference, label) is not None:
        board.complain(16025, f"participant label {label} is already used", participant.leg)
        return False
    if coached is not None and meetings.by_leg(conference, coached) is None:
        board.complain(13240, f"nobody to coach: {coached}", participant.leg)
        return False
    return len(conference.participants) < conference.max_participants


def attend(board: Board, conference: Conference, participant: Participant, records: bool) -> Steps[None]:
    """Be in the conference until out of it. Raises Unreadable if its waiting document fails."""
    calls.answer(board, participant.leg)
    meetings.enter(board, conference, participant)
    if records and conference.tape is None:
        tapes.begin_conference(board, conference, participant.leg)
    with Afterwards(lambda: meetings.leave(board, conference, participant)):
        try:
            while conference.ended is None:
                yield from _stay(board, conference, participant)
        except Left as left:
            participant.reason_left = left.reason
        except Moved:
            participant.reason_left = "participant_updated_via_api"
            raise


def _stay(board: Board, conference: Conference, participant: Participant) -> Steps[None]:
    """Hear what this moment has to be heard, until something changes."""
    try:
        if participant.announcement is not None:
            announcement, participant.announcement = participant.announcement, None
            yield from _announcement(board, conference, participant, announcement)
        elif participant.hold:
            yield from _music(board, participant, participant.hold_target, HOLD_MUSIC)
        elif conference.started is None and not participant.wait_silent:
            yield from _music(board, participant, participant.wait_target, WAIT_MUSIC)
        else:
            yield Await(None)
    except Changed:
        return


def _music(board: Board, participant: Participant, target: Target | None, music: Utterance) -> Steps[None]:
    """A waiting document, heard once, or the carrier's own music; then silence (contract 5.2)."""
    if target is None:
        board.hear(participant.leg, music)
    else:
        try:
            yield from program.side_document(board, participant.leg, target, dict, Scene.CONFERENCE)
        except program.IllegalVerb as error:
            raise Unreadable(error.code, str(error)) from error
    yield Await(None)


def _announcement(
    board: Board, conference: Conference, participant: Participant, announcement: Announcement
) -> Steps[None]:
    event = "announcement-end"
    try:
        yield from program.side_document(board, participant.leg, announcement.target, dict, Scene.CONFERENCE)
    except (program.IllegalVerb, Unreadable):
        event = "announcement-fail"
    if not announcement.told:
        announcement.told = True
        meetings.tell(board, conference, event, participant)


def invited(board: Board, conference: Conference, participant: Participant, records: bool) -> Steps[None]:
    """The whole call of somebody who was added over REST: the conference, and then the end."""
    if participant.leg.detection is not None:
        amd.detect_beside(board, participant.leg, participant.leg.detection)
    if fits(board, conference, participant):
        try:
            yield from attend(board, conference, participant, records)
        except Unreadable as error:
            board.complain(error.code, error.reason, participant.leg)
    calls.end(board, participant.leg)
