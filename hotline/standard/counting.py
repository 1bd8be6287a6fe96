"""Without this file nobody could say when the wallboard calls for help, nor how often days are added up."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from hotline.standard.figures import PLATFORM, Figure
from hotline.standard.limits import Limit


@dataclass(frozen=True)
class Wallboard:
    """From which figure on a tile of the wallboard calls for help; of the silence it is the limit of ANS-4 itself."""

    waiting: Annotated[int, Figure("ANS-3", 1, 1000)]
    longest_wait: Annotated[Limit, Figure("ANS-3")]
    free_agents: Annotated[int, Figure("PPL-1", 0, 1000)]
    """Fewer agents who are free than this."""
    in_time: Annotated[int, Figure("ANS-1", 1, 100)]
    """Per cent of today's calls that were answered within the ring limit; fewer call for help."""
    due_within: Annotated[Limit, Figure("VIS-5")]
    """How far ahead promises that fall due are counted."""
    due_soon: Annotated[int, Figure("VIS-5", 1, 10_000)]
    broken: Annotated[int, Figure("VIS-5", 1, 10_000)]
    unsigned: Annotated[int, Figure("FLT-2", 1, 10_000)]


@dataclass(frozen=True)
class Counting:
    """How what became of each day is added up, and how a wallboard is kept on."""

    every: Limit
    settles: Limit
    """A day is added up so long after its end: calls that began before it are over by then."""
    margin: Limit
    """What was judged so shortly before the last round may have been written after it: those days are counted anew."""
    batch: Annotated[int, Figure(PLATFORM, 1, 366)]
    """Days in one act."""
    fresh: Limit
    """A wallboard whose figures are older says so, by colour, word and shape."""
    shown: Limit
    """How long a log-in that shows the wallboard and nothing else lasts."""
