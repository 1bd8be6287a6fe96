"""The machine's clock is set amid callbacks; if this broke, customers would be rung early, late, or twice (CBK-3)."""

from __future__ import annotations

from datetime import timedelta

from hotline.simulator.faults import Trouble
from tests.faults.works import Works

CUSTOMERS = 24
HOUR = timedelta(hours=1)
SOON = timedelta(seconds=10)
UNKNOWN, REFUSED = 3, 6  # calls that the carrier has and says nothing of, and requests that it does not take at first


def test_clock_set_back_an_hour_and_forward_again(works: Works) -> None:
    """Half were due by the clock before, and are rung soon, not an hour later; half when it shows their time."""
    works.exchange.faults.order(Trouble.REST_BROKEN_LATE, times=UNKNOWN, matching="Calls.json")
    works.exchange.faults.order(Trouble.REST_BUSY, times=REFUSED, matching="Calls.json")
    works.owes(CUSTOMERS, within=SOON, rest_later=HOUR / 2)
    works.starts("dispatch-1", "dispatch-2", "urgent-1", "routine-1")
    works.until(lambda: sum(entry.kind == "place-call" for entry in works.entries()) == CUSTOMERS // 2)
    works.sets_clock(-HOUR)
    works.until(lambda: len(works.rung()) == CUSTOMERS // 2 and not works.unsettled())
    works.sets_clock(HOUR)
    works.sets_clock(HOUR / 2)
    works.everybody_is_rung_once()
    works.nobody_was_rung_early()
