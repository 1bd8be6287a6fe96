"""Faults on request: without them the product would only ever be rung on its good days."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Trouble(StrEnum):
    """What is to go wrong."""

    REPEAT = "repeat"  # a webhook is made twice, with the same idempotency token
    REORDER = "reorder"  # a callback arrives after the one that follows it
    DELAY = "delay"  # a webhook is made late, by `seconds`
    DROP = "drop"  # a webhook cannot be connected
    TIME_OUT = "time-out"  # a webhook's answer is not waited for
    FAIL = "fail"  # a webhook is answered 503 before it reaches the product
    HANG_UP = "hang-up"  # the person hangs up while a document is being asked for
    REST_BUSY = "rest-429"  # a REST request is refused, undone
    REST_BROKEN = "rest-500"  # a REST request is answered 500, undone
    REST_BROKEN_LATE = "rest-500-done"  # a REST request is done, and answered 500
    REST_SILENT = "rest-time-out"  # a REST request is left hanging, undone
    REST_SILENT_LATE = "rest-time-out-done"  # a REST request is done, and left hanging


ON_WEBHOOKS = frozenset(
    {
        Trouble.REPEAT,
        Trouble.REORDER,
        Trouble.DELAY,
        Trouble.DROP,
        Trouble.TIME_OUT,
        Trouble.FAIL,
        Trouble.HANG_UP,
    }
)
ON_REST = frozenset(Trouble) - ON_WEBHOOKS
ON_CALLBACKS = frozenset({Trouble.REORDER})
ON_DOCUMENTS = frozenset({Trouble.HANG_UP})


@dataclass(eq=False)
class Fault:
    """One order: this trouble, for the next `times` tries whose URL or path contains `matching`."""

    trouble: Trouble
    times: int = 1
    matching: str = ""
    seconds: float = 5.0


class Faults:
    """The troubles asked for, the numbers refused, and what of it has happened."""

    def __init__(self) -> None:
        self.waiting: list[Fault] = []
        self.happened: list[tuple[Trouble, str]] = []
        self.refused: dict[str, int] = {}

    def order(self, trouble: Trouble | str, times: int = 1, matching: str = "", seconds: float = 5.0) -> Fault:
        """Ask for a trouble; ValueError where there is no such trouble or nothing would ever happen."""
        if times < 1 or seconds < 0:
            raise ValueError("a fault happens at least once, and not in the past")
        fault = Fault(Trouble(trouble), times, matching, seconds)
        self.waiting.append(fault)
        return fault

    def refuse(self, number: str, code: int = 21216) -> None:
        """Refuse every call and text to this number with the carrier's error number."""
        self.refused[number] = code

    def allow(self, number: str) -> None:
        """Take a refusal back."""
        self.refused.pop(number, None)

    def clear(self) -> None:
        """Call off everything that has not happened yet."""
        self.waiting.clear()
        self.refused.clear()

    def take(self, troubles: Iterable[Trouble], where: str) -> Fault | None:
        """The trouble that this try runs into, used up by it, or None."""
        allowed = frozenset(troubles)
        found = next((one for one in self.waiting if one.trouble in allowed and one.matching in where), None)
        if found is None:
            return None
        found.times -= 1
        if found.times == 0:
            self.waiting.remove(found)
        self.happened.append((found.trouble, where))
        return found
