"""The call record sheet: what is told to a person is on record by the same rules as what is told to the phone."""

from __future__ import annotations

import pytest
from flask import Flask

from hotline.domain import companies, customers
from hotline.domain.act import COMMAND
from hotline.domain.customers import Customer
from hotline.domain.repairs import RepairOrder
from hotline.runtime import Runtime
from tests.console import forms, matters
from tests.console.forms import COLD, LEAK, PHONE, SAID, SHUT
from tests.console.visitor import Visitor, logged_in, text_of
from tests.world import ADDRESS, Cast


@pytest.fixture
def form(runtime: Runtime, cast: Cast) -> str:
    """The form of Chen's call."""
    return forms.ringing(runtime, cast, who=cast.chen)


def test_a_fault_told_to_an_agent_is_reported_dispatched_and_promised(
    lin: Visitor, runtime: Runtime, cast: Cast, form: str
) -> None:
    answer = forms.saves(lin, form, **LEAK)
    case = forms.opened(runtime)
    assert (answer.status_code, answer.location) == (303, f"/console/cases/{case.id}/opened")
    assert (case.kind, case.matter, case.owner_id, case.call_id) == ("fault", "heating", cast.lin.id, 1)
    assert forms.promised(runtime, case) == {"FLT-2.notify", "FLT-2.sign"}
    assert forms.told(runtime, case) == {"sealed_address": ADDRESS, "sealed_contact": cast.chen.number.e164}
    [order] = forms.rows(runtime, RepairOrder)
    assert (order.scope, order.answers) == ("in_scope", {"problem": "leak", "leak": "drip"})


def test_the_case_belongs_to_whoever_answers_for_the_call_and_not_to_who_types(
    sun: Visitor, runtime: Runtime, cast: Cast, form: str
) -> None:
    forms.saves(sun, form, **LEAK)
    assert forms.opened(runtime).owner_id == cast.lin.id


def test_after_saving_everything_is_there_to_be_read_out(lin: Visitor, runtime: Runtime, form: str) -> None:
    page = text_of(lin.opens(forms.saves(lin, form, **LEAK).location))
    number = " ".join(forms.opened(runtime).number)
    for words in (number, "林晓 001", "11-18 10:10", "同时发短信给客户"):
        assert words in page


def test_a_fault_out_of_scope_brings_nobody_before_a_yes_to_the_fee(
    lin: Visitor, runtime: Runtime, cast: Cast, form: str
) -> None:
    refused = lin.opens(forms.saves(lin, form, **SHUT).location)
    assert "请选择结果：是否同意费用" in refused.text
    assert "60" in refused.text
    assert forms.case_count(runtime) == 0
    forms.saves(lin, form, **SHUT, settled="paid")
    [order] = forms.rows(runtime, RepairOrder)
    assert (order.fee_yuan, order.fee_accepted_at is not None) == (60, True)
    assert len(matters.entries(runtime, "case:1", "fee-accepted")) == 1


@pytest.mark.parametrize(("settled", "outcome"), [("guided", "guided"), ("declined", "fee-declined")])
def test_a_fault_that_nobody_goes_out_for_is_on_record_and_closed(
    lin: Visitor, runtime: Runtime, form: str, settled: str, outcome: str
) -> None:
    forms.saves(lin, form, **SHUT, settled=settled)
    case = forms.opened(runtime)
    with runtime.look(COMMAND) as act:
        assert (case.state, matters.opened(act, case, case.outcome)) == ("closed", outcome)
    assert forms.rows(runtime, RepairOrder) == []


def test_an_agreement_that_ran_out_is_explained_and_charged(
    lin: Visitor, runtime: Runtime, cast: Cast, form: str
) -> None:
    assert "服务合同至 2027-10-31" in lin.opens(form).text
    with runtime.act(COMMAND) as act:
        companies.get(act, cast.heat.id).overrides = {"repair": {"asks_agreement": True}}
        place = customers.place_with(act, cast.chen.id, cast.heat.id)
        assert place is not None
        place.agreement_ends = place.agreement_ends and place.agreement_ends.replace(year=2025)
    assert '<span class="mark broken">服务合同已过期（至 2025-10-31）</span>' in lin.opens(form).text
    assert "服务合同已经到期" in lin.opens(forms.saves(lin, form, **LEAK).location).text
    forms.saves(lin, form, **LEAK, settled="paid")
    assert [order.fee_yuan for order in forms.rows(runtime, RepairOrder)] == [60]


def test_a_diagnosis_that_finds_danger_opens_an_emergency(lin: Visitor, runtime: Runtime, form: str) -> None:
    gushing = {**LEAK, "answer-heating-leak": "gushing"}
    forms.saves(lin, form, **gushing)
    case = forms.opened(runtime)
    assert (case.kind, case.matter) == ("emergency", "burst_pipe")
    assert "EMG-2.acknowledge" in forms.promised(runtime, case)


def test_help_is_called_with_nothing_but_the_kind_of_emergency_and_the_rest_is_added(
    lin: Visitor, runtime: Runtime, cast: Cast
) -> None:
    form = forms.ringing(runtime, cast)
    here = forms.saves(lin, form, kind="emergency", emergency="gas").location
    case = forms.opened(runtime)
    assert forms.promised(runtime, case) >= {"EMG-2.acknowledge"}
    lin.sends(f"/console/cases/{case.id}/told", page=here, address="5号楼", looks="气味很大")
    assert forms.told(runtime, forms.opened(runtime)) == {"sealed_address": "5号楼", "sealed_looks": "气味很大"}
    page = lin.opens(here).text
    assert 'name="name"' in page, "the name is still asked for"
    assert 'name="looks"' not in page


