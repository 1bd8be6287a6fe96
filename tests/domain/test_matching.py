"""Who answers whom: the owner first, then the longest idle who can, and nobody twice."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from hotline.domain import desk
from hotline.domain.act import CLOCK, COMMAND
from hotline.domain.calls import Call
from hotline.domain.desk import Place
from hotline.domain.matching import Answer
from hotline.domain.seats import Status
from hotline.runtime import Runtime
from tests import given
from tests.domain.waiting import (
    MINUTE,
    SECOND,
    answers,
    found,
    joins,
    keeps,
    matched,
    offered,
    owed,
    owns,
    seat_of,
    sits,
    speaks,
)
from tests.world import Cast, HandClock


def test_nobody_is_rung_while_nobody_waits_or_nobody_is_free(runtime: Runtime, cast: Cast) -> None:
    sits(runtime, cast.lin)
    assert matched(runtime) is None
    sits(runtime, cast.lin, Status.BREAK)
    joins(runtime, cast)
    assert matched(runtime) is None


def test_the_next_caller_and_the_longest_idle_meet_and_the_ring_is_owed(
    runtime: Runtime, cast: Cast, at: HandClock
) -> None:
    for who in (cast.zhou, cast.lin):
        sits(runtime, who)
        at.passes(SECOND)
    first, _second = joins(runtime, cast, 1), joins(runtime, cast, 2)
    offer = offered(runtime)
    assert (offer.wait_id, offer.staff_id, offer.n) == (first, cast.zhou.id, 1)
    with runtime.look(COMMAND) as act:
        leg = act.session.get_one(Call, offer.call_id)
        assert (leg.direction, leg.staff_id, leg.step, leg.case_id) == ("out", cast.zhou.id, "agent-ring", None)
        assert leg.words_version == given.WORDS
    assert [entry.about["call"] for entry in owed(runtime, "place-call")] == [offer.call_id]
    assert (found(runtime, first).state, found(runtime, first).agent_id) == (Place.OFFERED, cast.zhou.id)
    assert (seat_of(runtime, cast.zhou).status, seat_of(runtime, cast.zhou).wait_id) == (Status.BUSY, first)


def test_an_emergency_is_answered_before_whoever_came_sooner(runtime: Runtime, cast: Cast, at: HandClock) -> None:
    joins(runtime, cast, 1)
    at.passes(SECOND)
    urgent = joins(runtime, cast, 2)
    with runtime.act(COMMAND) as act:
        desk.locked(act, urgent).emergency = True
    sits(runtime, cast.lin)
    assert offered(runtime).wait_id == urgent


def test_the_owner_is_waited_for_and_when_patience_ends_a_colleague_is_asked(
    runtime: Runtime, cast: Cast, at: HandClock
) -> None:
    for who in (cast.lin, cast.zhou):
        sits(runtime, who)
    owns(runtime, cast, cast.zhou)
    joins(runtime, cast, 1)
    assert offered(runtime).staff_id == cast.lin.id
    mine = joins(runtime, cast, 2, who=cast.chen)
    busy = offered(runtime)
    assert (busy.wait_id, busy.staff_id) == (mine, cast.zhou.id), "the owner is free"
    other = joins(runtime, cast, 3, who=cast.chen)
    sits(runtime, cast.wu)
    assert matched(runtime) is None, "the owner is in a call: waited for, though a colleague is free"
    at.passes(30 * SECOND)
    late = offered(runtime)
    assert (late.wait_id, late.staff_id) == (other, cast.wu.id)


def test_an_owner_who_declines_is_not_waited_for(runtime: Runtime, cast: Cast) -> None:
    for who in (cast.lin, cast.zhou):
        sits(runtime, who)
    owns(runtime, cast, cast.zhou)
    joins(runtime, cast, who=cast.chen)
    answers(runtime, offered(runtime), Answer.DECLINED)
    assert offered(runtime).staff_id == cast.lin.id


def test_whoever_waits_for_an_owner_holds_up_nobody_else(runtime: Runtime, cast: Cast) -> None:
    sits(runtime, cast.zhou)
    owns(runtime, cast, cast.zhou)
    joins(runtime, cast, 1)
    offered(runtime)
    joins(runtime, cast, 2, who=cast.chen)
    behind = joins(runtime, cast, 3)
    sits(runtime, cast.lin)
    assert offered(runtime).wait_id == behind


def test_the_companys_own_agents_come_before_the_groups(runtime: Runtime, cast: Cast, at: HandClock) -> None:
    for who in (cast.wu, cast.lin):
        sits(runtime, who)
        at.passes(SECOND)
    joins(runtime, cast, 1)
    joins(runtime, cast, 2)
    assert [offered(runtime).staff_id, offered(runtime).staff_id] == [cast.lin.id, cast.wu.id]


def test_a_caller_is_answered_in_their_language_while_anybody_serves_who_speaks_it(
    runtime: Runtime, cast: Cast, at: HandClock
) -> None:
    for who in (cast.lin, cast.wu):
        sits(runtime, who)
    speaks(runtime, cast.lin, "en")
    joins(runtime, cast, 1)
    assert offered(runtime).staff_id == cast.wu.id, "of another company, and speaks Chinese"
    mine = joins(runtime, cast, 2)
    assert matched(runtime) is None
    sits(runtime, cast.wu, Status.OFF)
    assert (offered(runtime).wait_id, seat_of(runtime, cast.lin).wait_id) == (mine, mine)


def test_whoever_another_call_of_ours_rings_is_passed_over(runtime: Runtime, cast: Cast) -> None:
    for who in (cast.lin, cast.zhou):
        sits(runtime, who)
    joins(runtime, cast)
    with runtime.act(CLOCK) as act:
        given.call(act, cast, sid="CA" + "7" * 32)
        ringing = act.session.scalars(select(Call).where(Call.sid == "CA" + "7" * 32)).one()
        ringing.direction, ringing.staff_id = "out", cast.lin.id
    assert offered(runtime).staff_id == cast.zhou.id


def test_a_kept_place_comes_up_in_its_turn_and_goes_back_to_it(runtime: Runtime, cast: Cast, at: HandClock) -> None:
    mine = joins(runtime, cast, 1, who=cast.chen)
    at.passes(SECOND)
    joins(runtime, cast, 2)
    case = keeps(runtime, cast, mine)
    sits(runtime, cast.lin)
    sits(runtime, cast.zhou, Status.BREAK)
    offer = offered(runtime)
    assert offer.wait_id == mine
    with runtime.look(COMMAND) as act:
        assert act.session.get_one(Call, offer.call_id).case_id == case
    sits(runtime, cast.zhou)
    answers(runtime, offer, Answer.NO_ANSWER)
    assert found(runtime, mine).state == Place.KEPT
    assert offered(runtime).wait_id == mine


def test_whoever_kept_a_place_is_not_rung_in_their_sleep(runtime: Runtime, cast: Cast, at: HandClock) -> None:
    at.passes(timedelta(hours=10, minutes=50))  # 20:50
    mine = joins(runtime, cast, who=cast.chen)
    keeps(runtime, cast, mine)
    at.passes(15 * MINUTE)
    for who in (cast.lin, cast.zhou):
        sits(runtime, who)
    answers(runtime, offered(runtime), Answer.BUSY)  # 21:05: they asked for it just now
    at.passes(10 * MINUTE)
    sits(runtime, cast.zhou)
    assert matched(runtime) is None
    at.passes(timedelta(hours=11))  # 08:15
    sits(runtime, cast.zhou)
    assert offered(runtime).staff_id == cast.zhou.id
