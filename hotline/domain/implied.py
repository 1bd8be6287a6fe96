"""What an entry means beyond its own fields: of what was told before; without it much that is read could be forged."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from hotline.domain import retracing
from hotline.domain.calls import LATE_ANSWER
from hotline.domain.discarded import DISCARDED
from hotline.domain.tells import HOLD_LIFTED, HOLD_PLACED, LOOKED, OF_HOUSE, OF_TURNS, TIMED, UNTOLD

_SEALED = "sealed_"  # how the name of a value begins that is destroyed with its matter
WHOLE = "whole"  # under this name: the cases of versions that tell of every row
_NOTHING: dict[str, Any] = {}
BEFORE = 0  # in the place of a look's number: those of versions that did not tell it

Fields = dict[str, Any]
Said = dict[str, dict[int, Any]]  # table -> a row's number -> what the chain said so far


class Holds:
    """What stands in the column has at least these names: a value may be told anew, none vanishes."""

    def __init__(self, names: frozenset[str]) -> None:
        self.names = names

    def __eq__(self, shown: object) -> bool:
        try:
            return bool(self.names <= json.loads(shown).keys())  # type: ignore[arg-type]
        except (TypeError, ValueError, AttributeError):
            return False

    __hash__ = object.__hash__


def of_call(kind: str, fields: Fields, said: Said, number: int) -> None:
    """Add to the fields of an entry of a call what it means for the call's row, or its wait's; to `said` its turns."""
    if kind in OF_TURNS:
        retracing.note(said["turns"], kind, fields)
        return
    if kind in LOOKED:
        _looked(fields, said)
        return
    row = said["calls"].get(number, _NOTHING)
    if kind in TIMED:
        fields["cause"] = row.get("cause") if fields.get("kept", True) else LATE_ANSWER
    elif kind == "call-state":
        fields["cause"] = row.get("cause") or fields.get("cause")
    elif kind == "wait-began":
        fields["company"] = row.get("company_id", UNTOLD)
    elif kind == "call-placed" and fields.get("case") is None:
        fields["case"] = UNTOLD  # which matter it turns out to be about is not told


def of_case(kind: str, fields: Fields, said: Said, number: int) -> None:
    """Add to the fields of an entry of a case what it means for the case's row."""
    if kind == "case-opened":
        if "details" in fields:
            said[WHOLE][number] = True
        _opened(fields)
    elif kind in _NOTED:
        before = said["cases"].get(number, _NOTHING).get("details")
        fields["details"] = Holds(_NOTED[kind](before.names if isinstance(before, Holds) else frozenset(), fields))
    elif kind in LOOKED:
        _looked(fields, said)


def of_house(kind: str, fields: Fields, said: Said, _number: int) -> None:
    """Add to `said` what is held, what the sums of a company's days are, from which day on they all are told, and how
    far they are added up.
    """
    if kind == HOLD_PLACED:
        placed = (fields["case"], fields.get("call"), fields["customer"], fields["by"], fields["at"])
        said["holds"][fields["hold"]] = (*placed, None, None)
    elif kind == HOLD_LIFTED:
        said["holds"][fields["hold"]] = (*said["holds"][fields["hold"]][:-2], fields["by"], fields["at"])
    else:
        sums = said["daily_figures"].setdefault(fields["company"], {"days": {}, "new": None, "round": None})
        sums["days"].update(fields["days"])
        sums["new"] = sums["new"] or (fields["new"] and str(fields["new"]))
        if fields.get("round"):
            sums["round"] = (fields["round"]["first"], fields["round"]["last"], fields["at"])


def _looked(fields: Fields, said: Said) -> None:
    """Add who looked when, and at whose values."""
    if "look" in fields:
        said["looks"][fields["look"]] = (fields["at"], fields["by"], fields["customer"])
    else:
        said["looks"].setdefault(BEFORE, set()).add((fields["at"], fields["by"]))


def _opened(fields: Fields) -> None:
    """Entries of versions before do not say whether it was told without a name, nor what was noted."""
    customer = fields.setdefault("customer", UNTOLD)
    fields.setdefault("call", UNTOLD)
    fields.setdefault("anonymous", False if isinstance(customer, int) else UNTOLD)
    fields["details"] = Holds(frozenset(fields["details"])) if "details" in fields else UNTOLD


def _corrected(before: frozenset[str], fields: Fields) -> frozenset[str]:
    return before if fields["what"] == "outcome" else before | {f"{_SEALED}{fields['what']}"}


# What stands there after an entry: of what stood there before, and the entry's fields.
_NOTED: Mapping[str, Callable[[frozenset[str], Fields], frozenset[str]]] = {
    "emergency-told": lambda _before, fields: frozenset(fields["told"]),
    "complaint-written-down": lambda before, fields: before | frozenset(fields["told"]),
    "note-corrected": _corrected,
    DISCARDED: lambda before, _fields: frozenset(name for name in before if not name.startswith(_SEALED)),
}
_OF_CALL = frozenset({*TIMED, "call-state", "wait-began", "call-placed", *OF_TURNS, *LOOKED})
_OF_CASE = frozenset({"case-opened", *_NOTED, *LOOKED})
# By the first word of a chain's name: which kinds mean more, and how it is added.
MEANS: Mapping[str, tuple[frozenset[str], Callable[[str, Fields, Said, int], None]]] = {
    "call": (_OF_CALL, of_call),
    "case": (_OF_CASE, of_case),
    "house": (OF_HOUSE, of_house),
}
