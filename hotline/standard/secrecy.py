"""Without this file what must stay secret, who must prove twice who they are, and how much looking is usual, would
stand in code.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from hotline.standard.figures import Figure
from hotline.standard.kinds import Holder
from hotline.standard.limits import Limit
from hotline.standard.spans import Span


@dataclass(frozen=True)
class Secrecy:
    secret: Annotated[tuple[str, ...], Figure("SEC-1")]
    shown_for: Annotated[Limit, Figure("SEC-1")]
    reason_at_least: Annotated[int, Figure("SEC-1", 1, 100)]
    second_factor: Annotated[tuple[Holder, ...], Figure("SEC-1")]
    """Whoever holds one of these roles logs in with a second factor; anybody else may."""
    looks_within: Annotated[Limit, Figure("SEC-1")]
    """The span of time in which looks are counted."""
    looks_most: Annotated[int, Figure("SEC-1", 1, 10_000)]
    """So many values does one person open within it; more are refused, and whoever leads them is told."""
    searches_most: Annotated[int, Figure("SEC-1", 1, 10_000)]
    """So many pages of calls found by a number or by words does one person open within it; more are refused, and
    whoever leads them is told.
    """
    customers_most: Annotated[int, Figure("SEC-1", 1, 10_000)]
    """Looking at more customers than this within it is unusual: whoever leads them is told."""
    night: Annotated[Span, Figure("SEC-1")]
    """Whoever looks at these hours (local clock) without being on duty does what is unusual."""
    told_again: Annotated[Limit, Figure("SEC-1")]
    """What is unusual about one person's looking is told again after this at the soonest."""
