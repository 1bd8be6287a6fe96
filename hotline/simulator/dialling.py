"""<Dial> to telephones: without it nobody could be put through to anybody."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from hotline.simulator import amd, bridging, calls, driver, figures, params, program, tapes, verbs
from hotline.simulator.board import Board, End, Scene, Way
from hotline.simulator.captions import RINGBACK
from hotline.simulator.legs import Callbacks, CallStatus, Detection, Direction, Leg, Target
from hotline.simulator.placing import send_digits
from hotline.simulator.steps import Afterwards, Await, Bell, Event, HungUp, Key, Moved, Steps
from hotline.simulator.twiml import Document, Unreadable, Verb

_TELEPHONES = frozenset({"Number", "Client", "Sip"})


@dataclass(eq=False)
class Dialling:
    """One <Dial>: who rings, who won, what is to be told to `action` (contract 2.4)."""

    board: Board
    leg: Leg
    verb: Verb
    document: Document
    ringing: list[Leg] = field(default_factory=list)
    partner: Leg | None = None
    since: datetime | None = None
    status: CallStatus = CallStatus.NO_ANSWER
    last: Leg | None = None
    moved: bool = False
    starred: bool = False  # the caller gave up with *
    recording_url: str = ""

    def told(self) -> dict[str, str]:
        """The parameters for `action`."""
        told = {"DialCallStatus": self.status.value, "DialBridged": "true" if self.since else "false"}
        if self.last is not None:
            told["DialCallSid"] = self.last.sid
            if self.since is not None and not self.moved:
                told["DialCallDuration"] = str(round((self.board.now() - self.since).total_seconds()))
        if self.recording_url:
            told["RecordingUrl"] = self.recording_url
        return told


def after(verb: Verb, document: Document, told: dict[str, str]) -> Way:
    """Where a <Dial> leads: on to `action` if it has one, otherwise on in the document (contract 2.4)."""
    return verbs.action(verb, document, told) if verb.attributes.get("action") else None


def tell_action(board: Board, leg: Leg, verb: Verb, document: Document, told: dict[str, str]) -> None:
    """Tell `action` about a call that has already ended; its answer changes nothing any more."""
    if verb.attributes.get("action"):
        page = verbs.action(verb, document, told)
        target = Target(page.url or "", page.method)
        board.notify(target, params.standard(board, leg) | told, leg)


def telephones(verb: Verb) -> list[Verb]:
    """The telephones a <Dial> names; its bare text is a number."""
    if verb.text.strip():
        return [Verb("Number", text=verb.text.strip())]
    return [noun for noun in verb.children if noun.name in _TELEPHONES]


def ring_telephones(board: Board, leg: Leg, verb: Verb, document: Document) -> Steps[Way]:
    """<Dial> with telephones: all at once or one after the other; the first to accept is connected."""
    dialling = Dialling(board, leg, verb, document)
    try:
        with Afterwards(lambda: _let_go(dialling)):
            yield from _dial(dialling)
    except HungUp:
        dialling.status = CallStatus.COMPLETED if dialling.since else CallStatus.CANCELED
        tell_action(board, leg, verb, document, dialling.told())
        raise
    return after(verb, document, dialling.told())


def _dial(dialling: Dialling) -> Steps[None]:
    board, leg, verb = dialling.board, dialling.leg, dialling.verb
    caller = verb.get("callerId", leg.called if leg.direction is Direction.API else leg.caller)
    if "callerId" in verb.attributes and caller not in {*board.numbers, leg.caller, leg.called}:
        board.complain(13247, f"callerId {caller} is not the account's", leg)
        dialling.status = CallStatus.FAILED
        return
    nouns = telephones(verb)
    for group in [[noun] for noun in nouns] if verb.flag("sequential") else [nouns]:
        for noun in group:
            _ring(dialling, noun, caller)
        yield from _until_accepted(dialling)
        if dialling.partner is not None:
            yield from _talk(dialling, dialling.partner)
        if dialling.partner is not None or dialling.starred:
            return


def _ring(dialling: Dialling, noun: Verb, caller: str) -> None:
    board, leg, document = dialling.board, dialling.leg, dialling.document
    number = _address(noun)
    child = calls.new(board, Direction.DIAL, caller, number, board.line(number))
    child.parent, child.send_digits = leg, noun.get("sendDigits", "")
    child.callbacks = _callbacks(noun, document)
    child.detection = _detection(noun, document)
    url = noun.attributes.get("url")
    whisper = Target(document.resolve(url), noun.get("method", "POST")) if url else None
    child.on_answer = lambda: driver.start(board, child, _screen(dialling, child, whisper))
    child.on_end = lambda: driver.tell(board, leg, Bell("over", child))
    dialling.ringing.append(child)
    dialling.last = child
    timeout = dialling.verb.number("timeout", figures.DIAL_TIMEOUT) + figures.DIAL_TIMEOUT_EXTRA
    board.timetable.after(0, lambda: calls.ring(board, child, timeout))


def _address(noun: Verb) -> str:
    """Who is rung: a number, client:name or sip:address."""
    if noun.name == "Client":
        named = next((child.text for child in noun.children if child.name == "Identity"), noun.text)
        return f"client:{named.strip()}"
    return noun.text.strip()


def _callbacks(noun: Verb, document: Document) -> Callbacks:
    named = noun.attributes.get("statusCallback")
    if not named:
        return Callbacks()
    target = Target(document.resolve(named), noun.get("statusCallbackMethod", "POST"))
    return Callbacks(target, frozenset(noun.get("statusCallbackEvent", "completed").split()))


def _detection(noun: Verb, document: Document) -> Detection | None:
    kind = noun.attributes.get("machineDetection")
    named = noun.attributes.get("amdStatusCallback")
    if not kind or noun.attributes.get("sendDigits"):
        return None
    report = Target(document.resolve(named), noun.get("amdStatusCallbackMethod", "POST")) if named else None
    return Detection(kind == "DetectMessageEnd", asynchronous=True, report=report)


def _screen(dialling: Dialling, child: Leg, whisper: Target | None) -> Steps[None]:
    """What the one who answered hears before the bridge; running out accepts, hanging up declines (5.3)."""
    board = dialling.board
    if child.send_digits:
        yield from send_digits(board, child)
    if child.detection is not None:
        amd.detect_beside(board, child, child.detection)
    if whisper is not None and (yield from _whisper(board, child, whisper)) is End.HANG_UP:
        calls.end(board, child)
        return
    try:
        driver.tell(board, dialling.leg, Bell("accepted", child))
        yield Await(None)
    except Moved:
        driver.tell(board, dialling.leg, Bell("moved", child))
        raise


def _whisper(board: Board, child: Leg, whisper: Target) -> Steps[Way]:
    try:
        return (yield from program.side_document(board, child, whisper, dict, Scene.WHISPER))
    except program.IllegalVerb:
        return End.HANG_UP
    except Unreadable as error:
        board.complain(error.code, error.reason, child, whisper.url)
        return End.HANG_UP


def _until_accepted(dialling: Dialling) -> Steps[None]:
    board, leg = dialling.board, dialling.leg
    board.hear(leg, RINGBACK)
    while dialling.ringing and dialling.partner is None:
        event = yield from _bell(dialling)
        if isinstance(event, Key):
            dialling.starred = True
            break
        if event.name == "accepted":
            dialling.partner = dialling.last = event.about
            dialling.ringing.remove(event.about)
        elif event.about in dialling.ringing:
            dialling.ringing.remove(event.about)
            dialling.status, dialling.last = event.about.status, event.about
    for other in dialling.ringing:
        calls.end(board, other, None if other.live else CallStatus.CANCELED, "carrier")
    dialling.ringing.clear()


def _bell(dialling: Dialling, seconds: float | None = None) -> Steps[Bell | Key]:
    """The next thing that happens to this <Dial>; time running out counts as the end of the talk."""
    ears: verbs.Ears = (Bell, Key) if dialling.verb.flag("hangupOnStar") else (Bell,)
    while True:
        event: Event | None = yield Await(seconds, ears)
        if event is None:
            return Bell("time limit")
        if isinstance(event, Bell) or (isinstance(event, Key) and event.digit == "*"):
            return event


def _talk(dialling: Dialling, partner: Leg) -> Steps[None]:
    board, leg = dialling.board, dialling.leg
    calls.answer(board, leg)
    dialling.since, dialling.status = board.now(), CallStatus.COMPLETED
    recording = None
    if dialling.verb.get("record", "do-not-record") not in {"do-not-record", "false"}:
        recording = tapes.begin(board, leg, "DialVerb", *tapes.wanted(dialling.verb, dialling.document))
        recording.channels = 2 if dialling.verb.get("record", "").endswith("-dual") else 1
        dialling.recording_url = tapes.url(board, recording)
    bridging.connect(board, leg, partner)

    def part() -> None:
        bridging.part(leg, partner)
        if recording is not None:
            tapes.finish(board, recording)

    with Afterwards(part):
        limit = dialling.verb.number("timeLimit", figures.LONGEST_CALL)
        event: Bell | Key = Bell("")
        while not (isinstance(event, Key) or event.name == "time limit" or event.about is partner):
            event = yield from _bell(dialling, limit)
    dialling.moved = isinstance(event, Bell) and event.name == "moved"


def _let_go(dialling: Dialling) -> None:
    """Whoever still rings or talks is let go, except a partner who was sent to another document."""
    for child in [*dialling.ringing, *([dialling.partner] if dialling.partner else [])]:
        if not child.over and not dialling.moved:
            calls.end(dialling.board, child, None if child.live else CallStatus.CANCELED, "carrier")
