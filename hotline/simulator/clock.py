"""The exchange's time and what is due when: without it a twenty-minute wait would take twenty minutes."""

from __future__ import annotations

import heapq
import itertools
import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Protocol

log = logging.getLogger(__name__)

Action = Callable[[], object]


class Clock(Protocol):
    """Something that knows the time."""

    by_hand: bool

    def now(self) -> datetime:
        """The present instant, aware, in UTC."""

    def due(self, seconds: float) -> datetime:
        """When what is wanted in so many seconds will be done."""


class RealClock:
    """The machine's own clock."""

    by_hand = False

    def now(self) -> datetime:
        """The present instant, aware, in UTC."""
        return datetime.now(UTC)

    def due(self, seconds: float) -> datetime:
        """When what is wanted in so many seconds will be done."""
        return self.now() + timedelta(seconds=seconds)


class ManualClock:
    """A clock that stands still until it is turned.

    `on_turn` is called with the new time after every turn, so that the product's clock can follow.
    `stops` name instants at which somebody else wants to be woken (a due date of the product):
    a turn over a long time halts there too. A stop must move on once its time has come.
    `grain`: on a day with a thousand calls, what falls due within so many seconds is done at one turn, at its end.
    """

    by_hand = True

    def __init__(self, start: datetime | None = None, grain: float = 0.0) -> None:
        self._now = (start or datetime(2026, 1, 12, 2, 0, tzinfo=UTC)).astimezone(UTC)
        self._start, self._grain = self._now, timedelta(seconds=grain)
        self.on_turn: list[Callable[[datetime], None]] = []
        self.stops: list[Callable[[], datetime | None]] = []

    def now(self) -> datetime:
        """The present instant, aware, in UTC."""
        return self._now

    def turn(self, to: datetime) -> None:
        """Set the clock forward and tell everybody who follows it."""
        self._now = max(self._now, to.astimezone(UTC))
        for follow in self.on_turn:
            follow(self._now)

    def due(self, seconds: float) -> datetime:
        """When what is wanted in so many seconds will be done."""
        due = self._now + timedelta(seconds=seconds)
        if seconds and self._grain:
            due = self._start - (self._start - due) // self._grain * self._grain
        return due

    def next_stop(self, before: datetime) -> datetime | None:
        """The earliest wanted halt later than now and earlier than `before`."""
        wanted = (stop() for stop in self.stops)
        return min((at for at in wanted if at is not None and self._now < at < before), default=None)


@dataclass(order=True)
class Timer:
    """One action that is due; cancel() takes it off the list."""

    due: datetime
    order: int
    action: Action | None = field(compare=False)

    def cancel(self) -> None:
        """Never do it (harmless once done)."""
        self.action = None


class Timetable:
    """What the exchange will do, in order of time; everything it does is done under its one lock."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.changed = threading.Condition(threading.RLock())
        self._timers: list[Timer] = []
        self._order = itertools.count()
        self._stopping = False

    def now(self) -> datetime:
        """The clock's time."""
        return self.clock.now()

    def after(self, seconds: float, action: Action) -> Timer:
        """Do `action` in so many seconds (0: as soon as what is being done now is done)."""
        with self.changed:
            due = self.clock.due(max(0.0, seconds))
            timer = Timer(due, next(self._order), action)
            heapq.heappush(self._timers, timer)
            self.changed.notify_all()
            return timer

    def wait_until(self, reached: Callable[[], bool], seconds: float) -> bool:
        """Let time pass until `reached()`, at most `seconds`; says whether it was reached."""
        with self.changed:
            end = self.now() + timedelta(seconds=seconds)
            if isinstance(self.clock, ManualClock):
                return self._turn(self.clock, end, reached)
            while not reached() and (left := (end - self.now()).total_seconds()) > 0:
                self.changed.wait(left)
            return reached()

    def _turn(self, clock: ManualClock, end: datetime, reached: Callable[[], bool]) -> bool:
        self._run_due(clock.now())
        while not reached():
            if clock.now() >= end:
                return False
            clock.turn(self._next_halt(clock, end))
            while self._run_one(clock.now()) and not reached():
                continue
        return True

    def _next_halt(self, clock: ManualClock, end: datetime) -> datetime:
        due = self._next_due()
        halts = [end, *([due] if due is not None else [])]
        stop = clock.next_stop(min(halts))
        return stop or min(halts)

    def run(self) -> None:
        """Do everything as it falls due by the real clock, until stop()."""
        with self.changed:
            while not self._stopping:
                self._run_whatever_happens()
                due = self._next_due()
                self.changed.wait(None if due is None else max(0.0, (due - self.now()).total_seconds()))

    def _run_whatever_happens(self) -> None:
        """One call that goes wrong must not stop every other."""
        try:
            self._run_due(self.now())
        except Exception:
            log.exception("something that was due failed")

    def stop(self) -> None:
        """End run()."""
        with self.changed:
            self._stopping = True
            self.changed.notify_all()

    def _next_due(self) -> datetime | None:
        while self._timers and self._timers[0].action is None:
            heapq.heappop(self._timers)
        return self._timers[0].due if self._timers else None

    def _run_due(self, until: datetime) -> None:
        while self._run_one(until):
            continue

    def _run_one(self, until: datetime) -> bool:
        due = self._next_due()
        if due is None or due > until:
            return False
        action = heapq.heappop(self._timers).action
        if action is not None:
            action()
            self.changed.notify_all()
        return True
