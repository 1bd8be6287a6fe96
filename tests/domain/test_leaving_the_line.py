"""Every way out of the waiting line, and what follows from it: no wait without an end, no call back twice."""

from __future__ import annotations

import pytest

from hotline.domain import anonymity, calls, desk, promises
from hotline.domain.act import CALLER, CLOCK, COMMAND
from hotline.domain.companies import Company
from hotline.domain.desk import Place, Why
from hotline.domain.matching import AgentOffer, Answer
from hotline.domain.seats import Seat, Status
from hotline.errors import Conflict
from hotline.runtime import Runtime
from tests import given
from tests.domain.waiting import (
    MINUTE,
    SECOND,
    accepts,
    answers,
    entries,
    found,
    joins,
    keeps,
    leaves,
    matched,
    offered,
    owed,
    promised_back,
    sits,
)
from tests.world import Cast, HandClock


def test_a_kept_place_counts_from_its_first_moment(runtime: Runtime, cast: Cast, at: HandClock) -> None:
    mine = joins(runtime, cast, 1, who=cast.chen)
    at.passes(SECOND)
    other = joins(runtime, cast, 2)
    case = keeps(runtime, cast, mine)
    wait = found(runtime, mine)
    assert (wait.state, wait.kept, wait.case_id) == (Place.KEPT, True, case)
    with runtime.act(CALLER) as act:
        assert not desk.abandoned(act, desk.locked(act, mine)), "they hang up, and are rung back already"
        assert [one.id for one in desk.line(act)] == [mine, other]


def test_a_place_is_kept_for_nobody_who_did_not_ask(runtime: Runtime, cast: Cast) -> None:
    mine = joins(runtime, cast, who=cast.chen)
    leaves(runtime, mine, Why.LIMIT)
    with runtime.act(CALLER) as act:
        wait = desk.locked(act, mine)
        with pytest.raises(Conflict):
            desk.keep_place(act, wait, promised_back(act, cast, wait))


def test_whoever_kept_a_place_and_rings_again_goes_on_at_it(runtime: Runtime, cast: Cast, at: HandClock) -> None:
    sits(runtime, cast.lin)
    mine = joins(runtime, cast, 1, who=cast.chen)
    keeps(runtime, cast, mine)
    offer = matched(runtime)
    at.passes(MINUTE)
    assert offer is not None
    assert joins(runtime, cast, 2, who=cast.chen) == mine
    wait = found(runtime, mine)
    assert (wait.state, wait.kept, wait.joined_at) == (Place.WAITING, False, at.now - MINUTE)
    assert [entry.about["call"] for entry in owed(runtime, "end-call")] == [offer.call_id]
    with runtime.act(CALLER) as act:
        assert not desk.abandoned(act, desk.locked(act, mine)), "a second call back would be one too many (CBK-2)"
    assert found(runtime, mine).state == Place.KEPT


def test_a_kept_place_is_kept_on_where_nobody_serves_or_the_call_would_name_its_caller(
    runtime: Runtime, cast: Cast
) -> None:
    kept = joins(runtime, cast, 1, who=cast.chen)
    keeps(runtime, cast, kept)
    assert joins(runtime, cast, 2, who=cast.chen) != kept, "nobody serves"
    sits(runtime, cast.lin)
    with runtime.act(CALLER) as act:
        unnamed = given.call(act, cast, sid="CA" + "7" * 32, who=cast.chen)
        anonymity.note(act, unnamed, 7)
        assert desk.join(act, unnamed).id != kept
    assert found(runtime, kept).state == Place.KEPT


def test_a_hang_up_in_the_line_is_on_record_and_owes_a_call_back(runtime: Runtime, cast: Cast, at: HandClock) -> None:
    mine = joins(runtime, cast)
    at.passes(40 * SECOND)
    with runtime.act(CALLER) as act:
        assert desk.abandoned(act, desk.locked(act, mine))
        assert desk.abandoned(act, desk.locked(act, mine)), "said twice, it changes nothing"
    assert found(runtime, mine).state == Place.ABANDONED
    assert [one["seconds"] for one in entries(runtime, mine, "waited")] == [40]
    assert len(entries(runtime, mine, "wait-over")) == 1


def test_a_hang_up_during_the_ring_stops_it_and_the_agent_keeps_their_turn(
    runtime: Runtime, cast: Cast, at: HandClock
) -> None:
    sits(runtime, cast.lin)
    mine = joins(runtime, cast)
    at.passes(SECOND)
    offer = matched(runtime)
    assert offer is not None
    with runtime.act(CALLER) as act:
        desk.abandoned(act, desk.locked(act, mine))
    with runtime.look(COMMAND) as act:
        seat = act.session.get_one(Seat, cast.lin.id)
        assert (seat.status, seat.wait_id, seat.misses, seat.idle_since) == (Status.FREE, None, 0, at.now - SECOND)
        assert act.session.get_one(AgentOffer, offer.id).answer == Answer.WITHDRAWN
    assert [entry.about["call"] for entry in owed(runtime, "end-call")] == [offer.call_id]


def test_a_number_taken_because_nobody_came_tells_the_supervisor(runtime: Runtime, cast: Cast) -> None:
    mine = joins(runtime, cast, who=cast.chen)
    leaves(runtime, mine, Why.NOBODY)
    with runtime.act(CALLER) as act:
        wait = desk.locked(act, mine)
        desk.taken(act, wait, promised_back(act, cast, wait))
    assert found(runtime, mine).state == Place.TAKEN
    with runtime.look(COMMAND) as act:
        assert given.told(act) == [("nobody-answered", cast.sun.id)]


