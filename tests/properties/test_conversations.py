"""Whatever comes at once, late, twice or in the wrong order: every conversation ends, and nobody is left in it."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from itertools import count
from typing import Any

import pytest
from sqlalchemy import Select, select

from hotline.domain import calls, companies, controls, desk, legs, matching, meetings, seats, staff, verifying
from hotline.domain.act import CALLER, CARRIER, CLOCK, Act, Actor
from hotline.domain.audit import AuditEntry
from hotline.domain.calls import FINAL, Call
from hotline.domain.calls import State as CallState
from hotline.domain.matching import AgentOffer
from hotline.domain.offers import OPEN
from hotline.domain.parties import PRESENT, Meeting, Mode, Party, Role, Stage
from hotline.domain.seats import Seat, Status
from hotline.errors import Conflict, NotFound, Refused
from hotline.runtime import Runtime
from tests import given
from tests.world import Cast

THREADS = 6
ROUNDS = 5  # at most
STEPS = 40  # of each thread
CALLERS = 4


class House:
    """Agents, colleagues and callers, and what any of them, or the carrier, may do next."""

    def __init__(self, runtime: Runtime, cast: Cast) -> None:
        self.runtime, self.cast = runtime, cast
        self.agents = [cast.lin, cast.zhou, cast.wu]
        self.colleagues = [*self.agents, cast.wang, cast.zhao]
        self.numbers = count(1)
        for _ in range(CALLERS):
            self.rings_in(random.Random())
        for who in self.agents:
            with runtime.act(Actor("console", who.id)) as act:
                given.seat(act, who)
        self.deeds: list[Callable[[random.Random], Any]] = [
            self.rings_in,
            self.meets,
            self.meets,
            self.meets,
            self.comes,
            self.comes,
            self.comes,
            self.comes,
            self.goes,
            self.hangs_up,
            self.presses,
            self.asks_in,
            self.ends,
            self.waits_again,
        ]

    def thread(self, seed: str) -> None:
        dice = random.Random(seed)
        for _ in range(STEPS):
            with suppress(Conflict, Refused, NotFound):
                dice.choice(self.deeds)(dice)

    def rings_in(self, dice: random.Random) -> None:
        """Somebody rings and is in line."""
        with self.runtime.act(CALLER) as act:
            given.wait(act, self.cast, next(self.numbers))

    def meets(self, dice: random.Random) -> None:
        """The next caller and a free agent, who presses 1."""
        with self.runtime.act(CLOCK) as act:
            matching.next_match(act, words_version=given.WORDS)
        leg_id = self._any(dice, select(AgentOffer.call_id).where(AgentOffer.answer.in_(OPEN)))
        if leg_id is None:
            return
        with self.runtime.act(CALLER) as act:
            leg = calls.locked(act, leg_id)
            offer = matching.of_call(act, leg)
            assert offer is not None
            wait = matching.accept(act, offer)
            caller = calls.locked(act, wait.call_id or 0)
            meetings.begin(act, agent_leg=leg, customer_call=caller, wait=wait, case_id=None)

    def comes(self, dice: random.Random) -> None:
        """The carrier's news that a leg is in, perhaps for the second time, perhaps after it left."""
        with self.runtime.act(CARRIER) as act:
            for meeting, call in self._leg(act, dice):
                meetings.joined(act, meeting, call)

    def goes(self, dice: random.Random) -> None:
        with self.runtime.act(CARRIER) as act:
            for meeting, call in self._leg(act, dice):
                meetings.left(act, meeting, call, "participant_hung_up")

    def hangs_up(self, dice: random.Random) -> None:
        """A leg is over; of a caller too."""
        call_id = self._any(dice, select(Call.id).where(Call.state.not_in(FINAL)))
        if call_id is not None and dice.random() < 0.3:
            self.over(call_id)

    def over(self, call_id: int) -> None:
        with self.runtime.act(CARRIER) as act:
            call = calls.locked(act, call_id)
            companies.get(act, call.company_id)
            state, sequence = CallState.ENDED, call.sequence + 1
            if not calls.progress(act, call, state=state, sequence=sequence, ended_by="them", cause=None):
                return
            legs.ended(act, call, state)
            wait = desk.of_call(act, call) if call.direction == "in" else None
            if wait is not None:
                desk.abandoned(act, wait)

    def presses(self, dice: random.Random) -> None:
        """The agent pauses, goes on, pauses the recording; a supervisor takes part in another way."""
        meeting_id = self._any(dice, select(Meeting.id).where(Meeting.state != Stage.ENDED))
        if meeting_id is None:
            return
        with self.runtime.act(CALLER) as act:
            meeting = meetings.get(act, meeting_id)
            what = dice.choice([controls.hold, controls.resume, controls.pause_recording, controls.resume_recording])
            what(act, meeting, meeting.agent_id)
        with self.runtime.act(CALLER) as act:
            controls.change_mode(act, meetings.get(act, meeting_id), self.cast.sun.id, dice.choice(list(Mode)))

    def asks_in(self, dice: random.Random) -> None:
        meeting_id = self._any(dice, select(Meeting.id).where(Meeting.state != Stage.ENDED))
        if meeting_id is None:
            return
        with self.runtime.act(CALLER) as act:
            meeting = meetings.get(act, meeting_id)
            if dice.random() < 0.3:
                controls.supervise(act, meeting, staff.get(act, self.cast.sun.id), dice.choice(list(Mode)))
            else:
                person = staff.get(act, dice.choice(self.colleagues).id)
                controls.invite(act, meeting, person, Role.EXPERT, meeting.agent_id)

    def ends(self, dice: random.Random) -> None:
        meeting_id = self._any(dice, select(Meeting.id).where(Meeting.state != Stage.ENDED))
        if meeting_id is not None and dice.random() < 0.3:
            with self.runtime.act(CALLER) as act:
                meeting = meetings.get(act, meeting_id)
                meetings.end(act, meeting, meeting.agent_id)

    def waits_again(self, dice: random.Random) -> None:
        """Whoever was dropped, or wants somebody once more, is in line; agents have written up what they heard."""
        apart = (meetings.DROPPED, meetings.ANYTHING_ELSE)
        call_id = self._any(dice, select(Call.id).where(Call.step.in_(apart), Call.state.not_in(FINAL)))
        if call_id is not None:
            with self.runtime.act(CALLER) as act:
                call = calls.locked(act, call_id)
                companies.get(act, call.company_id)
                if call.step in apart:
                    desk.join(act, call)
                    calls.move(act, call, "waiting")
        with self.runtime.act(CLOCK) as act:
            seat = seats.locked(act, dice.choice(self.agents).id)
            seats.wrapped_up(act, seat)
            if seat.status == Status.AWAY:
                companies.get(act, seat.company_id)
                seats.choose(act, seat, Status.FREE)

    def _leg(self, act: Act, dice: random.Random) -> list[tuple[Meeting, Call]]:
        """A leg of some meeting, locked as its webhook locks it."""
        found = self._any(dice, select(Party.call_id))
        if found is None:
            return []
        call = calls.locked(act, found)
        meeting_id = dice.choice(list(act.session.scalars(select(Party.meeting_id).where(Party.call_id == call.id))))
        return [(meetings.get(act, meeting_id), call)]

    def _any(self, dice: random.Random, query: Select[Any]) -> Any:
        with self.runtime.look(CLOCK) as act:
            found = list(act.session.scalars(query))
        return dice.choice(found) if found else None


