"""An auditor's afternoon in a real Chromium: a call is found, read, checked and taken along, and a leak is traced."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from hotline.domain.act import CALLER, COMMAND
from hotline.domain.calls import Call
from hotline.runtime import Runtime
from hotline.settings import Settings, load
from tests import given, world
from tests.browser.test_desk import log_in, picture
from tests.console import matters
from tests.jobs.conftest import shop as shop
from tests.jobs.workshop import Workshop
from tests.world import Cast

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
WHY = "核对客户投诉"
LEAKED = 3  # rows that turn up outside
BARRED = ("/console/exports", "/console/trace", "/console/log", "/console/looks", "/console/compliance")


@pytest.fixture
def settings(database_url: str, redis_url: str, tmp_path: Path) -> Settings:
    """With a carrier's account, whose calls nobody makes here, and no certificate."""
    given = world.environment(database_url=database_url, redis_url=redis_url, var=tmp_path)
    return load({**given, "PUBLIC_BASE_URL": "http://127.0.0.1"})


@pytest.fixture
def call_id(runtime: Runtime, cast: Cast) -> int:
    """Chen's call, among others."""
    with runtime.act(CALLER) as act:
        for last in range(2, 6):
            given.talk(act, given.call(act, cast, sid=f"CA{last:032d}"), ("2", "contact-asked"))
    return matters.call(runtime, cast)


def test_an_auditor_finds_opens_checks_reveals_takes_along_and_traces(
    page: Page, runtime: Runtime, cast: Cast, shop: Workshop, call_id: int, pictures: Path
) -> None:
    log_in(page, cast.bai)
    _finds(page, cast, call_id, pictures)
    _checks_and_reveals(page, call_id, pictures)
    rows = _takes_along(page, shop, pictures)
    _traces(page, rows, pictures)
    with runtime.look(COMMAND) as act:
        assert act.session.get_one(Call, call_id).owner_id == cast.lin.id, "looking changes nothing"
    assert len(matters.entries(runtime, f"call:{call_id}", "revealed")) == 1


def test_an_agent_is_refused_each_of_these(
    browser: Browser, site: str, runtime: Runtime, cast: Cast, call_id: int
) -> None:
    """But for what the work is: a call of their own company is opened, and a value of it for a reason (SEC-1)."""
    with runtime.act(CALLER) as act:
        theirs = given.call(act, cast, sid="CA" + "7" * 32, firm=cast.home, who=cast.chen).id
    context = browser.new_context(base_url=site, locale="zh-CN")
    page = context.new_page()
    log_in(page, cast.lin)
    for path in BARRED:
        answer = page.goto(path)
        assert answer is not None
        assert answer.status == 403, path
    page.goto("/console")
    expect(page.locator("#seek")).to_have_count(0)
    assert _posted(page, "/console/calls/search") == 403
    assert _posted(page, "/console/exports") == 403
    _posted(page, f"/console/calls/{call_id}/reveal")  # without a reason: the form comes back
    assert _posted(page, f"/console/calls/{theirs}/reveal") == 404
    answer = page.goto(f"/console/calls/{theirs}")
    assert answer is not None
    assert answer.status == 404, "a sister company's call, though the customer is one's own too"
    assert matters.entries(runtime, f"call:{call_id}", "revealed") == []
    context.close()


def _finds(page: Page, cast: Cast, call_id: int, pictures: Path) -> None:
    page.goto("/console")
    page.locator("#seek summary").click()
    page.locator("#seek [name=number]").fill(cast.chen.number.e164)
    picture(page, pictures, "afternoon-search")
    page.locator("#seek button.main").click()
    expect(page.locator("a.row")).to_have_count(1)
    assert cast.chen.number.e164[1:] not in page.url
    picture(page, pictures, "afternoon-found")
    page.locator("a.row").click()
    assert page.url.endswith(f"/console/calls/{call_id}")


def _posted(page: Page, path: str) -> int:
    """The status of a form that this page does not show, sent with the token of those that it does."""
    token = page.locator("[name=csrf_token]").first.get_attribute("value")
    return page.request.post(path, form={"csrf_token": token or "", "words": "投诉"}).status


def _checks_and_reveals(page: Page, call_id: int, pictures: Path) -> None:
    page.locator(f"#chain-call-{call_id} button").click()
    expect(page.locator(f"#chain-call-{call_id}")).to_contain_text("未被改动")
    page.locator("#secret-number summary").click()
    page.locator("#secret-number input[name=reason]").fill(WHY)
    page.locator("#secret-number button").click()
    expect(page.locator("#secret-number .revealed")).to_be_visible()
    picture(page, pictures, "afternoon-call")


def _takes_along(page: Page, shop: Workshop, pictures: Path) -> str:
    page.goto("/console/exports")
    page.locator("[name=what]").select_option("calls")
    page.locator("[name=form]").select_option("csv")
    page.locator("[name=first]").fill("2026-11-01")
    page.locator("[name=last]").fill("2026-11-30")
    page.locator("form.wish [name=reason]").fill(WHY)
    page.locator("form.wish button.main").click()
    shop.works()
    page.reload()
    picture(page, pictures, "afternoon-exports")
    with page.expect_download() as begun:
        page.locator("#rows form button").first.click()
    lines = Path(begun.value.path()).read_text("utf-8-sig").splitlines()
    assert WHY in lines[0]
    return "\n".join(lines[2 : 2 + LEAKED])


def _traces(page: Page, rows: str, pictures: Path) -> None:
    page.goto("/console/trace")
    page.locator("[name=rows]").fill(rows)
    page.locator("form.traced button.main").click()
    expect(page.locator("#found")).to_contain_text("白雪")
    picture(page, pictures, "afternoon-trace")
    page.locator("[name=rows]").fill("2026-11-18 10:00 一行别处来的文字")
    page.locator("form.traced button.main").click()
    expect(page.locator("#found table")).to_have_count(0)
