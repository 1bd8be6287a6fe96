"""The corrections of a case, with what stood there before; without it a page would show the last word alone (REC-2)."""

from __future__ import annotations

from dataclasses import dataclass

from hotline.console import asking, people, rights
from hotline.domain import corrections
from hotline.domain.act import Act
from hotline.domain.cases import Case
from hotline.domain.corrections import Correction

FORM, LONGEST, LONGEST_WHY = "correct", 2000, 200  # characters


@dataclass(frozen=True)
class Corrected:
    """What was corrected in a case, by whom; which notes can be, and which correction its reader saw last."""

    rows: list[Correction]
    names: dict[int, str]
    notes: list[str]
    seen: int
    longest: int = LONGEST
    longest_why: int = LONGEST_WHY


def of_case(act: Act, case: Case) -> Corrected:
    """The corrections of a case, and those of its notes that whoever asks may correct."""
    rows = corrections.of_case(act, case)
    may = rights.may_open(asking.person(), "console.correct_note") and rights.may_call_back(act, asking.person(), case)
    names = people.names(act, (row.by for row in rows))
    return Corrected(rows, names, corrections.notes(act, case) if may else [], corrections.last(rows))
