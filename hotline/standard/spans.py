"""Without this file opening hours and the heating season are strings that every room reads its own way."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Self

from hotline.errors import Invalid

_SPAN = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-(?:([01]\d|2[0-3]):([0-5]\d)|24:00)")
_LEAP_YEAR = 2000


@dataclass(frozen=True, order=True)
class Span:
    """A part of the local day, end not included; one that ends before it starts reaches past midnight."""

    start: time
    end: time

    @classmethod
    def parse(cls, text: str) -> Self:
        """From "08:30-17:30", "21:00-08:00" or "00:00-24:00"."""
        form = _SPAN.fullmatch(text)
        if form is None:
            raise Invalid(f"{text!r} is not a part of the day such as '08:30-17:30'")
        return cls(time(int(form[1]), int(form[2])), time(int(form[3] or 0), int(form[4] or 0)))

    @property
    def wraps(self) -> bool:
        return self.end <= self.start

    def contains(self, wall: time) -> bool:
        """Whether the local clock time lies in the span."""
        if self.wraps:
            return wall >= self.start or wall < self.end
        return self.start <= wall < self.end

    def over(self, local: datetime) -> datetime:
        """When the span that contains this local instant is over; the instant itself where it lies in none."""
        if not self.contains(local.time()):
            return local
        ends = datetime.combine(local.date(), self.end, local.tzinfo)
        return ends if ends > local else datetime.combine(local.date() + timedelta(days=1), self.end, local.tzinfo)

    def __str__(self) -> str:
        end = "24:00" if self.end == time.min else f"{self.end:%H:%M}"
        return f"{self.start:%H:%M}-{end}"


@dataclass(frozen=True, order=True)
class MonthDay:
    """A day of any year."""

    month: int
    day: int

    @classmethod
    def parse(cls, text: str) -> Self:
        """From "11-15"."""
        try:
            month, day = (int(part) for part in text.split("-"))
            on = date(_LEAP_YEAR, month, day)
        except ValueError:
            raise Invalid(f"{text!r} is not a day of the year such as '11-15'") from None
        return cls(on.month, on.day)


@dataclass(frozen=True)
class Season:
    """A part of the year, both days included; it may reach past the new year."""

    begins: MonthDay
    ends: MonthDay

    def contains(self, on: date) -> bool:
        day = MonthDay(on.month, on.day)
        if self.begins <= self.ends:
            return self.begins <= day <= self.ends
        return day >= self.begins or day <= self.ends
