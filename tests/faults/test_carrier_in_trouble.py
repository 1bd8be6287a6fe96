"""The carrier refuses, breaks and falls silent; if this broke, a customer would be rung twice, or never (rule 3)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from hotline.simulator.faults import Trouble
from tests.faults.works import Works

CUSTOMERS = 20
ASKED_FOR = "Calls.json"


TROUBLES = {
    "answers 429": [(Trouble.REST_BUSY, 20)],
    "answers 500": [(Trouble.REST_BROKEN, 5), (Trouble.REST_BROKEN_LATE, 5)],
    "times out after it placed the call": [(Trouble.REST_SILENT_LATE, 2)],
}


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("what", TROUBLES)
def test_the_carrier(works: Works, what: str) -> None:
    """What it answers is the same on either database; what becomes of it is tried on both without processes."""
    for trouble, times in TROUBLES[what]:
        works.exchange.faults.order(trouble, times=times, matching=ASKED_FOR)
    works.owes(CUSTOMERS, within=timedelta(seconds=20))
    works.starts("dispatch-1", "urgent-1", "urgent-2", "routine-1")
    works.everybody_is_rung_once()
    assert not works.exchange.faults.waiting
    assert [entry.id for entry in works.entries() if entry.attempts > 1], "nothing was tried again"
