"""The list of calls and the page of one call."""

from __future__ import annotations

import html
from datetime import timedelta

import pytest

from hotline.console import lists, words
from hotline.domain import cases, checkpoints, companies, handovers, turns
from hotline.domain.act import CALLER, CLOCK, COMMAND
from hotline.domain.calls import Call
from hotline.domain.cases import Case, Kind
from hotline.runtime import Runtime
from tests import given
from tests.console import matters
from tests.console.visitor import Visitor, text_of
from tests.world import Cast, HandClock

NUMBER = "13900000088"


def test_the_list_tells_who_rang_whom_and_whether_we_answered_in_time(
    sun: Visitor, runtime: Runtime, cast: Cast
) -> None:
    matters.call(runtime, cast)
    matters.call(runtime, cast, millis=matters.LATE, number=2)
    page = text_of(sun.opens("/console"))
    assert "11-18 10:00" in page
    assert "呼入 139****0088" in page
    assert f"{cast.lin.name} 001" in page
    assert page.index("超时接听") < page.index("按时接听"), "the newest call comes first"


def test_the_list_shows_the_case_and_the_verdicts_on_its_promises(sun: Visitor, runtime: Runtime, cast: Cast) -> None:
    case_id = matters.repair(runtime, cast)
    page = sun.opens("/console")
    assert f'href="/console/cases/{case_id}"' in page.text
    assert "261118001 报修" in text_of(page)
    assert "未到期 2" in text_of(page)


@pytest.mark.parametrize(
    ("kind", "matter", "shown"),
    [
        (Kind.COMPLAINT, "complaint", "投诉"),
        (Kind.ENQUIRY, "enquiry", "咨询"),
        (Kind.CALLBACK, "agent", "回电"),
        (Kind.CALLBACK, "complaint", "回电 · 投诉"),
        (Kind.FAULT, "unclear", "报修"),
        (Kind.FAULT, "heating", "报修 · 暖气故障"),
    ],
)
def test_a_matter_that_adds_nothing_to_its_kind_is_not_said_beside_it(
    sun: Visitor, kind: Kind, matter: str, shown: str
) -> None:
    sun.opens("/console")
    with sun.client.application.test_request_context("/?lang=zh-CN"):
        assert words.about(Case(kind=kind, matter=matter)) == shown


def test_a_sentence_is_retold_in_one_language_whatever_the_reader_speaks(
    sun: Visitor, runtime: Runtime, cast: Cast
) -> None:
    case_id = matters.repair(runtime, cast)
    with runtime.act(CALLER) as act:
        companies.get(act, cast.heat.id)
        ringing = act.session.get_one(Call, cases.get(act, case_id).call_id)
        for key in ("called.matter", "fault.again", "address.read-back"):
            turns.record(act, ringing, said=[f"{key}#1"], heard="silence", words=None, led_to="address")
    retold = text_of(sun.opens("/console/calls/1?lang=en"))
    assert "关于您的暖气故障，单号261118001，" in retold
    assert "您报修的〔事由〕正在办理" in retold, "an older matter than the one that this call opened"
    assert "〔地址〕" in retold
    assert "〔address〕" not in retold


def test_the_list_is_in_english_when_asked_and_stays_so(sun: Visitor, runtime: Runtime, cast: Cast) -> None:
    matters.call(runtime, cast)
    assert "Incoming" in text_of(sun.opens("/console?lang=en"))
    assert "Incoming" in text_of(sun.opens("/console"))
    assert "呼入" in text_of(sun.opens("/console?lang=zh-CN"))
    assert "呼入" in text_of(sun.opens("/console?lang=xx"))


def test_the_list_is_cut_by_day_in_the_companys_own_zone(
    sun: Visitor, runtime: Runtime, cast: Cast, at: HandClock
) -> None:
    at.passes(timedelta(hours=13))  # 23:00 in Shanghai
    matters.call(runtime, cast)
    sun.logs_in(cast.sun)
    assert "139****0088" in sun.opens("/console?day=2026-11-18").text
    assert "139****0088" not in sun.opens("/console?day=2026-11-19").text
    for no_day in ("no-day", "9999-12-31", "0001-01-01"):
        for page in ("/console", "/console/cases"):
            assert sun.opens(f"{page}?day={no_day}").status_code == 200, no_day
        assert "139****0088" in sun.opens(f"/console?day={no_day}").text, "it is passed over"


