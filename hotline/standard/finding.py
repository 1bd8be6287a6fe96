"""Without this file the figures of what calls are found by would be scattered about."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from hotline.standard.figures import PLATFORM, Figure
from hotline.standard.limits import Limit


@dataclass(frozen=True)
class CallIndex:
    """How what calls came to is read into the rows they are found by: in small acts, as the promises are looked at."""

    look_every: Limit
    batch: Annotated[int, Figure(PLATFORM, 1, 1000)]
    """Chains of the log in one act."""
    rest_seconds: Annotated[float, Figure(PLATFORM, 0, 1)]
    """Between two acts, so that whoever waits for SQLite's one writer gets it."""
    span_seconds: Annotated[float, Figure(PLATFORM, 0.05, 10)]
    """So long at a time; then what else is due is handed out first."""
