"""Pages about our own people: the roster, quality checks, reviews, discipline, own mistakes; who sees whose (PPL)."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from sqlalchemy import select

from hotline.domain import audit, discipline, own_mistakes, quality, reviews
from hotline.domain.act import COMMAND
from hotline.domain.quality_draws import QualityCheck
from hotline.domain.staff import Shift
from hotline.prompts import Prompts
from hotline.runtime import Runtime
from hotline.standard import loader
from tests.console import matters
from tests.console.visitor import Visitor, logged_in, text_of
from tests.domain.departures import dismissed
from tests.domain.test_quality import check as check
from tests.domain.test_quality import week as week
from tests.world import Cast, HandClock

ROSTER, QUALITY, REVIEWS = "/console/roster", "/console/quality", "/console/reviews"
DISCIPLINE, MISTAKES = "/console/discipline", "/console/own-mistakes"
SHIFT = {"duty": "lead", "from": "2026-11-20T08:00", "until": "2026-11-20T20:00"}
MARKS = {"conduct": "18", "diligence": "17", "ability": "25", "results": "26"}


@pytest.fixture
def zhou(app: Flask, cast: Cast) -> Visitor:
    return logged_in(app, cast.zhou)


def test_a_leader_fills_the_roster_and_reads_where_nobody_is(
    sun: Visitor, runtime: Runtime, cast: Cast, at: HandClock
) -> None:
    with runtime.act(COMMAND) as act:
        for shift in act.session.scalars(select(Shift).where(Shift.staff_id.in_([cast.lin.id, cast.zhou.id]))):
            act.session.delete(shift)
    assert "座席无人值班 11-18 10:00 – 12-02 10:00" in text_of(sun.opens(ROSTER))
    typed = {**SHIFT, "person": str(cast.lin.id), "duty": "front"}
    assert sun.sends(ROSTER, **typed).location == ROSTER
    page = text_of(sun.opens(ROSTER))
    assert "林晓 001 08:00–20:00 07:50 到岗" in page
    assert "无人 00:00–08:00" in page
    assert "无人 20:00–24:00" in page
    refused = sun.is_refused(ROSTER, page=ROSTER, **typed)
    assert "不能同时上两个班" in refused.text
    assert 'value="2026-11-20T08:00"' in refused.text, "nothing typed is lost"
    assert "请填好起止时间" in sun.is_refused(ROSTER, page=ROSTER, **{**typed, "from": "soon"}).text
    assert "本公司的一位同事" in sun.is_refused(ROSTER, page=ROSTER, **{**typed, "person": str(cast.wu.id)}).text
    assert "已排 1 个班" in sun.is_refused(f"{ROSTER}/copy", page=ROSTER).text
    later = f"{ROSTER}?week=2026-11-25"
    assert "林晓 001 08:00–20:00" in text_of(sun.opens(later))
    [struck] = re.findall(r'action="(/console/shifts/\d+/strike)">(?:(?!</form>).)*撤班: 林晓', sun.opens(later).text)
    assert sun.sends(struck, week="2026-11-25").location == later
    assert "林晓 001" not in text_of(sun.opens(later)).partition("排一个班")[0]


def test_an_agent_reads_the_roster_and_changes_nothing(lin: Visitor, app: Flask, cast: Cast) -> None:
    assert "林晓 001" in text_of(lin.opens(ROSTER))
    assert "排一个班" not in lin.opens(ROSTER).text
    assert lin.sends(ROSTER, person=str(cast.lin.id), **SHIFT).status_code == 403
    assert "林晓" not in logged_in(app, cast.wu).opens(ROSTER).text
    tang = logged_in(app, cast.tang)
    assert "吴敏" in tang.opens(f"{ROSTER}?company={cast.home.id}").text
    for odd in ("week=9999-12-31", "week=bald", "week=0001-01-01", "company=x"):
        assert tang.opens(f"{ROSTER}?{odd}").status_code == 200, odd


def test_a_judge_opens_decides_and_the_judged_answers(
    app: Flask, runtime: Runtime, cast: Cast, check: QualityCheck
) -> None:
    sun, zhou, lin = (logged_in(app, one) for one in (cast.sun, cast.zhou, cast.lin))
    here = f"{QUALITY}/{check.id}"
    assert "重新抽签，结果一致" in text_of(sun.opens(QUALITY))
    assert "这个我不知道" not in sun.opens(here).text, "not before it is opened"
    opened = sun.sends(f"{here}/open")
    assert '<mark class="forbidden">不知道</mark>' in opened.text
    assert '<mark class="required">请稍等</mark>' in opened.text
    with runtime.look(COMMAND) as act:
        assert audit.entries(act.session, f"call:{check.call_id}")[-1].kind == "check-opened"
        points = quality.points(act, []) if act.under("heating", {}) else []
    looked = text_of(sun.opens("/console/looks"))
    assert "通话全文" in looked
    assert "抽签评定这通电话" in looked
    lacking = sun.sends(here, remark="再耐心些", p0="said")
    assert lacking.status_code == 409
    assert "请逐项评定" in lacking.text
    assert "再耐心些" in lacking.text
    decided = {one.name: str(one.usual or "not-needed") for one in points}
    decided[next(one.name for one in points if one.phrase == "不知道")] = "said"
    decided[next(one.name for one in points if one.group == "required")] = "said"
    assert zhou.sends(here, **decided).status_code == 403
    assert sun.sends(here, remark="再耐心些", **decided).location == here
    assert "80 / 100" in text_of(zhou.opens(here))
    assert zhou.opens(here).text.count("mark broken") == 1, "what was to be said, and was, is no fault"
    assert "再耐心些" in zhou.opens(here).text
    assert lin.opens(here).status_code == 404
    assert f"check-{check.id}" not in lin.opens(QUALITY).text
    zhou.sends(f"{here}/answer", answer="下次注意")
    assert "下次注意" in sun.opens(here).text
    bai = logged_in(app, cast.bai).opens(here).text
    assert "80" in bai
    assert "下次注意" not in bai, "the words are theirs and their superiors'"


def test_another_judge_or_company_opens_nothing(app: Flask, cast: Cast, check: QualityCheck) -> None:
    here = f"{QUALITY}/{check.id}"
    assert logged_in(app, cast.qian).sends(f"{here}/open").status_code == 404
    assert logged_in(app, cast.hu).opens(here).status_code == 404
    assert logged_in(app, cast.hu).opens(f"{QUALITY}/99").status_code == 404


def test_a_review_is_given_answered_and_corrected_with_both_shown(
    app: Flask, sun: Visitor, lin: Visitor, zhou: Visitor, cast: Cast
) -> None:
    page = f"{REVIEWS}?person={cast.lin.id}"
    form = {"person": str(cast.lin.id), "kind": "monthly", "period": "2026-11", "remark": "来电接得快", "form": "give"}
    for wrong, said in (
        ({**MARKS, "ability": "31"}, "不超过各自的满分"),
        ({**MARKS, "bonus": "11"}, "1 至 10"),
        ({**MARKS, "period": "2026-12"}, "请检查时段"),
        ({**MARKS, "kind": "daily"}, "哪一种考核"),
        ({**MARKS, "conduct": "很好"}, "都要填整数"),
        ({**MARKS, "remark": " "}, "请写上评语"),
        ({**MARKS, "kind": "year-end", "period": "2026"}, "从当年 12 月起"),
    ):
        again = sun.is_refused(REVIEWS, page=page, **{**form, **wrong})
        assert said in text_of(again)
        assert 'value="17"' in again.text
    assert sun.sends(REVIEWS, **form, **MARKS, bonus="2").location == page
    assert "已经考核过" in sun.is_refused(REVIEWS, page=page, **form, **MARKS).text
    mine = text_of(lin.opens(REVIEWS))
    assert "来电接得快" in mine
    assert "86" in mine
    assert "还没有年终考核" in mine
    assert lin.sends(f"{REVIEWS}/1/answer", answer="谢谢").status_code == 303
    assert zhou.opens(page).status_code == 404
    assert "来电接得快" not in zhou.opens(REVIEWS).text
    assert zhou.sends(REVIEWS, **form, **MARKS).status_code == 403
    assert "correct-1" in sun.opens(page).text
    corrected = {**MARKS, "results": "30", "remark": "算错了", "person": str(cast.lin.id)}
    assert sun.sends(f"{REVIEWS}/1/correct", **corrected).location == page
    both = text_of(lin.opens(REVIEWS))
    assert "来电接得快" in both
    assert "已更正" in both
    assert "算错了" in both
    assert "谢谢" in text_of(sun.opens(page))
    logged_in(app, cast.qian).sends(REVIEWS, **{**form, **MARKS, "period": "2026-10"})
    assert "correct-3" not in sun.opens(page).text, "somebody higher wrote it"
    above = sun.is_refused(f"{REVIEWS}/3/correct", page=page, **corrected)
    assert "级别更高的人写的不能更正" in text_of(above)


def test_the_register_shows_people_their_own_and_superiors_those_below(
    sun: Visitor, lin: Visitor, zhou: Visitor, cast: Cast, app: Flask
) -> None:
    page = f"{DISCIPLINE}?person={cast.lin.id}"
    form = {"person": str(cast.lin.id), "kind": "late", "day": "2026-11-17", "weight": "3", "what": "晚到十分钟"}
    form["form"] = "register"
    for wrong, said in (
        ({"weight": "11"}, "1 至 10"),
        ({"day": "bald"}, "哪一天"),
        ({"day": "2026-11-19"}, "以后的日子"),
    ):
        again = sun.is_refused(DISCIPLINE, page=page, **{**form, **wrong})
        assert said in text_of(again)
        assert "晚到十分钟" in again.text
    for _ in range(2):
        assert sun.sends(DISCIPLINE, **form).location == page
    assert "屡犯" in text_of(lin.opens(DISCIPLINE))
    assert "3 × 2" in text_of(lin.opens(DISCIPLINE))
    lin.sends(f"{DISCIPLINE}/1/answer", answer="地铁停运")
    assert "地铁停运" in sun.opens(page).text
    assert sun.sends(f"{DISCIPLINE}/1/strike", person=str(cast.lin.id), why="属实").location == page
    assert "已撤销" in text_of(lin.opens(DISCIPLINE))
    assert zhou.opens(page).status_code == 404
    assert "晚到" not in zhou.opens(DISCIPLINE).text
    assert lin.sends(DISCIPLINE, **form).status_code == 403
    assert logged_in(app, cast.hu).opens(page).status_code == 404


def test_an_own_mistake_is_reported_from_the_case_and_seen_by_the_supervisor(
    sun: Visitor, lin: Visitor, zhou: Visitor, runtime: Runtime, cast: Cast
) -> None:
    case_id = matters.enquiry(runtime, cast)
    [link] = re.findall(rf'href="({MISTAKES}\?number=\d+)"', lin.opens(f"/console/cases/{case_id}").text)
    number = link.partition("=")[2]
    assert f'value="{number}"' in lin.opens(link).text
    refused = lin.is_refused(MISTAKES, page=MISTAKES, number="1", what="记错了门牌号")
    assert "没有这个编号" in refused.text
    assert "记错了门牌号" in refused.text
    assert lin.sends(MISTAKES, number=number, what="记错了门牌号").location == MISTAKES
    assert "主管还没看" in text_of(lin.opens(MISTAKES))
    assert "记错了门牌号" not in zhou.opens(MISTAKES).text
    assert "记错了门牌号" in sun.opens(MISTAKES).text
    assert "有人主动上报差错" in sun.opens("/console/notices").text
    sun.sends(f"{MISTAKES}/1/seen")
    assert "孙丽 006" in text_of(lin.opens(MISTAKES))
    beside = text_of(sun.opens(f"{DISCIPLINE}?person={cast.lin.id}"))
    assert "主动上报差错 1 次" in beside
    dismissed(runtime, cast.lin)
    assert "记错了门牌号" in sun.opens(MISTAKES).text, "whoever left takes nothing along"


def test_every_name_of_the_pages_about_people_has_a_word() -> None:
    wording = loader.default().wording
    names = [f"roster.problem.{one}" for one in ("left", "on-leave", "twice", "past")]
    names += [f"quality.group.{group}" for group in (*wording.forbidden, quality.REQUIRED)]
    names += [f"quality.decided-as.{one}" for one in quality.Decided]
    names += [f"reviews.kind.{one}" for one in reviews.Kind]
    names += [f"discipline.kinds.{one}" for one in discipline.Kind]
    names += [f"sent.{own_mistakes.TELLS}"]
    for name in names:
        assert Prompts().text(f"console.{name}", "zh-CN")