def at_odds(act: Act) -> list[str]:
    """Meetings and seats that do not fit: somebody talks without a busy seat, or is busy with nobody."""
    found = []
    agents = {one.agent_id for one in act.session.scalars(select(Meeting).where(Meeting.state != Stage.ENDED))}
    here = set(act.session.scalars(select(Party.staff_id).where(Party.state.in_(PRESENT))))
    asked = set(act.session.scalars(select(AgentOffer.staff_id).where(AgentOffer.answer.in_(OPEN))))
    for seat in act.session.scalars(select(Seat)):
        if (seat.status == Status.BUSY) and seat.staff_id not in here | asked:
            found.append(f"{seat.staff_id} is busy with nobody")
        if (seat.status == Status.FREE) and seat.staff_id in here:
            found.append(f"{seat.staff_id} is free within a conversation")
    found += [f"{agent} is the agent of a conversation that they are not in" for agent in agents - here]
    for party in act.session.scalars(select(Party).where(Party.state.in_(PRESENT))):
        if act.session.get_one(Meeting, party.meeting_id).state == Stage.ENDED:
            found.append(f"party {party.id} is left in a conversation that is over")
    return found


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_every_conversation_ends_and_everybody_is_free_again(runtime: Runtime, cast: Cast, seed: int) -> None:
    house = House(runtime, cast)
    for _ in range(ROUNDS):
        with ThreadPoolExecutor(THREADS) as pool:
            for done in [pool.submit(house.thread, f"{seed}-{n}") for n in range(THREADS)]:
                done.result()
        with runtime.look(CLOCK) as act:
            met = list(act.session.scalars(select(Meeting.id).where(Meeting.met_at.is_not(None))))
        if met:  # who comes first is the threads' own luck: a round in a thousand brings nobody together
            break
    with runtime.look(CLOCK) as act:
        assert at_odds(act) == []
        alive = list(act.session.scalars(select(Call.id).where(Call.state.not_in(FINAL)).order_by(Call.id.desc())))
    assert met, "the dice brought nobody together"
    for call_id in alive:
        house.over(call_id)
    with runtime.look(CLOCK) as act:
        assert set(act.session.scalars(select(Meeting.state))) == {Stage.ENDED}
        assert not set(act.session.scalars(select(Party.state))) & set(PRESENT)
        assert Status.BUSY not in set(act.session.scalars(select(Seat.status)))
        assert _told_twice(act) == []
        assert verifying.verify(act.session).problems == []


def _told_twice(act: Act) -> list[Any]:
    over = act.session.scalars(select(AuditEntry).where(AuditEntry.kind == "meeting-over"))
    counted = Counter((entry.chain, entry.fields["meeting"]) for entry in over)
    return [which for which, times in counted.items() if times > 1]
