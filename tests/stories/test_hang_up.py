"""Hanging up at any moment: what was told is not lost, and whoever can be rung back is rung back."""

from __future__ import annotations

import pytest

from tests.line import Line
from tests.voice.ring import Rings


@pytest.mark.parametrize(
    ("told", "kind", "rule"),
    [
        ("", "callback", "CBK-2.missed"),
        ("报修请按2", "callback", "CBK-2.missed"),
        ("报修请按2 2", "callback", "CBK-2.missed"),
        ("报修请按2 2 哪里 1", "callback", "CBK-2.missed"),
        ("投诉请按3 3", "complaint", "CMP-9.callback"),
        ("投诉请按3 3 匿名 1", "complaint", "CMP-9.callback"),
        ("咨询请按4 4", "enquiry", "CBK-1.answer"),
        ("留言请按5 5", "callback", "CBK-2.missed"),
        ("进度请按6 6", "callback", "CBK-2.missed"),
        ("请按0 0", "callback", "CBK-2.missed"),
        ("情况请按1 1", "emergency", "EMG-2.acknowledge"),
        ("情况请按1 1 水管爆裂请按3 3", "emergency", "EMG-2.acknowledge"),
    ],
)
def test_a_caller_who_hangs_up_is_not_forgotten(line: Line, told: str, kind: str, rule: str) -> None:
    caller = line.rings("unknown", "home")
    for token in told.split():
        if token.isdigit():
            caller.presses(token)
        else:
            caller.hears(token)
    caller.stays_silent(3).hangs_up()
    line.passes(seconds=5)
    assert (line.case().kind, line.case().owner_id) == (kind, line.cast.wu.id)
    assert rule in line.promised(line.case())
    assert line.calls()[0].ended_by == "them"


def test_a_fault_whose_place_is_known_goes_to_repair_though_the_caller_hung_up(line: Line) -> None:
    line.rings("chen").hears("报修请按2").presses("2").hears("家里不热").hangs_up()
    assert (line.case().kind, line.case().matter) == ("fault", "heating")
    line.phone("wang").rings().answers().hears("暖气故障").presses("1").hears("已经签收")
    assert line.promised(line.case())["FLT-2.sign"] == "kept"


def test_a_complaint_is_kept_though_the_caller_hung_up_while_speaking(line: Line) -> None:
    chen = line.rings("chen", "home").hears("投诉请按3").presses("3").hears("匿名请按2").presses("1").hears("提示音后")
    chen.stays_silent(9).speaks("昨天的保安").hangs_up()
    line.passes(minutes=1)
    assert line.promised(line.case())["CMP-9.callback"] == "open"
    assert len(line.recordings(line.case())) == 1


def test_an_anonymous_complaint_broken_off_stays_anonymous(line: Line) -> None:
    chen = line.rings("chen", "home").hears("投诉请按3").presses("3").hears("匿名请按2").presses("2").hears("提示音后")
    chen.stays_silent(9).speaks("有人乱收费").hangs_up()
    line.passes(minutes=1)
    case = line.case()
    assert (case.kind, case.anonymous, case.customer_id, case.details) == ("complaint", True, None, {})
    assert len(line.recordings(case)) == 1
    assert line.phone("chen").texts == []


def test_who_hangs_up_before_the_fee_is_agreed_is_rung_back_and_sent_nobody(line: Line) -> None:
    chen = line.rings("chen").hears("报修请按2").presses("2").hears("不热").presses("1").hears("房间").presses("1")
    chen.hears("阀门").presses("2").hears("上门请按2").presses("2").hears("上门收费60元").hangs_up()
    assert line.promised(line.case()) == {"CBK-2.missed": "open"}


def test_what_was_told_of_an_emergency_before_the_hang_up_is_in_its_case(line: Line) -> None:
    caller = line.rings("unknown", "home").hears("情况请按1").presses("1").hears("火警请按1").presses("1")
    caller.hears("准确的地点").speaks("地下车库").hears("现在的情况").hangs_up()
    assert line.told(line.case())["sealed_address"] == "地下车库"


def test_who_hangs_up_after_the_number_was_told_has_one_case(line: Line) -> None:
    caller = line.rings("unknown", "home").hears("请按0").presses("0").hears("对吗").presses("1").hears("单号是")
    caller.hangs_up()
    assert line.promised(line.case()) == {"ANS-3.callback": "open"}


def test_a_withheld_number_that_hangs_up_at_once_leaves_a_matter_that_cannot_be_rung_back(line: Line) -> None:
    line.phone("anonymous").dial(line.cast.home.number).hears("请问有什么可以帮您").hangs_up()
    assert (line.case().kind, line.promised(line.case()), line.case().details) == ("callback", {}, {})


def test_news_of_the_end_that_comes_before_the_last_answer_opens_no_second_case(rings: Rings, line: Line) -> None:
    ring = rings(to=line.cast.home.number).begins().presses("4")
    assert ring.now is not None
    ring.hangs_up()
    ring.says("物业费怎么交")
    assert line.case().kind == "enquiry"


def test_the_missed_caller_is_rung_back_at_the_number_that_rang(line: Line) -> None:
    line.rings("unknown").hears("请问有什么可以帮您").hangs_up()
    assert line.told(line.case())["sealed_contact"] == line.cast.unknown.e164
