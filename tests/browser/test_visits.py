"""Return visits in a real browser: from the list to the form and back, on a screen and on a telephone."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from hotline.runtime import Runtime
from tests.browser.test_desk import picture
from tests.browser.test_handovers import logs_in
from tests.complaining import Filed, House
from tests.complaining import complaint as complaint
from tests.complaining import house as house
from tests.visiting import BROKEN, GOOD, mended, told
from tests.world import Cast, HandClock

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def asked(runtime: Runtime, cast: Cast, complaint: Filed, house: House, at: HandClock) -> None:
    """Some were asked, some are to be asked, one wants no calls."""
    repairs = [mended(runtime, cast) for _ in range(4)]
    told(complaint, house, cast)
    at.passes(timedelta(days=1))
    repairs[0].records(cast.lin, GOOD)
    repairs[1].records(cast.lin, BROKEN)


@pytest.mark.usefixtures("asked")
def test_a_visit_is_noted_from_the_list_and_stands_among_those_that_were_made(page: Page, cast: Cast) -> None:
    logs_in(page, cast.lin)
    page.get_by_role("link", name="承诺").click()
    page.get_by_role("link", name="回访", exact=True).click()
    rows = page.locator("#rows section").first.locator("tbody tr")
    expect(rows).to_have_count(3)
    rows.last.get_by_role("link", name="回访", exact=True).click()
    page.get_by_role("radio", name="是", exact=True).check()
    page.get_by_role("radio", name="5 非常满意").check()
    page.get_by_label("客户的话").fill("谢谢")
    page.get_by_role("button", name="保存").click()
    expect(page.locator("main")).to_contain_text("5分（满分5分）")
    page.locator(".crumb").get_by_role("link", name="回访").click()
    expect(page.locator("#rows section").first.locator("tbody tr")).to_have_count(2)


@pytest.mark.usefixtures("asked")
@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_the_pages_fit_a_screen_and_a_telephone_in_both_languages(
    page: Page, cast: Cast, pictures: Path, language: str
) -> None:
    logs_in(page, cast.sun)
    for name, path in (("list", "visits"), ("form", "visits/3"), ("made", "visits/2"), ("case", "cases/2")):
        page.goto(f"/console/{path}?lang={language}")
        expect(page.locator("h1").first).to_be_visible()
        picture(page, pictures, f"visits-{name}-{language}")
