"""A note that was wrong is corrected by a new entry; without it either the mistake or the proof of it would go (REC-2).

What stood there before stays on record beside what stands there now, with who corrected it and why. Who the customer is
and where they are rung is no note: that is corrected where it is kept.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from hotline.domain import audit, cases, customers
from hotline.domain.act import Act
from hotline.domain.call_texts import CORRECTED, NOT_WORDS
from hotline.domain.cases import Case
from hotline.errors import Conflict, Invalid, NotFound

_PREFIX, _OUTCOME = "sealed_", "outcome"


@dataclass(frozen=True)
class Correction:
    """One correction: of which note, by which entry; what stood there before and since then is sealed."""

    seq: int
    at: datetime
    by: int
    what: str
    before: str
    words: str
    why: str


def notes(act: Act, case: Case) -> list[str]:
    """The notes of a case that can be corrected, by name; none once its customer was erased: nothing is told anew."""
    if case.customer_id is not None and customers.get(act, case.customer_id).key is None:
        return []
    names = (name for name in case.details if name.startswith(_PREFIX) and name not in NOT_WORDS)
    return [*(name.removeprefix(_PREFIX) for name in names), *([_OUTCOME] if case.outcome else [])]


def correct(act: Act, case: Case, name: str, *, words: str, why: str, by: int, seen: int) -> None:
    """Put other words in the place of a note. The case is locked.

    `seen`: the entry by which a note of the case had been corrected last when they were read. Raises NotFound where
    there is no such note, Invalid without words or a reason, Conflict where somebody else corrected one meanwhile.
    """
    if name not in notes(act, case):
        raise NotFound(f"there is no note {name} in this case")
    if not words.strip() or not why.strip():
        raise Invalid("say what is right, and how the mistake came about", key="empty")
    before = case.outcome if name == _OUTCOME else case.details[f"{_PREFIX}{name}"]
    if seen != last(of_case(act, case)):
        raise Conflict("a note was corrected meanwhile: read them anew")
    sealed = cases.seal(act, case, words.strip())
    if name == _OUTCOME:
        case.outcome = sealed
    else:
        case.details = {**case.details, f"{_PREFIX}{name}": sealed}
    told = {"what": name, "before": before, "words": sealed, "why": cases.seal(act, case, why.strip()), "by": by}
    act.remember(case.chain, CORRECTED, **told)


def of_case(act: Act, case: Case) -> list[Correction]:
    """Every correction of a case, in order."""
    found = [entry for entry in audit.entries(act.session, case.chain) if entry.kind == CORRECTED]
    return [
        Correction(entry.seq, entry.at, *(entry.fields[name] for name in ("by", "what", "before", "words", "why")))
        for entry in found
    ]


def last(found: Sequence[Correction]) -> int:
    """The entry of the last of these corrections; 0 where there was none."""
    return max((one.seq for one in found), default=0)
