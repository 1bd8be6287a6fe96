"""Which days a table counts, as its address says; without it a month would end elsewhere on every page (CMP-13)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime
from typing import Self

from werkzeug.datastructures import MultiDict

from hotline.console import asking, words
from hotline.errors import Invalid
from hotline.standard.calendar import Calendar

DAYS = ("from", "to")  # the fields of a page for two days
_NAMED = re.compile(r"([0-9]{4})(?:-(?:(0[1-9]|1[0-2])|Q([1-4])))?")
_MONTHS, _QUARTERS, _YEARS = 13, 8, 3  # offered, this one and those before it
_MONTHS_OF = {"month": 1, "quarter": 3, "year": 12}


@dataclass(frozen=True)
class Period:
    """The days from the first to the last, both counted. `name`: 2026-11, 2026-Q4, 2026, or nothing for days typed."""

    first: date
    last: date
    name: str = ""

    @classmethod
    def read(cls, args: MultiDict[str, str], today: date) -> Self:
        """From a page's query: a name (?period=), else two days (?from= and ?to=), or one; this month without any.

        Raises Invalid for what is no period, or one that nobody has seen yet; the words are the reader's.
        """
        name, *days = (args.get(field, "").strip() for field in ("period", *DAYS))
        if name:
            found = cls.named(name)
            if found is None:
                raise Invalid(words.text("tables.no-period", typed=name, this=f"{today:%Y-%m}", year=f"{today:%Y}"))
        elif any(days):
            first, last = (_day(day, today) for day in (days[0] or days[1], days[1] or days[0]))
            if last < first:
                raise Invalid(words.text("tables.backwards", first=first.isoformat(), last=last.isoformat()))
            found = cls(first, last)
        else:
            found = cls.month(today.year, today.month)
        if found.lies_ahead(today):
            raise Invalid(words.text("tables.lies-ahead", title=found.title, today=today.isoformat()))
        return found

    @classmethod
    def named(cls, name: str) -> Self | None:
        """A month, quarter or year by its name."""
        match = _NAMED.fullmatch(name)
        if match is None or int(match[1]) not in asking.YEARS:
            return None
        year, month, quarter = (int(part) if part else 0 for part in match.groups())
        if quarter:
            return cls(date(year, 3 * quarter - 2, 1), _end_of(year, 3 * quarter), name)
        return cls.month(year, month) if month else cls(date(year, 1, 1), _end_of(year, 12), name)

    @classmethod
    def month(cls, year: int, month: int) -> Self:
        """A calendar month."""
        return cls(date(year, month, 1), _end_of(year, month), f"{year:04d}-{month:02d}")

    @property
    def query(self) -> dict[str, str]:
        """The same period as a page's query."""
        if self.name:
            return {"period": self.name}
        return {"from": self.first.isoformat(), "to": self.last.isoformat()}

    @property
    def title(self) -> str:
        """What the period is called, in the reader's words."""
        kind = self.kind
        if kind == "days":
            return words.text("tables.days", first=self.first.isoformat(), last=self.last.isoformat())
        return words.text(f"tables.{kind}", year=self.first.year, n=self._n)

    @property
    def kind(self) -> str:
        """month, quarter, year, or days."""
        if not self.name:
            return "days"
        return "quarter" if "Q" in self.name else "month" if "-" in self.name else "year"

    @property
    def _n(self) -> int:
        return (self.first.month + 2) // 3 if self.kind == "quarter" else self.first.month

    def beside(self, step: int) -> Period | None:
        """The period of the same length before (-1) or after (1); None where a calendar has none."""
        if not self.name:
            moved = step * (self.last.toordinal() - self.first.toordinal() + 1)
            first, last = _days_on(self.first, moved), _days_on(self.last, moved)
            return Period(first, last) if first.year in asking.YEARS and last.year in asking.YEARS else None
        months = self.first.year * 12 + self.first.month - 1 + step * _MONTHS_OF[self.kind]
        year, month = divmod(months, 12)
        names = {"month": f"{year:04d}-{month + 1:02d}", "quarter": f"{year:04d}-Q{month // 3 + 1}"}
        return Period.named(names.get(self.kind, f"{year:04d}"))

    def lies_ahead(self, today: date) -> bool:
        """Did it begin in no company of the group yet? In some zone it is tomorrow already."""
        return self.first > _days_on(today, 1)

    def span(self, calendar: Calendar) -> tuple[datetime, datetime]:
        """From when to before when (UTC), by a company's calendar."""
        return calendar.start_of_day(self.first), calendar.start_of_day(_days_on(self.last, 1))


def last_months(until: Period, how_many: int) -> list[Period]:
    """The months that end with the last of a period, in order."""
    month: Period | None = Period.month(until.last.year, until.last.month)
    found: list[Period] = []
    while month is not None and len(found) < how_many:
        found.insert(0, month)
        month = month.beside(-1)
    return found


def choices(today: date) -> list[tuple[str, list[Period]]]:
    """What a filter offers: months, quarters and years, this one first."""
    this = Period.month(today.year, today.month)
    quarter = Period.named(f"{today.year:04d}-Q{(today.month + 2) // 3}")
    year = Period.named(f"{today.year:04d}")
    rows = (("month", this, _MONTHS), ("quarter", quarter, _QUARTERS), ("year", year, _YEARS))
    return [(kind, _back(first, how_many)) for kind, first, how_many in rows]


def _back(period: Period | None, how_many: int) -> list[Period]:
    found: list[Period] = []
    while period is not None and len(found) < how_many:
        found.append(period)
        period = period.beside(-1)
    return found


def _end_of(year: int, month: int) -> date:
    return _days_on(date(year + month // 12, month % 12 + 1, 1), -1)


def _days_on(day: date, step: int) -> date:
    return date.fromordinal(day.toordinal() + step)


def _day(typed: str, today: date) -> date:
    try:
        day = date.fromisoformat(typed)
    except ValueError:
        day = date.min
    if day.year not in asking.YEARS:
        raise Invalid(words.text("tables.no-day", typed=typed, today=today.isoformat()))
    return day
