"""The agent's leg: who is rung, what they hear, what they may do, and what a machine may not (ANS-1, rule 8)."""

from __future__ import annotations

import pytest

from hotline.domain import customers
from hotline.domain.act import COMMAND
from hotline.domain.seats import Status
from tests.desk import Desk
from tests.line import Line
from tests.stories.test_kept_place import keeps_a_place
from tests.stories.test_line import asks_for_a_person, talks_with


def answers_of(line: Line) -> list[object]:
    """What became of each offer, by the caller's record."""
    return [fields["answer"] for kind, fields in line.chain(line.calls()[0].chain) if kind == "agent-answered"]


def test_the_whisper_tells_company_matter_name_number_and_wait_but_no_more(line: Line, desk: Desk) -> None:
    line.tells("cold_radiator")
    desk.sits(line.cast.zhou)
    line.rings("chen").hears("找工作人员请按0").presses("0")
    agent = (
        line.phone("zhou")
        .rings()
        .answers()
        .hears("安心热力来电")
        .hears("暖气故障")
        .hears("陈某")
        .hears("等候不到1分钟")
    )
    agent.hears("单号2 6 1 1 1 8 0 0 1").hears("接听请按1")
    assert not [one.text for one in agent.heard if "3号楼" in one.text or "0 0 8 8" in one.text]


@pytest.mark.parametrize(("how", "told"), [("surname", "姓陈的客户"), ("masked", "陈某"), ("none", "一位客户")])
def test_the_name_is_told_as_far_as_the_profile_says(line: Line, desk: Desk, how: str, told: str) -> None:
    """SEC-1."""
    line.changes(line.cast.heat, desk={"whisper_name": how})
    desk.sits(line.cast.lin)
    caller = asks_for_a_person(line, "chen")
    line.phone("lin").rings().answers().hears(f"，{told}，")
    caller.hangs_up()


@pytest.mark.parametrize(
    ("how", "told"), [("surname", "姓Carter的客户"), ("masked", "客户James C."), ("none", "一位客户")]
)
def test_a_name_whose_surname_comes_last_is_told_by_it(line: Line, desk: Desk, how: str, told: str) -> None:
    """SEC-1. Where nothing was said of the matter, the agent is to ask."""
    line.changes(line.cast.heat, desk={"whisper_name": how})
    with line.runtime.act(COMMAND) as act:
        customers.rename(act, customers.get(act, line.cast.chen.id), "James Carter")
    desk.sits(line.cast.lin)
    caller = asks_for_a_person(line, "chen")
    line.phone("lin").rings().answers().hears(f"安心热力来电，事由待问，{told}，等候")
    caller.hangs_up()


def test_what_the_caller_came_for_is_told_before_there_is_a_case(line: Line, desk: Desk) -> None:
    desk.sits(line.cast.lin)
    caller = (
        line.rings("unknown", "home").hears("报修请按2").presses("2").hears("哪里出了故障").presses("2").presses("0")
    )
    line.phone("lin").rings().answers().hears("安心物业来电，电路故障，一位客户")
    caller.hangs_up()


def test_of_a_matter_that_says_no_more_it_is_told_that_a_call_back_was_wanted(line: Line, desk: Desk) -> None:
    """As on the page, to whoever is rung for the kept place, as an expert, and to take the matter over."""
    lin, zhou = line.cast.lin, line.cast.zhou
    desk.sits(lin)
    talking = talks_with(line, desk, "chen")
    keeps_a_place(line, "unknown")
    talking.hangs_up()
    desk.wraps_up(lin)
    line.phone("lin").rings().answers().hears("安心热力的回电，要求回电，一位客户").hears("单号").presses("1")
    rung = line.phone("unknown").rings().answers().hears("请按1").presses("1").hears("♪ beep", 20)
    desk.asks_in(lin, zhou)
    line.phone("zhou").rings().answers().hears("0 0 1号请您参加通话，要求回电").presses("2")
    line.passes(seconds=2)
    desk.hands_over(lin, zhou, line.case().id)
    line.phone("zhou").rings().answers().hears("交接给您，要求回电").presses("2")
    rung.hangs_up()


def test_an_agent_declines_and_the_next_is_rung(line: Line, desk: Desk) -> None:
    lin, zhou = line.cast.lin, line.cast.zhou
    desk.sits(lin, zhou)
    caller = asks_for_a_person(line, "unknown")
    line.phone("lin").rings().answers().hears("不接请按2").presses("2").hears("找别的同事")
    desk.takes(zhou)
    caller.hears("0 0 2号为您服务")
    assert answers_of(line) == ["declined", "accepted"]
    assert desk.seat(lin).status == Status.FREE