def test_words_are_added_to_an_emergency_and_to_nothing_else(lin: Visitor, runtime: Runtime, form: str) -> None:
    here = forms.saves(lin, form, **LEAK).location
    assert lin.sends("/console/cases/1/told", page=form, address="5号楼").status_code == 409
    assert lin.opens(here).status_code == 200


def test_what_is_not_read_back_is_not_saved(lin: Visitor, runtime: Runtime, form: str) -> None:
    refused = lin.opens(forms.saves(lin, form, kind="enquiry", question="何时停暖").location)
    assert "请向客户复述，并打勾" in refused.text
    assert "何时停暖</textarea>" in refused.text
    assert forms.case_count(runtime) == 0


def test_a_question_answered_on_the_spot_is_on_record_and_closed(lin: Visitor, runtime: Runtime, form: str) -> None:
    forms.saves(lin, form, kind="enquiry", question="何时停暖", answered="三月十五日", read_back="yes")
    case = forms.opened(runtime)
    with runtime.look(COMMAND) as act:
        assert (case.state, matters.opened(act, case, case.outcome)) == ("closed", "三月十五日")


@pytest.mark.parametrize(
    ("typed", "rule"),
    [
        ({"kind": "enquiry", "question": "何时停暖"}, "CBK-1.answer"),
        ({"kind": "message", "for": "502室", "message": "明天来"}, "SEC-3.message"),
        ({"kind": "lost_property", "thing": "雨伞"}, "EMG-3.tell"),
        (SAID, "CMP-9.callback"),
    ],
)
def test_each_matter_promises_what_the_phone_promises(
    lin: Visitor, runtime: Runtime, form: str, typed: dict[str, str], rule: str
) -> None:
    forms.saves(lin, form, **{**typed, "read_back": "yes"})
    assert rule in forms.promised(runtime, forms.opened(runtime))


def test_whoever_leaves_no_number_is_not_promised_a_call(lin: Visitor, runtime: Runtime, form: str) -> None:
    forms.saves(lin, form, **SAID, number="none")
    assert "CMP-9.callback" not in forms.promised(runtime, forms.opened(runtime))


@pytest.mark.parametrize("unreached", [{"number": "none"}, {"anonymous": "yes"}])
def test_nobody_is_told_of_a_call_back_that_is_not_promised(lin: Visitor, form: str, unreached: dict[str, str]) -> None:
    page = text_of(lin.opens(forms.saves(lin, form, **SAID, **unreached).location))
    assert "下一步 报告公司，及时处理" in page
    assert "回电" not in page


def test_lost_property_is_told_as_such_and_not_as_a_message(lin: Visitor, form: str) -> None:
    found = forms.saves(lin, form, kind="lost_property", thing="雨伞", read_back="yes")
    assert "下一步 报告主管" in text_of(lin.opens(found.location))


def test_a_number_that_is_told_makes_a_caller_known_who_withheld_theirs(
    lin: Visitor, runtime: Runtime, cast: Cast
) -> None:
    form = forms.ringing(runtime, cast)
    assert "请填写能打通的联系电话" in lin.opens(forms.saves(lin, form, **SAID, phone="12").location).text
    forms.saves(lin, form, **SAID, phone=PHONE, name="单宁")
    case = forms.opened(runtime)
    assert forms.told(runtime, case)["sealed_contact"] == f"+86{PHONE}"
    with runtime.look(COMMAND) as act:
        customer = act.session.get_one(Customer, case.customer_id)
        assert customer.name is not None
        assert act.sealer.open_for(customer.key, customer.name) == "单宁"
    assert len(matters.entries(runtime, "call:1", "caller-known")) == 1


def test_a_complaint_that_stays_anonymous_keeps_nothing_of_who_it_was(
    lin: Visitor, runtime: Runtime, cast: Cast, form: str
) -> None:
    forms.saves(lin, form, **SAID, anonymous="yes", name="陈", respondent="维修部")
    case = forms.opened(runtime)
    assert (case.anonymous, case.customer_id, case.call_id) == (True, None, None)
    assert forms.told(runtime, case) == {"sealed_happened": "师傅来晚了", "sealed_respondent": "维修部"}
    assert forms.promised(runtime, case) == {"CMP-1.sign", "CMP-2.pass_up.important", "CMP-4.settle.important"}
    assert forms.told_anonymously(runtime, 1)
    assert "139****0088" not in lin.opens(form).text


def test_the_first_thing_said_to_a_complaint_is_thanks_and_an_apology(lin: Visitor, form: str) -> None:
    assert "感谢您的反映" in lin.opens(forms.sends(lin, form, kind="complaint").location).text


def test_the_questions_come_one_after_another_without_the_keys_of_the_phone(lin: Visitor, form: str) -> None:
    page = text_of(lin.opens(forms.sends(lin, form, **COLD).location))
    assert "请看一下这个房间的暖气阀门。" in page
    assert "请按1" not in page


def test_numbers_and_addresses_we_have_are_masked_on_the_form(lin: Visitor, form: str) -> None:
    page = lin.opens(form)
    assert "139****0088" in page.text
    assert ADDRESS not in page.text
    shown = lin.sends(form.replace("/form", "/reveal"), page=form, what="address", reason="核对地址")
    assert ADDRESS in shown.text


def test_a_colleagues_telephone_and_a_sister_companys_call_have_no_form(
    app: Flask, lin: Visitor, runtime: Runtime, cast: Cast, form: str
) -> None:
    hu = logged_in(app, cast.hu)
    assert hu.opens(form).status_code == 404
    case_id = matters.repair(runtime, cast)
    matters.link(runtime, cast, case_id, cast.wang)
    assert lin.opens("/console/calls/3/form").status_code == 404
