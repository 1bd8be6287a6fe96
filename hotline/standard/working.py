"""Without this file the figures of the work behind the calls (leases, back-off, rhythms) would be scattered about."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from hotline.standard.figures import PLATFORM, Figure
from hotline.standard.limits import Limit


@dataclass(frozen=True)
class Outbox:
    """Effects owed to the outside: design rule 3."""

    lease: Limit
    back_off: tuple[Limit, ...]
    """Waits after the first, second ... failure; the last one repeats."""
    urgent_wait: Limit
    """No wait of an urgent entry is longer than this."""
    attempts: Annotated[int, Figure(PLATFORM, 1, 100)]
    """Failures after which an entry is given up and a person is told."""
    poll_seconds: Annotated[float, Figure(PLATFORM, 0.05, 60)]
    batch: Annotated[int, Figure(PLATFORM, 1, 1000)]
    """So many of one queue are claimed at once."""
    full_poll_seconds: Annotated[float, Figure(PLATFORM, 0.005, 5)]
    """How soon is looked again where more may be due; what falls due in between goes out together."""
    refill_seconds: Annotated[float, Figure(PLATFORM, 0.005, 5)]
    """How soon where the workers have all that they may have: they get a part of it done meanwhile."""
    patience: Limit
    """What waited so long counts as one priority higher, and again after as long."""
    claimed_most: Annotated[int, Figure(PLATFORM, 1, 10_000)]
    """No more lies with each worker of a queue, however fast it is."""
    claimed_within: Limit
    """Nor more than it gets done within this, at its pace of late; shorter than the lease, lest that run out."""
    job_timeout: Limit
    reconcile_after: Limit
    """How long a submission with an unknown outcome waits before the carrier's list is asked."""
    looked_back: Limit
    """How far back from then the carrier's list is read: a lease more, for the clock may have been set meanwhile."""
    clock_step: Limit
    """A clock that went wrong by so much was set; less is a clock that runs fast or slow."""

    def wait_after(self, failures: int) -> Limit:
        """The wait after that many failures (1 or more)."""
        return self.back_off[min(failures, len(self.back_off)) - 1]


@dataclass(frozen=True)
class Database:
    """How processes share one database."""

    writer_again_seconds: Annotated[float, Figure(PLATFORM, 0.0005, 0.1)]
    """SQLite has one writer; whoever waits for it asks again so soon, lest the rests of others be missed."""
    idle_longest: Limit
    """Whoever does nothing for so long in the midst of an act has vanished or hangs: PostgreSQL gives its rows free."""


@dataclass(frozen=True)
class Worker:
    """How RQ's workers look after themselves (rq-facts 5): short, so that a crash is noticed soon."""

    maintenance_every: Limit
    sign_every: Limit
    """How often a worker at work says that it lives."""
    lifetime: Limit
    """A worker that was silent so long counts as dead."""
    counted_every: Limit
    """How often a dispatcher counts the workers, and looks how long their jobs take."""
    failed_kept: Limit


@dataclass(frozen=True)
class Alarms:
    """When those who keep the platform are told that it does not do its work."""

    look_every: Limit
    lasts: Limit
    """What is wrong for so long is told: a process that is started again is back by then."""
    late_after: Limit
    """Something is wrong where the oldest due entry waits so long."""


@dataclass(frozen=True)
class Promises:
    """How the clock looks at what was promised: in acts so small that no webhook waits long for one."""

    look_every: Limit
    batch: Annotated[int, Figure(PLATFORM, 1, 1000)]
    """Promises in one act."""
    rest_seconds: Annotated[float, Figure(PLATFORM, 0, 1)]
    """Between two acts, so that whoever waits for SQLite's one writer gets it."""
    span_seconds: Annotated[float, Figure(PLATFORM, 0.05, 10)]
    """So long at a time; then what else is due is handed out first."""


@dataclass(frozen=True)
class Routine:
    """Rhythms of the recurring work."""

    kept_numbers_every: Limit
    """How often the disk is looked at for numbers kept in bad times (ANS-10)."""
    calls_reconciled_every: Limit
    call_looked_up_every: Limit
    """A call still under way is looked up at the carrier this often: its last notification may never come."""
    retention_every: Limit
    people_every: Limit
    """How often is looked whether the roster has a gap, and whether calls are to be drawn for a check."""
    redis_within: Limit
    """How long Redis may take over one request of ours."""
    redis_rest: Limit
    """How long news is not even tried after Redis gave no answer: a hung Redis must not hold up every webhook."""
    live_heartbeat: Limit
    """How often an open page asks by itself, where it is not told."""
    live_pulse: Limit
    """How often a stream to an open page looks whether its reader is still there."""
    live_streams: Annotated[int, Figure(PLATFORM, 1, 1000)]
    """Open pages told at once by one web process; the others ask at every heartbeat. Calls need the other threads."""
