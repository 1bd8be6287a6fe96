"""Calls placed through REST: without it the product could ring nobody."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from hotline.simulator import calls, captions, driver, figures, program
from hotline.simulator.board import Board, Page
from hotline.simulator.captions import Kind, Utterance
from hotline.simulator.legs import CallStatus, Detection, Leg
from hotline.simulator.steps import Await, Moved, Steps


def place(board: Board, leg: Leg, timeout: float, on_answer: Callable[[], None]) -> None:
    """Queue a call; one a second leaves the account's queue (contract 6.2)."""
    leg.on_answer = on_answer
    now = board.now()
    at = max(now, board.next_call_at or now)
    board.next_call_at = at + timedelta(seconds=1 / board.calls_per_second)
    wait = (at - now).total_seconds()
    leg.queue_time_ms = round(wait * 1000)
    board.timetable.after(wait, lambda: calls.ring(board, leg, timeout))


def answered(board: Board, leg: Leg, page: Page) -> None:
    """The person or machine rung has answered: keys are sent, detection runs, then the page is asked for."""
    driver.start(board, leg, _opening(board, leg, page))


def move(board: Board, leg: Leg, page: Page) -> None:
    """A live call leaves what it is doing and runs this page (contract 6, change a live call)."""
    driver.stop(board, leg, Moved())
    driver.start(board, leg, program.conversation(board, leg, page))


def cancel(board: Board, leg: Leg) -> None:
    """Take a call back before it is answered; silent while it is still queued (contract 2.1)."""
    calls.end(board, leg, CallStatus.CANCELED, "REST")


def _opening(board: Board, leg: Leg, page: Page) -> Steps[None]:
    if leg.send_digits:
        seconds = len(leg.send_digits) * figures.TONE_SECONDS
        board.hear(leg, Utterance(f"♪ {leg.send_digits}", seconds, Kind.TONE))
        yield Await(seconds)
    elif leg.detection is not None and not leg.detection.asynchronous:
        yield Await(_detection_seconds(leg, leg.detection))
        leg.answered_by = _verdict(leg, leg.detection)
    elif leg.detection is not None:
        _detect_beside(board, leg, leg.detection)
    known = {"AnsweredBy": leg.answered_by} if leg.answered_by is not None else {}
    yield from program.conversation(board, leg, Page(page.url, page.method, page.params | known, page.twiml))


def _detect_beside(board: Board, leg: Leg, detection: Detection) -> None:
    seconds = _detection_seconds(leg, detection)
    if detection.report is None:
        board.complain(21262, "AsyncAmd without AsyncAmdStatusCallback", leg, level="warning")

    def report() -> None:
        if leg.over:
            return
        leg.answered_by = _verdict(leg, detection)
        told = {
            "CallSid": leg.sid,
            "AccountSid": board.account_sid,
            "AnsweredBy": leg.answered_by,
            "MachineDetectionDuration": str(round(seconds * 1000)),
        }
        board.notify(detection.report, told, leg)

    board.timetable.after(seconds, report)


def _detection_seconds(leg: Leg, detection: Detection) -> float:
    if not leg.machine:
        return min(figures.HUMAN_DETECTION_SECONDS, detection.timeout)
    if detection.until_end:
        return min(captions.spoken_seconds(figures.VOICEMAIL_GREETING), detection.timeout)
    return min(figures.MACHINE_DETECTION_SECONDS, detection.timeout)


def _verdict(leg: Leg, detection: Detection) -> str:
    """AnsweredBy (contract 2.7)."""
    if not leg.machine:
        return "human"
    greeting = captions.spoken_seconds(figures.VOICEMAIL_GREETING)
    if not detection.until_end:
        return "machine_start"
    return "machine_end_beep" if greeting <= detection.timeout else "unknown"
