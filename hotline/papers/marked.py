"""Tables of a file with the marks by which their rows lead home; without them figures left the house unseen (SEC-2)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from hotline.marks import Marks, marked
from hotline.sheets import Cell, Sheet


@dataclass(frozen=True)
class Table:
    """One table of figures: its title, its headings, its rows. `wordy`: the columns that are read, not searched by."""

    title: str
    heads: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    wordy: Sequence[int]


def sheets(tables: Sequence[Table], signs: Marks, export_id: int, *, code: str, line: str) -> list[Sheet]:
    """These tables as sheets of one export, whose rows are numbered through; `code`: the heading of their codes.

    `line`: who took it, when and why; it stands on each of them. Raises Invalid for more rows than there are codes.
    """
    hidden, before = signs.hidden(export_id), 0
    found: list[Sheet] = []
    for table in tables:
        rows: list[list[Any]] = [
            [*marked(cells, table.wordy, number, hidden), signs.code(export_id, number)]
            for number, cells in enumerate(table.rows, before + 1)
        ]
        before += len(rows)
        found.append(Sheet(table.title, [*table.heads, code], rows, line))
    return found
