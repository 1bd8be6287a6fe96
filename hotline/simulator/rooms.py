"""Queues, conferences, recordings, texts: without them callers could neither wait nor meet."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from hotline.simulator import figures
from hotline.simulator.legs import Leg, Target


@dataclass(eq=False)
class Waiting:
    """A caller in a queue."""

    leg: Leg
    since: datetime
    left: datetime | None = None


@dataclass(eq=False)
class Queue:
    """A queue, first come first served (contract 2.3)."""

    sid: str
    name: str
    created: datetime
    max_size: int = figures.QUEUE_SIZE
    members: list[Waiting] = field(default_factory=list)
    waits: list[float] = field(default_factory=list)  # how long those who left had waited, seconds
    wanting: list[Leg] = field(default_factory=list)  # legs in <Dial><Queue> for which nobody waits yet

    def average_wait(self) -> int:
        """The mean waiting time of those who left, in whole seconds."""
        return round(sum(self.waits) / len(self.waits)) if self.waits else 0


@dataclass(eq=False)
class Announcement:
    """A document said into a conference, to one or to all; its end is told once."""

    target: Target
    told: bool = False


@dataclass(eq=False)
class Participant:
    """A leg in a conference (contract 2.8)."""

    leg: Leg
    joined: datetime
    label: str = ""
    muted: bool = False
    hold: bool = False
    hold_target: Target | None = None
    coaching: str | None = None  # the CallSid of the one who alone hears this participant
    start_on_enter: bool = True
    end_on_exit: bool = False
    beep: str = "true"
    wait_target: Target | None = None
    wait_silent: bool = False
    announcement: Announcement | None = None
    reason_left: str = "participant_hung_up"


@dataclass(eq=False)
class Conference:
    """A conference call."""

    sid: str
    name: str
    created: datetime
    callback: Target | None = None
    events: frozenset[str] = frozenset()
    recording_callback: Target | None = None
    recording_events: frozenset[str] = frozenset({"completed"})
    max_participants: int = figures.LARGEST_CONFERENCE
    participants: list[Participant] = field(default_factory=list)
    started: datetime | None = None
    ended: datetime | None = None
    sequence: int = 0
    reason_ended: str | None = None
    call_sid_ending: str | None = None
    tape: str | None = None

    @property
    def status(self) -> str:
        """init, in-progress or completed."""
        if self.ended is not None:
            return "completed"
        return "init" if self.started is None else "in-progress"


@dataclass(frozen=True)
class Said:
    """What somebody says on a recording, in seconds from its beginning."""

    since: float
    until: float
    text: str


@dataclass(eq=False)
class Recording:
    """A recording (contract 2.5); `duration` in seconds once it has ended."""

    sid: str
    call_sid: str
    source: str
    started: datetime
    status: str = "in-progress"
    duration: int | None = None
    channels: int = 1
    conference_sid: str | None = None
    error_code: int | None = None
    deleted: bool = False
    paused_since: datetime | None = None
    paused_seconds: float = 0.0
    callback: Target | None = None
    events: frozenset[str] = frozenset({"completed"})
    track: str = "both"
    said: list[Said] = field(default_factory=list)


@dataclass(eq=False)
class Transcript:
    """A recording that is written down, or is to be."""

    sid: str
    service: str
    language: str
    recording: Recording
    created: datetime
    status: str = "queued"
    said: list[Said] = field(default_factory=list)


@dataclass(eq=False)
class Message:
    """A text message sent through the carrier."""

    sid: str
    sender: str
    to: str
    body: str
    created: datetime
    status: str = "queued"
    sent: datetime | None = None
    updated: datetime | None = None
    callback: Target | None = None
    error_code: int | None = None
    direction: str = "outbound-api"
