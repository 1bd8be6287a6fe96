"""Two agents never get one caller, one agent never two, whoever matches, answers, hangs up or goes just then."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import count
from typing import Any

import pytest
from sqlalchemy import Select, select

from hotline.domain import calls, companies, desk, matching, seats, verifying, waits
from hotline.domain.act import CALLER, CLOCK, Act, Actor
from hotline.domain.audit import AuditEntry
from hotline.domain.calls import Call
from hotline.domain.desk import Place, Wait, Why
from hotline.domain.matching import AgentOffer, Answer
from hotline.domain.offers import OPEN
from hotline.domain.outbox import OutboxEntry
from hotline.domain.seats import Seat, Status
from hotline.errors import Conflict
from hotline.runtime import Runtime
from tests import given
from tests.world import Cast

THREADS = 8
STEPS = 20  # of each thread
CALLERS = 10  # in the line at the beginning
KEYS = (Answer.ACCEPTED, Answer.ACCEPTED, Answer.HEARD, Answer.DECLINED, Answer.NO_ANSWER)


class Crowd:
    """Callers and agents who do what dice say, from many threads at once."""

    def __init__(self, runtime: Runtime, cast: Cast, callers: int = CALLERS) -> None:
        self.runtime, self.cast = runtime, cast
        self.agents = [cast.lin, cast.zhou, cast.wu, cast.sun]
        self._numbers = count(1)
        for who in self.agents:
            with runtime.act(Actor("console", who.id)) as act:
                given.seat(act, who)
        for n in range(callers):
            self.joins(random.Random(n))

    def runs(self, seed: int) -> None:
        """Everybody at once, until all have done their steps; whatever went wrong in a thread is raised here."""
        with ThreadPoolExecutor(THREADS) as pool:
            for done in [pool.submit(self._thread, random.Random(seed * THREADS + n)) for n in range(THREADS)]:
                done.result()

    def _thread(self, dice: random.Random) -> None:
        kinds = [self.matches, self.answers, self.joins, self.hangs_up, self.leaves, self.chooses, self.finishes]
        for _ in range(STEPS):
            dice.choices(kinds, weights=[4, 4, 2, 1, 1, 2, 2])[0](dice)

    def matches(self, dice: random.Random) -> None:
        """All who can be at this moment, or one, in one act."""
        with self.runtime.act(CLOCK) as act:
            while matching.next_match(act, words_version=given.WORDS) and dice.random() < 0.8:
                pass

    def answers(self, dice: random.Random) -> None:
        """An agent's leg brings an answer, locked as its webhook locks it."""
        leg = self._any(dice, select(AgentOffer.call_id).where(AgentOffer.answer.in_(OPEN)))
        if leg is None:
            return
        what = dice.choice(KEYS)
        with self.runtime.act(CALLER) as act:
            offer = matching.of_call(act, calls.locked(act, leg))
            assert offer is not None
            if what is Answer.HEARD:
                matching.heard(act, offer)
            elif what is not Answer.ACCEPTED:
                matching.turned_down(act, offer, what)
            elif offer.answer in OPEN:
                matching.accept(act, offer)

    def turns_down(self, dice: random.Random) -> int:
        """Whoever is rung declines or lets it ring, and everybody says that they are free; how many were rung."""
        with self.runtime.look(CLOCK) as act:
            ringing = list(act.session.scalars(select(AgentOffer.call_id).where(AgentOffer.answer.in_(OPEN))))
        for leg in ringing:
            with self.runtime.act(CALLER) as act:
                offer = matching.of_call(act, calls.locked(act, leg or 0))
                assert offer is not None
                matching.turned_down(act, offer, dice.choice([Answer.DECLINED, Answer.NO_ANSWER]))
        for who in self.agents:
            with self.runtime.act(Actor("console", who.id)) as act:
                seats.choose(act, seats.locked(act, who.id), Status.FREE)
        return len(ringing)

    def joins(self, dice: random.Random) -> None:
        with self.runtime.act(CALLER) as act:
            given.wait(act, self.cast, next(self._numbers), firm=dice.choice([self.cast.heat, self.cast.home]))

    def hangs_up(self, dice: random.Random) -> None:
        with self._caller(dice, Place.WAITING, Place.OFFERED, Place.LEAVING) as found:
            if found is not None and found[1].state != Place.CONNECTED:  # that would be a conversation's end
                desk.abandoned(*found)

    def leaves(self, dice: random.Random) -> None:
        with self._caller(dice, Place.WAITING, Place.OFFERED) as found:
            if found is not None:
                desk.leave(*found, dice.choice([Why.ASKED, Why.LIMIT]))

    def chooses(self, dice: random.Random) -> None:
        who = dice.choice(self.agents)
        with self.runtime.act(Actor("console", who.id)) as act:
            seats.choose(act, seats.locked(act, who.id), dice.choice([Status.FREE, Status.FREE, Status.BREAK]))

    def finishes(self, dice: random.Random) -> None:
        """A conversation is over, and so is its form."""
        with self._caller(dice, Place.CONNECTED) as found:
            if found is not None and found[1].state == Place.CONNECTED:
                act, wait = found
                desk.finished(act, wait)
                seat = seats.locked(act, wait.agent_id or 0)
                seats.wrap_up(act, seat)
                seats.wrapped_up(act, seat)

    @contextmanager
    def _caller(self, dice: random.Random, *places: Place) -> Iterator[tuple[Act, Wait] | None]:
        """Some caller who stands there, or did a moment ago, locked as their own webhook locks them."""
        call_id = self._any(dice, select(Wait.call_id).where(Wait.state.in_(places)))
        if call_id is None:
            yield None
            return
        with self.runtime.act(CALLER) as act:
            calls.locked(act, call_id)
            wait = desk.of_call(act, call_id)
            assert wait is not None
            yield act, desk.locked(act, wait.id)

    def _any(self, dice: random.Random, query: Select[Any]) -> Any:
        with self.runtime.look(CLOCK) as act:
            found = list(act.session.scalars(query))
        return dice.choice(found) if found else None


