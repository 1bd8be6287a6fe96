"""What one person cannot solve goes up level by level, with what was tried; the owner stays until another accepts."""

from __future__ import annotations

from datetime import timedelta

import pytest

from hotline.domain import audit, cases, companies, handovers, ladder
from hotline.domain.act import CLOCK, COMMAND, Act, Actor
from hotline.domain.cases import Case
from hotline.domain.handovers import Handover, State, Why
from hotline.errors import Conflict, Invalid, NotFound, Refused
from hotline.runtime import Runtime
from tests import given
from tests.line import Line
from tests.line import line as line
from tests.world import Cast, HandClock, Person

TRIED = "bled the radiator twice, the riser is cold"


@pytest.fixture
def case(runtime: Runtime, cast: Cast) -> Case:
    """An enquiry of Chen's that Lin took."""
    with runtime.act(COMMAND) as act:
        return given.case(act, cast)


def raised(runtime: Runtime, case: Case, by: Person, tried: str = TRIED) -> Handover:
    with runtime.act(Actor("console", by.id)) as act:
        return ladder.raise_matter(act, cases.get(act, case.id), by=by.id, tried=tried)


def asked(act: Act, case: Case) -> Handover:
    request = handovers.open_of(act, case.id)
    assert request is not None
    return request


def test_the_supervisor_is_asked_with_what_was_tried_and_owns_it_after_accepting(
    runtime: Runtime, cast: Cast, case: Case
) -> None:
    request = raised(runtime, case, cast.lin)
    assert (request.receiver_id, request.why) == (cast.sun.id, Why.RAISED)
    with runtime.act(Actor("console", cast.sun.id)) as act:
        told = cases.get(act, case.id)
        assert told.owner_id == cast.lin.id
        assert cases.unseal(act, told, request.reason) == TRIED
        assert TRIED not in str([entry.fields for entry in audit.entries(act.session, case.chain)])
        handovers.answer(act, request.id, by=cast.sun.id, accept=True)
        assert told.owner_id == cast.sun.id


def test_declined_or_unanswered_it_goes_on_to_the_next_level_and_then_stays(
    runtime: Runtime, cast: Cast, case: Case, at: HandClock
) -> None:
    raised(runtime, case, cast.lin)
    with runtime.act(Actor("console", cast.sun.id)) as act:
        handovers.answer(act, asked(act, case).id, by=cast.sun.id, accept=False, refusal="not mine to decide")
    for above in (cast.qian, cast.feng):
        with runtime.look(COMMAND) as act:
            request = asked(act, case)
            assert (request.receiver_id, cases.unseal(act, cases.get(act, case.id), request.reason)) == (
                above.id,
                TRIED,
            )
        at.passes(timedelta(minutes=10, seconds=1))
        with runtime.act(CLOCK) as act:
            companies.get(act, cast.heat.id)
            handovers.give_back(act, request.id)
    with runtime.look(COMMAND) as act:
        assert handovers.open_of(act, case.id) is None
        assert cases.get(act, case.id).owner_id == cast.lin.id
        states = [one.state for one in handovers.of_case(act, case.id)]
        assert states == [State.DECLINED, State.RETURNED, State.RETURNED]


def test_each_level_raises_to_the_one_above_it(runtime: Runtime, cast: Cast, case: Case) -> None:
    for giver, above in ((cast.lin, cast.sun), (cast.sun, cast.qian), (cast.qian, cast.feng)):
        assert raised(runtime, case, giver).receiver_id == above.id
        with runtime.act(Actor("console", above.id)) as act:
            handovers.answer(act, asked(act, case).id, by=above.id, accept=True)
    with pytest.raises(NotFound, match="nobody stands above"):
        raised(runtime, case, cast.feng)


def test_it_takes_words_and_whoever_answers_for_it(runtime: Runtime, cast: Cast, case: Case) -> None:
    with pytest.raises(Invalid, match="what was tried"):
        raised(runtime, case, cast.lin, " ")
    with pytest.raises(Refused, match="whoever answers"):
        raised(runtime, case, cast.zhou)
    raised(runtime, case, cast.lin)
    with pytest.raises(Conflict):
        raised(runtime, case, cast.lin)


def test_the_superior_is_told_by_text_without_a_word_of_the_customers(line: Line, cast: Cast) -> None:
    with line.runtime.act(Actor("console", cast.lin.id)) as act:
        case = given.case(act, cast)
        companies.get(act, cast.heat.id)
        ladder.raise_matter(act, case, by=cast.lin.id, tried=f"called {cast.chen.number.e164}")
    (text,) = line.phone("sun").receives("林晓上报此事").texts
    assert cast.chen.number.e164 not in text.body
    assert "仍由林晓负责" in text.body
