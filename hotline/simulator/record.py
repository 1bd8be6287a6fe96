"""<Record>: without it nobody could leave a statement or a message."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from hotline.simulator import figures, params, tapes, verbs
from hotline.simulator.board import Board, Way
from hotline.simulator.captions import BEEP
from hotline.simulator.legs import Leg, Target
from hotline.simulator.rooms import Recording
from hotline.simulator.steps import Await, Event, HungUp, Key, Moved, Spoken, Steps
from hotline.simulator.twiml import Document, Verb

_ANY_KEY = "1234567890*#"


@dataclass
class _Sound:
    """What was heard on the tape so far."""

    began: datetime
    first: datetime | None = None
    last: datetime | None = None

    def take(self, at: datetime, seconds: float) -> None:
        self.first = self.first or at
        self.last = max(self.last or at, at + timedelta(seconds=seconds))

    def trimmed(self, until: datetime) -> float:
        """The length without the silence before and after."""
        if self.first is None or self.last is None:
            return 0.0
        return (min(self.last, until) - self.first).total_seconds()


def record(board: Board, leg: Leg, verb: Verb, document: Document) -> Steps[Way]:
    """<Record>: until a key, a silence, the longest length, or the caller's hanging up; then on to `action`."""
    page = verbs.action(verb, document, {})
    target = Target(page.url or "", page.method)
    if verb.flag("playBeep", default=True):
        board.hear(leg, BEEP)
        yield Await(BEEP.seconds)
    recording = tapes.begin(board, leg, "RecordVerb", *tapes.wanted(verb, document))
    sound = _Sound(board.now())
    try:
        digits = yield from _listen(board, verb, recording, sound)
    except HungUp:
        ended = _ended(board, verb, recording, sound, "hangup")
        board.notify(target, params.standard(board, leg) | ended, leg)
        raise
    except Moved:
        tapes.finish(board, recording)
        raise
    page.params.update(_ended(board, verb, recording, sound, digits))
    return page


def _listen(board: Board, verb: Verb, recording: Recording, sound: _Sound) -> Steps[str]:
    """Wait for the end; gives the key that ended it, or nothing."""
    silence = verb.number("timeout", figures.RECORD_TIMEOUT)
    latest = sound.began + timedelta(seconds=verb.number("maxLength", figures.RECORD_LENGTH))
    finish = verb.get("finishOnKey", _ANY_KEY)
    while (left := (latest - board.now()).total_seconds()) > 0:
        quiet = max(board.now(), sound.last or sound.began)
        until_silence = (quiet - board.now()).total_seconds() + silence if silence else left
        event: Event | None = yield Await(min(left, until_silence), (Key, Spoken))
        if isinstance(event, Spoken):
            sound.take(board.now(), event.seconds)
            tapes.hears(board, recording.sid, event)
        elif isinstance(event, Key) and event.digit in finish:
            return event.digit
        elif event is None and until_silence <= left:
            return ""
    return ""


def _ended(board: Board, verb: Verb, recording: Recording, sound: _Sound, digits: str) -> dict[str, str]:
    trims = verb.get("trim", "trim-silence") == "trim-silence"
    if trims and sound.first is not None:
        tapes.begins_later(recording, (sound.first - sound.began).total_seconds())
    seconds = tapes.finish(board, recording, sound.trimmed(board.now()) if trims else None)
    told = {"RecordingUrl": tapes.url(board, recording), "RecordingSid": recording.sid}
    return told | {"RecordingDuration": str(seconds), "Digits": digits}
