"""An agent is asked: takes the caller, turns them down, or finds them gone."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy.exc import IntegrityError

from hotline.domain import companies, desk, matching, seats
from hotline.domain.act import COMMAND, Actor
from hotline.domain.desk import Place, Why
from hotline.domain.matching import AgentOffer, Answer
from hotline.domain.offers import TURNED_DOWN, UNANSWERED, withdraw
from hotline.domain.seats import Status
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
    its,
    joins,
    keeps,
    leaves,
    matched,
    offered,
    seat_of,
    sits,
)
from tests.world import Cast, HandClock


def test_only_the_first_acceptance_connects_and_it_may_be_said_twice(runtime: Runtime, cast: Cast) -> None:
    sits(runtime, cast.lin)
    mine = joins(runtime, cast)
    offer = offered(runtime)
    with runtime.act(Actor("phone", cast.lin.id)) as act:
        matching.heard(act, its(act, offer))
    accepts(runtime, offer)
    accepts(runtime, offer)
    answers(runtime, offer, Answer.NO_KEY)
    wait = found(runtime, mine)
    assert (wait.state, wait.agent_id) == (Place.CONNECTED, cast.lin.id)
    assert seat_of(runtime, cast.lin).status == Status.BUSY
    assert [one["answer"] for one in entries(runtime, mine, "agent-answered")] == ["accepted"]
    for _ in range(2):
        with runtime.act(COMMAND) as act:
            desk.put_through(act, desk.locked(act, mine))
    assert len(entries(runtime, mine, "waited")) == 1


def test_nobody_accepts_a_caller_who_is_gone(runtime: Runtime, cast: Cast) -> None:
    sits(runtime, cast.lin)
    mine = joins(runtime, cast)
    offer = offered(runtime)
    with runtime.act(COMMAND) as act:
        desk.abandoned(act, desk.locked(act, mine))
    with pytest.raises(Conflict):
        accepts(runtime, offer)


@pytest.mark.parametrize("what", sorted(TURNED_DOWN))
def test_whoever_turned_a_caller_down_is_not_asked_again_and_the_place_is_kept(
    runtime: Runtime, cast: Cast, at: HandClock, what: Answer
) -> None:
    for who in (cast.lin, cast.zhou):
        sits(runtime, who)
        at.passes(SECOND)
    mine = joins(runtime, cast, 1)
    at.passes(SECOND)
    joins(runtime, cast, 2)
    answers(runtime, offered(runtime), what)
    assert (found(runtime, mine).state, found(runtime, mine).agent_id) == (Place.WAITING, None)
    second = offered(runtime)
    assert (second.wait_id, second.staff_id, second.n) == (mine, cast.zhou.id, 2)
    assert offered(runtime).staff_id == cast.lin.id, "for the other caller"
    assert seat_of(runtime, cast.lin).misses == (0 if what is Answer.DECLINED else 1)


def test_when_all_were_asked_in_vain_the_caller_leaves_the_line(runtime: Runtime, cast: Cast) -> None:
    for who in (cast.lin, cast.wu):
        sits(runtime, who)
    mine = joins(runtime, cast)
    answers(runtime, offered(runtime), Answer.DECLINED)
    assert found(runtime, mine).state == Place.WAITING
    answers(runtime, offered(runtime), Answer.DECLINED)
    assert (found(runtime, mine).state, found(runtime, mine).why) == (Place.LEAVING, Why.DECLINED)
    assert matched(runtime) is None


@pytest.mark.parametrize("what", sorted(UNANSWERED))
def test_the_only_agent_who_was_too_slow_is_rung_once_more_for_the_same_caller_first(
    runtime: Runtime, cast: Cast, at: HandClock, what: Answer
) -> None:
    sits(runtime, cast.lin)
    mine = joins(runtime, cast, 1)
    at.passes(SECOND)
    joins(runtime, cast, 2)
    answers(runtime, offered(runtime), what)
    assert found(runtime, mine).state == Place.WAITING
    again = offered(runtime)
    assert (again.wait_id, again.staff_id, again.n) == (mine, cast.lin.id, 2)
    answers(runtime, again, what)
    assert seat_of(runtime, cast.lin).status == Status.AWAY
    assert found(runtime, mine).why in (Why.DECLINED, Why.NOBODY)


def test_a_colleague_in_a_call_is_still_a_hope(runtime: Runtime, cast: Cast) -> None:
    for who in (cast.lin, cast.zhou):
        sits(runtime, who)
    joins(runtime, cast, 1)
    accepts(runtime, offered(runtime))
    mine = joins(runtime, cast, 2)
    answers(runtime, offered(runtime), Answer.DECLINED)
    assert found(runtime, mine).state == Place.WAITING


def test_two_unanswered_offers_make_the_agent_away(runtime: Runtime, cast: Cast) -> None:
    for who in (cast.lin, cast.zhou):
        sits(runtime, who)
    for n in (1, 2):
        joins(runtime, cast, n)
        answers(runtime, offered(runtime), Answer.NO_ANSWER)
        accepts(runtime, offered(runtime))
        with runtime.act(COMMAND) as act:
            companies.get(act, cast.heat.id)
            seat = seats.locked(act, cast.zhou.id)
            seats.wrap_up(act, seat)
            seats.choose(act, seat, Status.FREE)
            seat.idle_since += timedelta(hours=1)  # rung after Lin
    assert (seat_of(runtime, cast.lin).status, seat_of(runtime, cast.lin).why) == (Status.AWAY, "unanswered")


def test_who_declined_is_asked_again_a_little_later_while_the_colleague_is_in_a_call(
    runtime: Runtime, cast: Cast, at: HandClock
) -> None:
    for who in (cast.lin, cast.zhou):
        sits(runtime, who)
    joins(runtime, cast, 1)
    accepts(runtime, offered(runtime))
    mine = joins(runtime, cast, 2)
    first = offered(runtime)
    answers(runtime, first, Answer.DECLINED)
    at.passes(MINUTE - SECOND)
    assert matched(runtime) is None
    at.passes(SECOND)
    again = offered(runtime)
    assert (again.wait_id, again.staff_id, again.n) == (mine, first.staff_id, 2)
    answers(runtime, again, Answer.DECLINED)
    at.passes(MINUTE)
    assert matched(runtime) is None


def test_a_kept_place_that_nobody_takes_ends_and_the_supervisor_hears_of_it(
    runtime: Runtime, cast: Cast, at: HandClock
) -> None:
    sits(runtime, cast.lin)
    mine = joins(runtime, cast, who=cast.chen)
    keeps(runtime, cast, mine)
    answers(runtime, offered(runtime), Answer.DECLINED)
    assert found(runtime, mine).state == Place.KEPT
    at.passes(MINUTE)
    answers(runtime, offered(runtime), Answer.DECLINED)
    assert found(runtime, mine).state == Place.TAKEN
    with runtime.look(COMMAND) as act:
        assert given.told(act) == [("nobody-answered", cast.sun.id)]


def test_a_caller_who_wants_to_be_rung_back_is_offered_to_nobody(runtime: Runtime, cast: Cast) -> None:
    sits(runtime, cast.lin)
    mine = joins(runtime, cast)
    offer = offered(runtime)
    leaves(runtime, mine, Why.ASKED)
    assert matched(runtime) is None
    assert seat_of(runtime, cast.lin).status == Status.FREE
    with runtime.look(COMMAND) as act:
        assert act.session.get_one(AgentOffer, offer.id).answer == Answer.WITHDRAWN


def test_the_wait_is_withdrawn_from_its_agent_alone(runtime: Runtime, cast: Cast) -> None:
    for who in (cast.lin, cast.zhou):
        sits(runtime, who)
    mine, other = joins(runtime, cast, 1), joins(runtime, cast, 2)
    offers = {offer.wait_id: offer for offer in (offered(runtime), offered(runtime))}
    with runtime.act(COMMAND) as act:
        wait = desk.locked(act, mine)
        withdraw(act, wait.id, chain=wait.chain)
    with runtime.look(COMMAND) as act:
        states = {wait: act.session.get_one(AgentOffer, offer.id).answer for wait, offer in offers.items()}
    assert states == {mine: Answer.WITHDRAWN, other: Answer.RINGING}


@pytest.mark.parametrize("twice", ["agent", "caller"])
def test_the_database_itself_refuses_two_offers_at_once(runtime: Runtime, cast: Cast, twice: str) -> None:
    sits(runtime, cast.lin)
    joins(runtime, cast)
    offer = offered(runtime)
    wait_id, staff_id = (offer.wait_id + 1, offer.staff_id) if twice == "agent" else (offer.wait_id, cast.zhou.id)
    with pytest.raises(IntegrityError), runtime.act(COMMAND) as act:
        act.session.add(AgentOffer(wait_id=wait_id, staff_id=staff_id, n=9, rung_at=act.at, answer=Answer.HEARD))


def test_a_call_that_carries_no_offer_is_told_apart(runtime: Runtime, cast: Cast) -> None:
    with runtime.act(COMMAND) as act:
        assert matching.of_call(act, given.call(act, cast)) is None
