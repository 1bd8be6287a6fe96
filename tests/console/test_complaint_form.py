"""A complaint on the call record sheet: whom it is about, how grave it is, by when, and whether it was told before."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask

from hotline.domain import staff
from hotline.domain.act import COMMAND
from hotline.runtime import Runtime
from tests.console import departments, forms, matters
from tests.console.departments import Departments
from tests.console.forms import NEW, SAID
from tests.console.visitor import Visitor, logged_in, text_of
from tests.domain.talks import Talk
from tests.world import ADDRESS, START, Cast, number

MAJOR = {"grade": "major", "grade_why": "上次也没有处理"}


@pytest.fixture
def form(runtime: Runtime, cast: Cast) -> str:
    """The form of Chen's call."""
    return forms.ringing(runtime, cast, who=cast.chen)


def test_whom_it_is_about_how_grave_it_is_and_by_when_are_kept(
    lin: Visitor, runtime: Runtime, cast: Cast, firm: Departments, form: str
) -> None:
    forms.saves(
        lin,
        form,
        **SAID,
        **MAJOR,
        about=f"d{firm.repair}",
        accused="王强",
        limit="2026-11-21T12:00",
        respondent="那位师傅",
    )
    found = departments.of(runtime, forms.opened(runtime))
    assert (found.department_id, found.about_staff_id, found.about_company_id) == (
        firm.repair,
        cast.wang.id,
        cast.heat.id,
    )
    assert (found.grade, found.first_grade) == ("major", "major")
    assert found.limit_at == START + timedelta(days=3, hours=2)
    assert forms.promised(runtime, forms.opened(runtime)) == {
        "CMP-1.sign",
        "CMP-2.pass_up.major",
        "CMP-3.reply.major",
        "CMP-4.settle.major",
        "CMP-9.callback",
    }


def test_each_grade_tells_what_it_means_by_the_companys_own_figures(lin: Visitor, form: str) -> None:
    page = text_of(lin.opens(forms.sends(lin, form, kind="complaint").location))
    assert "轻微 处理完毕：2 天" in page
    assert "重大 上报总经理：当天 · 明确答复：2 天 · 处理完毕：10 天" in page
    assert "定级之前按“重要”计时" in page
    english = text_of(lin.opens(f"{form}?lang=en"))
    assert "general manager: the same day" in english


def test_what_nobody_knows_may_be_left_out_and_the_caller_hears_no_less(
    lin: Visitor, runtime: Runtime, cast: Cast, form: str
) -> None:
    forms.saves(lin, form, **SAID)
    found = departments.of(runtime, forms.opened(runtime))
    assert (found.department_id, found.about_staff_id, found.grade) == (None, None, None)
    assert found.about_company_id == cast.heat.id


@pytest.mark.parametrize(
    ("typed", "problem", "kept"),
    [
        ({"grade": "major"}, "请写明定级的理由", 'value="major" checked'),
        ({"accused": "没有这个人"}, "查不到这个人，或有同名", 'value="没有这个人"'),
        ({"limit": "2026-11-17T12:00"}, "客户要求的期限要晚于现在", 'value="2026-11-17T12:00"'),
        ({"limit": "后天"}, "客户要求的期限要晚于现在", 'value="后天"'),
        ({"about": "d99"}, "查不到这个人，或有同名", "师傅来晚了</textarea>"),
    ],
)
def test_what_is_refused_says_what_would_be_right_and_loses_no_word(
    lin: Visitor, runtime: Runtime, form: str, typed: dict[str, str], problem: str, kept: str
) -> None:
    page = lin.opens(forms.saves(lin, form, **SAID, **typed).location).text
    assert problem in page
    assert kept in page
    assert forms.case_count(runtime) == 0


def test_another_kind_of_matter_and_back_loses_nothing_that_was_chosen(
    lin: Visitor, firm: Departments, form: str
) -> None:
    forms.sends(lin, form, kind="complaint", **MAJOR, about=f"d{firm.repair}", limit="2026-11-21T12:00")
    forms.sends(lin, form, kind="enquiry")
    page = lin.opens(forms.sends(lin, form, kind="complaint").location).text
    for kept in (f'value="d{firm.repair}" selected', 'value="major" checked', 'value="2026-11-21T12:00"'):
        assert kept in page


