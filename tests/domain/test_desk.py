"""The waiting line: whose turn it is, who is asked first, and how long it takes."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from hotline.domain import calls, cases, companies, desk, matching, seats
from hotline.domain.act import CALLER, CLOCK, COMMAND
from hotline.domain.calls import FINAL
from hotline.domain.cases import Kind
from hotline.domain.desk import Place, Wait, Why
from hotline.domain.matching import AgentOffer
from hotline.domain.seats import Status
from hotline.errors import Conflict, NotFound
from hotline.runtime import Runtime
from tests import given
from tests.domain.waiting import (
    MINUTE,
    SECOND,
    entries,
    found,
    handled,
    hangs_up,
    joins,
    leaves,
    matched,
    owed,
    sits,
)
from tests.world import Cast, HandClock


@pytest.mark.parametrize(
    ("status", "answers"), [(Status.FREE, True), (Status.BREAK, False), (Status.AWAY, False), (Status.OFF, False)]
)
def test_a_company_is_staffed_while_anybody_of_the_group_serves(
    runtime: Runtime, cast: Cast, status: Status, *, answers: bool
) -> None:
    sits(runtime, cast.lin, status)
    with runtime.look(CALLER) as act:
        assert desk.staffed(act, cast.heat.id) is answers
        assert desk.staffed(act, cast.home.id) is answers


def test_emergencies_come_first_then_the_first_moment_counts(runtime: Runtime, cast: Cast, at: HandClock) -> None:
    first = joins(runtime, cast, 1)
    at.passes(SECOND)
    second = joins(runtime, cast, 2, firm=cast.home)
    at.passes(SECOND)
    with runtime.act(CALLER) as act:
        urgent = given.call(act, cast, sid="CA" + "9" * 32)
        urgent.case_id = given.case(act, cast, kind=Kind.EMERGENCY, matter="fire").id
        third = desk.join(act, urgent).id
    with runtime.look(COMMAND) as act:
        assert [wait.id for wait in desk.line(act)] == [third, first, second]
        assert [wait.id for wait in desk.line(act, cast.home.id)] == [second]
        assert [desk.position(act, wait) for wait in desk.line(act)] == [1, 2, 3]


def test_a_call_about_an_emergency_is_one(runtime: Runtime, cast: Cast) -> None:
    with runtime.act(CALLER) as act:
        ringing = given.call(act, cast, who=cast.chen)
        ringing.case_id = given.case(act, cast, kind=Kind.EMERGENCY, matter="fire").id
        assert desk.join(act, ringing).emergency


def test_whoever_comes_back_to_the_line_has_the_first_moments_place(
    runtime: Runtime, cast: Cast, at: HandClock
) -> None:
    mine = joins(runtime, cast, 1)
    at.passes(MINUTE)
    other = joins(runtime, cast, 2)
    with runtime.act(CALLER) as act:
        wait = desk.locked(act, mine)
        wait.state = Place.CONNECTED
        again = desk.join(act, calls.locked(act, wait.call_id or 0))
        assert (again.id, again.joined_at, again.last_spoken_at) == (mine, at.now - MINUTE, at.now)
        assert [one.id for one in desk.line(act)] == [mine, other]


def test_the_owner_of_an_open_matter_is_wanted_as_long_as_patience_lasts(
    runtime: Runtime, cast: Cast, at: HandClock
) -> None:
    sits(runtime, cast.zhou)
    with runtime.act(COMMAND) as act:
        case = given.case(act, cast, owner=cast.zhou).id
    wait = found(runtime, joins(runtime, cast, who=cast.chen))
    assert (wait.wanted_id, wait.wanted_until, wait.case_id) == (cast.zhou.id, at.now + 30 * SECOND, case)
    assert [entry.due_at for entry in owed(runtime, "match-line")] == [at.now, wait.wanted_until, at.now]


@pytest.mark.parametrize("status", [Status.OFF, Status.BREAK, Status.AWAY])
def test_an_owner_who_does_not_serve_is_not_waited_for(runtime: Runtime, cast: Cast, status: Status) -> None:
    sits(runtime, cast.zhou, status)
    with runtime.act(COMMAND) as act:
        given.case(act, cast, owner=cast.zhou)
    assert found(runtime, joins(runtime, cast, who=cast.chen)).wanted_id is None


def test_the_owner_of_an_anonymous_matter_is_not_asked_by_it(runtime: Runtime, cast: Cast) -> None:
    sits(runtime, cast.zhou)
    with runtime.act(COMMAND) as act:
        given.case(act, cast, owner=cast.zhou).anonymous = True
    wait = found(runtime, joins(runtime, cast, who=cast.chen))
    assert (wait.wanted_id, wait.case_id) == (None, None)


def test_a_wait_is_estimated_from_conversations_once_there_are_enough(runtime: Runtime, cast: Cast) -> None:
    for who in (cast.lin, cast.wu):
        sits(runtime, who)
    handled(runtime, cast, [60, 120, 180, 240])
    joins(runtime, cast, 1)
    mine = joins(runtime, cast, 2)
    with runtime.look(CALLER) as act:
        assert desk.estimate(act, desk.locked(act, mine)) is None
    with runtime.act(COMMAND) as act:
        wait = given.wait(act, cast, 300)
        wait.state, wait.ended_at, wait.handled_seconds = Place.DONE, act.at, 300
    with runtime.look(CALLER) as act:
        assert desk.estimate(act, desk.locked(act, mine)) == timedelta(seconds=2 * 180 / 2)


def test_old_conversations_tell_nothing_of_todays_waits(runtime: Runtime, cast: Cast, at: HandClock) -> None:
    handled(runtime, cast, [60] * 5)
    at.passes(timedelta(days=8))
    sits(runtime, cast.lin)
    mine = joins(runtime, cast, 1)
    with runtime.look(CALLER) as act:
        assert desk.estimate(act, desk.locked(act, mine)) is None


def test_the_longest_silence_is_on_record_and_judged(runtime: Runtime, cast: Cast, at: HandClock) -> None:
    mine = joins(runtime, cast)
    for span in (12, 15.5, 3):
        at.passes(span * SECOND)
        with runtime.act(CALLER) as act:
            desk.spoke(act, desk.locked(act, mine))
    leaves(runtime, mine, Why.LIMIT)
    (told,) = entries(runtime, mine, "waited")
    assert told == {
        "wait": mine,
        "seconds": 30,
        "longest_gap_ms": 15_500,
        "rule": "ANS-4",
        "limit_seconds": 15,
        "kept": False,
        "why": "limit",
    }


@pytest.mark.parametrize("hears_words", [False, True])
def test_the_last_silence_counts_for_who_hangs_up_and_for_who_is_let_out_of_the_line(
    runtime: Runtime, cast: Cast, at: HandClock, hears_words: bool
) -> None:
    mine = joins(runtime, cast)
    at.passes(70 * SECOND)
    if hears_words:
        leaves(runtime, mine, Why.LIMIT)
    else:
        with runtime.act(CALLER) as act:
            hangs_up(act, desk.locked(act, mine))
    (told,) = entries(runtime, mine, "waited")
    assert (told["longest_gap_ms"], told["kept"]) == (70_000, False)


@pytest.mark.parametrize("state", sorted(FINAL))
def test_nobody_joins_by_a_call_that_is_over(runtime: Runtime, cast: Cast, state: str) -> None:
    with runtime.act(CALLER) as act:
        gone = given.call(act, cast)
        gone.state = state
        with pytest.raises(Conflict):
            desk.join(act, gone)


def test_nobody_waits_under_an_unknown_number(runtime: Runtime, cast: Cast) -> None:
    with runtime.look(COMMAND) as act:
        assert desk.of_call(act, 4711) is None
        with pytest.raises(NotFound):
            desk.locked(act, 4711)
        assert act.session.scalar(select(func.count(Wait.id))) == 0


def test_a_seat_still_noted_for_whoever_comes_back_does_not_bar_the_next_agent(runtime: Runtime, cast: Cast) -> None:
    for who in (cast.lin, cast.zhou):
        sits(runtime, who)
    mine = joins(runtime, cast)
    first = matched(runtime)
    assert first is not None
    with runtime.act(CLOCK) as act:
        matching.accept(act, act.session.get_one(AgentOffer, first.id))
        desk.join(act, calls.locked(act, desk.locked(act, mine).call_id or 0))
    second = matched(runtime)
    assert second is not None
    assert {first.staff_id, second.staff_id} == {cast.lin.id, cast.zhou.id}
    with runtime.look(COMMAND) as act:
        assert seats.locked(act, first.staff_id).wait_id is None


def test_of_two_open_matters_the_called_companys_owner_is_asked_then_the_newest(runtime: Runtime, cast: Cast) -> None:
    for who in (cast.zhou, cast.wu):
        sits(runtime, who)
    with runtime.act(COMMAND) as act:
        mine = given.case(act, cast, owner=cast.zhou).id
        home = companies.get(act, cast.home.id)
        theirs = cases.open(
            act, home, kind=Kind.ENQUIRY, matter="heating", owner_id=cast.wu.id, customer_id=cast.chen.id
        ).id
    here, there = joins(runtime, cast, 1, who=cast.chen), joins(runtime, cast, 2, who=cast.chen, firm=cast.home)
    assert [(found(runtime, one).wanted_id, found(runtime, one).case_id) for one in (here, there)] == [
        (cast.zhou.id, mine),
        (cast.wu.id, theirs),
    ]
