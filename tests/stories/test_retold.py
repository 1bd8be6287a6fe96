"""The page of a call shows what was heard in it: a number, a matter, an owner as they were when they were told."""

from __future__ import annotations

import re

import pytest

from hotline.domain import calls, cases, companies, handovers, turns
from hotline.domain.act import CALLER, COMMAND
from hotline.domain.calls import Call
from hotline.domain.cases import Case, Kind
from hotline.domain.seats import Status
from tests import given
from tests.console.visitor import Visitor
from tests.desk import Desk
from tests.line import Line
from tests.stories.test_line import asks_for_a_person

OWNS = "{}号负责到底"
SERVES = "{}号为您服务"


@pytest.fixture
def sun(line: Line) -> Visitor:
    """Sun, the heating company's supervisor, is logged in."""
    visitor = Visitor(line.app)
    visitor.logs_in(line.cast.sun)
    return visitor


def retold(sun: Visitor, call: Call) -> str:
    """The sentences of a call as its page retells them."""
    return " ".join(re.findall(r"<li>([^<]+) <code", sun.opens(f"/console/calls/{call.id}").text))


def hands_over(line: Line, case: Case) -> None:
    """Zhou takes the matter over from Lin."""
    with line.runtime.act(COMMAND) as act:
        mine = cases.get(act, case.id)
        companies.get(act, mine.company_id)
        asked = handovers.ask(act, mine, giver_id=mine.owner_id, receiver_id=line.cast.zhou.id, reason="熟悉这户")
        handovers.answer(act, asked.id, by=line.cast.zhou.id, accept=True)


def test_a_handover_changes_nothing_of_what_a_caller_had_heard(line: Line, sun: Visitor) -> None:
    line.tells("cold_radiator")
    hands_over(line, line.case())
    line.tells("progress")
    first, *_repair, later = line.calls()
    assert OWNS.format("001") in retold(sun, first)
    assert OWNS.format("002") not in retold(sun, first)
    assert OWNS.format("002") in retold(sun, later)
    assert f"单号{line.case().number}，暖气故障" in retold(sun, later)


def test_an_agent_is_told_by_the_own_number_where_another_answers_for_the_call(
    line: Line, desk: Desk, sun: Visitor
) -> None:
    lin, zhou = line.cast.lin, line.cast.zhou
    desk.sits(lin)
    caller = asks_for_a_person(line, "chen")
    desk.takes(lin)
    line.passes(minutes=2)
    desk.sits(zhou)
    desk.is_now(lin, Status.OFF)
    line.phone("lin").hangs_up()
    caller.hears("刚才通话断了")
    desk.takes(zhou)
    line.passes(seconds=15)
    caller.hangs_up()
    told = retold(sun, line.calls()[0])
    assert SERVES.format("002") in told
    assert SERVES.format("001") not in told, "who still answers for the call, and whose words ended with the line"


def test_of_two_matters_of_a_call_each_is_told_by_its_own_number(line: Line, sun: Visitor) -> None:
    with line.runtime.act(CALLER) as act:
        ringing = given.call(act, line.cast, who=line.cast.chen)
        calls.answered(act, ringing, millis=120)
    for kind, matter in ((Kind.COMPLAINT, "complaint"), (Kind.FAULT, "heating")):
        line.passes(seconds=20)
        with line.runtime.act(CALLER) as act:
            call, company = calls.locked(act, ringing.id), companies.get(act, line.cast.heat.id)
            opened = cases.open(
                act,
                company,
                kind=kind,
                matter=matter,
                owner_id=line.cast.lin.id,
                call=call,
                customer_id=line.cast.chen.id,
            )
            call.put(opened=[*call.slots.get("opened", []), opened.id])
            turns.record(act, call, said=["told.owner"], heard="keys", words="1", led_to="told")
        line.passes(seconds=20)
        with line.runtime.act(CALLER) as act:
            companies.get(act, line.cast.heat.id)
            call = calls.locked(act, ringing.id)
            turns.record(act, call, said=["called.matter"], heard="keys", words="1", led_to="main")
    told = retold(sun, ringing)
    assert "关于您的投诉，单号261118001" in told
    assert "关于您的暖气故障，单号261118002" in told
    assert told.startswith("这件事由〔责任人工号〕号负责到底"), "there was no matter yet"


def test_a_second_fault_is_told_by_its_own_number_and_of_the_first_nothing_is_guessed(line: Line, sun: Visitor) -> None:
    line.tells("cold_radiator")
    line.tells("another_fault")
    second = next(call for call in line.calls() if call.case_id == 2 and call.staff_id is None)
    told = retold(sun, second)
    assert "您报修的〔事由〕正在办理" in told
    assert "单号是261118002" in told
    assert "261118001" not in told
