"""The tables of complaints and the time line in a real browser: figures, rows, files, a telephone, both languages."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from hotline.runtime import Runtime
from hotline.settings import Settings, load
from tests import tallies, world
from tests.browser.test_desk import picture
from tests.browser.test_handovers import logs_in
from tests.complaining import filed
from tests.jobs.conftest import shop as shop
from tests.jobs.workshop import Workshop
from tests.tallies import Places
from tests.world import Cast

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def settings(database_url: str, redis_url: str, tmp_path: Path) -> Settings:
    """With a carrier's account, whose calls nobody makes here, and no certificate."""
    given = world.environment(database_url=database_url, redis_url=redis_url, var=tmp_path)
    return load({**given, "PUBLIC_BASE_URL": "http://127.0.0.1"})


@pytest.fixture
def year(runtime: Runtime, cast: Cast) -> Places:
    """A year of complaints in two companies."""
    departments = tallies.places(runtime, cast)
    tallies.many(runtime, cast, departments, seed=21, n=60)
    return departments


@pytest.mark.usefixtures("year")
def test_a_figure_leads_to_its_rows_and_the_rows_to_a_file(page: Page, cast: Cast, shop: Workshop) -> None:
    logs_in(page, cast.qian)
    page.get_by_role("link", name="报表").click()
    page.get_by_label("期间").first.select_option("2026")
    page.get_by_role("button", name="筛选").click()
    figure = page.get_by_role("link", name=re.compile("^匿名")).first
    number = figure.inner_text()
    figure.click()
    expect(page.locator("#rows tbody tr")).to_have_count(int(number))
    expect(page.locator("main")).to_contain_text(f"匿名 · 共 {number} 件投诉")
    page.get_by_role("link", name="导出文件").click()
    expect(page.get_by_role("group", name="仅限投诉报表")).to_contain_text("匿名")
    page.get_by_label("为什么要导出").fill("年度检查用")
    page.get_by_role("button", name="申请导出").click()
    shop.works()
    page.reload()
    expect(page.locator("#export-1")).to_contain_text(f"{number} 行")
    with page.expect_download() as taken:
        page.get_by_role("button", name="下载").click()
    assert taken.value.suggested_filename == "tracking-2026-01-01-2026-12-31-1.xlsx"


@pytest.mark.usefixtures("year")
@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_both_tables_fit_a_screen_and_a_telephone_in_both_languages(
    page: Page, cast: Cast, pictures: Path, language: str
) -> None:
    logs_in(page, cast.tang)
    for table in ("statistics", "tracking"):
        page.goto(f"/console/tables/{table}?period=2026&lang={language}")
        expect(page.locator("h1")).to_be_visible()
        picture(page, pictures, f"tables-{table}-{language}")


@pytest.mark.usefixtures("year")
def test_days_that_are_typed_take_the_place_of_a_month(page: Page, cast: Cast) -> None:
    logs_in(page, cast.qian)
    page.goto("/console/tables/tracking")
    page.get_by_label("从").fill("2026-11-02")
    page.get_by_label("到").fill("2026-11-03")
    page.get_by_role("button", name="按日期查看").click()
    expect(page.locator("h1")).to_contain_text("2026-11-02 至 2026-11-03")
    page.get_by_role("link", name=re.compile("→")).click()
    expect(page.locator("h1")).to_contain_text("2026-11-04 至 2026-11-05")


def test_the_menu_of_a_telephone_shows_that_it_goes_on_aside(phone: Page, cast: Cast) -> None:
    logs_in(phone, cast.tang)
    menu = phone.locator(".top nav").first
    assert menu.evaluate("menu => menu.scrollWidth > menu.clientWidth"), "it has more links than there is room for"
    covers_and_shadows = ("background-attachment", "local, local, scroll, scroll")
    expect(menu).to_have_css(*covers_and_shadows)


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_every_page_of_a_supervisor_stands_in_one_row_of_a_usual_screen(page: Page, cast: Cast, language: str) -> None:
    logs_in(page, cast.sun)
    page.goto(f"/console/complaints?lang={language}")
    menu = page.locator(".top nav").first
    row = menu.evaluate(
        "nav => [...nav.querySelectorAll('a')].map(one => {"
        " const {left, right, top, bottom} = one.getBoundingClientRect(); return [left, right, top, bottom] })"
    )
    assert len(row) > 12
    assert menu.evaluate("nav => nav.scrollWidth <= nav.clientWidth"), "none is cut off"
    assert max(top for _left, _right, top, _bottom in row) < min(bottom for _left, _right, _top, bottom in row)
    assert all(right <= left for (_, right, *_), (left, *_) in pairwise(row)), "none lies on another or is cut off"


def test_the_time_line_is_drawn_on_a_screen_and_told_in_words_on_a_telephone(
    page: Page, phone: Page, runtime: Runtime, cast: Cast
) -> None:
    filed(runtime, cast)
    for window in (page, phone):
        logs_in(window, cast.sun)
        window.goto("/console/cases/1")
        expect(window.locator("#timeline").get_by_text("被投诉部门签收投诉单")).to_be_visible()
        expect(window.locator("#timeline").get_by_text("期限 11-18 10:10")).to_be_visible()
        window.locator("#timeline summary").press("Enter")
        expect(window.locator("#timeline .events")).to_contain_text("登记投诉")
        assert window.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    expect(page.locator("#timeline rect.bar").first).to_be_visible()
    expect(phone.locator("#timeline rect.bar").first).to_be_hidden()
