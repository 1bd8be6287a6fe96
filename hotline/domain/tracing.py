"""From rows that turned up outside to the export they came from; without it nobody knew who had let them go (SEC-2)."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from dataclasses import dataclass

from hotline.domain import exports
from hotline.domain.act import Act
from hotline.domain.exports import Export

_FILLED = re.compile(r"[^\s,;\"']")


@dataclass(frozen=True)
class Source:
    """An export that rows came from: which of its rows by their codes, and how many hidden marks name it."""

    export: Export
    rows: frozenset[int]
    hidden: int

    @property
    def is_sure(self) -> bool:
        """Is it beyond doubt? A hidden mark is no accident, nor are two codes; a single one may be, once in a thousand
        times that a text has a word like it.
        """
        return self.hidden > 0 or len(self.rows) > 1


@dataclass(frozen=True)
class Trace:
    """What a text tells: how many lines it has, and where they come from, most likely first."""

    lines: int
    sources: list[Source]


def trace(act: Act, text: str) -> Trace:
    """Whose rows are these? Read by the codes in their column and by the marks that nobody sees, each by itself.

    Rows of several exports are told apart. That somebody asked is on record, without what was shown.
    """
    signs = exports.marks(act)
    rows: dict[int, set[int]] = defaultdict(set)
    for export_id, row in signs.codes_in(text):
        rows[export_id].add(row)
    hidden: Counter[int] = signs.hidden_in(text)
    known = exports.by_ids(act, rows.keys() | hidden.keys())
    found = [
        Source(export, frozenset(row for row in rows[id_] if row <= export.rows), hidden[id_])
        for id_, export in known.items()
    ]
    sources = [one for one in found if one.rows or one.hidden]
    sources.sort(key=lambda one: (-one.hidden - len(one.rows), one.export.id))
    lines = sum(1 for line in text.splitlines() if _FILLED.search(line))
    act.remember("house", "leak-traced", lines=lines, exports=[one.export.id for one in sources], by=act.actor.staff_id)
    return Trace(lines, sources)
