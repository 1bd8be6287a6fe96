"""The state of the whole exchange: without it the parts could not see the same calls, queues and rooms."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from hotline.simulator.captions import Caption, Utterance
from hotline.simulator.captions import Kind as Sound
from hotline.simulator.clock import Timetable
from hotline.simulator.courier import Courier, Kind, Outcome, Passage, Webhook
from hotline.simulator.faults import Faults
from hotline.simulator.legs import Leg, Line, Target
from hotline.simulator.rooms import Conference, Message, Queue, Recording, Transcript
from hotline.simulator.steps import Steps
from hotline.simulator.twiml import Document, Verb

API_VERSION = "2010-04-01"
SERVICES = {"GA" + 32 * "0": "en-US"}  # as if somebody had made them in the carrier's console


class Scene(StrEnum):
    """On what occasion a document is heard; it decides which verbs it may hold."""

    CALL = "call"
    QUEUE = "waitUrl of a queue"
    WHISPER = "whisper"
    CONFERENCE = "waitUrl, hold or announcement of a conference"
    BRIDGE = "url of a dialled queue"


class End(StrEnum):
    """How a document may end other than by running out or going on to another."""

    HANG_UP = "hang up"
    LEAVE = "leave"


@dataclass(frozen=True)
class Page:
    """The next document of a call: a URL to ask, or a text handed in."""

    url: str | None
    method: str = "POST"
    params: dict[str, str] = field(default_factory=dict)
    twiml: str | None = None


Way = Page | End | None
VerbSteps = Callable[["Board", Leg, Verb, Document], Steps[Way]]


@dataclass(frozen=True)
class NumberConfig:
    """A number the account owns, and where its calls are announced."""

    number: str
    label: str = ""
    voice_url: str = ""
    fallback_url: str = ""
    status_url: str = ""
    voice_method: str = "POST"


@dataclass(frozen=True)
class Problem:
    """An error or warning as the carrier's debugger would show it."""

    at: datetime
    code: int
    level: str
    message: str
    call_sid: str = ""
    url: str = ""


@dataclass
class Board:
    """Everything the exchange knows. All of it is read and changed under the timetable's lock."""

    account_sid: str
    auth_token: str
    timetable: Timetable
    faults: Faults
    passages: list[Passage]
    courier: Courier
    calls_per_second: float
    verbs: dict[str, VerbSteps] = field(default_factory=dict)
    api_base: str = "https://api.twilio.com"
    later_base: str = "https://intelligence.twilio.com"
    api_keys: dict[str, str] = field(default_factory=dict)  # API key SID -> secret
    numbers: dict[str, NumberConfig] = field(default_factory=dict)
    lines: dict[str, Line] = field(default_factory=dict)
    calls: dict[str, Leg] = field(default_factory=dict)
    queues: dict[str, Queue] = field(default_factory=dict)
    conferences: dict[str, Conference] = field(default_factory=dict)
    rooms: dict[str, Conference] = field(default_factory=dict)  # those that run, by their names
    recordings: dict[str, Recording] = field(default_factory=dict)
    services: dict[str, str] = field(default_factory=lambda: dict(SERVICES))  # that write down: SID -> language
    transcripts: dict[str, Transcript] = field(default_factory=dict)
    messages: dict[str, Message] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    on_document: list[Callable[[str], None]] = field(default_factory=list)
    on_news: list[Callable[[str, Line], None]] = field(default_factory=list)
    next_call_at: datetime | None = None

    def now(self) -> datetime:
        """The exchange's time."""
        return self.timetable.now()

    def sid(self, prefix: str) -> str:
        """A new identifier: two letters and 32 hexadecimal digits."""
        return prefix + secrets.token_hex(16)

    def line(self, number: str) -> Line:
        """The telephone with this number; every number has one."""
        return self.lines.setdefault(number, Line(number))

    def complain(self, code: int, message: str, leg: Leg | None = None, url: str = "", level: str = "error") -> None:
        """Write to the debugger's list."""
        sid = leg.sid if leg is not None else ""
        self.problems.append(Problem(self.now(), code, level, message, sid, url))

    def hear(self, leg: Leg, utterance: Utterance) -> None:
        """Let the person on this leg hear something."""
        leg.line.captions.append(Caption(self.now(), utterance))
        self.tell("caption", leg.line)

    def note(self, line: Line, text: str) -> None:
        """Write something on a telephone's display that is not a sound."""
        line.captions.append(Caption(self.now(), Utterance(text, 0.0, Sound.NOTE)))
        self.tell("caption", line)

    def tell(self, what: str, line: Line) -> None:
        """Tell whoever watches that something happened on a telephone: caption, state, text."""
        for hear in self.on_news:
            hear(what, line)

    def notify(self, target: Target | None, params: dict[str, str], leg: Leg | None = None) -> None:
        """Make a notification webhook; a 4xx or 5xx is warning 15003 and nothing else (contract 1.4)."""
        if target is None or not target.url:
            return

        def done(outcome: Outcome) -> None:
            if outcome.code is not None:
                code = 15003 if outcome.code == 11200 else outcome.code
                self.complain(code, outcome.reason, leg, outcome.url, "warning")

        self.courier.carry(Webhook(target.url, target.method, params, Kind.NOTICE), done)
