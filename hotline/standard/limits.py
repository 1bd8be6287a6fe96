"""Without this file a figure such as "10 min" or "1 business day" cannot be turned into a deadline."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Self

from hotline.errors import Invalid
from hotline.standard.calendar import Calendar, Deadline


class Unit(StrEnum):
    SECOND = "second"
    MINUTE = "minute"
    HOUR = "hour"
    DAY = "day"
    YEAR = "year"
    BUSINESS_MINUTE = "business_minute"
    BUSINESS_HOUR = "business_hour"
    BUSINESS_DAY = "business_day"
    SAME_DAY = "same_day"
    NEXT_DAY = "next_day"


_WORDS = {
    "s": Unit.SECOND,
    "min": Unit.MINUTE,
    "h": Unit.HOUR,
    "day": Unit.DAY,
    "days": Unit.DAY,
    "year": Unit.YEAR,
    "years": Unit.YEAR,
    "business min": Unit.BUSINESS_MINUTE,
    "business h": Unit.BUSINESS_HOUR,
    "business day": Unit.BUSINESS_DAY,
    "business days": Unit.BUSINESS_DAY,
}
_SINGULAR = {unit: word for word, unit in reversed(_WORDS.items())}
_PLURAL = {unit: word for word, unit in _WORDS.items()}
_NAMED = {"same day": Unit.SAME_DAY, "next day": Unit.NEXT_DAY}
_ELAPSED = {Unit.SECOND: 1, Unit.MINUTE: 60, Unit.HOUR: 3600}
_BUSINESS = {Unit.BUSINESS_MINUTE: 60, Unit.BUSINESS_HOUR: 3600}
_FORM = re.compile(r"([1-9][0-9]{0,5}) ([a-z ]+)")


@dataclass(frozen=True)
class Limit:
    """A length of time as the standard words it: real time, calendar days, or business time."""

    amount: int
    unit: Unit

    @classmethod
    def parse(cls, text: str) -> Self:
        """From "60 s", "10 min", "1 h", "2 days", "2 years", "30 business min", "same day", "next day"."""
        if text in _NAMED:
            return cls(0, _NAMED[text])
        form = _FORM.fullmatch(text)
        if form is None or form[2] not in _WORDS:
            raise Invalid(f"{text!r} is not a time such as '60 s', '10 min', '2 days', '1 business day', 'same day'")
        return cls(int(form[1]), _WORDS[form[2]])

    def __str__(self) -> str:
        for text, unit in _NAMED.items():
            if self.unit is unit:
                return text
        words = _SINGULAR if self.amount == 1 else _PLURAL
        return f"{self.amount} {words[self.unit]}"

    @property
    def seconds(self) -> int:
        """Whole seconds; Invalid for days and business time, whose length depends on the calendar."""
        if self.unit not in _ELAPSED:
            raise Invalid(f"{self} has no fixed number of seconds")
        return self.amount * _ELAPSED[self.unit]

    @property
    def span(self) -> timedelta:
        """The same as `seconds`, as a timedelta."""
        return timedelta(seconds=self.seconds)

    def before(self, instant: datetime, calendar: Calendar) -> datetime:
        """The instant (UTC) that lies this long before another. Raises Invalid for business time."""
        if self.unit is Unit.DAY:
            return calendar.add_days(instant, -self.amount)
        if self.unit is Unit.YEAR:
            return calendar.add_years(instant, -self.amount)
        return instant.astimezone(UTC) - self.span

    def deadline(self, from_: datetime, calendar: Calendar) -> Deadline:
        """The last instant (UTC) at which a promise made at `from_` (aware) holds, and the calendar version.

        Never fails for a year whose holidays are unknown: see Calendar.
        """
        if from_.tzinfo is None:
            raise Invalid("a deadline counts from an instant with a time zone")
        if self.unit in _ELAPSED:
            return Deadline(from_.astimezone(UTC) + self.span, calendar.version)
        if self.unit in _BUSINESS:
            return calendar.add_business_time(from_, timedelta(seconds=self.amount * _BUSINESS[self.unit]))
        match self.unit:
            case Unit.BUSINESS_DAY:
                return calendar.add_business_days(from_, self.amount)
            case Unit.SAME_DAY:
                return Deadline(calendar.end_of_day(from_), calendar.version)
            case Unit.NEXT_DAY:
                return Deadline(calendar.end_of_day(calendar.add_days(from_, 1)), calendar.version)
            case Unit.YEAR:
                return Deadline(calendar.add_years(from_, self.amount), calendar.version)
            case _:
                return Deadline(calendar.add_days(from_, self.amount), calendar.version)
