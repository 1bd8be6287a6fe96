"""A customer and people of ours in a conversation, step by step; without it every test would dial the call again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from hotline.domain import audit, calls, cases, companies, complaints, desk, matching, meetings, parties, seats, staff
from hotline.domain.act import CALLER, CARRIER, COMMAND, Act
from hotline.domain.calls import Call, State
from hotline.domain.cases import Case, Kind
from hotline.domain.desk import Wait
from hotline.domain.outbox import OutboxEntry
from hotline.domain.parties import Meeting, Party
from hotline.domain.seats import Seat, Status
from hotline.runtime import Runtime
from tests import given
from tests.world import Cast, Person


@dataclass
class Talk:
    """One caller's call and what becomes of it; each method is an act of its own, as on the line."""

    runtime: Runtime
    cast: Cast
    call_id: int = 0
    meeting_id: int = 0

    @contextmanager
    def acting(self) -> Iterator[Act]:
        """An act under the heating company's standard."""
        with self.runtime.act(COMMAND) as act:
            companies.get(act, self.cast.heat.id)
            yield act

    def free(self, *people: Person) -> None:
        """These agents are free."""
        with self.acting() as act:
            for one in people:
                seats.choose(act, seats.of(act, staff.get(act, one.id)), Status.FREE)

    def rung_in_the_browser(self, who: Person) -> None:
        """This one's telephone is the page of the desk."""
        with self.acting() as act:
            seats.chosen_device(act, seats.of(act, staff.get(act, who.id)), seats.Device.BROWSER)

    def waits(self, *, who: Person | None = None) -> int:
        """The customer rings in and joins the line. Returns the id of the call."""
        with self.runtime.act(CALLER) as act:
            call = given.call(act, self.cast, who=who or self.cast.chen)
            call.answered_at, call.state = act.at, State.TALKING
            companies.get(act, call.company_id)
            desk.join(act, call)
            self.call_id = call.id
        return self.call_id

    def offered(self) -> int:
        """The next agent is rung. Returns the id of the leg."""
        with self.acting() as act:
            offer = matching.next_match(act, words_version=given.WORDS)
            assert offer is not None
            assert offer.call_id is not None
            return offer.call_id

    def accepts(self, leg_id: int) -> int:
        """The agent presses 1: agent and customer are to meet. Returns the id of the meeting."""
        with self.acting() as act:
            leg = calls.locked(act, leg_id)
            leg.answered_at = act.at
            offer = matching.of_call(act, leg)
            assert offer is not None
            wait = matching.accept(act, offer)
            caller = None if wait.kept else calls.locked(act, wait.call_id or 0)
            meeting = meetings.begin(act, agent_leg=leg, customer_call=caller, wait=wait, case_id=wait.case_id)
            self.meeting_id = meeting.id
        return self.meeting_id

    def talk(self) -> int:
        """Lin is free, takes Chen's call, and both are in the conference. Returns the id of Lin's leg."""
        self.free(self.cast.lin)
        self.waits()
        leg = self.offered()
        self.accepts(leg)
        self.joins(leg)
        self.joins(self.call_id)
        return leg

    def shows_number(self) -> None:
        """The carrier shows Chen's number."""
        with self.runtime.act(CALLER) as act:
            call = calls.locked(act, self.call_id or 0)
            call.put(sealed_caller=calls.seal(act, call, self.cast.chen.number.e164))

    def joins(self, call_id: int) -> None:
        """The carrier says that a leg is in the conference."""
        with self.runtime.act(CARRIER) as act:
            call = calls.locked(act, call_id)
            meetings.joined(act, self._meeting(act, call), call)

    def leaves(self, call_id: int, *, ended: bool = False) -> None:
        """The carrier says that a leg has left the conference, of itself or because that `ended`."""
        with self.runtime.act(CARRIER) as act:
            call = calls.locked(act, call_id)
            meetings.left(act, self._meeting(act, call), call, "participant_hung_up", ended=ended)

    def complains(self, about: Person | None = None, *, anonymous: bool = False) -> Case:
        """Chen complains to Lin in this call, of somebody or of nobody yet."""
        with self.acting() as act:
            call, heat = calls.locked(act, self.call_id), companies.get(act, self.cast.heat.id)
            who, by = None if anonymous else self.cast.chen.id, self.cast.lin.id
            case = cases.open(
                act,
                heat,
                kind=Kind.COMPLAINT,
                matter="complaint",
                owner_id=by,
                call=call,
                customer_id=who,
                anonymous=anonymous,
            )
            complaints.file(act, case, about_staff_id=about.id if about else None, by=by)
            return case

    def names(self, case: Case, who: Person) -> None:
        """Qian says whom a complaint is about."""
        with self.acting() as act:
            known, by = act.session.get_one(Case, case.id), staff.get(act, self.cast.qian.id)
            complaints.name(act, known, who.id, by=by, why="听录音可知")

    def does(self, what: Callable[..., Any], *args: Any, **named: Any) -> Any:
        """Something is done to the meeting, in an act of its own: `does(controls.hold, lin.id)`."""
        with self.acting() as act:
            return what(act, meetings.get(act, self.meeting_id), *args, **named)

    def with_leg(self, what: Callable[..., Any], leg_id: int, *args: Any) -> Any:
        """Something is done with a leg, in an act of its own: `with_leg(meetings.accepted, leg)`."""
        with self.acting() as act:
            return what(act, calls.locked(act, leg_id), *args)

    def meeting(self) -> Meeting:
        """The meeting as it stands."""
        with self.runtime.look(COMMAND) as act:
            return act.session.get_one(Meeting, self.meeting_id)

    def party(self, who: Person) -> Party:
        """Somebody of the staff in the last meeting that they were asked into."""
        with self.runtime.look(COMMAND) as act:
            query = select(Party).where(Party.staff_id == who.id).order_by(Party.id.desc())
            return act.session.scalars(query).first() or Party()

    def customer(self) -> Party:
        """The customer in the meeting."""
        with self.runtime.look(COMMAND) as act:
            found = [one for one in parties.of(act, self._row(act)) if one.role == parties.Role.CUSTOMER]
            return found[-1]

    def seat(self, who: Person) -> Seat:
        """An agent's seat."""
        with self.runtime.look(COMMAND) as act:
            return act.session.get_one(Seat, who.id)

    def wait(self) -> Wait:
        """The caller's wait."""
        with self.runtime.look(COMMAND) as act:
            return act.session.scalars(select(Wait)).one()

    def call(self, call_id: int) -> Call:
        """A call as it stands."""
        with self.runtime.look(COMMAND) as act:
            return act.session.get_one(Call, call_id)

    def owed(self, kind: str) -> list[dict[str, Any]]:
        """What is owed to the outside of this kind: about what, oldest first."""
        with self.runtime.look(COMMAND) as act:
            query = select(OutboxEntry.about).where(OutboxEntry.kind == kind).order_by(OutboxEntry.id)
            return list(act.session.scalars(query))

    def told(self, kind: str, chain: str | None = None) -> list[dict[str, Any]]:
        """The entries of a kind on a chain, the customer's call's unless another is named."""
        with self.runtime.look(COMMAND) as act:
            entries = audit.entries(act.session, chain or f"call:{self.call_id}")
            return [dict(entry.fields) for entry in entries if entry.kind == kind]

    def _row(self, act: Act) -> Meeting:
        return act.session.get_one(Meeting, self.meeting_id)

    def _meeting(self, act: Act, call: Call) -> Meeting:
        return meetings.of_call(act, call) or self._row(act)
