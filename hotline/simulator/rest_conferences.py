"""Conferences over REST: without it nobody could be held, coached, added or sent away."""

from __future__ import annotations

from hotline.simulator import calls, checks, conferences, driver, figures, meetings, placing, rest, rest_calls
from hotline.simulator.board import API_VERSION, Board
from hotline.simulator.legs import Direction, Leg, Target
from hotline.simulator.rest import Json, Reply, Request, RestError, Route
from hotline.simulator.rooms import Announcement, Conference, Participant
from hotline.simulator.steps import Changed


def conference_index(board: Board, request: Request) -> Reply:
    """GET Conferences, by FriendlyName and Status."""
    found = [
        one
        for one in reversed(board.conferences.values())
        if request.get("FriendlyName", one.name) == one.name and request.get("Status", one.status) == one.status
    ]
    return rest.page(request, "conferences", [_conference(board, one) for one in found])


def fetch_conference(board: Board, request: Request, sid: str) -> Reply:
    """GET Conferences/{sid}."""
    return rest.shown(_conference(board, rest.find(board.conferences, sid)))


def change_conference(board: Board, request: Request, sid: str) -> Reply:
    """POST Conferences/{sid}: AnnounceUrl, or Status=completed."""
    conference = rest.find(board.conferences, sid)
    if conference.ended is None:
        _announce(board, request, list(conference.participants))
    if request.get("Status") == "completed":
        meetings.end(board, conference, "conference-ended-via-api")
    return rest.shown(_conference(board, conference))


def participant_index(board: Board, request: Request, sid: str) -> Reply:
    """GET Conferences/{sid or name}/Participants."""
    conference = _running(board, sid)
    shown = [participant_shape(board, conference, one) for one in conference.participants]
    return rest.page(request, "participants", shown)


def fetch_participant(board: Board, request: Request, sid: str, call: str) -> Reply:
    """GET Conferences/{sid}/Participants/{CallSid or label}."""
    conference = _running(board, sid)
    return rest.shown(participant_shape(board, conference, _attending(conference, call)))


def add_participant(board: Board, request: Request, sid: str) -> Reply:
    """POST Conferences/{sid or name}/Participants: ring somebody who then joins (contract 6)."""
    to = checks.number_called(board, request)
    caller = checks.number_calling(board, request)
    timeout = checks.seconds(request, "Timeout", figures.CALL_TIMEOUT, 5, figures.LONGEST_TIMEOUT)
    callbacks = checks.callbacks(request)
    events = frozenset(" ".join(request.every("ConferenceStatusCallbackEvent")).split())
    callback = checks.target(request, "ConferenceStatusCallback", "ConferenceStatusCallbackMethod")
    conference = board.conferences.get(sid) or meetings.named(board, sid) or meetings.create(board, sid)
    if conference.callback is None:
        conference.callback, conference.events = callback, events
    leg = calls.new(board, Direction.API, caller, to, board.line(to))
    leg.callbacks, leg.detection = callbacks, rest_calls.detect(request, "AmdStatusCallback")
    participant = _invited(board, request, leg)
    records = request.get("ConferenceRecord") in {"true", "record-from-start"}
    placing.place(
        board,
        leg,
        timeout,
        lambda: driver.start(board, leg, conferences.invited(board, conference, participant, records)),
    )
    return rest.shown(participant_shape(board, conference, participant), 201)


def _invited(board: Board, request: Request, leg: Leg) -> Participant:
    wait = checks.url(request, "WaitUrl")
    return Participant(
        leg,
        board.now(),
        label=request.get("Label"),
        muted=request.flag("Muted"),
        coaching=request.get("CallSidToCoach") if request.flag("Coaching") else None,
        start_on_enter=request.flag("StartConferenceOnEnter", default=True),
        end_on_exit=request.flag("EndConferenceOnExit"),
        beep=request.get("Beep", "true"),
        wait_target=Target(wait, checks.method(request, "WaitMethod")) if wait else None,
    )


def change_participant(board: Board, request: Request, sid: str, call: str) -> Reply:
    """POST …/Participants/{CallSid or label}: Hold, Muted, Coaching, AnnounceUrl, EndConferenceOnExit."""
    conference = _running(board, sid)
    participant = _attending(conference, call)
    _hold(board, conference, participant, request)
    _mute(board, conference, participant, request)
    _modify(board, conference, participant, request)
    _announce(board, request, [participant])
    return rest.shown(participant_shape(board, conference, participant))


def _announce(board: Board, request: Request, audience: list[Participant]) -> None:
    """AnnounceUrl: everybody in the audience hears this document, once."""
    target = checks.target(request, "AnnounceUrl", "AnnounceMethod")
    if target is None:
        return
    announcement = Announcement(target)
    for participant in audience:
        participant.announcement = announcement
        driver.interrupt(board, participant.leg, Changed())


