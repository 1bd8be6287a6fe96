"""What a look at the log found, in plain words; without it an altered record would be a number nobody understands."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

MOST = 1000  # problems named one by one; a log that was altered throughout need not fill the memory
CHECKPOINT = "checkpoint"
FILE = "checkpoint file"


class What(StrEnum):
    """Everything that can be wrong with the log."""

    HASH = "the stored text does not give the stored hash"
    COLUMNS = "a column shown says something else than the stored text"
    UNREADABLE = "it cannot be read"
    GAP = "one or more entries before it are missing"
    TWICE = "an entry with this number stands there twice, or out of order"
    NO_HEAD = "the chain has entries but no head"
    HEAD = "the head names another last entry: the end was removed, added or replaced"
    NO_ENTRIES = "the chain has a head but no entries"
    NO_CHAIN = "it stands in the records but has no entries in the log"
    NO_ROW = "it stands in the log but not in the records"
    ROW = "a row says something else than the log"
    ROW_GONE = "the log speaks of a row that is not there"
    ROW_UNTOLD = "a row stands there of which the log says nothing"
    CASES_MISSING = "more case numbers were given out than cases stand in the records"
    LEAF = "a signed checkpoint holds another text of this entry, or the entry was removed"
    UNSEALED = "it claims to be under a checkpoint that does not hold it"
    CHECKPOINT_GONE = "the checkpoint is missing"
    CHECKPOINT_HASH = "its stored text does not give the stored hash"
    CHECKPOINT_PREVIOUS = "it does not follow the checkpoint before it"
    CHECKPOINT_ROOT = "its root does not fit what it holds"
    CHECKPOINT_SIGNATURE = "its signature is wrong"
    CHECKPOINT_KEY = "it was signed with a key that is not ours"
    FILE_AHEAD = "it stands in the file and not in the database: an older database was put back, or it was removed"
    FILE_DIFFERS = "the file and the database differ"
    FILE_GAP = "the file lacks it, and has later ones"
    FILE_UNREADABLE = "a line of the file is not readable"


@dataclass(frozen=True)
class Problem:
    """One thing wrong: in which chain ("case:7", "checkpoint"), at which entry or row, what."""

    chain: str
    seq: int | None
    what: What
    row: str | None = None  # "promises 3 verdict": table, number, column

    def __str__(self) -> str:
        place = "" if self.seq is None else f" {self.seq}" if self.chain in (CHECKPOINT, FILE) else f" entry {self.seq}"
        return f"{self.chain}{place}: {self.what}" + (f": {self.row}" if self.row else "")


@dataclass
class Report:
    """How much was looked at, and what was found. `notes` are no alterations."""

    entries: int = 0
    chains: int = 0
    checkpoints: int = 0
    problems: list[Problem] = field(default_factory=list)
    more: int = 0  # problems beyond those named
    notes: list[str] = field(default_factory=list)
    firsts: dict[str, Any] = field(default_factory=dict)  # kind of entry -> when the first was written, once looked up
    later: list[int] = field(default_factory=list)  # checkpoints made after the back-up that was brought back

    @property
    def unaltered(self) -> bool:
        """Was nothing found?"""
        return not self.problems

    def find(self, chain: str, seq: int | None, what: What, row: str | None = None) -> None:
        """Note a problem; the same one twice is one."""
        problem = Problem(chain, seq, what, row)
        if problem in self.problems[-5:]:
            return
        if len(self.problems) < MOST:
            self.problems.append(problem)
        else:
            self.more += 1
