"""A thousand calls in an hour against ten agents; if this broke, a busy evening would lose somebody (ANS-3, OWN-1)."""

from __future__ import annotations

import logging
import os

import pytest

from hotline.runtime import Runtime
from tests import reckoning
from tests.crowd import SEED, BusyLine, Day
from tests.desk import Desk
from tests.world import Cast, HandClock

# Four minutes of that hour; `scripts/bench line` plays all of it on both databases.
CALLERS = int(os.environ.get("HOTLINE_CALLERS", "60"))


def test_on_a_crowded_day_nobody_is_lost_and_nobody_is_served_twice(
    runtime: Runtime, cast: Cast, at: HandClock, caplog: pytest.LogCaptureFixture
) -> None:
    line = BusyLine(runtime, cast, at)
    day = Day(line, Desk(line), callers=CALLERS)
    day.passes()
    line.close()
    with line.look() as act:
        found = reckoning.complaints(line.exchange, day.watch, act)
    found += [f"logged: {one.message}" for one in caplog.records if one.levelno >= logging.ERROR]
    assert len(day.watch.met) > CALLERS / 3, "hardly anybody was answered"
    assert not found, "\n".join([f"HOTLINE_SEED={SEED} HOTLINE_CALLERS={CALLERS}", *found])
