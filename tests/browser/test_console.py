"""The console and the sheet in a real Chromium."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from hotline.runtime import Runtime
from tests.console import matters
from tests.world import ADDRESS, PASSWORD, Cast

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
THUMB = 44  # pixels; smaller is hard to hit


def test_a_new_call_appears_by_itself(page: Page, runtime: Runtime, cast: Cast) -> None:
    _log_in(page, cast)
    expect(page.get_by_text("没有符合的通话")).to_be_visible()
    matters.call(runtime, cast)
    expect(page.get_by_text("139****0088")).to_be_visible()


def test_an_open_call_goes_on_by_itself_and_what_is_being_typed_stays(page: Page, runtime: Runtime, cast: Cast) -> None:
    case_id = matters.repair(runtime, cast)
    _log_in(page, cast)
    page.goto("/console/calls/1")
    page.locator("#secret-number summary").click()
    page.locator("#secret-number input[name=reason]").fill("客户要求")
    matters.link(runtime, cast, case_id, cast.wang)
    expect(page.locator(".offers")).to_contain_text(cast.wang.name)
    expect(page.locator("#secret-number input[name=reason]")).to_have_value("客户要求")


def test_a_value_is_shown_in_its_place_without_leaving_the_page(page: Page, runtime: Runtime, cast: Cast) -> None:
    matters.call(runtime, cast)
    _log_in(page, cast)
    page.goto("/console/calls/1")
    page.locator("#secret-turn-2 summary").click()
    page.locator("#secret-turn-2 input[name=reason]").fill("客户要求核对")
    page.locator("#secret-turn-2 button").click()
    expect(page.locator("#secret-turn-2 .revealed")).to_have_text(matters.KEYED)
    assert page.url.endswith("/console/calls/1")


def test_a_value_that_is_shown_stays_while_news_comes(page: Page, runtime: Runtime, cast: Cast) -> None:
    case_id = matters.repair(runtime, cast)
    _log_in(page, cast)
    page.goto("/console/calls/1")
    page.locator("#secret-number summary").click()
    page.locator("#secret-number input[name=reason]").fill("客户要求核对")
    page.locator("#secret-number button").click()
    shown = page.locator("#secret-number .revealed").text_content()
    matters.link(runtime, cast, case_id, cast.wang)
    expect(page.locator(".offers")).to_contain_text(cast.wang.name)
    expect(page.locator("#secret-number .revealed")).to_have_text(shown or "")


def test_the_record_is_checked_again_at_the_press_of_a_button(page: Page, runtime: Runtime, cast: Cast) -> None:
    matters.call(runtime, cast)
    _log_in(page, cast)
    page.goto("/console/calls/1")
    expect(page.locator("#chain-call-1")).to_contain_text("未被改动")
    matters.alter(runtime, "call:1", 2)
    page.locator("#chain-call-1 button").click()
    expect(page.locator("#chain-call-1")).to_contain_text("已被改动")


def test_everything_works_without_scripts(scriptless: Page, runtime: Runtime, cast: Cast) -> None:
    matters.call(runtime, cast)
    _log_in(scriptless, cast)
    scriptless.locator("a.row").click()
    expect(scriptless.get_by_text("未被改动")).to_be_visible()
    scriptless.locator("#secret-turn-2 summary").click()
    scriptless.locator("#secret-turn-2 input[name=reason]").fill("客户要求核对")
    scriptless.locator("#secret-turn-2 button").click()
    expect(scriptless.locator("#secret-turn-2 .revealed")).to_have_text(matters.KEYED)


def test_the_language_is_changed_with_one_press_and_stays(page: Page, cast: Cast) -> None:
    _log_in(page, cast)
    page.get_by_role("link", name="English").click()
    expect(page.get_by_role("heading", name="Calls", exact=True)).to_be_visible()
    page.get_by_role("link", name="Cases").click()
    expect(page.get_by_role("heading", name="Cases")).to_be_visible()


def test_no_page_is_wider_than_a_telephone(phone: Page, runtime: Runtime, cast: Cast) -> None:
    case_id = matters.repair(runtime, cast)
    token = matters.link(runtime, cast, case_id, cast.wang)
    _log_in(phone, cast)
    for path in ("", "/calls/1", "/cases", f"/cases/{case_id}", "/promises", "/log", "/nowhere"):
        for language in ("zh-CN", "en"):
            phone.goto(f"/console{path}?lang={language}")
            assert _width(phone) <= 390, (path, language)
    phone.goto(f"/sheet/{token}")
    assert _width(phone) <= 390


def test_the_times_of_a_repair_stand_apart_on_a_telephone(phone: Page, runtime: Runtime, cast: Cast) -> None:
    case_id = matters.repair(runtime, cast)
    _log_in(phone, cast)
    phone.goto(f"/console/cases/{case_id}")
    expect(phone.locator(".stages .reached .time")).to_have_text("10:00", use_inner_text=True)


@pytest.mark.parametrize("width", [1280, 390])
def test_asking_to_see_a_value_leaves_its_neighbours_where_they_are(
    page: Page, runtime: Runtime, cast: Cast, width: int
) -> None:
    case_id = matters.repair(runtime, cast)
    page.set_viewport_size({"width": width, "height": 844})
    _log_in(page, cast)
    page.goto(f"/console/cases/{case_id}")
    below = page.locator("#secret-address")
    row = page.locator(".facts dl > div").filter(has=below)
    before = row.bounding_box()
    below.locator("summary").click()
    after = row.bounding_box()
    assert before is not None
    assert after is not None
    assert after["height"] == before["height"]
    assert _width(page) <= width


def test_the_engineer_works_with_one_thumb(phone: Page, runtime: Runtime, cast: Cast) -> None:
    sheet = f"/sheet/{matters.link(runtime, cast, matters.repair(runtime, cast), cast.wang)}"
    phone.goto(sheet)
    for button in phone.get_by_role("button").all():
        box = button.bounding_box()
        assert box is not None
        assert box["height"] >= THUMB
    phone.get_by_role("button", name="签收").tap()
    phone.get_by_role("button", name="显示").first.tap()
    expect(phone.locator(".revealed")).to_have_text(ADDRESS)
    phone.get_by_role("button", name="出发").tap()
    phone.get_by_role("button", name="到达").tap()
    phone.get_by_label("查到了什么").fill("换了阀芯")
    for question in ("当着客户的面试过了吗", "客户签字了吗"):
        phone.get_by_role("group", name=question).get_by_label("是").check()
    phone.get_by_role("button", name="完成").tap()
    expect(phone.get_by_text("已完成，辛苦了")).to_be_visible()


def _log_in(page: Page, cast: Cast) -> None:
    page.goto("/console")
    page.get_by_label("登录名").fill(cast.sun.login)
    page.get_by_label("口令").fill(PASSWORD)
    page.get_by_role("button", name="登录").click()
    expect(page.get_by_role("heading", name="来电记录")).to_be_visible()


def _width(page: Page) -> int:
    return int(page.evaluate("document.documentElement.scrollWidth"))
