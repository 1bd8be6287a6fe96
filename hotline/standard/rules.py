"""Without this file no room could ask what the standard demands: each figure beside its rule."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from hotline.errors import Invalid
from hotline.standard.archive import Transcripts
from hotline.standard.calendar import Calendar
from hotline.standard.counting import Wallboard
from hotline.standard.engine import Engine
from hotline.standard.figures import Figure
from hotline.standard.kinds import (
    Asker,
    Channel,
    EmergencyKind,
    FaultClass,
    FlowItem,
    Grade,
    Role,
    Scope,
    SpokenName,
    Staffing,
)
from hotline.standard.limits import Limit
from hotline.standard.people import People
from hotline.standard.secrecy import Secrecy
from hotline.standard.spans import Span
from hotline.standard.wording import Wording


@dataclass(frozen=True)
class Languages:
    default: str
    offered: tuple[str, ...]


@dataclass(frozen=True)
class Answering:
    rings: Annotated[int, Figure("ANS-1", 1, 10)]
    ring_cycle: Annotated[Limit, Figure("ANS-1")]
    greeting_names_agent: Annotated[bool, Figure("ANS-2")]
    long_wait: Annotated[Limit, Figure("ANS-3")]
    reassurance: Annotated[Limit, Figure("ANS-4")]
    not_heard_retries: Annotated[int, Figure("ANS-5", 0, 5)]
    answers_in_vain: Annotated[int, Figure("ANS-5", 1, 10)]
    denied_read_backs: Annotated[int, Figure("REC-3", 1, 5)]
    linger: Annotated[Limit, Figure("ANS-6")]
    staffing: Annotated[Staffing, Figure("ANS-8")]
    nuisance_lasts: Annotated[Limit, Figure("ANS-12")]
    hold_reassurance: Annotated[Limit, Figure("ANS-13")]

    @property
    def ring_limit_seconds(self) -> int:
        """ANS-1: seconds from the first ring within which a call, or an agent's leg, is answered."""
        return self.rings * self.ring_cycle.seconds


@dataclass(frozen=True)
class Ownership:
    handover_chain: Annotated[int, Figure("OWN-3", 1, 10)]
    ladder: Annotated[tuple[Role, ...], Figure("OWN-6")]


@dataclass(frozen=True)
class Desk:
    """The waiting line, the agents who answer it, and what happens in a conversation."""

    owner_patience: Annotated[Limit, Figure("OWN-5")]
    """How long the owner of an open matter is waited for before a colleague is asked."""
    away_after: Annotated[int, Figure("ANS-1", 1, 10)]
    """Unanswered calls in a row after which an agent counts as away."""
    decline_lasts: Annotated[Limit, Figure("ANS-3")]
    """How long an agent who declined a caller is not asked for the same caller again."""
    wrap_up: Annotated[Limit, Figure("REC-1")]
    """How long the form may stay open after a call before the next one is offered."""
    longest_wait: Annotated[Limit, Figure("ANS-3")]
    estimate_samples: Annotated[int, Figure("ANS-3", 1, 1000)]
    """Conversations that an estimate is made from; of fewer, the place in the line is told instead."""
    whisper_name: Annotated[SpokenName, Figure("SEC-1")]
    records_calls: Annotated[bool, Figure("SEC-4")]
    announces_recording: Annotated[bool, Figure("SEC-4")]
    announces_listening: Annotated[bool, Figure("PPL-3")]
    announces_coaching: Annotated[bool, Figure("PPL-3")]
    announces_joining: Annotated[bool, Figure("PPL-3")]


@dataclass(frozen=True)
class Retention:
    """How long each class of record is kept before it may be put on a disposal list."""

    records: Annotated[Limit, Figure("REC-5")]
    recordings: Annotated[Limit, Figure("REC-5")]
    webhooks: Annotated[Limit, Figure("REC-5")]
    drafts: Annotated[Limit, Figure("REC-5")]


@dataclass(frozen=True)
class Records:
    case_number_digits: Annotated[int, Figure("REC-4", 3, 9)]
    retention: Retention


@dataclass(frozen=True)
class Repair:
    classes: Annotated[tuple[FaultClass, ...], Figure("FLT-1")]
    scope: Annotated[Mapping[FaultClass, Mapping[str, Scope]], Figure("FLT-3")]
    fees: Annotated[Mapping[FaultClass, int], Figure("FLT-3", 0, 100_000)]
    asks_agreement: Annotated[bool, Figure("FLT-4")]
    visit_needs_approval: Annotated[bool, Figure("FLT-6")]
    engineer_ring: Annotated[Limit, Figure("FLT-2")]
    engineer_rounds: Annotated[int, Figure("FLT-2", 1, 10)]


@dataclass(frozen=True)
class Complaints:
    """The complaint clocks themselves are promise rules: `standard.graded("CMP-4.settle", grade)`."""

    ungraded_counts_as: Annotated[Grade, Figure("CMP-4")]
    closed_by: Annotated[Role, Figure("CMP-12")]
    longest_extension: Annotated[Limit, Figure("CMP-5")]
    """How long after its first deadline a promise may be due at most, however often more time was approved."""


