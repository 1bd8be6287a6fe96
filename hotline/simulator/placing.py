"""Calls placed through REST: without it the product could ring nobody."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from hotline.simulator import amd, calls, driver, figures, program
from hotline.simulator.board import Board, Page
from hotline.simulator.captions import Kind, Utterance
from hotline.simulator.legs import CallStatus, Leg
from hotline.simulator.steps import Await, Moved, Steps


def place(board: Board, leg: Leg, timeout: float, on_answer: Callable[[], object]) -> None:
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
        yield from send_digits(board, leg)
    elif leg.detection is not None and not leg.detection.asynchronous:
        yield Await(amd.seconds(leg, leg.detection))
        leg.answered_by = amd.verdict(leg, leg.detection)
    elif leg.detection is not None:
        amd.detect_beside(board, leg, leg.detection)
    known = {"AnsweredBy": leg.answered_by} if leg.answered_by is not None else {}
    yield from program.conversation(board, leg, Page(page.url, page.method, page.params | known, page.twiml))


def send_digits(board: Board, leg: Leg) -> Steps[None]:
    """Play the keys that were asked for to whoever answered."""
    seconds = len(leg.send_digits) * figures.TONE_SECONDS
    board.hear(leg, Utterance(f"♪ {leg.send_digits}", seconds, Kind.TONE))
    yield Await(seconds)
