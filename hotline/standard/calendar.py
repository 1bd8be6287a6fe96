"""Without this file nobody knows which days are worked (法定节假日, 调休) and when a deadline falls."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import cache, cached_property
from importlib.metadata import version as installed_version
from zoneinfo import ZoneInfo

import chinese_calendar

from hotline.errors import Invalid
from hotline.standard.spans import Season, Span

log = logging.getLogger(__name__)

_DAY = timedelta(days=1)
_KNOWN_YEARS = frozenset(day.year for day in chinese_calendar.holidays)
# A search for an open day that goes on longer than this means that the calendar is never open.
_FARTHEST = 800


class UnknownYear(Invalid):
    """Neither the holiday library nor the company says which days of this year are worked."""


class Country(StrEnum):
    CHINA = "CN"
    NONE = "none"


class Weekday(StrEnum):
    MON = "mon"
    TUE = "tue"
    WED = "wed"
    THU = "thu"
    FRI = "fri"
    SAT = "sat"
    SUN = "sun"


_WEEK = tuple(Weekday)


@dataclass(frozen=True)
class Deadline:
    """An instant (UTC) and the version of the calendar by which it was reckoned."""

    at: datetime
    calendar_version: str


@dataclass(frozen=True)
class YearDays:
    """What a company itself says about a year: days off, and days worked although the week says otherwise."""

    holidays: tuple[date, ...] = ()
    workdays: tuple[date, ...] = ()


@dataclass(frozen=True)
class Calendar:
    """A company's days and hours.

    Business days are the legal working days. Business minutes run while the office is open, so they also run
    on a Saturday that has hours, and never on a public holiday. A make-up working day (调休) on a weekday
    without hours has Monday's.

    A year that is unknown is refused by `is_business_day`. Live calls and deadlines cannot wait for the
    list to be printed: they take the plain week without holidays, the earlier deadline, and say so.
    """

    timezone: ZoneInfo
    country: Country
    week: tuple[Weekday, ...]
    hours: Mapping[Weekday, tuple[Span, ...]]
    season: Season
    years: Mapping[int, YearDays] = field(default_factory=dict)

    @cached_property
    def version(self) -> str:
        """Names the library's version and a digest of everything the company set itself."""
        days = (sorted(self.hours.items()), sorted(self.years.items()))
        own = repr((self.timezone.key, self.week, self.season, *days))
        digest = hashlib.sha256(own.encode()).hexdigest()[:8]
        source = f"chinesecalendar-{_library_version()}" if self.country is Country.CHINA else "own"
        return f"{source}+{digest}"

    def knows(self, year: int) -> bool:
        return self.country is Country.NONE or year in _KNOWN_YEARS or year in self.years

    def is_business_day(self, day: date) -> bool:
        """Raises UnknownYear where a guess would be needed."""
        if not self.knows(day.year):
            raise UnknownYear(f"the working days of {day.year} are not known: set calendar.years.{day.year}")
        return self.is_worked(day)

    def is_worked(self, day: date) -> bool:
        """Whether this day is worked; for an unknown year by the plain week."""
        if self._make_up_day(day):
            return True
        return _WEEK[day.weekday()] in self.week and not self._holiday(day)

    def is_open(self, instant: datetime) -> bool:
        """Whether the office is open; for an unknown year by the plain week."""
        today = instant.astimezone(self.timezone).date()
        return any(start <= instant < end for start, end in self._windows(today - _DAY, today))

    def next_opening(self, instant: datetime) -> datetime:
        """The instant itself while open, else the next opening (UTC)."""
        for start, end in self._windows_from(instant):
            if end > instant:
                return max(start, instant.astimezone(UTC))
        raise AssertionError("windows do not end")

    def open_until(self, instant: datetime) -> datetime:
        """When the office closes (UTC) that is open at this instant; the instant itself while it is closed."""
        today = instant.astimezone(self.timezone).date()
        closings = (end for start, end in self._windows(today - _DAY, today) if start <= instant < end)
        return max(closings, default=instant)

    def start_of_day(self, day: date) -> datetime:
        return self._at(day, time.min)

    def end_of_day(self, instant: datetime) -> datetime:
        """The midnight (UTC) that ends the local day of `instant`."""
        return self._at(instant.astimezone(self.timezone).date() + _DAY, time.min)

    def add_days(self, instant: datetime, days: int) -> datetime:
        """The same local time `days` later (UTC): one in a gap moves forward, of a doubled one the first."""
        local = instant.astimezone(self.timezone)
        return self._at(local.date() + days * _DAY, local.time())

    def add_years(self, instant: datetime, years: int) -> datetime:
        """The same local date and time `years` later (UTC); 29 February becomes 1 March."""
        local = instant.astimezone(self.timezone)
        later = date(local.year + years, local.month, 1) + (local.day - 1) * _DAY
        return self._at(later, local.time())

    def add_business_days(self, instant: datetime, days: int) -> Deadline:
        """The same local time `days` business days later; from a day off, the end of the last of them."""
        local = instant.astimezone(self.timezone)
        day, left = local.date(), days
        while left:
            day = self._next_worked(day)
            left -= 1
        at = self._at(day, local.time()) if self.is_worked(local.date()) else self._at(day + _DAY, time.min)
        return Deadline(at, self._version_between(local.date(), day))

    def add_business_time(self, instant: datetime, amount: timedelta) -> Deadline:
        """The instant at which the office has been open for `amount` since `instant`."""
        left, last = amount, instant.astimezone(UTC)
        for start, end in self._windows_from(instant):
            begin = max(start, last)
            if end <= begin:
                continue
            if begin + left <= end:
                return self._reckoned(instant, begin + left)
            left, last = left - (end - begin), end
        raise AssertionError("windows do not end")

    def in_heating_season(self, instant: datetime) -> bool:
        return self.season.contains(instant.astimezone(self.timezone).date())

    def _reckoned(self, start: datetime, end: datetime) -> Deadline:
        days = [instant.astimezone(self.timezone).date() for instant in (start, end)]
        return Deadline(end, self._version_between(*days))

    def _version_between(self, first: date, last: date) -> str:
        guessed = [year for year in range(first.year, last.year + 1) if not self.knows(year)]
        for year in guessed:
            _warn_of_guess(year)
        return self.version + "".join(f"+{year}-assumed" for year in guessed)

    def _at(self, day: date, wall: time) -> datetime:
        # fold=0 takes the first of two; zoneinfo moves a time inside a gap forward by the gap's length.
        return datetime.combine(day, wall.replace(fold=0, tzinfo=None), self.timezone).astimezone(UTC)

    def _holiday(self, day: date) -> bool:
        own = self.years.get(day.year, YearDays())
        if day in own.holidays or day in own.workdays:
            return day in own.holidays
        return self.country is Country.CHINA and day in chinese_calendar.holidays

    def _make_up_day(self, day: date) -> bool:
        own = self.years.get(day.year, YearDays())
        if day in own.holidays or day in own.workdays:
            return day in own.workdays
        return self.country is Country.CHINA and day in chinese_calendar.workdays

    def _next_worked(self, day: date) -> date:
        for ahead in range(1, _FARTHEST):
            if self.is_worked(day + ahead * _DAY):
                return day + ahead * _DAY
        raise Invalid(f"the calendar has no working day in the {_FARTHEST} days after {day}")

    def _hours_on(self, day: date) -> tuple[Span, ...]:
        if self._holiday(day):
            return ()
        own = self.hours.get(_WEEK[day.weekday()], ())
        return own or (self.hours.get(Weekday.MON, ()) if self._make_up_day(day) else ())

    def _windows(self, first: date, last: date) -> Iterator[tuple[datetime, datetime]]:
        for ahead in range((last - first).days + 1):
            day = first + ahead * _DAY
            for span in self._hours_on(day):
                yield self._at(day, span.start), self._at(day + _DAY * span.wraps, span.end)

    def _windows_from(self, instant: datetime) -> Iterator[tuple[datetime, datetime]]:
        """Opening hours in order, from the evening before, whose last window may reach past midnight."""
        first = instant.astimezone(self.timezone).date() - _DAY
        closed = 0
        while closed < _FARTHEST:
            windows = list(self._windows(first, first))
            closed = 0 if windows else closed + 1
            yield from windows
            first += _DAY
        raise Invalid(f"the calendar is closed for the {_FARTHEST} days after {instant.date()}")


@cache
def _library_version() -> str:
    return installed_version("chinesecalendar")


@cache  # once per process and year: a warning at every call would drown the log
def _warn_of_guess(year: int) -> None:
    log.warning("holidays of %s are not known; deadlines take the plain week", year)


def day_ended(local: datetime) -> datetime | None:
    """At a midnight, some moment of the day that ends with it; None at any other time.

    People take "0:00 on the 24th" for the night after; it is told as the end of the 23rd.
    """
    return local - _DAY if local.time() == time.min else None
