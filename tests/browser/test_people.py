"""Our own people's pages in a real browser: a week is filled, a call judged, a year reviewed, and they answer."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select

from hotline.domain import cases
from hotline.domain.act import COMMAND
from hotline.domain.quality_draws import QualityCheck
from hotline.domain.staff import Duty, Shift
from hotline.runtime import Runtime
from tests.browser.test_desk import picture
from tests.browser.test_handovers import logs_in
from tests.console import matters
from tests.domain.test_quality import check as check
from tests.domain.test_quality import week as week
from tests.world import Cast

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def test_a_supervisor_fills_the_week_judges_a_call_and_reviews(
    page: Page, runtime: Runtime, cast: Cast, check: QualityCheck, pictures: Path, browser: Browser, site: str
) -> None:
    case_id = matters.enquiry(runtime, cast)
    with runtime.act(COMMAND) as act:
        number = cases.get(act, case_id).number
        for shift in act.session.scalars(select(Shift).where(Shift.company_id == cast.heat.id)):
            shift.ends_at = act.at + timedelta(hours=20 if shift.duty == Duty.FRONT else 90)
    logs_in(page, cast.sun)
    page.goto("/console/office")
    page.get_by_role("link", name="值班表").click()
    page.locator("main [name=person]").select_option(label="001 林晓")
    page.get_by_label("从", exact=True).fill("2026-11-24T08:00")
    page.get_by_label("到", exact=True).fill("2026-11-24T20:00")
    page.get_by_role("button", name="排一个班").click()
    expect(page.get_by_role("row", name="座席")).to_contain_text("08:00–20:00 07:50 到岗")
    picture(page, pictures, "roster")
    _judges(page, check, pictures)
    _reviews(page, cast, pictures)
    with browser.new_context(base_url=site, locale="zh-CN") as context:
        window = context.new_page()
        logs_in(window, cast.zhou)
        window.goto(f"/console/quality/{check.id}")
        window.get_by_label("您的说明").fill("当时线路有杂音")
        window.get_by_role("button", name="提交说明").click()
        expect(window.get_by_text("当时线路有杂音")).to_be_visible()
        picture(window, pictures, "quality-answered")
        window.goto(f"/console/own-mistakes?number={number}")
        window.get_by_label("哪里做错了").fill("门牌号记成了另一栋，已回电更正")
        window.get_by_role("button", name="上报").click()
        expect(window.get_by_text("主管还没看")).to_be_visible()
        picture(window, pictures, "own-mistakes")
        window.goto("/console/discipline")
        expect(window.get_by_text("记了三次才到岗")).to_be_visible()
        expect(window.get_by_role("button", name="登记")).to_have_count(0)


def _judges(page: Page, check: QualityCheck, pictures: Path) -> None:
    page.goto("/console/quality")
    picture(page, pictures, "quality")
    page.goto(f"/console/quality/{check.id}")
    page.get_by_role("button", name="打开通话文字").click()
    expect(page.locator("mark.forbidden").first).to_have_text("不知道")
    for name in ("「不知道」", "「随便」"):
        page.get_by_role("group", name=name).get_by_label("说了").check()
    required = page.locator("h3", has_text="必用语").locator("+ .points fieldset")
    for place in range(required.count()):
        required.nth(place).get_by_label("用不着").check()
    picture(page, pictures, "quality-check")
    page.get_by_role("button", name="提交评定").click()
    expect(page.get_by_text("60 / 100")).to_be_visible()


def _reviews(page: Page, cast: Cast, pictures: Path) -> None:
    page.goto(f"/console/reviews?person={cast.zhou.id}")
    for kind, period, results in (("月度考核", "2026-11", "22"), ("周检查", "2026-W47", "28")):
        form = page.locator("form", has=page.get_by_role("button", name="提交考核"))
        form.locator("[name=kind]").select_option(label=kind)
        form.get_by_label("时段").fill(period)
        for name, points in (("conduct", "18"), ("diligence", "17"), ("ability", "24"), ("results", results)):
            form.locator(f"[name={name}]").fill(points)
        form.get_by_label("评语").fill("接得快，记录还要更细")
        form.get_by_role("button", name="提交考核").click()
        expect(page.get_by_role("row", name=period)).to_be_visible()
    picture(page, pictures, "reviews")
    page.goto(f"/console/discipline?person={cast.zhou.id}")
    for day in ("2026-11-17", "2026-11-20"):
        page.get_by_label("哪一天").fill(day)
        page.get_by_label("分值").fill("3")
        page.get_by_label("经过").fill("记了三次才到岗" if day.endswith("20") else "晚到十分钟")
        page.get_by_role("button", name="登记", exact=True).click()
    expect(page.get_by_text("屡犯", exact=True)).to_be_visible()
    picture(page, pictures, "discipline")
