"""More time, asked at the desk and approved on a telephone; refused without a reason, nothing typed is lost."""

from __future__ import annotations

from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from hotline.runtime import Runtime
from tests import deciding
from tests.browser.test_handovers import logs_in
from tests.world import SHANGHAI, Cast

WIDE = 390  # pixels; what is wider makes a telephone show the whole page smaller

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def test_more_time_is_asked_at_the_desk_and_approved_on_a_telephone(
    page: Page, phone: Page, runtime: Runtime, cast: Cast
) -> None:
    case_id = deciding.complaint(runtime, cast)
    until = (deciding.due(runtime, case_id) + timedelta(days=5)).astimezone(SHANGHAI)
    logs_in(phone, cast.qian)
    phone.goto("/console/approvals")
    expect(phone.get_by_text("没有等您决定的申请。")).to_be_visible()
    logs_in(page, cast.lin)
    page.goto(f"/console/cases/{case_id}")
    page.get_by_text("提出申请", exact=True).first.click()
    form = page.locator("#requests form", has_text="轻微投诉处理完毕")
    form.locator("[name=wanted]").fill(until.strftime("%Y-%m-%dT%H:%M"))
    form.get_by_label("理由").fill(deciding.WHY)
    form.get_by_role("button", name="提出申请").click()
    expect(page.locator("#requests .requests")).to_contain_text("等待决定")
    card = phone.locator("#decision-1")
    expect(card).to_contain_text(deciding.WHY)
    expect(phone.locator("#waits-console-approval_list")).to_contain_text("1")
    assert phone.evaluate("document.documentElement.scrollWidth") == WIDE
    card.get_by_label("决定的理由").fill(deciding.ANSWER)
    card.get_by_role("button", name="同意", exact=True).tap()
    expect(phone.locator("#approval-decided-by-me")).to_contain_text("已同意")
    expect(page.locator("#requests .requests")).to_contain_text("已同意")
    expect(page.locator("#requests .requests")).to_contain_text(deciding.ANSWER)
    assert deciding.verdicts(runtime, case_id, deciding.SETTLE) == ["excused", "open"]


def test_without_scripts_it_works_as_well(scriptless: Page, runtime: Runtime, cast: Cast) -> None:
    case_id = deciding.complaint(runtime, cast)
    deciding.asks_time(runtime, cast.lin, case_id, deciding.due(runtime, case_id) + timedelta(days=1))
    logs_in(scriptless, cast.qian)
    scriptless.goto("/console/approvals")
    scriptless.get_by_label("决定的理由").fill(deciding.ANSWER)
    scriptless.get_by_role("button", name="不同意").click()
    expect(scriptless.locator("#approval-decided-by-me")).to_contain_text("未批准")
