"""A complaint at the desk and in the department's inbox in a real Chromium: chosen, read out, signed, dealt with."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from hotline.runtime import Runtime
from tests.browser.test_desk import keep_picture, log_in, picture
from tests.console import departments, forms
from tests.console.departments import Departments
from tests.domain.talks import Talk
from tests.world import Cast

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
FOUND = "派单时间抄错了，已向客户赔礼"


def test_a_complaint_is_taken_down_at_the_desk_and_read_out(
    page: Page, runtime: Runtime, talk: Talk, cast: Cast, firm: Departments, pictures: Path
) -> None:
    before = departments.complains(runtime, cast, department_id=firm.repair)
    log_in(page, cast.lin)
    page.goto("/console/desk")
    page.locator("#f-kind-complaint").check()
    page.locator("#f-happened").fill(departments.HAPPENED)
    page.locator("#f-about").select_option(str(f"d{firm.repair}"))
    page.locator("#f-wanted").press_sequentially("赔礼")
    page.locator("#f-grade-important").check()
    expect(page.locator("#f-grade_why")).to_be_visible()
    expect(page.locator("#f-happened")).to_have_value(departments.HAPPENED)
    expect(page.locator("#f-about")).to_have_value(f"d{firm.repair}")
    page.locator(f"#f-joins-{before.id}").check()
    page.locator("#f-joins_why").fill("同一次上门")
    page.locator("#f-read_back").check()
    page.locator("button[value=save]").click()
    expect(page.locator("#form-problem")).to_contain_text("请写明定级的理由")
    picture(page, pictures, "complaint-form-refused")
    page.locator("#f-grade_why").fill("约好又没来")
    page.locator("#f-limit").fill("2026-11-20T18:00")
    page.locator("button[value=save]").click()
    expect(page.locator("#opened")).to_contain_text("处理完毕，最晚")
    picture(page, pictures, "complaint-read-out")
    assert page.url.endswith("/desk"), "who leaves the page would hang up a telephone in the browser"
    assert departments.of(runtime, forms.opened(runtime)).joined_to_id == departments.of(runtime, before).id


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_the_form_of_a_complaint_fits_every_screen(
    page: Page, runtime: Runtime, cast: Cast, firm: Departments, pictures: Path, language: str
) -> None:
    departments.complains(runtime, cast, department_id=firm.repair)
    form = forms.ringing(runtime, cast, who=cast.chen)
    log_in(page, cast.lin)
    page.goto(f"{form}?lang={language}")
    page.locator("#f-kind-complaint").check()
    page.locator("#f-grade-major").check()
    expect(page.locator("#f-grade_why")).to_be_visible()
    picture(page, pictures, f"complaint-form-{language}")
    page.locator("#f-anonymous").check()
    expect(page.locator("#f-unnamed")).to_be_visible()
    expect(page.locator("#f-joins")).to_have_count(0)


def test_what_comes_into_the_inbox_stands_there_at_once_and_is_dealt_with_there(
    page: Page, runtime: Runtime, cast: Cast, firm: Departments, pictures: Path
) -> None:
    log_in(page, firm.xu)
    expect(page.locator("#inbox-sign")).to_contain_text("没有等待签收的投诉")
    case = departments.complains(runtime, cast, department_id=firm.repair, grade="major", why="再三发生")
    page.locator("#inbox-sign").get_by_role("link", name=case.number).click()
    picture(page, pictures, "inbox-one-sign")
    page.get_by_role("button", name="签收", exact=True).click()
    page.locator("#do-settle textarea").fill(FOUND)
    picture(page, pictures, "inbox-one-settle")
    page.get_by_role("button", name="登记处理完毕").click()
    expect(page.get_by_role("button", name="交回投诉单")).to_be_visible()
    page.locator("nav").get_by_role("link", name="部门签收").click()
    expect(page.locator("#inbox-return")).to_contain_text(case.number)
    departments.complains(runtime, cast, department_id=firm.repair)
    departments.complains(runtime, cast, anonymous=True, department_id=firm.repair)
    for language in ("en", "zh-CN"):
        page.goto(f"/console/inbox?lang={language}")
        picture(page, pictures, f"inbox-{language}")
    page.goto(f"/console/inbox/{case.id}?lang=en")
    picture(page, pictures, "inbox-one-en")


def test_whoever_leads_sees_what_is_put_to_nobody(
    page: Page, runtime: Runtime, cast: Cast, firm: Departments, pictures: Path
) -> None:
    departments.complains(runtime, cast)
    departments.complains(runtime, cast, department_id=firm.care, grade="major", why="再三发生")
    log_in(page, cast.feng)
    page.goto("/console/inbox")
    expect(page.locator("#inbox-seen")).to_contain_text("等您确认已阅")
    expect(page.locator("#inbox-unnamed")).to_be_visible()
    picture(page, pictures, "inbox-leads")


def test_the_department_signs_with_a_thumb(
    phone: Page, runtime: Runtime, cast: Cast, firm: Departments, pictures: Path
) -> None:
    case = departments.complains(runtime, cast, department_id=firm.repair, grade="minor", why="只是晚了")
    sheet = departments.link(runtime, cast, case, firm.xu)
    for language in ("en", "zh-CN"):
        phone.goto(f"{sheet}?lang={language}")
        assert phone.evaluate("document.documentElement.scrollWidth") <= 390
        keep_picture(phone, pictures, f"respondent-sheet-{language}")
    phone.get_by_role("button", name="签收", exact=True).tap()
    phone.locator("#do-settle textarea").fill(FOUND)
    keep_picture(phone, pictures, "respondent-sheet-signed")
    phone.get_by_role("button", name="登记处理完毕").tap()
    phone.get_by_role("button", name="交回投诉单").tap()
    expect(phone.locator("main")).to_contain_text("投诉单已交回")
    keep_picture(phone, pictures, "respondent-sheet-returned")
