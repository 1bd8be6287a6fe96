"""Compares the turns of a call with its entries; without it what a caller said could vanish from the call's page."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from hotline.domain.chains import looked_up
from hotline.domain.findings import Report, What
from hotline.domain.tells import OF_TURNS

_TURN = OF_TURNS[0]
_HEARD = ("keys", "speech")  # of these there always are words
_COLUMNS = ("at", "step", "heard", "led_to", "said", "words")
_QUERY = """SELECT call_id, n, at, step, heard, led_to, CAST(said AS TEXT), words IS NOT NULL
  FROM turns WHERE call_id {among}"""

Turn = tuple[Any, ...]  # what stands in it, in the order of _COLUMNS


def note(turns: dict[int, Turn], kind: str, fields: Mapping[str, Any]) -> None:
    """Add what an entry says of a turn: whether there are words of the caller (None: it does not say) until they are
    destroyed with the call's.
    """
    if kind != _TURN:
        for n, turn in turns.items():
            turns[n] = (*turn[:-1], False)
        return
    said, words = json.dumps(fields["said"]), fields.get("words", True if fields["heard"] in _HEARD else None)
    turns[fields["n"]] = (fields["at"], fields["step"], fields["heard"], fields["led_to"], said, words)


def check(session: Session, report: Report, told: Mapping[int, Mapping[str, Turn]], held: Mapping[int, str]) -> None:
    """Name every turn of these calls (`held`: their chains) that says something else than its entry, and what is gone
    or was never told. `told`: by their numbers, chain by chain.
    """
    left = {(chain, n): said for n, turns in told.items() for chain, said in turns.items()}
    for call_id, n, *shown in looked_up(session, _QUERY, held):
        said = left.pop((held[call_id], n), None)
        if said is None:
            report.find(held[call_id], None, What.ROW_UNTOLD, f"turns {n}")
        elif said != tuple(shown):
            _name(report, held[call_id], n, said, shown)
    for chain, n in left:
        report.find(chain, None, What.ROW_GONE, f"turns {n}")


def _name(report: Report, chain: str, n: int, said: Turn, shown: list[Any]) -> None:
    for column, value, stands in zip(_COLUMNS, said, shown, strict=True):
        if value != stands and not (column == "words" and value is None) and not _same(column, value, stands):
            report.find(chain, None, What.ROW, f"turns {n} {column}")


def _same(column: str, value: Any, stands: Any) -> bool:
    """Is it the same list, written otherwise?"""
    try:
        return column == "said" and bool(json.loads(value) == json.loads(stands))
    except (TypeError, ValueError):
        return False
