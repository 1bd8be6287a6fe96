"""Calling a customer: out of a case alone, with what is to be said, and what was said noted afterwards (SEC-5)."""

from __future__ import annotations

import pytest
from flask import Flask

from hotline.console import asking
from hotline.domain import cases, companies, invitations, promises
from hotline.domain.act import COMMAND
from hotline.domain.calls import Call
from hotline.domain.cases import Kind
from hotline.domain.parties import Meeting
from hotline.prompts import Prompts
from hotline.runtime import Runtime
from tests import given
from tests.console import forms, matters
from tests.console.visitor import Visitor, logged_in, text_of
from tests.world import Cast, HandClock


@pytest.fixture
def here(runtime: Runtime, cast: Cast) -> str:
    """The page on which Lin calls Chen about her enquiry, for which an answer is promised."""
    case_id = matters.enquiry(runtime, cast)
    with runtime.act(COMMAND) as act:
        companies.get(act, cast.heat.id)
        promises.make(act, "CBK-1.answer", cases.get(act, case_id))
    return f"/console/cases/{case_id}/call"


def test_the_script_greets_names_us_and_the_matter_thanks_and_says_goodbye(lin: Visitor, here: str) -> None:
    page = text_of(lin.opens(here))
    said = (
        "您好！",
        "这里是安心热力。",
        "我是001号。",
        "关于您的暖气故障，单号",
        "我们答应过您： 查清您问的事，回电答复您",
        "谢谢您的配合。",
        "再见！",
    )
    places = [page.index(words) for words in said]
    assert places == sorted(places)


def test_what_is_read_to_the_customer_holds_no_name_that_we_have_for_it(
    lin: Visitor, runtime: Runtime, cast: Cast
) -> None:
    with runtime.act(COMMAND) as act:
        case = given.case(act, cast, kind=Kind.CALLBACK, matter="agent")
        here = f"/console/cases/{case.id}/call?lang=en"
    assert "We promised" not in text_of(lin.opens(here))
    with runtime.act(COMMAND) as act:
        companies.get(act, cast.heat.id)
        promises.make(act, "ANS-3.callback", cases.get(act, case.id))
    page = text_of(lin.opens(here))
    assert f"You called us, number {case.number}" in page
    assert "We promised: to call you back ·" in page
    assert "All agents busy" not in page


@pytest.mark.parametrize("language", asking.LANGUAGES)
def test_every_promise_that_a_call_keeps_has_words_for_the_customer(language: str) -> None:
    wanted = {f"console.call-out.promise.{rule}" for rule in promises.BY_CALLING}
    assert wanted <= Prompts().keys(language)


def test_there_is_no_number_to_type(lin: Visitor, here: str) -> None:
    page = lin.opens(here).text
    assert "139****0088" in page
    assert 'type="tel"' not in page
    assert 'type="text"' not in page


def test_my_own_telephone_rings_first_and_the_customer_is_still_left_in_peace(
    lin: Visitor, runtime: Runtime, cast: Cast, here: str
) -> None:
    answer = lin.sends(here, page=here)
    assert (answer.status_code, answer.location) == (303, here)
    [leg] = forms.rows(runtime, Call)
    assert (leg.direction, leg.staff_id, leg.case_id) == ("out", cast.lin.id, 1)
    assert "正在拨打" in text_of(lin.opens(here))


def test_whoever_is_in_a_call_is_told_so_and_nothing_rings_twice(lin: Visitor, runtime: Runtime, here: str) -> None:
    lin.sends(here, page=here)
    assert "您正在通话中" in lin.is_refused(here, page=here).text
    assert len(forms.rows(runtime, Call)) == 1


def test_an_anonymous_complainant_is_not_called(sun: Visitor, runtime: Runtime, cast: Cast) -> None:
    _call, case_id = matters.complaint(runtime, cast, anonymous=True)
    here = f"/console/cases/{case_id}/call"
    assert "没有可以拨打的号码" in text_of(sun.opens(here))
    sun.sends(here, page="/console")
    assert forms.rows(runtime, Meeting) == []


def test_a_number_that_is_not_rung_is_said_to_be_one(lin: Visitor, runtime: Runtime, here: str) -> None:
    with runtime.act(COMMAND) as act:
        case = cases.get(act, 1)
        case.details = {"sealed_contact": cases.seal(act, case, "+8616812345")}
    page = text_of(lin.opens(here))
    assert "这个号码不在可拨范围" in page
    assert "12345" not in page
    lin.sends(here, page="/console")
    assert forms.rows(runtime, Meeting) == []


def test_only_whoever_answers_for_the_case_or_stands_above_calls_out_of_it(
    app: Flask, runtime: Runtime, cast: Cast, here: str
) -> None:
    zhou = logged_in(app, cast.zhou)
    assert zhou.opens(here).status_code == 403
    assert zhou.sends(here, page="/console").status_code == 403
    assert forms.rows(runtime, Meeting) == []


def test_what_was_said_is_noted_also_when_nothing_was_left_to_keep(
    lin: Visitor, runtime: Runtime, cast: Cast, here: str, at: HandClock
) -> None:
    case = here.removesuffix("/call")
    lin.sends(f"{case}/called-back", page=case, rule="CBK-1.answer", said="已解释")
    assert "我已给客户回电" not in lin.opens(case).text
    lin.sends(here, page=here)
    with runtime.act(COMMAND) as act:
        act.session.get_one(Meeting, 1).met_at = at.now
    assert "只记下说了什么" in lin.opens(case).text
    lin.sends(f"{case}/called-back", page=case, rule="", said="又补充了一点")
    assert len(matters.entries(runtime, "case:1", "called-back")) == 2


def test_the_form_of_a_call_that_we_placed_offers_the_number_that_was_rung(
    lin: Visitor, runtime: Runtime, cast: Cast, here: str
) -> None:
    lin.sends(here, page=here)
    with runtime.act(COMMAND) as act:
        meeting = act.session.get_one(Meeting, 1)
        call = act.session.get_one(Call, invitations.ring_customer(act, meeting, words_version=given.WORDS).call_id)
        form = f"/console/calls/{call.id}/form"
    assert "139****0088" in lin.opens(form).text
    forms.saves(lin, form, kind="enquiry", question="何时停暖", read_back="yes")
    case = forms.opened(runtime)
    assert forms.told(runtime, case)["sealed_contact"] == cast.chen.number.e164
    assert forms.promised(runtime, case) == {"CBK-1.answer"}
