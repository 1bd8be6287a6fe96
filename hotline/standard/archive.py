"""Without this file the figures of what is kept in writing, and how we know it whole, would be scattered about."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from hotline.standard.figures import PLATFORM, Figure
from hotline.standard.limits import Limit


@dataclass(frozen=True)
class Transcripts:
    """What is said in recordings, in writing."""

    kept: Annotated[bool, Figure("REC-2")]
    """Is it written down at all, where somebody does that?"""


@dataclass(frozen=True)
class Completeness:
    """Is every call that the carrier lists in our log?"""

    every: Limit
    """How often that is looked at; each look goes on where the last one ended."""
    settles: Limit
    """What is younger is left to the next look: its news may be on the way, and the carrier's lists lag behind."""
    piece: Limit
    """So much of the period is asked for at once."""
    margin: Limit
    """The list is read so much further on both sides: the carrier notes another instant than we do."""
    looked_up: Annotated[int, Figure(PLATFORM, 1, 1000)]
    """So many calls that the list lacks are asked for one by one in a turn; a piece that lacks more takes several."""
    looked_back: Limit
    """Calls that are older are listed no longer."""
