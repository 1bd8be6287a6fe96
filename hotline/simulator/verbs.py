"""The short verbs: without them a caller would hear nothing, and a document could neither go on nor end."""

from __future__ import annotations

import io
import wave
from collections.abc import Callable
from urllib.parse import urlsplit

from hotline.simulator import calls, captions, figures, tapes
from hotline.simulator.board import Board, End, Page, VerbSteps, Way
from hotline.simulator.captions import Kind, Utterance
from hotline.simulator.courier import Answer, Outcome, Webhook
from hotline.simulator.courier import Kind as Hook
from hotline.simulator.legs import CallStatus, Leg
from hotline.simulator.steps import Await, Bell, Event, Fetch, Key, Spoken, Steps
from hotline.simulator.twiml import Document, Unreadable, Verb

Ears = tuple[type[Key | Spoken | Bell], ...]


def at_once(decide: Callable[[Board, Leg, Verb, Document], Way]) -> VerbSteps:
    """A verb that takes no time, as a sequence of steps like every other."""

    def steps(board: Board, leg: Leg, verb: Verb, document: Document) -> Steps[Way]:
        yield from ()
        return decide(board, leg, verb, document)

    return steps


def say(board: Board, leg: Leg, verb: Verb, document: Document) -> Steps[Way]:
    """<Say>."""
    yield from sound(board, leg, verb, document, ())
    return None


play = pause = say


def sound(board: Board, leg: Leg, verb: Verb, document: Document, ears: Ears) -> Steps[Event | None]:
    """Make the sound of a <Say>, <Play> or <Pause>; gives the event that broke in, if `ears` listened for one."""
    if verb.name == "Pause":
        event: Event | None = yield Await(verb.number("length", 1.0), ears)
        return event
    utterance = yield from _utterance(board, leg, verb, document)
    if utterance is None:
        return None
    for _ in range(_times(verb)):
        board.hear(leg, utterance)
        event = yield Await(utterance.seconds, ears)
        if event is not None:
            return event
    return None


def _times(verb: Verb) -> int:
    return int(verb.number("loop", 1)) or figures.ENDLESS_LOOP


def _utterance(board: Board, leg: Leg, verb: Verb, document: Document) -> Steps[Utterance | None]:
    if verb.name == "Say":
        return _sayable(board, leg, verb, document)
    if "digits" in verb.attributes:
        digits = verb.attributes["digits"]
        return Utterance(f"♪ {digits}", len(digits) * figures.TONE_SECONDS, Kind.TONE)
    return (yield from _media(board, leg, verb, document))


def _sayable(board: Board, leg: Leg, verb: Verb, document: Document) -> Utterance | None:
    fault = captions.say_fault(verb)
    if fault is not None:
        board.complain(fault, "<Say> is not spoken", leg, document.url or "", "warning")
        return None
    return captions.said(verb)


def _media(board: Board, leg: Leg, verb: Verb, document: Document) -> Steps[Utterance | None]:
    url = document.resolve(verb.text)
    outcome: Outcome = yield Fetch(Webhook(url, "GET", {}, Hook.MEDIA))
    answer = outcome.answer
    if answer is None or not answer.headers.get("content-type", "").startswith("audio/"):
        code = 13420 if answer is not None else outcome.code or 11200
        board.complain(code, "<Play> cannot be played", leg, url)
        return None
    name = urlsplit(url).path.rsplit("/", 1)[-1]
    return Utterance(f"♪ {name}", media_seconds(answer), Kind.MEDIA)


def media_seconds(answer: Answer) -> float:
    """How long a sound file lasts: exact for WAV, by its size for MP3."""
    if answer.body[:4] == b"RIFF":
        with wave.open(io.BytesIO(answer.body)) as file:
            return float(file.getnframes() / file.getframerate())
    if "mpeg" in answer.headers.get("content-type", ""):
        return len(answer.body) / figures.MP3_BYTES_PER_SECOND
    return figures.UNKNOWN_MEDIA_SECONDS


@at_once
def hang_up(board: Board, leg: Leg, verb: Verb, document: Document) -> Way:
    """<Hangup>."""
    return End.HANG_UP


@at_once
def reject(board: Board, leg: Leg, verb: Verb, document: Document) -> Way:
    """<Reject>: the call is refused before it is answered; only as the first verb (contract 5.3)."""
    if leg.live:
        return End.HANG_UP
    busy = verb.get("reason", "rejected") == "busy"
    calls.end(board, leg, CallStatus.BUSY if busy else CallStatus.NO_ANSWER, "carrier")
    return End.HANG_UP


@at_once
def redirect(board: Board, leg: Leg, verb: Verb, document: Document) -> Way:
    """<Redirect>: an empty one asks for the current document again."""
    url = document.resolve(verb.text) if verb.text.strip() else current(document)
    return Page(url, verb.get("method", "POST"))


@at_once
def leave(board: Board, leg: Leg, verb: Verb, document: Document) -> Way:
    """<Leave>: out of the queue; outside one it does nothing."""
    return End.LEAVE


@at_once
def refer(board: Board, leg: Leg, verb: Verb, document: Document) -> Way:
    """<Refer> works on SIP legs alone (error 13801), and there are none here."""
    board.complain(13801, "<Refer> on a leg that is not SIP", leg, document.url or "")
    return None


@at_once
def start(board: Board, leg: Leg, verb: Verb, document: Document) -> Way:
    """<Start><Recording>: record the call from here on, beside whatever follows."""
    for noun in verb.children:
        recording = tapes.begin(board, leg, "StartCallRecordingAPI", *tapes.wanted(noun, document))
        recording.channels = 2 if noun.get("channels", "mono") == "dual" else 1
        leg.tape = recording.sid
    return None


def action(verb: Verb, document: Document, params: dict[str, str]) -> Page:
    """The page a verb's `action` names; without one the current document again (contract 5.2)."""
    named = verb.attributes.get("action", "")
    url = document.resolve(named) if named else current(document)
    return Page(url, verb.get("method", "POST"), params)


def current(document: Document) -> str:
    """The URL of the document being heard; one handed in as text has none (error 11100)."""
    if document.url is None:
        raise Unreadable(11100, "a document handed in as text cannot be asked for again")
    return document.url
