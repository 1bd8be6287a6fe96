"""After the work somebody asks how it was: content, still broken, refused, after a holiday, or a person is wanted."""

from __future__ import annotations

from datetime import datetime

from hotline.domain import callbacks, repairs, staff, visit_signatures
from hotline.domain.act import COMMAND
from hotline.domain.visits import Asker, Said, State
from hotline.simulator.phone import Phone
from hotline.standard.kinds import Grade
from tests.complaining import House, filed
from tests.complaining import house as house
from tests.desk import Desk
from tests.line import Line
from tests.visiting import mended, told
from tests.world import SHANGHAI

WEEK = 8 * 24 * 3600  # seconds: longer than anything is tried


def asked(line: Line) -> Phone:
    """A day after the repair Chen's telephone rings, and the machine asks."""
    line.passes(hours=23)
    return line.phone("chen").rings(7200).answers().hears("安心热力的自动回访").hears("暖气故障").hears("方便请按1")


def test_a_repair_is_asked_after_the_next_day_and_a_content_customer_is_not_rung_again(line: Line) -> None:
    done = mended(line.runtime, line.cast)
    phone = asked(line).presses("1").hears("修好了吗").presses("1").hears("打个分").presses("5")
    phone.hears("还有什么想告诉我们吗").presses("2").hears("谢谢您的意见")
    [visit] = done.visits
    assert (visit.state, visit.mended, visit.mark, visit.by) == (State.MADE, True, 5, Asker.SURVEY)
    assert done.verdicts[-1] == ("VIS-1.repair", "kept")
    line.phone("chen").does_not_ring(WEEK)
    done.is_closed(line.cast.lin)


def test_what_is_still_broken_is_told_to_the_supervisor_and_repair_is_rung_again(line: Line) -> None:
    cast = line.cast
    done = mended(line.runtime, cast)
    phone = asked(line).presses("1").hears("修好了吗").presses("2").hears("还有什么").presses("1")
    phone.hears("提示音后").speaks("一早又凉了").hears("马上再通知值班维修，10分钟之内确认并和您联系").hears(
        "0 0 1号负责到底"
    )
    line.phone("sun").receives("没有修好或不满意", 3600)
    engineer = line.phone("wang").rings(60).answers().hears("暖气故障").presses("1")
    engineer.hears("已经签收").hangs_up()
    assert done.visits[0].reopened
    assert (done.case.owner_id, done.case.handler_id) == (cast.lin.id, cast.wang.id)
    assert len(line.recordings(done.case)) == 1
    with done.by(cast.wang) as (act, case):
        order = repairs.of_case(act, case.id)
        assert order is not None
        repairs.finish(act, order, by=cast.wang.id, found="换了整组", tested=True, customer_signed=True)
    asked(line).presses("1151").hears("提示音后").hangs_up()
    assert [verdict for _rule, verdict in done.verdicts] == ["kept"] * 6


def test_who_is_not_content_is_rung_by_whoever_took_the_matter(line: Line, desk: Desk) -> None:
    done = mended(line.runtime, line.cast)
    asked(line).presses("111").hears("还有什么").presses("2").hears("0 0 1号负责到底，最晚11月20日").hangs_up()
    assert done.verdicts[-1] == ("VIS-4.reply", "open")
    line.phone("sun").receives("没有修好或不满意", 3600)
    line.passes(minutes=5)
    desk.sits(line.cast.lin)
    desk.calls_out(line.cast.lin, done.id)
    agent = line.phone("lin").rings().answers().hears("请按1").presses("1")
    line.phone("chen").rings().answers().hears("关于您的暖气故障").presses("1").hears("").hangs_up()
    agent.hears("通话结束")


def test_the_department_that_mended_it_is_told_and_signs(line: Line, house: House) -> None:
    with line.runtime.act(COMMAND) as act:
        staff.get(act, line.cast.wang.id).department_id = house.repair
    done = mended(line.runtime, line.cast)
    asked(line).presses("111").hears("还有什么").presses("2").hangs_up()
    line.phone(house.liu.number.e164).receives("请到工作台“部门签收”签收", 3600)
    [visit] = done.visits
    with done.by(house.liu) as (act, _case):
        visit_signatures.sign(act, visit.id, staff.get(act, house.liu.id))
    assert done.visits[0].signed_by_id == house.liu.id


def test_whoever_refuses_is_never_rung_for_a_visit_again(line: Line) -> None:
    cast = line.cast
    done = mended(line.runtime, cast)
    asked(line).presses("9").hears("以后不再打回访电话给您")
    assert (done.visits[0].state, done.verdicts[-1]) == (State.REFUSED, ("VIS-1.repair", "excused"))
    later = mended(line.runtime, cast)
    line.phone("chen").does_not_ring(WEEK)
    assert [one.state for one in later.visits] == [State.REFUSED]