def test_two_of_one_name_are_told_apart_by_their_number(lin: Visitor, runtime: Runtime, cast: Cast, form: str) -> None:
    with runtime.act(COMMAND) as act:
        heat = staff.get(act, cast.wang.id)
        heat.name = "赵刚"
    assert "请写工号" in lin.opens(forms.saves(lin, form, **SAID, accused="赵刚").location).text
    forms.saves(lin, form, **SAID, accused="004")
    assert departments.of(runtime, forms.opened(runtime)).about_staff_id == cast.zhao.id


def test_a_sister_companys_department_is_verified_with_it_and_the_customer_hears(
    lin: Visitor, runtime: Runtime, cast: Cast, firm: Departments, form: str
) -> None:
    assert "安心物业" in lin.opens(forms.sends(lin, form, kind="complaint").location).text
    forms.saves(lin, form, **SAID, about=f"d{firm.garden}")
    case = forms.opened(runtime)
    assert (case.company_id, departments.of(runtime, case).about_company_id) == (cast.heat.id, cast.home.id)
    assert "CMP-11.feedback" in forms.promised(runtime, case)


def test_a_complaint_that_was_told_before_is_joined_to_the_one_that_is_open(
    lin: Visitor, runtime: Runtime, cast: Cast, firm: Departments, form: str
) -> None:
    before = departments.complains(runtime, cast, department_id=firm.repair)
    assert before.number in lin.opens(forms.sends(lin, form, kind="complaint").location).text
    typed = {**SAID, "about": f"d{firm.repair}", "joins": str(before.id)}
    assert "请写明为什么是同一件事" in lin.opens(forms.saves(lin, form, **typed).location).text
    forms.saves(lin, form, **typed, joins_why="同一次上门")
    joined = departments.of(runtime, forms.opened(runtime))
    assert joined.joined_to_id == departments.of(runtime, before).id


def test_of_two_the_graver_leads_whichever_was_told_first(
    lin: Visitor, runtime: Runtime, cast: Cast, firm: Departments, form: str
) -> None:
    before = departments.complains(runtime, cast, department_id=firm.repair, grade="minor", why="只是晚了")
    same = {"about": f"d{firm.repair}", "joins": str(before.id), "joins_why": "同一次上门"}
    forms.saves(lin, form, **SAID, **MAJOR, **same)
    assert departments.of(runtime, before).joined_to_id == departments.of(runtime, forms.opened(runtime)).id


def test_nobody_who_stays_unnamed_is_offered_what_they_told_before(
    lin: Visitor, runtime: Runtime, cast: Cast, firm: Departments, form: str
) -> None:
    before = departments.complains(runtime, cast, department_id=firm.repair)
    unnamed = departments.complains(runtime, cast, anonymous=True, department_id=firm.repair)
    assert unnamed.number not in lin.opens(forms.sends(lin, form, kind="complaint").location).text
    forms.saves(lin, form, **SAID, anonymous="yes", joins=str(before.id))
    assert departments.of(runtime, forms.opened(runtime)).joined_to_id is None


def test_whoever_comes_in_person_is_known_by_the_number_they_leave(
    lin: Visitor, runtime: Runtime, cast: Cast, firm: Departments
) -> None:
    before = departments.complains(runtime, cast, department_id=firm.repair)
    came = {"kind": "complaint", "channel": "walk_in", "phone": cast.chen.number.national}
    assert before.number in lin.opens(forms.sends(lin, NEW, **came).location).text


@pytest.mark.parametrize("told", ["请打13812345678", "打 138 1234 5678", "电话010-62345678", ADDRESS])
def test_words_that_say_who_it_was_are_not_kept_with_an_anonymous_complaint(
    lin: Visitor, runtime: Runtime, form: str, told: str
) -> None:
    typed = {**SAID, "happened": f"师傅来晚了，{told}", "anonymous": "yes"}
    page = lin.opens(forms.saves(lin, form, **typed).location).text
    assert "请删去事情经过等各栏里的电话、姓名和住址" in page
    assert f"{told}</textarea>" in page
    assert forms.case_count(runtime) == 0
    forms.saves(lin, form, **{**typed, "happened": "2026-11-18 10:00，单号261118001的师傅来晚了"})
    assert forms.case_count(runtime) == 1


