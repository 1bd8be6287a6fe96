"""One complaint on its page: how far it has come, what is for whom to do, what a refused press says."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask

from hotline.domain.act import COMMAND
from hotline.domain.complaints import Stage
from hotline.runtime import Runtime
from hotline.standard.kinds import Grade
from tests import tallies
from tests.console import complaining, forms, matters
from tests.console.complaining import HEATING
from tests.console.visitor import Visitor, logged_in, text_of
from tests.world import START, Cast, HandClock, Person

HERE = "/console/cases/1"


@pytest.fixture
def head(runtime: Runtime, cast: Cast) -> Person:
    """Who heads the department; there is a second one, of repairs."""
    found = complaining.department(runtime, cast)[1]
    complaining.department(runtime, cast, "维修科", head="li")
    return found


@pytest.fixture
def case_id(runtime: Runtime, cast: Cast, head: Person) -> int:
    """Chen's complaint, minor, about the first department, owned by Lin."""
    return complaining.filed(runtime, cast, grade=Grade.MINOR, department_id=1)


def does(visitor: Visitor, doing: str, **typed: str) -> None:
    """Press a button of the page; it is done."""
    answer = visitor.sends(f"{HERE}/complaint/{doing}", page=HERE, **typed)
    assert (answer.status_code, answer.location) == (302, HERE)


def refused(visitor: Visitor, doing: str, **typed: str) -> str:
    """Press a button of the page; it is refused, and the page says why with what was typed."""
    page = visitor.is_refused(f"{HERE}/complaint/{doing}", page=HERE, **typed).text
    assert 'role="alert"' in page
    assert typed.get("text", "") in page
    return page


def offered(visitor: Visitor) -> list[str]:
    """What the page offers to do, in its order; what is to be done now is open."""
    page = visitor.opens(HERE).text
    return [part.partition('"')[0] for part in page.split('id="do-')[1:]]


def test_of_a_complaint_from_before_there_were_clocks_the_page_says_so_and_a_supervisor_closes_it_with_a_reason(
    lin: Visitor, sun: Visitor, runtime: Runtime, cast: Cast
) -> None:
    with runtime.act(COMMAND) as act:
        tallies.complaint(act, cast.heat.id, cast.lin.id, filed_at=START, grade=None, customer_id=cast.chen.id)
    for visitor in (lin, sun):
        shown = visitor.opens(HERE).text
        assert "这件投诉在投诉计时启用之前登记，没有时限" in shown
        assert "计时" not in text_of(visitor.opens(HERE)).partition("这件投诉")[0], "no clock is said to run"
    assert 'id="close"' not in lin.opens(HERE).text
    sun.sends(f"{HERE}/close", page=HERE, outcome="去年已当面处理，客户满意")
    shown = sun.opens(HERE).text
    assert "已结" in shown
    assert "没有时限" not in shown


def test_once_it_has_clocks_the_page_says_nothing_of_it(lin: Visitor, case_id: int) -> None:
    assert "没有时限" not in lin.opens(HERE).text


def test_the_page_shows_grade_department_and_every_step_with_its_deadline(
    lin: Visitor, cast: Cast, case_id: int
) -> None:
    page = text_of(lin.opens(HERE))
    assert "投诉 轻微" in page
    assert f"受理 11-18 10:00 {cast.lin.name} 001 部门签收 未到期 还有 10 分" in page
    assert "处理完毕 未到期 还有 2 天" in page
    assert f"被投诉部门 {HEATING}" in page


def test_a_complaint_goes_its_way_and_each_step_names_who_and_when(
    lin: Visitor, sun: Visitor, runtime: Runtime, cast: Cast, head: Person, case_id: int, at: HandClock
) -> None:
    at.passes(timedelta(minutes=5))
    complaining.dealt_with(runtime, case_id, head)
    page = text_of(lin.opens(HERE))
    assert f"部门签收 11-18 10:05 {head.name}" in page
    assert f"交回投诉单 11-18 10:05 {head.name}" in page
    assert "处理情况 已换人并道歉" in page
    assert "不知我说的您是否满意？" in page, "the standard's words to say"
    does(lin, "told", text="客户接受道歉")
    assert offered(lin)[:1] == ["visit"]
    at.passes(timedelta(days=1))
    for visitor, who in ((lin, cast.lin), (sun, cast.sun)):
        visitor.logs_in(who)
    does(lin, "visit", text="这次满意", chosen="yes")
    page = text_of(lin.opens(HERE))
    assert "回访 11-19 10:05" in page
    assert "满意" in page.partition("回访 11-19 10:05")[2][:30]
    assert sun.sends(f"{HERE}/close", page=HERE, outcome="已道歉并换人").location == HERE
    assert "已结" in sun.opens(HERE).text


