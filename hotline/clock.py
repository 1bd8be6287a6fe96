"""The only reader of the wall clock; a second one would make deadlines untestable and unequal."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

_source: Callable[[], datetime] = lambda: datetime.now(UTC)  # noqa: E731
_steady: Callable[[], float] = time.monotonic
_elsewhere: Callable[[datetime], datetime] = lambda told: told  # noqa: E731


def now() -> datetime:
    """The present instant, aware and in UTC."""
    return _source()


def ahead_of(told: datetime) -> timedelta:
    """By how much our clock is ahead of another machine's, which showed `told` just now; less than nothing: behind."""
    return now() - _elsewhere(told)


class Steps:
    """Tells that somebody set the clock: it went otherwise than a counter of seconds that nobody can set."""

    def __init__(self) -> None:
        self._began, self._counted = now(), _steady()

    def taken(self) -> timedelta:
        """By how much the clock was set since it was last minded; less than nothing where it was set back."""
        return now() - self._began - timedelta(seconds=_steady() - self._counted)

    def mind(self) -> None:
        """From here on the clock is right."""
        self._began, self._counted = now(), _steady()


@contextmanager
def turned_by(
    source: Callable[[], datetime],
    steady: Callable[[], float] | None = None,
    elsewhere: Callable[[], datetime] | None = None,
) -> Iterator[None]:
    """Within the block, `now()` answers what `source` answers: a story's clock is turned by hand.

    `steady` counts the seconds beside it; without it they are the machine's. `elsewhere` is what the clocks of other
    machines show; without it the story has one clock.
    """
    global _source, _steady, _elsewhere
    before = _source, _steady, _elsewhere
    shown = elsewhere or source
    _source, _steady, _elsewhere = source, steady or _steady, lambda _told: shown()
    try:
        yield
    finally:
        _source, _steady, _elsewhere = before
