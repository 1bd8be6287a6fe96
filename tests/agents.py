"""What agents do on their pages on a crowded day; without it nobody would hold or hand over in the midst of it."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta

from psycopg.errors import LockNotAvailable
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from hotline.domain import cases, companies, controls, meetings, seats, staff, waits
from hotline.domain.act import COMMAND, Act
from hotline.domain.calls import Call
from hotline.domain.cases import Case, Kind
from hotline.domain.parties import Meeting, Mode, Stage
from hotline.domain.seats import Seat, Status
from hotline.domain.staff import Duty
from hotline.errors import HotlineError
from hotline.simulator import calls
from tests import world
from tests.desk import Desk
from tests.line import Line
from tests.world import Person

LOOK = 2.0  # how often an agent looks at the page, seconds


@contextmanager
def tried_again() -> Iterator[None]:
    """On a full machine a page may say that a matter is busy just now; whoever meant it does it at the next look."""
    try:
        yield
    except OperationalError as error:
        if not isinstance(error.orig, LockNotAvailable):
            raise


class Agents:
    """Ten agents who take their turns by the dice; a conversation lasts `talk` seconds in the mean."""

    def __init__(self, line: Line, desk: Desk, dice: random.Random, talk: float) -> None:
        self.line, self.desk, self.dice, self.talk = line, desk, dice, talk
        self.people = [line.cast.lin, line.cast.zhou, line.cast.wu, *_hired(line)]

    def look(self) -> None:
        """Each agent looks at the page and does what comes to mind; what is refused there is let be."""
        with self.line.look() as act:
            sitting = {seat.staff_id: seat for seat in act.session.scalars(select(Seat))}
            talking = select(Meeting).where(Meeting.state == Stage.TALKING)
            talks = {talk.agent_id: talk for talk in act.session.scalars(talking)}
        for person in (*self.people, self.line.cast.sun):  # a supervisor may be left alone with a customer
            if person.id in sitting:
                with suppress(HotlineError), tried_again():
                    self._acts(person, sitting[person.id], talks.get(person.id))

    def _acts(self, person: Person, seat: Seat, talk: Meeting | None) -> None:
        idle = self.line.at.now - seat.since
        if seat.status == Status.WRAP_UP and idle > timedelta(seconds=self.dice.uniform(2, 30)):
            with self.desk.by(person) as act:
                waits.wrapped_up(act, _seat(act, person))
        elif seat.status in (Status.AWAY, Status.BREAK) and idle > timedelta(seconds=self.dice.uniform(10, 300)):
            self.desk.is_now(person, Status.FREE)
        elif seat.status in (Status.FREE, Status.BUSY) and self.dice.random() < 0.003:
            self.desk.is_now(person, self.dice.choice((Status.BREAK, Status.OFF, Status.AWAY)))
        elif seat.status == Status.OFF and person in self.people:
            self.desk.is_now(person, Status.FREE)
        elif talk is not None:
            self._talks(person, talk)

    def _talks(self, person: Person, talk: Meeting) -> None:
        """One of the things that an agent does in a conversation, the most frequent being to end it."""
        colleague = self.dice.choice([one for one in self.people if one.id != person.id])
        does: list[tuple[float, Callable[[], object]]] = [
            (LOOK / self.talk, lambda: self._ends(person, talk)),
            (0.03, lambda: self._holds(person, talk)),
            (0.008, lambda: self.line.exchange.timetable.after(0, lambda: self._drops(person))),
            (0.008, lambda: self._hands_over(person, colleague, talk)),
            (0.005, lambda: self.desk.asks_in(person, colleague)),
            (0.005, lambda: self.desk.supervises(self.line.cast.sun, person, self.dice.choice(list(Mode)))),
            (0.005, lambda: self._records(person, talk)),
        ]
        roll = self.dice.random()
        for share, do in does:
            if roll < share:
                do()
                return
            roll -= share
        if talk.held_at is not None and roll < 0.3:
            self._holds(person, talk)

    def _ends(self, person: Person, talk: Meeting) -> None:
        with self.desk.by(person) as act:
            companies.get(act, talk.company_id)
            meetings.end(act, act.session.get_one(Meeting, talk.id), person.id)

    def _holds(self, person: Person, talk: Meeting) -> None:
        does = controls.resume if talk.held_at is not None else controls.hold
        with self.desk.by(person) as act:
            does(act, act.session.get_one(Meeting, talk.id), person.id)

    def _records(self, person: Person, talk: Meeting) -> None:
        does = controls.resume_recording if talk.recording == "paused" else controls.pause_recording
        with self.desk.by(person) as act:
            does(act, act.session.get_one(Meeting, talk.id), person.id)

    def _drops(self, person: Person) -> None:
        leg = self.line.exchange.line(person.number.e164).leg
        if leg is not None:
            calls.end(self.line.exchange.board, leg, by="callee")

    def _hands_over(self, person: Person, to: Person, talk: Meeting) -> None:
        """The agent opens a matter of this call and asks a colleague to take it over, in the conversation."""
        with self.desk.by(person) as act:
            call = act.session.get_one(Call, talk.call_id)
            opened = select(Case.id).where(Case.call_id == call.id, Case.owner_id == person.id, Case.state == "open")
            case_id = act.session.scalar(opened.limit(1))
            if case_id is None:
                firm = companies.get(act, call.company_id)
                case_id = cases.open(
                    act,
                    firm,
                    kind=Kind.ENQUIRY,
                    matter="enquiry",
                    owner_id=person.id,
                    call=call,
                    customer_id=call.customer_id,
                ).id
        self.desk.hands_over(person, to, case_id)


def _seat(act: Act, person: Person) -> Seat:
    seat = seats.of(act, staff.get(act, person.id))
    companies.get(act, seat.company_id)
    return seat


def _hired(line: Line) -> list[Person]:
    """Seven more agents of the heating company, so that there are ten."""
    hired = []
    with line.runtime.act(COMMAND) as act:
        heat = companies.get(act, line.cast.heat.id)
        for place in range(7):
            login, phone = f"agent{place}", world.number(41 + place)
            person = staff.hire(
                act,
                heat,
                name=f"座席{place}",
                login=login,
                roles=[staff.Role.AGENT],
                agent_number=f"{41 + place:03d}",
                phone=phone,
            )
            staff.roster(act, person, Duty.FRONT, act.at, act.at + timedelta(days=1))
            hired.append(Person(person.id, person.name, login, phone))
    return hired
