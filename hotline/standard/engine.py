"""Without this file the platform's own figures (leases, back-off, time-outs) would be scattered about."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated

from hotline.standard.archive import Completeness
from hotline.standard.counting import Counting
from hotline.standard.exporting import Exports
from hotline.standard.figures import PLATFORM, Figure
from hotline.standard.finding import CallIndex
from hotline.standard.keeping import Keeping
from hotline.standard.limits import Limit
from hotline.standard.outward import Webhooks
from hotline.standard.transcribing import Transcribing
from hotline.standard.working import Alarms, Database, Outbox, Promises, Routine, Worker


@dataclass(frozen=True)
class Audit:
    checkpoint_every: Limit


@dataclass(frozen=True)
class Voice:
    """How the call waits and listens. Seconds of a gather are whole: the carrier takes no others."""

    gather_timeout: Limit
    gather_timeout_slow: Limit
    speech_timeout: Limit
    speech_timeout_slow: Limit
    number_timeout: Limit
    record_longest: Limit
    record_silence: Limit
    pause_piece: Limit
    fault_retries: Annotated[int, Figure(PLATFORM, 1, 10)]
    document_deadline: Limit
    """No document waits longer for a row that another holds: the carrier gives up at 15 s."""


@dataclass(frozen=True)
class CarrierFigures:
    connect_timeout: Limit
    timeout: Limit
    calls_per_second: Annotated[float, Figure(PLATFORM, 0.1, 1000)]
    number_calls_per_second: Annotated[float, Figure(PLATFORM, 0.01, 1000)]
    """From one number of ours: networks mark a number that rings too often."""
    company_calls_per_minute: Annotated[float, Figure(PLATFORM, 1, 60_000)]
    """Of one company, spread over the minute: a group shares one account."""
    text_longest: Annotated[int, Figure(PLATFORM, 70, 1600)]
    text_segments: Annotated[int, Figure(PLATFORM, 1, 10)]
    """A text is charged by the segment: 160 characters of GSM-7, or 70 of UCS-2 (contract 6)."""
    sound_within: Limit
    """How long fetching the sound of one recording may take."""
    sound_largest: Annotated[int, Figure(PLATFORM, 1_000_000, 100_000_000)]
    """Bytes; a second of sound is 16,000."""

    @property
    def number_rest(self) -> timedelta:
        """From one call of a number to its next."""
        return timedelta(seconds=1) / self.number_calls_per_second

    @property
    def company_rest(self) -> timedelta:
        """From one call of a company to its next."""
        return timedelta(minutes=1) / self.company_calls_per_minute


@dataclass(frozen=True)
class Dispatch:
    ring_pause: Limit
    round_pause: Limit
    """After everybody was rung in vain and the supervisors were told: then the round begins again."""
    link_lifetime: Limit
    listening: Limit
    """After the ring limit, how long the matter may be told before we look whether the call still lives."""
    offer_longest: Limit
    """No colleague keeps a matter from the next one longer than this without an answer."""


@dataclass(frozen=True)
class Notices:
    """How what people are told is gathered, so that nobody is flooded."""

    gather: Limit
    """What is not urgent waits so long for more of its kind."""
    between: Limit
    """Nobody gets two texts of what is not urgent within this time: the second waits, and takes the others along."""
    urgent_between: Limit
    """The same of what is urgent."""
    ring_again: Limit
    """Nobody heard the call: it is rung again after this."""
    ring_times: Annotated[int, Figure(PLATFORM, 1, 10)]
    """Rung so often in vain, the next above is told."""
    named: Annotated[int, Figure(PLATFORM, 1, 5)]
    """So many case numbers stand in a summary; how many more there are is said."""


@dataclass(frozen=True)
class Robots:
    """Group robots: the platforms take 20 messages a minute of each, and texts of 2048 bytes at most."""

    between: Limit
    """From one message of a robot to its next; what comes meanwhile goes with it."""
    text_longest: Annotated[int, Figure(PLATFORM, 200, 2048)]
    """Bytes in UTF-8."""
    lines_most: Annotated[int, Figure(PLATFORM, 1, 200)]
    """So much of what waits is read for one message; the rest is counted."""


@dataclass(frozen=True)
class Api:
    """What other systems may ask of us."""

    requests: Annotated[int, Figure(PLATFORM, 1, 10_000)]
    """So many of one key within the window; more are refused until it is over."""
    window: Limit


@dataclass(frozen=True)
class Desk:
    """The waiting line and the agents' seats."""

    presence: Limit
    """A seat whose page gave no sign of life for so long is not rung."""
    presence_every: Limit
    """How often an open page gives that sign."""
    match_every: Limit
    """How often callers and free agents are brought together, should no change of theirs have asked for it."""
    estimate_window: Limit
    """Only conversations that ended within this time tell how long one takes."""
    wait_margin: Limit
    """What fetching the next document of a wait may take of the time between two reassurances."""
    offer_longest: Limit
    """No agent keeps a caller from the next agent longer than this without an answer."""
    join_within: Limit
    """A caller put through is in the conversation by then, apology and agent's number said, or is sent there anew."""
    token_lifetime: Limit
    """How long the token of a browser's telephone holds; a log-in that ended gets no other."""