def test_a_complainant_is_visited_on_the_third_day_over_a_holiday(line: Line, desk: Desk, house: House) -> None:
    """Thursday and Friday are holidays, the Saturday after them is worked (调休)."""
    cast = line.cast
    line.changes(
        cast.heat,
        calendar={"years": {"2026": {"holidays": ["2026-11-19", "2026-11-20"], "workdays": ["2026-11-21"]}}},
    )
    line.passes(hours=5)  # Wednesday 15:00
    complaint = filed(line.runtime, cast, department_id=house.repair, grade=Grade.MINOR)
    visited = told(complaint, house, cast)
    line.phone("chen").does_not_ring(55 * 3600)  # Friday 22:00
    line.passes(hours=9, minutes=59)
    desk.sits(cast.lin)
    assert line.at.now < datetime(2026, 11, 21, 8, tzinfo=SHANGHAI)
    agent = line.phone("lin").rings(120).answers().hears("接听请按1").presses("1")
    customer = line.phone("chen").rings().answers().hears("关于您的投诉").presses("1")
    customer.hears("").hangs_up()
    agent.hears("通话结束")
    visited.records(cast.lin, Said(mended=True, mark=4, words="可以了"))
    assert dict(visited.verdicts)["CMP-8.visit"] == "kept"
    assert datetime(2026, 11, 21, 8, tzinfo=SHANGHAI) <= line.at.now < datetime(2026, 11, 21, 15, tzinfo=SHANGHAI)


def talks_with_a_person(line: Line, desk: Desk) -> None:
    """Chen is asked by the machine, presses 0, and talks with Lin."""
    phone = asked(line)
    desk.sits(line.cast.lin)
    phone.presses("1").hears("修好了吗").presses("0").hears("正在为您接通")
    agent = desk.takes(line.cast.lin).hears("♪ beep").speaks("陈先生您好")
    phone.hears("陈先生您好").hangs_up()
    agent.hears("通话结束")


def test_who_wants_a_person_gets_one_who_notes_the_visit(line: Line, desk: Desk) -> None:
    cast = line.cast
    done = mended(line.runtime, cast)
    talks_with_a_person(line, desk)
    done.records(cast.lin, Said(mended=True, mark=3, words="上门晚了"))
    assert done.verdicts[-1] == ("VIS-1.repair", "kept")
    with line.look() as act:
        assert callbacks.open_of(act, done.id) is None


def test_whoever_got_a_person_who_noted_nothing_is_rung_by_one_of_ours(line: Line, desk: Desk) -> None:
    cast = line.cast
    done = mended(line.runtime, cast)
    talks_with_a_person(line, desk)
    desk.wraps_up(cast.lin)
    desk.goes_home(cast.lin)
    with line.look() as act:
        owed = callbacks.open_of(act, done.id)
    assert owed is not None
    assert owed.next_at is not None
    assert owed.next_at.date() > line.at.now.date(), "nobody is talked with about it twice in a day"
    line.passes(seconds=(owed.next_at - line.at.now).total_seconds() - 60)
    desk.sits(cast.lin)
    line.phone("lin").does_not_ring(30)
    again = line.phone("lin").rings(120).answers().hears("接听请按1").presses("1")
    line.phone("chen").rings().answers().hears("关于您的暖气故障").presses("1").hears("").hangs_up()
    again.hears("通话结束")
    done.records(cast.lin, Said(mended=True, mark=4))
    with line.look() as act:
        assert callbacks.open_of(act, done.id) is None
    assert (done.visits[0].by, done.verdicts[-1]) == (Asker.AGENT, ("VIS-1.repair", "kept"))


def test_a_machine_is_rung_in_other_slots_and_after_the_last_the_owner_knows(line: Line) -> None:
    done = mended(line.runtime, line.cast)
    line.passes(hours=23)
    for _ in range(3):
        machine = line.phone("chen").rings(2 * 24 * 3600).goes_to_voicemail()
        machine.hears("安心热力", 120).hears("我们另找时间再打给您", 120)
    line.phone("chen").does_not_ring(WEEK)
    assert done.visits[0].state == State.UNREACHED
    assert done.told("callback-unreached") == {line.cast.lin.id, line.cast.sun.id}
    assert done.verdicts[-1] == ("VIS-1.repair", "broken")


def test_who_rings_about_it_meanwhile_is_not_rung_at_the_same_time(line: Line) -> None:
    """The machine waits until the customer's own call is over."""
    done = mended(line.runtime, line.cast)
    line.passes(hours=23, minutes=59)
    ringing = line.rings("chen").hears("请问有什么可以帮您").presses("3")
    line.phone("chen").does_not_ring(30)
    ringing.hangs_up()
    line.phone("chen").rings(3600).answers().hears("方便请按1").presses("1").hears("修好了吗").presses("1").hears(
        "打个分"
    ).hangs_up()
    assert done.visits[0].state == State.MADE
