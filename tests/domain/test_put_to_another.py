"""A complaint that is put to another department does not take its verdict along: each promise knows whose it was."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from hotline.domain import (
    audit,
    cases,
    companies,
    complaint_figures,
    handovers,
    joins,
    promises,
    respondent_view,
    respondents,
)
from hotline.domain.act import COMMAND
from hotline.domain.complaint_figures import Wanted
from hotline.domain.notices import Notice
from hotline.domain.promises import Promise, Verdict
from hotline.errors import Conflict
from hotline.runtime import Runtime
from hotline.standard.kinds import Grade
from tests.complaining import Filed, House, filed
from tests.complaining import complaint as complaint
from tests.complaining import house as house
from tests.domain.test_agreeing import found
from tests.world import START, Cast, HandClock, Person

SECOND, MINUTE, DAY = timedelta(seconds=1), timedelta(minutes=1), timedelta(days=1)
EVER = (datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC))

Had = list[tuple[int | None, str]]  # of each promise to sign whose it was, and what became of it


def to_sign(complaint: Filed) -> Had:
    return [(one.department_id, one.verdict) for one in complaint.promises if one.rule == "CMP-1.sign"]


def open_in(complaint: Filed) -> set[int | None]:
    return {one.department_id for one in complaint.promises if one.verdict == Verdict.OPEN}


def join(complaint: Filed, leading: Filed, by: Person) -> None:
    with complaint.by(by) as (act, case, person):
        joins.join(act, case, leading.case, by=person, why="the same cold rooms")


def of_rule(complaint: Filed, rule: str) -> Promise:
    return [one for one in complaint.promises if one.rule == rule][-1]


def counted(runtime: Runtime, cast: Cast, rule_id: str) -> dict[int | None, dict[str, int]]:
    """What the statistics table says of a rule, by department, where it says anything; 0: the desk's own."""
    with runtime.look(COMMAND) as act:
        lines = complaint_figures.lines(act, Wanted({cast.heat.id: EVER}, cast.qian.id))
    each = {line.place.department_id: line.rules[rule_id] for line in lines if line.place.department_id is not None}
    return {place: {name: n for name, n in numbers.items() if n} for place, numbers in each.items() if numbers}


@pytest.fixture
def missed(cast: Cast, house: House, complaint: Filed, at: HandClock) -> Filed:
    """Repair did not sign in time, and after twelve minutes Lin puts it to billing."""
    at.passes(12 * MINUTE)
    complaint.clock()
    complaint.is_put_to(cast.lin, house.billing)
    return complaint


def test_whoever_signs_in_their_own_time_is_not_charged_with_what_another_missed(
    runtime: Runtime, cast: Cast, house: House, missed: Filed, at: HandClock
) -> None:
    assert to_sign(missed) == [(house.repair, "broken"), (house.billing, "open")]
    assert missed.due("CMP-1.sign") == START + 22 * MINUTE, "ten minutes of its own"
    assert missed.due("CMP-4.settle.minor") == START + 2 * DAY, "everything else counts from the filing"
    at.passes(10 * MINUTE)
    missed.does(house.xu, respondents.sign)
    assert to_sign(missed) == [(house.repair, "broken"), (house.billing, "kept")]
    assert counted(runtime, cast, "CMP-1") == {
        house.repair: {"made": 1, "broken": 1},
        house.billing: {"made": 1, "kept": 1},
    }
    with runtime.look(COMMAND) as act:
        assert found(act.session) == []


def test_what_another_missed_is_owed_until_somebody_signed_and_then_by_nobody(
    cast: Cast, house: House, missed: Filed, at: HandClock
) -> None:
    assert [one.is_owed for one in missed.promises if one.rule == "CMP-1.sign"] == [True, True]
    missed.comes_back(house.xu)
    first, _second = (one for one in missed.promises if one.rule == "CMP-1.sign")
    assert (first.verdict, first.is_owed, first.look_at, first.done_at) == (Verdict.BROKEN, False, None, at.now)
    missed.does(cast.lin, respondents.tell_customer, "told")
    missed.does(cast.lin, respondents.visited, "warm since", True)
    missed.is_closed(cast.sun)
    assert missed.case.state == "closed"


def test_what_nobody_signed_for_is_not_closed(cast: Cast, missed: Filed) -> None:
    with pytest.raises(Conflict, match="still promised"):
        missed.is_closed(cast.sun)


