"""Recordings as they run and end: without them a statement given by telephone would leave nothing behind."""

from __future__ import annotations

import io
import wave
from collections.abc import Iterable

from hotline.simulator import figures, params
from hotline.simulator.board import API_VERSION, Board
from hotline.simulator.legs import Leg, Target
from hotline.simulator.rooms import Conference, Recording, Said
from hotline.simulator.steps import Spoken
from hotline.simulator.twiml import Document, Verb

_RATE = 8000  # samples a second, 16 bits: a telephone's


def begin(board: Board, leg: Leg, source: str, callback: Target | None, events: Iterable[str]) -> Recording:
    """Start recording a call; `source` as the carrier calls it (contract 2.5). The parent leg is the one named."""
    recording = Recording(board.sid("RE"), leg.sid, source, board.now())
    recording.callback, recording.events = callback, frozenset(events) or recording.events
    board.recordings[recording.sid] = recording
    _report(board, recording)
    return recording


def begin_conference(board: Board, conference: Conference, leg: Leg, source: str = "Conference") -> None:
    """Start recording a conference; its callback carries ConferenceSid."""
    recording = begin(board, leg, source, conference.recording_callback, conference.recording_events)
    recording.conference_sid = conference.sid
    conference.tape = recording.sid


def finish(board: Board, recording: Recording, seconds: float | None = None) -> int:
    """Stop recording; the file is ready a little later. Gives its length in whole seconds."""
    if recording.duration is not None:
        return recording.duration
    resume(board, recording)
    lasted = (board.now() - recording.started).total_seconds() - recording.paused_seconds
    recording.duration = round(lasted if seconds is None else seconds)
    recording.status = "processing"
    board.timetable.after(figures.RECORDING_READY_AFTER, lambda: _ready(board, recording))
    return recording.duration


def finish_if_running(board: Board, sid: str | None) -> None:
    """Stop the recording with this sid, if there is one."""
    if sid is not None:
        finish(board, board.recordings[sid])


def pause(board: Board, recording: Recording) -> None:
    """Leave out what is said from now on."""
    if recording.paused_since is None:
        recording.paused_since, recording.status = board.now(), "paused"


def resume(board: Board, recording: Recording) -> None:
    """Record on after a pause."""
    if recording.paused_since is not None:
        recording.paused_seconds += (board.now() - recording.paused_since).total_seconds()
        recording.paused_since, recording.status = None, "in-progress"


def hears(board: Board, sid: str | None, spoken: Spoken) -> None:
    """Somebody begins to say something where the recording with this sid, if there is one, runs."""
    recording = board.recordings.get(sid or "")
    if recording is None or recording.duration is not None or recording.paused_since is not None:
        return
    since = (board.now() - recording.started).total_seconds() - recording.paused_seconds
    recording.said.append(Said(since, since + spoken.seconds, spoken.text))


def begins_later(recording: Recording, seconds: float) -> None:
    """So much silence at its beginning is cut off."""
    recording.said = [Said(one.since - seconds, one.until - seconds, one.text) for one in recording.said]


def url(board: Board, recording: Recording) -> str:
    """RecordingUrl: the resource, to which .wav or .mp3 may be added."""
    return f"{board.api_base}/{API_VERSION}/Accounts/{board.account_sid}/Recordings/{recording.sid}"


def wav(recording: Recording, channels: int = 1) -> bytes:
    """The recording's sound: silence of the right length, 8 kHz and 16 bits."""
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(2)
        file.setframerate(_RATE)
        file.writeframes(bytes(2 * channels * _RATE * (recording.duration or 0)))
    return buffer.getvalue()


def mp3(recording: Recording) -> bytes:
    """The same silence as MP3: empty frames of 36 ms, 16 kHz, 32 kbit/s, one channel."""
    frame = bytes.fromhex("fff348c0") + bytes(140)
    return frame * round((recording.duration or 0) / 0.036)


def wanted(verb: Verb, document: Document) -> tuple[Target | None, frozenset[str]]:
    """The recordingStatusCallback of a verb or noun, and the events it asks for (default: completed)."""
    events = frozenset(verb.get("recordingStatusCallbackEvent", "completed").split())
    named = verb.attributes.get("recordingStatusCallback")
    if not named:
        return None, events
    return Target(document.resolve(named), verb.get("recordingStatusCallbackMethod", "POST")), events


def _ready(board: Board, recording: Recording) -> None:
    recording.status = "absent" if recording.error_code is not None else "completed"
    _report(board, recording)


def _report(board: Board, recording: Recording) -> None:
    """The recordingStatusCallback (contract 2.5)."""
    if recording.status not in recording.events:
        return
    told = {
        "AccountSid": board.account_sid,
        "CallSid": recording.call_sid,
        "RecordingSid": recording.sid,
        "RecordingUrl": url(board, recording),
        "RecordingStatus": recording.status,
        "RecordingChannels": str(recording.channels),
        "RecordingStartTime": params.rfc2822(recording.started),
        "RecordingSource": recording.source,
        "RecordingTrack": recording.track,
    }
    if recording.duration is not None:
        told["RecordingDuration"] = str(recording.duration)
    if recording.conference_sid is not None:
        told["ConferenceSid"] = recording.conference_sid
    if recording.error_code is not None:
        told["ErrorCode"] = str(recording.error_code)
    board.notify(recording.callback, told)