def test_the_list_is_cut_by_state(sun: Visitor, runtime: Runtime, cast: Cast) -> None:
    matters.call(runtime, cast)
    with runtime.act(CALLER) as act:
        given.call(act, cast, sid="CA" + "9" * 32, who=cast.chen)
    assert sun.opens("/console?state=open").text.count("139****0088") == 1
    assert sun.opens("/console?state=closed").text.count("139****0088") == 1
    assert sun.opens("/console").text.count("139****0088") == 2


def test_a_long_list_is_turned_page_by_page_and_misses_nobody(sun: Visitor, runtime: Runtime, cast: Cast) -> None:
    with runtime.act(CALLER) as act:
        for number in range(lists.PAGE + 1):
            given.call(act, cast, sid=f"CA{number:032d}", who=cast.chen)
        oldest = act.session.query(Call.id).order_by(Call.id).first()
    first = sun.opens("/console").text
    assert first.count("139****0088") == lists.PAGE
    older = html.unescape(first.partition('rel="next" href="')[2].partition('"')[0])
    second = sun.opens(f"/console{older}").text
    assert second.count("139****0088") == 1
    assert oldest is not None
    assert f"/console/calls/{oldest[0]}" in second


def test_an_empty_list_says_so(sun: Visitor) -> None:
    assert "没有符合的通话" in sun.opens("/console").text


def test_one_call_is_told_turn_by_turn_with_the_sentences_that_were_heard(
    sun: Visitor, runtime: Runtime, cast: Cast
) -> None:
    page = text_of(sun.opens(f"/console/calls/{matters.call(runtime, cast)}"))
    assert "报修请按2。 menu.item.fault#2" in page
    assert "您好，安心热力" in page
    assert "按键 2" in page
    assert "0.12 秒，限 20 秒 按时接听" in page
    assert "对方先挂断" in page
    assert given.WORDS in page
    assert f"来电时当值负责 → {cast.lin.name}" in page


def test_no_personal_value_stands_open_on_a_page(sun: Visitor, runtime: Runtime, cast: Cast) -> None:
    call_id, case_id = matters.call(runtime, cast), matters.repair(runtime, cast)
    for path in ("/console", f"/console/calls/{call_id}", "/console/cases", f"/console/cases/{case_id}"):
        page = sun.opens(path).text
        for secret in (NUMBER, matters.KEYED, "3号楼2单元501", "陈"):
            assert secret not in page, path


def test_a_personal_value_is_shown_for_a_reason_once_and_the_look_is_remembered(
    lin: Visitor, runtime: Runtime, cast: Cast
) -> None:
    here = f"/console/calls/{matters.call(runtime, cast)}"
    shown = lin.sends(f"{here}/reveal", page=here, what="turn-2", reason="客户要求核对号码")
    assert shown.status_code == 200
    assert matters.KEYED in shown.text
    assert NUMBER not in shown.text, "one at a time"
    assert shown.headers["Refresh"].endswith(f"url={here}")
    assert matters.KEYED not in lin.opens(here).text
    [look] = matters.entries(runtime, "call:1", "revealed")
    assert look["actor"] == f"console:{cast.lin.id}"
    assert "核对号码" not in str(look["body"]), "a reason may name a person: it is sealed"


def test_the_supervisor_reads_why_somebody_looked_and_an_agent_does_not(
    lin: Visitor, sun: Visitor, runtime: Runtime, cast: Cast
) -> None:
    here = f"/console/calls/{matters.call(runtime, cast)}"
    lin.sends(f"{here}/reveal", page=here, what="number", reason="客户要求核对号码")
    assert "客户要求核对号码" in sun.opens(here).text
    assert "客户要求核对号码" not in lin.opens(here).text


