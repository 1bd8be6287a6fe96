"""Agents who accept whatever rings and talk for a moment; without them nobody would be rung for an agent (CBK-1)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from hotline.domain import callbacks, cases, companies, customers, meetings, presence, seats, staff, waits
from hotline.domain.act import COMMAND, Actor
from hotline.domain.cases import Kind
from hotline.domain.parties import Meeting, Stage
from hotline.domain.seats import Status
from hotline.phones import PhoneNumber
from hotline.runtime import Runtime
from hotline.simulator.crowd import Reply
from scripts.benches import town

MISSED = "CBK-2.missed"
ACCEPTS, CAN_TALK = Reply("接听请按1", "1", times=3), Reply("方便通话请按1", "1", times=3)


def missed(house: Runtime, company_id: int, owner_id: int, numbers: Sequence[int]) -> None:
    """These customers of the town rang and met nobody: each is owed a callback, the soonest there is."""
    with house.act(COMMAND) as act:
        company = companies.get(act, company_id)
        for n in numbers:
            customer = customers.with_number(act, PhoneNumber(town.number(n)))
            case = cases.open(
                act, company, kind=Kind.CALLBACK, matter="abandoned", owner_id=owner_id, customer_id=customer.id
            )
            callbacks.owe(act, case, MISSED)


@dataclass(frozen=True)
class Desk:
    """Agents of a company whose pages stay open; whoever looks at the desk now and then lets them go on."""

    house: Runtime
    company_id: int
    agents: tuple[int, ...]

    def opens(self) -> None:
        """Each sits down and is free."""
        with self.house.act(COMMAND) as act:
            companies.get(act, self.company_id)
            for agent in self.agents:
                seats.choose(act, seats.of(act, staff.get(act, agent)), Status.FREE)

    def look(self) -> None:
        """Each ends the talk, closes the form, and is free again."""
        for agent in self.agents:
            self._ends_talk(agent)
            self._sits(agent)

    def _ends_talk(self, agent: int) -> None:
        with self.house.look(COMMAND) as act:
            talks = select(Meeting.id).where(Meeting.state == Stage.TALKING, Meeting.agent_id == agent)
            talk = act.session.scalar(talks)
        if talk is not None:
            with self.house.act(Actor("console", agent)) as act:
                meeting = meetings.get(act, talk)
                companies.get(act, meeting.company_id)
                meetings.end(act, meeting, agent)

    def _sits(self, agent: int) -> None:
        with self.house.act(Actor("console", agent)) as act:
            seat = seats.of(act, staff.get(act, agent))
            companies.get(act, seat.company_id)
            presence.seen(act, seat)
            if seat.status == Status.WRAP_UP:
                waits.wrapped_up(act, seat)
            elif seat.status == Status.AWAY:
                waits.choose(act, seat, Status.FREE)
