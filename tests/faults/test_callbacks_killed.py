"""A hundred callbacks while workers die; if this broke, a customer would not be rung back, or rung twice (CBK-3)."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta

import pytest

from hotline.jobs import work
from hotline.simulator.legs import Habit
from scripts.benches import town
from tests.crowd import SEED
from tests.faults.mortal import Ward
from tests.jobs.workshop import Workshop

CUSTOMERS = 100
DIES = 0.1  # of all that is performed
MOMENTS = 7  # at which a worker may die that asks for a call: at three of them the carrier has it already
LONGEST = timedelta(minutes=30)


@pytest.fixture
def ward(shop: Workshop) -> Iterator[Ward]:
    """A hundred customers are owed a return visit by the machine, within a minute; all are busy when they are rung."""
    town.fit(shop.runtime, shop.at.now)
    town.promised(shop.runtime, shop.cast.heat.id, shop.cast.lin.id, CUSTOMERS)
    town.due(shop.runtime, [shop.at.now + timedelta(seconds=n % 60) for n in range(CUSTOMERS)])
    for n in range(CUSTOMERS):
        shop.exchange.line(town.number(n)).habit = Habit.BUSY
    made = Ward(shop)
    yield made
    made.close()
    work.serve(shop.runtime, shop.carrier)


def test_each_of_a_hundred_customers_is_rung_once_though_workers_die(shop: Workshop, ward: Ward) -> None:
    dice, dead, ends = random.Random(SEED), 0, shop.at.now + LONGEST
    while len(rung(shop)) < CUSTOMERS and shop.at.now < ends:
        for entry_id, attempt in shop.claim():
            if dice.random() < DIES:
                dead += ward.may_die(entry_id, attempt, at=dice.randrange(MOMENTS))
            else:
                work.perform(entry_id, attempt)
        shop.passes(timedelta(seconds=1))
    assert dead > 5
    assert rung(shop) == Counter(town.number(n) for n in range(CUSTOMERS))


def rung(shop: Workshop) -> Counter[str]:
    """How often each customer was rung, by the carrier's own list."""
    return Counter(leg.called for leg in shop.exchange.board.calls.values())
