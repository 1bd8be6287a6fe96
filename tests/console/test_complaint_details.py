"""What stood small on the pages of a complaint and led somebody astray: words, empty cards, buttons that cannot go."""

from __future__ import annotations

import re

import pytest
from flask import Flask

from hotline.domain import cases, companies, matters, visitors
from hotline.domain.act import CALLER
from hotline.domain.cases import Kind
from hotline.domain.visitors import Channel
from hotline.prompts import Prompts
from hotline.runtime import Runtime
from tests.console import complaining, forms
from tests.console.test_look import CSS
from tests.console.visitor import Visitor, logged_in, text_of
from tests.world import Cast

HERE = "/console/cases/1"


def test_a_complaint_that_came_graded_is_not_said_to_wait_for_a_grade() -> None:
    assert "grade" not in Prompts().text("console.sent.complaint-for-supervisor", "en")


def test_an_agents_page_of_an_anonymous_complaint_has_no_empty_card(lin: Visitor, runtime: Runtime, cast: Cast) -> None:
    complaining.filed(runtime, cast, anonymous=True)
    cards = lin.opens(HERE).text.split('<section class="card')[1:]
    assert [card for card in cards if not card.partition(">")[2].partition("</section>")[0].strip()] == []


@pytest.mark.parametrize("has_number", [True, False])
def test_a_customer_who_left_no_number_is_not_to_be_called(
    lin: Visitor, runtime: Runtime, cast: Cast, has_number: bool
) -> None:
    with runtime.act(CALLER) as act:
        left = cast.chen.id if has_number else None
        heat = companies.get(act, cast.heat.id)
        case_id = cases.open(act, heat, kind=Kind.ENQUIRY, matter="enquiry", owner_id=cast.lin.id, customer_id=left).id
    page = lin.opens(f"/console/cases/{case_id}")
    assert (f"{case_id}/call" in page.text, "没有留下号码" in text_of(page)) == (has_number, not has_number)
    assert "号码未显示" not in page.text, "nothing was withheld"


def test_what_told_by_voice_is_written_down_is_read_out_to_nobody(lin: Visitor, runtime: Runtime, cast: Cast) -> None:
    complaining.filed(runtime, cast)
    told(runtime, {})
    there = f"{HERE}/opened"
    before = lin.opens(there).text
    assert "客户怎么称呼就怎么写" in before, "the two fields about whom are told apart"
    lin.sends(f"{HERE}/told", page=there, happened="骂人")
    assert ["请向客户读出" in page for page in (before, lin.opens(there).text)] == [False, False]


def test_of_the_anonymous_neither_number_nor_address_is_said_to_be_read_back(
    lin: Visitor, runtime: Runtime, cast: Cast
) -> None:
    form = forms.ringing(runtime, cast)
    forms.sends(lin, form, kind="complaint")
    assert "号码、地址和事项" in text_of(lin.opens(form))
    forms.sends(lin, form, kind="complaint", anonymous="yes")
    page = lin.opens(form)
    assert ("事项已经向客户复述" in text_of(page), "号码、地址和事项" in text_of(page)) == (True, False)
    needed = [part.partition('name="')[2].partition('"')[0] for part in required(page.text)]
    assert needed == ["happened", "read_back"]


def test_a_grade_stands_in_one_line(lin: Visitor, runtime: Runtime, cast: Cast) -> None:
    complaining.filed(runtime, cast)
    assert "<strong>重要</strong>" in lin.opens(HERE).text
    assert ".choices label strong { white-space: nowrap;" in CSS


@pytest.mark.parametrize("key", ["tracking.counts", "tracking.counts-promises", "respondent.repeated-times"])
def test_one_is_not_counted_like_many(key: str) -> None:
    said = Prompts().text(f"console.{key}", "en", n=1, promises=1, complaints=1)
    assert "1 complaints" not in said.replace("more ", "")


def test_what_i_owe_says_how_long_is_left_as_everywhere(lin: Visitor, runtime: Runtime, cast: Cast) -> None:
    complaining.filed(runtime, cast)
    mine = text_of(lin.opens("/console/desk")).partition("我的承诺")[2]
    assert "还有 10 分" in mine


def required(page: str) -> list[str]:
    """The fields of a page that must be filled in."""
    return [tag for tag in re.findall(r"<(?:input|textarea)[^>]*>", page) if 'aria-required="true"' in tag]


def told(runtime: Runtime, details: dict[str, str]) -> None:
    """What was told of the complaint is this."""
    with runtime.act(CALLER) as act:
        cases.get(act, 1).details = details


def test_what_nobody_wrote_down_yet_is_signed_for_and_dealt_with_once_it_is(
    app: Flask, lin: Visitor, runtime: Runtime, cast: Cast
) -> None:
    department, head = complaining.department(runtime, cast)
    complaining.filed(runtime, cast, department_id=department)
    told(runtime, {})
    zhang, inbox = logged_in(app, head), "/console/inbox/1"
    zhang.sends(f"{inbox}/sign", page=inbox)
    assert complaining.row(runtime, 1).signed_at is not None
    assert 'id="do-settle"' not in zhang.opens(inbox).text
    assert "还没有整理成文字" in zhang.is_refused(f"{inbox}/settle", page=inbox, text="已道歉").text
    assert "尚未整理成文字" in lin.opens("/console/complaints").text
    lin.sends(f"{HERE}/told", page=f"{HERE}/opened", happened="骂人")
    assert "尚未整理成文字" not in lin.opens("/console/complaints").text
    zhang.sends(f"{inbox}/settle", page=inbox, text="已道歉")
    assert complaining.row(runtime, 1).settled_at is not None


def test_what_came_by_the_web_was_taken_in_by_nobody_of_ours(lin: Visitor, runtime: Runtime, cast: Cast) -> None:
    case_id = complaining.filed(runtime, cast)
    assert f"受理 11-18 10:00 {cast.lin.name}" in text_of(lin.opens(HERE))
    with runtime.act(CALLER) as act:
        visitors.register(act, cases.get(act, case_id), Channel.WEB, sex=None, noted_by=cast.lin.id)
    assert "受理 11-18 10:00 网上或其他系统 部门签收" in text_of(lin.opens(HERE))


def test_an_anonymous_complaint_by_voice_is_written_down_by_who_may_hear_it_and_they_are_told(
    lin: Visitor, sun: Visitor, runtime: Runtime, cast: Cast
) -> None:
    with runtime.act(CALLER) as act:
        spoken = matters.Told(cast.heat.id, cast.lin.id, {}, reachable=False, anonymous=True)
        matters.open_complaint(act, spoken)
    there = f"{HERE}/opened"
    assert ("录音由主管听取" in lin.opens(HERE).text, "请听录音" in lin.opens(HERE).text) == (True, False)
    assert 'name="happened"' not in lin.opens(there).text
    assert lin.sends(f"{HERE}/told", page=HERE, happened="我编的").status_code == 409
    assert "匿名投诉待整理" in sun.opens("/console/notices").text
    assert "请听录音" in sun.opens(HERE).text
    assert sun.sends(f"{HERE}/told", page=there, happened="骂人").status_code == 303
    assert "骂人" in lin.opens(HERE).text
