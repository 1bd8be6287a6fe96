"""Without this file the figures of destroying, sealing anew and backing up would be scattered about."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from hotline.standard.figures import PLATFORM, Figure


@dataclass(frozen=True)
class Keeping:
    """In small acts with rests between them: no webhook waits long for SQLite's one writer."""

    batch: Annotated[int, Figure(PLATFORM, 1, 10_000)]
    """Values sealed anew, or things disposed of, in one act."""
    rest_seconds: Annotated[float, Figure(PLATFORM, 0, 10)]
    passes: Annotated[int, Figure(PLATFORM, 1, 1000)]
    """So often a column is gone through whose values others hold meanwhile."""
    list_most: Annotated[int, Figure(PLATFORM, 1, 1_000_000)]
    """Things on one disposal list; what is due beyond them stands on the next."""
    backup_rows: Annotated[int, Figure(PLATFORM, 1, 100_000)]
    """Rows in the memory at once while a back-up is made or read."""
