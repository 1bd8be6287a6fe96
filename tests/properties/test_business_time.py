"""Whatever the calendar: what is added as business time is what is measured, and no deadline lies in closed time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import chinese_calendar
from hypothesis import given, settings
from hypothesis import strategies as st

from hotline.standard.calendar import Calendar, Country, Weekday, YearDays
from hotline.standard.limits import Limit, Unit
from hotline.standard.spans import MonthDay, Season, Span

DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
ZONES = (
    "Asia/Shanghai",
    "America/New_York",
    "Europe/Berlin",
    "Australia/Lord_Howe",  # half an hour of daylight saving
    "Africa/Cairo",  # midnight itself is skipped
    "Asia/Kathmandu",  # five hours and three quarters
    "Pacific/Apia",
)
# Around these days clocks are changed there, many days are off or made up, or a year begins that nobody knows yet.
TURNS = (
    "2026-02-15", "2026-03-08", "2026-03-29", "2026-04-05", "2026-04-24",
    "2026-10-01", "2026-10-04", "2026-10-25", "2026-10-30", "2026-11-01", "2026-12-31",
)  # fmt: skip
often = settings(max_examples=100, deadline=None)


@dataclass
class Slow:
    """The same calendar told day by day and minute by minute, without any short cut."""

    office: Calendar
    windows: dict[date, list[tuple[datetime, datetime]]] = field(default_factory=dict)

    def own(self, day: date) -> YearDays:
        return self.office.years.get(day.year, YearDays())

    def off(self, day: date) -> bool:
        if day in self.own(day).workdays:
            return False
        decreed = self.office.country is Country.CHINA and day in chinese_calendar.holidays
        return day in self.own(day).holidays or decreed

    def made_up(self, day: date) -> bool:
        if day in self.own(day).holidays:
            return False
        decreed = self.office.country is Country.CHINA and day in chinese_calendar.workdays
        return day in self.own(day).workdays or decreed

    def worked(self, day: date) -> bool:
        return self.made_up(day) or (tuple(Weekday)[day.weekday()] in self.office.week and not self.off(day))

    def spans(self, day: date) -> tuple[Span, ...]:
        own = self.office.hours.get(tuple(Weekday)[day.weekday()], ())
        if self.off(day):
            return ()
        return own or (self.office.hours.get(Weekday.MON, ()) if self.made_up(day) else ())

    def open_on(self, day: date) -> list[tuple[datetime, datetime]]:
        if day not in self.windows:
            self.windows[day] = [
                (self.at(day, span.start), self.at(day + DAY if span.wraps else day, span.end))
                for span in self.spans(day)
            ]
        return self.windows[day]

    def at(self, day: date, wall: time) -> datetime:
        return datetime.combine(day, wall, self.office.timezone).astimezone(UTC)

    def is_open(self, instant: datetime) -> bool:
        day = instant.astimezone(self.office.timezone).date()
        windows = [*self.open_on(day - DAY), *self.open_on(day)]
        return any(begins <= instant < ends for begins, ends in windows)

    def minutes(self, since: datetime, until: datetime) -> Iterator[datetime]:
        minute = since.replace(second=0, microsecond=0)
        while minute < until:
            yield minute
            minute += MINUTE

    def measured(self, since: datetime, until: datetime) -> timedelta:
        parts = (
            min(minute + MINUTE, until) - max(minute, since)
            for minute in self.minutes(since, until)
            if self.is_open(minute)
        )
        return sum(parts, timedelta())


def _utc(day: str) -> datetime:
    return datetime.fromisoformat(day).replace(tzinfo=UTC)


def _clock(quarter: int) -> time:
    return time(quarter // 4 % 24, quarter % 4 * 15)


@st.composite
def hours(draw: st.DrawFn) -> tuple[Span, ...]:
    """Of one day: several spans in order; the last may reach past midnight, or to it."""
    cuts = sorted(draw(st.sets(st.integers(0, 96), max_size=6)))
    spans = [Span(_clock(begins), _clock(ends)) for begins, ends in list(pairwise(cuts))[::2]]
    wraps: bool = draw(st.booleans())
    if spans and wraps:
        spans[-1] = Span(spans[-1].start, _clock(draw(st.integers(0, 16)) if spans[-1].start >= time(5) else 0))
    return tuple(spans)


@st.composite
def offices(draw: st.DrawFn, around: datetime) -> Calendar:
    """A week, hours, a zone, a season, and days off and made up near an instant."""
    by_day = {day: draw(hours()) for day in Weekday}
    if not any(by_day.values()):
        by_day[Weekday.WED] = (Span(time(8, 30), time(12)), Span(time(13, 30), time(17, 30)))
    near = st.sets(st.integers(-3, 20).map(lambda ahead: around.date() + ahead * DAY), max_size=9)
    off = draw(near)
    up = draw(near) - off
    years = {
        year: YearDays(tuple(day for day in off if day.year == year), tuple(day for day in up if day.year == year))
        for year in {day.year for day in off | up}
    }
    month_days = st.builds(MonthDay, st.integers(1, 12), st.integers(1, 28))
    return Calendar(
        timezone=ZoneInfo(draw(st.sampled_from(ZONES))),
        country=draw(st.sampled_from(Country)),
        week=tuple(sorted(draw(st.sets(st.sampled_from(Weekday), min_size=1)), key=list(Weekday).index)),
        hours=by_day,
        season=Season(draw(month_days), draw(month_days)),
        years=years,
    )


@st.composite
def moments(draw: st.DrawFn) -> tuple[datetime, Calendar]:
    """An instant, often near a change of clocks or a holiday, and a company's calendar."""
    instant = draw(st.sampled_from(TURNS).map(_utc)) + draw(st.timedeltas(-3 * DAY, 3 * DAY))
    return instant, draw(offices(instant))


