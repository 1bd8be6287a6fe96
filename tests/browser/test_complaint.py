"""A complaint from the telephone to its closing in a real Chromium, by each who has a part in it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from hotline.domain import companies, notices
from hotline.domain.act import CLOCK
from hotline.domain.cases import Case
from hotline.domain.occasions import Occasion
from hotline.runtime import Runtime
from hotline.standard.kinds import Grade
from tests import given
from tests.browser.test_desk import log_in, picture
from tests.browser.test_desk import others as others
from tests.console import complaining, forms
from tests.world import Cast, HandClock, Person

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
CASE = "/console/cases/1"
Opens = Callable[[Person], Page]


@pytest.fixture
def head(runtime: Runtime, cast: Cast) -> Person:
    """Who heads the department that is complained of."""
    return complaining.department(runtime, cast)[1]


@pytest.fixture
def opens(browser: Browser, site: str, others: ExitStack) -> Opens:
    """Somebody logs in with a browser of their own."""

    def logged_in(who: Person) -> Page:
        context = browser.new_context(base_url=site, locale="zh-CN")
        others.callback(context.close)
        page = context.new_page()
        log_in(page, who)
        return page

    return logged_in


def in_both(page: Page, folder: Path, name: str, path: str) -> None:
    """Pictures of a page at both widths, in both languages; in the end it is in Chinese again."""
    for language in ("en", "zh-CN"):
        page.goto(f"{path}?lang={language}")
        picture(page, folder, f"{name}-{language}")


def says(page: Page, doing: str, words: str = "", choose: str = "") -> None:
    """Fill in one of the forms of the complaint and press its button; the page comes back without a problem."""
    part = page.locator(f"#do-{doing}")
    if part.get_attribute("open") is None:
        part.locator("summary").click()
    if choose:
        part.locator(f'input[value="{choose}"]').check()
    if words:
        part.locator("textarea").fill(words)
    part.locator("button").click()
    expect(page.locator(".problem")).to_have_count(0)


def test_a_complaint_goes_from_the_telephone_to_its_closing(
    page: Page, opens: Opens, runtime: Runtime, cast: Cast, head: Person, pictures: Path
) -> None:
    sheet = forms.ringing(runtime, cast, who=cast.chen)
    log_in(page, cast.lin)
    page.goto(sheet)
    page.locator("#f-kind-complaint").check()
    page.locator("#f-happened").fill("约好上午来，两次都没有人来")
    page.locator("#f-about").select_option(label=complaining.HEATING)
    page.locator("#f-read_back").check()
    page.locator('button[value="save"]').click()
    page.wait_for_url("**/opened**")
    department = opens(head)
    department.goto("/console/inbox")
    page.goto(CASE)
    says(page, "grade", "记者来了电话，全楼都不热", "major")
    expect(page.locator("#complaint")).to_contain_text("重大")
    department.get_by_role("link", name="261118001").click()
    department.locator('form[action$="/sign"] button').click()
    expect(page.locator(".way-of .reached")).to_have_count(2)
    in_both(page, pictures, "complaint-signed", CASE)
    says(page, "reply", "总经理督办，今天有人上门")
    leader = opens(cast.feng)
    leader.goto("/console/inbox/1")
    leader.locator('form[action$="/seen"] button').click()
    asks_for_more_time(page)
    leader.goto("/console/approvals")
    leader.locator('[name="answer"]').fill("配件要从外地调来，同意")
    leader.locator('button[value="approve"]').click()
    expect(page.locator("#requests")).to_contain_text("配件要从外地调来")
    department.goto("/console/inbox/1")
    department.locator('form[action$="/settle"] textarea').fill("换了泵，已恢复供热")
    department.locator('form[action$="/settle"] button').click()
    department.locator('form[action$="/give-back"] button').click()
    in_both(page, pictures, "complaint-returned", CASE)
    says(page, "told", "客户接受，感谢")
    says(page, "visit", "屋里热了", "yes")
    closes(opens(cast.sun), pictures)
    expect(page.locator("h1")).to_contain_text("已结")


def asks_for_more_time(page: Page) -> None:
    """The owner asks the one who may decide it, before the deadline (CMP-5)."""
    page.locator("#requests .ask > summary").click()
    form = page.locator("#requests form").filter(has_text="重大投诉处理完毕")
    form.locator('[name="wanted"]').fill("2026-11-25T18:00")
    form.locator('[name="reason"]').fill("要等配件")
    form.locator("button").click()
    expect(page.locator("#requests")).to_contain_text("要等配件")


def closes(supervisor: Page, pictures: Path) -> None:
    """Everything that was promised is done; the supervisor closes it."""
    supervisor.goto(CASE)
    supervisor.locator('[name="outcome"]').fill("已换泵，客户满意")
    supervisor.locator('form[action$="/close"] button').click()
    expect(supervisor.locator("h1")).to_contain_text("已结")
    in_both(supervisor, pictures, "complaint-closed", CASE)


def test_the_desk_shows_what_falls_due_first_and_goes_on_by_itself(
    page: Page, runtime: Runtime, cast: Cast, head: Person, pictures: Path, at: HandClock
) -> None:
    complaining.filed(runtime, cast, grade=Grade.MAJOR, department_id=1)
    complaining.filed(runtime, cast, grade=Grade.IMPORTANT, department_id=1)
    complaining.refuses(runtime, 2, head, "不归供热科")
    at.passes(timedelta(hours=3))
    complaining.filed(runtime, cast, grade=Grade.MINOR, department_id=1)
    log_in(page, cast.lin)
    page.goto("/console/complaints")
    expect(page.locator("tbody tr")).to_have_count(3)
    complaining.filed(runtime, cast)
    expect(page.locator("tbody tr")).to_have_count(4)
    in_both(page, pictures, "complaint-desk", "/console/complaints")


def test_a_notice_arrives_beside_the_link_and_is_seen_by_being_looked_at(
    opens: Opens, runtime: Runtime, cast: Cast, head: Person, pictures: Path, at: HandClock
) -> None:
    complaining.filed(runtime, cast, grade=Grade.MINOR, department_id=1)
    sun = opens(cast.sun)
    sun.goto("/console/complaints")
    before = sun.locator("#waits-console-notice_list").text_content() or ""
    tells(runtime, cast)
    badge = sun.locator("#waits-console-notice_list")
    expect(badge).not_to_have_text(before)
    sun.goto("/console/notices")
    expect(badge).to_be_hidden()
    expect(sun.locator(".notices .new").first).to_be_visible()
    in_both(sun, pictures, "notices", "/console/notices")
    at.passes(timedelta(seconds=1))
    sun.goto("/console/notices")
    expect(sun.locator(".notices .new")).to_have_count(0)


def tells(runtime: Runtime, cast: Cast) -> None:
    """The supervisor is told of something."""
    with runtime.act(CLOCK) as act:
        companies.get(act, cast.heat.id)
        case = act.session.get_one(Case, 1)
        notices.tell(act, given.person(act, cast.sun), Occasion(case, "promise-broken", "test", promise=1))


def test_what_is_typed_stays_while_the_complaint_goes_on(
    page: Page, runtime: Runtime, cast: Cast, head: Person
) -> None:
    complaining.filed(runtime, cast, grade=Grade.MAJOR, department_id=1)
    log_in(page, cast.lin)
    page.goto(CASE)
    page.locator("#do-reply textarea").fill("我们正在")
    page.locator("#do-join summary").click()
    complaining.dealt_with(runtime, 1, head)
    expect(page.locator("#do-told")).to_be_visible()
    expect(page.locator("#do-reply textarea")).to_have_value("我们正在")
