"""Two hundred kills amid callbacks; if this broke, a customer would not be rung back, or rung twice (CBK-3, rule 3)."""

from __future__ import annotations

import random
from datetime import timedelta

from tests.crowd import SEED
from tests.faults.works import Works

CUSTOMERS = 60
KILLS = 100  # on each of the two databases


def test_dispatchers_and_workers_killed_at_random_two_hundred_times(works: Works) -> None:
    works.owes(CUSTOMERS, within=timedelta(minutes=1))
    works.starts("dispatch-1", "dispatch-2", "urgent-1", "routine")
    dice = random.Random(SEED)
    for _ in range(KILLS):
        works.passes(dice.uniform(0, 0.3))
        works.kills(dice)
    works.everybody_is_rung_once()
    assert any(entry.attempts > 1 for entry in works.entries())
