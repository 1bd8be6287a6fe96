"""Without this file the figures of telling other systems (time-limit, rest, overlap) would be scattered about."""

from __future__ import annotations

from dataclasses import dataclass

from hotline.standard.limits import Limit


@dataclass(frozen=True)
class Webhooks:
    """Other systems that are told what happens."""

    within: Limit
    """A system that has not answered by then has not taken it; a worker waits no longer for a stranger."""
    rest: Limit
    """After a failure nothing else is sent there for so long: others wait behind it for the same workers."""
    overlap: Limit
    """So long after a change the secret before signs as well, so that nothing is lost between the two systems."""
