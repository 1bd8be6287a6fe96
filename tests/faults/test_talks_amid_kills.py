"""Agents ring back while processes die; if this broke, a customer would be rung twice, or for nobody (CBK-3, FLT-7)."""

from __future__ import annotations

import random

import pytest
from sqlalchemy import select

from hotline import clock
from hotline.domain import owed_calls
from hotline.domain.act import COMMAND
from hotline.domain.owed_calls import Callback
from hotline.simulator.crowd import Crowd
from scripts.benches import agents, town
from tests.crowd import SEED
from tests.faults.works import Works

CUSTOMERS, KILLS = 8, 16


def desk(works: Works) -> None:
    """Two agents and the customers are at their telephones; the agents' pages stay open."""
    people = (works.cast.lin, works.cast.zhou)
    crowd = Crowd(works.exchange, SEED)
    with works.exchange.timetable.changed:
        for person in people:
            crowd.rung(person.number.e164, [agents.ACCEPTS], after=1)
        for n in range(CUSTOMERS):
            crowd.rung(town.number(n), [agents.CAN_TALK], after=2)
    opened = agents.Desk(works.house, works.cast.heat.id, tuple(person.id for person in people))
    opened.opens()
    works.meanwhile = opened.look


@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
def test_each_is_rung_once_for_an_agent_and_spoken_to_though_processes_die(works: Works) -> None:
    """Agent first: nobody is rung before one of ours has accepted, and whoever accepted meets the customer."""
    agents.missed(works.house, works.cast.heat.id, works.cast.lin.id, range(CUSTOMERS))
    works.dues = [clock.now()] * CUSTOMERS
    desk(works)
    works.starts("dispatch-1", "dispatch-2", "urgent-1", "routine-1")
    dice = random.Random(SEED)
    for _ in range(KILLS):
        works.passes(dice.uniform(0, 0.6))
        works.kills(dice)
    assert len(works.rung()) < CUSTOMERS, "the last kill hit nothing"
    works.everybody_is_rung_once()
    with works.house.look(COMMAND) as act:
        states = list(act.session.scalars(select(Callback.state)))
    assert states == [owed_calls.State.REACHED] * CUSTOMERS, works.said()
