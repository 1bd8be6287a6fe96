"""The call record sheet in a real Chromium: by keyboard, with and without scripts, on a desk and on a telephone."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from hotline.runtime import Runtime
from tests.browser.test_console import _log_in
from tests.console import forms
from tests.console.forms import NEW
from tests.world import ADDRESS, Cast

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def test_what_is_typed_is_kept_by_itself_and_a_hint_comes_with_the_name(
    page: Page, runtime: Runtime, cast: Cast
) -> None:
    form = forms.ringing(runtime, cast, who=cast.chen)
    _log_in(page, cast)
    page.goto(form)
    page.locator("#f-kind-enquiry").check()
    page.locator("#f-name").fill("单宁")
    expect(page.locator(".hint")).to_contain_text("姓单的单")
    page.locator("#f-question").fill("何时停暖")
    expect(page.locator("#form-side [role=status]")).to_contain_text("已自动保存")
    with page.expect_response(
        lambda answer: answer.url.endswith("/form") and "question=" in str(answer.request.post_data)
    ):
        page.locator("#f-question").press_sequentially("？")
    page.reload()
    expect(page.locator("#f-question")).to_have_value("何时停暖？")
    expect(page.locator("#f-name")).to_have_value("单宁")


def test_a_choice_brings_its_fields_and_leaves_what_is_being_typed(page: Page, runtime: Runtime, cast: Cast) -> None:
    form = forms.ringing(runtime, cast, who=cast.chen)
    _log_in(page, cast)
    page.goto(form)
    page.locator("#f-kind-fault").check()
    page.locator("#f-answer-heating-problem-leak").check()
    page.locator("#f-remark").fill("卧室")
    page.locator("#f-answer-heating-leak-drip").check()
    expect(page.locator("#f-scope")).to_contain_text("立即派修")
    expect(page.locator("#f-remark")).to_have_value("卧室")


def test_a_fault_is_taken_down_by_keyboard_alone(page: Page, runtime: Runtime, cast: Cast) -> None:
    form = forms.ringing(runtime, cast, who=cast.chen)
    _log_in(page, cast)
    page.goto(form)
    page.locator("#f-kind-fault").focus()
    page.keyboard.press("Space")
    expect(page.locator("#q-answer-heating-problem")).to_be_visible()
    expect(page.locator("#f-kind-fault")).to_be_focused()
    page.locator("#f-answer-heating-problem-cold").focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator("#f-answer-heating-leak-drip")).to_be_visible()
    page.locator("#f-answer-heating-leak-drip").press("Space")
    expect(page.locator("#f-scope")).to_be_visible()
    page.locator("#f-read_back").press("Space")
    page.locator("button[value=save]").press("Enter")
    expect(page.locator("#opened")).to_contain_text("已经登记")


def test_an_address_is_shown_on_the_form_without_leaving_it(page: Page, runtime: Runtime, cast: Cast) -> None:
    form = forms.ringing(runtime, cast, who=cast.chen)
    _log_in(page, cast)
    page.goto(form)
    page.locator("#secret-address summary").click()
    page.locator("#secret-address input[name=reason]").fill("核对地址")
    page.locator("#secret-address button").click()
    expect(page.locator("#secret-address .revealed")).to_have_text(ADDRESS)
    assert page.url.endswith("/form")


def test_a_visitor_is_registered_without_scripts(scriptless: Page, runtime: Runtime, cast: Cast) -> None:
    _log_in(scriptless, cast)
    scriptless.goto(NEW)
    scriptless.locator("#f-channel-walk_in").check()
    scriptless.locator("#f-kind-message").check()
    scriptless.locator("button[value=keep]").click()
    scriptless.locator("#f-phone").fill(forms.PHONE)
    scriptless.locator("#f-for").fill("502室")
    scriptless.locator("#f-message").fill("明天来")
    scriptless.locator("#f-read_back").check()
    scriptless.locator("button[value=save]").click()
    expect(scriptless.locator("#opened")).to_contain_text("已经登记")


@pytest.mark.parametrize("kind", ["fault", "emergency", "complaint", "enquiry", "message", "lost_property"])
def test_the_form_is_no_wider_than_a_telephone(phone: Page, runtime: Runtime, cast: Cast, kind: str) -> None:
    form = forms.ringing(runtime, cast, who=cast.chen)
    _log_in(phone, cast)
    for path in (f"{form}?lang=zh-CN", f"{NEW}?lang=en"):
        phone.goto(path)
        phone.locator(f"#f-kind-{kind}").check()
        expect(phone.locator(f"#f-matter-{kind}")).to_be_visible()
        assert phone.evaluate("document.documentElement.scrollWidth") <= 390, path
    phone.goto("/console/visitors")
    assert phone.evaluate("document.documentElement.scrollWidth") <= 390