@dataclass(frozen=True)
class Callbacks:
    """Customers who are rung by themselves."""

    surveys_at_once: Annotated[int, Figure(PLATFORM, 1, 1000)]
    """Calls in which the machine asks, over the group: lines are wanted for callers."""
    look_again: Limit
    """A customer who is in another call with us is rung after this."""


@dataclass(frozen=True)
class Recordings:
    """What callers told by voice is fetched from the carrier, kept and listened to (SEC-4)."""

    news_within: Limit
    """No news of a recording for so long: it is asked for all the same."""
    matter_within: Limit
    """How often is looked whether the call has come to the matter that the recording belongs to."""
    differs_at_most: Limit
    """The sound may be so much longer or shorter than the carrier said, who rounds."""
    open_for: Limit
    """After a reason was given, how long a recording can be heard again without another one."""


@dataclass(frozen=True)
class SignIn:
    tries: Annotated[int, Figure(PLATFORM, 1, 100)]
    tries_per_address: Annotated[int, Figure(PLATFORM, 1, 1000)]
    window: Limit
    idle: Limit
    noted_every: Limit
    """An open page notes no more often that its agent is at work: a cookie is written whole, and an answer under way
    would undo what another has put into it."""
    longest: Limit
    password_shortest: Annotated[int, Figure(PLATFORM, 8, 64)]
    password_longest: Annotated[int, Figure(PLATFORM, 64, 1000)]
    """A longer pass phrase is a way to keep the hash busy, not a better one."""
    second_step: Limit
    """From the pass phrase to the second factor."""
    code_drift: Annotated[int, Figure(PLATFORM, 0, 2)]
    """A code of so many half minutes before or after is taken: no telephone's clock is exact."""
    codes_wrong: Annotated[int, Figure(PLATFORM, 5, 100)]
    codes_within: Limit
    """After so many wrong codes within this time no code opens: of a million, a patient guesser would find one."""
    recovery_codes: Annotated[int, Figure(PLATFORM, 5, 20)]
    seen_every: Limit
    """How exactly it is noted when a log-in was used last."""
    provider_within: Limit
    """How long the company's identity provider is awaited."""
    provider_tries: Annotated[int, Figure(PLATFORM, 2, 1000)]
    """Steps from one address to the provider and back, within the window, that have led nobody in."""
    known_address: Limit
    """How long an address from which an account was opened is not stopped by strangers guessing at that account."""


@dataclass(frozen=True)
class Serving:
    """The web server: how many requests at once, how long one may take, how long /health looks."""

    processes: Annotated[int, Figure(PLATFORM, 1, 64)]
    threads: Annotated[int, Figure(PLATFORM, 1, 256)]
    request_limit: Limit
    keep_alive: Limit
    stop_grace: Limit
    request_line: Annotated[int, Figure(PLATFORM, 512, 8190)]
    health_within: Limit
    calendar_ahead: Limit
    """How long before a year that the calendar does not know /health warns of it."""


@dataclass(frozen=True)
class Upkeep:
    """How `hotline up` keeps its processes."""

    redis_within: Limit
    ready_within: Limit
    restart_waits: tuple[Limit, ...]
    """Waits before the first, second ... start again; the last one repeats."""
    steady_after: Limit
    """A process that ran so long counts as well again."""
    stop_grace: Limit
    """From the request to end to the second request, and from that to the kill."""
    look_seconds: Annotated[float, Figure(PLATFORM, 0.01, 5)]

    def wait_after(self, failures: int) -> Limit:
        """The wait after that many ends in a row (1 or more)."""
        return self.restart_waits[min(failures, len(self.restart_waits)) - 1]


@dataclass(frozen=True)
class Engine:
    outbox: Outbox
    database: Database
    worker: Worker
    alarms: Alarms
    audit: Audit
    voice: Voice
    carrier: CarrierFigures
    dispatch: Dispatch
    notices: Notices
    robots: Robots
    api: Api
    webhooks: Webhooks
    desk: Desk
    callbacks: Callbacks
    recordings: Recordings
    exports: Exports
    sign_in: SignIn
    promises: Promises
    routine: Routine
    call_index: CallIndex
    completeness: Completeness
    transcripts: Transcribing
    counting: Counting
    keeping: Keeping
    serving: Serving
    upkeep: Upkeep
