"""Follows a call from document to document: without it a redirect or a fallback would lead nowhere."""

from __future__ import annotations

from collections.abc import Callable

from hotline.simulator import calls, figures, params, twiml
from hotline.simulator.board import Board, End, Page, Scene, Way
from hotline.simulator.captions import Utterance, spoken_seconds
from hotline.simulator.courier import Outcome, Webhook
from hotline.simulator.legs import Leg, Target
from hotline.simulator.steps import Await, Fetch, Steps
from hotline.simulator.twiml import Document, Unreadable, Verb

_MAY_HOLD = {
    Scene.QUEUE: frozenset({"Play", "Say", "Pause", "Hangup", "Redirect", "Leave", "Gather"}),
    Scene.WHISPER: frozenset({"Say", "Play", "Pause", "Gather", "Hangup", "Redirect"}),
    Scene.CONFERENCE: frozenset({"Play", "Say", "Pause", "Redirect"}),
    Scene.BRIDGE: frozenset({"Play", "Say", "Pause", "Redirect"}),
}
_ILLEGAL = {Scene.QUEUE: 13238, Scene.WHISPER: 13201, Scene.CONFERENCE: 13238, Scene.BRIDGE: 13238}
_WITHOUT_ANSWERING = frozenset({"Reject", "Pause", "Redirect", "Leave", "Refer", "Start"})


Extra = Callable[[], dict[str, str]]


class IllegalVerb(Exception):
    """A verb that this occasion does not allow; carries the carrier's number."""

    def __init__(self, code: int, name: str) -> None:
        super().__init__(f"<{name}> is not allowed here")
        self.code = code


def conversation(board: Board, leg: Leg, page: Page) -> Steps[None]:
    """The steps of a call from this page until it is over; then it is hung up (contract 5.2)."""
    while True:
        document = yield from _obtain(board, leg, page)
        if document is None:
            yield from _apologise(board, leg)
            break
        way = yield from _hear_out(board, leg, document)
        if not isinstance(way, Page):
            break
        page = way
    calls.answer(board, leg)  # only <Reject> leaves a call unanswered, and then it is over already
    calls.end(board, leg)


def _hear_out(board: Board, leg: Leg, document: Document) -> Steps[Way]:
    try:
        return (yield from perform(board, leg, document, Scene.CALL))
    except Unreadable as error:
        other = _refused(board, leg, error, document.url or "")
        return other or (yield from _apologise(board, leg))


def _obtain(board: Board, leg: Leg, page: Page) -> Steps[Document | None]:
    """The page's document, or the fallback's (contract 2.9), or None."""
    try:
        return (yield from fetch(board, leg, page))
    except Unreadable as error:
        other = _refused(board, leg, error, page.url or "")
    if other is None:
        return None
    try:
        return (yield from fetch(board, leg, other))
    except Unreadable as error:
        _refused(board, leg, error, other.url or "")
        return None


def _refused(board: Board, leg: Leg, error: Unreadable, where: str) -> Page | None:
    """Write the error down; the fallback's page, if there is one."""
    board.complain(error.code, error.reason, leg, where)
    return _fallback(leg, error.code, where)


def _fallback(leg: Leg, code: int, where: str) -> Page | None:
    target = leg.fallback
    if target is None or where == target.url:
        return None
    return Page(target.url, target.method, {"ErrorCode": str(code), "ErrorUrl": where})


def _apologise(board: Board, leg: Leg) -> Steps[Way]:
    """The carrier's own English sentence (contract 2.9)."""
    calls.answer(board, leg)
    seconds = spoken_seconds(figures.END_SENTENCE)
    board.hear(leg, Utterance(figures.END_SENTENCE, seconds, language="en-US", voice="man"))
    yield Await(seconds)
    return End.HANG_UP


def fetch(board: Board, leg: Leg, page: Page) -> Steps[Document]:
    """Ask for a page's document. Raises Unreadable with the carrier's number."""
    if page.twiml is not None:
        document = twiml.parse(page.twiml)
        _seen(board, leg, document, page.twiml)
        return document
    url = page.url or ""
    hook = Webhook(url, page.method, params.standard(board, leg) | page.params)
    outcome: Outcome = yield Fetch(hook)
    if outcome.answer is None:
        raise Unreadable(outcome.code or 11200, outcome.reason)
    body = outcome.answer.body
    document = twiml.read(body, outcome.answer.headers.get("content-type"), url, page.method)
    _seen(board, leg, document, body.decode("utf-8", "replace"))
    return document


def _seen(board: Board, leg: Leg, document: Document, text: str) -> None:
    for look in board.on_document:
        look(text)
    for warned in document.warnings:
        board.complain(warned.code, warned.message, leg, document.url or "", "warning")


def perform(board: Board, leg: Leg, document: Document, scene: Scene) -> Steps[Way]:
    """Hear a document verb by verb. Gives where it leads; None where it ran out. Raises IllegalVerb."""
    allowed = _MAY_HOLD.get(scene)
    for verb in document.verbs:
        if allowed is not None and verb.name not in allowed:
            board.complain(_ILLEGAL[scene], f"<{verb.name}> in a {scene.value} document", leg, document.url or "")
            raise IllegalVerb(_ILLEGAL[scene], verb.name)
        if _answers(document, verb):
            calls.answer(board, leg)
        way = yield from board.verbs[verb.name](board, leg, verb, document)
        if way is not None:
            return way
    return None


def _answers(document: Document, verb: Verb) -> bool:
    if verb.name == "Dial" and verb.flag("answerOnBridge") and verb is document.verbs[0]:
        return False
    return verb.name not in _WITHOUT_ANSWERING


def side_document(board: Board, leg: Leg, target: Target, extra: Extra, scene: Scene) -> Steps[Way]:
    """Hear a document beside the call (waiting, whisper, hold), following its redirects.

    `extra` gives the parameters to add to each request. Gives an End, or None when it ran out.
    Raises Unreadable or IllegalVerb.
    """
    page = Page(target.url, target.method, extra())
    while True:
        document = yield from fetch(board, leg, page)
        way = yield from perform(board, leg, document, scene)
        if not isinstance(way, Page):
            return way
        page = Page(way.url, way.method, extra() | way.params)
