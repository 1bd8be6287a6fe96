"""Whatever goes wrong with one request, the desk stays, says so, and is itself again with the next news."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from hotline import live
from hotline.runtime import Runtime
from tests.browser.test_desk import log_in
from tests.domain.talks import Talk
from tests.world import PASSWORD, Cast

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
PAGE = "**/console/desk"
NOT_SURE = "这一步可能没有办成"


@pytest.fixture
def agent(browser: Browser, site: str, cast: Cast) -> Page:
    """Lin at the desk, free; a refused request may be told in the browser's console."""
    page = browser.new_context(base_url=site, locale="zh-CN").new_page()
    log_in(page, cast.lin)
    page.locator("#choose-free").click()
    expect(page.locator("#desk .seat-free")).to_be_visible()
    return page


@pytest.fixture(autouse=True)
def closed(agent: Page) -> Iterator[None]:
    """The window is closed in the end."""
    yield
    agent.context.close()


def news(runtime: Runtime, cast: Cast) -> None:
    """Something has changed at Lin's seat."""
    runtime.redis.publish(live.CHANGED, f"seat:{cast.lin.id}")


def gateway(status: int) -> Callable[[Route], None]:
    """Answers as a proxy does whose server is away."""
    return lambda route: route.fulfill(status=status, content_type="text/html", body="<h1>Bad Gateway</h1>")


def lost(status: int) -> Callable[[Route], None]:
    """Answers so, or not at all where there is no status."""
    return lambda route: route.fulfill(status=status, body="no") if status else route.abort()


def test_a_desk_that_cannot_be_brought_up_to_date_stays_and_says_so(agent: Page, runtime: Runtime, cast: Cast) -> None:
    for status in (404, 500, 502, 503):
        agent.route(PAGE, gateway(status))
        news(runtime, cast)
        expect(agent.locator("#said")).to_contain_text("页面暂时更新不了")
        expect(agent.locator("#desk .seat-free")).to_be_visible()
        agent.unroute(PAGE)
        news(runtime, cast)
        expect(agent.locator("#said")).to_be_empty()
        expect(agent.locator("#desk .seat-free")).to_be_visible()


def test_an_end_pressed_as_the_customer_hangs_up_leaves_the_desk_as_it_is_now(
    agent: Page, runtime: Runtime, cast: Cast
) -> None:
    agent.route("**/console/stream**", lambda route: route.abort())
    talk = Talk(runtime, cast)
    talk.talk()
    agent.reload()
    expect(agent.locator("#now")).to_have_text("通话中")
    talk.leaves(talk.call_id)
    agent.locator("button[accesskey=q]").click()
    expect(agent.locator("#said")).to_contain_text("情况有变")
    expect(agent.locator("#now")).to_have_text("整理记录")


def test_a_form_that_comes_to_nothing_leaves_the_desk_and_what_was_opened(agent: Page) -> None:
    english = agent.locator("#language-en")
    for round_, status in enumerate((400, 403, 413, 502, 0), 1):
        chosen = round_ % 2 == 1  # what is there already would not show that it was sent
        agent.route("**/desk/languages", lost(status))
        agent.locator("#languages summary").click()
        english.set_checked(chosen)
        agent.locator("#languages button").click()
        expect(agent.locator("#said")).to_contain_text(NOT_SURE)
        expect(english).to_be_checked(checked=chosen)
        agent.unroute("**/desk/languages")
        agent.locator("#languages button").click()
        spoken = expect(agent.locator("#languages summary"))
        spoken.to_contain_text("English") if chosen else spoken.not_to_contain_text("English")
        expect(agent.locator("#said")).to_be_empty()
        agent.reload()


def test_a_second_log_in_in_the_same_browser_leaves_the_first_page_at_work(agent: Page, cast: Cast) -> None:
    other = agent.context.new_page()
    other.goto("/console/login")
    expect(other).to_have_url(re.compile("/console/desk$"))
    token = other.locator("#desk [name=csrf_token]").first.input_value()
    other.request.post(
        "/console/login", form={"login": cast.lin.login, "password": PASSWORD, "csrf_token": token}, max_redirects=0
    )
    other.close()
    with agent.expect_navigation(timeout=30_000):
        pass
    agent.locator("#choose-break").click()
    expect(agent.locator("#desk .seat-break")).to_be_visible()


def test_an_error_page_of_ours_is_not_put_into_the_desk(agent: Page) -> None:
    agent.locator("#choose-break").evaluate("button => { button.value = 'asleep'; button.click(); }")
    expect(agent.locator("#said")).to_contain_text(NOT_SURE)
    expect(agent.locator("#desk .seat-free")).to_be_visible()
