"""A complaint on the telephone: who must sign hears of it, who complained hears how it stands; nobody else does."""

from __future__ import annotations

from datetime import timedelta

import pytest

from hotline.domain import decisions, promises, respondents
from hotline.domain.decisions import What
from hotline.simulator.phone import Phone
from hotline.standard.kinds import Grade
from tests.complaining import HAPPENED, RESPONDENT, WANTED, Filed, House, filed
from tests.complaining import house as house
from tests.line import STORIES, Line

SECRETS = (HAPPENED, WANTED, RESPONDENT, "陈")


@pytest.fixture
def complaint(line: Line, house: House) -> Filed:
    """Chen complains of the repair department, importantly; its head is rung."""
    return filed(line.runtime, line.cast, department_id=house.repair, grade=Grade.IMPORTANT)


def rung(line: Line, number: str, within: float = 60) -> Phone:
    return line.phone(number).rings(within=within).answers()


def signs(line: Line, house: House) -> Phone:
    """The head of the department is rung, hears what it is, and signs."""
    return rung(line, house.liu.number.e164).hears("重要投诉，涉及您的部门").presses("1").hears("已经签收")


def asks(line: Line) -> Phone:
    """Chen rings in and asks how far it is."""
    return line.rings("chen").hears("查询办理进度请按3").presses("3")


def test_the_head_of_the_department_hears_by_when_and_signs_by_a_key(
    line: Line, house: House, complaint: Filed
) -> None:
    liu = signs(line, house).hears("这件投诉最晚11月21日10点00分处理完毕").hears("链接已经发短信给您")
    assert "请您最晚11月18日10点10分签收" in str(liu.heard)
    assert complaint.verdicts["CMP-1.sign"] == "kept"
    assert complaint.row.signed_by_id == house.liu.id
    assert not [word for word in SECRETS if word in str(liu.heard)]


def test_who_passes_it_on_has_not_refused_it_and_is_asked_again(line: Line, house: House, complaint: Filed) -> None:
    rung(line, house.liu.number.e164).hears("有一件重要投诉").presses("2").hears("我们通知下一位")
    assert complaint.row.refused_at is None
    rung(line, house.liu.number.e164, within=600).hears("有一件重要投诉").presses("1").hears("已经签收")


def test_the_manager_hears_that_it_is_passed_up_and_signs_for_that_alone(
    line: Line, house: House, complaint: Filed
) -> None:
    signs(line, house)
    qian = rung(line, "qian", within=3600).hears("有一件重要投诉上报给您").hears("请您最晚11月18日11点00分知悉并签收")
    qian.presses("1").hears("已经签收").hears("投诉单的链接")
    assert complaint.verdicts["CMP-2.pass_up.important"] == "kept"
    assert complaint.row.signed_by_id == house.liu.id


def test_who_complained_hears_at_every_stage_how_far_it_is_and_what_was_promised(
    line: Line, house: House, complaint: Filed
) -> None:
    asks(line).hears("已经转给责任部门").hears("我们答应给您回电话，最晚11月20日10点00分").hears("负责到底").hangs_up()
    signs(line, house)
    asks(line).hears("责任部门已经签收，正在处理").hangs_up()
    complaint.does(house.liu, respondents.settle, "air in the pipe")
    asks(line).hears("已经处理完毕，正在整理结果").hangs_up()
    complaint.does(house.liu, respondents.give_back)
    asks(line).hears("处理结果已经出来").hears("我们答应把结果告诉您，最晚11月18日24点").hangs_up()
    complaint.does(line.cast.lin, respondents.tell_customer, "a valve was changed; she is content")
    asks(line).hears("处理结果已经告诉您").hears("我们答应给您回访").hangs_up()


def test_what_nobody_has_been_named_for_is_said_so(line: Line, house: House) -> None:
    filed(line.runtime, line.cast)
    asks(line).hears("正在确认责任部门").hangs_up()


def test_what_is_late_is_said_to_be_late_and_we_apologise(line: Line, house: House, complaint: Filed) -> None:
    complaint.does(house.liu, respondents.sign)
    complaint.does(line.cast.qian, respondents.acknowledge)
    line.passes(days=2, hours=1)
    asks(line).hears("我们答应给您回电话，最晚11月20日10点00分，现在已经超过了时间，非常抱歉").hangs_up()


def test_more_time_that_was_approved_is_told(line: Line, house: House, complaint: Filed) -> None:
    signs(line, house)
    with complaint.by(line.cast.lin) as (act, case, _lin):
        promises.done(act, "CMP-9.callback", case)
    with complaint.by(house.liu) as (act, case, liu):
        settle = next(one for one in promises.of_case(act, case.id) if one.rule_id == "CMP-4")
        wanted = settle.due_at + timedelta(days=1)
        asked = decisions.ask(
            act, case, What.EXTENSION, by=liu, reason="a part is on its way", wanted=wanted, promise=settle
        )
    with complaint.by(line.cast.feng) as (act, _case, feng):
        decisions.decide(act, decisions.get(act, asked.id), by=feng, approve=True, answer="until Sunday")
    asks(line).hears("需要的时间比原来说的长，非常抱歉，我们答应处理完毕，最晚11月22日10点00分").hangs_up()


def test_english_is_told_as_much(line: Line, house: House, complaint: Filed) -> None:
    english = line.rings("chen").hears("For English, press 8").presses("8").hears("how far").presses("3")
    english.hears("the department has been told").hears("We promised to ring you back").hangs_up()


def test_nobody_finds_an_anonymous_complaint_by_its_number(line: Line, house: House) -> None:
    number = filed(line.runtime, line.cast, anonymous=True, department_id=house.repair, grade=Grade.MINOR).case.number
    asks(line).hears("请输入您的单号").presses(f"{number}#").hears("没有查到您名下的这个单号").hangs_up()


def test_who_complains_by_telephone_hears_and_reads_the_same_day_of_the_call_back(line: Line) -> None:
    story = (STORIES / "complaint.txt").read_text("utf-8")
    line.play(story.replace("hears 您的投诉已经登记", "hears 最晚11月20日10点00分给您回电"))
    line.phone("chen").receives("11月20日")
