"""Whatever people do at the same moment, every open matter has one owner, who works here (OWN-1 to OWN-3)."""

from __future__ import annotations

import random
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest
from sqlalchemy import select

from hotline.domain import cases, companies, handovers, ladder, leaving, promises, staff
from hotline.domain.act import COMMAND, Act, Actor
from hotline.domain.cases import Case
from hotline.domain.handovers import Handover, State
from hotline.domain.verifying import verify
from hotline.errors import HotlineError
from hotline.runtime import Runtime
from tests import given
from tests.world import Cast, Person

Does = Callable[[Act, Person, Case], object]
MATTERS, WRITERS, DEEDS = 4, 4, 25


def asks(act: Act, me: Person, case: Case) -> object:
    return handovers.ask(act, case, giver_id=case.owner_id, receiver_id=me.id, reason="busy")


def accepts(act: Act, me: Person, case: Case) -> object:
    return [handovers.answer(act, one.id, by=me.id, accept=True) for one in handovers.waiting_for(act, me.id)[:1]]


def declines(act: Act, me: Person, case: Case) -> object:
    return [handovers.answer(act, one.id, by=me.id, accept=False) for one in handovers.waiting_for(act, me.id)[:1]]


def withdraws(act: Act, me: Person, case: Case) -> None:
    request = handovers.open_of(act, case.id)
    if request is not None:
        handovers.withdraw(act, request.id, by=request.giver_id)


def raises(act: Act, me: Person, case: Case) -> object:
    return ladder.raise_matter(act, case, by=case.owner_id, tried="everything")


def leaves(act: Act, me: Person, case: Case) -> object:
    return leaving.dismiss(act, me.id, by=None)


def returns(act: Act, me: Person, case: Case) -> None:
    leaving.come_back(act, staff.get(act, me.id), by=None)


ON_A_CASE = (asks, withdraws, raises)
DEED: tuple[Does, ...] = (asks, asks, accepts, accepts, declines, withdraws, raises, leaves, returns, returns)


@pytest.mark.parametrize("seed", [7, 40])
def test_nothing_that_people_do_at_once_leaves_a_matter_to_nobody(runtime: Runtime, cast: Cast, seed: int) -> None:
    people = (cast.lin, cast.zhou, cast.sun, cast.qian, cast.wu, cast.hu)
    with runtime.act(COMMAND) as act:
        companies.get(act, cast.heat.id)
        matters = [given.case(act, cast, owner=people[n % 2]).id for n in range(MATTERS)]

    def writer(number: int) -> None:
        chance = random.Random(f"{seed} {number}")
        for _ in range(DEEDS):
            me, case_id, deed = chance.choice(people), chance.choice(matters), chance.choice(DEED)
            with suppress(HotlineError), runtime.act(Actor("console", me.id)) as act:
                companies.get(act, cast.heat.id)
                deed(act, me, cases.get(act, case_id) if deed in ON_A_CASE else act.session.get_one(Case, case_id))

    with ThreadPoolExecutor(WRITERS) as pool:
        for done in [pool.submit(writer, number) for number in range(WRITERS)]:
            done.result()
    sound(runtime)


def sound(runtime: Runtime) -> None:
    """Each owner works here, each matter has one open request at most, promises are their owner's, the log agrees."""
    with runtime.look(COMMAND) as act:
        for case in act.session.scalars(select(Case)):
            assert staff.get(act, case.owner_id).active
            requests = handovers.of_case(act, case.id)
            assert sum(one.state == State.ASKED for one in requests) <= 1
            waiting = [one for one in promises.of_case(act, case.id) if one.verdict == promises.Verdict.OPEN]
            assert {promise.owner_id for promise in waiting} <= {case.owner_id}
        states = set(act.session.scalars(select(Handover.state)))
        assert states - {State.ASKED}, "something was answered, or this shows nothing"
        assert [str(problem) for problem in verify(act.session).problems] == []
