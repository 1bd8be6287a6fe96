"""A time that goes twenty times as fast, the same for every process; else each lease that runs out takes a minute."""

from __future__ import annotations

import mmap
import struct
import time
from datetime import datetime, timedelta
from pathlib import Path

from tests.world import START

SPEED = 20.0
_FORM = struct.Struct("dd")  # when it began, by the machine's counter; by how many seconds our clocks are set wrong


class SwiftClock:
    """The product's clock, in a file that every process maps. Somebody may set it; the carrier's own goes on."""

    def __init__(self, path: Path) -> None:
        with path.open("r+b") as file:
            self._memory = mmap.mmap(file.fileno(), _FORM.size)

    @classmethod
    def begun(cls, path: Path) -> SwiftClock:
        """A clock that begins now."""
        path.write_bytes(_FORM.pack(time.monotonic(), 0.0))
        return cls(path)

    def __call__(self) -> datetime:
        """What the product takes for the present instant."""
        return self.right() + timedelta(seconds=self.wrong_by)

    def right(self) -> datetime:
        """What everybody else's clock shows."""
        return START + timedelta(seconds=self.steady())

    def steady(self) -> float:
        """Seconds since it began, which nobody can set."""
        began, _wrong_by = _FORM.unpack_from(self._memory)
        return float(time.monotonic() - began) * SPEED

    @property
    def wrong_by(self) -> float:
        """By how many seconds the product's clock is ahead."""
        return float(_FORM.unpack_from(self._memory)[1])

    def set_by(self, span: timedelta) -> None:
        """Somebody sets the product's clock."""
        began, wrong_by = _FORM.unpack_from(self._memory)
        _FORM.pack_into(self._memory, 0, began, wrong_by + span.total_seconds())


class CarriersClock:
    """The exchange's own."""

    by_hand = False

    def __init__(self, swift: SwiftClock) -> None:
        self._swift = swift

    def now(self) -> datetime:
        """See Clock."""
        return self._swift.right()

    def due(self, seconds: float) -> datetime:
        """See Clock."""
        return self.now() + timedelta(seconds=seconds)
