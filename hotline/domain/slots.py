"""When a customer is rung, and when again; without it attempts would come at night, or all at one hour (FLT-7)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from hotline.errors import Invalid
from hotline.standard.rules import Standard
from hotline.standard.spans import Span

_SLOTS_WITHIN = 30  # how many days ahead a slot is looked for: longer than any holidays
_FARTHEST = 800  # a search that takes more steps means that the calendar never lets anybody be rung


@dataclass(frozen=True)
class Kind:
    """What sort of call it is. `talk`: one of ours talks, so somebody must be on duty; `agreed`: with the customer,
    who waits for it, so that it is kept on a holiday and after hours too. `zone`: the customer's, where it is known."""

    talk: bool
    agreed: bool = False
    zone: ZoneInfo | None = None


@dataclass(frozen=True)
class Window:
    """A time (UTC) in which a customer is rung: within one slot of one day."""

    slot: str
    begins: datetime
    ends: datetime


def slot_of(standard: Standard, at: datetime) -> str | None:
    """The slot of the day (morning, noon, evening) in which an instant lies by the company's clock; None: in none."""
    wall = at.astimezone(standard.calendar.timezone).time()
    return next((name for name, span in _slots(standard) if span.contains(wall)), None)


def is_quiet(standard: Standard, at: datetime) -> bool:
    """Is this the customers' night, in which nobody is rung?"""
    return standard.callbacks.quiet.contains(at.astimezone(standard.calendar.timezone).time())


def allow(standard: Standard, now: datetime, at: datetime | None, until: datetime | None) -> None:
    """May somebody be rung then (None: now), or in this window? However far ahead: it was agreed with the customer.

    Raises Invalid for a time that is past or at night, and for a window that ends at night or before it begins.
    """
    if at is not None and at < now:
        raise Invalid("nobody is rung in the past", key="past")
    if is_quiet(standard, at or now):
        raise Invalid("nobody is rung in the quiet hours", key="quiet")
    if until is not None and (at is None or until <= at):
        raise Invalid("a window ends after it begins", key="window")
    # It may end in the instant in which the night begins.
    if until is not None and is_quiet(standard, until - datetime.resolution):
        raise Invalid("a window ends before the quiet hours begin", key="window-quiet")


def earliest(standard: Standard, after: datetime, kind: Kind) -> datetime:
    """The first instant (UTC), this one or a later, at which a customer may be rung.

    Never in quiet hours, ours or those of the customer's place; unless it was agreed, on no day off, and for a talk
    only while somebody is on duty (ANS-8). Where the company is open by their night alone, its own night counts: else a
    call that is owed were never made.
    Raises Invalid where the calendar is never open.
    """
    try:
        found = _first(standard, after, None, kind)
    except Invalid:
        if kind.zone is None:
            raise
        found = _first(standard, after, None, replace(kind, zone=None))
    assert found is not None, "only a search with an end finds nothing"
    return found


def next_try(standard: Standard, tried: Sequence[datetime], kind: Kind) -> datetime:
    """When to try again (UTC) after attempts that began at these instants, in order: in a slot not tried yet.

    At least `callbacks.between` after the last, and never twice in one slot of one day; where every slot of a day was
    tried before, in the one that was tried least (FLT-7, CBK-3). Where no slot is ever open, as soon as allowed.
    """
    zone = standard.calendar.timezone
    soonest = tried[-1] + standard.callbacks.between.span
    slots_tried = [(at.astimezone(zone).date(), slot_of(standard, at)) for at in tried]
    times = Counter(slot for _day, slot in slots_tried)
    for ahead in range(_SLOTS_WITHIN):
        day = _day(soonest.astimezone(zone).date(), ahead)
        offered = [one for one in _offered(standard, day, soonest, kind) if (day, one[1]) not in slots_tried]
        if offered:
            return min(offered, key=lambda one: (times[one[1]], one[0]))[0]
    return earliest(standard, soonest, kind)


