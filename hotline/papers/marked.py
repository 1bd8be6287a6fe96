"""Tables of a file with the marks by which their rows lead home; without them figures left the house unseen (SEC-2)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from hotline.marks import Alike, Carrier, Marks, marked
from hotline.sheets import Cell, Sheet


@dataclass(frozen=True)
class Table:
    """One table of figures: its title, its headings, its rows."""

    title: str
    heads: Sequence[str]
    rows: Sequence[Sequence[Cell]]


@dataclass(frozen=True)
class Copy:
    """What stands in each row behind its figures, whose own words are looked up by: `copy` says which export it is of,
    and carries the hidden mark; behind it stands the row's code. `company` stands before them in a table that does not
    name it itself, and carries the mark as well. `heads`: of the three columns.
    """

    heads: tuple[str, str, str]
    company: str
    copy: str


def sheets(tables: Sequence[Table], signs: Marks, export_id: int, *, copy: Copy, line: str) -> list[Sheet]:
    """These tables as sheets of one export, whose rows are numbered through.

    `line`: who took it, when and why; it stands on each of them. Raises Invalid for more rows than there are codes.
    """
    hidden, before, found = signs.hidden(export_id), 0, list[Sheet]()
    for table in tables:
        names_it = all(any(isinstance(cell, Carrier) for cell in row) for row in table.rows)
        heads, more = (copy.heads[1:], []) if names_it else (copy.heads, [Alike(copy.company)])
        rows: list[list[Any]] = [
            [*marked([*cells, *more, Carrier(copy.copy)], hidden), signs.code(export_id, number)]
            for number, cells in enumerate(table.rows, before + 1)
        ]
        before += len(rows)
        found.append(Sheet(table.title, [*table.heads, *heads], rows, line))
    return found