def test_too_short_a_reason_shows_nothing_and_what_was_typed_is_kept(
    lin: Visitor, runtime: Runtime, cast: Cast
) -> None:
    here = f"/console/calls/{matters.call(runtime, cast)}"
    refused = lin.is_refused(f"{here}/reveal", page=here, what="number", reason="<嗯")
    assert "请写明原因" in refused.text
    assert 'value="&lt;嗯"' in refused.text
    assert NUMBER not in refused.text
    assert matters.entries(runtime, "call:1", "revealed") == []


@pytest.mark.parametrize("what", ["nothing", "turn-1000", ""])
def test_what_is_not_hidden_cannot_be_shown(lin: Visitor, runtime: Runtime, cast: Cast, what: str) -> None:
    here = f"/console/calls/{matters.call(runtime, cast)}"
    lin.is_refused(f"{here}/reveal", page=here, what=what, reason="客户要求核对号码")


def test_an_erased_customer_stays_erased(lin: Visitor, runtime: Runtime, cast: Cast) -> None:
    here = f"/console/calls/{matters.call(runtime, cast)}"
    matters.erase(runtime, cast.chen)
    assert "已清除" in lin.opens("/console").text
    assert lin.opens(here).status_code == 200
    refused = lin.is_refused(f"{here}/reveal", page=here, what="number", reason="客户要求核对号码")
    assert "已清除，无法显示" in refused.text


def test_an_anonymous_complainant_is_shown_to_nobody(sun: Visitor, runtime: Runtime, cast: Cast) -> None:
    call_id, case_id = matters.complaint(runtime, cast, anonymous=True)
    here = f"/console/calls/{call_id}"
    for path in ("/console", here, f"/console/cases/{case_id}"):
        page = sun.opens(path).text
        assert "匿名" in page
        assert "139****0088" not in page
    assert "261118001" not in sun.opens(here).text
    sun.is_refused(f"{here}/reveal", page=here, what="number", reason="想知道是谁")


def test_a_call_says_on_the_spot_whether_its_record_is_unaltered(sun: Visitor, runtime: Runtime, cast: Cast) -> None:
    here = f"/console/calls/{matters.call(runtime, cast)}"
    assert "未被改动" in sun.opens(here).text
    matters.alter(runtime, "call:1", 2)
    page = text_of(sun.opens(here))
    assert "已被改动" in page
    assert "call:1 #2：内容和校验值不符" in page


def test_several_values_of_an_entry_are_joined_as_the_reader_s_language_joins_them(
    sun: Visitor, runtime: Runtime, cast: Cast
) -> None:
    with runtime.act(CALLER) as act:
        ringing = given.call(act, cast, who=cast.chen)
        act.remember(ringing.chain, "turn", said=["greeting", "menu"])
    assert "greeting、menu" in sun.opens("/console/calls/1").text
    assert "greeting, menu" in sun.opens("/console/calls/1?lang=en").text


def test_a_checkpoint_that_somebody_else_signed_is_no_proof(sun: Visitor, runtime: Runtime, cast: Cast) -> None:
    here = f"/console/calls/{matters.call(runtime, cast)}"
    with runtime.act(CLOCK) as act:
        checkpoints.seal_log(act, b"another signing key of 32 bytes!")
    assert "已被改动" in text_of(sun.opens(here))


def test_how_the_owner_came_to_own_the_case_is_told_handover_by_handover(
    sun: Visitor, runtime: Runtime, cast: Cast
) -> None:
    case_id = matters.enquiry(runtime, cast)
    with runtime.act(COMMAND) as act:
        companies.get(act, cast.heat.id)
        case = cases.get(act, case_id)
        asked = handovers.ask(act, case, giver_id=cast.lin.id, receiver_id=cast.zhou.id, reason="熟悉这户")
    with runtime.act(COMMAND) as act:
        handovers.answer(act, asked.id, by=cast.zhou.id, accept=True)
    page = text_of(sun.opens(f"/console/cases/{case_id}"))
    told = [("首问负责，立单", cast.lin), ("请求移交", cast.zhou), ("移交已接收", cast.zhou)]
    steps = [page.index(f"{word} → {who.name}") for word, who in told]
    assert steps == sorted(steps)


def test_a_call_that_is_not_there_is_not_found(sun: Visitor) -> None:
    assert sun.opens("/console/calls/999").status_code == 404
