"""Two hundred kills amid callbacks; if this broke, a customer would not be rung back, or rung twice (CBK-3, rule 3)."""

from __future__ import annotations

import random

from tests.crowd import SEED
from tests.faults.works import Works

KILLS = 100  # on each of the two databases
CUSTOMERS = KILLS // 2
VICTIMS = ("dispatch-1", "dispatch-2", "routine-1", "routine-2")  # whoever has to do with ringing them


def test_dispatchers_and_workers_killed_at_random_two_hundred_times(works: Works) -> None:
    """With every second kill one more customer falls due, with the last kill the last: none of them hits idle hands."""
    dice, struck = random.Random(SEED), 0
    works.promises(CUSTOMERS)
    works.starts("urgent-1", *VICTIMS)
    for kill in range(1, KILLS + 1):
        works.passes(dice.uniform(0, 0.3))
        if kill % 2 == 0:
            works.owes_the_next()
        works.kills(dice, VICTIMS)
        struck += works.unsettled() > 0
    assert works.unsettled() > 0, "the last kill hit nothing"
    assert struck > KILLS / 2
    works.everybody_is_rung_once()
    assert any(entry.attempts > 1 for entry in works.entries())
