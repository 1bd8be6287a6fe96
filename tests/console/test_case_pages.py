"""The page of one case: what was promised, the callback that was made, the closing."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask

from hotline.domain import cases, companies, handovers, leaving, outbox, promise_looks, promises
from hotline.domain.act import CLOCK, COMMAND
from hotline.domain.cases import Case
from hotline.runtime import Runtime
from tests.console import matters
from tests.console.visitor import Visitor, logged_in, text_of
from tests.world import Cast, HandClock


@pytest.fixture
def asked(runtime: Runtime, cast: Cast) -> str:
    """The page of Chen's enquiry, owned by Lin, with an answer promised within a business day."""
    case_id = matters.enquiry(runtime, cast)
    with runtime.act(COMMAND) as act:
        companies.get(act, cast.heat.id)
        promises.make(act, "CBK-1.answer", cases.get(act, case_id))
    return f"/console/cases/{case_id}"


def test_a_repair_is_shown_with_its_diagnosis_dispatch_and_promises(sun: Visitor, runtime: Runtime, cast: Cast) -> None:
    case_id = matters.repair(runtime, cast)
    matters.link(runtime, cast, case_id, cast.wang)
    page = text_of(sun.opens(f"/console/cases/{case_id}"))
    assert "家里不热 一个房间不热" in page
    assert f"10:00:00 {cast.wang.name} 003 振铃" in page
    assert "维修人员签收 FLT-2 未到期 11-18 10:00 承诺 · 期限 11-18 10:10" in page


def test_a_promise_is_told_by_its_verdict_in_a_word(
    sun: Visitor, runtime: Runtime, cast: Cast, asked: str, at: HandClock
) -> None:
    at.passes(timedelta(days=3))
    with runtime.act(CLOCK) as act:
        promise_looks.look(act, [1])
    sun.logs_in(cast.sun)
    assert "超期 11-18 10:00 承诺" in text_of(sun.opens(asked))
    sun.sends(f"{asked}/called-back", page=asked, rule="CBK-1.answer", said="已解释计费办法")
    assert "迟办 11-18 10:00 承诺" in text_of(sun.opens(asked))


def test_the_page_names_who_answers_for_the_matter_since_its_owner_left_the_company(
    sun: Visitor, runtime: Runtime, cast: Cast, asked: str
) -> None:
    with runtime.act(COMMAND) as act:
        leaving.dismiss(act, cast.lin.id, by=cast.sun.id)
    assert f"离职，由上级负责 → {cast.sun.name}" in text_of(sun.opens(asked))


def test_the_owner_notes_the_callback_and_the_promise_is_kept(
    lin: Visitor, runtime: Runtime, cast: Cast, asked: str
) -> None:
    answer = lin.sends(f"{asked}/called-back", page=asked, rule="CBK-1.answer", said="已解释计费办法")
    assert (answer.status_code, answer.location) == (302, asked)
    page = lin.opens(asked).text
    assert "按时" in page
    assert "我已给客户回电" not in page, "nothing is left to call back for"
    [note] = matters.entries(runtime, "case:1", "called-back")
    assert "计费办法" not in str(note["body"])


def test_what_was_said_is_read_again_for_a_reason(lin: Visitor, asked: str) -> None:
    lin.sends(f"{asked}/called-back", page=asked, rule="CBK-1.answer", said="已解释计费办法")
    page = lin.opens(asked).text
    note = page.partition('name="what" value="note-')[2].partition('"')[0]
    assert "计费办法" not in page
    shown = lin.sends(f"{asked}/reveal", page=asked, what=f"note-{note}", reason="客户又来电")
    assert "已解释计费办法" in shown.text
    assert '<span class="secret" ' in shown.text


def test_a_long_text_that_is_shown_has_the_width_of_its_card(lin: Visitor, asked: str) -> None:
    lin.sends(f"{asked}/called-back", page=asked, rule="CBK-1.answer", said="已解释计费办法，" * 20)
    note = lin.opens(asked).text.partition('name="what" value="note-')[2].partition('"')[0]
    shown = lin.sends(f"{asked}/reveal", page=asked, what=f"note-{note}", reason="客户又来电").text
    assert f'<span class="secret long" id="secret-note-{note}"' in shown


@pytest.mark.parametrize("form", [{"rule": "CBK-1.answer", "said": "  "}, {"rule": "FLT-2.sign", "said": "客户满意"}])
def test_a_callback_without_words_or_without_a_promise_is_refused_and_the_words_are_kept(
    lin: Visitor, runtime: Runtime, asked: str, form: dict[str, str]
) -> None:
    refused = lin.is_refused(f"{asked}/called-back", page=asked, **form)
    assert 'role="alert"' in refused.text
    assert form["said"].strip() in refused.text
    assert matters.entries(runtime, "case:1", "called-back") == []


def test_a_case_with_an_open_promise_is_not_closed_and_the_reason_is_told(lin: Visitor, asked: str) -> None:
    refused = lin.is_refused(f"{asked}/close", page=asked, outcome="客户满意")
    assert "仍有承诺没有兑现：未能当场答复的咨询回电" in refused.text
    assert "客户满意</textarea>" in refused.text
    again = lin.opens(asked).text
    assert "仍有承诺没有兑现" not in again
    assert "客户满意" not in again


