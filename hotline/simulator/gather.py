"""Collects keys and words: without it no question could be answered."""

from __future__ import annotations

from dataclasses import dataclass, field

from hotline.simulator import figures, params, verbs
from hotline.simulator.board import Board, Way
from hotline.simulator.legs import Leg, Target
from hotline.simulator.steps import Await, Event, Key, Spoken, Steps
from hotline.simulator.twiml import Document, Verb


@dataclass
class _Asked:
    """What one <Gather> waits for, and what it has (contract 5.3, Gather)."""

    keys: bool
    speech: bool
    ears: verbs.Ears
    timeout: float
    speech_timeout: float
    most_digits: int | None
    finish: str
    digits: list[str] = field(default_factory=list)
    finished_on: str = ""


def gather(board: Board, leg: Leg, verb: Verb, document: Document) -> Steps[Way]:
    """<Gather>: with input on to `action`; with none the document goes on, or `action` when asked for."""
    asked = _asked(verb)
    event = yield from _prompt(board, leg, verb, document, asked)
    if event is None:
        event = yield Await(asked.timeout, asked.ears)
    if isinstance(event, Spoken):
        _partly(board, leg, verb, document, event)
        return (yield from _spoken(verb, document, asked, event))
    if isinstance(event, Key):
        yield from _keys(asked, event)
    if asked.digits or asked.finished_on:
        return verbs.action(verb, document, _key_params(asked))
    if verb.flag("actionOnEmptyResult"):
        return verbs.action(verb, document, {"Digits": ""} if asked.keys else {})
    return None


def _asked(verb: Verb) -> _Asked:
    kinds = verb.get("input", "dtmf").split()
    keys, speech = "dtmf" in kinds, "speech" in kinds
    ears: verbs.Ears = (*((Key,) if keys else ()), *((Spoken,) if speech else ()))
    timeout = verb.number("timeout", figures.GATHER_TIMEOUT)
    digits = verb.number("numDigits", 0)
    return _Asked(
        keys=keys,
        speech=speech,
        ears=ears,
        timeout=timeout,
        speech_timeout=verb.number("speechTimeout", timeout) or timeout,
        most_digits=int(digits) or None,
        finish=verb.get("finishOnKey", "#"),
    )


def _prompt(board: Board, leg: Leg, verb: Verb, document: Document, asked: _Asked) -> Steps[Event | None]:
    """The nested sounds; the first key or word stops them."""
    for child in verb.children:
        event = yield from verbs.sound(board, leg, child, document, asked.ears)
        if event is not None:
            return event
    return None


def _partly(board: Board, leg: Leg, verb: Verb, document: Document, event: Spoken) -> None:
    """What was understood so far, for partialResultCallback; it may still change (contract 2.2)."""
    named = verb.attributes.get("partialResultCallback")
    if named:
        target = Target(document.resolve(named), verb.get("partialResultCallbackMethod", "POST"))
        board.notify(target, params.standard(board, leg) | {"UnstableSpeechResult": event.text}, leg)


def _keys(asked: _Asked, first: Key) -> Steps[None]:
    event: Event | None = first
    while isinstance(event, Key):
        if event.digit == asked.finish:
            asked.finished_on = event.digit
            return
        asked.digits.append(event.digit)
        if len(asked.digits) == asked.most_digits:
            return
        event = yield Await(asked.timeout, (Key,))


def _key_params(asked: _Asked) -> dict[str, str]:
    collected = {"Digits": "".join(asked.digits)}
    if asked.finished_on:
        collected["FinishedOnKey"] = asked.finished_on
    return collected


def _spoken(verb: Verb, document: Document, asked: _Asked, first: Spoken) -> Steps[Way]:
    """Words until a silence of speechTimeout, at most a minute of them; keys no longer count."""
    said: list[str] = []
    left = figures.LONGEST_SPEECH
    event: Event | None = first
    while isinstance(event, Spoken) and left > 0:
        said.append(event.text)
        yield Await(min(event.seconds, left))
        left -= event.seconds
        event = yield Await(asked.speech_timeout, (Spoken,))
    heard = {
        "SpeechResult": "".join(said),
        "Confidence": figures.CONFIDENCE,
        "Language": verb.get("language", "en-US"),
    }
    return verbs.action(verb, document, heard)
