"""Agents ring back while processes die; if this broke, a customer would be rung twice, or for nobody (CBK-3, FLT-7)."""

from __future__ import annotations

import random

import pytest
from sqlalchemy import select

from hotline import clock
from hotline.domain import callbacks, cases, companies, customers, meetings, owed_calls, presence, seats, staff, waits
from hotline.domain.act import COMMAND, Actor
from hotline.domain.cases import Kind
from hotline.domain.owed_calls import Callback
from hotline.domain.parties import Meeting, Stage
from hotline.domain.seats import Status
from hotline.phones import PhoneNumber
from hotline.simulator.crowd import Crowd, Reply
from scripts.benches import town
from tests import given
from tests.crowd import SEED
from tests.faults.works import Works
from tests.world import Person

CUSTOMERS, KILLS = 8, 16
MISSED = "CBK-2.missed"
ACCEPTS, CAN_TALK = Reply("接听请按1", "1", times=3), Reply("方便通话请按1", "1", times=3)


class Desk:
    """Two agents who accept whatever rings, talk for a moment and close the form; their pages stay open."""

    def __init__(self, works: Works) -> None:
        self._works, self._agents = works, (works.cast.lin, works.cast.zhou)
        crowd = Crowd(works.exchange, SEED)
        with works.exchange.timetable.changed:
            for person in self._agents:
                crowd.rung(person.number.e164, [ACCEPTS], after=1)
            for n in range(CUSTOMERS):
                crowd.rung(town.number(n), [CAN_TALK], after=2)
        with works.house.act(COMMAND) as act:
            for person in self._agents:
                companies.get(act, works.cast.heat.id)
                given.seat(act, person)
        works.meanwhile = self.look

    def look(self) -> None:
        """Each looks at their page."""
        for person in self._agents:
            self._ends_talk(person)
            self._sits(person)

    def _ends_talk(self, person: Person) -> None:
        with self._works.house.look(COMMAND) as act:
            talks = select(Meeting.id).where(Meeting.state == Stage.TALKING, Meeting.agent_id == person.id)
            talk = act.session.scalar(talks)
        if talk is not None:
            with self._works.house.act(Actor("console", person.id)) as act:
                meeting = meetings.get(act, talk)
                companies.get(act, meeting.company_id)
                meetings.end(act, meeting, person.id)

    def _sits(self, person: Person) -> None:
        with self._works.house.act(Actor("console", person.id)) as act:
            seat = seats.of(act, staff.get(act, person.id))
            companies.get(act, seat.company_id)
            presence.seen(act, seat)
            if seat.status == Status.WRAP_UP:
                waits.wrapped_up(act, seat)
            elif seat.status == Status.AWAY:
                waits.choose(act, seat, Status.FREE)


@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
def test_each_is_rung_once_for_an_agent_and_spoken_to_though_processes_die(works: Works) -> None:
    """Agent first: nobody is rung before one of ours has accepted, and whoever accepted meets the customer."""
    missed(works)
    Desk(works)
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


def missed(works: Works) -> None:
    """So many customers rang and met nobody."""
    with works.house.act(COMMAND) as act:
        company = companies.get(act, works.cast.heat.id)
        for n in range(CUSTOMERS):
            customer = customers.with_number(act, PhoneNumber(town.number(n)))
            case = cases.open(
                act,
                company,
                kind=Kind.CALLBACK,
                matter="abandoned",
                owner_id=works.cast.lin.id,
                customer_id=customer.id,
            )
            callbacks.owe(act, case, MISSED)
    works.dues = [clock.now()] * CUSTOMERS
