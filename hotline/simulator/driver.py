"""Takes legs through their steps as time, keys and answers come: without it every document would stay unread."""

from __future__ import annotations

from hotline.simulator.board import Board
from hotline.simulator.courier import Outcome
from hotline.simulator.legs import Leg
from hotline.simulator.steps import Await, Bell, Event, Fetch, Interrupt, Run, Steps


def start(board: Board, leg: Leg, steps: Steps[None]) -> None:
    """Begin these steps; whatever the leg was doing must have been interrupted before."""
    run = Run(steps)
    leg.run = run
    board.timetable.after(0, lambda: _go(board, leg, run, 0))


def listens(leg: Leg, event: Event) -> bool:
    """Whether the leg is waiting for this kind of event."""
    waiting = leg.run.waiting if leg.run is not None else None
    return waiting is not None and isinstance(event, waiting.listen)


def tell(board: Board, leg: Leg, event: Event) -> bool:
    """Give the leg an event. A key or a word that nobody listens to is lost; a bell is kept. Says if it was heard."""
    run = leg.run
    if run is None:
        return False
    if listens(leg, event) and not run.executing:
        _go(board, leg, run, run.serial, event)
        return True
    if isinstance(event, Bell):
        run.bells.append(event)
    return False


def interrupt(board: Board, leg: Leg, cause: Interrupt) -> None:
    """Throw `cause` into what the leg is doing now."""
    run = leg.run
    if run is not None and not run.executing:
        _go(board, leg, run, run.serial, error=cause)


def stop(board: Board, leg: Leg, cause: Interrupt) -> None:
    """End the leg's steps for good: they are told the cause, may clean up, and may not go on."""
    run, leg.run = leg.run, None
    if run is None or run.executing:
        return
    if run.timer is not None:
        run.timer.cancel()
    run.executing = True
    try:
        run.steps.throw(cause)
    except (Interrupt, StopIteration):
        return
    finally:
        run.executing = False
        run.steps.close()


def _go(board: Board, leg: Leg, run: Run, serial: int, value: object = None, error: Interrupt | None = None) -> None:
    if leg.run is not run or run.serial != serial or run.executing:
        return
    run.serial += 1
    run.waiting = None
    if run.timer is not None:
        run.timer.cancel()
    run.executing = True
    try:
        order = run.steps.throw(error) if error is not None else run.steps.send(value)
    except (StopIteration, Interrupt):
        if leg.run is run:
            leg.run = None
        return
    finally:
        run.executing = False
    if leg.run is run:
        _obey(board, leg, run, order)
    else:
        run.steps.close()


def _obey(board: Board, leg: Leg, run: Run, order: Await | Fetch) -> None:
    serial = run.serial
    if isinstance(order, Fetch):

        def done(outcome: Outcome) -> None:
            _go(board, leg, run, serial, outcome)

        board.courier.carry(order.hook, done)
        return
    run.waiting = order
    if Bell in order.listen and run.bells:
        bell = run.bells.pop(0)
        run.timer = board.timetable.after(0, lambda: _go(board, leg, run, serial, bell))
    elif order.seconds is not None:
        run.timer = board.timetable.after(order.seconds, lambda: _go(board, leg, run, serial))
