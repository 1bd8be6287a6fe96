"""The vocabulary in which a leg's call is written down: without it no verb could wait, fetch or be interrupted."""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from typing import Any, TypeVar

from hotline.simulator.clock import Timer
from hotline.simulator.courier import Webhook

T = TypeVar("T")


@dataclass(frozen=True)
class Key:
    """The person pressed one key."""

    digit: str


@dataclass(frozen=True)
class Spoken:
    """The person begins to say something that lasts `seconds`."""

    text: str
    seconds: float


@dataclass(frozen=True)
class Bell:
    """Something happened elsewhere in the exchange that this leg waits for."""

    name: str
    about: Any = None


Event = Key | Spoken | Bell


@dataclass(frozen=True)
class Await:
    """Wait for an event of these kinds, at most `seconds` (None: for ever). Gives the event, or None."""

    seconds: float | None
    listen: tuple[type[Key | Spoken | Bell], ...] = ()


@dataclass(frozen=True)
class Fetch:
    """Make this request. Gives its Outcome."""

    hook: Webhook


Steps = Generator[Await | Fetch, Any, T]


class Interrupt(Exception):
    """Thrown into a leg's steps: what it was doing is over."""


class HungUp(Interrupt):
    """The call has ended."""


class Moved(Interrupt):
    """The call is to run another document, on a REST request."""


class Dequeued(Interrupt):
    """The waiting caller is wanted by a <Dial><Queue>; `about` is who dialled."""

    def __init__(self, about: Any) -> None:
        super().__init__()
        self.about = about


class Changed(Interrupt):
    """The participant's place in the conference changed: look again."""


class Afterwards:
    """Tidies up however a verb ends, except when the whole exchange is thrown away with the verb half done."""

    def __init__(self, tidy: Callable[[], object]) -> None:
        self._tidy = tidy

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: type[BaseException] | None, error: object, trace: object) -> None:
        if kind is not GeneratorExit:
            self._tidy()


def wait_for(seconds: float | None, *names: str) -> Steps[Bell | None]:
    """Wait for one of these bells; others, left over from something that is over, are passed by."""
    while True:
        bell: Bell | None = yield Await(seconds, (Bell,))
        if bell is None or bell.name in names:
            return bell


@dataclass(eq=False)
class Run:
    """A leg's steps and where they stand."""

    steps: Steps[None]
    serial: int = 0
    waiting: Await | None = None
    timer: Timer | None = None
    executing: bool = False
    bells: list[Bell] = field(default_factory=list)