def rows_at_odds(act: Act) -> list[str]:
    """Seats, waits and offers that do not belong together one to one."""
    held = {seat.wait_id: seat.staff_id for seat in act.session.scalars(select(Seat).where(Seat.wait_id.is_not(None)))}
    busy = set(act.session.scalars(select(Seat.staff_id).where(Seat.status == Status.BUSY)))
    waits = list(act.session.scalars(select(Wait).where(Wait.state.in_((Place.OFFERED, Place.CONNECTED)))))
    asked = act.session.execute(select(AgentOffer.wait_id, AgentOffer.staff_id).where(AgentOffer.answer.in_(OPEN)))
    found = []
    if held != {wait.id: wait.agent_id for wait in waits}:
        found.append(f"seats hold {held}, callers are with {[(wait.id, wait.agent_id) for wait in waits]}")
    if busy != set(held.values()):
        found.append(f"busy are {busy}, with a caller {set(held.values())}")
    if {(row.wait_id, row.staff_id) for row in asked} != {
        (wait.id, wait.agent_id) for wait in waits if wait.state == Place.OFFERED
    }:
        found.append("who is asked is not who is offered")
    return found


def told_at_odds(act: Act) -> list[str]:
    """What the log tells, entry by entry: an agent asked while asked or talking, a caller offered while offered."""
    found: list[str] = []
    engaged: dict[int, int] = {}  # agent -> the offer that they were asked by last, until they are free again
    offered: dict[int, int] = {}  # wait -> the offer that is open
    for entry in act.session.scalars(select(AuditEntry).order_by(AuditEntry.id)):
        said = entry.fields
        if entry.kind == "agent-offered":
            if said["to"] in engaged or said["wait"] in offered:
                found.append(f"offer {said['offer']} was one too many")
            engaged[said["to"]] = offered[said["wait"]] = said["offer"]
        elif entry.kind == "agent-answered":
            offered = {wait: offer for wait, offer in offered.items() if offer != said["offer"]}
        elif entry.kind == "seat-status" and said["status"] != Status.BUSY:
            engaged.pop(int(entry.chain.partition(":")[2]), None)
    return found


def unmatched(act: Act) -> list[tuple[int, int]]:
    """Callers and free agents who could meet, and were not brought together."""
    free = list(act.session.scalars(select(Seat.staff_id).where(Seat.status == Status.FREE)))
    found = []
    for wait in act.session.scalars(select(Wait).where(Wait.state == Place.WAITING)):
        companies.get(act, wait.company_id)
        figures, asked = act.standard.desk, waits.asked_for(act, wait.id)[wait.id]
        not_now = asked.not_now(figures.away_after, act.at - figures.decline_lasts.span)
        found += [(wait.id, staff_id) for staff_id in free if staff_id not in not_now]
    return found