def test_a_wait_ends_at_the_limit(runtime: Runtime, cast: Cast, at: HandClock) -> None:
    mine = joins(runtime, cast)
    at.passes(20 * MINUTE - SECOND)
    sits(runtime, cast.lin)
    with runtime.act(CLOCK) as act:
        assert desk.overdue(act) == []
        assert not desk.leave_in_vain(act, desk.locked(act, mine))
    at.passes(SECOND)
    with runtime.act(CLOCK) as act:
        assert desk.overdue(act) == [(mine, Why.LIMIT)]
        assert desk.leave_in_vain(act, desk.locked(act, mine))
    assert (found(runtime, mine).state, found(runtime, mine).why) == (Place.LEAVING, Why.LIMIT)


def test_a_wait_ends_when_the_last_agent_goes_and_a_kept_place_does_not(runtime: Runtime, cast: Cast) -> None:
    sits(runtime, cast.lin)
    joins(runtime, cast, 1)
    kept = joins(runtime, cast, 2, who=cast.chen)
    keeps(runtime, cast, kept)
    sits(runtime, cast.lin, Status.OFF)
    with runtime.look(CLOCK) as act:
        assert [why for _id, why in desk.overdue(act)] == [Why.NOBODY]


def test_a_company_of_its_own_patience_waits_as_long_as_it_says(runtime: Runtime, cast: Cast, at: HandClock) -> None:
    with runtime.act(COMMAND) as act:
        act.session.get_one(Company, cast.home.id).overrides = {"desk": {"longest_wait": "5 min"}}
    joins(runtime, cast, 1)
    theirs = joins(runtime, cast, 2, firm=cast.home)
    at.passes(5 * MINUTE)
    sits(runtime, cast.lin)
    with runtime.look(CLOCK) as act:
        assert desk.overdue(act) == [(theirs, Why.LIMIT)]


def test_whoever_met_an_agent_does_not_leave_the_line(runtime: Runtime, cast: Cast) -> None:
    mine = joins(runtime, cast)
    with runtime.act(CLOCK) as act:
        desk.connected(act, desk.locked(act, mine))
    leaves(runtime, mine, Why.ERROR)
    assert found(runtime, mine).state == Place.CONNECTED


def test_a_conversations_length_is_kept_when_it_is_over(runtime: Runtime, cast: Cast, at: HandClock) -> None:
    mine = joins(runtime, cast)
    with runtime.act(CLOCK) as act:
        desk.connected(act, desk.locked(act, mine))
    at.passes(95 * SECOND)
    with runtime.act(CLOCK) as act:
        desk.finished(act, desk.locked(act, mine))
    wait = found(runtime, mine)
    assert (wait.state, wait.handled_seconds, wait.ended_at) == (Place.DONE, 95, at.now)


def test_a_customer_who_does_not_answer_keeps_the_promise_open(runtime: Runtime, cast: Cast) -> None:
    mine = joins(runtime, cast, who=cast.chen)
    case = keeps(runtime, cast, mine)
    with runtime.act(CLOCK) as act:
        wait = desk.locked(act, mine)
        desk.connected(act, wait)
        back = given.call(act, cast, sid="CA" + "8" * 32, who=cast.chen)
        desk.rung_back(act, wait, back)
        desk.unreached(act, wait)
        assert (wait.state, wait.call_id) == (Place.UNREACHED, back.id)
        assert [promise.verdict for promise in promises.of_case(act, case)] == [promises.Verdict.OPEN]


def test_the_wait_of_a_call_with_an_anonymous_matter_names_no_case(runtime: Runtime, cast: Cast) -> None:
    with runtime.act(CALLER) as act:
        wait = given.wait(act, cast)
        anonymity.note(act, calls.locked(act, wait.call_id or 0), 7)
        desk.wants_place(act, wait)
        case = promised_back(act, cast, wait)
        with pytest.raises(Conflict):
            desk.keep_place(act, wait, case)
        desk.taken(act, wait, case)
        assert (wait.state, wait.case_id) == (Place.TAKEN, None)


def test_a_hang_up_while_the_number_is_taken_ends_a_wait_that_was_told_already(
    runtime: Runtime, cast: Cast, at: HandClock
) -> None:
    mine = joins(runtime, cast)
    leaves(runtime, mine, Why.ASKED)
    at.passes(MINUTE)
    with runtime.act(CALLER) as act:
        assert desk.abandoned(act, desk.locked(act, mine))
    assert found(runtime, mine).state == Place.ABANDONED
    assert [one["seconds"] for one in entries(runtime, mine, "waited")] == [0]


def test_a_kept_place_outlives_the_going_of_those_who_turned_it_down(runtime: Runtime, cast: Cast) -> None:
    for who in (cast.lin, cast.zhou):
        sits(runtime, who)
    mine = joins(runtime, cast, who=cast.chen)
    keeps(runtime, cast, mine)
    answers(runtime, offered(runtime), Answer.DECLINED)
    for who in (cast.lin, cast.zhou):
        sits(runtime, who, Status.OFF)
    with runtime.look(CLOCK) as act:
        assert desk.overdue(act) == []
        assert desk.why_leave(act, desk.locked(act, mine)) is None


def test_a_kept_place_whose_agent_went_before_the_customer_answered_is_offered_again(
    runtime: Runtime, cast: Cast
) -> None:
    for who in (cast.lin, cast.zhou):
        sits(runtime, who)
    mine = joins(runtime, cast, who=cast.chen)
    keeps(runtime, cast, mine)
    first = offered(runtime)
    accepts(runtime, first)
    with runtime.act(CLOCK) as act:
        desk.put_back(act, desk.locked(act, mine))
    assert found(runtime, mine).state == Place.KEPT
    assert offered(runtime).staff_id != first.staff_id
