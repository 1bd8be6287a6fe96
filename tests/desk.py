"""Agents at the desk, beside the simulated line; without it no story could tell of anybody who answers."""

from __future__ import annotations

from contextlib import AbstractContextManager
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from hotline.domain import cases, companies, controls, handovers, meetings, presence, seats, staff, waits
from hotline.domain.act import Act, Actor
from hotline.domain.calls import Call
from hotline.domain.desk import Wait
from hotline.domain.handovers import Handover
from hotline.domain.parties import Meeting, Mode, Party, Role
from hotline.domain.seats import Seat, Status
from hotline.errors import NotFound
from hotline.jobs import watch
from hotline.simulator.phone import Phone
from tests.line import Line
from tests.world import Person


class Desk:
    """What agents and supervisors do on their pages; an open page gives its signs of life as the clock turns."""

    def __init__(self, line: Line) -> None:
        self.line, self._open = line, dict[int, Person]()
        self._beats_at = line.at.now
        line.clock.on_turn.append(self._turned)
        line.clock.stops.append(lambda: self._beats_at if self._open else None)

    def sits(self, *people: Person) -> None:
        """These agents open their page and are free, the first named the longest idle."""
        for person in people:
            self._open[person.id] = person
            self.is_now(person, Status.FREE)
            self.line.at.set(self.line.at.now + timedelta(microseconds=1))
        self.line.passes(seconds=0)

    def is_now(self, person: Person, status: Status) -> None:
        """An agent says what they do."""
        with self.by(person) as act:
            waits.choose(act, self._seat(act, person), status)

    def goes_home(self, person: Person) -> None:
        """An agent ends the shift and closes the page."""
        self.is_now(person, Status.OFF)
        self._open.pop(person.id, None)

    def closes_the_laptop(self, person: Person) -> None:
        """The page gives no sign of life from here on."""
        self._open.pop(person.id, None)

    def by(self, person: Person) -> AbstractContextManager[Act]:
        """An act of somebody at the console."""
        return self.line.runtime.act(Actor("console", person.id))

    def seat(self, person: Person) -> Seat:
        """Where an agent stands."""
        with self.line.look() as act:
            return act.session.get_one(Seat, person.id)

    def waits(self) -> list[Wait]:
        """Every wait there was, oldest first."""
        with self.line.look() as act:
            return list(act.session.scalars(select(Wait).order_by(Wait.id)))

    def meetings(self) -> list[Meeting]:
        """Every conversation there was, oldest first."""
        with self.line.look() as act:
            return list(act.session.scalars(select(Meeting).order_by(Meeting.id)))

    def parties(self) -> list[Party]:
        """Everybody who was asked into one."""
        with self.line.look() as act:
            return list(act.session.scalars(select(Party).order_by(Party.id)))

    def takes(self, person: Person) -> Phone:
        """The agent's telephone rings; the agent picks up, hears the caller told, and accepts."""
        phone = self.line.phone(person.login).rings().answers().hears("接听请按1").presses("1")
        self.line.passes(seconds=2)
        return phone

    def ends(self, person: Person) -> None:
        """The agent ends the conversation on the page."""
        self.ends_at_once(person)
        self.line.passes(seconds=2)

    def ends_at_once(self, person: Person) -> None:
        """The agent ends the conversation, and no time goes by."""
        with self.by(person) as act:
            found = self._meeting(act, person)
            meetings.end(act, found, person.id)

    def wraps_up(self, person: Person) -> None:
        """The agent closes the form, once the page shows that the conversation is over."""
        self.line.passes(seconds=1)
        with self.by(person) as act:
            waits.wrapped_up(act, self._seat(act, person))
        self.line.passes(seconds=1)

    def holds(self, person: Person, *, resumes: bool = False) -> None:
        """The agent begins a pause, or ends it."""
        with self.by(person) as act:
            does = controls.resume if resumes else controls.hold
            does(act, self._meeting(act, person), person.id)
        self.line.passes(seconds=1)

    def asks_in(self, person: Person, colleague: Person, role: Role = Role.EXPERT) -> None:
        """The agent asks a colleague into the conversation."""
        with self.by(person) as act:
            met = self._meeting(act, person)
            controls.invite(act, met, staff.get(act, colleague.id), role, person.id)

    def hands_over(self, person: Person, to: Person, case_id: int) -> Handover:
        """The agent asks a colleague to take the matter over, in the conversation."""
        with self.by(person) as act:
            met = self._meeting(act, person)
            case = cases.get(act, case_id)
            asked = handovers.ask(
                act, case, giver_id=person.id, receiver_id=to.id, reason="需要专门处理", why=handovers.Why.LIVE
            )
            controls.invite(act, met, staff.get(act, to.id), Role.RECEIVER, person.id, asked.id)
            return asked

    def withdraws(self, person: Person, asked: Handover) -> None:
        """The agent keeps the matter after all."""
        with self.by(person) as act:
            controls.withdraw(act, asked.id, person.id)
        self.line.passes(seconds=2)

    def leaves(self, person: Person) -> None:
        """The agent leaves the conversation to whoever else talks."""
        with self.by(person) as act:
            controls.stop(act, self._meeting(act, person), person.id, person.id)

    def supervises(self, supervisor: Person, agent: Person, mode: Mode) -> None:
        """A supervisor goes into an agent's conversation."""
        with self.by(supervisor) as act:
            controls.supervise(act, self._meeting(act, agent), staff.get(act, supervisor.id), mode)

    def changes_mode(self, supervisor: Person, agent: Person, mode: Mode) -> None:
        """A supervisor listens, coaches or joins from here on."""
        with self.by(supervisor) as act:
            controls.change_mode(act, self._meeting(act, agent), supervisor.id, mode)
        self.line.passes(seconds=1)

    def records(self, person: Person, *, paused: bool) -> None:
        """The agent pauses the recording, or lets it go on."""
        with self.by(person) as act:
            does = controls.pause_recording if paused else controls.resume_recording
            does(act, self._meeting(act, person), person.id)
        self.line.passes(seconds=1)

    def calls_out(self, person: Person, case_id: int) -> None:
        """The agent rings the customer of a case."""
        with self.by(person) as act:
            words = self.line.runtime.prompts.version
            meetings.call_out(act, cases.get(act, case_id), staff.get(act, person.id), words_version=words)

    def longest_gap(self, call: Call) -> float:
        """The longest time, in seconds, between the starts of two things said to a waiting caller."""
        [wait] = [one for one in self.waits() if one.call_id == call.id]
        return wait.longest_gap_ms / 1000

    def _meeting(self, act: Act, person: Person) -> Meeting:
        found = meetings.of_agent(act, person.id)
        if found is None:
            raise NotFound(f"{person.login} is in no conversation")  # as the page says to whoever comes late
        companies.get(act, found.company_id)
        return found

    def _seat(self, act: Act, person: Person) -> Seat:
        seat = seats.of(act, staff.get(act, person.id))
        companies.get(act, seat.company_id)
        return seat

    def _turned(self, now: datetime) -> None:
        if now < self._beats_at:
            return
        self._beats_at = now + self.line.runtime.figures.desk.presence_every.span
        for person in self._open.values():
            with self.by(person) as act:
                seat = seats.locked(act, person.id)  # who it is matters to nobody here
                companies.get(act, seat.company_id)
                presence.seen(act, seat)
        watch.the_desk(self.line.runtime)


@pytest.fixture
def desk(line: Line) -> Desk:
    """The desk beside the line; nobody sits there yet."""
    return Desk(line)
