"""The only reader of the wall clock; a second one would make deadlines untestable and unequal."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

_source: Callable[[], datetime] = lambda: datetime.now(UTC)  # noqa: E731


def now() -> datetime:
    """The present instant, aware and in UTC."""
    return _source()


@contextmanager
def turned_by(source: Callable[[], datetime]) -> Iterator[None]:
    """Within the block, `now()` answers what `source` answers: a story's clock is turned by hand."""
    global _source
    before, _source = _source, source
    try:
        yield
    finally:
        _source = before