def test_an_agents_voicemail_accepts_nobody(line: Line, desk: Desk) -> None:
    lin, zhou = line.cast.lin, line.cast.zhou
    desk.sits(lin, zhou)
    caller = asks_for_a_person(line, "unknown")
    line.phone("lin").rings().goes_to_voicemail()
    line.phone("zhou").rings(60).answers().hears("接听请按1").presses("1")
    caller.hears("0 0 2号为您服务")
    assert answers_of(line) == ["no_key", "accepted"]


def test_an_agent_is_rung_no_longer_than_the_ring_limit(line: Line, desk: Desk) -> None:
    """ANS-1: four rings at the heating company."""
    lin, zhou = line.cast.lin, line.cast.zhou
    desk.sits(lin, zhou)
    asks_for_a_person(line, "unknown")
    line.phone("lin").rings()
    began = line.at.now
    line.phone("lin").lets_it_ring()
    assert (line.at.now - began).total_seconds() <= 26
    zhou_rings = line.phone("zhou").rings(5)
    line.passes(seconds=7)
    zhou_rings.answers().hears("接听请按1").presses("1")
    [told] = [fields for call in line.calls() for kind, fields in line.chain(call.chain) if kind == "agent-picked-up"]
    assert (told["rule"], told["limit_seconds"], told["kept"]) == ("ANS-1", 20, True)
    assert 7000 <= int(str(told["millis"])) <= 12_000


def test_two_unanswered_calls_set_an_agent_to_away(line: Line, desk: Desk) -> None:
    lin, zhou = line.cast.lin, line.cast.zhou
    desk.sits(lin)
    ringing = asks_for_a_person(line, "unknown")
    for _ in range(2):  # whoever was too slow once is rung once more for the same caller
        line.phone("lin").rings().lets_it_ring()
    ringing.hears("现在没有人能接听").hangs_up()
    assert (desk.seat(lin).status, desk.seat(lin).why) == (Status.AWAY, "unanswered")
    desk.sits(zhou)
    desk.is_now(lin, Status.FREE)
    assert desk.seat(lin).misses == 0


def test_whoever_is_told_of_a_caller_and_presses_nothing_twice_hears_that_they_are_away(line: Line, desk: Desk) -> None:
    lin = line.cast.lin
    desk.sits(lin)
    ringing = asks_for_a_person(line, "unknown")
    for _ in range(2):
        line.phone("lin").rings().answers().stays_silent(30)
    ringing.hears("现在没有人能接听").hangs_up()
    assert desk.seat(lin).status == Status.AWAY
    assert [one.text for one in line.phone("lin").heard if "状态已经改为离开" in one.text]


def test_a_caller_who_hangs_up_while_the_agents_phone_rings_is_rung_back_and_it_rings_for_that_alone(
    line: Line, desk: Desk
) -> None:
    lin = line.cast.lin
    desk.sits(lin)
    caller = asks_for_a_person(line, "unknown")
    line.phone("lin").rings()
    caller.hangs_up()
    line.passes(seconds=2)
    _, first, second = line.calls()
    assert (first.state, second.state) == ("unanswered", "ringing")
    assert (desk.waits()[0].state, desk.seat(lin).misses) == ("abandoned", 0)
    line.phone("lin").answers().hears("由我们拨通客户")
    assert line.promised(line.case()) == {"CBK-2.missed": "open"}
    [waited] = [fields for kind, fields in line.chain(line.calls()[0].chain) if kind == "waited"]
    assert waited["seconds"] == 1


def test_a_caller_who_hangs_up_while_the_agent_presses_the_key_leaves_nobody_in_an_empty_room(
    line: Line, desk: Desk
) -> None:
    lin = line.cast.lin
    desk.sits(lin)
    caller = asks_for_a_person(line, "unknown")
    agent = line.phone("lin").rings().answers().hears("接听请按1")
    agent.presses("1")
    caller.hangs_up()
    agent.hears("不在线上").rings().answers().hears("由我们拨通客户")
    assert desk.meetings()[0].state == "ended"
    assert line.promised(line.case()) == {"CBK-2.missed": "open"}


def test_a_closed_laptop_is_not_rung(line: Line, desk: Desk) -> None:
    lin, zhou = line.cast.lin, line.cast.zhou
    desk.sits(lin, zhou)
    desk.closes_the_laptop(lin)
    line.passes(seconds=90)
    assert (desk.seat(lin).status, desk.seat(lin).why) == (Status.AWAY, "unseen")
    asks_for_a_person(line, "unknown")
    line.phone("zhou").rings()
