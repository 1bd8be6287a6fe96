"""The four ways a request can be wrong; without them each edge would invent its own refusals."""

from __future__ import annotations


class HotlineError(Exception):
    """The base of our refusals; its message is for people and names what would be right.

    `key`: which of several refusals of its kind it is, where a page has words of its own for each.
    """

    def __init__(self, *said: object, key: str | None = None) -> None:
        super().__init__(*said)
        self.key = key


class NotFound(HotlineError):
    """What was asked for is not there."""


class Refused(HotlineError):
    """The one who asks may not, or the standard forbids it."""


class Conflict(HotlineError):
    """Somebody else was first, or the thing is no longer in that state."""


class Invalid(HotlineError):
    """The value is wrong; the message says which and what would be right."""