def _modify(board: Board, conference: Conference, participant: Participant, request: Request) -> None:
    """Coaching of somebody who is there (13240 otherwise), and whether the conference ends with this participant."""
    before = (participant.coaching, participant.end_on_exit)
    participant.end_on_exit = request.flag("EndConferenceOnExit", participant.end_on_exit)
    if request.has("Coaching"):
        coached = request.get("CallSidToCoach", participant.coaching or "") if request.flag("Coaching") else None
        if coached is not None and coached not in [one.leg.sid for one in conference.participants]:
            raise RestError(400, 13240, f"nobody to coach: {coached}")
        participant.coaching = coached
    if before != (participant.coaching, participant.end_on_exit):
        meetings.tell(board, conference, "participant-modify", participant)


def _hold(board: Board, conference: Conference, participant: Participant, request: Request) -> None:
    if not request.has("Hold"):
        return
    hold = request.flag("Hold")
    url = checks.url(request, "HoldUrl")
    participant.hold_target = Target(url, checks.method(request, "HoldMethod", "GET")) if url else None
    if hold != participant.hold:
        participant.hold = hold
        meetings.tell(board, conference, f"participant-{'' if hold else 'un'}hold", participant)
        driver.interrupt(board, participant.leg, Changed())


def _mute(board: Board, conference: Conference, participant: Participant, request: Request) -> None:
    muted = request.flag("Muted", participant.muted)
    if muted != participant.muted:
        participant.muted = muted
        meetings.tell(board, conference, f"participant-{'' if muted else 'un'}mute", participant)


def kick(board: Board, request: Request, sid: str, call: str) -> Reply:
    """DELETE …/Participants/{CallSid or label}."""
    participant = _attending(_running(board, sid), call)
    driver.interrupt(board, participant.leg, meetings.Left("participant_updated_via_api"))
    return rest.gone()


def _running(board: Board, sid: str) -> Conference:
    conference = board.conferences.get(sid) or meetings.named(board, sid)
    if conference is None or conference.ended is not None:
        raise rest.not_found(sid)
    return conference


def _attending(conference: Conference, call: str) -> Participant:
    participant = meetings.by_leg(conference, call)
    if participant is None:
        raise rest.not_found(call)
    return participant


def _conference(board: Board, conference: Conference) -> Json:
    tail = f"Conferences/{conference.sid}"
    return {
        "sid": conference.sid,
        "account_sid": board.account_sid,
        "api_version": API_VERSION,
        "friendly_name": conference.name,
        "status": conference.status,
        "region": "us1",
        "reason_conference_ended": conference.reason_ended,
        "call_sid_ending_conference": conference.call_sid_ending,
        "date_created": rest.date(conference.created),
        "date_updated": rest.date(conference.ended or conference.started or conference.created),
        "uri": rest.uri(board, tail),
        "subresource_uris": {
            "participants": rest.uri(board, f"{tail}/Participants"),
            "recordings": rest.uri(board, f"{tail}/Recordings"),
        },
    }


def participant_shape(board: Board, conference: Conference, participant: Participant) -> Json:
    """A participant as the carrier shows it."""
    leg = participant.leg
    status = {"in-progress": "connected", "completed": "complete"}.get(leg.status.value, leg.status.value)
    return {
        "account_sid": board.account_sid,
        "call_sid": leg.sid,
        "conference_sid": conference.sid,
        "label": participant.label or None,
        "call_sid_to_coach": participant.coaching,
        "coaching": participant.coaching is not None,
        "muted": participant.muted,
        "hold": participant.hold,
        "start_conference_on_enter": participant.start_on_enter,
        "end_conference_on_exit": participant.end_on_exit,
        "status": status,
        "queue_time": str(leg.queue_time_ms),
        "date_created": rest.date(participant.joined),
        "date_updated": rest.date(participant.joined),
        "uri": rest.uri(board, f"Conferences/{conference.sid}/Participants/{leg.sid}"),
    }


ROUTES = (
    Route("GET", "Conferences", conference_index),
    Route("GET", "Conferences/{sid}", fetch_conference),
    Route("POST", "Conferences/{sid}", change_conference),
    Route("GET", "Conferences/{sid}/Participants", participant_index),
    Route("POST", "Conferences/{sid}/Participants", add_participant),
    Route("GET", "Conferences/{sid}/Participants/{call}", fetch_participant),
    Route("POST", "Conferences/{sid}/Participants/{call}", change_participant),
    Route("DELETE", "Conferences/{sid}/Participants/{call}", kick),
)
