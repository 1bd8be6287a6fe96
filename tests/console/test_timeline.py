"""A case on one line of time: promises from their making to their deadline, and all that happened, in order."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask import Flask, render_template_string
from sqlalchemy import select

from hotline.console import timeline
from hotline.console.timeline import Lane, TimeLine
from hotline.domain import cases, companies, handovers, notices, promise_looks, promises, respondents, staff
from hotline.domain.act import CLOCK, COMMAND, Actor
from hotline.domain.occasions import Occasion
from hotline.domain.outbox import OutboxEntry, State
from hotline.runtime import Runtime
from hotline.standard.kinds import Grade
from tests import given
from tests.complaining import House, filed
from tests.complaining import house as house
from tests.console import matters
from tests.world import SHANGHAI, Cast, HandClock

RULE = "CBK-1.answer"  # within a business day: a day later at ten


@pytest.fixture
def reading(app: Flask, cast: Cast) -> Iterator[None]:
    """Somebody reads a page in Chinese."""
    with app.test_request_context(headers={"Accept-Language": "zh-CN"}):
        yield


@pytest.fixture
def case_id(runtime: Runtime, cast: Cast) -> int:
    """Chen's enquiry, owned by Lin, with an answer promised within a business day."""
    with runtime.act(Actor("console", cast.lin.id)) as act:
        case = given.case(act, cast, owner=cast.lin)
        promises.make(act, RULE, case)
        return case.id


def drawn(runtime: Runtime, case_id: int) -> TimeLine:
    with runtime.look(COMMAND) as act:
        case = act.session.get_one(cases.Case, case_id)
        companies.get(act, case.company_id)
        return timeline.of_case(act, case)


@pytest.mark.usefixtures("reading")
def test_of_a_complaint_that_two_departments_had_each_bar_of_theirs_says_whose_it_is(
    runtime: Runtime, cast: Cast, house: House, at: HandClock
) -> None:
    made = filed(runtime, cast, department_id=house.repair, grade=Grade.MINOR)
    assert not [bar.title for bar in drawn(runtime, made.id).bars if "维修部" in bar.title], "there is one alone"
    at.passes(timedelta(minutes=12))
    made.is_put_to(cast.lin, house.billing)
    made.does(house.xu, respondents.sign)
    bars = {(bar.promise.rule_id, bar.title.rpartition(" · ")[2], bar.verdict) for bar in drawn(runtime, made.id).bars}
    theirs = {("CMP-1", "维修部", "broken"), ("CMP-1", "收费处", "kept"), ("CMP-4", "收费处", "open")}
    assert {bar for bar in bars if bar[0] != "CMP-9"} == theirs
    assert "收费处" not in {title for rule_id, title, _verdict in bars if rule_id == "CMP-9"}, "the owner calls back"


@pytest.mark.usefixtures("reading")
def test_a_promise_is_drawn_from_its_making_to_its_deadline_and_the_present_between(
    runtime: Runtime, case_id: int, at: HandClock
) -> None:
    at.passes(timedelta(hours=6))
    line = drawn(runtime, case_id)
    [bar] = line.bars
    assert (bar.x, bar.width, bar.over, bar.done, bar.verdict) == (0.0, 100.0, 0.0, None, "open")
    assert line.now == 25.0
    assert [x for x, _at in line.ticks] == [0.0, 25.0, 50.0, 75.0, 100.0]


@pytest.mark.usefixtures("reading")
@pytest.mark.parametrize(
    ("lasts", "between"), [(3, ["00:00"] * 3), (2, ["00:00"] * 2), (0, ["16:00", "22:00", "04:00"])]
)
def test_the_axis_is_told_in_whole_days_or_hours_none_over_another(
    runtime: Runtime, case_id: int, at: HandClock, lasts: int, between: list[str]
) -> None:
    at.passes(timedelta(days=lasts * 2, minutes=13))
    _begin, *ticks, _end = drawn(runtime, case_id).ticks
    assert [tick.astimezone(SHANGHAI).strftime("%H:%M") for _x, tick in ticks] == between


@pytest.mark.usefixtures("reading")
def test_what_is_broken_goes_on_past_its_deadline_with_whoever_was_told(
    runtime: Runtime, cast: Cast, case_id: int, at: HandClock
) -> None:
    at.passes(timedelta(days=2))
    with runtime.act(CLOCK) as act:
        assert promise_looks.look(act, promise_looks.due_looks(act, cast.heat.id, most=9)) == 1
    line = drawn(runtime, case_id)
    [bar] = line.bars
    assert (bar.verdict, bar.x, bar.width, bar.over) == ("broken", 0.0, 50.0, 50.0)
    assert {mark.who for mark in bar.marks} >= {f"{cast.lin.name} 001", f"{cast.sun.name} 006"}
    assert {(mark.what, mark.lane) for mark in bar.marks} == {("承诺超期 CBK-1", Lane.TOLD)}
    assert line.now is None, "the present is the end of the line"


@pytest.mark.usefixtures("reading")
def test_a_promise_past_its_deadline_is_overdue_before_the_clock_has_judged_it(
    runtime: Runtime, case_id: int, at: HandClock
) -> None:
    at.passes(timedelta(days=2))
    assert drawn(runtime, case_id).bars[0].verdict == "overdue"


