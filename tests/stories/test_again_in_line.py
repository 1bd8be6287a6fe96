"""A caller is in the line a second time: neither thrown out of it, nor before who waited all along (ANS-3, ANS-6)."""

from __future__ import annotations

from datetime import timedelta

from hotline.domain.seats import Status
from hotline.simulator.phone import Phone
from tests import given
from tests.desk import Desk
from tests.line import Line
from tests.stories.test_line import asks_for_a_person, talks_with

LONG = 21  # minutes: longer than anybody may wait


def asks_again(line: Line, desk: Desk, caller: Phone) -> None:
    """The agent ends the conversation, and the customer wants a person once more."""
    desk.ends(line.cast.lin)
    caller.hears("还有什么需要").presses("1").hears("找工作人员请按0").presses("0")


def supervisors_told(line: Line) -> int:
    with line.look() as act:
        return [text for text, _who in given.told(act)].count("nobody-answered")


def test_a_long_conversation_is_no_wait_when_the_line_breaks(line: Line, desk: Desk) -> None:
    desk.sits(line.cast.lin)
    caller = talks_with(line, desk, "chen")
    line.passes(minutes=LONG)
    line.phone("lin").hangs_up()
    caller.hears("刚才通话断了")
    line.phone("lin").rings().answers().hears("等候不到1分钟").hears("接听请按1").presses("1")
    caller.hears("0 0 1号为您服务").hears("♪ beep").hangs_up()
    line.passes(seconds=2)
    [wait] = desk.waits()
    assert wait.longest_gap_ms <= 15_000
    assert wait.handled_seconds is not None
    assert wait.handled_seconds > LONG * 60, "both conversations, and not the wait between them"
    told = [fields["seconds"] for kind, fields in line.chain(line.calls()[0].chain) if kind == "waited"]
    assert len(told) == 2
    assert all(isinstance(seconds, int) and seconds < 60 for seconds in told)


def test_whoever_was_served_and_asks_again_waits_anew_behind_the_others(line: Line, desk: Desk) -> None:
    lin = line.cast.lin
    desk.sits(lin)
    served = talks_with(line, desk, "chen")
    line.passes(minutes=LONG)
    other = asks_for_a_person(line, "unknown").hears("下一位就是您")
    asks_again(line, desk, served)
    desk.wraps_up(lin)
    desk.takes(lin)
    other.hears("0 0 1号为您服务").hears("♪ beep").hangs_up()
    desk.wraps_up(lin)
    desk.takes(lin)
    served.hears("0 0 1号为您服务").hears("♪ beep").hangs_up()
    line.passes(seconds=2)
    assert [wait.state for wait in desk.waits()] == ["done", "done", "done"]


def test_whoever_declined_a_caller_is_asked_anew_when_the_line_broke(line: Line, desk: Desk) -> None:
    lin, zhou = line.cast.lin, line.cast.zhou
    desk.sits(zhou, lin)
    caller = asks_for_a_person(line, "chen")
    line.phone("zhou").rings().answers().hears("不接请按2").presses("2")
    desk.takes(lin)
    line.passes(seconds=15)
    desk.is_now(lin, Status.OFF)
    line.phone("lin").hangs_up()
    caller.hears("刚才通话断了")
    desk.takes(zhou)
    caller.hears("0 0 2号为您服务")


def test_when_the_line_breaks_and_nobody_serves_the_supervisor_hears_of_it(line: Line, desk: Desk) -> None:
    lin = line.cast.lin
    desk.sits(lin)
    caller = talks_with(line, desk, "chen")
    line.passes(minutes=2)
    desk.is_now(lin, Status.BREAK)
    line.phone("lin").hangs_up()
    caller.hears("刚才通话断了").hears("给您回电，对吗").presses("1").hears("单号是").hangs_up()
    [wait] = desk.waits()
    assert (wait.state, wait.why) == ("taken", "nobody")
    assert wait.handled_seconds is not None
    assert wait.handled_seconds >= 120
    assert line.promised(line.case()) == {"ANS-3.callback": "open"}
    line.phone("sun").receives("有客户排队未能接通座席")


def test_supervisors_hear_of_each_time_that_nobody_came(line: Line, desk: Desk) -> None:
    caller = asks_for_a_person(line, "unknown").hears("给您回电，对吗").presses("1").hears("单号是")
    assert supervisors_told(line) == 1
    caller.hears("还有什么需要").presses("1").hears("找工作人员请按0").presses("0").hears("给您回电，对吗").presses("1")
    caller.hears("单号是").hangs_up()
    assert supervisors_told(line) == 2
    assert [(wait.state, wait.why) for wait in desk.waits()] == [("taken", "nobody")] * 2


def test_at_night_nobody_is_told_that_nobody_was_there(line: Line, desk: Desk) -> None:
    """ANS-8: the property company closes at 17:30."""
    line.passes(hours=9)
    asks_for_a_person(line, "unknown", "home").hears("给您回电，对吗").presses("1").hears("单号是").hangs_up()
    assert line.promised(line.case()) == {"ANS-8.callback": "open"}
    assert supervisors_told(line) == 0


def test_the_silence_before_the_apology_is_measured_too(line: Line, desk: Desk) -> None:
    """ANS-4: from the last clip to the words that end the wait."""
    lin = line.cast.lin
    desk.sits(lin)
    caller = asks_for_a_person(line, "unknown").hears("正在为您接通工作人员")
    first = caller.heard[-1].at
    desk.takes(lin)
    caller.hears("让您久等了")
    apology = next(one.at for one in caller.heard if "让您久等了" in one.text)
    [waited] = [fields for kind, fields in line.chain(line.calls()[0].chain) if kind == "waited"]
    gap = timedelta(milliseconds=desk.waits()[0].longest_gap_ms)
    assert apology - first - gap < timedelta(seconds=1)
    assert waited["longest_gap_ms"] == desk.waits()[0].longest_gap_ms


def test_whoever_complained_without_a_name_waits_without_a_matter_and_without_its_owner(line: Line, desk: Desk) -> None:
    """CMP-10: an earlier matter of the caller's would name them."""
    line.tells("cold_radiator")
    desk.sits(line.cast.zhou)
    caller = line.rings("chen").hears("投诉请按5").presses("5").hears("匿名").presses("2")
    caller.hears("提示音后").hears("beep").speaks("物业态度差").presses("#").hears("还有什么需要", 120).presses("1")
    caller.hears("找工作人员请按0").presses("0")
    line.phone("zhou").rings()
    [wait] = desk.waits()
    assert (wait.case_id, wait.customer_id, wait.wanted_id) == (None, None, None)
    assert line.calls()[-1].case_id is None, "nor does the agent's leg lead to it"