def test_the_caller_is_told_by_when_we_do_what(lin: Visitor, runtime: Runtime, form: str) -> None:
    page = text_of(lin.opens(forms.saves(lin, form, **SAID, **MAJOR).location))
    for words in (
        " ".join(forms.opened(runtime).number),
        "给客户回电，最晚 11-20 10:00",
        "明确答复客户，最晚 11-20 10:00",
        "处理完毕，最晚 11-28 10:00",
        "处理结果当天告知，3 天内回访",
    ):
        assert words in page


def test_what_was_told_by_voice_is_written_down_once(lin: Visitor, runtime: Runtime, cast: Cast) -> None:
    case = departments.complains(runtime, cast)
    with runtime.act(COMMAND) as act:
        act.session.get_one(type(case), case.id).details = {}
    here = f"/console/cases/{case.id}/opened"
    assert f'href="{here}"' in lin.opens(f"/console/cases/{case.id}").text
    assert "请听录音，把经过写下来" in lin.opens(here).text
    told = here.replace("opened", "told")
    assert lin.sends(told, page=here, happened="暖气一直不热").location == here
    assert forms.told(runtime, departments.reloaded(runtime, case)) == {"sealed_happened": "暖气一直不热"}
    assert f'href="{here}"' not in lin.opens(f"/console/cases/{case.id}").text
    assert lin.sends(told, page=here, happened="什么也没有发生").status_code == 409
    assert forms.told(runtime, departments.reloaded(runtime, case)) == {"sealed_happened": "暖气一直不热"}
    assert len(matters.entries(runtime, case.chain, "complaint-written-down")) == 1


def test_what_was_told_by_voice_without_a_name_is_written_down_without_one(
    lin: Visitor, sun: Visitor, runtime: Runtime, cast: Cast
) -> None:
    case = departments.complains(runtime, cast, anonymous=True)
    with runtime.act(COMMAND) as act:
        act.session.get_one(type(case), case.id).details = {}
    here = f"/console/cases/{case.id}"
    heard_by_others = lin.sends(f"{here}/told", page=f"{here}/opened", happened="我的电话13812345678")
    assert (heard_by_others.status_code, "请删去" in heard_by_others.text) == (409, False)
    refused = sun.sends(f"{here}/told", page=f"{here}/opened", happened="我的电话13812345678")
    assert (refused.status_code, "请删去事情经过等各栏里的电话" in refused.text) == (409, True)
    assert departments.reloaded(runtime, case).details == {}


def test_who_takes_down_a_complaint_about_themselves_hands_it_up_and_sees_no_more_of_it(
    lin: Visitor, runtime: Runtime, cast: Cast, form: str
) -> None:
    page = text_of(forms.saves(lin, form, **SAID, accused="001"))
    assert "已经登记，交由上级负责" in page
    assert "会有另一位同事联系客户" in page
    case = forms.opened(runtime)
    assert (case.first_owner_id, case.owner_id) == (cast.lin.id, cast.sun.id)
    assert " ".join(case.number) in page, "the customer is told it, and by it nothing is found"
    for path in (f"/console/cases/{case.id}", f"/console/cases/{case.id}/opened", "/console/calls/1"):
        assert lin.opens(path).status_code == 404, path


def test_who_is_complained_of_in_their_own_call_ends_it_at_their_desk_as_any_other(
    lin: Visitor, runtime: Runtime, cast: Cast
) -> None:
    talk = Talk(runtime, cast)
    talk.talk()
    form = f"/console/calls/{talk.call_id}/form"
    forms.saves(lin, form, **SAID, accused="林晓", number="none")
    number = forms.opened(runtime).number
    for path in ("/console/desk", form):
        page = lin.opens(path)
        assert (page.status_code, number in page.text) == (200, False), path
    assert "结束通话" in lin.opens("/console/desk").text
    assert lin.opens(f"/console/calls/{talk.call_id}").status_code == 404


def test_departments_are_offered_by_company_the_callers_own_first(
    app: Flask, runtime: Runtime, cast: Cast, firm: Departments
) -> None:
    wu = logged_in(app, cast.wu)
    page = wu.opens(forms.sends(wu, NEW, kind="complaint", channel="walk_in", phone=number(77).national).location).text
    assert page.index("园林部") < page.index("维修部")
