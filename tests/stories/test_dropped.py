"""The agent's line breaks: nobody is left in silence, and nobody loses their turn or their owner (ANS-6, OWN-1)."""

from __future__ import annotations

from hotline.simulator.phone import Phone
from tests.desk import Desk
from tests.line import Line
from tests.stories.test_line import asks_for_a_person, talks_with


def test_the_customer_hears_an_apology_and_is_put_through_to_the_same_agent_first(line: Line, desk: Desk) -> None:
    lin, zhou = line.cast.lin, line.cast.zhou
    desk.sits(lin)
    caller = talks_with(line, desk, "chen")
    desk.sits(zhou)
    line.phone("lin").hangs_up()
    caller.hears("刚才通话断了").hears("马上为您重新接通")
    line.phone("lin").rings()
    line.phone("zhou").does_not_ring(5)
    agent = line.phone("lin").answers().hears("刚才您的线路断了，客户再接给您").hears("接听请按1").presses("1")
    assert not [one.text for one in agent.heard if "由您负责" in one.text], "no matter of hers is open"
    caller.hears("让您久等了").hears("0 0 1号为您服务").hears("♪ beep").hangs_up()
    first, second = desk.meetings()
    assert (first.dropped, first.state, second.dropped, second.state) == (True, "ended", False, "ended")
    [wait] = desk.waits()
    assert wait.state == "done"
    assert line.cases() == []


def test_a_colleague_takes_over_where_the_agent_does_not_come_back(line: Line, desk: Desk) -> None:
    lin, zhou = line.cast.lin, line.cast.zhou
    desk.sits(lin)
    caller = talks_with(line, desk, "chen")
    desk.sits(zhou)
    line.phone("lin").hangs_up()
    line.phone("zhou").rings(60)
    desk.takes(zhou)
    caller.hears("0 0 2号为您服务").hears("♪ beep").hangs_up()
    assert line.calls()[0].owner_id == lin.id, "who answered first owns the call"


def test_whoever_comes_back_into_the_line_is_before_those_who_came_later(line: Line, desk: Desk) -> None:
    lin = line.cast.lin
    desk.sits(lin)
    caller = talks_with(line, desk, "chen")
    asks_for_a_person(line, "unknown").hears("下一位就是您")
    line.phone("lin").hangs_up()
    caller.hears("刚才通话断了")
    desk.takes(lin)
    caller.hears("0 0 1号为您服务")


def test_whoever_hangs_up_after_the_line_broke_is_rung_back_once(line: Line, desk: Desk) -> None:
    desk.sits(line.cast.lin)
    caller = talks_with(line, desk, "chen")
    line.phone("lin").hangs_up()
    caller.hears("刚才通话断了").stays_silent(10).hangs_up()
    line.passes(seconds=2)
    assert line.promised(line.case()) == {"CBK-2.missed": "open"}
    assert desk.waits()[0].state == "abandoned"


def test_nobody_is_told_that_they_are_put_through_again_where_nobody_serves_any_more(line: Line, desk: Desk) -> None:
    lin = line.cast.lin
    desk.sits(lin)
    caller = talks_with(line, desk, "chen")
    desk.goes_home(lin)
    line.phone("lin").hangs_up()
    caller.hears("刚才通话断了").hears("没有工作人员在岗，我们给您回电").hears("给您回电，对吗").presses("1")
    caller.hears("单号是").hangs_up()
    assert not [one.text for one in caller.heard if "重新接通" in one.text]
    assert line.promised(line.case()) == {"ANS-3.callback": "open"}


def rings_out(line: Line, desk: Desk) -> tuple[Phone, Phone]:
    """Lin rings Chen about the cold radiator, and both talk: their telephones."""
    line.tells("cold_radiator")
    desk.sits(line.cast.lin)
    desk.calls_out(line.cast.lin, line.case().id)
    agent = line.phone("lin").rings().answers().hears("接通请按1").presses("1")
    customer = line.phone("chen").rings().answers().hears("关于您的暖气故障").hears("请按1").presses("1")
    return agent.hears("♪ beep"), customer


def test_a_customer_whom_we_rang_comes_into_the_line_when_our_line_breaks(line: Line, desk: Desk) -> None:
    agent, customer = rings_out(line, desk)
    agent.hangs_up()
    customer.hears("刚才通话断了")
    desk.takes(line.cast.lin)
    customer.hears("0 0 1号为您服务")


def test_a_customer_whom_we_rang_is_not_asked_for_the_number_at_which_we_rang(line: Line, desk: Desk) -> None:
    agent, customer = rings_out(line, desk)
    desk.goes_home(line.cast.lin)
    agent.hangs_up()
    rung = line.cast.chen.number
    customer.hears(f"我们给您回电。您的联系电话是{rung.spoken}，对吗").presses("1").hears("单号是").hangs_up()
    again = line.cases()[-1]
    assert line.told(again) == {"sealed_contact": rung.e164}
    assert line.promised(again) == {"ANS-3.callback": "open"}
