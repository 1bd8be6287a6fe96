"""The waiting line, from the moment when everybody is busy to the agent who answers, or to a promise (ANS-3, ANS-4)."""

from __future__ import annotations

from datetime import time, timedelta
from itertools import pairwise

from hotline.domain.seats import Status
from hotline.simulator.phone import Phone
from tests.desk import Desk
from tests.line import Line
from tests.world import SHANGHAI

LIMIT = timedelta(seconds=15)


def asks_for_a_person(line: Line, who: str, firm: str = "heat") -> Phone:
    return line.rings(who, firm).hears("找工作人员请按0").presses("0")


def talks_with(line: Line, desk: Desk, who: str, firm: str = "heat") -> Phone:
    """Somebody rings and is answered by Lin, who is then in a conversation."""
    caller = asks_for_a_person(line, who, firm)
    desk.takes(line.cast.lin)
    line.passes(seconds=15)
    return caller


def test_a_caller_waits_an_agent_accepts_they_talk_and_the_caller_hangs_up(line: Line, desk: Desk) -> None:
    lin = line.cast.lin
    desk.sits(lin)
    caller = asks_for_a_person(line, "unknown").hears("正在为您接通工作人员")
    agent = desk.takes(lin)
    caller.hears("让您久等了").hears("您好，安心热力，0 0 1号为您服务").hears("本次通话将会录音")
    agent.hears("♪ beep").speaks("您好，请问有什么可以帮您")
    caller.hears("请问有什么可以帮您").speaks("谢谢").hangs_up()
    agent.hears("请填写来电记录")
    [wait], [meeting], call = desk.waits(), desk.meetings(), line.calls()[0]
    assert (wait.state, meeting.state, desk.seat(lin).status) == ("done", "ended", "wrap_up")
    assert call.owner_id == lin.id
    assert line.cases() == [], "nothing is owed to who was answered"
    assert ("recording-announced", {}) in line.chain(call.chain)


def test_a_person_is_asked_for_and_reached(line: Line, desk: Desk) -> None:
    desk.sits(line.cast.lin)
    line.tells("put_through")
    assert desk.waits()[0].state == "done"


def test_the_place_is_kept_and_the_customer_rung(line: Line, desk: Desk) -> None:
    desk.sits(line.cast.lin)
    line.tells("place_kept")
    line.passes(seconds=2)
    assert line.promised(line.case()) == {"ANS-3.callback": "kept"}


def test_a_short_wait_is_only_asked_for_and_a_long_one_comes_with_an_offer(line: Line, desk: Desk) -> None:
    """ANS-3: what is long is the profile's."""
    lin = line.cast.lin
    line.changes(line.cast.heat, desk={"estimate_samples": 1})
    desk.sits(lin)
    talks_with(line, desk, "+8613900000501").hangs_up()
    desk.wraps_up(lin)
    line.passes(seconds=10)
    talks_with(line, desk, "chen")
    waits = asks_for_a_person(line, "unknown").hears("估计不到1分钟")
    waits.does_not_hear("不想等", 40)
    waits.hears("不想等，请按1", 60)


def test_whoever_waits_twenty_minutes_is_spoken_to_every_fifteen_seconds_until_answered(line: Line, desk: Desk) -> None:
    lin = line.cast.lin
    line.changes(line.cast.heat, desk={"longest_wait": "1 h"})
    desk.sits(lin)
    first = talks_with(line, desk, "chen")
    waits = asks_for_a_person(line, "unknown").hears("工作人员都在忙").hears("下一位就是您").hears("不想等，请按1")
    began = len(waits.heard)
    line.passes(minutes=20.5)
    first.hangs_up()
    desk.wraps_up(lin)
    heard = [caption.at for caption in waits.heard[began:]]
    assert heard[-1] - heard[0] > timedelta(minutes=20)
    assert max(later - sooner for sooner, later in pairwise(heard)) <= LIMIT
    desk.takes(lin)
    waits.hears("让您久等了").hears("0 0 1号为您服务")
    assert timedelta(seconds=desk.longest_gap(line.calls()[2])) <= LIMIT
    [waited] = [fields for kind, fields in line.chain(line.calls()[2].chain) if kind == "waited"]
    assert (waited["kept"], waited["rule"]) == (True, "ANS-4")


def test_whoever_is_spoken_to_slowly_and_in_english_is_spoken_to_in_time_too(line: Line, desk: Desk) -> None:
    desk.sits(line.cast.lin)
    talks_with(line, desk, "chen")
    waits = line.rings("unknown").hears("press 8").presses("8").hears("press 9").presses("9").hears("press 0")
    waits.presses("0").hears("please hold on a little longer")
    began = len(waits.heard)
    line.passes(minutes=5)
    heard = [caption.at for caption in waits.heard[began:]]
    assert max(later - sooner for sooner, later in pairwise(heard)) <= LIMIT
    assert {caption.utterance.rate for caption in waits.heard[began:]} == {"75%"}


