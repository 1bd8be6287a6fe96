"""Each attempt at reaching a customer begins when it may, ends somehow, and says what comes next (CBK-3, FLT-7)."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial

import pytest
from sqlalchemy import delete, select

from hotline.domain import (
    attempts,
    callbacks,
    calls,
    cases,
    companies,
    customers,
    desk,
    legs,
    matching,
    promises,
)
from hotline.domain.act import CALLER, COMMAND
from hotline.domain.callbacks import Outcome, Style
from hotline.domain.calls import State
from hotline.domain.cases import Kind
from hotline.domain.outbox import OutboxEntry
from hotline.domain.waits import Place
from hotline.errors import Conflict
from hotline.runtime import Runtime
from tests import given, rung
from tests.domain.waiting import matched, seat_of
from tests.faults.test_decided_at_once import at_once
from tests.world import SHANGHAI, Cast, HandClock, number

MINUTE = timedelta(minutes=1)


def hour_of(runtime: Runtime, callback_id: int) -> str:
    """When the next attempt begins, on the wall."""
    next_at = rung.found(runtime, callback_id).next_at
    return f"{next_at.astimezone(SHANGHAI):%d %H:%M}" if next_at is not None else "-"


def test_nobody_is_rung_before_somebody_is_there_to_talk(runtime: Runtime, cast: Cast) -> None:
    owed = rung.owes(runtime, cast)
    rung.begins(runtime)
    assert rung.in_line(runtime) == []
    rung.sits(runtime, cast.lin)
    rung.begins(runtime)
    [wait] = rung.in_line(runtime)
    assert (wait.state, wait.call_id, wait.callback_id) == (Place.KEPT, None, owed)
    assert rung.calls_to(runtime, cast.chen.id) == [], "one of ours is on the line first"
    assert rung.found(runtime, owed).next_at is None


def test_no_more_are_rung_than_there_are_agents_and_whoever_is_owed_longest_goes_first(
    runtime: Runtime, cast: Cast, at: HandClock
) -> None:
    for last in range(3):
        with runtime.act(COMMAND) as act:
            case = given.case(act, cast, kind=Kind.CALLBACK, matter="abandoned")
            case.customer_id = customers.with_number(act, number(500 + last)).id
            callbacks.owe(act, case, rung.MISSED)
        at.passes(MINUTE)
    rung.sits(runtime, cast.lin, cast.zhou)
    rung.begins(runtime)
    assert [wait.callback_id for wait in rung.in_line(runtime)] == [1, 2]
    rung.begins(runtime)
    assert len(rung.in_line(runtime)) == 2


def test_a_customer_in_a_call_with_us_is_rung_a_little_later(runtime: Runtime, cast: Cast, at: HandClock) -> None:
    owed = rung.owes(runtime, cast)
    rung.sits(runtime, cast.lin)
    with runtime.act(CALLER) as act:
        given.call(act, cast, who=cast.chen)
    rung.begins(runtime)
    assert rung.in_line(runtime) == []
    assert rung.found(runtime, owed).next_at == at.now + runtime.figures.callbacks.look_again.span


def test_of_two_matters_of_one_customer_one_is_rung_about_at_a_time(runtime: Runtime, cast: Cast) -> None:
    first, second = rung.owes(runtime, cast), rung.owes(runtime, cast)
    rung.sits(runtime, cast.lin, cast.zhou)
    rung.begins(runtime)
    assert [wait.callback_id for wait in rung.in_line(runtime)] == [first]
    assert rung.tried(runtime, second) == []
    assert rung.found(runtime, second).state == "open"


def test_many_workers_at_once_ring_a_customer_once(runtime: Runtime, cast: Cast) -> None:
    rung.owes(runtime, cast)
    rung.owes(runtime, cast, "VIS-1.repair", style=Style.SURVEY)
    rung.owes(runtime, cast)
    rung.sits(runtime, cast.lin, cast.zhou)
    at_once(*[partial(rung.begins, runtime)] * 6)
    under_way = [one for callback in (1, 2, 3) for one in rung.tried(runtime, callback) if one.ended_at is None]
    assert len(under_way) == 1
    assert len(rung.in_line(runtime)) + len(rung.calls_to(runtime, cast.chen.id)) == 1


@pytest.mark.parametrize(
    ("state", "outcome"),
    [(State.UNANSWERED, "no-answer"), (State.ENDED, "no-key")],
)
def test_whoever_is_not_reached_is_tried_in_the_next_slot(
    runtime: Runtime, cast: Cast, state: State, outcome: str
) -> None:
    owed = rung.owes(runtime, cast)
    rung.sits(runtime, cast.lin)
    rung.begins(runtime)
    rung.ends(runtime, rung.takes(runtime), state)
    [attempt] = rung.tried(runtime, owed)
    assert (attempt.outcome, attempt.slot, attempt.n) == (outcome, "morning", 1)
    assert (rung.found(runtime, owed).attempts, hour_of(runtime, owed)) == (1, "18 12:00")
    assert rung.in_line(runtime) == []
    assert seat_of(runtime, cast.lin).status == "free"


def test_an_engaged_line_is_tried_once_more_within_the_same_attempt(
    runtime: Runtime, cast: Cast, at: HandClock
) -> None:
    owed = rung.owes(runtime, cast)
    rung.sits(runtime, cast.lin)
    rung.begins(runtime)
    for tries in (1, 2):
        rung.ends(runtime, rung.takes(runtime), State.BUSY)
        assert len(rung.calls_to(runtime, cast.chen.id)) == tries
        at.passes(MINUTE)
        rung.sits(runtime, cast.lin)
    assert [one.outcome for one in rung.tried(runtime, owed)] == ["busy"]
    assert hour_of(runtime, owed) == "18 12:00", "two hours after it began"


def test_where_nobody_of_ours_can_be_had_it_does_not_count(runtime: Runtime, cast: Cast, at: HandClock) -> None:
    owed = rung.owes(runtime, cast)
    rung.sits(runtime, cast.lin)
    rung.begins(runtime)
    with runtime.act(COMMAND) as act:
        desk.leave(act, desk.locked(act, rung.in_line(runtime)[0].id), desk.Why.DECLINED)
    assert [one.outcome for one in rung.tried(runtime, owed)] == ["no-agent"]
    again = rung.found(runtime, owed)
    assert (again.attempts, again.next_at) == (0, at.now + 20 * MINUTE)


def test_after_the_last_attempt_the_owner_the_supervisor_and_the_customer_know(
    runtime: Runtime, cast: Cast, at: HandClock
) -> None:
    owed = rung.owes(runtime, cast)
    for hours in (2, 6, 0):
        rung.sits(runtime, cast.lin)
        rung.begins(runtime)
        rung.ends(runtime, rung.takes(runtime), State.UNANSWERED)
        at.passes(timedelta(hours=hours))
    over = rung.found(runtime, owed)
    assert (over.state, over.attempts, over.ended_at) == ("unreached", 3, at.now)
    with runtime.look(COMMAND) as act:
        assert given.told(act) == [("callback-unreached", cast.lin.id), ("callback-unreached", cast.sun.id)]
        texts = select(OutboxEntry.about).where(OutboxEntry.kind == "send-text")
        assert [one["text"] for one in act.session.scalars(texts)] == ["callback-in-vain"]
    assert rung.verdicts(runtime, owed) == {rung.MISSED: "open"}, "what was promised is still owed (VIS-5)"


@pytest.mark.parametrize("whose", ["ours", "theirs"])
def test_where_there_is_no_number_any_more_it_is_told_at_once(runtime: Runtime, cast: Cast, whose: str) -> None:
    owed = rung.owes(runtime, cast)
    with runtime.act(COMMAND) as act:
        if whose == "ours":
            act.session.execute(delete(companies.CompanyNumber))
        else:
            customers.erase(act, customers.get(act, cast.chen.id))
    rung.sits(runtime, cast.lin)
    rung.begins(runtime)
    assert (rung.found(runtime, owed).state, rung.found(runtime, owed).why) == ("unreached", "no-number")
    with runtime.look(COMMAND) as act:
        assert [text for text, _who in given.told(act)] == ["callback-unreached"] * 2
        assert act.session.scalar(select(OutboxEntry.id).where(OutboxEntry.kind == "send-text")) is None


def test_what_was_settled_otherwise_is_not_rung_about(runtime: Runtime, cast: Cast) -> None:
    done, closed = rung.owes(runtime, cast), rung.owes(runtime, cast)
    with runtime.act(COMMAND) as act:
        promises.done(act, rung.MISSED, rung.case_of(act, done))
        cases.mark_closed(act, rung.case_of(act, closed), by=cast.lin.id, outcome="已答复")
    rung.sits(runtime, cast.lin, cast.zhou)
    rung.begins(runtime)
    assert [rung.found(runtime, one).state for one in (done, closed)] == ["reached", "cancelled"]
    assert rung.in_line(runtime) == []


def test_a_place_whose_call_back_is_over_leaves_the_line(runtime: Runtime, cast: Cast) -> None:
    owed = rung.owes(runtime, cast)
    rung.sits(runtime, cast.lin)
    rung.begins(runtime)
    with runtime.act(COMMAND) as act:
        callbacks.cancel(act, owed, by=cast.lin.id, why="客户已发短信说不用了")
    assert matched(runtime) is None, "nobody is asked to ring them"
    rung.begins(runtime)
    assert rung.in_line(runtime) == []
    assert [one.outcome for one in rung.tried(runtime, owed)] == [Outcome.OVER]


def test_an_agent_who_accepts_a_customer_who_is_on_the_line_by_now_is_free_again(runtime: Runtime, cast: Cast) -> None:
    rung.owes(runtime, cast)
    rung.sits(runtime, cast.lin)
    rung.begins(runtime)
    assert matched(runtime) is not None
    with runtime.act(CALLER) as act:
        given.call(act, cast, who=cast.chen)
    with runtime.act(CALLER) as act:
        [leg] = [one for one in act.session.scalars(select(calls.Call)) if one.staff_id == cast.lin.id]
        offer = matching.of_call(act, leg)
        assert offer is not None
        with pytest.raises(Conflict, match="in a call with us already"):
            matching.accept(act, offer)
    assert seat_of(runtime, cast.lin).status == "free"
    assert [wait.state for wait in rung.in_line(runtime)] == [Place.KEPT]
    assert rung.calls_to(runtime, cast.chen.id) == []


def test_whoever_is_called_by_hand_in_vain_is_rung_by_itself_from_then_on(runtime: Runtime, cast: Cast) -> None:
    owed = rung.owes(runtime, cast, "CBK-1.answer", kind=Kind.ENQUIRY)
    assert rung.found(runtime, owed).next_at is None, "somebody has to find the answer first"
    rung.ends(runtime, rung.by_hand(runtime, owed), State.UNANSWERED)
    assert [one.outcome for one in rung.tried(runtime, owed)] == ["no-answer"]
    assert hour_of(runtime, owed) == "18 12:00"


def test_a_machine_asks_at_once_as_many_as_the_platform_holds(runtime: Runtime, cast: Cast) -> None:
    owed = rung.owes(runtime, cast, "VIS-1.repair", style=Style.SURVEY)
    rung.begins(runtime)
    [call] = rung.calls_to(runtime, cast.chen.id)
    assert (call.step, call.slots["callback"]) == ("survey", owed)
    with runtime.look(COMMAND) as act:
        assert calls.unseal(act, call, call.slots["sealed_contact"]) == cast.chen.number.e164
        assert legs.wanted(act, call)
    rung.ends(runtime, call.id, State.ENDED)
    assert [one.outcome for one in rung.tried(runtime, owed)] == ["no-key"]
    assert hour_of(runtime, owed) == "18 12:00"


def test_a_survey_that_is_not_wanted_any_more_is_not_placed(runtime: Runtime, cast: Cast) -> None:
    owed = rung.owes(runtime, cast, "VIS-1.repair", style=Style.SURVEY)
    rung.begins(runtime)
    with runtime.act(COMMAND) as act:
        callbacks.refused(act, rung.case_of(act, owed))
    [call] = rung.calls_to(runtime, cast.chen.id)
    with runtime.look(COMMAND) as act:
        assert not legs.wanted(act, call)
    assert rung.found(runtime, owed).state == "refused"


def test_a_place_that_stood_in_the_line_until_a_day_off_waits_for_the_next_day_of_work(
    runtime: Runtime, cast: Cast, at: HandClock
) -> None:
    at.set(datetime(2026, 11, 20, 20, 30, tzinfo=SHANGHAI))  # a Friday evening, in the season
    rung.owes(runtime, cast)
    rung.sits(runtime, cast.lin)
    rung.begins(runtime)
    for later, rings in ((timedelta(hours=12), False), (timedelta(days=2), True)):
        at.passes(later)
        rung.sits(runtime, cast.lin)
        assert (matched(runtime) is not None) is rings


def test_after_an_agreed_time_on_a_day_off_the_next_attempt_keeps_to_days_of_work(
    runtime: Runtime, cast: Cast, at: HandClock
) -> None:
    owed, agreed = rung.owes(runtime, cast), datetime(2026, 11, 21, 9, 30, tzinfo=SHANGHAI)  # a Saturday
    with runtime.act(COMMAND) as act:
        callbacks.plan(act, owed, at=agreed, by=cast.lin.id)
    at.set(agreed)
    rung.sits(runtime, cast.lin)
    rung.begins(runtime)
    rung.ends(runtime, rung.takes(runtime), State.UNANSWERED)
    assert hour_of(runtime, owed) == "23 12:00", "at noon, for the morning was tried"


def test_what_could_not_be_begun_is_begun_again_later(runtime: Runtime, cast: Cast, at: HandClock) -> None:
    owed = rung.owes(runtime, cast)
    with runtime.act(COMMAND) as act:
        attempts.failed(act, owed)
    assert rung.found(runtime, owed).next_at == at.now + timedelta(hours=2)
