"""Conferences as events: without it nobody would learn who joined, was held, left, or why it ended."""

from __future__ import annotations

from hotline.simulator import calls, driver, params, tapes
from hotline.simulator.board import Board
from hotline.simulator.captions import BEEP
from hotline.simulator.rooms import Conference, Participant
from hotline.simulator.steps import Changed, Interrupt, Spoken

_SUBSCRIPTION = {
    "conference-start": "start",
    "conference-end": "end",
    "participant-join": "join",
    "participant-leave": "leave",
    "participant-mute": "mute",
    "participant-unmute": "mute",
    "participant-hold": "hold",
    "participant-unhold": "hold",
    "participant-modify": "modify",
    "participant-speech-start": "speaker",
    "participant-speech-stop": "speaker",
    "announcement-end": "announcement",
    "announcement-fail": "announcement",
}


class Left(Interrupt):
    """The participant is out of the conference; `reason` as the carrier words it."""

    def __init__(self, reason: str) -> None:
        super().__init__()
        self.reason = reason


def named(board: Board, name: str) -> Conference | None:
    """The conference of this name that has not ended."""
    return board.rooms.get(name)


def create(board: Board, name: str) -> Conference:
    """A new conference in which nobody is yet."""
    conference = Conference(board.sid("CF"), name, board.now())
    board.conferences[conference.sid] = board.rooms[name] = conference
    return conference


def by_leg(conference: Conference, key: str) -> Participant | None:
    """The participant with this CallSid or label."""
    return next((one for one in conference.participants if key in {one.leg.sid, one.label}), None)


def enter(board: Board, conference: Conference, participant: Participant) -> None:
    """A participant comes in; the conference starts with two, one of whom may start it (contract 5.3)."""
    conference.participants.append(participant)
    participant.leg.mouth = _Mouth(board, conference, participant)
    _beep(board, conference, participant, "onEnter")
    tell(board, conference, "participant-join", participant)
    everybody = conference.participants
    if conference.started is None and len(everybody) > 1 and any(one.start_on_enter for one in everybody):
        conference.started = board.now()
        tell(board, conference, "conference-start", participant)
        for other in everybody:
            driver.interrupt(board, other.leg, Changed())


def leave(board: Board, conference: Conference, participant: Participant) -> None:
    """A participant goes out; the last one, or one who ends it, ends the conference."""
    if participant not in conference.participants:
        return
    conference.participants.remove(participant)
    participant.leg.mouth = None
    reason = participant.reason_left
    more = {"ParticipantCallStatus": participant.leg.status.value, "ReasonParticipantLeft": reason}
    tell(board, conference, "participant-leave", participant, more)
    _beep(board, conference, participant, "onExit")
    how = "kicked" if reason == "participant_updated_via_api" else "left"
    if participant.end_on_exit and conference.ended is None:
        end(board, conference, f"participant-with-end-conference-on-exit-{how}", participant)
    elif not conference.participants:
        end(board, conference, f"last-participant-{how}", participant)


def end(board: Board, conference: Conference, reason: str, by: Participant | None = None) -> None:
    """The conference is over for everybody still in it."""
    if conference.ended is not None:
        return
    conference.ended, conference.reason_ended = board.now(), reason
    board.rooms.pop(conference.name, None)
    conference.call_sid_ending = by.leg.sid if by is not None else None
    why = "conference_ended_via_api" if reason == "conference-ended-via-api" else "moderator_ended_conference"
    for other in list(conference.participants):
        driver.interrupt(board, other.leg, Left(why))
    tapes.finish_if_running(board, conference.tape)
    more = {"ReasonConferenceEnded": reason, "Reason": reason}
    if by is not None:
        more |= {"CallSidEndingConference": by.leg.sid, "ParticipantLabelEndingConference": by.label}
    tell(board, conference, "conference-end", None, more)


def tell(
    board: Board,
    conference: Conference,
    event: str,
    participant: Participant | None,
    more: dict[str, str] | None = None,
) -> None:
    """A conference status callback (contract 2.8), if its event was subscribed to."""
    if conference.callback is None or _SUBSCRIPTION[event] not in conference.events:
        return
    told = {
        "ConferenceSid": conference.sid,
        "FriendlyName": conference.name,
        "AccountSid": board.account_sid,
        "SequenceNumber": str(conference.sequence),
        "Timestamp": params.rfc2822(board.now()),
        "StatusCallbackEvent": event,
    }
    conference.sequence += 1
    if participant is not None and event.startswith("participant"):
        told |= _about(participant)
    board.notify(conference.callback, told | (more or {}))


def _about(participant: Participant) -> dict[str, str]:
    flags = {
        "Muted": participant.muted,
        "Hold": participant.hold,
        "Coaching": participant.coaching is not None,
        "EndConferenceOnExit": participant.end_on_exit,
        "StartConferenceOnEnter": participant.start_on_enter,
    }
    about = {name: str(value).lower() for name, value in flags.items()} | {"CallSid": participant.leg.sid}
    return about | ({"ParticipantLabel": participant.label} if participant.label else {})


def _beep(board: Board, conference: Conference, participant: Participant, when: str) -> None:
    if participant.beep in {"true", when}:
        for one in conference.participants:
            board.hear(one.leg, BEEP)


class _Mouth:
    """Carries what a participant says to whoever may hear it."""

    def __init__(self, board: Board, conference: Conference, participant: Participant) -> None:
        self.board, self.conference, self.participant = board, conference, participant

    def __call__(self, spoken: Spoken) -> None:
        speaker, conference = self.participant, self.conference
        if conference.started is None or speaker.muted or speaker.hold:
            return
        tell(self.board, conference, "participant-speech-start", speaker)
        for other in conference.participants:
            if other is not speaker and not other.hold and speaker.coaching in {None, other.leg.sid}:
                self.board.hear(other.leg, calls.person(speaker.leg, spoken))
                tapes.hears(self.board, other.leg.tape, spoken)