def test_to_deal_with_it_goes_along_what_was_judged_stays_and_what_the_owner_keeps_is_no_departments(
    runtime: Runtime, cast: Cast, house: House, complaint: Filed, at: HandClock
) -> None:
    complaint.does(house.liu, respondents.sign)
    assert open_in(complaint) == {house.repair, None}
    complaint.does(house.liu, respondents.refuse, "it is the bill")
    at.passes(MINUTE)
    complaint.is_put_to(cast.lin, house.billing)
    assert to_sign(complaint) == [(house.repair, "kept"), (house.billing, "open")]
    assert open_in(complaint) == {house.billing, None}
    assert of_rule(complaint, "CMP-4.settle.minor").department_id == house.billing
    assert of_rule(complaint, "CMP-9.callback").department_id is None
    complaint.does(house.xu, respondents.sign)
    complaint.does(house.xu, respondents.settle, "the bill is right now")
    assert of_rule(complaint, "CMP-6.form").department_id == house.billing
    with runtime.look(COMMAND) as act:
        assert found(act.session) == []


def test_what_is_over_when_it_is_put_to_another_is_judged_then_and_told_to_whose_it_was(
    cast: Cast, house: House, complaint: Filed, at: HandClock
) -> None:
    """The clock stood still: nobody was told yet."""
    at.passes(12 * MINUTE)
    complaint.is_put_to(cast.lin, house.billing)
    assert to_sign(complaint) == [(house.repair, "broken"), (house.billing, "open")]
    assert complaint.told("promise-broken") == {house.liu.id, cast.sun.id}
    complaint.clock()
    assert house.xu.id not in complaint.told("promise-broken")
    with complaint.runtime.look(COMMAND) as act:
        (broken,) = (one for one in audit.entries(act.session, complaint.case.chain) if one.kind == "promise-broken")
    assert broken.actor == "clock", "nobody gives a verdict"


def test_sent_to_and_fro_it_is_the_desks_own_promise_that_is_broken_and_no_departments(
    runtime: Runtime, cast: Cast, house: House, complaint: Filed, at: HandClock
) -> None:
    """At the last moment to another and straight back: neither had the ten minutes, the customer's clock runs on."""
    at.passes(10 * MINUTE - SECOND)
    complaint.is_put_to(cast.lin, house.billing)
    assert to_sign(complaint) == [(None, "open"), (house.billing, "open")]
    at.passes(2 * SECOND)
    complaint.clock()
    complaint.is_put_to(cast.lin, house.repair)
    assert to_sign(complaint) == [(None, "broken"), (None, "open"), (house.repair, "open")]
    assert complaint.told("promise-broken") == {cast.lin.id, cast.sun.id}, "whose it is, and who stands above"
    at.passes(9 * MINUTE)
    complaint.does(house.liu, respondents.sign)
    assert to_sign(complaint) == [(None, "broken"), (None, "kept"), (house.repair, "kept")]
    assert counted(runtime, cast, "CMP-1") == {
        0: {"made": 2, "broken": 1, "kept": 1},
        house.repair: {"made": 1, "kept": 1},
    }
    with runtime.look(COMMAND) as act:
        assert found(act.session) == []


def test_who_sends_it_back_at_once_is_not_charged_with_the_minutes_for_which_it_lies_with_the_desk(
    cast: Cast, house: House, complaint: Filed, at: HandClock
) -> None:
    at.passes(MINUTE)
    complaint.does(house.liu, respondents.refuse, "it is the bill")
    at.passes(10 * MINUTE)
    complaint.clock()
    assert to_sign(complaint) == [(None, "broken")]
    complaint.is_put_to(cast.lin, house.billing)
    complaint.does(house.xu, respondents.sign)
    assert to_sign(complaint) == [(None, "broken"), (house.billing, "kept")]


def test_who_sends_it_back_too_late_has_missed_it_all_the_same(house: House, complaint: Filed, at: HandClock) -> None:
    at.passes(11 * MINUTE)
    complaint.does(house.liu, respondents.refuse, "it is the bill")
    assert to_sign(complaint) == [(house.repair, "broken")]


def test_whoever_answers_for_it_by_now_has_the_figures_of_their_own_company(
    runtime: Runtime, cast: Cast, house: House, complaint: Filed, at: HandClock
) -> None:
    """What was broken before is still looked at by the figures of the company that had it."""
    with runtime.act(COMMAND) as act:
        companies.get(act, cast.home.id).overrides = {"promise_rules": {"CMP-1.sign": {"limit": "40 min"}}}
    at.passes(12 * MINUTE)
    complaint.clock()
    with complaint.by(cast.sun) as (act, case, _sun):
        companies.get(act, case.company_id)
        handovers.force(act, cases.get(act, case.id), receiver_id=cast.wu.id)
    at.passes(20 * MINUTE)
    complaint.clock()
    complaint.is_put_to(cast.wu, house.billing)
    assert complaint.told("promise-broken") == {house.liu.id, cast.sun.id, cast.hu.id}
    assert complaint.due("CMP-1.sign") == at.now + 40 * MINUTE


