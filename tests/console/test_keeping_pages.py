"""The pages of keeping and destroying: what is due, who decides, what is held, who is erased, and who may not."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from hotline.domain import call_texts, calls, cases, corrections, customers, disposals, record_classes
from hotline.domain.act import COMMAND
from hotline.domain.cases import Case
from hotline.domain.disposals import Disposal, DisposalItem
from hotline.domain.erasures import Erasure
from hotline.domain.holds import Hold
from hotline.domain.news import Recording
from hotline.runtime import Runtime
from tests import given
from tests.console import departments
from tests.console.departments import Departments
from tests.console.visitor import Visitor, logged_in, text_of
from tests.world import Cast, HandClock

RETENTION, HOLDS, ERASURES = "/console/retention", "/console/holds", "/console/erasures"
WHY = "法院来函要求保全"
YEARS = timedelta(days=3 * 366)


@pytest.fixture
def settled(runtime: Runtime, cast: Cast) -> Case:
    """A matter of Chen's that is closed."""
    with runtime.act(COMMAND) as act:
        matter = given.case(act, cast)
        matter.details = {"sealed_question": cases.seal(act, matter, "何时供热")}
        cases.mark_closed(act, matter, by=cast.lin.id, outcome="十五号")
        return matter


@pytest.fixture
def qian(app: Flask, cast: Cast) -> Visitor:
    """Qian, the heating company's manager, is logged in."""
    return logged_in(app, cast.qian)


def test_the_schedule_says_how_long_and_how_much_is_due_of_each_class(
    app: Flask, cast: Cast, settled: Case, at: HandClock
) -> None:
    at.passes(YEARS)
    page = text_of(logged_in(app, cast.sun).opens(RETENTION))
    assert "单据内容 删除诉求、地址、办理结果的文字 2 年 1 列入清单" in page
    assert "运营商原始通知 排查问题用 90 天 — 到期自动删除" in page
    assert "列一份销毁清单" in page
    assert "列一份销毁清单" not in text_of(logged_in(app, cast.bai).opens(RETENTION)), "an auditor looks on"


def test_one_draws_up_and_another_approves_with_a_reason_and_the_page_says_what_became_of_it(
    app: Flask, runtime: Runtime, cast: Cast, settled: Case, at: HandClock
) -> None:
    at.passes(YEARS)
    qian, feng = logged_in(app, cast.qian), logged_in(app, cast.feng)
    assert qian.sends(f"{RETENTION}/draw-up").location == RETENTION
    assert "上一份清单还没办完" in qian.is_refused(f"{RETENTION}/draw-up", page=RETENTION).text
    assert "等经理以上" in text_of(qian.opens(RETENTION))
    decide = "/console/disposals/1/decide"
    assert "要由另一个人决定" in qian.is_refused(decide, page=RETENTION, decide="approve", answer=WHY).text
    short = feng.is_refused(decide, page=RETENTION, decide="approve", answer="好")
    assert "理由太短" in short.text
    assert ">好</textarea>" in short.text
    assert feng.sends(decide, decide="approve", answer="期满两年").location == RETENTION
    with runtime.act(COMMAND) as act:
        disposals.carry_out(act, 1, most=100)
    page = text_of(feng.opens(RETENTION))
    assert "第 1 号清单 已办完" in page
    assert "期满两年" in page
    assert "单据内容 1 已销毁 1，保留 0" in page
    assert "决定过了" in feng.is_refused(decide, page=RETENTION, decide="approve", answer=WHY).text


def test_what_is_on_a_list_is_seen_before_it_is_approved_and_hidden_complaints_are_not_even_counted(
    app: Flask, qian: Visitor, settled: Case, runtime: Runtime, cast: Cast, at: HandClock, firm: Departments
) -> None:
    about_sun = departments.complains(runtime, cast, department_id=firm.repair, about_staff_id=cast.sun.id)
    with runtime.act(COMMAND) as act:
        ringing = given.call(act, cast, who=cast.chen)
        act.session.add(Recording(sid="RE1", call_id=ringing.id, case_id=about_sun.id, state="completed", at=act.at))
        made = Disposal(company_id=cast.heat.id, state="drawn", digest="0" * 64, drawn_at=act.at)
        act.session.add(made)
        act.session.flush()
        things = [("recording", "RE1"), ("call", ringing.id), ("case", settled.id), ("case", about_sun.id)]
        things += [("customer", cast.chen.id)]
        for kind, thing in things:
            act.session.add(DisposalItem(disposal_id=made.id, kind=kind, thing=str(thing), state="listed"))
    listed = "/console/disposals/1"
    assert listed in qian.opens(RETENTION).text
    page = qian.opens(listed)
    shown = text_of(page)
    assert "清单上共 5 项" in shown
    for line in (
        f"单据内容 {settled.number}",
        f"单据内容 {about_sun.number}",
        "录音 第",
        "通话内容 第",
        "客户 139****0088",
    ):
        assert line in shown, line
    assert f'href="/console/cases/{settled.id}"' in page.text
    assert "不显示" not in shown
    sun = logged_in(app, cast.sun)
    hidden = text_of(sun.opens(listed))
    assert about_sun.number not in hidden
    assert "录音 第" not in hidden
    assert "不显示" not in hidden
    assert "清单上共 3 项" in hidden, "by counting one would learn of a complaint"
    assert all(told in text_of(qian.opens(RETENTION)) for told in ("单据内容 2", "录音 1"))
    lists = text_of(sun.opens(RETENTION)).partition("第 1 号清单")[2]
    assert ("单据内容 1" in lists, "录音 1" in lists) == (True, False)
    assert sun.opens("/console/disposals/2").status_code == 404
    assert logged_in(app, cast.hu).opens(listed).status_code == 404, "of another company"
    assert sun.opens(f"{listed}?before=3").status_code == 200
    assert settled.number not in text_of(sun.opens(f"{listed}?before=3"))


