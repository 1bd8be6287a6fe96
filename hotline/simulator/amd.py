"""Answering-machine detection: without it nobody could try what happens when a machine picks up."""

from __future__ import annotations

from hotline.simulator import captions, figures
from hotline.simulator.board import Board
from hotline.simulator.legs import Detection, Leg


def detect_beside(board: Board, leg: Leg, detection: Detection) -> None:
    """Listen beside the running call and report the verdict to the callback (contract 2.7, AsyncAmd)."""
    duration = seconds(leg, detection)
    if detection.report is None:
        board.complain(21262, "AsyncAmd without AsyncAmdStatusCallback", leg, level="warning")

    def report() -> None:
        if leg.over:
            return
        leg.answered_by = verdict(leg, detection)
        told = {
            "CallSid": leg.sid,
            "AccountSid": board.account_sid,
            "AnsweredBy": leg.answered_by,
            "MachineDetectionDuration": str(round(duration * 1000)),
        }
        board.notify(detection.report, told, leg)

    board.timetable.after(duration, report)


def seconds(leg: Leg, detection: Detection) -> float:
    """How long detection takes for whoever answered."""
    if not leg.machine:
        return min(figures.HUMAN_DETECTION_SECONDS, detection.timeout)
    if detection.until_end:
        return min(captions.spoken_seconds(figures.VOICEMAIL_GREETING), detection.timeout)
    return min(figures.MACHINE_DETECTION_SECONDS, detection.timeout)


def verdict(leg: Leg, detection: Detection) -> str:
    """AnsweredBy (contract 2.7)."""
    if not leg.machine:
        return "human"
    greeting = captions.spoken_seconds(figures.VOICEMAIL_GREETING)
    if not detection.until_end:
        return "machine_start"
    return "machine_end_beep" if greeting <= detection.timeout else "unknown"