def test_the_place_is_told_and_after_enough_conversations_the_wait(line: Line, desk: Desk) -> None:
    lin = line.cast.lin
    line.changes(line.cast.heat, desk={"estimate_samples": 1})
    desk.sits(lin)
    first = talks_with(line, desk, "chen")
    asks_for_a_person(line, "unknown").hears("下一位就是您")
    second = asks_for_a_person(line, "+8613900000501").hears("前面还有1位")
    line.passes(minutes=4)
    first.hangs_up()
    second.hears("大约还要等10分钟")


def test_emergencies_are_answered_before_whoever_came_earlier(line: Line, desk: Desk) -> None:
    lin = line.cast.lin
    desk.sits(lin)
    first = talks_with(line, desk, "chen")
    asks_for_a_person(line, "unknown").hears("下一位就是您")
    urgent = line.rings("+8613900000501").hears("等紧急情况请按1").presses("1").hears("水管爆裂请按3").presses("3")
    urgent.hears("准确的地点").stays_silent(60).hears("还有什么需要").presses("1").hears("请按0").presses("0")
    urgent.hears("下一位就是您")
    first.hangs_up()
    desk.wraps_up(lin)
    desk.takes(lin)
    urgent.hears("0 0 1号为您服务")


def test_after_the_longest_wait_the_number_is_taken_and_the_supervisor_told(line: Line, desk: Desk) -> None:
    desk.sits(line.cast.lin)
    talks_with(line, desk, "chen")
    waits = asks_for_a_person(line, "unknown").hears("工作人员都在忙")
    line.passes(minutes=19.9)
    waits.hears("现在没有人能接听，我们给您回电").hears("给您回电，对吗").presses("1").hears("单号是").hangs_up()
    assert line.promised(line.case()) == {"ANS-3.callback": "open"}
    assert (desk.waits()[1].state, desk.waits()[1].why) == ("taken", "limit")
    line.phone("sun").receives("有客户排队未能接通座席")


def test_nobody_on_duty_means_that_the_number_is_taken_at_once(line: Line, desk: Desk) -> None:
    caller = line.rings("unknown").hears("您好，安心热力。").hears("请按0").presses("0").hears("没有工作人员在岗")
    caller.hears("给您回电，对吗").presses("1").hears("已经为您登记，单号是").hangs_up()
    for untrue in ("号为您服务", "都在忙"):
        assert not [one.text for one in caller.heard if untrue in one.text]
    assert [(wait.state, wait.why) for wait in desk.waits()] == [("taken", "nobody")]
    assert line.promised(line.case()) == {"ANS-3.callback": "open"}
    line.phone("sun").receives("有客户排队未能接通座席")


def test_when_the_last_agent_goes_home_whoever_waits_is_rung_back(line: Line, desk: Desk) -> None:
    lin = line.cast.lin
    desk.sits(lin)
    first = talks_with(line, desk, "chen")
    waits = asks_for_a_person(line, "unknown").hears("工作人员都在忙")
    desk.is_now(lin, Status.OFF)
    first.hangs_up()
    waits.hears("现在没有人能接听").hears("给您回电，对吗").presses("1").hears("单号是").hangs_up()
    assert desk.waits()[1].why == "nobody"


def test_at_closing_time_whoever_waits_is_answered_still(line: Line, desk: Desk) -> None:
    """The line drains past closing (ANS-9)."""
    wu = line.cast.wu
    line.changes(line.cast.home, desk={"longest_wait": "1 h"})
    line.passes(hours=7, minutes=25)  # 17:25; the property company closes at 17:30
    desk.sits(wu)
    first = asks_for_a_person(line, "chen", "home")
    desk.takes(wu)
    waiting = [asks_for_a_person(line, f"+8613900000{place}", "home") for place in (501, 502, 503)]
    line.passes(minutes=5)
    first.hangs_up()
    for caller in waiting:
        desk.wraps_up(wu)
        desk.takes(wu)
        caller.hears("让您久等了").stays_silent(30).hangs_up()
    assert line.at.now.astimezone(SHANGHAI).time() > time(17, 30)
    assert [wait.state for wait in desk.waits()] == ["done"] * 4


def test_a_sister_companys_agent_answers_where_nobody_else_is_free(line: Line, desk: Desk) -> None:
    """OWN-4: the caller is never sent away."""
    wu = line.cast.wu
    desk.sits(wu)
    caller = asks_for_a_person(line, "unknown")
    line.phone("wu").rings().answers().hears("安心热力来电").hears("接听请按1").presses("1")
    caller.hears("0 2 1号为您服务").hangs_up()
    assert line.calls()[0].owner_id == wu.id
