"""Everything at once (OWN-7): the caller hears the number of this matter, who answers for it, and if a text comes."""

from __future__ import annotations

from datetime import date

import pytest

from hotline.domain import customers, staff
from hotline.domain.act import COMMAND
from hotline.simulator.phone import Phone
from tests.line import Line

BY_TEXT = "单号也会发短信给您"
ITEMS = ["fault", "complaint", "enquiry", "message", "progress", "lost_property", "agent"]


def words(phone: Phone) -> str:
    return " ".join(one.text for one in phone.heard)


def tells_all(caller: Phone) -> Phone:
    """Answers whatever is asked about an emergency."""
    for question in ("准确的地点", "现在的情况", "怎么称呼"):
        caller.hears(question).speaks("三号楼")
    return caller


@pytest.mark.parametrize(
    ("keys", "heard", "text"),
    [
        ("3 1 说明 对吗 1", "您的投诉已经登记", "感谢您的意见"),
        ("4 说明 对吗 1", "您的问题已经登记", "已受理您的来电"),
        ("5 请说 说明 对吗 1", "留言已经记下", "您的留言已登记"),
        ("7 说明 对吗 1", "我们马上报告主管，最晚11月18日", "您报告的失物已登记"),
        ("0 对吗 1", "给您回电", "已受理您的来电"),
    ],
)
def test_whoever_tells_a_matter_hears_its_owner_and_has_it_in_writing(
    line: Line, keys: str, heard: str, text: str
) -> None:
    line.changes(line.cast.home, flow={"items": ITEMS})
    caller = line.rings("unknown", "home").hears("请问有什么可以帮您")
    for token in keys.split():
        match token:
            case "说明" | "请说":
                caller.hears("提示音" if token == "说明" else "哪位住户").speaks("昨天下午的事")
            case "对吗":
                caller.hears(token)
            case _:
                caller.presses(token)
    caller.hears(heard).hears("这件事由0 2 1号负责到底").hears(BY_TEXT).hangs_up()
    line.passes(minutes=1)
    assert text in line.phone("unknown").texts[0].body


def test_whoever_reports_an_emergency_has_it_in_writing_and_so_has_the_supervisor(line: Line) -> None:
    caller = line.rings("unknown").hears("情况请按1").presses("1").hears("火警请按1").presses("1")
    caller.hears("我们已经通知值班人员。请您同时拨打1 1 9")
    tells_all(caller).hears("单号是").hears("号负责到底").hears(BY_TEXT).hangs_up()
    line.passes(minutes=1)
    assert "值班人员确认并赶往现场" in line.phone("unknown").texts[0].body
    assert any("紧急情况：火情" in text.body for text in line.phone("sun").texts)


def test_a_burst_pipe_names_no_public_number_for_the_standard_has_none(line: Line) -> None:
    caller = line.rings("unknown").hears("情况请按1").presses("1").hears("火警请按1").presses("3")
    caller.hears("我们已经通知值班人员").hears("总阀门").hangs_up()
    assert "拨打" not in words(caller)


def test_a_withheld_caller_is_told_of_no_text(line: Line) -> None:
    caller = line.phone("anonymous").dial(line.cast.home.number).hears("请问有什么可以帮您").presses("0")
    caller.stays_silent(60).hears("单号是").hears("号负责到底").hangs_up()
    assert BY_TEXT not in words(caller)


def test_an_anonymous_complainant_is_promised_no_answer_and_no_text(line: Line) -> None:
    caller = line.rings("chen", "home").hears("投诉请按3").presses("3").hears("匿名请按2").presses("2")
    caller.hears("提示音").speaks("有人乱收费").presses("#").hears("您的投诉已经登记").hears("号负责到底").hangs_up()
    line.passes(minutes=1)
    assert "尽快给您回复" not in words(caller)
    assert "给您回电" not in words(caller)
    assert BY_TEXT not in words(caller)
    assert line.phone("chen").texts == []


def test_who_was_about_to_complain_without_a_name_is_not_written_to(line: Line) -> None:
    line.rings("chen", "home").hears("投诉请按3").presses("3").hears("匿名请按2").presses("2").hangs_up()
    line.passes(minutes=1)
    assert line.phone("chen").texts == []


def test_who_asks_for_a_person_at_the_question_after_an_open_fault_hears_the_number_of_the_callback(line: Line) -> None:
    line.tells("cold_radiator")
    line.passes(minutes=1)
    caller = line.rings("chen").hears("报修请按2").presses("2").hears("报修别的请按2").presses("0").hears("对吗")
    caller.presses("1").hears("单号是2 6 1 1 1 8 0 0 2").hangs_up()


def test_whoever_is_in_charge_is_told_of_a_paid_order_after_the_agreement_ended(line: Line) -> None:
    line.changes(line.cast.heat, repair={"asks_agreement": True})
    with line.runtime.act(COMMAND) as act:
        place = customers.place_with(act, line.cast.chen.id, line.cast.heat.id)
        assert place is not None
        place.agreement_ends = date(2026, 11, 17)
    line.tells("agreement_ended")
    line.passes(minutes=1)
    assert [text.body for text in line.phone("sun").texts if "服务协议已到期" in text.body]


def test_a_paid_order_for_what_is_out_of_scope_is_nobodys_news(line: Line) -> None:
    line.tells("fee_accepted")
    line.passes(minutes=1)
    assert not [text for text in line.phone("sun").texts if "服务协议已到期" in text.body]


def test_whoever_has_no_telephone_is_not_named_as_the_one_we_ring(line: Line) -> None:
    with line.runtime.act(COMMAND) as act:
        staff.get(act, line.cast.wang.id).phone = None
    line.rings("chen").hears("报修请按2").presses("2").hears("家里不热").presses("2").hears("漏得厉害吗").presses("2")
    line.phone("chen").hears("报修地址").presses("1").hears("通知值班维修赵").hangs_up()
