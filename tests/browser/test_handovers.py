"""Handing over in a real browser: asked on the case's page, seen at once by who is asked, accepted by keyboard."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from hotline.domain import companies, promises
from hotline.domain.act import CALLER
from hotline.runtime import Runtime
from tests import given
from tests.world import PASSWORD, Cast, Person

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def logs_in(window: Page, who: Person) -> None:
    window.goto("/console/login")
    window.locator("[name=login]").fill(who.login)
    window.locator("[name=password]").fill(PASSWORD)
    window.locator("[name=password]").press("Enter")
    window.wait_for_url(lambda url: "login" not in url)


def enquiry(runtime: Runtime, cast: Cast) -> None:
    with runtime.act(CALLER) as act:
        companies.get(act, cast.heat.id)
        promises.make(act, "CBK-1.answer", given.case(act, cast))


def test_a_matter_goes_from_one_page_to_the_other(page: Page, phone: Page, runtime: Runtime, cast: Cast) -> None:
    enquiry(runtime, cast)
    logs_in(phone, cast.zhou)
    phone.goto("/console/handovers")
    expect(phone.get_by_text("没有等待答复的移交。").first).to_be_visible()
    logs_in(page, cast.lin)
    page.goto("/console/cases/1")
    page.get_by_label("请谁接手").select_option(str(cast.zhou.id))
    page.locator("#handing").get_by_label("理由").fill("她熟悉这栋楼的锅炉")
    page.get_by_role("button", name="请求移交").click()
    expect(page.locator("#handing")).to_contain_text("等待答复")
    waiting = phone.get_by_role("link", name="261118001")
    expect(waiting).to_be_visible()
    waiting.click()
    expect(phone.get_by_text("她熟悉这栋楼的锅炉")).to_be_visible()
    assert phone.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    phone.get_by_role("button", name="接收", exact=True).press("Enter")
    expect(phone).to_have_url(re.compile("/console/cases/1$"))
    expect(page.locator("#handing")).to_contain_text("已接收")
    expect(page.locator(".facts")).to_contain_text(f"移交已接收 → {cast.zhou.name}")


def test_leave_and_leaving_fit_a_telephone_and_a_keyboard(
    page: Page, phone: Page, runtime: Runtime, cast: Cast
) -> None:
    enquiry(runtime, cast)
    for window in (page, phone):
        logs_in(window, cast.sun)
        window.goto("/console/staff")
        assert window.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    row = page.locator(f"#staff-{cast.lin.id}")
    row.get_by_text("离职").first.press("Enter")
    row.get_by_label("确认 林晓 离职").check()
    row.get_by_role("button", name="离职").press("Enter")
    expect(page.locator(f"#staff-{cast.lin.id}")).to_contain_text("已离职")
    expect(page.locator(f"#staff-{cast.sun.id} .number")).to_have_text("1")
