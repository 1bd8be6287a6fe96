"""Whatever is tried, said or agreed, in any order: who is owed a return visit is rung about it (VIS-1, VIS-2)."""

from __future__ import annotations

import random
from contextlib import suppress
from datetime import timedelta

import pytest

from hotline.domain import (
    callbacks,
    calls,
    companies,
    matching,
    owed_calls,
    promises,
    verifying,
    visit_results,
    visits,
    waits,
)
from hotline.domain.act import CALLER, COMMAND, Act, Actor
from hotline.domain.callbacks import Style
from hotline.domain.calls import State as CallState
from hotline.domain.cases import Case, Kind
from hotline.domain.visits import COMPLAINT, REPAIR, State
from hotline.errors import HotlineError
from hotline.runtime import Runtime
from tests import given, rung
from tests.world import Cast, HandClock

DEEDS = 20
IN_VAIN = (CallState.UNANSWERED, CallState.BUSY, CallState.FAILED)


class Walk:
    """One matter with a return visit, and what happens to it by chance."""

    def __init__(self, runtime: Runtime, cast: Cast, at: HandClock, seed: int) -> None:
        self.runtime, self.cast, self.at, self.chance = runtime, cast, at, random.Random(seed)
        with runtime.act(COMMAND) as act:
            companies.get(act, cast.heat.id).overrides = {"visits": {"by": self.chance.choice(["agent", "survey"])}}
            rule = self.chance.choice([COMPLAINT, REPAIR])
            case = given.case(act, cast, kind=Kind.COMPLAINT if rule == COMPLAINT else Kind.ENQUIRY)
            visits.owe(act, case, rule)
            self.case_id = case.id

    def locked(self, act: Act) -> Case:
        case = act.session.get_one(Case, self.case_id, with_for_update=True)
        companies.get(act, case.company_id)
        return case

    def open_call(self, *styles: Style) -> int:
        """The id of the callback of the first of these styles that is owed; 0: of none."""
        with self.runtime.look(COMMAND) as act:
            found = [owed_calls.open_in(act, self.case_id, style) for style in styles]
            return next((one.id for one in found if one is not None), 0)

    def time_passes(self) -> None:
        self.at.passes(timedelta(minutes=self.chance.choice([5, 60, 240, 1440])))

    def owe_more(self) -> None:
        with self.runtime.act(COMMAND) as act:
            callbacks.owe(act, self.locked(act), self.chance.choice([rung.MISSED, "CBK-1.answer"]))

    def agree(self) -> None:
        at = self.at.now + timedelta(hours=self.chance.randint(1, 30)) if self.chance.random() < 0.7 else None
        with self.runtime.act(COMMAND) as act:
            callbacks.plan(act, self.open_call(*Style), at=at, by=self.cast.lin.id)

    def ring_by_hand(self) -> None:
        """In vain, or they talk."""
        owed = self.open_call(Style.TALK)
        if owed:
            self._is_over(rung.by_hand(self.runtime, owed))

    def what_is_due_begins(self) -> None:
        with self.runtime.act(COMMAND) as act:
            companies.get(act, self.cast.heat.id)
            given.seat(act, self.cast.lin)
        rung.begins(self.runtime)
        for call in rung.calls_to(self.runtime, self.cast.chen.id):
            if call.ended_at is None and call.step == "survey":
                self._is_asked(call.id)
        if self._comes_up():
            self._is_over(rung.takes(self.runtime))

    def ring_in(self) -> None:
        with self.runtime.act(CALLER) as act:
            call = given.call(act, self.cast, who=self.cast.chen, sid=f"CA{self.chance.getrandbits(100):032d}")
            call.case_id = self.chance.choice([None, self.case_id])
            callbacks.served(act, call, by=self.cast.lin.id)
        rung.ends(self.runtime, call.id, CallState.ENDED)

    def answer(self) -> None:
        with self.runtime.act(COMMAND) as act:
            promises.done(act, "CBK-1.answer", self.locked(act))
            callbacks.settle(act, self.locked(act))

    def _comes_up(self) -> bool:
        """May anybody who keeps a place be rung at this hour?"""
        with self.runtime.look(COMMAND) as act:
            company = companies.get(act, self.cast.heat.id)
            waiting = [one for one in waits.line(act, company.id) if one.kept]
            return any(matching.may_be_rung(act, one, act.standard) for one in waiting)

    def _is_asked(self, call_id: int) -> None:
        """By the machine: nobody picks up, or they want a person."""
        if self.chance.random() < 0.4:
            with self.runtime.act(CALLER) as act:
                found = calls.locked(act, call_id)
                companies.get(act, found.company_id)
                visit_results.wants_a_person(act, found, now=self.chance.random() < 0.5)
        rung.ends(self.runtime, call_id, self.chance.choice(IN_VAIN))

    def _is_over(self, call_id: int) -> None:
        talked = self.chance.random() < 0.5
        if talked:
            with self.runtime.act(Actor("console", self.cast.lin.id)) as act:
                callbacks.reached(act, self.locked(act))
        rung.ends(self.runtime, call_id, CallState.ENDED if talked else self.chance.choice(IN_VAIN))

    def sound(self) -> State:
        """What became of the visit: owed, they are rung, or will be, or were talked with thrice already."""
        with self.runtime.look(COMMAND) as act:
            [visit] = visits.of_case(act, self.case_id)
            rung_about = owed_calls.rung_about(act, [self.case_id])
            often = any(owed_calls.talks(act, one) >= 3 for one in callbacks.of_case(act, self.case_id))
            assert visit.state != State.OWED or (self.case_id, visit.rule) in rung_about or often
            return State(visit.state)


@pytest.mark.parametrize("seed", range(6))
def test_a_visit_that_is_owed_is_rung_about_whatever_happens_before(
    runtime: Runtime, cast: Cast, at: HandClock, seed: int
) -> None:
    walk = Walk(runtime, cast, at, seed)
    deeds = (walk.time_passes, walk.owe_more, walk.agree, walk.ring_by_hand, walk.ring_by_hand, walk.ring_in)
    for _ in range(DEEDS):
        deed = walk.chance.choice((*deeds, walk.what_is_due_begins, walk.what_is_due_begins, walk.answer))
        with suppress(HotlineError):
            deed()
        walk.sound()
    with runtime.look(COMMAND) as act:
        assert [str(problem) for problem in verifying.verify(act.session).problems] == []
