"""We ring a customer, from a case alone: the colleague first, then the customer, who hears who it is (SEC-5)."""

from __future__ import annotations

from tests.desk import Desk
from tests.line import Line


def test_the_agent_is_rung_first_then_the_customer_who_hears_who_calls_and_why(line: Line, desk: Desk) -> None:
    line.tells("complaint")
    wu = line.cast.wu
    desk.sits(wu)
    desk.calls_out(wu, line.case().id)
    agent = line.phone("wu").rings().answers().hears("为您拨通客户，投诉").presses("1")
    customer = line.phone("chen").rings().answers().hears("您好，安心物业，0 2 1号为您服务").hears("关于您的投诉")
    customer.hears("方便通话请按1").speaks("方便")
    agent.hears("♪ beep").speaks("您好")
    customer.hears("您好").hangs_up()
    agent.hears("请填写来电记录")
    assert line.promised(line.case())["CMP-9.callback"] == "kept"


def test_a_customer_who_said_nothing_yet_is_told_that_they_are_called_back(line: Line, desk: Desk) -> None:
    line.rings("chen", "home").hears("请问有什么可以帮您").hangs_up()
    wu = line.cast.wu
    desk.sits(wu)
    desk.calls_out(wu, line.case().id)
    line.phone("wu").rings().answers().hears("为您拨通客户，未接通的来电，单号").presses("1")
    line.phone("chen").rings().answers().hears("您给我们打过电话，单号2 6 1 1 1 8 0 0 1，现在给您回电")


def test_a_customer_who_does_not_answer_is_no_conversation_and_the_promise_stays(line: Line, desk: Desk) -> None:
    line.tells("complaint")
    wu = line.cast.wu
    desk.sits(wu)
    desk.calls_out(wu, line.case().id)
    agent = line.phone("wu").rings().answers().hears("请按1").presses("1")
    line.phone("chen").rings().lets_it_ring()
    agent.hears("不在线上")
    assert line.promised(line.case())["CMP-9.callback"] == "open"


def test_an_agent_who_does_not_pick_up_has_no_customer_rung(line: Line, desk: Desk) -> None:
    line.tells("complaint")
    wu = line.cast.wu
    desk.sits(wu)
    desk.calls_out(wu, line.case().id)
    line.phone("wu").rings().lets_it_ring()
    line.phone("chen").does_not_ring(60)
    assert desk.meetings()[0].state == "ended"


def test_an_agent_who_hangs_up_while_the_customer_is_greeted_leaves_nobody_in_the_line(line: Line, desk: Desk) -> None:
    """Whoever has not said that they can talk may be a machine (rule 8)."""
    line.tells("complaint")
    wu = line.cast.wu
    desk.sits(wu)
    desk.calls_out(wu, line.case().id)
    agent = line.phone("wu").rings().answers().hears("请按1").presses("1")
    customer = line.phone("chen").rings().answers().hears("您好，安心物业")
    agent.hangs_up()
    customer.hears("我们再给您回电")
    assert desk.waits() == []
    assert line.promised(line.case())["CMP-9.callback"] == "open"
