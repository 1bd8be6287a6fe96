"""A call's life from the first ring to the end: without it nothing could be dialled, answered or hung up."""

from __future__ import annotations

from hotline.simulator import captions, driver, figures, params, tapes
from hotline.simulator.board import Board
from hotline.simulator.captions import Kind, Utterance
from hotline.simulator.legs import Callbacks, CallStatus, Direction, Habit, Leg, Line, Target
from hotline.simulator.steps import HungUp, Key, Spoken

_EVENTS = {
    CallStatus.INITIATED: "initiated",
    CallStatus.RINGING: "ringing",
    CallStatus.IN_PROGRESS: "answered",
}
_SIP_CODES = {
    CallStatus.COMPLETED: 200,
    CallStatus.BUSY: 486,
    CallStatus.FAILED: 404,
    CallStatus.NO_ANSWER: 487,
    CallStatus.CANCELED: 487,
}


def new(board: Board, direction: Direction, caller: str, called: str, line: Line) -> Leg:
    """A call that has not begun yet."""
    leg = Leg(board.sid("CA"), direction, caller, called, line, board.now())
    board.calls[leg.sid] = leg
    return leg


def progress(board: Board, leg: Leg, status: CallStatus) -> None:
    """The call reaches a state; whoever subscribed to it is told (contract 2.6)."""
    leg.status = status
    board.tell("state", leg.line)
    if _EVENTS.get(status, "completed") in leg.callbacks.events and leg.callbacks.target is not None:
        board.notify(leg.callbacks.target, params.progress(board, leg), leg)


def arrive(board: Board, line: Line, to: str) -> Leg:
    """Somebody dials a number of the account's: the call rings there. The caller steps on with the document."""
    config = board.numbers[to]
    leg = new(board, Direction.INBOUND, line.number, to, line)
    line.leg = leg
    if config.status_url:
        leg.callbacks = Callbacks(Target(config.status_url))
    if config.fallback_url:
        leg.fallback = Target(config.fallback_url)
    progress(board, leg, CallStatus.RINGING)
    return leg


def answer(board: Board, leg: Leg) -> None:
    """The call is answered: by the first verb that answers, or by the person rung."""
    if leg.over or leg.live:
        return
    leg.answered = board.now()
    board.timetable.after(leg.time_limit, lambda: end(board, leg, by="time limit"))
    progress(board, leg, CallStatus.IN_PROGRESS)


def ring(board: Board, leg: Leg, timeout: float) -> None:
    """Set out to ring the telephone at the leg's far end, at most `timeout` seconds."""
    if leg.over:
        return
    progress(board, leg, CallStatus.INITIATED)
    board.timetable.after(figures.SETUP_SECONDS, lambda: _reach(board, leg, timeout))


def _reach(board: Board, leg: Leg, timeout: float) -> None:
    line = leg.line
    if leg.over:
        return
    if line.habit is Habit.FAILS:
        end(board, leg, CallStatus.FAILED, "carrier")
    elif not line.reachable:
        end(board, leg, CallStatus.NO_ANSWER, "carrier")
    elif line.habit is Habit.BUSY or line.leg is not None:
        end(board, leg, CallStatus.BUSY, "callee")
    else:
        line.leg = leg
        line.rings += 1
        progress(board, leg, CallStatus.RINGING)
        board.timetable.after(timeout, lambda: _give_up(board, leg))
        _by_habit(board, leg)


def _give_up(board: Board, leg: Leg) -> None:
    if leg.status is CallStatus.RINGING:
        end(board, leg, CallStatus.NO_ANSWER, "ring timeout")


def _by_habit(board: Board, leg: Leg) -> None:
    if leg.line.habit is Habit.ANSWERS:
        board.timetable.after(leg.line.answer_after, lambda: pick_up(board, leg))
    elif leg.line.habit is Habit.DECLINES:
        board.timetable.after(leg.line.answer_after, lambda: decline(board, leg))
    elif leg.line.habit is Habit.VOICEMAIL:
        board.timetable.after(figures.VOICEMAIL_AFTER, lambda: pick_up(board, leg, machine=True))


def pick_up(board: Board, leg: Leg, machine: bool = False) -> bool:
    """The telephone rung is picked up, by a person or a machine; False if it no longer rings."""
    if leg.status is not CallStatus.RINGING or leg.direction is Direction.INBOUND:
        return False
    leg.machine = machine
    answer(board, leg)
    if leg.on_answer is not None:
        leg.on_answer()
    if machine:
        board.timetable.after(0, lambda: _machine_speaks(board, leg))
    return True


def decline(board: Board, leg: Leg) -> bool:
    """The person rung refuses the call; False if it no longer rings."""
    if leg.status is not CallStatus.RINGING or leg.direction is Direction.INBOUND:
        return False
    end(board, leg, CallStatus.BUSY, "callee")
    return True


def _machine_speaks(board: Board, leg: Leg) -> None:
    greeting = figures.VOICEMAIL_GREETING
    speak(board, leg, greeting)
    seconds = captions.spoken_seconds(greeting) + figures.VOICEMAIL_RECORDS_SECONDS
    board.timetable.after(seconds, lambda: end(board, leg, by="callee"))


def speak(board: Board, leg: Leg, text: str) -> float:
    """The person on the leg says something; gives how long it takes, in seconds."""
    spoken = Spoken(text, captions.spoken_seconds(text))
    if leg.live:
        driver.tell(board, leg, spoken)
        tapes.hears(board, leg.tape, spoken)
        if leg.mouth is not None:
            leg.mouth(spoken)
    return spoken.seconds


def press(board: Board, leg: Leg, digit: str) -> None:
    """The person on the leg presses a key."""
    key = Key(digit)
    heard = leg.live and driver.listens(leg, key)
    if not heard and leg.mouth is None:
        board.note(leg.line, f"({digit}: nobody was listening for a key)")
    driver.tell(board, leg, key)


def end(board: Board, leg: Leg, status: CallStatus | None = None, by: str = "carrier") -> None:
    """The call ends, once. `status`: how; without it completed if it was answered, otherwise no-answer."""
    if leg.over:
        return
    quiet = leg.status is CallStatus.QUEUED and status is CallStatus.CANCELED
    leg.ended, leg.ended_by = board.now(), by
    leg.status = status or (CallStatus.COMPLETED if leg.live else CallStatus.NO_ANSWER)
    leg.sip_code = _SIP_CODES[leg.status]
    if leg.line.leg is leg:
        leg.line.leg = None
        board.note(leg.line, f"(call ended: {leg.status.value}, by {by})")
    driver.stop(board, leg, HungUp())
    _stop_tape(board, leg)
    if not quiet:
        progress(board, leg, leg.status)
    if leg.on_end is not None:
        leg.on_end()


def _stop_tape(board: Board, leg: Leg) -> None:
    if leg.tape is None:
        return
    recording = board.recordings[leg.tape]
    seconds = tapes.finish(board, recording)
    if recording.source == "OutboundAPI":
        where = {"RecordingUrl": tapes.url(board, recording), "RecordingSid": recording.sid}
        leg.recorded = where | {"RecordingDuration": str(seconds)}


def person(leg: Leg, spoken: Spoken) -> Utterance:
    """What one person says, as another hears it."""
    return Utterance(spoken.text, spoken.seconds, Kind.PERSON, speaker=leg.line.name or leg.line.number)