def weekly(office: Calendar) -> int:
    """Minutes for which an ordinary week is open, so that no example looks for its deadline for years."""
    return sum(
        ((span.end.hour - span.start.hour) * 60 + span.end.minute - span.start.minute) % 1440 or 1440
        for spans in office.hours.values()
        for span in spans
    )


@often
@given(moments(), st.integers(1, 1200))
def test_what_is_added_is_what_is_measured_and_the_deadline_lies_in_open_time(
    moment: tuple[datetime, Calendar], amount: int
) -> None:
    made, office = moment
    slow, amount = Slow(office), amount % (2 * weekly(office)) + 1
    due = Limit(amount, Unit.BUSINESS_MINUTE).deadline(made, office).at
    assert slow.measured(made, due) == amount * MINUTE
    assert slow.is_open(due - timedelta(microseconds=1)), "the last moment is one at which somebody is there"


@often
@given(moments(), st.integers(1, 12))
def test_business_days_are_the_days_worked_and_end_on_one(moment: tuple[datetime, Calendar], amount: int) -> None:
    made, office = moment
    slow = Slow(office)
    first = made.astimezone(office.timezone).date()
    due = Limit(amount, Unit.BUSINESS_DAY).deadline(made, office).at
    last = (due - timedelta(microseconds=1)).astimezone(office.timezone).date()
    if made.astimezone(office.timezone).time() == time.min and slow.worked(first):
        last += DAY  # promised at midnight sharp: due at the midnight that begins the last day
    assert slow.worked(last)
    assert sum(slow.worked(first + n * DAY) for n in range(1, (last - first).days + 1)) == amount


@often
@given(moments(), st.sampled_from([("same day", 0), ("next day", 1)]))
def test_a_day_ends_with_the_local_midnight(moment: tuple[datetime, Calendar], limit: tuple[str, int]) -> None:
    (made, office), (text, days) = moment, limit
    due = Limit.parse(text).deadline(made, office).at
    last = made.astimezone(office.timezone).date() + days * DAY
    assert (due - timedelta(microseconds=1)).astimezone(office.timezone).date() == last
    assert due.astimezone(office.timezone).date() == last + DAY


@often
@given(moments())
def test_open_is_open_by_the_minute(moment: tuple[datetime, Calendar]) -> None:
    instant, office = moment
    slow = Slow(office)
    assert office.is_open(instant) == slow.is_open(instant)
    opening = office.next_opening(instant)
    assert slow.is_open(opening)
    assert slow.measured(instant, opening) == timedelta()


@often
@given(moments(), st.builds(Limit, st.integers(1, 20), st.sampled_from([Unit.BUSINESS_MINUTE, Unit.BUSINESS_DAY])))
def test_a_deadline_is_reckoned_the_same_whatever_zone_the_instant_is_written_in_and_whatever_the_season(
    moment: tuple[datetime, Calendar], limit: Limit
) -> None:
    made, office = moment
    other = replace(office, season=Season(MonthDay(1, 1), MonthDay(12, 31)))
    written = [made, made.astimezone(ZoneInfo("Pacific/Honolulu")), made.astimezone(office.timezone)]
    found = {limit.deadline(one, calendar).at for one in written for calendar in (office, other)}
    assert len(found) == 1