def test_each_department_that_missed_it_is_charged_once(
    runtime: Runtime, cast: Cast, house: House, missed: Filed, at: HandClock
) -> None:
    at.passes(11 * MINUTE)
    missed.clock()
    missed.is_put_to(cast.lin, house.grounds)
    missed.does(house.ma, respondents.sign)
    assert counted(runtime, cast, "CMP-1") == {
        house.repair: {"made": 1, "broken": 1},
        house.billing: {"made": 1, "broken": 1},
        house.grounds: {"made": 1, "kept": 1},
    }


def test_back_where_it_was_missed_it_is_signed_for_late_and_gains_no_second_clock(
    cast: Cast, house: House, missed: Filed, at: HandClock
) -> None:
    at.passes(11 * MINUTE)
    missed.clock()
    missed.is_put_to(cast.lin, house.repair)
    missed.does(house.liu, respondents.sign)
    assert to_sign(missed) == [(house.repair, "late"), (house.billing, "broken")]


def test_what_nobody_was_named_for_in_time_is_nobodys_and_the_first_department_has_its_own_minutes(
    runtime: Runtime, cast: Cast, house: House, at: HandClock
) -> None:
    unnamed = filed(runtime, cast, grade=Grade.MINOR)
    assert open_in(unnamed) == {None}
    at.passes(12 * MINUTE)
    unnamed.clock()
    unnamed.is_put_to(cast.lin, house.repair)
    unnamed.does(house.liu, respondents.sign)
    assert counted(runtime, cast, "CMP-1") == {0: {"made": 1, "broken": 1}, house.repair: {"made": 1, "kept": 1}}


def test_the_next_department_sees_its_own_clocks_and_what_is_still_to_be_done(
    runtime: Runtime, house: House, missed: Filed
) -> None:
    with runtime.look(COMMAND) as act:
        seen = respondent_view.view(act, missed.case)
    assert [(one.rule, one.verdict) for one in seen.clocks] == [("CMP-4.settle.minor", "open"), ("CMP-1.sign", "open")]


def test_what_is_dealt_with_together_goes_along_and_the_rest_of_the_joined_one_stays(
    runtime: Runtime, cast: Cast, house: House, complaint: Filed, at: HandClock
) -> None:
    joined = filed(runtime, cast, grade=Grade.MINOR)
    join(joined, complaint, cast.sun)
    whose = {"CMP-1.sign": None, "CMP-9.callback": None}
    assert {one.rule: one.department_id for one in joined.promises} == whose | {"CMP-4.settle.minor": house.repair}
    complaint.is_put_to(cast.lin, house.billing)
    assert {one.rule: one.department_id for one in joined.promises} == whose | {"CMP-4.settle.minor": house.billing}
    complaint.comes_back(house.xu)
    assert [joined.verdicts[rule] for rule in ("CMP-1.sign", "CMP-4.settle.minor")] == [Verdict.KEPT, Verdict.KEPT]
    with runtime.look(COMMAND) as act:
        assert found(act.session) == []


@pytest.mark.parametrize("clock_came", [True, False])
def test_joined_to_what_another_department_signed_for_it_is_not_said_that_it_was_signed_for_late(
    runtime: Runtime, cast: Cast, house: House, complaint: Filed, at: HandClock, clock_came: bool
) -> None:
    at.passes(5 * MINUTE)
    leading = filed(runtime, cast, department_id=house.billing, grade=Grade.MINOR)
    leading.does(house.xu, respondents.sign)
    at.passes(10 * MINUTE)
    if clock_came:
        complaint.clock()
    join(complaint, leading, cast.sun)
    assert to_sign(complaint) == [(house.repair, "broken")]
    assert not [one for one in complaint.promises if one.rule == "CMP-1.sign" and one.is_owed]
    assert house.xu.id not in complaint.told("promise-broken")
    assert {house.liu.id, cast.sun.id} == complaint.told("promise-broken")


def test_a_promise_that_is_no_complaints_is_no_departments(runtime: Runtime, complaint: Filed, cast: Cast) -> None:
    with complaint.by(cast.lin) as (act, case, _lin):
        companies.get(act, case.company_id)
        made = promises.make(act, "CBK-1.answer", case)
    assert made.department_id is None


@pytest.mark.parametrize("passes", [timedelta(0), 5 * MINUTE])
def test_nobody_hears_twice_that_it_was_missed(
    runtime: Runtime, cast: Cast, house: House, missed: Filed, at: HandClock, passes: timedelta
) -> None:
    at.passes(passes)
    missed.does(house.xu, respondents.sign)
    at.passes(DAY)
    missed.clock()
    with runtime.look(COMMAND) as act:
        told = act.session.scalars(select(Notice.staff_id).where(Notice.text == "promise-broken")).all()
    assert sorted(told) == sorted({house.liu.id, cast.sun.id}), "once signed for, it goes no further up"
