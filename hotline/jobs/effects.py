"""What is asked of the carrier, and what follows, by one shape; without it each kind would retry in its own way."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from hotline.carrier import Carrier
from hotline.domain.act import Act
from hotline.domain.outbox import OutboxEntry, State
from hotline.runtime import Runtime

# What `ask` answers where the carrier makes nothing: it is done; the call is in the conversation already.
DONE, THERE = "done", "there"


@dataclass(frozen=True)
class Effect:
    """What is asked of the carrier between two acts. It lives in memory alone, for it holds a telephone number.

    `ask` returns the id of what was made, or what was asked for. `find` lists the ids of what the carrier has that
    may be this very effect, asked for at or after an instant; without `find` the effect is safe to repeat.
    `mark`: a blind print by which `find` knows a text again; of a call, whom it rings.
    """

    ask: Callable[[Carrier], str]
    find: Callable[[Carrier, datetime], list[str]] | None = None
    mark: str | None = None


# What preparing an entry comes to: an effect; or nothing more to do, and how it ended; or when to look again.
Prepared = Effect | State | datetime


def nothing_more(runtime: Runtime, act: Act, entry: OutboxEntry, answer: str) -> datetime | None:
    """The carrier did it, and nothing follows."""
    return None


def no_consequence(runtime: Runtime, act: Act, entry: OutboxEntry, problem: str) -> None:
    """It was given up, and nothing follows beyond the supervisor's being told."""


@dataclass(frozen=True)
class Handler:
    """How one kind of entry is performed. All three run inside an act; `prepare` again at every attempt.

    `landed` takes the carrier's answer and may name a time to ask again. `failed` draws the consequence of a failure
    that is final. `paced`: it makes a call, so it keeps to the pace of calls. `ordered`: what the carrier is asked last
    is what stays, so two about the same thing are never under way at once, and the older goes first.
    """

    prepare: Callable[[Runtime, Act, OutboxEntry], Prepared]
    landed: Callable[[Runtime, Act, OutboxEntry, str], datetime | None] = nothing_more
    failed: Callable[[Runtime, Act, OutboxEntry, str], None] = no_consequence
    paced: bool = False
    ordered: bool = False
