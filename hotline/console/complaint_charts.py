"""Complaints per month as a drawing with its numbers; without it nobody would see a year at a glance (CMP-13)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from hotline.console.complaint_period import Period
from hotline.domain.complaint_figures import UNGRADED
from hotline.standard.kinds import Grade

MONTHS = 12  # drawn
HEIGHT = 150  # pixels of the highest column
GRADES = (str(Grade.MAJOR), str(Grade.IMPORTANT), str(Grade.MINOR), UNGRADED)  # from the ground up
_SHARE = 0.56  # of a month's room that its column fills


@dataclass(frozen=True)
class Part:
    """The complaints of one grade in a month's column: `y` and `height` in pixels from the top."""

    grade: str
    n: int
    y: float
    height: float


@dataclass(frozen=True)
class Column:
    """One month: where its column stands, in per cent of the drawing's width, and what it is made of."""

    month: Period
    n: int
    x: float
    width: float
    middle: float
    parts: list[Part]

    def of(self, grade: str) -> int:
        """How many of one grade."""
        return sum(part.n for part in self.parts if part.grade == grade)


@dataclass(frozen=True)
class Chart:
    """The months, and the number of complaints at which the drawing ends above."""

    columns: list[Column]
    highest: int
    height: int = HEIGHT


def monthly(months: Sequence[Period], found: Mapping[tuple[int, int, str], int]) -> Chart:
    """Draw how many complaints were filed in each month; `found`: (year, month, first grade) -> how many."""
    of_month = [{grade: _number(found, month, grade) for grade in GRADES} for month in months]
    highest = max((sum(numbers.values()) for numbers in of_month), default=0)
    room = 100 / len(months)
    columns = []
    for place, (month, numbers) in enumerate(zip(months, of_month, strict=True)):
        x = room * (place + (1 - _SHARE) / 2)
        middle = room * (place + 0.5)
        total = sum(numbers.values())
        parts = _stacked(numbers, highest)
        columns.append(Column(month, total, round(x, 3), round(room * _SHARE, 3), round(middle, 3), parts))
    return Chart(columns, highest)


def _number(found: Mapping[tuple[int, int, str], int], month: Period, grade: str) -> int:
    return found.get((month.first.year, month.first.month, grade), 0)


def _stacked(numbers: Mapping[str, int], highest: int) -> list[Part]:
    parts, ground = [], float(HEIGHT)
    for grade, n in numbers.items():
        if n:
            height = HEIGHT * n / highest
            ground -= height
            parts.append(Part(grade, n, round(ground, 2), round(height, 2)))
    return parts
