"""A caller keeps the place in line and is rung back when it is its turn: once, and never out of turn (ANS-3, CBK-2)."""

from __future__ import annotations

from hotline.domain import cases, promises
from hotline.simulator.phone import Phone
from tests.desk import Desk
from tests.line import Line
from tests.stories.test_line import asks_for_a_person, talks_with


def keeps_a_place(line: Line, who: str) -> Phone:
    """Somebody in line presses the key, confirms the number and hangs up."""
    caller = asks_for_a_person(line, who).hears("不想等，请按1").presses("1")
    caller.hears("为您保留位置").hears("给您回电，对吗").presses("1").hears("位置已经保留").hears("还有什么需要")
    return caller.hangs_up()


def test_a_kept_place_is_called_back_in_turn_while_others_wait(line: Line, desk: Desk) -> None:
    lin = line.cast.lin
    desk.sits(lin)
    talking = talks_with(line, desk, "chen")
    keeps_a_place(line, "unknown")
    later = asks_for_a_person(line, "+8613900000501").hears("前面还有1位")
    talking.hangs_up()
    desk.wraps_up(lin)
    agent = line.phone("lin").rings().answers().hears("由我们拨通客户").hears("接听请按1").presses("1")
    rung = line.phone("unknown").rings().answers().hears("您好，安心热力，0 0 1号为您服务").hears("轮到您了")
    rung.hears("方便通话请按1").presses("1")
    agent.hears("♪ beep").speaks("您好")
    rung.hears("您好")
    later.does_not_hear("为您服务")
    rung.hangs_up()
    kept = desk.waits()[1]
    assert (kept.state, kept.kept) == ("done", True)
    case = line.case()
    assert line.promised(case) == {"ANS-3.callback": "kept"}
    desk.wraps_up(lin)
    desk.takes(lin)
    later.hears("0 0 1号为您服务")
    line.phone("unknown").does_not_ring(300)


def test_whoever_kept_a_place_is_not_rung_while_they_are_still_on_the_line(line: Line, desk: Desk) -> None:
    lin = line.cast.lin
    desk.sits(lin)
    talking = talks_with(line, desk, "chen")
    keeper = asks_for_a_person(line, "unknown").hears("请按1").presses("1").hears("给您回电，对吗").presses("1")
    keeper.hears("还有什么需要")
    talking.hangs_up()
    desk.wraps_up(lin)
    line.phone("lin").does_not_ring(5)
    keeper.hangs_up()
    desk.takes(lin)
    line.phone("unknown").rings().answers().hears("轮到您了").presses("1").hears("♪ beep", 20).hangs_up()
    assert desk.waits()[1].state == "done"


def test_an_engaged_line_is_tried_once_more_a_little_later(line: Line, desk: Desk) -> None:
    lin = line.cast.lin
    desk.sits(lin)
    talking = talks_with(line, desk, "chen")
    keeps_a_place(line, "unknown")
    talking.hangs_up()
    desk.wraps_up(lin)
    desk.takes(lin)
    line.phone("unknown").rings().declines()  # the carrier says "busy"
    line.passes(seconds=10)
    assert (desk.waits()[1].state, desk.seat(lin).status) == ("kept", "free")
    line.phone("lin").does_not_ring(40)
    desk.takes(lin)
    line.phone("unknown").rings().declines()
    line.passes(minutes=5)
    assert desk.waits()[1].state == "unreached"
    assert line.promised(line.case()) == {"ANS-3.callback": "open"}


def test_whoever_hangs_up_while_the_number_is_confirmed_is_rung_back_once(line: Line, desk: Desk) -> None:
    desk.sits(line.cast.lin)
    talks_with(line, desk, "chen")
    asks_for_a_person(line, "unknown").hears("请按1").presses("1").hears("给您回电，对吗").hangs_up()
    assert desk.waits()[1].state == "abandoned"
    assert line.promised(line.case()) == {"CBK-2.missed": "open"}


def test_an_agent_is_not_left_in_silence_while_the_customers_telephone_rings(line: Line, desk: Desk) -> None:
    lin = line.cast.lin
    desk.sits(lin)
    talking = talks_with(line, desk, "chen")
    keeps_a_place(line, "unknown")
    talking.hangs_up()
    desk.wraps_up(lin)
    agent = desk.takes(lin).hears("正在拨通客户")
    line.phone("unknown").rings()
    for _ in range(2):
        agent.hears("还在响铃", within=15)
    line.phone("unknown").answers().hears("方便通话请按1").presses("1")
    agent.hears("♪ beep").does_not_hear("还在响铃")


