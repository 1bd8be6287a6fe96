"""Calls, and the telephones at their ends: without it nobody would be on the line."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from hotline.simulator import figures
from hotline.simulator.captions import Caption
from hotline.simulator.steps import Run, Spoken


class CallStatus(StrEnum):
    """CallStatus (contract 2.1)."""

    QUEUED = "queued"
    INITIATED = "initiated"
    RINGING = "ringing"
    IN_PROGRESS = "in-progress"
    COMPLETED = "completed"
    BUSY = "busy"
    FAILED = "failed"
    NO_ANSWER = "no-answer"
    CANCELED = "canceled"


FINAL = frozenset({CallStatus.COMPLETED, CallStatus.BUSY, CallStatus.FAILED, CallStatus.NO_ANSWER, CallStatus.CANCELED})


class Direction(StrEnum):
    """Direction (contract 2.1)."""

    INBOUND = "inbound"
    API = "outbound-api"
    DIAL = "outbound-dial"


class Habit(StrEnum):
    """What a telephone does when it rings and nobody attends to it."""

    RINGS = "rings"
    ANSWERS = "answers"
    DECLINES = "declines"
    BUSY = "busy"
    NO_ANSWER = "no-answer"
    VOICEMAIL = "voicemail"
    FAILS = "fails"


@dataclass(frozen=True)
class Target:
    """A URL and how to ask for it."""

    url: str
    method: str = "POST"


@dataclass(frozen=True)
class Callbacks:
    """Where a call's progress is told, and which events; no list means `completed` alone (contract 2.6)."""

    target: Target | None = None
    events: frozenset[str] = frozenset({"completed"})


@dataclass(frozen=True)
class Detection:
    """Answering-machine detection asked for (contract 2.7); `report` is set for the asynchronous kind."""

    until_end: bool = False
    asynchronous: bool = False
    report: Target | None = None
    timeout: float = figures.MACHINE_DETECTION_TIMEOUT


@dataclass(frozen=True)
class Text:
    """A text message that arrived on a telephone."""

    at: datetime
    sender: str
    body: str


@dataclass(eq=False)
class Line:
    """A telephone somewhere in the world."""

    number: str
    name: str = ""
    role: str = ""
    label: str = ""
    label_en: str = ""
    habit: Habit = Habit.RINGS
    answer_after: float = figures.ANSWER_AFTER
    refuses_texts: bool = False
    reachable: bool = True  # False: a browser phone whose page is closed
    leg: Leg | None = None
    captions: list[Caption] = field(default_factory=list)
    texts: list[Text] = field(default_factory=list)
    rings: int = 0  # how often it has been rung


@dataclass(eq=False)
class Leg:
    """One call with its own CallSid, and the telephone at its far end."""

    sid: str
    direction: Direction
    caller: str
    called: str
    line: Line
    created: datetime
    status: CallStatus = CallStatus.QUEUED
    callbacks: Callbacks = Callbacks()
    fallback: Target | None = None
    detection: Detection | None = None
    parent: Leg | None = None
    time_limit: float = figures.LONGEST_CALL
    send_digits: str = ""
    queue_time_ms: int = 0
    answered: datetime | None = None
    ended: datetime | None = None
    answered_by: str | None = None
    sip_code: int | None = None
    ended_by: str = ""
    sequence: int = 0
    machine: bool = False
    run: Run | None = None
    on_answer: Callable[[], object] | None = None
    on_end: Callable[[], object] | None = None
    mouth: Callable[[Spoken], None] | None = None  # where what the person says is heard
    tape: str | None = None  # the recording of the whole call, if one is running
    recorded: dict[str, str] = field(default_factory=dict)  # what `completed` tells of it (Record=true)

    @property
    def over(self) -> bool:
        """Whether the call has ended, however it ended."""
        return self.status in FINAL

    @property
    def live(self) -> bool:
        """Whether somebody has answered and nobody has hung up."""
        return self.status is CallStatus.IN_PROGRESS

    def seconds(self) -> int:
        """How long the call lasted from its answer, 0 if it never was answered."""
        if self.answered is None or self.ended is None:
            return 0
        return round((self.ended - self.answered).total_seconds())