def test_nothing_of_what_was_said_lies_open_in_the_log(
    lin: Visitor, runtime: Runtime, head: Person, case_id: int
) -> None:
    complaining.dealt_with(runtime, case_id, head)
    does(lin, "told", text="客户住三号楼")
    [entry] = matters.entries(runtime, "case:1", "complaint-told")
    assert "三号楼" not in str(entry["body"])
    page = lin.opens(HERE).text
    assert "三号楼" not in page
    note = page.partition('name="what" value="told-')[2].partition('"')[0]
    assert "客户住三号楼" in lin.sends(f"{HERE}/reveal", page=HERE, what=f"told-{note}", reason="客户又来电").text


def test_a_grade_is_raised_and_the_first_stays_on_the_page(
    lin: Visitor, runtime: Runtime, cast: Cast, case_id: int
) -> None:
    does(lin, "grade", chosen="major", text="记者来了电话")
    page = text_of(lin.opens(HERE))
    assert "投诉 重大 首次定级：轻微" in page
    assert complaining.row(runtime, case_id).first_grade == Grade.MINOR
    assert "grade" not in offered(lin), "there is no graver one"


def test_what_nobody_graded_yet_is_to_be_graded_first_of_all(
    lin: Visitor, runtime: Runtime, cast: Cast, head: Person
) -> None:
    complaining.filed(runtime, cast, department_id=1)
    assert offered(lin)[0] == "grade"
    assert "尚未定级，按" in text_of(lin.opens(HERE))
    does(lin, "grade", chosen="minor", text="小事")
    assert "首次定级：" not in lin.opens(HERE).text


@pytest.mark.parametrize(
    ("doing", "typed", "told"),
    [
        ("grade", {"chosen": "minor", "text": "没那么重"}, "降级须由更高一级的另一人批准"),
        ("grade", {"chosen": "major", "text": " "}, "请选择等级，并写下理由"),
        ("grade", {"chosen": "huge", "text": "很大"}, "请选择等级，并写下理由"),
        ("redirect", {"chosen": "99"}, "没有这个部门"),
        ("redirect", {"chosen": "x"}, "请选择一个部门"),
        ("redirect", {"chosen": "1"}, "不能再改派"),
        ("join", {"number": "000000000", "text": "同一次上门"}, "没有找到这个单号"),
        ("join", {"number": "261118001"}, "写明为什么是同一件事"),
        ("join", {"number": "261118001", "text": "同一次上门"}, "这就是本单"),
        ("told", {"text": "已经告诉客户"}, "先催部门交回"),
        ("visit", {"text": "满意", "chosen": "yes"}, "先告知客户"),
        ("visit", {"text": "满意"}, "请选择客户是否满意"),
        ("reply", {"text": " "}, "请写下答复了什么"),
    ],
)
def test_a_press_that_cannot_be_says_what_would_be_right_and_keeps_what_was_typed(
    lin: Visitor, runtime: Runtime, cast: Cast, head: Person, doing: str, typed: dict[str, str], told: str
) -> None:
    complaining.filed(runtime, cast, grade=Grade.IMPORTANT, department_id=1)
    before = complaining.row(runtime, 1)
    page = lin.is_refused(f"{HERE}/complaint/{doing}", page=HERE, **typed).text
    assert told in page
    assert typed.get("text", "").strip() in page
    after = complaining.row(runtime, 1)
    assert (after.grade, after.department_id, after.stage) == (before.grade, before.department_id, before.stage)


def test_a_department_that_says_not_ours_makes_the_page_ask_for_another_and_what_it_said_is_kept(
    lin: Visitor, sun: Visitor, runtime: Runtime, head: Person, case_id: int
) -> None:
    complaining.refuses(runtime, case_id, head, "这栋楼归维修科")
    assert offered(lin)[0] == "redirect"
    assert "这栋楼归维修科" in lin.opens(HERE).text
    does(lin, "redirect", chosen="2")
    page = text_of(lin.opens(HERE))
    assert "被投诉部门 维修科" in page
    assert "不归其管" not in page
    assert f"部门退单 11-18 10:00:00 {HEATING}：这栋楼归维修科" in page.replace("2026-", "")
    assert f"部门退单时间 11-18 10:00 {HEATING}" in text_of(sun.opens("/console/tables/tracking"))


def test_a_major_complaint_gets_its_clear_reply(lin: Visitor, runtime: Runtime, cast: Cast, head: Person) -> None:
    complaining.filed(runtime, cast, grade=Grade.MAJOR, department_id=1)
    assert offered(lin)[0] == "reply"
    does(lin, "reply", text="已派总经理督办")
    assert "明确答复客户 2026-11-18 10:00:00" in text_of(lin.opens(HERE))
    assert "已经答复过了" in refused_again(lin, "reply", "再答复一次")


def refused_again(visitor: Visitor, doing: str, words: str) -> str:
    """Press once more what was done already; the answer of the page."""
    return visitor.is_refused(f"{HERE}/complaint/{doing}", page=HERE, text=words).text


