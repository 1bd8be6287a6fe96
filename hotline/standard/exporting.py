"""Without this file the figures of what leaves the house as a file would be scattered about (SEC-2, REC-6, PPL-6)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from hotline.standard.figures import PLATFORM, Figure
from hotline.standard.limits import Limit


@dataclass(frozen=True)
class Exports:
    """Files made in the background, and reports that are made when a period is over."""

    kept: Limit
    """So long a file can be fetched; then its key is destroyed."""
    turn: Limit
    """So long a worker gathers rows at a time, well within what a job may take; then it is the next one's turn."""
    at_once: Annotated[int, Figure(PLATFORM, 10, 10_000)]
    """Rows read together."""
    piece: Annotated[int, Figure(PLATFORM, 10_000, 64_000_000)]
    """Bytes sealed together."""
    rows_most: Annotated[int, Figure(PLATFORM, 1000, 1_048_575)]
    """Rows of an export: no code names a row beyond."""
    sheet_most: Annotated[int, Figure(PLATFORM, 1000, 1_000_000)]
    """More rows than these are no workbook but a CSV: a workbook is written in one go, within a job's time."""
    traced_largest: Annotated[int, Figure(PLATFORM, 65_536, 100_000_000)]
    """Bytes of a file whose source is asked for, and characters that are read of it."""
    place_least: Annotated[int, Figure(PLATFORM, 2, 100)]
    """A report names a building with so many faults; of fewer it would say whose flat it was."""
    look_every: Limit
    """How often is looked whether a file's time is over, and whether a report is due."""