def test_a_customers_voicemail_is_no_conversation(line: Line, desk: Desk) -> None:
    lin = line.cast.lin
    desk.sits(lin)
    talking = talks_with(line, desk, "chen")
    keeps_a_place(line, "unknown")
    talking.hangs_up()
    desk.wraps_up(lin)
    desk.takes(lin)
    line.phone("unknown").rings().goes_to_voicemail()
    line.passes(minutes=2)
    assert line.phone("lin").state == "idle"
    assert desk.seat(lin).status == "free"
    assert desk.waits()[1].state == "unreached"
    assert line.promised(line.case()) == {"ANS-3.callback": "open"}, "the promise of a call back stands (CBK-3)"


def test_a_customer_who_cannot_talk_now_is_rung_again_later(line: Line, desk: Desk) -> None:
    lin = line.cast.lin
    desk.sits(lin)
    talking = talks_with(line, desk, "chen")
    keeps_a_place(line, "unknown")
    talking.hangs_up()
    desk.wraps_up(lin)
    agent = desk.takes(lin)
    line.phone("unknown").rings().answers().hears("方便通话请按1").speaks("现在不方便").hears("我们再给您回电")
    agent.hears("对方已经不在线上")
    assert line.promised(line.case()) == {"ANS-3.callback": "open"}


def test_whoever_rings_in_again_goes_on_at_the_kept_place(line: Line, desk: Desk) -> None:
    desk.sits(line.cast.lin)
    talking = talks_with(line, desk, "chen")
    keeps_a_place(line, "unknown")
    asks_for_a_person(line, "+8613900000501").hears("前面还有1位")
    again = asks_for_a_person(line, "unknown").hears("下一位就是您")
    talking.hangs_up()
    desk.wraps_up(line.cast.lin)
    desk.takes(line.cast.lin)
    again.hears("0 0 1号为您服务")


def test_a_withheld_number_is_asked_for_before_a_place_is_kept(line: Line, desk: Desk) -> None:
    desk.sits(line.cast.lin)
    talking = talks_with(line, desk, "chen")
    caller = asks_for_a_person(line, "anonymous").hears("请按1").presses("1").hears("请输入您的联系电话")
    caller.presses("13900000077#").hears("您的联系电话是1 3 9").presses("1").hears("位置已经保留").hangs_up()
    talking.hangs_up()
    desk.wraps_up(line.cast.lin)
    desk.takes(line.cast.lin)
    line.phone("+8613900000077").rings().answers().hears("轮到您了")


def is_dropped_when_rung_back(line: Line, desk: Desk) -> Phone:
    """A customer whose place was kept is rung back, talks, and our agent's line breaks."""
    lin = line.cast.lin
    desk.sits(lin)
    talking = talks_with(line, desk, "chen")
    keeps_a_place(line, "unknown")
    talking.hangs_up()
    desk.wraps_up(lin)
    agent = desk.takes(lin)
    rung = line.phone("unknown").rings().answers().hears("方便通话请按1").presses("1")
    agent.hears("♪ beep").speaks("您好")
    rung.hears("您好")
    assert line.promised(line.case()) == {"ANS-3.callback": "kept"}
    agent.hangs_up()
    return rung


def test_whoever_was_rung_back_and_is_lost_in_the_line_is_rung_again(line: Line, desk: Desk) -> None:
    """CBK-2: our line broke, and they waited in vain; the first promise was kept and brings nobody."""
    rung = is_dropped_when_rung_back(line, desk).hears("刚才通话断了").stays_silent(5)
    rung.hangs_up()
    line.passes(seconds=2)
    assert desk.waits()[1].state == "abandoned"
    assert line.promised(line.case()) == {"ANS-3.callback": "kept", "CBK-2.missed": "open"}


def test_whoever_hangs_up_the_moment_our_line_breaks_is_rung_again_too(line: Line, desk: Desk) -> None:
    is_dropped_when_rung_back(line, desk).hangs_up()
    line.passes(seconds=2)
    assert desk.waits()[1].state == "abandoned"
    assert line.promised(line.case())["CBK-2.missed"] == "open"


def test_a_matter_that_was_closed_meanwhile_is_followed_by_another(line: Line, desk: Desk) -> None:
    rung = is_dropped_when_rung_back(line, desk).hears("刚才通话断了")
    with desk.by(line.cast.lin) as act:
        promises.close_case(act, cases.get(act, line.case().id), by=line.cast.lin.id, outcome="已答复")
    rung.hangs_up()
    line.passes(seconds=2)
    closed, again = line.cases()
    assert (closed.state, again.state) == ("closed", "open")
    assert line.promised(again) == {"CBK-2.missed": "open"}
    assert line.told(again)["sealed_contact"] == line.cast.unknown.e164