def test_a_matter_is_held_by_its_number_and_a_manager_lifts_it(
    sun: Visitor, qian: Visitor, settled: Case, runtime: Runtime
) -> None:
    number = settled.number
    wrong = sun.is_refused(HOLDS, page=HOLDS, number="999", what="case", reason=WHY)
    assert "没有这个单号" in wrong.text
    assert f'value="{WHY}"' in wrong.text, "what was typed stays"
    assert sun.sends(HOLDS, number=number, what="customer", reason=WHY).location == HOLDS
    assert "已经在保全中" in sun.is_refused(HOLDS, page=HOLDS, number=number, what="customer", reason=WHY).text
    page = text_of(sun.opens(HOLDS))
    assert f"{number} 这位客户的全部 第 1 号保全 {WHY} 孙丽" in page
    assert "由经理解除" in page
    assert sun.sends(f"{HOLDS}/1/lift", why=WHY).status_code == 403
    assert "理由太短" in qian.is_refused(f"{HOLDS}/1/lift", page=HOLDS, why="").text
    qian.sends(f"{HOLDS}/1/lift", why="已经结案")
    assert "已解除 钱明" in text_of(qian.opens(HOLDS))
    assert "已经解除了" in qian.is_refused(f"{HOLDS}/1/lift", page=HOLDS, why="再解除一次").text
    with runtime.look(COMMAND) as act:
        [held] = act.session.scalars(select(Hold))
        assert held.reason.startswith("k1."), "sealed"


def test_a_customer_is_erased_in_two_steps_and_the_case_says_so(
    sun: Visitor, qian: Visitor, settled: Case, runtime: Runtime, cast: Cast
) -> None:
    number = settled.number
    asked = {"number": number, "reason": "客户来信要求删除"}
    assert sun.sends(ERASURES, **asked).location == ERASURES
    assert "已经有人申请过" in sun.is_refused(ERASURES, page=ERASURES, **asked).text
    assert "等经理以上" in text_of(sun.opens(ERASURES))
    assert sun.sends(f"{ERASURES}/1/decide", decide="approve", answer=WHY).status_code == 403
    with runtime.act(COMMAND) as act:
        open_matter = given.case(act, cast)
    page = text_of(qian.opens(ERASURES))
    assert f"单据 {open_matter.number} 还没办结" in page
    decide = f"{ERASURES}/1/decide"
    assert "还有没办结的单据" in qian.is_refused(decide, page=ERASURES, decide="approve", answer=WHY).text
    with runtime.act(COMMAND) as act:
        cases.mark_closed(act, cases.get(act, open_matter.id), by=cast.lin.id, outcome="答复了")
    assert qian.sends(decide, decide="approve", answer="核对过身份").location == ERASURES
    assert "已删除" in text_of(qian.opens(ERASURES))
    case = text_of(qian.opens(f"/console/cases/{settled.id}"))
    assert "客户个人信息已删除" in case
    assert "已清除" in case
    assert "secret-outcome" in qian.opens(f"/console/cases/{settled.id}").text
    assert 'name="what"' not in qian.opens(f"/console/cases/{settled.id}").text, "nothing is offered to be opened"
    with runtime.look(COMMAND) as act:
        assert customers.get(act, cast.chen.id).key is None
        assert corrections.notes(act, cases.get(act, settled.id)) == [], "nor is anything told anew of them"


