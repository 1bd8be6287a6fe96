"""What may happen within a conversation: a pause, a third voice, a supervisor, and its end (ANS-7, ANS-13, PPL-3)."""

from __future__ import annotations

import pytest

from hotline.domain.calls import Call
from hotline.domain.parties import Mode, Role
from hotline.errors import Refused
from tests.desk import Desk
from tests.line import Line
from tests.stories.test_line import talks_with


def test_a_pause_begins_with_thanks_and_ends_with_an_apology(line: Line, desk: Desk) -> None:
    lin = line.cast.lin
    desk.sits(lin)
    caller = talks_with(line, desk, "chen")
    desk.holds(lin)
    caller.hears("谢谢您，请您稍等片刻")
    began = line.at.now
    caller.hears("请再稍等一下")
    assert (line.at.now - began).total_seconds() <= 15
    line.passes(minutes=1)
    caller.does_not_hear("听得到吗")
    desk.holds(lin, resumes=True)
    caller.hears("让您久等了")
    line.passes(seconds=5)
    line.phone("lin").speaks("听得到吗")
    caller.hears("听得到吗")
    assert desk.meetings()[0].held_seconds >= 60


def test_the_agent_ends_and_the_customer_is_asked_for_anything_else(line: Line, desk: Desk) -> None:
    lin = line.cast.lin
    desk.sits(lin)
    caller = talks_with(line, desk, "chen")
    desk.ends(lin)
    line.phone("lin").stays_silent(5)
    assert line.phone("lin").state == "idle"
    caller.hears("请问还有什么需要帮您").presses("2").hears("请您给这次服务打分").presses("1").hears("谢谢您的电话")
    caller.hangs_up()
    assert (desk.meetings()[0].state, desk.meetings()[0].dropped, desk.seat(lin).status) == ("ended", False, "wrap_up")
    assert line.cases() == []


def test_whoever_wants_something_else_after_the_talk_has_the_menu_again(line: Line, desk: Desk) -> None:
    lin = line.cast.lin
    desk.sits(lin)
    caller = talks_with(line, desk, "unknown")
    desk.ends(lin)
    desk.wraps_up(lin)
    caller.hears("请问还有什么需要帮您").presses("1").hears("请按0").presses("0")
    desk.takes(lin)
    caller.hears("0 0 1号为您服务").hears("♪ beep").hangs_up()
    assert [meeting.state for meeting in desk.meetings()] == ["ended", "ended"]


def test_an_expert_is_asked_in_and_all_three_hear_one_another(line: Line, desk: Desk) -> None:
    lin, wang = line.cast.lin, line.cast.wang
    desk.sits(lin)
    caller = talks_with(line, desk, "chen")
    desk.asks_in(lin, wang)
    expert = line.phone("wang").rings().answers().hears("0 0 1号请您参加通话").presses("1")
    caller.hears("有一位同事加入通话")
    line.passes(seconds=5)
    expert.speaks("先看看阀门")
    caller.hears("先看看阀门")
    agent = line.phone("lin")
    expert.hangs_up()
    caller.hears("这位同事已经离开通话")
    assert agent.heard[-1].text == "这位同事已经离开通话。"


def test_an_experts_declining_changes_nothing(line: Line, desk: Desk) -> None:
    lin, wang = line.cast.lin, line.cast.wang
    desk.sits(lin)
    caller = talks_with(line, desk, "chen")
    desk.asks_in(lin, wang)
    line.phone("wang").rings().answers().hears("不接请按2").presses("2").hears("好的，再见")
    line.phone("lin").speaks("那我来说")
    caller.hears("那我来说")