def windows(standard: Standard, after: datetime) -> list[Window]:
    """The next time in each slot of the day at which one of ours may ring, in order, for a customer to choose from.

    None that has begun, for whoever can be reached now is rung as soon as possible; none that lies farther ahead than
    `callbacks.chosen_within` (CBK-3).
    """
    last = standard.callbacks.chosen_within.deadline(after, standard.calendar).at
    today, found = after.astimezone(standard.calendar.timezone).date(), dict[str, Window]()
    for ahead in range(_SLOTS_WITHIN):
        for begins, name, ends in _offered(standard, _day(today, ahead), after, Kind(talk=True)):
            if after < begins <= last and name not in found:
                found[name] = Window(name, begins, min(ends, lasts_until(standard, begins)))
    return sorted(found.values(), key=lambda one: one.begins)


def lasts_until(standard: Standard, begins: datetime) -> datetime:
    """Until when (UTC) one of ours may ring who may at the beginning: until closing time, or the night (CBK-3)."""
    local, quiet = begins.astimezone(standard.calendar.timezone), standard.callbacks.quiet
    night = _at(standard, _day(local.date(), int(quiet.start <= local.time())), quiet.start)
    closing = standard.calendar.open_until(begins)
    return night if standard.is_staffed(closing) else min(night, closing)


def _offered(standard: Standard, day: date, soonest: datetime, kind: Kind) -> Iterator[tuple[datetime, str, datetime]]:
    """The first allowed instant of each slot of a day, no sooner than `soonest`, and when the slot ends."""
    for name, span in _slots(standard):
        ends = _at(standard, _day(day, int(span.wraps)), span.end)
        found = _first(standard, max(soonest, _at(standard, day, span.start)), ends, kind)
        if found is not None:
            yield found, name, ends


def _first(standard: Standard, begin: datetime, end: datetime | None, kind: Kind) -> datetime | None:
    """The first allowed instant from `begin` on, and before `end` where there is one."""
    at = begin.astimezone(UTC)
    for _ in range(_FARTHEST):
        if end is not None and at >= end:
            return None
        later = _forbidden_until(standard, at, kind)
        if later is None:
            return at
        at = later
    raise Invalid(f"nobody may be rung for long after {begin}: look at calendar and quiet hours")


def _forbidden_until(standard: Standard, at: datetime, kind: Kind) -> datetime | None:
    """None where a customer may be rung; else a later instant, before which nobody may."""
    calendar = standard.calendar
    local = at.astimezone(calendar.timezone)
    for theirs in (local, at.astimezone(kind.zone) if kind.zone is not None else local):
        if standard.callbacks.quiet.contains(theirs.time()):
            return _night_ends(standard, theirs)
    if kind.agreed:
        return None
    tomorrow = calendar.start_of_day(_day(local.date(), 1))
    if not (calendar.is_worked(local.date()) or calendar.is_open(at)):
        return min(tomorrow, calendar.next_opening(at))
    if kind.talk and not standard.is_staffed(at):
        return min(tomorrow, calendar.next_opening(at))
    return None


def _night_ends(standard: Standard, local: datetime) -> datetime:
    """Where the clock goes back within the quiet hours, their end comes twice: the later one counts."""
    ends = standard.callbacks.quiet.over(local)
    first, second = (ends.replace(fold=fold).astimezone(UTC) for fold in (0, 1))
    return first if first > local.astimezone(UTC) else second


def _slots(standard: Standard) -> tuple[tuple[str, Span], ...]:
    slots = standard.callbacks.slots
    return (("morning", slots.morning), ("noon", slots.noon), ("evening", slots.evening))


def _day(day: date, ahead: int) -> date:
    return date.fromordinal(day.toordinal() + ahead)


def _at(standard: Standard, day: date, wall: time) -> datetime:
    return datetime.combine(day, wall, standard.calendar.timezone).astimezone(UTC)
