"""The visitor register: who came or wrote becomes a case, and stands in a list that shows no personal value (REC-7)."""

from __future__ import annotations

from flask import Flask

from hotline.domain import customers, visitors
from hotline.domain.act import COMMAND
from hotline.domain.visitors import Channel
from hotline.domain.visitors import Visitor as Line
from hotline.runtime import Runtime
from tests import given
from tests.console import forms, matters
from tests.console.forms import NEW, PHONE, SAID
from tests.console.visitor import Visitor, logged_in, text_of
from tests.world import Cast

CAME = {
    **SAID,
    "channel": "walk_in",
    "name": "曾乐",
    "sex": "female",
    "organisation": "业主委员会",
    "identity": "110101199001011234",
    "phone": PHONE,
}
REGISTER = "/console/visitors"


def test_whoever_comes_in_person_gets_a_case_and_a_line_in_the_register(
    lin: Visitor, runtime: Runtime, cast: Cast
) -> None:
    forms.saves(lin, NEW, **CAME)
    case = forms.opened(runtime)
    assert (case.kind, case.owner_id, case.call_id) == ("complaint", cast.lin.id, None)
    assert forms.promised(runtime, case) >= {"CMP-1.sign", "CMP-9.callback"}
    [line] = forms.rows(runtime, Line)
    assert (line.case_id, line.channel, line.sex, line.noted_by_id) == (case.id, "walk_in", "female", cast.lin.id)
    assert len(matters.entries(runtime, case.chain, "visitor-registered")) == 1
    told = forms.told(runtime, case)
    assert told["sealed_identity"] == CAME["identity"]
    assert told["sealed_organisation"] == CAME["organisation"]


def test_the_register_shows_who_came_without_saying_who_it_is(lin: Visitor, runtime: Runtime, cast: Cast) -> None:
    forms.saves(lin, NEW, **CAME)
    page = lin.opens(REGISTER).text
    for shown in ("曾**", "女", "来访", "137****7000", "投诉", forms.opened(runtime).number):
        assert shown in page
    for hidden in (CAME["name"], PHONE, CAME["organisation"], CAME["identity"]):
        assert hidden not in page


def test_the_identity_is_opened_in_the_case_for_a_reason(lin: Visitor, runtime: Runtime) -> None:
    forms.saves(lin, NEW, **CAME)
    here = f"/console/cases/{forms.opened(runtime).id}"
    shown = lin.sends(f"{here}/reveal", page=here, what="identity", reason="核对身份")
    assert CAME["identity"] in shown.text


def test_a_letter_without_a_number_is_taken_too(lin: Visitor, runtime: Runtime) -> None:
    forms.saves(lin, NEW, channel="letter", kind="enquiry", question="何时停暖", number="none", read_back="yes")
    assert forms.promised(runtime, forms.opened(runtime)) == set()
    assert "来信" in lin.opens(REGISTER).text


def test_only_who_is_there_is_read_to(lin: Visitor, runtime: Runtime, cast: Cast) -> None:
    told = "请向客户读出下面的内容"
    wrote = {"kind": "enquiry", "question": "何时停暖", "phone": PHONE, "read_back": "yes"}
    for channel in ("letter", "email"):
        page = lin.opens(forms.saves(lin, NEW, **wrote, channel=channel).location).text
        assert "已经登记" in page
        assert told not in page
    assert told in lin.opens(forms.saves(lin, NEW, **CAME).location).text
    rang = forms.ringing(runtime, cast, who=cast.chen)
    assert told in lin.opens(forms.saves(lin, rang, **SAID, anonymous="yes").location).text


def test_nobody_is_asked_on_who_wrote_of_an_emergency(lin: Visitor) -> None:
    gas = {"kind": "emergency", "emergency": "gas", "phone": PHONE}
    assert "请继续询问" in lin.opens(forms.saves(lin, NEW, **gas, channel="walk_in").location).text
    assert "请继续询问" not in lin.opens(forms.saves(lin, NEW, **gas, channel="letter").location).text


def test_how_somebody_reached_us_has_to_be_said(lin: Visitor, runtime: Runtime) -> None:
    without = {name: typed for name, typed in CAME.items() if name != "channel"}
    assert "请选择来访方式" in lin.opens(forms.saves(lin, NEW, **without).location).text
    assert forms.case_count(runtime) == 0


def test_an_anonymous_visitor_leaves_no_name_in_the_register(lin: Visitor, runtime: Runtime) -> None:
    forms.saves(lin, NEW, **CAME, anonymous="yes")
    assert "匿名" in lin.opens(REGISTER).text
    assert forms.told(runtime, forms.opened(runtime)) == {"sealed_happened": SAID["happened"]}
    assert [line.sex for line in forms.rows(runtime, Line)] == [None]


def test_somebody_erased_stays_in_the_register_without_a_name(lin: Visitor, runtime: Runtime) -> None:
    forms.saves(lin, NEW, **CAME)
    with runtime.act(COMMAND) as act:
        customers.erase(act, customers.get(act, forms.opened(runtime).customer_id or 0))
    page = lin.opens(REGISTER)
    assert page.status_code == 200
    assert "曾" not in page.text


def test_the_register_of_a_sister_company_is_not_there(app: Flask, lin: Visitor, cast: Cast) -> None:
    forms.saves(lin, NEW, **CAME)
    wu = logged_in(app, cast.wu)
    assert "还没有来访登记" in text_of(wu.opens(REGISTER))


def test_a_long_register_goes_on_over_the_page(lin: Visitor, runtime: Runtime, cast: Cast) -> None:
    with runtime.act(COMMAND) as act:
        for _ in range(51):
            visitors.register(act, given.case(act, cast), Channel.EMAIL, sex=None, noted_by=cast.lin.id)
    first = lin.opens(REGISTER).text
    assert first.count('class="row"') == 50
    assert "?before=2" in first
    assert lin.opens(f"{REGISTER}?before=2").text.count('class="row"') == 1


def test_the_complaint_desk_leads_to_the_form_of_a_complaint(lin: Visitor) -> None:
    at = "/console/visitors/new?kind=complaint"
    assert f'href="{at}"' in lin.opens("/console/complaints").text
    assert 'id="f-happened"' in lin.opens(at).text
    forms.sends(lin, NEW, channel="letter", kind="enquiry")
    assert 'id="f-happened"' not in lin.opens(at).text, "what was begun before is not changed"


def test_an_anonymous_letter_about_whoever_takes_it_down_promises_nobody_an_answer(
    lin: Visitor, runtime: Runtime
) -> None:
    written = {"kind": "complaint", "happened": SAID["happened"], "channel": "letter", "anonymous": "yes"}
    page = forms.saves(lin, NEW, accused="001", **written).text
    assert " ".join(forms.opened(runtime).number) in page
    assert "不必再做什么" in page
    assert "联系客户" not in page
    for way in (NEW, REGISTER, "/console/desk"):
        assert f'class="button" href="{way}"' in page, way