@dataclass(frozen=True)
class Slots:
    """The times of day over which attempts to reach a customer are spread (local clock)."""

    morning: Span
    noon: Span
    evening: Span


@dataclass(frozen=True)
class Callbacks:
    attempts: Annotated[int, Figure("CBK-3", 1, 20)]
    slots: Annotated[Slots, Figure("FLT-7")]
    quiet: Annotated[Span, Figure("FLT-7")]
    between: Annotated[Limit, Figure("CBK-3")]
    ring: Annotated[Limit, Figure("CBK-3")]
    leaves_message: Annotated[bool, Figure("CBK-3")]
    """Does whoever presses no key, as a machine does, hear who rang and about which number?"""
    offers_times: Annotated[bool, Figure("CBK-3")]
    """Is whoever asks to be rung back offered times of day at which they can be reached?"""
    chosen_within: Annotated[Limit, Figure("CBK-3")]
    """How far ahead such a time may lie."""
    asked_daily: Annotated[int, Figure("SEC-5", 1, 100)]
    """How often in a day one number may be told us, on the web or by keys: a stranger may have typed it."""
    regions: Annotated[tuple[str, ...], Figure("SEC-5")]
    """Where customers are rung and written to, by ISO 3166: only there, and only at ordinary lines."""


@dataclass(frozen=True)
class Notices:
    """When people are told what is not urgent."""

    quiet: Annotated[Span, Figure("OWN-6")]
    """What is not urgent waits for the end of these hours (local clock); the page has it at once."""


@dataclass(frozen=True)
class Visits:
    by: Annotated[Asker, Figure("VIS-1")]
    """Who asks after a repair and a stay; whoever complained is always rung by a person."""
    after: Annotated[Limit, Figure("VIS-1")]
    """How long what was done is left to prove itself before the customer is rung about it."""
    asks_departing: Annotated[bool, Figure("VIS-3")]
    best_mark: Annotated[int, Figure("VIS-4", 2, 9)]
    reopens_at: Annotated[int, Figure("VIS-4", 1, 9)]


@dataclass(frozen=True)
class Emergencies:
    public_numbers: Annotated[Mapping[EmergencyKind, str], Figure("EMG-1")]
    ring_pause: Annotated[Limit, Figure("EMG-2")]


@dataclass(frozen=True)
class Flow:
    """The shape of the call; without a menu the caller hears the greeting and then an agent."""

    menu: bool
    items: tuple[FlowItem, ...]
    asks_satisfaction: Annotated[bool, Figure("ANS-7")]


@dataclass(frozen=True)
class Escalation:
    """Whom a broken promise reaches next, how long after it fell due, and whether their telephone rings as well."""

    after: Limit
    role: Role
    by: Channel = Channel.TEXT


@dataclass(frozen=True)
class PromiseRule:
    """A rule with a clock: one row in `promises` for every time it applies."""

    key: str
    rule_id: str
    title_zh: str
    title_en: str
    limit: Limit
    tells: tuple[Role, ...]
    escalate: tuple[Escalation, ...] = ()
    warn_before: Limit | None = None
    approved_by: Role | None = None
    """Who may allow more time, before the deadline (CMP-5); nobody where it is empty."""
    urgent: bool = False
    """Whoever is told of it is told at once, in quiet hours too."""


@dataclass(frozen=True)
class Standard:
    """What one company owes its callers."""

    profile: str
    title_zh: str
    title_en: str
    timezone: str
    languages: Languages
    answering: Answering
    ownership: Ownership
    desk: Desk
    records: Records
    repair: Repair
    complaints: Complaints
    callbacks: Callbacks
    notices: Notices
    visits: Visits
    transcripts: Transcripts
    secrecy: Secrecy
    emergencies: Emergencies
    people: People
    wallboard: Wallboard
    flow: Flow
    engine: Engine
    wording: Wording
    calendar: Calendar
    promise_rules: Mapping[str, PromiseRule]

    def promise(self, key: str) -> PromiseRule:
        """The rule by its key, such as "FLT-2.notify"; Invalid names an unknown one."""
        if key not in self.promise_rules:
            raise Invalid(f"no promise is called {key!r}; there are {', '.join(sorted(self.promise_rules))}")
        return self.promise_rules[key]

    def graded(self, key: str, grade: Grade) -> PromiseRule | None:
        """The rule for a grade, such as "CMP-4.settle"; None where the standard sets that grade no clock."""
        if not any(known.startswith(f"{key}.") for known in self.promise_rules):
            raise Invalid(f"no promise {key!r} differs by grade")
        return self.promise_rules.get(f"{key}.{grade}")

    def is_staffed(self, instant: datetime) -> bool:
        """ANS-8: whether agents are on duty then; faults and emergencies are taken at any time."""
        match self.answering.staffing:
            case Staffing.ALWAYS:
                return True
            case Staffing.SEASON if self.calendar.in_heating_season(instant):
                return True
            case _:
                return self.calendar.is_open(instant)
