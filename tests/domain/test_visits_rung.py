"""Whoever is owed a return visit is rung about it, whatever is tried or said before its day (VIS-1 to VIS-3)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from hotline.domain import (
    attempts,
    callbacks,
    calls,
    companies,
    owed_calls,
    promises,
    visit_results,
    visits,
)
from hotline.domain.act import CALLER, COMMAND
from hotline.domain.callbacks import Callback, Style
from hotline.domain.calls import State as CallState
from hotline.domain.cases import Kind
from hotline.domain.visits import COMPLAINT, REPAIR, RESULT, VISITOR, State, Visit
from hotline.runtime import Runtime
from tests import given, rung
from tests.verified import the_log_agrees as the_log_agrees
from tests.visiting import GOOD, Mended, mended
from tests.world import START, Cast, HandClock

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
TOMORROW, MIDNIGHT = START + DAY, START.replace(hour=0) + DAY


def ask(runtime: Runtime, cast: Cast, by: str) -> None:
    """From here on the heating company has its customers asked by an agent, or by the machine."""
    with runtime.act(COMMAND) as act:
        companies.get(act, cast.heat.id).overrides = {"visits": {"by": by}}


def owes_visit(runtime: Runtime, cast: Cast, rule: str = COMPLAINT, *, also: str | None = None) -> int:
    """One of ours is to ask Chen how it was, from tomorrow on; `also`: what is owed before. The id of the callback."""
    ask(runtime, cast, "agent")
    with runtime.act(COMMAND) as act:
        case = given.case(act, cast, kind=Kind.COMPLAINT if rule == COMPLAINT else Kind.ENQUIRY)
        if also is not None:
            callbacks.owe(act, case, also)
        visits.owe(act, case, rule)
        callback = callbacks.open_of(act, case.id)
        assert callback is not None
        return callback.id


def visit_of(runtime: Runtime, callback_id: int) -> Visit:
    with runtime.look(COMMAND) as act:
        [visit] = visits.of_case(act, act.session.get_one(Callback, callback_id).case_id)
        return visit


def talks(runtime: Runtime, cast: Cast, owed: int, how: str) -> None:
    """Somebody of ours talks with Chen about that matter, and fills in no form."""
    call_id = rung.by_hand(runtime, owed) if how == "rung by hand" else None
    with runtime.act(CALLER) as act:
        case = rung.case_of(act, owed)
        if how == "rings in":
            ringing = given.call(act, cast, who=cast.chen)
            call_id, ringing.case_id = ringing.id, case.id
            callbacks.served(act, ringing, by=cast.lin.id)
        else:
            callbacks.reached(act, case)
    if call_id is not None:
        rung.ends(runtime, call_id, CallState.ENDED)


def is_asked(runtime: Runtime, done: Mended) -> calls.Call:
    """The machine rings about the repair, and Chen picks up."""
    rung.begins(runtime)
    with runtime.look(COMMAND) as act:
        query = select(calls.Call).where(calls.Call.case_id == done.id, calls.Call.direction == "out")
        return act.session.scalars(query.order_by(calls.Call.id)).all()[-1]


def wants_a_person(runtime: Runtime, call: calls.Call, *, now: bool) -> None:
    """Chen presses 0 in this call; `now`: somebody is there."""
    with runtime.act(CALLER) as act:
        found = calls.locked(act, call.id)
        companies.get(act, found.company_id)
        visit_results.wants_a_person(act, found, now=now)


def open_calls(runtime: Runtime, done: Mended) -> list[Callback]:
    with runtime.look(COMMAND) as act:
        return [one for one in callbacks.of_case(act, done.id) if one.state == "open"]


@pytest.mark.parametrize("how", ["reached", "rings in", "rung by hand"])
def test_a_talk_before_its_day_leaves_the_visit_to_be_made_on_its_day(
    runtime: Runtime, cast: Cast, at: HandClock, how: str
) -> None:
    owed = owes_visit(runtime, cast, also=rung.MISSED)
    talks(runtime, cast, owed, how)
    found = rung.found(runtime, owed)
    assert (found.state, found.next_at, found.attempts) == ("open", TOMORROW, 0)
    assert rung.verdicts(runtime, owed) == {rung.MISSED: "kept", COMPLAINT: "open"}
    at.set(TOMORROW)
    rung.sits(runtime, cast.lin)
    rung.begins(runtime)
    assert [one.callback_id for one in rung.in_line(runtime)] == [owed]


@pytest.mark.parametrize(("rule", "day"), [(COMPLAINT, TOMORROW), (REPAIR, TOMORROW), (VISITOR, MIDNIGHT + 8 * HOUR)])
def test_every_visit_that_one_of_ours_makes_outlasts_a_talk(
    runtime: Runtime, cast: Cast, rule: str, day: object
) -> None:
    owed = owes_visit(runtime, cast, rule)
    talks(runtime, cast, owed, "rung by hand")
    assert (rung.found(runtime, owed).next_at, visit_of(runtime, owed).state) == (day, State.OWED)


def test_whoever_was_reached_without_a_form_is_rung_on_the_next_days_until_there_is_one_or_they_talked_thrice(
    runtime: Runtime, cast: Cast, at: HandClock
) -> None:
    owed = owes_visit(runtime, cast, REPAIR)
    eight = TOMORROW.replace(hour=8)
    for day, then in ((0, eight + DAY), (1, eight + 4 * DAY), (4, None)):  # Thursday, Friday, Monday
        at.set(TOMORROW + day * DAY)
        talks(runtime, cast, owed, "rung by hand")
        assert rung.found(runtime, owed).next_at == then
    with runtime.act(COMMAND) as act:
        visit = visits.get(act, visit_of(runtime, owed).id)
        visit_results.record(act, visit.id, given.person(act, cast.lin), GOOD)
    assert (rung.found(runtime, owed).state, rung.found(runtime, owed).next_at) == ("reached", None)


def test_an_answer_that_is_owed_beside_it_waits_for_a_person_and_the_visit_for_nobody(
    runtime: Runtime, cast: Cast
) -> None:
    owed = owes_visit(runtime, cast, also="CBK-1.answer")
    talks(runtime, cast, owed, "reached")
    assert rung.found(runtime, owed).next_at == TOMORROW
    with runtime.act(COMMAND) as act:
        promises.done(act, COMPLAINT, rung.case_of(act, owed))
        callbacks.reached(act, rung.case_of(act, owed))
    assert (rung.found(runtime, owed).state, rung.found(runtime, owed).next_at) == ("open", None)


@pytest.mark.parametrize("now", [True, False], ids=["put through", "nobody there"])
def test_whoever_wants_a_person_is_asked_by_one_of_ours_where_no_form_comes_of_it(
    runtime: Runtime, cast: Cast, at: HandClock, now: bool
) -> None:
    done = mended(runtime, cast)
    at.set(TOMORROW)
    wants_a_person(runtime, is_asked(runtime, done), now=now)
    [asks] = open_calls(runtime, done)
    assert (asks.style, asks.rule, asks.next_at) == ("talk", REPAIR, TOMORROW + (2 * HOUR if now else 0 * HOUR))
    if now:
        talks(runtime, cast, asks.id, "reached")
    assert [rule for rule, _verdict in done.verdicts].count(REPAIR) == 1, "promised once"
    done.records(cast.lin, GOOD)
    assert [(one.state, one.next_at is None) for one in open_calls(runtime, done)] == ([] if now else [("open", False)])


def test_whoever_answered_before_they_wanted_a_person_was_asked(runtime: Runtime, cast: Cast, at: HandClock) -> None:
    done = mended(runtime, cast)
    at.set(TOMORROW)
    call = is_asked(runtime, done)
    with runtime.act(CALLER) as act:
        visit_results.answered(act, done.visits[0].id, act.session.merge(call), GOOD)
    wants_a_person(runtime, call, now=True)
    assert open_calls(runtime, done) == []


@pytest.mark.parametrize("also", [None, "CBK-1.answer"], ids=["alone", "after an answer"])
def test_calls_by_hand_before_its_day_use_up_no_try_of_the_visit(
    runtime: Runtime, cast: Cast, at: HandClock, also: str | None
) -> None:
    owed = owes_visit(runtime, cast, also=also)
    if also is not None:
        with runtime.act(COMMAND) as act:
            promises.done(act, also, rung.case_of(act, owed))
            callbacks.settle(act, rung.case_of(act, owed))
    for _ in range(3):
        rung.ends(runtime, rung.by_hand(runtime, owed), CallState.UNANSWERED)
        found = rung.found(runtime, owed)
        assert (found.state, found.attempts, found.next_at) == ("open", 0, TOMORROW)
        at.passes(HOUR)
    assert visit_of(runtime, owed).state == State.OWED
    at.set(TOMORROW)
    rung.ends(runtime, rung.by_hand(runtime, owed), CallState.UNANSWERED)
    found = rung.found(runtime, owed)
    assert (found.attempts, found.next_at) == (1, TOMORROW.replace(hour=18)), "morning and noon were tried"


def test_a_call_by_hand_just_before_it_begins_is_followed_by_one_in_another_slot(
    runtime: Runtime, cast: Cast, at: HandClock
) -> None:
    owed = owes_visit(runtime, cast)
    at.set(TOMORROW - HOUR / 2)
    rung.ends(runtime, rung.by_hand(runtime, owed), CallState.BUSY)
    assert (rung.found(runtime, owed).attempts, rung.found(runtime, owed).next_at) == (0, TOMORROW + 2 * HOUR)


def test_a_carrier_that_cannot_be_had_brings_the_visit_forward_for_nobody(
    runtime: Runtime, cast: Cast, at: HandClock
) -> None:
    owed = owes_visit(runtime, cast)
    rung.ends(runtime, rung.by_hand(runtime, owed), CallState.FAILED, cause="carrier-unreachable")
    assert rung.found(runtime, owed).next_at == TOMORROW
    with runtime.act(COMMAND) as act:
        attempts.failed(act, owed)
    assert rung.found(runtime, owed).next_at == TOMORROW


def test_whoever_is_rung_now_in_vain_is_rung_on_the_day_and_on_no_day_off(
    runtime: Runtime, cast: Cast, at: HandClock
) -> None:
    at.passes(2 * DAY)  # a Friday: tomorrow is a day off
    owed = owes_visit(runtime, cast)
    at.passes(HOUR)
    with runtime.act(COMMAND) as act:
        callbacks.plan(act, owed, at=None, by=cast.lin.id)
    rung.sits(runtime, cast.lin)
    rung.begins(runtime)
    rung.ends(runtime, rung.takes(runtime), CallState.UNANSWERED)
    found = rung.found(runtime, owed)
    assert (found.attempts, found.agreed, found.next_at) == (0, False, START.replace(hour=8) + 5 * DAY), "on Monday"


def test_what_else_is_owed_is_tried_as_ever_and_counts(runtime: Runtime, cast: Cast, at: HandClock) -> None:
    owed = owes_visit(runtime, cast, also=rung.MISSED)
    rung.ends(runtime, rung.by_hand(runtime, owed), CallState.UNANSWERED)
    assert (rung.found(runtime, owed).attempts, rung.found(runtime, owed).next_at) == (1, START + 2 * HOUR)


def test_whoever_waits_for_a_result_is_asked_at_once_and_each_try_counts(
    runtime: Runtime, cast: Cast, at: HandClock
) -> None:
    with runtime.act(COMMAND) as act:
        case = given.case(act, cast, kind=Kind.FAULT)
        callbacks.owe(act, case, RESULT)
        visits.owe(act, case, REPAIR)
        owed = owed_calls.open_in(act, case.id, Style.SURVEY)
        assert owed is not None
    rung.begins(runtime)
    [call] = rung.calls_to(runtime, cast.chen.id)
    rung.ends(runtime, call.id, CallState.UNANSWERED)
    assert (rung.found(runtime, owed.id).attempts, rung.found(runtime, owed.id).next_at) == (1, START + 2 * HOUR)