def test_what_was_noted_of_a_case_is_opened_no_more_once_its_words_were_destroyed(
    sun: Visitor, settled: Case, runtime: Runtime, cast: Cast, at: HandClock
) -> None:
    page = f"/console/cases/{settled.id}"
    with runtime.act(COMMAND) as act:
        case = cases.get(act, settled.id)
        corrections.correct(act, case, "question", words="几号供热", why="听错了", by=cast.lin.id, seen=0)
        act.remember(case.chain, "called-back", words=cases.seal(act, case, "已答复"), by=cast.lin.id)
    offered = set(re.findall(r'name="what" value="([^"]+)"', sun.opens(page).text))
    noted = {one for one in offered if re.match("correction-|note-", one)}
    assert len(noted) == 2
    at.passes(YEARS)
    sun.logs_in(cast.sun)
    with runtime.act(COMMAND) as act:
        ringing = given.call(act, cast)
        ringing.case_id = settled.id
        heard = [call_texts.texts(act, [ringing], {ringing.id: [cases.get(act, settled.id)]})[ringing.id]]
        destroy = record_classes.named("case").destroy
        assert destroy is not None
        destroy(act, str(settled.id))
    with runtime.act(COMMAND) as act:
        heard.append(call_texts.texts(act, [ringing], {ringing.id: [cases.get(act, settled.id)]})[ringing.id])
    assert [len(one) for one in heard] == [5, 0], "nor does a search find it"
    assert set(re.findall(r'name="what" value="([^"]+)"', sun.opens(page).text)) == {"number", "name"}
    for what in noted:
        sun.is_refused(f"{page}/reveal", page=page, what=what, reason="看看还能不能读到")


def test_a_held_customer_or_an_anonymous_matter_is_refused_in_words(
    sun: Visitor, settled: Case, runtime: Runtime, cast: Cast
) -> None:
    asked = {"number": settled.number, "reason": "客户来信要求删除"}
    sun.sends(HOLDS, number=settled.number, what="case", reason=WHY)
    assert "在保全中" in sun.is_refused(ERASURES, page=ERASURES, **asked).text
    with runtime.act(COMMAND) as act:
        act.session.get_one(Case, settled.id).anonymous = True
    assert "匿名的" in sun.is_refused(ERASURES, page=ERASURES, **asked).text
    with runtime.look(COMMAND) as act:
        assert act.session.scalar(select(Erasure.id)) is None


def test_agents_and_other_companies_see_nothing_of_it(app: Flask, cast: Cast, sun: Visitor, settled: Case) -> None:
    sun.sends(HOLDS, number=settled.number, what="case", reason=WHY)
    lin, hu, tang = (logged_in(app, who) for who in (cast.lin, cast.hu, cast.tang))
    for page in (RETENTION, HOLDS, ERASURES):
        assert lin.opens(page).status_code == 403
    assert settled.number not in hu.opens(HOLDS).text
    assert "没有这个单号" in hu.is_refused(HOLDS, page=HOLDS, number=settled.number, what="case", reason=WHY).text
    whole = text_of(tang.opens(HOLDS))
    assert settled.number in whole
    assert "安心热力" in whole
    english = text_of(tang.opens(f"{RETENTION}?lang=en"))
    assert english.count("Retention schedule") == 2
    assert not re.search(r"console\.|keeping\.", english)


def test_whoever_is_complained_of_neither_reads_nor_decides_what_hangs_on_the_complaint(
    app: Flask, runtime: Runtime, cast: Cast, sun: Visitor, qian: Visitor, settled: Case
) -> None:
    complaint = departments.complains(runtime, cast, about_staff_id=cast.feng.id)
    with runtime.act(COMMAND) as act:
        cases.mark_closed(act, cases.get(act, complaint.id), by=cast.lin.id, outcome="已道歉")
        call = calls.locked(act, complaint.call_id or 0)
        calls.progress(act, call, state=calls.State.ENDED, sequence=9, ended_by="them", cause=None)
    feng, theirs, others = logged_in(app, cast.feng), "举报人来信要求删除", "客户来信要求删除"
    sun.sends(ERASURES, number=complaint.number, reason=theirs)
    assert {complaint.number, theirs} <= set(text_of(qian.opens(ERASURES)).split())
    assert not {complaint.number, theirs} & set(text_of(feng.opens(ERASURES)).split())
    answered = {"decide": "approve", "answer": WHY}
    assert feng.sends(f"{ERASURES}/1/decide", page=ERASURES, **answered).status_code == 404
    assert qian.sends(f"{ERASURES}/1/decide", decide="refuse", answer=WHY).status_code == 302
    sun.sends(ERASURES, number=settled.number, reason=others)
    sun.sends(HOLDS, number=complaint.number, what="case", reason=WHY)
    assert {complaint.number, WHY} <= set(text_of(qian.opens(HOLDS)).split())
    assert not {complaint.number, WHY} & set(text_of(feng.opens(HOLDS)).split())
    assert feng.sends(f"{HOLDS}/1/lift", page=HOLDS, why=WHY).status_code == 404
    assert "第 1 号保全还没解除" in text_of(qian.opens(ERASURES))
    page = text_of(feng.opens(ERASURES))
    assert others in page
    assert "还有别的事没办结" in page
    assert "号保全" not in page
    assert qian.sends(f"{HOLDS}/1/lift", why="已经结案").status_code == 302
