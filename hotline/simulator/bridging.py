"""Two people talking to each other: without it a dialled or dequeued call would stay silent."""

from __future__ import annotations

from hotline.simulator import calls, tapes
from hotline.simulator.board import Board
from hotline.simulator.legs import Leg
from hotline.simulator.steps import Spoken


def connect(board: Board, one: Leg, other: Leg) -> None:
    """From now on each hears what the other says."""

    def speak_to(listener: Leg, speaker: Leg) -> None:
        def mouth(spoken: Spoken) -> None:
            board.hear(listener, calls.person(speaker, spoken))
            tapes.hears(board, listener.tape, spoken)

        speaker.mouth = mouth

    speak_to(other, one)
    speak_to(one, other)
    for leg, partner in ((one, other), (other, one)):
        board.note(leg.line, f"(connected to {partner.line.name or partner.line.number})")


def part(one: Leg, other: Leg) -> None:
    """They no longer hear each other."""
    one.mouth = other.mouth = None
