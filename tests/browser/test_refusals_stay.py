"""Why a form was refused, in a real Chromium: it stands while the page brings itself up to date, until one acts."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, Response, expect

from hotline import live
from hotline.domain import callbacks
from hotline.domain.act import COMMAND
from hotline.runtime import Runtime
from tests import rung
from tests.browser.test_desk import picture
from tests.browser.test_handovers import logs_in
from tests.world import Cast

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
LIST, CASE, NIGHT = "/console/callbacks", "/console/cases/1", "2026-11-19T03:00"


@pytest.fixture
def asked(runtime: Runtime, cast: Cast) -> int:
    """Chen asked something whose answer a person has to find first."""
    return rung.owes(runtime, cast, "CBK-1.answer")


def brings_up_to_date(answer: Response) -> bool:
    asked = answer.request
    return asked.method == "GET" and asked.headers.get("hx-request") == "true"


def agrees_at_night(page: Page, asked: int) -> Locator:
    """Lin types an hour at which nobody is rung; the form, as it is shown once the page asked what is new."""
    form = page.locator(f"#agree-{asked}")
    form.locator("summary").click()
    form.locator("[name=at]").fill(NIGHT)
    with page.expect_response(brings_up_to_date):
        form.locator("button").click()
    return form


@pytest.mark.parametrize("path", [LIST, CASE])
def test_a_refusal_and_what_was_typed_stand_while_the_page_is_brought_up_to_date(
    page: Page, runtime: Runtime, cast: Cast, asked: int, path: str
) -> None:
    logs_in(page, cast.lin)
    page.goto(path)
    form = agrees_at_night(page, asked)
    with page.expect_response(brings_up_to_date):
        runtime.redis.publish(live.CHANGED, "callbacks case case:1")
    told = page.locator("p.problem")
    expect(told).to_have_count(1)
    expect(told).to_contain_text("夜间不给客户打电话")
    expect(form.locator("[name=at]")).to_be_visible()
    expect(form.locator("[name=at]")).to_have_value(NIGHT)
    form.locator("[name=at]").fill("2026-11-19T09:30")
    form.locator("button").click()
    expect(page.locator(f"#callback-{asked}")).to_contain_text("已约定")
    expect(told).to_have_count(0)


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_the_forms_fit_a_screen_and_a_telephone(
    page: Page, runtime: Runtime, cast: Cast, asked: int, pictures: Path, language: str
) -> None:
    missed = rung.owes(runtime, cast)
    with runtime.act(COMMAND) as act:
        callbacks.plan(act, missed, at=act.at + timedelta(hours=2), by=cast.lin.id)
    logs_in(page, cast.sun)
    for name, path in (("list", LIST), ("case", "/console/cases/2")):
        page.goto(f"{path}?lang={language}")
        form = page.locator(f"#agree-{missed}")
        form.locator("summary").click()
        picture(page, pictures, f"agreeing-{name}-{language}")
        for field in ("at", "until", "instead"):
            form.locator(f"[name={field}]").scroll_into_view_if_needed()
            expect(form.locator(f"[name={field}]")).to_be_in_viewport(ratio=1)