@pytest.mark.parametrize("seed", [1, 2])
def test_whatever_happens_at_once_nobody_is_claimed_twice(runtime: Runtime, cast: Cast, seed: int) -> None:
    crowd = Crowd(runtime, cast)
    crowd.runs(seed)
    with runtime.look(CLOCK) as act:
        assert rows_at_odds(act) == []
        assert told_at_odds(act) == []
        assert verifying.verify(act.session).problems == []
        legs = list(act.session.scalars(select(AgentOffer.call_id)))
        rung = [row.about["call"] for row in act.session.scalars(select(OutboxEntry)) if row.kind == "place-call"]
        assert Counter(rung) == Counter(legs), "each offer rings once"


@pytest.mark.parametrize("seed", [4])
def test_when_the_dice_rest_all_who_can_meet_are_brought_together_and_every_wait_ends(
    runtime: Runtime, cast: Cast, seed: int
) -> None:
    crowd, dice = Crowd(runtime, cast), random.Random(seed)
    crowd.runs(seed)
    for _ in range(CALLERS):
        crowd.matches(dice)
    with runtime.look(CLOCK) as act:
        assert unmatched(act) == []
        going_on = len(list(act.session.scalars(select(Wait.id))))
    for _ in range(going_on):
        crowd.hangs_up(dice)
        crowd.finishes(dice)
    with runtime.look(CLOCK) as act:
        assert desk.line(act) == []
        assert set(act.session.scalars(select(Seat.status))) <= {Status.FREE, Status.BREAK, Status.AWAY}
        assert rows_at_odds(act) == []


@pytest.mark.parametrize("seed", [1, 2])
def test_while_nobody_takes_a_caller_every_free_agent_who_may_be_asked_is_asked(
    runtime: Runtime, cast: Cast, seed: int
) -> None:
    crowd, dice = Crowd(runtime, cast, callers=2), random.Random(seed)
    asked = 0
    for _ in range(2 * len(crowd.agents)):
        for _ in crowd.agents:
            crowd.matches(dice)
        with runtime.look(CLOCK) as act:
            assert unmatched(act) == []
        asked += crowd.turns_down(dice)
    assert asked > 2 * len(crowd.agents), "some let it ring, and are asked twice"


def test_many_matchers_at_once_bring_every_free_agent_one_caller_in_the_order_of_the_line(
    runtime: Runtime, cast: Cast
) -> None:
    crowd = Crowd(runtime, cast)
    with ThreadPoolExecutor(THREADS) as pool:
        for done in [pool.submit(crowd.matches, random.Random(n)) for n in range(2 * THREADS)]:
            done.result()
    for n in range(len(crowd.agents)):  # a look that found another act at work is owed again
        crowd.matches(random.Random(n))
    with runtime.look(CLOCK) as act:
        line = desk.line(act)
        assert [wait.state for wait in line[: len(crowd.agents)]] == [Place.OFFERED] * len(crowd.agents)
        assert {wait.agent_id for wait in line[: len(crowd.agents)]} == {who.id for who in crowd.agents}
        assert {wait.state for wait in line[len(crowd.agents) :]} == {Place.WAITING}


def test_of_an_acceptance_and_a_leaving_at_once_one_wins_and_the_other_sees_it(runtime: Runtime, cast: Cast) -> None:
    with runtime.act(CLOCK) as act:
        given.seat(act, cast.lin)
        call_id = given.wait(act, cast).call_id
    with runtime.act(CLOCK) as act:
        offer = matching.next_match(act, words_version=given.WORDS)
        assert offer is not None

    def accepts() -> bool:
        with runtime.act(CALLER) as act:
            mine = matching.of_call(act, act.session.get_one(Call, offer.call_id))
            assert mine is not None
            try:
                matching.accept(act, mine)
            except Conflict:
                return False
            return True

    def leaves() -> None:
        with runtime.act(CALLER) as act:
            calls.locked(act, call_id or 0)
            desk.leave(act, desk.locked(act, offer.wait_id), Why.LIMIT)

    with ThreadPoolExecutor(2) as pool:
        accepted, gone = pool.submit(accepts), pool.submit(leaves)
        gone.result()
    with runtime.look(CLOCK) as act:
        state = act.session.get_one(Wait, offer.wait_id).state
        assert state == (Place.CONNECTED if accepted.result() else Place.LEAVING)
        assert rows_at_odds(act) == []
