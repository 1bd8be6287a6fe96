"""The call record sheet on the desk in a real Chromium: typed during a call, finished in the wrap-up, saved once."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from hotline.domain import controls
from hotline.runtime import Runtime
from tests.browser.test_desk import log_in, picture
from tests.console import forms
from tests.domain.talks import Talk
from tests.world import Cast

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def test_news_of_the_call_leave_the_form_as_it_is_and_the_end_of_the_call_too(
    page: Page, runtime: Runtime, talk: Talk, cast: Cast, pictures: Path
) -> None:
    log_in(page, cast.lin)
    page.goto("/console/desk")
    page.locator("#f-kind-complaint").check()
    page.locator("#f-happened").fill("师傅来晚了")
    talk.does(controls.hold, cast.lin.id)
    expect(page.get_by_role("button", name="取回通话")).to_be_visible()
    expect(page.locator("#f-happened")).to_have_value("师傅来晚了")
    talk.does(controls.resume, cast.lin.id)
    picture(page, pictures, "form-in-call")
    talk.leaves(talk.call_id)
    expect(page.locator("#now")).to_have_text("整理记录")
    expect(page.locator("#f-happened")).to_have_value("师傅来晚了")
    page.locator("#f-read_back").check()
    page.locator("button[value=save]").click()
    expect(page.locator("#opened")).to_contain_text("已经登记")
    assert page.url.endswith("/desk"), "who leaves the page would hang up a telephone in the browser"
    picture(page, pictures, "form-saved")
    page.get_by_role("link", name="同一通电话再登记一件").click()
    expect(page.locator("#case-form")).to_be_visible()
    case = forms.opened(runtime)
    assert (case.kind, case.owner_id, case.call_id) == ("complaint", cast.lin.id, talk.call_id)


def test_a_form_that_cannot_be_saved_yet_says_why_and_keeps_the_words(
    page: Page, runtime: Runtime, talk: Talk, cast: Cast, pictures: Path
) -> None:
    log_in(page, cast.lin)
    page.goto("/console/desk")
    page.locator("#f-kind-message").check()
    page.locator("#f-for").fill("502室")
    page.locator("button[value=save]").click()
    expect(page.locator("#form .problem")).to_contain_text("请写下留言")
    expect(page.locator("#f-for")).to_have_value("502室")
    picture(page, pictures, "form-refused")
    assert forms.case_count(runtime) == 0
    page.locator("#f-kind-enquiry").check()
    expect(page.locator("#f-question")).to_be_visible()
    expect(page.locator("#form-problem")).to_have_count(0)
    page.locator("#f-kind-message").check()
    page.locator("#f-message").fill("明天来")
    page.locator("#f-read_back").check()
    page.locator("button[value=save]").click()
    expect(page.locator("#opened")).to_be_visible()
    assert page.url.endswith("/desk")


def test_help_is_called_from_the_desk_and_what_is_told_next_is_added_there(
    page: Page, runtime: Runtime, talk: Talk, cast: Cast
) -> None:
    log_in(page, cast.lin)
    page.goto("/console/desk")
    page.locator("#f-kind-emergency").check()
    page.locator("#f-emergency-gas").check()
    page.locator("button[value=save]").click()
    expect(page.locator("#opened")).to_be_visible()
    page.locator("#f-looks").fill("气味很大")
    page.get_by_role("button", name="补充记录").click()
    expect(page.locator("#f-looks")).to_have_count(0)
    assert page.url.endswith("/desk")
    assert forms.told(runtime, forms.opened(runtime))["sealed_looks"] == "气味很大"


def test_a_number_is_shown_at_the_desk_itself_while_the_call_goes_on(
    page: Page, talk: Talk, cast: Cast, pictures: Path
) -> None:
    log_in(page, cast.lin)
    page.goto("/console/desk")
    page.locator("#f-kind-complaint").check()
    page.locator("#f-happened").fill("师傅来晚了")
    number = page.locator("#secret-number")
    number.locator("summary").click()
    number.locator("[name=reason]").fill("核对回电号码")
    number.get_by_role("button").click()
    expect(number).to_contain_text(cast.chen.number.national)
    expect(page.locator("#f-happened")).to_have_value("师傅来晚了")
    assert page.url.endswith("/desk")
    picture(page, pictures, "form-revealed")