def test_a_supervisor_listens_unheard_coaches_the_agent_alone_and_joins(line: Line, desk: Desk) -> None:
    lin, sun = line.cast.lin, line.cast.sun
    desk.sits(lin)
    caller, agent = talks_with(line, desk, "chen"), line.phone("lin")
    desk.supervises(sun, lin, Mode.LISTEN)
    boss = line.phone("sun").rings().answers().hears("您要进入0 0 1号的通话").presses("1")
    line.passes(seconds=5)
    caller.speaks("我家暖气不热")
    boss.hears("我家暖气不热").speaks("听不见我")
    agent.does_not_hear("听不见我", 3)
    desk.changes_mode(sun, lin, Mode.COACH)
    boss.speaks("问问楼上")
    agent.hears("问问楼上")
    caller.does_not_hear("问问楼上", 3)
    desk.changes_mode(sun, lin, Mode.TALK)
    line.passes(seconds=5)
    boss.speaks("我是主管")
    caller.hears("我是主管")


def test_a_coach_is_heard_by_nobody_as_long_as_the_agents_leg_is_not_known_to_the_carrier(
    line: Line, desk: Desk
) -> None:
    lin, sun = line.cast.lin, line.cast.sun
    desk.sits(lin)
    caller = talks_with(line, desk, "chen")
    with desk.by(lin) as act:
        leg = act.session.get_one(Call, desk.parties()[0].call_id)
        known, leg.sid = leg.sid, None
    desk.supervises(sun, lin, Mode.COACH)
    boss = line.phone("sun").rings().answers().hears("您要进入0 0 1号的通话").presses("1")
    line.passes(seconds=5)
    with desk.by(lin) as act:
        act.session.get_one(Call, leg.id).sid = known
    boss.speaks("问问楼上")
    caller.does_not_hear("问问楼上", 3)


def test_a_pause_of_the_recording_is_heard_in_nothing_but_the_record(line: Line, desk: Desk) -> None:
    lin = line.cast.lin
    desk.sits(lin)
    caller = talks_with(line, desk, "chen")
    desk.records(lin, paused=True)
    [tape] = line.exchange.board.recordings.values()
    assert tape.status == "paused"
    desk.records(lin, paused=False)
    assert tape.status == "in-progress"
    caller.hangs_up()
    line.passes(seconds=10)
    assert tape.deleted


def test_nobody_may_leave_the_customer_while_a_colleague_is_asked_to_take_over(line: Line, desk: Desk) -> None:
    line.tells("cold_radiator")
    lin, zhou = line.cast.lin, line.cast.zhou
    desk.sits(lin)
    talks_with(line, desk, "chen")
    desk.hands_over(lin, zhou, line.case().id)
    with pytest.raises(Refused):
        desk.ends(lin)


def test_an_expert_alone_with_the_customer_goes_on_when_the_agents_line_breaks(line: Line, desk: Desk) -> None:
    lin, zhou = line.cast.lin, line.cast.zhou
    desk.sits(lin)
    caller = talks_with(line, desk, "chen")
    desk.asks_in(lin, zhou, Role.EXPERT)
    expert = line.phone("zhou").rings().answers().hears("请按1").presses("1")
    caller.hears("加入通话")
    line.passes(seconds=5)
    line.phone("lin").hangs_up()
    expert.speaks("我在听")
    caller.hears("我在听")
    assert desk.meetings()[0].agent_id == zhou.id


def test_an_engineer_is_not_left_alone_with_a_customer_whose_agents_line_breaks(line: Line, desk: Desk) -> None:
    lin, wang = line.cast.lin, line.cast.wang
    desk.sits(lin)
    caller = talks_with(line, desk, "chen")
    desk.asks_in(lin, wang, Role.EXPERT)
    line.phone("wang").rings().answers().hears("请按1").presses("1")
    caller.hears("加入通话")
    line.passes(seconds=5)
    line.phone("lin").hangs_up()
    caller.hears("通话断了").hears("正在为您接通")
    desk.takes(lin)
    line.passes(seconds=15)
    assert line.phone("wang").state == "idle"
    assert [(one.agent_id, one.state) for one in desk.meetings()] == [(lin.id, "ended"), (lin.id, "talking")]
