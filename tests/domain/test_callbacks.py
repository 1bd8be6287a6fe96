"""What is owed by telephone: made with its promise, planned, joined, served, refused, and never two in one matter."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, true
from sqlalchemy.exc import IntegrityError

from hotline.domain import (
    anonymity,
    audit,
    callback_lists,
    callbacks,
    calls,
    cases,
    companies,
    matters,
    owed_calls,
    promises,
)
from hotline.domain.act import CALLER, COMMAND
from hotline.domain.callbacks import Callback, Style
from hotline.domain.calls import State
from hotline.domain.cases import Case, Kind
from hotline.domain.matters import Told
from hotline.errors import Conflict, Invalid, NotFound
from hotline.runtime import Runtime
from tests import given, rung
from tests.world import SHANGHAI, Cast, HandClock

HOUR = timedelta(hours=1)


def entries(runtime: Runtime, callback_id: int) -> list[str]:
    """What the log says of the calls back of a matter."""
    with runtime.look(COMMAND) as act:
        case_id = act.session.get_one(Callback, callback_id).case_id
        told = audit.entries(act.session, f"case:{case_id}")
        return [one.kind for one in told if one.kind.startswith("callback")]


def rings_in(runtime: Runtime, cast: Cast, *, unnamed: bool = False) -> None:
    """Chen rings and talks with Lin."""
    with runtime.act(CALLER) as act:
        call = given.call(act, cast, who=cast.chen)
        if unnamed:
            anonymity.note(act, call, 1)
        callbacks.served(act, call, by=cast.lin.id)


def test_what_asks_us_only_to_ring_begins_by_itself_and_an_answer_waits_for_a_person(
    runtime: Runtime, cast: Cast, at: HandClock
) -> None:
    missed, question = rung.owes(runtime, cast), rung.owes(runtime, cast, "CBK-1.answer")
    assert rung.found(runtime, missed).next_at == at.now
    assert rung.found(runtime, question).next_at is None
    assert rung.verdicts(runtime, missed) == {rung.MISSED: "open"}
    assert entries(runtime, missed) == ["callback-owed"]


def test_at_night_it_begins_in_the_morning(runtime: Runtime, cast: Cast, at: HandClock) -> None:
    at.passes(12 * HOUR)
    next_at = rung.found(runtime, rung.owes(runtime, cast)).next_at
    assert next_at == datetime(2026, 11, 19, 8, tzinfo=SHANGHAI)


def test_a_second_rule_joins_what_is_owed_and_a_survey_stands_beside_it(runtime: Runtime, cast: Cast) -> None:
    owed = rung.owes(runtime, cast, "CBK-1.answer")
    with runtime.act(COMMAND) as act:
        case = rung.case_of(act, owed)
        assert callbacks.owe(act, case, rung.MISSED).id == owed
        assert callbacks.owe(act, case, "VIS-1.repair", style=Style.SURVEY, from_at=act.at).id != owed
        assert callbacks.open_of(act, case.id) == act.session.get_one(Callback, owed)
    assert rung.found(runtime, owed).next_at is not None, "the one that begins by itself takes the other along"


def test_the_database_itself_keeps_a_matter_from_being_owed_two_calls(runtime: Runtime, cast: Cast) -> None:
    owed = rung.found(runtime, rung.owes(runtime, cast))
    same = ("case_id", "company_id", "rule", "style", "state", "language", "made_at", "from_at", "agreed", "attempts")
    with pytest.raises(IntegrityError), runtime.act(COMMAND) as act:
        act.session.add(Callback(**{name: getattr(owed, name) for name in same}))


def test_whoever_rings_in_and_talks_with_us_is_not_rung(runtime: Runtime, cast: Cast) -> None:
    missed, asked = rung.owes(runtime, cast), rung.owes(runtime, cast, "CBK-1.answer")
    rings_in(runtime, cast)
    assert [rung.found(runtime, one).state for one in (missed, asked)] == ["served", "open"]
    assert rung.verdicts(runtime, missed) == {rung.MISSED: "kept"}
    assert rung.verdicts(runtime, asked) == {"CBK-1.answer": "open"}, "their question is not answered by talking"
    assert entries(runtime, missed) == ["callback-owed", "callback-served", "callback-over"]


def test_whoever_talks_with_us_while_an_answer_is_owed_too_is_not_rung_until_there_is_one(
    runtime: Runtime, cast: Cast
) -> None:
    owed = rung.owes(runtime, cast, "CBK-1.answer")
    with runtime.act(COMMAND) as act:
        callbacks.owe(act, rung.case_of(act, owed), rung.MISSED)
    rings_in(runtime, cast)
    assert rung.verdicts(runtime, owed) == {"CBK-1.answer": "open", rung.MISSED: "kept"}
    assert (rung.found(runtime, owed).state, rung.found(runtime, owed).next_at) == ("open", None)


def test_whoever_stays_unnamed_is_rung_all_the_same(runtime: Runtime, cast: Cast) -> None:
    owed = rung.owes(runtime, cast)
    rings_in(runtime, cast, unnamed=True)
    assert rung.found(runtime, owed).state == "open"


def missed_again(runtime: Runtime, cast: Cast, rule: str = rung.MISSED) -> Case:
    """Chen rang and was not served; the matter that came of it."""
    with runtime.act(CALLER) as act:
        call = given.call(act, cast, who=cast.chen)
        told = Told(
            company_id=call.company_id,
            owner_id=call.owner_id,
            details={"sealed_contact": calls.seal(act, call, cast.unknown.e164)},
            reachable=True,
            customer_id=call.customer_id,
            call=call,
        )
        return matters.open_callback(act, told, matter="heating", rule=rule).case


def test_a_second_missed_call_joins_the_first_and_is_rung_where_that_one_said(
    runtime: Runtime, cast: Cast, at: HandClock
) -> None:
    owed = rung.owes(runtime, cast)
    with runtime.act(COMMAND) as act:
        callbacks.plan(act, owed, at=at.now + 3 * HOUR, by=cast.lin.id)
    case = missed_again(runtime, cast)
    assert case.id == rung.found(runtime, owed).case_id
    assert rung.verdicts(runtime, owed) == {rung.MISSED: "open", "CBK-3.time": "open"}
    assert rung.found(runtime, owed).next_at == at.now, "they ring us, so they are there"
    with runtime.look(COMMAND) as act:
        joined = act.session.get_one(Case, case.id)
        assert owed_calls.number_of_customer(act, joined) == cast.chen.number.e164, "who shows a number may forge it"
        assert cases.unseal(act, joined, joined.details["sealed_other_contact"]) == cast.unknown.e164
        assert [one.case_id for one in act.session.scalars(select(calls.Call))] == [case.id]


def test_whoever_rings_again_after_the_deadline_is_promised_anew_in_the_same_matter(
    runtime: Runtime, cast: Cast, at: HandClock
) -> None:
    owed = rung.owes(runtime, cast)
    at.passes(HOUR)
    missed_again(runtime, cast, "ANS-3.callback")
    assert list(rung.verdicts(runtime, owed)) == [rung.MISSED, "ANS-3.callback"]


def test_a_matter_of_its_own_is_not_joined(runtime: Runtime, cast: Cast) -> None:
    owed = rung.owes(runtime, cast, kind=Kind.FAULT)
    assert missed_again(runtime, cast).id != rung.found(runtime, owed).case_id


def test_a_time_is_agreed_and_is_a_promise_of_its_own(runtime: Runtime, cast: Cast, at: HandClock) -> None:
    owed, agreed = rung.owes(runtime, cast, "CBK-1.answer"), datetime(2026, 11, 21, 9, 30, tzinfo=SHANGHAI)
    with runtime.act(COMMAND) as act:
        callbacks.plan(act, owed, at=agreed, by=cast.zhou.id)
    planned = rung.found(runtime, owed)
    assert (planned.next_at, planned.wanted_id, planned.agreed) == (agreed, cast.zhou.id, True)
    with runtime.look(COMMAND) as act:
        due = [one.due_at for one in promises.of_case(act, planned.case_id) if one.rule == "CBK-3.time"]
    assert due == [agreed + timedelta(minutes=5)]


def test_within_an_agreed_window_the_customer_is_tried_again_and_it_is_due_when_it_ends(
    runtime: Runtime, cast: Cast, at: HandClock
) -> None:
    owed = rung.owes(runtime, cast, "CBK-1.answer")
    begins = datetime(2026, 11, 21, 14, tzinfo=SHANGHAI)  # a Saturday
    with runtime.act(COMMAND) as act:
        callbacks.plan(act, owed, at=begins, until=begins + 5 * HOUR, by=cast.lin.id)
        due = [one.due_at for one in promises.of_case(act, 1) if one.rule == "CBK-3.time"]
    assert due == [begins + 5 * HOUR]
    for hours, again in ((0, begins + 2 * HOUR), (2, begins + 4 * HOUR)):
        at.set(begins + hours * HOUR)
        rung.sits(runtime, cast.lin)
        rung.begins(runtime)
        rung.ends(runtime, rung.takes(runtime), State.UNANSWERED)
        assert rung.found(runtime, owed).next_at == again


def test_a_window_ends_after_it_begins(runtime: Runtime, cast: Cast, at: HandClock) -> None:
    owed = rung.owes(runtime, cast, "CBK-1.answer")
    for begins in (None, at.now + HOUR):
        with pytest.raises(Invalid), runtime.act(COMMAND) as act:
            callbacks.plan(act, owed, at=begins, until=at.now + HOUR, by=cast.lin.id)


@pytest.mark.parametrize("hours", [-1, 12], ids=["past", "at night"])
def test_nothing_is_planned_for_the_past_or_the_night(runtime: Runtime, cast: Cast, at: HandClock, hours: int) -> None:
    owed = rung.owes(runtime, cast, "CBK-1.answer")
    with pytest.raises(Invalid), runtime.act(COMMAND) as act:
        callbacks.plan(act, owed, at=at.now + hours * HOUR, by=cast.lin.id)


def test_what_is_over_or_under_way_is_not_planned_and_what_never_was_is_not_found(runtime: Runtime, cast: Cast) -> None:
    owed = rung.owes(runtime, cast)
    rung.sits(runtime, cast.lin)
    rung.begins(runtime)
    with pytest.raises(Conflict), runtime.act(COMMAND) as act:
        callbacks.plan(act, owed, at=None, by=cast.lin.id)
    with runtime.act(COMMAND) as act:
        callbacks.cancel(act, owed, by=cast.lin.id, why="客户来过了")
    with pytest.raises(Conflict), runtime.act(COMMAND) as act:
        callbacks.plan(act, owed, at=None, by=cast.lin.id)
    with pytest.raises(NotFound), runtime.act(COMMAND) as act:
        callbacks.plan(act, 99, at=None, by=cast.lin.id)


@pytest.mark.parametrize("talked", [True, False])
def test_an_agreed_time_is_given_up_only_where_the_customer_talked_with_us_since(
    runtime: Runtime, cast: Cast, at: HandClock, talked: bool
) -> None:
    owed = rung.owes(runtime, cast, "CBK-1.answer")
    with runtime.act(COMMAND) as act:
        callbacks.plan(act, owed, at=at.now + HOUR, by=cast.lin.id)
    at.passes(HOUR / 2)
    with runtime.act(COMMAND) as act:
        if talked:
            call = given.call(act, cast, who=cast.chen)
            given.talk(act, call)
            call.case_id = rung.case_of(act, owed).id
        callbacks.plan(act, owed, at=at.now + 2 * HOUR, by=cast.lin.id)
        agreed = [one for one in promises.of_case(act, rung.case_of(act, owed).id) if one.rule == "CBK-3.time"]
    assert [one.verdict for one in agreed] == ["excused" if talked else "open", "open"]


def test_cancelling_needs_a_reason_which_is_sealed_and_leaves_the_promise(runtime: Runtime, cast: Cast) -> None:
    owed = rung.owes(runtime, cast)
    with pytest.raises(Invalid), runtime.act(COMMAND) as act:
        callbacks.cancel(act, owed, by=cast.lin.id, why=" ")
    with runtime.act(COMMAND) as act:
        callbacks.cancel(act, owed, by=cast.lin.id, why="陈先生说不用了")
    with pytest.raises(Conflict), runtime.act(COMMAND) as act:
        callbacks.cancel(act, owed, by=cast.lin.id, why="再取消一次")
    with runtime.look(COMMAND) as act:
        case = rung.case_of(act, owed)
        told = [one.fields for one in audit.entries(act.session, case.chain) if one.kind == "callback-cancelled"]
        assert "陈先生" not in str(told)
        assert cases.unseal(act, case, told[0]["why"]) == "陈先生说不用了"
    assert (rung.found(runtime, owed).state, rung.found(runtime, owed).next_at) == ("cancelled", None)
    assert rung.verdicts(runtime, owed) == {rung.MISSED: "open"}


def test_what_was_done_otherwise_or_closed_is_over(runtime: Runtime, cast: Cast) -> None:
    done, closed, left = (rung.owes(runtime, cast) for _ in range(3))
    with runtime.act(COMMAND) as act:
        promises.done(act, rung.MISSED, rung.case_of(act, done))
        cases.mark_closed(act, rung.case_of(act, closed), by=cast.lin.id, outcome="已答复")
        for one in (done, closed, left):
            callbacks.settle(act, rung.case_of(act, one))
    assert [rung.found(runtime, one).state for one in (done, closed, left)] == ["reached", "cancelled", "open"]


def test_what_begins_next_is_listed_first_and_other_companies_see_none_of_it(
    runtime: Runtime, cast: Cast, at: HandClock
) -> None:
    by_hand, later, now = rung.owes(runtime, cast, "CBK-1.answer"), rung.owes(runtime, cast), rung.owes(runtime, cast)
    with runtime.act(COMMAND) as act:
        callbacks.plan(act, later, at=at.now + HOUR, by=cast.lin.id)
        ours, theirs = (callback_lists.listed(act, firm.id, within=true(), most=9) for firm in (cast.heat, cast.home))
        assert [one.id for one, _case in ours] == [now, later, by_hand]
        assert theirs == []
        assert companies.get(act, cast.heat.id).id == ours[0][0].company_id
