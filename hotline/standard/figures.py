"""Without this file a figure would stand without the rule it comes from and the range it may have."""

from __future__ import annotations

from dataclasses import dataclass

PLATFORM = "platform"


@dataclass(frozen=True)
class Figure:
    """Stands beside a field: the rule that sets it (or PLATFORM), and the range a company may choose from."""

    rule: str
    low: float | None = None
    high: float | None = None