@pytest.mark.usefixtures("reading")
def test_what_was_kept_ends_where_it_was_done_and_a_closed_case_where_it_was_closed(
    runtime: Runtime, cast: Cast, case_id: int, at: HandClock
) -> None:
    at.passes(timedelta(hours=12))
    with runtime.act(COMMAND) as act:
        case = cases.get(act, case_id)
        promises.done(act, RULE, case)
        promises.close_case(act, case, by=cast.lin.id, outcome="已解释")
    at.passes(timedelta(days=9))
    line = drawn(runtime, case_id)
    assert [(bar.verdict, bar.done, bar.over) for bar in line.bars] == [("kept", 50.0, 0.0)]
    assert line.now is None
    assert [mark.what for mark in line.events] == ["立单", "结单"]


@pytest.mark.usefixtures("reading")
def test_everything_that_happened_stands_in_its_order_and_in_its_lane(
    runtime: Runtime, cast: Cast, case_id: int, at: HandClock
) -> None:
    at.passes(timedelta(minutes=1))
    with runtime.act(Actor("console", cast.lin.id)) as act:
        case = cases.get(act, case_id)
        companies.get(act, case.company_id)
        asked = handovers.ask(act, case, giver_id=cast.lin.id, receiver_id=cast.zhou.id, reason="她熟悉这栋楼")
    at.passes(timedelta(minutes=1))
    with runtime.act(Actor("console", cast.zhou.id)) as act:
        handovers.answer(act, asked.id, by=cast.zhou.id, accept=True)
    at.passes(timedelta(minutes=1))
    with runtime.act(Actor("console", cast.zhou.id)) as act:
        cases.text_customer(act, cases.get(act, case_id), "case-opened")
        texts = act.session.scalars(select(OutboxEntry).where(OutboxEntry.kind == "send-text"))
        [entry] = (one for one in texts if one.about["text"] == "case-opened")
        entry.state, entry.settled_at = State.DONE, act.at
        notices.tell(act, staff.get(act, cast.sun.id), Occasion(cases.get(act, case_id), "matter-raised", "1"))
    line = drawn(runtime, case_id)
    lanes = [(mark.lane, mark.who.split(" ")[0]) for mark in line.events]
    assert lanes == [
        (Lane.OWNER, cast.lin.name),
        (Lane.OWNER, cast.zhou.name),
        (Lane.TOLD, cast.zhou.name),
        (Lane.OWNER, cast.zhou.name),
        (Lane.CONTACT, ""),
        (Lane.TOLD, cast.sun.name),
    ]
    assert [mark.what for mark in line.events if mark.lane is Lane.CONTACT] == ["受理通知"]
    assert [lane for lane, _marks in line.lanes] == [Lane.OWNER, Lane.CONTACT, Lane.TOLD]


@pytest.mark.usefixtures("reading")
def test_what_a_complaint_came_to_stands_once_among_the_steps_and_what_the_customer_heard_among_the_contacts(
    runtime: Runtime, case_id: int, at: HandClock
) -> None:
    for kind in ("complaint-filed", "signed", "complaint-signed", "complaint-stage", "complaint-told", "turn"):
        at.passes(timedelta(minutes=1))
        with runtime.act(CLOCK) as act:
            act.remember(f"case:{case_id}", kind)
    lanes = [(mark.what, mark.lane) for mark in drawn(runtime, case_id).events]
    assert lanes == [
        ("立单", Lane.OWNER),
        ("登记投诉", Lane.STEP),
        ("签收", Lane.STEP),
        ("告知客户结果", Lane.CONTACT),
    ]


@pytest.mark.usefixtures("reading")
def test_a_repair_says_how_far_it_has_come(runtime: Runtime, cast: Cast) -> None:
    case_id = matters.repair(runtime, cast)
    with runtime.act(Actor("link", cast.wang.id)) as act:
        act.remember(f"case:{case_id}", "repair", order=1, now="on_the_way")
    steps = [(mark.what, mark.who) for mark in drawn(runtime, case_id).events if mark.lane is Lane.STEP]
    assert steps == [("报修", ""), ("派单", ""), ("在路上", f"{cast.wang.name} 003")]


@pytest.mark.usefixtures("reading")
def test_what_is_drawn_says_nothing_of_the_customer(runtime: Runtime, cast: Cast) -> None:
    _call, case_id = matters.complaint(runtime, cast)
    line = drawn(runtime, case_id)
    assert [mark.what for mark in line.events if mark.lane is Lane.CONTACT] == ["客户来电"]
    assert cast.chen.number.e164[-8:] not in str(line)


@pytest.mark.usefixtures("reading")
def test_the_call_of_an_anonymous_complaint_is_not_in_its_line(runtime: Runtime, cast: Cast) -> None:
    _call, case_id = matters.complaint(runtime, cast, anonymous=True)
    assert [mark for mark in drawn(runtime, case_id).events if mark.lane is Lane.CONTACT] == []


@pytest.mark.usefixtures("reading")
def test_each_drawn_line_says_beside_it_in_words_what_it_draws(runtime: Runtime, case_id: int) -> None:
    card = "{% from 'timeline.html' import timeline_card with context %}{{ timeline_card(line, 'Asia/Shanghai') }}"
    page = render_template_string(card, line=drawn(runtime, case_id))
    assert "11-18 10:00 承诺" in page
    assert "期限 11-19 10:00" in page
    assert page.count('aria-hidden="true"') >= page.count("<svg"), "a drawing is for the eye alone"
    assert "style=" not in page