def test_a_repeated_complaint_is_joined_by_choice_or_by_number_and_both_pages_say_so(
    lin: Visitor, runtime: Runtime, cast: Cast, case_id: int
) -> None:
    complaining.filed(runtime, cast, grade=Grade.MINOR, department_id=1)
    assert '<option value="261118002">261118002' in lin.opens(HERE).text, "another complaint of the same customer"
    does(lin, "join", chosen="261118002", number="", text="同一次上门")
    page = lin.opens(HERE).text
    assert "由那一单处理" in page
    assert "/console/cases/2" in page
    assert offered(lin) == [], "it is dealt with in the other"
    assert "并入本单的投诉 261118001" in text_of(lin.opens("/console/cases/2"))


def test_a_customer_who_complains_often_makes_the_page_no_slower(
    lin: Visitor, runtime: Runtime, cast: Cast, case_id: int
) -> None:
    complaining.filed(runtime, cast, grade=Grade.MINOR, department_id=1)
    with complaining.counted(runtime.engine) as few:
        lin.opens(HERE)
    complaining.filed(runtime, cast, grade=Grade.MINOR, department_id=1, n=10)
    with complaining.counted(runtime.engine) as more:
        assert "261118012" in lin.opens(HERE).text
    assert len(more) == len(few)


def test_a_complaint_that_one_may_not_see_cannot_be_joined_to(
    app: Flask, lin: Visitor, runtime: Runtime, cast: Cast, case_id: int
) -> None:
    complaining.filed(runtime, cast, grade=Grade.MINOR, department_id=1, about_staff_id=cast.lin.id, owner=cast.zhou)
    assert "261118002" not in lin.opens(HERE).text
    assert "没有找到这个单号" in refused(lin, "join", number="261118002", chosen="", text="同一次上门")


def test_a_complaint_of_somebody_unnamed_about_a_person_is_joined_by_a_supervisor(
    lin: Visitor, sun: Visitor, runtime: Runtime, cast: Cast, case_id: int
) -> None:
    complaining.filed(runtime, cast, grade=Grade.MINOR, anonymous=True, about_staff_id=cast.zhou.id)
    assert "由主管并单" in refused(lin, "join", number="261118002", chosen="", text="同一次上门")
    does(sun, "join", number="261118002", chosen="", text="同一次上门")
    assert "本单已经并入另一单" in refused(lin, "join", number="261118002", chosen="", text="同一次上门")


def test_another_agent_reads_the_page_and_does_nothing_on_it(app: Flask, cast: Cast, case_id: int) -> None:
    zhou = logged_in(app, cast.zhou)
    assert offered(zhou) == []
    assert zhou.sends(f"{HERE}/complaint/grade", page=HERE, chosen="major", text="x").status_code == 403


def test_whom_it_is_about_does_not_find_the_page_nor_its_forms(
    app: Flask, runtime: Runtime, cast: Cast, head: Person
) -> None:
    complaining.filed(runtime, cast, grade=Grade.MINOR, department_id=1, about_staff_id=cast.zhou.id)
    zhou = logged_in(app, cast.zhou)
    assert zhou.opens(HERE).status_code == 404
    assert zhou.sends(f"{HERE}/complaint/grade", page="/console/cases", chosen="major", text="x").status_code == 404


def test_of_an_anonymous_complaint_nobody_is_told_and_nobody_visited(
    lin: Visitor, runtime: Runtime, cast: Cast, head: Person
) -> None:
    complaining.filed(runtime, cast, grade=Grade.MINOR, department_id=1, anonymous=True)
    complaining.dealt_with(runtime, 1, head)
    assert {"told", "visit"} & set(offered(lin)) == set()
    assert complaining.row(runtime, 1).stage == Stage.RETURNED


@pytest.mark.parametrize("doing", ["grade", "redirect", "join", "reply", "told", "visit", "nothing"])
def test_what_is_no_complaint_has_no_such_forms(lin: Visitor, runtime: Runtime, cast: Cast, doing: str) -> None:
    matters.enquiry(runtime, cast)
    assert lin.sends(f"{HERE}/complaint/{doing}", page=HERE, text="x", chosen="1").status_code == 404


def test_the_agent_cannot_close_it_and_the_supervisor_not_before_everything_promised_is_done(
    lin: Visitor, sun: Visitor, runtime: Runtime, case_id: int
) -> None:
    assert "/close" not in lin.opens(HERE).text
    page = sun.opens(HERE).text
    assert "下列承诺兑现之后才能结单" in page
    assert "/close" not in page
    page = sun.is_refused(f"{HERE}/close", page=HERE, outcome="算了").text
    assert "还不能结单" in page
    assert forms.rows(runtime, type(complaining.row(runtime, case_id)))[0].stage == Stage.FILED


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_every_problem_of_every_form_has_its_words(language: str) -> None:
    assert complaining.missing_words(language) == []
