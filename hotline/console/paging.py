"""The two ways from a page of a long list: to what is older, and back; else whoever went too far would begin anew.

A page begins behind the row that its address names (`before`). The address says as well by which pages one came
(`back`), so that the way back leads to those very pages, whatever came meanwhile.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Any
from urllib.parse import urlencode

from flask import request

from hotline.console import asking, lists

_KEPT = 60  # pages of the way back; behind them it leads to the first
_FIRST = "0"
_CARRIERS = re.compile(r"[A-Z]{2}[0-9a-f]{32}")
_MARK = re.compile(rf"[0-9]+|{_CARRIERS.pattern}")


@dataclass(frozen=True)
class Ways:
    """Where the two links lead, None where nowhere; `to_first`: of the way back nothing but its beginning is known."""

    older: str | None
    newer: str | None
    to_first: bool


def before() -> int | None:
    """The last row of the page before, where the address names one."""
    return request.args.get("before", type=asking.row_id)


def carriers_before() -> str | None:
    """The same in a list of calls that have the carrier's id and none of ours."""
    named = request.args.get("before", "")
    return named if _CARRIERS.fullmatch(named) else None


def more(found: Sequence[Any], row_id: Callable[[Any], int] = attrgetter("id"), **query: Any) -> str | None:
    """The query of the next page of a list of which one more than a page was asked for; None where this is the last.

    `row_id`: the number of what is listed, where that is more than a row; `query`: by what else the list is chosen.
    """
    if not found[lists.PAGE :]:
        return None
    return "?" + urlencode({**query, "before": row_id(found[lists.PAGE - 1])}, doseq=True)


def ways(more: str | None) -> Ways:
    """From the page that is asked for; `more`: the query of the next one, as the list makes it."""
    row, carriers = before(), carriers_before()
    start = carriers if row is None else str(row)
    trail = [one for one in request.args.get("back", "").split(".") if _MARK.fullmatch(one)]
    here = start or _FIRST
    older = f"{more}&{urlencode({'back': '.'.join([*trail, here][-_KEPT:])})}" if more else None
    return Ways(older, None if start is None else _newer(trail), not trail)


def for_templates() -> dict[str, Any]:
    """What the templates ask by name."""
    return {"ways": ways}


def _newer(trail: list[str]) -> str:
    query = [(name, value) for name, value in request.args.items(multi=True) if name not in ("before", "back")]
    if trail and trail[-1] != _FIRST:
        query.append(("before", trail[-1]))
    if trail[:-1]:
        query.append(("back", ".".join(trail[:-1])))
    return "?" + urlencode(query)