def test_a_case_is_closed_when_everything_promised_is_done(lin: Visitor, runtime: Runtime, asked: str) -> None:
    lin.sends(f"{asked}/called-back", page=asked, rule="CBK-1.answer", said="已解释计费办法")
    assert "请写下处理结果" in lin.is_refused(f"{asked}/close", page=asked, outcome=" ").text
    assert lin.sends(f"{asked}/close", page=asked, outcome="客户满意").location == asked
    assert "已结" in lin.opens(asked).text
    lin.is_refused(f"{asked}/close", page=asked, outcome="再结一次")
    with runtime.look(COMMAND) as act:
        case = act.session.get_one(Case, 1)
        assert matters.opened(act, case, case.outcome) == "客户满意"


def test_only_the_owner_or_a_superior_closes_or_notes_a_callback(app: Flask, cast: Cast, asked: str) -> None:
    zhou = logged_in(app, cast.zhou)
    page = zhou.opens(asked)
    assert "我已给客户回电" not in page.text
    assert zhou.sends(f"{asked}/close", page="/console", outcome="客户满意").status_code == 403
    assert zhou.sends(f"{asked}/called-back", page="/console", rule="CBK-1.answer", said="x").status_code == 403


def test_a_complaint_is_closed_by_the_supervisor_alone(
    lin: Visitor, sun: Visitor, runtime: Runtime, cast: Cast
) -> None:
    _call, case_id = matters.complaint(runtime, cast)
    here = f"/console/cases/{case_id}"
    assert lin.sends(f"{here}/close", page="/console", outcome="客户满意").status_code == 403
    assert sun.sends(f"{here}/close", page=here, outcome="客户满意").status_code == 302


def test_who_closes_a_complaint_is_the_companys_to_say(sun: Visitor, runtime: Runtime, cast: Cast) -> None:
    with runtime.act(COMMAND) as act:
        companies.get(act, cast.heat.id).overrides = {"complaints": {"closed_by": "manager"}}
    _call, case_id = matters.complaint(runtime, cast)
    assert sun.sends(f"/console/cases/{case_id}/close", page="/console", outcome="客户满意").status_code == 403


def test_how_long_the_reason_must_be_is_said_beforehand(lin: Visitor, runtime: Runtime, cast: Cast) -> None:
    page = text_of(lin.opens(f"/console/cases/{matters.repair(runtime, cast)}"))
    assert "为什么要看地址？至少 4 个字。" in page


def test_a_personal_value_of_a_case_is_shown_for_a_reason(lin: Visitor, runtime: Runtime, cast: Cast) -> None:
    here = f"/console/cases/{matters.repair(runtime, cast)}"
    shown = lin.sends(f"{here}/reveal", page=here, what="address", reason="给维修指路")
    assert "3号楼2单元501" in shown.text
    assert len(matters.entries(runtime, "case:1", "revealed")) == 1


def test_texts_are_listed_with_whether_they_went_out(sun: Visitor, runtime: Runtime, cast: Cast) -> None:
    case_id = matters.enquiry(runtime, cast)
    with runtime.act(COMMAND) as act:
        outbox.post(act, "send-text", case_id=case_id, to="customer", who=cast.chen.id, text="case-opened")
        outbox.post(act, "send-text", case_id=case_id, to="staff", who=cast.sun.id, text="promise-broken")
    page = text_of(sun.opens(f"/console/cases/{case_id}"))
    assert "受理通知 → 客户 待发" in page
    assert f"承诺超期 → {cast.sun.name}" in page


def test_the_list_of_cases_is_cut_by_state(sun: Visitor, asked: str) -> None:
    assert "261118001" in sun.opens("/console/cases?state=open").text
    assert "261118001" not in sun.opens("/console/cases?state=closed").text


def test_the_list_of_cases_is_turned_by_key(sun: Visitor, runtime: Runtime, cast: Cast) -> None:
    for _ in range(2):
        matters.enquiry(runtime, cast)
    page = sun.opens("/console/cases?before=2").text
    assert "261118001" in page
    assert "261118002" not in page


def test_promises_are_listed_by_their_deadline_and_the_broken_ones_apart(
    sun: Visitor, runtime: Runtime, cast: Cast, asked: str, at: HandClock
) -> None:
    matters.repair(runtime, cast)
    at.passes(timedelta(minutes=2))
    with runtime.act(CLOCK) as act:
        promise_looks.look(act, [2])
    page = text_of(sun.opens("/console/promises"))
    order = [page.index(word) for word in ("维修人员签收", "未能当场答复的咨询回电", "报修立即通知维修人员")]
    assert order == sorted(order)
    assert "还有 8 分" in page
    assert "已超 1 分" in page


def test_what_is_broken_is_listed_in_the_company_that_has_the_matter_now(
    sun: Visitor, runtime: Runtime, cast: Cast, asked: str, at: HandClock
) -> None:
    at.passes(timedelta(days=3))
    with runtime.act(CLOCK) as act:
        promise_looks.look(act, [1])
        handovers.force(act, cases.get(act, 1), receiver_id=cast.wu.id)
    for who, sees in ((cast.sun, False), (cast.hu, True)):
        sun.logs_in(who)
        assert ("未能当场答复的咨询回电" in text_of(sun.opens("/console/promises"))) is sees


def test_the_supervisor_checks_the_whole_log(sun: Visitor, runtime: Runtime, asked: str) -> None:
    assert "未被改动" in sun.sends("/console/log", page="/console/log").text
    assert len(matters.entries(runtime, "house", "log-verified")) == 1
    matters.alter(runtime, "case:1", 1)
    page = text_of(sun.sends("/console/log", page="/console/log"))
    assert "已被改动" in page
    assert "case:1 #1" in page
