"""Recordings written down, over REST: without it nobody would learn here what the carrier's recogniser asks of us.

The carrier's Conversation Intelligence (classic): one transcript of a recording, in the language of the service that is
named, ready a while later, read sentence by sentence, deleted on request.
"""

from __future__ import annotations

import json
from datetime import datetime

from hotline.simulator import figures, rest
from hotline.simulator.board import Board
from hotline.simulator.rest import Json, Reply, Request, RestError, Route
from hotline.simulator.rooms import Recording, Transcript


def create(board: Board, request: Request) -> Reply:
    """POST Transcripts: of a complete recording that nobody asked for yet; which number refuses another is ours."""
    service = rest.find(board.services, request.get("ServiceSid")) and request.get("ServiceSid")
    recording = _recording(board, request)
    if any(one.recording is recording for one in board.transcripts.values()):
        raise RestError(400, 20001, "A transcript of this recording exists already")
    made = Transcript(board.sid("GT"), service, board.services[service], recording, board.now())
    board.transcripts[made.sid] = made
    board.timetable.after(figures.TRANSCRIBED_AFTER, lambda: _ready(made))
    return rest.shown(_transcript(board, made), 202)


def _recording(board: Board, request: Request) -> Recording:
    try:
        sid = json.loads(request.get("Channel"))["media_properties"]["source_sid"]
    except (ValueError, KeyError, TypeError):
        raise RestError(400, 20001, "Channel names no source_sid") from None
    recording = board.recordings.get(str(sid))
    if recording is None or recording.deleted or recording.status != "completed":
        raise RestError(400, 20001, "The recording cannot be read")
    return recording


def _ready(made: Transcript) -> None:
    """The sound has been read; one that is gone, or too short, cannot be."""
    if made.status != "queued":
        return
    tape = made.recording
    too_short = (tape.duration or 0) < figures.SHORTEST_TRANSCRIBED
    made.status = "failed" if tape.deleted or too_short else "completed"
    made.said = [] if made.status == "failed" else list(tape.said)


def index(board: Board, request: Request) -> Reply:
    """GET Transcripts: newest first, by SourceSid, ServiceSid and Status."""
    found = [
        one
        for one in reversed(board.transcripts.values())
        if request.get("SourceSid", one.recording.sid) == one.recording.sid
        and request.get("ServiceSid", one.service) == one.service
        and request.get("Status", one.status) == one.status
    ]
    return rest.later_page(board, request, "transcripts", [_transcript(board, one) for one in found])


def fetch(board: Board, request: Request, sid: str) -> Reply:
    """GET Transcripts/{sid}."""
    return rest.shown(_transcript(board, rest.find(board.transcripts, sid)))


def delete(board: Board, request: Request, sid: str) -> Reply:
    """DELETE Transcripts/{sid}."""
    rest.find(board.transcripts, sid)
    del board.transcripts[sid]
    return rest.gone()


def sentences(board: Board, request: Request, sid: str) -> Reply:
    """GET Transcripts/{sid}/Sentences, in order; it is not told who says them, for a recording has one channel."""
    said = rest.find(board.transcripts, sid).said
    listed = [
        {
            "sid": f"GX{sid[2:-4]}{index:04x}",
            "media_channel": 1,
            "sentence_index": index,
            "start_time": f"{one.since:.2f}",
            "end_time": f"{one.until:.2f}",
            "transcript": one.text,
            "confidence": figures.CONFIDENCE,
            "words": None,
        }
        for index, one in enumerate(said)
    ]
    return rest.later_page(board, request, "sentences", listed)


def _transcript(board: Board, one: Transcript) -> Json:
    url = f"{board.later_base}/v2/Transcripts/{one.sid}"
    parts = ("Sentences", "Media", "OperatorResults")
    return {
        "sid": one.sid,
        "account_sid": board.account_sid,
        "service_sid": one.service,
        "status": one.status,
        "channel": {"media_properties": {"source_sid": one.recording.sid}},
        "language_code": one.language,
        "data_logging": False,
        "redaction": False,
        "customer_key": None,
        "encryption_credential_sid": None,
        "media_start_time": _iso(one.recording.started),
        "duration": one.recording.duration or 0,
        "date_created": _iso(one.created),
        "date_updated": _iso(one.created),
        "url": url,
        "links": {part.lower(): f"{url}/{part}" for part in parts},
    }


def _iso(at: datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%SZ}"


ROUTES = (
    Route("GET", "/v2/Transcripts", index),
    Route("POST", "/v2/Transcripts", create),
    Route("GET", "/v2/Transcripts/{sid}", fetch),
    Route("DELETE", "/v2/Transcripts/{sid}", delete),
    Route("GET", "/v2/Transcripts/{sid}/Sentences", sentences),
)
